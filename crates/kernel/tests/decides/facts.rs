//! Facts: typed text becomes values or refusals, and JSON gives back what it was given.

use kernel::catalog::{Field, FieldType};
use kernel::facts::{self, Typed, read_field};
use kernel::ids::FieldId;
use kernel::refusal::Spot;
use kernel::value::{Month, Value};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::office::{Office, day};

fn field(of: FieldType) -> Field {
    Field {
        once: false,
        id: "x".into(),
        name: "栏目".to_owned(),
        of,
        required: false,
        filter: false,
        search: false,
        default: None,
        help: None,
        aliases: Vec::new(),
        stamped: None,
        protection: kernel::catalog::Protection::default(),
        form: None,
        unique: false,
        named_in: Vec::new(),
    }
}

fn reads(of: FieldType, text: &str) -> Result<Option<Value>, &'static str> {
    let office = Office::open();
    read_field(&field(of), &office.catalog.vocabulary, &[text.to_owned()]).map_err(|refusal| refusal.code)
}

fn value(of: FieldType, text: &str) -> Value {
    reads(of, text).expect("it is read").expect("it is not empty")
}

// proves: field.max
#[test]
fn text_is_measured_in_characters() {
    assert_eq!(reads(FieldType::Text { max: 3 }, "党建好"), Ok(Some(Value::Text("党建好".to_owned()))));
    assert_eq!(reads(FieldType::Text { max: 3 }, "党建很好"), Err("field.too_long"));
    assert_eq!(reads(FieldType::Text { max: 3 }, "  \u{3000}\u{0}\t "), Ok(None));
    let whole = FieldType::Whole { measure: None, min: None, max: Some(9) };
    assert_eq!(reads(whole, "10"), Err("field.too_large"));
}

// proves: field.min
// proves: field.places
#[test]
fn numbers_keep_their_bounds_and_places() {
    let whole = || FieldType::Whole { measure: None, min: Some(1), max: Some(99) };
    assert_eq!(reads(whole(), "0"), Err("field.too_small"));
    assert_eq!(reads(whole(), "１２"), Ok(Some(Value::Whole(12))));
    assert_eq!(reads(whole(), "一打"), Err("field.not_whole"));
    let decimal = || FieldType::Decimal { measure: None, places: 2 };
    assert_eq!(value(decimal(), "1,234.50"), Value::Decimal(Decimal::new(12345, 1)));
    assert_eq!(reads(decimal(), "1.234"), Err("field.too_many_places"));
    assert_eq!(value(FieldType::Money, "12.5万元"), Value::Money(12_500_000));
    assert_eq!(value(FieldType::Money, "3,000.05"), Value::Money(300_005));
    assert_eq!(reads(FieldType::Percent, "101%"), Err("field.not_a_percent"));
}

#[test]
fn days_are_real_days() {
    for text in ["2026-03-05", "2026/3/5", "2026年3月5日", "２０２６．３．５"] {
        assert_eq!(value(FieldType::Day, text), Value::Day(day("2026-03-05")), "{text}");
    }
    assert_eq!(reads(FieldType::Day, "2026-02-30"), Err("field.no_such_day"));
    assert_eq!(reads(FieldType::Day, "下周三"), Err("field.not_a_day"));
    assert_eq!(value(FieldType::Month, "2026-03"), Value::Month(Month { year: 2026, month: 3 }));
    assert_eq!(value(FieldType::Moment, "1970-01-01 08:00"), Value::Moment(0));
    assert_eq!(value(FieldType::YesNo, "是"), Value::YesNo(true));
}

// proves: field.list
#[test]
fn a_choice_is_one_of_its_list() {
    let of = || FieldType::Choice { list: "task_source".into() };
    assert_eq!(value(of(), "上级交办"), Value::Choice("superior".to_owned()));
    assert_eq!(reads(of(), "隔壁老王"), Err("field.no_such_choice"));
}

// proves: child.field.required
#[test]
fn a_row_without_what_it_needs_is_refused_at_its_own_place() {
    let office = Office::open();
    let taken = [FieldId::from("milestone")];
    let row = vec![(FieldId::from("content"), String::new()), (FieldId::from("due_on"), "2026-03-01".to_owned())];
    let blank = vec![(FieldId::from("content"), " ".to_owned())];
    let typed =
        Typed { fields: Vec::new(), rows: vec![(FieldId::from("milestone"), vec![blank, row])], ..Typed::default() };
    let (_, refused) = facts::read(office.tasks(), &office.catalog.vocabulary, &taken, &typed);
    assert_eq!(refused[0].at, Spot::Row("milestone".into(), 1, "content".into()));
}

#[test]
fn line_ends_of_every_machine_become_one() {
    let of = || FieldType::LongText { max: 100 };
    for typed in ["甲\r\n乙\r丙", "甲\n乙\n丙\r\n", "甲\u{2028}乙\u{85}丙"] {
        assert_eq!(value(of(), typed), Value::Text("甲\n乙\n丙".to_owned()));
    }
    assert_eq!(value(FieldType::Text { max: 100 }, "甲\r\n乙"), Value::Text("甲 乙".to_owned()));
}

/// Records are kept as text, which is read without anything made of it in between.
#[test]
fn what_is_kept_as_text_reads_like_its_json() {
    let office = Office::open();
    let id = "0192d3a4-0000-7000-8000-000000000001";
    let values = serde_json::json!([
        null, true, 7, -1, 1.5, "", "x", "2026-03-01", "2026-03", "12.50", id, [], [id], [id, id], [id, "x"], [7],
        [[id]], {}, { "x": id }, [{}], [{ "content": "甲", "due_on": "2026-03-01", "unit": id }], "引号\"和\n换行"
    ]);
    for mechanism in office.catalog.mechanisms.values() {
        let ids = mechanism.fields.iter().map(|it| &it.id).chain(mechanism.children.iter().map(|it| &it.id));
        let ids: Vec<String> = ids.map(ToString::to_string).collect();
        for value in values.as_array().into_iter().flatten() {
            let json: serde_json::Value = ids.iter().map(|id| (id.clone(), value.clone())).collect();
            let read = facts::from_text(mechanism, &json.to_string()).expect("it is an object");
            assert_eq!(read, facts::from_json(mechanism, &json), "{} {value}", mechanism.id);
        }
    }
    for text in ["", "{", "7", "[]", "null", "{\"a\":}"] {
        assert!(facts::from_text(office.tasks(), text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn anything_typed_is_read_or_refused(text in "\\PC{0,60}|[0-9年月日./:%万元-]{0,20}") {
        for of in [
            FieldType::Text { max: 20 }, FieldType::LongText { max: 20 },
            FieldType::Whole { measure: None, min: None, max: None },
            FieldType::Decimal { measure: None, places: 6 }, FieldType::Money, FieldType::Percent, FieldType::Day,
            FieldType::Month, FieldType::Moment, FieldType::YesNo, FieldType::Unit, FieldType::Files,
        ] {
            let vocabulary = kernel::catalog::Vocabulary::default();
            if let Ok(Some(value)) = read_field(&field(of.clone()), &vocabulary, std::slice::from_ref(&text)) {
                let json = facts::value_to_json(&value);
                prop_assert_eq!(facts::value_from_json(&of, &json), Some(value));
            }
        }
    }

    #[test]
    fn ids_survive_the_journey(ids in proptest::collection::vec(any::<u128>(), 1..5)) {
        let value = Value::Units(ids.into_iter().map(|id| kernel::ids::UnitId(Uuid::from_u128(id))).collect());
        let json = facts::value_to_json(&value);
        prop_assert_eq!(facts::value_from_json(&FieldType::Units, &json), Some(value));
    }
}
