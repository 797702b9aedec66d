//! What do all records give, and where does what is kept of a figure differ from it? Records are read one after another
//! as of one moment, and reckoned on all processors meanwhile; figures are compared while the next one is read.
//!
//! Never writes.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use kernel::ids::{FigureId, RecordId};
use store::Conn;
use store::records::RecordRow;
use tokio::task::{JoinHandle, JoinSet};

use crate::cells::tally::{Differs, Held, Sorted, Tally};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::Unread;
use crate::tree::Tree;

/// Records read in one go.
const AT_ONCE: u32 = 1_000;
/// Rows of people read in one go.
const PEOPLE_AT_ONCE: u32 = 20_000;
/// Chunks that are reckoned, and figures that are compared, while the next ones are read.
const AHEAD: usize = 3;

/// Records that are being reckoned.
pub(super) struct Reckoning {
    ctx: Ctx,
    /// The figures that are wanted, by their ids in their mechanism; all without.
    wanted: Option<Arc<BTreeSet<FigureId>>>,
    work: JoinSet<Result<Tally, Error>>,
    idle: Vec<Tally>,
    after: Option<RecordId>,
    /// Records looked at.
    pub(super) looked: i64,
}

impl Reckoning {
    /// Of these figures, or of all.
    pub(super) fn new(ctx: &Ctx, wanted: Option<BTreeSet<FigureId>>) -> Self {
        let (wanted, ctx) = (wanted.map(Arc::new), ctx.clone());
        Self { ctx, wanted, work: JoinSet::new(), idle: Vec::new(), after: None, looked: 0 }
    }

    /// Goes on with the next records of a mechanism, or of all; says whether there were any.
    pub(super) async fn go_on(
        &mut self,
        conn: &mut Conn,
        mechanism: Option<&kernel::ids::MechanismId>,
    ) -> Result<bool, Error> {
        let rows = store::records::walk(conn, mechanism, self.after, AT_ONCE).await?;
        let Some(last) = rows.last() else { return Ok(false) };
        self.after = Some(last.id);
        self.looked += rows.len() as i64;
        self.hand_out(conn, rows).await?;
        Ok(true)
    }

    async fn hand_out(&mut self, conn: &mut Conn, rows: Vec<RecordRow>) -> Result<(), Error> {
        let unread = Unread::of(&self.ctx, conn, rows).await?;
        if self.work.len() >= AHEAD {
            let done = self.work.join_next().await.transpose().map_err(broken)?;
            self.idle.extend(done.transpose()?);
        }
        let mut tally = self.idle.pop().unwrap_or_default();
        let (definitions, wanted) = (self.ctx.definitions.clone(), self.wanted.clone());
        self.work.spawn_blocking(move || {
            let is_wanted = |figure: &FigureId| wanted.as_ref().is_none_or(|wanted| wanted.contains(figure));
            for found in unread.read(&definitions)? {
                let mechanism = definitions.counted_by(&found.mechanism);
                tally.add(mechanism, &is_wanted, &found.record, &definitions.calendar);
            }
            Ok(tally)
        });
        Ok(())
    }

    /// What they give.
    pub(super) async fn done(mut self) -> Result<Sorted, Error> {
        while let Some(tally) = self.work.join_next().await.transpose().map_err(broken)? {
            self.idle.push(tally?);
        }
        let tallies = self.idle;
        let sort = move || {
            let mut sum = Tally::default();
            tallies.into_iter().for_each(|it| sum.take(it));
            sum.sorted()
        };
        tokio::task::spawn_blocking(sort).await.map_err(broken)
    }
}

/// Figures that are compared one after the other.
pub(super) struct Comparing {
    sorted: Arc<Sorted>,
    tree: Arc<Tree>,
    left: VecDeque<FigureId>,
    work: VecDeque<(FigureId, JoinHandle<Differs>)>,
}

impl Comparing {
    /// What is kept of these figures with what the records give.
    pub(super) fn new(ctx: &Ctx, sorted: Sorted, figures: impl IntoIterator<Item = FigureId>) -> Self {
        let (sorted, left) = (Arc::new(sorted), figures.into_iter().collect());
        Self { sorted, tree: ctx.tree.clone(), left, work: VecDeque::new() }
    }

    /// The next figure, and where it differs.
    pub(super) async fn next(&mut self, conn: &mut Conn) -> Result<Option<(FigureId, Differs)>, Error> {
        while self.work.len() < AHEAD {
            let Some(figure) = self.left.pop_front() else { break };
            let held = held(conn, &figure).await?;
            let (sorted, tree, own) = (self.sorted.clone(), self.tree.clone(), figure.clone());
            self.work.push_back((figure, tokio::task::spawn_blocking(move || sorted.compare(&own, held, &tree))));
        }
        let Some((figure, work)) = self.work.pop_front() else { return Ok(None) };
        Ok(Some((figure, work.await.map_err(broken)?)))
    }
}

async fn held(conn: &mut Conn, figure: &FigureId) -> Result<Held, Error> {
    let sums = store::figures::all_of(conn, figure).await?;
    let mut people = Vec::new();
    loop {
        let rows = store::presences::walk(conn, figure, people.last(), PEOPLE_AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(Held { sums, people });
        }
        people.extend(rows);
    }
}

fn broken(fault: tokio::task::JoinError) -> Error {
    Error::broken("reckon figures", fault)
}
