//! Is a target reached? What a figure comes to against what it was to come to.
//!
//! Never a judgement of a unit: that is for the appraisal.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::period::Period;

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The value.
    pub value: Decimal,
    /// Is it not to be passed, and not to be reached?
    pub at_most: bool,
    /// The period for which it was set.
    pub period: Period,
}

/// How a figure stands to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is where it is to be.
    Met,
    /// Not yet, and there is time.
    Underway,
    /// It is not where it is to be, and will not be in time.
    Missed,
}

impl Target {
    /// How a value stands to it today; nothing where there is no value.
    pub fn standing(&self, value: Option<Decimal>, today: Date) -> Option<Standing> {
        let value = value?;
        let is_over = self.period.last() < today;
        Some(match (self.at_most, value.cmp(&self.value)) {
            (true, std::cmp::Ordering::Greater) => Standing::Missed,
            (false, std::cmp::Ordering::Less) if is_over => Standing::Missed,
            (false, std::cmp::Ordering::Less) => Standing::Underway,
            _ => Standing::Met,
        })
    }

    /// `至少 90`, `至多 3`.
    pub fn words(&self) -> String {
        format!("{} {}", if self.at_most { "至多" } else { "至少" }, self.value.normalize())
    }

    /// The periods for which a target says something about a period: itself, and of a year up to a day the whole year.
    pub fn periods_for(period: Period) -> Vec<Period> {
        match period {
            Period::UpTo(day) => vec![period, Period::Year(day.year())],
            _ => vec![period],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 5, 20);

    fn target(value: i64, at_most: bool, period: &str) -> Target {
        Target { value: value.into(), at_most, period: Period::parse(period).unwrap() }
    }

    #[test]
    fn a_value_to_be_reached_has_time_until_its_period_is_over() {
        let standing = |period: &str, value: i64| target(90, false, period).standing(Some(value.into()), TODAY);
        assert_eq!(standing("2026", 90), Some(Standing::Met));
        assert_eq!(standing("2026", 89), Some(Standing::Underway));
        assert_eq!(standing("2026Q1", 89), Some(Standing::Missed));
        assert_eq!(target(90, false, "2026").standing(None, TODAY), None);
    }

    #[test]
    fn a_value_not_to_be_passed_is_missed_at_once() {
        let standing = |value: i64| target(3, true, "2026").standing(Some(value.into()), TODAY);
        assert_eq!(standing(3), Some(Standing::Met));
        assert_eq!(standing(4), Some(Standing::Missed));
    }

    #[test]
    fn a_year_so_far_runs_towards_the_target_of_the_year() {
        let of = |text: &str| {
            Target::periods_for(Period::parse(text).unwrap()).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of("..2026-05"), ["..2026-05", "2026"]);
        assert_eq!(of("2026Q2"), ["2026Q2"]);
    }
}
