//! How do many commands share one durable commit? SQLite has one writer, and its fsync costs more than a command.
//!
//! Commands take the pen in turn (a fair queue) and each runs inside a savepoint of its own name. Savepoints are not
//! released: the commit takes them all, and a command that goes back goes to its own and to no other's.
//! When a command ends while others wait, the commit is put off: at most 64 commands or 4 milliseconds later one
//! commit makes all of them durable, and only then is any of them told that it is done.
//! A command that fails, or whose future is dropped, goes back to its savepoint and harms nobody.
//! If the commit fails, all who wait for it are told so.
//! Never acknowledges what a power cut could take away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};
use tokio::time::Instant;

use crate::conn::Sql;
use crate::error::{StoreError, ends_transaction};

/// So many commands share a commit at most.
const MOST_TOGETHER: usize = 64;
/// So long a finished command waits for others at most.
const LONGEST_WAIT: Duration = Duration::from_millis(4);

/// The one writer of a SQLite file.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    desk: Arc<Mutex<Desk>>,
    waiting: Arc<AtomicUsize>,
    commits: Arc<AtomicUsize>,
}

/// What lies on the writer's desk. Whoever holds the lock holds the pen.
#[derive(Debug)]
struct Desk {
    conn: SqliteConnection,
    /// Is a transaction open?
    open: bool,
    /// May SQLite have dropped the transaction by itself?
    lost: bool,
    /// Counts transactions, so that a late watch does not commit the wrong one.
    batch: u64,
    /// Those who finished and wait for the commit.
    promised: Vec<oneshot::Sender<Outcome>>,
    /// When the first of them finished.
    since: Instant,
    commits: Arc<AtomicUsize>,
}

/// How a commit ended, told to many: the words of the failure, and whether to run again.
type Outcome = Result<(), (String, bool)>;

/// The right to write, until it is put down.
#[derive(Debug)]
pub(crate) struct Pen {
    desk: Option<OwnedMutexGuard<Desk>>,
    writer: Writer,
    /// The first command of a transaction needs no savepoint: it goes back by ending the transaction.
    first: bool,
}

/// Counts somebody as waiting, also if they give up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn for_pen(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Writer {
    pub(crate) async fn open(options: &SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let conn = SqliteConnection::connect_with(options).await?;
        let commits = Arc::<AtomicUsize>::default();
        let desk = Desk {
            conn,
            open: false,
            lost: false,
            batch: 0,
            promised: Vec::new(),
            since: Instant::now(),
            commits: Arc::clone(&commits),
        };
        Ok(Self { desk: Arc::new(Mutex::new(desk)), waiting: Arc::default(), commits })
    }

    /// Waits for the pen and begins a command. One that will take long (`alone`) first commits what waits.
    pub(crate) async fn begin(&self, alone: bool) -> Result<Pen, StoreError> {
        let desk = {
            let _waiting = Waiting::for_pen(&self.waiting);
            Arc::clone(&self.desk).lock_owned().await
        };
        let mut pen = Pen { desk: Some(desk), writer: self.clone(), first: false };
        pen.start(alone).await?;
        Ok(pen)
    }

    /// A statement outside of any transaction (`VACUUM INTO`, `ANALYZE`).
    pub(crate) async fn outside(&self, sql: String) -> Result<(), StoreError> {
        let mut desk = {
            let _waiting = Waiting::for_pen(&self.waiting);
            Arc::clone(&self.desk).lock_owned().await
        };
        desk.finish().await;
        sqlx::query(AssertSqlSafe(sql)).execute(&mut desk.conn).await?;
        Ok(())
    }

    /// How many durable commits there were since the file was opened.
    pub(crate) fn commits(&self) -> usize {
        self.commits.load(Ordering::Relaxed)
    }

    fn others_wait(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Commits the given transaction a little later, should nobody have done it by then.
    #[expect(clippy::disallowed_methods, reason = "it waits for nothing but time: for others to finish as well")]
    fn watch(&self, batch: u64) {
        let desk = Arc::clone(&self.desk);
        tokio::spawn(async move {
            tokio::time::sleep(LONGEST_WAIT).await;
            let mut desk = desk.lock().await;
            if desk.batch == batch {
                desk.finish().await;
            }
        });
    }
}

impl Pen {
    async fn start(&mut self, alone: bool) -> Result<(), StoreError> {
        let desk = self.desk.as_mut().expect("the pen has just been taken");
        if desk.lost || alone {
            desk.finish().await;
        }
        self.first = !desk.open;
        if self.first {
            desk.open = true;
            desk.say("BEGIN IMMEDIATE".into()).await?;
        } else {
            let name = desk.savepoint();
            desk.say(format!("SAVEPOINT {name}").into()).await?;
        }
        Ok(())
    }

    /// The connection to write on, unless the transaction may be gone.
    pub(crate) fn conn(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        match self.desk.as_mut() {
            Some(desk) if !desk.lost => Ok(&mut desk.conn),
            _ => Err(broken_off()),
        }
    }

    /// The transaction may be gone: nothing more is written, and everything of it goes back.
    pub(crate) fn break_off(&mut self) {
        if let Some(desk) = self.desk.as_mut() {
            desk.lost = true;
        }
    }

    /// Puts the pen down with the command done, and waits until it is durable.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        // Says whether the transaction is still there.
        self.conn()?;
        let mut desk = self.desk.take().expect("a pen that is not put down has its desk");
        let (promise, outcome) = oneshot::channel();
        if desk.promised.is_empty() {
            desk.since = Instant::now();
        }
        desk.promised.push(promise);
        let full = desk.promised.len() >= MOST_TOGETHER || desk.since.elapsed() >= LONGEST_WAIT;
        if !full && self.writer.others_wait() {
            if desk.promised.len() == 1 {
                self.writer.watch(desk.batch);
            }
            drop(desk);
        } else {
            // In a task of its own: a commit that has begun is not left alone, whoever gives up waiting for it.
            tokio::spawn(async move { desk.finish().await });
        }
        match outcome.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err((words, true))) => Err(StoreError::Retry { source: anyhow::anyhow!(words) }),
            Ok(Err((words, false))) => Err(StoreError::said(words)),
            Err(_) => Err(StoreError::said("the program ended before the commit")),
        }
    }
}

impl Drop for Pen {
    /// A pen dropped without commit takes its command back.
    fn drop(&mut self) {
        let Some(mut desk) = self.desk.take() else { return };
        let (writer, first) = (self.writer.clone(), self.first);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    desk.take_back(first).await;
                    if !desk.promised.is_empty() && !writer.others_wait() {
                        desk.finish().await;
                    }
                });
            }
            Err(_) => desk.lost = true,
        }
    }
}

impl Desk {
    async fn say(&mut self, sql: Sql) -> Result<(), sqlx::Error> {
        let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut self.conn).await;
        if done.as_ref().is_err_and(ends_transaction) {
            self.lost = true;
        }
        done.map(|_| ())
    }

    /// The name of the savepoint of the command at hand: no other that is kept in this transaction has it.
    fn savepoint(&self) -> String {
        format!("command_{}", self.promised.len())
    }

    /// Takes the last command back. That its savepoint is not there is no trouble: then its future was dropped before
    /// it wrote anything.
    async fn take_back(&mut self, first: bool) {
        let name = self.savepoint();
        if first || self.lost {
            self.lost = true;
            self.finish().await;
        } else if self.say(format!("ROLLBACK TO {name}").into()).await.is_ok() {
            // Cannot fail: the savepoint was just there.
            let _ = self.say(format!("RELEASE {name}").into()).await;
        }
    }

    /// Ends the transaction, if one is open, and tells everybody how it ended.
    async fn finish(&mut self) {
        if !self.open {
            self.lost = false;
            return;
        }
        let outcome = if self.lost {
            Err((String::from("the transaction broke off before the commit"), true))
        } else {
            self.say("COMMIT".into()).await.map_err(|error| told(&error))
        };
        if outcome.is_err() {
            // There may be nothing left to roll back; the answer does not matter.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.conn).await;
        }
        self.open = false;
        self.lost = false;
        self.batch += 1;
        self.commits.fetch_add(usize::from(outcome.is_ok()), Ordering::Relaxed);
        for promise in self.promised.drain(..) {
            // Whoever gave up waiting need not be told.
            let _ = promise.send(outcome.clone());
        }
    }
}

fn told(error: &sqlx::Error) -> (String, bool) {
    let busy = error.as_database_error().and_then(|said| said.code()).is_some_and(|code| code == "5");
    (format!("the commit failed: {error}"), busy)
}

fn broken_off() -> StoreError {
    StoreError::said("the transaction broke off after an earlier failure")
}
