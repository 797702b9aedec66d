//! Asks and does: what may be asked, and what may be done?
//!
//! A command is one transaction: look up within what this person may see, ask authority, let the kernel decide,
//! keep the result with its journal entry, its figures and its outbox.
//! A query returns exactly what one page shows. A duty compares what is with what should be.
//! Never HTTP, never HTML, never a sentence of its own.

pub mod ctx;
pub mod error;
pub mod added;
pub mod office;
pub mod keys;
pub mod tree;
pub mod pinyin;
pub mod records;
pub mod past;
pub mod cells;
pub mod hashing;
pub mod single_sign_on;
pub mod outward;
pub mod ics;
pub mod words;
pub mod commands;
pub mod queries;
pub mod duties;
pub mod book;

pub use ctx::Ctx;
pub use error::Error;
