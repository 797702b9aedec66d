//! My desk 工作台: what must I do today, what did I hand on and where is it stuck, what is new, how do we stand?

use std::collections::BTreeSet;

use kernel::authority::{Grant, merged};
use kernel::deadlines::LightKind;
use kernel::ids::{MechanismId, PersonId, RecordId, RoleId};
use kernel::value::Month;
use store::Conn;
use store::register::Over;

use crate::commands::ballots::CALLED;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::queries::deliveries;
use crate::queries::dispatch;
use crate::queries::figures::{self, Asked, FigureCard, FiguresAsk};
use crate::queries::register::{self, holder_words};
use crate::queries::rounds;
use crate::records::{self, Found};

/// The desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What waits for this person, by light and due day.
    pub todo: Vec<DeskLine>,
    /// Is there more than is shown?
    pub more: bool,
    /// What waits for those in whose name this person may act.
    pub in_name: Vec<InName>,
    /// What this person handed on and others hold.
    pub handed: Vec<DeskLine>,
    /// How many entries wait for their review.
    pub reviews: usize,
    /// How many papers wait to be received for their units.
    pub receipts: usize,
    /// How many messages could not leave, for whoever looks after them.
    pub dead: i64,
    /// The newest notices.
    pub news: Vec<NewsLine>,
    /// Figures of the mechanisms that they reach.
    pub cards: Vec<FigureCard>,
    /// The day, in words, with the working days left in the quarter.
    pub day: String,
}

/// What waits for somebody in whose name this person may act.
#[derive(Clone, Debug)]
pub struct InName {
    /// Whose name.
    pub name: String,
    /// What waits.
    pub todo: Vec<DeskLine>,
    /// Is there more than is shown?
    pub more: bool,
}

/// A line of the desk.
#[derive(Clone, Debug)]
pub struct DeskLine {
    /// The record.
    pub id: RecordId,
    /// Its number.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// The mechanism's name.
    pub mechanism: String,
    /// The unit's name.
    pub unit: String,
    /// Its state.
    pub state: String,
    /// Its light.
    pub light: Option<Light>,
    /// Who holds it.
    pub holder: String,
    /// The step that leads on, if this person may take one: what the button says.
    pub step: Option<String>,
}

/// A notice.
#[derive(Clone, Debug)]
pub struct NewsLine {
    /// Its id.
    pub id: uuid::Uuid,
    /// The record it is about.
    pub record: Option<RecordId>,
    /// The words.
    pub words: String,
    /// When.
    pub at: String,
    /// Is it unread?
    pub is_unread: bool,
    /// Does it call to a vote?
    pub votes: bool,
}

const TODO: u32 = 30;
/// What a notice says whose record is no longer for these eyes.
pub(crate) const HIDDEN: &str = "（你现在看不到的事项）";
/// So many records that wait for somebody by name are looked through.
const MOST_NAMED: u32 = 200;

/// The desk of this person.
pub async fn desk(ctx: &Ctx) -> Result<Desk, Error> {
    let mut conn = ctx.office.db.read().await?;
    let (todo, more) = todo(ctx, &mut conn, ctx.person(), (ctx.actor.grants(), &[])).await?;
    let mut in_name = Vec::new();
    for principal in ctx.actor.principals() {
        let (todo, more) =
            self::todo(ctx, &mut conn, Some(principal.person), (&principal.grants, &principal.mechanisms)).await?;
        in_name.push(InName { name: principal.name.clone(), todo, more });
    }
    Ok(Desk {
        todo,
        more,
        in_name,
        handed: handed(ctx, &mut conn).await?,
        reviews: rounds::waiting(ctx, &mut conn).await?,
        receipts: dispatch::waiting(ctx, &mut conn).await?,
        dead: deliveries::dead(ctx, &mut conn).await?,
        news: news(ctx, &mut conn, 6).await?,
        cards: cards(ctx, &mut conn).await?,
        day: day(ctx),
    })
}

/// Who holds a role over one of so many units or more comes upon their records soon when walking along the due days.
pub(super) const WIDE: i64 = 64;

/// What waits for whoever holds these grants, in these mechanisms or in all; and whether there is more.
async fn todo(
    ctx: &Ctx,
    conn: &mut Conn,
    person: Option<PersonId>,
    (grants, mechanisms): (&[Grant], &[MechanismId]),
) -> Result<(Vec<DeskLine>, bool), Error> {
    let (found, more) = held(ctx, conn, person, (grants, mechanisms), TODO).await?;
    // What is in somebody else's hands comes last.
    let elsewhere = |found: &Found| found.record.flow.person.is_some_and(|it| Some(it) != person);
    let mut lines: Vec<(bool, DeskLine)> = found.iter().map(|found| (elsewhere(found), line(ctx, found))).collect();
    lines
        .sort_by_key(|(elsewhere, line)| (*elsewhere, line.light.as_ref().map_or(LightKind::Grey, |light| light.kind)));
    Ok((lines.into_iter().map(|(_, line)| line).collect(), more))
}

/// The records that wait for whoever holds these grants, by due day; and whether there are more than `most`.
pub(crate) async fn held(
    ctx: &Ctx,
    conn: &mut Conn,
    person: Option<PersonId>,
    (grants, mechanisms): (&[Grant], &[MechanismId]),
    most: u32,
) -> Result<(Vec<Found>, bool), Error> {
    let roles: BTreeSet<&RoleId> = grants.iter().map(|grant| &grant.role).collect();
    let all = ctx.tree.units().len() as i64;
    let mut rows = Vec::new();
    for role in roles {
        for over in merged(grants.iter().filter(|grant| grant.role == *role).map(|grant| grant.over)) {
            let over = Over { units: over, is_wide: (over.last - over.first + 1) * WIDE >= all };
            let found = store::register::open_by_holder(conn, role, over, mechanisms, None, most + 1).await?;
            rows.extend(found);
        }
    }
    let by_name = by_name(conn, person, grants).await?;
    rows.extend(store::records::by_ids(conn, &by_name).await?);
    rows.retain(|row| row.is_open() && (mechanisms.is_empty() || mechanisms.contains(&row.mechanism)));
    rows.sort_by_key(|row| (row.due_on.is_none(), row.due_on, row.id));
    rows.dedup_by_key(|row| row.id);
    let more = rows.len() > most as usize;
    rows.truncate(most as usize);
    let rows = records::seen(ctx, conn, rows).await?;
    let mut found = records::as_listed(ctx, conn, rows).await?;
    found.retain(|found| !waits_for_others(ctx, found, person));
    Ok((found, more))
}

/// What waits for a person by name, or for the holders of a role of theirs at a joint step.
pub(super) async fn by_name(
    conn: &mut Conn,
    person: Option<PersonId>,
    grants: &[Grant],
) -> Result<Vec<RecordId>, Error> {
    let mut ids = match person {
        Some(person) => store::waiting::for_person(conn, person, MOST_NAMED).await?,
        None => Vec::new(),
    };
    for grant in grants {
        let units = (grant.over.first, grant.over.last);
        ids.extend(store::waiting::for_holders(conn, &grant.role, units, MOST_NAMED).await?);
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Does a joint step wait for others: this person has signed, or it is not their turn?
pub(super) fn waits_for_others(ctx: &Ctx, found: &Found, person: Option<PersonId>) -> bool {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let has_signed = record.flow.signed().iter().any(|it| it.people().any(|one| Some(one) == person));
    let is_joint = kernel::workflow::moves::joint_step(mechanism, record).is_some();
    let open = || kernel::workflow::open_steps(ctx.clock(), mechanism, record, &ctx.actor, &*ctx.tree);
    has_signed || (is_joint && open().is_empty())
}

pub(super) fn line(ctx: &Ctx, found: &Found) -> DeskLine {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let steps = kernel::workflow::open_steps(ctx.clock(), mechanism, record, &ctx.actor, &*ctx.tree);
    let leads = steps.iter().find(|step| step.to.is_some() && !step.reason).or(steps.first());
    DeskLine {
        id: record.id,
        number: record.number.clone(),
        title: record.title.clone(),
        mechanism: mechanism.name.clone(),
        unit: ctx.names().unit(record.unit),
        state: mechanism.state(record.state.as_str()).map_or_else(String::new, |state| state.name.clone()),
        light: register::light(ctx, found),
        holder: holder_words(ctx, found),
        step: leads.map(|step| step.name.clone()),
    }
}

/// Records on which this person acted lately and which now wait for somebody else.
async fn handed(ctx: &Ctx, conn: &mut Conn) -> Result<Vec<DeskLine>, Error> {
    let Some(person) = ctx.person() else { return Ok(Vec::new()) };
    let entries = store::journal::newest(conn, Some(person), None, 200).await?;
    let mut ids: Vec<RecordId> = Vec::new();
    for entry in entries {
        if !ids.contains(&entry.record) {
            ids.push(entry.record);
        }
    }
    ids.truncate(60);
    let found = records::listed_of(ctx, conn, &ids).await?;
    let elsewhere = found.iter().filter(|found| {
        let mine = found.record.holder.as_ref().is_none_or(|role| {
            ctx.actor.grant_for(&found.mechanism.id, std::slice::from_ref(role), found.unit_ord).is_some()
        });
        found.record.is_open() && !mine
    });
    let mut lines: Vec<DeskLine> = elsewhere.map(|found| line(ctx, found)).collect();
    lines.sort_by_key(|line| line.light.as_ref().map_or(LightKind::Grey, |light| light.kind));
    lines.truncate(8);
    Ok(lines)
}

/// The newest notices of this person.
pub async fn news(ctx: &Ctx, conn: &mut Conn, most: u32) -> Result<Vec<NewsLine>, Error> {
    let Some(person) = ctx.person() else { return Ok(Vec::new()) };
    let rows = store::notices::of_person(conn, person, None, most).await?;
    let mut about: Vec<RecordId> = rows.iter().filter_map(|row| row.record).collect();
    about.sort();
    about.dedup();
    let about = store::records::by_ids(conn, &about).await?;
    let seen: BTreeSet<RecordId> = records::seen(ctx, conn, about).await?.into_iter().map(|row| row.id).collect();
    // What is no longer for these eyes was told once; that it was told stays, what it said does not.
    let line = |row: store::notices::NoticeRow| {
        // Whoever is called to vote need not see the record for that.
        let votes = row.kind == CALLED;
        let open = votes || row.record.is_none_or(|id| seen.contains(&id));
        NewsLine {
            id: row.id,
            record: row.record.filter(|_| open),
            words: if open { row.words } else { HIDDEN.to_owned() },
            at: crate::words::moment(row.at),
            is_unread: row.read_at.is_none(),
            votes,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The inbox: the newest notices, more of them.
pub async fn inbox(ctx: &Ctx) -> Result<Vec<NewsLine>, Error> {
    let mut conn = ctx.office.db.read().await?;
    news(ctx, &mut conn, 100).await
}

/// The first figures of the mechanisms in reach, over this year so far: first those in which this person acts,
/// then those that they only see, each in the order of the menu.
async fn cards(ctx: &Ctx, conn: &mut Conn) -> Result<Vec<FigureCard>, Error> {
    let mut mechanisms: Vec<_> = ctx.catalog().in_order().collect();
    mechanisms.sort_by_key(|it| !it.steps.iter().any(|step| ctx.actor.holds_any(&it.id, &step.who)));
    let mut first = Vec::new();
    for mechanism in mechanisms {
        if first.len() < 4 && ctx.reaches(mechanism) {
            first.extend(figures::wanted(ctx, mechanism, None)?);
        }
    }
    first.truncate(4);
    figures::cards(ctx, conn, &first, &Asked::of(ctx, &FiguresAsk::default())?).await
}

fn day(ctx: &Ctx) -> String {
    const NAMES: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    let today = ctx.today;
    let quarter = Month { year: today.year(), month: (today.month() - 1) / 3 * 3 + 3 };
    let left = ctx.calendar().working_days_between(today, quarter.last_day());
    let weekday = NAMES[today.weekday().to_monday_zero_offset() as usize % 7];
    format!("{} 星期{weekday} · 距季度末 {left} 个工作日", crate::words::day_in_prose(today))
}
