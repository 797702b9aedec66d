//! Which words does a formula consist of? Characters in, tokens out.
//!
//! Full-width and half-width signs are the same. A measure is written right behind its number (`30日`, `12.5万元`)
//! and is part of the token; so is a thousands comma (`1,000`), except among arguments, where it could be two numbers.
//! Never looks up a name.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Fault;
use super::expr::{Cmp, Measure};
use crate::value::Month;

/// How many characters a formula may have.
pub const LONGEST: usize = 4_000;
/// How many tokens a formula may have.
pub const MOST_TOKENS: usize = 1_000;

/// A token and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name, and whether it was written in 「」, so that it is surely a field.
    Name(Arc<str>, bool),
    Number(Decimal, Measure),
    Text(Arc<str>),
    Day(Date),
    Month(Month),
    Yes,
    No,
    All,
    And,
    Or,
    Not,
    OneOf,
    NoneOf,
    In,
    Period,
    Cmp(Cmp),
    Plus,
    Minus,
    Times,
    Over,
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    Dot,
}

/// All tokens, or everything that is wrong with the signs.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Vec<Fault>> {
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        let sentence = format!("算式太长：最多{LONGEST}个字");
        return Err(vec![Fault::new(at..text.len(), sentence).hint("请拆成几个字段或几个条件")]);
    }
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), faults: Vec::new(), brackets: Vec::new() };
    while lexer.tokens.len() <= MOST_TOKENS && lexer.faults.len() < 20 && lexer.step() {}
    if let Some(token) = lexer.tokens.get(MOST_TOKENS) {
        let sentence = format!("算式太长：最多{MOST_TOKENS}个词");
        lexer.faults.push(Fault::new(token.span.clone(), sentence).hint("请拆成几个字段或几个条件"));
    }
    if lexer.faults.is_empty() { Ok(lexer.tokens) } else { Err(lexer.faults) }
}

/// Would it, written bare, be read as just this name?
pub(super) fn is_plain_name(name: &str) -> bool {
    matches!(tokens(name).as_deref(), Ok([Token { kind: Kind::Name(read, false), .. }]) if &**read == name)
}

/// Would `1` with the unit behind it be read as one of that unit?
pub(super) fn is_plain_unit(unit: &str) -> bool {
    matches!(tokens(&format!("1{unit}")).as_deref(),
        Ok([Token { kind: Kind::Number(one, Measure::Unit(read)), .. }]) if *one == Decimal::ONE && &**read == unit)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    faults: Vec<Fault>,
    /// The brackets that are open: true if they hold arguments or items, which commas divide.
    brackets: Vec<bool>,
}

impl<'a> Lexer<'a> {
    /// Reads one token; false at the end.
    fn step(&mut self) -> bool {
        self.blanks();
        let Some(first) = self.peek() else { return false };
        let start = self.at;
        if digit(first).is_some() {
            self.number(start);
        } else if starts_name(first) {
            let mut name = self.name_run();
            if let Some(joint) = self.joint(name) {
                self.at = start + joint.len();
                name = joint;
            }
            self.push(start, word(name).unwrap_or_else(|| Kind::Name(name.into(), false)));
        } else {
            self.at += first.len_utf8();
            match first {
                '"' | '“' | '＂' => self.quoted(start, first),
                '「' => self.quoted_name(start),
                _ => self.sign(start, first),
            }
        }
        true
    }

    /// Behind a value no name can stand: `进度 = 100%且涉密` needs no blank.
    fn joint(&self, run: &'a str) -> Option<&'a str> {
        let behind_value = !matches!(
            self.tokens.last()?.kind,
            Kind::And
                | Kind::Or
                | Kind::Not
                | Kind::OneOf
                | Kind::NoneOf
                | Kind::In
                | Kind::Cmp(_)
                | Kind::Plus
                | Kind::Minus
                | Kind::Times
                | Kind::Over
                | Kind::Open
                | Kind::OpenList
                | Kind::Comma
                | Kind::Dot
        );
        let joints = ["且", "或", if run == "在期间" { "在" } else { "且" }];
        joints.into_iter().find_map(|it| run.get(..it.len()).filter(|head| behind_value && *head == it))
    }

    fn sign(&mut self, start: usize, first: char) {
        let second = self.peek();
        let kind = if let Some(kind) = second.and_then(|second| pair(first, second)) {
            self.at += second.map_or(0, char::len_utf8);
            kind
        } else if let Some(kind) = single(first) {
            kind
        } else {
            return self.stray(start, first);
        };
        match kind {
            Kind::Open => self.brackets.push(matches!(self.tokens.last(), Some(Token { kind: Kind::Name(..), .. }))),
            Kind::OpenList => self.brackets.push(true),
            Kind::Close | Kind::CloseList => drop(self.brackets.pop()),
            _ => {}
        }
        self.push(start, kind);
    }

    fn stray(&mut self, start: usize, sign: char) {
        let shown = if sign.is_control() { format!("U+{:04X}", u32::from(sign)) } else { sign.to_string() };
        let fault = Fault::new(start..self.at, format!("这里不能写“{shown}”"));
        self.faults.push(match sign {
            '!' | '！' => fault.hint("“不是”写成 非，“不等于”写成 ≠"),
            '&' => fault.hint("“并且”写成 且"),
            '|' => fault.hint("“或者”写成 或"),
            '\'' | '‘' | '’' | '”' => fault.hint("文本写在双引号里，例如 “已办结”"),
            '{' | '}' | '【' | '】' | '〔' | '〕' => fault.hint("清单写成 [甲, 乙]，括号写成 ( )"),
            '%' | '％' => fault.hint("百分号紧跟在数字后面，例如 80%"),
            _ => fault,
        });
    }

    /// `"…"` in which `""` stands for one quotation mark, or `“…”` in which pairs of `“”` may stand.
    fn quoted(&mut self, start: usize, opening: char) {
        let mut content = String::new();
        let mut open = 1;
        while let Some(it) = self.peek() {
            self.at += it.len_utf8();
            match (opening, it) {
                ('“', '“') => open += 1,
                ('“', '”') => open -= 1,
                ('"' | '＂', '"' | '＂') if self.peek() == Some(it) => self.at += it.len_utf8(),
                ('"' | '＂', '"' | '＂') => open -= 1,
                _ => {}
            }
            if open == 0 {
                return self.push(start, Kind::Text(content.into()));
            }
            content.push(it);
        }
        self.faults.push(Fault::new(start..self.at, "引号没有写完").hint("在文本后面补上引号"));
    }

    fn quoted_name(&mut self, start: usize) {
        let rest = &self.text[self.at..];
        match rest.split_once('」') {
            Some((name, _)) => {
                self.at += name.len() + '」'.len_utf8();
                self.push(start, Kind::Name(name.trim().into(), true));
            }
            None => {
                self.at = self.text.len();
                self.faults.push(Fault::new(start..self.at, "“「”没有写完").hint("在名称后面补上“」”"));
            }
        }
    }

    fn number(&mut self, start: usize) {
        let head = self.digits();
        if head.len() == 4 && self.calendar_day(start, &head) {
            return;
        }
        let mut digits = head;
        self.thousands(start, &mut digits);
        if matches!(self.peek(), Some('.' | '．')) && self.ahead(1).and_then(digit).is_some() {
            self.at += self.peek().map_or(0, char::len_utf8);
            digits.push('.');
            digits += &self.digits();
        }
        let Ok(number) = Decimal::from_str_exact(&digits) else {
            return self.faults.push(Fault::new(start..self.at, "数字太长").hint("最多28位"));
        };
        self.measured(start, number);
    }

    /// Reads `,000` behind one to three digits.
    fn thousands(&mut self, start: usize, digits: &mut String) {
        let mut groups = 0;
        while digits.len() - 3 * groups <= 3 && self.peek() == Some(',') && self.group_of_three() {
            self.at += 1;
            *digits += &self.digits();
            groups += 1;
        }
        if groups > 0 && self.brackets.last() == Some(&true) {
            let written = &self.text[start..self.at];
            let sentence = format!("“{written}”是一个数还是几个数？");
            let hint = format!("一个数请写成 {digits}，几个数请在逗号后空一格");
            self.faults.push(Fault::new(start..self.at, sentence).hint(hint));
        }
    }

    fn group_of_three(&self) -> bool {
        let is_digit = |nth| self.ahead(nth).and_then(digit).is_some();
        is_digit(1) && is_digit(2) && is_digit(3) && !is_digit(4)
    }

    /// Reads `2026-03-05`, `2026-03`, `2026年3月5日`, `2026年3月` behind the year; false if it is none of them.
    fn calendar_day(&mut self, start: usize, year: &str) -> bool {
        let after_year = self.at;
        let (month, day) = if self.take('年') {
            let month = self.digits();
            if !self.take('月') {
                return self.lonely_year(start, after_year, &month);
            }
            let after_month = self.at;
            let day = self.digits();
            let whole = !day.is_empty() && (self.take('日') || self.take('号'));
            if !whole {
                self.at = after_month;
            }
            (month, whole.then_some(day))
        } else if self.take('-') {
            let month = self.digits();
            let after_month = self.at;
            let day = if self.take('-') { self.digits() } else { String::new() };
            if day.is_empty() {
                self.at = after_month;
            }
            if month.is_empty() || month.len() > 2 || (day.is_empty() && month.len() != 2) {
                self.at = after_year;
                return false;
            }
            (month, Some(day).filter(|it| !it.is_empty()))
        } else {
            return false;
        };
        self.push_day(start, year, &month, day.as_deref());
        true
    }

    fn lonely_year(&mut self, start: usize, after_year: usize, month: &str) -> bool {
        if !month.is_empty() {
            self.at = after_year;
            return false;
        }
        let fault = Fault::new(start..self.at, "这里只写了年份");
        self.faults.push(fault.hint("写成 年(日期) = 2026，或者写全 2026年3月5日"));
        true
    }

    fn push_day(&mut self, start: usize, year: &str, month: &str, day: Option<&str>) {
        let number = |text: &str| text.parse::<i16>().unwrap_or(99);
        let small = |text: &str| i8::try_from(number(text)).unwrap_or(99);
        let date = Date::new(number(year), small(month), day.map_or(1, small)).ok().filter(|it| it.year() > 0);
        match (date, day) {
            (Some(date), Some(_)) => self.push(start, Kind::Day(date)),
            (Some(date), None) => self.push(start, Kind::Month(Month::of(date))),
            (None, _) => {
                let sentence = format!("没有“{}”这一天", &self.text[start..self.at]);
                self.faults.push(Fault::new(start..self.at, sentence).hint("例如 2026-03-05 或 2026年3月5日"));
            }
        }
    }

    /// Reads the measure behind a number; a unit that is not known has to follow without a blank.
    fn measured(&mut self, start: usize, number: Decimal) {
        let behind = self.at;
        self.blanks();
        if matches!(self.peek(), Some('%' | '％')) {
            self.at += self.peek().map_or(0, char::len_utf8);
            return self.push(start, Kind::Number(number, Measure::Percent));
        }
        let from = self.at;
        let run = self.name_run();
        let unit = &run[..run.find(['且', '或']).unwrap_or(run.len())];
        // In 9亿30日 the unit ends before the next number, in 9亿期间 before the next word.
        let ends = |at: usize, next: char| digit(next).is_some() || word(&unit[at..]).is_some();
        let unit = match unit.char_indices().nth(1) {
            Some((at, next)) if unit.starts_with(['万', '亿']) && ends(at, next) => &unit[..at],
            _ => unit,
        };
        let read = Some(unit).filter(|it| !it.is_empty() && word(it).is_none()).map(|it| read_unit(number, it));
        match read {
            Some(Some((number, measure))) if from == behind || !matches!(measure, Measure::Unit(_)) => {
                self.at = from + unit.len();
                if measure == Measure::Money && !number.fract().is_zero() {
                    let fault = Fault::new(start..self.at, "金额不能比一分更细");
                    return self.faults.push(fault.hint("最多写到分，例如 12.34元"));
                }
                self.push(start, Kind::Number(number, measure));
            }
            Some(None) => {
                self.at = from + unit.len();
                self.faults.push(Fault::new(start..self.at, "数字太大"));
            }
            _ => {
                self.at = behind;
                self.push(start, Kind::Number(number, Measure::Plain));
            }
        }
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some((it, read)) = self.peek().and_then(|it| Some((it, digit(it)?))) {
            digits.push(read);
            self.at += it.len_utf8();
        }
        digits
    }

    fn name_run(&mut self) -> &'a str {
        let text: &'a str = self.text;
        let rest = &text[self.at..];
        let goes_on = |(at, it): (usize, char)| !(starts_name(it) || at > 0 && (it.is_alphanumeric() || it == '·'));
        let end = rest.char_indices().find(|it| goes_on(*it)).map_or(rest.len(), |(at, _)| at);
        self.at += end;
        &rest[..end]
    }

    fn blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += if there { wanted.len_utf8() } else { 0 };
        there
    }

    fn peek(&self) -> Option<char> {
        self.ahead(0)
    }

    fn ahead(&self, nth: usize) -> Option<char> {
        self.text[self.at..].chars().nth(nth)
    }

    fn push(&mut self, start: usize, kind: Kind) {
        self.tokens.push(Token { kind, span: start..self.at });
    }
}

/// A measure, and the number in the unit that it keeps; nothing if that is too large.
fn read_unit(number: Decimal, unit: &str) -> Option<(Decimal, Measure)> {
    let (times, rest) = match unit.strip_prefix('万') {
        Some(rest) => (10_000, rest),
        None => unit.strip_prefix('亿').map_or((1, unit), |rest| (100_000_000, rest)),
    };
    let (per, measure) = match rest {
        "" => (1, Measure::Plain),
        "元" => (100, Measure::Money),
        "年" => (12, Measure::Months),
        _ => (1, Measure::named(rest)),
    };
    Some((number.checked_mul(Decimal::from(times * per as i64))?, measure))
}

/// A sign of two characters.
fn pair(first: char, second: char) -> Option<Kind> {
    Some(Kind::Cmp(match (first, second) {
        ('=' | '＝', '=' | '＝') => Cmp::Equal,
        ('!' | '！', '=' | '＝') | ('<' | '＜', '>' | '＞') => Cmp::Differs,
        ('<' | '＜', '=' | '＝') => Cmp::AtMost,
        ('>' | '＞', '=' | '＝') => Cmp::AtLeast,
        _ => return None,
    }))
}

/// A sign of one character.
fn single(sign: char) -> Option<Kind> {
    Some(match sign {
        '=' | '＝' => Kind::Cmp(Cmp::Equal),
        '≠' => Kind::Cmp(Cmp::Differs),
        '<' | '＜' => Kind::Cmp(Cmp::Less),
        '≤' | '≦' => Kind::Cmp(Cmp::AtMost),
        '>' | '＞' => Kind::Cmp(Cmp::More),
        '≥' | '≧' => Kind::Cmp(Cmp::AtLeast),
        '+' | '＋' => Kind::Plus,
        '-' | '－' | '−' => Kind::Minus,
        '*' | '＊' | '×' => Kind::Times,
        '/' | '／' | '÷' => Kind::Over,
        '(' | '（' => Kind::Open,
        ')' | '）' => Kind::Close,
        '[' | '［' => Kind::OpenList,
        ']' | '］' => Kind::CloseList,
        ',' | '，' | '、' | ':' | '：' => Kind::Comma,
        '.' | '．' => Kind::Dot,
        _ => return None,
    })
}

fn word(name: &str) -> Option<Kind> {
    Some(match name {
        "且" => Kind::And,
        "或" => Kind::Or,
        "非" => Kind::Not,
        "属于" => Kind::OneOf,
        "不属于" => Kind::NoneOf,
        "在" => Kind::In,
        "期间" => Kind::Period,
        "是" => Kind::Yes,
        "否" => Kind::No,
        "全部" => Kind::All,
        _ => return None,
    })
}

fn starts_name(it: char) -> bool {
    it.is_alphabetic() || it == '_'
}

/// The ASCII digit that a half-width or full-width digit means.
fn digit(it: char) -> Option<char> {
    match it {
        '0'..='9' => Some(it),
        '０'..='９' => char::from_digit(u32::from(it) - u32::from('０'), 10),
        _ => None,
    }
}
