//! How does a story get into the house? An office with a database of its own, a clock that a story sets, and visitors
//! who read pages and fill in forms.
//!
//! Never looks behind the door, but for what is named `db_…`.

mod chance;
mod clock;
mod by_hand;
mod office;
mod visitor;
mod verbs;
mod page;
mod form;
mod markup;
mod reading;
mod reckoning;
mod bundle;
mod fonts;
mod outside;

pub(crate) use bundle::unpacked;
pub(crate) use by_hand::ByHand;
pub(crate) use chance::Chance;
pub(crate) use form::{Filled, Form};
pub(crate) use office::Office;
pub(crate) use outside::{Heard, Mood, Outside};
pub(crate) use page::Page;
pub(crate) use verbs::{Fields, record_of};
pub(crate) use visitor::Visitor;
