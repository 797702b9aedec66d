//! Growth with what it is made of: 由50项增加到60项,增长20%; 去年50项,今年60项,增长20%.
//!
//! Never compares growth with a base that the sentence does not give.

use rust_decimal::Decimal;

use super::{Finding, Kind, Sentence, percent_of, rounds_to, show, show_percent};
use crate::quantity::{Marked, Meaning};

const RISES: &[&str] = &["增长", "增加", "增幅", "提高", "上升", "提升", "扩大", "增"];
const FALLS: &[&str] = &["下降", "减少", "降低", "降幅", "缩减", "压减", "减"];

/// Checks the growth stated in a sentence: three quantities in a row, from, to and by how much.
pub(super) fn check(sentence: &Sentence<'_>) -> Vec<Finding> {
    (2..sentence.marks.len()).filter_map(|index| growth(sentence, index)).collect()
}

fn growth(sentence: &Sentence<'_>, index: usize) -> Option<Finding> {
    let [from, to, by] = &sentence.marks[index - 2..=index] else { return None };
    let (before, after) = (value(from)?, value(to)?);
    if before.1 != after.1 || !(moves(sentence, index) || compares_years(sentence, index)) {
        return None;
    }
    let words = sentence.words_before(index);
    let words = words.trim_end_matches(['了', '为', '达', ' ']);
    let rises = RISES.iter().any(|word| words.ends_with(word));
    let falls = FALLS.iter().any(|word| words.ends_with(word));
    if rises == falls || words.contains("累计") || words.contains("年均") {
        return None;
    }
    let change = after.0.checked_sub(before.0)?;
    let change = if falls { -change } else { change };
    let (agrees, expected) = match (&by.meaning, before.1) {
        (Meaning::Percent(written), unit) if unit != "%" => {
            let computed = percent_of(change, before.0)?;
            (rounds_to(computed, *written, by.decimals), show_percent(computed, by.decimals))
        }
        (Meaning::Count { value, unit: Some("个百分点" | "百分点") }, "%") => {
            (*value == change, format!("{}个百分点", change.normalize()))
        }
        (_, unit) => {
            let (value, same) = by.amount()?;
            if same != unit {
                return None;
            }
            (value == change, show(change, by))
        }
    };
    let exact = from.exact && to.exact && by.exact;
    let kind = match (agrees, exact) {
        (true, _) => Kind::Agrees,
        (false, true) => Kind::Differs,
        (false, false) => Kind::CannotTell,
    };
    let found = sentence.scan.text(by.from..by.to);
    let claim =
        format!("由{}到{}，{words}{found}", sentence.scan.text(from.from..from.to), sentence.scan.text(to.from..to.to));
    Some(sentence.finding(from.from..by.to, claim, expected, found, kind))
}

/// The value of a count, a sum or a percentage, with its unit.
fn value(mark: &Marked) -> Option<(Decimal, &'static str)> {
    mark.amount().or_else(|| mark.percent().map(|value| (value, "%")))
}

/// 由50项增加到60项.
fn moves(sentence: &Sentence<'_>, index: usize) -> bool {
    let start = sentence.words_before(index - 2);
    let middle = sentence.scan.text(sentence.marks[index - 2].to..sentence.marks[index - 1].from);
    let turns = RISES.iter().chain(FALLS).chain(&["升", "降"]).any(|word| middle.contains(word));
    let opens = ["由", "从"].iter().any(|word| start.contains(word));
    opens && turns && middle.chars().count() <= 12 && middle.ends_with(['到', '至', '为'])
}

/// 去年50项,今年60项.
fn compares_years(sentence: &Sentence<'_>, index: usize) -> bool {
    let ends = |at: usize, words: &[&str]| words.iter().any(|word| sentence.words_before(at).ends_with(word));
    ends(index - 2, &["去年", "上年", "上年同期", "去年同期"])
        && ends(index - 1, &["今年", "本年", "本年度", "今年同期"])
}
