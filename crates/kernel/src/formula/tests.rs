//! Does the language do what its rooms say? One small mechanism, examples, then laws over random input.

mod world;
mod reading;
mod computing;
mod laws;
