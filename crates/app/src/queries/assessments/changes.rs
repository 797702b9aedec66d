//! What was changed about a scheme since it was issued? Indicator by indicator, with who, when and why.
//!
//! Never a change that the journal does not tell.

use std::collections::BTreeMap;

use kernel::catalog::Child;
use kernel::facts;
use kernel::ids::RecordId;
use kernel::kinds::assessment::Scoring;
use serde_json::Value as Json;
use store::Conn;

use crate::commands::moves;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::Found;

/// A step that changed indicators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeChange {
    /// The day.
    pub on: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// What, an indicator a line.
    pub lines: Vec<String>,
}

/// The changes of the indicators since the scheme was issued, the newest first.
pub async fn changes(
    ctx: &Ctx,
    conn: &mut Conn,
    (id, found, scoring): (RecordId, &Found, &Scoring),
) -> Result<Vec<SchemeChange>, Error> {
    let Some(child) = found.mechanism.child(scoring.of.as_str()) else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for entry in moves::entries(conn, id).await? {
        let was_issued = entry.from.as_deref().is_some_and(|from| *from != *scoring.prepare.as_str());
        let own = entry.changes.iter().find(|change| *change.field == *scoring.of.as_str()).filter(|_| was_issued);
        let Some(change) = own else { continue };
        all.push(SchemeChange {
            on: entry.on.to_string(),
            by: entry.actor_name.clone(),
            reason: entry.reason.clone().unwrap_or_default(),
            lines: lines(ctx, child, &change.from, &change.to),
        });
    }
    all.reverse();
    Ok(all)
}

/// The rows of a table by the number of the indicator.
fn by_code(rows: &Json) -> BTreeMap<&str, &Json> {
    let rows = rows.as_array().into_iter().flatten();
    rows.filter_map(|row| Some((row.get("code")?.as_str()?, row))).collect()
}

fn lines(ctx: &Ctx, child: &Child, from: &Json, to: &Json) -> Vec<String> {
    let (old, new) = (by_code(from), by_code(to));
    let name = |row: &Json| row.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for (code, row) in &new {
        let Some(was) = old.get(code) else {
            all.push(format!("增加{code} {}", name(row)));
            continue;
        };
        let words = |row: &Json, field: &kernel::catalog::Field| {
            let value = row.get(field.id.as_str()).and_then(|json| facts::value_from_json(&field.of, json));
            value.map_or_else(|| "空".to_owned(), |value| ctx.names().plain(&field.of, &value))
        };
        let changed = child.fields.iter().filter(|it| was.get(it.id.as_str()) != row.get(it.id.as_str()));
        let changed: Vec<String> =
            changed.map(|it| format!("{}从{}改为{}", it.name, words(was, it), words(row, it))).collect();
        if !changed.is_empty() {
            all.push(format!("{code} {}：{}", name(row), changed.join("，")));
        }
    }
    let gone = old.iter().filter(|(code, _)| !new.contains_key(*code));
    all.extend(gone.map(|(code, row)| format!("删去{code} {}", name(row))));
    all
}
