//! Which pieces of a calendar file are plain enough to be read? Lines, quotes and braces, before KDL looks at them.
//!
//! The KDL reader takes exponential time for nested `/-{`, and a stack frame for each fault it recovers from;
//! a file that a careless or hostile hand has spoilt must neither hang the program nor end it.
//! So a file is cut into pieces at its top level, and each piece is read by itself: one spoilt year spoils no other.
//! Never refuses what the file's grammar can use: one level of braces, quoted arguments, `//` comments.

/// A piece at the top level of a file: a year, or a line outside of years.
pub(super) struct Piece<'a> {
    /// The byte it begins at.
    pub(super) at: usize,
    /// Its text.
    pub(super) text: &'a str,
}

/// Something in the way of reading a piece.
pub(super) struct Slip {
    /// The byte it stands at.
    pub(super) at: usize,
    /// What is wrong.
    pub(super) sentence: &'static str,
    /// What to do.
    pub(super) hint: &'static str,
}

/// In bytes: two centuries of years fit in.
const LONGEST_TEXT: usize = 100_000;
/// A file with more slips than these is not a calendar.
const MOST_SLIPS: usize = 100;
/// In bytes: three times what a year with all its holidays needs.
const LONGEST_PIECE: usize = 3_000;
/// Properties mean nothing in a calendar; so many are reported each by its name.
const MOST_EQUALS: usize = 10;

/// What ends a line in KDL.
const LINE_ENDS: [char; 7] = ['\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}'];

/// The pieces that can be read, and what is wrong with the others.
pub(super) fn pieces(text: &str) -> (Vec<Piece<'_>>, Vec<Slip>) {
    if text.len() > LONGEST_TEXT {
        return (Vec::new(), vec![Slip { at: 0, sentence: "日历文件过大", hint: "一年一节，只写放假和补班日期" }]);
    }
    let mut cutter = Cutter {
        text,
        pieces: Vec::new(),
        slips: Vec::new(),
        start: 0,
        opened: Vec::new(),
        braces: 0,
        equals: 0,
        spoilt: false,
    };
    let mut at = 0;
    for line in text.split_inclusive(LINE_ENDS) {
        cutter.line(at, line);
        at += line.len();
        if cutter.slips.len() > MOST_SLIPS {
            return (Vec::new(), cutter.slips);
        }
    }
    cutter.close_unfinished(at);
    (cutter.pieces, cutter.slips)
}

/// Cuts a file into pieces, line by line.
struct Cutter<'a> {
    text: &'a str,
    pieces: Vec<Piece<'a>>,
    slips: Vec<Slip>,
    /// Where the piece begins.
    start: usize,
    /// Where its open braces stand.
    opened: Vec<usize>,
    /// How many braces it has opened.
    braces: usize,
    /// How many equals signs it has.
    equals: usize,
    /// Has it a slip?
    spoilt: bool,
}

impl Cutter<'_> {
    fn line(&mut self, at: usize, line: &str) {
        if line.trim_start().starts_with("year") {
            // A forgotten brace must not make all the following years a part of this one.
            self.close_unfinished(at);
        }
        let mut chars = line.char_indices().peekable();
        while let Some((place, c)) = chars.next() {
            if c == '"' {
                if pass_quoted(&mut chars) {
                    continue;
                }
                self.slip(at + place, "引号不成对", "日期和名称两边都用英文引号，写在同一行");
                break;
            }
            match c {
                '/' if line[place..].starts_with("//") => break,
                '=' if self.equals == MOST_EQUALS => {
                    self.slip(at + place, "日历文件里没有“属性=值”的写法", "直接写内容，例如 off \"清明\" \"04-05\"");
                }
                '=' => self.equals += 1,
                '(' | ')' | '/' | '#' | '\\' => self.slip(
                    at + place,
                    "这里不能有这个符号",
                    "注释用 //，名称和日期用英文引号；圆括号、斜杠、井号只能写在引号里",
                ),
                '{' => self.open(at + place),
                '}' => self.close(at + place),
                _ => {}
            }
        }
        if self.opened.is_empty() {
            self.end_piece(at + line.len());
        }
    }

    fn open(&mut self, at: usize) {
        if !self.opened.is_empty() {
            self.slip(at, "花括号里又有花括号", "只有 year 后面用一对花括号；检查上一年末尾是否漏了 }");
        } else if self.braces > 0 {
            self.slip(at, "一行里有两对花括号", "另一年另起一行");
        }
        self.opened.push(at);
        self.braces += 1;
    }

    fn close(&mut self, at: usize) {
        if self.opened.pop().is_none() {
            self.slip(at, "多了一个右花括号", "检查花括号是否成对");
        }
    }

    fn close_unfinished(&mut self, end: usize) {
        if let Some(open) = self.opened.first().copied() {
            self.slip(open, "花括号没有合上", "在这一年的末尾加右花括号 }");
            self.opened.clear();
            self.end_piece(end);
        }
    }

    /// One slip of a kind is enough for a piece; a spoilt one would repeat it a hundred times.
    fn slip(&mut self, at: usize, sentence: &'static str, hint: &'static str) {
        let said =
            self.slips.iter().rev().take_while(|slip| slip.at >= self.start).any(|slip| slip.sentence == sentence);
        self.spoilt = true;
        if !said {
            self.slips.push(Slip { at, sentence, hint });
        }
    }

    fn end_piece(&mut self, end: usize) {
        let text = &self.text[self.start..end];
        if text.len() > LONGEST_PIECE && !is_comment(text) {
            self.slip(self.start, "这一节太长", "一年一节，只写放假和补班日期");
        }
        if !self.spoilt && !text.trim().is_empty() && !is_comment(text) {
            self.pieces.push(Piece { at: self.start, text });
        }
        (self.start, self.braces, self.equals, self.spoilt) = (end, 0, 0, false);
    }
}

/// A line that is a comment from its beginning.
fn is_comment(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\u{3000}']).starts_with("//")
        && text.trim_end_matches(LINE_ENDS).find(LINE_ENDS).is_none()
}

/// Goes behind the closing quote; false if the line has none.
fn pass_quoted(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>) -> bool {
    while let Some((_, c)) = chars.next() {
        match c {
            '"' => return true,
            '\\' => {
                chars.next();
            }
            _ => {}
        }
    }
    false
}
