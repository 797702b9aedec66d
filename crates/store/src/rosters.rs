//! What do the files of people and posts say, so that lists need not read them? Keys that stand once, roles over time,
//! posts and who holds them.
//!
//! Everything here follows from records: it is written with them and can be written anew from them.
//! Never decides whether a post has a place left: that is the kernel's.

use jiff::civil::Date;
use kernel::ids::{FieldId, MechanismId, PersonId, RecordId, UnitId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A value that stands once among the records of a mechanism.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The mechanism.
    pub mechanism: MechanismId,
    /// The field.
    pub field: FieldId,
    /// The value.
    pub value: String,
    /// The record that holds it.
    pub record: RecordId,
}

/// What somebody is from a day to a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRow {
    /// Who.
    pub person: PersonId,
    /// Its place in their file, from 0.
    pub seq: i64,
    /// What: an item of the list.
    pub kind: String,
    /// In which unit.
    pub unit: Option<UnitId>,
    /// The first day.
    pub from_on: Date,
    /// The last day, if it has one.
    pub until_on: Option<Date>,
    /// On what basis.
    pub basis: Option<String>,
}

/// A post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostRow {
    /// Its id: that of its record.
    pub id: RecordId,
    /// Its unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// How many may hold it at a time.
    pub places: i64,
    /// The day on which it was abolished.
    pub ended_on: Option<Date>,
}

/// A post held from a day to a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldingRow {
    /// By whom.
    pub person: PersonId,
    /// Its place in their file, from 0.
    pub seq: i64,
    /// Which post.
    pub post: RecordId,
    /// How: an item of the list.
    pub kind: String,
    /// The first day.
    pub from_on: Date,
    /// The last day, if it has one.
    pub until_on: Option<Date>,
    /// On what basis.
    pub basis: Option<String>,
}

/// Puts a value under the record that holds it. False if another record holds it already; nothing changed then.
pub async fn take_key(conn: &mut Conn, key: &KeyRow) -> Result<bool, StoreError> {
    let sql = "INSERT INTO record_key (site, mechanism, field, value_, record) VALUES ($1, $2, $3, $4, $5)";
    let params =
        [conn.here(), (&key.mechanism).into(), (&key.field).into(), key.value.as_str().into(), key.record.into()];
    let done = conn.run_unless_known(sql, params).await.doing("keep a value that stands once")?;
    Ok(done.is_some())
}

/// Gives a value free.
pub async fn free_key(conn: &mut Conn, key: &KeyRow) -> Result<(), StoreError> {
    let sql =
        "DELETE FROM record_key WHERE site = $1 AND mechanism = $2 AND field = $3 AND value_ = $4 AND record = $5";
    let params =
        [conn.here(), (&key.mechanism).into(), (&key.field).into(), key.value.as_str().into(), key.record.into()];
    conn.run(sql, params).await.doing("give a value free")?;
    Ok(())
}

/// Which of the values of a field are held, and by which records.
pub async fn keys_held(
    conn: &mut Conn,
    mechanism: &MechanismId,
    field: &FieldId,
    values: &[String],
) -> Result<Vec<(String, RecordId)>, StoreError> {
    let mut held = Vec::new();
    for some in values.chunks(256) {
        let mut asking = Asking::at(conn.dialect(), conn.site());
        asking.is("mechanism", mechanism);
        asking.is("field", field);
        asking.among("value_", some.iter().map(P::from).collect());
        let sql = format!("SELECT value_, record FROM record_key WHERE {}", asking.text());
        let rows = conn.list(sql, asking.params).await.doing("find values that stand once")?;
        for row in &rows {
            held.push((row.text(0)?, row.id(1)?));
        }
    }
    Ok(held)
}

/// All values that stand once: for verification.
pub async fn all_keys(conn: &mut Conn) -> Result<Vec<KeyRow>, StoreError> {
    let sql = "SELECT mechanism, field, value_, record FROM record_key WHERE site = $1";
    let rows = conn.list(sql, [conn.here()]).await.doing("list all values that stand once")?;
    rows.iter()
        .map(|row| Ok(KeyRow { mechanism: row.slug(0)?, field: row.slug(1)?, value: row.text(2)?, record: row.id(3)? }))
        .collect()
}

/// Keeps what somebody is in the place of what was kept.
pub async fn put_roles(conn: &mut Conn, person: PersonId, roles: &[RoleRow]) -> Result<(), StoreError> {
    let doing = "keep what somebody is";
    conn.run("DELETE FROM person_role WHERE site = $1 AND person = $2", [conn.here(), person.into()])
        .await
        .doing(doing)?;
    let here = conn.here();
    let rows = roles.iter().map(|it| {
        vec![
            here.clone(),
            person.into(),
            it.seq.into(),
            it.kind.as_str().into(),
            it.unit.into(),
            it.from_on.into(),
            it.until_on.into(),
            it.basis.as_deref().into(),
        ]
    });
    let into = "person_role (site, person, seq, kind, unit, from_on, until_on, basis)";
    many::insert(conn, into, rows.collect(), "").await.doing(doing)?;
    Ok(())
}

/// What several people are and were, in the order of their files.
pub async fn roles_of(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<RoleRow>, StoreError> {
    let mut all = Vec::new();
    for some in people.chunks(256) {
        let mut asking = Asking::at(conn.dialect(), conn.site());
        asking.among("person", some.iter().map(|id| P::from(*id)).collect());
        let sql = format!("SELECT {ROLE} FROM person_role WHERE {} ORDER BY person, seq", asking.text());
        let rows = conn.list(sql, asking.params).await.doing("list what people are")?;
        all.append(&mut rows.iter().map(role).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(all)
}

const ROLE: &str = "person, seq, kind, unit, from_on, until_on, basis";

fn role(row: &Row) -> Result<RoleRow, StoreError> {
    Ok(RoleRow {
        person: row.id(0)?,
        seq: row.int(1)?,
        kind: row.text(2)?,
        unit: row.id_if(3)?,
        from_on: row.day(4)?,
        until_on: row.day_if(5)?,
        basis: row.text_if(6)?,
    })
}

/// What everybody is and was: for verification.
pub async fn all_roles(conn: &mut Conn) -> Result<Vec<RoleRow>, StoreError> {
    let sql = format!("SELECT {ROLE} FROM person_role WHERE site = $1");
    let rows = conn.list(sql, [conn.here()]).await.doing("list what all people are")?;
    rows.iter().map(role).collect()
}

const POST: &str = "p.id, p.unit, p.name, p.places, p.ended_on";

fn post(row: &Row) -> Result<PostRow, StoreError> {
    Ok(PostRow { id: row.id(0)?, unit: row.id(1)?, name: row.text(2)?, places: row.int(3)?, ended_on: row.day_if(4)? })
}

/// Keeps a post as its record says.
pub async fn put_post(conn: &mut Conn, post: &PostRow) -> Result<(), StoreError> {
    let params = || -> Vec<P> {
        vec![post.unit.into(), post.name.as_str().into(), post.places.into(), post.ended_on.into(), post.id.into()]
    };
    let here = conn.here();
    let with_site = |mut params: Vec<P>| {
        params.push(here.clone());
        params
    };
    let sql = "UPDATE post SET unit = $1, name = $2, places = $3, ended_on = $4 WHERE id = $5 AND site = $6";
    if conn.run(sql, with_site(params())).await.doing("keep a post")? == 0 {
        let sql = "INSERT INTO post (unit, name, places, ended_on, id, site) VALUES ($1, $2, $3, $4, $5, $6)";
        conn.run(sql, with_site(params())).await.doing("keep a new post")?;
    }
    Ok(())
}

/// Takes a post off the list: only for one that was taken in by mistake and never held.
pub async fn remove_post(conn: &mut Conn, id: RecordId) -> Result<(), StoreError> {
    let sql = "DELETE FROM post WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into()]).await.doing("take a post off the list")?;
    Ok(())
}

/// Every post, abolished ones included: for the tree that a process keeps in memory.
pub async fn posts(conn: &mut Conn) -> Result<Vec<PostRow>, StoreError> {
    let sql = format!("SELECT {POST} FROM post p WHERE p.site = $1 ORDER BY p.id");
    let rows = conn.list(sql, [conn.here()]).await.doing("list all posts")?;
    rows.iter().map(post).collect()
}

/// A post.
pub async fn find_post(conn: &mut Conn, id: RecordId) -> Result<Option<PostRow>, StoreError> {
    let sql = format!("SELECT {POST} FROM post p WHERE p.site = $1 AND p.id = $2");
    conn.find(sql, [conn.here(), id.into()]).await.doing("find a post")?.as_ref().map(post).transpose()
}

/// Holds a post until the transaction ends, so that two who want its last place come one after the other.
pub async fn hold_post(conn: &mut Conn, id: RecordId) -> Result<Option<PostRow>, StoreError> {
    let sql = "UPDATE post SET places = places WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into()]).await.doing("hold a post")?;
    find_post(conn, id).await
}

const HOLDING: &str = "h.person, h.seq, h.post, h.kind, h.from_on, h.until_on, h.basis";

fn holding(row: &Row) -> Result<HoldingRow, StoreError> {
    Ok(HoldingRow {
        person: row.id(0)?,
        seq: row.int(1)?,
        post: row.id(2)?,
        kind: row.text(3)?,
        from_on: row.day(4)?,
        until_on: row.day_if(5)?,
        basis: row.text_if(6)?,
    })
}

/// All holdings: for verification.
pub async fn all_holdings(conn: &mut Conn) -> Result<Vec<HoldingRow>, StoreError> {
    let sql = format!("SELECT {HOLDING} FROM holding h WHERE h.site = $1");
    let rows = conn.list(sql, [conn.here()]).await.doing("list all holdings")?;
    rows.iter().map(holding).collect()
}

/// Keeps the posts that somebody holds and held in the place of what was kept.
pub async fn put_holdings(conn: &mut Conn, person: PersonId, held: &[HoldingRow]) -> Result<(), StoreError> {
    let doing = "keep the posts of a person";
    conn.run("DELETE FROM holding WHERE site = $1 AND person = $2", [conn.here(), person.into()]).await.doing(doing)?;
    let here = conn.here();
    let rows = held.iter().map(|it| {
        vec![
            here.clone(),
            person.into(),
            it.seq.into(),
            it.post.into(),
            it.kind.as_str().into(),
            it.from_on.into(),
            it.until_on.into(),
            it.basis.as_deref().into(),
        ]
    });
    let into = "holding (site, person, seq, post, kind, from_on, until_on, basis)";
    many::insert(conn, into, rows.collect(), "").await.doing(doing)?;
    Ok(())
}

/// Who holds and held a post, by the day on which they took it up.
pub async fn holdings_of_post(conn: &mut Conn, post: RecordId) -> Result<Vec<HoldingRow>, StoreError> {
    let sql = format!("SELECT {HOLDING} FROM holding h WHERE h.site = $1 AND h.post = $2 ORDER BY h.from_on, h.person");
    let rows = conn.list(sql, [conn.here(), post.into()]).await.doing("list who held a post")?;
    rows.iter().map(holding).collect()
}

/// The posts that several people hold and held, in the order of their files.
pub async fn holdings_of(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<HoldingRow>, StoreError> {
    let mut all = Vec::new();
    for some in people.chunks(256) {
        let mut asking = Asking::at(conn.dialect(), conn.site());
        asking.among("h.person", some.iter().map(|id| P::from(*id)).collect());
        let condition = asking.text().replacen("site", "h.site", 1);
        let sql = format!("SELECT {HOLDING} FROM holding h WHERE {condition} ORDER BY h.person, h.seq");
        let rows = conn.list(sql, asking.params).await.doing("list the posts of people")?;
        all.append(&mut rows.iter().map(holding).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(all)
}

/// All holdings that last on a day: which post, by whom.
pub async fn held_on(conn: &mut Conn, on: Date) -> Result<Vec<(RecordId, PersonId)>, StoreError> {
    let sql = "SELECT post, person FROM holding WHERE site = $1 AND from_on <= $2 AND (until_on IS NULL OR until_on >= $2) \
               ORDER BY post, person";
    let rows = conn.list(sql, [conn.here(), on.into()]).await.doing("list who holds posts")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.id(1)?))).collect()
}

/// Whose holdings begin on a day of an interval or ended the day before one: they may be called otherwise since.
pub async fn turning(conn: &mut Conn, first: Date, last: Date) -> Result<Vec<PersonId>, StoreError> {
    let before = first.yesterday().unwrap_or(first);
    let until = last.yesterday().unwrap_or(last);
    let sql = "SELECT DISTINCT person FROM holding WHERE site = $1 AND (from_on BETWEEN $2 AND $3 OR until_on BETWEEN $4 AND $5) \
               ORDER BY person";
    let params = [conn.here(), first.into(), last.into(), before.into(), until.into()];
    let rows = conn.list(sql, params).await.doing("list whose posts turn over")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// The line-up of an interval of units on a day: every post that there was, in the order of units and posts, each with
/// whoever held it. At most `limit` posts, after one already shown.
pub async fn posts_of_units(
    conn: &mut Conn,
    units: (i64, i64),
    on: Date,
    after: Option<(i64, RecordId)>,
    limit: u32,
) -> Result<Vec<(PostRow, i64)>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "p.site = $1");
    let (first, last) = (asking.param(units.0), asking.param(units.1));
    asking.and(format!("u.ord BETWEEN {first} AND {last}"));
    let on = asking.param(on);
    asking.and(format!("(p.ended_on IS NULL OR p.ended_on > {on})"));
    if let Some((ord, id)) = after {
        let (ord, id) = (asking.param(ord), asking.param(id));
        asking.and(format!("u.ord >= {ord} AND (u.ord > {ord} OR p.id > {id})"));
    }
    let sql = format!(
        "SELECT {POST}, u.ord FROM unit u JOIN post p ON p.site = u.site AND p.unit = u.id \
         WHERE {} ORDER BY u.ord, p.id LIMIT {limit}",
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await.doing("list the posts of units")?;
    rows.iter().map(|row| Ok((post(row)?, row.int(5)?))).collect()
}

/// Who held several posts on a day.
pub async fn holders_on(conn: &mut Conn, posts: &[RecordId], on: Date) -> Result<Vec<HoldingRow>, StoreError> {
    let mut all = Vec::new();
    for some in posts.chunks(256) {
        let mut asking = Asking::bare(conn.dialect(), conn.site(), "h.site = $1");
        asking.among("h.post", some.iter().map(|id| P::from(*id)).collect());
        let on = asking.param(on);
        asking.and(format!("h.from_on <= {on} AND (h.until_on IS NULL OR h.until_on >= {on})"));
        let sql =
            format!("SELECT {HOLDING} FROM holding h WHERE {} ORDER BY h.post, h.from_on, h.person", asking.text());
        let rows = conn.list(sql, asking.params).await.doing("list who holds posts")?;
        all.append(&mut rows.iter().map(holding).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(all)
}
