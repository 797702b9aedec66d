//! Which part of a Rust source is code, which is comment and which is text?
//!
//! `Source::code` is the source with comments and the insides of strings made blank, line by line the same length.
//! Never understands Rust beyond words, brackets and literals: rules that need more do not belong into tidy.

/// A Rust source, taken apart.
pub(super) struct Source {
    /// Comments and the insides of strings are blank.
    pub(super) code: String,
    /// String literals with the line on which they begin (from 1) and what stands before them on that line.
    pub(super) strings: Vec<Literal>,
}

/// A string literal.
pub(super) struct Literal {
    pub(super) line: usize,
    /// Where its inside begins in the source, in bytes.
    pub(super) at: usize,
    pub(super) text: String,
    /// The code before it on its line.
    pub(super) before: String,
}

/// Something with a name that a source defines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) line: usize,
    /// Lines from its name to its closing bracket, for functions with a body.
    /// The lines of a long text (an expectation, an SQL statement) are not counted: they are read, not followed.
    pub(super) lines: Option<usize>,
    /// A test function: its name is a sentence.
    pub(super) is_test: bool,
}

const KINDS: [&str; 6] = ["fn", "struct", "enum", "mod", "trait", "union"];

impl Source {
    /// Takes a source apart.
    pub(super) fn read(text: &str) -> Self {
        let mut reader =
            Reader { text: text.as_bytes(), at: 0, line: 1, code: Vec::with_capacity(text.len()), strings: Vec::new() };
        while reader.at < reader.text.len() {
            reader.next();
        }
        Self { code: String::from_utf8_lossy(&reader.code).into_owned(), strings: reader.strings }
    }

    /// The line of `#[cfg(test)]` where the tests of the file begin, if there are any.
    pub(super) fn tests_begin(&self) -> usize {
        let marked = self.code.lines().position(|line| line.trim_start().starts_with("#[cfg(test)]"));
        marked.map_or(usize::MAX, |line| line + 1)
    }

    /// Everything with a name that the source defines, from top to bottom.
    pub(super) fn items(&self) -> Vec<Item<'_>> {
        let mut items = Vec::new();
        let lines: Vec<&str> = self.code.lines().collect();
        let words = words(&self.code);
        let (mut counted, mut line) = (0, 0);
        for pair in words.windows(2) {
            let ((start, kind), (at, name)) = (pair[0], pair[1]);
            let between = &self.code[start + kind.len()..at];
            if KINDS.contains(&kind) && !between.is_empty() && between.trim().is_empty() {
                line += self.code[counted..start].matches('\n').count();
                counted = start;
                let is_fn = kind == "fn";
                let body = if is_fn { body_lines(&self.code[at..]) } else { None };
                let lines_of_body = body.map(|lines| lines - self.lines_of_text(line + 1, line + lines));
                let is_test = is_fn && is_test(&lines, line);
                items.push(Item { kind, name, line: line + 1, lines: lines_of_body, is_test });
            }
        }
        items
    }

    /// How many of these lines stand inside of strings.
    fn lines_of_text(&self, first: usize, last: usize) -> usize {
        let inside = self.strings.iter().filter(|literal| (first..=last).contains(&literal.line));
        inside.map(|literal| literal.text.matches('\n').count()).sum()
    }
}

/// Words of letters, digits and underscores, with where they begin.
fn words(code: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in code.char_indices().chain([(code.len(), ' ')]) {
        match (start, c.is_alphanumeric() || c == '_') {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from, &code[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// How many lines a function has, from its name on; none if it has no body.
fn body_lines(code: &str) -> Option<usize> {
    let (mut round, mut curly, mut lines) = (0_i32, 0_i32, 1);
    for c in code.chars() {
        match c {
            '\n' => lines += 1,
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            '{' => curly += 1,
            '}' => curly -= 1,
            ';' if round == 0 && curly == 0 => return None,
            _ => {}
        }
        if c == '}' && curly == 0 && round == 0 {
            return Some(lines);
        }
    }
    None
}

/// Whether an attribute above the line makes its function a test.
fn is_test(lines: &[&str], line: usize) -> bool {
    let above = lines[..line].iter().rev().map(|line| line.trim());
    let attributes = above.take_while(|line| line.is_empty() || line.starts_with("#[") || line.ends_with(']'));
    attributes.filter(|line| line.starts_with("#[")).any(|line| line.contains("test]") || line.contains("test("))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
    code: Vec<u8>,
    strings: Vec<Literal>,
}

impl Reader<'_> {
    fn next(&mut self) {
        let rest = &self.text[self.at..];
        match rest[0] {
            b'/' if rest.starts_with(b"//") => {
                let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                self.blank(length);
            }
            b'/' if rest.starts_with(b"/*") => self.blank(block_comment(rest)),
            b'"' => self.string(1, plain_string(rest), 1),
            b'r' if !self.in_word() && raw_hashes(rest).is_some() => {
                let hashes = raw_hashes(rest).unwrap_or_default();
                self.string(hashes + 2, raw_string(rest, hashes), hashes + 1);
            }
            b'\'' => self.quote(rest.len()),
            _ => self.keep(1),
        }
    }

    /// Whether the byte before belongs to a word, so that an `r` here does not begin a raw string. `br"` and `cr"` do.
    fn in_word(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.text[at]);
        before.is_some_and(|byte| (byte.is_ascii_alphanumeric() || byte == b'_') && !matches!(byte, b'b' | b'c'))
    }

    /// A character literal or a lifetime.
    fn quote(&mut self, left: usize) {
        let rest = &self.text[self.at..];
        let literal = if rest.get(1) == Some(&b'\\') {
            rest[3.min(left)..].iter().position(|byte| *byte == b'\'').map(|at| at + 4)
        } else {
            let character = std::str::from_utf8(&rest[1..left.min(5)])
                .or_else(|error| std::str::from_utf8(&rest[1..=error.valid_up_to()]));
            let width = character.ok().and_then(|text| text.chars().next()).map_or(1, char::len_utf8);
            (rest.get(1 + width) == Some(&b'\'')).then_some(width + 2)
        };
        match literal {
            Some(length) => {
                self.keep(1);
                self.blank(length - 2);
                self.keep(1);
            }
            None => self.keep(1),
        }
    }

    /// A string of `length` bytes with its quotes kept and its inside blank.
    fn string(&mut self, opening: usize, length: usize, closing: usize) {
        let line = self.line;
        let line_start = self.code.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let before = String::from_utf8_lossy(&self.code[line_start..]).into_owned();
        let inside = length.saturating_sub(opening + closing);
        let at = self.at + opening.min(length);
        let text = &self.text[at..][..inside];
        self.strings.push(Literal { line, at, text: String::from_utf8_lossy(text).into_owned(), before });
        self.keep(opening.min(length));
        self.blank(inside);
        self.keep(length - opening.min(length) - inside);
    }

    fn keep(&mut self, length: usize) {
        self.take(length, |byte| byte);
    }

    fn blank(&mut self, length: usize) {
        self.take(length, |byte| if byte == b'\n' { b'\n' } else { b' ' });
    }

    fn take(&mut self, length: usize, shown: impl Fn(u8) -> u8) {
        for byte in &self.text[self.at..self.at + length] {
            self.line += usize::from(*byte == b'\n');
            self.code.push(shown(*byte));
        }
        self.at += length;
    }
}

fn block_comment(text: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn plain_string(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn raw_hashes(text: &[u8]) -> Option<usize> {
    let hashes = text[1..].iter().take_while(|byte| **byte == b'#').count();
    (text.get(1 + hashes) == Some(&b'"')).then_some(hashes)
}

fn raw_string(text: &[u8], hashes: usize) -> usize {
    let end = format!("\"{}", "#".repeat(hashes)).into_bytes();
    let inside = &text[hashes + 2..];
    let found = inside.windows(end.len()).position(|window| window == end);
    found.map_or(text.len(), |at| hashes + 2 + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_blank_and_lines_stay_lines() {
        let source =
            Source::read("a // fn x\n/* fn /* y */\n */ b(\"fn \\\" z\", r#\"q\"w\"#, '\"', '字', b'\\'', 'a) c");
        let code: Vec<&str> = source.code.lines().collect();
        assert_eq!(code[0].trim_end(), "a");
        assert_eq!(code[1].trim(), "");
        let kept: String = code[2].split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(kept, "b(\" \", r#\" \"#, ' ', ' ', b' ', 'a) c");
        let strings: Vec<(usize, &str)> = source.strings.iter().map(|it| (it.line, it.text.as_str())).collect();
        assert_eq!(strings, [(3, "fn \\\" z"), (3, "q\"w")]);
    }

    #[test]
    fn items_are_found_with_their_lines() {
        let source = Source::read(
            "pub struct Place;\nfn one(a: [u8; 2]) -> u8 {\n    \"}\";\n    2\n}\ntrait T { fn open(&self); }\n\n#[tokio::test]\n#[expect(\n    dead_code\n)]\nasync fn it_holds() { }",
        );
        let items: Vec<_> = source.items().into_iter().map(|it| (it.kind, it.name, it.line, it.lines)).collect();
        let expected = [
            ("struct", "Place", 1, None),
            ("fn", "one", 2, Some(4)),
            ("trait", "T", 6, None),
            ("fn", "open", 6, None),
            ("fn", "it_holds", 12, Some(1)),
        ];
        assert_eq!(items, expected);
    }

    #[test]
    fn lines_of_a_text_are_not_lines_of_a_function() {
        let source = Source::read("fn long() {\n    expect![[r#\"\n    one\n    two\n    \"#]];\n}");
        assert_eq!(source.items()[0].lines, Some(3));
    }

    #[test]
    fn a_test_is_known_by_the_attribute_above_it() {
        let source = Source::read(
            "#[test]\nfn a() {}\n\nfn b() {}\n#[tokio::test(start_paused = true)]\n/// Why.\nasync fn c() {}",
        );
        let tests: Vec<bool> = source.items().iter().map(|it| it.is_test).collect();
        assert_eq!(tests, [true, false, true]);
    }

    #[test]
    fn broken_sources_are_read_to_their_end() {
        for text in ["\"open", "r#\"open", "/* open", "'", "'\\", "b'", "r", "\"\\", "fn", "'字"] {
            assert_eq!(Source::read(text).code.lines().count(), 1, "{text}");
        }
    }
}
