//! How long? A period as rules write it: “10个工作日”, “15日”, “半年”.
//!
//! Never a point in time: when a period ends is for [`super::Calendar::add`] to say.

use std::fmt;

/// A period of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// Hours of work: minutes outside of the office hours do not count.
    WorkingHours(u32),
    /// Working days by the calendar, make-up days included.
    WorkingDays(u32),
    /// Calendar days.
    Days(u32),
    /// Months: the same day number, or the month's last day.
    Months(u32),
    /// Years: the same day, or 28 February.
    Years(u32),
}

/// Why a text is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanFault {
    /// Nothing was written.
    #[error("没有写期限，请写成“10个工作日”“15天”“1个月”“半年”或“1年”")]
    Empty,
    /// It is not of the forms we know.
    #[error("看不懂期限“{0}”，请写成“10个工作日”“15天”“1个月”“半年”或“1年”")]
    Unreadable(String),
    /// `3月` is March.
    #[error("“{0}”是月份，不是期限；如指期限，请写成“{1}个月”")]
    MonthName(String, u32),
    /// A period of nothing.
    #[error("期限“{0}”等于零，至少要写1")]
    Zero(String),
    /// Longer than a century.
    #[error("期限“{0}”太长，最多{1}")]
    TooLong(String, Span),
}

impl Span {
    /// Reads a period as people write it, in Arabic, full-width or (up to 99) Chinese figures.
    pub fn parse(text: &str) -> Result<Self, SpanFault> {
        let written: String = text.chars().filter(|c| !c.is_whitespace()).take(SHOWN + 1).collect();
        let fault = || SpanFault::Unreadable(shown(&written));
        if written.is_empty() {
            return Err(SpanFault::Empty);
        }
        if written == "半年" {
            return Ok(Self::Months(6));
        }
        let unit_at = written.find(|c| !is_figure(c)).ok_or_else(fault)?;
        let (figures, unit) = written.split_at(unit_at);
        let number = number(figures).ok_or_else(fault)?;
        let whole = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let span = match unit {
            "个工作小时" | "工作小时" => Self::WorkingHours(whole(number)),
            "个工作日" | "工作日" => Self::WorkingDays(whole(number)),
            "个自然日" | "自然日" | "日" | "天" => Self::Days(whole(number)),
            "个月" => Self::Months(whole(number)),
            "年" => Self::Years(whole(number)),
            "月" if (1..=12).contains(&number) => return Err(SpanFault::MonthName(shown(&written), whole(number))),
            _ => return Err(fault()),
        };
        let most = span.most();
        match span.count() {
            0 => Err(SpanFault::Zero(shown(&written))),
            count if count > most.count() => Err(SpanFault::TooLong(shown(&written), most)),
            _ => Ok(span),
        }
    }

    /// The number in front of the unit.
    pub fn count(self) -> u32 {
        match self {
            Self::WorkingHours(n) | Self::WorkingDays(n) | Self::Days(n) | Self::Months(n) | Self::Years(n) => n,
        }
    }

    /// A century, in the same unit: no rule of ours asks for more, so more is a slip of the pen.
    fn most(self) -> Self {
        match self {
            Self::WorkingHours(_) => Self::WorkingHours(2_000),
            Self::WorkingDays(_) => Self::WorkingDays(26_000),
            Self::Days(_) => Self::Days(36_525),
            Self::Months(_) => Self::Months(1_200),
            Self::Years(_) => Self::Years(100),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingHours(n) => write!(f, "{n}个工作小时"),
            Self::WorkingDays(n) => write!(f, "{n}个工作日"),
            Self::Days(n) => write!(f, "{n}天"),
            Self::Months(n) => write!(f, "{n}个月"),
            Self::Years(n) => write!(f, "{n}年"),
        }
    }
}

/// How much of a wrong text a sentence repeats, in characters.
const SHOWN: usize = 24;

/// The text, shortened for a sentence.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn is_figure(c: char) -> bool {
    digit(c).is_some() || chinese_digit(c).is_some() || c == '十'
}

/// An Arabic digit, also a full-width one.
fn digit(c: char) -> Option<u64> {
    match c {
        '0'..='9' => Some(u64::from(c) - u64::from('0')),
        '０'..='９' => Some(u64::from(c) - u64::from('０')),
        _ => None,
    }
}

fn chinese_digit(c: char) -> Option<u64> {
    match c {
        '两' => Some(2),
        _ => "零一二三四五六七八九".chars().position(|digit| digit == c).map(|n| n as u64),
    }
}

/// Arabic figures, or Chinese ones from 零 to 九十九.
fn number(figures: &str) -> Option<u64> {
    let arabic = figures.chars().try_fold(0_u64, |sum, c| Some(sum.saturating_mul(10).saturating_add(digit(c)?)));
    if figures.is_empty() {
        return None;
    }
    arabic.or_else(|| {
        let single = |text: &str| {
            let mut chars = text.chars();
            chars.next().and_then(chinese_digit).filter(|_| chars.next().is_none())
        };
        match figures.split_once('十') {
            None => single(figures),
            Some((tens, ones)) => {
                let tens = if tens.is_empty() { 1 } else { single(tens).filter(|n| *n > 0)? };
                let ones = if ones.is_empty() { 0 } else { single(ones).filter(|n| *n > 0)? };
                Some(tens * 10 + ones)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_period_is_read_as_rules_write_it() {
        for (text, span) in [
            ("10个工作日", Span::WorkingDays(10)),
            ("3 工作日", Span::WorkingDays(3)),
            ("15日", Span::Days(15)),
            ("30天", Span::Days(30)),
            ("3个自然日", Span::Days(3)),
            ("1个月", Span::Months(1)),
            (" 2 个月 ", Span::Months(2)),
            ("半年", Span::Months(6)),
            ("1年", Span::Years(1)),
            ("三年", Span::Years(3)),
            ("两个月", Span::Months(2)),
            ("十五个工作日", Span::WorkingDays(15)),
            ("二十日", Span::Days(20)),
            ("九十九天", Span::Days(99)),
            ("１０天", Span::Days(10)),
        ] {
            assert_eq!(Span::parse(text), Ok(span), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused_with_the_way_to_write_it() {
        let said = |text: &str| Span::parse(text).expect_err(text).to_string();
        expect_test::expect!["没有写期限，请写成“10个工作日”“15天”“1个月”“半年”或“1年”"].assert_eq(&said(" \u{3000}"));
        expect_test::expect!["“3月”是月份，不是期限；如指期限，请写成“3个月”"].assert_eq(&said("3月"));
        expect_test::expect!["期限“0个工作日”等于零，至少要写1"].assert_eq(&said("0个工作日"));
        expect_test::expect!["期限“99999999999999999999天”太长，最多36525天"]
            .assert_eq(&said("99999999999999999999天"));
        expect_test::expect!["期限“2026年”太长，最多100年"].assert_eq(&said("2026年"));
        for text in [
            "尽快", "10", "十", "天", "个月", "-3天", "1.5个月", "十十天", "一1天", "二三天", "1年半", "13月", "3天3天",
        ] {
            assert!(matches!(Span::parse(text), Err(SpanFault::Unreadable(_))), "{text}");
        }
        assert!(said(&"很".repeat(100_000)).chars().count() < 100);
    }

    proptest! {
        #[test]
        fn a_period_reads_back_as_written(n in 1_u32..=100, kind in 0..4) {
            let span = [Span::WorkingDays(n), Span::Days(n), Span::Months(n), Span::Years(n)][kind as usize];
            prop_assert_eq!(Span::parse(&span.to_string()), Ok(span));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9０-９零一二两三十半个工作自然日天月年 ]{0,8}|.*") {
            if let Ok(span) = Span::parse(&text) {
                prop_assert!(span.count() > 0 && span.count() <= span.most().count());
            }
        }
    }
}
