//! Which facts are found by an index? Those that definitions mark for filtering, and those that name records.
//!
//! The only change of the schema that a definition causes: one index a field, over the records of every mechanism that
//! has a field of this id, in the order of the due day among open and among closed records.
//! Never holds what is absent: a record without the fact costs such an index nothing.

use std::collections::BTreeSet;

use kernel::ids::FieldId;

use crate::conn::Conn;
use crate::db::Db;
use crate::dialect::{Dialect, plain_name};
use crate::error::{Doing as _, StoreError};

/// What the names of these indexes begin with.
const PREFIX: &str = "record_by_";
/// A name this long still fits into the 63 bytes that PostgreSQL keeps.
const LONGEST: usize = 48;

impl Db {
    /// Makes the indexes that these fields want and drops those that no field wants any more; says how many of each.
    /// Safe to call at every start, also by two nodes at once.
    pub async fn index_facts(&self, fields: &BTreeSet<FieldId>) -> Result<(usize, usize), StoreError> {
        let wanted: BTreeSet<String> = fields.iter().map(name).collect();
        let mut reader = self.read().await?;
        let there = there(&mut reader).await?;
        drop(reader);
        if there == wanted {
            return Ok((0, 0));
        }
        let mut tx = self.begin_long().await?;
        if let Some(alone) = tx.dialect().alone() {
            tx.run(alone, Vec::new()).await.doing("wait to change indexes")?;
        }
        for field in fields.iter().filter(|field| !there.contains(&name(field))) {
            let sql = create(tx.dialect(), field)?;
            tx.run(sql, Vec::new()).await.doing("index a field of the facts")?;
        }
        let idle: Vec<&String> = there.difference(&wanted).collect();
        for name in &idle {
            tx.run(format!("DROP INDEX IF EXISTS {name}"), Vec::new()).await.doing("drop an index")?;
        }
        let made = wanted.difference(&there).count();
        tx.commit().await?;
        Ok((made, idle.len()))
    }
}

async fn there(conn: &mut Conn) -> Result<BTreeSet<String>, StoreError> {
    let sql = conn.dialect().index_names();
    let rows = conn.list(sql, [format!("{PREFIX}%").into()]).await.doing("list the indexes of facts")?;
    rows.iter().map(|row| row.text(0)).collect()
}

fn create(dialect: Dialect, field: &FieldId) -> Result<String, StoreError> {
    let member = dialect.member("facts", plain_name(field.as_str()).doing("index a field of the facts")?);
    Ok(format!(
        "CREATE INDEX IF NOT EXISTS {} ON record (site, mechanism, {member}, open_, due_on, id) \
         WHERE {member} IS NOT NULL",
        name(field)
    ))
}

fn name(field: &FieldId) -> String {
    let id = field.as_str();
    match id.len() <= LONGEST {
        true => format!("{PREFIX}{id}"),
        false => format!("{PREFIX}{}", &kernel::journal::digest(id.as_bytes())[..LONGEST]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_shortened_and_stays_its_own() {
        assert_eq!(name(&FieldId::from("source")), "record_by_source");
        let (one, other) = (name(&FieldId::from("a".repeat(80))), name(&FieldId::from("a".repeat(79))));
        assert!(one.len() < 63 && one != other, "{one} {other}");
    }

    #[test]
    fn a_field_without_a_plain_name_is_refused() {
        assert!(create(Dialect::Sqlite, &FieldId::from("a'b")).is_err());
    }
}
