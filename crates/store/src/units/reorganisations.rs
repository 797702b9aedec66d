//! What was decided about units? Done, or planned for a day to come.
//!
//! Never does what was decided: that is a command's, in the same transaction.

use jiff::civil::Date;
use kernel::ids::PersonId;
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
use crate::row::Row;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReorganisationState {
    /// Its day has not come.
    Planned,
    /// It is done.
    Done,
    /// It was taken back before its day came.
    Cancelled,
    /// Its day came and the rules no longer allow it; somebody has to look.
    Stuck,
}

impl ReorganisationState {
    const ALL: [(&'static str, Self); 4] =
        [("planned", Self::Planned), ("done", Self::Done), ("cancelled", Self::Cancelled), ("stuck", Self::Stuck)];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(word, _)| word)
    }
}

/// A reorganisation.
#[derive(Clone, Debug, PartialEq)]
pub struct ReorganisationRow {
    /// Its id.
    pub id: Uuid,
    /// What kind: found, rename, move, merge ….
    pub kind: String,
    /// The day from which it is so.
    pub on: Date,
    /// How far it is.
    pub state: ReorganisationState,
    /// The number of the decision.
    pub decision: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// What is to be done, as JSON.
    pub told: serde_json::Value,
    /// What was done, or why it is stuck, as JSON.
    pub done: Option<serde_json::Value>,
    /// When it was decided.
    pub at: i64,
    /// Who entered it; absent for the clock.
    pub actor: Option<PersonId>,
    /// Their name then.
    pub actor_name: String,
    /// When it was done.
    pub done_at: Option<i64>,
}

const COLUMNS: &str = "id, kind, on_, state, decision, why, told, done, at_, actor, actor_name, done_at";

fn read(row: &Row) -> Result<ReorganisationRow, StoreError> {
    let word = row.text(3)?;
    let known = ReorganisationState::ALL.iter().find(|(known, _)| *known == word);
    let (_, state) = known.ok_or_else(|| StoreError::said(format!("no reorganisation is {word}")))?;
    Ok(ReorganisationRow {
        id: row.id(0)?,
        kind: row.text(1)?,
        on: row.day(2)?,
        state: *state,
        decision: row.text_if(4)?,
        why: row.text_if(5)?,
        told: row.json(6)?,
        done: row.json_if(7)?,
        at: row.int(8)?,
        actor: row.id_if(9)?,
        actor_name: row.text(10)?,
        done_at: row.int_if(11)?,
    })
}

fn params(row: &ReorganisationRow, site: i64) -> Vec<P> {
    vec![
        row.id.into(),
        row.kind.as_str().into(),
        row.on.into(),
        row.state.word().into(),
        row.decision.as_deref().into(),
        row.why.as_deref().into(),
        (&row.told).into(),
        row.done.as_ref().map(ToString::to_string).as_deref().into(),
        row.at.into(),
        row.actor.into(),
        row.actor_name.as_str().into(),
        row.done_at.into(),
        site.into(),
    ]
}

/// Keeps a new one.
pub async fn insert_reorganisation(conn: &mut Conn, row: &ReorganisationRow) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO reorganisation ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    );
    conn.run(sql, params(row, conn.site())).await.doing("keep a reorganisation")?;
    Ok(())
}

/// Keeps how far one is now; `Stale` if it was no longer planned.
pub async fn update_reorganisation(conn: &mut Conn, row: &ReorganisationRow) -> Result<(), StoreError> {
    let sql = "UPDATE reorganisation SET state = $3, done = $4, done_at = $5 \
         WHERE site = $1 AND id = $2 AND state = 'planned'";
    let done = row.done.as_ref().map(ToString::to_string);
    let params = [conn.here(), row.id.into(), row.state.word().into(), done.as_deref().into(), row.done_at.into()];
    match conn.run(sql, params).await.doing("keep how far a reorganisation is")? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// One of them.
pub async fn find_reorganisation(conn: &mut Conn, id: Uuid) -> Result<Option<ReorganisationRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM reorganisation WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a reorganisation")?;
    row.as_ref().map(read).transpose()
}

/// Those planned whose day has come, in the order of their days.
pub async fn due(conn: &mut Conn, today: Date) -> Result<Vec<ReorganisationRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM reorganisation WHERE site = $1 AND state = 'planned' AND on_ <= $2 ORDER BY on_, id"
    );
    let rows = conn.list(sql, [conn.here(), today.into()]).await.doing("list reorganisations whose day has come")?;
    rows.iter().map(read).collect()
}

/// The newest, newest first, before one already shown.
pub async fn newest_reorganisations(
    conn: &mut Conn,
    before: Option<(i64, Uuid)>,
    limit: u32,
) -> Result<Vec<ReorganisationRow>, StoreError> {
    let (at, id) = before.unwrap_or((i64::MAX, Uuid::max()));
    let sql = format!(
        "SELECT {COLUMNS} FROM reorganisation WHERE site = $1 AND (at_ < $2 OR (at_ = $2 AND id < $3)) \
         ORDER BY at_ DESC, id DESC LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), at.into(), id.into()]).await.doing("list reorganisations")?;
    rows.iter().map(read).collect()
}
