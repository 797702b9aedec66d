//! Who has not come yet? People who are something in some units, held against who was there.
//!
//! Never a list that is kept: whoever has come is missing from it the moment they came.

use jiff::civil::Date;
use kernel::ids::{FigureId, PersonId};

use crate::asking::Asking;
use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::param::P;
use crate::people::{PersonRow, matching};

/// Whom a plan is about.
#[derive(Clone, Debug)]
pub struct PlanPeople {
    /// Intervals of pre-order numbers of units.
    pub units: Vec<(i64, i64)>,
    /// One of these.
    pub roles: Vec<String>,
    /// On this day.
    pub on: Date,
    /// The figure that counts who came.
    pub figure: FigureId,
    /// From which day to which.
    pub days: (Date, Date),
}

/// Which of them are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All.
    All,
    /// Those who have not come.
    Missing,
}

impl PlanPeople {
    fn asking(&self, conn: &Conn, shown: Shown) -> Asking {
        let mut asking = Asking::bare(conn.dialect(), conn.site(), "p.site = $1");
        asking.and("p.merged_into IS NULL");
        asking.and("p.left_on IS NULL");
        being(&mut asking, &self.units, &self.roles, self.on);
        if shown == Shown::Missing {
            let (figure, from, until) =
                (asking.param(&self.figure), asking.param(self.days.0), asking.param(self.days.1));
            asking.and(format!(
                "NOT EXISTS (SELECT 1 FROM presence c WHERE c.site = p.site AND c.human = p.id AND c.figure = {figure} \
                 AND c.slice = '-' AND c.on_ BETWEEN {from} AND {until})"
            ));
        }
        asking
    }
}

/// Of people `p`: those who are one of the roles in the units on a day, or who work there if no role is asked for.
pub(crate) fn being(asking: &mut Asking, units: &[(i64, i64)], roles: &[String], on: Date) {
    let spans: Vec<String> = units
        .iter()
        .map(|(first, last)| format!("u.ord BETWEEN {} AND {}", asking.param(*first), asking.param(*last)))
        .collect();
    let spans = if spans.is_empty() { "1 = 0".to_owned() } else { spans.join(" OR ") };
    if roles.is_empty() {
        asking.and(format!("EXISTS (SELECT 1 FROM unit u WHERE u.site = p.site AND u.id = p.unit AND ({spans}))"));
        return;
    }
    let kinds = asking.params_padded(roles.iter().map(P::from).collect());
    let on = asking.param(on);
    asking.and(format!(
        "EXISTS (SELECT 1 FROM person_role r JOIN unit u ON u.site = r.site AND u.id = COALESCE(r.unit, p.unit) \
         WHERE r.site = p.site AND r.person = p.id AND r.kind IN ({kinds}) AND r.from_on <= {on} \
         AND (r.until_on IS NULL OR r.until_on >= {on}) AND ({spans}))"
    ));
}

/// How many.
pub async fn count(conn: &mut Conn, query: &PlanPeople, shown: Shown) -> Result<i64, StoreError> {
    let asking = query.asking(conn, shown);
    let sql = format!("SELECT COUNT(*) FROM person p WHERE {}", asking.text());
    let rows = conn.list(sql, asking.params).await.doing("count whom a plan is about")?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Who, by pinyin and id.
pub async fn people(
    conn: &mut Conn,
    query: &PlanPeople,
    shown: Shown,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<PersonRow>, StoreError> {
    let mut asking = query.asking(conn, shown);
    if let Some((pinyin, id)) = after {
        let (pinyin, id) = (asking.param(pinyin), asking.param(id));
        asking.and(format!("p.pinyin >= {pinyin} AND (p.pinyin > {pinyin} OR p.id > {id})"));
    }
    matching(conn, asking, limit).await
}
