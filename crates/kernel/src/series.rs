//! How is the next one numbered? Patterns such as `任〔{年}〕{序号}号`, read from definitions and filled in.
//!
//! A series restarts each year if, and only if, its pattern names the year.
//! Never hands out a serial: which one is next is known by the store alone.

use std::fmt;
use std::ops::Range;

use crate::problem::nearest;

/// What a number looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    warnings: Vec<PatternFault>,
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternFault {
    /// The bytes of the pattern that are meant.
    pub span: Range<usize>,
    /// What is wrong and what to write instead, as a sentence.
    pub sentence: String,
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for PatternFault {}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Stands as it is.
    Text(String),
    /// Is filled in.
    Hole(Hole),
}

/// What is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    /// The year in four figures.
    Year,
    /// The serial, with at least so many figures.
    Serial(usize),
    /// A name that the caller knows.
    Name(&'static str),
}

/// The names that a caller must know how to fill in.
const NAMES: [&str; 3] = ["机关代字", "单位简称", "代字"];
/// All that may stand in a hole, as the refusals list them.
const HOLES: [&str; 5] = ["年", "序号", "机关代字", "单位简称", "代字"];
/// Longer patterns, in characters, are no numbers.
const LONGEST: usize = 60;
/// More figures than a series of the department ever needs.
const MOST_FIGURES: usize = 9;

impl Pattern {
    /// Reads a pattern; stops at the first fault that leaves no number to make.
    pub fn parse(text: &str) -> Result<Self, PatternFault> {
        if text.chars().count() > LONGEST {
            return Err(fault(0..text.len(), format!("编号样式太长，最多{LONGEST}个字")));
        }
        if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_control()) {
            return Err(fault(at..at + c.len_utf8(), "编号样式里不能有换行等控制字符"));
        }
        let spanned = pieces(text)?;
        let serials: Vec<&Range<usize>> =
            spanned.iter().filter(|(part, _)| matches!(part, Part::Hole(Hole::Serial(_)))).map(|(_, at)| at).collect();
        match serials[..] {
            [_] => {}
            [] => return Err(fault(0..text.len(), "编号样式里没有{序号}，每一份的编号会相同")),
            [_, second, ..] => return Err(fault(second.clone(), "{序号}只能写一次")),
        }
        let warnings = spanned
            .iter()
            .filter(|(part, _)| *part == Part::Hole(Hole::Year))
            .filter_map(|(_, at)| bracket_warning(text, at))
            .collect();
        Ok(Self { parts: spanned.into_iter().map(|(part, _)| part).collect(), warnings })
    }

    /// What is against the rules for official documents, though numbers can be made.
    pub fn warnings(&self) -> &[PatternFault] {
        &self.warnings
    }

    /// Does the series restart each year?
    pub fn per_year(&self) -> bool {
        self.parts.contains(&Part::Hole(Hole::Year))
    }

    /// The names that must be known to fill in the pattern, each once.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(|name| self.parts.contains(&Part::Hole(Hole::Name(name))))
    }

    /// The number. A name that is not known stays as its hole, so that it is seen: ask [`Self::names`] first.
    pub fn render(&self, year: i16, serial: i64, names: &dyn Fn(&str) -> Option<String>) -> String {
        let fill = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Hole(Hole::Year) => format!("{year:04}"),
            Part::Hole(Hole::Serial(figures)) => format!("{serial:0figures$}"),
            Part::Hole(Hole::Name(name)) => names(name).unwrap_or_else(|| format!("{{{name}}}")),
        };
        self.parts.iter().map(fill).collect()
    }
}

/// The pattern as it is written in a definition.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Hole(Hole::Year) => f.write_str("{年}"),
            Part::Hole(Hole::Serial(1)) => f.write_str("{序号}"),
            Part::Hole(Hole::Serial(figures)) => write!(f, "{{序号:{figures}}}"),
            Part::Hole(Hole::Name(name)) => write!(f, "{{{name}}}"),
        })
    }
}

/// Cuts a pattern into its parts, each with its place.
fn pieces(text: &str) -> Result<Vec<(Part, Range<usize>)>, PatternFault> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if let Some(inner) = rest.strip_prefix('{') {
            let Some(length) = inner.find(['{', '}']).filter(|end| inner[*end..].starts_with('}')) else {
                return Err(fault(at..text.len(), "左花括号没有合上，写成{序号}这样的一对"));
            };
            let span = at..at + length + 2;
            parts.push((Part::Hole(hole(&inner[..length], &span)?), span.clone()));
            at = span.end;
            continue;
        }
        let end = rest.find('{').map_or(text.len(), |length| at + length);
        let literal = &text[at..end];
        if let Some(stray) = literal.find(['}', '｛', '｝']) {
            let place = at + stray;
            let width = literal[stray..].chars().next().map_or(1, char::len_utf8);
            let sentence = if width == 1 { "多了一个右花括号" } else { "花括号要用半角的 { 和 }" };
            return Err(fault(place..place + width, sentence));
        }
        parts.push((Part::Text(literal.to_owned()), at..end));
        at = end;
    }
    Ok(parts)
}

/// Reads what stands between braces.
fn hole(written: &str, span: &Range<usize>) -> Result<Hole, PatternFault> {
    let (name, figures) = match written.split_once([':', '：']) {
        Some((name, figures)) => (name.trim(), Some(figures.trim())),
        None => (written.trim(), None),
    };
    let known = NAMES.into_iter().find(|known| *known == name);
    match (name, known, figures) {
        ("年", _, None) => Ok(Hole::Year),
        ("序号", _, None) => Ok(Hole::Serial(1)),
        ("序号", _, Some(figures)) => match figures.parse() {
            Ok(figures @ 1..=MOST_FIGURES) => Ok(Hole::Serial(figures)),
            _ => Err(fault(span.clone(), format!("序号的位数要写1至{MOST_FIGURES}，例如{{序号:3}}"))),
        },
        (_, Some(known), None) => Ok(Hole::Name(known)),
        ("年", ..) | (_, Some(_), _) => Err(fault(span.clone(), format!("“{name}”后面不能写位数，只有序号可以"))),
        ("", ..) => Err(fault(span.clone(), format!("花括号里是空的，可以写{}", HOLES.join("、")))),
        _ => {
            let guess = nearest(name, HOLES).map(|known| format!("是否为“{known}”？")).unwrap_or_default();
            Err(fault(span.clone(), format!("编号样式不认识“{name}”，{guess}可以写{}", HOLES.join("、"))))
        }
    }
}

/// Official documents set the year in 〔 〕 (GB/T 9704): says so if other brackets, or only one, stand there.
fn bracket_warning(text: &str, year: &Range<usize>) -> Option<PatternFault> {
    const OTHERS: &str = "[]［］【】()（）〖〗<>《》〈〉「」『』";
    let before = text[..year.start].chars().next_back();
    let after = text[year.end..].chars().next();
    let is = |side: Option<char>, of: &str| side.is_some_and(|c| of.contains(c));
    let (wrong_before, wrong_after) = (is(before, OTHERS), is(after, OTHERS));
    let single = is(before, "〔") != is(after, "〕");
    if !wrong_before && !wrong_after && !single {
        return None;
    }
    let widen = |side: Option<char>, take: bool| side.filter(|_| take).map_or(0, char::len_utf8);
    let start = year.start - widen(before, wrong_before || is(before, "〔"));
    let end = year.end + widen(after, wrong_after || is(after, "〕"));
    Some(fault(start..end, "年份要用六角括号〔 〕括起，写成〔{年}〕"))
}

fn fault(span: Range<usize>, sentence: impl Into<String>) -> PatternFault {
    PatternFault { span, sentence: sentence.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn names(name: &str) -> Option<String> {
        (name == "机关代字").then(|| "云组".to_owned())
    }

    fn numbered(pattern: &str, year: i16, serial: i64) -> String {
        Pattern::parse(pattern).expect(pattern).render(year, serial, &names)
    }

    /// The part of the pattern that is meant, and the sentence.
    fn check_fault(pattern: &str, expected: &Expect) {
        let fault = Pattern::parse(pattern).expect_err(pattern);
        expected.assert_eq(&format!("[{}] {fault}", &pattern[fault.span.clone()]));
    }

    fn check_warning(pattern: &str, expected: &Expect) {
        let read = Pattern::parse(pattern).expect(pattern);
        let said: Vec<String> =
            read.warnings().iter().map(|it| format!("[{}] {it}", &pattern[it.span.clone()])).collect();
        expected.assert_eq(&said.join("\n"));
    }

    #[test]
    fn a_number_is_made_of_year_serial_and_names() {
        assert_eq!(numbered("任〔{年}〕{序号}号", 2026, 7), "任〔2026〕7号");
        assert_eq!(numbered("第{序号}号", 2026, 1234), "第1234号");
        assert_eq!(numbered("{机关代字}督〔{年}〕{序号:3}号", 2026, 7), "云组督〔2026〕007号");
        assert_eq!(numbered("{ 序号：3 }-{年}", 2026, 12_345), "12345-2026");
        assert_eq!(numbered("{序号}", -1, i64::MAX), "9223372036854775807");
    }

    #[test]
    fn an_unknown_name_stays_visible() {
        let pattern = Pattern::parse("{单位简称}〔{年}〕{序号}号").expect("it is right");
        assert_eq!(pattern.names().collect::<Vec<_>>(), ["单位简称"]);
        assert_eq!(pattern.render(2026, 1, &names), "{单位简称}〔2026〕1号");
    }

    #[test]
    fn a_series_restarts_each_year_only_if_its_pattern_names_the_year() {
        assert!(Pattern::parse("任〔{年}〕{序号}号").expect("it is right").per_year());
        assert!(!Pattern::parse("第{序号}号").expect("it is right").per_year());
    }

    #[test]
    fn a_pattern_that_makes_no_number_is_refused_with_the_place() {
        check_fault(
            "任〔{年份}〕{序号}号",
            &expect!["[{年份}] 编号样式不认识“年份”，是否为“年”？可以写年、序号、机关代字、单位简称、代字"],
        );
        check_fault(
            "{年}{编号}",
            &expect!["[{编号}] 编号样式不认识“编号”，是否为“序号”？可以写年、序号、机关代字、单位简称、代字"],
        );
        check_fault(
            "{serial}",
            &expect!["[{serial}] 编号样式不认识“serial”，可以写年、序号、机关代字、单位简称、代字"],
        );
        check_fault("{}{序号}", &expect!["[{}] 花括号里是空的，可以写年、序号、机关代字、单位简称、代字"]);
        check_fault("任〔{年}〕号", &expect!["[任〔{年}〕号] 编号样式里没有{序号}，每一份的编号会相同"]);
        check_fault("", &expect!["[] 编号样式里没有{序号}，每一份的编号会相同"]);
        check_fault("{序号}之{序号:2}", &expect!["[{序号:2}] {序号}只能写一次"]);
        check_fault("第{序号", &expect!["[{序号] 左花括号没有合上，写成{序号}这样的一对"]);
        check_fault("第{序{序号}", &expect!["[{序{序号}] 左花括号没有合上，写成{序号}这样的一对"]);
        check_fault("第序号}号", &expect!["[}] 多了一个右花括号"]);
        check_fault("第｛序号｝号", &expect!["[｛] 花括号要用半角的 { 和 }"]);
        check_fault("{序号:0}", &expect!["[{序号:0}] 序号的位数要写1至9，例如{序号:3}"]);
        check_fault("{序号:三}", &expect!["[{序号:三}] 序号的位数要写1至9，例如{序号:3}"]);
        check_fault(
            "{序号:99999999999999999999}",
            &expect!["[{序号:99999999999999999999}] 序号的位数要写1至9，例如{序号:3}"],
        );
        check_fault("{年:2}{序号}", &expect!["[{年:2}] “年”后面不能写位数，只有序号可以"]);
        check_fault(
            "{序号}\n",
            &expect![[r#"
            [
            ] 编号样式里不能有换行等控制字符"#]],
        );
        let long = Pattern::parse(&"{序号}".repeat(100_000)).expect_err("it is too long");
        assert!(long.sentence.chars().count() < 40);
    }

    #[test]
    fn the_year_belongs_into_six_cornered_brackets() {
        check_warning("任〔{年}〕{序号}号", &expect![[r#""#]]);
        check_warning("{年}年第{序号}号", &expect![[r#""#]]);
        check_warning("任[{年}]{序号}号", &expect!["[[{年}]] 年份要用六角括号〔 〕括起，写成〔{年}〕"]);
        check_warning("任【{年}】{序号}号", &expect!["[【{年}】] 年份要用六角括号〔 〕括起，写成〔{年}〕"]);
        check_warning("任({年}){序号}号", &expect!["[({年})] 年份要用六角括号〔 〕括起，写成〔{年}〕"]);
        check_warning("任（{年}）{序号}号", &expect!["[（{年}）] 年份要用六角括号〔 〕括起，写成〔{年}〕"]);
        check_warning("任〔{年}]{序号}号", &expect!["[〔{年}]] 年份要用六角括号〔 〕括起，写成〔{年}〕"]);
        check_warning("任〔{年}{序号}号", &expect!["[〔{年}] 年份要用六角括号〔 〕括起，写成〔{年}〕"]);
        check_warning("{序号}号({年}年)", &expect!["[({年}] 年份要用六角括号〔 〕括起，写成〔{年}〕"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(\\{|\\}|年|序号|:|[0-9]|〔|〕|\\[|机关代字|\\PC){0,12}") {
            match Pattern::parse(&text) {
                Ok(pattern) => {
                    prop_assert_eq!(Pattern::parse(&pattern.to_string()).map(|it| it.parts), Ok(pattern.parts));
                }
                Err(fault) => prop_assert!(text.get(fault.span).is_some()),
            }
        }

        #[test]
        fn different_serials_give_different_numbers(a in 0_i64..100_000, b in 0_i64..100_000, year in 1949_i16..2200) {
            for pattern in ["任〔{年}〕{序号}号", "{机关代字}督〔{年}〕{序号:3}号", "{序号:2}{年}"] {
                prop_assert_eq!(numbered(pattern, year, a) == numbered(pattern, year, b), a == b);
            }
        }
    }
}
