//! Whom does a record point to? What of a record, beside its unit, lets somebody see it.
//!
//! The store keeps these points beside the record, so that a list can be walked from a person to their records.
//! Never a point that no rule asks for.

use std::fmt;
use std::sync::Arc;

use super::sight::{Relation, Rule, Target};
use crate::ids::{FieldId, PersonId, UnitId};
use crate::value::{Facts, Value};

/// How a record points: `named:owner`, `hosted:helpers`, `opened`, `handled`, `copied`, `copied:unit`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct How(Arc<str>);

impl How {
    /// A field names a person.
    pub fn named(field: &FieldId) -> Self {
        Self(format!("named:{field}").into())
    }

    /// A field names a unit.
    pub fn hosted(field: &FieldId) -> Self {
        Self(format!("hosted:{field}").into())
    }

    /// A person opened it.
    pub fn opened() -> Self {
        Self("opened".into())
    }

    /// A person took a step on it.
    pub fn handled() -> Self {
        Self("handled".into())
    }

    /// A person is to review it.
    pub fn assigned() -> Self {
        Self("assigned".into())
    }

    /// A person was sent a copy.
    pub fn copied() -> Self {
        Self("copied".into())
    }

    /// A unit was sent a copy.
    pub fn copied_to_unit() -> Self {
        Self("copied:unit".into())
    }

    /// Does it point to a unit? If not, to a person.
    pub fn is_to_unit(&self) -> bool {
        self.0.starts_with("hosted:") || *self == Self::copied_to_unit()
    }

    /// Does it come of a copy, and follow from no rule?
    pub fn is_copy(&self) -> bool {
        *self == Self::copied() || *self == Self::copied_to_unit()
    }

    /// As the store keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for How {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A point of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// How it points.
    pub how: How,
    /// To whom.
    pub to: To,
}

/// To whom a record points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// A person.
    Person(PersonId),
    /// A unit.
    Unit(UnitId),
}

impl From<Target> for To {
    fn from(target: Target) -> Self {
        match target {
            Target::Person(id) => Self::Person(id),
            Target::Unit(id, _) => Self::Unit(id),
        }
    }
}

/// The points that follow from what is written down, in order, each once.
// enforces: sight.of
pub fn by_facts(rules: &[Rule], facts: &Facts) -> Vec<Point> {
    let mut points = Vec::new();
    let mut point = |how: &How, to: To| points.push(Point { how: how.clone(), to });
    for rule in rules {
        match &rule.relation {
            Relation::Hosted(field) => {
                let how = How::hosted(field);
                units(facts.find(field.as_str()), &mut |id| point(&how, To::Unit(id)));
            }
            Relation::Named(field) => {
                let how = How::named(field);
                match facts.find(field.as_str()) {
                    Some(Value::Person(id)) => point(&how, To::Person(*id)),
                    Some(Value::People(ids)) => ids.iter().for_each(|id| point(&how, To::Person(*id))),
                    Some(Value::Rows(rows)) => {
                        rows.iter().flat_map(Facts::people).for_each(|id| point(&how, To::Person(id)));
                    }
                    _ => {}
                }
            }
            Relation::UnitAndBelow | Relation::OwnUnit | Relation::Anywhere => {}
            Relation::Opened | Relation::Handled | Relation::Assigned => {}
        }
    }
    points.sort();
    points.dedup();
    points
}

/// The units that a value names; of a child table those in all its rows.
fn units(value: Option<&Value>, point: &mut dyn FnMut(UnitId)) {
    match value {
        Some(Value::Unit(id)) => point(*id),
        Some(Value::Units(ids)) => ids.iter().for_each(|id| point(*id)),
        Some(Value::Rows(rows)) => rows.iter().flat_map(|row| row.0.values()).for_each(|it| units(Some(it), point)),
        _ => {}
    }
}

/// The point that a copy to somebody makes.
pub fn by_copy(to: To) -> Point {
    let how = match to {
        To::Person(_) => How::copied(),
        To::Unit(_) => How::copied_to_unit(),
    };
    Point { how, to }
}

/// The points that follow from somebody's act: of the first one, that they opened it; of each, that they handled it.
pub fn by_act(rules: &[Rule], person: PersonId, is_start: bool) -> Vec<Point> {
    let asked = |relation: &Relation| rules.iter().any(|rule| rule.relation == *relation);
    let mut points = Vec::new();
    if is_start && asked(&Relation::Opened) {
        points.push(Point { how: How::opened(), to: To::Person(person) });
    }
    if asked(&Relation::Handled) {
        points.push(Point { how: How::handled(), to: To::Person(person) });
    }
    points
}

/// What the points of a mechanism's records depend on, as one text: when it changes, they are made anew.
pub fn signature(rules: &[Rule]) -> String {
    let words = rules.iter().filter_map(|rule| match &rule.relation {
        Relation::Hosted(field) => Some(How::hosted(field)),
        Relation::Named(field) => Some(How::named(field)),
        Relation::Opened => Some(How::opened()),
        Relation::Handled => Some(How::handled()),
        Relation::Assigned => Some(How::assigned()),
        Relation::UnitAndBelow | Relation::OwnUnit | Relation::Anywhere => None,
    });
    let words: std::collections::BTreeSet<String> = words.map(|how| how.to_string()).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}
