//! What was sealed, day by day? Seals in their chain, and the heads that each covers.
//!
//! Never changed and never removed.

use jiff::civil::Date;
use kernel::ids::RecordId;
use kernel::journal::seal::{Algorithm, Leaf, Seal};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A seal with its code under the key that does not lie in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealRow {
    /// The seal.
    pub seal: Seal,
    /// The code over its hash, if there was a key.
    pub mac: Option<String>,
}

const COLUMNS: &str = "number_, on_, sealed_at, algorithm, heads, root, act_seq, act_hash, prior_hash, hash_, mac";

fn seal(row: &Row) -> Result<SealRow, StoreError> {
    let algorithm = row.text(3)?;
    let algorithm = Algorithm::named(&algorithm)
        .ok_or_else(|| StoreError::said(format!("a seal was made by “{algorithm}”, which nobody knows")))?;
    let seal = Seal {
        number: row.int(0)?,
        on: row.day(1)?,
        sealed_at: row.int(2)?,
        algorithm,
        heads: row.int(4)?,
        root: row.text(5)?,
        act_seq: row.int(6)?,
        act_hash: row.text_if(7)?,
        prior_hash: row.text_if(8)?,
        hash: row.text(9)?,
    };
    Ok(SealRow { seal, mac: row.text_if(10)? })
}

/// The last seal.
pub async fn last(conn: &mut Conn) -> Result<Option<SealRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM seal WHERE site = $1 ORDER BY number_ DESC LIMIT 1");
    let row = conn.find(sql, [conn.here()]).await.doing("find the last seal")?;
    row.as_ref().map(seal).transpose()
}

/// Seals in order, after a number.
pub async fn walk(conn: &mut Conn, after: i64, limit: u32) -> Result<Vec<SealRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM seal WHERE site = $1 AND number_ > $2 ORDER BY number_ LIMIT {limit}");
    let rows = conn.list(sql, [conn.here(), after.into()]).await.doing("walk through the seals")?;
    rows.iter().map(seal).collect()
}

/// The newest seals, newest first, before a number already shown.
pub async fn newest(conn: &mut Conn, before: Option<i64>, limit: u32) -> Result<Vec<SealRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM seal WHERE site = $1 AND number_ < $2 ORDER BY number_ DESC LIMIT {limit}");
    let before = before.unwrap_or(i64::MAX);
    let rows = conn.list(sql, [conn.here(), before.into()]).await.doing("list the newest seals")?;
    rows.iter().map(seal).collect()
}

/// Keeps a seal; `Stale` if somebody else sealed this day or this number first.
pub async fn insert(conn: &mut Conn, row: &SealRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO seal ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    let it = &row.seal;
    let params = [
        it.number.into(),
        it.on.into(),
        it.sealed_at.into(),
        it.algorithm.name().into(),
        it.heads.into(),
        it.root.as_str().into(),
        it.act_seq.into(),
        it.act_hash.as_deref().into(),
        it.prior_hash.as_deref().into(),
        it.hash.as_str().into(),
        row.mac.as_deref().into(),
        conn.here(),
    ];
    match conn.run(sql, params).await {
        Err(StoreError::Conflict { .. }) => Err(StoreError::Stale),
        other => other.map(|_| ()).doing("keep a seal"),
    }
}

/// Keeps heads that a seal covers.
pub async fn insert_leaves(conn: &mut Conn, number: i64, leaves: &[Leaf]) -> Result<(), StoreError> {
    let here = conn.here();
    let row = |leaf: &Leaf| {
        vec![here.clone(), number.into(), leaf.record.into(), leaf.seq.into(), P::text(leaf.hash.as_str())]
    };
    let rows = leaves.iter().map(row).collect();
    many::insert(conn, "seal_leaf (site, seal, record, seq, hash_)", rows, "").await.doing("keep sealed heads")?;
    Ok(())
}

/// The heads of all journals that grew at or after an instant and that no seal covers yet, in the order of records.
pub async fn unsealed(conn: &mut Conn, since: i64) -> Result<Vec<Leaf>, StoreError> {
    let sql = "SELECT j.record, j.seq, j.hash_ FROM (SELECT k.record AS record, MAX(k.seq) AS seq FROM journal k \
         WHERE k.site = $1 AND k.at_ >= $2 GROUP BY k.record) grew \
         JOIN journal j ON j.site = $1 AND j.record = grew.record AND j.seq = grew.seq \
         WHERE NOT EXISTS (SELECT 1 FROM seal_leaf l WHERE l.site = $1 AND l.record = j.record AND l.seq >= j.seq) \
         ORDER BY j.record";
    let rows = conn.list(sql, [conn.here(), since.into()]).await.doing("list what is not sealed yet")?;
    rows.iter().map(leaf).collect()
}

fn leaf(row: &Row) -> Result<Leaf, StoreError> {
    Ok(Leaf { record: row.id(0)?, seq: row.int(1)?, hash: row.text(2)? })
}

/// The heads of a seal in the order of records, each with the hash that the journal's entry of that number has now.
pub async fn leaves(conn: &mut Conn, number: i64) -> Result<Vec<(Leaf, Option<String>)>, StoreError> {
    let sql = "SELECT l.record, l.seq, l.hash_, j.hash_ FROM seal_leaf l \
         LEFT JOIN journal j ON j.site = l.site AND j.record = l.record AND j.seq = l.seq \
         WHERE l.site = $1 AND l.seal = $2 ORDER BY l.record";
    let rows = conn.list(sql, [conn.here(), number.into()]).await.doing("list the heads of a seal")?;
    rows.iter().map(|row| Ok((leaf(row)?, row.text_if(3)?))).collect()
}

/// Records with an entry of before an instant that no seal covers: the first few.
pub async fn passed_over(conn: &mut Conn, before: i64) -> Result<Vec<RecordId>, StoreError> {
    let sql = "SELECT DISTINCT j.record FROM journal j WHERE j.site = $1 AND j.at_ < $2 AND NOT EXISTS \
         (SELECT 1 FROM seal_leaf l WHERE l.site = $1 AND l.record = j.record AND l.seq >= j.seq) \
         ORDER BY j.record LIMIT 20";
    let rows = conn.list(sql, [conn.here(), before.into()]).await.doing("look for what no seal covers")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// The last day that was sealed.
pub async fn last_day(conn: &mut Conn) -> Result<Option<Date>, StoreError> {
    let sql = "SELECT MAX(on_) FROM seal WHERE site = $1";
    conn.find(sql, [conn.here()]).await.doing("find the last sealed day")?.map_or(Ok(None), |row| row.day_if(0))
}
