//! What may be asked? Each query returns exactly what one page shows.
//!
//! Never changes anything.

pub mod frame;
pub mod desk;
pub mod todo;
pub mod following;
pub mod deliveries;
pub mod calendars;
pub mod moves;
pub mod stand_ins;
pub mod hand_over;
pub mod register;
pub mod record_file;
pub mod forms;
pub mod public;
pub mod suggestions;
pub mod held;
pub mod likeness;
pub mod offerings;
pub mod figures;
pub mod charts;
pub mod mechanism_page;
pub mod intake;
pub mod export;
pub mod extracts;
pub mod people;
pub mod search;
pub mod units;
pub mod files;
pub mod running;
pub mod accounts;
pub mod attendance;
pub mod ledgers;
pub mod statements;
pub mod assessments;
pub mod links;
pub mod ballots;
pub mod dispatch;
pub mod plans;
pub mod grants;
pub mod explain;
pub mod audit;
pub mod my_file;
pub mod retention;
pub mod rounds;
pub mod reports;
pub mod seals;
pub mod gauges;

/// A light: shape and colour go by the kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Light {
    /// The kind.
    pub kind: kernel::deadlines::LightKind,
    /// The words.
    pub words: String,
}
