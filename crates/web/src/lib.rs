//! What does a person see?
//! The only HTTP and the only HTML.
//! Never: SQL, transactions, deciding.

pub mod parts;
