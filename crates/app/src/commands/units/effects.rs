//! What does an order change? Units with their spans, links, people and roles, and which records go where.
//!
//! Never asks whether it may be so: that is `rules`; never writes: that is `carrying_out`.

use kernel::ids::{GrantId, PersonId, RecordId, UnitId};
use kernel::organisation::numbering;
use kernel::organisation::order::{Change, Order, Takes, UnitFacts};
use store::grants::GrantRow;
use store::units::{LinkRow, SpanRow, UnitRow};
use uuid::Uuid;

use crate::ctx::Ctx;

/// What was so before.
pub(super) struct Known {
    /// All units, in pre-order.
    pub(super) units: Vec<UnitRow>,
    /// All spans.
    pub(super) spans: Vec<SpanRow>,
    /// All links.
    pub(super) links: Vec<LinkRow>,
    /// All grants.
    pub(super) grants: Vec<GrantRow>,
    /// Who holds which post today.
    pub(super) held: Vec<(RecordId, PersonId)>,
}

/// What changes.
#[derive(Default)]
pub(super) struct Effects {
    /// Units that are new or other than before, without their new numbers; with the event and the other unit.
    pub(super) units: Vec<(UnitRow, &'static str, Option<UnitId>)>,
    /// Links that end.
    pub(super) ended_links: Vec<Uuid>,
    /// Links that begin: party unit and administrative unit.
    pub(super) new_links: Vec<(UnitId, UnitId)>,
    /// People, and the unit where they work from then on.
    pub(super) people: Vec<(PersonId, UnitId)>,
    /// Posts, and the unit to which they belong from then on; whoever holds them goes on holding them.
    pub(super) posts: Vec<(RecordId, UnitId)>,
    /// Roles that end, and the unit over which they are held from then on, if they go along.
    pub(super) roles: Vec<(GrantRow, Option<UnitId>)>,
    /// Open records that go: from, of which mechanisms (none: of all), to.
    pub(super) records: Vec<(UnitId, Option<Vec<String>>, UnitId)>,
    /// The units whose records count elsewhere from then on, with everything below them.
    pub(super) recounted: Vec<UnitId>,
}

/// What an order that may be carried out changes.
pub(super) fn of(ctx: &Ctx, known: &Known, order: &Order) -> Effects {
    let mut effects = Effects::default();
    let row = |unit: UnitId| known.units.iter().find(|row| row.id == unit).cloned();
    match &order.change {
        Change::Found { unit, facts, above, of } => {
            effects.units.push((new_row(*unit, facts, *above, order), "founded", None));
            effects.new_links.extend(of.iter().map(|other| (*unit, *other)));
        }
        Change::Alter { unit, facts, of } => {
            effects.units.extend(row(*unit).map(|row| (with_facts(row, facts), "altered", None)));
            relink(known, *unit, of, &mut effects);
        }
        Change::Move { unit, above } => {
            effects.units.extend(row(*unit).map(|row| (UnitRow { parent: Some(*above), ..row }, "moved", None)));
            effects.recounted.push(*unit);
        }
        Change::Merge { units, into, with_roles } => {
            for unit in units {
                merge(ctx, known, (*unit, *into, units), *with_roles, order, &mut effects);
            }
        }
        Change::Split { unit, new, facts, takes } => {
            let parent = row(*unit).and_then(|row| row.parent);
            effects.units.push((new_row(*new, facts, parent, order), "split", Some(*unit)));
            split(ctx, known, *unit, *new, takes, &mut effects);
        }
        Change::Dissolve { unit } => {
            let ended = |row| (UnitRow { dissolved_on: Some(order.on), ..row }, "dissolved", None);
            effects.units.extend(row(*unit).map(ended));
            effects.roles.extend(roles_over(ctx, known, *unit).map(|grant| (grant.clone(), None)));
            let links = known.links.iter().filter(|link| link.ended_on.is_none());
            effects.ended_links.extend(links.filter(|it| it.unit == *unit || it.other == *unit).map(|it| it.id));
        }
    }
    effects
}

fn with_facts(row: UnitRow, facts: &UnitFacts) -> UnitRow {
    UnitRow {
        name: facts.name.clone(),
        short_name: facts.short_name.clone(),
        pinyin: Some(facts.pinyin.clone()).filter(|text| !text.is_empty()),
        kind: facts.unit_kind.clone(),
        level: facts.level.clone(),
        code: facts.code.clone(),
        credit_code: facts.credit_code.clone(),
        ..row
    }
}

fn new_row(unit: UnitId, facts: &UnitFacts, above: Option<UnitId>, order: &Order) -> UnitRow {
    let blank = UnitRow {
        id: unit,
        kind: facts.unit_kind.clone(),
        name: String::new(),
        short_name: None,
        code: None,
        parent: above,
        ord: 0,
        ord_last: 0,
        depth: 0,
        pinyin: None,
        founded_on: Some(order.on),
        dissolved_on: None,
        level: None,
        credit_code: None,
    };
    with_facts(blank, facts)
}

fn relink(known: &Known, unit: UnitId, of: &[UnitId], effects: &mut Effects) {
    let own: Vec<&LinkRow> = known.links.iter().filter(|link| link.unit == unit && link.ended_on.is_none()).collect();
    effects.ended_links.extend(own.iter().filter(|link| !of.contains(&link.other)).map(|link| link.id));
    let is_new = |other: &&UnitId| own.iter().all(|link| link.other != **other);
    effects.new_links.extend(of.iter().filter(is_new).map(|other| (unit, *other)));
}

/// Roles held over a unit from now on; those of whoever orders it never go along, because nobody gives to themselves.
fn roles_over<'a>(ctx: &'a Ctx, known: &'a Known, unit: UnitId) -> impl Iterator<Item = &'a GrantRow> {
    let today = ctx.today;
    known.grants.iter().filter(move |grant| grant.unit == unit && grant.until_on.is_none_or(|until| until >= today))
}

fn goes_along(ctx: &Ctx, known: &Known, grant: &GrantRow, to: UnitId) -> bool {
    let same = |other: &GrantRow| {
        other.person == grant.person && other.role == grant.role && other.unit == to && other.until_on.is_none()
    };
    Some(grant.person) != ctx.person() && !known.grants.iter().any(same)
}

fn merge(
    ctx: &Ctx,
    known: &Known,
    (unit, into, all): (UnitId, UnitId, &[UnitId]),
    with_roles: bool,
    order: &Order,
    effects: &mut Effects,
) {
    let below = known.units.iter().filter(|row| row.parent == Some(unit) && row.dissolved_on.is_none());
    for row in below.filter(|row| !all.contains(&row.id)) {
        effects.units.push((UnitRow { parent: Some(into), ..row.clone() }, "moved", None));
    }
    let own = known.units.iter().find(|row| row.id == unit).cloned();
    let ended = |row| (UnitRow { parent: Some(into), dissolved_on: Some(order.on), ..row }, "merged", Some(into));
    effects.units.extend(own.map(ended));
    effects.posts.extend(ctx.tree.posts_of(unit).map(|post| (post.id, into)));
    effects.people.extend(ctx.tree.working_in(unit).map(|person| (person.id, into)));
    for grant in roles_over(ctx, known, unit) {
        let to = (with_roles && goes_along(ctx, known, grant, into)).then_some(into);
        effects.roles.push((grant.clone(), to));
    }
    for link in known.links.iter().filter(|link| link.ended_on.is_none()) {
        let (party, other) = (link.unit == unit, link.other == unit);
        if !party && !other {
            continue;
        }
        effects.ended_links.push(link.id);
        let pair = if party { (into, link.other) } else { (link.unit, into) };
        let is_there = known.links.iter().any(|it| it.ended_on.is_none() && (it.unit, it.other) == pair);
        if !is_there && !effects.new_links.contains(&pair) {
            effects.new_links.push(pair);
        }
    }
    effects.records.push((unit, None, into));
    effects.recounted.push(unit);
}

fn split(ctx: &Ctx, known: &Known, unit: UnitId, new: UnitId, takes: &Takes, effects: &mut Effects) {
    for row in known.units.iter().filter(|row| takes.units.contains(&row.id)) {
        effects.units.push((UnitRow { parent: Some(new), ..row.clone() }, "moved", None));
        effects.recounted.push(row.id);
    }
    effects.people.extend(takes.people.iter().map(|person| (*person, new)));
    effects.posts.extend(going_posts(ctx, known, unit, &takes.people).into_iter().map(|post| (post, new)));
    if !takes.people.is_empty() {
        effects.recounted.push(unit);
    }
    if takes.with_roles {
        for grant in roles_over(ctx, known, unit).filter(|grant| takes.people.contains(&grant.person)) {
            if goes_along(ctx, known, grant, new) {
                effects.roles.push((grant.clone(), Some(new)));
            }
        }
    }
    if !takes.mechanisms.is_empty() {
        effects.records.push((unit, Some(takes.mechanisms.clone()), new));
        effects.recounted.push(unit);
    }
}

/// The posts of a unit that go along with people: those that somebody holds, and nobody who stays.
fn going_posts(ctx: &Ctx, known: &Known, unit: UnitId, people: &[PersonId]) -> Vec<RecordId> {
    let holders = |post: RecordId| known.held.iter().filter(move |(held, _)| *held == post).map(|(_, person)| *person);
    let goes = |post: &&crate::tree::Post| {
        holders(post.id).next().is_some() && holders(post.id).all(|person| people.contains(&person))
    };
    ctx.tree.posts_of(unit).filter(goes).map(|post| post.id).collect()
}

/// All units as they are after it, numbered; those that differ from before.
pub(super) fn numbered(known: &Known, effects: &Effects) -> Vec<UnitRow> {
    let changed = |id: UnitId| effects.units.iter().find(|(row, ..)| row.id == id).map(|(row, ..)| row);
    let mut rows: Vec<UnitRow> = known.units.iter().map(|row| changed(row.id).unwrap_or(row).clone()).collect();
    let is_new = |row: &&UnitRow| known.units.iter().all(|known| known.id != row.id);
    rows.extend(effects.units.iter().map(|(row, ..)| row).filter(is_new).cloned());
    let pairs: Vec<(UnitId, Option<UnitId>)> = rows.iter().map(|row| (row.id, row.parent)).collect();
    let places: std::collections::HashMap<UnitId, numbering::Place> =
        numbering::number(&pairs).into_iter().map(|place| (place.unit, place)).collect();
    let before: std::collections::HashMap<UnitId, &UnitRow> = known.units.iter().map(|row| (row.id, row)).collect();
    let mut differing = Vec::new();
    for mut row in rows {
        if let Some(place) = places.get(&row.id) {
            (row.ord, row.ord_last, row.depth) = (place.ord, place.last, place.depth);
        }
        if before.get(&row.id).is_none_or(|before| **before != row) {
            differing.push(row);
        }
    }
    differing
}

/// The spans that begin, with the number in their unit's history; a unit without spans gets the one that ends now too.
pub(super) fn spans(known: &Known, effects: &Effects, order: &Order, id: Uuid) -> Vec<SpanRow> {
    let mut spans = Vec::new();
    for (row, event, other) in &effects.units {
        let before = known.units.iter().find(|it| it.id == row.id);
        let last = known.spans.iter().filter(|span| span.unit == row.id).map(|span| span.seq).max();
        let mut seq = last.unwrap_or(0);
        if let (Some(before), 0) = (before, seq) {
            seq = 1;
            let from_on = before.founded_on.unwrap_or(ALWAYS).min(order.on);
            let was = SpanRow { from_on, ended_on: Some(order.on), ..span_of(before, seq, "known") };
            spans.push(was);
        }
        spans.push(SpanRow {
            from_on: order.on,
            other: *other,
            decision: Some(order.decision.clone()),
            why: Some(order.why.clone()).filter(|why| !why.is_empty()),
            reorganisation: Some(id),
            ..span_of(row, seq + 1, event)
        });
    }
    spans
}

/// Since when a unit is there of which nobody said when it was founded.
pub(super) const ALWAYS: jiff::civil::Date = jiff::civil::Date::constant(1, 1, 1);

/// A span that begins with what the unit is now; whoever knows more of it says so.
pub(super) fn span_of(row: &UnitRow, seq: i64, event: &str) -> SpanRow {
    SpanRow {
        unit: row.id,
        seq,
        from_on: ALWAYS,
        ended_on: None,
        name: row.name.clone(),
        short_name: row.short_name.clone(),
        kind: row.kind.clone(),
        level: row.level.clone(),
        parent: row.parent,
        event: event.to_owned(),
        other: None,
        decision: None,
        why: None,
        reorganisation: None,
    }
}

/// The grants that end, and those that begin in their place.
pub(super) fn grants(ctx: &Ctx, effects: &Effects, order: &Order) -> (Vec<GrantId>, Vec<GrantRow>) {
    // Rights change when it is entered, never before: a day gone by is not given back.
    let from_on = order.on.max(ctx.today);
    let ended = effects.roles.iter().map(|(grant, _)| grant.id).collect();
    let given = effects.roles.iter().filter_map(|(grant, to)| {
        Some(GrantRow {
            id: ctx.new_id(),
            unit: (*to)?,
            from_on: grant.from_on.max(from_on),
            basis: Some(format!("{} {}", order.decision, grant.basis.as_deref().unwrap_or("")).trim().to_owned()),
            given_by: ctx.person(),
            ..grant.clone()
        })
    });
    (ended, given.collect())
}
