//! What has to be done regularly, and has not been done yet: units that have not held what they should this quarter,
//! people who have not come this year.
//!
//! Units are judged by their figures, people by who was there: nothing is counted here that no figure counts.
//! Never a unit or a person outside of where the reader may know the figure.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::catalog::{Figure, Mechanism};
use kernel::figures::{self, Cells};
use kernel::ids::{FigureId, PersonId, UnitId};
use kernel::kinds::activity;
use kernel::kinds::plan::{self, Plan, Whose};
use kernel::period::Period;
use rust_decimal::Decimal;
use store::Conn;
use store::plans::{PlanPeople, Shown};

use crate::cells::reading::{self, Ask, Days, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::attendance::hundredths;
use crate::queries::figures::{period, reach};
use crate::queries::forms::Choice;
use crate::queries::register;
use crate::queries::units::choosing;
use crate::records;

/// The most units or people on a page.
const PAGE: usize = 100;

/// What is asked of a mechanism's plans.
#[derive(Clone, Debug, Default)]
pub struct PlanAsk {
    /// Which; the first, without it.
    pub plan: String,
    /// The unit whose subtree is looked at.
    pub unit: Option<UnitId>,
    /// The period; the one of today, without it.
    pub period: String,
    /// Also those who have done it.
    pub all: bool,
    /// After what a page ended with.
    pub after: String,
}

/// A plan and how far it is kept.
#[derive(Clone, Debug)]
pub struct PlanPage {
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// All plans: id and name.
    pub plans: Vec<(String, String)>,
    /// The one looked at.
    pub plan: String,
    /// What it asks, in words.
    pub words: String,
    /// Is it about people?
    pub of_people: bool,
    /// The unit looked at.
    pub unit: Option<UnitId>,
    /// The units that may be looked at.
    pub units: Vec<Choice>,
    /// The period.
    pub period: Period,
    /// The period before it and the one after, if that has begun.
    pub beside: (Option<Period>, Option<Period>),
    /// So many should, and so many have.
    pub counts: (i64, i64),
    /// Also those who have done it?
    pub all: bool,
    /// What the amounts are amounts of.
    pub measure: String,
    /// The lines.
    pub lines: Vec<PlanLine>,
    /// What is sent for the next page.
    pub next: Option<String>,
}

/// A unit or a person.
#[derive(Clone, Debug)]
pub struct PlanLine {
    /// Who.
    pub name: String,
    /// Where.
    pub at: String,
    /// How much, and out of how much.
    pub done: String,
    /// Is it enough?
    pub is_enough: bool,
    /// The unit whose records are listed.
    pub unit: Option<UnitId>,
}

/// What is looked at.
struct Looking<'a> {
    mechanism: &'a Mechanism,
    figure: &'a Figure,
    plan: &'a Plan,
    period: Period,
    over: Vec<kernel::authority::Subtree>,
}

/// The page of a plan.
pub async fn plan_page(ctx: &Ctx, mechanism: &str, ask: &PlanAsk) -> Result<PlanPage, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let chosen = mechanism.plans.iter().find(|it| ask.plan.is_empty() || it.id == ask.plan);
    let chosen = chosen.ok_or(Error::NotFound)?;
    let figure = mechanism.figure(chosen.figure.as_str()).ok_or(Error::NotFound)?;
    let asked = if ask.period.trim().is_empty() { chosen.each.period(ctx.today) } else { period(&ask.period)? };
    let scope = register::scope(ctx, &mechanism, ask.unit)?;
    let anywhere = register::scope(ctx, &mechanism, None)?;
    let (over, seen) = (reach(ctx, figure, &scope), reach(ctx, figure, &anywhere));
    if seen.is_empty() {
        return Err(Error::NotFound);
    }
    let looking = Looking { mechanism: &mechanism, figure, plan: chosen, period: asked, over };
    let mut conn = ctx.office.db.read().await?;
    let (counts, lines, next) = match &chosen.whose {
        Whose::Units(kinds) => of_units(ctx, &mut conn, &looking, kinds, ask).await?,
        Whose::People(roles) => of_people(ctx, &mut conn, &looking, roles, ask).await?,
    };
    let of_people = matches!(chosen.whose, Whose::People(_));
    let tomorrow = asked.last().tomorrow().ok();
    let after = tomorrow.map(|day| chosen.each.period(day)).filter(|it| it.first() <= ctx.today);
    Ok(PlanPage {
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        plans: mechanism.plans.iter().map(|it| (it.id.clone(), it.name.clone())).collect(),
        plan: chosen.id.clone(),
        words: plan::plan_words(&mechanism, ctx.vocabulary(), chosen),
        of_people,
        unit: ask.unit,
        units: choosing::around(ctx, &seen, ask.unit),
        period: asked,
        beside: (asked.before(), after),
        counts,
        all: ask.all,
        measure: if of_people { people_measure(&mechanism).to_owned() } else { figure.unit.clone() },
        lines,
        next,
    })
}

fn people_measure(mechanism: &Mechanism) -> &'static str {
    let has_hours = mechanism.attendance.as_ref().is_some_and(|it| it.hours.is_some());
    if has_hours { "学时" } else { "次" }
}

type Lines = ((i64, i64), Vec<PlanLine>, Option<String>);

// enforces: plan.units
// enforces: plan.least
async fn of_units(
    ctx: &Ctx,
    conn: &mut Conn,
    looking: &Looking<'_>,
    kinds: &[kernel::ids::UnitKind],
    ask: &PlanAsk,
) -> Result<Lines, Error> {
    let units: Vec<_> = ctx.tree.present_within(&looking.over).filter(|unit| kinds.contains(&unit.kind)).collect();
    let days = Days { from: looking.period.first(), until: looking.period.last() };
    let wanted = Ask {
        figures: vec![(looking.mechanism, looking.figure)],
        places: units.iter().map(|unit| Place::Unit(unit.id)).collect(),
        spans: vec![days],
        by: None,
    };
    let read = reading::amounts(ctx, conn, &wanted).await?;
    let least = Decimal::from(looking.plan.least);
    let mut lines = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let amount = read.of(0, at, 0);
        let is_enough = figures::value(looking.figure, amount).is_some_and(|value| value >= least);
        let above = unit.parent.map(|parent| ctx.names().unit(parent)).unwrap_or_default();
        lines.push(PlanLine {
            name: unit.name.clone(),
            at: above,
            done: format!("{} / {}", figures::shown(looking.figure, amount), looking.plan.least),
            is_enough,
            unit: Some(unit.id),
        });
    }
    let counts = (lines.len() as i64, lines.iter().filter(|line| line.is_enough).count() as i64);
    lines.retain(|line| ask.all || !line.is_enough);
    let from: usize = ask.after.parse().unwrap_or(0);
    let next = (lines.len() > from + PAGE).then(|| (from + PAGE).to_string());
    Ok((counts, lines.into_iter().skip(from).take(PAGE).collect(), next))
}

// enforces: plan.people
async fn of_people(
    ctx: &Ctx,
    conn: &mut Conn,
    looking: &Looking<'_>,
    roles: &[String],
    ask: &PlanAsk,
) -> Result<Lines, Error> {
    let figure = FigureId::from(format!("{}.{}", looking.mechanism.id, looking.figure.id));
    let (from, until) = (looking.period.first(), looking.period.last());
    let query = PlanPeople {
        units: looking.over.iter().map(|over| (over.first, over.last)).collect(),
        roles: roles.to_vec(),
        on: until.min(ctx.today),
        figure,
        days: (from, until),
    };
    let after = ask.after.split_once(' ').and_then(|(pinyin, id)| Some((pinyin, id.parse().ok()?)));
    let shown = if ask.all { Shown::All } else { Shown::Missing };
    let should = store::plans::count(conn, &query, Shown::All).await?;
    let missing = store::plans::count(conn, &query, Shown::Missing).await?;
    let mut rows = store::plans::people(conn, &query, shown, after, PAGE as u32 + 1).await?;
    let next = (rows.len() > PAGE).then(|| {
        rows.truncate(PAGE);
        rows.last().map(|row| format!("{} {}", row.pinyin, row.id))
    });
    let ids: Vec<PersonId> = rows.iter().map(|row| row.id).collect();
    let sums = sums(ctx, conn, looking, &query, &ids).await?;
    let has_hours = looking.mechanism.attendance.as_ref().is_some_and(|it| it.hours.is_some());
    let line = |row: store::people::PersonRow| {
        let (times, hours) = sums.get(&row.id).copied().unwrap_or_default();
        let (done, enough) = match has_hours {
            true => (hundredths(hours), hours >= looking.plan.least.saturating_mul(100)),
            false => (times.to_string(), times >= looking.plan.least),
        };
        PlanLine {
            name: row.name,
            at: row.unit.map(|unit| ctx.names().unit(unit)).unwrap_or_default(),
            done: format!("{done} / {}", looking.plan.least),
            is_enough: enough,
            unit: None,
        }
    };
    Ok(((should, should - missing), rows.into_iter().map(line).collect(), next.flatten()))
}

/// How often each came, and for how many hundredths of an hour, to what the figure counts in the period. Whoever has
/// several files is one.
async fn sums(
    ctx: &Ctx,
    conn: &mut Conn,
    looking: &Looking<'_>,
    query: &PlanPeople,
    ids: &[PersonId],
) -> Result<BTreeMap<PersonId, (i64, i64)>, Error> {
    let there = store::presences::of_humans(conn, std::slice::from_ref(&query.figure), ids).await?;
    let mut files: Vec<PersonId> = there.iter().map(|it| it.key.person).collect();
    files.sort();
    files.dedup();
    let mut sums: BTreeMap<PersonId, (i64, i64)> = BTreeMap::new();
    for found in records::attended_by(ctx, conn, &looking.mechanism.id, &files).await? {
        let mut cells = Cells::new();
        let counted = ctx.definitions.counted_by(&found.mechanism);
        figures::contributions(counted, &found.record, ctx.calendar(), &mut cells, 1);
        let hours = activity::hours(counted, &found.record);
        for (person, seat) in found.record.turnout.came() {
            let is_counted = cells.keys().any(|key| {
                key.person == Some(person)
                    && key.figure == query.figure.as_str()
                    && matches!(key.falls, figures::Falls::On(day) if is_in(day, query.days))
            });
            if is_counted {
                let sum = sums.entry(ctx.tree.human(person)).or_default();
                sum.0 += 1;
                sum.1 += seat.hours.unwrap_or(hours);
            }
        }
    }
    Ok(sums)
}

fn is_in(day: Date, days: (Date, Date)) -> bool {
    days.0 <= day && day <= days.1
}
