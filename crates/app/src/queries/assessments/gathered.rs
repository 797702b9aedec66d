//! What stands beside a scheme? Values that units filed, points of jurors, votings of the year: records of other mechanisms
//! that play a part in the assessment.
//!
//! Never one record at a time: each mechanism is read once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, date};
use kernel::catalog::{FieldType, Mechanism};
use kernel::ids::{FieldId, MechanismId, PersonId, RecordId, UnitId};
use kernel::kinds::assessment::Source;
use kernel::kinds::assessment::parts::{self, Assessed, Filed, Part};
use kernel::kinds::assessment::scheme::{Leaf, Scheme};
use kernel::kinds::assessment::score::Operand;
use kernel::value::{Facts, Value};
use rust_decimal::Decimal;
use store::Conn;
use store::records::RecordRow;

use crate::ctx::Ctx;
use crate::error::Error;

/// The most records of one mechanism that are read: 500 indicators of 500 units are never all filed.
const MOST: u32 = 20_000;

/// Points: the day, who gave them, how many.
type Given = (Date, PersonId, Decimal);

/// What stands beside a scheme.
#[derive(Debug, Default)]
pub struct Gathered {
    filed: BTreeMap<(UnitId, String), Vec<Filed>>,
    points: BTreeMap<(UnitId, String), Vec<Given>>,
    voted: BTreeMap<(String, UnitId), Vec<(Date, Decimal)>>,
    /// How many records were read, and how often they were changed in all: another number, another state.
    pub moves: i64,
}

/// The mechanisms whose records play a part in assessments of a mechanism.
pub fn playing<'a>(ctx: &'a Ctx, of: &'a MechanismId) -> impl Iterator<Item = (&'a Arc<Mechanism>, &'a Assessed)> {
    let points = move |it: &Mechanism, part: &Assessed| {
        let field = it.field(part.of.as_str());
        field.is_some_and(|it| matches!(&it.of, FieldType::Record { of: other } if other == of))
    };
    let all = ctx.catalog().in_order().filter_map(|it| Some((it, it.assessed.as_ref()?)));
    all.filter(move |(it, part)| points(it, part))
}

fn decimal(facts: &Facts, field: &str) -> Option<Decimal> {
    match facts.find(field) {
        Some(Value::Decimal(number)) => Some(*number),
        _ => None,
    }
}

/// A text or the word of a choice.
pub(crate) fn text<'a>(facts: &'a Facts, field: &str) -> &'a str {
    match facts.find(field) {
        Some(Value::Text(text) | Value::Choice(text)) => text.trim(),
        _ => "",
    }
}

/// The rows of a table.
pub(crate) fn rows<'a>(facts: &'a Facts, table: &str) -> &'a [Facts] {
    match facts.find(table) {
        Some(Value::Rows(rows)) => rows,
        _ => &[],
    }
}

fn unit(facts: &Facts, field: &str) -> Option<UnitId> {
    match facts.find(field) {
        Some(Value::Unit(unit)) => Some(*unit),
        _ => None,
    }
}

/// How much stands beside a scheme, and how often it was changed: what a result was reckoned from is still so if this is.
pub async fn moves(ctx: &Ctx, conn: &mut Conn, (id, of): (RecordId, &MechanismId)) -> Result<i64, Error> {
    let mut sum = 0;
    for (mechanism, part) in playing(ctx, of).filter(|(_, it)| matches!(it.part, Part::Entry | Part::Points)) {
        let rows = store::records::naming(conn, (&mechanism.id, &part.of), id, MOST).await?;
        sum += rows.iter().map(|row| 1 + row.version).sum::<i64>();
    }
    Ok(sum)
}

/// Everything that stands beside a scheme.
pub async fn gather(
    ctx: &Ctx,
    conn: &mut Conn,
    (id, of): (RecordId, &MechanismId),
    scheme: &Scheme,
) -> Result<Gathered, Error> {
    let mut all = Gathered::default();
    for (mechanism, part) in playing(ctx, of).filter(|(_, it)| matches!(it.part, Part::Entry | Part::Points)) {
        let mut found = store::records::naming(conn, (&mechanism.id, &part.of), id, MOST).await?;
        found.reverse();
        for row in &found {
            all.moves += 1 + row.version;
            let facts = row.facts.facts(mechanism)?;
            match part.part {
                Part::Entry => all.file(part, row, &facts),
                _ => all.mark(part, row, &facts),
            }
        }
    }
    let named: BTreeSet<&str> = scheme.leaves().filter_map(|(_, _, leaf)| ballot(leaf)).collect();
    let year = (date(scheme.year, 1, 1), date(scheme.year, 12, 31));
    for mechanism in ctx.catalog().in_order().filter(|it| named.contains(it.name.as_str())) {
        for row in store::records::closed_between(conn, &mechanism.id, year, MOST).await? {
            all.vote(mechanism, &row)?;
        }
    }
    Ok(all)
}

/// The mechanism of votings that an indicator names.
pub fn ballot(leaf: &Leaf) -> Option<&str> {
    leaf.figure.as_deref().filter(|_| leaf.source == Source::Ballot)
}

/// The column that says of which unit whoever is voted on is.
const UNIT: &str = "unit";

/// Can an indicator be made of the votings of a mechanism?
pub fn gives(mechanism: &Mechanism) -> bool {
    let Some(voting) = &mechanism.voting else { return false };
    let of = mechanism.child(voting.of.as_str());
    let knows = of.is_some_and(|it| it.fields.iter().any(|it| it.id == *UNIT && matches!(it.of, FieldType::Unit)));
    knows && voting.result.is_some() && voting.score.is_some()
}

impl Gathered {
    // enforces: assessed.waits
    fn file(&mut self, part: &Assessed, row: &RecordRow, facts: &Facts) {
        if text(facts, "kind") != parts::FILED {
            return;
        }
        let stands = part.counts.contains(&row.state) || part.waits.contains(&row.state);
        let checked_on = match facts.find("checked_on") {
            Some(Value::Day(day)) => Some(*day),
            _ => None,
        };
        let (value, found) = (decimal(facts, "value"), decimal(facts, "found"));
        let filed = Filed { value, found, stands, on: row.opened_on, checked_on };
        self.filed.entry((row.unit, text(facts, "indicator").to_owned())).or_default().push(filed);
    }

    // enforces: assessed.counts
    fn mark(&mut self, part: &Assessed, row: &RecordRow, facts: &Facts) {
        let Some(Value::Person(juror)) = facts.find("juror").filter(|_| part.counts.contains(&row.state)) else {
            return;
        };
        for given in rows(facts, "given") {
            let Some((unit, points)) = unit(given, UNIT).zip(decimal(given, "points")) else { continue };
            let key = (unit, text(facts, "indicator").to_owned());
            self.points.entry(key).or_default().push((row.opened_on, *juror, points));
        }
    }

    /// The score of whoever was voted on stands for their unit; several are its mean.
    fn vote(&mut self, mechanism: &Mechanism, row: &RecordRow) -> Result<(), Error> {
        let Some(voting) = &mechanism.voting else { return Ok(()) };
        let (Some(result), Some(score), Some(on)) = (&voting.result, &voting.score, row.closed_on) else {
            return Ok(());
        };
        let facts = row.facts.facts(mechanism)?;
        let name = |row: &Facts, column: &FieldId| text(row, column.as_str()).to_owned();
        for of in rows(&facts, voting.of.as_str()) {
            let Some(unit) = unit(of, UNIT) else { continue };
            let own = name(of, &voting.name);
            let told = rows(&facts, result.as_str()).iter().find(|it| name(it, &voting.name) == own);
            if let Some(score) = told.and_then(|it| decimal(it, score.as_str())) {
                self.voted.entry((mechanism.name.clone(), unit)).or_default().push((on, score));
            }
        }
        Ok(())
    }

    /// What an indicator comes to for a unit up to a day.
    pub fn operand(&self, (code, leaf): (&str, &Leaf), unit: UnitId, until: Date) -> Operand {
        let key = (unit, code.to_owned());
        let (value, is_unchecked) = match leaf.source {
            Source::Figure => (None, false),
            Source::Entry | Source::List => {
                parts::filed(leaf, self.filed.get(&key).map_or(&[][..], Vec::as_slice), until)
            }
            Source::Jury => {
                let given = self.points.get(&key).into_iter().flatten().filter(|(on, ..)| *on <= until);
                let last: BTreeMap<PersonId, Decimal> = given.map(|(_, juror, points)| (*juror, *points)).collect();
                (parts::jury(&last, leaf.trims), false)
            }
            Source::Ballot => {
                let name = ballot(leaf).unwrap_or_default().to_owned();
                let voted = self.voted.get(&(name, unit)).into_iter().flatten().filter(|(on, _)| *on <= until);
                let scores: Vec<Decimal> = voted.map(|(_, score)| *score).collect();
                let sum: Decimal = scores.iter().sum();
                (sum.checked_div(Decimal::from(scores.len())).map(|it| it.round_dp(6)), false)
            }
        };
        Operand { value, is_unchecked, ..Operand::default() }
    }
}
