//! Taking in a workbook: it is uploaded, looked at, its columns put right, and then its rows become records in one act.
//!
//! What is looked at is in `queries::intake`; both read a row by the same functions, so that the trial cannot promise
//! what the taking does not keep.
//! Never takes a row that a form would refuse, and never takes the same row twice.

mod shelf;
mod taking;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use documents::workbook_in::{self, Limits};
use kernel::grid::Grid;
use kernel::ids::{BatchId, FieldId, MechanismId, PersonId, UnitId};
use kernel::refusal::Refusal;
use serde::{Deserialize, Serialize};
use store::Conn;
use store::imports::UploadRow;
use uuid::Uuid;

use crate::commands::files::clean_name;
use crate::ctx::Ctx;
use crate::error::Error;

pub use taking::take_in;

/// A workbook that somebody is looking at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UploadId(pub Uuid);

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

impl std::str::FromStr for UploadId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self)
    }
}

impl From<Uuid> for UploadId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

/// What a person decided about a workbook; what is not decided is understood anew each time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// The sheet, from 0; the best one if none is chosen.
    pub sheet: Option<usize>,
    /// Columns, from 0, and the field each goes to; `None` for “do not read”.
    pub columns: BTreeMap<u32, Option<FieldId>>,
    /// What a field is filled with in every row whose cell is empty or that has no such column, as a form would send
    /// it; several units or people are set apart by blanks.
    pub for_all: BTreeMap<FieldId, String>,
    /// Names of units as the workbook writes them, and the unit that each means.
    pub units: BTreeMap<String, UnitId>,
}

/// The most decisions that are kept about one workbook.
const MOST_DECISIONS: usize = 2_000;

impl Mapping {
    /// Reads the mapping kept with an upload; what an older version wrote and nobody understands is no decision.
    pub fn from_json(json: Option<&serde_json::Value>) -> Self {
        json.and_then(|json| Self::deserialize(json).ok()).unwrap_or_default()
    }

    /// The mapping as it is kept: what is empty decides nothing.
    fn tidied(mut self) -> Self {
        self.for_all.retain(|_, text| !text.trim().is_empty());
        self
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenIn {
    /// The act; none if there was nothing to take.
    pub batch: Option<BatchId>,
    /// Rows that became records.
    pub taken: usize,
    /// Rows with problems, left in the workbook.
    pub left: usize,
    /// Rows that had been taken in before.
    pub known: usize,
}

/// Keeps a workbook to be looked at.
// enforces: rights.import
pub async fn upload(ctx: &Ctx, mechanism: &str, name: &str, bytes: &[u8]) -> Result<UploadId, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let (true, Some(owner)) = (ctx.actor.holds_any(&mechanism.id, &mechanism.rights.import), ctx.person()) else {
        return Err(Error::NotFound);
    };
    keep(ctx, owner, mechanism.id.clone(), name, bytes).await
}

/// Keeps a workbook of somebody who was asked whether they may bring it, and its sheets on the shelf.
pub async fn keep(
    ctx: &Ctx,
    owner: PersonId,
    mechanism: MechanismId,
    name: &str,
    bytes: &[u8],
) -> Result<UploadId, Error> {
    let name = clean_name(name)?;
    let content = bytes.to_vec();
    let read = aside("read a workbook", move || read(&content).map(|grids| (content, grids)));
    let (content, grids) = read.await??;
    let id: UploadId = ctx.new_id();
    let row =
        UploadRow { id: id.0, owner, mechanism: Some(mechanism), file_name: name, content, mapping: None, at: ctx.now };
    let mut tx = ctx.office.db.begin().await?;
    store::imports::insert_upload(&mut tx, &row).await?;
    tx.commit().await?;
    shelf::put(id, ctx.now, Arc::new(grids));
    Ok(id)
}

/// Keeps what a person decided about a workbook.
pub async fn remap(ctx: &Ctx, upload: UploadId, mapping: Mapping) -> Result<(), Error> {
    let mapping = mapping.tidied();
    if mapping.columns.len() + mapping.for_all.len() + mapping.units.len() > MOST_DECISIONS {
        return Err(Refusal::new("form.too_large").into());
    }
    let json = serde_json::to_value(&mapping).map_err(|fault| Error::broken("write a mapping", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let row = own(ctx, &mut tx, upload).await?;
    let mechanism = row.mechanism.ok_or(Error::NotFound)?;
    store::imports::put_mapping(&mut tx, upload.0, &mechanism, &json).await?;
    Ok(tx.commit().await?)
}

/// The workbook, if it is this person's and they may still import.
pub async fn own(ctx: &Ctx, conn: &mut Conn, id: UploadId) -> Result<UploadRow, Error> {
    let owner = ctx.person().ok_or(Error::NotFound)?;
    let found = store::imports::find_upload(conn, id.0, owner).await?;
    let row = found.ok_or(Error::NotFound)?;
    let mechanism = ctx.mechanism(row.mechanism.as_ref().ok_or(Error::NotFound)?.as_str())?;
    match ctx.actor.holds_any(&mechanism.id, &mechanism.rights.import) {
        true => Ok(row),
        false => Err(Error::NotFound),
    }
}

/// The sheets of an upload: from the shelf, or read anew.
pub fn sheets(upload: &UploadRow, now: i64) -> Result<Arc<Vec<Grid>>, Refusal> {
    let id = UploadId(upload.id);
    if let Some(grids) = shelf::find(id, now) {
        return Ok(grids);
    }
    let grids = Arc::new(read(&upload.content)?);
    shelf::put(id, now, Arc::clone(&grids));
    Ok(grids)
}

/// Reads a workbook's sheets.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Grid>, Refusal> {
    workbook_in::read(bytes, Limits::default()).map_err(|fault| {
        let words = fault.to_string();
        Refusal::new("import.not_a_workbook").with("words", words)
    })
}

/// Does work that takes long away from those who wait for the network.
pub async fn aside<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|fault| Error::broken(doing, fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_kept_as_json_and_read_back() {
        let mapping = Mapping {
            sheet: Some(1),
            columns: BTreeMap::from([(2, Some(FieldId::from("title"))), (5, None)]),
            for_all: BTreeMap::from([(FieldId::from("due_on"), "2026-12-31".to_owned())]),
            units: BTreeMap::from([("葵岭办".to_owned(), UnitId(Uuid::nil()))]),
        };
        let json = serde_json::to_value(&mapping).unwrap();
        expect_test::expect![[r#"{"sheet":1,"columns":{"2":"title","5":null},"for_all":{"due_on":"2026-12-31"},"units":{"葵岭办":"00000000-0000-0000-0000-000000000000"}}"#]].assert_eq(&json.to_string());
        assert_eq!(Mapping::from_json(Some(&json)), mapping);
    }

    #[test]
    fn a_mapping_that_nobody_understands_decides_nothing() {
        assert_eq!(Mapping::from_json(Some(&serde_json::json!({ "columns": 7 }))), Mapping::default());
        assert_eq!(Mapping::from_json(None), Mapping::default());
        let blank =
            Mapping { for_all: BTreeMap::from([(FieldId::from("due_on"), "  ".to_owned())]), ..Mapping::default() };
        assert_eq!(blank.tidied(), Mapping::default());
    }
}
