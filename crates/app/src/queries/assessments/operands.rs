//! What does each indicator come to for each unit? Figures over the year up to a day, and the targets of units.
//!
//! All figures of all units over all days are read in a fixed number of questions.
//! Never a figure by a name that means several.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use kernel::figures;
use kernel::ids::{FigureId, UnitId};
use kernel::kinds::assessment::scheme::{Indicator, Leaf, Scheme};
use kernel::kinds::assessment::score::{Operand, Operands};
use kernel::kinds::assessment::{Source, Way};
use kernel::period::Period;
use kernel::refusal::{Refusal, Spot};
use rust_decimal::Decimal;
use store::Conn;

use crate::cells::reading::{self, Ask, Days, Place};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::Knowing;
use crate::queries::figures::named::{Meant, Names};
use crate::queries::register;

use super::gathered::{self, Gathered};

impl<'a> Names<'a> {
    /// The figure of an indicator.
    pub fn of_leaf(&self, leaf: &Leaf) -> Option<Meant<'a>> {
        self.find(leaf.figure.as_deref().filter(|_| leaf.source == Source::Figure)?)
    }
}

/// The figures that no catalogue knows, or that whoever writes the scheme may not know of all its units.
pub fn unknown(ctx: &Ctx, table: &kernel::ids::FieldId, scheme: &Scheme) -> Result<Vec<Refusal>, Error> {
    let names = Names::of(ctx);
    let mut refusals = elsewhere(ctx, table, scheme);
    for (_, it, leaf) in scheme.leaves() {
        let Some(written) = leaf.figure.as_deref().filter(|_| leaf.source == Source::Figure) else { continue };
        let refusal = |code: &'static str| {
            let spot = Spot::Row(table.clone(), it.row, "figure".into());
            Refusal::new(code).with("row", it.row + 1).with("name", &it.name).with("figure", written).at(spot)
        };
        match names.find(written) {
            None => refusals.push(refusal("assessment.figure")),
            Some(meant) if !may_use(ctx, scheme, it, meant)? => refusals.push(refusal("assessment.figure_hidden")),
            Some(_) => {}
        }
    }
    Ok(refusals)
}

/// Lead units that are none, and votings that are none or that whoever writes the scheme may not see of all its units.
fn elsewhere(ctx: &Ctx, table: &kernel::ids::FieldId, scheme: &Scheme) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (_, it, leaf) in scheme.leaves() {
        let spot = |column: &str| Spot::Row(table.clone(), it.row, column.into());
        let refusal = |code: &'static str| Refusal::new(code).with("row", it.row + 1).with("name", &it.name);
        if let Some(lead) = leaf.lead.as_deref().filter(|lead| ctx.tree.named(lead).is_none()) {
            refusals.push(refusal("assessment.lead").with("lead", lead).at(spot("lead")));
        }
        let Some(ballot) = gathered::ballot(leaf) else { continue };
        let mechanism = ctx.catalog().in_order().find(|it| it.name == ballot && gathered::gives(it));
        let sees = match mechanism.filter(|_| ctx.person().is_some()) {
            Some(mechanism) => {
                let over = over(ctx, scheme, it);
                let seen = ctx.actor.reach(&mechanism.id, &mechanism.rights.see);
                kernel::authority::overlap(&over, &seen) == over
            }
            None => mechanism.is_some(),
        };
        if !sees {
            refusals.push(refusal("assessment.no_ballot").with("ballot", ballot).at(spot("figure")));
        }
    }
    refusals
}

/// The units for which an indicator is.
fn over(ctx: &Ctx, scheme: &Scheme, it: &Indicator) -> Vec<kernel::authority::Subtree> {
    let of = scheme.members.iter().filter(|member| it.is_for(&member.group));
    let over: Vec<_> = of.filter_map(|member| ctx.tree.unit(member.unit)).map(|unit| unit.over).collect();
    kernel::authority::merged(over.into_iter())
}

/// May this person know the figure of every unit that it scores? Where small groups are hidden they have to see the records.
fn may_use(ctx: &Ctx, scheme: &Scheme, it: &Indicator, (mechanism, figure): Meant<'_>) -> Result<bool, Error> {
    if ctx.person().is_none() {
        return Ok(true);
    }
    let scope = register::scope(ctx, mechanism, None)?;
    let knowing = Knowing::of(ctx, mechanism, figure, &scope);
    let known = if figure.kind.suppress_below > 0 { &knowing.seen } else { &knowing.told };
    let over = over(ctx, scheme, it);
    Ok(kernel::authority::overlap(&over, known) == over)
}

/// The year up to a day.
pub fn year_up_to(scheme: &Scheme, day: Date) -> Days {
    let first = date(scheme.year, 1, 1);
    Days { from: first, until: day.min(date(scheme.year, 12, 31)) }
}

/// The quarters of the year that began by the end of some days, each up to that end.
fn quarters(days: Days) -> Vec<Days> {
    let first = [1_i8, 4, 7, 10].map(|month| date(days.from.year(), month, 1));
    let begun = first.into_iter().filter(|from| *from <= days.until);
    begun.map(|from| Days { from, until: Period::quarter_of(from).last().min(days.until) }).collect()
}

/// Operands of a scheme, for each of some days up to which the year is looked at.
pub async fn operands(
    ctx: &Ctx,
    conn: &mut Conn,
    (scheme, beside): (&Scheme, &Gathered),
    upto: &[Date],
) -> Result<Vec<Operands>, Error> {
    let names = Names::of(ctx);
    let used = used(&names, scheme);
    let spans: Vec<Days> = upto.iter().map(|day| year_up_to(scheme, *day)).collect();
    let by_quarter = scheme.leaves().any(|(_, _, leaf)| leaf.way == Way::Quarters);
    let parts: Vec<Vec<Days>> = spans.iter().map(|it| if by_quarter { quarters(*it) } else { Vec::new() }).collect();
    let all: BTreeSet<Days> = spans.iter().chain(parts.iter().flatten()).copied().collect();
    let all: Vec<Days> = all.into_iter().collect();
    let units: Vec<UnitId> = scheme.members.iter().map(|it| it.unit).collect();
    let ask = Ask {
        figures: used.iter().map(|(_, meant)| *meant).collect(),
        places: units.iter().map(|unit| Place::Unit(*unit)).collect(),
        spans: all.clone(),
        by: None,
    };
    let amounts = reading::amounts(ctx, conn, &ask).await?;
    let targets = targets(conn, scheme, &used, &units).await?;
    let place = |days: &Days| all.iter().position(|it| it == days);
    let mut read = Vec::new();
    for (span, quarters) in spans.iter().zip(&parts) {
        // What is said of the year after its end counts for it.
        let end = if *span == year_up_to(scheme, Date::MAX) { Date::MAX } else { span.until };
        let of = |it: &Indicator| -> Vec<Operand> {
            if let Some(leaf) = it.leaf.as_ref().filter(|leaf| leaf.source != Source::Figure) {
                return units.iter().map(|unit| beside.operand((&it.code, leaf), *unit, end)).collect();
            }
            let Some((leaf, (mechanism, figure))) =
                it.leaf.as_ref().and_then(|leaf| Some((leaf, names.of_leaf(leaf)?)))
            else {
                return vec![Operand::default(); units.len()];
            };
            let id = FigureId::from(format!("{}.{}", mechanism.id, figure.id));
            let at = used.iter().position(|(known, _)| *known == id);
            let value = |member: usize, days: &Days| {
                let amount = amounts.of(at?, member, place(days)?);
                figures::value(figure, amount).map(|it| it.round_dp(6))
            };
            let operand = |(member, unit): (usize, &UnitId)| Operand {
                value: value(member, span),
                target: targets.get(&(id.clone(), *unit)).copied(),
                quarters: match leaf.way {
                    Way::Quarters => quarters.iter().map(|it| value(member, it)).collect(),
                    _ => Vec::new(),
                },
                is_unchecked: false,
            };
            units.iter().enumerate().map(operand).collect()
        };
        read.push(scheme.indicators.iter().map(of).collect());
    }
    Ok(read)
}

/// The figures that a scheme is made of, each once.
fn used<'a>(names: &Names<'a>, scheme: &Scheme) -> Vec<(FigureId, Meant<'a>)> {
    let mut used: Vec<(FigureId, Meant<'a>)> = Vec::new();
    for (_, _, leaf) in scheme.leaves() {
        let Some((mechanism, figure)) = names.of_leaf(leaf) else { continue };
        let id = FigureId::from(format!("{}.{}", mechanism.id, figure.id));
        if used.iter().all(|(known, _)| *known != id) {
            used.push((id, (mechanism, figure)));
        }
    }
    used
}

/// The targets of the year that units have of their own.
async fn targets(
    conn: &mut Conn,
    scheme: &Scheme,
    used: &[(FigureId, Meant<'_>)],
    units: &[UnitId],
) -> Result<BTreeMap<(FigureId, UnitId), Decimal>, Error> {
    let mut all = BTreeMap::new();
    let figures: Vec<FigureId> = used.iter().map(|(id, _)| id.clone()).collect();
    if figures.is_empty() {
        return Ok(all);
    }
    let period = Period::Year(scheme.year).to_string();
    for some in units.chunks(500) {
        for row in store::figure_targets::of_period(conn, &period, &figures, some).await? {
            if let Ok(value) = row.value.parse() {
                all.insert((row.figure, row.unit), value);
            }
        }
    }
    Ok(all)
}
