//! The register 台账 of a mechanism: as a list, a board and a calendar; steps for many; saved views; the way out.
//!
//! Never narrows by anything that its address does not say.

pub(crate) mod address;
pub(crate) mod batch;
pub(crate) mod board;
pub(crate) mod list;
pub(crate) mod month;
mod narrow;
pub(crate) mod views;
pub(crate) mod retention;
