//! Whose personal information has been kept long enough? What was proposed, and what was decided since.
//!
//! Never decides, and never reads what is to be cleared.

use jiff::civil::Date;
use kernel::ids::{MechanismId, RecordId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;

/// A record that was proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRow {
    /// The record.
    pub record: RecordId,
    /// Its mechanism.
    pub mechanism: MechanismId,
    /// The day on which it was closed.
    pub closed_on: Date,
    /// The day on which it was proposed.
    pub proposed_on: Date,
    /// The day until which it is kept by a decision.
    pub keep_until: Option<Date>,
    /// The day on which nothing was left in it.
    pub cleared_on: Option<Date>,
}

/// Records of a mechanism closed on or before a day that were not proposed yet, longest closed first. Begins where the
/// last proposals ended, so that it costs what is new.
pub async fn not_proposed(
    conn: &mut Conn,
    mechanism: &MechanismId,
    closed_until: Date,
    limit: u32,
) -> Result<Vec<RecordId>, StoreError> {
    let sql = "SELECT MAX(closed_on) FROM retention WHERE site = $1 AND mechanism = $2";
    let newest = conn.find(sql, [conn.here(), mechanism.into()]).await.doing("find the newest proposal")?;
    let since = newest.map_or(Ok(None), |row| row.text_if(0))?.unwrap_or_default();
    let sql = format!(
        "SELECT r.id FROM record r WHERE r.site = $1 AND r.mechanism = $2 AND r.closed_on >= $3 AND r.closed_on <= $4 \
         AND NOT EXISTS (SELECT 1 FROM retention t WHERE t.site = r.site AND t.record = r.id AND t.closed_on = r.closed_on) \
         ORDER BY r.closed_on, r.id LIMIT {limit}"
    );
    let params = [conn.here(), mechanism.into(), P::Text(since), closed_until.into()];
    let rows = conn.list(sql, params).await.doing("find records whose time is over")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Keeps proposals. A record that was opened again and closed since is proposed anew.
pub async fn propose(conn: &mut Conn, rows: &[RetentionRow]) -> Result<(), StoreError> {
    let site = conn.site();
    let params = rows.iter().map(|row| {
        vec![
            site.into(),
            row.record.into(),
            (&row.mechanism).into(),
            row.closed_on.into(),
            row.proposed_on.into(),
            row.keep_until.into(),
            row.cleared_on.into(),
        ]
    });
    let columns = "retention (site, record, mechanism, closed_on, proposed_on, keep_until, cleared_on)";
    let anew = ["closed_on", "proposed_on", "keep_until", "cleared_on"];
    let anew = conn.dialect().or_put("site, record", anew.into_iter());
    many::insert(conn, columns, params.collect(), &anew).await.doing("keep proposals")?;
    Ok(())
}

/// Which proposals?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAsk {
    /// Of which mechanism.
    pub mechanism: MechanismId,
    /// Closed on or before this day: the rule may have changed since they were proposed.
    pub closed_until: Date,
    /// Not kept beyond this day.
    pub today: Date,
    /// Of units in one of these intervals of pre-order numbers. None at all: nothing.
    pub reach: Vec<(i64, i64)>,
    /// After one already shown.
    pub after: Option<(Date, RecordId)>,
}

/// The proposals about which nobody decided yet, longest closed first.
pub async fn open(conn: &mut Conn, ask: &OpenAsk, limit: u32) -> Result<Vec<(RecordId, Date)>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "t.site = $1");
    asking.and("r.site = t.site AND r.id = t.record AND t.cleared_on IS NULL");
    asking.is("t.mechanism", &ask.mechanism);
    let until = asking.param(ask.closed_until);
    asking.and(format!("t.closed_on <= {until} AND r.closed_on <= {until}"));
    let today = asking.param(ask.today);
    asking.and(format!("(t.keep_until IS NULL OR t.keep_until <= {today})"));
    let over = |asking: &mut Asking, (first, last): &(i64, i64)| {
        let (first, last) = (asking.param(*first), asking.param(*last));
        format!("r.unit_ord BETWEEN {first} AND {last}")
    };
    let ways: Vec<String> = ask.reach.iter().map(|interval| over(&mut asking, interval)).collect();
    asking.and(if ways.is_empty() { "1 = 0".to_owned() } else { format!("({})", ways.join(" OR ")) });
    if let Some((day, id)) = ask.after {
        let (day, id) = (asking.param(day), asking.param(id));
        asking.and(format!("t.closed_on >= {day} AND (t.closed_on > {day} OR t.record > {id})"));
    }
    let sql = format!(
        "SELECT t.record, t.closed_on FROM retention t, record r WHERE {} ORDER BY t.closed_on, t.record LIMIT {limit}",
        asking.text()
    );
    let rows = conn.list(sql, asking.params).await.doing("list proposals")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.day(1)?))).collect()
}

/// Nothing is left in a record.
pub async fn cleared(conn: &mut Conn, record: RecordId, on: Date) -> Result<(), StoreError> {
    let sql = "UPDATE retention SET cleared_on = $3 WHERE site = $1 AND record = $2";
    conn.run(sql, [conn.here(), record.into(), on.into()]).await.doing("note what was cleared")?;
    Ok(())
}

/// A record keeps what it holds until a day.
pub async fn kept(conn: &mut Conn, record: RecordId, until: Date) -> Result<(), StoreError> {
    let sql = "UPDATE retention SET keep_until = $3 WHERE site = $1 AND record = $2";
    conn.run(sql, [conn.here(), record.into(), until.into()]).await.doing("note what is kept longer")?;
    Ok(())
}
