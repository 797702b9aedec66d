//! Are the bytes of every file those that were kept, and does each belong to the record that names it?

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::ids::{FileId, RecordId};
use kernel::journal::digest;
use serde_json::Value as Json;
use store::Conn;
use store::files::FileRow;
use uuid::Uuid;

use super::Verified;
use crate::ctx::Ctx;
use crate::error::Error;

/// Files and records looked at in one go.
const AT_ONCE: u32 = 200;

/// Verifies every file, all at one moment.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let mut verified = Verified::default();
    let mut owners: HashMap<FileId, (String, Option<RecordId>)> = HashMap::new();
    let (mut after, mut pieces): (Option<FileId>, i64) = (None, 0);
    loop {
        let rows = store::files::walk(&mut conn, after, AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for row in rows {
            verified.looked_at += 1;
            pieces += bytes(&mut conn, &row, &mut verified).await?;
            owners.insert(row.id, (row.name, row.record));
        }
    }
    let all = store::evidence::count(&mut conn, "file_content").await?;
    if all != pieces {
        verified.differs("文件内容", format!("有{all}段，属于文件的有{pieces}段"));
    }
    belong(&mut conn, &owners, &mut verified).await?;
    Ok(verified)
}

/// Compares a file's bytes with its hash; says in how many pieces they lie.
async fn bytes(conn: &mut Conn, row: &FileRow, verified: &mut Verified) -> Result<i64, Error> {
    let (mut content, mut pieces) = (Vec::new(), 0);
    while let Some(mut piece) = store::files::piece(conn, row.id, pieces).await? {
        content.append(&mut piece);
        pieces += 1;
    }
    if content.len() as i64 != row.size || digest(&content) != row.hash {
        verified.differs(format!("文件 {}({})", row.name, row.id), "内容与校验值不符");
    }
    Ok(pieces)
}

/// A file that a record names belongs to one; a file that belongs to a record is named in its journal or is its paper's.
async fn belong(
    conn: &mut Conn,
    owners: &HashMap<FileId, (String, Option<RecordId>)>,
    verified: &mut Verified,
) -> Result<(), Error> {
    let mut named: HashSet<(FileId, RecordId)> = HashSet::new();
    let mut after: Option<RecordId> = None;
    loop {
        let rows = store::records::walk(conn, None, after, AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for row in rows {
            let mut ids = Vec::new();
            ids_in(&row.facts.json()?, &mut ids);
            for id in ids {
                if let Some((name, None)) = owners.get(&id) {
                    verified.differs(
                        format!("文件 {name}({id})"),
                        format!("事项“{}”用着它，它却不属于任何事项", row.title),
                    );
                }
                named.insert((id, row.id));
            }
        }
    }
    let mut others: BTreeMap<RecordId, Vec<FileId>> = BTreeMap::new();
    for (id, (_, owner)) in owners {
        if let Some(owner) = owner.filter(|owner| !named.contains(&(*id, *owner))) {
            others.entry(owner).or_default().push(*id);
        }
    }
    for (record, files) in others {
        let papers = store::papers::of_record(conn, record).await?;
        let printed: Vec<FileId> = papers.iter().flat_map(|paper| [paper.docx, paper.pdf]).flatten().collect();
        let entries = store::journal::of_record(conn, record).await?;
        for id in files {
            let text = id.to_string();
            if !printed.contains(&id) && !entries.iter().any(|entry| entry.entry.contains(&text)) {
                let name = owners.get(&id).map_or("", |(name, _)| name.as_str());
                verified.differs(format!("文件 {name}({id})"), format!("事项 {record} 的日志里没有它"));
            }
        }
    }
    Ok(())
}

/// Everything in JSON that may be a file's id.
fn ids_in(json: &Json, found: &mut Vec<FileId>) {
    match json {
        Json::String(text) => found.extend(text.parse::<Uuid>().ok().map(FileId)),
        Json::Array(all) => all.iter().for_each(|one| ids_in(one, found)),
        Json::Object(all) => all.values().for_each(|one| ids_in(one, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
