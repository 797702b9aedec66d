//! The pages, one module a noun: handlers, forms, views.
//!
//! A handler has five beats: who, what, do, where next, or ask again.
//! Never a rule, a format of a date, or a match on a kind of error.

pub(crate) mod look;
pub(crate) mod shell;
pub(crate) mod failure;

pub(crate) mod sign_in;
pub(crate) mod stand_ins;
pub(crate) mod account;
pub(crate) mod hand_over;
pub(crate) mod desk;
pub(crate) mod inbox;
pub(crate) mod todo;
pub(crate) mod search;

mod twins;
pub(crate) mod offerings;
pub(crate) mod words;
pub(crate) mod controls;
pub(crate) mod register;
pub(crate) mod new_record;
pub(crate) mod people;
pub(crate) mod record;
pub(crate) mod attendance;
pub(crate) mod ledger;
pub(crate) mod statements;
pub(crate) mod assessments;
pub(crate) mod links;
pub(crate) mod dispatch;
pub(crate) mod ballots;
pub(crate) mod public;
pub(crate) mod rounds;
pub(crate) mod reports;
pub(crate) mod plans;
pub(crate) mod files;
pub(crate) mod following;
pub(crate) mod calendars;
pub(crate) mod imports;

pub(crate) mod figures;
pub(crate) mod mechanism;
pub(crate) mod units;
pub(crate) mod admin;
pub(crate) mod grants;
pub(crate) mod explain;
pub(crate) mod audit;
pub(crate) mod my_file;
pub(crate) mod seals;
pub(crate) mod health;
