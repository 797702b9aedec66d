//! What is each line? Title, header, section, data, total, blank or note, and why.
//!
//! Never allocates for a data line; a sheet of 100,000 lines is read in one pass.

use std::borrow::Cow;

use kernel::grid::{Cell, Grid};
use rust_decimal::Decimal;

use super::header::Header;
use super::merges::{self, Merges, own_cell};
use super::{Line, Meaning};
use crate::quantity;
use crate::scan::{Scan, plain};

/// What a line turned out to be, with its reason.
type Judged = (Meaning, Cow<'static, str>);

/// Reads every row, and says what a person should know.
pub(super) fn read(grid: &Grid, merges: &Merges, header: &Header) -> (Vec<Line>, Vec<String>) {
    let mut reader = Reader {
        grid,
        merges,
        header,
        title: None,
        since: Marks::default(),
        data: 0,
        budget: 4_000_000,
        lines: Vec::new(),
        notes: Vec::new(),
    };
    reader.lines.reserve_exact(grid.rows.len());
    for row in 0..u32::try_from(grid.rows.len()).unwrap_or(u32::MAX) {
        let (meaning, why) = reader.judge(row);
        if let Meaning::Total { agrees: Some(false), .. } = &meaning {
            match reader.notes.len() {
                0..20 => reader.notes.push(format!("第{}行：{why}", row + 1)),
                20 => reader.notes.push("还有其他合计行与读到的行数不一致".to_owned()),
                _ => {}
            }
        }
        reader.data += u32::from(meaning == Meaning::Data);
        reader.lines.push(Line { row, meaning, why });
    }
    (reader.lines, reader.notes)
}

struct Reader<'g> {
    grid: &'g Grid,
    merges: &'g Merges,
    header: &'g Header,
    title: Option<&'g str>,
    since: Marks,
    /// How many data lines were read so far.
    data: u32,
    /// How many more lines may be visited to add up columns: a sheet full of totals must not take forever.
    budget: usize,
    lines: Vec<Line>,
    notes: Vec<String>,
}

/// A place in the sheet: the next line, and how many data lines lie before it.
#[derive(Clone, Copy, Default)]
struct Mark {
    line: usize,
    data: u32,
}

/// From where totals count.
#[derive(Default)]
struct Marks {
    /// The first line that the next 小计 counts: behind a total or a heading.
    part: Mark,
    /// The line behind the last total of any kind.
    total: Mark,
    /// The first line that the next 合计 counts.
    whole: Mark,
}

/// The filled cells of a row at a glance.
struct Glance<'g> {
    filled: u32,
    column: u32,
    first: &'g Cell,
}

impl<'g> Reader<'g> {
    fn judge(&mut self, row: u32) -> Judged {
        let Some(glance) = self.glance(row) else {
            return (Meaning::Blank, "空行".into());
        };
        if let Some(place) = self.header.lines.iter().position(|line| *line == row) {
            let why = if place == 0 { "表头" } else { "表头的下一行" };
            return (Meaning::Header, why.into());
        }
        if self.header.lines.first().is_some_and(|top| row < *top) {
            return self.above_header(&glance, row);
        }
        if let Some(judged) = self.counted(row, &glance) {
            return judged;
        }
        let Cell::Text(text) = glance.first else {
            return self.number_first(row, &glance);
        };
        if glance.filled > 1 && self.repeats_header(row) {
            return (Meaning::Header, "与表头相同的重复表头".into());
        }
        if self.title == Some(text.as_str()) && glance.filled == 1 {
            return (Meaning::Title, "重复的标题行".into());
        }
        if let Some(judged) = self.total(row, &glance, text) {
            return judged;
        }
        if let Some(reason) = self.note(row, &glance, text) {
            return (Meaning::Note(reason.to_owned()), reason.into());
        }
        if let Some(judged) = self.section(row, &glance, text) {
            return judged;
        }
        self.number_first(row, &glance)
    }

    fn glance(&self, row: u32) -> Option<Glance<'g>> {
        let cells = &self.grid.rows[row as usize];
        let column = cells.iter().position(|cell| !cell.is_empty())?;
        let filled = cells[column..].iter().filter(|cell| !cell.is_empty()).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Some(Glance { filled: count(filled), column: count(column), first: &cells[column] })
    }

    fn above_header(&mut self, glance: &Glance<'g>, row: u32) -> Judged {
        let Cell::Text(text) = glance.first else {
            return (Meaning::Note("表头以上的说明".to_owned()), "表头以上的说明".into());
        };
        if has_key(text) || glance.filled > 1 {
            return (Meaning::Note("填报说明行".to_owned()), "填报说明行，在表头以上".into());
        }
        if is_numbered(text) {
            return (Meaning::Section(text.clone()), "分节标题行".into());
        }
        if self.title.is_none() && text.chars().count() <= 60 {
            self.title = Some(text);
            return (Meaning::Title, "标题行".into());
        }
        let below_is_header = self.header.lines.first() == Some(&(row + 1));
        if below_is_header && text.chars().count() <= 60 && self.merges.is_wide(row, glance.column) {
            return (Meaning::Section(text.clone()), "分节标题行，紧接表头".into());
        }
        (Meaning::Note("表头以上的说明".to_owned()), "表头以上的说明".into())
    }

    /// 栏次: a row 1 2 3 4 or 甲 乙 1 2 directly under the header.
    fn counted(&self, row: u32, glance: &Glance<'_>) -> Option<Judged> {
        let under_header = self.header.lines.last().is_some_and(|bottom| row == bottom + 1);
        if !under_header || glance.filled < 3 {
            return None;
        }
        let filled = self.grid.rows[row as usize].iter().filter(|cell| !cell.is_empty());
        let mut next = 1;
        let counted = filled.enumerate().all(|(index, cell)| match cell {
            Cell::Text(text) if ["甲", "乙", "丙", "丁"].get(index) == Some(&text.as_str()) => true,
            Cell::Text(text) => {
                next += 1;
                normal_number(text) == Some(next - 1)
            }
            Cell::Number(number) => {
                next += 1;
                *number == Decimal::from(next - 1)
            }
            _ => false,
        });
        counted.then(|| (Meaning::Note("栏次行".to_owned()), "栏次行，只有各列的编号".into()))
    }

    /// A line that begins with a number, or to which no rule applied.
    fn number_first(&self, row: u32, glance: &Glance<'_>) -> Judged {
        let only_number = glance.filled == 1 && self.header.numbers == Some(glance.column) && !self.is_under_merge(row);
        if only_number {
            return (Meaning::Note("只有序号的空行".to_owned()), "只有序号，没有内容".into());
        }
        if self.header.lines.is_empty() && self.title.is_none() && self.is_lone_title(row, glance) {
            return (Meaning::Title, "标题行".into());
        }
        (Meaning::Data, Cow::Borrowed(""))
    }

    /// Without a header, the first line merged over the sheet is its title.
    fn is_lone_title(&self, row: u32, glance: &Glance<'_>) -> bool {
        row == 0 && glance.filled == 1 && self.grid.rows.len() > 1 && self.merges.is_wide(row, glance.column)
    }

    /// Does a cell from above reach down over this row?
    fn is_under_merge(&self, row: u32) -> bool {
        self.header.cells.iter().any(|cell| self.merges.anchor(row, cell.column).0 < row)
    }

    fn repeats_header(&self, row: u32) -> bool {
        let cells = &self.grid.rows[row as usize];
        self.header.lines.iter().any(|line| {
            let above = &self.grid.rows[*line as usize];
            let first = cells.iter().zip(above).find(|(cell, _)| !cell.is_empty());
            if !first.is_some_and(|(a, b)| same_title(a, b)) {
                return false;
            }
            let same = cells.iter().zip(above).filter(|(a, b)| !a.is_empty() && same_title(a, b)).count();
            let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
            same >= 2 && same * 5 >= filled * 4 && same * 5 >= above.iter().filter(|cell| !cell.is_empty()).count() * 4
        })
    }

    fn total(&mut self, row: u32, glance: &Glance<'_>, text: &str) -> Option<Judged> {
        let whole = total_word(text, self.numbered(row))?;
        let grand = text.trim_start().starts_with('总');
        let since = match (grand, whole) {
            (true, _) => Mark::default(),
            (_, true) => self.since.whole,
            _ => self.since.part,
        };
        let read = self.data_since(since);
        let wider = [self.since.total, self.since.whole, Mark::default()].map(|since| self.data_since(since));
        let next = Mark { line: self.lines.len() + 1, data: self.data };
        (self.since.part, self.since.total) = (next, next);
        if whole && !grand {
            self.since.whole = next;
        }
        let name = if whole { "合计行" } else { "小计行" };
        let Some((claim, number, column)) = self.count_claim(row, glance) else {
            return Some(self.sums(row, since, name));
        };
        let unit = claim.trim_start_matches(|c: char| plain(c).is_ascii_digit() || c == ',').to_owned();
        let judged = if number == read {
            (Some(true), format!("{name}，写明{claim}，与读到的{read}{unit}一致"))
        } else if wider.contains(&number) {
            (Some(true), format!("{name}，写明{claim}，与以上各节读到的{number}{unit}一致"))
        } else if self.sum_of(column, since) == Sum::Of(number) {
            (Some(true), format!("{name}，写明{claim}，与这一列各行相加一致"))
        } else {
            (Some(false), format!("{name}，写明{claim}，但读到{read}{unit}"))
        };
        Some((Meaning::Total { claim, agrees: judged.0 }, judged.1.into()))
    }

    /// The number of data lines from `since` on.
    fn data_since(&self, since: Mark) -> Decimal {
        Decimal::from(self.data - since.data)
    }

    /// A heading was read: the next 小计 counts from here.
    fn begin_part(&mut self) {
        self.since.part = Mark { line: self.lines.len(), data: self.data };
    }

    /// Is there a running number in this row?
    fn numbered(&self, row: u32) -> bool {
        self.header.numbers.is_some_and(|column| match own_cell(self.grid, row, column) {
            Cell::Number(_) => true,
            Cell::Text(text) => normal_number(text).is_some(),
            _ => false,
        })
    }

    /// A count with a unit in a total's line: 51项, its number and its column.
    fn count_claim(&self, row: u32, glance: &Glance<'_>) -> Option<(String, Decimal, u32)> {
        const COUNTS: &[&str] = &["项", "条", "件", "个", "人", "名", "户", "家", "份", "宗", "例", "处"];
        let cells = self.grid.rows[row as usize].iter().enumerate().skip(glance.column as usize);
        cells.take(merges::WIDEST as usize).find_map(|(column, cell)| {
            let Cell::Text(text) = cell else { return None };
            if text.chars().count() > 40 {
                return None;
            }
            let scan = Scan::new(text);
            let found = quantity::mentions(&scan, None);
            let [only] = &found[..] else { return None };
            let (value, unit) = only.amount()?;
            let counts = COUNTS.contains(&unit) && only.exact && value.fract().is_zero();
            counts.then(|| (scan.text(only.from..only.to), value, u32::try_from(column).unwrap_or(u32::MAX)))
        })
    }

    /// A total of numbers: it agrees if each number is the sum of its column; a difference may have its reasons.
    fn sums(&mut self, row: u32, since: Mark, name: &str) -> Judged {
        let numbers = self.grid.rows[row as usize].iter().enumerate().take(merges::WIDEST as usize);
        let numbers: Vec<(u32, Decimal)> = numbers
            .filter_map(|(column, cell)| match cell {
                Cell::Number(number) => Some((u32::try_from(column).ok()?, *number)),
                _ => None,
            })
            .collect();
        let claim = numbers.iter().map(|(_, number)| number.normalize().to_string()).collect::<Vec<_>>().join("、");
        let read = self.data_since(since);
        let mut sums = Vec::new();
        for (column, _) in &numbers {
            match self.sum_of(*column, since) {
                Sum::Of(sum) => sums.push(sum),
                // A number under a column of words counts lines.
                Sum::NoNumbers => sums.push(read),
                Sum::TooLong => break,
            }
        }
        if numbers.is_empty() || sums.len() < numbers.len() {
            return (Meaning::Total { claim: String::new(), agrees: None }, name.to_owned().into());
        }
        let differing =
            numbers.iter().zip(&sums).find(|((_, number), sum)| number != *sum).map(|((column, number), sum)| {
                format!("{name}，{}列写明{number}，读到的各行为{sum}", super::header::letter(*column))
            });
        match differing {
            None => (Meaning::Total { claim, agrees: Some(true) }, format!("{name}，各列数字与读到的各行一致").into()),
            Some(why) => (Meaning::Total { claim, agrees: None }, why.into()),
        }
    }

    /// The sum of a column over the data lines from `since` on.
    fn sum_of(&mut self, column: u32, since: Mark) -> Sum {
        let lines = self.lines.get(since.line..).unwrap_or(&[]);
        let Some(rest) = self.budget.checked_sub(lines.len()) else { return Sum::TooLong };
        self.budget = rest;
        let data = lines.iter().filter(|line| line.meaning == Meaning::Data);
        let mut numbers = data.filter_map(|line| match own_cell(self.grid, line.row, column) {
            Cell::Number(number) => Some(*number),
            _ => None,
        });
        match numbers.next() {
            None => Sum::NoNumbers,
            Some(first) => numbers.try_fold(first, Decimal::checked_add).map_or(Sum::TooLong, Sum::Of),
        }
    }

    /// 制表人, 审核人, 填表日期, 注 and other lines about the sheet.
    fn note(&self, row: u32, glance: &Glance<'_>, text: &str) -> Option<&'static str> {
        // Most lines are told by a glance: no colon, and no first letter of a word sought here.
        let first = text.chars().next().map_or(' ', plain);
        let page = first == '第' && text.contains('页');
        if !page && !text.contains([':', '\u{ff1a}']) && !"以本续例示样填范制审(…·.".contains(first) {
            return None;
        }
        let few = glance.filled <= 2;
        let short = text.chars().count() <= 12;
        let head = super::header::normal(&text.chars().take(10).collect::<String>());
        if few && short && ["以下空白", "\u{28}以下空白\u{29}", "本页空白", "以下无正文"].contains(&head.as_str())
        {
            return Some("以下空白行");
        }
        if few
            && short
            && (matches!(head.as_str(), "续表" | "\u{28}续表\u{29}" | "续上表") || head.starts_with("第1页"))
        {
            return Some("续表行");
        }
        if short && matches!(head.as_str(), "例" | "示例" | "样例" | "填写示例" | "范例" | "例\u{3a}") {
            return Some("示例行");
        }
        if head.chars().all(|c| matches!(c, '…' | '.' | '·')) && self.all_dots(row) {
            return Some("省略号行");
        }
        if few && NOTE_WORDS.iter().any(|word| begins_with_key(&head, word)) {
            return Some("注释行");
        }
        if !has_key(text) {
            return None;
        }
        let signed =
            self.grid.rows[row as usize].iter().filter(|cell| matches!(cell, Cell::Text(text) if has_key(text)));
        (few || signed.count() * 2 >= glance.filled as usize).then_some("落款行")
    }

    fn all_dots(&self, row: u32) -> bool {
        self.grid.rows[row as usize].iter().all(|cell| match cell {
            Cell::Empty => true,
            Cell::Text(text) => text.chars().all(|c| matches!(c, '…' | '.' | '·')),
            _ => false,
        })
    }

    /// A heading: one text over several columns, or one that bears a number such as (一) or 一、.
    fn section(&mut self, row: u32, glance: &Glance<'_>, text: &str) -> Option<Judged> {
        let heading = |text: &str| (Meaning::Section(text.to_owned()), Cow::Borrowed("分节标题行"));
        if glance.filled == 2 && self.header.numbers == Some(glance.column) && is_chinese_number(text) {
            let cells = self.grid.rows[row as usize].iter().skip(glance.column as usize + 1);
            let mut other = cells.filter_map(|cell| match cell {
                Cell::Text(text) => Some(text),
                _ => None,
            });
            let title = other.next_back().filter(|_| !self.is_under_merge(row))?;
            self.begin_part();
            return Some(heading(&format!("{text} {title}")));
        }
        if glance.filled != 1 || self.is_under_merge(row) {
            return None;
        }
        let wide = self.merges.is_wide(row, glance.column);
        let in_numbers = self.header.numbers == Some(glance.column) && normal_number(text).is_none();
        let before_data = self.header.cells.len() > 2 && glance.column <= 1;
        if wide && self.header.lines.is_empty() && self.title.is_none() && row == 0 {
            return None;
        }
        if wide && text.chars().count() > 60 {
            return Some((Meaning::Note("说明行".to_owned()), "说明行，一段文字横跨多列".into()));
        }
        (wide || in_numbers || (before_data && is_numbered(text))).then(|| {
            self.begin_part();
            heading(text)
        })
    }
}

/// What a column adds up to.
#[derive(PartialEq)]
enum Sum {
    Of(Decimal),
    NoNumbers,
    /// Too many lines to visit, or too large a number.
    TooLong,
}

const NOTE_WORDS: &[&str] = &["注", "备注", "说明", "附", "附注", "填表说明", "填报说明", "注释"];

/// Keys of lines about the sheet, as they stand before a colon.
const KEYS: &[&str] = &[
    "制表人", "制表", "填表人", "填报人", "审核人", "审核", "复核人", "复核", "审批人", "经办人", "负责人",
    "单位负责人", "分管领导", "填表日期", "填报日期", "填表时间", "填报时间", "制表日期", "制表时间", "填报单位",
    "填表单位", "报送单位", "编制单位", "编报单位", "单位", "单位名称", "部门", "联系人", "联系电话", "电话", "日期",
    "时间", "盖章", "签字", "签名",
];

/// 填报单位:…, 审核人(签字):…
fn has_key(text: &str) -> bool {
    if !text.contains([':', '\u{ff1a}']) && text.len() > 12 {
        return false;
    }
    let head: String = text.chars().take(14).map(plain).filter(|c| !c.is_whitespace()).collect();
    KEYS.iter().any(|key| begins_with_key(&head, key))
}

/// The key, perhaps with something in brackets or a number, and then a colon.
fn begins_with_key(head: &str, key: &str) -> bool {
    let Some(rest) = head.strip_prefix(key) else { return false };
    let rest = match rest.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
        Some((_, behind)) => behind,
        None => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
    };
    rest.starts_with(':') || (rest.is_empty() && matches!(key, "制表人" | "审核人" | "填表人" | "填表日期"))
}

/// Is this the word of a total? True: of the whole; false: of a part. A row with a running number is none unless the word stands alone.
fn total_word(text: &str, numbered: bool) -> Option<bool> {
    if text.len() > 90 || !text.contains(['计', '共']) {
        return None;
    }
    let word: String = text.chars().map(plain).filter(|c| !c.is_whitespace()).collect();
    let word = word.trim_start_matches('(');
    for (total, whole) in [
        ("合计", true),
        ("总计", true),
        ("共计", true),
        ("总合计", true),
        ("小计", false),
        ("本页合计", false),
        ("本页小计", false),
        ("累计", true),
    ] {
        if let Some(rest) = word.strip_prefix(total) {
            let plain_end = rest.chars().next().is_none_or(|c| c.is_ascii() || matches!(c, '、' | '—'));
            return plain_end.then_some(whole);
        }
    }
    let counted = word
        .strip_prefix('共')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.chars().count() <= 6);
    if counted {
        return Some(true);
    }
    let named = word.chars().count() <= 16 && !numbered;
    (named && (word.ends_with("小计") || word.ends_with("合计"))).then_some(false)
}

/// Does a text begin like a heading: (一), 一、, 第一部分, 1.?
fn is_numbered(text: &str) -> bool {
    let scan = Scan::new(&text.chars().take(12).collect::<String>());
    let bracket = usize::from(scan.at(0) == '(');
    let start = bracket + usize::from(scan.at(bracket) == '第');
    let mut at = start;
    while quantity::numeral::is_chinese(scan.at(at)) {
        at += 1;
    }
    if at == start {
        return false;
    }
    match (bracket, start - bracket) {
        (1, _) => scan.at(at) == ')',
        (_, 1) => scan.one_of(at, &["部分", "类", "章", "节", "篇", "批"]).is_some(),
        _ => matches!(scan.at(at), '、' | '.' | ':' | ' '),
    }
}

/// 一, (一) or 一、 alone.
fn is_chinese_number(text: &str) -> bool {
    let bare: String = text.chars().map(plain).filter(|c| !matches!(c, '(' | ')' | '、' | '.' | ' ')).collect();
    !bare.is_empty() && bare.chars().count() <= 3 && bare.chars().all(quantity::numeral::is_chinese)
}

/// The number of a text that is nothing else: 12, (3).
fn normal_number(text: &str) -> Option<i32> {
    if text.len() > 12 {
        return None;
    }
    let digits: String = text.chars().map(plain).filter(|c| !matches!(c, '(' | ')' | '.' | '、' | ' ')).collect();
    digits.parse().ok()
}

fn same_title(a: &Cell, b: &Cell) -> bool {
    match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => {
            fn letters(text: &str) -> impl Iterator<Item = char> {
                text.chars().map(plain).filter(|c| !c.is_whitespace() && *c != '*')
            }
            a == b || letters(a).eq(letters(b))
        }
        _ => a == b,
    }
}
