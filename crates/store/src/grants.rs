//! Who may what, where, and from when to when? Roles given to people over subtrees of units.
//!
//! Never decides what a role allows: that is the kernel's.

use jiff::civil::Date;
use kernel::ids::{GrantId, PersonId, RoleId, UnitId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;
use crate::units;

/// A role given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    /// Its id.
    pub id: GrantId,
    /// To whom.
    pub person: PersonId,
    /// Which role.
    pub role: RoleId,
    /// Over which subtree.
    pub unit: UnitId,
    /// From this day.
    pub from_on: Date,
    /// Until this day, included.
    pub until_on: Option<Date>,
    /// On what basis.
    pub basis: Option<String>,
    /// Who gave it.
    pub given_by: Option<PersonId>,
}

const COLUMNS: &str = "id, person, role_, unit, from_on, until_on, basis, given_by";

fn grant(row: &Row) -> Result<GrantRow, StoreError> {
    Ok(GrantRow {
        id: row.id(0)?,
        person: row.id(1)?,
        role: row.slug(2)?,
        unit: row.id(3)?,
        from_on: row.day(4)?,
        until_on: row.day_if(5)?,
        basis: row.text_if(6)?,
        given_by: row.id_if(7)?,
    })
}

/// The roles that a person has on a day.
pub async fn of_person(conn: &mut Conn, person: PersonId, today: Date) -> Result<Vec<GrantRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM grant_ WHERE site = $1 AND person = $2 AND from_on <= $3 \
         AND (until_on IS NULL OR until_on >= $3) AND ended_at IS NULL ORDER BY id"
    );
    let rows = conn.list(sql, [conn.here(), person.into(), today.into()]).await.doing("list the roles of a person")?;
    rows.iter().map(grant).collect()
}

/// Who has a role on a day, anywhere on the site.
pub async fn of_role(conn: &mut Conn, role: &RoleId, today: Date) -> Result<Vec<GrantRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM grant_ WHERE site = $1 AND role_ = $2 AND from_on <= $3 \
         AND (until_on IS NULL OR until_on >= $3) AND ended_at IS NULL ORDER BY unit, id"
    );
    let rows = conn.list(sql, [conn.here(), role.into(), today.into()]).await.doing("list the holders of a role")?;
    rows.iter().map(grant).collect()
}

/// Every grant, also past ones; not those that ended at once.
pub async fn all(conn: &mut Conn) -> Result<Vec<GrantRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM grant_ WHERE site = $1 AND ended_at IS NULL ORDER BY person, id");
    let rows = conn.list(sql, [conn.here()]).await.doing("list all grants")?;
    rows.iter().map(grant).collect()
}

/// Gives roles.
pub async fn insert_many(conn: &mut Conn, grants: &[GrantRow]) -> Result<(), StoreError> {
    let here = conn.here();
    let rows = grants.iter().map(|grant| {
        vec![
            grant.id.into(),
            grant.person.into(),
            (&grant.role).into(),
            grant.unit.into(),
            grant.from_on.into(),
            grant.until_on.into(),
            grant.basis.as_deref().into(),
            grant.given_by.into(),
            here.clone(),
        ]
    });
    let rows: Vec<Vec<P>> = rows.collect();
    many::insert(conn, &format!("grant_ ({COLUMNS}, site)"), rows, "").await.doing("give roles")?;
    units::tree_changes(conn).await
}

/// Gives a role and notes when.
pub async fn give(conn: &mut Conn, grant: &GrantRow, at: i64) -> Result<(), StoreError> {
    insert_many(conn, std::slice::from_ref(grant)).await?;
    let sql = "UPDATE grant_ SET given_at = $3 WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), grant.id.into(), at.into()]).await.doing("note when a role was given")?;
    Ok(())
}

/// Takes a role back: its last day is set. False if there is no such grant.
pub async fn end(conn: &mut Conn, id: GrantId, until_on: Date) -> Result<bool, StoreError> {
    let sql = "UPDATE grant_ SET until_on = $3 WHERE site = $1 AND id = $2";
    let ended = conn.run(sql, [conn.here(), id.into(), until_on.into()]).await.doing("take a role back")? > 0;
    units::tree_changes(conn).await?;
    Ok(ended)
}

/// How a grant ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndRow<'a> {
    /// Its last day; none if it ends at once.
    pub until_on: Option<Date>,
    /// The moment of the act.
    pub at: i64,
    /// By whom.
    pub by: Option<PersonId>,
    /// Why.
    pub reason: &'a str,
}

/// Ends a grant, at once or after a day, with who and why. False if there is none, or it was ended at once before.
pub async fn end_as(conn: &mut Conn, id: GrantId, end: &EndRow<'_>) -> Result<bool, StoreError> {
    let at_once = end.until_on.is_none().then_some(end.at);
    let sql = "UPDATE grant_ SET until_on = COALESCE($3, until_on), ended_at = $4, ended_by = $5, end_reason = $6 \
         WHERE site = $1 AND id = $2 AND ended_at IS NULL";
    let params = [conn.here(), id.into(), end.until_on.into(), at_once.into(), end.by.into(), end.reason.into()];
    let ended = conn.run(sql, params).await.doing("end a grant")? > 0;
    units::tree_changes(conn).await?;
    Ok(ended)
}

/// Somebody looked at a grant and keeps it.
pub async fn keep(conn: &mut Conn, id: GrantId, at: i64, by: Option<PersonId>) -> Result<bool, StoreError> {
    let sql = "UPDATE grant_ SET reviewed_at = $3, reviewed_by = $4 WHERE site = $1 AND id = $2";
    Ok(conn.run(sql, [conn.here(), id.into(), at.into(), by.into()]).await.doing("note a review")? > 0)
}

/// A grant with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantStory {
    /// The grant.
    pub grant: GrantRow,
    /// When it was given, if it was not there from the start.
    pub given_at: Option<i64>,
    /// The moment from which on it is void, if it ended at once.
    pub ended_at: Option<i64>,
    /// Who ended or shortened it.
    pub ended_by: Option<PersonId>,
    /// Why.
    pub end_reason: Option<String>,
    /// When it was last reviewed and kept.
    pub reviewed_at: Option<i64>,
    /// By whom.
    pub reviewed_by: Option<PersonId>,
}

const STORY: &str = "g.id, g.person, g.role_, g.unit, g.from_on, g.until_on, g.basis, g.given_by, \
     g.given_at, g.ended_at, g.ended_by, g.end_reason, g.reviewed_at, g.reviewed_by";

fn story(row: &Row) -> Result<GrantStory, StoreError> {
    Ok(GrantStory {
        grant: grant(row)?,
        given_at: row.int_if(8)?,
        ended_at: row.int_if(9)?,
        ended_by: row.id_if(10)?,
        end_reason: row.text_if(11)?,
        reviewed_at: row.int_if(12)?,
        reviewed_by: row.id_if(13)?,
    })
}

/// One grant with its story.
pub async fn find(conn: &mut Conn, id: GrantId) -> Result<Option<GrantStory>, StoreError> {
    let sql = format!("SELECT {STORY} FROM grant_ g WHERE g.site = $1 AND g.id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a grant")?;
    row.as_ref().map(story).transpose()
}

/// All grants of a person with their stories, newest first.
pub async fn stories_of(conn: &mut Conn, person: PersonId) -> Result<Vec<GrantStory>, StoreError> {
    let sql =
        format!("SELECT {STORY} FROM grant_ g WHERE g.site = $1 AND g.person = $2 ORDER BY g.from_on DESC, g.id DESC");
    let rows = conn.list(sql, [conn.here(), person.into()]).await.doing("list the grants of a person")?;
    rows.iter().map(story).collect()
}

/// Which grants?
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantAsk {
    /// Over units of one of these intervals of pre-order numbers, each for all roles or for some: what the asker may
    /// see. None at all: nothing.
    pub reach: Vec<(Option<Vec<RoleId>>, i64, i64)>,
    /// Of these people.
    pub people: Option<Vec<PersonId>>,
    /// Of one role.
    pub role: Option<RoleId>,
    /// Over units of one more interval.
    pub units: Option<(i64, i64)>,
    /// In force on this day.
    pub on: Option<Date>,
    /// With a last day from–until.
    pub ending: Option<(Date, Date)>,
    /// Neither given nor reviewed since this moment.
    pub unreviewed_since: Option<i64>,
    /// Reviewed since this moment.
    pub reviewed_since: Option<i64>,
    /// After one already shown: the number of its unit and its id.
    pub after: Option<(i64, GrantId)>,
}

/// Grants by unit in pre-order, each with the number of its unit.
pub async fn page(conn: &mut Conn, ask: &GrantAsk, limit: u32) -> Result<Vec<(i64, GrantStory)>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "g.site = $1");
    asking.and("u.site = g.site AND u.id = g.unit");
    reach(&mut asking, ask);
    if let Some(people) = &ask.people {
        asking.among("g.person", people.iter().map(|id| P::from(*id)).collect());
    }
    if let Some(role) = &ask.role {
        asking.is("g.role_", role);
    }
    if let Some((first, last)) = ask.units {
        let (first, last) = (asking.param(first), asking.param(last));
        asking.and(format!("u.ord BETWEEN {first} AND {last}"));
    }
    if let Some(on) = ask.on {
        let on = asking.param(on);
        asking.and(format!("g.from_on <= {on} AND (g.until_on IS NULL OR g.until_on >= {on}) AND g.ended_at IS NULL"));
    }
    if let Some((from, until)) = ask.ending {
        let (from, until) = (asking.param(from), asking.param(until));
        asking.and(format!("g.until_on BETWEEN {from} AND {until} AND g.ended_at IS NULL"));
    }
    if let Some(since) = ask.unreviewed_since {
        let since = asking.param(since);
        asking.and(format!("COALESCE(g.reviewed_at, g.given_at, 0) < {since}"));
    }
    if let Some(since) = ask.reviewed_since {
        let since = asking.param(since);
        asking.and(format!("g.reviewed_at >= {since}"));
    }
    if let Some((ord, id)) = ask.after {
        let (ord, id) = (asking.param(ord), asking.param(id));
        asking.and(format!("u.ord >= {ord} AND (u.ord > {ord} OR g.id > {id})"));
    }
    let sql = format!(
        "SELECT {STORY}, u.ord FROM grant_ g, unit u WHERE {} ORDER BY u.ord, g.id LIMIT {limit}",
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await.doing("list grants")?;
    rows.iter().map(|row| Ok((row.int(14)?, story(row)?))).collect()
}

fn reach(asking: &mut Asking, ask: &GrantAsk) {
    let mut ways = Vec::new();
    for (roles, first, last) in &ask.reach {
        let (first, last) = (asking.param(*first), asking.param(*last));
        let over = format!("u.ord BETWEEN {first} AND {last}");
        match roles {
            None => ways.push(format!("({over})")),
            Some(roles) if roles.is_empty() => {}
            Some(roles) => {
                let places = asking.params_padded(roles.iter().map(P::from).collect());
                ways.push(format!("({over} AND g.role_ IN ({places}))"));
            }
        }
    }
    asking.and(if ways.is_empty() { "1 = 0".to_owned() } else { format!("({})", ways.join(" OR ")) });
}

/// When people last acted by a role: the newest step since a moment, by person and role.
pub async fn last_uses(
    conn: &mut Conn,
    people: &[PersonId],
    since: i64,
) -> Result<Vec<(PersonId, RoleId, i64)>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut asking = Asking::at(conn.dialect(), conn.site());
    asking.among("actor", people.iter().map(|id| P::from(*id)).collect());
    let since = asking.param(since);
    let role = asking.dialect.member("entry", "role");
    asking.and(format!("at_ >= {since}"));
    asking.and(format!("{role} IS NOT NULL"));
    let sql = format!("SELECT actor, {role}, MAX(at_) FROM journal WHERE {} GROUP BY actor, {role}", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("ask when roles were last used")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.slug(1)?, row.int(2)?))).collect()
}
