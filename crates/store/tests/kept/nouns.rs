//! Do the smaller nouns come back as they went in, and do their rules hold?

use kernel::ids::{FigureId, RecordId, UnitId};
use serde_json::json;
use store::acts::{self, ActAsk, Told};
use store::calendar_years::{self, CalendarYearRow};
use store::deadlines::{self, DeadlineRow};
use store::definitions::{self, DefinitionRow};
use store::deliveries;
use store::duties::{self, DutyRunRow};
use store::files::{self, FileRow};
use store::grants::{self, GrantRow};
use store::idempotency::{self, Key};
use store::imports::{self, BatchRow, UploadRow};
use store::notices::{self, NoticeRow};
use store::outbox::{self, OutboxRow};
use store::papers::{self, PaperRow};
use store::people::{self, PersonRow};
use store::saved_views::{self, ViewRow};
use store::settings;
use store::ties::{self, TieRow};
use store::units::{self, UnitRow};
use store::{StoreError, series};

use crate::trial::{Trial, day, id};

fn deadline(record: u128, alarm_on: Option<&str>) -> DeadlineRow {
    DeadlineRow {
        record: id(record),
        deadline: "finish".into(),
        starts_on: day("2026-01-05"),
        due_on: day("2026-03-10"),
        first_due_on: day("2026-03-10"),
        paused_on: None,
        ended_on: None,
        outcome: None,
        alarm_on: alarm_on.map(day),
        history: json!([{ "on": "2026-01-05" }]),
        provisional: false,
        started_at: None,
        due_at: None,
    }
}

#[tokio::test]
async fn the_clock_finds_the_deadlines_it_has_to_look_at_and_only_those() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        let first = [deadline(1, Some("2026-03-01")), deadline(2, Some("2026-03-05")), deadline(3, None)];
        deadlines::upsert_many(&mut tx, &first).await.expect("kept");
        let mut met = deadline(1, None);
        (met.ended_on, met.outcome, met.provisional) = (Some(day("2026-03-02")), Some("met".to_owned()), true);
        deadlines::upsert_many(&mut tx, &[met.clone(), deadline(4, Some("2026-02-01"))]).await.expect("kept");
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        let alarmed = deadlines::alarmed(&mut reader, day("2026-03-05"), 0, 10).await.expect("listed");
        assert_eq!(alarmed, [deadline(4, Some("2026-02-01")), deadline(2, Some("2026-03-05"))]);
        assert_eq!(deadlines::of_record(&mut reader, id(1)).await.expect("listed"), [met.clone()]);
        let ended = deadlines::ended(&mut reader, day("2026-03-01"), day("2026-03-31"), 10).await.expect("listed");
        assert_eq!(ended, [met]);
        assert_eq!(deadlines::provisional(&mut reader, None, 10).await.expect("listed"), []);
        assert_eq!(deadlines::of_records(&mut reader, &[id(3), id(4)]).await.expect("listed").len(), 2);
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_tie_with_a_key_is_made_once_and_the_transaction_lives_on() {
    for trial in Trial::each().await {
        let tie = |number: u128, key: Option<&str>| TieRow {
            id: id(number),
            record: id(1),
            other: id(number + 100),
            role: "opened".to_owned(),
            key: key.map(str::to_owned),
            opened_on: day("2026-03-11"),
        };
        let mut tx = trial.db.begin().await.expect("begin");
        assert!(ties::insert(&mut tx, &tie(1, Some("late:1"))).await.expect("made"));
        assert!(!ties::insert(&mut tx, &tie(2, Some("late:1"))).await.expect("asked"));
        assert!(ties::insert(&mut tx, &tie(3, None)).await.expect("made"));
        assert!(ties::insert(&mut tx, &tie(4, None)).await.expect("made"));
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        assert!(ties::has_key(&mut reader, "late:1").await.expect("asked"));
        let all = ties::of_record(&mut reader, id(1)).await.expect("listed");
        assert_eq!(all, [tie(1, Some("late:1")), tie(3, None), tie(4, None)]);
        assert_eq!(ties::to_records(&mut reader, &[id(103), id(104)]).await.expect("listed").len(), 2);
        drop(reader);
        trial.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_have_no_gaps_even_if_transactions_fail_or_come_together() {
    for trial in Trial::each().await {
        let tasks: Vec<_> = (0..30)
            .map(|number| {
                let db = trial.db.clone();
                tokio::spawn(async move {
                    let mut tx = db.begin().await.expect("begin");
                    let given = series::next(&mut tx, "任", 2026).await.expect("a number");
                    if number % 3 == 0 {
                        return None;
                    }
                    tx.commit().await.expect("commit");
                    Some(given)
                })
            })
            .collect();
        let mut given = Vec::new();
        for task in tasks {
            given.extend(task.await.expect("the task ends"));
        }
        given.sort_unstable();
        assert_eq!(given, (1..=20).collect::<Vec<i64>>());
        let mut tx = trial.db.begin().await.expect("begin");
        assert_eq!(series::take(&mut tx, "任", 2026, 5).await.expect("five"), 21);
        series::raise_to(&mut tx, "任", 2026, 40).await.expect("raised");
        series::raise_to(&mut tx, "任", 2026, 7).await.expect("nothing to do");
        assert_eq!(series::next(&mut tx, "任", 2026).await.expect("a number"), 41);
        assert_eq!(series::next(&mut tx, "任", 2027).await.expect("a number"), 1);
        drop(tx);
        trial.end().await;
    }
}

fn unit(number: u128, ord: i64, ord_last: i64) -> UnitRow {
    UnitRow {
        id: id(number),
        kind: "street".into(),
        name: format!("第{number}街道"),
        short_name: None,
        code: Some(format!("{number:03}")),
        parent: (number > 1).then(|| id(1)),
        ord,
        ord_last,
        depth: i64::from(number > 1),
        pinyin: Some("di".to_owned()),
        founded_on: Some(day("2001-07-01")),
        dissolved_on: None,
        level: None,
        credit_code: None,
    }
}

#[tokio::test]
async fn units_people_and_roles_come_back() {
    for trial in Trial::each().await {
        let person = |number: u128, name: &str, pinyin: &str| PersonRow {
            id: id(number),
            name: name.to_owned(),
            pinyin: pinyin.to_owned(),
            post_name: Some("科长".to_owned()),
            unit: Some(id(2)),
        };
        let (lin, zhao) = (person(11, "林晓", "lin xiao"), person(12, "赵敏", "zhao min"));
        let grant = GrantRow {
            id: id(21),
            person: lin.id,
            role: "unit_head".into(),
            unit: id(2),
            from_on: day("2026-01-01"),
            until_on: None,
            basis: None,
            given_by: Some(zhao.id),
        };
        let mut tx = trial.db.begin().await.expect("begin");
        units::insert_many(&mut tx, &[unit(1, 0, 2), unit(2, 1, 1), unit(3, 2, 2)]).await.expect("kept");
        people::insert_many(&mut tx, &[zhao.clone(), lin.clone()]).await.expect("kept");
        grants::insert_many(&mut tx, std::slice::from_ref(&grant)).await.expect("given");
        let mut renamed = unit(3, 2, 2);
        renamed.name = "新街道".to_owned();
        units::put_many(&mut tx, std::slice::from_ref(&renamed)).await.expect("kept");
        let before = units::tree_version(&mut tx).await.expect("read");
        units::tree_changes(&mut tx).await.expect("counted");
        assert_eq!(units::hold_tree_version(&mut tx).await.expect("held"), before + 1);
        assert_eq!(units::all(&mut tx).await.expect("read"), [unit(1, 0, 2), unit(2, 1, 1), renamed]);
        let page = people::page(&mut tx, (1, 1), None, Some(("lin xiao", lin.id)), 10).await.expect("listed");
        assert_eq!(page, std::slice::from_ref(&zhao));
        assert_eq!(people::page(&mut tx, (2, 9), None, None, 10).await.expect("listed"), []);
        assert_eq!(
            people::page(&mut tx, (0, 9), Some("晓"), None, 10).await.expect("listed"),
            std::slice::from_ref(&lin)
        );
        assert_eq!(people::page(&mut tx, (0, 9), Some("ZHAO"), None, 10).await.expect("listed"), [zhao]);
        assert_eq!(people::by_name(&mut tx, "林晓").await.expect("found"), std::slice::from_ref(&lin));
        let today = day("2026-03-03");
        assert_eq!(grants::of_person(&mut tx, lin.id, today).await.expect("listed"), std::slice::from_ref(&grant));
        assert!(grants::end(&mut tx, grant.id, day("2026-03-02")).await.expect("ended"));
        assert_eq!(grants::of_role(&mut tx, &"unit_head".into(), today).await.expect("listed"), []);
        assert_eq!(grants::all(&mut tx).await.expect("listed").len(), 1);
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn papers_and_files_come_back_byte_by_byte() {
    for trial in Trial::each().await {
        let paper = PaperRow {
            id: id(1),
            record: id(5),
            kind: "task_letter".into(),
            number: Some("任〔2026〕1号".to_owned()),
            title: "任务书".to_owned(),
            addressee: None,
            issued_on: day("2026-03-03"),
            source: "{ \"a\": 1 }".to_owned(),
            source_hash: "aa".to_owned(),
            docx: None,
            pdf: None,
            received_at: None,
            received_by: None,
            issued_by: Some(id(11)),
        };
        let content: Vec<u8> = (0..2_500_000_u32).map(|at| (at % 251) as u8).collect();
        let file = FileRow {
            id: id(9),
            name: "任务书.pdf".to_owned(),
            media: "application/pdf".to_owned(),
            size: content.len() as i64,
            hash: "bb".to_owned(),
            added_at: 1,
            added_by: None,
            record: None,
        };
        let mut tx = trial.db.begin().await.expect("begin");
        papers::insert(&mut tx, &paper).await.expect("kept");
        files::insert(&mut tx, &file, &content).await.expect("kept");
        papers::put_files(&mut tx, paper.id, None, Some(file.id)).await.expect("noted");
        papers::receive(&mut tx, paper.id, 77, id(12)).await.expect("received");
        assert!(matches!(papers::receive(&mut tx, paper.id, 78, id(13)).await, Err(StoreError::Stale)));
        files::attach(&mut tx, file.id, id(5)).await.expect("attached");
        assert!(matches!(files::attach(&mut tx, file.id, id(6)).await, Err(StoreError::Stale)));
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        let found = papers::by_number(&mut reader, "任〔2026〕1号").await.expect("asked").expect("there");
        assert_eq!((found.pdf, found.received_at, &found.source), (Some(file.id), Some(77), &paper.source));
        assert_eq!(files::content(&mut reader, file.id).await.expect("read"), content);
        assert_eq!(files::of_record(&mut reader, id(5)).await.expect("listed").len(), 1);
        let march = (day("2026-03-01"), day("2026-03-31"));
        assert_eq!(papers::issued(&mut reader, march, None, 5).await.expect("listed").len(), 1);
        let before = Some((day("2026-03-03"), paper.id));
        assert_eq!(papers::issued(&mut reader, march, before, 5).await.expect("listed"), []);
        drop(reader);
        let mut tx = trial.db.begin().await.expect("begin");
        let again = papers::insert(&mut tx, &PaperRow { id: id(2), ..paper }).await.expect_err("the number is taken");
        assert!(again.is_conflict_of("paper_number"), "{again:?}");
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn what_was_taken_out_of_the_outbox_is_not_taken_again_until_its_time() {
    for trial in Trial::each().await {
        let parcel = |number: u128, due_at: i64| OutboxRow {
            id: id(number),
            at: 10,
            kind: "mail".to_owned(),
            body: json!({ "to": "lin" }),
            due_at,
            tries: 0,
            done_at: None,
            failure: None,
            to: None,
            given_up: None,
        };
        let mail = ["mail"];
        let mut tx = trial.db.begin().await.expect("begin");
        outbox::put_many(&mut tx, &[parcel(1, 10), parcel(2, 20), parcel(3, 99)]).await.expect("put");
        let taken = outbox::take_due(&mut tx, &mail, (50, 80), 10).await.expect("taken");
        assert_eq!(taken.iter().map(|it| (it.id, it.tries)).collect::<Vec<_>>(), [(id(1), 1), (id(2), 1)]);
        assert_eq!(outbox::take_due(&mut tx, &mail, (50, 80), 10).await.expect("taken"), []);
        outbox::mark_done(&mut tx, id(1), 51).await.expect("marked");
        outbox::mark_failed(&mut tx, id(2), "no answer", 60).await.expect("marked");
        let again = outbox::take_due(&mut tx, &mail, (60, 90), 10).await.expect("taken");
        assert_eq!((again.len(), again[0].tries, again[0].failure.as_deref()), (1, 2, Some("no answer")));
        assert_eq!(outbox::waiting(&mut tx, 10).await.expect("listed").len(), 2);
        assert_eq!(outbox::drop_done(&mut tx, 52).await.expect("dropped"), 1);
        // What nobody tried is as if it had not been taken, and other kinds are left alone.
        outbox::put_back(&mut tx, id(2), 70).await.expect("put back");
        assert_eq!(outbox::take_due(&mut tx, &["webhook"], (99, 120), 10).await.expect("taken"), []);
        let again = outbox::take_due(&mut tx, &mail, (70, 90), 10).await.expect("taken");
        assert_eq!(again.iter().map(|it| (it.id, it.tries)).collect::<Vec<_>>(), [(id(2), 2)]);
        // A dead letter is tried when somebody says so.
        outbox::mark_failed(&mut tx, id(2), "no answer", outbox::NEVER).await.expect("marked");
        assert_eq!(deliveries::count_dead(&mut tx, 10).await.expect("counted"), 1);
        assert_eq!(outbox::take_due(&mut tx, &mail, (100, 120), 10).await.expect("taken").len(), 1, "the third");
        assert_eq!(deliveries::try_again(&mut tx, id(2), 100).await.expect("again"), 1);
        assert_eq!(outbox::take_due(&mut tx, &mail, (100, 120), 10).await.expect("taken")[0].tries, 1);
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn acts_make_one_chain_and_bind_the_rows_changed_before_them() {
    for trial in Trial::each().await {
        let told = |number: u128, kind: &'static str| Told {
            id: id(number),
            at: 10 * number as i64,
            kind,
            actor: None,
            actor_name: "时钟",
            detail: "{}".to_owned(),
            address: Some(format!("10.0.0.{number}")),
        };
        let mut tx = trial.db.begin().await.expect("begin");
        assert_eq!(acts::head(&mut tx).await.expect("asked"), None);
        let one = acts::tell(&mut tx, told(1, "signed_in"), None).await.expect("added");
        settings::put(&mut tx, "name", Some("甲")).await.expect("set");
        let two = acts::tell(&mut tx, told(2, "imported"), Some(&|words: &str| format!("code of {words}"))).await;
        let two = two.expect("added");
        assert_eq!((one.seq, &one.prior_hash, &one.rows_hash), (1, &None, &None));
        assert_eq!((two.seq, &two.prior_hash, two.rows_hash.is_some()), (2, &Some(one.hash.clone()), true));
        assert_eq!(acts::head(&mut tx).await.expect("asked"), Some((2, two.hash.clone())));
        let code = format!("code of 2 {}", two.hash);
        assert_eq!(acts::noted_head(&mut tx).await.expect("asked"), Some((2, Some(two.hash.clone()), Some(code))));
        for ask in [
            ActAsk { before: Some(2), ..ActAsk::default() },
            ActAsk { kinds: vec!["signed_in".to_owned()], ..ActAsk::default() },
            ActAsk { address: Some("10.0.0.1".to_owned()), ..ActAsk::default() },
            ActAsk { from_at: Some(5), until_at: Some(20), ..ActAsk::default() },
        ] {
            assert_eq!(acts::page(&mut tx, &ask, 9).await.expect("listed"), std::slice::from_ref(&one), "{ask:?}");
        }
        let later = ActAsk { from_at: Some(21), ..ActAsk::default() };
        assert_eq!(acts::page(&mut tx, &later, 9).await.expect("listed"), []);
        assert_eq!(acts::walk(&mut tx, 0, 9).await.expect("listed").len(), 2);
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn imports_know_their_rows_and_are_undone_once() {
    for trial in Trial::each().await {
        let batch = BatchRow {
            id: id(1),
            mechanism: "task_order".into(),
            kind: "import".to_owned(),
            file_name: Some("台账.xlsx".to_owned()),
            file_hash: Some("cc".to_owned()),
            at: 5,
            actor: Some(id(11)),
            count: 2,
            undone_at: None,
            detail: Some(json!({ "sheet": "2026" })),
        };
        let upload = UploadRow {
            id: id(2),
            owner: id(11),
            mechanism: None,
            file_name: "台账.xlsx".to_owned(),
            content: vec![1, 2, 3],
            mapping: None,
            at: 6,
        };
        let mechanism = &batch.mechanism;
        let mut tx = trial.db.begin().await.expect("begin");
        imports::insert_batch(&mut tx, &batch).await.expect("kept");
        let rows: Vec<(String, RecordId)> = (0..300).map(|number| (format!("f{number:03}"), id(number))).collect();
        imports::remember(&mut tx, mechanism, &rows).await.expect("remembered");
        let asked: Vec<String> = (290..900).map(|number| format!("f{number:03}")).collect();
        assert_eq!(imports::known(&mut tx, mechanism, &asked).await.expect("asked"), rows[290..]);
        assert_eq!(imports::forget(&mut tx, id(299)).await.expect("forgotten"), 1);
        assert_eq!(imports::batches_of_file(&mut tx, "cc").await.expect("found"), std::slice::from_ref(&batch));
        let mut changed = crate::trial::record(1);
        (changed.batch, changed.version) = (Some(batch.id), 2);
        let same = store::records::RecordRow { id: id(2), version: 1, ..changed.clone() };
        let came = [(changed, String::new()), (same, String::new())];
        store::records::insert_many(&mut tx, &came).await.expect("kept");
        assert_eq!(imports::count_moved_on(&mut tx, batch.id).await.expect("counted"), 1);
        assert_eq!(store::records::of_batch(&mut tx, batch.id, Some(id(1)), 9).await.expect("listed").len(), 1);
        imports::mark_undone(&mut tx, batch.id, 9).await.expect("undone");
        assert!(matches!(imports::mark_undone(&mut tx, batch.id, 9).await, Err(StoreError::Stale)));
        assert_eq!(imports::batches_of(&mut tx, mechanism, "import", 5).await.expect("found")[0].undone_at, Some(9));
        imports::insert_upload(&mut tx, &upload).await.expect("kept");
        imports::put_mapping(&mut tx, upload.id, mechanism, &json!({ "A": "title" })).await.expect("kept");
        let found = imports::find_upload(&mut tx, upload.id, id(11)).await.expect("asked").expect("there");
        assert_eq!((found.content, found.mapping), (vec![1, 2, 3], Some(json!({ "A": "title" }))));
        assert_eq!(imports::find_upload(&mut tx, upload.id, id(12)).await.expect("asked"), None);
        assert_eq!(imports::drop_uploads_before(&mut tx, 7).await.expect("dropped"), 1);
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_lease_is_held_by_one_until_its_time_is_over() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        assert!(duties::take_lease(&mut tx, "clock", "a", 100, 200).await.expect("asked"));
        assert!(!duties::take_lease(&mut tx, "clock", "b", 150, 250).await.expect("asked"));
        assert!(duties::take_lease(&mut tx, "clock", "a", 150, 250).await.expect("renewed"));
        assert!(duties::take_lease(&mut tx, "clock", "b", 250, 350).await.expect("taken"));
        duties::give_lease_back(&mut tx, "clock", "b").await.expect("given back");
        assert!(duties::take_lease(&mut tx, "clock", "a", 260, 350).await.expect("taken"));
        let run = |number: u128, duty: &str, at: i64| DutyRunRow {
            id: id(number),
            duty: duty.to_owned(),
            at,
            done: 1,
            skipped: 2,
            failed: 0,
            detail: None,
        };
        for it in [run(1, "warn", 10), run(2, "warn", 20), run(3, "seal", 15)] {
            duties::insert_run(&mut tx, &it).await.expect("kept");
        }
        assert_eq!(duties::last_runs(&mut tx).await.expect("listed"), [run(3, "seal", 15), run(2, "warn", 20)]);
        assert_eq!(duties::runs_of(&mut tx, "warn", 1).await.expect("listed"), [run(2, "warn", 20)]);
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_form_sent_twice_is_known_the_second_time() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        assert_eq!(idempotency::put_if_absent(&mut tx, "k", 1).await.expect("asked"), Key::New);
        assert_eq!(idempotency::put_if_absent(&mut tx, "k", 2).await.expect("asked"), Key::Known(None));
        idempotency::put_answer(&mut tx, "k", "/records/1").await.expect("kept");
        let known = Key::Known(Some("/records/1".to_owned()));
        assert_eq!(idempotency::put_if_absent(&mut tx, "k", 3).await.expect("asked"), known);
        assert_eq!(idempotency::drop_before(&mut tx, 2).await.expect("dropped"), 1);
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn notices_are_unread_until_they_are_read() {
    for trial in Trial::each().await {
        let notice = |number: u128| NoticeRow {
            id: id(number),
            person: id(11),
            record: Some(id(5)),
            at: 10,
            kind: "warned".to_owned(),
            words: "还有3个工作日".to_owned(),
            read_at: None,
        };
        let mut tx = trial.db.begin().await.expect("begin");
        notices::insert_many(&mut tx, &[notice(1), notice(2), notice(3)]).await.expect("told");
        assert_eq!(notices::count_unread(&mut tx, id(11), 2).await.expect("counted"), 2);
        assert_eq!(notices::mark_read(&mut tx, id(11), Some(id(2)), 20).await.expect("marked"), 1);
        assert_eq!(notices::unread(&mut tx, id(11), 9).await.expect("listed"), [notice(3), notice(1)]);
        assert_eq!(notices::mark_read(&mut tx, id(12), None, 20).await.expect("marked"), 0);
        assert_eq!(notices::mark_read(&mut tx, id(11), None, 21).await.expect("marked"), 2);
        let older = notices::of_person(&mut tx, id(11), Some(id(3)), 9).await.expect("listed");
        assert_eq!(older.iter().map(|it| it.read_at).collect::<Vec<_>>(), [Some(20), Some(21)]);
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn settings_definitions_calendars_and_views_come_back() {
    for trial in Trial::each().await {
        let definition = DefinitionRow {
            hash: "h".to_owned(),
            mechanism: "task_order".into(),
            source: "matter …".to_owned(),
            taken_at: 1,
        };
        let year =
            |source: &str| CalendarYearRow { year: 2026, source: source.to_owned(), taken_at: 1, taken_by: None };
        let view = |number: u128| ViewRow {
            id: id(number),
            person: id(11),
            mechanism: "task_order".into(),
            name: "本周到期".to_owned(),
            query: Some("due=week".to_owned()),
            made_at: 1,
        };
        let mut tx = trial.db.begin().await.expect("begin");
        settings::put(&mut tx, "name", Some("某区委组织部")).await.expect("set");
        settings::put(&mut tx, "name", None).await.expect("emptied");
        assert_eq!(settings::find(&mut tx, "name").await.expect("read"), None);
        assert_eq!(settings::all(&mut tx).await.expect("read"), [("name".to_owned(), None)]);
        assert!(definitions::put(&mut tx, &definition).await.expect("kept"));
        assert!(!definitions::put(&mut tx, &definition).await.expect("known"));
        assert_eq!(definitions::find(&mut tx, "h").await.expect("read"), Some(definition.clone()));
        assert_eq!(definitions::of_mechanism(&mut tx, &definition.mechanism).await.expect("read"), [definition]);
        calendar_years::put(&mut tx, &year("a")).await.expect("kept");
        calendar_years::put(&mut tx, &year("b")).await.expect("kept");
        assert_eq!(calendar_years::all(&mut tx).await.expect("read"), [year("b")]);
        saved_views::insert(&mut tx, &view(1)).await.expect("saved");
        assert_eq!(saved_views::of_person(&mut tx, id(11), &"task_order".into()).await.expect("read"), [view(1)]);
        assert!(!saved_views::remove(&mut tx, id(12), id(1)).await.expect("not theirs"));
        let twice = saved_views::insert(&mut tx, &view(2)).await.expect_err("the name is taken");
        assert!(twice.is_conflict_of("saved_view_name"), "{twice:?}");
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_copy_is_complete_and_never_overwrites() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        crate::figures::keep_some(&mut tx).await;
        tx.commit().await.expect("commit");
        let copy = trial.folder_for_copy();
        if trial.is_sqlite() {
            trial.db.analyze().await.expect("analyzed");
            trial.db.backup(&copy).await.expect("copied");
            assert!(trial.db.backup(&copy).await.is_err(), "the copy is there already");
            let url = format!("sqlite://{}", copy.display());
            let again = store::Db::open(&url, store::Options::default()).await.expect("the copy opens");
            assert_eq!(again.faults().await.expect("checked"), Vec::<String>::new());
            assert_eq!(again.size().await.expect("asked").rows, trial.db.size().await.expect("asked").rows);
        } else {
            let refused = trial.db.backup(&copy).await.expect_err("not from here");
            assert!(format!("{refused:?}").contains("pg_dump"));
            assert!(trial.db.size().await.expect("asked").bytes > 0);
        }
        trial.end().await;
    }
}

#[tokio::test]
async fn another_site_sees_nothing_of_this_one() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        units::insert_many(&mut tx, &[unit(1, 0, 0)]).await.expect("kept");
        settings::put(&mut tx, "name", Some("甲")).await.expect("set");
        tx.commit().await.expect("commit");
        let other = trial.db.at_site(2);
        let mut reader = other.read().await.expect("a reader");
        assert_eq!(units::find(&mut reader, id::<UnitId>(1)).await.expect("asked"), None);
        assert_eq!(settings::find(&mut reader, "name").await.expect("asked"), None);
        let figure = FigureId::from("f");
        assert_eq!(store::figures::all_of(&mut reader, &figure).await.expect("asked"), Default::default());
        drop(reader);
        trial.end().await;
    }
}
