//! How do days, numbers and money read?
//! Prose has `2026年3月5日`, tables have `2026-03-05`; thousands are grouped, a true minus sign stands before what fell.
//! Never: the wall clock, or a sentence that belongs to the messages file.

use jiff::civil::{Date, DateTime, Weekday};
use rust_decimal::{Decimal, RoundingStrategy};

/// A day in prose: `2026年3月5日`.
pub fn day_prose(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A day in prose near today, where the year goes without saying: `3月5日`.
pub fn day_short(day: Date) -> String {
    format!("{}月{}日", day.month(), day.day())
}

/// A day in a table: `2026-03-05`.
pub fn day_cell(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// A month in prose: `2026年3月`.
pub fn month_prose(day: Date) -> String {
    format!("{}年{}月", day.year(), day.month())
}

/// The day of the week: `星期四`.
pub fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}

/// A moment on a timeline: `3月5日 09:32`, with the year when it is not the reader's year.
pub fn moment_prose(moment: DateTime, year_of_reader: i16) -> String {
    let day = if moment.year() == year_of_reader { day_short(moment.date()) } else { day_prose(moment.date()) };
    format!("{day} {:02}:{:02}", moment.hour(), moment.minute())
}

/// A moment in a table: `2026-03-05 09:32`.
pub fn moment_cell(moment: DateTime) -> String {
    format!("{} {:02}:{:02}", day_cell(moment.date()), moment.hour(), moment.minute())
}

/// A browser as a person would name it, by what it says of itself: `Edge · Windows`.
pub fn browser(agent: &str) -> String {
    let first =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    // Each says that it is also those behind it, so the order decides.
    let program = first(&[
        ("Edg", "Edge"),
        ("QIHU", "360浏览器"),
        ("360SE", "360浏览器"),
        ("QQBrowser", "QQ浏览器"),
        ("MicroMessenger", "微信"),
        ("Firefox/", "火狐"),
        ("Chrome/", "Chrome 系浏览器"),
        ("Safari/", "Safari"),
        ("curl/", "程序 curl"),
    ]);
    let system = first(&[
        ("OpenHarmony", "鸿蒙"),
        ("HarmonyOS", "鸿蒙"),
        ("Windows", "Windows"),
        ("Android", "安卓"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "Mac"),
        ("Kylin", "麒麟"),
        ("UOS", "统信"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} · {system}"),
        (one, other) => one.or(other).unwrap_or("不明的浏览器").to_owned(),
    }
}

/// A whole number with grouped thousands: `12,345`; a fall is `−3`.
pub fn whole(number: i64) -> String {
    grouped(&number.unsigned_abs().to_string(), number < 0)
}

/// A decimal number with exactly `places` digits after the point and grouped thousands.
pub fn decimal(number: Decimal, places: u32) -> String {
    let rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let digits = format!("{:.*}", places as usize, rounded.abs());
    let fell = rounded.is_sign_negative() && !rounded.is_zero();
    match digits.split_once('.') {
        Some((whole, rest)) => format!("{}.{rest}", grouped(whole, fell)),
        None => grouped(&digits, fell),
    }
}

/// Money in 元 with two places: `1,234,567.80`. The unit stands in the column head.
pub fn yuan(amount_yuan: Decimal) -> String {
    decimal(amount_yuan, 2)
}

/// Money given in 元 and read in 万元, with two places: 1,234,567.80 元 is `123.46`.
pub fn wan(amount_yuan: Decimal) -> String {
    decimal(amount_yuan / Decimal::from(10_000), 2)
}

/// A percentage given as percent points: 91.66 with one place is `91.7%`.
pub fn percent(points: Decimal, places: u32) -> String {
    format!("{}%", decimal(points, places))
}

/// A change against an earlier period, always with its sign: `+2.4`, `−3.0`, `0.0`.
pub fn change(by: Decimal, places: u32) -> String {
    let words = decimal(by, places);
    let rose = by.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero) > Decimal::ZERO;
    if rose { format!("+{words}") } else { words }
}

/// The size of a file: `312 B`, `12 KB`, `3.4 MB`.
pub fn file_size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = 1024 * KB;
    match bytes {
        0..KB => format!("{bytes} B"),
        KB..MB => format!("{} KB", bytes.div_ceil(KB)),
        _ => {
            let tenths = bytes.saturating_mul(10) / MB;
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

fn grouped(digits: &str, fell: bool) -> String {
    let mut words = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if fell {
        words.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn number(text: &str) -> Decimal {
        text.parse().expect("a decimal in a test")
    }

    #[test]
    fn a_browser_is_named_by_what_it_says_first() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0";
        assert_eq!(browser(edge), "Edge · Windows");
        assert_eq!(browser("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/115.0"), "火狐 · Linux");
        assert_eq!(browser("curl/8.1"), "程序 curl");
        assert_eq!(browser("<script>"), "不明的浏览器");
    }

    #[test]
    fn days_read_differently_in_prose_and_in_tables() {
        let day = date(2026, 3, 5);
        assert_eq!(day_prose(day), "2026年3月5日");
        assert_eq!(day_cell(day), "2026-03-05");
        assert_eq!(weekday(day), "星期四");
        assert_eq!(moment_prose(day.at(9, 5, 0, 0), 2026), "3月5日 09:05");
        assert_eq!(moment_prose(day.at(9, 5, 0, 0), 2027), "2026年3月5日 09:05");
    }

    #[test]
    fn thousands_are_grouped_and_a_fall_has_a_true_minus() {
        assert_eq!(whole(0), "0");
        assert_eq!(whole(999), "999");
        assert_eq!(whole(1_000), "1,000");
        assert_eq!(whole(-1_234_567), "−1,234,567");
        assert_eq!(whole(i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn money_is_rounded_half_away_from_zero() {
        assert_eq!(yuan(number("1234567.805")), "1,234,567.81");
        assert_eq!(wan(number("1234567.80")), "123.46");
        assert_eq!(yuan(number("-0.004")), "0.00");
        assert_eq!(percent(number("91.66"), 1), "91.7%");
    }

    #[test]
    fn a_change_always_shows_its_direction() {
        assert_eq!(change(number("2.4"), 1), "+2.4");
        assert_eq!(change(number("-3"), 1), "−3.0");
        assert_eq!(change(number("0.04"), 1), "0.0");
    }

    #[test]
    fn file_sizes_use_the_unit_people_expect() {
        assert_eq!(file_size(312), "312 B");
        assert_eq!(file_size(12_200), "12 KB");
        assert_eq!(file_size(3_600_000), "3.4 MB");
        assert_eq!(file_size(u64::MAX), "1759218604441.5 MB");
    }
}
