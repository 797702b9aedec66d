//! Decides: what follows from the rules?
//!
//! Reading order: what things are called and made of, what a definition says, what follows from it.
//! Never reads a clock, a file, a database or the network; never writes SQL, HTML or HTTP.

pub mod ids;
pub mod value;
pub mod period;
pub mod grid;
pub mod identity;
pub mod problem;
pub mod refusal;
pub mod calendar;
pub mod formula;
pub mod series;
pub mod template;
pub mod catalog;
pub mod kinds;
pub mod facts;
pub mod secrecy;
pub mod record;
pub mod authority;
pub mod organisation;
pub mod entry;
pub mod gathering;
pub mod beyond;
pub mod once;
pub mod extract;
pub mod giving;
pub mod deadlines;
pub mod distinct;
pub mod workflow;
pub mod outside;
pub mod suggest;
pub mod helps;
pub mod flow;
pub mod figures;
pub mod sealing;
pub mod target;
pub mod veil;
pub mod roster;
pub mod journal;
pub mod retention;
pub mod example;
