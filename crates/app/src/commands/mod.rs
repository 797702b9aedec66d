//! What may be done? One function, one transaction each.
//!
//! Never answers a question: that is `queries`.

pub mod keep;
pub mod parties;
pub mod moves;
pub(crate) mod relating;
pub mod people;
pub mod rosters;
pub mod steps;
pub mod public;
mod kept_cells;
pub mod units;
pub mod reveal;
pub mod batches;
pub mod files;
pub mod sign_in;
pub mod stand_ins;
pub mod target_book;
pub mod targets;
pub mod figure_seals;
pub mod accounts;
pub mod added_figures;
pub mod attendance;
mod leading;
pub mod ledgers;
pub mod assessments;
mod links;
pub mod ballots;
pub mod rounds;
mod gathering;
pub mod hand_over;
pub mod intake;
pub mod calendar;
pub mod grants;
pub mod retention;
mod reports;
pub mod denials;
pub mod looks;
pub mod corrections;
pub mod dispatch;
pub mod inbox;
pub mod views;
mod onces;
pub mod papers;
pub mod upkeep;
