//! Files of people: two become one and are taken apart again exactly; what was changed since is never undone over.

use jiff::civil::date;
use kernel::catalog::Mechanism;
use kernel::ids::{FieldId, RecordId, UnitId};
use kernel::roster;
use kernel::value::{Facts, Value};
use kernel::workflow::changes;
use proptest::prelude::*;
use uuid::Uuid;

use crate::office::Office;

fn people() -> Mechanism {
    let catalog = &Office::open().catalog;
    let found = catalog.mechanisms.values().find(|it| it.people().is_some());
    found.map(|it| (**it).clone()).expect("the shipped definitions keep files of people")
}

/// A file with some fields, some roles and some posts.
fn file() -> impl Strategy<Value = Facts> {
    let texts = proptest::collection::btree_map(
        prop_oneof![Just("native_place"), Just("remark"), Just("technical_post"), Just("staff_number")],
        "[甲乙丙丁]{1,3}",
        0..4,
    );
    let held = proptest::collection::vec((0..4_u128, 0..40_i32), 0..4);
    let roles = proptest::collection::vec((prop_oneof![Just("expert"), Just("talent")], 0..40_i32), 0..3);
    (texts, held, roles).prop_map(|(texts, held, roles)| {
        let day = |after: i32| Value::Day(date(2020, 1, 1).saturating_add(jiff::Span::new().days(after)));
        let mut facts = Facts::default();
        for (id, text) in texts {
            facts.put(&FieldId::from(id), Some(Value::Text(text)));
        }
        facts.put(&FieldId::from("unit"), Some(Value::Unit(UnitId(Uuid::from_u128(1)))));
        let row = |cells: Vec<(&str, Value)>| {
            let mut row = Facts::default();
            cells.into_iter().for_each(|(id, value)| row.put(&FieldId::from(id), Some(value)));
            row
        };
        let held = held.into_iter().map(|(post, from)| {
            row(vec![
                ("post", Value::Record(RecordId(Uuid::from_u128(post)))),
                ("kind", Value::Choice("main".to_owned())),
                ("from_on", day(from)),
                ("basis", Value::Text("依据".to_owned())),
            ])
        });
        let roles = roles
            .into_iter()
            .map(|(kind, from)| row(vec![("kind", Value::Choice(kind.to_owned())), ("from_on", day(from))]));
        let rows = |rows: Vec<Facts>| (!rows.is_empty()).then_some(Value::Rows(rows));
        facts.put(&FieldId::from("posts"), rows(held.collect()));
        facts.put(&FieldId::from("roles"), rows(roles.collect()));
        facts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_merge_loses_nothing_and_is_taken_back_exactly(keep in file(), gone in file()) {
        let people = people();
        let merged = roster::merged(&people, &keep, &gone);
        for (id, value) in &keep.0 {
            if !matches!(value, Value::Rows(_)) {
                prop_assert_eq!(merged.find(id.as_str()), Some(value), "what the kept file says stands");
            }
        }
        for held in roster::holdings(&people, &keep).into_iter().chain(roster::holdings(&people, &gone)) {
            prop_assert!(roster::holdings(&people, &merged).contains(&held));
        }
        for role in roster::roles(&people, &keep).into_iter().chain(roster::roles(&people, &gone)) {
            prop_assert!(roster::roles(&people, &merged).contains(&role));
        }
        let absorbed = changes(&keep, &merged);
        prop_assert_eq!(roster::taken_back(&people, &merged, &absorbed), Ok(keep));
    }

    #[test]
    fn what_was_changed_since_stands_in_the_way(keep in file(), gone in file()) {
        let people = people();
        let merged = roster::merged(&people, &keep, &gone);
        let absorbed = changes(&keep, &merged);
        for change in &absorbed {
            let mut since = merged.clone();
            since.put(&FieldId::from(change.field.as_str()), None);
            prop_assert!(roster::taken_back(&people, &since, &absorbed).is_err());
        }
    }
}
