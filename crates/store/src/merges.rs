//! Which two people may be one? Those that look alike, those that were put together, and those that are known apart.
//!
//! Never moves what a file says: that is written by the steps on the two files.

use kernel::ids::{PersonId, RecordId};
use uuid::Uuid;

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
use crate::records::RecordRow;
use crate::row::Row;

/// Two files put together.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeRow {
    /// Its id.
    pub id: Uuid,
    /// The file that stayed.
    pub kept: PersonId,
    /// The file that went.
    pub gone: PersonId,
    /// When.
    pub at: i64,
    /// By whom.
    pub by_name: String,
    /// Why.
    pub reason: String,
    /// What was moved, as `app` wrote it.
    pub detail: serde_json::Value,
    /// When it was undone.
    pub undone_at: Option<i64>,
    /// By whom.
    pub undone_by: Option<String>,
}

const COLUMNS: &str = "id, kept, gone, at_, by_name, reason, detail, undone_at, undone_by";

fn merge(row: &Row) -> Result<MergeRow, StoreError> {
    Ok(MergeRow {
        id: row.id(0)?,
        kept: row.id(1)?,
        gone: row.id(2)?,
        at: row.int(3)?,
        by_name: row.text(4)?,
        reason: row.text(5)?,
        detail: row.json(6)?,
        undone_at: row.int_if(7)?,
        undone_by: row.text_if(8)?,
    })
}

/// Why two people look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same name and the same month of birth.
    NameAndBirth,
    /// The same name in the same unit, and one of the files does not say the month of birth.
    NameAndUnit,
    /// Names that sound alike, the same month of birth and the same unit.
    SoundAndBirth,
}

/// Pairs that look alike, both inside the intervals of units, not merged and not known apart; at most `limit` of each
/// likeness.
pub async fn alike(
    conn: &mut Conn,
    units: &[(i64, i64)],
    limit: u32,
) -> Result<Vec<(PersonId, PersonId, Likeness)>, StoreError> {
    let mut pairs = Vec::new();
    for (likeness, condition) in [
        (Likeness::NameAndBirth, "b.name = a.name AND b.birth_month = a.birth_month"),
        (
            Likeness::NameAndUnit,
            "b.name = a.name AND b.unit = a.unit AND (a.birth_month IS NULL OR b.birth_month IS NULL)",
        ),
        (
            Likeness::SoundAndBirth,
            "b.pinyin = a.pinyin AND b.name <> a.name AND b.birth_month = a.birth_month AND b.unit = a.unit",
        ),
    ] {
        let mut asking = Asking::bare(conn.dialect(), conn.site(), "a.site = $1");
        asking.and("a.merged_into IS NULL AND b.merged_into IS NULL");
        asking
            .and("NOT EXISTS (SELECT 1 FROM person_apart x WHERE x.site = a.site AND x.one = a.id AND x.other = b.id)");
        for side in ["a", "b"] {
            let inside = inside(&mut asking, side, units);
            asking.and(inside);
        }
        let sql = format!(
            "SELECT a.id, b.id FROM person a JOIN person b ON b.site = a.site AND {condition} AND b.id > a.id \
             WHERE {} ORDER BY a.pinyin, a.id, b.id LIMIT {limit}",
            asking.text()
        );
        for row in &conn.list(sql, asking.params).await.doing("find people who look alike")? {
            pairs.push((row.id(0)?, row.id(1)?, likeness));
        }
    }
    Ok(pairs)
}

fn inside(asking: &mut Asking, side: &str, units: &[(i64, i64)]) -> String {
    let spans: Vec<String> = units
        .iter()
        .map(|(first, last)| {
            let (first, last) = (asking.param(*first), asking.param(*last));
            format!("u.ord BETWEEN {first} AND {last}")
        })
        .collect();
    match spans.is_empty() {
        true => "1 = 0".to_owned(),
        false => format!(
            "EXISTS (SELECT 1 FROM unit u WHERE u.site = {side}.site AND u.id = {side}.unit AND ({}))",
            spans.join(" OR ")
        ),
    }
}

/// Writes down that two are not the same; `one` is the smaller id.
pub async fn keep_apart(
    conn: &mut Conn,
    one: PersonId,
    other: PersonId,
    at: i64,
    by_name: &str,
) -> Result<(), StoreError> {
    let (one, other) = (one.min(other), one.max(other));
    let sql = "INSERT INTO person_apart (site, one, other, at_, by_name) VALUES ($1, $2, $3, $4, $5)";
    let params = [conn.here(), one.into(), other.into(), at.into(), by_name.into()];
    conn.run_unless_known(sql, params).await.doing("write down that two are not the same")?;
    Ok(())
}

/// Keeps a merge.
pub async fn insert(conn: &mut Conn, merge: &MergeRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO person_merge ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    let params = [
        merge.id.into(),
        merge.kept.into(),
        merge.gone.into(),
        merge.at.into(),
        merge.by_name.as_str().into(),
        merge.reason.as_str().into(),
        (&merge.detail).into(),
        merge.undone_at.into(),
        merge.undone_by.as_deref().into(),
        conn.here(),
    ];
    conn.run(sql, params).await.doing("keep a merge")?;
    Ok(())
}

/// Marks a merge as undone; `Stale` if somebody did so a moment ago.
pub async fn mark_undone(conn: &mut Conn, id: Uuid, at: i64, by_name: &str) -> Result<(), StoreError> {
    let sql =
        "UPDATE person_merge SET undone_at = $3, undone_by = $4 WHERE site = $1 AND id = $2 AND undone_at IS NULL";
    match conn.run(sql, [conn.here(), id.into(), at.into(), by_name.into()]).await.doing("undo a merge")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// A merge.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<MergeRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM person_merge WHERE site = $1 AND id = $2");
    conn.find(sql, [conn.here(), id.into()]).await.doing("find a merge")?.as_ref().map(merge).transpose()
}

/// The merges that stand, newest first.
pub async fn latest(conn: &mut Conn, limit: u32) -> Result<Vec<MergeRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM person_merge WHERE site = $1 ORDER BY id DESC LIMIT {limit}");
    let rows = conn.list(sql, [conn.here()]).await.doing("list merges")?;
    rows.iter().map(merge).collect()
}

/// The merges into a file that stand.
pub async fn into_person(conn: &mut Conn, kept: PersonId) -> Result<Vec<MergeRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM person_merge WHERE site = $1 AND kept = $2 AND undone_at IS NULL ORDER BY id DESC LIMIT 50"
    );
    let rows = conn.list(sql, [conn.here(), kept.into()]).await.doing("list merges of a person")?;
    rows.iter().map(merge).collect()
}

/// Marks a person as merged into another, or as themself again.
pub async fn mark_person(conn: &mut Conn, gone: PersonId, kept: Option<PersonId>) -> Result<(), StoreError> {
    let sql = "UPDATE person SET merged_into = $3 WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), gone.into(), kept.into()]).await.doing("mark a merged person")?;
    Ok(())
}

/// What is a person's own and goes with them from one file to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owned {
    /// Roles granted to them.
    Grants,
    /// Accounts.
    Accounts,
    /// Where they stand in for somebody.
    StandingIn,
    /// Where somebody stands in for them.
    StoodInFor,
    /// What they were told.
    Notices,
    /// Lists as they like to see them.
    Views,
    /// What they keep under a name or offer to others.
    Offerings,
}

impl Owned {
    /// Everything that goes along.
    pub const ALL: [Self; 7] =
        [Self::Grants, Self::Accounts, Self::StandingIn, Self::StoodInFor, Self::Notices, Self::Views, Self::Offerings];

    /// The word under which it is kept.
    pub fn word(self) -> &'static str {
        match self {
            Self::Grants => "grants",
            Self::Accounts => "accounts",
            Self::StandingIn => "standing_in",
            Self::StoodInFor => "stood_in_for",
            Self::Notices => "notices",
            Self::Views => "views",
            Self::Offerings => "offerings",
        }
    }

    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Grants => ("grant_", "person"),
            Self::Accounts => ("account", "person"),
            Self::StandingIn => ("stand_in", "person"),
            Self::StoodInFor => ("stand_in", "principal"),
            Self::Notices => ("notice", "person"),
            Self::Views => ("saved_view", "person"),
            Self::Offerings => ("offering", "person"),
        }
    }
}

/// Gives all that is a person's own to another, and tells which rows they were.
pub async fn move_owned(conn: &mut Conn, what: Owned, from: PersonId, to: PersonId) -> Result<Vec<Uuid>, StoreError> {
    let (table, column) = what.place();
    let sql = format!("SELECT id FROM {table} WHERE site = $1 AND {column} = $2 ORDER BY id");
    let rows = conn.list(sql, [conn.here(), from.into()]).await.doing("list what is a person's own")?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?;
    give_owned(conn, what, &ids, from, to).await?;
    Ok(ids)
}

/// Gives some of what is a person's own to another; what went elsewhere since stays there.
pub async fn give_owned(
    conn: &mut Conn,
    what: Owned,
    ids: &[Uuid],
    from: PersonId,
    to: PersonId,
) -> Result<(), StoreError> {
    let (table, column) = what.place();
    for some in ids.chunks(256) {
        let mut asking = Asking::at(conn.dialect(), conn.site());
        let to = asking.param(to);
        asking.is(column, from);
        asking.among("id", some.iter().map(|id| P::from(*id)).collect());
        let sql = format!("UPDATE {table} SET {column} = {to} WHERE {}", asking.text());
        conn.run(sql, asking.params).await.doing("give what was a person's to another")?;
    }
    Ok(())
}

/// Open records whose facts name a person, in the order of their ids, after one already seen.
pub async fn open_naming(
    conn: &mut Conn,
    person: PersonId,
    after: Option<RecordId>,
    limit: u32,
) -> Result<Vec<RecordRow>, StoreError> {
    let mut asking = Asking::at(conn.dialect(), conn.site());
    let named = asking.param(person.to_string());
    let place = asking.dialect.place_of(&named, "facts");
    asking.and(format!("open_ = 1 AND {place} > 0"));
    if let Some(after) = after {
        let after = asking.param(after);
        asking.and(format!("id > {after}"));
    }
    let sql =
        format!("SELECT {} FROM record WHERE {} ORDER BY id LIMIT {limit}", crate::records::COLUMNS, asking.text());
    let rows = conn.list(sql, asking.params).await.doing("find records that name a person")?;
    rows.iter().map(RecordRow::of).collect()
}
