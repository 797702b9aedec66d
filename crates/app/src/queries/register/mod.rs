//! The register 台账 of a mechanism: as a list, a board by state, and a calendar by day.
//!
//! A list walks by key and never by offset; its counts come from figure cells wherever the cells know them.
//! Never shows a record outside the reader's reach, not even as a number.

mod asked;
mod board;
mod counts;
mod rows;

pub use asked::{Asked, RegisterAsk, query};
pub use board::{Board, BoardColumn, Card, MonthDay, MonthPage, board, month};
pub use counts::{Counts, counts_by_state, open_counts};
pub use rows::{Linked, called, holder_words, is_number, light, linked, value_of};

use kernel::authority::{Sight, Subtree};
use kernel::catalog::{Column, Field, FieldType, Mechanism};
use kernel::ids::{RecordId, StateId, UnitId};
use kernel::workflow::Numbered as _;
use store::Conn;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::queries::dispatch;
use crate::queries::forms::{Choice, choices};
use crate::queries::offerings::{self, Offered};
use crate::queries::units::choosing;

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
    /// Is anything to be done regularly?
    pub has_plans: bool,
    /// Are its records accounts?
    pub has_accounts: bool,
    /// Are its records links?
    pub has_links: bool,
    /// May the reader look at its numbers, one by one?
    pub has_series: bool,
    /// May they import?
    pub may_import: bool,
    /// May this person decide what becomes of personal information whose time is over?
    pub may_clear: bool,
    /// May they export?
    pub may_export: bool,
    /// Is there a board?
    pub has_board: bool,
    /// Is there a calendar?
    pub has_calendar: bool,
    /// The person's saved views: id, name, query string.
    pub views: Vec<(String, String, RegisterAsk)>,
    /// The views that are offered to this person, their own among them.
    pub offered: Vec<(Offered, RegisterAsk)>,
    /// To whom they may offer one.
    pub offers_to: Vec<Choice>,
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
    /// Another record, by number and title: a link.
    Record(RecordId, String),
}

/// Rows on a page.
pub const PAGE: u32 = 50;
/// Counts are exact up to here where only a list can tell.
const COUNTED: u32 = 1000;

/// The register as a list.
pub async fn list(ctx: &Ctx, mechanism: &str, ask: RegisterAsk) -> Result<Register, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let scope = scope_of(ctx, &mechanism, &ask)?;
    let mut conn = ctx.office.db.read().await?;
    let counts = counts_by_state(ctx, &mut conn, &mechanism, &scope).await?;
    let mut asked = query(ctx, &mechanism, &ask, &scope)?;
    asked.query.expected = Some(expected(ctx, &mut conn, &mechanism, &scope, &counts).await?);
    let (found, next) = asked.page(ctx, &mut conn, PAGE as usize).await?;
    let count = count(ctx, &mut conn, &mechanism, &ask, &counts, &asked, found.len(), next.is_some()).await?;
    let linked = linked(ctx, &mut conn, &mechanism, &found).await?;
    Ok(Register {
        rows: found.iter().map(|found| rows::row(ctx, &mechanism, found, &linked)).collect(),
        views: views(ctx, &mut conn, &mechanism).await?,
        offered: offerings::views(ctx, &mut conn, &mechanism).await?,
        offers_to: offerings::choices(ctx),
        tabs: tabs(&mechanism, &ask, &counts),
        filters: filters(ctx, &mechanism, &ask),
        columns: columns(&mechanism),
        next,
        count,
        batch_steps: batch_steps(ctx, &mechanism),
        may_start: may_start(ctx, &mechanism),
        has_plans: !mechanism.plans.is_empty(),
        has_accounts: mechanism.account.is_some(),
        has_links: mechanism.link.is_some(),
        has_series: dispatch::has_series(ctx, &mechanism),
        // enforces: rights.import
        may_clear: crate::queries::retention::may_decide(ctx, &mechanism),
        may_import: ctx.actor.holds_any(&mechanism.id, &mechanism.rights.import),
        // enforces: rights.export
        may_export: ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export),
        has_board: mechanism.board.is_some(),
        has_calendar: mechanism.calendar.is_some(),
        opened_from: opened_from(ctx, &mut conn, &mechanism, &ask).await?,
        mechanism: mechanism.id.to_string(),
        name: mechanism.name.clone(),
        chapter: chapter_name(ctx, &mechanism),
        ask,
    })
}

/// Every record that the ask finds, up to one more than `most`: for an act on all of them.
pub async fn ids(ctx: &Ctx, mechanism: &str, ask: RegisterAsk, most: usize) -> Result<Vec<RecordId>, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let scope = scope_of(ctx, &mechanism, &ask)?;
    let mut conn = ctx.office.db.read().await?;
    let ask = RegisterAsk { after: String::new(), ..ask };
    let mut asked = query(ctx, &mechanism, &ask, &scope)?;
    let mut ids = Vec::new();
    loop {
        let (found, next) = asked.page(ctx, &mut conn, 500).await?;
        ids.extend(found.iter().map(|found| found.record.id));
        match next {
            Some(key) if ids.len() <= most => asked.go_on_after(&key)?,
            _ => return Ok(ids),
        }
    }
}

/// What is looked at: what this person sees, inside the unit asked for.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What is seen.
    pub sight: Sight,
    /// Only records of units inside this subtree.
    pub within: Option<Subtree>,
    /// Only records that counted for these units by the tree of their day.
    pub then: Option<Then>,
}

impl Scope {
    /// Is it all that there is?
    fn is_everything(&self, ctx: &Ctx) -> bool {
        self.within.is_none() && self.then.is_none() && self.sight == Sight::over(vec![ctx.tree.whole()])
    }
}

/// The units for which a figure was counted: the tree has changed since.
#[derive(Clone, Debug)]
pub struct Then {
    /// Counted with all below them.
    pub added: Vec<UnitId>,
    /// Taken away from those, with all below them.
    pub taken: Vec<UnitId>,
}

/// What this person sees, inside the unit asked for.
pub fn scope(ctx: &Ctx, mechanism: &Mechanism, unit: Option<UnitId>) -> Result<Scope, Error> {
    let within = unit.map(|id| ctx.tree.unit(id).map(|unit| unit.over).ok_or(Error::NotFound)).transpose()?;
    Ok(Scope { sight: ctx.sight(mechanism), within, then: None })
}

/// What an ask looks at: behind a figure stands only what the figure counts for this person.
pub fn scope_of(ctx: &Ctx, mechanism: &Mechanism, ask: &RegisterAsk) -> Result<Scope, Error> {
    let mut scope = scope(ctx, mechanism, ask.unit)?;
    if let Some(figure) = mechanism.figure(&ask.figure) {
        let mut counted = crate::queries::figures::reach(ctx, figure, &scope);
        if let Some((crate::queries::figures::UNIT_KIND, kind)) = ask.slice.split_once('=') {
            counted = crate::queries::figures::of_kind(ctx, kind, &counted);
        }
        let since = crate::queries::figures::period(&ask.period).ok().map(kernel::period::Period::first);
        if !since.is_some_and(|from| ctx.tree.past().turns().iter().any(|turn| *turn > from)) {
            scope.sight = scope.sight.of_units_inside(&counted);
            return Ok(scope);
        }
        // Records may stand under other units today than where they counted: looked for wherever this person sees them.
        let mut then = Then { added: Vec::new(), taken: Vec::new() };
        for over in counted {
            let (added, taken) = ctx.tree.made_of(over);
            then.added.extend(added);
            then.taken.extend(taken);
        }
        let anywhere = Scope { within: None, ..scope };
        let seen = crate::queries::figures::reach(ctx, figure, &anywhere);
        scope = Scope { sight: anywhere.sight.of_units_inside(&seen), within: None, then: Some(then) };
    }
    Ok(scope)
}

/// How many records somebody sees and how many there are, as far as that chooses the way to a page.
async fn expected(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    scope: &Scope,
    counts: &Counts,
) -> Result<(i64, i64), Error> {
    if scope.is_everything(ctx) {
        return Ok((counts.sum(), counts.sum()));
    }
    let whole = Scope { sight: Sight::over(vec![ctx.tree.whole()]), within: None, then: None };
    let whole = counts_by_state(ctx, conn, mechanism, &whole).await?;
    Ok((counts.sum(), whole.sum()))
}

async fn opened_from(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    ask: &RegisterAsk,
) -> Result<Option<String>, Error> {
    let Some(figure) = mechanism.figure(&ask.figure) else { return Ok(None) };
    let words = match (ask.part.as_str(), &figure.over_words) {
        ("whole", Some(over)) => over,
        _ => &figure.words,
    };
    let period = crate::queries::figures::period(&ask.period).map_or_else(|_| ask.period.clone(), |it| it.words());
    let slice = crate::queries::figures::slice_words(ctx, conn, mechanism, &ask.slice).await?;
    Ok(Some(format!("“{}”（{period}{slice}）：{words}", figure.name)))
}

#[expect(clippy::too_many_arguments, reason = "a count is taken from whichever of these knows it for nothing")]
async fn count(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    ask: &RegisterAsk,
    counts: &Counts,
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
    if let (true, Some(count)) = (plain, tab_count(mechanism, &ask.tab, counts)) {
        return Ok(Count::Exactly(count));
    }
    let counted = asked.count(ctx, conn, COUNTED + 1).await?;
    let most = i64::from(COUNTED);
    Ok(if counted > most { Count::MoreThan(most) } else { Count::Exactly(counted) })
}

/// How many records a tab holds, if the states tell.
fn tab_count(mechanism: &Mechanism, tab: &str, counts: &Counts) -> Option<i64> {
    if !counts.are_all {
        return None;
    }
    let by_state = &counts.by_state;
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

fn tabs(mechanism: &Mechanism, ask: &RegisterAsk, counts: &Counts) -> Vec<Tab> {
    let mut tabs = Vec::new();
    let on = if ask.tab.is_empty() { "open" } else { ask.tab.as_str() };
    let mut add = |id: &str, name: &str| {
        tabs.push(Tab {
            id: id.to_owned(),
            name: name.to_owned(),
            count: tab_count(mechanism, id, counts),
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
    for field in mechanism.fields.iter().filter(|field| field.filter && may_read_somewhere(ctx, mechanism, field)) {
        let chosen = ask.fields.iter().find(|(id, _)| *id == *field.id.as_str()).map(|(_, value)| value.clone());
        let (id, choices, chosen) = match &field.of {
            FieldType::Unit if field.id == mechanism.unit => {
                let chosen = ask.unit.map(|id| id.to_string()).unwrap_or_default();
                ("unit".to_owned(), visible_units(ctx, mechanism, ask.unit), chosen)
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

/// Does this person read the field of any record?
pub fn may_read_somewhere(ctx: &Ctx, mechanism: &Mechanism, field: &Field) -> bool {
    field.protection.read.is_empty() || ctx.actor.holds_any(&mechanism.id, &field.protection.read)
}

/// The units inside this person's reach.
pub fn visible_units(ctx: &Ctx, mechanism: &Mechanism, chosen: Option<UnitId>) -> Vec<Choice> {
    choosing::around(ctx, &ctx.sight(mechanism).subtrees(), chosen)
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

fn batch_steps(ctx: &Ctx, mechanism: &Mechanism) -> Vec<BatchStep> {
    let mine = mechanism.steps.iter().filter(|step| step.batch && ctx.actor.holds_any(&mechanism.id, &step.who));
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
    ctx.actor.holds_any(&mechanism.id, &start.who).then(|| start.name.clone())
}

/// The chapter's name.
pub fn chapter_name(ctx: &Ctx, mechanism: &Mechanism) -> String {
    let chapter = ctx.vocabulary().chapters.iter().find(|chapter| chapter.id == mechanism.chapter);
    chapter.map_or_else(|| mechanism.chapter.to_string(), |chapter| chapter.name.clone())
}

async fn views(ctx: &Ctx, conn: &mut Conn, mechanism: &Mechanism) -> Result<Vec<(String, String, RegisterAsk)>, Error> {
    let Some(person) = ctx.person() else { return Ok(Vec::new()) };
    let rows = store::saved_views::of_person(conn, person, &mechanism.id).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.id.simple().to_string(), row.name, serde_json::from_str(&row.query?).ok()?)))
        .collect())
}

/// The unit's number: used where a record's unit must be inside what is looked at.
pub fn holds(reach: &[Subtree], ctx: &Ctx, unit: UnitId) -> bool {
    ctx.tree.ord(unit).is_some_and(|ord| reach.iter().any(|over| over.holds(ord)))
}
