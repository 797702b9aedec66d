//! On what is it measured? A district of some four hundred units with as many records as wanted, always the same.
//!
//! Records are written by the store's functions for many rows at once and not by steps: only the bench may do that.

use std::sync::Arc;

use app::Ctx;
use app::commands::upkeep::organisation::NewOrganisation;
use app::office::Office;
use app::{cells, records};
use jiff::civil::Date;
use kernel::catalog::Mechanism;
use kernel::figures::{self, Cells};
use kernel::ids::{FieldId, RecordId, RoleId, StateId, UnitId};
use kernel::record::{DeadlineEvent, DeadlineMove, Record, Running};
use kernel::value::{Facts, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::acting::{self, person, unit};
use crate::print;

/// The mechanism that is measured.
pub(super) const MECHANISM: &str = "task_order";
/// Who sees the whole site, and who one community.
pub(super) const ADMINISTRATOR: &str = "whole";
pub(super) const CLERK: &str = "clerk";

const STREETS: usize = 20;
const COMMUNITIES: usize = 20;
/// Of so many records one is open.
const ONE_OPEN_OF: usize = 4;
const SOURCES: [&str; 5] = ["party_committee", "administration", "key_project", "superior", "meeting"];
/// Records written in one go.
const AT_ONCE: usize = 2_000;

/// Units and the people who ask.
pub(super) async fn organise(ctx: &Ctx) -> anyhow::Result<()> {
    let mut new = NewOrganisation { units: vec![unit("district", "测速区".to_owned(), None)], people: Vec::new() };
    for street in 1..=STREETS {
        let above = new.units.len();
        new.units.push(unit("street", format!("第{street}街道"), Some(0)));
        for community in 1..=COMMUNITIES {
            new.units.push(unit("community", format!("第{street}街道第{community}社区"), Some(above)));
        }
    }
    let place = clerk_place();
    new.people.push(person(ADMINISTRATOR, &["supervisor", "leader", "unit_liaison"], (0, 0)));
    new.people.push(person(CLERK, &["unit_liaison", "unit_head"], (place, place)));
    acting::organise(ctx, &new).await
}

/// The place of the clerk's community in the list of units.
fn clerk_place() -> usize {
    1 + 7 * (COMMUNITIES + 1) + 9
}

/// The pre-order number of the clerk's community.
pub(super) fn clerk_ord() -> i64 {
    clerk_place() as i64 + 1
}

/// Writes so many records with their deadlines and figures.
pub(super) async fn db_records(office: &Arc<Office>, ctx: &Ctx, count: usize) -> anyhow::Result<()> {
    let mechanism = ctx.catalog().mechanism(MECHANISM).cloned().ok_or_else(|| anyhow::anyhow!("没有{MECHANISM}"))?;
    let units: Vec<UnitId> = ctx.tree.units().iter().filter(|unit| unit.depth == 2).map(|unit| unit.id).collect();
    let mut all = Cells::new();
    let mut at = 0;
    while at < count {
        let some: Vec<Record> = (at..count.min(at + AT_ONCE)).map(|at| record(ctx, &mechanism, &units, at)).collect();
        let rows: Vec<_> =
            some.iter().map(|it| (records::row(ctx, &mechanism, it), records::words(&mechanism, it))).collect();
        let deadlines: Vec<_> =
            some.iter().flat_map(|it| it.deadlines.iter().map(|line| records::deadline_row(it.id, line))).collect();
        for it in &some {
            figures::contributions(&mechanism, it, ctx.calendar(), &mut all, 1);
        }
        let mut tx = office.db.begin_long().await?;
        store::records::insert_many(&mut tx, &rows).await?;
        store::deadlines::insert_many(&mut tx, &deadlines).await?;
        tx.commit().await?;
        at += some.len();
        if at % 200_000 == 0 {
            print::line(format_args!("  已写{at}件"));
        }
    }
    let mut tx = office.db.begin_long().await?;
    cells::add(&mut tx, &ctx.tree, &all).await?;
    tx.commit().await?;
    office.db.analyze().await?;
    Ok(())
}

/// The record with this number: closed, unless its number says otherwise.
fn record(ctx: &Ctx, mechanism: &Arc<Mechanism>, units: &[UnitId], at: usize) -> Record {
    // A multiplier without a common factor spreads neighbours over units and days.
    let spread = at.wrapping_mul(2_654_435_761) >> 7;
    let unit = units[spread % units.len()];
    let is_open = (spread / 401).is_multiple_of(ONE_OPEN_OF);
    let days_ago = |days: usize| ctx.today.checked_sub(jiff::Span::new().days(days as i64)).unwrap_or(ctx.today);
    let opened_on = days_ago(if is_open { spread % 120 } else { 120 + spread % 1_500 });
    let due_on = opened_on.checked_add(jiff::Span::new().days(30 + (spread / 13 % 120) as i64)).unwrap_or(opened_on);
    let closed_on = (!is_open).then(|| due_on.checked_sub(jiff::Span::new().days((at % 9) as i64)).unwrap_or(due_on));
    let title = format!("第{at}号任务：完成年度重点工作第{}项", spread % 9_973);
    let progress = if is_open { Decimal::from(spread % 100) } else { Decimal::ONE_HUNDRED };
    let mut facts = Facts::default();
    let mut put = |field: &str, value: Value| facts.put(&FieldId::from(field), Some(value));
    put("title", Value::Text(title.clone()));
    put("source", Value::Choice(SOURCES[spread % SOURCES.len()].to_owned()));
    put("unit", Value::Unit(unit));
    put("due_on", Value::Day(due_on));
    put("progress", Value::Decimal(progress));
    put("situation", Value::Text("按计划推进，已完成阶段目标，正在准备验收材料。".to_owned()));
    put("issued_on", Value::Day(opened_on));
    if let Some(day) = closed_on {
        put("closed_on", Value::Day(day));
    }
    Record {
        id: id(at, opened_on),
        mechanism: mechanism.id.clone(),
        definition: mechanism.hash.clone(),
        number: Some(format!("任〔{}〕{}号", opened_on.year(), at + 1)),
        title,
        state: StateId::from(if is_open { "underway" } else { "closed" }),
        unit,
        facts,
        opened_on,
        closed_on,
        version: 4,
        holder: is_open.then(|| RoleId::from("unit_liaison")),
        deadlines: if is_open { vec![deadline(opened_on, due_on)] } else { Vec::new() },
        batch: None,
        past_units: Vec::new(),
        flow: Default::default(),
        turnout: Default::default(),
        book: Default::default(),
        tally: None,
        receipts: Default::default(),
    }
}

/// An id that is ordered by the day, as ids of real records are.
fn id(at: usize, opened_on: Date) -> RecordId {
    let milliseconds = crate::clock::moment(opened_on, 9, 0).max(0) as u128;
    RecordId(Uuid::from_u128(milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | at as u128))
}

fn deadline(starts_on: Date, due_on: Date) -> Running {
    Running {
        id: "finish".into(),
        starts_on,
        first_due_on: due_on,
        due_on,
        started_at: None,
        due_at: None,
        paused_on: None,
        ended_on: None,
        outcome: None,
        alarm_on: None,
        provisional: false,
        history: vec![DeadlineMove { on: starts_on, what: DeadlineEvent::Started, due_on }],
    }
}
