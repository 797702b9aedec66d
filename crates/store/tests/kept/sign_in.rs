//! Are accounts, sessions, failures and second factors kept as they must be?

use store::accounts::{self, AccountRow, Which};
use store::second_factors::{self, SecondFactorRow};
use store::sessions::{self, SessionRow};
use store::sign_in_failures as failures;

use crate::trial::{Trial, day, id};

fn account(number: u128, login: &str) -> AccountRow {
    AccountRow {
        id: id(number),
        person: id(11),
        login_name: login.to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        must_change: true,
        password_set_at: Some(5),
        made_at: Some(4),
        last_in_at: None,
        ended_on: None,
        ended_why: None,
    }
}

#[tokio::test]
async fn a_login_name_is_taken_once_and_lists_show_what_is_asked_for() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        accounts::insert(&mut tx, &account(1, "lin")).await.expect("kept");
        let ended =
            AccountRow { ended_on: Some(day("2026-03-05")), ended_why: Some("left".to_owned()), ..account(2, "wu") };
        accounts::insert(&mut tx, &ended).await.expect("kept");
        accounts::came_in(&mut tx, id(1), 900).await.expect("noted");
        assert_eq!(accounts::find(&mut tx, id(1)).await.expect("found").and_then(|it| it.last_in_at), Some(900));
        let mut names = Vec::new();
        for which in [Which::All, Which::InUse, Which::Ended, Which::First] {
            let page = accounts::page(&mut tx, which, None, 10).await.expect("listed");
            names.push(page.into_iter().map(|it| it.login_name).collect::<Vec<_>>().join(" "));
        }
        assert_eq!(names, ["lin wu", "lin", "wu", "lin"]);
        for (at, hash) in [(1, "a"), (2, "b"), (3, "c")] {
            accounts::remember_password(&mut tx, id(1), at, hash, 2).await.expect("remembered");
        }
        assert_eq!(accounts::old_passwords(&mut tx, id(1), 5).await.expect("listed"), ["c", "b"]);
        tx.commit().await.expect("commit");
        let mut tx = trial.db.begin().await.expect("begin");
        let taken = accounts::insert(&mut tx, &account(3, "lin")).await.expect_err("the name is taken");
        assert!(taken.is_conflict_of("account_login_name"), "{taken:?}");
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_session_goes_on_under_another_token_and_ends() {
    for trial in Trial::each().await {
        let session = SessionRow {
            token_hash: vec![7; 32],
            id: id(70),
            account: id(1),
            way: "password".to_owned(),
            stage: "code".to_owned(),
            opened_at: 100,
            seen_at: 100,
            ends_at: 200,
            address: Some("10.0.0.1".to_owned()),
            agent: None,
        };
        let mut tx = trial.db.begin().await.expect("begin");
        sessions::open(&mut tx, &session).await.expect("opened");
        assert_eq!(sessions::at(&mut tx, &[7; 32], 150).await.expect("found"), Some(session.clone()));
        assert_eq!(sessions::at(&mut tx, &[7; 32], 200).await.expect("found"), None);
        assert!(sessions::turn(&mut tx, &[7; 32], &[8; 32], "in", 300).await.expect("turned"));
        assert!(!sessions::turn(&mut tx, &[7; 32], &[9; 32], "in", 300).await.expect("turned"));
        sessions::seen(&mut tx, &[8; 32], 190).await.expect("seen");
        let now = sessions::of_account(&mut tx, id(1)).await.expect("listed");
        let turned =
            SessionRow { token_hash: vec![8; 32], stage: "in".to_owned(), seen_at: 190, ends_at: 300, ..session };
        assert_eq!(now, [turned]);
        assert!(!sessions::close_one(&mut tx, id(2), id(70)).await.expect("asked"), "it is somebody else's");
        assert_eq!(sessions::close_all(&mut tx, id(1), Some(&[8; 32])).await.expect("closed"), 0);
        assert_eq!(sessions::drop_ended(&mut tx, 150).await.expect("dropped"), 0);
        assert!(sessions::close_one(&mut tx, id(1), id(70)).await.expect("closed"));
        assert!(!sessions::close(&mut tx, &[8; 32]).await.expect("asked"));
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn failures_in_a_row_are_counted_until_a_pause() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        assert_eq!(failures::count(&mut tx, "name:a", 100, 0).await.expect("counted"), 1);
        assert_eq!(failures::count(&mut tx, "name:a", 110, 0).await.expect("counted"), 2);
        failures::hold(&mut tx, "name:a", 500).await.expect("held");
        let found = failures::of(&mut tx, &["name:a", "name:b"]).await.expect("found");
        assert_eq!((found.len(), found[0].failures, found[0].held_until_at), (1, 2, 500));
        assert_eq!(failures::count(&mut tx, "name:a", 900, 600).await.expect("counted"), 1);
        assert_eq!(failures::drop_before(&mut tx, 900).await.expect("dropped"), 0);
        assert!(failures::forget(&mut tx, "name:a").await.expect("forgotten"));
        assert!(!failures::forget(&mut tx, "name:a").await.expect("asked"));
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn a_code_is_used_once_and_never_after_a_later_one() {
    for trial in Trial::each().await {
        let factor = SecondFactorRow { account: id(1), secret: "sealed".to_owned(), confirmed_at: 5, last_step: 0 };
        let mut tx = trial.db.begin().await.expect("begin");
        second_factors::put(&mut tx, &factor).await.expect("kept");
        assert_eq!(second_factors::find(&mut tx, id(1)).await.expect("found"), Some(factor.clone()));
        assert_eq!(second_factors::of_accounts(&mut tx, &[id(1), id(2)]).await.expect("listed"), [id(1)]);
        let mut used = Vec::new();
        for step in [40, 40, 39, 41] {
            used.push(second_factors::use_step(&mut tx, id(1), step).await.expect("asked"));
        }
        assert_eq!(used, [true, false, false, true]);
        second_factors::put_recovery_codes(&mut tx, id(1), &[vec![1], vec![2]]).await.expect("kept");
        assert!(second_factors::use_recovery_code(&mut tx, id(1), &[1], 7).await.expect("used"));
        assert!(!second_factors::use_recovery_code(&mut tx, id(1), &[1], 8).await.expect("asked"));
        assert!(!second_factors::use_recovery_code(&mut tx, id(2), &[2], 8).await.expect("asked"));
        assert_eq!(second_factors::recovery_codes_left(&mut tx, id(1)).await.expect("counted"), 1);
        assert!(second_factors::remove(&mut tx, id(1)).await.expect("removed"));
        drop(tx);
        trial.end().await;
    }
}
