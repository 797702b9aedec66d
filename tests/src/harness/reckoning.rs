//! Is what is read of figures what the records give? Reckoned record by record, in the plainest way.
//!
//! Never by the code that it checks: no cell is looked at here.

use std::collections::{BTreeMap, BTreeSet};

use app::Ctx;
use app::cells::reading::{self, Ask, Days, Place};
use app::commands::upkeep::remaking;
use jiff::civil::Date;
use kernel::catalog::{Blend, Figure, Measure, Mechanism, Term};
use kernel::figures::{self, Amount, Cells, Falls, WHOLE};
use kernel::ids::{FieldId, PersonId, UnitId};

/// Every figure of every unit over spans of all sorts, read at once, is what the records give by the tree of each day.
pub(super) async fn readings_agree(ctx: &Ctx) {
    let mut conn = ctx.office.db.read().await.expect("a reader");
    let given = given(ctx, &mut conn).await;
    let mechanisms: Vec<_> = ctx.catalog().mechanisms.values().cloned().collect();
    let open = remaking::underway(ctx, &mut conn).await.expect("it is known what is being made anew");
    let is_made = |it: &Mechanism, figure: &Figure| {
        open.iter().all(|open| *open.figure.as_str() != *format!("{}.{}", it.id, figure.id))
    };
    let figures = mechanisms.iter().flat_map(|it| it.figures.iter().map(|figure| (&**it, figure)));
    let figures = figures.filter(|(it, figure)| is_made(it, figure));
    let units: Vec<UnitId> = ctx.tree.units().iter().map(|unit| unit.id).collect();
    let mut places: Vec<Place> = units.iter().map(|unit| Place::Unit(*unit)).collect();
    places.push(Place::Reach(vec![ctx.tree.whole()]));
    let ask = Ask { figures: figures.collect(), places, spans: spans(ctx.today), by: None };
    let read = reading::amounts(ctx, &mut conn, &ask).await.expect("the figures are read");
    for (at, (mechanism, figure)) in ask.figures.iter().enumerate() {
        let name = format!("{}.{}", mechanism.id, figure.id);
        let is_stock = figure.stands();
        let wanted = |unit: Option<UnitId>, days: Days| match &figure.measure {
            // Those who should, wherever the unit lies, without those who did anywhere.
            Measure::Blend(blend) if blend.is_missing => {
                let name = |term: &Term| format!("{}.{}", term.mechanism, term.figure.id);
                let should = people_by_hand(ctx, &given, &name(&blend.plus[0]), unit, days);
                let reached = people_by_hand(ctx, &given, &name(&blend.over[0]), None, days);
                Amount { numerator: should.difference(&reached).count() as i64, denominator: should.len() as i64 }
            }
            // What stands on other figures keeps nothing: it follows from theirs.
            Measure::Blend(blend) => {
                let of = |term: &Term, days: Days| {
                    let is_stock = term.figure.stands();
                    let name = format!("{}.{}", term.mechanism, term.figure.id);
                    by_hand(ctx, &given, (&name, WHOLE), is_stock, unit, days)
                };
                over_time(blend, Days { until: days.until.min(ctx.today), ..days }, days, &of)
            }
            _ => by_hand(ctx, &given, (&name, WHOLE), is_stock, unit, days),
        };
        for (place, unit) in units.iter().map(Some).chain([None]).enumerate() {
            for (span, days) in ask.spans.iter().enumerate() {
                let words = format!("{name} of {:?} over {days:?}", unit.map(|unit| ctx.names().unit(*unit)));
                assert_eq!(read.of(at, place, span), wanted(unit.copied(), *days), "{words}");
            }
        }
        for field in &figure.by {
            slices_agree(ctx, &mut conn, &given, (mechanism, figure), field).await;
        }
    }
}

/// A figure over figures: of what a part of the year has been set against, and of quarters in the mean.
fn over_time(blend: &Blend, past: Days, days: Days, of: &dyn Fn(&Term, Days) -> Amount) -> Amount {
    let at = |days: Days, on: Date| {
        let plain = figures::blended(blend, &blend.terms().map(|term| of(term, days)).collect::<Vec<_>>());
        let month = i64::from(on.days_in_month());
        let gone = i64::from(on.month() - 1) * month + i64::from(on.day());
        let whole = |it: i64| (i128::from(it) * i128::from(gone) / i128::from(12 * month)) as i64;
        match blend.paced {
            true => Amount { denominator: whole(plain.denominator), ..plain },
            false => plain,
        }
    };
    if !blend.quarters {
        return at(days, past.until);
    }
    let mut mean = Amount::default();
    let mut on = past.from;
    while on <= past.until {
        let end = on.last_of_month();
        if on.month() % 3 == 0 && end <= past.until {
            let it = at(Days { from: end, until: end }, end);
            if it.denominator != 0 {
                let part = it.numerator as f64 * 1_000_000.0 / it.denominator as f64;
                mean += Amount { numerator: part.round() as i64, denominator: 1_000_000 };
            }
        }
        on = end.tomorrow().expect("a story does not reach the end of time");
    }
    mean
}

/// Every slice of a figure by a field, of the whole and of each unit, is what the records give.
async fn slices_agree(
    ctx: &Ctx,
    conn: &mut store::Conn,
    given: &Cells,
    (mechanism, figure): (&Mechanism, &Figure),
    field: &FieldId,
) {
    let units: Vec<UnitId> = ctx.tree.units().iter().map(|unit| unit.id).collect();
    let places = units.iter().map(|unit| Place::Unit(*unit)).collect();
    let ask = Ask { figures: vec![(mechanism, figure)], places, spans: spans(ctx.today), by: Some(field.clone()) };
    let read = reading::amounts(ctx, conn, &ask).await.expect("the slices are read");
    let name = format!("{}.{}", mechanism.id, figure.id);
    let is_stock = figure.stands();
    let own = given.keys().filter(|key| key.figure == name);
    let values: BTreeSet<&str> = own.filter_map(|key| figures::value_of(field, &key.slice)).collect();
    for (place, unit) in units.iter().enumerate() {
        for (span, days) in ask.spans.iter().enumerate() {
            let wanted = values.iter().map(|value| {
                let slice = figures::slice(field, value);
                (*value, by_hand(ctx, given, (&name, &slice), is_stock, Some(*unit), *days))
            });
            let wanted: BTreeMap<&str, Amount> = wanted.filter(|(_, it)| *it != Amount::default()).collect();
            assert_eq!(read.slices(0, place, span, field), wanted, "{name} by {field} over {days:?}");
        }
    }
}

/// What all records give.
async fn given(ctx: &Ctx, conn: &mut store::Conn) -> Cells {
    let (mut given, mut after) = (Cells::new(), None);
    loop {
        let rows = store::records::walk(conn, None, after, 500).await.expect("the records are walked through");
        let Some(last) = rows.last() else { return given };
        after = Some(last.id);
        for found in app::records::with_deadlines(ctx, conn, rows).await.expect("the records are whole") {
            figures::contributions(
                ctx.definitions.counted_by(&found.mechanism),
                &found.record,
                ctx.calendar(),
                &mut given,
                1,
            );
        }
    }
}

fn spans(today: Date) -> Vec<Days> {
    let ago = |days: i32| today.saturating_sub(jiff::Span::new().days(days));
    let spans = [
        (ago(6), today),
        (today, today),
        (ago(11), ago(3)),
        (today.first_of_month(), today),
        (today.first_of_year(), today),
        (today.first_of_year(), today.last_of_year()),
        (ago(75), ago(1)),
        (today, ago(1)),
    ];
    spans.into_iter().map(|(from, until)| Days { from, until }).collect()
}

/// The humans whom a figure of people counts.
fn people_by_hand(ctx: &Ctx, given: &Cells, name: &str, unit: Option<UnitId>, days: Days) -> BTreeSet<PersonId> {
    let counts = |falls: Falls, own: UnitId| match falls {
        Falls::On(day) => {
            let is_theirs = unit.is_none_or(|unit| ctx.tree.upwards_on(own, day).contains(&unit));
            days.from <= day && day <= days.until && is_theirs
        }
        _ => false,
    };
    let own = given.iter().filter(|(key, amount)| key.figure == name && key.slice == WHOLE && amount.numerator > 0);
    own.filter(|(key, _)| counts(key.falls, key.unit))
        .filter_map(|(key, _)| Some(ctx.tree.human(key.person?)))
        .collect()
}

fn by_hand(
    ctx: &Ctx,
    given: &Cells,
    (name, slice): (&str, &str),
    is_stock: bool,
    unit: Option<UnitId>,
    days: Days,
) -> Amount {
    let end = days.until.min(ctx.today);
    let is_theirs = |own: UnitId, day: Date| unit.is_none_or(|unit| ctx.tree.upwards_on(own, day).contains(&unit));
    let mut sum = Amount::default();
    let mut people = BTreeSet::new();
    for (key, amount) in given.iter().filter(|(key, _)| key.figure == name && key.slice == slice) {
        let counts = match key.falls {
            Falls::On(day) => !is_stock && days.from <= day && day <= days.until && is_theirs(key.unit, day),
            Falls::Stands(day) => is_stock && day <= end && is_theirs(key.unit, end),
            Falls::Always => false,
        };
        match key.person {
            _ if !counts || amount.numerator == 0 && amount.denominator == 0 => {}
            Some(person) => people.extend([ctx.tree.human(person)]),
            None => sum += *amount,
        }
    }
    sum.numerator += people.len() as i64;
    sum
}
