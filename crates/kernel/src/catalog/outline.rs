//! Are the quotes and braces of a file in order, and is it small enough to read?
//!
//! This goes before the KDL reader, which calls itself once a level and explains a missing quote poorly.
//! Never understands a node: it sees quotes, comments and braces, nothing else.

use std::ops::Range;

use crate::problem::{Problem, SourceFile};

/// The longest file, in bytes.
pub(super) const LONGEST_FILE: usize = 256 * 1024;
/// The deepest nesting of braces or comments.
pub(super) const DEEPEST_NESTING: usize = 8;

/// Everything that keeps the file from being read; nothing if it may be read.
pub(super) fn faults(file: &SourceFile) -> Vec<Problem> {
    if file.text.len() > LONGEST_FILE {
        let sentence = format!("文件太大：{}字节，最多{}字节", file.text.len(), LONGEST_FILE);
        return vec![Problem::at(file, 0..0, sentence).hint("请拆成几个机制")];
    }
    let mut outline = Outline { file, at: 0, open: Vec::new(), problems: Vec::new() };
    outline.walk();
    outline.problems
}

struct Outline<'a> {
    file: &'a SourceFile,
    at: usize,
    open: Vec<usize>,
    problems: Vec<Problem>,
}

impl Outline<'_> {
    fn rest(&self) -> &str {
        &self.file.text[self.at..]
    }

    fn tell(&mut self, span: Range<usize>, sentence: &str, hint: &str) {
        if self.problems.len() < 200 {
            self.problems.push(Problem::at(self.file, span, sentence).hint(hint));
        }
    }

    fn walk(&mut self) {
        while let Some(next) = self.rest().chars().next() {
            let start = self.at;
            match next {
                '/' if self.rest().starts_with("//") => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                '/' if self.rest().starts_with("/*") => self.comment(),
                '"' => self.quoted(),
                '#' => self.hash(),
                '{' => {
                    self.open.push(start);
                    self.at += 1;
                    if self.open.len() == DEEPEST_NESTING + 1 {
                        self.tell(start..start + 1, "花括号嵌套太深", "最多嵌套8层");
                    }
                }
                '}' => {
                    self.at += 1;
                    if self.open.pop().is_none() {
                        self.tell(start..start + 1, "多了一个右花括号", "请检查前面的花括号是否成对");
                    }
                }
                _ => self.at += next.len_utf8(),
            }
        }
        if let Some(start) = self.open.pop() {
            self.tell(start..start + 1, "这个左花括号没有配对", "请在这一块的末尾补上右花括号");
        }
    }

    /// `/* … */`, which may be nested.
    fn comment(&mut self) {
        let start = self.at;
        let mut depth = 0_usize;
        while !self.rest().is_empty() {
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
                self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            }
            if depth > DEEPEST_NESTING {
                self.tell(start..start + 2, "注释嵌套太深", "请用 // 写注释");
                self.at = self.file.text.len();
                return;
            }
        }
        self.tell(start..start + 2, "注释没有结束", "请在末尾补上 */");
    }

    /// `#true`, or a raw string `#"…"#`.
    fn hash(&mut self) {
        let start = self.at;
        let hashes = self.rest().chars().take_while(|it| *it == '#').count();
        self.at += hashes;
        if !self.rest().starts_with('"') {
            return;
        }
        let many_lines = self.rest().starts_with("\"\"\"");
        let quotes = if many_lines { 3 } else { 1 };
        let end = format!("{}{}", "\"".repeat(quotes), "#".repeat(hashes));
        self.at += quotes;
        let stop = if many_lines { self.rest().len() } else { self.rest().find('\n').unwrap_or(self.rest().len()) };
        match self.rest()[..stop].find(&end) {
            Some(found) => self.at += found + end.len(),
            None => {
                self.at += stop;
                self.tell(start..start + hashes + quotes, "引号没有配对", "文字要写在一对引号里");
            }
        }
    }

    /// `"…"` on one line, or `"""…"""` over several.
    fn quoted(&mut self) {
        let start = self.at;
        let many_lines = self.rest().starts_with("\"\"\"");
        let quotes = if many_lines { "\"\"\"" } else { "\"" };
        self.at += quotes.len();
        while let Some(next) = self.rest().chars().next() {
            if self.rest().starts_with(quotes) {
                self.at += quotes.len();
                return;
            }
            match next {
                '\\' => self.escape(),
                '\n' | '\r' if !many_lines => break,
                _ => self.at += next.len_utf8(),
            }
        }
        self.tell(start..start + quotes.len(), "引号没有配对", "文字要写在一对英文引号里，不能换行");
    }

    fn escape(&mut self) {
        let start = self.at;
        self.at += 1;
        let Some(next) = self.rest().chars().next() else { return };
        if next.is_whitespace() {
            self.at += self.rest().len() - self.rest().trim_start().len();
            return;
        }
        self.at += next.len_utf8();
        let known = match next {
            'n' | 'r' | 't' | '\\' | '"' | 'b' | 'f' | 's' => true,
            'u' => self.code_point(),
            _ => false,
        };
        if !known {
            self.tell(start..self.at, "反斜杠后面的写法不认识", "引号写成 \\\"，反斜杠写成 \\\\");
        }
    }

    /// `{4e00}` after `\u`.
    fn code_point(&mut self) -> bool {
        let Some(digits) = self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits) else {
            return false;
        };
        let length = digits.len() + 2;
        let known = digits.len() <= 6 && u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).is_some();
        if known {
            self.at += length;
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let file = SourceFile { path: "a/b.kdl".into(), text: text.into() };
        let lines: Vec<String> = faults(&file).iter().map(ToString::to_string).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn a_file_in_order_has_no_faults() {
        check("a \"b{\" { c #\"}\"# /* } /* } */ */ ; d \"\"\"\n } \n\"\"\" // }\n }", expect![""]);
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
        check("a #\"b", expect!["a/b.kdl:1:3 引号没有配对 文字要写在一对引号里"]);
    }

    #[test]
    fn a_file_that_is_too_deep_or_too_long_is_refused() {
        check(
            &("a {".repeat(100_000)[..30_000]),
            expect![[r#"
                a/b.kdl:1:27 花括号嵌套太深 最多嵌套8层
                a/b.kdl:1:30000 这个左花括号没有配对 请在这一块的末尾补上右花括号"#]],
        );
        check(&"/*".repeat(50_000), expect!["a/b.kdl:1:1 注释嵌套太深 请用 // 写注释"]);
        check(&"x".repeat(LONGEST_FILE + 1), expect!["a/b.kdl:1:1 文件太大：262145字节，最多262144字节 请拆成几个机制"]);
    }
}
