//! What does one cell say, read as the kind of value that is wanted?
//!
//! Never resolves units or people: it hands on the name. Never rounds money.

use jiff::civil::Date;
use kernel::grid::Cell;
use kernel::problem::nearest;
use kernel::value::Month;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::quantity::{self, DayFault, Meaning, read_day, read_month, serial_day};
use crate::scan::{Scan, plain};
use crate::sheet::WantedKind;

/// The value of a cell, before names are looked up.
#[derive(Clone, Debug, PartialEq)]
pub enum RawValue {
    /// The cell is empty, or holds a dash for empty.
    Nothing,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A decimal.
    Decimal(Decimal),
    /// Money in 分.
    MoneyFen(i64),
    /// A percentage, 0 to 100.
    Percent(Decimal),
    /// A day.
    Day(Date),
    /// A month.
    Month(Month),
    /// Yes or no.
    YesNo(bool),
    /// The id of an item of the list.
    Choice(String),
    /// The name of a unit or a person, without blanks.
    Name(String),
}

/// Why a cell cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// The sentence for whoever keeps the sheet.
    pub sentence: String,
    /// What was probably meant.
    pub nearest: Option<String>,
}

impl CellFault {
    fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), nearest: None }
    }
}

/// Reads a cell. `default_year` completes days written without a year.
pub fn read_cell(cell: &Cell, kind: &WantedKind, default_year: Option<i16>) -> Result<RawValue, CellFault> {
    read_cell_in(cell, kind, default_year, None)
}

/// Reads a cell of a column whose header gives a unit: 万元 multiplies bare numbers, % leaves 0.65 as 0.65%.
pub fn read_cell_in(
    cell: &Cell,
    kind: &WantedKind,
    default_year: Option<i16>,
    unit: Option<&str>,
) -> Result<RawValue, CellFault> {
    if let Cell::Fault(code) = cell {
        return Err(CellFault::new(format!("单元格里是错误值{}", short(code))));
    }
    if is_nothing(cell, kind) {
        return Ok(RawValue::Nothing);
    }
    match kind {
        WantedKind::Text | WantedKind::LongText | WantedKind::Other => Ok(RawValue::Text(words(cell))),
        WantedKind::Whole => whole(cell),
        WantedKind::Decimal => decimal(cell).map(RawValue::Decimal),
        WantedKind::Money => money(cell, unit),
        WantedKind::Percent => percent(cell, unit),
        WantedKind::Day => day(cell, default_year),
        WantedKind::Month => month(cell, default_year),
        WantedKind::YesNo => yes_no(cell),
        WantedKind::Choice(items) => choice(cell, items),
        WantedKind::Unit | WantedKind::Person => Ok(RawValue::Name(joined(&words(cell)))),
    }
}

/// Empty, or a sign that people put for empty; a text field keeps such signs.
fn is_nothing(cell: &Cell, kind: &WantedKind) -> bool {
    let keeps = matches!(kind, WantedKind::Text | WantedKind::LongText | WantedKind::Other);
    match cell {
        Cell::Empty => true,
        Cell::Text(text) if text.trim().is_empty() => true,
        Cell::Text(text) if !keeps => {
            let sign = text.trim();
            let dashes = sign.chars().all(|c| matches!(plain(c), '-' | '—' | '–' | '/' | '\\' | '_'));
            dashes || (sign == "无" && *kind != WantedKind::YesNo && !is_item(kind, sign))
        }
        _ => false,
    }
}

fn is_item(kind: &WantedKind, name: &str) -> bool {
    matches!(kind, WantedKind::Choice(items) if items.iter().any(|(_, item)| item == name))
}

/// A cell as text.
fn words(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Fault(text) => text.trim().to_owned(),
        Cell::Number(number) => number.normalize().to_string(),
        Cell::Moment(moment) if moment.time() == jiff::civil::Time::midnight() => moment.date().to_string(),
        Cell::Moment(moment) => moment.to_string().replace('T', " "),
        Cell::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
    }
}

/// A name without the blanks that align two-character names: 张 三.
fn joined(name: &str) -> String {
    let chinese = name.chars().all(|c| !c.is_ascii_alphanumeric());
    if chinese { name.split_whitespace().collect() } else { name.split_whitespace().collect::<Vec<_>>().join(" ") }
}

/// The beginning of what was written, for a sentence.
fn short(text: &str) -> String {
    let mut chars = text.trim().chars();
    let head: String = chars.by_ref().take(20).collect();
    if chars.next().is_some() { head + "…" } else { head }
}

/// The quantity that a text consists of.
fn quantity_of(text: &str) -> Option<(Meaning, bool)> {
    if text.len() > 120 {
        return None;
    }
    let it = quantity::read_alone(&Scan::new(text))?;
    Some((it.meaning, it.exact))
}

fn decimal(cell: &Cell) -> Result<Decimal, CellFault> {
    match cell {
        Cell::Number(number) => Ok(number.normalize()),
        Cell::Text(text) => match quantity_of(text) {
            Some((_, false)) => Err(CellFault::new(format!("“{}”是约数，请写准确的数", short(text)))),
            Some((Meaning::Count { value, .. } | Meaning::Money(value), true)) => Ok(value.normalize()),
            Some((Meaning::Percent(_), true)) => {
                Err(CellFault::new(format!("“{}”是百分数，这里要一个数", short(text))))
            }
            _ => Err(CellFault::new(format!("“{}”不是数", short(text)))),
        },
        _ => Err(CellFault::new(format!("“{}”不是数", short(&words(cell))))),
    }
}

fn whole(cell: &Cell) -> Result<RawValue, CellFault> {
    let number = decimal(cell)?;
    if !number.fract().is_zero() {
        return Err(CellFault::new(format!("{number}不是整数")));
    }
    number.to_i64().map(RawValue::Whole).ok_or_else(|| CellFault::new("这个数太大"))
}

fn money(cell: &Cell, unit: Option<&str>) -> Result<RawValue, CellFault> {
    let scale = match unit {
        Some("千元") => 1_000,
        Some("万元") => 10_000,
        Some("亿元") => 100_000_000,
        _ => 1,
    };
    let yuan = match cell {
        Cell::Text(text) => match quantity_of(text) {
            Some((_, false)) => return Err(CellFault::new(format!("“{}”是约数，请写准确的金额", short(text)))),
            Some((Meaning::Money(value), true)) if text.contains('元') => Some(value),
            Some((Meaning::Money(value) | Meaning::Count { value, unit: None }, true)) => {
                let scaled = text.contains(['万', '亿', '千', '百']);
                value.checked_mul(Decimal::from(if scaled { 1 } else { scale }))
            }
            _ => return Err(CellFault::new(format!("“{}”不是金额", short(text)))),
        },
        Cell::Number(number) => number.checked_mul(Decimal::from(scale)),
        _ => return Err(CellFault::new(format!("“{}”不是金额", short(&words(cell))))),
    };
    let too_large = || CellFault::new("这个金额太大");
    let fen = yuan.and_then(|yuan| yuan.checked_mul(Decimal::ONE_HUNDRED)).ok_or_else(too_large)?;
    // Sheets keep numbers in binary: a trace of 0.0001分 is no amount.
    let rounded = fen.round();
    if (fen - rounded).abs() > Decimal::new(1, 4) {
        return Err(CellFault::new(format!("“{}”不足一分，金额只记到分", short(&words(cell)))));
    }
    rounded.to_i64().map(RawValue::MoneyFen).ok_or_else(too_large)
}

/// 65%, 65 and the 0.65 of a cell formatted as a percentage.
fn percent(cell: &Cell, unit: Option<&str>) -> Result<RawValue, CellFault> {
    let bare = match cell {
        Cell::Number(number) => *number,
        Cell::Text(text) => match quantity_of(text) {
            Some((_, false)) => return Err(CellFault::new(format!("“{}”是约数，请写准确的百分数", short(text)))),
            Some((Meaning::Percent(value), true)) => return Ok(RawValue::Percent(value.normalize())),
            Some((Meaning::Count { value, unit: None }, true)) => value,
            _ => return Err(CellFault::new(format!("“{}”不是百分数", short(text)))),
        },
        _ => return Err(CellFault::new(format!("“{}”不是百分数", short(&words(cell))))),
    };
    let size = bare.abs();
    if unit == Some("%") || size.is_zero() || size >= Decimal::TWO {
        return Ok(RawValue::Percent(bare.normalize()));
    }
    if size <= Decimal::ONE {
        return Ok(RawValue::Percent((bare * Decimal::ONE_HUNDRED).normalize()));
    }
    let bare = bare.normalize();
    let whole = (bare * Decimal::ONE_HUNDRED).normalize();
    Err(CellFault::new(format!("分不清“{bare}”是{bare}%还是{whole}%，请写上百分号")))
}

fn day_fault(cell: &Cell, fault: DayFault) -> CellFault {
    CellFault::new(format!("“{}”:{fault}", short(&words(cell))))
}

fn day(cell: &Cell, default_year: Option<i16>) -> Result<RawValue, CellFault> {
    let read = match cell {
        Cell::Moment(moment) => Ok(moment.date()),
        Cell::Text(text) => read_day(text, default_year),
        Cell::Number(number) => match serial_day(*number) {
            Some(day) => Ok(day),
            // 2020.1231 or 2020.12 typed as a number: its text tells more than its value.
            None => read_day(&number.normalize().to_string(), default_year),
        },
        _ => Err(DayFault::Unclear),
    };
    read.map(RawValue::Day).map_err(|fault| day_fault(cell, fault))
}

fn month(cell: &Cell, default_year: Option<i16>) -> Result<RawValue, CellFault> {
    let read = match cell {
        Cell::Moment(moment) => Ok(Month::of(moment.date())),
        Cell::Text(text) => read_month(text, default_year),
        Cell::Number(number) => month_of_number(*number, default_year),
        _ => Err(DayFault::Unclear),
    };
    read.map(RawValue::Month).map_err(|fault| match fault {
        DayFault::Unclear => CellFault::new(format!("“{}”：看不出是哪一月", short(&words(cell)))),
        fault => day_fault(cell, fault),
    })
}

/// 2020.12 typed as a number; 2020.1 may be October that lost its nought.
fn month_of_number(number: Decimal, default_year: Option<i16>) -> Result<Month, DayFault> {
    if let Some(day) = serial_day(number) {
        return Ok(Month::of(day));
    }
    let text = number.normalize().to_string();
    match text.split_once('.') {
        Some((_, "1")) => Err(DayFault::LostNought),
        _ => read_month(&text, default_year),
    }
}

fn yes_no(cell: &Cell) -> Result<RawValue, CellFault> {
    let text = match cell {
        Cell::YesNo(yes) => return Ok(RawValue::YesNo(*yes)),
        other => joined(&words(other)),
    };
    let plain: String = text.chars().map(plain).flat_map(char::to_lowercase).collect();
    match plain.as_str() {
        "是" | "√" | "✓" | "✔" | "☑" | "1" | "有" | "对" | "y" | "yes" | "true" | "t" | "v" | "已" => {
            Ok(RawValue::YesNo(true))
        }
        "否" | "×" | "✗" | "✘" | "☐" | "0" | "无" | "没有" | "错" | "不是" | "n" | "no" | "false" | "f" | "x"
        | "未" => Ok(RawValue::YesNo(false)),
        _ => Err(CellFault::new(format!("“{}”看不出是“是”还是“否”", short(&text)))),
    }
}

fn choice(cell: &Cell, items: &[(String, String)]) -> Result<RawValue, CellFault> {
    let text = words(cell);
    let same = |a: &str, b: &str| {
        a == b
            || a.chars()
                .map(plain)
                .filter(|c| !c.is_whitespace())
                .eq(b.chars().map(plain).filter(|c| !c.is_whitespace()))
    };
    let by_name = items.iter().find(|(_, name)| same(name, &text));
    if let Some((id, _)) = by_name.or_else(|| items.iter().find(|(id, _)| *id == text)) {
        return Ok(RawValue::Choice(id.clone()));
    }
    let nearest = nearest(&text, items.iter().map(|(_, name)| name.as_str())).map(str::to_owned);
    let sentence = match &nearest {
        Some(name) => format!("没有“{}”这个选项，是否为“{name}”？", short(&text)),
        None => format!("没有“{}”这个选项", short(&text)),
    };
    Err(CellFault { sentence, nearest })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    fn number(text: &str) -> Cell {
        Cell::Number(text.parse().expect("a decimal"))
    }

    fn streets() -> WantedKind {
        WantedKind::Choice(vec![("kuiling".to_owned(), "葵岭".to_owned()), ("haiwan".to_owned(), "海湾".to_owned())])
    }

    fn check(kind: &WantedKind, cells: &[Cell], expected: Expect) {
        let lines: Vec<String> = cells
            .iter()
            .map(|cell| match read_cell(cell, kind, Some(2020)) {
                Ok(value) => format!("{} → {value:?}", words(cell)),
                Err(fault) => format!("{} ✗ {}", words(cell), fault.sentence),
            })
            .collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn days_are_read_as_text_as_days_and_as_serial_numbers() {
        let typed = Cell::Moment(date(2020, 12, 31).at(8, 30, 0, 0));
        let cells = [
            text("2020年12月31日"),
            typed,
            number("44196"),
            number("20201231"),
            text("44196"),
            number("2020"),
            number("12"),
            text("2020年2月30日"),
            text("长期"),
            text("/"),
        ];
        check(
            &WantedKind::Day,
            &cells,
            expect![[r#"
                2020年12月31日 → Day(2020-12-31)
                2020-12-31 08:30:00 → Day(2020-12-31)
                44196 → Day(2020-12-31)
                20201231 → Day(2020-12-31)
                44196 → Day(2020-12-31)
                2020 ✗ “2020”:只写到年，请写明是哪一天
                12 ✗ “12”:看不出是哪一天
                2020年2月30日 ✗ “2020年2月30日”:没有这一天
                长期 ✗ “长期”:看不出是哪一天
                / → Nothing"#]],
        );
    }

    #[test]
    fn months_typed_as_numbers_may_have_lost_their_nought() {
        let cells = [
            text("2020年3月"),
            number("2020.12"),
            number("2020.1"),
            number("202003"),
            text("2020.1"),
            text("某月"),
            Cell::YesNo(true),
        ];
        check(
            &WantedKind::Month,
            &cells,
            expect![[r#"
                2020年3月 → Month(Month { year: 2020, month: 3 })
                2020.12 → Month(Month { year: 2020, month: 12 })
                2020.1 ✗ “2020.1”:分不清是1月还是10月，请写成“2020年10月”的样子
                202003 → Month(Month { year: 2020, month: 3 })
                2020.1 → Month(Month { year: 2020, month: 1 })
                某月 ✗ “某月”：看不出是哪一月
                是 ✗ “是”：看不出是哪一月"#]],
        );
    }

    #[test]
    fn percents_are_told_from_parts_of_one() {
        let cells = [
            number("0.65"),
            number("65"),
            text("65%"),
            text("0.65%"),
            text("百分之九十"),
            number("1"),
            number("1.2"),
            number("120"),
            number("0"),
            text("约90%"),
            text("多数"),
        ];
        check(
            &WantedKind::Percent,
            &cells,
            expect![[r#"
                0.65 → Percent(65)
                65 → Percent(65)
                65% → Percent(65)
                0.65% → Percent(0.65)
                百分之九十 → Percent(90)
                1 → Percent(100)
                1.2 ✗ 分不清“1.2”是1.2%还是120%，请写上百分号
                120 → Percent(120)
                0 → Percent(0)
                约90% ✗ “约90%”不是百分数
                多数 ✗ “多数”不是百分数"#]],
        );
        assert_eq!(
            read_cell_in(&number("0.65"), &WantedKind::Percent, None, Some("%")),
            Ok(RawValue::Percent(Decimal::new(65, 2)))
        );
    }

    #[test]
    fn money_knows_its_units_and_keeps_to_the_fen() {
        let cells = [
            text("1,234.56"),
            text("¥120"),
            text("1.2万元"),
            text("1.62亿元"),
            text("120元"),
            number("99.9"),
            number("1460.1600000001"),
            number("0.001"),
            text("近10万元"),
            text("五十元"),
            text("-3元"),
            text("51项"),
            number("99999999999999999999"),
        ];
        check(
            &WantedKind::Money,
            &cells,
            expect![[r#"
                1,234.56 → MoneyFen(123456)
                ¥120 → MoneyFen(12000)
                1.2万元 → MoneyFen(1200000)
                1.62亿元 → MoneyFen(16200000000)
                120元 → MoneyFen(12000)
                99.9 → MoneyFen(9990)
                1460.1600000001 → MoneyFen(146016)
                0.001 ✗ “0.001”不足一分，金额只记到分
                近10万元 ✗ “近10万元”不是金额
                五十元 → MoneyFen(5000)
                -3元 → MoneyFen(-300)
                51项 ✗ “51项”不是金额
                99999999999999999999 ✗ 这个金额太大"#]],
        );
        let in_column = |cell: &Cell| read_cell_in(cell, &WantedKind::Money, None, Some("万元"));
        assert_eq!(in_column(&number("1460.16")), Ok(RawValue::MoneyFen(1_460_160_000)));
        assert_eq!(in_column(&text("1460.16")), Ok(RawValue::MoneyFen(1_460_160_000)));
        assert_eq!(in_column(&text("300元")), Ok(RawValue::MoneyFen(30_000)));
        assert_eq!(in_column(&text("1.2万")), Ok(RawValue::MoneyFen(1_200_000)));
    }

    #[test]
    fn whole_numbers_and_decimals_are_read() {
        let cells = [
            number("51"),
            text("51项"),
            text("五十一"),
            text("1,234"),
            text("\u{ff15}\u{ff11}"),
            number("1.5"),
            text("三四个"),
            text("30余项"),
            text("-"),
            text("50%"),
            number("99999999999999999999"),
        ];
        check(
            &WantedKind::Whole,
            &cells,
            expect![[r#"
                51 → Whole(51)
                51项 → Whole(51)
                五十一 → Whole(51)
                1,234 → Whole(1234)
                ５１ → Whole(51)
                1.5 ✗ 1.5不是整数
                三四个 ✗ “三四个”不是数
                30余项 ✗ “30余项”是约数，请写准确的数
                - → Nothing
                50% ✗ “50%”是百分数，这里要一个数
                99999999999999999999 ✗ 这个数太大"#]],
        );
        check(
            &WantedKind::Decimal,
            &[number("1.50"), text("98.6"), text("1.2万")],
            expect![[r#"
            1.5 → Decimal(1.5)
            98.6 → Decimal(98.6)
            1.2万 → Decimal(12000)"#]],
        );
    }

    #[test]
    fn choices_yes_and_names_are_read() {
        check(
            &streets(),
            &[text("葵岭"), text("haiwan"), text("葵 岭"), text("葵领"), text("某处"), Cell::Empty],
            expect![[r#"
                葵岭 → Choice("kuiling")
                haiwan → Choice("haiwan")
                葵 岭 → Choice("kuiling")
                葵领 ✗ 没有“葵领”这个选项，是否为“葵岭”？
                某处 ✗ 没有“某处”这个选项
                 → Nothing"#]],
        );
        let marks = ["是", "√", "×", "1", "0", "无", "有", "Y", "也许"].map(text);
        check(
            &WantedKind::YesNo,
            &marks,
            expect![[r#"
            是 → YesNo(true)
            √ → YesNo(true)
            × → YesNo(false)
            1 → YesNo(true)
            0 → YesNo(false)
            无 → YesNo(false)
            有 → YesNo(true)
            Y → YesNo(true)
            也许 ✗ “也许”看不出是“是”还是“否”"#]],
        );
        check(
            &WantedKind::Person,
            &[text("张 三"), text("林书敏"), text("无"), text("John  Smith")],
            expect![[r#"
            张 三 → Name("张三")
            林书敏 → Name("林书敏")
            无 → Nothing
            John  Smith → Name("John Smith")"#]],
        );
        check(
            &WantedKind::Text,
            &[text("无"), number("12.50"), Cell::YesNo(true), Cell::Fault("#REF!".to_owned())],
            expect![[r#"
            无 → Text("无")
            12.5 → Text("12.5")
            是 → Text("是")
            #REF! ✗ 单元格里是错误值#REF!"#]],
        );
    }

    proptest! {
        #[test]
        fn no_cell_makes_it_panic(text in "\\PC{0,40}", mantissa in any::<i64>(), scale in 0_u32..20) {
            let kinds = [
                WantedKind::Text, WantedKind::LongText, WantedKind::Whole, WantedKind::Decimal, WantedKind::Money, WantedKind::Percent,
                WantedKind::Day, WantedKind::Month, WantedKind::YesNo, streets(), WantedKind::Unit, WantedKind::Person, WantedKind::Other,
            ];
            for cell in [Cell::Text(text), Cell::Number(Decimal::new(mantissa, scale)), Cell::Number(Decimal::MAX)] {
                for kind in &kinds {
                    let _ = read_cell_in(&cell, kind, None, Some("亿元"));
                    let _ = read_cell(&cell, kind, Some(2020));
                }
            }
        }

        #[test]
        fn every_whole_fen_is_read_back(fen in -1_000_000_000_000_i64..1_000_000_000_000) {
            let written = Decimal::new(fen, 2);
            prop_assert_eq!(read_cell(&Cell::Number(written), &WantedKind::Money, None), Ok(RawValue::MoneyFen(fen)));
            prop_assert_eq!(read_cell(&Cell::Text(format!("{written}元")), &WantedKind::Money, None), Ok(RawValue::MoneyFen(fen)));
        }
    }
}
