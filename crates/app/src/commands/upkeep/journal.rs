//! Does the journal give what is kept? Every record's entries are replayed and compared with the record, its facts, its
//! number and its deadlines; every entry's hash is reckoned anew; every paper's facts must still have their hash.

use std::collections::{BTreeMap, HashMap};

use kernel::ids::RecordId;
use kernel::journal::{self, Entry, Replayed};
use kernel::record::DeadlineMove;
use store::Conn;
use store::deadlines::DeadlineRow;
use store::journal::JournalRow;
use store::records::RecordRow;

use super::Verified;
use crate::commands::batches;
use crate::ctx::Ctx;
use crate::error::Error;

/// Records looked at in one go.
const AT_ONCE: u32 = 500;

/// Verifies every record of the site against its journal, all at one moment.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let mut verified = Verified::default();
    let mut after: Option<RecordId> = None;
    loop {
        let rows = store::records::walk(&mut conn, None, after, AT_ONCE).await?;
        let Some(last) = rows.last() else { return Ok(verified) };
        after = Some(last.id);
        some(&mut conn, &rows, &mut verified).await?;
    }
}

/// Verifies the chain of acts that are not about one record: no number is left out, no letter was changed.
pub async fn verify_acts(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let mut verified = Verified::default();
    let (mut last, mut prior): (i64, Option<String>) = (0, None);
    loop {
        let acts = store::acts::walk(&mut conn, last, AT_ONCE).await?;
        if acts.is_empty() {
            return Ok(verified);
        }
        for act in acts {
            verified.looked_at += 1;
            let about = format!("第{}条 {}", act.seq, act.kind);
            if act.seq != last + 1 || act.prior_hash != prior {
                verified.differs(&about, "没有接着前一条");
            }
            let said = batches::said(act.seq, act.at, &act.kind, act.actor, &act.detail);
            if journal::hash(act.prior_hash.as_deref(), RecordId(act.id), &said) != act.hash {
                verified.differs(&about, "内容与校验值不符");
            }
            let told: serde_json::Value = serde_json::from_str(&act.detail).unwrap_or_default();
            if told.get("address").and_then(|it| it.as_str()) != act.address.as_deref() {
                verified.differs(&about, "地址与内容不符");
            }
            (last, prior) = (act.seq, Some(act.hash));
        }
    }
}

async fn some(conn: &mut Conn, rows: &[RecordRow], verified: &mut Verified) -> Result<(), Error> {
    let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
    let mut entries: HashMap<RecordId, Vec<JournalRow>> = HashMap::new();
    for entry in store::journal::of_records(conn, &ids).await? {
        entries.entry(entry.record).or_default().push(entry);
    }
    let mut deadlines: HashMap<RecordId, Vec<DeadlineRow>> = HashMap::new();
    for deadline in store::deadlines::of_records(conn, &ids).await? {
        deadlines.entry(deadline.record).or_default().push(deadline);
    }
    for row in rows {
        let own = entries.remove(&row.id).unwrap_or_default();
        verified.looked_at += 1;
        for words in differences(row, &own, &deadlines.remove(&row.id).unwrap_or_default()) {
            verified.differs(about(row), words);
        }
    }
    Ok(())
}

fn about(row: &RecordRow) -> String {
    match &row.number {
        Some(number) => format!("{number}{}", row.title),
        None => format!("{}({})", row.title, row.id),
    }
}

/// Everything in which a record differs from its journal.
fn differences(row: &RecordRow, entries: &[JournalRow], deadlines: &[DeadlineRow]) -> Vec<String> {
    let mut faults = broken_chain(row.id, entries);
    let mut read = Vec::with_capacity(entries.len());
    for entry in entries {
        match serde_json::from_str::<Entry>(&entry.entry) {
            Ok(known) => read.push(known),
            Err(_) => faults.push(format!("日志第{}条读不懂", entry.seq)),
        }
    }
    match journal::replay(&read) {
        Ok(replayed) => faults.extend(unlike(row, &replayed)),
        Err(fault) => faults.push(fault),
    }
    faults.extend(unlike_deadlines(&read, deadlines));
    faults
}

/// Entries whose hash is not what their letters and the entry before give.
fn broken_chain(record: RecordId, entries: &[JournalRow]) -> Vec<String> {
    let mut prior: Option<&str> = None;
    let mut faults = Vec::new();
    for entry in entries {
        if entry.prior_hash.as_deref() != prior {
            faults.push(format!("日志第{}条没有接着前一条", entry.seq));
        }
        if journal::hash(entry.prior_hash.as_deref(), record, &entry.entry) != entry.hash {
            faults.push(format!("日志第{}条的内容与校验值不符", entry.seq));
        }
        prior = Some(&entry.hash);
    }
    faults
}

fn unlike(row: &RecordRow, replayed: &Replayed) -> Vec<String> {
    let mut faults = Vec::new();
    let mut compare = |what: &str, now: &str, then: &str| {
        if now != then {
            faults.push(format!("{what}现为“{now}”，按日志应为“{then}”"));
        }
    };
    compare("状态", row.state.as_str(), &replayed.state);
    compare("版本", &row.version.to_string(), &replayed.version.to_string());
    compare("编号", row.number.as_deref().unwrap_or("无"), replayed.number.as_deref().unwrap_or("无"));
    compare("所依据的定义", &row.definition, &replayed.definition);
    let empty = serde_json::Map::new();
    let facts = row.facts.as_object().unwrap_or(&empty);
    for name in facts.keys().chain(replayed.facts.keys().filter(|name| !facts.contains_key(*name))) {
        let of = |facts: &serde_json::Map<String, serde_json::Value>| {
            facts.get(name).map_or("无".to_owned(), serde_json::Value::to_string)
        };
        compare(&format!("字段{name}"), &of(facts), &of(&replayed.facts));
    }
    faults
}

/// Deadlines whose history is not what the journal's entries say together.
fn unlike_deadlines(entries: &[Entry], deadlines: &[DeadlineRow]) -> Vec<String> {
    let mut told: BTreeMap<&str, Vec<&DeadlineMove>> = BTreeMap::new();
    for (name, line) in entries.iter().flat_map(|entry| &entry.deadlines) {
        told.entry(name).or_default().push(line);
    }
    let mut faults = Vec::new();
    for row in deadlines {
        let name = row.deadline.as_str();
        let kept: Vec<DeadlineMove> = serde_json::from_value(row.history.clone()).unwrap_or_default();
        let told = told.remove(name).unwrap_or_default();
        if kept.iter().ne(told.iter().copied()) {
            faults.push(format!("时限{name}的经过有{}条，日志里有{}条，或内容不同", kept.len(), told.len()));
        } else if kept.last().is_some_and(|last| last.due_on != row.due_on) {
            faults.push(format!("时限{name}现为{}，与经过不符", row.due_on));
        }
    }
    faults.extend(told.keys().map(|name| format!("日志里有时限{name}，现在没有")));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: i64, prior: Option<&str>, text: &str, record: RecordId) -> JournalRow {
        JournalRow {
            record,
            seq,
            id: uuid::Uuid::nil(),
            at: 0,
            on: jiff::civil::date(2026, 3, 5),
            actor: None,
            actor_name: "时限自动".to_owned(),
            behalf: None,
            step: "draft".into(),
            entry: text.to_owned(),
            prior_hash: prior.map(str::to_owned),
            hash: journal::hash(prior, record, text),
        }
    }

    #[test]
    fn an_entry_that_was_changed_dropped_or_put_between_is_found() {
        let record = RecordId(uuid::Uuid::from_u128(7));
        let first = entry(1, None, "{}", record);
        let second = entry(2, Some(&first.hash), "{\"a\":1}", record);
        let third = entry(3, Some(&second.hash), "{\"a\":2}", record);
        assert_eq!(broken_chain(record, &[first.clone(), second.clone(), third.clone()]), Vec::<String>::new());
        let changed = JournalRow { entry: "{\"a\":9}".to_owned(), ..second.clone() };
        assert_eq!(broken_chain(record, &[first.clone(), changed, third.clone()]), ["日志第2条的内容与校验值不符"]);
        assert_eq!(broken_chain(record, &[first, third]), ["日志第3条没有接着前一条"]);
        assert_eq!(broken_chain(record, &[second]).len(), 1);
    }
}
