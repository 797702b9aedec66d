//! Who comes in, and in what state do they leave?
//! Every request gets a number, every answer its headers; a failure is logged once and shown as one page.
//!
//! Never decides what a person may do with a record: that is `kernel::authority`.

pub(crate) mod counters;
pub(crate) mod cross_site;
pub(crate) mod entrance;
pub(crate) mod rates;
pub(crate) mod watch;
