//! Where is it warm and where cold, unit by period?
//! Five tints from poor over level to good; the number itself always stands in the cell and is a door.
//! Never: a tint without its number.

use maud::{Markup, html};

/// One of five tints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tint(u8);

impl Tint {
    /// The tint of a value between the value that is poor and the value that is good; `good` may be the smaller one.
    pub fn of(value: f64, poor: f64, good: f64) -> Tint {
        let share = (value - poor) / (good - poor);
        if !share.is_finite() {
            return Tint(2);
        }
        match share {
            share if share < 0.2 => Tint(0),
            share if share < 0.4 => Tint(1),
            share if share < 0.6 => Tint(2),
            share if share < 0.8 => Tint(3),
            _ => Tint(4),
        }
    }

    /// How much it is of the most that there is: a shade of one colour, neither good nor poor.
    pub fn much(value: f64, most: f64) -> Tint {
        let share = value / most;
        Tint(if share.is_finite() { 5 + (share.clamp(0.0, 1.0) * 4.0).ceil().clamp(1.0, 4.0) as u8 - 1 } else { 5 })
    }

    fn class(self) -> &'static str {
        ["t0", "t1", "t2", "t3", "t4", "m1", "m2", "m3", "m4"][usize::from(self.0.min(8))]
    }
}

/// One value.
#[derive(Debug, Clone)]
pub struct HeatCell {
    /// The value as it reads.
    pub value: String,
    /// The records behind it, for those who may see them.
    pub href: Option<String>,
    /// Its tint; totals have none.
    pub tint: Option<Tint>,
    /// For a ratio: numerator and denominator as they read, each a door where it leads somewhere.
    pub parts: Vec<(String, Option<String>)>,
}

/// One unit.
#[derive(Debug, Clone)]
pub struct HeatRow {
    /// Its name.
    pub label: String,
    /// Its page; empty when it has none.
    pub href: String,
    /// One cell a period; `None` where nothing is known.
    pub cells: Vec<Option<HeatCell>>,
    /// The whole row in one value.
    pub total: Option<HeatCell>,
}

/// The table; `corner` names the rows, such as `单位`.
pub fn heat(caption: &str, corner: &str, periods: &[String], rows: &[HeatRow]) -> Markup {
    let totals = rows.iter().any(|row| row.total.is_some());
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table.heat {
                caption.vh { (caption) }
                colgroup { col width="220"; @for _ in periods { col width="66"; } @if totals { col width="66"; } }
                thead {
                    tr {
                        th.pin scope="col" { (corner) }
                        @for period in periods { th.n scope="col" { (period) } }
                        @if totals { th.n scope="col" { "合计" } }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th.pin scope="row" title=(row.label) { @if row.href.is_empty() { span { (row.label) } } @else { a href=(row.href) { (row.label) } } }
                            @for place in 0..periods.len() { (cell_of(row.cells.get(place).and_then(Option::as_ref), false)) }
                            @if totals { (cell_of(row.total.as_ref(), true)) }
                        }
                    }
                }
            }
        }
    }
}

fn cell_of(cell: Option<&HeatCell>, total: bool) -> Markup {
    let Some(cell) = cell else { return html! { td { span.none { "—" } } } };
    html! {
        td class={ (cell.tint.map_or("", Tint::class)) @if total { " total" } } {
            @match &cell.href { Some(href) => a href=(href) { (cell.value) }, None => (cell.value) }
            @if !cell.parts.is_empty() {
                small {
                    @for (place, (words, href)) in cell.parts.iter().enumerate() {
                        @if place > 0 { "/" }
                        @match href { Some(href) => a href=(href) { (words) }, None => (words) }
                    }
                }
            }
        }
    }
}

/// What the tints mean, beside the title.
pub fn heat_key(poor: &str, good: &str) -> Markup {
    html! { span.heat-key { (poor) i.t0 {} i.t1 {} i.t2 {} i.t3 {} i.t4 {} (good) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tints_run_from_poor_to_good_in_either_direction() {
        assert_eq!(Tint::of(70.0, 70.0, 100.0), Tint(0));
        assert_eq!(Tint::of(100.0, 70.0, 100.0), Tint(4));
        assert_eq!(Tint::of(0.0, 10.0, 0.0), Tint(4));
    }

    #[test]
    fn a_value_that_cannot_be_placed_is_level() {
        assert_eq!(Tint::of(5.0, 5.0, 5.0), Tint(2));
        assert_eq!(Tint::of(f64::NAN, 0.0, 1.0), Tint(2));
    }
}
