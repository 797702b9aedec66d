//! Does a commit hold? Together with others, alone, cancelled, failed, and after opening the file again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use store::{Db, Options, RunAgain as _, StoreError, Tx, records};

use crate::trial::{Trial, id, record};

async fn count(db: &Db) -> i64 {
    let mut reader = db.read().await.expect("a reader");
    let row = reader.find("SELECT COUNT(*) FROM record", Vec::new()).await.expect("counted");
    row.expect("one row").int(0).expect("a number")
}

async fn keep(db: &Db, number: u128) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    records::insert(&mut tx, &record(number), "督查").await?;
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_come_together_are_all_there_when_the_file_is_opened_again() {
    let trial = Trial::durable().await;
    let commands = (1..=200).map(|number| {
        let db = trial.db.clone();
        tokio::spawn(async move { keep(&db, number).await })
    });
    for command in commands.collect::<Vec<_>>() {
        command.await.expect("the task ends").expect("the command is done");
    }
    // The first handle is still open: nothing is flushed by closing it.
    let again = Db::open(&trial.url, Options::default()).await.expect("the file opens again");
    assert_eq!(count(&again).await, 200);
    trial.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_fails_among_others_takes_only_itself_back() {
    for trial in Trial::each().await {
        keep(&trial.db, 1).await.expect("the first is kept");
        let commands = (1..=60).map(|number| {
            let db = trial.db.clone();
            tokio::spawn(async move {
                let mut tx = db.begin().await?;
                records::insert(&mut tx, &record(1000 + number), "").await?;
                if number % 3 == 0 {
                    // The id of the record that is already there.
                    records::insert(&mut tx, &record(1), "").await?;
                }
                tx.commit().await
            })
        });
        let mut refused = 0;
        for command in commands.collect::<Vec<_>>() {
            match command.await.expect("the task ends") {
                Ok(()) => {}
                Err(error) => {
                    assert!(error.is_conflict_of("record_pkey"), "{error:?}");
                    refused += 1;
                }
            }
        }
        assert_eq!((refused, count(&trial.db).await), (20, 41));
        trial.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_is_given_up_midway_leaves_nothing_and_holds_nobody_up() {
    for trial in Trial::each().await {
        for number in 1..=40 {
            let db = trial.db.clone();
            let given_up = tokio::spawn(async move {
                let mut tx = db.begin().await.expect("begin");
                records::insert(&mut tx, &record(number), "").await.expect("insert");
                std::future::pending::<()>().await;
                tx.commit().await
            });
            // Some are given up while they wait for the pen, some in the middle.
            if number % 2 == 0 {
                tokio::task::yield_now().await;
            }
            let db = trial.db.clone();
            let other = tokio::spawn(async move { keep(&db, 1000 + number).await });
            tokio::task::yield_now().await;
            given_up.abort();
            let done = tokio::time::timeout(Duration::from_secs(5), other).await.expect("nobody waits for ever");
            done.expect("the task ends").expect("the other command is done");
        }
        assert_eq!(count(&trial.db).await, 40);
        trial.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_that_are_given_up_while_they_wait_do_not_hold_the_others_up() {
    let trial = Trial::durable().await;
    let told = Arc::new(AtomicUsize::new(0));
    let commands: Vec<_> = (1..=120)
        .map(|number| {
            let (db, told) = (trial.db.clone(), Arc::clone(&told));
            tokio::spawn(async move {
                let limit = Duration::from_micros(if number % 2 == 0 { 300 } else { 5_000_000 });
                if let Ok(Ok(())) = tokio::time::timeout(limit, keep(&db, number)).await {
                    told.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for command in commands {
        command.await.expect("the task ends");
    }
    let kept = count(&trial.db).await;
    let told = told.load(Ordering::SeqCst);
    // Whoever was told is kept; one who gave up in the last moment may be kept as well.
    assert!(told >= 60 && kept >= told as i64 && kept <= 120, "told {told}, kept {kept}");
    keep(&trial.db, 5000).await.expect("the pen is free");
    trial.end().await;
}

#[tokio::test]
async fn nothing_is_seen_before_the_commit_and_a_dropped_transaction_never_was() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        records::insert(&mut tx, &record(1), "").await.expect("insert");
        assert_eq!(count(&trial.db).await, 0);
        drop(tx);
        keep(&trial.db, 2).await.expect("the next one writes");
        assert_eq!(count(&trial.db).await, 1);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_snapshot_sees_one_moment() {
    for trial in Trial::each().await {
        let mut before = trial.db.snapshot().await.expect("a snapshot");
        assert!(records::find(&mut before, id(1)).await.expect("asked").is_none());
        keep(&trial.db, 1).await.expect("kept");
        assert!(records::find(&mut before, id(1)).await.expect("asked").is_none());
        drop(before);
        let mut after = trial.db.snapshot().await.expect("a snapshot");
        assert!(records::find(&mut after, id(1)).await.expect("asked").is_some());
        drop(after);
        trial.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_side_by_side_see_the_same_moment_while_others_write() {
    for trial in Trial::each().await {
        let stop = Arc::new(AtomicUsize::new(0));
        let writing = tokio::spawn({
            let (db, stop) = (trial.db.clone(), stop.clone());
            async move {
                let mut number = 0;
                while stop.load(Ordering::SeqCst) == 0 {
                    number += 1;
                    keep(&db, number).await.expect("kept");
                }
            }
        });
        for _ in 0..50 {
            let (mut one, more) = trial.db.snapshots(2).await.expect("snapshots");
            assert!(!more.is_empty(), "there are several");
            let counts = "SELECT COUNT(*) FROM record";
            let first = one.find(counts, []).await.expect("asked").expect("a row").int(0).expect("a number");
            for mut next in more {
                let row = next.find(counts, []).await.expect("asked").expect("a row");
                assert_eq!(row.int(0).expect("a number"), first);
            }
        }
        stop.store(1, Ordering::SeqCst);
        writing.await.expect("the writer ends");
        assert!(count(&trial.db).await > 0);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_transaction_that_must_run_again_does_and_one_that_failed_does_not() {
    for trial in Trial::each().await {
        let tries = &AtomicUsize::new(0);
        let done = trial.db.transact(|mut tx| async move {
            records::insert(&mut tx, &record(1), "").await?;
            let again = StoreError::Retry { source: std::io::Error::other("a deadlock").into() };
            match tries.fetch_add(1, Ordering::SeqCst) {
                0 | 1 => Err(again),
                before => Ok((tx, before)),
            }
        });
        assert_eq!(done.await.expect("the third time works"), 2);
        let failed = trial.db.transact(|mut tx| async move {
            tries.fetch_add(1, Ordering::SeqCst);
            records::insert(&mut tx, &record(1), "").await?;
            Ok((tx, ()))
        });
        let failed: StoreError = failed.await.expect_err("it is there already");
        assert!(!failed.run_again());
        assert_eq!(tries.load(Ordering::SeqCst), 4);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_transaction_inside_a_task_can_be_sent() {
    let trial = Trial::durable().await;
    let db = trial.db.clone();
    let task = tokio::spawn(async move {
        let number = &9;
        let work = |mut tx: Tx| async move {
            records::insert(&mut tx, &record(*number), "").await?;
            Ok::<_, StoreError>((tx, ()))
        };
        db.transact(work).await
    });
    task.await.expect("the task ends").expect("kept");
    trial.end().await;
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let trial = Trial::durable().await;
    let mut reader = trial.db.read().await.expect("a reader");
    assert!(records::insert(&mut reader, &record(1), "").await.is_err());
    drop(reader);
    trial.end().await;
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    assert!(Db::open("mysql://x", Options::default()).await.is_err());
    assert!(Db::open("sqlite:///no/such/folder/x.db", Options::default()).await.is_err());
    assert!(Db::open("postgres://h/d?schema=Robert'); --", Options::default()).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_come_together_share_a_commit() {
    let trial = Trial::durable().await;
    let (alone, commits) = rate(&trial.db, 1, 200, 0).await;
    assert_eq!(commits, 200);
    let (together, commits) = rate(&trial.db, 8, 200, 100_000).await;
    eprintln!("one writer {alone:.0} commands/s, eight {together:.0} commands/s with {commits} commits for 1600");
    // One commit for eight is usual; a third would still be sharing.
    assert!(commits < 600, "{commits} commits for 1600 commands");
    trial.end().await;
}

/// Commands a second, and the commits that they took.
async fn rate(db: &Db, clients: u128, each: u128, first: u128) -> (f64, usize) {
    let (start, before) = (Instant::now(), db.commits().expect("it is SQLite"));
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let db = db.clone();
            tokio::spawn(async move {
                for number in 0..each {
                    keep(&db, first + client * 10_000 + number + 1).await.expect("kept");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task ends");
    }
    let commits = db.commits().expect("it is SQLite") - before;
    ((clients * each) as f64 / start.elapsed().as_secs_f64(), commits)
}
