//! What does a row of figures look like? Drawings as SVG text, for pages, for PDF and for Word.
//!
//! A drawing stands under a strict content policy: presentation attributes and classes only.
//! A page may repaint by class (`series-1`, `grid`, `label`, `target`, `state`, `step`); alone it is readable as it is.
//! Every drawing says in words what it shows (`<title>`), has Chinese labels and needs no legend where a label fits.
//! Never computes a figure: values and their wording come from the caller.

mod flow;
mod scale;
mod svg;
mod tables;
mod trends;

pub use flow::{State, StateKind, Step, flow};
pub use tables::{HeatRow, Ranked, Tints, Width, dot_plot, heat};
pub use trends::{bars, line, sparkline, stacked_bars};

/// One value with its wording.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Datum {
    /// The value; nothing is drawn where there is none.
    pub value: Option<f64>,
    /// As people read it, for instance `91.7` or `44项`.
    pub words: String,
    /// Where the records behind it are.
    pub href: Option<String>,
}

impl Datum {
    /// A value with its wording.
    pub fn new(value: f64, words: impl Into<String>) -> Self {
        Self { value: Some(value).filter(|value| value.is_finite()), words: words.into(), href: None }
    }

    /// With a link to the records behind it.
    #[must_use]
    pub fn linked(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// The value, if it is a number that can be drawn.
    fn drawn(&self) -> Option<f64> {
        self.value.and_then(drawn)
    }
}

/// What can be drawn of a value: a number, and none so large that a difference of two is none.
fn drawn(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(-1e15, 1e15))
}

/// Values of one kind over the same labels.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// What they are.
    pub name: String,
    /// One for each label.
    pub data: Vec<Datum>,
}

/// A value to reach, drawn as a dashed line.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// The value.
    pub value: f64,
    /// As people read it, for instance `目标 90`.
    pub words: String,
}

/// The colours of series, in order; then again from the first.
const COLOURS: [&str; 6] = ["#1f5fae", "#b4232a", "#a15c00", "#1f7a3d", "#6b4fa0", "#6b7178"];

/// The colour of the series at this place.
fn colour(at: usize) -> &'static str {
    COLOURS[at % COLOURS.len()]
}

#[cfg(test)]
mod tests;
