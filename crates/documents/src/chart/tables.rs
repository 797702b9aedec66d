//! Who stands where? Ranks as dots on a line, and units × months as a table of tints.
//!
//! Never shows a colour alone: the value stands in words beside it.

use super::scale::{Scale, tick_words};
use super::svg::{Anchor, Drawing, GRID, INK, PALE_INK, TARGET, shorten};
use super::{Datum, Target, colour};

/// The most rows of one drawing.
const ROWS: usize = 200;

/// One unit in a ranking.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranked {
    /// Its name.
    pub name: String,
    /// Its value.
    pub datum: Datum,
}

/// One unit in a table of tints.
#[derive(Clone, PartialEq, Debug)]
pub struct HeatRow {
    /// Its name.
    pub name: String,
    /// One value for each month.
    pub data: Vec<Datum>,
}

/// For what a ranking is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// Half a page and paper.
    Page,
    /// A telephone, where it is read without being moved.
    Phone,
}

/// A dot for each unit, in the order given, with its value beside it.
pub fn dot_plot(title: &str, rows: &[Ranked], target: Option<&Target>, width: Width) -> String {
    let rows = &rows[..rows.len().min(ROWS)];
    let (left, right, whole, line) = match width {
        Width::Page => (148.0, 500.0, 560.0, 24.0),
        Width::Phone => (112.0, 284.0, 330.0, 24.0),
    };
    // Room above for the words of the target.
    let top = if target.is_some() { 24.0 } else { 10.0 };
    let bottom = top + 4.0 + line * rows.len() as f64;
    let values = rows.iter().filter_map(|row| row.datum.drawn()).chain(target.map(|target| target.value));
    let scale = Scale::around(values, left + 8.0, right);
    let mut drawing =
        Drawing::new(whole, bottom + 26.0, if width == Width::Page { "dots" } else { "dots phone" }, title);
    let step = scale.ticks.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(1.0);
    for tick in &scale.ticks {
        let x = scale.place(*tick);
        drawing.line("grid", (x, top), (x, bottom), GRID);
        drawing.text("label", (x, bottom + 16.0), Anchor::Middle, PALE_INK, &tick_words(*tick, step));
    }
    if let Some(target) = target.filter(|target| target.value.is_finite()) {
        let x = scale.place(target.value);
        drawing.line("target", (x, top), (x, bottom), TARGET);
        drawing.text("target-label", (x, 16.0), Anchor::Middle, TARGET, &target.words);
    }
    for (at, row) in rows.iter().enumerate() {
        let y = top + 4.0 + line * (at as f64 + 0.5);
        drawing.datum(&format!("{} {}", row.name, row.datum.words), row.datum.href.as_deref(), |drawing| {
            drawing.text("name", (left - 4.0, y + 4.0), Anchor::End, INK, &shorten(&row.name, 12.0, left - 10.0));
            drawing.line("grid", (left + 8.0, y), (right, y), "#eef0f2");
            match row.datum.drawn() {
                Some(value) => {
                    let x = scale.place(value);
                    drawing.dot("series-1", (x, y), 5.0, colour(0));
                    drawing.text("value", (x + 9.0, y + 4.0), Anchor::Start, INK, &row.datum.words);
                }
                None => drawing.text("value", (left + 12.0, y + 4.0), Anchor::Start, PALE_INK, "无数据"),
            }
        });
    }
    drawing.finish()
}

/// What a tint says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tints {
    /// The higher, the better: from red to green.
    Good,
    /// Only how much it is: shades of one colour.
    Much,
}

/// Units × months, each in its tint.
pub fn heat(title: &str, months: &[String], rows: &[HeatRow], tints: Tints) -> String {
    let rows = &rows[..rows.len().min(ROWS)];
    let months = &months[..months.len().min(36)];
    let (left, wide, high, top) = (132.0, 46.0, 26.0, 24.0);
    let mut drawing =
        Drawing::new(left + wide * months.len() as f64 + 4.0, top + high * rows.len() as f64 + 4.0, "heat", title);
    for (at, month) in months.iter().enumerate() {
        drawing.text(
            "label",
            (left + wide * (at as f64 + 0.5), 15.0),
            Anchor::Middle,
            PALE_INK,
            &shorten(month, 12.0, wide),
        );
    }
    let mut sorted: Vec<f64> = rows.iter().flat_map(|row| row.data.iter().filter_map(Datum::drawn)).collect();
    sorted.sort_by(f64::total_cmp);
    for (down, row) in rows.iter().enumerate() {
        let y = top + high * down as f64;
        drawing.text("name", (left - 6.0, y + 17.0), Anchor::End, INK, &shorten(&row.name, 12.0, left - 10.0));
        for (across, month) in months.iter().enumerate() {
            let Some((datum, value)) = row.data.get(across).and_then(|datum| Some((datum, datum.drawn()?))) else {
                continue;
            };
            let x = left + wide * across as f64;
            let rank = share_below(&sorted, value);
            let colour = match tints {
                Tints::Much => shade(value, sorted.last().copied().unwrap_or(0.0)),
                Tints::Good => tint(rank),
            };
            drawing.datum(&format!("{} {month} {}", row.name, datum.words), datum.href.as_deref(), |drawing| {
                drawing.rect(
                    &format!("heat-{}", (rank * 8.0).round()),
                    (x + 1.0, y + 1.0),
                    (wide - 2.0, high - 2.0),
                    &colour,
                );
                drawing.text(
                    "value",
                    (x + wide / 2.0, y + 17.0),
                    Anchor::Middle,
                    INK,
                    &shorten(&datum.words, 12.0, wide - 4.0),
                );
            });
        }
    }
    drawing.finish()
}

/// Which share of the values lies below; the middle for values that are all the same.
fn share_below(sorted: &[f64], value: f64) -> f64 {
    let below = sorted.partition_point(|other| *other < value);
    let upto = sorted.partition_point(|other| *other <= value);
    let others = sorted.len().saturating_sub(upto - below);
    if others == 0 { 0.5 } else { below as f64 / others as f64 }
}

/// From white to blue.
fn shade(value: f64, most: f64) -> String {
    let share = if most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
    let mix = |from: f64, to: f64| (from + (to - from) * share).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(255.0, 150.0), mix(255.0, 190.0), mix(255.0, 230.0))
}

/// From red over white to green.
fn tint(good: f64) -> String {
    let (from, to, share) = if good < 0.5 {
        ([244.0, 203.0, 196.0], [255.0, 251.0, 246.0], good * 2.0)
    } else {
        ([255.0, 251.0, 246.0], [128.0, 194.0, 152.0], good * 2.0 - 1.0)
    };
    let mix = |at: usize| (from[at] + (to[at] - from[at]) * share).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}
