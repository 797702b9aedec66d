//! Is what is read of figures what the records give? Reckoned record by record, in the plainest way.
//!
//! Never by the code that it checks: no cell is looked at here.

use app::Ctx;
use app::cells::reading::{self, Ask, Days, Place};
use jiff::civil::Date;
use kernel::catalog::Measure;
use kernel::figures::{self, Amount, Cells, Falls, WHOLE};
use kernel::ids::UnitId;

/// Every figure of every unit over spans of all sorts, read at once, is what the records give by the tree of each day.
pub(super) async fn readings_agree(ctx: &Ctx) {
    let mut conn = ctx.office.db.read().await.expect("a reader");
    let given = given(ctx, &mut conn).await;
    let mechanisms: Vec<_> = ctx.catalog().mechanisms.values().cloned().collect();
    let figures = mechanisms.iter().flat_map(|it| it.figures.iter().map(|figure| (&**it, figure)));
    let units: Vec<UnitId> = ctx.tree.units().iter().map(|unit| unit.id).collect();
    let mut places: Vec<Place> = units.iter().map(|unit| Place::Unit(*unit)).collect();
    places.push(Place::Reach(vec![ctx.tree.whole()]));
    let ask = Ask { figures: figures.collect(), places, spans: spans(ctx.today) };
    let read = reading::amounts(ctx, &mut conn, &ask).await.expect("the figures are read");
    for (at, (mechanism, figure)) in ask.figures.iter().enumerate() {
        let name = format!("{}.{}", mechanism.id, figure.id);
        let is_stock = matches!(figure.measure, Measure::Stock { .. });
        for (place, unit) in units.iter().map(Some).chain([None]).enumerate() {
            for (span, days) in ask.spans.iter().enumerate() {
                let wanted = by_hand(ctx, &given, &name, is_stock, unit.copied(), *days);
                let words = format!("{name} of {:?} over {days:?}", unit.map(|unit| ctx.names().unit(*unit)));
                assert_eq!(read.of(at, place, span), wanted, "{words}");
            }
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
            figures::contributions(&found.mechanism, &found.record, ctx.calendar(), &mut given, 1);
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

fn by_hand(ctx: &Ctx, given: &Cells, name: &str, is_stock: bool, unit: Option<UnitId>, days: Days) -> Amount {
    let end = days.until.min(ctx.today);
    let is_theirs = |own: UnitId, day: Date| unit.is_none_or(|unit| ctx.tree.upwards_on(own, day).contains(&unit));
    let mut sum = Amount::default();
    for (key, amount) in given.iter().filter(|(key, _)| key.figure == name && key.slice == WHOLE) {
        let counts = match key.falls {
            Falls::On(day) => !is_stock && days.from <= day && day <= days.until && is_theirs(key.unit, day),
            Falls::Stands(day) => is_stock && day <= end && is_theirs(key.unit, end),
            Falls::Always => false,
        };
        if counts {
            sum += *amount;
        }
    }
    sum
}
