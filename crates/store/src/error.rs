//! How can keeping fail? Four ways, each with its own answer further up.
//!
//! Somebody was faster (`Stale`), a rule of the schema says no (`Conflict`), the same transaction may
//! simply run again (`Retry`), and everything else (`Broken`).
//! Never a sentence for people: those are made where the error is understood.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Why nothing can be written, though reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// No room is left, or the disk takes nothing.
    #[error("the disk is full or takes nothing")]
    Full,
    /// The file or the server may only be read.
    #[error("the database can only be read")]
    ReadOnly,
}

impl Unwritable {
    /// What a code of SQLite (13 full, 10 input and output, 8 read-only) or PostgreSQL (53100 disk full, 25006
    /// read-only transaction) means.
    fn of_code(code: &str) -> Option<Self> {
        match code {
            "53100" => return Some(Self::Full),
            "25006" => return Some(Self::ReadOnly),
            _ => {}
        }
        match code.parse::<i64>().ok().filter(|_| code.len() < 5)? & 0xff {
            10 | 13 => Some(Self::Full),
            8 => Some(Self::ReadOnly),
            _ => None,
        }
    }

    pub(crate) fn of(error: &rusqlite::Error) -> Option<Self> {
        Self::of_code(&error.sqlite_error()?.extended_code.to_string())
    }
}

/// Every way a question or a change can fail.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row was changed by somebody else since it was read.
    #[error("somebody else changed it first")]
    Stale,
    /// A unique constraint says no. The name is the same in both databases, for instance `account_login_name`
    /// or, for a primary key, `series_pkey`.
    #[error("the constraint {constraint} says no")]
    Conflict {
        /// The constraint's name.
        constraint: String,
    },
    /// The database asks for the whole transaction to be run again: a deadlock, a lost serialisation, a busy file.
    #[error("the transaction has to run again")]
    Retry {
        /// What the database said.
        #[source]
        source: anyhow::Error,
    },
    /// We are at fault, or the machine is.
    #[error("failed to {doing}")]
    Broken {
        /// What we were doing, as the rest of a sentence.
        doing: &'static str,
        /// What went wrong.
        #[source]
        source: anyhow::Error,
    },
}

impl StoreError {
    /// Something that should not happen, in our own words.
    pub fn broken(source: impl Into<anyhow::Error>) -> Self {
        Self::Broken { doing: NOT_SAID, source: source.into() }
    }

    /// Something that should not happen, as a sentence.
    pub fn said(sentence: impl std::fmt::Display) -> Self {
        Self::broken(anyhow::anyhow!("{sentence}"))
    }

    /// Why nothing can be written, if that is what went wrong.
    pub fn unwritable(&self) -> Option<Unwritable> {
        match self {
            Self::Broken { source, .. } => source.downcast_ref::<Unwritable>().copied(),
            _ => None,
        }
    }

    /// The constraint that says no, if one does.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Conflict { constraint } => Some(constraint),
            _ => None,
        }
    }

    /// Is this the conflict of a constraint?
    pub fn is_conflict_of(&self, name: &str) -> bool {
        self.constraint() == Some(name)
    }
}

const NOT_SAID: &str = "ask the database";

/// Says what we were doing when it failed: `.doing("list the records that are due")`.
pub trait Doing<T> {
    /// Adds what we were doing, if nobody nearer to the failure has said it.
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, StoreError> {
    fn doing(self, what: &'static str) -> Self {
        self.map_err(|error| match error {
            StoreError::Broken { doing, source } if doing == NOT_SAID => StoreError::Broken { doing: what, source },
            other => other,
        })
    }
}

/// An error type of a caller that can say whether the whole transaction should run again.
pub trait RunAgain {
    /// Should it run again?
    fn run_again(&self) -> bool;
}

impl RunAgain for StoreError {
    fn run_again(&self) -> bool {
        matches!(self, Self::Retry { .. })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(said) = error.as_database_error() else {
            return Self::broken(error);
        };
        let code = said.code().unwrap_or_default().into_owned();
        if said.is_unique_violation() {
            let constraint = match said.constraint() {
                Some(name) => name.to_owned(),
                None => constraint_of(said.message()),
            };
            return Self::Conflict { constraint };
        }
        if let Some(why) = Unwritable::of_code(&code) {
            return Self::broken(anyhow::Error::new(error).context(why));
        }
        if asks_to_run_again(&code) { Self::Retry { source: error.into() } } else { Self::broken(error) }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(said) = error.sqlite_error() else {
            return Self::broken(error);
        };
        // UNIQUE, PRIMARY KEY and ROWID.
        if matches!(said.extended_code, 2067 | 1555 | 2579) {
            return Self::Conflict { constraint: constraint_of(&error.to_string()) };
        }
        if let Some(why) = Unwritable::of(&error) {
            return Self::broken(anyhow::Error::new(error).context(why));
        }
        match asks_to_run_again(&said.extended_code.to_string()) {
            true => Self::Retry { source: error.into() },
            false => Self::broken(error),
        }
    }
}

/// PostgreSQL's lost serialisation, deadlock and missed lock; SQLite's busy (5) and locked (6) with their kin.
fn asks_to_run_again(code: &str) -> bool {
    match code {
        "40001" | "40P01" | "55P03" => true,
        other => other.len() < 5 && other.parse::<i64>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
    }
}

/// Is SQLite's transaction possibly gone after this error? After a constraint, a mistaken statement, a value too
/// long or of the wrong type only the statement failed; after a full disk the whole transaction may be rolled back.
pub(crate) fn ends_transaction(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_none_or(|said| !matches!(said.extended_code & 0xff, 1 | 18 | 19 | 20 | 25))
}

/// SQLite names the columns, `UNIQUE constraint failed: account.site, account.login_name`; the migrations know the
/// constraint by them.
fn constraint_of(message: &str) -> String {
    let columns = message.rsplit_once("failed: ").map_or(message, |(_, columns)| columns);
    let columns = columns.trim_end_matches(')').trim();
    known_constraints().get(columns).cloned().unwrap_or_else(|| columns.to_owned())
}

fn known_constraints() -> &'static BTreeMap<String, String> {
    static KNOWN: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    KNOWN.get_or_init(|| crate::migrate::sqlite_statements().filter_map(constraint_in).collect())
}

/// The columns and the name of the unique constraint that a statement of a migration makes.
fn constraint_in(statement: &str) -> Option<(String, String)> {
    let named = |table: &str, columns: &str| {
        columns.split(',').map(|column| format!("{table}.{}", column.trim())).collect::<Vec<_>>().join(", ")
    };
    if let Some(rest) = statement.strip_prefix("CREATE UNIQUE INDEX ") {
        let (name, rest) = rest.split_once(" ON ")?;
        let (table, columns) = rest.trim_end().strip_suffix(')')?.split_once(" (")?;
        return Some((named(table, columns), name.to_owned()));
    }
    let table = statement.strip_prefix("CREATE TABLE ")?.split_whitespace().next()?;
    let (_, columns) = statement.rsplit_once("PRIMARY KEY (")?;
    let (columns, _) = columns.split_once(')')?;
    Some((named(table, columns), format!("{table}_pkey")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_of_sqlite_gets_the_name_it_has_in_postgresql() {
        let name = |message: &str| constraint_of(message);
        assert_eq!(name("UNIQUE constraint failed: account.site, account.login_name"), "account_login_name");
        assert_eq!(name("UNIQUE constraint failed: series.site, series.series, series.year_"), "series_pkey");
        assert_eq!(name("UNIQUE constraint failed: nobody.knows"), "nobody.knows");
    }

    #[test]
    fn only_the_nearest_words_about_a_failure_are_kept() {
        let failed: Result<(), _> = Err(StoreError::said("no disk"));
        let failed = failed.doing("write the journal").doing("close the record");
        assert_eq!(failed.expect_err("it failed").to_string(), "failed to write the journal");
    }

    #[test]
    fn busy_and_deadlock_ask_to_run_again_and_a_full_disk_does_not() {
        assert!(asks_to_run_again("5") && asks_to_run_again("517") && asks_to_run_again("40P01"));
        assert_eq!(Unwritable::of_code("13"), Some(Unwritable::Full));
        assert_eq!(Unwritable::of_code("778"), Some(Unwritable::Full));
        assert_eq!(Unwritable::of_code("1032"), Some(Unwritable::ReadOnly));
        assert_eq!(Unwritable::of_code("25006"), Some(Unwritable::ReadOnly));
        assert_eq!(Unwritable::of_code("19"), None);
        assert!(!asks_to_run_again("13") && !asks_to_run_again("23505") && !asks_to_run_again(""));
    }
}
