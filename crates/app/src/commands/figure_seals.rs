//! Reporting figures upward: sealing them, accepting or returning them, and letting somebody change an accepted one.
//!
//! What was accepted is locked: [`locked`] refuses a step that would change it. Never accepted by whoever sealed it, and
//! never by the unit itself.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::figures::{Cells, Falls, STATES};
use kernel::ids::{FieldId, FigureId, FigureSealId, PersonId, UnitId};
use kernel::period::Period;
use kernel::refusal::{Refusal, Spot};
use store::figure_seals::{ExceptionRow, SealRow};
use store::notices::NoticeRow;
use store::{Conn, Tx};

use crate::commands::batches::act;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::sealed::{self, Known};

/// What is reported: figures of a unit for a period.
#[derive(Clone, Debug)]
pub struct SubmitForm {
    /// The unit.
    pub unit: UnitId,
    /// The period, as it stands in an address.
    pub period: String,
    /// The figures: `task_order.closed`.
    pub figures: Vec<String>,
}

/// Seals figures of a unit for a period. A figure that waits for the level above is sealed anew; an accepted one is not.
pub async fn submit(ctx: &Ctx, form: &SubmitForm) -> Result<usize, Error> {
    if !sealed::may_submit(ctx, form.unit) {
        return Err(Error::NotFound);
    }
    let period = crate::queries::figures::period(&form.period)?;
    if period.last() > ctx.today {
        return Err(Refusal::new("figure_seal.not_over").with("period", period.words()).into());
    }
    if form.figures.is_empty() {
        return Err(Refusal::new("figure_seal.none").into());
    }
    let known = form.figures.iter().map(|name| Known::of_rows(ctx, name, form.unit)).collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::new();
    let mut conn = ctx.office.db.snapshot().await?;
    for known in &known {
        rows.push(row(ctx, &mut conn, known, (form.unit, period), "submitted").await?);
    }
    drop(conn);
    let (rows, ctx_, period) = (&rows, ctx, period);
    let keep = |mut tx: Tx| async move {
        // Nobody takes an added figure away meanwhile.
        super::keep::same_tree(ctx_, &mut tx).await?;
        for row in rows {
            replace(ctx_, &mut tx, row).await?;
            store::figure_seals::insert(&mut tx, row).await?;
        }
        let detail = serde_json::json!({
            "unit": ctx_.names().unit(form.unit), "period": period.words(), "count": rows.len(),
            "seals": rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>(),
        });
        act(ctx_, &mut tx, "figure.submitted", detail).await?;
        Ok::<_, Error>((tx, rows.len()))
    };
    ctx.office.db.transact(keep).await
}

/// A figure of a unit over a period with the rows behind it, as it is sealed now.
pub(super) async fn row(
    ctx: &Ctx,
    conn: &mut Conn,
    known: &Known,
    (unit, period): (UnitId, Period),
    state: &str,
) -> Result<SealRow, Error> {
    let (amount, behind) = sealed::measured(ctx, conn, known, unit, period).await?;
    Ok(SealRow {
        id: ctx.new_id(),
        figure: known.name(),
        unit,
        period: period.to_string(),
        first_on: period.first(),
        last_on: period.last(),
        numerator: amount.numerator,
        denominator: amount.denominator,
        shown: kernel::figures::shown(known.figure(), amount),
        definition: known.version().to_owned(),
        tree: ctx.tree.version(),
        rows: behind.write(),
        state: state.to_owned(),
        sealed_by: ctx.person(),
        sealed_at: ctx.now,
        decided_by: None,
        decided_at: None,
        reason: None,
    })
}

/// Makes room for a figure that is sealed anew.
async fn replace(ctx: &Ctx, tx: &mut Tx, row: &SealRow) -> Result<(), Error> {
    let figure = std::slice::from_ref(&row.figure);
    for old in store::figure_seals::of_period(tx, &row.period, figure, &[row.unit]).await? {
        if old.state == "accepted" {
            return Err(refusal(ctx, "figure_seal.accepted", &old).into());
        }
        let state = old.state.clone();
        let gone = SealRow { state: "replaced".to_owned(), ..old };
        if !store::figure_seals::decide(tx, &gone, &state).await? {
            return Err(Error::Stale);
        }
    }
    Ok(())
}

/// What the level above says about sealed figures.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The sealed figures.
    pub seals: Vec<FigureSealId>,
    /// Are they accepted, and not returned?
    pub accept: bool,
    /// Why they are returned.
    pub reason: String,
}

/// The most characters of a reason.
const LONGEST: usize = 200;

/// Accepts or returns sealed figures, all of them or none.
pub async fn decide(ctx: &Ctx, decision: &Decision) -> Result<usize, Error> {
    let reason = line(&decision.reason);
    if decision.seals.is_empty() {
        return Err(Refusal::new("figure_seal.none").into());
    }
    if !decision.accept && reason.is_empty() {
        return Err(Refusal::new("figure_seal.reason").at(Spot::Field(FieldId::from("reason"))).into());
    }
    let rows = open_for(ctx, decision).await?;
    let (rows, ctx_, reason) = (&rows, ctx, &reason);
    let keep = |mut tx: Tx| async move {
        // Whoever writes records holds the tree's version: nobody changes what is accepted here meanwhile.
        store::units::tree_changes(&mut tx).await?;
        for row in rows {
            let state = if decision.accept { "accepted" } else { "returned" };
            let decided = SealRow {
                state: state.to_owned(),
                decided_by: ctx_.person(),
                decided_at: Some(ctx_.now),
                reason: Some(reason.clone()).filter(|reason| !reason.is_empty()),
                ..row.clone()
            };
            if !store::figure_seals::decide(&mut tx, &decided, &row.state).await? {
                return Err(refusal(ctx_, "figure_seal.decided", row).into());
            }
        }
        let kind = if decision.accept { "figure.accepted" } else { "figure.returned" };
        let first = rows.first().map(|row| sealed::period_words(&row.period)).unwrap_or_default();
        let units: BTreeSet<String> = rows.iter().map(|row| ctx_.names().unit(row.unit)).collect();
        let detail = serde_json::json!({
            "units": units, "period": first, "count": rows.len(), "reason": reason,
            "seals": rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>(),
        });
        act(ctx_, &mut tx, kind, detail).await?;
        tell(ctx_, &mut tx, rows, decision.accept, reason).await?;
        Ok::<_, Error>((tx, rows.len()))
    };
    let count = ctx.office.db.transact(keep).await?;
    ctx.office.read_tree().await?;
    Ok(count)
}

/// The sealed figures that are decided about, if this person may, and as they stand.
async fn open_for(ctx: &Ctx, decision: &Decision) -> Result<Vec<SealRow>, Error> {
    let mut rows = Vec::new();
    let mut conn = ctx.office.db.snapshot().await?;
    for id in &decision.seals {
        let (row, known) = sealed::find(ctx, &mut conn, *id).await?;
        if !sealed::may_accept(ctx, row.unit) {
            return Err(Error::NotFound);
        }
        if row.sealed_by == ctx.person() {
            return Err(refusal(ctx, "figure_seal.own", &row).into());
        }
        let is_open = row.state == "submitted" || (row.state == "accepted" && !decision.accept);
        if !is_open {
            return Err(refusal(ctx, "figure_seal.decided", &row).into());
        }
        if decision.accept {
            let period = crate::queries::figures::period(&row.period)?;
            let (now, behind) = sealed::measured(ctx, &mut conn, &known, row.unit, period).await?;
            // As many, and the same: one who came and one who went leave the number as it was.
            if (now.numerator, now.denominator) != (row.numerator, row.denominator) || behind.write() != row.rows {
                return Err(refusal(ctx, "figure_seal.drifted", &row).into());
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Tells whoever sealed them.
async fn tell(ctx: &Ctx, tx: &mut Tx, rows: &[SealRow], accept: bool, reason: &str) -> Result<(), Error> {
    let people: BTreeSet<PersonId> = rows.iter().filter_map(|row| row.sealed_by).collect();
    let Some(first) = rows.first() else { return Ok(()) };
    let (unit, period) = (ctx.names().unit(first.unit), sealed::period_words(&first.period));
    let words = match accept {
        true => format!("{unit}{period}报送的数字已收下，共{}个。", rows.len()),
        false => format!("{unit}{period}报送的数字被退回，共{}个：{reason}", rows.len()),
    };
    let notice = |person: PersonId| notice(ctx, person, if accept { "accepted" } else { "returned" }, words.clone());
    let notices: Vec<NoticeRow> = people.into_iter().map(notice).collect();
    telling::notify(ctx, tx, &notices).await
}

fn notice(ctx: &Ctx, person: PersonId, what: &str, words: String) -> NoticeRow {
    let kind = format!("figure.{what}");
    NoticeRow { id: ctx.new_id(), person, record: None, at: ctx.now, kind, words, read_at: None }
}

/// Who may change an accepted figure all the same.
#[derive(Clone, Debug, Default)]
pub struct ExceptionForm {
    /// Who.
    pub person: String,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until_on: String,
}

/// The most days of an exception.
const MOST_DAYS: i32 = 31;

/// Lets somebody change what an accepted figure counts, until a day.
pub async fn except(ctx: &Ctx, id: FigureSealId, form: &ExceptionForm) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let (row, _) = sealed::find(ctx, &mut conn, id).await?;
    drop(conn);
    if !sealed::may_accept(ctx, row.unit) {
        return Err(Error::NotFound);
    }
    if row.state != "accepted" {
        return Err(refusal(ctx, "figure_seal.open", &row).into());
    }
    let mut refusals = Vec::new();
    let mut refuse = |is_wrong: bool, code: &'static str, field: &str| {
        if is_wrong {
            refusals.push(Refusal::new(code).at(Spot::Field(FieldId::from(field))));
        }
    };
    let person = form.person.trim().parse::<PersonId>().ok().filter(|id| ctx.tree.present().any(|it| it.id == *id));
    let last = ctx.today.checked_add(MOST_DAYS.days()).unwrap_or(ctx.today);
    let until = form.until_on.trim().parse::<Date>().ok().filter(|day| (ctx.today..=last).contains(day));
    let reason = line(&form.reason);
    refuse(person.is_none(), "figure_seal.whom", "person");
    refuse(person.is_some() && person == ctx.person(), "figure_seal.oneself", "person");
    refuse(reason.is_empty(), "figure_seal.why", "why");
    refuse(until.is_none(), "figure_seal.until", "until_on");
    let (Some(person), Some(until_on), []) = (person, until, refusals.as_slice()) else {
        return Err(Error::Refused(refusals));
    };
    let new = ExceptionRow {
        id: ctx.new_id(),
        seal: id,
        person,
        reason,
        until_on,
        given_by: ctx.person(),
        given_at: ctx.now,
    };
    let (new, row, ctx_) = (&new, &row, ctx);
    let keep = |mut tx: Tx| async move {
        store::figure_seals::except(&mut tx, new).await?;
        let (unit, period) = (ctx_.names().unit(row.unit), sealed::period_words(&row.period));
        let figure = sealed::figure_words(ctx_, &row.figure);
        let detail = serde_json::json!({
            "person": ctx_.names().person(new.person), "unit": unit, "period": period, "figure": figure,
            "until": new.until_on, "reason": new.reason, "seal": row.id.to_string(),
        });
        act(ctx_, &mut tx, "figure.excepted", detail).await?;
        let words = format!("你可以在{}前更改{unit}{period}的“{figure}”：{}", new.until_on, new.reason);
        telling::notify(ctx_, &mut tx, &[notice(ctx_, new.person, "excepted", words)]).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

/// Refuses what would change an accepted figure, unless whoever acts may. What the clock does is not refused: it shows
/// as drift.
pub async fn locked(ctx: &Ctx, tx: &mut Tx, cells: &Cells) -> Result<(), Error> {
    let Some(person) = ctx.person() else { return Ok(()) };
    let (mut figures, mut units, mut since) = (BTreeSet::new(), BTreeSet::new(), None::<Date>);
    for key in cells.keys().filter(|key| !key.figure.ends_with(STATES)) {
        if let Falls::On(day) | Falls::Stands(day) = key.falls {
            figures.insert(FigureId::from(key.figure.as_str()));
            units.extend(ctx.tree.upwards_on(key.unit, day));
            since = Some(since.map_or(day, |known| known.min(day)));
        }
    }
    let Some(since) = since else { return Ok(()) };
    let (figures, units): (Vec<_>, Vec<_>) = (figures.into_iter().collect(), units.into_iter().collect());
    let mut broken = store::figure_seals::accepted(tx, &figures, &units, since).await?;
    broken.retain(|row| {
        let theirs = |unit: UnitId, day: Date| ctx.tree.upwards_on(unit, day).contains(&row.unit);
        kernel::sealing::touches(cells, row.figure.as_str(), row.first_on, row.last_on, theirs)
    });
    if broken.is_empty() {
        return Ok(());
    }
    let ids: Vec<FigureSealId> = broken.iter().map(|row| row.id).collect();
    let excepted = store::figure_seals::exceptions(tx, &ids).await?;
    let may =
        |row: &SealRow| excepted.iter().any(|it| it.seal == row.id && it.person == person && ctx.today <= it.until_on);
    broken.retain(|row| !may(row));
    match broken.is_empty() {
        true => Ok(()),
        false => Err(Error::Refused(broken.iter().map(|row| refusal(ctx, "figure_seal.locked", row)).collect())),
    }
}

/// A refusal that names a sealed figure.
fn refusal(ctx: &Ctx, code: &'static str, row: &SealRow) -> Refusal {
    let by = row.decided_by.or(row.sealed_by).map(|id| ctx.names().person(id)).unwrap_or_default();
    Refusal::new(code)
        .with("figure", sealed::figure_words(ctx, &row.figure))
        .with("unit", ctx.names().unit(row.unit))
        .with("period", sealed::period_words(&row.period))
        .with("by", by)
        .with("on", crate::words::moment(row.decided_at.unwrap_or(row.sealed_at)))
}

/// A typed line without what no keyboard has, and not too long.
fn line(typed: &str) -> String {
    typed.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect::<String>().trim().to_owned()
}
