//! The register 台账 of a mechanism: as a list, a board by state, and a calendar by day.
//!
//! A list walks by key and never by offset; its counts come from figure cells wherever the cells know them.
//! Never shows a record outside the reader's reach, not even as a number.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::calendar::Calendar;
use kernel::catalog::{Column, FieldType, Mechanism, SortKey};
use kernel::deadlines::{self, LightKind};
use kernel::figures::STATES;
use kernel::formula::Expr;
use kernel::ids::{FieldId, RecordId, StateId, UnitId};
use kernel::record::View;
use kernel::refusal::Refusal;
use kernel::value::{Month, Value};
use kernel::workflow::Numbered as _;
use store::Conn;
use store::filters::Condition;
use store::register::{After, FactTest, RegisterQuery, SortBy};

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::queries::forms::{Choice, choices};
use crate::records::Found;

/// What somebody wants to see of a register; also what a saved view keeps.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct RegisterAsk {
    /// `open` (the default), `late`, `month`, `closed`, `all`, or a state's id.
    pub tab: String,
    /// The unit whose subtree is looked at.
    pub unit: Option<UnitId>,
    /// Full text.
    pub words: String,
    /// First day of the due day.
    pub due_from: String,
    /// Last day of the due day.
    pub due_until: String,
    /// Fields marked for filtering: field and what it must equal.
    pub fields: Vec<(String, String)>,
    /// `due`, `opened`, `number`; with `-` in front the other way round.
    pub sort: String,
    /// The key after which the page begins.
    pub after: String,
    /// The figure whose records are wanted, `closed`, with the period; opens a number to its rows.
    pub figure: String,
    /// The period of the figure, `2026-03` or `2026-01..2026-03`.
    pub period: String,
    /// Which part of a ratio: `part` (numerator) or `whole`.
    pub part: String,
}

/// A register as a list.
#[derive(Clone, Debug)]
pub struct Register {
    /// The mechanism's id.
    pub mechanism: String,
    /// Its name.
    pub name: String,
    /// The chapter's name.
    pub chapter: String,
    /// What was asked.
    pub ask: RegisterAsk,
    /// The tabs with their counts.
    pub tabs: Vec<Tab>,
    /// The filters offered.
    pub filters: Vec<Filter>,
    /// The column titles.
    pub columns: Vec<ColumnTitle>,
    /// The rows.
    pub rows: Vec<RegisterRow>,
    /// The key of the next page.
    pub next: Option<String>,
    /// How many there are in all, exact or «more than».
    pub count: Count,
    /// Steps that may be taken for many at once: id, name, whether it asks for an opinion, a reason.
    pub batch_steps: Vec<BatchStep>,
    /// May this person start a record?
    pub may_start: Option<String>,
    /// May they import?
    pub may_import: bool,
    /// May they export?
    pub may_export: bool,
    /// Is there a board?
    pub has_board: bool,
    /// Is there a calendar?
    pub has_calendar: bool,
    /// The person's saved views: id, name, query string.
    pub views: Vec<(String, String, RegisterAsk)>,
    /// What the list shows, in words, when it was opened from a figure.
    pub opened_from: Option<String>,
}

/// A tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// What `tab` is set to.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many records, if it is known for nothing.
    pub count: Option<i64>,
    /// Is it the one shown?
    pub is_on: bool,
}

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The field's id; `unit` for the unit.
    pub id: String,
    /// Its label.
    pub name: String,
    /// What it may be set to; none for a free day.
    pub choices: Vec<Choice>,
    /// What it is set to.
    pub chosen: String,
}

/// A column's title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnTitle {
    /// The title.
    pub name: String,
    /// Is it a number (right-aligned)?
    pub is_number: bool,
    /// The sort that its title links to.
    pub sort: Option<String>,
}

/// How many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(i64),
    /// More than so many.
    MoreThan(i64),
}

/// A step for many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchStep {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Does it ask for an opinion?
    pub opinion: bool,
    /// Does it demand a reason?
    pub reason: bool,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisterRow {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// The cells, by column.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// The title: a link.
    Title(String),
    /// A number.
    Number(String),
    /// A state.
    State(String),
    /// A light.
    Light(Option<Light>),
}

/// Rows on a page.
pub const PAGE: u32 = 50;
/// Counts are exact up to here where only a list can tell.
const COUNTED: u32 = 1000;

/// The register as a list.
pub async fn list(ctx: &Ctx, mechanism: &str, ask: RegisterAsk) -> Result<Register, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let reach = scope(ctx, &mechanism, ask.unit)?;
    let mut conn = ctx.office.db.read().await?;
    let by_state = counts_by_state(ctx, &mut conn, &mechanism, &reach).await?;
    let mut asked = query(ctx, &mechanism, &ask, &reach)?;
    asked.query.expected = Some(expected(ctx, &mut conn, &mechanism, &by_state).await?);
    let (found, next) = asked.page(ctx, &mut conn, PAGE as usize).await?;
    let count = count(ctx, &mut conn, &mechanism, &ask, &by_state, &asked, found.len(), next.is_some()).await?;
    Ok(Register {
        rows: found.iter().map(|found| row(ctx, &mechanism, found)).collect(),
        views: views(ctx, &mut conn, &mechanism).await?,
        tabs: tabs(&mechanism, &ask, &by_state),
        filters: filters(ctx, &mechanism, &ask),
        columns: columns(&mechanism),
        next,
        count,
        batch_steps: batch_steps(ctx, &mechanism),
        may_start: may_start(ctx, &mechanism),
        // enforces: rights.import
        may_import: ctx.actor.holds_any(&mechanism.rights.import),
        // enforces: rights.export
        may_export: ctx.actor.holds_any(&mechanism.rights.export),
        has_board: mechanism.board.is_some(),
        has_calendar: mechanism.calendar.is_some(),
        opened_from: opened_from(&mechanism, &ask),
        mechanism: mechanism.id.to_string(),
        name: mechanism.name.clone(),
        chapter: chapter_name(ctx, &mechanism),
        ask,
    })
}

/// The subtrees that are looked at: what this person may see, inside the unit asked for.
pub fn scope(ctx: &Ctx, mechanism: &Mechanism, unit: Option<UnitId>) -> Result<Vec<Subtree>, Error> {
    let reach = ctx.reach(mechanism);
    let Some(unit) = unit else { return Ok(reach) };
    let over = ctx.tree.unit(unit).ok_or(Error::NotFound)?.over;
    let inside = reach.into_iter().filter_map(|it| {
        let both = Subtree { first: it.first.max(over.first), last: it.last.min(over.last) };
        (both.first <= both.last).then_some(both)
    });
    Ok(inside.collect())
}

/// Records by state inside the subtrees, from the figure cells.
pub async fn counts_by_state(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    reach: &[Subtree],
) -> Result<Vec<(StateId, i64)>, Error> {
    let figure = format!("{}.{STATES}", mechanism.id);
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for (slice, _, amount) in crate::cells::summed(conn, &ctx.tree, &figure, None, None, reach).await? {
        *counts.entry(slice).or_default() += amount.numerator;
    }
    Ok(counts.into_iter().map(|(slice, count)| (StateId::from(slice), count)).collect())
}

async fn expected(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    by_state: &[(StateId, i64)],
) -> Result<(i64, i64), Error> {
    let here: i64 = by_state.iter().map(|(_, count)| count).sum();
    let whole = counts_by_state(ctx, conn, mechanism, &[ctx.tree.whole()]).await?;
    Ok((here, whole.iter().map(|(_, count)| count).sum()))
}

/// A question for records: what the store is asked, and what the kernel judges row by row because SQL cannot say it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What the store is asked.
    pub query: RegisterQuery<'static>,
    /// The conditions that the store is asked too.
    pub conditions: Vec<Expr>,
    /// The conditions that the kernel judges.
    pub judged: Vec<Expr>,
    /// The period that the conditions mean.
    pub period: Option<(Date, Date)>,
    /// The mechanism's computed fields.
    computed: BTreeMap<FieldId, Expr>,
}

/// Rows looked through at most where the kernel judges.
const LOOKED_THROUGH: usize = 20_000;

impl Asked {
    /// Up to `most` records that fit, and the key of the next page if there are more.
    pub async fn page(&self, ctx: &Ctx, conn: &mut Conn, most: usize) -> Result<(Vec<Found>, Option<String>), Error> {
        let condition = Expr::And(self.conditions.clone());
        let mut query = self.query.clone();
        if !self.conditions.is_empty() {
            query.condition = Some(Condition {
                expr: &condition,
                today: ctx.today,
                period: self.period,
                computed: Some(&self.computed),
            });
        }
        query.limit = if self.judged.is_empty() { most as u32 } else { 500 };
        let (mut fitting, mut looked) = (Vec::new(), 0);
        loop {
            let page = store::register::page(conn, &query).await?;
            let last = page.records.last().map(|row| After::of(row, query.sort));
            looked += page.records.len();
            let keys: Vec<After> = page.records.iter().map(|row| After::of(row, query.sort)).collect();
            let found = crate::records::with_deadlines(ctx, conn, page.records).await?;
            let kept = found.into_iter().zip(keys).filter(|(found, _)| self.fits(ctx, found));
            fitting.extend(kept);
            if fitting.len() > most || (fitting.len() == most && page.more) {
                fitting.truncate(most);
                let next = fitting.last().map(|(_, key)| key_text(key));
                return Ok((fitting.into_iter().map(|(found, _)| found).collect(), next));
            }
            if !page.more || looked >= LOOKED_THROUGH {
                return Ok((fitting.into_iter().map(|(found, _)| found).collect(), None));
            }
            query.after = last;
        }
    }

    /// Does the record hold what the kernel judges?
    fn fits(&self, ctx: &Ctx, found: &Found) -> bool {
        let view = View {
            mechanism: &found.mechanism,
            record: &found.record,
            today: ctx.today,
            calendar: ctx.calendar(),
            period: self.period,
        };
        self.judged.iter().all(|expr| kernel::formula::holds(expr, &view))
    }

    /// Adds conditions: each goes to the store if SQL can say it, else to the kernel.
    fn given(&mut self, ctx: &Ctx, conditions: Vec<Expr>, period: (Date, Date)) {
        self.period = Some(period);
        for expr in conditions {
            let condition = Condition {
                expr: &expr,
                today: ctx.today,
                period: self.period,
                computed: Some(&self.computed),
            };
            let dialect = ctx.office.db.dialect();
            match store::filters::condition_sql(dialect, ctx.office.db.site(), &condition) {
                Ok(_) => self.conditions.push(expr),
                Err(_) => self.judged.push(expr),
            }
        }
    }

    /// How many fit, counted up to `most`.
    async fn count(&self, ctx: &Ctx, conn: &mut Conn, most: u32) -> Result<i64, Error> {
        let mut all = self.clone();
        all.query.after = None;
        if !all.judged.is_empty() {
            let (found, _) = all.page(ctx, conn, most as usize).await?;
            return Ok(found.len() as i64);
        }
        let condition = Expr::And(self.conditions.clone());
        if !self.conditions.is_empty() {
            let computed = Some(&self.computed);
            let period = self.period;
            let mut query = all.query.clone();
            query.condition = Some(Condition { expr: &condition, today: ctx.today, period, computed });
            return Ok(store::register::count_capped(conn, &query, most).await?);
        }
        Ok(store::register::count_capped(conn, &all.query, most).await?)
    }
}

/// Turns what was asked into a question for records.
pub fn query(ctx: &Ctx, mechanism: &Mechanism, ask: &RegisterAsk, reach: &[Subtree]) -> Result<Asked, Error> {
    let mut query = RegisterQuery {
        mechanism: Some(mechanism.id.clone()),
        units: reach.iter().map(|over| (over.first, over.last)).collect(),
        limit: PAGE,
        ..RegisterQuery::default()
    };
    tab(ctx, mechanism, ask, &mut query)?;
    if !ask.due_from.is_empty() || !ask.due_until.is_empty() {
        let from = filter_day(&ask.due_from, Date::constant(1900, 1, 1))?;
        let until = filter_day(&ask.due_until, Date::constant(9998, 12, 31))?;
        query.due = Some((from, until));
    }
    if !ask.words.trim().is_empty() {
        query.words = Some(ask.words.trim().chars().take(100).collect());
    }
    for (id, wanted) in ask.fields.iter().filter(|(_, wanted)| !wanted.is_empty()) {
        // enforces: field.filter
        let field = mechanism.field(id).filter(|field| field.filter);
        let field = field.ok_or_else(|| Refusal::new("filter.bad").with("name", id))?;
        query.facts.push((field.id.clone(), FactTest::Among(vec![wanted.clone()])));
    }
    // enforces: list.sort
    (query.sort, query.descending) = sort(if ask.sort.is_empty() { default_sort(mechanism) } else { &ask.sort })?;
    query.after = after(&ask.after)?;
    let computed = mechanism.fields.iter().filter_map(|field| match &field.of {
        FieldType::Computed { formula } => Some((field.id.clone(), formula.expr.clone())),
        _ => None,
    });
    let computed = computed.collect();
    let mut asked = Asked { query, conditions: Vec::new(), judged: Vec::new(), period: None, computed };
    figure_rows(ctx, mechanism, ask, &mut asked)?;
    Ok(asked)
}

fn tab(ctx: &Ctx, mechanism: &Mechanism, ask: &RegisterAsk, query: &mut RegisterQuery<'static>) -> Result<(), Error> {
    match ask.tab.as_str() {
        "" | "open" => query.open = Some(true),
        "late" => query.overdue_on = Some(ctx.today),
        "month" => {
            let month = Month::of(ctx.today);
            query.open = Some(true);
            query.due = Some((month.first_day(), month.last_day()));
        }
        "closed" => query.open = Some(false),
        "all" => {}
        state if mechanism.state(state).is_some() => query.states = vec![StateId::from(state)],
        _ => return Err(Refusal::new("filter.bad").with("name", "页签").into()),
    }
    Ok(())
}

fn default_sort(mechanism: &Mechanism) -> &'static str {
    match mechanism.list.sort {
        SortKey::Due => "due",
        SortKey::Opened => "-opened",
        SortKey::Number => "number",
    }
}

fn sort(text: &str) -> Result<(SortBy, bool), Error> {
    let (down, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    match name {
        "due" => Ok((SortBy::Due, down)),
        "opened" => Ok((SortBy::Opened, down)),
        "number" => Ok((SortBy::Number, down)),
        _ => Err(Refusal::new("filter.bad").with("name", "排序").into()),
    }
}

fn filter_day(text: &str, otherwise: Date) -> Result<Date, Error> {
    match text {
        "" => Ok(otherwise),
        text => text.parse().map_err(|_| Refusal::new("filter.bad").with("name", "时限").into()),
    }
}

/// The key after which the next page begins, as it stands in a link.
fn key_text(after: &After) -> String {
    format!("{}_{}", after.id, after.key)
}

fn after(text: &str) -> Result<Option<After>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = text.split_once('_').and_then(|(id, key)| Some(After { id: id.parse().ok()?, key: key.to_owned() }));
    parsed.map(Some).ok_or_else(|| Refusal::new("filter.bad").with("name", "翻页").into())
}

/// Narrows the question to the records behind a figure.
fn figure_rows(ctx: &Ctx, mechanism: &Mechanism, ask: &RegisterAsk, asked: &mut Asked) -> Result<(), Error> {
    if ask.figure.is_empty() {
        return Ok(());
    }
    let figure = mechanism.figure(&ask.figure).ok_or_else(|| Refusal::new("filter.bad").with("name", "数字"))?;
    let (from, until) = crate::queries::figures::period(&ask.period)
        .ok_or_else(|| Refusal::new("filter.bad").with("name", "期间"))?;
    (asked.query.open, asked.query.overdue_on) = (None, None);
    // A stock of the current month is reckoned as of today, not as of the month's end.
    let as_of = until.min(ctx.today);
    asked.given(ctx, crate::queries::figures::conditions(figure, ask.part == "part", as_of), (from, until));
    Ok(())
}

fn opened_from(mechanism: &Mechanism, ask: &RegisterAsk) -> Option<String> {
    let figure = mechanism.figure(&ask.figure)?;
    let words = match (ask.part.as_str(), &figure.over_words) {
        ("whole", Some(over)) => over,
        _ => &figure.words,
    };
    Some(format!("“{}”{}:{}", figure.name, ask.period, words))
}

#[expect(clippy::too_many_arguments, reason = "a count is taken from whichever of these knows it for nothing")]
async fn count(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    ask: &RegisterAsk,
    by_state: &[(StateId, i64)],
    asked: &Asked,
    shown: usize,
    more: bool,
) -> Result<Count, Error> {
    if ask.after.is_empty() && !more {
        return Ok(Count::Exactly(shown as i64));
    }
    let plain = ask.words.trim().is_empty()
        && ask.due_from.is_empty()
        && ask.due_until.is_empty()
        && ask.figure.is_empty()
        && ask.fields.iter().all(|(_, wanted)| wanted.is_empty());
    if let (true, Some(count)) = (plain, tab_count(mechanism, &ask.tab, by_state)) {
        return Ok(Count::Exactly(count));
    }
    let counted = asked.count(ctx, conn, COUNTED + 1).await?;
    let most = i64::from(COUNTED);
    Ok(if counted > most { Count::MoreThan(most) } else { Count::Exactly(counted) })
}

/// How many records a tab holds, if the states tell.
fn tab_count(mechanism: &Mechanism, tab: &str, by_state: &[(StateId, i64)]) -> Option<i64> {
    let is_final = |id: &StateId| mechanism.state(id.as_str()).is_some_and(|state| state.is_final);
    let sum = |wanted: &dyn Fn(&StateId) -> bool| {
        by_state.iter().filter(|(id, _)| wanted(id)).map(|(_, count)| count).sum::<i64>()
    };
    match tab {
        "" | "open" => Some(sum(&|id| !is_final(id))),
        "closed" => Some(sum(&is_final)),
        "all" => Some(sum(&|_| true)),
        "late" | "month" => None,
        state => Some(sum(&|id| *id == *state)),
    }
}

fn tabs(mechanism: &Mechanism, ask: &RegisterAsk, by_state: &[(StateId, i64)]) -> Vec<Tab> {
    let mut tabs = Vec::new();
    let on = if ask.tab.is_empty() { "open" } else { ask.tab.as_str() };
    let mut add = |id: &str, name: &str| {
        tabs.push(Tab {
            id: id.to_owned(),
            name: name.to_owned(),
            count: tab_count(mechanism, id, by_state),
            is_on: on == id && ask.figure.is_empty(),
        });
    };
    add("open", "未结");
    if mechanism.deadlines.iter().any(|deadline| deadline.main) {
        add("late", "逾期");
        add("month", "本月到期");
    }
    add("closed", "已结");
    add("all", "全部");
    tabs
}

fn filters(ctx: &Ctx, mechanism: &Mechanism, ask: &RegisterAsk) -> Vec<Filter> {
    let mut filters = Vec::new();
    for field in mechanism.fields.iter().filter(|field| field.filter) {
        let chosen = ask.fields.iter().find(|(id, _)| *id == *field.id.as_str()).map(|(_, value)| value.clone());
        let (id, choices, chosen) = match &field.of {
            FieldType::Unit if field.id == mechanism.unit => {
                let chosen = ask.unit.map(|id| id.to_string()).unwrap_or_default();
                ("unit".to_owned(), visible_units(ctx, mechanism), chosen)
            }
            FieldType::Choice { list } => {
                (format!("f.{}", field.id), choices(ctx, list.as_str()), chosen.unwrap_or_default())
            }
            _ => continue,
        };
        filters.push(Filter { id, name: field.name.clone(), choices, chosen });
    }
    let mut states: Vec<Choice> = Vec::new();
    for state in &mechanism.states {
        states.push(Choice { id: state.id.to_string(), name: state.name.clone(), pinyin: String::new(), group: None });
    }
    let chosen = mechanism.state(&ask.tab).map(|state| state.id.to_string()).unwrap_or_default();
    filters.push(Filter { id: "state".to_owned(), name: "状态".to_owned(), choices: states, chosen });
    filters
}

/// The units inside this person's reach.
pub fn visible_units(ctx: &Ctx, mechanism: &Mechanism) -> Vec<Choice> {
    let reach = ctx.reach(mechanism);
    let choice = |unit: &crate::tree::Unit| Choice {
        id: unit.id.to_string(),
        name: unit.name.clone(),
        pinyin: unit.pinyin.clone(),
        group: None,
    };
    ctx.tree.within(&reach).map(choice).collect()
}

// enforces: list.columns
fn columns(mechanism: &Mechanism) -> Vec<ColumnTitle> {
    let title = |name: &str, is_number: bool, sort: Option<&str>| ColumnTitle {
        name: name.to_owned(),
        is_number,
        sort: sort.map(str::to_owned),
    };
    mechanism
        .list
        .columns
        .iter()
        .map(|column| match column {
            Column::Number => title("编号", false, Some("number")),
            Column::State => title("状态", false, None),
            Column::Light => title("时限", false, Some("due")),
            Column::Due => title("到期日", false, Some("due")),
            Column::Holder => title("现由", false, None),
            Column::Field(id) => {
                let field = mechanism.field(id.as_str());
                title(field.map_or("", |field| &field.name), field.is_some_and(|field| is_number(&field.of)), None)
            }
        })
        .collect()
}

/// Is it shown right-aligned?
pub fn is_number(of: &FieldType) -> bool {
    matches!(
        of,
        FieldType::Whole { .. } | FieldType::Decimal { .. } | FieldType::Money | FieldType::Percent
    )
}

fn row(ctx: &Ctx, shown_by: &Mechanism, found: &Found) -> RegisterRow {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let cells = shown_by.list.columns.iter().map(|column| match column {
        Column::Number => Cell::Text(record.number.clone().unwrap_or_default()),
        Column::State => Cell::State(mechanism.state(record.state.as_str()).map_or_else(String::new, |it| it.name.clone())),
        Column::Light => Cell::Light(light(ctx, found)),
        Column::Due => Cell::Text(record.due_on(mechanism).map(|day| day.to_string()).unwrap_or_default()),
        Column::Holder => Cell::Text(holder_words(ctx, found)),
        Column::Field(id) => field_cell(ctx, found, id.as_str()),
    });
    RegisterRow { id: record.id, title: record.title.clone(), cells: cells.collect() }
}

fn field_cell(ctx: &Ctx, found: &Found, id: &str) -> Cell {
    let (record, mechanism) = (&found.record, &found.mechanism);
    if *id == *mechanism.title.as_str() {
        return Cell::Title(record.title.clone());
    }
    let Some(field) = mechanism.field(id) else { return Cell::Text(String::new()) };
    let words = value_of(ctx, found, id).map(|value| ctx.names().plain(&field.of, &value)).unwrap_or_default();
    if is_number(&field.of) { Cell::Number(words) } else { Cell::Text(words) }
}

/// A field's value, computed ones too.
pub fn value_of(ctx: &Ctx, found: &Found, id: &str) -> Option<Value> {
    let view = kernel::record::View {
        mechanism: &found.mechanism,
        record: &found.record,
        today: ctx.today,
        calendar: ctx.calendar(),
        period: None,
    };
    kernel::formula::Env::value(&view, &kernel::formula::Slot::Field(id.into()))
}

/// The light that matters now: the deadline of the state at hand if one runs, else the main one.
pub fn light(ctx: &Ctx, found: &Found) -> Option<Light> {
    light_on(ctx.calendar(), ctx.today, found)
}

fn light_on(calendar: &Calendar, today: Date, found: &Found) -> Option<Light> {
    let (record, mechanism) = (&found.record, &found.mechanism);
    if !record.is_open() {
        let main = mechanism.main_deadline().and_then(|main| record.running(main.id.as_str()));
        let words = match main.and_then(|main| main.outcome) {
            Some(kernel::record::Outcome::Met) => "按时办结",
            Some(kernel::record::Outcome::Late) => "逾期办结",
            _ => return None,
        };
        return Some(Light { kind: LightKind::Grey, words: words.to_owned() });
    }
    let running = record.deadlines.iter().filter(|it| it.is_open()).min_by_key(|it| it.due_on)?;
    let deadline = mechanism.deadline(running.id.as_str())?;
    let (kind, words) = deadlines::light(calendar, deadline, running.due_on, running.paused_on.is_some(), today);
    let words = if deadline.main { words } else { format!("{}:{words}", deadline.name) };
    Some(Light { kind, words })
}

/// Who must act: the people who hold the role nearest to the unit, or the role's name.
pub fn holder_words(ctx: &Ctx, found: &Found) -> String {
    let Some(role) = &found.record.holder else { return String::new() };
    let people = ctx.tree.holders(role, found.record.unit, ctx.today);
    match people.as_slice() {
        [] => format!("{}(空缺)", ctx.vocabulary().role(role.as_str()).map_or("", |role| role.name.as_str())),
        [one] => one.name.clone(),
        [first, rest @ ..] => format!("{}等{}人", first.name, rest.len() + 1),
    }
}

fn batch_steps(ctx: &Ctx, mechanism: &Mechanism) -> Vec<BatchStep> {
    let mine = mechanism.steps.iter().filter(|step| step.batch && ctx.actor.holds_any(&step.who));
    mine.map(|step| BatchStep {
        id: step.id.to_string(),
        name: step.name.clone(),
        opinion: step.opinion,
        reason: step.reason,
    })
    .collect()
}

fn may_start(ctx: &Ctx, mechanism: &Mechanism) -> Option<String> {
    let start = mechanism.start();
    ctx.actor.holds_any(&start.who).then(|| start.name.clone())
}

/// The chapter's name.
pub fn chapter_name(ctx: &Ctx, mechanism: &Mechanism) -> String {
    let chapter = ctx.vocabulary().chapters.iter().find(|chapter| chapter.id == mechanism.chapter);
    chapter.map_or_else(|| mechanism.chapter.to_string(), |chapter| chapter.name.clone())
}

async fn views(ctx: &Ctx, conn: &mut Conn, mechanism: &Mechanism) -> Result<Vec<(String, String, RegisterAsk)>, Error> {
    let Some(person) = ctx.person() else { return Ok(Vec::new()) };
    let rows = store::settings::views(conn, person, &mechanism.id).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.id.simple().to_string(), row.name, serde_json::from_str(&row.query?).ok()?)))
        .collect())
}

/// A board: a column a state.
#[derive(Clone, Debug)]
pub struct Board {
    /// The columns.
    pub columns: Vec<BoardColumn>,
    /// Cards shown a column.
    pub most: usize,
}

/// A column of a board.
#[derive(Clone, Debug)]
pub struct BoardColumn {
    /// The state's id.
    pub state: String,
    /// Its name.
    pub name: String,
    /// How many records it holds.
    pub count: i64,
    /// The first cards.
    pub cards: Vec<Card>,
}

/// A card.
#[derive(Clone, Debug)]
pub struct Card {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: Option<String>,
    /// What the definition puts on it.
    pub lines: Vec<String>,
    /// Its light.
    pub light: Option<Light>,
}

/// The register as a board. Each column shows its first cards; the rest is one link away.
// enforces: board.card
pub async fn board(ctx: &Ctx, mechanism: &str, ask: &RegisterAsk) -> Result<Board, Error> {
    const MOST: usize = 12;
    let mechanism = ctx.mechanism(mechanism)?;
    let layout = mechanism.board.clone().ok_or(Error::NotFound)?;
    let reach = scope(ctx, &mechanism, ask.unit)?;
    let mut conn = ctx.office.db.read().await?;
    let by_state = counts_by_state(ctx, &mut conn, &mechanism, &reach).await?;
    let mut columns = Vec::new();
    for state in mechanism.states.iter().filter(|state| !state.is_final) {
        let count = by_state.iter().find(|(id, _)| *id == state.id).map_or(0, |(_, count)| *count);
        let mut cards = Vec::new();
        if count > 0 {
            let one = RegisterAsk { tab: state.id.to_string(), after: String::new(), ..ask.clone() };
            let mut asked = query(ctx, &mechanism, &one, &reach)?;
            asked.query.expected = Some((count, count));
            let (found, _) = asked.page(ctx, &mut conn, MOST).await?;
            cards.extend(found.iter().map(|found| card(ctx, &layout.card, found)));
        }
        columns.push(BoardColumn { state: state.id.to_string(), name: state.name.clone(), count, cards });
    }
    Ok(Board { columns, most: MOST })
}

fn card(ctx: &Ctx, fields: &[kernel::ids::FieldId], found: &Found) -> Card {
    let lines = fields.iter().filter(|id| **id != found.mechanism.title).filter_map(|id| {
        let field = found.mechanism.field(id.as_str())?;
        let value = value_of(ctx, found, id.as_str())?;
        Some(format!("{} {}", field.name, ctx.names().plain(&field.of, &value)))
    });
    Card {
        id: found.record.id,
        title: found.record.title.clone(),
        number: found.record.number.clone(),
        lines: lines.collect(),
        light: light(ctx, found),
    }
}

/// A month with what falls due in it.
#[derive(Clone, Debug)]
pub struct MonthPage {
    /// The month.
    pub month: Month,
    /// Its days, with the days around it that fill the weeks (Monday first).
    pub days: Vec<MonthDay>,
}

/// A day of a month page.
#[derive(Clone, Debug)]
pub struct MonthDay {
    /// The day.
    pub on: Date,
    /// Does it belong to the month?
    pub inside: bool,
    /// Is it a working day?
    pub works: bool,
    /// The name of the holiday, if the calendar names one.
    pub note: Option<String>,
    /// The records that fall due, at most a few.
    pub cards: Vec<Card>,
    /// How many more there are.
    pub more: usize,
}

/// The register as a calendar.
// enforces: calendar.by
pub async fn month(ctx: &Ctx, mechanism: &str, month: Month, ask: &RegisterAsk) -> Result<MonthPage, Error> {
    const MOST: usize = 4;
    let mechanism = ctx.mechanism(mechanism)?;
    let by = mechanism.calendar.clone().ok_or(Error::NotFound)?;
    let reach = scope(ctx, &mechanism, ask.unit)?;
    let before = i64::from(month.first_day().weekday().to_monday_zero_offset());
    let first = month.first_day().saturating_sub(jiff::Span::new().days(before));
    let weeks = (before + i64::from(month.last_day().day()) + 6) / 7;
    let last = first.saturating_add(jiff::Span::new().days(weeks * 7 - 1));
    let all = RegisterAsk { tab: "all".into(), after: String::new(), ..ask.clone() };
    let mut asked = query(ctx, &mechanism, &all, &reach)?;
    asked.query.facts.push((by.clone(), FactTest::Between(Some(first.to_string()), Some(last.to_string()))));
    let mut conn = ctx.office.db.read().await?;
    let (found, _) = asked.page(ctx, &mut conn, 500).await?;
    let mut days = Vec::new();
    let mut on = first;
    while on <= last {
        let due: Vec<_> = found.iter().filter(|it| it.record.facts.find(by.as_str()) == Some(&Value::Day(on))).collect();
        days.push(MonthDay {
            on,
            inside: Month::of(on) == month,
            works: ctx.calendar().is_working(on),
            note: holiday(ctx, on),
            cards: due.iter().take(MOST).map(|it| card(ctx, &[], it)).collect(),
            more: due.len().saturating_sub(MOST),
        });
        match on.tomorrow() {
            Ok(next) => on = next,
            Err(_) => break,
        }
    }
    Ok(MonthPage { month, days })
}

fn holiday(ctx: &Ctx, on: Date) -> Option<String> {
    match ctx.calendar().kind(on) {
        kernel::calendar::DayKind::Off(name) => Some(name.to_string()),
        kernel::calendar::DayKind::MadeUp => Some("补班".to_owned()),
        _ => None,
    }
}

/// The unit's number: used where a record's unit must be inside what is looked at.
pub fn holds(reach: &[Subtree], ctx: &Ctx, unit: UnitId) -> bool {
    ctx.tree.ord(unit).is_some_and(|ord| reach.iter().any(|over| over.holds(ord)))
}
