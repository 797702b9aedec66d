//! The same queries and commands for machines: JSON in, JSON out, the same rights and the same sentences.
//!
//! Never anything that a page could not do for the same person.

pub(crate) mod assessments;
pub(crate) mod reports;
pub(crate) mod attendance;
pub(crate) mod body;
pub(crate) mod problem;
pub(crate) mod mechanisms;
pub(crate) mod registers;
pub(crate) mod retention;
pub(crate) mod sending;
pub(crate) mod stand_ins;
pub(crate) mod todo;
pub(crate) mod hand_over;
pub(crate) mod records;
pub(crate) mod figures;
pub(crate) mod dispatch;
pub(crate) mod ledgers;
pub(crate) mod links;
pub(crate) mod openapi;
mod schemas;
