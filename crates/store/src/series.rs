//! Which number comes next? One counter a series and year, without gaps.
//!
//! The counter's row is changed inside the transaction that uses the number: if that fails, the number was never given.
//! Never gives the same number twice.

use kernel::ids::{RecordId, StateId};

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::evidence;
use crate::param::P;
use crate::row::Row;

/// The next number of a series in a year, from 1.
pub async fn next(conn: &mut Conn, series: &str, year: i16) -> Result<i64, StoreError> {
    take(conn, series, year, 1).await
}

/// The first of `count` numbers that follow each other.
pub async fn take(conn: &mut Conn, series: &str, year: i16, count: u32) -> Result<i64, StoreError> {
    let key = [conn.here(), series.into(), i64::from(year).into()];
    let with_count = [key.clone().to_vec(), vec![P::Int(count.into())]].concat();
    let raise = "UPDATE series SET last_ = last_ + $4 WHERE site = $1 AND series = $2 AND year_ = $3";
    if conn.run(raise, with_count.clone()).await.doing("raise a counter")? == 0 {
        let open = "INSERT INTO series (site, series, year_, last_) VALUES ($1, $2, $3, $4)";
        // Somebody may open the same series at this moment: then there is a counter to raise.
        if conn.run_unless_known(open, with_count.clone()).await.doing("open a counter")?.is_none() {
            conn.run(raise, with_count).await.doing("raise a counter")?;
        }
    }
    let sql = "SELECT last_ FROM series WHERE site = $1 AND series = $2 AND year_ = $3";
    let row = conn.find(sql, key).await.doing("read a counter")?;
    let last = row.ok_or_else(|| StoreError::said("the counter is gone"))?.int(0)?;
    Ok(last - i64::from(count) + 1)
}

/// The last number given, 0 if none was.
pub async fn last(conn: &mut Conn, series: &str, year: i16) -> Result<i64, StoreError> {
    let sql = "SELECT last_ FROM series WHERE site = $1 AND series = $2 AND year_ = $3";
    let row = conn.find(sql, [conn.here(), series.into(), i64::from(year).into()]).await.doing("read a counter")?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Every counter: series, year and the last number given.
pub async fn all(conn: &mut Conn) -> Result<Vec<(String, i64, i64)>, StoreError> {
    let sql = "SELECT series, year_, last_ FROM series WHERE site = $1 ORDER BY series, year_";
    let rows = conn.list(sql, [conn.here()]).await.doing("read all counters")?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?, row.int(2)?))).collect()
}

/// Sees to it that the counter stands at `last` at least: after old records with numbers were imported.
pub async fn raise_to(conn: &mut Conn, series: &str, year: i16, last: i64) -> Result<(), StoreError> {
    let now = self::last(conn, series, year).await?;
    if let Ok(more @ 1..) = u32::try_from(last - now) {
        take(conn, series, year, more).await?;
    }
    Ok(())
}

/// A number of a series that was given to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenRow {
    /// The series.
    pub series: String,
    /// The year, 0 where the series goes on from year to year.
    pub year: i16,
    /// The number, from 1.
    pub serial: i64,
    /// The record.
    pub record: RecordId,
}

const GIVEN: &str = "series, year_, serial, record, site";

impl GivenRow {
    /// What the journal keeps of it: its table and key, and its hash.
    pub fn bound(&self, site: i64) -> (String, String) {
        let key = format!("given_number {} {} {}", self.series, self.year, self.serial);
        (key, evidence::hash_to_be("given_number", GIVEN, &self.params(site)))
    }

    fn params(&self, site: i64) -> Vec<P> {
        let year = i64::from(self.year);
        vec![self.series.as_str().into(), year.into(), self.serial.into(), self.record.into(), site.into()]
    }
}

/// Notes which record was given a number; a conflict of its key if somebody has it.
pub async fn note(conn: &mut Conn, row: &GivenRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO given_number ({GIVEN}) VALUES ($1, $2, $3, $4, $5)");
    let params = row.params(conn.site());
    conn.run(sql, params).await.doing("note who was given a number")?;
    Ok(())
}

/// The numbers given in a series, from one on: each with its record, up to `limit`.
pub async fn given(
    conn: &mut Conn,
    (series, year): (&str, i16),
    from: i64,
    limit: u32,
) -> Result<Vec<(i64, RecordId)>, StoreError> {
    let sql = format!(
        "SELECT serial, record FROM given_number WHERE site = $1 AND series = $2 AND year_ = $3 AND serial >= $4 \
         ORDER BY serial LIMIT {limit}"
    );
    let params = [conn.here(), series.into(), i64::from(year).into(), from.into()];
    let one = |row: &Row<'_>| Ok((row.int(0)?, row.id(1)?));
    conn.list_of(sql, params, one).await.doing("list the numbers of a series")
}

/// The numbers given in a series to records in one state.
pub async fn given_in(conn: &mut Conn, (series, year): (&str, i16), state: &StateId) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT g.serial FROM given_number g JOIN record r ON r.site = g.site AND r.id = g.record \
               WHERE g.site = $1 AND g.series = $2 AND g.year_ = $3 AND r.state = $4 ORDER BY g.serial";
    let params: Vec<P> = vec![conn.here(), series.into(), i64::from(year).into(), state.into()];
    conn.list_of(sql, params, |row| row.int(0)).await.doing("list the numbers of a state")
}

/// The numbers of a series, without their records.
pub async fn serials(conn: &mut Conn, (series, year): (&str, i16)) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT serial FROM given_number WHERE site = $1 AND series = $2 AND year_ = $3 ORDER BY serial";
    let params = [conn.here(), series.into(), i64::from(year).into()];
    conn.list_of(sql, params, |row| row.int(0)).await.doing("list the numbers of a series")
}
