//! Does a register show the right records, page by page, by either way and in every sort?

use std::collections::BTreeSet;

use kernel::authority::{Sight, Subtree};
use kernel::ids::{FieldId, RecordId};
use serde_json::json;
use store::records::{self, RecordRow, Written};
use store::register::{self, After, FactTest, Over, Page, RegisterQuery, SortBy, WHOLE_SITE};
use store::{Conn, Dialect};

use crate::trial::{Trial, day, id, over, record};

/// Sixty records in twenty units, no two alike.
fn some() -> Vec<RecordRow> {
    (1..=60_u128)
        .map(|number| {
            let mut it = record(number);
            let turn = |length: u128| (number * 7 % length) as i64;
            it.unit_ord = turn(20);
            it.unit = id(100 + number % 20);
            it.due_on = (turn(9) > 0).then(|| day("2026-03-01").saturating_add(jiff::Span::new().days(turn(31))));
            it.opened_on = day("2026-01-01").saturating_add(jiff::Span::new().days(turn(13)));
            it.number = (number % 5 > 0).then(|| format!("任〔2026〕{number:04}号"));
            it.state = if number % 4 == 0 { "closed".into() } else { "underway".into() };
            it.closed_on =
                (number % 4 == 0).then(|| day("2026-02-01").saturating_add(jiff::Span::new().days(turn(17))));
            it.holder = it.closed_on.is_none().then(|| if number % 3 == 0 { "supervisor" } else { "unit_head" }.into());
            it.title = format!("{}第{number}项", ["督查督办", "巡察整改", "基层党建"][number as usize % 3]);
            let mut facts =
                json!({ "progress": turn(11).to_string(), "points": turn(11) - 5, "urgent": number % 2 == 0 });
            if number % 3 > 0 {
                facts["level"] = json!(["high", "low"][number as usize % 2]);
                facts["helpers"] = json!([format!("{:032x}", number % 6), format!("{:032x}", 99)]);
            }
            it.facts = Written::of(&facts);
            it
        })
        .collect()
}

fn said(it: &RecordRow) -> serde_json::Value {
    it.facts.json().expect("it is JSON")
}

async fn kept(trial: &Trial) -> Vec<RecordRow> {
    let all = some();
    let rows: Vec<_> = all.iter().map(|it| (it.clone(), it.title.clone())).collect();
    let mut tx = trial.db.begin().await.expect("begin");
    records::insert_many(&mut tx, &rows).await.expect("kept");
    tx.commit().await.expect("commit");
    all
}

fn all_units() -> RegisterQuery<'static> {
    RegisterQuery {
        mechanism: Some("task_order".into()),
        sight: over(&[WHOLE_SITE]),
        limit: 7,
        ..RegisterQuery::default()
    }
}

/// All pages one after the other.
async fn walked(conn: &mut Conn, query: &RegisterQuery<'_>) -> Vec<RecordId> {
    let (mut query, mut seen) = (query.clone(), Vec::new());
    for _ in 0..100 {
        let Page { records, more } = register::page(conn, &query).await.expect("a page");
        assert!(records.len() <= query.limit as usize);
        seen.extend(records.iter().map(|it| it.id));
        query.after = records.last().map(|last| After::of(last, query.sort));
        if !more {
            return seen;
        }
    }
    panic!("the pages do not end");
}

/// What the pages must show, said in Rust.
fn expected(all: &[RecordRow], query: &RegisterQuery<'_>, fits: impl Fn(&RecordRow) -> bool) -> Vec<RecordId> {
    let mut rows: Vec<&RecordRow> = all.iter().filter(|it| fits(it)).collect();
    rows.sort_by_key(|it| (After::of(it, query.sort).key, it.id));
    if query.descending {
        rows.reverse();
    }
    rows.iter().map(|it| it.id).collect()
}

async fn check(conn: &mut Conn, all: &[RecordRow], query: RegisterQuery<'_>, fits: impl Fn(&RecordRow) -> bool) {
    let right = expected(all, &query, &fits);
    assert!(!right.is_empty(), "the test itself must find something: {query:?}");
    // Both ways must show the same.
    for expected in [None, Some((1, 1_000_000)), Some((1_000_000, 1_000_000))] {
        let query = RegisterQuery { expected, ..query.clone() };
        assert_eq!(walked(conn, &query).await, right, "{query:?}");
        let count = register::count_capped(conn, &query, 10_000).await.expect("counted");
        assert_eq!(count, right.len() as i64, "{query:?}");
    }
}

#[tokio::test]
async fn every_sort_shows_every_record_once_in_both_directions() {
    for trial in Trial::each().await {
        let all = kept(&trial).await;
        let mut reader = trial.db.read().await.expect("a reader");
        for sort in [SortBy::Due, SortBy::Opened, SortBy::Number, SortBy::Closed] {
            for descending in [false, true] {
                let query = RegisterQuery { sort, descending, ..all_units() };
                check(&mut reader, &all, query.clone(), |it| sort != SortBy::Closed || it.closed_on.is_some()).await;
                let some = RegisterQuery { sight: over(&[(3, 8), (11, 11)]), ..query };
                check(&mut reader, &all, some, |it| {
                    (sort != SortBy::Closed || it.closed_on.is_some()) && matches!(it.unit_ord, 3..=8 | 11)
                })
                .await;
            }
        }
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn units_states_days_and_holders_narrow_the_list() {
    for trial in Trial::each().await {
        let all = kept(&trial).await;
        let mut reader = trial.db.read().await.expect("a reader");
        let conn = &mut *reader;
        let base = all_units;
        check(conn, &all, RegisterQuery { open: Some(true), ..base() }, RecordRow::is_open).await;
        check(conn, &all, RegisterQuery { open: Some(false), ..base() }, |it| !it.is_open()).await;
        let query = RegisterQuery { sight: over(&[(4, 4), (9, 9)]), ..base() };
        check(conn, &all, query, |it| [4, 9].contains(&it.unit_ord)).await;
        let query = RegisterQuery { states: vec!["closed".into()], sight: over(&[(0, 12)]), ..base() };
        check(conn, &all, query, |it| it.state == *"closed" && it.unit_ord <= 12).await;
        let (from, until) = (day("2026-03-05"), day("2026-03-20"));
        let between = |on: Option<jiff::civil::Date>| on.is_some_and(|on| from <= on && on <= until);
        let query = RegisterQuery { due: Some((from, until)), ..base() };
        check(conn, &all, query, |it| between(it.due_on)).await;
        let query = RegisterQuery { overdue_on: Some(until), sight: over(&[(2, 15)]), ..base() };
        check(conn, &all, query, |it| {
            it.is_open() && it.due_on.is_some_and(|due| due < until) && (2..=15).contains(&it.unit_ord)
        })
        .await;
        let query = RegisterQuery { closed: Some((day("2026-02-03"), day("2026-02-09"))), ..base() };
        check(conn, &all, query, |it| it.closed_on.is_some_and(|on| on.day() >= 3 && on.day() <= 9)).await;
        let query = RegisterQuery { opened: Some((day("2026-01-03"), day("2026-01-05"))), ..base() };
        check(conn, &all, query, |it| (3..=5).contains(&it.opened_on.day())).await;
        let query = RegisterQuery { holder: Some("supervisor".into()), mechanism: None, ..base() };
        check(conn, &all, query, |it| it.holder == Some("supervisor".into())).await;
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn words_are_found_exactly_where_they_stand() {
    for trial in Trial::each().await {
        let all = kept(&trial).await;
        let mut reader = trial.db.read().await.expect("a reader");
        for words in ["督查", "查督办", "督", "办第", "整改 第1", "第7项", "项", "党建第1"] {
            let query = RegisterQuery { words: Some(words.to_owned()), ..all_units() };
            check(&mut reader, &all, query, |it| words.split(' ').all(|word| it.title.contains(word))).await;
        }
        for words in ["督办整改", "查查", "…", ""] {
            let query = RegisterQuery { words: Some(words.to_owned()), ..all_units() };
            assert_eq!(walked(&mut reader, &query).await, [], "{words}");
        }
        drop(reader);
        let mut tx = trial.db.begin().await.expect("begin");
        records::put_words(&mut tx, id(1), "全新的名字").await.expect("changed");
        let query = RegisterQuery { words: Some("全新".to_owned()), ..all_units() };
        assert_eq!(walked(&mut tx, &query).await, [id(1)]);
        let query = RegisterQuery { words: Some("第1项".to_owned()), ..all_units() };
        assert_eq!(walked(&mut tx, &query).await, [], "the old words are gone");
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn words_that_very_many_records_hold_are_found_just_the_same() {
    for trial in Trial::each().await {
        let all: Vec<RecordRow> =
            (1..=2_100_u128).map(|number| RecordRow { unit_ord: (number % 50) as i64, ..record(number) }).collect();
        let rows: Vec<_> = all.iter().map(|it| (it.clone(), format!("督查督办 {}", it.title))).collect();
        let mut tx = trial.db.begin_long().await.expect("begin");
        records::insert_many(&mut tx, &rows).await.expect("kept");
        records::put_words(&mut tx, id(7), "别的 第7项任务").await.expect("changed");
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        let base = RegisterQuery { words: Some("查督 第".to_owned()), limit: 1_000, ..all_units() };
        check(&mut reader, &all, base.clone(), |it| it.id != id(7)).await;
        let narrow = RegisterQuery { sight: over(&[(7, 9)]), ..base };
        check(&mut reader, &all, narrow, |it| it.id != id(7) && (7..=9).contains(&it.unit_ord)).await;
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn facts_narrow_the_list() {
    for trial in Trial::each().await {
        let all = kept(&trial).await;
        let mut reader = trial.db.read().await.expect("a reader");
        let with = |field: &str, test| RegisterQuery { facts: vec![(field.into(), test)], ..all_units() };
        let conn = &mut *reader;
        let high = |it: &RecordRow| said(it)["level"] == "high";
        check(conn, &all, with("level", FactTest::Among(vec!["high".to_owned()])), high).await;
        check(conn, &all, with("level", FactTest::Contains("ig".to_owned())), high).await;
        check(conn, &all, with("level", FactTest::Empty), |it| said(it).get("level").is_none()).await;
        check(conn, &all, with("level", FactTest::Filled), |it| said(it).get("level").is_some()).await;
        check(conn, &all, with("urgent", FactTest::YesNo(true)), |it| said(it)["urgent"] == true).await;
        check(conn, &all, with("urgent", FactTest::YesNo(false)), |it| said(it)["urgent"] == false).await;
        let points = |it: &RecordRow| said(it)["points"].as_i64().expect("a number");
        let numbers = FactTest::Numbers(Some("-3".to_owned()), Some("2.5".to_owned()));
        check(conn, &all, with("points", numbers), |it| (-3..=2).contains(&points(it))).await;
        let numbers = FactTest::Numbers(Some("9.5".to_owned()), None);
        check(conn, &all, with("progress", numbers), |it| said(it)["progress"] == "10").await;
        let between = FactTest::Between(Some("h".to_owned()), Some("i".to_owned()));
        check(conn, &all, with("level", between), high).await;
        let helper = format!("{:032x}", 4);
        let holds = |it: &RecordRow| said(it)["helpers"].as_array().is_some_and(|all| all.contains(&json!(helper)));
        check(conn, &all, with("helpers", FactTest::Holds(helper.clone())), holds).await;
        let wrong = with("level' OR 1=1 --", FactTest::Empty);
        assert!(register::page(conn, &wrong).await.is_err(), "a name that is none is refused");
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_chosen_value_is_found_by_its_index_and_the_index_goes_when_no_field_wants_it() {
    for trial in Trial::each().await {
        let all = kept(&trial).await;
        let fields = |names: &[&str]| names.iter().map(|name| FieldId::from(*name)).collect::<BTreeSet<_>>();
        let keep = async |names: &[&str]| trial.db.index_facts(&fields(names)).await.expect("indexes");
        assert_eq!(keep(&["level", "source"]).await, (2, 0));
        assert_eq!(keep(&["level", "source"]).await, (0, 0));
        let mut reader = trial.db.read().await.expect("a reader");
        let chosen = vec![("level".into(), FactTest::Chosen("high".to_owned()))];
        for sort in [SortBy::Due, SortBy::Number] {
            for open in [Some(true), None] {
                let query = RegisterQuery { facts: chosen.clone(), sort, open, ..all_units() };
                let fits = |it: &RecordRow| said(it)["level"] == "high" && (open.is_none() || it.is_open());
                check(&mut reader, &all, query.clone(), fits).await;
                let plan = register::plan(&mut reader, &query).await.expect("a plan").join("\n");
                let sqlite = trial.db.dialect() == Dialect::Sqlite;
                assert!(!sqlite || plan.contains("record_by_level"), "{plan}");
                let sorts = plan.contains("B-TREE");
                assert!(!sqlite || sorts != (sort == SortBy::Due && open.is_some()), "{plan}");
            }
        }
        drop(reader);
        assert_eq!(keep(&["source"]).await, (0, 1));
        trial.end().await;
    }
}

#[tokio::test]
async fn no_units_show_nothing_and_counting_stops_where_it_is_told() {
    for trial in Trial::each().await {
        kept(&trial).await;
        let mut reader = trial.db.read().await.expect("a reader");
        let none = RegisterQuery { sight: Sight::default(), ..all_units() };
        assert_eq!(walked(&mut reader, &none).await, []);
        assert_eq!(register::count_capped(&mut reader, &all_units(), 25).await.expect("counted"), 25);
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_role_sees_what_it_must_act_on_by_due_day() {
    for trial in Trial::each().await {
        let all = kept(&trial).await;
        let mut reader = trial.db.read().await.expect("a reader");
        let role = "unit_head".into();
        for is_wide in [true, false] {
            let over = Over { units: Subtree { first: 2, last: 9 }, is_wide };
            let first = register::open_by_holder(&mut reader, &role, over, &[], None, 4).await.expect("listed");
            let after = first.last().map(|last| After::of(last, SortBy::Due));
            let rest =
                register::open_by_holder(&mut reader, &role, over, &[], after.as_ref(), 99).await.expect("listed");
            let seen: Vec<_> = first.iter().chain(&rest).map(|it| it.id).collect();
            let right = expected(&all, &all_units(), |it| {
                it.is_open() && it.holder == Some("unit_head".into()) && (2..=9).contains(&it.unit_ord)
            });
            assert_eq!(seen, right, "{over:?}");
        }
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_small_scope_is_gathered_by_unit_and_a_large_one_walked() {
    let trial = Trial::durable().await;
    kept(&trial).await;
    let mut reader = trial.db.read().await.expect("a reader");
    for open in [Some(true), None] {
        let base = RegisterQuery { sight: over(&[(3, 5)]), open, ..all_units() };
        let small = RegisterQuery { expected: Some((10, 100_000)), ..base.clone() };
        let plan = register::plan(&mut reader, &small).await.expect("a plan").join("\n");
        assert!(plan.contains("record_unit_due"), "{plan}");
        let large = RegisterQuery { expected: Some((50_000, 100_000)), open: Some(true), ..base };
        let plan = register::plan(&mut reader, &large).await.expect("a plan").join("\n");
        assert!(plan.contains("record_due") && !plan.contains("B-TREE"), "{plan}");
    }
    let one = RegisterQuery { sight: over(&[(4, 4)]), open: Some(true), expected: Some((10, 100_000)), ..all_units() };
    let plan = register::plan(&mut reader, &one).await.expect("a plan").join("\n");
    assert!(plan.contains("record_unit_due") && !plan.contains("B-TREE"), "{plan}");
    let several = RegisterQuery { sight: over(&[(3, 5), (9, 9)]), expected: Some((10, 100_000)), ..all_units() };
    let plan = register::plan(&mut reader, &several).await.expect("a plan").join("\n");
    assert!(plan.contains("record_unit_due"), "{plan}");
    drop(reader);
    trial.end().await;
}
