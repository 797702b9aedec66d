//! Is Chinese prose punctuated in Chinese?
//!
//! Sentences that people read carry full-width marks, whether they stand in a definition, in a paper's text or in a source.
//! Formulas, holes in braces, and marks that stand between Latin letters or digits stay as they are.
//! Never judges tests: they show what people write, and people mix.

use std::ops::Range;

use super::Finding;
use super::tree::Tree;
use crate::shell::{self, Outcome, say};

const MEND: &str = "full-width marks in Chinese prose; `cargo xtask tidy -- mend` writes them";
/// The formula room spells formulas inside its sentences.
const SPELLS_FORMULAS: &str = "crates/kernel/src/formula/";
const MARKS: [(char, char); 5] = [(',', '，'), (';', '；'), (':', '：'), ('?', '？'), ('!', '！')];
const OPERATORS: [&str; 8] = [" 且 ", " 或 ", "非 ", " = ", " ≠ ", " >= ", " <= ", " 属于 "];
/// The formula language's functions: a bracket behind one of them is no bracket of prose.
const FUNCTIONS: [&str; 15] = [
    "今天", "为空", "如果", "工作日数", "天数", "数", "合计", "最大", "最小", "取整", "四舍五入", "年", "月", "日期",
    "包含",
];

/// No half-width mark stands in Chinese prose.
pub(super) fn full_width(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files("", "") {
        for place in prose(tree, path, text) {
            let written = &text[place.clone()];
            if let Some(mark) = first_difference(written, &mended(written, !path.ends_with(".rs"))) {
                let line = text[..place.start].matches('\n').count() + 1;
                let what = format!("half-width \"{mark}\" in Chinese prose: {}", shortened(written));
                findings.push(Finding::new(path, line, what, MEND));
            }
        }
    }
    findings
}

/// `cargo xtask tidy -- mend`: writes the marks in full width.
pub(crate) fn mend() -> Outcome<()> {
    let root = shell::root();
    let tree = Tree::read(root)?;
    for (path, text) in tree.files("", "") {
        let mut kept = text.to_owned();
        for place in prose(&tree, path, text).into_iter().rev() {
            let right = mended(&text[place.clone()], !path.ends_with(".rs"));
            kept.replace_range(place, &right);
        }
        if kept != text {
            std::fs::write(root.join(path), kept).map_err(|error| format!("{path}: {error}"))?;
            say(format_args!("  {path}"));
        }
    }
    Ok(())
}

/// Where a file may hold prose: strings of sources and definitions, lines of papers.
fn prose(tree: &Tree, path: &str, text: &str) -> Vec<Range<usize>> {
    let is_text = path.starts_with("definitions/") || path.starts_with("crates/server/demo/");
    if path.ends_with(".rs")
        && !path.starts_with(SPELLS_FORMULAS)
        && !path.contains("/tests/")
        && path.contains("/src/")
    {
        if path.starts_with("tests/") || path.ends_with("/tests.rs") {
            return Vec::new();
        }
        let Some((_, source)) = tree.sources(path).next() else { return Vec::new() };
        let until = source.tests_begin();
        let strings = source.strings.iter().filter(|literal| literal.line < until);
        return strings.map(|literal| literal.at..literal.at + literal.text.len()).collect();
    }
    match is_text && path.ends_with(".kdl") {
        true => quoted(text),
        false if is_text && path.ends_with(".txt") => lines(text),
        false => Vec::new(),
    }
}

fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &str| {
        let place = start..start + line.len();
        start = place.end;
        place
    };
    text.split_inclusive('\n').map(line).collect()
}

/// The insides of the strings of a KDL file; comments are stepped over.
fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"//") {
            at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
        } else if bytes[at] == b'"' {
            let start = at + 1;
            at = start;
            while at < bytes.len() && bytes[at] != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            places.push(start..at.min(bytes.len()));
        }
        at += 1;
    }
    places
}

/// What an opening bracket turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// Of prose: written in full width.
    Wide,
    /// Between Latin letters: stays.
    Plain,
    /// A function's: what stands inside is a formula.
    Call,
}

/// The text with its marks in full width. In a definition or a paper, a hole stands for prose;
/// in a source it may stand for a path or an hour, so that a colon between two holes stays.
fn mended(text: &str, holes_are_prose: bool) -> String {
    if !text.chars().any(is_chinese) || is_formula(text) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut kept = chars.clone();
    let mut open: Vec<(usize, Bracket)> = Vec::new();
    let mut depth = 0_i32;
    for at in 0..chars.len() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1).copied();
        let ends = before.is_some_and(|c| {
            is_chinese(c) || "”’》】〉〕）".contains(c) || (c == '}' && (holes_are_prose || ",;".contains(chars[at])))
        });
        let begins =
            after.is_some_and(|c| is_chinese(c) || "“‘《【〈〔（".contains(c) || (holes_are_prose && c == '{'));
        match chars[at] {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ if depth > 0 => {}
            '(' if follows_function(&chars[..at]) => open.push((at, Bracket::Call)),
            '(' if (ends || begins) && after != Some(')') => open.push((at, Bracket::Wide)),
            '(' => open.push((at, Bracket::Plain)),
            ')' => {
                if let Some((opened, bracket)) = open.pop()
                    && (bracket == Bracket::Wide
                        || (bracket == Bracket::Plain && chars[opened..at].iter().any(|c| is_chinese(*c))))
                {
                    (kept[opened], kept[at]) = ('（', '）');
                }
            }
            mark if (ends || begins) && !open.iter().any(|(_, it)| *it == Bracket::Call) => {
                kept[at] = MARKS.iter().find(|(half, _)| *half == mark).map_or(mark, |(_, full)| *full);
            }
            _ => {}
        }
    }
    kept.into_iter().collect()
}

/// Whether a text is a formula, what stands in brackets and braces left aside.
fn is_formula(text: &str) -> bool {
    let mut depth = 0_i32;
    let outside: String = text
        .chars()
        .filter(|c| {
            depth += i32::from("{[".contains(*c)) - i32::from("}]".contains(*c));
            depth <= 0
        })
        .collect();
    OPERATORS.iter().any(|sign| outside.contains(sign))
}

fn follows_function(before: &[char]) -> bool {
    let chinese: Vec<char> = before.iter().rev().take_while(|c| is_chinese(**c)).copied().collect();
    let name: String = chinese.into_iter().rev().collect();
    FUNCTIONS.contains(&name.as_str())
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{9fff}')
}

fn first_difference(written: &str, right: &str) -> Option<char> {
    written.chars().zip(right.chars()).find(|(a, b)| a != b).map(|(a, _)| a)
}

fn shortened(text: &str) -> String {
    text.chars().take(40).map(|c| if c == '\n' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::found;
    use super::*;

    #[test]
    fn marks_beside_chinese_are_full_width_and_others_stay() {
        for (written, right) in [
            ("请删减,全文(含附件)可放在附件里;好吗?", "请删减，全文（含附件）可放在附件里；好吗？"),
            ("这不是工作簿(.xlsx),请另存", "这不是工作簿（.xlsx），请另存"),
            ("第{}行:{why}", "第{}行：{why}"),
            ("{FANDOL}(CTAN 的)放进", "{FANDOL}（CTAN 的）放进"),
            ("共1,234件,12:30前", "共1,234件，12:30前"),
            ("见 http://a,b/c 和 sqlite://文件", "见 http://a,b/c 和 sqlite://文件"),
            ("{序号:3}", "{序号:3}"),
            ("工作日数(下达日, 办结日)", "工作日数(下达日, 办结日)"),
            ("公式里不能用今天()", "公式里不能用今天()"),
            ("no Chinese, no rule (here)", "no Chinese, no rule (here)"),
        ] {
            assert_eq!(mended(written, false), right);
        }
    }

    #[test]
    fn holes_stand_for_prose_in_definitions_and_before_commas() {
        assert_eq!(mended("收到{编号}:{事项}", true), "收到{编号}：{事项}");
        assert_eq!(mended("{path}:{}:看不懂", false), "{path}:{}：看不懂");
        assert_eq!(mended("{name},{}列不符", false), "{name}，{}列不符");
    }

    #[test]
    fn sources_definitions_and_papers_are_judged_and_tests_are_not() {
        let files = [
            ("crates/a/src/lib.rs", "// 注,释\nfn f() { \"好,的\" }\n#[cfg(test)]\nmod tests { \"好,的\" }"),
            ("crates/a/src/tests/x.rs", "\"好,的\""),
            ("definitions/m.kdl", "// 注,释\nsays=\"好的\" next=\"好;的\""),
            ("definitions/a/b.txt", "[若 非 为空(甲)]\n一\n二:三\n"),
        ];
        let expected = [
            "crates/a/src/lib.rs:2: half-width \",\" in Chinese prose: 好,的",
            "definitions/a/b.txt:3: half-width \":\" in Chinese prose: 二:三 ",
            "definitions/m.kdl:2: half-width \";\" in Chinese prose: 好;的",
        ];
        assert_eq!(found(full_width, &files), expected);
    }
}
