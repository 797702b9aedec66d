//! Does the text add up? Sums, shares, rates and growth that it states, checked against its own numbers.
//!
//! Reading order: findings, equations, parts of a total, rates, growth.
//! Never raises a false alarm for a doubt: what may be meant otherwise is `CannotTell`, or not mentioned.

mod equation;
mod parts;
mod rate;
mod growth;
mod named;

use std::ops::Range;

use rust_decimal::{Decimal, RoundingStrategy};

pub use named::{Named, check_named};

use crate::quantity::{self, Marked};
use crate::scan::Scan;

/// How a claim turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The numbers bear it out.
    Agrees,
    /// The numbers contradict it.
    Differs,
    /// It may be meant otherwise, or its numbers are rough.
    CannotTell,
}

/// A claim that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The bytes of the whole claim.
    pub span: Range<usize>,
    /// The claim in words, in Chinese.
    pub claim: String,
    /// What the other numbers make it.
    pub expected: String,
    /// What is written.
    pub found: String,
    /// How it turned out.
    pub kind: Kind,
}

/// Checks every claim of a text, in order of place.
pub fn check(text: &str) -> Vec<Finding> {
    let scan = Scan::new(text);
    let marks = quantity::mentions(&scan, None);
    let mut findings = equation::check(&scan);
    for sentence in sentences(&scan, &marks) {
        findings.extend(parts::check(&sentence));
        findings.extend(rate::check(&sentence));
        findings.extend(growth::check(&sentence));
    }
    findings.sort_by_key(|it| (it.span.start, it.span.end));
    findings
}

/// A sentence with its quantities.
struct Sentence<'s> {
    scan: &'s Scan,
    range: Range<usize>,
    marks: &'s [Marked],
}

impl Sentence<'_> {
    fn finding(&self, chars: Range<usize>, claim: String, expected: String, found: String, kind: Kind) -> Finding {
        Finding { span: self.scan.span(chars), claim, expected, found, kind }
    }

    /// The words between the quantity before `index` (or the last comma) and the quantity at `index`.
    fn words_before(&self, index: usize) -> String {
        let here = self.marks[index].from;
        let start = index.checked_sub(1).map_or(self.range.start, |before| self.marks[before].to);
        let comma = (start..here).rev().find(|at| is_comma(self.scan.at(*at)));
        self.scan.text(comma.map_or(start, |at| at + 1)..here).trim().to_owned()
    }

    /// The words behind a quantity up to the next comma or quantity.
    fn words_behind(&self, index: usize) -> String {
        let start = self.marks[index].to;
        let end = self.marks.get(index + 1).map_or(self.range.end, |next| next.from);
        let comma = (start..end).find(|at| is_comma(self.scan.at(*at)));
        self.scan.text(start..comma.unwrap_or(end)).trim().to_owned()
    }
}

/// Does a character part clauses?
fn is_comma(c: char) -> bool {
    matches!(c, ',' | '、' | ':' | '(' | ')')
}

/// The sentences of a text; the quantities are handed out in order.
fn sentences<'s>(scan: &'s Scan, marks: &'s [Marked]) -> Vec<Sentence<'s>> {
    let mut sentences = Vec::new();
    let (mut start, mut first) = (0, 0);
    for at in 0..=scan.len() {
        if at < scan.len() && !matches!(scan.at(at), '。' | ';' | '!' | '?' | '\n' | '\r') {
            continue;
        }
        let next = first + marks[first..].iter().take_while(|mark| mark.from < at).count();
        if next > first {
            sentences.push(Sentence { scan, range: start..at, marks: &marks[first..next] });
        }
        (start, first) = (at + 1, next);
    }
    sentences
}

/// A value with its unit in the scale of what was written: 8081.56万元.
fn show(value: Decimal, like: &Marked) -> String {
    let unit = match like.amount() {
        Some((_, unit)) => unit,
        None if like.percent().is_some() => "%",
        None => "",
    };
    let (scale, word) = match like.scale {
        scale if scale == Decimal::from(10_000) => (scale, "万"),
        scale if scale == Decimal::from(100_000_000) => (scale, "亿"),
        _ => (Decimal::ONE, ""),
    };
    let shown = value.checked_div(scale).unwrap_or(value).normalize();
    format!("{shown}{word}{unit}")
}

/// A percentage as computed, with as many digits as were written.
fn show_percent(value: Decimal, decimals: u32) -> String {
    format!("{:.*}%", decimals as usize, value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero))
}

/// Is `written` the computed value, rounded or cut off at the digits written?
fn rounds_to(computed: Decimal, written: Decimal, decimals: u32) -> bool {
    let rounded = computed.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    let even = computed.round_dp(decimals);
    let cut = computed.round_dp_with_strategy(decimals, RoundingStrategy::ToZero);
    [rounded, even, cut].contains(&written)
}

/// A part of a whole in percent; `None` if the whole is nothing.
fn percent_of(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole.is_zero() {
        return None;
    }
    part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)
}

#[cfg(test)]
mod tests;
