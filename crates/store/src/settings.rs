//! What did an administrator set? Values by name.
//!
//! Never a secret.

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};

/// One setting.
pub async fn find(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value_ FROM setting WHERE site = $1 AND name = $2";
    let row = conn.find(sql, [conn.here(), name.into()]).await.doing("read a setting")?;
    Ok(row.map(|row| row.text_if(0)).transpose()?.flatten())
}

/// All settings, by name.
pub async fn all(conn: &mut Conn) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let sql = "SELECT name, value_ FROM setting WHERE site = $1 ORDER BY name";
    let rows = conn.list(sql, [conn.here()]).await.doing("read all settings")?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text_if(1)?))).collect()
}

/// Sets a setting, or empties it.
pub async fn put(conn: &mut Conn, name: &str, value: Option<&str>) -> Result<(), StoreError> {
    let params = [conn.here(), name.into(), value.into()];
    let sql = "UPDATE setting SET value_ = $3 WHERE site = $1 AND name = $2";
    if conn.run(sql, params.clone()).await.doing("set a setting")? == 0 {
        conn.run("INSERT INTO setting (site, name, value_) VALUES ($1, $2, $3)", params)
            .await
            .doing("set a setting")?;
    }
    Ok(())
}
