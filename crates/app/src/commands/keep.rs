//! How is a move kept? The record, its journal entry, its figures, its deadlines, its papers, what it opens and whom it
//! tells: collected move by move, written together, in the caller's transaction.
//!
//! Never decides: a move was decided by the kernel.

mod openings;
mod telling;

use std::collections::HashMap;
use std::sync::Arc;

use kernel::authority::reach::{self, Point};
use kernel::catalog::Mechanism;
use kernel::figures::{self, Cells};
use kernel::flow::FlowChange;
use kernel::ids::{BatchId, DeadlineId, PersonId, RecordId, StepId};
use kernel::journal::{self, Entry, Undo, redaction};
use kernel::record::{Record, Running};
use kernel::retention::Marks;
use kernel::workflow::Move;
use store::Tx;
use store::deadlines::DeadlineRow;
use store::journal::JournalRow;
use store::movements::MovementRow;
use store::notices::NoticeRow;
use store::outbox::OutboxRow;
use store::papers::PaperRow;
use store::participations::MarkRow;
use store::reach::ReachRow;
use store::receipts::ReceiptRow;
use store::records::RecordRow;
use store::ties::TieRow;
use store::waiting::WaitingRow;
use uuid::{ContextV7, Uuid};

use crate::commands::rosters::{self, Listed};
use crate::commands::{
    attendance, ballots, batches::act, dispatch, gathering, leading, ledgers, papers, relating, rounds, upkeep,
};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// What a transaction is going to write, as it is being collected.
pub struct Writing<'a> {
    ctx: &'a Ctx,
    batch: Option<BatchId>,
    heads: HashMap<RecordId, String>,
    ids: ContextV7,
    sheet: Sheet,
}

/// What was collected: rows and nothing else, so that one thread may collect while another writes.
#[derive(Default)]
pub struct Sheet {
    inserted: Vec<(RecordRow, String)>,
    updated: Vec<(RecordRow, RecordRow, Option<String>)>,
    journal: Vec<JournalRow>,
    cells: Cells,
    deadlines: Vec<DeadlineRow>,
    first_deadlines: Vec<DeadlineRow>,
    ties: Vec<TieRow>,
    papers: Vec<PaperRow>,
    waiting: Vec<(RecordId, Vec<WaitingRow>)>,
    gone: Vec<(RecordId, DeadlineId)>,
    notices: Vec<NoticeRow>,
    outbox: Vec<OutboxRow>,
    points: Vec<ReachRow>,
    lost_points: Vec<ReachRow>,
    listed: Vec<Listed>,
    marks: Vec<MarkRow>,
    movements: Vec<MovementRow>,
    receipts: Vec<ReceiptRow>,
}

/// What a record's entry keeps of the rows that it writes: table and key, and hash.
pub(super) type Bound = Vec<(String, String)>;

impl<'a> Writing<'a> {
    /// An empty sheet; `batch` is the act that its entries belong to.
    pub fn new(ctx: &'a Ctx, batch: Option<BatchId>) -> Self {
        Self { ctx, batch, heads: HashMap::new(), ids: ContextV7::new(), sheet: Sheet::default() }
    }

    pub(super) fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// Puts on the sheet whom a record waits for.
    pub(super) fn wait_for(&mut self, record: RecordId, rows: Vec<WaitingRow>) {
        self.sheet.waiting.push((record, rows));
    }

    /// Puts somebody on the sheet to whom a record points.
    pub(super) fn point_to(&mut self, row: ReachRow) {
        self.sheet.points.push(row);
    }

    /// Tells the hash of a record's last entry, so that it need not be looked up.
    pub fn follows(&mut self, record: RecordId, hash: &str) {
        self.heads.insert(record, hash.to_owned());
    }

    /// A new row id; those of one sheet follow one another, so that rows lie in the order in which they were put.
    pub fn next_id<T: From<Uuid>>(&mut self) -> T {
        self.ctx.next_id(&self.ids)
    }

    /// Puts a move on the sheet without asking the database: for moves that neither give a number nor open or take back anything,
    /// which [`asks_nothing`] tells. What the record's last entry was is known by [`Writing::follows`].
    pub fn put_alone(&mut self, mechanism: &Mechanism, before: Option<&Record>, moved: &Move) -> Result<Record, Error> {
        debug_assert!(asks_nothing(mechanism, moved), "a number or an opening needs the database");
        let mut after = moved.after.clone();
        if before.is_none() {
            after.batch = self.batch;
        }
        let (effects, bound) = self.draw_up(mechanism, moved, &after)?;
        let prior = self.heads.get(&after.id).cloned();
        self.finish(mechanism, before, moved, &after, Entered { number: None, prior, effects, bound })?;
        Ok(after)
    }

    /// Puts a move on the sheet: the record as it will be.
    pub async fn put(
        &mut self,
        tx: &mut Tx,
        mechanism: &Arc<Mechanism>,
        before: Option<&Record>,
        moved: Move,
    ) -> Result<Record, Error> {
        self.put_at(tx, mechanism, before, moved, 0).await
    }

    async fn put_at(
        &mut self,
        tx: &mut Tx,
        mechanism: &Arc<Mechanism>,
        before: Option<&Record>,
        mut moved: Move,
        depth: usize,
    ) -> Result<Record, Error> {
        let ctx = self.ctx;
        let entry = rounds::meets(ctx, tx, mechanism, before, (&mut moved, self.batch)).await?;
        let tie = entry.or(relating::tie(ctx, tx, &moved).await?);
        gathering::meets(ctx, tx, mechanism, before, &mut moved).await?;
        let mut after = moved.after.clone();
        if before.is_none() {
            after.batch = self.batch;
        }
        let (number, given) = match moved.wants_number {
            true => Some(papers::give_number(ctx, tx, mechanism, &after).await?),
            false => None,
        }
        .unzip();
        if number.is_some() {
            after.number.clone_from(&number);
        }
        let (mut effects, mut bound) = self.draw_up(mechanism, &moved, &after)?;
        bound.extend(given.flatten());
        bound.extend(tie.iter().map(|tie| tie.bound(ctx.office.db.site())));
        self.sheet.ties.extend(tie);
        if let Some(opening) = moved.opens.as_deref().and_then(|id| mechanism.opening(id)) {
            let once = once_late(&moved, &after);
            for (id, tie) in Box::pin(self.open(tx, mechanism, opening, &after, once, depth)).await? {
                effects.push(("opened".to_owned(), id.to_string()));
                bound.push(tie);
            }
        }
        for lifted in &moved.lifts {
            self.lift(tx, *lifted).await?;
        }
        let prior = match (self.heads.get(&after.id), before) {
            (Some(hash), _) => Some(hash.clone()),
            (None, Some(_)) => store::journal::head(tx, after.id).await?.map(|head| head.hash),
            (None, None) => None,
        };
        let met = attendance::meets(ctx, tx, mechanism, (before, &moved), &mut after, &mut self.sheet.marks).await?;
        let before = met.as_ref().or(before);
        let account = ledgers::meets(ctx, tx, mechanism, before, &mut after).await?;
        let before = account.as_ref().or(before);
        let drawn = ledgers::drawn(ctx, tx, mechanism, (&moved, &after), &mut self.sheet.movements).await?;
        add_up(&mut self.sheet.cells, &drawn);
        let counted = ballots::meets(ctx, tx, mechanism, (before, &moved), &mut after).await?;
        let before = counted.as_ref().or(before);
        let sent = dispatch::meets(ctx, tx, mechanism, (before, &moved), &mut after, &mut self.sheet.receipts).await?;
        let before = sent.as_ref().or(before);
        self.tell_addressees(mechanism, &moved, &after);
        Box::pin(self.lead(tx, mechanism, (&moved, &after), depth)).await?;
        self.finish(mechanism, before, &moved, &after, Entered { number, prior, effects, bound })?;
        Ok(after)
    }

    /// Puts the moves of the records that go along on the sheet.
    async fn lead(
        &mut self,
        tx: &mut Tx,
        mechanism: &Mechanism,
        (moved, after): (&Move, &Record),
        depth: usize,
    ) -> Result<(), Error> {
        for (led, own) in leading::led(self.ctx, tx, mechanism, (moved, after)).await? {
            self.put_at(tx, &led.mechanism, Some(&led.record), own, depth + 1).await?;
        }
        Ok(())
    }

    /// The paper that the move issues, put on the sheet: its kind and id, and what binds it.
    fn draw_up(
        &mut self,
        mechanism: &Mechanism,
        moved: &Move,
        after: &Record,
    ) -> Result<(Vec<(String, String)>, Bound), Error> {
        let paper = moved.paper.as_ref().and_then(|id| mechanism.paper(id.as_str()));
        let Some(paper) = paper else { return Ok(Default::default()) };
        let row = papers::draw_up(self.ctx, mechanism, paper, after)?;
        let id = row.id.to_string();
        let parcel = self.outbox_row("render_paper", serde_json::json!({ "paper": id }));
        self.sheet.outbox.push(parcel);
        let bound = row.bound(self.ctx.office.db.site());
        self.sheet.papers.push(row);
        Ok((vec![("paper".to_owned(), id)], vec![bound]))
    }

    /// Notices, the journal entry, figures, deadlines and the record itself.
    fn finish(
        &mut self,
        mechanism: &Mechanism,
        before: Option<&Record>,
        moved: &Move,
        after: &Record,
        mut entered: Entered,
    ) -> Result<(), Error> {
        self.tell(mechanism, moved, after);
        self.point(before, moved, after);
        self.sheet.listed.extend(rosters::listed(self.ctx, mechanism, before, after)?);
        entered.bound.extend(self.note_parties(mechanism, before, moved, after, &mut entered.effects));
        entered.bound.extend(self.reckon(mechanism, before, after));
        self.write_entry(mechanism, before, moved, after, entered)
    }

    /// Whom the record points to, by the rules in force.
    fn point(&mut self, before: Option<&Record>, moved: &Move, after: &Record) {
        let ctx = self.ctx;
        let Some(current) = ctx.catalog().mechanisms.get(after.mechanism.as_str()) else { return };
        let rules = &current.rights.sight;
        let by_facts = |record: &Record| -> Vec<Point> {
            let points = reach::by_facts(rules, &record.facts).into_iter();
            points.map(|point| upkeep::reach::of_today(point, &ctx.tree)).collect()
        };
        let was = before.map(by_facts).unwrap_or_default();
        let mut is = by_facts(after);
        let row = |point: &Point| upkeep::reach::row(&after.mechanism, after.id, point.clone(), &ctx.tree);
        self.sheet.lost_points.extend(was.iter().filter(|point| !is.contains(point)).map(row));
        is.retain(|point| !was.contains(point));
        for person in ctx.actor.person().into_iter().chain(moved.behalf.as_ref().map(|it| it.person)) {
            is.extend(reach::by_act(rules, person, before.is_none()));
        }
        self.sheet.points.extend(is.iter().map(row));
    }

    /// Figures, deadlines and the record itself; gives what binds their rows.
    fn reckon(&mut self, mechanism: &Mechanism, before: Option<&Record>, after: &Record) -> Bound {
        let site = self.ctx.office.db.site();
        let counted = self.ctx.definitions.counted_by(mechanism);
        let calendar = self.ctx.calendar();
        let cells = figures::difference(counted, before, after, calendar);
        for (key, amount) in cells {
            *self.sheet.cells.entry(key).or_default() += amount;
        }
        let mut bound = Bound::new();
        for running in &after.deadlines {
            let known = before.map(|record| record.running(running.id.as_str()));
            if known == Some(Some(running)) {
                continue;
            }
            let row = records::deadline_row(after.id, running);
            bound.push(row.bound(site));
            let rows = if known.is_none() { &mut self.sheet.first_deadlines } else { &mut self.sheet.deadlines };
            rows.push(row);
        }
        let gone =
            before.iter().flat_map(|record| &record.deadlines).filter(|it| after.running(it.id.as_str()).is_none());
        for running in gone {
            bound.push(store::deadlines::gone(after.id, &running.id));
            self.sheet.gone.push((after.id, running.id.clone()));
        }
        let words = records::words(mechanism, after);
        let row = records::row(self.ctx, mechanism, after);
        bound.push(row.bound(site));
        match before {
            None => self.sheet.inserted.push((row, words)),
            Some(before) => {
                let changed = records::words(mechanism, before) != words;
                let pinned = self.ctx.definitions.pinned(before.mechanism.as_str(), &before.definition);
                let was = records::row(self.ctx, pinned.as_deref().unwrap_or(mechanism), before);
                self.sheet.updated.push((was, row, changed.then_some(words)));
            }
        }
        bound
    }

    fn write_entry(
        &mut self,
        mechanism: &Mechanism,
        before: Option<&Record>,
        moved: &Move,
        after: &Record,
        entered: Entered,
    ) -> Result<(), Error> {
        let ctx = self.ctx;
        let pinned = before.is_none_or(|before| before.definition != after.definition);
        let id: Uuid = self.next_id();
        let mut entry = Entry {
            id,
            seq: after.version,
            at: ctx.now,
            on: ctx.today,
            actor: ctx.actor.person(),
            actor_name: ctx.actor.name().to_owned(),
            role: moved.role.as_ref().map(ToString::to_string),
            behalf: moved.behalf.as_ref().map(|it| it.name.clone()),
            principal: moved.behalf.as_ref().map(|it| it.person),
            step: moved.step.clone(),
            step_name: moved.step_name.clone(),
            from: before.map(|before| before.state.to_string()),
            to: after.state.to_string(),
            definition: pinned.then(|| after.definition.to_string()),
            changes: moved.changes.clone(),
            number: entered.number,
            opinion: moved.opinion.clone(),
            reason: moved.reason.clone(),
            flow: before.and_then(|before| handed(before, after)),
            undo: before.and_then(|before| undo(before, after)).filter(|_| moved.recalls.is_none()),
            recalls: moved.recalls,
            deadlines: moved.deadlines.clone(),
            effects: entered.effects,
            rows: entered.bound,
            row_salt: None,
            batch: self.batch.map(|batch| batch.to_string()),
        };
        self.salt(mechanism, &mut entry, after);
        let json = serde_json::to_string(&entry).map_err(|fault| Error::broken("write a journal entry", fault))?;
        let hash = journal::hash(entered.prior.as_deref(), after.id, &json);
        self.heads.insert(after.id, hash.clone());
        self.sheet.journal.push(JournalRow {
            record: after.id,
            seq: after.version,
            id,
            at: ctx.now,
            on: ctx.today,
            actor: ctx.actor.person(),
            actor_name: entry.actor_name,
            behalf: moved.behalf.as_ref().map(|it| it.person.to_string()),
            step: StepId::from(moved.step.as_str()),
            entry: json,
            prior_hash: entered.prior,
            hash,
        });
        Ok(())
    }

    /// Salts what is personal in an entry.
    fn salt(&self, mechanism: &Mechanism, entry: &mut Entry, after: &Record) {
        let current = self.ctx.catalog().mechanisms.get(after.mechanism.as_str()).map_or(mechanism, |it| it);
        let marks = Marks { pinned: mechanism, current };
        if marks.any() {
            redaction::salt(entry, |field| marks.holds(field), crate::keys::salt);
        }
    }

    /// Notices of the step, and the clock's words, to those who hold the role over the unit.
    // enforces: notice.at
    // enforces: notice.to
    // enforces: notice.words
    fn tell(&mut self, mechanism: &Mechanism, moved: &Move, after: &Record) {
        let ctx = self.ctx;
        let mut told = Vec::new();
        let at_step = mechanism.notices.iter().filter(|notice| notice.at == *moved.step.as_str() && !moved.is_partial);
        for notice in at_step {
            told.push((notice.to.clone(), papers::words_of(ctx, mechanism, &notice.words, after)));
        }
        if let (true, Some(holder)) = (moved.step.starts_with("clock."), &after.holder) {
            let due = after.due_on(mechanism).map(|day| format!("，时限{day}")).unwrap_or_default();
            told.push((holder.clone(), format!("{}：{}{due}", moved.step_name, after.title)));
        }
        for (role, words) in told {
            for person in ctx.tree.holders(&role, after.unit, ctx.today) {
                self.notice(person.id, after.id, &moved.step, &words);
            }
        }
    }

    /// One notice to one person.
    pub(super) fn notice(&mut self, person: PersonId, record: RecordId, kind: &str, words: &str) {
        let id = self.next_id();
        self.sheet.notices.push(NoticeRow {
            id,
            person,
            record: Some(record),
            at: self.ctx.now,
            kind: kind.to_owned(),
            words: words.to_owned(),
            read_at: None,
        });
    }

    fn outbox_row(&self, kind: &str, body: serde_json::Value) -> OutboxRow {
        OutboxRow {
            id: self.ctx.new_id::<Uuid>(),
            at: self.ctx.now,
            kind: kind.to_owned(),
            body,
            due_at: self.ctx.now,
            tries: 0,
            done_at: None,
            failure: None,
            to: None,
            given_up: None,
        }
    }

    /// What was collected.
    pub fn into_sheet(self) -> Sheet {
        self.sheet
    }

    /// Writes everything, in few statements.
    pub async fn write(self, tx: &mut Tx) -> Result<(), Error> {
        let ctx = self.ctx;
        self.sheet.keep(ctx, tx).await
    }

    /// Writes everything in a transaction that has asked for the tree already.
    pub async fn write_more(self, tx: &mut Tx) -> Result<(), Error> {
        let ctx = self.ctx;
        let cells = self.sheet.write(ctx, tx).await?;
        add_to_figures(ctx, tx, cells).await
    }
}

/// What changed in whom the record waits for.
fn handed(before: &Record, after: &Record) -> Option<FlowChange> {
    (before.flow != after.flow).then(|| FlowChange { from: before.flow.clone(), to: after.flow.clone() })
}

/// What taking the step back would bring back beyond facts, state and flow; nothing if it touched nothing else.
fn undo(before: &Record, after: &Record) -> Option<Undo> {
    let touched = |it: &&Running| after.running(it.id.as_str()) != Some(*it);
    let deadlines: Vec<Running> = before.deadlines.iter().filter(touched).cloned().collect();
    let is_touched = before.deadlines != after.deadlines || before.closed_on != after.closed_on;
    is_touched.then_some(Undo { deadlines, closed_on: before.closed_on })
}

/// What an entry says besides the move.
struct Entered {
    number: Option<String>,
    prior: Option<String>,
    effects: Vec<(String, String)>,
    bound: Bound,
}

impl Sheet {
    /// Writes everything, if the tree is still the one that was decided by.
    pub async fn keep(&self, ctx: &Ctx, tx: &mut Tx) -> Result<(), Error> {
        rosters::tree_stands(ctx, tx, self.listed.iter().any(Listed::changes_lists)).await?;
        let cells = self.write(ctx, tx).await?;
        add_to_figures(ctx, tx, cells).await?;
        match (tx.untold().is_some(), self.marks.first()) {
            (true, Some(mark)) => {
                let detail = serde_json::json!({ "record": mark.record.to_string(), "people": self.marks.len() });
                act(ctx, tx, "attendance.listed", detail).await
            }
            (true, None) if !self.movements.is_empty() => {
                act(ctx, tx, "ledger.drawn", serde_json::json!({ "movements": self.movements.len() })).await
            }
            (true, None) if !self.receipts.is_empty() => {
                act(ctx, tx, "paper.sent", serde_json::json!({ "units": self.receipts.len() })).await
            }
            (true, None) if !self.listed.is_empty() => {
                act(ctx, tx, "people.listed", serde_json::json!({ "records": self.listed.len() })).await
            }
            _ => Ok(()),
        }
    }

    /// Writes everything but the figures, and hands on what is to be added to them: cells are what transactions share,
    /// so they come last.
    pub async fn write(&self, ctx: &Ctx, tx: &mut Tx) -> Result<&Cells, Error> {
        rosters::write(ctx, tx, &self.listed).await?;
        store::records::insert_many(tx, &self.inserted).await?;
        for (was, row, words) in &self.updated {
            store::records::update(tx, was, row).await?;
            if let Some(words) = words {
                store::records::put_words(tx, row.id, words).await?;
            }
        }
        store::reach::remove(tx, &self.lost_points).await?;
        store::reach::add(tx, &self.points).await?;
        store::journal::append_many(tx, &self.journal).await?;
        store::deadlines::insert_many(tx, &self.first_deadlines).await?;
        store::deadlines::upsert_many(tx, &self.deadlines).await?;
        for tie in &self.ties {
            // Somebody opened it a moment ago: the whole act is decided anew.
            if !store::ties::insert(tx, tie).await? {
                return Err(Error::Stale);
            }
        }
        for paper in &self.papers {
            store::papers::insert(tx, paper).await?;
        }
        for (record, name) in &self.gone {
            store::deadlines::remove(tx, *record, name).await?;
        }
        for (record, rows) in &self.waiting {
            store::waiting::put(tx, *record, rows).await?;
        }
        store::participations::insert(tx, &self.marks).await?;
        store::movements::insert(tx, &self.movements).await?;
        store::receipts::insert(tx, &self.receipts).await?;
        store::outbox::put_many(tx, &self.outbox).await?;
        self.tell(ctx, tx).await?;
        Ok(&self.cells)
    }
}

/// Holds a record that is as it was read until the transaction ends: of two who act at once the later one is `Stale`.
pub(super) async fn unmoved(tx: &mut Tx, record: &Record) -> Result<(), Error> {
    store::participations::hold(tx, record.id).await?;
    let head = store::journal::head(tx, record.id).await?;
    if head.is_some_and(|head| head.seq == record.version) { Ok(()) } else { Err(Error::Stale) }
}

/// Is the tree still the one that was decided by? Nobody changes it before the transaction ends. `Stale` if not:
/// the act is decided anew, by `Ctx::refreshed`.
pub async fn same_tree(ctx: &Ctx, tx: &mut Tx) -> Result<(), Error> {
    match store::units::hold_tree_version(tx).await? == ctx.tree.version() {
        true => Ok(()),
        false => Err(Error::Stale),
    }
}

/// The sum of what several sheets add to the figures.
pub fn add_up(sum: &mut Cells, more: &Cells) {
    for (key, amount) in more {
        *sum.entry(key.clone()).or_default() += *amount;
    }
}

/// Adds to the figures, unless that would change what was reported and accepted.
pub async fn add_to_figures(ctx: &Ctx, tx: &mut Tx, cells: &Cells) -> Result<(), Error> {
    crate::commands::figure_seals::locked(ctx, tx, cells).await?;
    crate::cells::add(tx, &ctx.tree, cells).await
}

/// Can the move be kept without asking the database anything?
pub fn asks_nothing(mechanism: &Mechanism, moved: &Move) -> bool {
    let opens = moved.opens.is_some() || moved.wants_number || moved.tied.is_some() || !moved.lifts.is_empty();
    mechanism.is_alone(&moved.step) && !opens
}

/// What a deadline that rang opens is opened once for the day that it was due.
fn once_late(moved: &Move, after: &Record) -> Option<String> {
    let running = moved.rang.as_ref().and_then(|id| after.running(id.as_str()))?;
    Some(format!("late:{}:{}:{}", after.id, running.id, running.due_on))
}
