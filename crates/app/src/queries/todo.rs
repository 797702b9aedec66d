//! Everything that waits 待办: for me, or in my units for whoever must act; narrowed, by due day, page by page.
//!
//! Never what its reader does not see, and never one that waits for somebody else's signature first.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::authority::{Subtree, merged, overlap};
use kernel::ids::{MechanismId, RecordId, RoleId, UnitId};
use kernel::refusal::Refusal;
use store::Conn;
use store::records::RecordRow;
use store::register::{After, Over, SortBy};
use uuid::Uuid;

use super::desk::{self, DeskLine, WIDE};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;
use crate::queries::units::choosing;
use crate::records;

/// Lines of a page.
const PAGE: usize = 50;
/// What falls due in so many days is soon.
const SOON: i64 = 7;
/// So many pages are looked through for one that is full: much of them may wait for others.
const LOOKS: usize = 4;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct TodoAsk {
    /// What waits in my units, not only for me.
    pub of_units: bool,
    /// Only this mechanism; empty for all.
    pub mechanism: String,
    /// Only this unit and what is below it.
    pub unit: Option<UnitId>,
    /// `late`, `soon`, `never` (without a day), or empty for all.
    pub when: String,
    /// The key after which the page begins.
    pub after: String,
}

/// What waits.
#[derive(Clone, Debug)]
pub struct TodoPage {
    /// What was asked.
    pub asked: TodoAsk,
    /// The records, what falls due first before the others.
    pub lines: Vec<DeskLine>,
    /// The mechanisms that may be chosen.
    pub mechanisms: Vec<Choice>,
    /// The units that may be chosen.
    pub units: Vec<Choice>,
    /// The key of the next page, if there is one.
    pub next: Option<String>,
}

/// Between which due days is looked.
struct Window {
    after: Option<After>,
    until: Option<Date>,
}

impl Window {
    fn of(ctx: &Ctx, ask: &TodoAsk) -> Result<Self, Error> {
        let never = store::register::NEVER;
        let before = |day: Date| day.yesterday().ok();
        let (from, until) = match ask.when.as_str() {
            "" => (None, None),
            "late" => (None, before(ctx.today)),
            "soon" => (before(ctx.today), ctx.today.checked_add(SOON.days()).ok()),
            "never" => (before(never), None),
            _ => return Err(Refusal::new("filter.bad").with("name", "时限").into()),
        };
        // Whatever falls due on a day has an id before the last of all ids.
        let from = from.map(|day| After { key: day.to_string(), id: RecordId(Uuid::max()) });
        Ok(Self { after: key(&ask.after)?.or(from), until })
    }

    fn holds(&self, row: &RecordRow) -> bool {
        let place = After::of(row, SortBy::Due);
        let begins = self.after.as_ref().is_none_or(|after| (&place.key, place.id) > (&after.key, after.id));
        begins && self.until.is_none_or(|until| place.key <= until.to_string())
    }
}

fn key(text: &str) -> Result<Option<After>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = text.split_once('_').and_then(|(id, key)| Some(After { id: id.parse().ok()?, key: key.to_owned() }));
    parsed.map(Some).ok_or_else(|| Refusal::new("filter.bad").with("name", "翻页").into())
}

/// One page of what waits.
pub async fn todo(ctx: &Ctx, ask: &TodoAsk) -> Result<TodoPage, Error> {
    let mut window = Window::of(ctx, ask)?;
    let reach = merged(ctx.actor.grants().iter().map(|grant| grant.over));
    let within = match ask.unit {
        Some(unit) => vec![ctx.tree.unit(unit).ok_or(Error::NotFound)?.over],
        None => vec![ctx.tree.whole()],
    };
    let only: Vec<MechanismId> = match ask.mechanism.as_str() {
        "" => Vec::new(),
        id => vec![ctx.mechanism(id)?.id.clone()],
    };
    let ways = ways(ctx, ask.of_units, &within);
    let mut conn = ctx.office.db.read().await?;
    let named = if ask.of_units { Vec::new() } else { named(ctx, &mut conn, &within, &only).await? };
    let (mut lines, mut next) = (Vec::new(), None);
    for _ in 0..LOOKS {
        let mut rows: Vec<RecordRow> = named.iter().filter(|row| window.holds(row)).cloned().collect();
        for (role, over) in &ways {
            let after = window.after.as_ref();
            let found = store::register::open_by_holder(&mut conn, role, *over, &only, after, PAGE as u32 + 1).await?;
            rows.extend(found.into_iter().filter(|row| window.holds(row)));
        }
        rows.sort_by_cached_key(|row| (After::of(row, SortBy::Due).key, row.id));
        rows.dedup_by_key(|row| row.id);
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        window.after = rows.last().map(|row| After::of(row, SortBy::Due));
        let rows = records::seen(ctx, &mut conn, rows).await?;
        let found = records::as_listed(ctx, &mut conn, rows).await?;
        let waits = |it: &&records::Found| ask.of_units || !desk::waits_for_others(ctx, it, ctx.person());
        lines.extend(found.iter().filter(waits).map(|it| desk::line(ctx, it)));
        next = window.after.as_ref().filter(|_| more).map(|after| format!("{}_{}", after.id, after.key));
        if next.is_none() || lines.len() >= PAGE / 2 {
            break;
        }
    }
    let choice = |it: &std::sync::Arc<kernel::catalog::Mechanism>| Choice {
        id: it.id.to_string(),
        name: it.name.clone(),
        pinyin: String::new(),
        group: None,
    };
    let mechanisms = ctx.catalog().mechanisms.values().filter(|it| !ctx.sight(it).subtrees().is_empty());
    Ok(TodoPage {
        asked: ask.clone(),
        lines,
        mechanisms: mechanisms.map(choice).collect(),
        units: choosing::around(ctx, &reach, ask.unit),
        next,
    })
}

/// Which roles are looked for over which units: mine over mine, or every role over mine.
fn ways(ctx: &Ctx, of_units: bool, within: &[Subtree]) -> Vec<(RoleId, Over)> {
    let grants = ctx.actor.grants();
    let states = || ctx.catalog().mechanisms.values().flat_map(|it| &it.states).filter_map(|it| it.holder.clone());
    let roles: BTreeSet<RoleId> = match of_units {
        true => states().collect(),
        false => grants.iter().map(|grant| grant.role.clone()).collect(),
    };
    let all = ctx.tree.units().len() as i64;
    let mut ways = Vec::new();
    for role in roles {
        let own = merged(grants.iter().filter(|it| of_units || it.role == role).map(|it| it.over));
        for units in overlap(&own, within) {
            let is_wide = (units.last - units.first + 1) * WIDE >= all;
            ways.push((role.clone(), Over { units, is_wide }));
        }
    }
    ways
}

/// What waits for this person by name, inside some units.
async fn named(ctx: &Ctx, conn: &mut Conn, within: &[Subtree], only: &[MechanismId]) -> Result<Vec<RecordRow>, Error> {
    let ids = desk::by_name(conn, ctx.person(), ctx.actor.grants()).await?;
    let mut rows = store::records::by_ids(conn, &ids).await?;
    let inside = |row: &RecordRow| within.iter().any(|over| over.holds(row.unit_ord));
    rows.retain(|row| row.is_open() && inside(row) && (only.is_empty() || only.contains(&row.mechanism)));
    Ok(rows)
}
