//! How long may personal information be kept? Its end follows from the definition; a person decides what then happens.
//!
//! Source: 个人信息保护法 第十九条 (no longer than the purpose needs) and 第四十七条 (deletion when the time is over).
//! Never by the clock alone: the clock proposes.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::authority::{Actor, Held};
use crate::catalog::{Field, Mechanism};
use crate::deadlines::Moves;
use crate::ids::RoleId;
use crate::record::Record;
use crate::refusal::{Refusal, Spot};
use crate::value::{Facts, Value};
use crate::workflow::{Move, by_clock, changes};

/// The step that takes personal information out of a record whose time is over.
pub const CLEARED: &str = "retention.cleared";
/// That step's name.
pub const CLEARED_NAME: &str = "清除到期的个人信息";
/// The step that keeps it longer.
pub const KEPT: &str = "retention.kept";
/// That step's name.
pub const KEPT_NAME: &str = "延长保存个人信息";
/// The longest that one decision keeps it, in years.
pub const LONGEST_YEARS: i16 = 10;
/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 200;

/// `retention years=3 who="supervisor" because="…"`: how long a closed record keeps personal information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Years after the day on which the record was closed; 0 for that day itself.
    pub years: i16,
    /// The roles that decide what happens then, over the record's unit.
    pub who: Vec<RoleId>,
    /// The rule.
    pub because: String,
}

impl Retention {
    /// The day from which on a record closed on a day need not keep it.
    pub fn ends_on(&self, closed_on: Date) -> Date {
        closed_on.saturating_add(self.years.years())
    }

    /// Records closed on this day or before are due today.
    pub fn closed_until(&self, today: Date) -> Date {
        // The last of February may stand for two days: begun a little late and gone back.
        let mut day = today.saturating_sub(self.years.years()).saturating_add(2.days());
        while self.ends_on(day) > today {
            day = day.yesterday().unwrap_or(Date::MIN);
        }
        day
    }
}

/// What a person decides about one record's personal information.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes.
    Clear,
    /// It stays until a day.
    KeepUntil(Date),
}

/// The definitions that say what is personal in a record: the one that it is pinned to and the one in force. What
/// either marks is personal.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// The definition that the record is pinned to.
    pub pinned: &'a Mechanism,
    /// The definition in force.
    pub current: &'a Mechanism,
}

impl<'a> Marks<'a> {
    fn both(self) -> [&'a Mechanism; 2] {
        [self.pinned, self.current]
    }

    /// Does either definition mark anything?
    pub fn any(self) -> bool {
        let columns = |it: &'a Mechanism| it.children.iter().flat_map(|child| &child.fields);
        self.both().into_iter().any(|it| it.fields.iter().chain(columns(it)).any(marked))
    }

    /// Does the field, or a column of the child table of this id, hold personal information?
    pub fn holds(self, id: &str) -> bool {
        self.is_field(id)
            || self.both().into_iter().any(|it| it.child(id).is_some_and(|it| it.fields.iter().any(marked)))
    }

    fn is_field(self, id: &str) -> bool {
        self.both().into_iter().any(|it| it.field(id).is_some_and(marked))
    }

    fn is_column(self, child: &str, id: &str) -> bool {
        let column =
            |it: &Mechanism| it.child(child).is_some_and(|it| it.fields.iter().any(|at| at.id == *id && marked(at)));
        self.both().into_iter().any(column)
    }

    /// The names of the fields and child tables in which personal information stands.
    pub fn held(self, facts: &Facts) -> Vec<&'a str> {
        let left = self.without(facts);
        let gone = |id: &str| facts.find(id) != left.find(id);
        let fields = self.pinned.fields.iter().filter(|it| gone(it.id.as_str())).map(|it| it.name.as_str());
        let children = self.pinned.children.iter().filter(|it| gone(it.id.as_str())).map(|it| it.name.as_str());
        fields.chain(children).collect()
    }

    /// The facts without what is personal: fields emptied, rows of child tables without those columns.
    pub fn without(self, facts: &Facts) -> Facts {
        let mut left = facts.clone();
        left.0.retain(|id, _| !self.is_field(id.as_str()));
        for (child, value) in &mut left.0 {
            let Value::Rows(rows) = value else { continue };
            for row in rows {
                row.0.retain(|id, _| !self.is_column(child.as_str(), id.as_str()));
            }
        }
        left.0.retain(|_, value| {
            if let Value::Rows(rows) = value {
                rows.retain(|row| !row.0.is_empty());
                return !rows.is_empty();
            }
            true
        });
        left
    }
}

fn marked(field: &Field) -> bool {
    field.protection.level.is_some()
}

/// Decides about one record: who may, is it time, is it said why.
// enforces: retention.years
// enforces: retention.who
pub fn decide(
    marks: Marks<'_>,
    record: &Record,
    (actor, unit_ord): (&Actor, i64),
    today: Date,
    decision: Decision,
    reason: &str,
) -> Result<Move, Vec<Refusal>> {
    let mechanism = marks.current;
    let Some(rule) = &mechanism.retention else {
        return Err(vec![Refusal::new("retention.no_rule").with("mechanism", &mechanism.name)]);
    };
    let mut refusals = Vec::new();
    let way = actor.grant_for(&mechanism.id, &rule.who, unit_ord);
    if way.is_none() {
        refusals.push(Refusal::not_yours("retention.not_yours").with("mechanism", &mechanism.name));
    }
    match record.closed_on.map(|closed_on| rule.ends_on(closed_on)) {
        Some(ends_on) if ends_on <= today => {}
        Some(ends_on) => refusals.push(Refusal::new("retention.not_yet").with("day", ends_on)),
        None => refusals.push(Refusal::new("retention.open").with("title", &record.title)),
    }
    if marks.held(&record.facts).is_empty() {
        refusals.push(Refusal::new("retention.nothing_held").with("title", &record.title));
    }
    if let Decision::KeepUntil(day) = decision {
        let last = today.saturating_add(LONGEST_YEARS.years());
        if day <= today || day > last {
            refusals.push(
                Refusal::new("retention.until").with("last", last).with("day", day).at(Spot::Field("until".into())),
            );
        }
    }
    let letters = reason.trim().chars().count();
    if letters == 0 || letters > LONGEST_REASON {
        refusals.push(Refusal::new("retention.reason").with("most", LONGEST_REASON).at(Spot::Reason));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(moved(marks, record, way, decision, reason.trim()))
}

fn moved(marks: Marks<'_>, record: &Record, way: Option<Held<'_>>, decision: Decision, reason: &str) -> Move {
    let mut after = record.clone();
    let (step, name, said) = match decision {
        Decision::Clear => {
            after.facts = marks.without(&record.facts);
            (CLEARED, CLEARED_NAME, reason.to_owned())
        }
        Decision::KeepUntil(day) => (KEPT, KEPT_NAME, format!("保存到{day}：{reason}")),
    };
    let changes = changes(&record.facts, &after.facts);
    let moved = by_clock(after, step, name, Moves::new(), None, None);
    Move {
        role: way.map(|held| held.grant.role.clone()),
        behalf: way.and_then(|held| held.behalf()),
        changes,
        reason: Some(said),
        ..moved
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn years(years: i16) -> Retention {
        Retention { years, who: Vec::new(), because: String::new() }
    }

    #[test]
    fn the_last_closing_day_that_is_due_is_the_one_whose_years_end_today() {
        assert_eq!(years(3).closed_until(date(2026, 3, 5)), date(2023, 3, 5));
        assert_eq!(years(0).closed_until(date(2026, 3, 5)), date(2026, 3, 5));
        for today in [date(2027, 2, 28), date(2027, 3, 1), date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)] {
            for rule in [years(1), years(3), years(4)] {
                let day = rule.closed_until(today);
                assert!(rule.ends_on(day) <= today, "{day} {today}");
                assert!(rule.ends_on(day.tomorrow().unwrap()) > today, "{day} {today}");
            }
        }
    }
}
