//! How do the words of a formula hang together? Tokens in, a raw tree out: shape, no types.
//!
//! From loose to tight: 或 · 且 · 非 · comparison, 属于, 在 期间 · + − · × ÷ · minus sign.
//! Stops at the first thing out of place: what follows would only be guessed.
//! Never goes deeper than [`DEEPEST`], whatever is typed.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Fault;
use super::expr::{Cmp, DEEPEST, Measure};
use super::lexer::{Kind, Token, tokens};
use crate::value::Month;

/// A part of the raw tree.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) is: Shape,
    pub(super) span: Range<usize>,
    depth: usize,
}

/// A name as written.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: Arc<str>,
    /// Written in 「」, so it is no option.
    pub(super) surely_field: bool,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    Name(Name),
    /// 节点.权重
    Path(Name, Name),
    Number(Decimal, Measure),
    Text(Arc<str>),
    Day(Date),
    Month(Month),
    YesNo(bool),
    All,
    Call(Name, Vec<Raw>),
    List(Vec<Raw>),
    And(Vec<Raw>),
    Or(Vec<Raw>),
    Not(Box<Raw>),
    Minus(Box<Raw>),
    Compare(Cmp, Box<Raw>, Box<Raw>),
    OneOf(Box<Raw>, Box<Raw>, bool),
    InPeriod(Box<Raw>),
    Arith(Sign, Box<Raw>, Box<Raw>),
}

/// One of the four signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
    Times,
    Over,
}

/// Reads a whole formula.
pub(super) fn parse(text: &str) -> Result<Raw, Vec<Fault>> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(vec![Fault::new(0..text.len(), "算式是空的").hint("例如 进度 = 100%；不加条件写 全部")]);
    }
    let mut parser = Parser { tokens: &tokens, at: 0, end: text.trim_end().len(), nesting: 0 };
    let raw = parser.either().map_err(|fault| vec![fault])?;
    match parser.peek() {
        None => Ok(raw),
        Some(_) => Err(vec![parser.left_over()]),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Where the text ends.
    end: usize,
    nesting: usize,
}

type Parsed = Result<Raw, Fault>;

impl Parser<'_> {
    /// a 或 b 或 c
    fn either(&mut self) -> Parsed {
        self.deeper(|it| it.joined(&Kind::Or, Self::both, Shape::Or))
    }

    /// a 且 b 且 c
    fn both(&mut self) -> Parsed {
        self.joined(&Kind::And, Self::negation, Shape::And)
    }

    fn joined(&mut self, by: &Kind, part: fn(&mut Self) -> Parsed, into: fn(Vec<Raw>) -> Shape) -> Parsed {
        let first = part(self)?;
        if self.peek() != Some(by) {
            return Ok(first);
        }
        let (start, mut depth, mut all) = (first.span.start, first.depth, vec![first]);
        while self.take(by) {
            let next = part(self)?;
            depth = depth.max(next.depth);
            all.push(next);
        }
        let span = start..self.last_end();
        self.node(into(all), span, depth)
    }

    fn negation(&mut self) -> Parsed {
        let start = self.here().start;
        if !self.take(&Kind::Not) {
            return self.comparison();
        }
        let inner = self.deeper(Self::negation)?;
        let (span, depth) = (start..inner.span.end, inner.depth);
        self.node(Shape::Not(Box::new(inner)), span, depth)
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.sum()?;
        let (start, mut depth) = (left.span.start, left.depth);
        let left = Box::new(left);
        let shape = match self.peek() {
            Some(Kind::Cmp(cmp)) => {
                let cmp = *cmp;
                self.at += 1;
                let right = self.sum()?;
                depth = depth.max(right.depth);
                Shape::Compare(cmp, left, Box::new(right))
            }
            Some(kind @ (Kind::OneOf | Kind::NoneOf)) => {
                let negated = *kind == Kind::NoneOf;
                self.at += 1;
                let right = self.sum()?;
                depth = depth.max(right.depth);
                Shape::OneOf(left, Box::new(right), negated)
            }
            Some(Kind::In) => {
                self.at += 1;
                if !self.take(&Kind::Period) {
                    return Err(self
                        .unexpected("“在”后面要写 期间")
                        .hint("例如 完成时限 在 期间；在几个值之中用 属于 [甲, 乙]"));
                }
                Shape::InPeriod(left)
            }
            _ => return Ok(*left),
        };
        if let Some(Kind::Cmp(_)) = self.peek() {
            return Err(
                Fault::new(self.here(), "比较不能连着写").hint("用 且 分成两段，例如 60% <= 进度 且 进度 < 80%")
            );
        }
        let span = start..self.last_end();
        self.node(shape, span, depth)
    }

    fn sum(&mut self) -> Parsed {
        self.chained(Self::product, |kind| match kind {
            Kind::Plus => Some(Sign::Plus),
            Kind::Minus => Some(Sign::Minus),
            _ => None,
        })
    }

    fn product(&mut self) -> Parsed {
        self.chained(Self::signed, |kind| match kind {
            Kind::Times => Some(Sign::Times),
            Kind::Over => Some(Sign::Over),
            _ => None,
        })
    }

    fn chained(&mut self, part: fn(&mut Self) -> Parsed, sign: fn(&Kind) -> Option<Sign>) -> Parsed {
        let mut left = part(self)?;
        while let Some(sign) = self.peek().and_then(sign) {
            self.at += 1;
            let right = part(self)?;
            let (span, depth) = (left.span.start..right.span.end, left.depth.max(right.depth));
            left = self.node(Shape::Arith(sign, Box::new(left), Box::new(right)), span, depth)?;
        }
        Ok(left)
    }

    fn signed(&mut self) -> Parsed {
        let start = self.here().start;
        if !self.take(&Kind::Minus) {
            return self.atom();
        }
        let inner = self.deeper(Self::signed)?;
        let (span, depth) = (start..inner.span.end, inner.depth);
        self.node(Shape::Minus(Box::new(inner)), span, depth)
    }

    fn atom(&mut self) -> Parsed {
        let Some(token) = self.tokens.get(self.at) else {
            return Err(Fault::new(self.here(), "算式没有写完").hint("后面还要写一个字段、数字或文本"));
        };
        let span = token.span.clone();
        self.at += 1;
        let shape = match &token.kind {
            Kind::Name(text, surely_field) => {
                return self.named(Name { text: text.clone(), surely_field: *surely_field, span });
            }
            Kind::Number(number, measure) => Shape::Number(*number, measure.clone()),
            Kind::Text(text) => Shape::Text(text.clone()),
            Kind::Day(day) => Shape::Day(*day),
            Kind::Month(month) => Shape::Month(*month),
            Kind::Yes => Shape::YesNo(true),
            Kind::No => Shape::YesNo(false),
            Kind::All => Shape::All,
            Kind::Open => {
                let mut inner = self.either()?;
                self.close(&Kind::Close, "括号没有写完", "在这里补上 )")?;
                inner.span = span.start..self.last_end();
                return Ok(inner);
            }
            Kind::OpenList => {
                let (items, depth) = self.items(&Kind::CloseList, "清单没有写完", "在这里补上 ]")?;
                let span = span.start..self.last_end();
                return self.node(Shape::List(items), span, depth);
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected("这里少了一个字段、数字或文本"));
            }
        };
        self.node(shape, span, 0)
    }

    /// A field, a column of a child, or a call.
    fn named(&mut self, name: Name) -> Parsed {
        let start = name.span.start;
        if self.take(&Kind::Dot) {
            let Some(Token { kind: Kind::Name(text, surely_field), span }) = self.tokens.get(self.at) else {
                return Err(self.unexpected("“.”后面要写子表里的字段").hint("例如 合计(节点.权重)"));
            };
            let column = Name { text: text.clone(), surely_field: *surely_field, span: span.clone() };
            self.at += 1;
            return self.node(Shape::Path(name, column), start..self.last_end(), 0);
        }
        if !name.surely_field && self.take(&Kind::Open) {
            let (items, depth) = self.items(&Kind::Close, "括号没有写完", "在这里补上 )")?;
            let span = start..self.last_end();
            return self.node(Shape::Call(name, items), span, depth);
        }
        let span = name.span.clone();
        self.node(Shape::Name(name), span, 0)
    }

    fn items(&mut self, until: &Kind, sentence: &str, hint: &str) -> Result<(Vec<Raw>, usize), Fault> {
        let mut items: Vec<Raw> = Vec::new();
        if self.take(until) {
            return Ok((items, 0));
        }
        loop {
            items.push(self.either()?);
            if !self.take(&Kind::Comma) {
                break;
            }
        }
        self.close(until, sentence, hint)?;
        let depth = items.iter().map(|it| it.depth).max().unwrap_or(0);
        Ok((items, depth))
    }

    fn close(&mut self, wanted: &Kind, sentence: &str, hint: &str) -> Result<(), Fault> {
        if self.take(wanted) {
            return Ok(());
        }
        match self.peek() {
            None => Err(Fault::new(self.here(), sentence).hint(hint)),
            Some(_) => Err(self.left_over()),
        }
    }

    fn node(&self, is: Shape, span: Range<usize>, below: usize) -> Parsed {
        if below >= DEEPEST {
            return Err(too_deep(span));
        }
        Ok(Raw { is, span, depth: below + 1 })
    }

    fn deeper(&mut self, part: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.nesting >= DEEPEST {
            return Err(too_deep(self.here()));
        }
        self.nesting += 1;
        let parsed = part(self);
        self.nesting -= 1;
        parsed
    }

    fn left_over(&self) -> Fault {
        let hint = match self.peek() {
            Some(Kind::Close) => "多了一个 )",
            Some(Kind::CloseList) => "多了一个 ]",
            Some(Kind::Name(name, _)) if matches!(&**name, "并且" | "而且" | "同时" | "和" | "and" | "AND") => {
                "写成 且"
            }
            Some(Kind::Name(name, _)) if matches!(&**name, "或者" | "or" | "OR") => "写成 或",
            Some(Kind::Name(name, _)) if matches!(&**name, "为空" | "非空" | "不为空") => {
                "写成 为空(字段) 或 非 为空(字段)"
            }
            Some(Kind::Name(name, _)) if &**name == "不在" => "写成 非 (… 在 期间)",
            Some(Kind::Comma) => "并列的条件用 且 或 或 连接",
            _ => "是不是少写了 且、或？它们前后要空格",
        };
        self.unexpected("这里多了内容").hint(hint)
    }

    fn unexpected(&self, sentence: &str) -> Fault {
        Fault::new(self.here(), sentence)
    }

    /// Where the next token stands, or the end.
    fn here(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |it| it.span.clone())
    }

    fn last_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|it| self.tokens.get(it)).map_or(0, |it| it.span.end)
    }

    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|it| &it.kind)
    }

    fn take(&mut self, wanted: &Kind) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }
}

fn too_deep(span: Range<usize>) -> Fault {
    Fault::new(span, format!("算式套得太深：最多{DEEPEST}层")).hint("请拆成几个字段或几个条件")
}
