//! Which days are worked? The years of the calendar that an administrator took in, as published.
//!
//! Never reckons: that is `kernel::calendar`.

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};

/// A year of the working calendar, as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarYearRow {
    /// The year.
    pub year: i64,
    /// Its text.
    pub source: String,
    /// When it was taken.
    pub taken_at: i64,
    /// Who took it.
    pub taken_by: Option<String>,
}

/// All years of the calendar that were taken, in order.
pub async fn all(conn: &mut Conn) -> Result<Vec<CalendarYearRow>, StoreError> {
    let sql = "SELECT year_, source, taken_at, taken_by FROM calendar_year ORDER BY year_";
    let rows = conn.list(sql, Vec::new()).await.doing("read the calendar")?;
    rows.iter()
        .map(|row| {
            Ok(CalendarYearRow {
                year: row.int(0)?,
                source: row.text(1)?,
                taken_at: row.int(2)?,
                taken_by: row.text_if(3)?,
            })
        })
        .collect()
}

/// Keeps a year of the calendar, in place of what was there.
pub async fn put(conn: &mut Conn, year: &CalendarYearRow) -> Result<(), StoreError> {
    let params = [year.year.into(), year.source.as_str().into(), year.taken_at.into(), year.taken_by.as_deref().into()];
    let sql = "UPDATE calendar_year SET source = $2, taken_at = $3, taken_by = $4 WHERE year_ = $1";
    if conn.run(sql, params.clone()).await.doing("keep a year of the calendar")? == 0 {
        let sql = "INSERT INTO calendar_year (year_, source, taken_at, taken_by) VALUES ($1, $2, $3, $4)";
        conn.run(sql, params).await.doing("keep a year of the calendar")?;
    }
    Ok(())
}
