//! What is asked of a register? From tabs, filters and figures to one question for the store.
//!
//! What SQL cannot say the same way is judged by the kernel, row by row.
//! Never asks beyond the scope that it is given.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::catalog::{FieldType, Figure, Mechanism, SortKey};
use kernel::figures::{self, Cells, Falls};
use kernel::formula::{Choices, Cmp, Expr, Named, Own, Slot, Type};
use kernel::ids::{FieldId, PersonId, StateId, UnitId};
use kernel::record::{MERGED, UNDONE, View};
use kernel::refusal::Refusal;
use kernel::value::Month;
use store::Conn;
use store::filters::Condition;
use store::register::{After, FactTest, RegisterQuery, SortBy};

use super::{PAGE, Scope, Then};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::UNIT_KIND;
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
    /// The slice of the figure, `source=party_committee`; for the kind of the unit, `@kind=bureau`.
    pub slice: String,
    /// Of a figure that counts people: whose records are wanted.
    pub who: String,
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
    /// Behind a figure whose tree has changed since: how it was counted.
    counted: Option<Counted>,
    /// Behind a figure that counts people: who must be named in it.
    named: Option<Naming>,
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
        query.limit = if self.is_judged() { 500 } else { most as u32 };
        let (mut fitting, mut looked) = (Vec::new(), 0);
        loop {
            let page = store::register::page(conn, &query).await?;
            let last = page.records.last().map(|row| After::of(row, query.sort));
            looked += page.records.len();
            let records = crate::records::seen(ctx, conn, page.records).await?;
            let keys: Vec<After> = records.iter().map(|row| After::of(row, query.sort)).collect();
            let found = match self.is_judged() {
                true => crate::records::with_deadlines(ctx, conn, records).await?,
                false => crate::records::as_listed(ctx, conn, records).await?,
            };
            let kept = found.into_iter().zip(keys).filter(|(found, _)| self.fits(ctx, found));
            fitting.extend(kept);
            if fitting.len() > most || (fitting.len() == most && page.more) {
                fitting.truncate(most);
                let next = fitting.last().map(|(_, key)| key_text(key));
                return Ok((read_by(ctx, fitting), next));
            }
            if !page.more {
                return Ok((read_by(ctx, fitting), None));
            }
            if looked >= LOOKED_THROUGH {
                // Enough for one page: the next goes on where this one looked last.
                let next = last.as_ref().map(key_text);
                return Ok((read_by(ctx, fitting), next));
            }
            query.after = last;
        }
    }

    /// Goes on after the key that a page gave.
    pub fn go_on_after(&mut self, key: &str) -> Result<(), Error> {
        self.query.after = after(key)?;
        Ok(())
    }

    /// Is there anything that the kernel judges row by row?
    fn is_judged(&self) -> bool {
        !self.judged.is_empty() || self.counted.is_some() || self.named.is_some()
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
            && self.counted.as_ref().is_none_or(|counted| counted.holds(ctx, found))
            && self.named.as_ref().is_none_or(|named| named.holds(ctx, found))
    }

    /// Adds conditions: each goes to the store if SQL can say it, else to the kernel.
    fn given(&mut self, ctx: &Ctx, conditions: Vec<Expr>, period: (Date, Date)) {
        self.period = Some(period);
        for expr in conditions {
            let condition =
                Condition { expr: &expr, today: ctx.today, period: self.period, computed: Some(&self.computed) };
            let dialect = ctx.office.db.dialect();
            match store::filters::condition_sql(dialect, ctx.office.db.site(), &condition) {
                Ok(_) => self.conditions.push(expr),
                Err(_) => self.judged.push(expr),
            }
        }
    }

    /// How many fit, counted up to `most`.
    pub(super) async fn count(&self, ctx: &Ctx, conn: &mut Conn, most: u32) -> Result<i64, Error> {
        let mut all = self.clone();
        all.query.after = None;
        if all.is_judged() {
            let (found, next) = all.page(ctx, conn, most as usize).await?;
            // Not all was looked through: more than can be said.
            return Ok(if next.is_some() { i64::from(most) } else { found.len() as i64 });
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

/// How a figure was counted whose tree has changed since.
#[derive(Clone, Debug)]
struct Counted {
    figure: String,
    is_stock: bool,
    from: Date,
    /// The last day that counts; of a stock, the day on which it stands.
    until: Date,
    then: Then,
}

impl Counted {
    /// Did the record count for those units, by the tree of the day on which it counted?
    fn holds(&self, ctx: &Ctx, found: &Found) -> bool {
        if self.is_stock {
            return self.was_theirs(ctx, found.record.unit_on(self.until), self.until);
        }
        let mut cells = Cells::new();
        figures::contributions(
            ctx.definitions.counted_by(&found.mechanism),
            &found.record,
            ctx.calendar(),
            &mut cells,
            1,
        );
        cells.keys().filter(|key| key.figure == self.figure).any(|key| match key.falls {
            Falls::On(day) => day >= self.from && day <= self.until && self.was_theirs(ctx, key.unit, day),
            Falls::Always | Falls::Stands(_) => false,
        })
    }

    fn was_theirs(&self, ctx: &Ctx, unit: UnitId, day: Date) -> bool {
        let way = ctx.tree.upwards_on(unit, day);
        let times = |units: &[UnitId]| units.iter().filter(|unit| way.contains(unit)).count();
        times(&self.then.added) > times(&self.then.taken)
    }
}

/// Who is counted by a figure of people.
#[derive(Clone, Debug)]
struct Naming {
    figure: String,
    human: PersonId,
}

impl Naming {
    /// Is the human named in the record, as the figure counts it?
    fn holds(&self, ctx: &Ctx, found: &Found) -> bool {
        let (mut cells, counted_by) = (Cells::new(), ctx.definitions.counted_by(&found.mechanism));
        figures::contributions(counted_by, &found.record, ctx.calendar(), &mut cells, 1);
        let mut own = cells.keys().filter(|key| key.figure == self.figure).filter_map(|key| key.person);
        own.any(|person| ctx.tree.human(person) == self.human)
    }
}

/// What was found, as this person reads it. What the kernel judges is judged before, on the whole record.
fn read_by(ctx: &Ctx, found: Vec<(Found, After)>) -> Vec<Found> {
    found.into_iter().map(|(found, _)| found.read_by(ctx)).collect()
}

/// Turns what was asked into a question for records.
pub fn query(ctx: &Ctx, mechanism: &Mechanism, ask: &RegisterAsk, scope: &Scope) -> Result<Asked, Error> {
    let mut query = RegisterQuery {
        mechanism: Some(mechanism.id.clone()),
        sight: scope.sight.clone(),
        within: scope.within,
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
        if !field.protection.read.is_empty() {
            // Only where they read the field: elsewhere the filter would tell what stands there.
            query.sight = query.sight.of_units_inside(&ctx.actor.reach(&mechanism.id, &field.protection.read));
        }
        query.facts.push((field.id.clone(), FactTest::Chosen(wanted.clone())));
    }
    // enforces: list.sort
    (query.sort, query.descending) = sort(if ask.sort.is_empty() { default_sort(mechanism) } else { &ask.sort })?;
    query.after = after(&ask.after)?;
    let computed = mechanism.fields.iter().filter_map(|field| match &field.of {
        FieldType::Computed { formula } => Some((field.id.clone(), formula.expr.clone())),
        _ => None,
    });
    let computed = computed.collect();
    let mut asked =
        Asked { query, conditions: Vec::new(), judged: Vec::new(), period: None, counted: None, named: None, computed };
    if asked.query.open != Some(true) && asked.query.states.is_empty() {
        asked.conditions.push(is_not_in(UNDONE));
        if mechanism.people().is_some() {
            asked.conditions.push(is_not_in(MERGED));
        }
    }
    figure_rows(ctx, mechanism, ask, scope, &mut asked)?;
    Ok(asked)
}

/// An import that was taken back, and a file that was put into another, stand in no state of any mechanism and on no
/// list.
fn is_not_in(state: &str) -> Expr {
    let gone = Choices::new([(state, state)]);
    let option = gone.0[0].clone();
    let state = Named { name: "状态".into(), slot: Slot::Own(Own::State), of: Type::Choice(gone.clone()) };
    Expr::Compare(Cmp::Differs, Box::new(Expr::Named(state)), Box::new(Expr::Option(option, gone)))
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
fn figure_rows(
    ctx: &Ctx,
    mechanism: &Mechanism,
    ask: &RegisterAsk,
    scope: &Scope,
    asked: &mut Asked,
) -> Result<(), Error> {
    if ask.figure.is_empty() {
        return Ok(());
    }
    let figure = mechanism.figure(&ask.figure).ok_or_else(|| Refusal::new("filter.bad").with("name", "数字"))?;
    let period = crate::queries::figures::period(&ask.period)?;
    let (from, until) = (period.first(), period.last());
    (asked.query.open, asked.query.overdue_on) = (None, None);
    // A stock of the current month is reckoned as of today, not as of the month's end.
    let as_of = until.min(ctx.today);
    let is_stock = figure.stands();
    asked.counted = scope.then.clone().map(|then| Counted {
        figure: format!("{}.{}", mechanism.id, figure.id),
        is_stock,
        from,
        until: if is_stock { as_of } else { until },
        then,
    });
    if !ask.who.is_empty() {
        let person: PersonId = ask.who.parse().map_err(|_| Error::NotFound)?;
        let human = ctx.tree.human(person);
        asked.named = Some(Naming { figure: format!("{}.{}", mechanism.id, figure.id), human });
    }
    asked.query.facts.extend(slice(mechanism, figure, &ask.slice)?);
    asked.given(ctx, crate::queries::figures::conditions(figure, ask.part == "part", as_of), (from, until));
    Ok(())
}

/// What a slice of a figure asks of the records; nothing where it is the kind of their units.
fn slice(mechanism: &Mechanism, figure: &Figure, slice: &str) -> Result<Option<(FieldId, FactTest)>, Error> {
    let Some((by, value)) = slice.split_once('=').filter(|(by, _)| *by != UNIT_KIND) else {
        let is_kind = slice.is_empty() || slice.contains('=');
        return if is_kind { Ok(None) } else { Err(Refusal::new("filter.bad").with("name", "分项").into()) };
    };
    // What a figure is not cut by is not there.
    let field = figure.by.iter().find(|id| id.as_str() == by).and_then(|id| mechanism.field(id.as_str()));
    let field = field.ok_or(Error::NotFound)?;
    let test = match (value, &field.of) {
        ("", _) => FactTest::Empty,
        (value, FieldType::YesNo) => FactTest::YesNo(value == "true"),
        (value, _) => FactTest::Among(vec![value.to_owned()]),
    };
    Ok(Some((field.id.clone(), test)))
}
