//! How does a figure run over the months? Bars, stacked bars, lines and sparklines.
//!
//! Never begins a bar anywhere but at zero.

use super::scale::{Scale, tick_words};
use super::svg::{Anchor, Drawing, GRID, INK, PALE_INK, TARGET, shorten, text_width};
use super::{Datum, Series, Target, colour, drawn};

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 548.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 190.0;

/// The most labels on an axis that one can read.
const LABELS: usize = 120;

/// Bars side by side, one group for each label.
pub fn bars(title: &str, labels: &[String], series: &[Series]) -> String {
    let labels = &labels[..labels.len().min(LABELS)];
    let scale = Scale::with_zero(values(series), BOTTOM, TOP);
    let mut drawing = Drawing::new(WIDTH, HEIGHT, "bars", title);
    axes(&mut drawing, &scale, labels);
    keys(&mut drawing, series);
    let slot = (RIGHT - LEFT) / labels.len().max(1) as f64;
    let width = (slot * 0.72 / series.len().max(1) as f64).min(36.0);
    let labelled = width >= 14.0;
    for (at, label) in labels.iter().enumerate() {
        let middle = LEFT + slot * (at as f64 + 0.5);
        let first = middle - width * series.len() as f64 / 2.0;
        for (which, one) in series.iter().enumerate() {
            let Some((datum, value)) = one.data.get(at).and_then(|datum| Some((datum, datum.drawn()?))) else {
                continue;
            };
            let x = first + width * which as f64;
            let y = scale.place(value);
            drawing.datum(&words(label, &one.name, datum), datum.href.as_deref(), |drawing| {
                let class = format!("series-{}", which + 1);
                drawing.rect(
                    &class,
                    (x, y.min(scale.baseline())),
                    (width - 1.0, (scale.baseline() - y).abs()),
                    colour(which),
                );
                if labelled && text_width(&datum.words, 11.0) <= width.max(slot * 0.9 / series.len() as f64) {
                    let above = if value < 0.0 { y + 12.0 } else { y - 4.0 };
                    drawing.text("value", (x + width / 2.0, above), Anchor::Middle, INK, &datum.words);
                }
            });
        }
    }
    drawing.finish()
}

/// Bars on top of each other, with the total above. Negative values are left out: they cannot be stacked.
pub fn stacked_bars(title: &str, labels: &[String], series: &[Series]) -> String {
    let labels = &labels[..labels.len().min(LABELS)];
    let height =
        |one: &Series, at: usize| one.data.get(at).and_then(Datum::drawn).filter(|value| *value > 0.0).unwrap_or(0.0);
    let totals: Vec<f64> = (0..labels.len()).map(|at| series.iter().map(|one| height(one, at)).sum()).collect();
    let scale = Scale::with_zero(totals.iter().copied(), BOTTOM, TOP);
    let mut drawing = Drawing::new(WIDTH, HEIGHT, "stacked", title);
    axes(&mut drawing, &scale, labels);
    keys(&mut drawing, series);
    let slot = (RIGHT - LEFT) / labels.len().max(1) as f64;
    let width = (slot * 0.64).min(44.0);
    for (at, label) in labels.iter().enumerate() {
        let x = LEFT + slot * (at as f64 + 0.5) - width / 2.0;
        let mut below = 0.0;
        for (which, one) in series.iter().enumerate() {
            let value = height(one, at);
            if value <= 0.0 {
                continue;
            }
            let (bottom, top) = (scale.place(below), scale.place(below + value));
            below += value;
            drawing.datum(&words(label, &one.name, &one.data[at]), one.data[at].href.as_deref(), |drawing| {
                drawing.rect(&format!("series-{}", which + 1), (x, top), (width, bottom - top), colour(which));
                if bottom - top >= 13.0 && text_width(&one.data[at].words, 11.0) <= width {
                    drawing.text(
                        "value-inside",
                        (x + width / 2.0, f64::midpoint(bottom, top) + 4.0),
                        Anchor::Middle,
                        "#ffffff",
                        &one.data[at].words,
                    );
                }
            });
        }
    }
    drawing.finish()
}

/// Lines over the labels; a gap where there is no value. The last value of each line is written at its end.
pub fn line(title: &str, labels: &[String], series: &[Series], target: Option<&Target>) -> String {
    let labels = &labels[..labels.len().min(LABELS)];
    let scale = Scale::around(values(series).chain(target.map(|target| target.value)), BOTTOM, TOP);
    let mut drawing = Drawing::new(WIDTH, HEIGHT, "line", title);
    axes(&mut drawing, &scale, labels);
    keys(&mut drawing, series);
    if let Some(target) = target.filter(|target| target.value.is_finite()) {
        let y = scale.place(target.value);
        drawing.line("target", (LEFT, y), (RIGHT, y), TARGET);
        drawing.text("target-label", (LEFT + 4.0, y - 4.0), Anchor::Start, TARGET, &target.words);
    }
    let slot = (RIGHT - LEFT) / labels.len().max(1) as f64;
    let x = |at: usize| LEFT + slot * (at as f64 + 0.5);
    for (which, one) in series.iter().enumerate() {
        let class = format!("series-{}", which + 1);
        let places: Vec<Option<(f64, f64)>> =
            (0..labels.len()).map(|at| Some((x(at), scale.place(one.data.get(at)?.drawn()?)))).collect();
        for part in places.split(Option::is_none).filter(|part| part.len() > 1) {
            drawing.polyline(&class, &part.iter().flatten().copied().collect::<Vec<_>>(), colour(which), 2.0);
        }
        let last = places.iter().rposition(Option::is_some);
        for (at, place) in places.iter().enumerate().filter_map(|(at, place)| Some((at, (*place)?))) {
            let datum = &one.data[at];
            drawing.datum(&words(&labels[at], &one.name, datum), datum.href.as_deref(), |drawing| {
                drawing.dot(&class, place, if Some(at) == last { 3.5 } else { 2.5 }, colour(which));
                if Some(at) == last {
                    drawing.text("value", (place.0, place.1 - 8.0), Anchor::Middle, colour(which), &datum.words);
                }
            });
        }
    }
    drawing.finish()
}

/// A small line without axes, for a card; the last value carries a dot.
pub fn sparkline(title: &str, values: &[Option<f64>]) -> String {
    let values = &values[values.len().saturating_sub(LABELS)..];
    let drawn: Vec<Option<f64>> = values.iter().map(|value| value.and_then(drawn)).collect();
    let (width, height) = (120.0, 32.0);
    let (low, high) = drawn
        .iter()
        .flatten()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    let step = (width - 8.0) / (drawn.len().max(2) - 1) as f64;
    let share = |value: f64| if high > low { (value - low) / (high - low) } else { 0.5 };
    let places: Vec<Option<(f64, f64)>> = drawn
        .iter()
        .enumerate()
        .map(|(at, value)| value.map(|value| (4.0 + step * at as f64, height - 4.0 - share(value) * (height - 8.0))))
        .collect();
    let mut drawing = Drawing::new(width, height, "sparkline", title);
    for part in places.split(Option::is_none).filter(|part| part.len() > 1) {
        drawing.polyline("series-1", &part.iter().flatten().copied().collect::<Vec<_>>(), colour(0), 1.6);
    }
    if let Some(last) = places.iter().flatten().next_back() {
        drawing.dot("series-1", *last, 2.6, colour(0));
    }
    drawing.finish()
}

/// The lines of the axis with their values, and the labels below, as many as there is room for.
fn axes(drawing: &mut Drawing, scale: &Scale, labels: &[String]) {
    let step = scale.ticks.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(1.0);
    for tick in &scale.ticks {
        let y = scale.place(*tick);
        drawing.line(
            if *tick == 0.0 { "zero" } else { "grid" },
            (LEFT, y),
            (RIGHT, y),
            if *tick == 0.0 { "#b8bcc2" } else { GRID },
        );
        drawing.text("label", (LEFT - 6.0, y + 4.0), Anchor::End, PALE_INK, &tick_words(*tick, step));
    }
    let slot = (RIGHT - LEFT) / labels.len().max(1) as f64;
    let widest = labels.iter().map(|label| text_width(label, 12.0)).fold(0.0, f64::max).min(72.0) + 6.0;
    let every = (widest / slot).ceil().max(1.0) as usize;
    for (at, label) in labels.iter().enumerate().filter(|(at, _)| (labels.len() - 1 - at).is_multiple_of(every)) {
        let place = (LEFT + slot * (at as f64 + 0.5), BOTTOM + 17.0);
        drawing.text("label", place, Anchor::Middle, PALE_INK, &shorten(label, 12.0, (slot * every as f64).max(24.0)));
    }
}

/// The names of the series with their colours, if there are several.
fn keys(drawing: &mut Drawing, series: &[Series]) {
    if series.len() < 2 {
        return;
    }
    let mut x = LEFT;
    for (which, one) in series.iter().enumerate() {
        let name = shorten(&one.name, 12.0, 120.0);
        if x + text_width(&name, 12.0) + 14.0 > RIGHT {
            break;
        }
        drawing.rect(&format!("series-{}", which + 1), (x, 6.0), (10.0, 10.0), colour(which));
        drawing.text("key", (x + 14.0, 15.0), Anchor::Start, INK, &name);
        x += text_width(&name, 12.0) + 32.0;
    }
}

/// All values that can be drawn.
fn values(series: &[Series]) -> impl Iterator<Item = f64> {
    series.iter().flat_map(|one| one.data.iter().filter_map(Datum::drawn))
}

/// `3月 办结数 44项`.
fn words(label: &str, name: &str, datum: &Datum) -> String {
    [label, name, &datum.words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
