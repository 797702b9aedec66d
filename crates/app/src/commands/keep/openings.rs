//! What does a step or lateness open in another mechanism? The record, filled as the opening says, and the tie to it.
//!
//! Never the same thing twice where lateness opens it.

use kernel::authority::Actor;
use kernel::catalog::{Mechanism, Opening};
use kernel::gathering;
use kernel::ids::{FieldId, RecordId, UnitId};
use kernel::record::{Record, View};
use kernel::value::Value;
use kernel::workflow::{self, Attempt};
use store::Tx;
use store::ties::TieRow;
use uuid::Uuid;

use super::Writing;
use crate::error::Error;

/// How deep one opening may open another.
const DEEPEST_OPENING: usize = 4;

/// A record that was opened, and what binds its tie.
type Opened = (RecordId, (String, String));

impl Writing<'_> {
    /// Opens a record in another mechanism, or one for each unit that is written down; once only where lateness opens it.
    pub(super) async fn open(
        &mut self,
        tx: &mut Tx,
        mechanism: &Mechanism,
        opening: &Opening,
        parent: &Record,
        once: Option<String>,
        depth: usize,
    ) -> Result<Vec<Opened>, Error> {
        if depth >= DEEPEST_OPENING {
            return Ok(Vec::new());
        }
        let Some(each) = &opening.each else {
            let opened = self.open_one(tx, mechanism, opening, parent, (None, once), depth).await?;
            return Ok(opened.into_iter().collect());
        };
        let units = match parent.facts.find(each.as_str()) {
            Some(Value::Units(units)) => units.clone(),
            _ => Vec::new(),
        };
        let mut all = Vec::new();
        for unit in units {
            let once = once.as_ref().map(|key| format!("{key}:{unit}"));
            all.extend(self.open_one(tx, mechanism, opening, parent, (Some(unit), once), depth).await?);
        }
        Ok(all)
    }

    // enforces: opening.mechanism
    // enforces: opening.back
    // enforces: fill
    async fn open_one(
        &mut self,
        tx: &mut Tx,
        mechanism: &Mechanism,
        opening: &Opening,
        parent: &Record,
        (unit, once): (Option<UnitId>, Option<String>),
        depth: usize,
    ) -> Result<Option<Opened>, Error> {
        let ctx = self.ctx;
        if let Some(key) = &once
            && (store::ties::has_key(tx, key).await? || self.sheet.ties.iter().any(|it| it.key.as_deref() == Some(key)))
        {
            return Ok(None);
        }
        let Some(target) = ctx.catalog().mechanisms.get(opening.mechanism.as_str()).cloned() else { return Ok(None) };
        let view = View { mechanism, record: parent, today: ctx.today, calendar: ctx.calendar(), period: None };
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
        if let Some(unit) = unit {
            filled.push((target.unit.clone(), Some(Value::Unit(unit))));
        }
        filled.extend(opening.rows.iter().map(|(to, from)| (to.clone(), rows(&target, to, parent, from))));
        filled.push((opening.back.clone(), Some(Value::Record(self.origin(&target, mechanism, opening, parent)))));
        let id: RecordId = self.next_id();
        let start = target.start().id.clone();
        let attempt = Attempt {
            actor: &Actor::Clock,
            step: &start,
            filled,
            faults: Vec::new(),
            opinion: None,
            reason: None,
            past: &[],
            tree: &*ctx.tree,
        };
        let moved = workflow::start(ctx.clock(), &target, id, attempt)?;
        let tie = TieRow {
            id: self.next_id::<Uuid>(),
            record: parent.id,
            other: id,
            role: opening.id.clone(),
            key: once,
            opened_on: ctx.today,
        };
        let bound = tie.bound(ctx.office.db.site());
        self.sheet.ties.push(tie);
        Box::pin(self.put_at(tx, &target, None, moved, depth + 1)).await?;
        Ok(Some((id, bound)))
    }

    /// What the back field points to: the parent, or, where a record opens another of its own kind, what it points to.
    fn origin(&self, target: &Mechanism, mechanism: &Mechanism, opening: &Opening, parent: &Record) -> RecordId {
        let same_kind = target.id == mechanism.id;
        match parent.facts.find(opening.back.as_str()) {
            Some(Value::Record(id)) if same_kind => *id,
            _ => parent.id,
        }
    }
}

/// The rows of a table of one record as they stand in a table of another: columns of the same ids and types.
fn rows(target: &Mechanism, to: &FieldId, parent: &Record, from: &FieldId) -> Option<Value> {
    let (child, rows) = (target.child(to.as_str())?, parent.facts.find(from.as_str())?);
    let Value::Rows(rows) = rows else { return None };
    let rows: Vec<_> = rows.iter().map(|row| gathering::same(child, row)).collect();
    (!rows.is_empty()).then_some(Value::Rows(rows))
}
