//! What would become of a row? Its cells as values, and the start step tried on them.
//!
//! The trial and the taking both ask here, so that the one cannot promise what the other refuses.
//! Never writes: a good row is a move that nobody has kept yet.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::civil::Time;
use kernel::authority::Subtree;
use kernel::catalog::{Field, FieldType, Mechanism};
use kernel::facts;
use kernel::grid::Cell;
use kernel::ids::{FieldId, PersonId, RecordId, UnitId};
use kernel::refusal::{Refusal, RefusalKind, Spot};
use kernel::value::Value;
use kernel::workflow::{self, Attempt, Move, Numbered as _};
use texts::cell::{RawValue, read_cell_in};
use texts::sheet::WantedKind;

use super::names::{Directory, Meant, likely_item, plain, several};
use super::opened::{Opened, ReadColumn, importable};
use crate::commands::intake::Mapping;
use crate::commands::rosters::Taken;
use crate::ctx::Ctx;
use crate::words::say;

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field, if it is one field's.
    pub field: Option<FieldId>,
    /// Its column, if it has one.
    pub column: Option<u32>,
    /// What is wrong, and what was probably meant.
    pub sentence: String,
}

/// Something that was understood although it is not written so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The field's name.
    pub field: String,
    /// What is written.
    pub written: String,
    /// What it was taken for.
    pub taken_as: String,
    /// In how many rows.
    pub rows: usize,
}

/// A name that no unit bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownUnit {
    /// The name as written: the key in `Mapping::units`.
    pub written: String,
    /// The unit that may be meant.
    pub nearest: Option<UnitId>,
    /// In how many rows it stands.
    pub rows: usize,
}

/// What a name in a cell turned out to be.
struct Looked {
    value: Result<Option<Value>, String>,
    guesses: Vec<(String, String)>,
    unknown: Vec<(String, Option<String>)>,
    rows: usize,
}

/// Reads rows one after the other; what a name means is looked up once.
pub struct Rows<'a> {
    ctx: &'a Ctx,
    mechanism: &'a Mechanism,
    opened: &'a Opened,
    units: &'a BTreeMap<String, UnitId>,
    reach: Vec<Subtree>,
    directory: Directory<'a>,
    for_all: Vec<(FieldId, Value)>,
    looked: Vec<HashMap<String, Looked>>,
    taken: Taken,
}

impl<'a> Rows<'a> {
    /// A reader of the sheet's rows.
    pub fn of(
        ctx: &'a Ctx,
        mechanism: &'a Mechanism,
        opened: &'a Opened,
        mapping: &'a Mapping,
        for_all: Vec<(FieldId, Value)>,
    ) -> Self {
        Self {
            ctx,
            mechanism,
            opened,
            units: &mapping.units,
            reach: ctx.actor.reach(&mechanism.id, &mechanism.start().who),
            directory: Directory::of(&ctx.tree),
            for_all,
            looked: opened.columns.iter().map(|_| HashMap::new()).collect(),
            taken: Taken::default(),
        }
    }

    /// Tells which values are held already where a value may stand once.
    pub fn knows(&mut self, taken: Taken) {
        self.taken = taken;
    }

    /// The start step tried on a row: what it would do, or everything that stands in the way.
    pub fn judge(&mut self, row: u32, id: RecordId) -> Result<Move, Vec<Fault>> {
        let (mut filled, mut faults) = (Vec::with_capacity(self.opened.columns.len()), Vec::new());
        for (at, column) in self.opened.columns.iter().enumerate() {
            match self.read(at, column, row) {
                Ok(Some(value)) => filled.push((column.field.clone(), Some(value))),
                Ok(None) => {}
                Err(sentence) => {
                    let field = Some(column.field.clone());
                    faults.push(Fault { field, column: Some(column.column), sentence });
                }
            }
        }
        for (field, value) in &self.for_all {
            let is_faulty = faults.iter().any(|fault| fault.field.as_ref() == Some(field));
            if !is_faulty && !filled.iter().any(|(id, _)| id == field) {
                filled.push((field.clone(), Some(value.clone())));
            }
        }
        let ctx = self.ctx;
        let attempt = Attempt {
            actor: &ctx.actor,
            step: &self.mechanism.start().id,
            filled,
            faults: Vec::new(),
            opinion: None,
            reason: None,
            past: &[],
            tree: &*ctx.tree,
        };
        match workflow::start(ctx.clock(), self.mechanism, id, attempt) {
            Ok(moved) if faults.is_empty() => self.alone(moved),
            Ok(_) => Err(faults),
            Err(refusals) => Err(self.with_refusals(faults, refusals)),
        }
    }

    /// The move, unless a value that may stand once is held already.
    fn alone(&mut self, moved: Move) -> Result<Move, Vec<Fault>> {
        let taken = self.taken.take(self.mechanism, &moved.after);
        let fault = |id: FieldId| {
            let name = self.mechanism.field(id.as_str()).map_or("", |field| field.name.as_str());
            let refusal = Refusal::new("field.taken").with("field", name);
            let column = self.opened.column_of(&id).map(|it| it.column);
            Fault { field: Some(id), column, sentence: say(self.ctx.vocabulary(), &refusal).says }
        };
        match taken.is_empty() {
            true => Ok(moved),
            false => Err(taken.into_iter().map(fault).collect()),
        }
    }

    /// The faults of the cells, and what the rules say beyond them; a field says one thing only.
    fn with_refusals(&self, mut faults: Vec<Fault>, mut refusals: Vec<Refusal>) -> Vec<Fault> {
        refusals.sort_by_key(|refusal| refusal.code != "field.missing");
        for refusal in refusals {
            let field = match &refusal.at {
                Spot::Field(id) => Some(id.clone()),
                _ if refusal.kind == RefusalKind::NotYours => Some(self.mechanism.unit.clone()),
                _ => None,
            };
            if field.is_none() || !faults.iter().any(|fault| fault.field == field) {
                let column = field.as_ref().and_then(|field| self.opened.column_of(field)).map(|it| it.column);
                faults.push(Fault { field, column, sentence: say(self.ctx.vocabulary(), &refusal).says });
            }
        }
        faults
    }

    /// One cell as a value; the sentence says why it is none.
    fn read(&mut self, at: usize, column: &ReadColumn, row: u32) -> Result<Option<Value>, String> {
        let cell = self.opened.cell(row, column.column);
        let field = &self.mechanism.fields[column.at];
        match &field.of {
            _ if cell.is_empty() => Ok(None),
            FieldType::Choice { .. } | FieldType::Unit | FieldType::Units | FieldType::Person | FieldType::People => {
                self.looked_up(at, column, field, cell)
            }
            _ => self.plain_value(column, field, cell),
        }
    }

    /// A value that needs no looking up; held against the field's rules by the same function as a form.
    fn plain_value(&self, column: &ReadColumn, field: &Field, cell: &Cell) -> Result<Option<Value>, String> {
        let vocabulary = self.ctx.vocabulary();
        let raw = read_cell_in(cell, &column.kind, Some(self.opened.year), column.unit).map_err(|it| it.sentence)?;
        let text = match raw {
            RawValue::Nothing => return Ok(None),
            RawValue::MoneyFen(fen) => return Ok(Some(Value::Money(fen))),
            RawValue::Month(month) => return Ok(Some(Value::Month(month))),
            RawValue::YesNo(yes) => return Ok(Some(Value::YesNo(yes))),
            RawValue::Day(day) if (1900..=2200).contains(&day.year()) => return Ok(Some(Value::Day(day))),
            RawValue::Day(day) => day.to_string(),
            RawValue::Whole(number) => number.to_string(),
            RawValue::Decimal(number) | RawValue::Percent(number) => number.to_string(),
            RawValue::Text(text) | RawValue::Choice(text) | RawValue::Name(text) => text,
        };
        facts::read_field(field, vocabulary, &[text]).map_err(|refusal| say(vocabulary, &refusal).says)
    }

    fn looked_up(
        &mut self,
        at: usize,
        column: &ReadColumn,
        field: &Field,
        cell: &Cell,
    ) -> Result<Option<Value>, String> {
        let written = written(cell);
        if let Some(looked) = self.looked[at].get_mut(&*written) {
            looked.rows += 1;
            return looked.value.clone();
        }
        let looked = match &field.of {
            FieldType::Choice { .. } => self.choice(column, cell, &written),
            _ => match read_cell_in(cell, &column.kind, None, None) {
                Ok(RawValue::Nothing) => Looked { value: Ok(None), ..Looked::default() },
                Ok(_) => self.named(column, field, &written),
                Err(fault) => Looked { value: Err(fault.sentence), ..Looked::default() },
            },
        };
        let value = looked.value.clone();
        self.looked[at].insert(written.into_owned(), looked);
        value
    }

    fn choice(&self, column: &ReadColumn, cell: &Cell, written: &str) -> Looked {
        match read_cell_in(cell, &column.kind, None, None) {
            Ok(RawValue::Choice(id)) => Looked { value: Ok(Some(Value::Choice(id))), ..Looked::default() },
            Ok(_) => Looked { value: Ok(None), ..Looked::default() },
            Err(fault) => match &column.kind {
                WantedKind::Choice(items) => match likely_item(items, written) {
                    Some((id, name)) => Looked {
                        value: Ok(Some(Value::Choice(id.to_owned()))),
                        guesses: vec![(written.to_owned(), name.to_owned())],
                        ..Looked::default()
                    },
                    None => Looked { value: Err(fault.sentence), ..Looked::default() },
                },
                _ => Looked { value: Err(fault.sentence), ..Looked::default() },
            },
        }
    }

    /// Units and people, one or several.
    fn named(&mut self, column: &ReadColumn, field: &Field, written: &str) -> Looked {
        let mut looked = Looked::default();
        let (mut units, mut people) = (Vec::new(), Vec::new());
        let is_many = matches!(field.of, FieldType::Units | FieldType::People);
        let is_unit = matches!(field.of, FieldType::Unit | FieldType::Units);
        let names = if is_many { several(written) } else { vec![written] };
        for name in names {
            let found = match is_unit {
                true => self.unit(column, name, &mut looked).map(|id| push_new(&mut units, id)),
                false => self.person(name, &mut looked).map(|id| push_new(&mut people, id)),
            };
            if let Err(sentence) = found {
                let sentence = match several(written).len() {
                    count @ 2.. if !is_many => format!("“{}”只能填一个，这里像是写了{count}个", field.name),
                    _ => sentence,
                };
                looked.value = Err(sentence);
                return looked;
            }
        }
        looked.value = Ok(match &field.of {
            FieldType::Unit => units.first().copied().map(Value::Unit),
            FieldType::Person => people.first().copied().map(Value::Person),
            FieldType::Units => (!units.is_empty()).then_some(Value::Units(units)),
            _ => (!people.is_empty()).then_some(Value::People(people)),
        });
        looked
    }

    fn unit(&mut self, column: &ReadColumn, name: &str, looked: &mut Looked) -> Result<UnitId, String> {
        let is_subject = column.field == self.mechanism.unit;
        let reach = is_subject.then_some(self.reach.as_slice());
        let decided = self.units.get(name).or_else(|| self.units.get(&plain(name))).copied();
        let meant = match decided.filter(|id| self.ctx.tree.unit(*id).is_some()) {
            Some(id) => Meant::Guessed(id, self.ctx.names().unit(id)),
            None => self.directory.unit(name, reach),
        };
        if let Meant::Unknown(nearest) = &meant {
            looked.unknown.push((name.to_owned(), nearest.clone()));
        }
        let id = settled(meant, name, "单位", &mut looked.guesses)?;
        let ord = self.ctx.tree.ord(id).unwrap_or(-1);
        match is_subject && !self.reach.iter().any(|over| over.holds(ord)) {
            true => Err(format!("“{}”不在你可以“{}”的范围内", self.ctx.names().unit(id), self.mechanism.start().name)),
            false => Ok(id),
        }
    }

    fn person(&mut self, name: &str, looked: &mut Looked) -> Result<PersonId, String> {
        settled(self.directory.person(name), name, "人员", &mut looked.guesses)
    }

    /// What was understood although it is not written so, in the order of the columns.
    pub fn guesses(&self) -> Vec<Guess> {
        let mut guesses = Vec::new();
        for (column, looked) in self.opened.columns.iter().zip(&self.looked) {
            let mut own: BTreeMap<(&str, &str), usize> = BTreeMap::new();
            for it in looked.values().filter(|it| it.value.is_ok()) {
                for (written, taken_as) in &it.guesses {
                    *own.entry((written, taken_as)).or_default() += it.rows;
                }
            }
            guesses.extend(own.into_iter().map(|((written, taken_as), rows)| Guess {
                field: self.mechanism.fields[column.at].name.clone(),
                written: written.to_owned(),
                taken_as: taken_as.to_owned(),
                rows,
            }));
        }
        guesses
    }

    /// The names that no unit bears, the most frequent first.
    pub fn unknown_units(&self) -> Vec<UnknownUnit> {
        let mut found: BTreeMap<&str, (usize, Option<&str>)> = BTreeMap::new();
        for looked in self.looked.iter().flat_map(HashMap::values) {
            for (written, nearest) in &looked.unknown {
                let entry = found.entry(written).or_insert((0, nearest.as_deref()));
                entry.0 += looked.rows;
            }
        }
        let id = |name: Option<&str>| name.and_then(|name| self.ctx.tree.named(name)).map(|unit| unit.id);
        let mut unknown: Vec<UnknownUnit> = found
            .into_iter()
            .map(|(written, (rows, nearest))| UnknownUnit { written: written.to_owned(), nearest: id(nearest), rows })
            .collect();
        unknown.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.written.cmp(&b.written)));
        unknown
    }
}

impl Default for Looked {
    fn default() -> Self {
        Self { value: Ok(None), guesses: Vec::new(), unknown: Vec::new(), rows: 1 }
    }
}

/// The values of a sheet that may stand once, as they would be kept.
pub fn keys(mechanism: &Mechanism, opened: &Opened) -> BTreeMap<FieldId, Vec<String>> {
    let mut keys: BTreeMap<FieldId, Vec<String>> = BTreeMap::new();
    for column in &opened.columns {
        let field = &mechanism.fields[column.at];
        if !field.unique {
            continue;
        }
        let cells = opened.rows().into_iter().map(|row| written(opened.cell(row, column.column)).into_owned());
        let kept = cells.filter(|text| !text.is_empty()).map(|text| match field.form {
            Some(form) => form.read(&text).unwrap_or(text),
            None => text,
        });
        keys.insert(field.id.clone(), kept.collect());
    }
    keys
}

fn push_new<T: PartialEq>(ids: &mut Vec<T>, id: T) {
    if !ids.contains(&id) {
        ids.push(id);
    }
}

/// The one that is meant, or the sentence that says why it is none.
fn settled<T>(meant: Meant<T>, name: &str, what: &str, guesses: &mut Vec<(String, String)>) -> Result<T, String> {
    let short: String = name.chars().take(20).collect();
    match meant {
        Meant::Named(id) => Ok(id),
        Meant::Guessed(id, known) => {
            guesses.push((name.to_owned(), known));
            Ok(id)
        }
        Meant::Several(names) => {
            let some: Vec<String> = names.into_iter().take(3).collect();
            Err(format!("“{short}”可能是{}，请写全称", some.join("、")))
        }
        Meant::Unknown(Some(near)) => Err(format!("没有“{short}”这个{what}，是否为“{near}”？")),
        Meant::Unknown(None) => Err(format!("没有“{short}”这个{what}")),
    }
}

/// A cell as it reads.
pub fn written(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) | Cell::Fault(text) => Cow::Borrowed(text.trim()),
        Cell::Number(number) => Cow::Owned(number.normalize().to_string()),
        Cell::Moment(moment) if moment.time() == Time::midnight() => Cow::Owned(moment.date().to_string()),
        Cell::Moment(moment) => Cow::Owned(moment.to_string().replace('T', " ")),
        Cell::YesNo(yes) => Cow::Borrowed(if *yes { "是" } else { "否" }),
    }
}

/// What every row is filled with where it says nothing itself, and what cannot be read of it.
pub fn for_all(ctx: &Ctx, mechanism: &Mechanism, mapping: &Mapping) -> (Vec<(FieldId, Value)>, Vec<Refusal>) {
    let (mut values, mut refusals) = (Vec::new(), Vec::new());
    for field in importable(mechanism) {
        let Some(text) = mapping.for_all.get(&field.id) else { continue };
        let texts = match &field.of {
            FieldType::Units | FieldType::People => text.split_whitespace().map(str::to_owned).collect(),
            _ => vec![text.clone()],
        };
        let is_there = |value: &Value| match value {
            Value::Unit(id) => ctx.tree.unit(*id).is_some(),
            Value::Units(ids) => ids.iter().all(|id| ctx.tree.unit(*id).is_some()),
            Value::Person(id) => ctx.tree.person(*id).is_some(),
            Value::People(ids) => ids.iter().all(|id| ctx.tree.person(*id).is_some()),
            _ => true,
        };
        match facts::read_field(field, ctx.vocabulary(), &texts) {
            Ok(Some(value)) if is_there(&value) => values.push((field.id.clone(), value)),
            Ok(None) => {}
            Ok(Some(_)) => {
                let refusal = Refusal::new("field.not_chosen").with("field", &field.name).with("value", text);
                refusals.push(refusal.at(Spot::Field(field.id.clone())));
            }
            Err(refusal) => refusals.push(refusal.at(Spot::Field(field.id.clone()))),
        }
    }
    (values, refusals)
}
