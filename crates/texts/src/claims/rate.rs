//! Rates with what they are made of: 应到50人,实到48人,到会率96%; 均已完成,完成率100%; 其中A 38项,占74.5%.
//!
//! Never compares a rate with numbers that its name does not speak of.

use rust_decimal::Decimal;

use super::{Finding, Kind, Sentence, percent_of, rounds_to, show_percent};
use crate::quantity::Marked;

/// Words that name the whole, before its number.
const WHOLE: &[&str] = &[
    "应到", "应参加", "应参会", "应出席", "应完成", "应办", "应收", "应签", "应缴", "应参训", "应", "总数", "共有",
    "共", "总计", "计划", "收到", "受理", "预算",
];

/// Rate names, and the words before or behind the part that they speak of.
const RATES: &[(&str, &[&str])] = &[
    ("到会率", &["实到", "到会", "实际到会", "出席"]),
    ("出席率", &["实到", "出席", "实际出席"]),
    ("参会率", &["实到", "参会", "实际参会", "实际参加"]),
    ("到课率", &["实到", "到课"]),
    ("参训率", &["实到", "参训", "实际参训", "实际参加"]),
    ("参加率", &["实到", "参加"]),
    ("参与率", &["参与", "实际参加"]),
    ("执行率", &["支出", "执行", "决算", "实际"]),
    ("完成率", &["完成"]),
    ("办结率", &["办结"]),
    ("整改率", &["整改"]),
    ("签约率", &["签约", "实签"]),
    ("收缴率", &["实收", "收缴", "实缴"]),
    ("合格率", &["合格"]),
    ("通过率", &["通过"]),
    ("满意率", &["满意"]),
    ("组建率", &["组建"]),
    ("覆盖率", &["覆盖"]),
    ("回收率", &["收回", "回收"]),
    ("核查率", &["核查"]),
    ("采购率", &["采购"]),
];

/// Checks the rates of a sentence.
pub(super) fn check(sentence: &Sentence<'_>) -> Vec<Finding> {
    (0..sentence.marks.len())
        .filter_map(|index| {
            sentence.marks[index].percent()?;
            fraction(sentence, index)
                .or_else(|| all_done(sentence, index))
                .or_else(|| of_whole_and_part(sentence, index))
                .or_else(|| share(sentence, index))
        })
        .collect()
}

/// The rate's name and its words: 到会率, 重点工作完成率为.
fn named_rate(
    sentence: &Sentence<'_>,
    index: usize,
) -> Option<(String, &'static (&'static str, &'static [&'static str]))> {
    let before = sentence.words_before(index);
    let name = before.trim_end_matches(['为', '是', '达', '到', ' ']).to_owned();
    let rate = RATES.iter().find(|(rate, _)| name.ends_with(rate))?;
    // 总体完成率 and the like are of a wider whole than the sentence gives.
    if ["总体", "整体", "全区", "全市", "全省", "全国", "综合", "平均", "累计"].iter().any(|wide| name.contains(wide))
    {
        return None;
    }
    Some((name, rate))
}

/// 完成率96%(48/50).
fn fraction(sentence: &Sentence<'_>, index: usize) -> Option<Finding> {
    let rate = &sentence.marks[index];
    let (scan, open) = (sentence.scan, sentence.scan.skip_blanks(rate.to));
    let [part, whole] = sentence.marks.get(index + 1..index + 3)? else { return None };
    let bracketed = scan.at(open) == '('
        && part.from == open + 1
        && scan.at(part.to) == '/'
        && whole.from == part.to + 1
        && scan.at(whole.to) == ')';
    let value = |mark: &Marked| match mark.meaning {
        crate::quantity::Meaning::Count { value, .. } => Some(value),
        crate::quantity::Meaning::Money(value) => Some(value),
        _ => None,
    };
    if !bracketed {
        return None;
    }
    compare(sentence, index, value(part)?, value(whole)?, rate.from..whole.to + 1, sentence.words_before(index), true)
}

/// 51项重点工作均已完成,完成率100.00%.
fn all_done(sentence: &Sentence<'_>, index: usize) -> Option<Finding> {
    let (name, (_, stems)) = named_rate(sentence, index)?;
    let rate = &sentence.marks[index];
    let before = index.checked_sub(1)?;
    let count = &sentence.marks[before];
    count.amount()?;
    let words = sentence.scan.text(count.to..rate.from);
    let stem = stems.iter().find(|stem| {
        ["均已", "全部", "均", "都已", "已全部", "均已全部", "全部按期", "均按期", "均已按期"]
            .iter()
            .any(|all| words.contains(&format!("{all}{stem}")))
    })?;
    if words.contains('未') || words.contains("除") || !count.exact {
        return None;
    }
    let written = rate.percent()?;
    let kind = match (written == Decimal::ONE_HUNDRED, rate.exact) {
        (true, _) => Kind::Agrees,
        (false, true) => Kind::Differs,
        (false, false) => return None,
    };
    Some(sentence.finding(
        count.from..rate.to,
        format!(
            "{}均已{stem}，{name}{}",
            sentence.scan.text(count.from..count.to),
            sentence.scan.text(rate.from..rate.to)
        ),
        show_percent(Decimal::ONE_HUNDRED, rate.decimals),
        sentence.scan.text(rate.from..rate.to),
        kind,
    ))
}

/// 应到50人,实到48人,到会率96%.
fn of_whole_and_part(sentence: &Sentence<'_>, index: usize) -> Option<Finding> {
    let (name, (_, stems)) = named_rate(sentence, index)?;
    let (whole_at, part_at) = (index.checked_sub(2)?, index - 1);
    let (whole, part) = (&sentence.marks[whole_at], &sentence.marks[part_at]);
    let ((all, unit), (some, same)) = (whole.amount()?, part.amount()?);
    let whole_words = sentence.words_before(whole_at);
    let part_words = sentence.words_before(part_at) + "…" + &sentence.words_behind(part_at);
    let names_whole = WHOLE.iter().any(|word| match word.chars().count() {
        1 => whole_words.ends_with(word),
        _ => whole_words.contains(word),
    });
    let names_part = stems.iter().any(|stem| part_words.contains(stem)) && !part_words.contains('未');
    // 其中, 另, 按时: the part may be a part of something else.
    let aside = ["其中", "另", "提前", "同比", "新增"].iter().any(|word| part_words.contains(word));
    if unit != same || !names_whole || !names_part || aside {
        return None;
    }
    // A rate of its own kind, such as 按时办结率, must be spoken of in the part.
    let manner = ["按时", "按期", "提前", "满意", "一次"].iter().find(|manner| name.contains(**manner));
    if manner.is_some_and(|manner| !part_words.contains(manner)) {
        return None;
    }
    let strong = ["应", "共", "计划"].iter().any(|word| whole_words.contains(word));
    compare(sentence, index, some, all, whole.from..sentence.marks[index].to, name, strong)
}

/// 共51项,其中A 38项,占74.51%.
fn share(sentence: &Sentence<'_>, index: usize) -> Option<Finding> {
    let before = sentence.words_before(index);
    if !["占", "占比", "占比为", "占总数的", "占总数", "占比达"].contains(&before.as_str()) {
        return None;
    }
    let part_at = index.checked_sub(1)?;
    let (some, unit) = sentence.marks[part_at].amount()?;
    let same = |at: &usize| sentence.marks[*at].amount().is_some_and(|(_, other)| other == unit);
    let whole_at = (0..part_at).find(same)?;
    let opens = sentence.scan.has(sentence.marks[whole_at].to..sentence.marks[whole_at + 1].from, "其中");
    if !opens {
        return None;
    }
    let (all, _) = sentence.marks[whole_at].amount()?;
    let claim = format!(
        "{}占{}",
        sentence.words_before(part_at).trim_start_matches("其中"),
        sentence.scan.text(sentence.marks[whole_at].from..sentence.marks[whole_at].to)
    );
    compare(sentence, index, some, all, sentence.marks[whole_at].from..sentence.marks[index].to, claim, true)
}

fn compare(
    sentence: &Sentence<'_>,
    index: usize,
    part: Decimal,
    whole: Decimal,
    chars: std::ops::Range<usize>,
    name: String,
    strong: bool,
) -> Option<Finding> {
    let rate = &sentence.marks[index];
    let computed = percent_of(part, whole)?;
    let written = rate.percent()?;
    let exact = sentence.marks.iter().all(|mark| mark.exact || mark.from < chars.start || mark.from >= chars.end);
    let kind = match (rounds_to(computed, written, rate.decimals), exact && strong) {
        (true, _) => Kind::Agrees,
        (false, true) => Kind::Differs,
        (false, false) => Kind::CannotTell,
    };
    let found = sentence.scan.text(rate.from..rate.to);
    Some(sentence.finding(chars, format!("{name}{found}"), show_percent(computed, rate.decimals), found, kind))
}
