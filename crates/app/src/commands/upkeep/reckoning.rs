//! What do all records give, and where does what is kept of a figure differ from it? Several readers see one moment:
//! while one reads the next records, others reckon what was read; figures are read and compared side by side.
//!
//! Never writes.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use kernel::ids::{FigureId, MechanismId, RecordId};
use store::Conn;
use store::Reader;
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

/// Readers of one moment: one more than there are processors, so that none of these waits for the disk.
pub(super) async fn readers(ctx: &Ctx) -> Result<(Reader, Vec<Reader>), Error> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(ctx.office.db.snapshots(processors).await?)
}

/// Records that are being reckoned.
pub(super) struct Reckoning {
    ctx: Ctx,
    /// The figures that are wanted, by their ids in their mechanism; all without.
    wanted: Option<Arc<BTreeSet<FigureId>>>,
    readers: Vec<Reader>,
    work: JoinSet<Result<(Tally, Reader), Error>>,
    idle: Vec<Tally>,
    after: Option<RecordId>,
    /// Records looked at.
    pub(super) looked: i64,
}

impl Reckoning {
    /// Of these figures, or of all, as all the readers see them.
    pub(super) fn new(ctx: &Ctx, (one, more): (Reader, Vec<Reader>), wanted: Option<BTreeSet<FigureId>>) -> Self {
        let readers = [one].into_iter().chain(more).collect();
        let (wanted, ctx) = (wanted.map(Arc::new), ctx.clone());
        Self { ctx, wanted, readers, work: JoinSet::new(), idle: Vec::new(), after: None, looked: 0 }
    }

    /// Goes on with the next records of a mechanism, or of all; says whether there were any.
    pub(super) async fn go_on(&mut self, mechanism: Option<&MechanismId>) -> Result<bool, Error> {
        while self.readers.is_empty() {
            self.take_back().await?;
        }
        let Some(mut reader) = self.readers.pop() else { return Ok(false) };
        let rows = store::records::walk(&mut reader, mechanism, self.after, AT_ONCE).await?;
        let Some(last) = rows.last() else {
            self.readers.push(reader);
            return Ok(false);
        };
        self.after = Some(last.id);
        self.looked += rows.len() as i64;
        let tally = self.idle.pop().unwrap_or_default();
        self.work.spawn(reckon(self.ctx.clone(), self.wanted.clone(), reader, rows, tally));
        Ok(true)
    }

    /// Waits for one that has reckoned; says whether there was one.
    async fn take_back(&mut self) -> Result<bool, Error> {
        let Some(done) = self.work.join_next().await else { return Ok(false) };
        let (tally, reader) = done.map_err(broken)??;
        self.idle.push(tally);
        self.readers.push(reader);
        Ok(true)
    }

    /// What they give, and the readers.
    pub(super) async fn done(mut self) -> Result<(Sorted, Vec<Reader>), Error> {
        while self.take_back().await? {}
        let tallies = self.idle;
        let sort = move || {
            let mut sum = Tally::default();
            tallies.into_iter().for_each(|it| sum.take(it));
            sum.sorted()
        };
        Ok((tokio::task::spawn_blocking(sort).await.map_err(broken)?, self.readers))
    }
}

async fn reckon(
    ctx: Ctx,
    wanted: Option<Arc<BTreeSet<FigureId>>>,
    mut reader: Reader,
    rows: Vec<RecordRow>,
    mut tally: Tally,
) -> Result<(Tally, Reader), Error> {
    let unread = Unread::of(&ctx, &mut reader, rows).await?;
    let definitions = ctx.definitions.clone();
    let work = move || {
        let is_wanted = |figure: &FigureId| wanted.as_ref().is_none_or(|wanted| wanted.contains(figure));
        for found in unread.read(&definitions)? {
            let mechanism = definitions.counted_by(&found.mechanism);
            tally.add(mechanism, &is_wanted, &found.record, &definitions.calendar);
        }
        Ok::<_, Error>(tally)
    };
    Ok((tokio::task::spawn_blocking(work).await.map_err(broken)??, reader))
}

/// Figures that are compared side by side, and given back one after the other.
pub(super) struct Comparing {
    sorted: Arc<Sorted>,
    tree: Arc<Tree>,
    left: VecDeque<FigureId>,
    readers: Vec<Reader>,
    work: VecDeque<(FigureId, JoinHandle<Result<Compared, Error>>)>,
}

/// Where a figure differs, and the reader that is free again.
type Compared = (Differs, Reader);

impl Comparing {
    /// What is kept of these figures, as all the readers see it, with what the records give.
    pub(super) fn new(
        ctx: &Ctx,
        (sorted, readers): (Sorted, Vec<Reader>),
        figures: impl IntoIterator<Item = FigureId>,
    ) -> Self {
        let (sorted, left) = (Arc::new(sorted), figures.into_iter().collect());
        Self { sorted, tree: ctx.tree.clone(), left, readers, work: VecDeque::new() }
    }

    /// The next figure, and where it differs.
    pub(super) async fn next(&mut self) -> Result<Option<(FigureId, Differs)>, Error> {
        while !self.left.is_empty()
            && let Some(reader) = self.readers.pop()
        {
            let Some(figure) = self.left.pop_front() else { break };
            let one = compare(self.sorted.clone(), self.tree.clone(), reader, figure.clone());
            self.work.push_back((figure, tokio::spawn(one)));
        }
        let Some((figure, work)) = self.work.pop_front() else { return Ok(None) };
        let (differs, reader) = work.await.map_err(broken)??;
        self.readers.push(reader);
        Ok(Some((figure, differs)))
    }
}

async fn compare(
    sorted: Arc<Sorted>,
    tree: Arc<Tree>,
    mut reader: Reader,
    figure: FigureId,
) -> Result<Compared, Error> {
    let held = held(&mut reader, &figure).await?;
    let work = move || sorted.compare(&figure, held, &tree);
    Ok((tokio::task::spawn_blocking(work).await.map_err(broken)?, reader))
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
