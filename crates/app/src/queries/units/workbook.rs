//! Which units does a workbook name? Columns recognised, every row judged by the rules of founding; and the same
//! columns written out.
//!
//! Never writes to the database: taking in judges by the same function.

use std::collections::HashMap;

use documents::workbook_out::{self, Column, ColumnKind, Mark, OutCell, Sheet, annotate};
use jiff::civil::Date;
use kernel::catalog::{Hierarchy, Item, KindOfUnit, LEVELS, Managed};
use kernel::grid::Grid;
use kernel::ids::{FieldId, UnitId, UnitKind};
use kernel::organisation::order::UnitFacts;
use kernel::organisation::{credit_code, may_stand};
use kernel::refusal::Refusal;
use store::units::UnitRow;
use texts::sheet::{self, Merges, Wanted, WantedKind};

use super::then;
use crate::commands::units::{import::own, rules::wrong_code};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::pinyin::initials;
use crate::queries::files::{Download, XLSX};
use crate::tree::several;
use crate::words;

/// The columns: id, title, other titles, what a cell holds.
const COLUMNS: [(&str, &str, &[&str], &str); 10] = [
    ("name", "单位名称", &["名称", "单位", "机构名称", "党组织名称", "组织名称"], "全称"),
    ("kind", "种类", &["单位种类", "类别", "单位类别", "党组织类别"], "单位的种类"),
    ("above", "上级单位", &["上级", "上级组织", "上级党组织", "隶属单位"], "上级单位的名称；最上级不填"),
    ("short_name", "简称", &["单位简称"], ""),
    ("level", "级别", &["机构级别", "单位级别"], "不填就按种类"),
    ("code", "机构编码", &["编码", "单位编码", "代码"], ""),
    ("credit_code", "统一社会信用代码", &["信用代码", "社会信用代码"], "18位"),
    ("of", "挂靠单位", &["所在单位", "对应行政单位"], "只有党组织填，几个单位用顿号隔开"),
    ("founded_on", "设立日期", &["成立日期", "设立日", "成立时间"], "如 2026-03-05；不填就是导入当天"),
    ("pinyin", "拼音首字母", &["拼音"], "不填就自动取"),
];

/// What a row says, and what stands in the way.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its row in the sheet, from 0.
    pub row: u32,
    /// What it calls the unit.
    pub facts: UnitFacts,
    /// What stands in the cell of the unit above.
    pub above_typed: String,
    /// The unit above.
    pub above: Above,
    /// The units that a party unit belongs to.
    pub of: Vec<UnitId>,
    /// Since when it is there.
    pub founded_on: Date,
    /// The unit, if it is there already.
    pub known: Option<UnitId>,
    /// What stands in the way: column and sentence.
    pub faults: Vec<(Option<u32>, String)>,
}

/// The unit above a row's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Above {
    /// None: the top of a tree.
    Top,
    /// A unit that is there.
    Unit(UnitId),
    /// The unit of another line of the workbook, by its place.
    Line(usize),
    /// None that can be found.
    Unknown,
}

/// A workbook as understood.
#[derive(Clone, Debug)]
pub struct Read {
    /// The sheet that is read.
    pub sheet: String,
    /// Columns that are read: title in the workbook and what it is read as.
    pub columns: Vec<(String, String)>,
    /// The rows.
    pub lines: Vec<Line>,
}

impl Read {
    /// The rows that become units.
    pub fn new_lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.lines.iter().enumerate().filter(|(_, line)| line.known.is_none() && line.faults.is_empty())
    }
}

fn wanted(ctx: &Ctx) -> Vec<Wanted> {
    let kinds = ctx.vocabulary().unit_kinds.iter().map(|kind| (kind.id.to_string(), kind.name.clone())).collect();
    let levels = ctx.vocabulary().list(LEVELS).map_or_else(Vec::new, |list| {
        let item = |item: &Item| {
            std::iter::once((item.id.to_string(), item.name.to_string()))
                .chain(item.aliases.iter().map(|alias| (item.id.to_string(), alias.clone())))
                .collect::<Vec<_>>()
        };
        list.items.iter().flat_map(item).collect()
    });
    let kind = |id: &str| match id {
        "kind" => WantedKind::Choice(Vec::clone(&kinds)),
        "level" => WantedKind::Choice(Vec::clone(&levels)),
        "above" => WantedKind::Unit,
        "founded_on" => WantedKind::Day,
        _ => WantedKind::Text,
    };
    let one = |(id, name, aliases, _): &(&str, &str, &[&str], &str)| Wanted {
        id: FieldId::from(*id),
        name: (*name).to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        kind: kind(id),
        required: matches!(*id, "name" | "kind"),
    };
    COLUMNS.iter().map(one).collect()
}

/// Understands a workbook's sheets and judges every row.
pub fn read(ctx: &Ctx, grids: &[Grid]) -> Result<Read, Refusal> {
    let wanted = wanted(ctx);
    let best = sheet::choose(grids, &wanted).ok_or_else(|| Refusal::new("import.nothing"))?;
    let grid = &grids[best.index];
    let understood = sheet::understand(grid, &wanted, &std::collections::BTreeMap::new());
    let merges = Merges::of(grid);
    let column = |id: &str| understood.column_of(&FieldId::from(id));
    if column("name").is_none() || column("kind").is_none() {
        return Err(Refusal::new("unit.import_columns"));
    }
    let text = |row: u32, id: &str| {
        let cell = column(id).map(|at| merges.cell_at(grid, row, at));
        cell.map(words_of).unwrap_or_default()
    };
    let mut lines: Vec<Line> = understood
        .data_rows()
        .map(|row| {
            let mut line = line(ctx, row, &|id| text(row, id));
            for (at, _) in &mut line.faults {
                *at = at.and_then(|place| COLUMNS.get(place as usize)).and_then(|(id, ..)| column(id));
            }
            line
        })
        .collect();
    join(ctx, &mut lines, &column);
    let title = |at: u32| understood.header.iter().find(|cell| cell.column == at).map_or("", |cell| &cell.title);
    let columns = COLUMNS
        .iter()
        .filter_map(|(id, name, ..)| column(id).map(|at| (title(at).to_owned(), (*name).to_owned())))
        .collect();
    Ok(Read { sheet: grid.name.clone(), columns, lines })
}

fn words_of(cell: &kernel::grid::Cell) -> String {
    use kernel::grid::Cell;
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Number(number) => number.normalize().to_string(),
        Cell::Moment(moment) => moment.date().to_string(),
        Cell::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Cell::Fault(fault) => fault.clone(),
    }
}

/// A row as it is being read; faults name a place in [`COLUMNS`].
struct Reading<'a> {
    ctx: &'a Ctx,
    text: &'a dyn Fn(&str) -> String,
    faults: Vec<(Option<u32>, String)>,
}

impl Reading<'_> {
    fn filled(&self, id: &str) -> Option<String> {
        Some((self.text)(id)).filter(|text| !text.is_empty())
    }

    fn tell(&mut self, id: &str, refusal: Refusal) {
        let place = COLUMNS.iter().position(|(known, ..)| *known == id).map(|at| at as u32);
        self.faults.push((place, sentence(self.ctx, &refusal)));
    }

    fn name(&mut self) -> String {
        let name = (self.text)("name");
        match name.chars().count() {
            0 => self.tell("name", Refusal::new("field.missing").with("field", "单位名称")),
            1..=60 => {}
            length => {
                let refusal = Refusal::new("field.too_long").with("field", "单位名称");
                self.tell("name", refusal.with("length", length).with("most", 60));
            }
        }
        name
    }

    fn kind(&mut self) -> Option<KindOfUnit> {
        let typed = (self.text)("kind");
        let kinds = &self.ctx.vocabulary().unit_kinds;
        let kind = kinds.iter().find(|kind| kind.name == typed || *kind.id.as_str() == *typed).cloned();
        if kind.is_none() {
            self.tell("kind", Refusal::new("unit.no_such_kind").with("kind", &typed));
        }
        kind
    }

    fn level(&mut self) -> Option<String> {
        let typed = self.filled("level")?;
        let list = self.ctx.vocabulary().list(LEVELS);
        let means = |item: &&Item| *item.name == *typed || *item.id == *typed || item.aliases.contains(&typed);
        let item = list.and_then(|list| list.items.iter().find(means)).map(|item| item.id.to_string());
        if item.is_none() {
            self.tell("level", Refusal::new("field.no_such_choice").with("field", "级别").with("value", &typed));
        }
        item
    }

    fn credit_code(&mut self) -> Option<String> {
        let typed = self.filled("credit_code")?;
        credit_code::parse(&typed).map_err(|fault| self.tell("credit_code", wrong_code(fault))).ok()
    }

    fn founded_on(&mut self) -> Date {
        let today = self.ctx.today;
        let Some(typed) = self.filled("founded_on") else { return today };
        match texts::quantity::read_day(&typed, Some(today.year())) {
            Ok(day) if day <= today => day,
            _ => {
                self.tell("founded_on", Refusal::new("field.not_a_day").with("field", "设立日期"));
                today
            }
        }
    }

    fn of(&mut self, kind: Option<&KindOfUnit>) -> Vec<UnitId> {
        let mut of = Vec::new();
        for one in several(&(self.text)("of")) {
            let found = self.ctx.tree.named(&one).filter(|unit| unit.is_present());
            let hierarchy = |unit: &crate::tree::Unit| self.ctx.vocabulary().hierarchy(&unit.kind);
            match found.filter(|unit| hierarchy(unit) == Hierarchy::Administrative).map(|unit| unit.id) {
                Some(unit) => of.push(unit),
                None => self.tell("of", Refusal::new("unit.linked_to_what")),
            }
        }
        if !of.is_empty() && kind.is_some_and(|kind| kind.hierarchy != Hierarchy::Party) {
            self.tell("of", Refusal::new("unit.only_party_linked"));
        }
        of
    }
}

/// A refusal as one sentence.
fn sentence(ctx: &Ctx, refusal: &Refusal) -> String {
    let said = words::say(ctx.vocabulary(), refusal);
    format!("{}{}", said.says, said.next.unwrap_or_default())
}

/// A row by itself.
fn line(ctx: &Ctx, row: u32, text: &dyn Fn(&str) -> String) -> Line {
    let mut reading = Reading { ctx, text, faults: Vec::new() };
    let (name, kind) = (reading.name(), reading.kind());
    let level = reading.level().or_else(|| kind.as_ref()?.level.as_deref().map(str::to_owned));
    let facts = UnitFacts {
        pinyin: reading.filled("pinyin").map_or_else(|| initials(&name), |typed| typed.to_ascii_lowercase()),
        short_name: reading.filled("short_name"),
        unit_kind: kind.as_ref().map_or_else(|| UnitKind::from(text("kind")), |kind| kind.id.clone()),
        level,
        code: reading.filled("code"),
        credit_code: reading.credit_code(),
        name,
    };
    let (of, founded_on) = (reading.of(kind.as_ref()), reading.founded_on());
    let above_typed = text("above");
    Line { row, facts, above_typed, above: Above::Unknown, of, founded_on, known: None, faults: reading.faults }
}

/// What can only be said once all rows are read: the units above, and what is there twice.
fn join(ctx: &Ctx, lines: &mut [Line], column: &dyn Fn(&str) -> Option<u32>) {
    let by_name: HashMap<String, usize> =
        lines.iter().enumerate().rev().map(|(at, line)| (line.facts.name.clone(), at)).collect();
    let (mut codes, mut seen) = (HashMap::new(), HashMap::new());
    for at in 0..lines.len() {
        let known = known(ctx, &lines[at]);
        let above = above(ctx, &lines[at], at, &by_name);
        let mut refusals = Vec::new();
        if known.is_none() {
            refusals.extend(misplaced(ctx, lines, at, above));
            let line = &lines[at];
            if seen.insert((line.facts.name.clone(), line.above_typed.clone()), at).is_some() {
                refusals.push(("name", Refusal::new("unit.same_name").with("name", &line.facts.name)));
            }
            refusals.extend(taken_codes(ctx, lines, at, &mut codes));
        }
        let line = &mut lines[at];
        (line.above, line.known) = (above, known);
        line.faults.extend(refusals.iter().map(|(id, refusal)| (column(id), sentence(ctx, refusal))));
    }
    hang_on_faults(ctx, lines, column);
}

/// The unit above a line's.
fn above(ctx: &Ctx, line: &Line, at: usize, by_name: &HashMap<String, usize>) -> Above {
    let unit = ctx.tree.named(&line.above_typed).filter(|unit| unit.is_present());
    match (line.above_typed.is_empty(), unit, by_name.get(&line.above_typed)) {
        (true, ..) => Above::Top,
        (_, Some(unit), _) => Above::Unit(unit.id),
        (_, None, Some(other)) if *other != at => Above::Line(*other),
        _ => Above::Unknown,
    }
}

/// Refusals at columns.
type Refused = Vec<(&'static str, Refusal)>;

/// Why a unit cannot stand where its line puts it.
fn misplaced(ctx: &Ctx, lines: &[Line], at: usize, above: Above) -> Refused {
    let (line, vocabulary) = (&lines[at], ctx.vocabulary());
    let mut refusals = Vec::new();
    let kind_above = match above {
        Above::Unit(id) => {
            let ord = ctx.tree.unit(id).map_or(-1, |unit| unit.over.first);
            if !ctx.managed(Managed::Units).iter().any(|over| over.holds(ord)) {
                refusals.push(("above", Refusal::new("unit.not_yours").with("unit", ctx.names().unit(id))));
            }
            ctx.tree.unit(id).map(|unit| unit.kind.clone())
        }
        Above::Line(other) => Some(lines[other].facts.unit_kind.clone()),
        Above::Top => {
            refusals.push(("above", Refusal::new("field.missing").with("field", "上级单位")));
            None
        }
        Above::Unknown => {
            let refusal = Refusal::new("unit.none_meant").with("field", "上级单位");
            refusals.push(("above", refusal.with("value", &line.above_typed)));
            None
        }
    };
    let kinds_are_known = vocabulary.unit_kind(line.facts.unit_kind.as_str()).is_some() && kind_above.is_some();
    if let (true, Err(refusal)) = (kinds_are_known, may_stand(vocabulary, &line.facts.unit_kind, kind_above.as_ref())) {
        refusals.push(("kind", refusal));
    }
    refusals
}

/// Codes that another unit or an earlier line has.
fn taken_codes(ctx: &Ctx, lines: &[Line], at: usize, codes: &mut HashMap<String, usize>) -> Refused {
    let mut refusals = Vec::new();
    let facts = &lines[at].facts;
    for (id, code) in [("code", &facts.code), ("credit_code", &facts.credit_code)] {
        let Some(code) = code else { continue };
        let same = |unit: &&crate::tree::Unit| {
            unit.is_present() && (unit.code.as_ref() == Some(code) || unit.credit_code.as_ref() == Some(code))
        };
        let taken = ctx.tree.units().iter().find(same).map(|unit| unit.name.clone());
        let earlier = codes.insert(code.clone(), at).map(|other| lines[other].facts.name.clone());
        if let Some(other) = taken.or(earlier) {
            refusals.push((id, Refusal::new("unit.same_code").with("unit", other)));
        }
    }
    refusals
}

/// A row below a row that cannot be taken in cannot be taken in either; nor one in a ring.
fn hang_on_faults(ctx: &Ctx, lines: &mut [Line], column: &dyn Fn(&str) -> Option<u32>) {
    let leads = |lines: &[Line], mut at: usize| {
        for _ in 0..=lines.len() {
            let line = &lines[at];
            match line.above {
                _ if line.known.is_some() => return true,
                _ if !line.faults.is_empty() => return false,
                Above::Line(other) => at = other,
                _ => return true,
            }
        }
        false
    };
    let hanging: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].known.is_none() && lines[*at].faults.is_empty() && !leads(lines, *at))
        .collect();
    for at in hanging {
        let refusal = Refusal::new("unit.above_is_left").with("above", &lines[at].above_typed);
        lines[at].faults.push((column("above"), sentence(ctx, &refusal)));
    }
}

/// The unit that a row names, if it is there already: the same code, or the same name below the same unit.
fn known(ctx: &Ctx, line: &Line) -> Option<UnitId> {
    let same = |unit: &&crate::tree::Unit| {
        let same_name = unit.name == line.facts.name;
        let above = unit.parent.map(|above| ctx.names().unit(above)).unwrap_or_default();
        let short = unit.parent.and_then(|above| ctx.tree.unit(above)).map_or("", |above| above.short_name.as_str());
        unit.is_present() && same_name && (above == line.above_typed || short == line.above_typed)
    };
    ctx.tree.units().iter().find(same).map(|unit| unit.id)
}

/// The workbook given back with a sentence at every cell that stands in the way.
pub async fn marked(ctx: &Ctx, upload: uuid::Uuid) -> Result<Download, Error> {
    let (row, grids) = own(ctx, upload).await?;
    let read = read(ctx, &grids)?;
    let mut marks = Vec::new();
    for line in &read.lines {
        for (column, sentence) in &line.faults {
            let (sheet, sentence) = (read.sheet.clone(), sentence.clone());
            marks.push(Mark { sheet, row: line.row, column: *column, sentence });
        }
    }
    let bytes = annotate(&row.content, &marks).map_err(|fault| Error::broken("mark a workbook", fault))?;
    let stem = row.file_name.rsplit_once('.').map_or(row.file_name.as_str(), |(stem, _)| stem);
    Ok(Download { name: format!("{stem}（问题已标注）.xlsx"), media: XLSX.to_owned(), bytes })
}

fn columns() -> Vec<Column> {
    COLUMNS
        .iter()
        .map(|(id, title, ..)| Column {
            title: if matches!(*id, "name" | "kind") { format!("*{title}") } else { (*title).to_owned() },
            width: None,
            kind: if *id == "founded_on" { ColumnKind::Day } else { ColumnKind::Text },
        })
        .collect()
}

/// An empty workbook that an import understands.
pub fn template(ctx: &Ctx) -> Result<Download, Error> {
    if ctx.managed(Managed::Units).is_empty() {
        return Err(Error::NotFound);
    }
    let kinds: Vec<&str> = ctx.vocabulary().unit_kinds.iter().map(|kind| kind.name.as_str()).collect();
    let mut notes = vec![
        "一行一个单位；上级单位可以是已登记的，也可以是表里另一行。带*的列必须填写。".to_owned(),
        format!("种类填下列之一：{}。", kinds.join("、")),
    ];
    let described = COLUMNS.iter().filter(|(.., words)| !words.is_empty());
    notes.extend(described.map(|(_, title, _, words)| format!("{title}：{words}。")));
    let sheet = Sheet { name: "单位".to_owned(), columns: columns(), rows: std::iter::empty(), stamp: String::new() };
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a template", fault))?;
    Ok(Download { name: "单位导入模板.xlsx".to_owned(), media: XLSX.to_owned(), bytes })
}

/// The units of a tree that the reader sees today, in the columns that an import reads.
pub async fn export(ctx: &Ctx, hierarchy: Hierarchy) -> Result<Download, Error> {
    if ctx.managed(Managed::Units).is_empty() {
        return Err(Error::NotFound);
    }
    let shown = then::on(ctx, hierarchy, ctx.today);
    let rows: Vec<Vec<OutCell>> =
        shown.iter().filter_map(|then| ctx.tree.unit(then.id)).map(|unit| row(ctx, unit)).collect();
    let count = rows.len();
    let notes = vec![format!("{}，{}导出，{}。", hierarchy.name(), ctx.actor.name(), words::moment(ctx.now))];
    let stamp = format!("{}{}导出", ctx.actor.name(), words::moment(ctx.now));
    let sheet = Sheet { name: hierarchy.name().to_owned(), columns: columns(), rows, stamp };
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a workbook", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let detail = serde_json::json!({ "units": hierarchy.word(), "count": count });
    crate::commands::batches::act(ctx, &mut tx, "export", detail).await?;
    tx.commit().await?;
    Ok(Download { name: format!("单位（{}）{}.xlsx", hierarchy.name(), ctx.today), media: XLSX.to_owned(), bytes })
}

fn row(ctx: &Ctx, unit: &crate::tree::Unit) -> Vec<OutCell> {
    let text = |text: &str| if text.is_empty() { OutCell::Empty } else { OutCell::Text(text.to_owned()) };
    let vocabulary = ctx.vocabulary();
    let kind = vocabulary.unit_kind(unit.kind.as_str()).map_or("", |kind| kind.name.as_str());
    let level = unit.level.as_deref().unwrap_or("");
    let level = vocabulary.list(LEVELS).and_then(|list| list.name_of(level)).unwrap_or("");
    let above = unit.parent.map(|above| ctx.names().unit(above)).unwrap_or_default();
    let of: Vec<String> = match vocabulary.hierarchy(&unit.kind) {
        Hierarchy::Party => {
            ctx.tree.past().linked(unit.id, ctx.today).into_iter().map(|other| ctx.names().unit(other)).collect()
        }
        Hierarchy::Administrative => Vec::new(),
    };
    vec![
        text(&unit.name),
        text(kind),
        text(&above),
        text(if unit.short_name == unit.name { "" } else { &unit.short_name }),
        text(level),
        text(unit.code.as_deref().unwrap_or("")),
        text(unit.credit_code.as_deref().unwrap_or("")),
        text(&of.join("、")),
        unit.founded_on.map_or(OutCell::Empty, OutCell::Day),
        text(&unit.pinyin),
    ]
}

/// A row of the database for a line that becomes a unit.
pub(crate) fn row_of(line: &Line, id: UnitId, above: Option<UnitId>) -> UnitRow {
    UnitRow {
        id,
        kind: line.facts.unit_kind.clone(),
        name: line.facts.name.clone(),
        short_name: line.facts.short_name.clone(),
        code: line.facts.code.clone(),
        parent: above,
        ord: 0,
        ord_last: 0,
        depth: 0,
        pinyin: Some(line.facts.pinyin.clone()),
        founded_on: Some(line.founded_on),
        dissolved_on: None,
        level: line.facts.level.clone(),
        credit_code: line.facts.credit_code.clone(),
    }
}
