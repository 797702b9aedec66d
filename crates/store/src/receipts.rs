//! Which units was a paper sent to, and which of them have received it?
//!
//! Never a receipt that is taken back: a unit says once that it has the paper.

use jiff::civil::Date;
use kernel::ids::{MechanismId, PersonId, RecordId, UnitId};
use kernel::kinds::dispatch::{How, Receipt};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A receipt, and of which paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The paper.
    pub record: RecordId,
    /// Its place among the paper's receipts.
    pub seq: i64,
    /// The paper's mechanism.
    pub mechanism: MechanismId,
    /// What it says.
    pub receipt: Receipt,
    /// The day on which the unit was urged.
    pub urged_on: Option<Date>,
}

const COLUMNS: &str = "record, unit, seq, mechanism, how, due_on, received_at, received_on, received_by, urged_on";

fn receipt(row: &Row<'_>) -> Result<ReceiptRow, StoreError> {
    let received = row.int_if(6)?.zip(row.day_if(7)?);
    Ok(ReceiptRow {
        record: row.id(0)?,
        seq: row.int(2)?,
        mechanism: row.slug(3)?,
        receipt: Receipt {
            unit: row.id(1)?,
            how: How::of(&row.text(4)?),
            due_on: row.day(5)?,
            received,
            by: row.id_if(8)?,
        },
        urged_on: row.day_if(9)?,
    })
}

/// Lays down the receipts of papers that are issued.
pub async fn insert(conn: &mut Conn, rows: &[ReceiptRow]) -> Result<(), StoreError> {
    let site = conn.here();
    let params = |row: &ReceiptRow| {
        let it = &row.receipt;
        vec![
            site.clone(),
            row.record.into(),
            it.unit.into(),
            row.seq.into(),
            (&row.mechanism).into(),
            it.how.word().into(),
            it.due_on.into(),
            it.received.map(|(at, _)| at).into(),
            it.received.map(|(_, on)| on).into(),
            it.by.into(),
            row.urged_on.into(),
        ]
    };
    let into = format!("receipt (site, {COLUMNS})");
    many::insert(conn, &into, rows.iter().map(params).collect(), "").await.doing("lay down receipts")?;
    Ok(())
}

/// The receipts of some papers, by paper and in the order of its addressees.
pub async fn of_records(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<ReceiptRow>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT {COLUMNS} FROM receipt WHERE site = $1 AND record IN ({places}) ORDER BY record, seq")
    };
    many::by_ids(conn, records, sql, receipt).await.doing("read who has received papers")
}

/// Notes that a unit has a paper; false if it had said so before.
pub async fn receive(
    conn: &mut Conn,
    record: RecordId,
    unit: UnitId,
    (at, on): (i64, Date),
    by: Option<PersonId>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE receipt SET received_at = $4, received_on = $5, received_by = $6 \
               WHERE site = $1 AND record = $2 AND unit = $3 AND received_on IS NULL";
    let params: Vec<P> = vec![conn.here(), record.into(), unit.into(), at.into(), on.into(), by.into()];
    Ok(conn.run(sql, params).await.doing("note that a paper was received")? == 1)
}

/// Notes on which day units were urged to receive a paper.
pub async fn urge(conn: &mut Conn, record: RecordId, units: &[UnitId], on: Date) -> Result<(), StoreError> {
    let sql = "UPDATE receipt SET urged_on = $4 WHERE site = $1 AND record = $2 AND unit = $3 AND received_on IS NULL";
    for unit in units {
        let params: Vec<P> = vec![conn.here(), record.into(), (*unit).into(), on.into()];
        conn.run(sql, params).await.doing("note that a unit was urged")?;
    }
    Ok(())
}

/// The receipts of the units of a subtree for papers that are open, those that wait (or that were received, the latest
/// first), up to `limit`.
pub async fn of_units(
    conn: &mut Conn,
    mechanism: &MechanismId,
    units: (i64, i64),
    is_received: bool,
    limit: u32,
) -> Result<Vec<ReceiptRow>, StoreError> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("t.{column}")).collect();
    let (which, order) = match is_received {
        true => ("t.received_on IS NOT NULL", "t.received_on DESC, t.record DESC"),
        false => ("t.received_on IS NULL AND r.open_ = 1", "t.due_on, t.record"),
    };
    let sql = format!(
        "SELECT {} FROM receipt t JOIN unit u ON u.site = t.site AND u.id = t.unit \
         JOIN record r ON r.site = t.site AND r.id = t.record \
         WHERE t.site = $1 AND t.mechanism = $2 AND u.ord BETWEEN $3 AND $4 AND {which} ORDER BY {order} LIMIT {limit}",
        columns.join(", ")
    );
    let params: Vec<P> = vec![conn.here(), mechanism.into(), units.0.into(), units.1.into()];
    conn.list_of(sql, params, receipt).await.doing("list what units have received")
}

/// What was due before a day, not received and not urged yet, of papers that are open.
pub async fn to_urge(conn: &mut Conn, before: Date, limit: u32) -> Result<Vec<ReceiptRow>, StoreError> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("t.{column}")).collect();
    let sql = format!(
        "SELECT {} FROM receipt t JOIN record r ON r.site = t.site AND r.id = t.record \
         WHERE t.site = $1 AND t.received_on IS NULL AND t.urged_on IS NULL AND t.due_on < $2 AND r.open_ = 1 \
         ORDER BY t.record, t.seq LIMIT {limit}",
        columns.join(", ")
    );
    conn.list_of(sql, [conn.here(), before.into()], receipt).await.doing("find what is to be urged")
}

/// The papers of a mechanism of which some were received after a moment, up to `most`.
pub async fn noted_since(
    conn: &mut Conn,
    mechanism: &MechanismId,
    at: i64,
    most: u32,
) -> Result<Vec<RecordId>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT record FROM receipt WHERE site = $1 AND mechanism = $2 AND received_at > $3 \
         ORDER BY record LIMIT {most}"
    );
    let params: Vec<P> = vec![conn.here(), mechanism.into(), at.into()];
    conn.list_of(sql, params, |row| row.id(0)).await.doing("find papers that were received since")
}
