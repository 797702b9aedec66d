//! By which definition were the cells of a figure made, and how far is it while they are made anew?
//!
//! Never a value: those are cells.

use kernel::ids::FigureId;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;

/// How a figure's cells came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeRow {
    /// The figure, with its mechanism in front.
    pub figure: FigureId,
    /// What its cells are made by; empty before they were made for the first time.
    pub signature: String,
    /// What they are being made by; empty while nobody makes them.
    pub wanted: String,
    /// Records looked at so far.
    pub done: i64,
    /// Records to look at.
    pub total: i64,
}

/// All that were made or are being made.
pub async fn all(conn: &mut Conn) -> Result<Vec<MadeRow>, StoreError> {
    let sql = "SELECT figure, signature, wanted, done, total FROM figure_made WHERE site = $1 ORDER BY figure";
    let rows = conn.list(sql, [conn.here()]).await.doing("ask what figures were made by")?;
    rows.iter()
        .map(|row| {
            Ok(MadeRow {
                figure: row.slug(0)?,
                signature: row.text_if(1)?.unwrap_or_default(),
                wanted: row.text_if(2)?.unwrap_or_default(),
                done: row.int(3)?,
                total: row.int(4)?,
            })
        })
        .collect()
}

/// Keeps how figures came about.
pub async fn put(conn: &mut Conn, rows: &[MadeRow]) -> Result<(), StoreError> {
    let site = conn.here();
    let params = rows.iter().map(|it| {
        let (signature, wanted) = (it.signature.as_str().into(), it.wanted.as_str().into());
        vec![site.clone(), (&it.figure).into(), signature, wanted, it.done.into(), it.total.into()]
    });
    let into = "figure_made (site, figure, signature, wanted, done, total)";
    let tail = conn.dialect().or_put("site, figure", ["signature", "wanted", "done", "total"].into_iter());
    many::insert(conn, into, params.collect(), &tail).await.doing("keep what figures are made by").map(|_| ())
}

/// Forgets figures that no definition knows any more.
pub async fn forget(conn: &mut Conn, figure: &FigureId) -> Result<(), StoreError> {
    let sql = "DELETE FROM figure_made WHERE site = $1 AND figure = $2";
    conn.run(sql, [conn.here(), figure.into()]).await.doing("forget what a figure was made by").map(|_| ())
}
