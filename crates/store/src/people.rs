//! Who is there? One row a human.
//!
//! Never more about a person than lists and letters need; their file is a record like any other.

use jiff::civil::Date;
use kernel::ids::{FieldId, PersonId, UnitId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::register::WHOLE_SITE;
use crate::row::Row;
use crate::units;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What they sort by: their name in pinyin, or the name itself.
    pub pinyin: String,
    /// The name of their post.
    pub post_name: Option<String>,
    /// The unit where they work.
    pub unit: Option<UnitId>,
}

const COLUMNS: &str = "p.id, p.name, p.pinyin, p.post_name, p.unit";

fn person(row: &Row<'_>) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: row.id(0)?,
        name: row.text(1)?,
        pinyin: row.text(2)?,
        post_name: row.text_if(3)?,
        unit: row.id_if(4)?,
    })
}

fn params(person: &PersonRow, site: i64) -> Vec<P> {
    vec![
        person.id.into(),
        person.name.as_str().into(),
        person.pinyin.as_str().into(),
        person.post_name.as_deref().into(),
        person.unit.into(),
        site.into(),
    ]
}

/// One person.
pub async fn find(conn: &mut Conn, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
    Ok(by_ids(conn, &[id]).await?.into_iter().next())
}

/// Several people, in the order of their ids.
pub async fn by_ids(conn: &mut Conn, ids: &[PersonId]) -> Result<Vec<PersonRow>, StoreError> {
    let sql =
        |places: &str| format!("SELECT {COLUMNS} FROM person p WHERE p.site = $1 AND p.id IN ({places}) ORDER BY p.id");
    many::by_ids(conn, ids, sql, person).await.doing("find people")
}

/// People of the units of an interval, by pinyin and id, after one already shown. `named` is a part of the name or
/// the beginning of the pinyin.
pub async fn page(
    conn: &mut Conn,
    units: (i64, i64),
    named: Option<&str>,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<PersonRow>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "p.site = $1");
    if units != WHOLE_SITE {
        let (first, last) = (asking.param(units.0), asking.param(units.1));
        asking.and(format!(
            "EXISTS (SELECT 1 FROM unit u WHERE u.site = p.site AND u.id = p.unit AND u.ord BETWEEN {first} AND {last})"
        ));
    }
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        let (part, start) = (asking.param(named), asking.param(named.to_lowercase()));
        let place = asking.dialect.place_of(&part, "p.name");
        let pinyin = asking.dialect.place_of(&start, "p.pinyin");
        asking.and(format!("({place} > 0 OR {pinyin} = 1)"));
    }
    if let Some((pinyin, id)) = after {
        let (pinyin, id) = (asking.param(pinyin), asking.param(id));
        asking.and(format!("p.pinyin >= {pinyin} AND (p.pinyin > {pinyin} OR p.id > {id})"));
    }
    let sql = format!("SELECT {COLUMNS} FROM person p WHERE {} ORDER BY p.pinyin, p.id LIMIT {limit}", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("list people")?;
    rows.iter().map(person).collect()
}

/// A question for a page of people.
#[derive(Clone, Debug, Default)]
pub struct PeopleQuery<'a> {
    /// Intervals of pre-order numbers of units, both ends included. Empty gives nobody.
    pub units: Vec<(i64, i64)>,
    /// A part of the name or the beginning of the pinyin.
    pub named: Option<&'a str>,
    /// The fields of their file whose value the word may be in full, such as a staff number.
    pub keys: Vec<FieldId>,
    /// Who is this, on this day.
    pub role: Option<(&'a str, Date)>,
    /// Also those who left.
    pub with_left: bool,
    /// The last one of the page before: pinyin and id.
    pub after: Option<(&'a str, PersonId)>,
    /// How many.
    pub limit: u32,
}

/// People by pinyin and id; those whose file was merged into another are left out.
pub async fn list(conn: &mut Conn, query: &PeopleQuery<'_>) -> Result<Vec<PersonRow>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "p.site = $1");
    asking.and("p.merged_into IS NULL");
    let spans: Vec<String> = query
        .units
        .iter()
        .map(|(first, last)| format!("u.ord BETWEEN {} AND {}", asking.param(*first), asking.param(*last)))
        .collect();
    match spans.is_empty() {
        true => asking.and("1 = 0"),
        false => asking.and(format!(
            "EXISTS (SELECT 1 FROM unit u WHERE u.site = p.site AND u.id = p.unit AND ({}))",
            spans.join(" OR ")
        )),
    }
    if let Some(named) = query.named.filter(|named| !named.is_empty()) {
        let (part, start) = (asking.param(named), asking.param(named.to_lowercase()));
        let place = asking.dialect.place_of(&part, "p.name");
        let pinyin = asking.dialect.place_of(&start, "p.pinyin");
        let by_key = match query.keys.is_empty() {
            true => String::new(),
            false => {
                let key = asking.param(named);
                let fields = asking.params_padded(query.keys.iter().map(P::from).collect());
                format!(
                    " OR EXISTS (SELECT 1 FROM record_key k WHERE k.site = p.site AND k.record = p.id \
                     AND k.value_ = {key} AND k.field IN ({fields}))"
                )
            }
        };
        asking.and(format!("({place} > 0 OR {pinyin} = 1{by_key})"));
    }
    if let Some((kind, on)) = query.role {
        let (kind, on) = (asking.param(kind), asking.param(on));
        asking.and(format!(
            "EXISTS (SELECT 1 FROM person_role r WHERE r.site = p.site AND r.person = p.id AND r.kind = {kind} \
             AND r.from_on <= {on} AND (r.until_on IS NULL OR r.until_on >= {on}))"
        ));
    }
    if !query.with_left {
        asking.and("p.left_on IS NULL");
    }
    if let Some((pinyin, id)) = query.after {
        let (pinyin, id) = (asking.param(pinyin), asking.param(id));
        asking.and(format!("p.pinyin >= {pinyin} AND (p.pinyin > {pinyin} OR p.id > {id})"));
    }
    let sql =
        format!("SELECT {COLUMNS} FROM person p WHERE {} ORDER BY p.pinyin, p.id LIMIT {}", asking.text(), query.limit);
    let rows = conn.list(sql, asking.params).await.doing("list people")?;
    rows.iter().map(person).collect()
}

/// People `p` of whom something holds, by pinyin and id.
pub(crate) async fn matching(conn: &mut Conn, asking: Asking, limit: u32) -> Result<Vec<PersonRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM person p WHERE {} ORDER BY p.pinyin, p.id LIMIT {limit}", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("list people")?;
    rows.iter().map(person).collect()
}

/// Those whose file was merged into another: who, and into whose.
pub async fn merged(conn: &mut Conn) -> Result<Vec<(PersonId, PersonId)>, StoreError> {
    let sql = "SELECT id, merged_into FROM person WHERE site = $1 AND merged_into IS NOT NULL";
    let rows = conn.list(sql, [conn.here()]).await.doing("list merged people")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.id(1)?))).collect()
}

/// Those who left, with the day.
pub async fn left(conn: &mut Conn) -> Result<Vec<(PersonId, Date)>, StoreError> {
    let sql = "SELECT id, left_on FROM person WHERE site = $1 AND left_on IS NOT NULL";
    let rows = conn.list(sql, [conn.here()]).await.doing("list people who left")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.day(1)?))).collect()
}

/// What their file says of a person beside the row that lists show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The month of birth, as `yyyy-MM`.
    pub birth_month: Option<String>,
    /// The day on which they left.
    pub left_on: Option<Date>,
}

/// Keeps a person as their file says, whether or not they were there; writes nothing if that is known already.
pub async fn put(conn: &mut Conn, person: &PersonRow, listing: &Listing) -> Result<(), StoreError> {
    let known = find(conn, person.id).await?;
    if known.is_none() {
        insert_many(conn, std::slice::from_ref(person)).await?;
    } else if known.as_ref() != Some(person) {
        update(conn, person).await?;
    }
    let params = [conn.here(), person.id.into()];
    let sql = "SELECT birth_month, left_on FROM person WHERE site = $1 AND id = $2";
    let row = conn.find(sql, params).await.doing("ask what a file said of a person")?;
    let is_known = match row {
        Some(row) => row.text_if(0)? == listing.birth_month && row.day_if(1)? == listing.left_on,
        None => false,
    };
    if !is_known {
        let sql = "UPDATE person SET birth_month = $3, left_on = $4 WHERE site = $1 AND id = $2";
        let params = [conn.here(), person.id.into(), listing.birth_month.as_deref().into(), listing.left_on.into()];
        conn.run(sql, params).await.doing("keep what a file says of a person")?;
    }
    Ok(())
}

/// Has somebody an account or a role by now?
pub async fn is_in_use(conn: &mut Conn, id: PersonId) -> Result<bool, StoreError> {
    for table in ["account", "grant_"] {
        let sql = format!("SELECT id FROM {table} WHERE site = $1 AND person = $2 LIMIT 1");
        if conn.find(sql, [conn.here(), id.into()]).await.doing("ask whether a person is in use")?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes a person off every list: only for whoever was taken in by mistake. Their name is still known where somebody
/// wrote it down meanwhile.
pub async fn take_off(conn: &mut Conn, id: PersonId, on: Date) -> Result<(), StoreError> {
    let sql = "UPDATE person SET unit = NULL, left_on = $3 WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into(), on.into()]).await.doing("take a person off the list")?;
    Ok(())
}

/// Keeps by which post somebody is called.
pub async fn call(conn: &mut Conn, id: PersonId, post_name: &str) -> Result<(), StoreError> {
    let sql = "UPDATE person SET post_name = $3 WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into(), post_name.into()]).await.doing("keep what a person is called")?;
    Ok(())
}

/// All people, in the order of their ids: for the tree that a process keeps in memory.
pub async fn all(conn: &mut Conn) -> Result<Vec<PersonRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM person p WHERE p.site = $1 ORDER BY p.id");
    let here = vec![conn.here()];
    conn.list_of(sql, here, person).await.doing("list all people")
}

/// People of exactly this name.
pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Vec<PersonRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM person p WHERE p.site = $1 AND p.name = $2 ORDER BY p.id LIMIT 50");
    let rows = conn.list(sql, [conn.here(), name.into()]).await.doing("find people by name")?;
    rows.iter().map(person).collect()
}

/// Keeps new people.
pub async fn insert_many(conn: &mut Conn, people: &[PersonRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let rows = people.iter().map(|person| params(person, site)).collect();
    let into = "person (id, name, pinyin, post_name, unit, site)";
    many::insert(conn, into, rows, "").await.doing("keep new people")?;
    units::tree_changes(conn).await
}

/// Keeps a person as they are now; `Stale` if they are not there.
pub async fn update(conn: &mut Conn, person: &PersonRow) -> Result<(), StoreError> {
    let sql = "UPDATE person SET name = $2, pinyin = $3, post_name = $4, unit = $5 WHERE site = $6 AND id = $1";
    match conn.run(sql, params(person, conn.site())).await.doing("keep a changed person")? {
        0 => Err(StoreError::Stale),
        _ => units::tree_changes(conn).await,
    }
}

/// People work in a unit from now on.
pub async fn work_in(conn: &mut Conn, unit: UnitId, people: &[PersonId]) -> Result<(), StoreError> {
    for some in people.chunks(256) {
        let mut params = many::padded(some.iter().map(|id| P::from(*id)).collect());
        let places = many::places(3, params.len());
        params.splice(0..0, [conn.here(), unit.into()]);
        let sql = format!("UPDATE person SET unit = $2 WHERE site = $1 AND id IN ({places})");
        conn.run(sql, params).await.doing("let people work elsewhere")?;
    }
    Ok(())
}
