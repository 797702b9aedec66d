//! Which row of a workbook became which record? By the fingerprint of the row, so that a row is taken once.
//!
//! Never makes a fingerprint.

use std::collections::HashSet;

use kernel::ids::{MechanismId, RecordId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;

/// Which of these fingerprints of rows were taken in before.
pub async fn known(
    conn: &mut Conn,
    mechanism: &MechanismId,
    fingerprints: &[String],
) -> Result<HashSet<String>, StoreError> {
    let mut known = HashSet::new();
    for some in fingerprints.chunks(256) {
        let mut asking = Asking::at(conn.dialect(), conn.site());
        asking.is("mechanism", mechanism);
        asking.among("fingerprint", some.iter().map(P::from).collect());
        let sql = format!("SELECT fingerprint FROM import_row WHERE {}", asking.text());
        for row in conn.list(sql, asking.params).await.doing("ask which rows are known")? {
            known.insert(row.text(0)?);
        }
    }
    Ok(known)
}

/// Remembers which row became which record.
pub async fn remember(conn: &mut Conn, mechanism: &MechanismId, rows: &[(String, RecordId)]) -> Result<(), StoreError> {
    let here = conn.here();
    let rows = rows
        .iter()
        .map(|(fingerprint, record)| vec![here.clone(), mechanism.into(), fingerprint.into(), P::from(*record)]);
    let into = "import_row (site, mechanism, fingerprint, record)";
    let rows: Vec<Vec<P>> = rows.collect();
    many::insert(conn, into, rows, "").await.doing("remember imported rows")?;
    Ok(())
}

/// Forgets the rows of a record: after its import was undone, the row may come again.
pub async fn forget(conn: &mut Conn, record: RecordId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM import_row WHERE site = $1 AND record = $2";
    conn.run(sql, [conn.here(), record.into()]).await.doing("forget an imported row")
}
