//! Which figures did people of the site add to the mechanisms of the files? Every version, as it was written.
//!
//! Never decides whether one holds together: that is the catalog's check.

use kernel::ids::{FigureId, MechanismId, PersonId};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::row::Row;

/// A version of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedRow {
    /// Its id.
    pub id: Uuid,
    /// The mechanism.
    pub mechanism: MechanismId,
    /// The figure's id in its mechanism.
    pub figure: FigureId,
    /// Which version, from 1.
    pub version: i64,
    /// As it was written: one node of a definition file.
    pub source: String,
    /// Why.
    pub reason: String,
    /// Who wrote it.
    pub set_by: Option<PersonId>,
    /// When.
    pub set_at: i64,
    /// Who ended it.
    pub ended_by: Option<PersonId>,
    /// When it ended: with the next version, or because the figure was taken away.
    pub ended_at: Option<i64>,
    /// Why the figure was taken away.
    pub ending: Option<String>,
}

const COLUMNS: &str = "id, mechanism, figure, version, source, reason, set_by, set_at, ended_by, ended_at, ending";

fn added(row: &Row) -> Result<AddedRow, StoreError> {
    Ok(AddedRow {
        id: row.id(0)?,
        mechanism: row.slug(1)?,
        figure: row.slug(2)?,
        version: row.int(3)?,
        source: row.text(4)?,
        reason: row.text(5)?,
        set_by: row.id_if(6)?,
        set_at: row.int(7)?,
        ended_by: row.id_if(8)?,
        ended_at: row.int_if(9)?,
        ending: row.text_if(10)?,
    })
}

/// Keeps a version. False if somebody else wrote it first.
pub async fn insert(conn: &mut Conn, row: &AddedRow) -> Result<bool, StoreError> {
    let params = [
        conn.here(),
        row.id.into(),
        (&row.mechanism).into(),
        (&row.figure).into(),
        row.version.into(),
        row.source.as_str().into(),
        row.reason.as_str().into(),
        row.set_by.into(),
        row.set_at.into(),
    ];
    let sql = format!(
        "INSERT INTO added_figure (site, id, mechanism, figure, version, source, reason, set_by, set_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) {}",
        conn.dialect().or_leave()
    );
    Ok(conn.run(sql, params).await.doing("keep a figure that was added")? > 0)
}

/// Ends a version; false if it ended before.
pub async fn end(
    conn: &mut Conn,
    id: Uuid,
    at: i64,
    by: Option<PersonId>,
    why: Option<&str>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE added_figure SET ended_at = $3, ended_by = $4, ending = $5 \
               WHERE site = $1 AND id = $2 AND ended_at IS NULL";
    let params = [conn.here(), id.into(), at.into(), by.into(), why.into()];
    Ok(conn.run(sql, params).await.doing("end a figure that was added")? > 0)
}

/// Those in force.
pub async fn standing(conn: &mut Conn) -> Result<Vec<AddedRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM added_figure WHERE site = $1 AND ended_at IS NULL ORDER BY mechanism, set_at, figure"
    );
    let rows = conn.list(sql, [conn.here()]).await.doing("read the figures that were added")?;
    rows.iter().map(added).collect()
}

/// All versions of one, the newest first.
pub async fn versions(
    conn: &mut Conn,
    mechanism: &MechanismId,
    figure: &FigureId,
) -> Result<Vec<AddedRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM added_figure WHERE site = $1 AND mechanism = $2 AND figure = $3 ORDER BY version DESC"
    );
    let rows = conn.list(sql, [conn.here(), mechanism.into(), figure.into()]).await;
    rows.doing("read the versions of a figure that was added")?.iter().map(added).collect()
}

/// How often anything was added, changed or taken away: whoever holds figures of another number reads them anew.
pub async fn changes(conn: &mut Conn) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) + COUNT(ended_at) FROM added_figure WHERE site = $1";
    let row = conn.find(sql, [conn.here()]).await.doing("count the changes of figures that were added")?;
    Ok(row.map(|row| row.int(0)).transpose()?.unwrap_or(0))
}
