//! What does a person see?
//! The only HTTP and the only HTML.
//! Reading order: what is where, who may come in, what the pages show, what machines get, what all is made of.
//! Never: SQL, transactions, deciding, a clock of its own.

mod routes;
mod site;

mod door;
mod visitor;
mod sent;
mod answer;
mod error;
mod urls;

mod pages;
mod api;

pub mod parts;

pub use routes::{Route, Who, router, table};
pub use site::{WallClock, WebOptions};
