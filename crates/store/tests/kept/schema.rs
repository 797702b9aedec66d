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
const POSTGRES_INDEXES: &str = "SELECT tablename || '.' || indexname, \
     ' on ' || tablename || ' ' || SUBSTR(indexdef, STRPOS(indexdef, '(')) \
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

#[tokio::test]
async fn coming_up_a_second_time_changes_nothing() {
    for trial in Trial::each().await {
        assert_eq!(trial.db.migrate().await.expect("again"), 0);
        assert!(trial.db.is_migrated().await.expect("asked"));
        trial.end().await;
    }
}
