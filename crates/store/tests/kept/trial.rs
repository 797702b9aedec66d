//! Where does a test keep things? In a file of its own, and in a schema of its own.
//!
//! Never in a place that outlives the test.

use std::path::PathBuf;

use jiff::civil::Date;
use kernel::authority::{Sight, Subtree};
use kernel::ids::{RecordId, UnitId};
use serde_json::json;
use store::records::{RecordRow, Written};
use store::{Db, Dialect, Options};
use uuid::Uuid;

/// One empty database.
pub(crate) struct Trial {
    pub(crate) db: Db,
    pub(crate) url: String,
    folder: Option<PathBuf>,
    schema: Option<String>,
}

impl Trial {
    /// An empty SQLite file whose commits are durable.
    pub(crate) async fn durable() -> Self {
        Self::sqlite(true).await
    }

    async fn sqlite(durable: bool) -> Self {
        let folder = std::env::temp_dir().join(format!("zugong-store-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).expect("a folder for the test");
        let url = format!("sqlite://{}/trial.db", folder.display());
        Self::open(url, durable, Some(folder), None).await
    }

    /// An empty database of every kind at hand.
    #[expect(clippy::disallowed_methods, reason = "the one setting of these tests")]
    pub(crate) async fn each() -> Vec<Self> {
        let mut trials = vec![Self::sqlite(false).await];
        if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
            let schema = format!("t{}", Uuid::new_v4().simple());
            let join = if server.contains('?') { '&' } else { '?' };
            trials.push(Self::open(format!("{server}{join}schema={schema}"), false, None, Some(schema)).await);
        }
        trials
    }

    async fn open(url: String, durable: bool, folder: Option<PathBuf>, schema: Option<String>) -> Self {
        let options = Options { durable, answers: false, ..Options::default() };
        let db = Db::open(&url, options).await.expect("the database opens");
        db.migrate().await.expect("the schema comes up");
        Self { db, url, folder, schema }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.db.dialect() == Dialect::Sqlite
    }

    /// A place for a copy, which goes away with the test.
    pub(crate) fn folder_for_copy(&self) -> PathBuf {
        let folder = self.folder.clone().unwrap_or_else(std::env::temp_dir);
        folder.join("it's a copy.db")
    }

    /// Clears away what the test left.
    pub(crate) async fn end(self) {
        if let Some(schema) = &self.schema {
            let mut tx = self.db.begin().await.expect("begin");
            tx.run(format!("DROP SCHEMA {schema} CASCADE"), Vec::new()).await.expect("drop the schema");
            tx.commit().await.expect("commit");
        }
        self.db.close().await;
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // A folder that stays behind in the temporary files hurts nobody.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// An id that sorts by its number.
pub(crate) fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number))
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// An open record with a number for its id.
pub(crate) fn record(number: u128) -> RecordRow {
    RecordRow {
        id: id::<RecordId>(number),
        mechanism: "task_order".into(),
        definition: "d1".to_owned(),
        number: Some(format!("任〔2026〕{number}号")),
        title: format!("第{number}项任务"),
        state: "underway".into(),
        unit: id::<UnitId>(7),
        unit_ord: 7,
        holder: Some("unit_head".into()),
        due_on: Some(day("2026-03-10")),
        opened_on: day("2026-01-05"),
        closed_on: None,
        version: 1,
        facts: Written::of(&json!({ "title": format!("第{number}项任务"), "progress": "40" })),
        batch: None,
        past_units: Vec::new(),
        flow: None,
    }
}

/// Everything in these intervals of units is seen.
pub(crate) fn over(units: &[(i64, i64)]) -> Sight {
    Sight::over(units.iter().map(|(first, last)| Subtree { first: *first, last: *last }).collect())
}
