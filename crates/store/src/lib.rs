//! Keeps what is known. The only SQL.
//!
//! Reading order: how a database is opened and asked, what can go wrong, then one room for each noun.
//! Every function takes `&mut Conn`, which a [`Reader`] and a [`Tx`] become by themselves, names the site of the
//! connection, and answers one question.
//! Never speaks HTTP, never decides, never asks who may.

pub mod db;
pub mod conn;
pub mod error;
pub mod param;
pub mod row;
pub mod dialect;
mod sqlite;
mod writer;
mod migrate;
mod many;
mod asking;
pub mod grams;
pub mod evidence;

pub mod records;
pub mod reports;
pub mod retention;
pub mod reviews;
pub mod register;
pub mod reach;
pub mod filters;
mod indexes;
pub mod journal;
pub mod deadlines;
pub mod ties;
pub mod figure_seals;
pub mod figure_targets;
pub mod figures;
pub mod participations;
pub mod plans;
pub mod presences;
pub mod figures_made;
pub mod receipts;
pub mod series;
pub mod papers;
pub mod files;
pub mod follow_codes;
pub mod follows;

pub mod units;
pub mod people;
pub mod rosters;
pub mod merges;
pub mod movements;
pub mod tenures;
pub mod accounts;
pub mod sessions;
pub mod sign_in_failures;
pub mod second_factors;
pub mod grants;
pub mod stand_ins;
pub mod denials;
pub mod looks;
pub mod hand_overs;
pub mod waiting;

pub mod notices;
pub mod outbox;
pub mod deliveries;
pub mod receivers;
pub mod mail_boxes;
pub mod calendar_feeds;
pub mod acts;
pub mod added_figures;
pub mod seals;
pub mod imports;
pub mod idempotency;
pub mod duties;
pub mod settings;
pub mod definitions;
pub mod assessments;
pub mod ballots;
pub mod calendar_years;
pub mod saved_views;
pub mod offerings;
mod backup;

pub use backup::Size;
pub use conn::Conn;
pub use db::{Db, Options, Reader, Tx};
pub use dialect::Dialect;
pub use error::{Doing, RunAgain, StoreError, Unwritable};
pub use param::P;
pub use row::Row;
