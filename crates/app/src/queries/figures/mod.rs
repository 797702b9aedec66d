//! How much, and how do we know? Figures by unit and period, each a door to its records.
//!
//! A figure is read from its cells; nothing is counted here.
//! Never shows a cell outside the reader's reach.

pub mod added;
mod asking;
mod cards;
mod known;
pub mod named;
mod one;
mod out;
mod overview;
mod people;
mod pivot;
pub mod sealed;
pub mod target_book;
mod targets;
mod trial;
pub mod uses;
mod veiled;

pub use added::Mark;
pub use asking::{Asked, FiguresAsk, PeriodChoice};
pub use cards::{Change, FigureCard, Part, Wanted, cards, wanted};
pub(crate) use cards::{changed, days};
pub use known::{KnownPage, known_on};
pub use one::{FigureCell, FigurePage, FigureRow, MadeOf, figure_page};
pub use out::{Form, download, download_parts, few_words, part_words, sum_words};
pub use overview::{MechanismFigures, Overview, of_mechanism, overview};
pub use people::{Counted, PeoplePage, people};
pub use pivot::{PivotColumn, PivotPage, PivotRow, UNIT_KIND, pivot};
pub(crate) use pivot::{of_kind, slice_words};
pub use sealed::{DriftLine, Reported, SealCell, SealPage, SealedValue, SealsPage, SealsRow, has_seals, seal, seals};
pub use targets::TargetLine;
pub use trial::{Trial, trial};
pub use veiled::{HIDDEN, Knowing, knows_figures};

use std::sync::Arc;

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::{Figure, Measure, Mechanism, Term};
use kernel::formula::{Cmp, Expr, Formula};
use kernel::period::Period;
use kernel::refusal::Refusal;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register;

/// Reads a period as it stands in an address, or says why it is none.
pub fn period(text: &str) -> Result<Period, Refusal> {
    Period::parse(text)
        .map_err(|fault| Refusal::new(fault.code()).with("value", text.chars().take(40).collect::<String>()))
}

/// A mechanism of which this person may know figures.
fn mechanism(ctx: &Ctx, id: &str) -> Result<Arc<Mechanism>, Error> {
    let mechanism = ctx.catalog().mechanisms.get(id).ok_or(Error::NotFound)?;
    if knows_figures(ctx, mechanism) { Ok(mechanism.clone()) } else { Err(Error::NotFound) }
}

/// The subtrees over which somebody sees what is behind a figure: those in which they see every record that may count in it.
/// So no number tells of a record that the list behind it does not show.
pub fn reach(ctx: &Ctx, figure: &Figure, scope: &register::Scope) -> Vec<Subtree> {
    let mut seen = match &figure.measure {
        Measure::Blend(_) => vec![ctx.tree.whole()],
        _ => scope.sight.subtrees_in(&figure.counts_in),
    };
    if let Measure::Blend(blend) = &figure.measure {
        // Whoever may know everything that it stands on, where they may know all of it.
        for term in blend.terms() {
            let theirs = ctx.catalog().mechanism(term.mechanism.as_str()).map(|it| ctx.sight(it));
            let theirs = theirs.map_or_else(Vec::new, |sight| sight.subtrees_in(&term.figure.counts_in));
            seen = kernel::authority::overlap(&seen, &theirs);
        }
    }
    match scope.within {
        Some(within) => kernel::authority::overlap(&seen, &[within]),
        None => seen,
    }
}

/// The condition that a record must hold to stand behind a figure; `在 期间` asks for the period.
pub fn conditions(figure: &Figure, part: bool, until: Date) -> Vec<Expr> {
    let in_period = |at: &Formula| Expr::InPeriod(Box::new(at.expr.clone()));
    match &figure.measure {
        Measure::Count { when, at } => vec![when.expr.clone(), in_period(at)],
        Measure::Sum { of, when, at } | Measure::Average { of, when, at } => {
            let known = Expr::Not(Box::new(Expr::Empty(Box::new(of.expr.clone()))));
            vec![when.expr.clone(), in_period(at), known]
        }
        Measure::People { named, when, at, .. } => vec![when.expr.clone(), in_period(at), named.expr.clone()],
        // What one of the figures counts that it stands on; each has a door of its own.
        Measure::Blend(blend) => {
            let side = if part || blend.over.is_empty() { &blend.plus } else { &blend.over };
            let of = |term: &Term| Expr::And(conditions(&term.figure, part, until));
            let own: Vec<Expr> = side.iter().filter(|term| term.mechanism == blend.home).map(of).collect();
            vec![if own.is_empty() { Expr::YesNo(false) } else { Expr::Or(own) }]
        }
        Measure::Balance { when, .. } => vec![when.expr.clone()],
        Measure::Ratio { part: numerator, whole, at } => {
            let mut all = vec![whole.expr.clone(), in_period(at)];
            all.extend(part.then(|| numerator.expr.clone()));
            all
        }
        Measure::Stock { when, since, until: ends } => {
            let day = || Box::new(Expr::Day(until));
            let ended = Expr::Compare(Cmp::AtMost, Box::new(ends.expr.clone()), day());
            vec![
                when.expr.clone(),
                Expr::Compare(Cmp::AtMost, Box::new(since.expr.clone()), day()),
                Expr::Not(Box::new(ended)),
            ]
        }
    }
}

/// Is it a state of things at a day, and not what happened within a period?
pub fn is_stock(figure: &Figure) -> bool {
    figure.stands()
}

/// Are there two lists behind it, of what counts and of what it is divided by?
pub fn is_ratio(figure: &Figure) -> bool {
    matches!(figure.measure, Measure::Ratio { .. })
}

/// Does it count people, each once? Behind its numbers stand those people; behind a rate of those who came, who did not.
pub fn is_people(figure: &Figure) -> bool {
    matches!(figure.measure, Measure::People { .. }) || is_missing(figure)
}

/// Does it count the people who should have and did not?
pub fn is_missing(figure: &Figure) -> bool {
    matches!(&figure.measure, Measure::Blend(blend) if blend.is_missing)
}

/// What a figure is made of: what the part is called, as written, as a sentence.
pub fn formulas(figure: &Figure) -> Vec<(String, String, String)> {
    let one =
        |name: &str, formula: &Formula| (name.to_owned(), formula.text.to_string(), kernel::formula::explain(formula));
    match &figure.measure {
        Measure::Count { when, at } => vec![one("计入", when), one("按哪天", at)],
        Measure::Sum { of, when, at } => vec![one("合计", of), one("计入", when), one("按哪天", at)],
        Measure::Average { of, when, at } => vec![one("平均", of), one("计入", when), one("按哪天", at)],
        Measure::Balance { text, when, year, .. } => {
            let held = ("期末".to_owned(), text.to_string(), text.to_string());
            let year = year.iter().map(|it| one("只算在哪一年", it));
            [held, one("计入", when)].into_iter().chain(year).collect()
        }
        Measure::Blend(blend) if blend.is_missing => {
            let name = |terms: &[Term]| terms.iter().map(|term| term.figure.name.clone()).collect::<String>();
            let of = |terms: &[Term]| terms.iter().map(|term| term.figure.words.clone()).collect::<String>();
            let side = |title: &str, terms: &[Term]| (title.to_owned(), name(terms), of(terms));
            vec![side("应到", &blend.plus), side("已到", &blend.over)]
        }
        Measure::Blend(blend) => {
            let mut all = vec![("算式".to_owned(), blend.text.to_string(), blend.text.to_string())];
            let mut say = |name: &str, words: &str| all.push((name.to_owned(), words.to_owned(), words.to_owned()));
            if blend.paced {
                say("时间进度", "分母乘以全年已经过去的部分：各月相等，季度末是25%、50%、75%、100%");
            }
            if blend.quarters {
                say("各季度", "期间里每个已经结束的季度末各算一次，取平均");
            }
            all
        }
        Measure::People { named, when, at, .. } => {
            vec![one("数其中的人", named), one("计入", when), one("按哪天", at)]
        }
        Measure::Ratio { part, whole, at } => vec![one("分子", part), one("分母", whole), one("按哪天", at)],
        Measure::Stock { when, since, until } => {
            vec![one("计入", when), one("从哪天起算在内", since), one("到哪天不再算", until)]
        }
    }
}
