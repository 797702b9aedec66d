//! What does a step or lateness open in another mechanism? The record, filled as the opening says, and the tie to it.
//!
//! Never the same thing twice where lateness opens it.

use kernel::authority::Actor;
use kernel::catalog::{Mechanism, Opening};
use kernel::ids::{FieldId, RecordId};
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

impl Writing<'_> {
    /// Opens a record in another mechanism; once only where lateness opens it.
    // enforces: opening.mechanism
    // enforces: opening.back
    // enforces: fill
    pub(super) async fn open(
        &mut self,
        tx: &mut Tx,
        mechanism: &Mechanism,
        opening: &Opening,
        parent: &Record,
        once: Option<String>,
        depth: usize,
    ) -> Result<Option<(RecordId, (String, String))>, Error> {
        let ctx = self.ctx;
        if depth >= DEEPEST_OPENING {
            return Ok(None);
        }
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
        filled.push((opening.back.clone(), Some(Value::Record(self.origin(&target, mechanism, opening, parent)))));
        let id: RecordId = ctx.new_id();
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
            id: ctx.new_id::<Uuid>(),
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
