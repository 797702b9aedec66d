//! What does a figure come to at the end of each quarter, and in the mean?
//!
//! Never a quarter that has not ended.

use kernel::catalog::Blend;
use kernel::figures;
use store::Conn;

use super::{Amounts, Ask, Days, amounts};
use crate::ctx::Ctx;
use crate::error::Error;

/// The means of a figure for every place and span that is asked for, put among the sums.
pub(super) async fn means(
    ctx: &Ctx,
    conn: &mut Conn,
    ask: &Ask<'_>,
    (at, blend): (usize, &Blend),
    sums: &mut Amounts,
) -> Result<(), Error> {
    let ends_of = |span: &Days| figures::quarter_ends(span.from, span.until.min(ctx.today));
    let ends: Vec<_> = ask.spans.iter().map(ends_of).collect();
    let spans = ends.iter().flatten().map(|end| Days { from: *end, until: *end }).collect();
    let mut terms = Vec::new();
    for term in blend.terms() {
        let mechanism = ctx.catalog().mechanism(term.mechanism.as_str()).ok_or(Error::NotFound)?;
        terms.push((&**mechanism, &*term.figure));
    }
    let inner = Ask { figures: terms, places: ask.places.clone(), spans, by: None };
    // What it stands on stands on nothing else: no deeper than this.
    let read = Box::pin(amounts(ctx, conn, &inner)).await?;
    for place in 0..ask.places.len() {
        let mut first = 0;
        for (span, ends) in ends.iter().enumerate() {
            let rate = |(quarter, end)| {
                let own: Vec<_> = (0..inner.figures.len()).map(|it| read.of(it, place, quarter)).collect();
                figures::blended_on(blend, &own, end)
            };
            let quarters = (first..).zip(ends.iter().copied());
            let mean = figures::mean(quarters.map(rate));
            first += ends.len();
            if mean != figures::Amount::default() {
                sums.whole.insert((at, place, span), mean);
            }
        }
    }
    Ok(())
}
