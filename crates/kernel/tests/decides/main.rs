//! What follows from the shipped definitions? Steps, deadlines, figures and the journal, without a database.

mod office;
mod retention;
mod deadlines;
mod facts;
mod figures;
mod giving;
mod journal;
mod joint;
mod ledger;
mod roster;
mod round;
mod standing_in;
mod steps;
