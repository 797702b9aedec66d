//! Proposes records whose personal information has been kept as long as their rule says, and tells those who decide.
//!
//! Never clears anything.

use std::collections::BTreeMap;

use kernel::catalog::Mechanism;
use kernel::ids::PersonId;
use kernel::refusal::Refusal;
use kernel::retention::{Marks, Retention};
use store::Tx;
use store::notices::NoticeRow;
use store::retention::RetentionRow;
use uuid::Uuid;

use super::Report;
use crate::commands::batches::act;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};

/// Records looked at in one transaction.
const AT_ONCE: u32 = 500;

/// Proposes what is due.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let mut report = Report::default();
    for mechanism in ctx.catalog().mechanisms.values() {
        let Some(rule) = &mechanism.retention else { continue };
        match propose(ctx, mechanism, rule).await {
            Ok(done) => report.done += done,
            Err(error) => report.failed(&mechanism.name, &error),
        }
    }
    Ok(report)
}

/// Gives how many records were proposed.
async fn propose(ctx: &Ctx, mechanism: &Mechanism, rule: &Retention) -> Result<i64, Error> {
    let until = rule.closed_until(ctx.today);
    let mut conn = ctx.office.db.read().await?;
    let ids = store::retention::not_proposed(&mut conn, &mechanism.id, until, AT_ONCE).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let found = records::by_ids(ctx, &mut conn, &ids).await?;
    drop(conn);
    let rows: Vec<RetentionRow> = found.iter().filter_map(|found| row(ctx, mechanism, found)).collect();
    let open = |row: &&RetentionRow| row.cleared_on.is_none();
    let count = rows.iter().filter(open).count();
    let notices = &notices(ctx, mechanism, rule, &found, &rows);
    let rows = &rows;
    let keep = |mut tx: Tx| async move {
        store::retention::propose(&mut tx, rows).await?;
        telling::notify(ctx, &mut tx, notices).await?;
        let detail = serde_json::json!({ "mechanism": mechanism.id.as_str(), "records": rows.len(), "open": count });
        act(ctx, &mut tx, "retention.proposed", detail).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    Ok(count as i64)
}

/// The proposal of one record; with nothing personal in it, there is nothing to decide.
fn row(ctx: &Ctx, current: &Mechanism, found: &Found) -> Option<RetentionRow> {
    let held = Marks { pinned: &found.mechanism, current }.held(&found.record.facts);
    Some(RetentionRow {
        record: found.record.id,
        mechanism: current.id.clone(),
        closed_on: found.record.closed_on?,
        proposed_on: ctx.today,
        keep_until: None,
        cleared_on: held.is_empty().then_some(ctx.today),
    })
}

/// Each who decides is told how many are waiting for them.
fn notices(
    ctx: &Ctx,
    mechanism: &Mechanism,
    rule: &Retention,
    found: &[Found],
    rows: &[RetentionRow],
) -> Vec<NoticeRow> {
    let mut told: BTreeMap<PersonId, usize> = BTreeMap::new();
    let is_open = |id| rows.iter().any(|row| row.record == id && row.cleared_on.is_none());
    for found in found.iter().filter(|found| is_open(found.record.id)) {
        let holders = rule.who.iter().flat_map(|role| ctx.tree.holders(role, found.record.unit, ctx.today));
        let mut people: Vec<PersonId> = holders.map(|person| person.id).collect();
        people.sort();
        people.dedup();
        people.into_iter().for_each(|person| *told.entry(person).or_default() += 1);
    }
    let notice = |(person, count): (PersonId, usize)| {
        let refusal = Refusal::new("notice.retention_due").with("count", count).with("mechanism", &mechanism.name);
        let said = crate::words::say(ctx.vocabulary(), &refusal);
        NoticeRow {
            id: ctx.new_id::<Uuid>(),
            person,
            record: None,
            at: ctx.now,
            kind: "retention".to_owned(),
            words: format!("{}{}", said.says, said.next.unwrap_or_default()),
            read_at: None,
        }
    };
    told.into_iter().map(notice).collect()
}
