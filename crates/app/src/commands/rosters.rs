//! What follows for the lists of people and posts from a record that is kept? Values that stand once, the person, what
//! they are, the posts that they hold, the places that links take.
//!
//! Written in the record's own transaction. Never another truth than the record: everything here is read from it.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;
use kernel::catalog::{Mechanism, Roster};
use kernel::ids::{FieldId, PersonId, RecordId};
use kernel::record::{MERGED, Record, UNDONE};
use kernel::refusal::{Refusal, Spot};
use kernel::roster::{self, Days, Holding, MAIN};
use kernel::value::Value;
use store::people::PersonRow;
use store::rosters::{HoldingRow, KeyRow, PostRow, RoleRow};
use store::tenures::TenureRow;
use store::{Conn, Tx};

use crate::commands::{keep, links, onces};
use crate::ctx::Ctx;
use crate::error::Error;

/// What a move means for the lists.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    free: Vec<KeyRow>,
    take: Vec<(KeyRow, String)>,
    person: Option<Listing>,
    post: Option<PostRow>,
    gone: Option<Gone>,
    linked: Option<links::Linked>,
    only: Option<onces::Only>,
    changes_tree: bool,
}

impl Listed {
    /// Are people or posts other than before, as far as the tree in memory knows them?
    pub fn changes_lists(&self) -> bool {
        self.changes_tree
    }
}

/// What the files of people and posts say, as it must be kept beside them: for verification.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Values that stand once.
    pub(crate) keys: Vec<KeyRow>,
    /// Roles.
    pub(crate) roles: Vec<RoleRow>,
    /// Holdings.
    pub(crate) held: Vec<HoldingRow>,
    /// Posts.
    pub(crate) posts: Vec<PostRow>,
    /// Places that links take.
    pub(crate) tenures: Vec<TenureRow>,
}

/// What a record says for the lists.
pub(crate) fn kept(ctx: &Ctx, mechanism: &Mechanism, record: &Record) -> Result<Kept, Error> {
    let Some(listed) = listed(ctx, mechanism, None, record)? else { return Ok(Kept::default()) };
    let person = listed.person.map(|listing| (listing.roles, listing.held)).unwrap_or_default();
    Ok(Kept {
        keys: listed.take.into_iter().map(|(key, _)| key).collect(),
        roles: person.0,
        held: person.1,
        posts: listed.post.into_iter().collect(),
        tenures: listed
            .linked
            .map(links::Linked::into_rows)
            .or_else(|| listed.only.map(onces::Only::into_rows))
            .unwrap_or_default(),
    })
}

/// A person as their file says.
#[derive(Clone, Debug)]
struct Listing {
    row: PersonRow,
    more: store::people::Listing,
    roles: Vec<RoleRow>,
    held: Vec<HoldingRow>,
    /// The holdings that are new or changed, each with its row in the file.
    wanted: Vec<(usize, Holding)>,
    child: Option<FieldId>,
    today: Date,
}

/// A record whose import was undone.
#[derive(Clone, Debug)]
struct Gone {
    id: RecordId,
    name: String,
    was_post: bool,
}

/// What the move means; nothing for a mechanism that is no list and no link and has no values that stand once.
pub fn listed(
    ctx: &Ctx,
    mechanism: &Mechanism,
    before: Option<&Record>,
    after: &Record,
) -> Result<Option<Listed>, Error> {
    let has_keys = mechanism.account.is_some() || mechanism.fields.iter().any(|field| field.unique);
    if !has_keys && mechanism.roster.is_none() && mechanism.link.is_none() && mechanism.once.is_none() {
        return Ok(None);
    }
    let is_gone = after.is_gone();
    if !is_gone {
        let refusals = roster::faults(mechanism, after);
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
    }
    let mut listed = Listed::default();
    keys(mechanism, before, after, is_gone, &mut listed);
    listed.linked = links::linked(mechanism, before, after);
    listed.only = onces::only(mechanism, before, after);
    match &mechanism.roster {
        None => {}
        Some(_) if after.state == *UNDONE => {
            let name = before.map_or_else(String::new, |record| record.title.clone());
            listed.gone = Some(Gone { id: after.id, name, was_post: mechanism.is_of_posts() });
            listed.changes_tree = true;
        }
        Some(Roster::People(_)) => {
            let is = listing(ctx, mechanism, before, after);
            let was = before.map(|record| listing(ctx, mechanism, None, record));
            listed.changes_tree = was.is_none_or(|was| was.row != is.row || was.more.left_on != is.more.left_on);
            listed.person = Some(is);
        }
        // enforces: roster.places
        Some(Roster::Posts { places }) => {
            let places = match places.as_ref().and_then(|id| after.facts.find(id.as_str())) {
                Some(Value::Whole(places)) => *places,
                _ => 1,
            };
            let name = after.title.clone();
            listed.post = Some(PostRow { id: after.id, unit: after.unit, name, places, ended_on: after.closed_on });
            listed.changes_tree = true;
        }
    }
    Ok(Some(listed))
}

fn keys(mechanism: &Mechanism, before: Option<&Record>, after: &Record, is_gone: bool, listed: &mut Listed) {
    let of = |record: Option<&Record>| record.map(|it| roster::keys(mechanism, it)).unwrap_or_default();
    let row =
        |(field, value): (FieldId, String)| KeyRow { mechanism: mechanism.id.clone(), field, value, record: after.id };
    let was_gone = before.is_some_and(Record::is_gone);
    let had = if was_gone { Vec::new() } else { of(before) };
    let has = if is_gone { Vec::new() } else { of(Some(after)) };
    listed.free = had.iter().filter(|key| !has.contains(key)).cloned().map(row).collect();
    let name = |field: &FieldId| {
        let names = field.as_str().split('+').filter_map(|id| mechanism.field(id)).map(|it| it.name.as_str());
        names.collect::<Vec<_>>().join("和")
    };
    let new = has.into_iter().filter(|key| !had.contains(key));
    listed.take = new.map(|key| (row(key.clone()), name(&key.0))).collect();
}

// enforces: roster.post
fn listing(ctx: &Ctx, mechanism: &Mechanism, before: Option<&Record>, after: &Record) -> Listing {
    let fields = mechanism.people().cloned().unwrap_or_default();
    let find = |id: &Option<FieldId>| id.as_ref().and_then(|id| after.facts.find(id.as_str()));
    let person = PersonId(after.id.0);
    let is_merged = after.state == *MERGED;
    let roles = if is_merged { Vec::new() } else { roster::roles(mechanism, &after.facts) };
    let held = if is_merged { Vec::new() } else { roster::holdings(mechanism, &after.facts) };
    let had = before.map(|it| roster::holdings(mechanism, &it.facts)).unwrap_or_default();
    let called = roster::main_on(&held, ctx.today).and_then(|it| ctx.tree.post(it.post)).map(|it| it.name.clone());
    let typed = match find(&fields.post) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let pinyin = Some(crate::pinyin::initials(&after.title)).filter(|it| !it.is_empty());
    let row = PersonRow {
        id: person,
        name: after.title.clone(),
        pinyin: pinyin.unwrap_or_else(|| after.title.clone()),
        post_name: called.or(typed),
        unit: Some(after.unit),
    };
    let birth_month = match find(&fields.birth) {
        Some(Value::Month(month)) => Some(month.to_string()),
        _ => None,
    };
    let wanted = held.iter().enumerate().filter(|(_, it)| !had.contains(it)).map(|(at, it)| (at, it.clone())).collect();
    let role = |(seq, it): (usize, roster::Role)| RoleRow {
        person,
        seq: seq as i64,
        kind: it.kind,
        unit: it.unit,
        from_on: it.days.from_on,
        until_on: it.days.until_on,
        basis: it.basis,
    };
    let holding = |(seq, it): (usize, Holding)| HoldingRow {
        person,
        seq: seq as i64,
        post: it.post,
        kind: it.kind,
        from_on: it.days.from_on,
        until_on: it.days.until_on,
        basis: it.basis,
    };
    Listing {
        row,
        more: store::people::Listing { birth_month, left_on: after.closed_on },
        roles: roles.into_iter().enumerate().map(role).collect(),
        held: held.into_iter().enumerate().map(holding).collect(),
        wanted,
        child: fields.holdings,
        today: ctx.today,
    }
}

/// Is the tree still the one that was decided by, for a transaction that changes the lists of people and posts or not?
/// One that does counts as a change of the tree itself.
pub async fn tree_stands(ctx: &Ctx, tx: &mut Tx, changes_lists: bool) -> Result<(), Error> {
    if !changes_lists {
        return keep::same_tree(ctx, tx).await;
    }
    store::units::tree_changes(tx).await?;
    match store::units::tree_version(tx).await? == ctx.tree.version() + 1 {
        true => Ok(()),
        false => Err(Error::Stale),
    }
}

/// After the commit: what this process keeps in memory of people and posts is read anew if the mechanism is a list.
pub async fn seen(ctx: &Ctx, mechanism: &Mechanism) -> Result<(), Error> {
    match mechanism.roster {
        Some(_) => ctx.office.fresh_tree().await,
        None => Ok(()),
    }
}

/// Writes what the moves of one transaction mean.
pub async fn write(ctx: &Ctx, tx: &mut Tx, all: &[Listed]) -> Result<(), Error> {
    for key in all.iter().flat_map(|it| &it.free) {
        store::rosters::free_key(tx, key).await?;
    }
    for (key, name) in all.iter().flat_map(|it| &it.take) {
        if !store::rosters::take_key(tx, key).await? {
            let refusal = Refusal::new("field.taken")
                .with("field", name)
                .at(Spot::Field(key.field.as_str().rsplit('+').next().unwrap_or_default().into()));
            return Err(refusal.into());
        }
    }
    links::write(ctx, tx, all.iter().filter_map(|it| it.linked.as_ref())).await?;
    onces::write(ctx, tx, all.iter().filter_map(|it| it.only.as_ref())).await?;
    for listed in all {
        if let Some(gone) = &listed.gone {
            forget(ctx, tx, gone).await?;
        }
        if let Some(post) = &listed.post {
            put_post(ctx, tx, post).await?;
        }
        if let Some(person) = &listed.person {
            put_person(ctx, tx, person).await?;
        }
    }
    Ok(())
}

async fn put_post(ctx: &Ctx, tx: &mut Tx, post: &PostRow) -> Result<(), Error> {
    store::rosters::put_post(tx, post).await?;
    let held = store::rosters::holdings_of_post(tx, post.id).await?;
    let still: Vec<PersonId> =
        held.iter().filter(|it| it.until_on.is_none_or(|until| until > ctx.today)).map(|it| it.person).collect();
    if post.ended_on.is_some() && !still.is_empty() {
        return Err(Refusal::new("roster.post_in_use").with("post", &post.name).with("count", still.len()).into());
    }
    if ctx.tree.post(post.id).is_some_and(|known| known.name != post.name) {
        call(tx, &still, ctx.today).await?;
    }
    Ok(())
}

/// Everybody of these is called by the post that they hold on the day, as far as they hold one. Gives how many were
/// called otherwise.
pub(crate) async fn call(tx: &mut Tx, people: &[PersonId], on: Date) -> Result<usize, Error> {
    let held = store::rosters::holdings_of(tx, people).await?;
    let mut called = 0;
    for person in people {
        let own: Vec<Holding> = held.iter().filter(|it| it.person == *person).map(holding_of).collect();
        let Some(main) = roster::main_on(&own, on) else { continue };
        let (Some(post), Some(known)) =
            (store::rosters::find_post(tx, main.post).await?, store::people::find(tx, *person).await?)
        else {
            continue;
        };
        if known.post_name.as_ref() != Some(&post.name) {
            store::people::call(tx, *person, &post.name).await?;
            called += 1;
        }
    }
    Ok(called)
}

async fn put_person(ctx: &Ctx, tx: &mut Tx, listing: &Listing) -> Result<(), Error> {
    let person = listing.row.id;
    for (at, wanted) in &listing.wanted {
        fits(ctx, tx, listing, *at, wanted).await?;
    }
    // The post may have been founded a moment ago: then only the database knows it.
    let mut row = listing.row.clone();
    let held: Vec<Holding> = listing.held.iter().map(holding_of).collect();
    if let Some(main) = roster::main_on(&held, listing.today)
        && let Some(post) = store::rosters::hold_post(tx, main.post).await?
    {
        row.post_name = Some(post.name);
    }
    store::people::put(tx, &row, &listing.more).await?;
    store::rosters::put_roles(tx, person, &listing.roles).await?;
    store::rosters::put_holdings(tx, person, &listing.held).await?;
    Ok(())
}

/// A holding as it is kept, as the kernel reckons with it.
pub fn holding_of(row: &HoldingRow) -> Holding {
    Holding {
        post: row.post,
        kind: row.kind.clone(),
        days: Days { from_on: row.from_on, until_on: row.until_on },
        basis: row.basis.clone(),
    }
}

/// Is the post there, inside the actor's reach, and has it a place left?
async fn fits(ctx: &Ctx, tx: &mut Tx, listing: &Listing, at: usize, wanted: &Holding) -> Result<(), Error> {
    let spot = || match &listing.child {
        Some(child) => Spot::Row(child.clone(), at, FieldId::from("post")),
        None => Spot::Form,
    };
    let post = store::rosters::hold_post(tx, wanted.post).await?;
    let reachable = |post: &PostRow| match ctx.person() {
        None => true,
        Some(_) => {
            post_reach(ctx).iter().any(|over| ctx.tree.unit(post.unit).is_some_and(|it| over.holds(it.over.first)))
        }
    };
    let outlives = |post: &PostRow| match (post.ended_on, wanted.days.until_on) {
        (None, _) => true,
        (Some(ended), until) => until.is_some_and(|until| until <= ended),
    };
    let Some(post) = post.filter(|post| reachable(post) && outlives(post)) else {
        return Err(Refusal::new("roster.post_gone").with("row", at + 1).at(spot()).into());
    };
    if wanted.kind != MAIN {
        return Ok(());
    }
    let held = store::rosters::holdings_of_post(tx, post.id).await?;
    let others: Vec<(PersonId, Days)> = held
        .iter()
        .filter(|it| it.person != listing.row.id && it.kind == MAIN)
        .map(|it| (it.person, Days { from_on: it.from_on, until_on: it.until_on }))
        .collect();
    let places = usize::try_from(post.places).unwrap_or(1);
    let standing = roster::in_the_way(places, wanted.days, &others);
    if standing.is_empty() {
        return Ok(());
    }
    let ids: Vec<PersonId> = standing.into_iter().copied().collect();
    let names: Vec<String> = store::people::by_ids(tx, &ids).await?.into_iter().map(|it| it.name).collect();
    let refusal = Refusal::new("roster.no_place")
        .with("post", &post.name)
        .with("holders", names.join("、"))
        .with("places", places)
        .at(spot());
    Err(refusal.into())
}

/// The subtrees whose posts the actor may give.
fn post_reach(ctx: &Ctx) -> Vec<kernel::authority::Subtree> {
    let people = ctx.catalog().mechanisms.values().find(|it| it.people().is_some());
    people.map(|it| ctx.actor.reach(&it.id, &it.start().who)).unwrap_or_default()
}

/// Takes a person or a post off the lists whose import was undone; whoever is in use by now stays.
async fn forget(ctx: &Ctx, tx: &mut Tx, gone: &Gone) -> Result<(), Error> {
    let used = match gone.was_post {
        true => !store::rosters::holdings_of_post(tx, gone.id).await?.is_empty(),
        false => store::people::is_in_use(tx, PersonId(gone.id.0)).await?,
    };
    if used {
        return Err(Refusal::new("roster.in_use").with("name", &gone.name).into());
    }
    match gone.was_post {
        true => store::rosters::remove_post(tx, gone.id).await?,
        false => {
            store::rosters::put_roles(tx, PersonId(gone.id.0), &[]).await?;
            store::rosters::put_holdings(tx, PersonId(gone.id.0), &[]).await?;
            store::people::take_off(tx, PersonId(gone.id.0), ctx.today).await?;
        }
    }
    Ok(())
}

/// Values of a sheet that stand once and are held already, so that a trial can say so row by row.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    held: HashSet<(FieldId, String)>,
}

impl Taken {
    /// Looks up which of the values are held.
    pub async fn among(
        conn: &mut Conn,
        mechanism: &Mechanism,
        values: BTreeMap<FieldId, Vec<String>>,
    ) -> Result<Self, Error> {
        let mut held = HashSet::new();
        for (field, values) in values {
            let found = store::rosters::keys_held(conn, &mechanism.id, &field, &values).await?;
            held.extend(found.into_iter().map(|(value, _)| (field.clone(), value)));
        }
        Ok(Self { held })
    }

    /// The fields whose value another record holds, this sheet's rows so far included; if there are none, the values
    /// of this one are held from now on.
    pub fn take(&mut self, mechanism: &Mechanism, record: &Record) -> Vec<FieldId> {
        let keys = roster::keys(mechanism, record);
        let taken: Vec<FieldId> =
            keys.iter().filter(|key| self.held.contains(*key)).map(|(field, _)| field.clone()).collect();
        if taken.is_empty() {
            self.held.extend(keys);
        }
        taken
    }
}
