//! Who reviews which entry of a round, and what did they say?
//!
//! A row is somebody's review of an entry in one turn of one stage; what was said stays, the next turn is another row.
//! Never a conclusion: that is `kernel::kinds::round`'s.

use kernel::ids::{PersonId, RecordId};
use kernel::kinds::round::ruling::{Review, Verdict};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// Somebody's review of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewRow {
    /// Its id.
    pub id: Uuid,
    /// The round.
    pub round: RecordId,
    /// The entry.
    pub entry: RecordId,
    /// The stage.
    pub stage: String,
    /// The turn.
    pub turn: i64,
    /// Who.
    pub reviewer: PersonId,
    /// Was it given to them by hand?
    pub by_hand: bool,
    /// When it was given to them.
    pub assigned_at: i64,
    /// By whom.
    pub assigned_by: Option<PersonId>,
    /// Why they keep out of it.
    pub recusal: Option<String>,
    /// What they said.
    pub verdict: Option<String>,
    /// The points in all.
    pub score: Option<i64>,
    /// The points by item.
    pub items: Option<serde_json::Value>,
    /// The opinion.
    pub opinion: Option<String>,
    /// When they said it.
    pub said_at: Option<i64>,
}

impl ReviewRow {
    /// As the rule of a stage reads it; `human` is whom the reviewer's file stands for today.
    pub fn review(&self, human: PersonId) -> Review {
        Review {
            reviewer: human,
            turn: self.turn,
            recused: self.recusal.is_some(),
            verdict: self.verdict.as_deref().and_then(Verdict::of),
            score: self.score,
        }
    }
}

const COLUMNS: &str = "id, round, entry, stage, turn, reviewer, by_hand, assigned_at, assigned_by, recusal, verdict, \
                       score, items, opinion, said_at";

fn review(row: &Row<'_>) -> Result<ReviewRow, StoreError> {
    Ok(ReviewRow {
        id: row.id(0)?,
        round: row.id(1)?,
        entry: row.id(2)?,
        stage: row.text(3)?,
        turn: row.int(4)?,
        reviewer: row.id(5)?,
        by_hand: row.yes(6)?,
        assigned_at: row.int(7)?,
        assigned_by: row.id_if(8)?,
        recusal: row.text_if(9)?,
        verdict: row.text_if(10)?,
        score: row.int_if(11)?,
        items: row.json_if(12)?,
        opinion: row.text_if(13)?,
        said_at: row.int_if(14)?,
    })
}

fn params(row: &ReviewRow, site: &P) -> Vec<P> {
    vec![
        site.clone(),
        row.id.into(),
        row.round.into(),
        row.entry.into(),
        row.stage.as_str().into(),
        row.turn.into(),
        row.reviewer.into(),
        row.by_hand.into(),
        row.assigned_at.into(),
        row.assigned_by.into(),
        row.recusal.as_deref().into(),
        row.verdict.as_deref().into(),
        row.score.into(),
        row.items.as_ref().into(),
        row.opinion.as_deref().into(),
        row.said_at.into(),
    ]
}

/// Adds reviews; those that are there already stay as they are. Says how many were added.
pub async fn add(conn: &mut Conn, rows: &[ReviewRow]) -> Result<u64, StoreError> {
    let site = conn.here();
    let rows = rows.iter().map(|row| params(row, &site)).collect();
    let tail = conn.dialect().or_leave();
    many::insert(conn, &format!("review (site, {COLUMNS})"), rows, tail).await.doing("give entries to reviewers")
}

/// Keeps a review, in place of the one of the same reviewer, stage and turn.
pub async fn put(conn: &mut Conn, row: &ReviewRow) -> Result<(), StoreError> {
    let set = ["recusal", "verdict", "score", "items", "opinion", "said_at"];
    let tail = conn.dialect().or_put("site, entry, stage, turn, reviewer", set.into_iter());
    let places = many::places(1, 16);
    let sql = format!("INSERT INTO review (site, {COLUMNS}) VALUES ({places}) {tail}");
    let params = params(row, &conn.here());
    conn.run(sql, params).await.doing("keep what a reviewer said")?;
    Ok(())
}

/// Takes a review away that nothing was said in.
pub async fn remove(conn: &mut Conn, id: Uuid) -> Result<bool, StoreError> {
    let sql = "DELETE FROM review WHERE site = $1 AND id = $2 AND said_at IS NULL AND recusal IS NULL";
    Ok(conn.run(sql, [conn.here(), id.into()]).await.doing("take an entry from a reviewer")? == 1)
}

/// The reviews of a round.
pub async fn of_round(conn: &mut Conn, round: RecordId) -> Result<Vec<ReviewRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM review WHERE site = $1 AND round = $2 ORDER BY stage, entry, turn, id");
    let rows = conn.list(sql, [conn.here(), round.into()]).await.doing("read the reviews of a round")?;
    rows.iter().map(review).collect()
}

/// The reviews of entries.
pub async fn of_entries(conn: &mut Conn, entries: &[RecordId]) -> Result<Vec<ReviewRow>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT {COLUMNS} FROM review WHERE site = $1 AND entry IN ({places}) ORDER BY entry, stage, turn, id")
    };
    many::by_ids(conn, entries, sql, review).await.doing("read the reviews of entries")
}

/// What was given to some people and what they have not said yet comes first, at most so many.
pub async fn of_people(conn: &mut Conn, people: &[PersonId], most: u32) -> Result<Vec<ReviewRow>, StoreError> {
    let sql = |places: &str| {
        format!(
            "SELECT {COLUMNS} FROM review WHERE site = $1 AND reviewer IN ({places}) \
             ORDER BY said_at IS NOT NULL, said_at DESC, assigned_at, id LIMIT {most}"
        )
    };
    many::by_ids(conn, people, sql, review).await.doing("read what somebody reviews")
}

/// Who took a step on entries: the entry and the person, or the person in whose name it was.
pub async fn who_acted(conn: &mut Conn, entries: &[RecordId]) -> Result<Vec<(RecordId, String)>, StoreError> {
    let mut all = Vec::new();
    for column in ["actor", "behalf"] {
        let sql = |places: &str| {
            format!(
                "SELECT DISTINCT record, {column} FROM journal WHERE site = $1 AND {column} IS NOT NULL \
                 AND record IN ({places})"
            )
        };
        let by_id = column == "actor";
        let read = move |row: &Row<'_>| {
            let person = if by_id { row.id::<PersonId>(1)?.to_string() } else { row.text(1)? };
            Ok((row.id(0)?, person))
        };
        all.extend(many::by_ids(conn, entries, sql, read).await.doing("ask who acted on entries")?);
    }
    Ok(all)
}
