//! Is what was kept still there, in both databases? The store through its own door.
//!
//! Every test runs on SQLite, and on PostgreSQL too if TEST_DATABASE_URL names one.
//! Never shares a file or a schema between tests.

mod trial;
mod writing;
mod schema;
mod sign_in;
mod records;
mod register;
mod conditions;
mod figures;
mod nouns;
