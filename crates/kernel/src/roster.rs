//! Who is what, and who holds which post when? Roles over time and holdings, read from the file of a human.
//!
//! Never asks who may: that is authority's; never looks at others' files: their holdings are handed in.

use jiff::civil::Date;

use crate::catalog::Mechanism;
use crate::facts::value_to_json;
use crate::identity::{self, Doubt, Identity};
use crate::ids::{FieldId, RecordId, UnitId};
use crate::journal::Change;
use crate::record::Record;
use crate::refusal::{Refusal, Spot};
use crate::value::{Facts, Value};

/// The item of the list of holdings by which a post is held in the main: it takes a place.
pub const MAIN: &str = "main";

/// The columns that the child tables of a roster must have.
pub mod columns {
    use crate::catalog::FieldType;

    /// Its id, its type, and whether each row must fill it.
    pub type Column = (&'static str, &'static str, bool);
    /// A role over time.
    pub const ROLES: [Column; 5] = [
        ("kind", "choice", true),
        ("unit", "unit", false),
        ("from_on", "day", true),
        ("until_on", "day", false),
        ("basis", "text", false),
    ];
    /// A post held.
    pub const HOLDINGS: [Column; 5] = [
        ("post", "record", true),
        ("kind", "choice", true),
        ("from_on", "day", true),
        ("until_on", "day", false),
        ("basis", "text", true),
    ];

    /// Is a field of the type that the word says?
    pub fn fits(of: &FieldType, word: &str) -> bool {
        match of {
            FieldType::Choice { .. } => word == "choice",
            FieldType::Unit => word == "unit",
            FieldType::Day => word == "day",
            FieldType::Text { .. } => word == "text",
            FieldType::Record { .. } => word == "record",
            _ => false,
        }
    }
}

/// What somebody is from a day to a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The item of the list.
    pub kind: String,
    /// In which unit.
    pub unit: Option<UnitId>,
    /// The days.
    pub days: Days,
    /// On what basis.
    pub basis: Option<String>,
}

/// A post that somebody holds from a day to a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The post.
    pub post: RecordId,
    /// How: the item of the list, [`MAIN`] for the holder proper.
    pub kind: String,
    /// The days.
    pub days: Days,
    /// On what basis.
    pub basis: Option<String>,
}

/// From a day to a day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from_on: Date,
    /// The last day, if it has one.
    pub until_on: Option<Date>,
}

impl Days {
    /// Does the day lie in it?
    pub fn hold(self, day: Date) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|until| day <= until)
    }

    /// Do all days of the other lie in it?
    pub fn hold_all(self, other: Days) -> bool {
        let lasts = |until: Date| other.until_on.is_some_and(|other| other <= until);
        self.from_on <= other.from_on && self.until_on.is_none_or(lasts)
    }

    /// Have the two a day in common?
    pub fn meet(self, other: Days) -> bool {
        let ends_before = |one: Days, other: Days| one.until_on.is_some_and(|until| until < other.from_on);
        !ends_before(self, other) && !ends_before(other, self)
    }
}

fn rows<'a>(facts: &'a Facts, child: Option<&FieldId>) -> &'a [Facts] {
    match child.and_then(|id| facts.find(id.as_str())) {
        Some(Value::Rows(rows)) => rows,
        _ => &[],
    }
}

fn text(row: &Facts, column: &str) -> Option<String> {
    match row.find(column) {
        Some(Value::Text(text) | Value::Choice(text)) => Some(text.clone()),
        _ => None,
    }
}

fn day(row: &Facts, column: &str) -> Option<Date> {
    match row.find(column) {
        Some(Value::Day(day)) => Some(*day),
        _ => None,
    }
}

fn days(row: &Facts) -> Option<Days> {
    Some(Days { from_on: day(row, "from_on")?, until_on: day(row, "until_on") })
}

/// What the human is and was.
// enforces: roster.roles
pub fn roles(mechanism: &Mechanism, facts: &Facts) -> Vec<Role> {
    let child = mechanism.people().and_then(|roster| roster.roles.as_ref());
    let role = |row: &Facts| {
        let unit = match row.find("unit") {
            Some(Value::Unit(unit)) => Some(*unit),
            _ => None,
        };
        Some(Role { kind: text(row, "kind")?, unit, days: days(row)?, basis: text(row, "basis") })
    };
    rows(facts, child).iter().filter_map(role).collect()
}

/// The posts that the human holds and held.
// enforces: roster.holdings
pub fn holdings(mechanism: &Mechanism, facts: &Facts) -> Vec<Holding> {
    let child = mechanism.people().and_then(|roster| roster.holdings.as_ref());
    let holding = |row: &Facts| {
        let Some(Value::Record(post)) = row.find("post") else { return None };
        Some(Holding { post: *post, kind: text(row, "kind")?, days: days(row)?, basis: text(row, "basis") })
    };
    rows(facts, child).iter().filter_map(holding).collect()
}

/// What cannot be in one file, whatever others say: spans that end before they begin, a post held twice at once.
pub fn faults(mechanism: &Mechanism, after: &Record) -> Vec<Refusal> {
    let (mut refusals, facts) = (Vec::new(), &after.facts);
    let Some(roster) = mechanism.people() else { return refusals };
    let open = |days: Days| days.until_on.is_none();
    let still = holdings(mechanism, facts).iter().any(|it| open(it.days));
    if after.closed_on.is_some() && (still || roles(mechanism, facts).iter().any(|it| open(it.days))) {
        refusals.push(Refusal::new("roster.still_held"));
    }
    for child in [roster.roles.as_ref(), roster.holdings.as_ref()].into_iter().flatten() {
        for (at, row) in rows(facts, Some(child)).iter().enumerate() {
            let ends_early = day(row, "from_on").zip(day(row, "until_on")).is_some_and(|(from, until)| until < from);
            if ends_early {
                let spot = Spot::Row(child.clone(), at, FieldId::from("until_on"));
                refusals.push(Refusal::new("roster.ends_early").with("row", at + 1).at(spot));
            }
        }
    }
    let Some(child) = &roster.holdings else { return refusals };
    let held = holdings(mechanism, facts);
    for (at, one) in held.iter().enumerate() {
        if held[..at].iter().any(|other| other.post == one.post && other.days.meet(one.days)) {
            let spot = Spot::Row(child.clone(), at, FieldId::from("post"));
            refusals.push(Refusal::new("roster.held_twice").with("row", at + 1).at(spot));
        }
    }
    refusals
}

/// Those of the others that stand in the way: on some day the post would have more main holders than places.
pub fn in_the_way<T>(places: usize, wanted: Days, others: &[(T, Days)]) -> Vec<&T> {
    let Some(day) = full_on(places, wanted, others) else { return Vec::new() };
    others.iter().filter(|(_, days)| days.hold(day)).map(|(other, _)| other).collect()
}

/// The first of the wanted days on which all places are taken by others.
pub fn full_on<T>(places: usize, wanted: Days, others: &[(T, Days)]) -> Option<Date> {
    // What is full becomes so on the first day, or when one of the others begins.
    let begins = others.iter().map(|(_, days)| days.from_on.max(wanted.from_on)).filter(|day| wanted.hold(*day));
    let taken = |day: Date| others.iter().filter(|(_, days)| days.hold(day)).count();
    begins.filter(|day| taken(*day) >= places.max(1)).min()
}

/// The post by which somebody is called on a day: the main one that was taken up last, else any other.
pub fn main_on(held: &[Holding], on: Date) -> Option<&Holding> {
    let there = held.iter().filter(|it| it.days.hold(on));
    there.max_by_key(|it| (it.kind == MAIN, it.days.from_on))
}

/// In what the identity number and the rest of the file disagree.
// enforces: roster.identity
// enforces: roster.birth
// enforces: roster.sex
pub fn doubts(mechanism: &Mechanism, record: &Record, today: Date) -> Vec<Doubt> {
    let Some(roster) = mechanism.people() else { return Vec::new() };
    let find = |id: &Option<FieldId>| id.as_ref().and_then(|id| record.facts.find(id.as_str()));
    let born_in = match find(&roster.birth) {
        Some(Value::Month(month)) => Some(*month),
        _ => None,
    };
    let sex = match find(&roster.sex) {
        Some(Value::Choice(code)) => Some(code.as_str()),
        _ => None,
    };
    let number: Option<Identity> = match find(&roster.identity) {
        Some(Value::Text(number)) => identity::identity(number).ok(),
        _ => None,
    };
    number.map(|number| identity::doubts(&number, born_in, sex, today)).unwrap_or_default()
}

/// Two files of one human as one: what the kept one lacks comes from the other, rows of child tables are put together,
/// and a row that both have stands once. Title and unit stay those of the kept one.
pub fn merged(mechanism: &Mechanism, keep: &Facts, gone: &Facts) -> Facts {
    let mut facts = keep.clone();
    for (id, value) in &gone.0 {
        let together = match (keep.find(id.as_str()), value) {
            (Some(Value::Rows(own)), Value::Rows(more)) => {
                let mut rows = own.clone();
                rows.extend(more.iter().filter(|row| !own.contains(row)).cloned());
                Value::Rows(rows)
            }
            (Some(_), _) => continue,
            (None, value) => value.clone(),
        };
        if mechanism.field(id.as_str()).is_some() || mechanism.child(id.as_str()).is_some() {
            facts.put(id, Some(together));
        }
    }
    facts
}

/// The facts without what was changed, where it still stands as it was changed; else the names of the fields that were
/// changed again since.
pub fn taken_back(mechanism: &Mechanism, facts: &Facts, changes: &[Change]) -> Result<Facts, Vec<String>> {
    let mut object = crate::facts::object(crate::facts::to_json(facts));
    let mut again = Vec::new();
    for change in changes {
        let now = object.get(&change.field).cloned().unwrap_or_default();
        if now != change.to {
            let name = mechanism.field(&change.field).map(|it| &it.name);
            let name = name.or_else(|| mechanism.child(&change.field).map(|it| &it.name));
            again.push(name.cloned().unwrap_or_else(|| change.field.clone()));
        } else if change.from.is_null() {
            object.remove(&change.field);
        } else {
            object.insert(change.field.clone(), change.from.clone());
        }
    }
    if again.is_empty() { Ok(crate::facts::from_json(mechanism, &object.into())) } else { Err(again) }
}

/// Everywhere in the facts one person in the place of another, rows of child tables included; nothing if they do not
/// occur.
pub fn replaced(facts: &Facts, from: crate::ids::PersonId, to: crate::ids::PersonId) -> Option<Facts> {
    let mut after = facts.clone();
    after.0.values_mut().for_each(|value| replace(value, from, to));
    (after != *facts).then_some(after)
}

fn replace(value: &mut Value, from: crate::ids::PersonId, to: crate::ids::PersonId) {
    match value {
        Value::Person(id) if *id == from => *id = to,
        Value::People(ids) => {
            let there = ids.contains(&to);
            for id in ids.iter_mut().filter(|id| **id == from) {
                *id = to;
            }
            if there && let Some(second) = ids.iter().rposition(|id| *id == to) {
                let first = ids.iter().position(|id| *id == to);
                if first != Some(second) {
                    ids.remove(second);
                }
            }
        }
        Value::Rows(rows) => rows.iter_mut().flat_map(|row| row.0.values_mut()).for_each(|it| replace(it, from, to)),
        _ => {}
    }
}

/// A value as it is compared where two records may not hold the same.
// enforces: field.unique
// enforces: account.of
pub fn keys(mechanism: &Mechanism, record: &Record) -> Vec<(FieldId, String)> {
    let facts = &record.facts;
    let unique = mechanism.fields.iter().filter(|field| field.unique);
    let key = |field: &crate::catalog::Field| {
        let json = value_to_json(facts.find(field.id.as_str())?);
        Some((field.id.clone(), json.as_str()?.to_owned()))
    };
    // What tells one account from another, as long as it is open.
    let account = if record.is_open() { account_key(mechanism, facts) } else { None };
    unique.filter_map(key).chain(account).collect()
}

/// What tells an account with such facts from others.
pub fn account_key(mechanism: &Mechanism, facts: &Facts) -> Option<(FieldId, String)> {
    let account = mechanism.account.as_ref()?;
    let values: Option<Vec<_>> = account.of.iter().map(|id| facts.find(id.as_str()).map(value_to_json)).collect();
    let name = account.of.iter().map(FieldId::as_str).collect::<Vec<_>>().join("+");
    Some((FieldId::from(name), serde_json::Value::from(values?).to_string()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::ids::PersonId;

    fn span(from: Date, until: Option<Date>) -> Days {
        Days { from_on: from, until_on: until }
    }

    #[test]
    fn a_single_place_has_one_holder_on_any_day() {
        let wei = ("韦国梁", span(date(2024, 1, 1), Some(date(2025, 6, 30))));
        let he = ("贺文昭", span(date(2025, 7, 1), None));
        let others = [wei, he];
        let check = |places: usize, wanted: Days, expected: &[&str]| {
            let found: Vec<&str> = in_the_way(places, wanted, &others).into_iter().copied().collect();
            assert_eq!(found, expected, "{wanted:?}");
        };
        check(1, span(date(2023, 1, 1), Some(date(2023, 12, 31))), &[]);
        check(1, span(date(2023, 1, 1), Some(date(2024, 1, 1))), &["韦国梁"]);
        check(1, span(date(2025, 6, 30), Some(date(2025, 6, 30))), &["韦国梁"]);
        check(1, span(date(2026, 1, 1), None), &["贺文昭"]);
        check(2, span(date(2024, 1, 1), None), &[]);
        check(0, span(date(2026, 1, 1), None), &["贺文昭"]);
    }

    #[test]
    fn somebody_is_called_by_the_main_post_taken_up_last() {
        let post = |at: u128, kind: &str, days: Days| Holding {
            post: RecordId(Uuid::from_u128(at)),
            kind: kind.to_owned(),
            days,
            basis: None,
        };
        let held = [
            post(1, MAIN, span(date(2020, 1, 1), Some(date(2024, 12, 31)))),
            post(2, MAIN, span(date(2025, 1, 1), None)),
            post(3, "concurrent", span(date(2025, 5, 1), None)),
        ];
        let on = |day: Date| main_on(&held, day).map(|it| it.post.0.as_u128());
        assert_eq!(on(date(2019, 1, 1)), None);
        assert_eq!(on(date(2024, 1, 1)), Some(1));
        assert_eq!(on(date(2026, 1, 1)), Some(2));
        assert_eq!(main_on(&held[2..], date(2026, 1, 1)).map(|it| it.kind.as_str()), Some("concurrent"));
    }

    #[test]
    fn a_person_takes_the_place_of_another_wherever_they_stand() {
        let id = |at: u128| PersonId(Uuid::from_u128(at));
        let mut row = Facts::default();
        row.put(&"who".into(), Some(Value::Person(id(1))));
        let mut facts = Facts::default();
        facts.put(&"owner".into(), Some(Value::Person(id(1))));
        facts.put(&"team".into(), Some(Value::People(vec![id(2), id(1), id(3)])));
        facts.put(&"rows".into(), Some(Value::Rows(vec![row])));
        let after = replaced(&facts, id(1), id(2)).unwrap();
        assert_eq!(after.find("owner"), Some(&Value::Person(id(2))));
        assert_eq!(after.find("team"), Some(&Value::People(vec![id(2), id(3)])));
        assert_eq!(replaced(&after, id(1), id(2)), None);
    }

    proptest! {
        #[test]
        fn no_day_ever_has_more_holders_than_places(
            places in 1..4_usize,
            wishes in proptest::collection::vec((0..60_i32, proptest::option::of(0..30_i32)), 0..24),
        ) {
            let day = |at: i32| date(2026, 1, 1).saturating_add(jiff::Span::new().days(at));
            let mut taken: Vec<(usize, Days)> = Vec::new();
            for (at, (from, length)) in wishes.into_iter().enumerate() {
                let wanted = span(day(from), length.map(|length| day(from + length)));
                if in_the_way(places, wanted, &taken).is_empty() {
                    taken.push((at, wanted));
                }
            }
            for at in 0..120 {
                prop_assert!(taken.iter().filter(|(_, days)| days.hold(day(at))).count() <= places);
            }
        }
    }
}
