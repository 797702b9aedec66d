//! A text with live figures: `本季度办结【重点工作任务办结数】，同比【重点工作任务办结数：同比】。`
//!
//! Between 【 and 】 stands the name of a figure, and behind a colon what of it is wanted and of which unit. What stands
//! alone in its line may name several figures and becomes a table. Everything else is text.
//! Never knows which figures there are.

/// The most characters between the brackets.
const LONGEST: usize = 200;
/// The most live places of a text.
pub const MOST: usize = 300;

/// What is wanted of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// What it comes to.
    Value,
    /// What it came to in the period before.
    Before,
    /// What it came to in the same period of the year before.
    YearBefore,
    /// How it has changed since the period before.
    SinceBefore,
    /// How it has changed since the same period of the year before.
    SinceYearBefore,
    /// What is divided in a ratio.
    Numerator,
    /// By what it is divided.
    Denominator,
    /// A table: each unit directly below.
    Units,
    /// A table: each step of the period.
    Course,
    /// A table: each quarter of the period.
    Quarters,
    /// A table: each option of the field by which the figures are cut.
    Parts,
}

impl Aspect {
    /// All, with the words that mean them; the first is the one to write.
    pub const ALL: [(&'static [&'static str], Self); 10] = [
        (&["上期"], Self::Before),
        (&["上年同期", "去年同期", "上年"], Self::YearBefore),
        (&["环比"], Self::SinceBefore),
        (&["同比"], Self::SinceYearBefore),
        (&["分子"], Self::Numerator),
        (&["分母"], Self::Denominator),
        (&["各单位"], Self::Units),
        (&["各月", "逐月"], Self::Course),
        (&["各季度", "逐季"], Self::Quarters),
        (&["分项"], Self::Parts),
    ];

    /// What a word means.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(words, _)| words.contains(&word)).map(|(_, aspect)| aspect)
    }

    /// The word to write; nothing for the value itself.
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, it)| *it == self).map_or("", |(words, _)| words[0])
    }

    /// Is it a table?
    pub fn is_table(self) -> bool {
        matches!(self, Self::Units | Self::Course | Self::Quarters | Self::Parts)
    }
}

/// A place of a text in which a figure stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Live {
    /// As it is written, without the brackets.
    pub written: String,
    /// The figures: one, or several of a table.
    pub names: Vec<String>,
    /// What is wanted of them.
    pub aspect: Aspect,
    /// Of which unit, if not of the report's own.
    pub unit: Option<String>,
}

impl Live {
    fn read(written: &str) -> Self {
        let mut parts = written.split(['：', ':']).map(str::trim);
        let first = parts.next().unwrap_or_default();
        let mut live = Self { written: written.to_owned(), names: Vec::new(), aspect: Aspect::Value, unit: None };
        for part in parts.filter(|part| !part.is_empty()) {
            match Aspect::of(part) {
                Some(aspect) => live.aspect = aspect,
                None => live.unit = Some(part.to_owned()),
            }
        }
        live.names = match live.aspect.is_table() {
            true => first.split('、').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
            false => vec![first.to_owned()],
        };
        live
    }
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Words(String),
    /// A figure.
    Live(Live),
}

/// A line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Words and figures.
    Text(Vec<Piece>),
    /// A table of figures.
    Table(Live),
}

/// The lines of a text; empty ones are left out.
pub fn lines(text: &str) -> Vec<Line> {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| line_of(line.trim())).collect()
}

fn line_of(line: &str) -> Line {
    let mut pieces = pieces(line);
    match pieces.as_slice() {
        [Piece::Live(live)] if live.aspect.is_table() => match pieces.remove(0) {
            Piece::Live(live) => Line::Table(live),
            Piece::Words(_) => Line::Text(pieces),
        },
        _ => Line::Text(pieces),
    }
}

fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(open) = rest.find('【') {
        let inside = &rest[open + '【'.len_utf8()..];
        let Some(close) = inside.find('】') else { break };
        let written = inside[..close].trim();
        let is_one = !written.is_empty() && !written.contains('【') && written.chars().count() <= LONGEST;
        if is_one {
            push(&mut pieces, &rest[..open]);
            pieces.push(Piece::Live(Live::read(written)));
            rest = &inside[close + '】'.len_utf8()..];
        } else {
            // The first bracket is a mark like any other.
            let end = open + '【'.len_utf8();
            push(&mut pieces, &rest[..end]);
            rest = &rest[end..];
        }
    }
    push(&mut pieces, rest);
    pieces
}

fn push(pieces: &mut Vec<Piece>, words: &str) {
    match pieces.last_mut() {
        _ if words.is_empty() => {}
        Some(Piece::Words(before)) => before.push_str(words),
        _ => pieces.push(Piece::Words(words.to_owned())),
    }
}

/// The live places of lines, in their order.
pub fn places(lines: &[Line]) -> Vec<&Live> {
    let mut all = Vec::new();
    for line in lines {
        match line {
            Line::Table(live) => all.push(live),
            Line::Text(pieces) => all.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Live(live) => Some(live),
                Piece::Words(_) => None,
            })),
        }
    }
    all
}
