//! Where is everything kept? In a SQLite file or in PostgreSQL, behind one handle.
//!
//! `read` gives a connection for questions, `snapshot` one that sees a single moment, `snapshots` several that see the
//! same one, `begin` a transaction.
//! Never reads a clock; never lets a caller see which database it is.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Postgres, Transaction};

use crate::conn::{Conn, Line};
use crate::dialect::Dialect;
use crate::error::{Doing as _, RunAgain, StoreError};
use crate::sqlite::{Lite, Opening, Readers, aside};
use crate::writer::Writer;

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site that statements name: the number of one organisation tree.
    pub site: i64,
    /// The connections for reading (SQLite) or altogether (PostgreSQL).
    pub connections: u32,
    /// Does a commit survive a power cut? Only tests say no.
    pub durable: bool,
    /// Must an act tell of every changed row that nothing else proves? Only the store's own tests say no.
    pub answers: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { site: 1, connections: 16, durable: true, answers: true }
    }
}

/// The handle of the database. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Db {
    site: i64,
    answers: bool,
    connections: u32,
    engine: Arc<Engine>,
}

#[derive(Debug)]
enum Engine {
    Sqlite { readers: Arc<Readers>, writer: Writer, path: PathBuf },
    Postgres { pool: PgPool, schema: Option<String> },
}

/// A connection for questions.
#[derive(Debug)]
pub struct Reader(Conn);

/// A transaction. Dropped without `commit`, it never was.
#[derive(Debug)]
#[must_use = "a transaction that is not committed is taken back"]
pub struct Tx(Conn, bool);

impl Db {
    /// Opens `sqlite://path` or `postgres://…`; the latter may name a `?schema=`. The file is made if it is not there.
    pub async fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        let engine = if let Some(path) = sqlite_path(url) {
            open_sqlite(path, &options).await.doing("open the SQLite file")?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, &options).await.doing("connect to PostgreSQL")?
        } else {
            return Err(StoreError::said("the address must begin with sqlite:// or postgres://"))
                .doing("open the database");
        };
        let Options { site, answers, connections, .. } = options;
        Ok(Self { site, answers, connections, engine: Arc::new(engine) })
    }

    /// The same database, for another site.
    #[must_use]
    pub fn at_site(&self, site: i64) -> Self {
        Self { site, engine: Arc::clone(&self.engine), ..*self }
    }

    /// The site that its connections name.
    pub fn site(&self) -> i64 {
        self.site
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        match &*self.engine {
            Engine::Sqlite { .. } => Dialect::Sqlite,
            Engine::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// The SQLite file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match &*self.engine {
            Engine::Sqlite { path, .. } => Some(path),
            Engine::Postgres { .. } => None,
        }
    }

    /// How many durable commits SQLite made since the file was opened; commands that come together share one.
    pub fn commits(&self) -> Option<usize> {
        match &*self.engine {
            Engine::Sqlite { writer, .. } => Some(writer.commits()),
            Engine::Postgres { .. } => None,
        }
    }

    /// The schema named in the address, if any.
    pub(crate) fn schema(&self) -> Option<&str> {
        match &*self.engine {
            Engine::Postgres { schema, .. } => schema.as_deref(),
            Engine::Sqlite { .. } => None,
        }
    }

    /// A connection for questions; each statement sees what is committed when it begins.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let line = match &*self.engine {
            Engine::Sqlite { readers, .. } => Line::SqliteRead(readers.take(false).await?),
            Engine::Postgres { pool, .. } => Line::PostgresRead(pool.acquire().await?),
        };
        Ok(Reader(Conn::new(self.site, line)))
    }

    /// A connection for questions whose statements all see the same moment.
    pub async fn snapshot(&self) -> Result<Reader, StoreError> {
        let line = match &*self.engine {
            Engine::Sqlite { readers, .. } => Line::SqliteRead(readers.take(true).await?),
            Engine::Postgres { pool, .. } => {
                Line::PostgresTx(begin_postgres(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        };
        Ok(Reader(Conn::new(self.site, line)))
    }

    /// Connections for questions that all see the same moment, so that something long is read side by side: one, and as
    /// many more as are wanted, but no more than half of all that there are.
    pub async fn snapshots(&self, more: usize) -> Result<(Reader, Vec<Reader>), StoreError> {
        let more = more.min((self.connections as usize / 2).saturating_sub(1));
        let Engine::Sqlite { readers, writer, .. } = &*self.engine else { return self.exported(more).await };
        let mut all = Vec::with_capacity(more);
        let mut one = readers.take(false).await?;
        for _ in 0..more {
            all.push(readers.take(false).await?);
        }
        // While this is held nobody commits, in no other process either.
        let pen = writer.begin(true).await?;
        one.stand_still()?;
        for reading in &mut all {
            reading.stand_still()?;
        }
        drop(pen);
        let reader = |reading| Reader(Conn::new(self.site, Line::SqliteRead(reading)));
        Ok((reader(one), all.into_iter().map(reader).collect()))
    }

    /// PostgreSQL names a moment, so that others may see it too.
    async fn exported(&self, more: usize) -> Result<(Reader, Vec<Reader>), StoreError> {
        let mut one = self.snapshot().await?;
        let mut all = Vec::with_capacity(more);
        if more > 0 {
            let moment = one.find("SELECT pg_export_snapshot()", []).await.doing("name a moment")?;
            let moment = moment.map_or_else(|| Ok(String::new()), |row| row.text(0))?;
            for _ in 0..more {
                let mut next = self.snapshot().await?;
                next.run(format!("SET TRANSACTION SNAPSHOT '{moment}'"), []).await.doing("see the same moment")?;
                all.push(next);
            }
        }
        Ok((one, all))
    }

    /// Begins a transaction. Keep it short: in SQLite all others wait meanwhile.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.begin_as(false).await
    }

    /// Begins a transaction that will take longer than some milliseconds (an import): nobody's finished command has
    /// to wait for it.
    pub async fn begin_long(&self) -> Result<Tx, StoreError> {
        self.begin_as(true).await
    }

    async fn begin_as(&self, alone: bool) -> Result<Tx, StoreError> {
        let line = match &*self.engine {
            Engine::Sqlite { writer, .. } => Line::SqliteWrite(writer.begin(alone).await?),
            Engine::Postgres { pool, .. } => Line::PostgresTx(begin_postgres(pool, "BEGIN").await?),
        };
        Ok(Tx(Conn::new(self.site, line), self.answers))
    }

    /// Runs a whole transaction and runs it again, up to five times, while the database asks for that.
    /// The work gives the transaction back with its answer, and it is committed here:
    /// `db.transact(|mut tx| async move { …; Ok((tx, answer)) })`.
    #[expect(clippy::disallowed_methods, reason = "whoever was faster needs a moment to finish")]
    pub async fn transact<T, E, F>(&self, mut work: impl FnMut(Tx) -> F) -> Result<T, E>
    where
        E: From<StoreError> + RunAgain,
        F: Future<Output = Result<(Tx, T), E>>,
    {
        let mut tries = 0;
        loop {
            tries += 1;
            let done = match work(self.begin().await?).await {
                Ok((tx, answer)) => tx.commit().await.map(|()| answer).map_err(E::from),
                Err(error) => Err(error),
            };
            match done {
                Err(error) if error.run_again() && tries < 5 => {
                    tokio::time::sleep(Duration::from_millis(5 * tries)).await;
                }
                other => return other,
            }
        }
    }

    /// A statement outside of any transaction.
    pub(crate) async fn outside(&self, sql: String) -> Result<(), StoreError> {
        match &*self.engine {
            Engine::Sqlite { writer, .. } => writer.outside(sql).await,
            Engine::Postgres { pool, .. } => {
                sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await?;
                Ok(())
            }
        }
    }

    /// A statement of SQLite on a connection of its own, so that nobody who writes has to wait for it.
    pub(crate) async fn beside(&self, sql: String) -> Result<(), StoreError> {
        let Engine::Sqlite { path, .. } = &*self.engine else { return Ok(()) };
        let work = move |path: &mut PathBuf| {
            Lite::open(path, Opening { durable: true, reads_only: false }).and_then(|lite| lite.run(&sql, &[]))
        };
        let (_, done) = aside(path.clone(), work).await?;
        done?;
        Ok(())
    }

    /// Closes all connections; what was acknowledged is durable anyway.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite { readers, writer, .. } => {
                readers.close();
                // Moves the log into the file, so that a copy of the file alone is complete; a failure costs nothing.
                let _ = writer.outside(String::from("PRAGMA wal_checkpoint(TRUNCATE)")).await;
            }
            Engine::Postgres { pool, .. } => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes it so. When this returns, a power cut cannot take it away.
    /// Refused if a row was changed that only an act can prove, and none told of it.
    pub async fn commit(self) -> Result<(), StoreError> {
        if let (true, Some(table)) = (self.1, self.0.untold()) {
            return Err(StoreError::said(format!("rows of {table} changed and no act after it tells of them")))
                .doing("commit");
        }
        let done = match self.0.into_line() {
            Line::SqliteWrite(pen) => pen.commit().await,
            Line::PostgresTx(tx) => tx.commit().await.map_err(StoreError::from),
            Line::SqliteRead(_) | Line::PostgresRead(_) => Ok(()),
        };
        done.doing("commit")
    }
}

impl Deref for Reader {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// `sqlite://data/zugong.db`, `sqlite:///var/lib/zugong.db`, `sqlite:zugong.db`.
fn sqlite_path(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    (!path.is_empty()).then(|| Path::new(path))
}

async fn open_sqlite(path: &Path, options: &Options) -> Result<Engine, StoreError> {
    refuse_network(path)?;
    let how = Opening { durable: options.durable, reads_only: false };
    let (path, lite) = aside(path.to_owned(), move |path: &mut PathBuf| Lite::open(path, how)).await?;
    let readers = Readers::new(&path, Opening { reads_only: true, ..how }, options.connections);
    Ok(Engine::Sqlite { readers, writer: Writer::new(lite?), path })
}

async fn open_postgres(url: &str, options: &Options) -> Result<Engine, StoreError> {
    let (url, schema) = take_schema(url)?;
    let mut connect = PgConnectOptions::from_str(&url)?.statement_cache_capacity(512);
    if let Some(schema) = &schema {
        connect = connect.options([("search_path", schema)]);
    }
    if !options.durable {
        connect = connect.options([("synchronous_commit", "off")]);
    }
    let pool = PgPoolOptions::new()
        .max_connections(options.connections)
        .test_before_acquire(false)
        .before_acquire(|conn, idle| {
            Box::pin(async move {
                let fresh = idle.idle_for < Duration::from_secs(10);
                Ok(fresh || conn.ping().await.is_ok())
            })
        })
        .connect_with(connect.disable_statement_logging())
        .await?;
    Ok(Engine::Postgres { pool, schema })
}

/// Begins in a task of its own: the driver would forget a BEGIN that was sent but not waited for, and give the
/// connection to the next with a transaction still open.
async fn begin_postgres(pool: &PgPool, how: &'static str) -> Result<Transaction<'static, Postgres>, StoreError> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(how).await });
    Ok(begun.await.map_err(StoreError::broken)??)
}

/// Takes `schema=` out of the address: the driver does not know it. A schema is a plain name.
fn take_schema(url: &str) -> Result<(String, Option<String>), StoreError> {
    let Some((address, query)) = url.split_once('?') else {
        return Ok((url.to_owned(), None));
    };
    let (schemas, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with("schema="));
    let schema = schemas.first().map(|pair| pair.trim_start_matches("schema=").to_owned());
    let plain = |name: &String| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= 63
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if schema.as_ref().is_some_and(|name| !plain(name)) {
        return Err(StoreError::said("a schema's name is made of small letters, digits and _"));
    }
    let url = if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) };
    Ok((url, schema))
}

/// SQLite's log needs memory shared between processes, which network file systems do not give: files break.
fn refuse_network(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(folder), Ok(mounts)) = (folder.canonicalize(), std::fs::read_to_string("/proc/self/mounts")) else {
        return Ok(());
    };
    match kind_of_mount(&mounts, &folder) {
        Some(kind) if on_network(kind) => Err(StoreError::said(format!(
            "{} lies on a network file system ({kind}); put the database on a local disk or use PostgreSQL",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// The kind of the file system with the longest mount point above the folder.
fn kind_of_mount<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    mounts.filter(|(point, _)| folder.starts_with(point)).max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind)
}

fn on_network(kind: &str) -> bool {
    ["nfs", "cifs", "smb", "fuse.sshfs", "fuse.glusterfs", "glusterfs", "ceph", "davfs", "afs", "lustre"]
        .iter()
        .any(|name| kind.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_on_a_network_file_system_is_known() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\nbox:/share /srv/share nfs4 rw 0 0\n";
        let network = |folder: &str| kind_of_mount(mounts, Path::new(folder)).is_some_and(on_network);
        assert!(network("/srv/share/zugong"));
        assert!(!network("/srv/shared"));
        assert!(!network("/var/lib"));
    }

    #[test]
    fn a_schema_is_taken_out_of_the_address_and_must_be_a_plain_name() {
        let taken = take_schema("postgres://u@h/d?sslmode=disable&schema=t1").expect("a plain name");
        assert_eq!(taken, ("postgres://u@h/d?sslmode=disable".to_owned(), Some("t1".to_owned())));
        assert!(take_schema("postgres://u@h/d?schema=a;drop").is_err());
        assert_eq!(take_schema("postgres://h/d").expect("no schema").1, None);
    }
}
