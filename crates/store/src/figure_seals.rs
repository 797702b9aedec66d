//! What was reported upward? Figures of units for periods as they were sealed, what the level above said, and who may
//! change an accepted one all the same.
//!
//! Never decides: whether somebody may seal, accept or change is the command's.

use jiff::civil::Date;
use kernel::ids::{ExceptionId, FigureId, FigureSealId, PersonId, UnitId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
use crate::row::Row;

/// A sealed figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealRow {
    /// Its id.
    pub id: FigureSealId,
    /// The figure: `task_order.closed`.
    pub figure: FigureId,
    /// The unit, with all below it.
    pub unit: UnitId,
    /// The period as it is printed.
    pub period: String,
    /// Its first day.
    pub first_on: Date,
    /// Its last day.
    pub last_on: Date,
    /// The numerator.
    pub numerator: i64,
    /// The denominator.
    pub denominator: i64,
    /// The value as it was read.
    pub shown: String,
    /// The version of the definition.
    pub definition: String,
    /// The version of the tree.
    pub tree: i64,
    /// The records behind it and what each gave, a line each.
    pub rows: String,
    /// `submitted`, `accepted`, `returned`, `replaced`, or `report`: kept with a report that says it.
    pub state: String,
    /// Who sealed it.
    pub sealed_by: Option<PersonId>,
    /// When.
    pub sealed_at: i64,
    /// Who accepted or returned it.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<i64>,
    /// Why it was returned.
    pub reason: Option<String>,
}

/// That somebody may change an accepted figure all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionRow {
    /// Its id.
    pub id: ExceptionId,
    /// The sealed figure.
    pub seal: FigureSealId,
    /// Who may.
    pub person: PersonId,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until_on: Date,
    /// Who gave it.
    pub given_by: Option<PersonId>,
    /// When.
    pub given_at: i64,
}

const COLUMNS: &str = "id, figure, unit, period, first_on, last_on, numerator, denominator, shown, definition, tree, \
     rows_, state_, sealed_by, sealed_at, decided_by, decided_at, reason";
/// The same without the rows, which may be long.
const SHORT: &str = "id, figure, unit, period, first_on, last_on, numerator, denominator, shown, definition, tree, \
     '', state_, sealed_by, sealed_at, decided_by, decided_at, reason";

fn seal(row: &Row) -> Result<SealRow, StoreError> {
    Ok(SealRow {
        id: row.id(0)?,
        figure: row.slug(1)?,
        unit: row.id(2)?,
        period: row.text(3)?,
        first_on: row.day(4)?,
        last_on: row.day(5)?,
        numerator: row.int(6)?,
        denominator: row.int(7)?,
        shown: row.text(8)?,
        definition: row.text(9)?,
        tree: row.int(10)?,
        rows: row.text_if(11)?.unwrap_or_default(),
        state: row.text(12)?,
        sealed_by: row.id_if(13)?,
        sealed_at: row.int(14)?,
        decided_by: row.id_if(15)?,
        decided_at: row.int_if(16)?,
        reason: row.text_if(17)?,
    })
}

/// Keeps a sealed figure; `Conflict` if one of the same figure, unit and period is submitted or accepted.
pub async fn insert(conn: &mut Conn, row: &SealRow) -> Result<(), StoreError> {
    let params = [
        row.id.into(),
        (&row.figure).into(),
        row.unit.into(),
        row.period.as_str().into(),
        row.first_on.into(),
        row.last_on.into(),
        row.numerator.into(),
        row.denominator.into(),
        row.shown.as_str().into(),
        row.definition.as_str().into(),
        row.tree.into(),
        row.rows.as_str().into(),
        row.state.as_str().into(),
        row.sealed_by.into(),
        row.sealed_at.into(),
        row.decided_by.into(),
        row.decided_at.into(),
        row.reason.as_deref().into(),
        conn.here(),
    ];
    let sql = format!(
        "INSERT INTO figure_seal ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
         $14, $15, $16, $17, $18, $19)"
    );
    conn.run(sql, params).await.doing("seal a figure")?;
    Ok(())
}

/// Says what becomes of a sealed figure; false if it is no longer in one of the states `from`.
pub async fn decide(conn: &mut Conn, row: &SealRow, from: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE figure_seal SET state_ = $3, decided_by = $4, decided_at = $5, reason = $6 \
         WHERE site = $1 AND id = $2 AND state_ = $7";
    let params = [
        conn.here(),
        row.id.into(),
        row.state.as_str().into(),
        row.decided_by.into(),
        row.decided_at.into(),
        row.reason.as_deref().into(),
        from.into(),
    ];
    Ok(conn.run(sql, params).await.doing("decide about a sealed figure")? > 0)
}

/// One, with its rows.
pub async fn find(conn: &mut Conn, id: FigureSealId) -> Result<Option<SealRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM figure_seal WHERE site = $1 AND id = $2");
    let row = conn.find(sql, [conn.here(), id.into()]).await.doing("find a sealed figure")?;
    row.as_ref().map(seal).transpose()
}

/// Those of a period, for some figures and units, without their rows, the newest last.
pub async fn of_period(
    conn: &mut Conn,
    period: &str,
    figures: &[FigureId],
    units: &[UnitId],
) -> Result<Vec<SealRow>, StoreError> {
    let mut all = Vec::new();
    for some in units.chunks(500) {
        let mut asking =
            Asking::bare(conn.dialect(), conn.site(), "s.site = $1 AND s.state_ NOT IN ('replaced', 'report')");
        let period = asking.param(period);
        asking.and(format!("s.period = {period}"));
        asking.among("s.figure", figures.iter().map(P::from).collect());
        asking.among("s.unit", some.iter().map(|unit| P::from(*unit)).collect());
        let sql = format!("SELECT {SHORT} FROM figure_seal s WHERE {} ORDER BY s.sealed_at, s.id", asking.text());
        let rows = conn.list(sql, asking.params).await.doing("read the sealed figures of a period")?;
        for row in &rows {
            all.push(seal(row)?);
        }
    }
    Ok(all)
}

/// Every one of a figure, unit and period, without their rows, the newest first.
pub async fn of_figure(
    conn: &mut Conn,
    figure: &FigureId,
    unit: UnitId,
    period: &str,
) -> Result<Vec<SealRow>, StoreError> {
    let sql = format!(
        "SELECT {SHORT} FROM figure_seal WHERE site = $1 AND figure = $2 AND unit = $3 AND period = $4 \
         ORDER BY sealed_at DESC, id DESC LIMIT 50"
    );
    let params = [conn.here(), figure.into(), unit.into(), period.into()];
    let rows = conn.list(sql, params).await.doing("read how often a figure was sealed")?;
    rows.iter().map(seal).collect()
}

/// Accepted ones of some figures and units whose period ends on a day or later, without their rows.
pub async fn accepted(
    conn: &mut Conn,
    figures: &[FigureId],
    units: &[UnitId],
    since: Date,
) -> Result<Vec<SealRow>, StoreError> {
    let mut asking = Asking::bare(conn.dialect(), conn.site(), "s.site = $1 AND s.state_ = 'accepted'");
    asking.among("s.unit", units.iter().map(|unit| P::from(*unit)).collect());
    asking.among("s.figure", figures.iter().map(P::from).collect());
    let since = asking.param(since);
    asking.and(format!("s.last_on >= {since}"));
    let sql = format!("SELECT {SHORT} FROM figure_seal s WHERE {} ORDER BY s.id", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("look for accepted figures")?;
    rows.iter().map(seal).collect()
}

/// The figures of which any value is sealed.
pub async fn figures(conn: &mut Conn) -> Result<Vec<FigureId>, StoreError> {
    let sql = "SELECT DISTINCT figure FROM figure_seal WHERE site = $1 ORDER BY figure";
    let rows = conn.list(sql, [conn.here()]).await.doing("ask which figures are sealed")?;
    rows.iter().map(|row| row.slug(0)).collect()
}

fn exception(row: &Row) -> Result<ExceptionRow, StoreError> {
    Ok(ExceptionRow {
        id: row.id(0)?,
        seal: row.id(1)?,
        person: row.id(2)?,
        reason: row.text(3)?,
        until_on: row.day(4)?,
        given_by: row.id_if(5)?,
        given_at: row.int(6)?,
    })
}

/// Lets somebody change an accepted figure.
pub async fn except(conn: &mut Conn, row: &ExceptionRow) -> Result<(), StoreError> {
    let params = [
        row.id.into(),
        row.seal.into(),
        row.person.into(),
        row.reason.as_str().into(),
        row.until_on.into(),
        row.given_by.into(),
        row.given_at.into(),
        conn.here(),
    ];
    let sql = "INSERT INTO figure_exception (id, seal, person, reason, until_on, given_by, given_at, site) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    conn.run(sql, params).await.doing("let somebody change an accepted figure")?;
    Ok(())
}

/// Who may change some accepted figures all the same, the newest first.
pub async fn exceptions(conn: &mut Conn, seals: &[FigureSealId]) -> Result<Vec<ExceptionRow>, StoreError> {
    let sql = |places: &str| {
        format!(
            "SELECT id, seal, person, reason, until_on, given_by, given_at FROM figure_exception \
             WHERE site = $1 AND seal IN ({places}) ORDER BY given_at DESC, id DESC"
        )
    };
    crate::many::by_ids(conn, seals, sql, exception).await.doing("read who may change accepted figures")
}

/// How many values of a figure were reported, whatever has become of them.
pub async fn count_of(conn: &mut Conn, figure: &FigureId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM figure_seal WHERE site = $1 AND figure = $2";
    let row = conn.find(sql, [conn.here(), figure.into()]).await.doing("count what uses a figure")?;
    row.map_or(Ok(0), |row| row.int(0))
}
