//! How does the schema come to be? By numbered files, one folder a database, run once and forward only.
//!
//! The two folders hold the same numbers and names; a test holds them together, column by column.
//! Never changes a file that was ever released: the next change is the next number.

use crate::conn::Conn;
use crate::db::Db;
use crate::dialect::Dialect;
use crate::error::{Doing as _, StoreError};
use crate::param::P;

/// A step of the schema, in both languages.
struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($number:literal, $padded:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $padded, "_", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $padded, "_", $name, ".sql")),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001", "spine"),
    migration!(2, "0002", "units"),
    migration!(4, "0004", "sign_in"),
    migration!(5, "0005", "rights"),
    migration!(6, "0006", "grants"),
    migration!(7, "0007", "flow"),
    migration!(8, "0008", "trust"),
    migration!(9, "0009", "working_together"),
    migration!(10, "0010", "people"),
    migration!(12, "0012", "retention"),
    migration!(13, "0013", "own_steps"),
    migration!(14, "0014", "figure_days"),
    migration!(15, "0015", "targets"),
    migration!(16, "0016", "seals_of_figures"),
    migration!(17, "0017", "presence"),
    migration!(19, "0019", "figures_made"),
    migration!(20, "0020", "participation"),
    migration!(21, "0021", "movement"),
    migration!(22, "0022", "reviews"),
    migration!(23, "0023", "added_figures"),
    migration!(24, "0024", "tenure"),
    migration!(25, "0025", "assessments"),
    migration!(26, "0026", "presence_by_figure"),
    migration!(27, "0027", "ballots"),
    migration!(28, "0028", "papers_sent"),
    migration!(29, "0029", "report_seals"),
    migration!(30, "0030", "presence_of_humans"),
    migration!(32, "0032", "public_door"),
    migration!(34, "0034", "sending"),
    migration!(35, "0035", "offerings"),
];

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migration (number_ BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (number_))";

impl Db {
    /// Brings the schema up to date and says how many steps that took. Safe to call at every start.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        if let Some(schema) = self.schema() {
            let make = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
            self.outside(make).await.doing("make the schema")?;
        }
        let mut tx = self.begin_long().await.doing("begin to bring the schema up to date")?;
        let count = bring_up(&mut tx).await.doing("bring the schema up to date")?;
        tx.commit().await?;
        Ok(count)
    }

    /// Which steps were taken, and does each stand as this program knows it? The first that does not, in words.
    pub async fn wrong_migration(&self) -> Result<Option<String>, StoreError> {
        let mut reader = self.read().await?;
        let rows = reader.list("SELECT number_, name FROM migration ORDER BY number_", Vec::new()).await;
        let taken = rows.doing("read the steps of the schema")?;
        let taken = taken.iter().map(|row| Ok((row.int(0)?, row.text(1)?))).collect::<Result<Vec<_>, StoreError>>()?;
        let known: Vec<(i64, String)> = MIGRATIONS.iter().map(|it| (it.number, it.name.to_owned())).collect();
        let differs = taken.iter().find(|it| !known.contains(it)).or(known.iter().find(|it| !taken.contains(it)));
        Ok(differs.map(|(number, name)| format!("{number} {name}")))
    }

    /// Is the schema up to date?
    pub async fn is_migrated(&self) -> Result<bool, StoreError> {
        let mut reader = self.read().await?;
        // A database in which nothing was ever done has no such table.
        let done = reader.list("SELECT number_ FROM migration", Vec::new()).await.unwrap_or_default();
        let done: Vec<i64> = done.iter().filter_map(|row| row.int(0).ok()).collect();
        Ok(MIGRATIONS.iter().all(|step| done.contains(&step.number)))
    }
}

async fn bring_up(conn: &mut Conn) -> Result<usize, StoreError> {
    if let Some(alone) = conn.dialect().alone() {
        conn.run(alone, Vec::new()).await?;
    }
    conn.run(TABLE, Vec::new()).await?;
    let done = conn.list("SELECT number_ FROM migration", Vec::new()).await?;
    let done = done.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>, _>>()?;
    let mut count = 0;
    for step in MIGRATIONS.iter().filter(|step| !done.contains(&step.number)) {
        let text = if conn.dialect() == Dialect::Sqlite { step.sqlite } else { step.postgres };
        for statement in statements(text) {
            conn.run(statement, Vec::new()).await?;
        }
        let done = [P::Int(step.number), P::from(step.name)];
        conn.run("INSERT INTO migration (number_, name) VALUES ($1, $2)", done).await?;
        count += 1;
    }
    Ok(count)
}

/// The statements of a file: each ends at a line with a semicolon alone; lines of comment are left out.
fn statements(text: &str) -> impl Iterator<Item = String> {
    text.split("\n;").filter_map(|piece| {
        let lines: Vec<&str> = piece.lines().filter(|line| !line.starts_with("--") && !line.is_empty()).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    })
}

/// The statements of all SQLite migrations.
pub(crate) fn sqlite_statements() -> impl Iterator<Item = &'static str> {
    MIGRATIONS.iter().flat_map(|step| step.sqlite.split("\n;")).filter_map(|piece| {
        let start = piece.find("CREATE ")?;
        Some(piece[start..].trim_end())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_folders_hold_the_same_files_and_all_of_them_are_run() {
        let names = |folder: &str| {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let files = std::fs::read_dir(folder).expect("the folder of migrations");
            let mut names: Vec<String> =
                files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        };
        let run: Vec<String> = MIGRATIONS.iter().map(|it| format!("{:04}_{}.sql", it.number, it.name)).collect();
        assert_eq!(names("sqlite"), run);
        assert_eq!(names("postgres"), run);
    }

    #[test]
    fn a_file_falls_into_statements_without_its_comments() {
        let text = "-- why\nCREATE TABLE a (\n    b TEXT\n)\n;\n-- more\nCREATE INDEX c ON a (b)\n;\n";
        let found: Vec<String> = statements(text).collect();
        assert_eq!(found, ["CREATE TABLE a (\n    b TEXT\n)", "CREATE INDEX c ON a (b)"]);
    }
}
