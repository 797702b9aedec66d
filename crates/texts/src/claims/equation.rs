//! Sums written with signs: 38+5+8=51, (75.68%+88.40%)÷2=82.04%.
//!
//! Never reads a slogan such as 1+3+N for a sum: an equation has a number on its right.

use rust_decimal::Decimal;

use super::{Finding, Kind, rounds_to};
use crate::quantity::numeral;
use crate::scan::Scan;

/// Checks every equals sign.
pub(super) fn check(scan: &Scan) -> Vec<Finding> {
    (0..scan.len()).filter(|at| scan.at(*at) == '=').filter_map(|at| equation(scan, at)).collect()
}

/// One side of an equation as computed.
#[derive(Clone, Copy, Debug)]
struct Sum {
    value: Decimal,
    percent: bool,
    unit: Option<&'static str>,
    /// Units that do not go together, or rough numbers.
    mixed: bool,
    /// Was anything multiplied or divided?
    scaled: bool,
    terms: u32,
}

fn equation(scan: &Scan, equals: usize) -> Option<Finding> {
    let start = left_end(scan, equals);
    let mut left = Reader { scan, at: scan.skip_blanks(start), depth: 0 };
    let begin = left.at;
    let computed = left.sum()?;
    if scan.skip_blanks(left.at) != equals || computed.terms < 2 {
        return None;
    }
    let mut right = Reader { scan, at: scan.skip_blanks(equals + 1), depth: 0 };
    let from = right.at;
    let number = numeral::arabic(scan, from)?;
    let stated = right.operand()?;
    let behind = scan.skip_blanks(right.at);
    if matches!(scan.at(behind), '+' | '*' | '×' | '÷' | '/')
        || (scan.at(behind) == '-' && scan.at(behind + 1).is_ascii_digit())
    {
        return None;
    }
    let factor = if stated.percent { Decimal::ONE_HUNDRED } else { number.scale };
    let in_scale =
        if stated.percent { computed.value.checked_mul(factor)? } else { computed.value.checked_div(factor)? };
    let written = number.value.checked_div(number.scale)?;
    let close = computed.percent && !computed.scaled && {
        let step = Decimal::ONE.checked_div(Decimal::from(10_u64.checked_pow(number.decimals)?))?;
        (in_scale - written).abs() * Decimal::TWO <= step * Decimal::from(computed.terms)
    };
    let agrees = in_scale == written || close || (computed.scaled && rounds_to(in_scale, written, number.decimals));
    let mixed = computed.mixed
        || matches!((computed.unit, stated.unit), (Some(a), Some(b)) if a != b)
        || computed.percent != stated.percent && !computed.scaled;
    // “100-1=0” and “1+1=3” are mottoes.
    let motto = number.value.is_zero() || matches!(scan.before(begin), '“' | '"' | '「' | '‘');
    let kind = match (agrees, mixed || motto) {
        (true, _) => Kind::Agrees,
        (false, true) => Kind::CannotTell,
        (false, false) => Kind::Differs,
    };
    let digits = if computed.scaled { number.decimals.max(2) } else { in_scale.scale() };
    let unit = if stated.percent { "%".to_owned() } else { scan.text(number.end..right.at) };
    let word = if number.scale == Decimal::ONE { String::new() } else { scan.text(number.end - 1..number.end) };
    Some(Finding {
        span: scan.span(begin..right.at),
        claim: format!("算式“{}”", scan.text(begin..right.at)),
        expected: format!("{}{word}{unit}", in_scale.round_dp(digits).normalize()),
        found: scan.text(from..right.at),
        kind,
    })
}

/// Where the expression before an equals sign begins.
fn left_end(scan: &Scan, equals: usize) -> usize {
    let mut start = equals;
    let mut depth = 0_i32;
    while start > 0 {
        let c = scan.at(start - 1);
        let bracket = i32::from(c == ')') - i32::from(c == '(');
        let belongs = c.is_ascii_digit()
            || matches!(c, '+' | '-' | '*' | '×' | '÷' | '/' | '.' | ',' | '(' | ')' | '%' | ' ' | '万' | '亿' | '元')
            || (is_unit(c) && behind_is_sign(scan, start));
        if !belongs || depth + bracket < 0 || equals - start > 400 {
            break;
        }
        depth += bracket;
        start -= 1;
    }
    // A comma before the first number belongs to the sentence.
    while matches!(scan.at(start), ',' | ' ' | '元' | '万' | '亿' | ')' | '%' | '.') {
        start += 1;
    }
    start
}

fn is_unit(c: char) -> bool {
    "项个名人件次场户家条份篇期批类种处支张宗例".contains(c)
}

/// Does a sign of the equation follow a unit?
fn behind_is_sign(scan: &Scan, index: usize) -> bool {
    let behind = scan.skip_blanks(index);
    matches!(scan.at(behind), '+' | '-' | '*' | '×' | '÷' | '/' | '=' | ')') || is_unit(scan.at(behind))
}

/// Reads an expression: products of operands, added up.
struct Reader<'s> {
    scan: &'s Scan,
    at: usize,
    depth: u32,
}

impl Reader<'_> {
    fn sign(&mut self, signs: &[char]) -> Option<char> {
        let at = self.scan.skip_blanks(self.at);
        let sign = self.scan.at(at);
        signs.contains(&sign).then(|| {
            self.at = self.scan.skip_blanks(at + 1);
            sign
        })
    }

    fn sum(&mut self) -> Option<Sum> {
        let mut sum = self.product()?;
        while let Some(sign) = self.sign(&['+', '-']) {
            let next = self.product()?;
            sum.value =
                if sign == '+' { sum.value.checked_add(next.value)? } else { sum.value.checked_sub(next.value)? };
            sum.mixed |= next.mixed || sum.unit != next.unit || sum.percent != next.percent;
            sum.scaled |= next.scaled;
            sum.terms += next.terms;
        }
        Some(sum)
    }

    fn product(&mut self) -> Option<Sum> {
        let mut product = self.operand()?;
        while let Some(sign) = self.sign(&['*', '×', '÷', '/']) {
            let next = self.operand()?;
            let divides = matches!(sign, '÷' | '/');
            product.value =
                if divides { product.value.checked_div(next.value)? } else { product.value.checked_mul(next.value)? };
            product.unit = if divides && product.unit == next.unit { None } else { product.unit.or(next.unit) };
            product.percent |= next.percent;
            product.mixed |= next.mixed;
            product.scaled = true;
            product.terms += next.terms;
        }
        Some(product)
    }

    fn operand(&mut self) -> Option<Sum> {
        if self.scan.at(self.at) == '(' {
            self.depth += 1;
            if self.depth > 20 {
                return None;
            }
            self.at = self.scan.skip_blanks(self.at + 1);
            let inside = self.sum()?;
            self.depth -= 1;
            return self.sign(&[')']).map(|_| inside);
        }
        let number = numeral::arabic(self.scan, self.at)?;
        self.at = number.end;
        let unit = crate::quantity::unit_at(self.scan, self.at);
        self.at = unit.map_or(self.at, |(_, end)| end);
        let percent = unit.is_some_and(|(unit, _)| unit == "%");
        let value = if percent { number.value.checked_div(Decimal::ONE_HUNDRED)? } else { number.value };
        let unit = unit.map(|(unit, _)| unit).filter(|unit| *unit != "%");
        Some(Sum { value, percent, unit, mixed: false, scaled: false, terms: 1 })
    }
}
