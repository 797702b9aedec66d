//! Is the file written the way definitions are written? Nodes, values, quotes and braces in order, and not too many.
//!
//! This goes before the KDL reader: that one stops early, speaks English and falls into itself on hostile files.
//! What passes here is KDL 2 without its rarer forms (type annotations, `/-`, texts over several lines).
//! Never understands a node: what may be written where is for `raw`.

use std::ops::Range;

use crate::problem::{Problem, SourceFile};

/// The longest file, in bytes.
pub(super) const LONGEST_FILE: usize = 256 * 1024;
/// The deepest nesting of braces or comments.
const DEEPEST_NESTING: usize = 8;
/// The most nodes that a file may have.
const MOST_NODES: usize = 5_000;
/// The most problems that are told of one file's writing.
const MOST_PROBLEMS: usize = 200;
/// What ends a line in KDL 2.
const NEWLINES: [char; 7] = ['\n', '\r', '\u{85}', '\u{b}', '\u{c}', '\u{2028}', '\u{2029}'];

/// Everything that keeps the file from being read; nothing if it may be read.
pub(super) fn faults(file: &SourceFile) -> Vec<Problem> {
    if file.text.len() > LONGEST_FILE {
        let sentence = format!("文件太大：{}字节，最多{}字节", file.text.len(), LONGEST_FILE);
        return vec![Problem::at(file, 0..0, sentence).hint("请拆成几个机制")];
    }
    let mut outline =
        Outline { file, at: 0, open: Vec::new(), here: Here::Start, spaced: true, nodes: 0, problems: Vec::new() };
    outline.walk();
    outline.problems
}

/// Where in a node the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Here {
    /// A name comes next.
    Start,
    /// Behind the name or a value.
    Inside,
    /// Behind the right brace.
    Behind,
}

struct Outline<'a> {
    file: &'a SourceFile,
    at: usize,
    open: Vec<usize>,
    here: Here,
    spaced: bool,
    nodes: usize,
    problems: Vec<Problem>,
}

impl Outline<'_> {
    fn rest(&self) -> &str {
        &self.file.text[self.at..]
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn tell(&mut self, span: Range<usize>, sentence: impl Into<String>, hint: &str) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::at(self.file, span, sentence).hint(hint));
        }
    }

    fn walk(&mut self) {
        if self.rest().starts_with('\u{feff}') {
            self.at += '\u{feff}'.len_utf8();
        }
        while let Some(next) = self.next() {
            if self.nodes > MOST_NODES || self.open.len() > DEEPEST_NESTING || self.problems.len() >= MOST_PROBLEMS {
                return;
            }
            match next {
                ';' => self.end_of_node(next),
                _ if NEWLINES.contains(&next) => self.end_of_node(next),
                _ if next.is_whitespace() => self.skip(next),
                '/' => self.slash(),
                '{' => self.brace(),
                '}' => self.end_of_block(),
                '\\' => self.continuation(),
                _ => self.token(),
            }
        }
        if let Some(start) = self.open.pop() {
            self.tell(start..start + 1, "这个左花括号没有配对", "请在这一块的末尾补上右花括号");
        }
    }

    fn skip(&mut self, letter: char) {
        self.at += letter.len_utf8();
        self.spaced = true;
    }

    fn end_of_node(&mut self, letter: char) {
        self.skip(letter);
        self.here = Here::Start;
    }

    fn pass_line(&mut self) {
        self.at += self.rest().find(NEWLINES).unwrap_or(self.rest().len());
    }

    /// A comment, or a slash that means nothing.
    fn slash(&mut self) {
        let start = self.at;
        if self.rest().starts_with("//") {
            self.pass_line();
        } else if self.rest().starts_with("/*") {
            self.comment();
        } else {
            self.pass_line();
            self.tell(start..start + 1, "看不懂这个斜杠", "注释写在 // 后面");
        }
        self.spaced = true;
    }

    /// `/* … */`, which may be nested.
    fn comment(&mut self) {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(next) = self.next() {
            if self.rest().starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if self.rest().starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.at += next.len_utf8();
            }
            if depth > DEEPEST_NESTING {
                self.tell(start..start + 2, "注释嵌套太深", "请用 // 写注释");
                self.at = self.file.text.len();
                return;
            }
        }
        self.tell(start..start + 2, "注释没有结束", "请在末尾补上 */");
    }

    fn brace(&mut self) {
        let start = self.at;
        self.skip('{');
        if self.here != Here::Inside {
            self.tell(start..start + 1, "左花括号前面没有节点", "左花括号要和它的节点写在同一行");
        }
        self.open.push(start);
        self.here = Here::Start;
        if self.open.len() == DEEPEST_NESTING + 1 {
            self.tell(start..start + 1, "花括号嵌套太深", "最多嵌套8层");
        }
    }

    fn end_of_block(&mut self) {
        let start = self.at;
        self.skip('}');
        self.here = Here::Behind;
        if self.open.pop().is_none() {
            self.tell(start..start + 1, "多了一个右花括号", "请检查前面的花括号是否成对");
        }
    }

    /// `\` at the end of a line: the node goes on in the next.
    fn continuation(&mut self) {
        let start = self.at;
        self.skip('\\');
        let line = &self.rest()[..self.rest().find(NEWLINES).unwrap_or(self.rest().len())];
        let alone = line.trim().is_empty() || line.trim_start().starts_with("//");
        self.pass_line();
        if !alone || self.next().is_none() {
            self.tell(start..start + 1, "看不懂这个反斜杠", "反斜杠只能写在行末，表示下一行接着写");
        } else if self.rest().starts_with("\r\n") {
            self.at += 2;
        } else {
            self.at += self.next().map_or(0, char::len_utf8);
        }
    }

    /// A name, a value, or a name and a value with `=` between.
    fn token(&mut self) {
        let start = self.at;
        let (was, spaced) = (self.here, self.spaced);
        let quoted = self.is_quote();
        let sound = self.one();
        self.here = Here::Inside;
        self.spaced = false;
        let text = self.file.text[start..self.at].to_owned();
        if !sound {
            return;
        }
        match was {
            Here::Start | Here::Behind => {
                self.nodes += 1;
                if was == Here::Behind {
                    self.tell(start..self.at, "右花括号后面要换行", "一行写一个节点，或者用分号隔开");
                } else if self.nodes == MOST_NODES + 1 {
                    self.tell(start..self.at, format!("节点太多，最多{MOST_NODES}个"), "请拆成几个文件");
                } else if !quoted && !is_name(&text) {
                    self.tell(
                        start..self.at,
                        format!("“{}”不能作节点的名字", shown(&text)),
                        "一行的开头要是节点的名字，例如 field",
                    );
                }
            }
            Here::Inside => {
                if !spaced {
                    self.tell(start..self.at, format!("“{}”前面要有空格", shown(&text)), "值和值之间用空格隔开");
                }
                if self.equals() {
                    self.property(start, &text, quoted);
                } else if !quoted {
                    self.value(start, &text);
                }
            }
        }
    }

    fn property(&mut self, start: usize, name: &str, quoted: bool) {
        if !quoted && !is_name(name) {
            self.tell(start..self.at, format!("“{}”不能作属性的名字", shown(name)), "属性写成 名字=值");
        }
        let start = self.at;
        let ends = |it: char| NEWLINES.contains(&it) || matches!(it, ';' | '{' | '}' | '/' | '\\');
        if self.next().is_none_or(ends) {
            self.tell(start..start, "等号后面缺少值", "属性写成 名字=值");
            return;
        }
        let quoted = self.is_quote();
        if self.one() && !quoted {
            let text = self.file.text[start..self.at].to_owned();
            self.value(start, &text);
        }
        self.spaced = false;
    }

    /// Passes `=` with the blanks around it, if it comes next.
    fn equals(&mut self) -> bool {
        let blank = |it: char| it.is_whitespace() && !NEWLINES.contains(&it);
        let Some(behind) = self.rest().trim_start_matches(blank).strip_prefix('=') else { return false };
        self.at = self.file.text.len() - behind.trim_start_matches(blank).len();
        true
    }

    /// A value without quotes: a number, `#true`, or a word like those that name types.
    fn value(&mut self, start: usize, text: &str) {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_number = digits.starts_with(|it: char| it.is_ascii_digit());
        let (sentence, hint) = match text {
            "#true" | "#false" | "#null" => return,
            "true" | "false" | "null" => (format!("“{text}”不是值"), "是和否写成 #true 和 #false"),
            _ if text.starts_with('#') => (format!("“{}”不是值", shown(text)), "是和否写成 #true 和 #false"),
            _ if is_number && digits.len() > 18 => ("数太长".to_owned(), "最多18位"),
            _ if is_number && is_plain_number(digits) => return,
            _ if is_name(text) => return,
            _ => (format!("“{}”要写在英文引号里", shown(text)), "文字要写在一对英文引号里"),
        };
        self.tell(start..self.at, sentence, hint);
    }

    fn is_quote(&self) -> bool {
        self.rest().trim_start_matches('#').starts_with('"')
    }

    /// Passes a text in quotes or a word; false if it was told already.
    fn one(&mut self) -> bool {
        let start = self.at;
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        if self.is_quote() {
            return self.raw_text();
        }
        let ends = |it: char| {
            it.is_whitespace() || NEWLINES.contains(&it) || matches!(it, '{' | '}' | ';' | '=' | '"' | '/' | '\\')
        };
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        if length == 0 {
            let letter = self.next().unwrap_or(' ');
            self.at += letter.len_utf8();
            self.tell(start..self.at, format!("多了一个“{letter}”"), "属性写成 名字=值");
            return false;
        }
        self.at += length;
        true
    }

    /// `#"…"#` on one line.
    fn raw_text(&mut self) -> bool {
        let start = self.at;
        let hashes = self.rest().chars().take_while(|it| *it == '#').count();
        self.at += hashes + 1;
        let end = format!("\"{}", "#".repeat(hashes));
        let found = self
            .rest()
            .find(&end)
            .filter(|place| !self.rest()[..*place].contains(NEWLINES) && !self.rest().starts_with("\"\""));
        match found {
            Some(place) => self.at += place + end.len(),
            None => {
                self.pass_line();
                self.tell(start..start + hashes + 1, "引号没有配对", "文字要写在一对英文引号里，不能换行");
            }
        }
        found.is_some()
    }

    /// `"…"` on one line.
    fn quoted(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        let mut sound = true;
        while let Some(next) = self.next() {
            match next {
                '"' => {
                    self.at += 1;
                    return sound;
                }
                '\\' => sound &= self.escape(),
                _ if NEWLINES.contains(&next) => break,
                _ if is_forbidden(next) => {
                    let place = self.at;
                    self.at += next.len_utf8();
                    self.tell(place..self.at, "文字里有看不见的字符", "请删去后重新输入这几个字");
                    sound = false;
                }
                _ => self.at += next.len_utf8(),
            }
        }
        self.tell(start..start + 1, "引号没有配对", "文字要写在一对英文引号里，不能换行");
        false
    }

    fn escape(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        let Some(next) = self.next().filter(|it| !NEWLINES.contains(it)) else { return false };
        self.at += next.len_utf8();
        let known = match next {
            'n' | 'r' | 't' | '\\' | '"' | 'b' | 'f' | 's' => true,
            'u' => self.code_point(),
            _ => false,
        };
        if !known {
            self.tell(start..self.at, "反斜杠后面的写法不认识", "引号写成 \\\"，反斜杠写成 \\\\");
        }
        known
    }

    /// `{4e00}` after `\u`.
    fn code_point(&mut self) -> bool {
        let Some((digits, _)) = self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
            return false;
        };
        let length = digits.len() + 2;
        let known = (1..=6).contains(&digits.len())
            && digits.bytes().all(|it| it.is_ascii_hexdigit())
            && u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).is_some();
        if known {
            self.at += length;
        }
        known
    }
}

/// Letters that KDL 2 forbids, or that are not seen.
fn is_forbidden(letter: char) -> bool {
    matches!(letter, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_lowercase())
        && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
        && !matches!(text, "true" | "false" | "null" | "inf" | "nan")
}

fn is_plain_number(digits: &str) -> bool {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part].iter().all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

/// As much of a wrong word as fits into a sentence.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(20).map(|it| if is_forbidden(it) { '?' } else { it }).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let file = SourceFile { path: "a/b.kdl".into(), text: text.into() };
        let lines: Vec<String> = faults(&file).iter().map(ToString::to_string).collect();
        expected.assert_eq(&lines.join("\n"));
        if lines.is_empty() {
            assert!(kdl::KdlDocument::parse_v2(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_file_in_order_has_no_faults() {
        check(
            "\u{feff}a \"b{\" \\ // on\n { c #\"}\"# /* } /* } */ */ ; d x=\"\\u{4e00}\\\"\" y = -3.5 #true // }\n }\n",
            expect![""],
        );
    }

    #[test]
    fn quotes_and_braces_that_do_not_pair_are_named_with_their_line() {
        check(
            "a \"b\nc \"d\\q\" {\n/* x",
            expect![[r#"
            a/b.kdl:1:3 引号没有配对 文字要写在一对英文引号里，不能换行
            a/b.kdl:2:5 反斜杠后面的写法不认识 引号写成 \"，反斜杠写成 \\
            a/b.kdl:3:1 注释没有结束 请在末尾补上 */
            a/b.kdl:2:9 这个左花括号没有配对 请在这一块的末尾补上右花括号"#]],
        );
        check("a }", expect!["a/b.kdl:1:3 多了一个右花括号 请检查前面的花括号是否成对"]);
        check("a #\"b", expect!["a/b.kdl:1:3 引号没有配对 文字要写在一对英文引号里，不能换行"]);
        check(
            "a \"\"\"\nb\n\"\"\"",
            expect![[r#"
            a/b.kdl:1:5 引号没有配对 文字要写在一对英文引号里，不能换行
            a/b.kdl:3:3 引号没有配对 文字要写在一对英文引号里，不能换行"#]],
        );
        check(
            "a \"看\u{200e}不见\" \"\\u{110000}\"",
            expect![[r#"
            a/b.kdl:1:5 文字里有看不见的字符 请删去后重新输入这几个字
            a/b.kdl:1:11 反斜杠后面的写法不认识 引号写成 \"，反斜杠写成 \\"#]],
        );
    }

    #[test]
    fn nodes_and_values_that_are_out_of_order_are_told() {
        check(
            "= a\n{ b }\na {} b\nc x=\nd (t)e /- f\n\\ g\nh \"a\"\"b\"",
            expect![[r#"
            a/b.kdl:1:1 多了一个“=” 属性写成 名字=值
            a/b.kdl:2:1 左花括号前面没有节点 左花括号要和它的节点写在同一行
            a/b.kdl:3:6 右花括号后面要换行 一行写一个节点，或者用分号隔开
            a/b.kdl:4:5 等号后面缺少值 属性写成 名字=值
            a/b.kdl:5:3 “(t)e”要写在英文引号里 文字要写在一对英文引号里
            a/b.kdl:5:8 看不懂这个斜杠 注释写在 // 后面
            a/b.kdl:6:1 看不懂这个反斜杠 反斜杠只能写在行末，表示下一行接着写
            a/b.kdl:7:6 “"b"”前面要有空格 值和值之间用空格隔开"#]],
        );
        check(
            "节点 a\na 值 true #yes 1.e+5 1234567890123456789 Big\na 键=\"v\" b==c",
            expect![[r#"
            a/b.kdl:1:1 “节点”不能作节点的名字 一行的开头要是节点的名字，例如 field
            a/b.kdl:2:3 “值”要写在英文引号里 文字要写在一对英文引号里
            a/b.kdl:2:5 “true”不是值 是和否写成 #true 和 #false
            a/b.kdl:2:10 “#yes”不是值 是和否写成 #true 和 #false
            a/b.kdl:2:15 “1.e+5”要写在英文引号里 文字要写在一对英文引号里
            a/b.kdl:2:21 数太长 最多18位
            a/b.kdl:2:41 “Big”要写在英文引号里 文字要写在一对英文引号里
            a/b.kdl:3:3 “键”不能作属性的名字 属性写成 名字=值
            a/b.kdl:3:11 多了一个“=” 属性写成 名字=值
            a/b.kdl:3:12 “c”前面要有空格 值和值之间用空格隔开"#]],
        );
    }

    #[test]
    fn a_file_that_is_too_deep_or_too_long_is_refused() {
        check(&"a {".repeat(10_000), expect!["a/b.kdl:1:27 花括号嵌套太深 最多嵌套8层"]);
        check(&"/*".repeat(50_000), expect!["a/b.kdl:1:1 注释嵌套太深 请用 // 写注释"]);
        check(
            &"x".repeat(LONGEST_FILE + 1),
            expect!["a/b.kdl:1:1 文件太大：262145字节，最多262144字节 请拆成几个机制"],
        );
        check(&"x;".repeat(6_000), expect!["a/b.kdl:1:10001 节点太多，最多5000个 请拆成几个文件"]);
    }
}
