//! How is SQLite spoken to? By the thread that asks, without a thread in between.
//!
//! A question that finds its rows in memory takes some ten microseconds; handing it to another thread and back costs
//! several times that, and once more for every row. What takes long (a commit, an export, an import, a copy) is taken
//! aside, to a thread that may wait.
//! Never used by two at once: whoever holds a connection has it alone.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, Error, OpenFlags, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::StoreError;
use crate::param::P;
use crate::row::Row;

/// Statements that a connection keeps prepared.
const PREPARED: usize = 512;

/// The most columns of an answer that is read as it passes by.
const WIDEST: usize = 32;

/// One connection to the file.
#[derive(Debug)]
pub(crate) struct Lite(Connection);

/// How a file is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    /// Does a commit survive a power cut?
    pub(crate) durable: bool,
    /// May it only be read?
    pub(crate) reads_only: bool,
}

impl Lite {
    /// Opens the file; it is made if it is not there.
    pub(crate) fn open(path: &Path, how: Opening) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(Duration::from_secs(10))?;
        conn.set_prepared_statement_cache_capacity(PREPARED);
        // A statement is planned once, for whatever values: each list says itself which way it goes.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let lite = Self(conn);
        for pragma in [
            "journal_mode = WAL",
            if how.durable { "synchronous = FULL" } else { "synchronous = OFF" },
            "foreign_keys = ON",
            "cache_size = -65536",
            "temp_store = MEMORY",
            "mmap_size = 268435456",
            "wal_autocheckpoint = 10000",
            if how.reads_only { "query_only = ON" } else { "query_only = OFF" },
        ] {
            lite.run(&format!("PRAGMA {pragma}"), &[])?;
        }
        Ok(lite)
    }

    /// All rows of an answer.
    pub(crate) fn list(&self, sql: &str, params: &[P]) -> Result<Vec<Row<'static>>> {
        self.rows(sql, params, usize::MAX)
    }

    /// What is read of each row of an answer as it passes by.
    pub(crate) fn list_of<T>(
        &self,
        sql: &str,
        params: &[P],
        mut read: impl FnMut(&Row<'_>) -> std::result::Result<T, StoreError>,
    ) -> Result<std::result::Result<Vec<T>, StoreError>> {
        let mut statement = self.0.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let width = statement.column_count();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let mut values = [ValueRef::Null; WIDEST];
            let values = values.get_mut(..width).ok_or(Error::InvalidColumnIndex(width))?;
            for (at, value) in values.iter_mut().enumerate() {
                *value = row.get_ref(at)?;
            }
            match read(&Row::from(&*values)) {
                Ok(it) => found.push(it),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(found))
    }

    /// The first row of an answer.
    pub(crate) fn find(&self, sql: &str, params: &[P]) -> Result<Option<Row<'static>>> {
        Ok(self.rows(sql, params, 1)?.pop())
    }

    /// Changes something and says how many rows changed. Rows that come back are passed over.
    pub(crate) fn run(&self, sql: &str, params: &[P]) -> Result<u64> {
        let mut statement = self.0.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        Ok(self.0.changes())
    }

    /// The names of the columns and all rows of an answer.
    pub(crate) fn named(&self, sql: &str, params: &[P]) -> Result<(Vec<String>, Vec<Row<'static>>)> {
        let names = self.0.prepare_cached(sql)?.column_names().into_iter().map(str::to_owned).collect();
        Ok((names, self.list(sql, params)?))
    }

    fn rows(&self, sql: &str, params: &[P], most: usize) -> Result<Vec<Row<'static>>> {
        let mut statement = self.0.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let width = statement.column_count();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while found.len() < most
            && let Some(row) = rows.next()?
        {
            found.push(Row::from((0..width).map(|at| row.get(at)).collect::<Result<Box<[Value]>>>()?));
        }
        Ok(found)
    }
}

/// `$3` stands for the third parameter wherever it stands; each `?` for the next. One that is missing is an error: it
/// never becomes a null in silence.
fn bind(statement: &mut CachedStatement<'_>, params: &[P]) -> Result<()> {
    let mut next = 0;
    for place in 1..=statement.parameter_count() {
        let number = match statement.parameter_name(place) {
            Some(name) => name.trim_start_matches(['$', '?']).parse::<usize>().unwrap_or(0),
            None => {
                next += 1;
                next
            }
        };
        let value = number.checked_sub(1).and_then(|at| params.get(at));
        let value = value.ok_or(Error::InvalidParameterCount(params.len(), number))?;
        statement.raw_bind_parameter(place, ToSqlOutput::Borrowed(raw(value)))?;
    }
    Ok(())
}

fn raw(value: &P) -> ValueRef<'_> {
    match value {
        P::Null(_) => ValueRef::Null,
        P::Int(number) => ValueRef::Integer(*number),
        P::Text(text) => ValueRef::Text(text.as_bytes()),
        P::Bytes(bytes) => ValueRef::Blob(bytes),
    }
}

/// Connections for reading, opened when they are wanted.
#[derive(Debug)]
pub(crate) struct Readers {
    path: Box<Path>,
    how: Opening,
    idle: Mutex<Vec<Lite>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(path: &Path, how: Opening, most: u32) -> Arc<Self> {
        let turns = Arc::new(Semaphore::new(most.max(1) as usize));
        Arc::new(Self { path: path.into(), how, idle: Mutex::default(), turns })
    }

    /// Waits for a connection. A `snapshot` sees one moment until it is given back.
    pub(crate) async fn take(self: &Arc<Self>, snapshot: bool) -> std::result::Result<Reading, StoreError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(StoreError::broken)?;
        let idle = self.idle.lock().expect("nobody panics while holding the idle connections").pop();
        let lite = match idle {
            Some(lite) => lite,
            None => Lite::open(&self.path, self.how)?,
        };
        if snapshot {
            lite.run("BEGIN", &[])?;
        }
        Ok(Reading { lite: Some(lite), readers: Arc::clone(self), snapshot, _turn: turn })
    }

    /// Nobody reads any more.
    pub(crate) fn close(&self) {
        self.turns.close();
        self.idle.lock().expect("nobody panics while holding the idle connections").clear();
    }
}

/// A connection for reading, until it is dropped.
#[derive(Debug)]
pub(crate) struct Reading {
    lite: Option<Lite>,
    readers: Arc<Readers>,
    snapshot: bool,
    _turn: OwnedSemaphorePermit,
}

impl Reading {
    /// From now on it sees this moment, which begins with the first question.
    pub(crate) fn stand_still(&mut self) -> Result<()> {
        let lite = self.lite();
        lite.run("BEGIN", &[])?;
        lite.run("SELECT COUNT(*) FROM sqlite_schema", &[])?;
        self.snapshot = true;
        Ok(())
    }

    /// Does it see one moment? Such questions are long ones.
    pub(crate) fn is_long(&self) -> bool {
        self.snapshot
    }

    pub(crate) fn lite(&self) -> &Lite {
        self.lite.as_ref().expect("a reading has its connection until it is dropped")
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let Some(lite) = self.lite.take() else { return };
        // A connection that cannot end its snapshot is not used again.
        if (!self.snapshot || lite.run("ROLLBACK", &[]).is_ok())
            && !self.readers.turns.is_closed()
            && let Ok(mut idle) = self.readers.idle.lock()
        {
            idle.push(lite);
        }
    }
}

/// Does something long in a thread that may wait, with something that comes back afterwards. If the asker gives up
/// meanwhile, it is dropped there.
pub(crate) async fn aside<T, R>(
    with: T,
    work: impl FnOnce(&mut T) -> R + Send + 'static,
) -> std::result::Result<(T, R), StoreError>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let mut with = with;
        let done = work(&mut with);
        // Whoever gave up waiting does not want it back.
        let _ = sender.send((with, done));
    });
    receiver.await.map_err(StoreError::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_is_missing_is_an_error_and_never_a_null() {
        let lite = Lite(Connection::open_in_memory().expect("a database in memory"));
        let found = lite.find("SELECT $2 + $1 + $1", &[P::Int(1), P::Int(40)]).expect("asked").expect("a row");
        assert_eq!(found.int(0).expect("a number"), 42);
        for sql in ["SELECT $1, $3", "SELECT ?, ?, ?", "SELECT :name"] {
            assert!(lite.find(sql, &[P::Int(1), P::Int(2)]).is_err(), "{sql}");
        }
    }
}
