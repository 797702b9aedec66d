//! How is a question asked? One connection of either database, with three verbs: `list`, `find`, `run`.
//!
//! Every function of this crate takes `&mut Conn`; a `Reader` and a `Tx` both turn into one by themselves.
//! Never builds SQL out of what people typed: values go in as parameters.

use std::borrow::Cow;
use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Postgres, Sqlite, Transaction};

use crate::dialect::Dialect;
use crate::error::{StoreError, ends_transaction};
use crate::param::{Kind, P};
use crate::row::Row;
use crate::writer::Pen;

/// A connection that questions and changes go through, for one site.
#[derive(Debug)]
pub struct Conn {
    site: i64,
    line: Line,
    stripe: i64,
}

#[derive(Debug)]
pub(crate) enum Line {
    SqliteRead(PoolConnection<Sqlite>),
    SqliteSnapshot(Transaction<'static, Sqlite>),
    SqliteWrite(Pen),
    PostgresRead(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// So many PostgreSQL transactions can add to the same figure at a time.
const STRIPES: i64 = 8;
static NEXT_STRIPE: AtomicI64 = AtomicI64::new(0);

/// The two drivers below all lines.
enum Wire<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

/// The text of a statement: fixed, or made of fixed pieces.
pub type Sql = Cow<'static, str>;

impl Conn {
    pub(crate) fn new(site: i64, line: Line) -> Self {
        let stripe = match line {
            Line::PostgresTx(_) => NEXT_STRIPE.fetch_add(1, Ordering::Relaxed) % STRIPES,
            _ => 0,
        };
        Self { site, line, stripe }
    }

    pub(crate) fn into_line(self) -> Line {
        self.line
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
            Line::SqliteRead(_) | Line::SqliteSnapshot(_) | Line::SqliteWrite(_) => Dialect::Sqlite,
            Line::PostgresRead(_) | Line::PostgresTx(_) => Dialect::Postgres,
        }
    }

    /// All rows of an answer.
    pub async fn list(&mut self, sql: impl Into<Sql>, params: impl Into<Vec<P>>) -> Result<Vec<Row>, StoreError> {
        self.list_rows(sql.into(), params.into()).await
    }

    /// The first row of an answer, if there is one.
    pub async fn find(&mut self, sql: impl Into<Sql>, params: impl Into<Vec<P>>) -> Result<Option<Row>, StoreError> {
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
            let done = run_on(Wire::Postgres(&mut inner), sql, params).await;
            match &done {
                Ok(_) => inner.commit().await?,
                Err(_) => inner.rollback().await?,
            }
            done.map_err(StoreError::from)
        } else {
            self.run_once(sql, params).await
        };
        match done {
            Ok(count) => Ok(Some(count)),
            Err(StoreError::Conflict { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn list_rows(&mut self, sql: Sql, params: Vec<P>) -> Result<Vec<Row>, StoreError> {
        let rows: Result<Vec<Row>, sqlx::Error> = match self.wire()? {
            Wire::Sqlite(conn) => sqlite(sql, params).fetch_all(conn).await.map(rows_of),
            Wire::Postgres(conn) => postgres(sql, params).fetch_all(conn).await.map(rows_of),
        };
        self.judge(rows)
    }

    async fn find_row(&mut self, sql: Sql, params: Vec<P>) -> Result<Option<Row>, StoreError> {
        let row = match self.wire()? {
            Wire::Sqlite(conn) => sqlite(sql, params).fetch_optional(conn).await.map(|row| row.map(Row::from)),
            Wire::Postgres(conn) => postgres(sql, params).fetch_optional(conn).await.map(|row| row.map(Row::from)),
        };
        self.judge(row)
    }

    async fn run_once(&mut self, sql: Sql, params: Vec<P>) -> Result<u64, StoreError> {
        let count = run_on(self.wire()?, sql, params).await;
        self.judge(count)
    }

    fn wire(&mut self) -> Result<Wire<'_>, StoreError> {
        Ok(match &mut self.line {
            Line::SqliteRead(conn) => Wire::Sqlite(conn),
            Line::SqliteSnapshot(tx) => Wire::Sqlite(tx),
            Line::SqliteWrite(pen) => Wire::Sqlite(pen.conn()?),
            Line::PostgresRead(conn) => Wire::Postgres(conn),
            Line::PostgresTx(tx) => Wire::Postgres(tx),
        })
    }

    /// Remembers an error after which SQLite may have dropped the transaction: nothing more may be written then.
    fn judge<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        if let (Err(error), Line::SqliteWrite(pen)) = (&answer, &mut self.line)
            && ends_transaction(error)
        {
            pen.break_off();
        }
        Ok(answer?)
    }
}

async fn run_on(wire: Wire<'_>, sql: Sql, params: Vec<P>) -> Result<u64, sqlx::Error> {
    Ok(match wire {
        Wire::Sqlite(conn) => sqlite(sql, params).execute(conn).await?.rows_affected(),
        Wire::Postgres(conn) => postgres(sql, params).execute(conn).await?.rows_affected(),
    })
}

fn rows_of<R>(rows: Vec<R>) -> Vec<Row>
where
    Row: From<R>,
{
    rows.into_iter().map(Row::from).collect()
}

/// The one place where SQL text is declared safe for SQLite.
fn sqlite(sql: Sql, params: Vec<P>) -> Query<'static, Sqlite, SqliteArguments> {
    params.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, param| match param {
        P::Null(_) => query.bind(None::<i64>),
        P::Int(value) => query.bind(value),
        P::Text(value) => query.bind(value),
        P::Bytes(value) => query.bind(value),
    })
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
