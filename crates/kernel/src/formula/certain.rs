//! What is certain of a condition when only the state of a record is known?
//!
//! Never guesses: what is not certain is `None`, and an absent value is only told where it must be absent.

use super::{Cmp, Expr, Named, Own, Slot};

/// What is known of a record.
pub struct Known<'a> {
    /// Its state.
    pub state: &'a str,
    /// Is it closed there?
    pub is_closed: bool,
    /// Is the field certainly empty?
    pub is_empty: &'a dyn Fn(&str) -> bool,
    /// The formula of a computed field.
    pub formula: &'a dyn Fn(&str) -> Option<&'a Expr>,
}

/// How deep computed fields are followed into each other.
const DEEPEST: usize = 8;

/// Does the condition certainly hold, or certainly not?
pub fn truth(expr: &Expr, known: &Known<'_>) -> Option<bool> {
    Certain { known, depth: 0 }.truth(expr)
}

/// Is the value certainly absent?
pub fn is_absent(expr: &Expr, known: &Known<'_>) -> bool {
    Certain { known, depth: 0 }.is_absent(expr)
}

struct Certain<'a, 'b> {
    known: &'a Known<'b>,
    depth: usize,
}

impl Certain<'_, '_> {
    fn truth(&self, expr: &Expr) -> Option<bool> {
        match expr {
            Expr::All => Some(true),
            Expr::YesNo(yes) => Some(*yes),
            Expr::And(all) => self.joined(all, false),
            Expr::Or(all) => self.joined(all, true),
            Expr::Not(inner) => self.truth(inner).map(|holds| !holds),
            Expr::Compare(how, left, right) => self.compare(*how, left, right),
            Expr::OneOf { value, options, negated } => self.one_of(value, options, *negated),
            Expr::InPeriod(day) => self.is_absent(day).then_some(false),
            Expr::Empty(value) => self.is_absent(value).then_some(true),
            Expr::Contains(a, b) | Expr::Includes(a, b) => (self.is_absent(a) || self.is_absent(b)).then_some(false),
            Expr::Named(Named { slot: Slot::Own(Own::IsOpen), .. }) => Some(!self.known.is_closed),
            Expr::Named(_) => match self.inside(expr) {
                Some((formula, inner)) => inner.truth(formula),
                None => self.is_absent(expr).then_some(false),
            },
            Expr::If(given, then, otherwise) => match self.truth(given) {
                Some(true) => self.truth(then),
                Some(false) => self.truth(otherwise),
                None => self.truth(then).filter(|it| self.truth(otherwise) == Some(*it)),
            },
            _ => None,
        }
    }

    /// `decides` is what one part alone settles: `false` for 且, `true` for 或.
    fn joined(&self, all: &[Expr], decides: bool) -> Option<bool> {
        let all: Vec<Option<bool>> = all.iter().map(|one| self.truth(one)).collect();
        if all.contains(&Some(decides)) {
            return Some(decides);
        }
        all.iter().all(|one| *one == Some(!decides)).then_some(!decides)
    }

    fn compare(&self, how: Cmp, left: &Expr, right: &Expr) -> Option<bool> {
        if self.is_absent(left) || self.is_absent(right) {
            return Some(false);
        }
        let option = match (is_state(left), right, is_state(right), left) {
            (true, Expr::Option(option, _), ..) | (_, _, true, Expr::Option(option, _)) => option,
            _ => return None,
        };
        let same = *option.id == *self.known.state;
        match how {
            Cmp::Equal => Some(same),
            Cmp::Differs => Some(!same),
            _ => None,
        }
    }

    fn one_of(&self, value: &Expr, options: &[Expr], negated: bool) -> Option<bool> {
        if self.is_absent(value) {
            return Some(false);
        }
        let ids = options.iter().map(|it| if let Expr::Option(option, _) = it { Some(&*option.id) } else { None });
        let ids: Option<Vec<&str>> = ids.collect();
        let ids = ids.filter(|_| is_state(value))?;
        Some(ids.contains(&self.known.state) != negated)
    }

    fn is_absent(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Named(Named { slot: Slot::Own(Own::ClosedOn), .. }) => !self.known.is_closed,
            Expr::Named(Named { slot: Slot::Field(id), .. }) => match self.inside(expr) {
                Some((formula, inner)) => inner.is_absent(formula),
                None => (self.known.is_empty)(id.as_str()),
            },
            Expr::Arith(_, _, a, b)
            | Expr::DaysBetween(a, b)
            | Expr::WorkingDaysBetween(a, b)
            | Expr::WorkingHoursBetween(a, b) => self.is_absent(a) || self.is_absent(b),
            Expr::Shift { day, by, .. } => self.is_absent(day) || self.is_absent(by),
            Expr::Largest(all) | Expr::Smallest(all) => all.iter().any(|one| self.is_absent(one)),
            Expr::Round(_, _, one) | Expr::YearOf(one) | Expr::MonthOf(one) | Expr::DayOf(one) => self.is_absent(one),
            Expr::If(given, then, otherwise) => match self.truth(given) {
                Some(true) => self.is_absent(then),
                Some(false) => self.is_absent(otherwise),
                None => self.is_absent(then) && self.is_absent(otherwise),
            },
            _ => false,
        }
    }

    /// The formula of a computed field, and what is known one field further in.
    fn inside(&self, expr: &Expr) -> Option<(&Expr, Self)> {
        let Expr::Named(Named { slot: Slot::Field(id), .. }) = expr else { return None };
        let formula = (self.known.formula)(id.as_str()).filter(|_| self.depth < DEEPEST)?;
        Some((formula, Self { known: self.known, depth: self.depth + 1 }))
    }
}

fn is_state(expr: &Expr) -> bool {
    matches!(expr, Expr::Named(Named { slot: Slot::Own(Own::State), .. }))
}
