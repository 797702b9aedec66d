//! Reads what people wrote: what does this text claim, what does this sheet hold?
//!
//! Reading order: a text as characters, the quantities in it, the claims made with them, a sheet and its cells.
//! Never does input or output, never asks a clock, never guesses silently: what is not clear is said to be unclear.

mod scan;
pub mod quantity;
pub mod claims;
pub mod sheet;
pub mod cell;
