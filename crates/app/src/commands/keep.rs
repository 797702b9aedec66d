//! How is a move kept? The record, its journal entry, its figures, its deadlines, its papers, what it opens and whom it
//! tells: collected move by move, written together, in the caller's transaction.
//!
//! Never decides: a move was decided by the kernel.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::authority::Actor;
use kernel::catalog::{Mechanism, Opening};
use kernel::figures::{self, Cells};
use kernel::ids::{BatchId, FieldId, PaperId, RecordId, StepId};
use kernel::journal::{self, Entry};
use kernel::record::{Record, View};
use kernel::value::Value;
use kernel::workflow::{self, Attempt, Move};
use store::deadlines::DeadlineRow;
use store::journal::JournalRow;
use store::notices::NoticeRow;
use store::outbox::OutboxRow;
use store::papers::PaperRow;
use store::records::RecordRow;
use store::ties::TieRow;
use store::Tx;
use uuid::Uuid;

use crate::commands::papers;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// What a transaction is going to write.
pub struct Writing<'a> {
    ctx: &'a Ctx,
    batch: Option<BatchId>,
    heads: HashMap<RecordId, String>,
    inserted: Vec<(RecordRow, String)>,
    updated: Vec<(RecordRow, i64, Option<String>)>,
    journal: Vec<JournalRow>,
    cells: Cells,
    deadlines: Vec<DeadlineRow>,
    ties: Vec<TieRow>,
    papers: Vec<PaperRow>,
    notices: Vec<NoticeRow>,
    outbox: Vec<OutboxRow>,
}

/// How deep one opening may open another.
const DEEPEST_OPENING: usize = 4;

impl<'a> Writing<'a> {
    /// An empty sheet; `batch` is the act that its entries belong to.
    pub fn new(ctx: &'a Ctx, batch: Option<BatchId>) -> Self {
        Self {
            ctx,
            batch,
            heads: HashMap::new(),
            inserted: Vec::new(),
            updated: Vec::new(),
            journal: Vec::new(),
            cells: Cells::new(),
            deadlines: Vec::new(),
            ties: Vec::new(),
            papers: Vec::new(),
            notices: Vec::new(),
            outbox: Vec::new(),
        }
    }

    /// Tells the hash of a record's last entry, so that it need not be looked up.
    pub fn follows(&mut self, record: RecordId, hash: &str) {
        self.heads.insert(record, hash.to_owned());
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
        moved: Move,
        depth: usize,
    ) -> Result<Record, Error> {
        let ctx = self.ctx;
        let mut after = moved.after.clone();
        if before.is_none() {
            after.batch = self.batch;
        }
        let number = match moved.wants_number {
            true => Some(give_number(ctx, tx, mechanism, &after).await?),
            false => None,
        };
        if number.is_some() {
            after.number.clone_from(&number);
        }
        let mut effects = Vec::new();
        if let Some(paper) = moved.paper.as_ref().and_then(|id| mechanism.paper(id.as_str())) {
            let row = papers::draw_up(ctx, mechanism, paper, &after)?;
            effects.push(("paper".to_owned(), row.id.to_string()));
            self.outbox.push(self.outbox_row("render_paper", serde_json::json!({ "paper": row.id.to_string() })));
            self.papers.push(row);
        }
        if let Some(opening) = moved.opens.as_deref().and_then(|id| mechanism.opening(id)) {
            let once = moved.rang.as_ref().and_then(|id| after.running(id.as_str())).map(|running| {
                format!("late:{}:{}:{}", after.id, running.id, running.due_on)
            });
            let opened = Box::pin(self.open(tx, mechanism, opening, &after, once, depth)).await?;
            effects.extend(opened.map(|id| ("opened".to_owned(), id.to_string())));
        }
        self.tell(mechanism, &moved, &after);
        self.write_entry(tx, before, &moved, &after, number, effects).await?;
        self.reckon(mechanism, before, &after);
        Ok(after)
    }

    /// Figures, deadlines and the record itself.
    fn reckon(&mut self, mechanism: &Mechanism, before: Option<&Record>, after: &Record) {
        for (key, amount) in figures::difference(mechanism, before, after, self.ctx.calendar()) {
            *self.cells.entry(key).or_default() += amount;
        }
        for running in &after.deadlines {
            if before.and_then(|record| record.running(running.id.as_str())) != Some(running) {
                self.deadlines.push(records::deadline_row(after.id, running));
            }
        }
        let words = records::words(mechanism, after);
        let row = records::row(self.ctx, mechanism, after);
        match before {
            None => self.inserted.push((row, words)),
            Some(before) => {
                let changed = records::words(mechanism, before) != words;
                self.updated.push((row, before.version, changed.then_some(words)));
            }
        }
    }

    async fn write_entry(
        &mut self,
        tx: &mut Tx,
        before: Option<&Record>,
        moved: &Move,
        after: &Record,
        number: Option<String>,
        effects: Vec<(String, String)>,
    ) -> Result<(), Error> {
        let ctx = self.ctx;
        let pinned = before.is_none_or(|before| before.definition != after.definition);
        let entry = Entry {
            seq: after.version,
            at: ctx.now,
            on: ctx.today,
            actor: ctx.actor.person(),
            actor_name: ctx.actor.name().to_owned(),
            role: moved.role.as_ref().map(ToString::to_string),
            behalf: None,
            step: moved.step.clone(),
            step_name: moved.step_name.clone(),
            from: before.map(|before| before.state.to_string()),
            to: after.state.to_string(),
            definition: pinned.then(|| after.definition.to_string()),
            changes: moved.changes.clone(),
            number,
            opinion: moved.opinion.clone(),
            reason: moved.reason.clone(),
            deadlines: moved.deadlines.clone(),
            effects,
            batch: self.batch.map(|batch| batch.to_string()),
        };
        let json = serde_json::to_string(&entry).map_err(|fault| Error::broken("write a journal entry", fault))?;
        let prior = match (self.heads.get(&after.id), before) {
            (Some(hash), _) => Some(hash.clone()),
            (None, Some(_)) => store::journal::head(tx, after.id).await?.map(|head| head.hash),
            (None, None) => None,
        };
        let hash = journal::hash(prior.as_deref(), after.id, &json);
        self.heads.insert(after.id, hash.clone());
        self.journal.push(JournalRow {
            record: after.id,
            seq: after.version,
            id: ctx.new_id::<Uuid>(),
            at: ctx.now,
            on: ctx.today,
            actor: ctx.actor.person(),
            actor_name: entry.actor_name.clone(),
            behalf: None,
            step: StepId::from(moved.step.as_str()),
            entry: json,
            prior_hash: prior,
            hash,
        });
        Ok(())
    }

    /// Opens a record in another mechanism; once only where lateness opens it.
    // enforces: opening.mechanism
    // enforces: opening.back
    // enforces: fill.field
    async fn open(
        &mut self,
        tx: &mut Tx,
        mechanism: &Mechanism,
        opening: &Opening,
        parent: &Record,
        once: Option<String>,
        depth: usize,
    ) -> Result<Option<RecordId>, Error> {
        let ctx = self.ctx;
        if depth >= DEEPEST_OPENING {
            return Ok(None);
        }
        if let Some(key) = &once {
            if store::ties::has_key(tx, key).await? || self.ties.iter().any(|tie| tie.key.as_deref() == Some(key)) {
                return Ok(None);
            }
        }
        let Some(target) = ctx.catalog().mechanisms.get(opening.mechanism.as_str()).cloned() else { return Ok(None) };
        let view =
            View { mechanism, record: parent, today: ctx.today, calendar: ctx.calendar(), period: None };
        let mut filled: Vec<(FieldId, Option<Value>)> = opening
            .fill
            .iter()
            .map(|(id, formula)| {
                let value = formula.eval(&view);
                let fitted = match (target.field(id.as_str()), value) {
                    (Some(field), Some(value)) => Some(workflow::fit(&field.of, value)),
                    (_, value) => value,
                };
                (id.clone(), fitted)
            })
            .collect();
        filled.push((opening.back.clone(), Some(Value::Record(self.origin(&target, mechanism, opening, parent)))));
        let id: RecordId = ctx.new_id();
        let start = target.start().id.clone();
        let attempt = Attempt {
            actor: &Actor::Clock,
            step: &start,
            filled,
            opinion: None,
            reason: None,
            last_by: None,
            tree: &*ctx.tree,
        };
        let moved = workflow::start(ctx.clock(), &target, id, attempt)?;
        self.ties.push(TieRow {
            id: ctx.new_id::<Uuid>(),
            record: parent.id,
            other: id,
            role: opening.id.clone(),
            key: once,
            opened_on: ctx.today,
        });
        Box::pin(self.put_at(tx, &target, None, moved, depth + 1)).await?;
        Ok(Some(id))
    }

    /// What the back field points to: the parent, or, where a record opens another of its own kind, what it points to.
    fn origin(&self, target: &Mechanism, mechanism: &Mechanism, opening: &Opening, parent: &Record) -> RecordId {
        let same_kind = target.id == mechanism.id;
        match parent.facts.find(opening.back.as_str()) {
            Some(Value::Record(id)) if same_kind => *id,
            _ => parent.id,
        }
    }

    /// Notices of the step, and the clock's words, to those who hold the role over the unit.
    // enforces: notice.at
    // enforces: notice.to
    // enforces: notice.words
    fn tell(&mut self, mechanism: &Mechanism, moved: &Move, after: &Record) {
        let ctx = self.ctx;
        let mut told = Vec::new();
        for notice in mechanism.notices.iter().filter(|notice| notice.at == *moved.step.as_str()) {
            told.push((notice.to.clone(), papers::words_of(ctx, mechanism, &notice.words, after)));
        }
        if let (true, Some(holder)) = (moved.step.starts_with("clock."), &after.holder) {
            let due = after.due_on(mechanism).map(|day| format!(",时限{day}")).unwrap_or_default();
            told.push((holder.clone(), format!("{}:{}{due}", moved.step_name, after.title)));
        }
        for (role, words) in told {
            for person in ctx.tree.holders(&role, after.unit, ctx.today) {
                self.notices.push(NoticeRow {
                    id: ctx.new_id::<Uuid>(),
                    person: person.id,
                    record: Some(after.id),
                    at: ctx.now,
                    kind: moved.step.clone(),
                    words: words.clone(),
                    read_at: None,
                });
            }
        }
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
        }
    }

    /// Writes everything, in few statements.
    pub async fn write(self, tx: &mut Tx) -> Result<(), Error> {
        store::records::insert_many(tx, &self.inserted).await?;
        for (row, was, words) in &self.updated {
            store::records::update(tx, row, *was).await?;
            if let Some(words) = words {
                store::records::put_words(tx, row.id, words).await?;
            }
        }
        store::journal::append_many(tx, &self.journal).await?;
        store::deadlines::upsert_many(tx, &self.deadlines).await?;
        store::figures::apply(tx, &crate::cells::changes(&self.cells)).await?;
        for tie in &self.ties {
            // Somebody opened it a moment ago: the whole act is decided anew.
            if !store::ties::insert(tx, tie).await? {
                return Err(Error::Stale);
            }
        }
        for paper in &self.papers {
            store::papers::insert(tx, paper).await?;
        }
        store::notices::insert_many(tx, &self.notices).await?;
        store::outbox::put_many(tx, &self.outbox).await?;
        Ok(())
    }
}

/// The next number of the mechanism's series: gapless, because it is taken in the same transaction.
// enforces: number.pattern
async fn give_number(ctx: &Ctx, tx: &mut Tx, mechanism: &Mechanism, record: &Record) -> Result<String, Error> {
    let numbering = mechanism.number.as_ref().expect("a number is wanted only where there is a series");
    let year = ctx.today.year();
    let counted_in = if numbering.pattern.per_year() { year } else { 0 };
    let serial = store::series::next(tx, mechanism.id.as_str(), counted_in).await?;
    let names = |name: &str| match name {
        "单位简称" => ctx.tree.unit(record.unit).map(|unit| unit.short_name.clone()),
        name => ctx.vocabulary().setting(name).map(str::to_owned),
    };
    Ok(numbering.pattern.render(year, serial, &names))
}

/// A paper's id for a new row.
pub fn paper_id(ctx: &Ctx) -> PaperId {
    ctx.new_id()
}
