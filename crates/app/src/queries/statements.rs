//! What does somebody's own workbook say about accounts? Sheets, rows and columns found by their names, cells as amounts.
//!
//! Never half a workbook: whatever is missing, is no number or does not add up is told, all of it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::catalog::{FieldType, Mechanism};
use kernel::grid::{Cell, Grid};
use kernel::ids::{FieldId, MechanismId, UnitId};
use kernel::kinds::ledger::workbook::{Column, Says, Sheet, Workbook};
use kernel::kinds::ledger::{Account, Counted};
use kernel::value::{Facts, Value};
use kernel::{facts, roster};
use rust_decimal::Decimal;
use texts::cell::{RawValue, read_cell_in};
use texts::sheet::WantedKind;

use crate::ctx::Ctx;
use crate::queries::intake::letter;

/// What a cell says: an account comes to so much on a day.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The sheet and the cell: `财政拨款支出!B5`.
    pub at: String,
    /// The row and the column, as the definition calls them.
    pub label: String,
    /// As it is written.
    pub written: String,
    /// The ledger.
    pub ledger: MechanismId,
    /// What tells the account from others: the field and its value.
    pub key: (FieldId, String),
    /// The facts of the account.
    pub facts: Facts,
    /// What of it.
    pub reading: Counted,
    /// The movements that lead up and down to it.
    pub ways: (String, Option<String>),
    /// How much, in millionths.
    pub amount: i64,
    /// At the end of which day.
    pub on: Date,
}

/// What a workbook says, and what a person should know besides.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    /// What its cells say, in their order.
    pub all: Vec<Stated>,
    /// Sums that are right but for rounding, rows that are not read.
    pub notes: Vec<String>,
}

/// Whose workbook it is.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// The unit.
    pub unit: UnitId,
    /// The year.
    pub year: i16,
}

/// Reads a workbook as a definition declares it, or tells everything that is wrong with it.
pub fn read(
    ctx: &Ctx,
    home: &Mechanism,
    workbook: &Workbook,
    grids: &[Grid],
    whose: Whose,
) -> Result<Statements, Vec<String>> {
    let mut reading = Reading { ctx, home, whose, faults: Vec::new(), found: Statements::default() };
    for sheet in &workbook.sheets {
        match grids.iter().find(|grid| plain(&grid.name) == plain(&sheet.name)) {
            Some(grid) => reading.sheet(sheet, grid),
            None => {
                let known: Vec<String> = grids.iter().map(|grid| format!("“{}”", grid.name)).collect();
                reading.faults.push(format!("文件里没有“{}”这张表，只有{}。", sheet.name, known.join("、")));
            }
        }
    }
    reading.agree();
    if reading.faults.is_empty() { Ok(reading.found) } else { Err(reading.faults) }
}

/// A label without blanks, with the brackets of one kind.
fn plain(label: &str) -> String {
    let signs = label.chars().filter(|sign| !sign.is_whitespace());
    signs
        .map(|sign| match sign {
            '（' => '(',
            ':' => '：',
            '）' => ')',
            '“' | '”' | '"' => '“',
            other => other,
        })
        .collect()
}

/// A row's label without the number before it: `一、基本支出`, `（一）基本支出`, `1.基本支出`.
fn unnumbered(label: &str) -> String {
    let label = plain(label);
    let bare = label.trim_start_matches('(');
    let rest = bare.trim_start_matches(|sign: char| "一二三四五六七八九十".contains(sign) || sign.is_ascii_digit());
    match rest.strip_prefix(['、', '.', '．', ')']).filter(|_| rest.len() < bare.len()) {
        Some(rest) => rest.trim_start_matches('、').to_owned(),
        None => label,
    }
}

/// The unit of money in brackets behind a column's title, and the title without it.
fn titled(title: &str) -> (String, Option<String>) {
    let title = plain(title);
    match title.strip_suffix(')').and_then(|it| it.rsplit_once('(')) {
        Some((name, unit)) if unit.ends_with('元') => (name.to_owned(), Some(unit.to_owned())),
        _ => (title, None),
    }
}

fn words(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Number(number) => number.normalize().to_string(),
        Cell::Moment(moment) => moment.date().to_string(),
        Cell::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Cell::Fault(fault) => fault.clone(),
        Cell::Empty => String::new(),
    }
}

struct Reading<'a> {
    ctx: &'a Ctx,
    home: &'a Mechanism,
    whose: Whose,
    faults: Vec<String>,
    found: Statements,
}

/// A sheet whose header is found.
struct Open<'a> {
    sheet: &'a Sheet,
    grid: &'a Grid,
    /// The row of the header.
    head: usize,
    /// The column of labels.
    by: usize,
    /// The column of units of measure.
    units: Option<usize>,
    /// The unit of money that the lines above the header give.
    above: Option<String>,
}

impl Open<'_> {
    fn cell(&self, row: usize, column: usize) -> &Cell {
        self.grid.rows.get(row).and_then(|row| row.get(column)).unwrap_or(&Cell::Empty)
    }

    fn place(&self, row: usize, column: usize) -> String {
        format!("{}!{}{}", self.sheet.name, letter(u32::try_from(column).unwrap_or(0)), row + 1)
    }

    /// The rows behind the header that have a label.
    fn labels(&self) -> impl DoubleEndedIterator<Item = (usize, &Cell)> {
        let rows = self.head + 1..self.grid.rows.len();
        rows.map(|row| (row, self.cell(row, self.by))).filter(|(_, cell)| !cell.is_empty())
    }

    /// The place of a column, and the unit that its title gives.
    fn column(&self, column: &Column) -> Option<(usize, Option<String>)> {
        let titles = self.grid.rows.get(self.head)?;
        titles.iter().enumerate().find_map(|(at, cell)| {
            let (name, unit) = titled(&words(cell));
            (name == plain(&column.label)).then_some((at, unit))
        })
    }
}

impl Reading<'_> {
    // enforces: workbook.sheet
    // enforces: workbook.sheet.by
    fn sheet(&mut self, sheet: &Sheet, grid: &Grid) {
        let is_head = |row: &Vec<Cell>| row.iter().position(|cell| titled(&words(cell)).0 == plain(&sheet.by));
        let Some((head, by)) = grid.rows.iter().enumerate().find_map(|(at, row)| Some((at, is_head(row)?))) else {
            self.faults.push(format!("“{}”表里没有“{}”这一列，找不到表头。", sheet.name, sheet.by));
            return;
        };
        let titles = grid.rows.get(head).into_iter().flatten().map(words);
        let units =
            titles.enumerate().find(|(_, it)| ["单位", "计量单位"].contains(&plain(it).as_str())).map(|it| it.0);
        let above = grid.rows[..head].iter().flatten().find_map(|cell| {
            let text = plain(&words(cell));
            let (_, unit) = text.split_once("单位：")?;
            Some(unit.to_owned()).filter(|unit| unit.ends_with('元'))
        });
        let open = Open { sheet, grid, head, by, units: units.filter(|it| *it != by), above };
        // enforces: workbook.column
        let mut columns = Vec::new();
        for column in &sheet.columns {
            match open.column(column) {
                Some((at, unit)) => columns.push((column, at, unit)),
                None => self.faults.push(format!("“{}”表里没有“{}”这一列。", sheet.name, column.label)),
            }
        }
        match sheet.days {
            true => self.days(&open, &columns),
            false => self.rows(&open, &columns),
        }
    }

    /// Each row is a day.
    // enforces: workbook.sheet.days
    fn days(&mut self, open: &Open<'_>, columns: &[(&Column, usize, Option<String>)]) {
        let rows: Vec<(usize, Cell)> = open.labels().map(|(row, cell)| (row, cell.clone())).collect();
        for (row, label) in rows {
            let day = match read_cell_in(&label, &WantedKind::Day, Some(self.whose.year), None) {
                Ok(RawValue::Day(day)) if day.year() == self.whose.year => day,
                Ok(RawValue::Day(day)) => {
                    let place = open.place(row, open.by);
                    self.faults.push(format!("{place}是{day}，不在{}年。", self.whose.year));
                    continue;
                }
                _ => {
                    let place = open.place(row, open.by);
                    self.faults.push(format!("{place}写的是“{}”，不是日期。", words(&label)));
                    continue;
                }
            };
            for (column, at, unit) in columns {
                let says = open.sheet.says.and(&column.says);
                let label = format!("截至{day} {}", column.label);
                self.cell(open, (row, *at, unit.as_deref()), label, &says, Some(day));
            }
        }
    }

    // enforces: workbook.row
    fn rows(&mut self, open: &Open<'_>, columns: &[(&Column, usize, Option<String>)]) {
        let at: BTreeMap<String, usize> =
            open.labels().map(|(row, cell)| (unnumbered(&words(cell)), row)).rev().collect();
        let place = |label: &str| at.get(&unnumbered(label)).copied();
        for row in &open.sheet.rows {
            let Some(line) = place(&row.label) else {
                self.faults.push(format!("“{}”表里没有“{}”这一行。", open.sheet.name, row.label));
                continue;
            };
            for (column, at, unit) in columns {
                self.adds_up(open, (&row.adds, line, *at), &place);
                if row.adds.is_empty() || row.says != Says::default() {
                    let says = open.sheet.says.and(&row.says).and(&column.says);
                    let label = format!("{} {}", row.label, column.label);
                    self.cell(open, (line, *at, unit.as_deref()), label, &says, None);
                }
            }
        }
        let is_read = |label: &str| open.sheet.rows.iter().any(|row| unnumbered(&row.label) == unnumbered(label));
        let unread: Vec<String> = open
            .labels()
            .map(|(_, cell)| words(cell))
            .filter(|label| !is_read(label))
            .map(|it| format!("“{it}”"))
            .collect();
        if !unread.is_empty() {
            self.found.notes.push(format!("“{}”表的{}不记到账上，没有读。", open.sheet.name, unread.join("、")));
        }
    }

    /// Is a row the sum of others? What rounding may have done is told and not refused.
    // enforces: workbook.row.adds
    fn adds_up(
        &mut self,
        open: &Open<'_>,
        (adds, row, column): (&[String], usize, usize),
        place: &dyn Fn(&str) -> Option<usize>,
    ) {
        let number = |row: usize| match open.cell(row, column) {
            Cell::Number(number) => Some(*number),
            _ => None,
        };
        let parts: Option<Vec<Decimal>> = adds.iter().map(|label| place(label).and_then(number)).collect();
        let (Some(parts), Some(whole)) = (parts.filter(|it| !it.is_empty()), number(row)) else { return };
        let sum: Decimal = parts.iter().sum();
        let places = parts.iter().chain([&whole]).map(|it| it.normalize().scale()).max().unwrap_or(0);
        let half = Decimal::new(5, places + 1) * Decimal::from(parts.len() + 1);
        let said = || {
            let (place, rows) = (open.place(row, column), adds.join("、"));
            format!("{place}写的是{}，{rows}加起来是{}", whole.normalize(), sum.normalize())
        };
        let off = (whole - sum).abs();
        if off > half {
            self.faults.push(format!("{}，差{}，合不上。", said(), off.normalize()));
        } else if !off.is_zero() {
            self.found.notes.push(format!("{}，差{}，是四舍五入的差。", said(), off.normalize()));
        }
    }

    fn cell(
        &mut self,
        open: &Open<'_>,
        (row, column, unit): (usize, usize, Option<&str>),
        label: String,
        says: &Says,
        day: Option<Date>,
    ) {
        let cell = open.cell(row, column);
        let at = open.place(row, column);
        let unit_here = open.units.map(|it| words(open.cell(row, it))).filter(|it| !it.is_empty());
        let unit = unit_here.as_deref().or(unit).or(open.above.as_deref());
        match self.stated(cell, unit, says, day) {
            Ok(it) => self.found.all.push(Stated { at, label, written: words(cell), ..it }),
            Err(why) => self.faults.push(format!("{at}（{label}）{why}")),
        }
    }

    fn stated(&self, cell: &Cell, unit: Option<&str>, says: &Says, day: Option<Date>) -> Result<Stated, String> {
        let of = says.of.as_ref().unwrap_or(&self.home.id);
        let catalog = self.ctx.catalog();
        let ledger = catalog.mechanism(of.as_str()).ok_or_else(|| format!("要记到机制 {of}，现在没有它。"))?;
        let account = ledger.account.as_ref().ok_or_else(|| format!("“{}”没有账户。", ledger.name))?;
        let amount = amount(account, cell, unit)?;
        let facts = self.facts(ledger, account, says)?;
        let key = roster::account_key(ledger, &facts).ok_or("认不出是哪个账户。")?;
        // enforces: workbook.row.reading
        // enforces: workbook.column.reading
        let reading = says.reading.as_deref().and_then(|it| account.counted_as(it)).ok_or("没有写说的是什么数。")?;
        let (month, date) = says.on.unwrap_or((12, 31));
        let on =
            day.map_or_else(|| Date::new(self.whose.year, month, date), Ok).map_err(|_| "日期不对。".to_owned())?;
        let ways = (says.up.as_deref().unwrap_or_default().to_owned(), says.down.as_deref().map(str::to_owned));
        let (at, label, written) = (String::new(), String::new(), String::new());
        Ok(Stated { at, label, written, ledger: of.clone(), key, facts, reading, ways, amount, on })
    }

    /// The facts of the account: its unit, its year, what the definition says, and what it is called.
    fn facts(&self, ledger: &Mechanism, account: &Account, says: &Says) -> Result<Facts, String> {
        let mut facts = Facts::default();
        facts.put(&ledger.unit, Some(Value::Unit(self.whose.unit)));
        let mut title = self.ctx.names().unit(self.whose.unit);
        if account.of.iter().any(|field| field.as_str() == "year") {
            facts.put(&FieldId::from("year"), Some(Value::Whole(i64::from(self.whose.year))));
            title.push_str(&format!("{}年", self.whose.year));
        }
        for (field, text) in &says.keys {
            let own = ledger.field(field.as_str()).ok_or_else(|| format!("“{}”没有 {field}。", ledger.name))?;
            let vocabulary = self.ctx.vocabulary();
            let value = facts::read_field(own, vocabulary, std::slice::from_ref(text)).ok().flatten();
            if let (Some(Value::Choice(id)), FieldType::Choice { list }) = (&value, &own.of) {
                title.push_str(vocabulary.list(list.as_str()).and_then(|it| it.name_of(id)).unwrap_or_default());
            }
            facts.put(field, value);
        }
        facts.put(&ledger.title, Some(Value::Text(title)));
        Ok(facts)
    }

    /// No two cells say different things of one account on one day.
    fn agree(&mut self) {
        let mut said: Vec<&Stated> = Vec::new();
        for it in &self.found.all {
            let same = said.iter().find(|other| {
                (&other.ledger, &other.key, &other.reading, other.on) == (&it.ledger, &it.key, &it.reading, it.on)
            });
            match same {
                Some(other) if other.amount != it.amount => self.faults.push(format!(
                    "{}写的是{}，{}写的是{}，说的是同一个数，对不上。",
                    other.at, other.written, it.at, it.written
                )),
                Some(_) => {}
                None => said.push(it),
            }
        }
    }
}

/// The amount that a cell holds, in millionths of the account's measure.
fn amount(account: &Account, cell: &Cell, unit: Option<&str>) -> Result<i64, String> {
    if cell.is_empty() {
        return Err("是空的，没有数就写0。".to_owned());
    }
    let no_number = || format!("写的是“{}”，不是数。", words(cell));
    let is_money = account.measure == "元";
    let unit = match (is_money, unit) {
        (true, Some(unit)) if ["元", "万元", "亿元"].contains(&unit) => Some(unit),
        (true, _) => return Err("没有写金额单位：在列名后面、“单位”列或者表头上面写明元还是万元。".to_owned()),
        (false, _) => None,
    };
    let number = match read_cell_in(cell, if is_money { &WantedKind::Money } else { &WantedKind::Decimal }, None, unit)
    {
        Ok(RawValue::MoneyFen(fen)) => Decimal::new(fen, 2),
        Ok(RawValue::Decimal(number)) => number,
        Ok(_) => return Err(no_number()),
        Err(fault) => return Err(format!("写的是“{}”：{}。", words(cell), fault.sentence.trim_end_matches('。'))),
    };
    if number.is_zero() {
        return Ok(0);
    }
    if number < Decimal::ZERO {
        return Err(format!("写的是{}，不能小于0。", number.normalize()));
    }
    account.exact(number).map_err(|_| no_number())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_same_however_they_are_numbered_and_spaced() {
        for written in ["一、基本支出", "（一）基本支出", "1.基本支出", " 基本 支出", "10、基本支出"]
        {
            assert_eq!(unnumbered(written), "基本支出", "{written}");
        }
        assert_eq!(unnumbered("因公出国（境）费"), "因公出国(境)费");
        assert_eq!(unnumbered("三公经费"), "三公经费");
        assert_eq!(titled("累计支出（万元）"), ("累计支出".to_owned(), Some("万元".to_owned())));
        assert_eq!(titled("因公出国(境)"), ("因公出国(境)".to_owned(), None));
    }
}
