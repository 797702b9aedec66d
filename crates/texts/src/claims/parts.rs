//! Totals with their parts: 共51项,其中A 38项、B 5项、C 8项; A 38项、B 5项,合计43项.
//!
//! Never calls an incomplete list wrong: 其中 may name some parts only, and parts of people overlap.

use rust_decimal::Decimal;

use super::{Finding, Kind, Sentence, show};
use crate::quantity::counts_people;

/// Words that say that the parts are all there are.
const ALL: &[&str] = &["分别是", "分别为", "分为"];

/// Words of parts that lie across others.
const ACROSS: &[&str] = &[
    "完成", "提前", "按期", "按时", "逾期", "办结", "整改", "以上", "以下", "新增", "优秀", "重点", "获", "达到",
    "通过", "在建", "续建", "女", "党员", "少数民族", "研究生", "本科", "博士", "硕士", "年轻", "推进", "启动", "涉及",
    "含", "公开",
];

/// Checks the totals of a sentence.
pub(super) fn check(sentence: &Sentence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for index in 0..sentence.marks.len() {
        findings.extend(from_total(sentence, index));
        findings.extend(to_total(sentence, index));
    }
    findings
}

/// A total, then its parts.
fn from_total(sentence: &Sentence<'_>, index: usize) -> Option<Finding> {
    let total = &sentence.marks[index];
    let (whole, unit) = total.amount()?;
    let next = sentence.marks.get(index + 1)?;
    let between = sentence.scan.text(total.to..next.from);
    if between.chars().count() > 40 {
        return None;
    }
    let within = between.contains("其中");
    // 51项,重点是: names the main ones; 51项: names all.
    let all = ALL.iter().any(|word| between.contains(word)) || (between.contains(':') && !between.contains(','));
    if !within && !all {
        return None;
    }
    // 党员占其中: the word must open the list, directly or behind one clause without numbers.
    let parts = run_of_parts(sentence, index + 1, unit);
    if parts.len() < 2
        || sentence.marks[..index].iter().any(|mark| {
            mark.amount().is_some_and(|(_, other)| other == unit) && close_by(sentence, mark.to, total.from)
        })
    {
        return None;
    }
    let sum = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(sentence.marks[*part].amount()?.0))?;
    let labels: Vec<String> = parts.iter().map(|part| sentence.words_before(*part)).collect();
    let last = *parts.last().expect("there are at least two parts");
    let rough = !total.exact || parts.iter().any(|part| !sentence.marks[*part].exact);
    let listed = !within && all && !between.contains("主要");
    let kind = match sum.cmp(&whole) {
        std::cmp::Ordering::Equal => Kind::Agrees,
        _ if rough => Kind::CannotTell,
        std::cmp::Ordering::Less if listed && !lie_across(&labels) => Kind::Differs,
        std::cmp::Ordering::Less => Kind::CannotTell,
        std::cmp::Ordering::Greater if counts_people(unit) || lie_across(&labels) => Kind::CannotTell,
        std::cmp::Ordering::Greater => Kind::Differs,
    };
    Some(sentence.finding(
        total.from..sentence.marks[last].to,
        format!("总数{}，所列{}部分", sentence.scan.text(total.from..total.to), parts.len()),
        show(sum, total),
        sentence.scan.text(total.from..total.to),
        kind,
    ))
}

/// Parts, then 合计 or 共计 with their total.
fn to_total(sentence: &Sentence<'_>, index: usize) -> Option<Finding> {
    let total = &sentence.marks[index];
    let (whole, unit) = total.amount()?;
    let before = sentence.words_before(index);
    let strong = ["合计", "合计为", "总计", "总计为", "三项合计", "两项合计", "相加为"].contains(&before.as_str());
    let weak = ["共计", "共", "一共", "总共"].contains(&before.as_str());
    if index < 2 || !(strong || weak) {
        return None;
    }
    let mut first = index;
    while first > 0 && is_part(sentence, first - 1, unit) && (first == index || adjoining(sentence, first - 1)) {
        first -= 1;
    }
    let parts = &sentence.marks[first..index];
    if parts.len() < 2 {
        return None;
    }
    let sum = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.amount()?.0))?;
    let earlier = sentence.marks[..first].iter().any(|mark| mark.amount().is_some_and(|(_, other)| other == unit));
    let rough = !total.exact || parts.iter().any(|part| !part.exact);
    let labels: Vec<String> = (first..index).map(|part| sentence.words_before(part)).collect();
    let doubtful =
        earlier || rough || !strong || lie_across(&labels) || labels.iter().any(|label| label.contains("其中"));
    let kind = match (sum == whole, doubtful) {
        (true, _) => Kind::Agrees,
        (false, false) => Kind::Differs,
        (false, true) if strong => Kind::CannotTell,
        (false, true) => return None,
    };
    Some(sentence.finding(
        parts[0].from..total.to,
        format!("{}部分，{before}{}", parts.len(), sentence.scan.text(total.from..total.to)),
        show(sum, total),
        sentence.scan.text(total.from..total.to),
        kind,
    ))
}

/// The parts from `index` on: each a label and a number with the unit, one after the other.
fn run_of_parts(sentence: &Sentence<'_>, index: usize, unit: &str) -> Vec<usize> {
    let mut parts = Vec::new();
    for next in index..sentence.marks.len() {
        let joined = parts.is_empty() || adjoining(sentence, next - 1);
        let total_again =
            ["合计", "共计", "总计", "共"].iter().any(|word| sentence.words_before(next).starts_with(word));
        if !joined || total_again || !is_part(sentence, next, unit) {
            break;
        }
        parts.push(next);
    }
    parts
}

fn is_part(sentence: &Sentence<'_>, index: usize, unit: &str) -> bool {
    sentence.marks[index].amount().is_some_and(|(_, other)| other == unit)
        && sentence.words_before(index).chars().count() <= 30
}

/// Does the next part follow this one as in a list: a mark, a label, a number?
fn adjoining(sentence: &Sentence<'_>, index: usize) -> bool {
    let between = sentence.scan.text(sentence.marks[index].to..sentence.marks[index + 1].from);
    let marks = between.chars().filter(|c| matches!(c, '、' | ',' | ':')).count();
    let word = between.trim_start();
    let list_mark = word.starts_with(['、', ',', '和', '及']) || word.starts_with("以及");
    list_mark && marks <= 1 && between.chars().count() <= 32
}

/// Do two quantities stand in the same clause?
fn close_by(sentence: &Sentence<'_>, from: usize, to: usize) -> bool {
    !(from..to).any(|at| matches!(sentence.scan.at(at), ',' | ':'))
}

fn lie_across(labels: &[String]) -> bool {
    labels.iter().any(|label| ACROSS.iter().any(|word| label.contains(word)))
}
