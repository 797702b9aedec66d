//! Which number comes next? One counter a series and year, without gaps.
//!
//! The counter's row is changed inside the transaction that uses the number: if that fails, the number was never given.
//! Never gives the same number twice.

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;

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
