//! How is a question asked? One connection of either database, with three verbs: `list`, `find`, `run`.
//!
//! Every function of this crate takes `&mut Conn`; a `Reader` and a `Tx` both turn into one by themselves.
//!
//! Whoever adds a table gives it a line in [`crate::evidence::TABLES`]. Rows of a table that is **told** are noted by
//! `run` when a statement changes them (nothing to call), and the act that the command writes last
//! (`app::commands::batches::act`, which is [`crate::acts::tell`]) keeps their hashes. A commit after which a changed
//! row has no act is refused, so: change the rows, then write the act, then commit.
//! Never builds SQL out of what people typed: values go in as parameters.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection as _, Postgres, Transaction};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::dialect::Dialect;
use crate::error::{StoreError, ends_transaction};
use crate::evidence::{self, Table};
use crate::param::{Kind, P};
use crate::row::Row;
use crate::sqlite::{Lite, Reading};
use crate::writer::Pen;

/// A connection that questions and changes go through, for one site.
#[derive(Debug)]
pub struct Conn {
    site: i64,
    line: Line,
    stripe: i64,
    touched: Touched,
}

/// Rows that were changed and that no act has told of yet: table and key as text, and the key.
pub(crate) type Touched = BTreeMap<(&'static str, String), Vec<P>>;

#[derive(Debug)]
pub(crate) enum Line {
    SqliteRead(Reading),
    SqliteWrite(Pen),
    PostgresRead(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// So many PostgreSQL transactions can add to the same figure at a time.
const STRIPES: i64 = 8;
static NEXT_STRIPE: AtomicI64 = AtomicI64::new(0);

/// The text of a statement: fixed, or made of fixed pieces.
pub type Sql = Cow<'static, str>;

impl Conn {
    pub(crate) fn new(site: i64, line: Line) -> Self {
        let stripe = match line {
            Line::PostgresTx(_) => NEXT_STRIPE.fetch_add(1, Ordering::Relaxed) % STRIPES,
            _ => 0,
        };
        Self { site, line, stripe, touched: Touched::new() }
    }

    pub(crate) fn into_line(self) -> Line {
        self.line
    }

    /// The rows that were changed since this was last asked.
    pub(crate) fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    /// A table of which a row was changed and no act told.
    pub fn untold(&self) -> Option<&'static str> {
        self.touched.keys().next().map(|(table, _)| *table)
    }

    /// The site that every statement names.
    pub fn site(&self) -> i64 {
        self.site
    }

    /// The site, as a parameter.
    pub(crate) fn here(&self) -> P {
        P::Int(self.site)
    }

    /// The stripe of figures that this transaction adds to, so that it need not wait for others.
    pub(crate) fn stripe(&self) -> P {
        P::Int(self.stripe)
    }

    /// Which database is at the other end.
    pub fn dialect(&self) -> Dialect {
        match self.line {
            Line::SqliteRead(_) | Line::SqliteWrite(_) => Dialect::Sqlite,
            Line::PostgresRead(_) | Line::PostgresTx(_) => Dialect::Postgres,
        }
    }

    /// All rows of an answer.
    pub async fn list(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Into<Vec<P>>,
    ) -> Result<Vec<Row<'static>>, StoreError> {
        self.list_rows(sql.into(), params.into()).await
    }

    /// What is read of each row of an answer, as it passes by: for answers that are long or asked for often.
    pub async fn list_of<T: Send>(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Into<Vec<P>>,
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let (sql, params) = (sql.into(), params.into());
        match &self.line {
            Line::SqliteRead(_) | Line::SqliteWrite(_) => {
                self.ask_sqlite(move |lite| lite.list_of(&sql, &params, read)).await?
            }
            _ => self.list_rows(sql, params).await?.iter().map(&mut read).collect(),
        }
    }

    /// The first row of an answer, if there is one.
    pub async fn find(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Into<Vec<P>>,
    ) -> Result<Option<Row<'static>>, StoreError> {
        self.find_row(sql.into(), params.into()).await
    }

    /// Changes something and says how many rows changed.
    pub async fn run(&mut self, sql: impl Into<Sql>, params: impl Into<Vec<P>>) -> Result<u64, StoreError> {
        self.run_once(sql.into(), params.into()).await
    }

    /// Changes something unless a unique constraint says no: then nothing changed, the transaction lives on and the
    /// answer is none. (In PostgreSQL an error ends the transaction, so the statement gets a savepoint.)
    pub async fn run_unless_known(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Into<Vec<P>>,
    ) -> Result<Option<u64>, StoreError> {
        let (sql, params) = (sql.into(), params.into());
        let done = if let Line::PostgresTx(tx) = &mut self.line {
            let mut inner = tx.begin().await?;
            let told = evidence::changed_by(&sql);
            let done = match told {
                Some(table) => {
                    let sql = format!("{sql}{}", Dialect::Postgres.and_tell(table.key)).into();
                    postgres(sql, params).fetch_all(&mut *inner).await.map(|rows| (0, rows_of(rows)))
                }
                None => {
                    let done = postgres(sql, params).execute(&mut *inner).await;
                    done.map(|done| (done.rows_affected(), Vec::new()))
                }
            };
            match &done {
                Ok(_) => inner.commit().await?,
                Err(_) => inner.rollback().await?,
            }
            match (done, told) {
                (Ok((_, keys)), Some(table)) => self.note(table, &keys),
                (Ok((count, _)), None) => Ok(count),
                (Err(error), _) => Err(StoreError::from(error)),
            }
        } else {
            self.run_once(sql, params).await
        };
        match done {
            Ok(count) => Ok(Some(count)),
            Err(StoreError::Conflict { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// All rows of an answer, each as the names and values of its columns: for looking at rows as such.
    pub async fn named(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Into<Vec<P>>,
    ) -> Result<Vec<Vec<(String, P)>>, StoreError> {
        let (sql, params) = (sql.into(), params.into());
        match self.dialect() {
            Dialect::Postgres => self.list_rows(sql, params).await?.iter().map(Row::named).collect(),
            Dialect::Sqlite => {
                let (names, rows) = self.ask_sqlite(move |lite| lite.named(&sql, &params)).await?;
                let columns =
                    |row: &Row| names.iter().enumerate().map(|(at, name)| Ok((name.clone(), row.value(at)?))).collect();
                rows.iter().map(columns).collect()
            }
        }
    }

    /// Notes the rows that a statement changed, and says how many.
    fn note(&mut self, table: &'static Table, keys: &[Row<'_>]) -> Result<u64, StoreError> {
        for row in keys {
            let key = (0..table.key.len()).map(|at| row.value(at)).collect::<Result<Vec<_>, _>>()?;
            self.touched.insert((table.name, evidence::key_text(&key)), key);
        }
        Ok(keys.len() as u64)
    }

    async fn list_rows(&mut self, sql: Sql, params: Vec<P>) -> Result<Vec<Row<'static>>, StoreError> {
        match &mut self.line {
            Line::PostgresRead(conn) => Ok(rows_of(postgres(sql, params).fetch_all(&mut **conn).await?)),
            Line::PostgresTx(tx) => Ok(rows_of(postgres(sql, params).fetch_all(&mut **tx).await?)),
            _ => self.ask_sqlite(move |lite| lite.list(&sql, &params)).await,
        }
    }

    async fn find_row(&mut self, sql: Sql, params: Vec<P>) -> Result<Option<Row<'static>>, StoreError> {
        match &mut self.line {
            Line::PostgresRead(conn) => Ok(postgres(sql, params).fetch_optional(&mut **conn).await?.map(Row::from)),
            Line::PostgresTx(tx) => Ok(postgres(sql, params).fetch_optional(&mut **tx).await?.map(Row::from)),
            _ => self.ask_sqlite(move |lite| lite.find(&sql, &params)).await,
        }
    }

    async fn run_once(&mut self, sql: Sql, params: Vec<P>) -> Result<u64, StoreError> {
        if let Some(table) = evidence::changed_by(&sql) {
            let sql = format!("{sql}{}", self.dialect().and_tell(table.key)).into();
            let keys = self.list_rows(sql, params).await?;
            return self.note(table, &keys);
        }
        match &mut self.line {
            Line::PostgresRead(conn) => Ok(postgres(sql, params).execute(&mut **conn).await?.rows_affected()),
            Line::PostgresTx(tx) => Ok(postgres(sql, params).execute(&mut **tx).await?.rows_affected()),
            _ => self.ask_sqlite(move |lite| lite.run(&sql, &params)).await,
        }
    }

    /// Asks SQLite in the thread that asks. What takes long lets the other work of this thread go to another one
    /// meanwhile.
    async fn ask_sqlite<T>(&mut self, ask: impl FnOnce(&Lite) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let is_long = match &self.line {
            Line::SqliteRead(reading) => reading.is_long(),
            Line::SqliteWrite(pen) => pen.is_long(),
            _ => false,
        };
        // Whoever asks much lets others have a turn.
        tokio::task::consume_budget().await;
        match is_long && Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            true => tokio::task::block_in_place(|| judged(&mut self.line, ask)),
            false => judged(&mut self.line, ask),
        }
    }
}

fn judged<T>(line: &mut Line, ask: impl FnOnce(&Lite) -> rusqlite::Result<T>) -> Result<T, StoreError> {
    let answer = match line {
        Line::SqliteRead(reading) => ask(reading.lite()),
        Line::SqliteWrite(pen) => ask(pen.lite()?),
        Line::PostgresRead(_) | Line::PostgresTx(_) => return Err(StoreError::said("PostgreSQL was asked as SQLite")),
    };
    if let (Err(error), Line::SqliteWrite(pen)) = (&answer, line)
        && ends_transaction(error)
    {
        pen.break_off();
    }
    Ok(answer?)
}

fn rows_of<R>(rows: Vec<R>) -> Vec<Row<'static>>
where
    Row<'static>: From<R>,
{
    rows.into_iter().map(Row::from).collect()
}

/// The one place where SQL text is declared safe for PostgreSQL.
fn postgres(sql: Sql, params: Vec<P>) -> Query<'static, Postgres, PgArguments> {
    params.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, param| match param {
        P::Null(Kind::Int) => query.bind(None::<i64>),
        P::Null(Kind::Text) => query.bind(None::<String>),
        P::Null(Kind::Bytes) => query.bind(None::<Vec<u8>>),
        P::Int(value) => query.bind(value),
        P::Text(value) => query.bind(value),
        P::Bytes(value) => query.bind(value),
    })
}
