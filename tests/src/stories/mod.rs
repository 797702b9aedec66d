//! What can people do here? Each story is prose: who, on which day, does what, and reads what in the end.
//!
//! The six points of “one task order, one supervision order” first, then what must never happen.
//! Never a mock; every story runs on either database.

pub(crate) mod taking_in;
mod issuing;
mod clicking;
mod course;
mod covering;
mod lateness;
mod figure_parts;
mod figures;
mod timeline;
mod machines;
mod versions;
mod remaking;
mod signing_in;
mod small_groups;
mod own_account;
mod own_figures;
mod second_factors;
mod single_sign_on;
mod accounts;
mod reach;
mod units;
mod sight;
mod fault_classes;
mod fault_classes_of_work;
mod registers;
mod reporting;
mod retention;
mod forms;
mod uploads;
mod hostile;
mod together;
pub(crate) mod administering;
mod granting;
pub(crate) mod attending;
mod ledgers;
pub(crate) mod assessing;
mod linking;
mod linking_more;
mod rounds;
mod rounds_with_places;
mod ballot_secrecy;
pub(crate) mod balloting;
mod auditing;
mod tampering;
mod loss;
mod door;
pub(crate) mod people;
mod people_counted;
mod people_moving;
mod histories;
mod standing_in;
mod working_together;
mod handing_over;
pub(crate) mod tasks;
