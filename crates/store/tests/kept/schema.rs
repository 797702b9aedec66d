//! Do both databases hold the same tables?

use std::collections::BTreeMap;

use store::Db;

use crate::trial::Trial;

/// Table and column → type and whether it may be empty.
type Columns = BTreeMap<String, String>;

async fn asked(db: &Db, sql: &'static str) -> Columns {
    let mut reader = db.read().await.expect("a reader");
    let rows = reader.list(sql, Vec::new()).await.expect("the columns");
    let pair = |row: &store::Row| (row.text(0).expect("a column"), row.text(1).expect("a type"));
    rows.iter()
        .map(pair)
        .filter(|(name, _)| !name.starts_with("record_words") && !name.starts_with("record_text"))
        .collect()
}

const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || c.name, LOWER(c.type) || CASE WHEN c.\"notnull\" = 1 THEN ' not null' ELSE '' END \
     FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'";
const POSTGRES_COLUMNS: &str = "SELECT table_name || '.' || column_name, \
     CASE data_type WHEN 'bytea' THEN 'blob' ELSE data_type END || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END \
     FROM information_schema.columns WHERE table_schema = current_schema()";
const SQLITE_INDEXES: &str = "SELECT m.tbl_name || '.' || m.name, LOWER(SUBSTR(m.sql, INSTR(m.sql, ' ON '))) \
     FROM sqlite_master m WHERE m.type = 'index' AND m.sql IS NOT NULL";
/// PostgreSQL says `IN` in its own words; said back, both say the same.
const POSTGRES_INDEXES: &str = "SELECT tablename || '.' || indexname, \
     ' on ' || tablename || ' ' || REPLACE(REPLACE(REPLACE(REPLACE(SUBSTR(indexdef, STRPOS(indexdef, '(')), \
     '::text', ''), ' WHERE (', ' where '), ' = ANY (ARRAY[', ' in ('), ']))', ')') \
     FROM pg_indexes WHERE schemaname = current_schema() AND indexname NOT LIKE '%pkey'";

#[tokio::test]
async fn both_databases_have_the_same_columns_and_indexes() {
    let trials = Trial::each().await;
    let columns = asked(&trials[0].db, SQLITE_COLUMNS).await;
    let indexes = asked(&trials[0].db, SQLITE_INDEXES).await;
    assert!(columns.len() > 150 && indexes.len() > 30, "{} columns, {} indexes", columns.len(), indexes.len());
    assert_eq!(columns["record.due_on"], "text not null");
    if let Some(postgres) = trials.get(1) {
        assert_eq!(columns, asked(&postgres.db, POSTGRES_COLUMNS).await);
        assert_eq!(indexes, asked(&postgres.db, POSTGRES_INDEXES).await);
    }
    for trial in trials {
        trial.end().await;
    }
}

/// Table and, in their order, the columns of its primary key.
const SQLITE_KEYS: &str = "SELECT m.name || ' ' || COALESCE((SELECT GROUP_CONCAT(name) FROM \
     (SELECT c.name FROM pragma_table_info(m.name) c WHERE c.pk > 0 ORDER BY c.pk)), ''), '' \
     FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'record_words%'";

#[tokio::test]
async fn every_table_has_a_rule_that_says_why_its_rows_are_to_be_believed() {
    let trial = Trial::durable().await;
    let mut reader = trial.db.read().await.expect("a reader");
    let rows = reader.list(SQLITE_KEYS, Vec::new()).await.expect("the tables");
    let mut tables: Vec<String> = rows.iter().map(|row| row.text(0).expect("a name").trim().to_owned()).collect();
    drop(reader);
    tables.sort();
    let with_rule = |table: &store::evidence::Table| {
        let site = table.of_site.then_some("site");
        let key: Vec<&str> = site.into_iter().chain(table.key.iter().copied()).collect();
        match table.name {
            // Its key is the number of the row in the index of words.
            "record_text" => "record_text row_".to_owned(),
            name => format!("{name} {}", key.join(",")),
        }
    };
    let mut ruled: Vec<String> = store::evidence::TABLES.iter().map(with_rule).collect();
    ruled.sort();
    let sorted = |line: &String| {
        let (name, key) = line.split_once(' ').unwrap_or((line, ""));
        let mut key: Vec<&str> = key.split(',').collect();
        key.sort_unstable();
        format!("{name} {}", key.join(","))
    };
    let (tables, ruled): (Vec<_>, Vec<_>) = (tables.iter().map(sorted).collect(), ruled.iter().map(sorted).collect());
    assert_eq!(tables, ruled, "each table of the schema needs a line in store::evidence::TABLES");
    trial.end().await;
}

#[tokio::test]
async fn a_changed_row_that_no_act_tells_of_is_not_committed() {
    let trial = Trial::durable().await;
    let strict = store::Db::open(&trial.url, store::Options::default()).await.expect("opens");
    let mut tx = strict.begin().await.expect("begin");
    store::settings::put(&mut tx, "name", Some("甲")).await.expect("set");
    let refused = tx.commit().await.expect_err("no act tells of it");
    assert!(format!("{refused:?}").contains("rows of setting"), "{refused:?}");
    let mut reader = strict.read().await.expect("a reader");
    assert_eq!(store::settings::find(&mut reader, "name").await.expect("asked"), None);
    drop(reader);
    strict.close().await;
    trial.end().await;
}

#[tokio::test]
async fn coming_up_a_second_time_changes_nothing() {
    for trial in Trial::each().await {
        assert_eq!(trial.db.migrate().await.expect("again"), 0);
        assert!(trial.db.is_migrated().await.expect("asked"));
        trial.end().await;
    }
}
