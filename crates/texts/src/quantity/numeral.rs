//! How is a number written? Arabic with 万 and 亿, or Chinese numerals.
//!
//! Never rounds: what does not fit exactly is no number.

use rust_decimal::Decimal;

use crate::scan::Scan;

/// A number as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Numeral {
    /// What it comes to.
    pub(crate) value: Decimal,
    /// The factor written behind it (万 is 10000), 1 without.
    pub(crate) scale: Decimal,
    /// Digits written behind the point.
    pub(crate) decimals: u32,
    /// The index behind the last character.
    pub(crate) end: usize,
}

/// The longest number of digits that is still taken for a number.
const LONGEST: usize = 18;

/// An Arabic number such as `1,234.5`, `1.2万`, `1亿2000万`.
pub(crate) fn arabic(scan: &Scan, start: usize) -> Option<Numeral> {
    let first = plain_digits(scan, start)?;
    let (scale, end) = scale_at(scan, first.end);
    let mut value = first.value.checked_mul(scale)?;
    let (mut end, mut smallest) = (end, scale);
    while smallest > Decimal::ONE && scan.at(end).is_ascii_digit() {
        let Some(next) = plain_digits(scan, end) else { break };
        let (factor, after) = scale_at(scan, next.end);
        if factor >= smallest || next.value >= smallest || (factor == Decimal::ONE && next.end - end < 4) {
            break;
        }
        value = value.checked_add(next.value.checked_mul(factor)?)?;
        (end, smallest) = (after, factor);
    }
    let scale = if smallest == scale { scale } else { Decimal::ONE };
    Some(Numeral { value, scale, decimals: first.decimals, end })
}

/// Digits with thousands separators and a point, without 万 or 亿.
pub(crate) fn plain_digits(scan: &Scan, start: usize) -> Option<Numeral> {
    let mut written = String::new();
    let mut at = digits(scan, start, &mut written)?;
    if written.len() <= 3 {
        while scan.at(at) == ',' && is_group(scan, at + 1) {
            at = digits(scan, at + 1, &mut written)?;
        }
    }
    let whole = written.len();
    let mut decimals = 0;
    if scan.at(at) == '.' && scan.at(at + 1).is_ascii_digit() {
        written.push('.');
        let end = digits(scan, at + 1, &mut written)?;
        decimals = end - at - 1;
        at = end;
        if scan.at(at) == '.' && scan.at(at + 1).is_ascii_digit() {
            return None;
        }
    }
    if whole > LONGEST || decimals > 8 {
        return None;
    }
    let value = Decimal::from_str_exact(&written).ok()?;
    Some(Numeral { value, scale: Decimal::ONE, decimals: u32::try_from(decimals).ok()?, end: at })
}

fn digits(scan: &Scan, start: usize, written: &mut String) -> Option<usize> {
    let mut at = start;
    while scan.at(at).is_ascii_digit() {
        written.push(scan.at(at));
        at += 1;
    }
    (at > start).then_some(at)
}

/// Exactly three digits, as behind a thousands separator.
fn is_group(scan: &Scan, start: usize) -> bool {
    (0..3).all(|step| scan.at(start + step).is_ascii_digit()) && !scan.at(start + 3).is_ascii_digit()
}

/// 百 千 万 亿 behind a number, but not the 千 of 千米 nor the 百 of 百分点.
fn scale_at(scan: &Scan, start: usize) -> (Decimal, usize) {
    let mut at = start;
    let mut scale = Decimal::ONE;
    for (sign, factor, not_before) in
        [('百', 100, "分"), ('千', 1_000, "米克瓦"), ('万', 10_000, ""), ('亿', 100_000_000, "")]
    {
        if scan.at(at) == sign && !not_before.contains(scan.at(at + 1)) {
            scale *= Decimal::from(factor);
            at += 1;
        }
    }
    (scale, at)
}

/// A number in Chinese numerals such as 五十一, 两千三百四十六, 二〇二〇, 三点五.
pub(crate) fn chinese(scan: &Scan, start: usize) -> Option<Numeral> {
    let mut end = start;
    while sign(scan.at(end)).is_some() {
        end += 1;
        if end - start > 24 {
            return None;
        }
    }
    if end == start {
        return None;
    }
    let signs: Vec<Sign> = (start..end).filter_map(|index| sign(scan.at(index))).collect();
    let whole = if signs.len() > 1 && signs.iter().all(|sign| matches!(sign, Sign::Digit(_))) {
        one_by_one(&signs)?
    } else {
        composed(&signs)?
    };
    let mut value = Decimal::from(whole);
    let mut decimals = 0;
    if scan.at(end) == '点' {
        let mut at = end + 1;
        let mut part = Decimal::ONE;
        while let (Some(Sign::Digit(digit)), true) = (sign(scan.at(at)), decimals < 8) {
            part = part.checked_div(Decimal::TEN)?;
            value = value.checked_add(part.checked_mul(Decimal::from(digit))?)?;
            decimals += 1;
            at += 1;
        }
        end = if decimals > 0 { at } else { end };
    }
    Some(Numeral { value, scale: Decimal::ONE, decimals, end })
}

/// One sign of a Chinese numeral.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Digit(i64),
    Power(i64),
}

fn sign(c: char) -> Option<Sign> {
    Some(match c {
        '零' | '〇' | '○' => Sign::Digit(0),
        '一' | '壹' => Sign::Digit(1),
        '二' | '两' | '贰' => Sign::Digit(2),
        '三' | '叁' => Sign::Digit(3),
        '四' | '肆' => Sign::Digit(4),
        '五' | '伍' => Sign::Digit(5),
        '六' | '陆' => Sign::Digit(6),
        '七' | '柒' => Sign::Digit(7),
        '八' | '捌' => Sign::Digit(8),
        '九' | '玖' => Sign::Digit(9),
        '十' | '拾' => Sign::Power(10),
        '百' | '佰' => Sign::Power(100),
        '千' | '仟' => Sign::Power(1_000),
        '万' => Sign::Power(10_000),
        '亿' => Sign::Power(100_000_000),
        _ => return None,
    })
}

/// Is this a sign of a Chinese numeral?
pub(crate) fn is_chinese(c: char) -> bool {
    sign(c).is_some()
}

/// 二〇二〇: digits that stand one by one, as in years. 二三 alone is “two or three” and no number.
fn one_by_one(signs: &[Sign]) -> Option<i64> {
    if signs.len() != 4 {
        return None;
    }
    Some(signs.iter().fold(0, |sum, sign| match sign {
        Sign::Digit(digit) => sum * 10 + digit,
        Sign::Power(_) => sum,
    }))
}

/// 两千三百四十六: digits with their powers, falling inside each 万.
fn composed(signs: &[Sign]) -> Option<i64> {
    let (mut total, mut section, mut digit) = (0_i64, 0_i64, None);
    let mut last_power = i64::MAX;
    for (index, sign) in signs.iter().enumerate() {
        match *sign {
            Sign::Digit(0) if digit.is_none() && (index > 0 || signs.len() == 1) => {}
            Sign::Digit(value) if digit.is_none() => digit = Some(value),
            Sign::Digit(_) => return None,
            Sign::Power(power @ ..10_000) => {
                let value = digit.take().or((power == 10 && section == 0).then_some(1))?;
                if section != 0 && power >= last_power {
                    return None;
                }
                section += value * power;
                last_power = power;
            }
            Sign::Power(power) => {
                let value = section + digit.take().unwrap_or(0);
                let sum = if power > 10_000 { total.checked_add(value)? } else { value };
                if sum == 0 || (power == 10_000 && total != 0 && total < 100_000_000) {
                    return None;
                }
                let raised = sum.checked_mul(power)?;
                total = if power > 10_000 { raised } else { total.checked_add(raised)? };
                (section, last_power) = (0, power);
            }
        }
    }
    let colloquial = match (signs.len() > 1).then(|| signs[signs.len() - 2]) {
        Some(Sign::Power(power)) if power > 10 => power / 10,
        _ => 1,
    };
    total.checked_add(section)?.checked_add(digit.unwrap_or(0).checked_mul(colloquial)?)
}
