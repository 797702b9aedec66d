//! Does the demo hold? It is made by real commands, shows every state, and stands up to verification.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use app::Ctx;
use app::commands::upkeep;
use app::keys::Keys;
use app::office::Office;
use jiff::civil::date;
use kernel::authority::Actor;
use kernel::ids::{MechanismId, StateId};
use server::{clock, definitions, demo};
use store::{Db, Options};

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("zugong-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder takes files");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn district(folder: &Folder) -> Arc<Office> {
    let options = Options { durable: false, ..Options::default() };
    let db =
        Db::open(&format!("sqlite://{}", folder.0.join("demo.db").display()), options).await.expect("a new file opens");
    db.migrate().await.expect("an empty database takes the tables");
    let (definitions, problems) = definitions::load(None).expect("the definitions are inside");
    assert_eq!(problems, []);
    let today = date(2026, 6, 10);
    let office =
        Office::open(db, definitions, None, Some(Keys::new([7; app::keys::LENGTH])), clock::moment(today, 0, 0))
            .await
            .expect("the office opens");
    demo::district(&office, today, "geheim").await.expect("the demo is made");
    office
}

fn ctx(office: &Arc<Office>) -> Ctx {
    let today = date(2026, 6, 10);
    office.ctx(Actor::Clock, None, clock::moment(today, 9, 0), today, "test".to_owned())
}

async fn states(ctx: &Ctx, mechanism: &str) -> BTreeSet<String> {
    let mut conn = ctx.office.db.read().await.expect("a reader is free");
    let rows = store::records::walk(&mut conn, Some(&MechanismId::from(mechanism)), None, 1_000)
        .await
        .expect("records are read");
    rows.into_iter().map(|row| row.state.to_string()).collect()
}

#[tokio::test]
async fn the_demo_has_a_record_in_every_state_and_its_journal_and_figures_hold() {
    let folder = Folder::new("demo-states");
    let office = district(&folder).await;
    let ctx = ctx(&office);
    for mechanism in ctx.catalog().mechanisms.values() {
        let all: BTreeSet<String> = mechanism.states.iter().map(|state| state.id.to_string()).collect();
        assert_eq!(states(&ctx, mechanism.id.as_str()).await, all, "{}", mechanism.name);
    }
    let evidence = upkeep::evidence(&ctx).await.unwrap().into_iter().map(|part| part.verified);
    for verified in evidence.chain([upkeep::figures::verify(&ctx).await.unwrap()]) {
        assert_eq!(verified.differences, []);
        assert!(verified.looked_at > 0);
    }
    assert_eq!(demo::password(&office).await.unwrap().as_deref(), Some("geheim"));
}

#[tokio::test]
async fn a_record_changed_behind_its_journal_is_found_in_the_database_and_in_its_copy() {
    let folder = Folder::new("demo-changed");
    let office = district(&folder).await;
    let ctx = ctx(&office);
    let mut tx = office.db.begin().await.unwrap();
    let rows = store::records::walk(&mut tx, None, None, 1_000).await.unwrap();
    let was = rows.into_iter().find(|row| row.state == "underway").unwrap();
    let mut row = was.clone();
    row.state = StateId::from("closed");
    store::records::update(&mut tx, &was, &row).await.unwrap();
    tx.commit().await.unwrap();
    let found = upkeep::journal::verify(&ctx).await.unwrap();
    assert_eq!(found.differences.len(), 2);
    assert_eq!(found.differences[0].words, "状态现为“closed”，按日志应为“underway”");
    assert!(found.differences[1].words.ends_with("被改动过，与日志不符"), "{:?}", found.differences[1]);
    assert!(!upkeep::figures::verify(&ctx).await.unwrap().holds());
    let copy = folder.0.join("copy.db");
    upkeep::backup::backup(&ctx, &copy).await.unwrap();
    assert!(upkeep::backup::backup(&ctx, &copy).await.is_err(), "a copy is never written over a file");
    let db = Db::open(&format!("sqlite://{}", copy.display()), Options::default()).await.unwrap();
    let (definitions, _) = definitions::load(None).unwrap();
    let office = Office::open(db, definitions, None, None, ctx.now).await.unwrap();
    let found = upkeep::journal::verify(&Ctx { office, ..ctx }).await.unwrap();
    assert_eq!(found.different, 2);
}

#[tokio::test]
async fn a_changed_definition_says_which_records_it_touches() {
    let folder = Folder::new("demo-impact");
    let office = district(&folder).await;
    let shorter = definitions::shipped().into_iter().map(|mut file| {
        if &*file.path == "supervision/task_order.kdl" {
            let text = file.text.replace(
                "\"title\"      \"任务名称\" text     required=#true max=600",
                "\"title\" \"任务名称\" text required=#true max=10",
            );
            assert_ne!(*text, *file.text);
            file.text = text.into();
        }
        file
    });
    let (changed, problems) = app::office::read_definitions(shorter.collect());
    assert_eq!(problems, []);
    let found = upkeep::impact::impact(&office.db, &changed).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].open > 5 && found[0].closed > 3, "{found:?}");
    let (same, _) = definitions::load(None).unwrap();
    assert_eq!(upkeep::impact::impact(&office.db, &same).await.unwrap(), []);
}
