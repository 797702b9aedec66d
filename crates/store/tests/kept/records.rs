//! Do records come back as they went in?

use jiff::civil::Date;
use kernel::ids::{RecordId, StepId};
use store::journal::{self, JournalRow};
use store::{StoreError, records};
use uuid::Uuid;

use crate::trial::{Trial, day, id, record};

#[tokio::test]
async fn a_record_comes_back_as_it_went_in() {
    for trial in Trial::each().await {
        let full = record(1);
        let mut bare = record(2);
        (bare.number, bare.due_on, bare.holder, bare.closed_on) = (None, None, None, Some(day("2026-02-01")));
        let mut tx = trial.db.begin().await.expect("begin");
        records::insert(&mut tx, &full, "督查").await.expect("insert");
        records::insert(&mut tx, &bare, "").await.expect("insert");
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        assert_eq!(records::find(&mut reader, full.id).await.expect("asked"), Some(full.clone()));
        assert_eq!(records::find(&mut reader, bare.id).await.expect("asked"), Some(bare.clone()));
        assert_eq!(records::by_number(&mut reader, "任〔2026〕1号").await.expect("asked"), std::slice::from_ref(&full));
        assert_eq!(records::by_number(&mut reader, "-").await.expect("asked"), []);
        assert_eq!(records::by_ids(&mut reader, &[bare.id, id(77), full.id]).await.expect("asked"), [full, bare]);
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn many_records_go_in_at_once_and_are_walked_in_order() {
    for trial in Trial::each().await {
        let many: Vec<_> = (1..=300).map(|number| (record(number), format!("督查{number}"))).collect();
        let mut tx = trial.db.begin_long().await.expect("begin");
        records::insert_many(&mut tx, &many).await.expect("insert");
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        let first = records::walk(&mut reader, None, None, 250).await.expect("walked");
        let last = first.last().map(|it| it.id);
        let rest = records::walk(&mut reader, Some(&"task_order".into()), last, 250).await.expect("walked");
        assert_eq!((first.len(), rest.len()), (250, 50));
        assert_eq!(rest.last().map(|it| it.id), Some(id::<RecordId>(300)));
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_record_changed_by_somebody_else_is_stale() {
    for trial in Trial::each().await {
        let first = record(1);
        let mut record = first.clone();
        let mut tx = trial.db.begin().await.expect("begin");
        records::insert(&mut tx, &first, "").await.expect("insert");
        record.version = 2;
        record.state = "closed".into();
        record.closed_on = Some(day("2026-03-01"));
        records::update(&mut tx, &first, &record).await.expect("update");
        assert!(matches!(records::update(&mut tx, &first, &record).await, Err(StoreError::Stale)));
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        assert_eq!(records::find(&mut reader, record.id).await.expect("asked"), Some(record));
        drop(reader);
        trial.end().await;
    }
}

fn entry(record: u128, seq: i64) -> JournalRow {
    JournalRow {
        record: id(record),
        seq,
        id: Uuid::from_u128(record * 1000 + seq as u128),
        at: 1_700_000_000_000 + seq,
        on: Date::constant(2026, 3, 3),
        actor: (seq > 1).then(|| id(5)),
        actor_name: "林晓".to_owned(),
        behalf: None,
        step: StepId::from("issue"),
        entry: "{\"seq\": 1,  \"blanks\":\"stay\"}".to_owned(),
        prior_hash: (seq > 1).then(|| "aa".to_owned()),
        hash: "bb".to_owned(),
    }
}

#[tokio::test]
async fn the_journal_keeps_every_letter_and_takes_no_number_twice() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        journal::append_many(&mut tx, &[entry(1, 1), entry(1, 2), entry(2, 1)]).await.expect("append");
        tx.commit().await.expect("commit");
        let mut tx = trial.db.begin().await.expect("begin");
        assert!(matches!(journal::append(&mut tx, &entry(1, 2)).await, Err(StoreError::Stale)));
        drop(tx);
        let mut reader = trial.db.read().await.expect("a reader");
        assert_eq!(journal::of_record(&mut reader, id(1)).await.expect("read"), [entry(1, 1), entry(1, 2)]);
        let both = journal::of_records(&mut reader, &[id(2), id(1)]).await.expect("read");
        assert_eq!(both, [entry(1, 1), entry(1, 2), entry(2, 1)]);
        let head = journal::head(&mut reader, id(1)).await.expect("read").expect("there is one");
        assert_eq!((head.seq, head.hash.as_str()), (2, "bb"));
        let heads = journal::heads(&mut reader, None, 10).await.expect("read");
        assert_eq!(heads.iter().map(|head| head.seq).collect::<Vec<_>>(), [2, 1]);
        let newest = journal::newest(&mut reader, None, None, 2).await.expect("read");
        assert_eq!(newest.iter().map(|it| (it.record, it.seq)).collect::<Vec<_>>(), [(id(1), 2), (id(2), 1)]);
        let before = newest.last().map(|it| (it.at, it.id));
        let older = journal::newest(&mut reader, None, before, 2).await.expect("read");
        assert_eq!(older, [entry(1, 1)]);
        drop(reader);
        trial.end().await;
    }
}
