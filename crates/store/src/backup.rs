//! How is a copy taken, and how large is everything? Care for the database as a whole.
//!
//! Never overwrites a file.

use std::path::Path;

use crate::db::Db;
use crate::dialect::Dialect;
use crate::error::{Doing as _, StoreError};

/// How large things are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Bytes on disk.
    pub bytes: i64,
    /// Rows of the tables that grow, by name, counted exactly.
    pub rows: Vec<(&'static str, i64)>,
}

impl Db {
    /// Writes a complete and consistent copy while others go on working. Only SQLite can: for PostgreSQL the error
    /// says what to use.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if self.dialect() == Dialect::Postgres {
            return Err(StoreError::said("PostgreSQL is copied by pg_dump, not from here")).doing("take a copy");
        }
        let Some(path) = to.to_str().filter(|_| !to.exists()) else {
            return Err(StoreError::said(format!("{} is there already or has no plain name", to.display())))
                .doing("take a copy");
        };
        // A literal, because no parameter may stand here.
        let literal = path.replace('\'', "''");
        self.beside(format!("VACUUM INTO '{literal}'")).await.doing("take a copy")
    }

    /// Lets the database look at its own contents, so that it chooses its ways well: after large imports and daily.
    pub async fn analyze(&self) -> Result<(), StoreError> {
        self.outside(String::from("ANALYZE")).await.doing("analyze the tables")
    }

    /// Is the file sound? The first things that are not, in SQLite's words; PostgreSQL looks after itself.
    pub async fn faults(&self) -> Result<Vec<String>, StoreError> {
        if self.dialect() == Dialect::Postgres {
            return Ok(Vec::new());
        }
        let mut reader = self.read().await?;
        let rows = reader.list("PRAGMA integrity_check(20)", Vec::new()).await.doing("check the file")?;
        let lines = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// How large everything is. Counts whole tables: for a page that is asked for, not for every second.
    pub async fn size(&self) -> Result<Size, StoreError> {
        let mut reader = self.snapshot().await?;
        let sql = reader.dialect().size_question();
        let bytes = reader.find(sql, Vec::new()).await.doing("ask for the size")?.map_or(Ok(0), |row| row.int(0))?;
        let mut rows = Vec::new();
        for table in ["unit", "person", "record", "journal", "figure_cell", "paper", "file", "outbox"] {
            let here = reader.site().into();
            let row = reader.find(format!("SELECT COUNT(*) FROM {table} WHERE site = $1"), [here]).await;
            rows.push((table, row.doing("count a table")?.map_or(Ok(0), |row| row.int(0))?));
        }
        Ok(Size { bytes, rows })
    }
}
