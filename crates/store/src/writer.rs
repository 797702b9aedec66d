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

use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};
use tokio::time::Instant;

use crate::error::{StoreError, Unwritable, ends_transaction};
use crate::sqlite::{Lite, aside};

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
    lite: Lite,
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

/// What follows from a commit that failed.
#[derive(Clone, Copy, Debug)]
enum Ending {
    /// It may run again.
    Again,
    /// Nothing can be written.
    Unwritable(Unwritable),
    /// Something else.
    Broken,
}

/// How a commit ended, told to many: the words of the failure, and what follows.
type Outcome = Result<(), (String, Ending)>;

/// The right to write, until it is put down.
#[derive(Debug)]
pub(crate) struct Pen {
    desk: Option<OwnedMutexGuard<Desk>>,
    writer: Writer,
    /// The first command of a transaction needs no savepoint: it goes back by ending the transaction.
    first: bool,
    /// Taken for something long: its statements run aside.
    alone: bool,
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
    pub(crate) fn new(lite: Lite) -> Self {
        let commits = Arc::<AtomicUsize>::default();
        let desk = Desk {
            lite,
            open: false,
            lost: false,
            batch: 0,
            promised: Vec::new(),
            since: Instant::now(),
            commits: Arc::clone(&commits),
        };
        Self { desk: Arc::new(Mutex::new(desk)), waiting: Arc::default(), commits }
    }

    /// Waits for the pen and begins a command. One that will take long (`alone`) first commits what waits.
    pub(crate) async fn begin(&self, alone: bool) -> Result<Pen, StoreError> {
        let desk = {
            let _waiting = Waiting::for_pen(&self.waiting);
            Arc::clone(&self.desk).lock_owned().await
        };
        let pen = Pen { desk: Some(desk), writer: self.clone(), first: false, alone };
        pen.start().await
    }

    /// A statement outside of any transaction (`VACUUM INTO`, `ANALYZE`).
    pub(crate) async fn outside(&self, sql: String) -> Result<(), StoreError> {
        let desk = {
            let _waiting = Waiting::for_pen(&self.waiting);
            Arc::clone(&self.desk).lock_owned().await
        };
        let work = move |desk: &mut OwnedMutexGuard<Desk>| {
            desk.finish();
            desk.lite.run(&sql, &[])
        };
        let (_, done) = aside(desk, work).await?;
        done?;
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
            let desk = desk.lock_owned().await;
            if desk.batch == batch {
                finish_aside(desk);
            }
        });
    }
}

/// Commits in a thread that may wait: a commit that has begun is not left alone, whoever gives up waiting for it.
fn finish_aside(mut desk: OwnedMutexGuard<Desk>) {
    tokio::task::spawn_blocking(move || desk.finish());
}

impl Pen {
    async fn start(self) -> Result<Self, StoreError> {
        let must_finish = self.desk.as_ref().is_some_and(|desk| desk.open && (desk.lost || self.alone));
        let (pen, begun) = match must_finish {
            true => aside(self, Self::begin).await?,
            false => {
                let mut pen = self;
                let begun = pen.begin();
                (pen, begun)
            }
        };
        begun.map(|()| pen)
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        let desk = self.desk.as_mut().expect("the pen has just been taken");
        if desk.lost || self.alone {
            desk.finish();
        }
        self.first = !desk.open;
        if self.first {
            desk.open = true;
            desk.say("BEGIN IMMEDIATE")?;
        } else {
            let name = desk.savepoint();
            desk.say(&format!("SAVEPOINT {name}"))?;
        }
        Ok(())
    }

    /// Was it taken for something that takes long?
    pub(crate) fn is_long(&self) -> bool {
        self.alone
    }

    /// The connection to write on, unless the transaction may be gone.
    pub(crate) fn lite(&self) -> Result<&Lite, StoreError> {
        match self.desk.as_ref() {
            Some(desk) if !desk.lost => Ok(&desk.lite),
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
        self.lite()?;
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
            finish_aside(desk);
        }
        match outcome.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err((words, Ending::Again))) => Err(StoreError::Retry { source: anyhow::anyhow!(words) }),
            Ok(Err((words, Ending::Unwritable(why)))) => Err(StoreError::broken(anyhow::anyhow!(words).context(why))),
            Ok(Err((words, Ending::Broken))) => Err(StoreError::said(words)),
            Err(_) => Err(StoreError::said("the program ended before the commit")),
        }
    }
}

impl Drop for Pen {
    /// A pen dropped without commit takes its command back.
    fn drop(&mut self) {
        let Some(mut desk) = self.desk.take() else { return };
        desk.take_back(self.first);
        if desk.promised.is_empty() || self.writer.others_wait() {
            return;
        }
        match tokio::runtime::Handle::try_current() {
            Ok(_) => finish_aside(desk),
            Err(_) => desk.finish(),
        }
    }
}

impl Desk {
    fn say(&mut self, sql: &str) -> Result<(), rusqlite::Error> {
        let done = self.lite.run(sql, &[]);
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
    fn take_back(&mut self, first: bool) {
        let name = self.savepoint();
        if first || self.lost {
            self.lost = true;
            self.finish();
        } else if self.say(&format!("ROLLBACK TO {name}")).is_ok() {
            // Cannot fail: the savepoint was just there.
            let _ = self.say(&format!("RELEASE {name}"));
        }
    }

    /// Ends the transaction, if one is open, and tells everybody how it ended.
    fn finish(&mut self) {
        if !self.open {
            self.lost = false;
            return;
        }
        let outcome = if self.lost {
            Err((String::from("the transaction broke off before the commit"), Ending::Again))
        } else {
            self.say("COMMIT").map_err(|error| told(&error))
        };
        if outcome.is_err() {
            // There may be nothing left to roll back; the answer does not matter.
            let _ = self.lite.run("ROLLBACK", &[]);
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

fn told(error: &rusqlite::Error) -> (String, Ending) {
    let ending = match Unwritable::of(error) {
        _ if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ending::Again,
        Some(why) => Ending::Unwritable(why),
        None => Ending::Broken,
    };
    (format!("the commit failed: {error}"), ending)
}

fn broken_off() -> StoreError {
    StoreError::said("the transaction broke off after an earlier failure")
}
