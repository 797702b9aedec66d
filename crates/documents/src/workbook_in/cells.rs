//! What stands in a cell? Text trimmed, numbers exact, dates as moments.
//!
//! Never keeps a float: a number is the decimal of at most 15 digits that people see in the cell.

use calamine::{DataRef, ExcelDateTime};
use jiff::Unit;
use jiff::civil::{Date, DateTime, DateTimeRound};
use kernel::grid::Cell;
use rust_decimal::Decimal;

/// The cell as the rest of the program knows it.
pub(super) fn read(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(Decimal::from(*number)),
        DataRef::Float(number) => number_cell(*number),
        DataRef::String(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Bool(yes) => Cell::YesNo(*yes),
        DataRef::DateTime(moment) => moment_cell(moment),
        DataRef::DateTimeIso(text) => iso_cell(text),
        DataRef::DurationIso(text) => text_cell(text),
        DataRef::Error(fault) => Cell::Fault(fault.to_string()),
    }
}

/// A text without the blanks around it and without characters that cannot be seen.
fn text_cell(text: &str) -> Cell {
    let unseen = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let blank = |c: char| c.is_whitespace() || unseen(c);
    let trimmed = text.trim_matches(blank);
    match trimmed {
        "" => Cell::Empty,
        text if text.contains(unseen) => Cell::Text(text.replace(unseen, "")),
        text => Cell::Text(text.to_owned()),
    }
}

/// The number, or a fault if it is none.
fn number_cell(number: f64) -> Cell {
    decimal(number).map_or_else(|| Cell::Fault("#NUM!".to_owned()), Cell::Number)
}

/// The decimal of at most 15 digits that stands for the float; `None` beyond the range of decimals.
///
/// A quotient of two floats that are exact is correctly rounded, so that `d / 10^k == number` with `d` below 10^15
/// means that `d / 10^k` is the one short decimal that this float stands for.
fn decimal(number: f64) -> Option<Decimal> {
    const EXACT: f64 = 1e15;
    let mut power = 1.0;
    for scale in 0..=8 {
        let digits = (number * power).round();
        if digits.abs() < EXACT && digits / power == number {
            return Some(Decimal::new(digits as i64, scale));
        }
        power *= 10.0;
    }
    if !number.is_finite() {
        return None;
    }
    Decimal::from_scientific(&format!("{number:.14e}")).ok().map(|decimal| decimal.normalize())
}

/// A day or an instant; a time of day alone is text, a length of time a number.
fn moment_cell(moment: &ExcelDateTime) -> Cell {
    let serial = moment.as_f64();
    if moment.is_duration() || !(0.0..2_958_466.0).contains(&serial) {
        return number_cell(serial);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    if serial < 1.0 {
        return Cell::Text(format!("{hour:02}:{minute:02}"));
    }
    let exact = DateTime::new(
        year as i16,
        month as i8,
        day as i8,
        hour as i8,
        minute as i8,
        second as i8,
        i32::from(milli) * 1_000_000,
    );
    // Excel keeps instants as fractions of a day: 13:00 may come as 12:59:59.999.
    match exact.and_then(|exact| exact.round(DateTimeRound::new().smallest(Unit::Second))) {
        Ok(moment) => Cell::Moment(moment),
        // 29 February 1900, which exists in Excel only.
        Err(_) => number_cell(serial),
    }
}

/// `2026-07-01` or `2026-07-01T08:30:00`, as some programs write.
fn iso_cell(text: &str) -> Cell {
    let day = || text.parse::<Date>().map(|day| day.at(0, 0, 0, 0));
    text.parse::<DateTime>().or_else(|_| day()).map_or_else(|_| text_cell(text), Cell::Moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_decimals_that_people_see() {
        let shown = |number: f64| decimal(number).map(|decimal| decimal.to_string()).unwrap_or_default();
        assert_eq!(shown(0.1 + 0.2), "0.3");
        assert_eq!(shown(1234567.89), "1234567.89");
        assert_eq!(shown(0.65), "0.65");
        assert_eq!(shown(-51.0), "-51");
        assert_eq!(shown(1e15), "1000000000000000");
        assert_eq!(shown(1.0 / 3.0), "0.333333333333333");
        assert_eq!(shown(0.0), "0");
        assert_eq!(shown(1e300), "");
        assert_eq!(shown(f64::NAN), "");
    }

    #[test]
    fn text_loses_blanks_of_every_kind_around_it() {
        assert_eq!(text_cell("\u{3000}\u{a0}葵岭 街道\u{200b} \r\n"), Cell::Text("葵岭 街道".into()));
        assert_eq!(text_cell("甲\u{7}乙\n丙"), Cell::Text("甲乙\n丙".into()));
        assert_eq!(text_cell(" \u{feff}\u{3000}"), Cell::Empty);
    }

    proptest::proptest! {
        #[test]
        fn a_decimal_of_15_digits_survives_the_float(digits in -999_999_999_999_999i64..=999_999_999_999_999, scale in 0u32..14) {
            let exact = Decimal::new(digits, scale);
            let float: f64 = exact.to_string().parse().unwrap();
            proptest::prop_assert_eq!(decimal(float), Some(exact));
        }
    }
}
