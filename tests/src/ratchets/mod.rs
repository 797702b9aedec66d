//! What may only get better? Sentences for every no, a story for every mechanism, a proof for every property.
//!
//! Never a list that grows: what is missing fails.

mod conformance;
mod messages;
mod the_log;
mod mechanisms;
mod sources;
