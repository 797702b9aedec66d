//! How is it run? The binary `zugong`: its settings, its clock, its subcommands.
//!
//! Only this crate reads the wall clock (`clock`) and the environment (`config`), and only it prints.
//! Never a rule: what may be and what follows is decided below.

pub mod config;
pub mod clock;
pub mod definitions;
pub mod organisation;
pub mod open;
pub mod keys;
pub mod single_sign_on;
pub mod outward;
pub mod certificates;
pub mod listening;
pub mod demo;
mod print;
mod words;
pub mod commands;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with its arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match words::read(arguments) {
        Ok(words) => commands::run(words),
        Err(code) => code,
    }
}
