//! Where does a person want notices by mail, and which?
//!
//! Never an address that could be read here: it is sealed.

use kernel::ids::PersonId;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::row::Row;

/// Where a person wants notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailBoxRow {
    /// Whose.
    pub person: PersonId,
    /// The address, sealed.
    pub address: String,
    /// When a code that went there was typed.
    pub confirmed_at: Option<i64>,
    /// The hash of the code that went there.
    pub code_hash: Option<String>,
    /// Until when it holds.
    pub code_until_at: Option<i64>,
    /// The kinds of notices that come by mail, separated by blanks.
    pub kinds: String,
}

const COLUMNS: &str = "person, address, confirmed_at, code_hash, code_until_at, kinds";

fn mail_box(row: &Row) -> Result<MailBoxRow, StoreError> {
    Ok(MailBoxRow {
        person: row.id(0)?,
        address: row.text(1)?,
        confirmed_at: row.int_if(2)?,
        code_hash: row.text_if(3)?,
        code_until_at: row.int_if(4)?,
        kinds: row.text_if(5)?.unwrap_or_default(),
    })
}

/// Where a person wants notices.
pub async fn find(conn: &mut Conn, person: PersonId) -> Result<Option<MailBoxRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM mail_box WHERE site = $1 AND person = $2");
    let row = conn.find(sql, [conn.here(), person.into()]).await.doing("look for where mail goes")?;
    row.map(|row| mail_box(&row)).transpose()
}

/// The confirmed addresses among those of these people.
pub async fn confirmed(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<MailBoxRow>, StoreError> {
    let sql = |places: &str| {
        format!(
            "SELECT {COLUMNS} FROM mail_box WHERE site = $1 AND person IN ({places}) AND confirmed_at IS NOT NULL \
             AND kinds IS NOT NULL ORDER BY person"
        )
    };
    many::by_ids(conn, people, sql, mail_box).await.doing("look for where mail goes")
}

/// Keeps it in place of what was there; the act that follows tells of it.
pub async fn put(conn: &mut Conn, row: &MailBoxRow) -> Result<(), StoreError> {
    remove(conn, row.person).await?;
    let sql = format!("INSERT INTO mail_box ({COLUMNS}, site) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    let params = [
        row.person.into(),
        row.address.as_str().into(),
        row.confirmed_at.into(),
        row.code_hash.as_deref().into(),
        row.code_until_at.into(),
        row.kinds.as_str().into(),
        conn.here(),
    ];
    conn.run(sql, params).await.doing("keep where mail goes")?;
    Ok(())
}

/// Forgets it; true if there was something.
pub async fn remove(conn: &mut Conn, person: PersonId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM mail_box WHERE site = $1 AND person = $2";
    Ok(conn.run(sql, [conn.here(), person.into()]).await.doing("forget where mail goes")? > 0)
}
