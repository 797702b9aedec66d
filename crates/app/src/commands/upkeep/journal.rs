//! Does the journal give what is kept? Every record's entries are replayed and compared with the record, its facts, its
//! number and its deadlines; every entry's hash is reckoned anew; every paper's facts must still have their hash.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::authority::reach::To;
use kernel::ids::RecordId;
use kernel::journal::{self, Entry, Replayed, redaction};
use kernel::record::DeadlineMove;
use kernel::workflow::{Numbered as _, recall};
use store::Conn;
use store::deadlines::DeadlineRow;
use store::journal::JournalRow;
use store::records::RecordRow;

use super::Verified;
use crate::commands::parties;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// Records looked at in one go.
const AT_ONCE: u32 = 500;

/// Verifies every record of the site against its journal, all at one moment.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let mut walk = Walk { ctx, verified: Verified::default(), numbers: BTreeMap::new() };
    let mut after: Option<RecordId> = None;
    loop {
        let ids = store::records::ids(&mut conn, after, AT_ONCE).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        if walk.some(&mut conn, &ids).await.is_ok() {
            continue;
        }
        // Something in these cannot even be read: each is looked at alone, so that it is named.
        for id in ids {
            if let Err(error) = walk.some(&mut conn, &[id]).await {
                walk.verified.looked_at += 1;
                walk.verified.differs(format!("事项 {id}"), format!("读不懂：{}", super::causes(&error)));
            }
        }
    }
    for table in ["journal", "deadline", "paper", "tie", "waiting", "given_number", "record_text"] {
        for record in store::evidence::orphans(&mut conn, table).await? {
            let noun = store::evidence::table(table).map_or(table, |table| table.noun);
            walk.verified.differs(format!("事项 {record}"), format!("有它的{noun}，却没有这件事项"));
        }
    }
    walk.counters(&mut conn).await?;
    Ok(walk.verified)
}

/// What is gathered on the way through all records.
struct Walk<'a> {
    ctx: &'a Ctx,
    verified: Verified,
    /// How many numbers the journals gave, by series and year.
    numbers: BTreeMap<(String, i64), i64>,
}

impl Walk<'_> {
    async fn some(&mut self, conn: &mut Conn, ids: &[RecordId]) -> Result<(), Error> {
        let rows = store::records::by_ids(conn, ids).await?;
        let otherwise = self.found_otherwise(conn, &rows).await?;
        let mut entries: HashMap<RecordId, Vec<JournalRow>> = HashMap::new();
        for entry in store::journal::of_records(conn, ids).await? {
            entries.entry(entry.record).or_default().push(entry);
        }
        let mut deadlines: HashMap<RecordId, Vec<DeadlineRow>> = HashMap::new();
        for deadline in store::deadlines::of_records(conn, ids).await? {
            deadlines.entry(deadline.record).or_default().push(deadline);
        }
        let mut kept: HashMap<RecordId, Vec<(String, String)>> = HashMap::new();
        for (record, key, hash) in store::evidence::of_records(conn, ids).await? {
            kept.entry(record).or_default().push((key, hash));
        }
        let mut copies: HashMap<RecordId, BTreeSet<To>> = HashMap::new();
        for (record, pointed) in store::reach::of_records(conn, ids).await? {
            if pointed.how.is_copy() {
                copies.entry(record).or_default().insert(To::from(pointed.to));
            }
        }
        for row in &rows {
            let own = entries.remove(&row.id).unwrap_or_default();
            self.verified.looked_at += 1;
            let (read, mut faults) = read_entries(row.id, &own);
            faults.extend(differences(row, &read, &deadlines.remove(&row.id).unwrap_or_default()));
            let told: BTreeSet<To> = read.iter().flat_map(parties::copied).collect();
            if told != copies.remove(&row.id).unwrap_or_default() {
                faults.push("抄送给谁与日志不符".to_owned());
            }
            faults.extend(unbound(&read, kept.remove(&row.id).unwrap_or_default()));
            if self.ctx.tree.ord(row.unit).is_none_or(|ord| ord != row.unit_ord) {
                faults.push("单位的序号与单位树不符".to_owned());
            }
            self.count_numbers(row, &read);
            for words in faults {
                self.verified.differs(about(row), words);
            }
        }
        for row in rows.iter().filter(|row| otherwise.contains(&row.id)) {
            self.verified.differs(about(row), "检索文本与内容不符");
        }
        Ok(())
    }

    fn count_numbers(&mut self, row: &RecordRow, entries: &[Entry]) {
        let mechanism = self.ctx.definitions.pinned(row.mechanism.as_str(), &row.definition);
        let numbering = mechanism.as_ref().and_then(|it| it.number.as_ref());
        let per_year = numbering.map(|number| number.pattern.per_year());
        let facts = mechanism.as_ref().and_then(|it| row.facts.facts(it).ok());
        let series = numbering.zip(facts).map(|(number, facts)| number.series(&row.mechanism, &facts));
        let series = series.unwrap_or_else(|| row.mechanism.to_string());
        for entry in entries.iter().filter(|entry| entry.number.is_some()) {
            let year = if per_year == Some(false) { 0 } else { i64::from(entry.on.year()) };
            *self.numbers.entry((series.clone(), year)).or_default() += 1;
        }
    }

    /// Records that are found by other words than their own.
    async fn found_otherwise(&self, conn: &mut Conn, rows: &[RecordRow]) -> Result<Vec<RecordId>, Error> {
        let found = records::with_deadlines(self.ctx, conn, rows.to_vec()).await?;
        let words: Vec<(RecordId, String)> =
            found.iter().map(|it| (it.record.id, records::words(&it.mechanism, &it.record))).collect();
        Ok(store::records::found_otherwise(conn, &words).await?)
    }

    /// Does each counter stand where the numbers given in the journals leave it?
    async fn counters(&mut self, conn: &mut Conn) -> Result<(), Error> {
        let mut given = std::mem::take(&mut self.numbers);
        for (series, year, last) in store::series::all(conn).await? {
            let counted = given.remove(&(series.clone(), year)).unwrap_or(0);
            if counted != last {
                self.verified
                    .differs(format!("编号序列 {series} {year}"), format!("现为{last}，日志里给出过{counted}个"));
            }
        }
        for ((series, year), counted) in given {
            self.verified.differs(format!("编号序列 {series} {year}"), format!("没有了，日志里给出过{counted}个"));
        }
        Ok(())
    }
}

/// The entries of a record as the kernel knows them, with what is wrong with their rows.
fn read_entries(record: RecordId, rows: &[JournalRow]) -> (Vec<Entry>, Vec<String>) {
    let mut faults = broken_chain(record, rows);
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        match serde_json::from_str::<Entry>(&row.entry) {
            Ok(entry) => {
                let same = entry.id == row.id
                    && entry.seq == row.seq
                    && entry.at == row.at
                    && entry.on == row.on
                    && entry.actor == row.actor
                    && entry.actor_name == row.actor_name
                    && entry.principal.map(|it| it.to_string()) == row.behalf
                    && entry.step == *row.step.as_str();
                if !same {
                    faults.push(format!("日志第{}条的列与内容不符", row.seq));
                }
                read.push(entry);
            }
            Err(_) => faults.push(format!("日志第{}条读不懂", row.seq)),
        }
    }
    (read, faults)
}

/// Rows that are not what the last entry that wrote them says.
fn unbound(entries: &[Entry], kept: Vec<(String, String)>) -> Vec<String> {
    let mut told: BTreeMap<&str, (&str, Option<&str>)> = BTreeMap::new();
    for (entry, (key, hash)) in entries.iter().flat_map(|entry| entry.rows.iter().map(move |row| (entry, row))) {
        // A row that an entry took away has no hash.
        match hash.is_empty() {
            true => told.remove(key.as_str()),
            false => told.insert(key, (hash, redaction::row_salt(entry, key))),
        };
    }
    let noun = |key: &str| {
        let table = key.split(' ').next().unwrap_or_default();
        store::evidence::table(table).map_or(key.to_owned(), |table| format!("{}({key})", table.noun))
    };
    let mut faults = Vec::new();
    for (key, hash) in &kept {
        match told.remove(key.as_str()) {
            Some((then, salt)) if then == redaction::row_hash(hash, salt) => {}
            Some(_) => faults.push(format!("{}被改动过，与日志不符", noun(key))),
            None => faults.push(format!("{}不是日志写下的", noun(key))),
        }
    }
    faults.extend(told.keys().map(|key| format!("{}没有了", noun(key))));
    faults
}

fn about(row: &RecordRow) -> String {
    match &row.number {
        Some(number) => format!("{number}{}", row.title),
        None => format!("{}({})", row.title, row.id),
    }
}

/// Everything in which a record differs from its journal.
fn differences(row: &RecordRow, entries: &[Entry], deadlines: &[DeadlineRow]) -> Vec<String> {
    let mut faults = match journal::replay(entries) {
        Ok(replayed) => unlike(row, &replayed),
        Err(fault) => vec![fault],
    };
    faults.extend(unlike_deadlines(entries, deadlines));
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
    let flow = row.flow.clone().unwrap_or_else(|| serde_json::json!({}));
    let then = serde_json::to_value(&replayed.flow).unwrap_or_default();
    compare("承办和会签", &flow.to_string(), &then.to_string());
    compare("编号", row.number.as_deref().unwrap_or("无"), replayed.number.as_deref().unwrap_or("无"));
    compare("所依据的定义", &row.definition, &replayed.definition);
    let Ok(facts) = row.facts.json().map(kernel::facts::object) else {
        faults.push("记录的内容已不能读".to_owned());
        return faults;
    };
    for name in facts.keys().chain(replayed.facts.keys().filter(|name| !facts.contains_key(*name))) {
        let of = |facts: &serde_json::Map<String, serde_json::Value>| {
            facts.get(name).map_or("无".to_owned(), serde_json::Value::to_string)
        };
        compare(&format!("字段{name}"), &of(&facts), &of(&replayed.facts));
    }
    faults
}

/// Deadlines whose history is not what the journal's entries say together.
fn unlike_deadlines(entries: &[Entry], deadlines: &[DeadlineRow]) -> Vec<String> {
    let mut told: BTreeMap<&str, Vec<&DeadlineMove>> = BTreeMap::new();
    // What was taken back left no trace in the deadlines.
    let standing = recall::standing(entries, |entry| entry.step.as_str());
    for (name, line) in standing.into_iter().flat_map(|entry| &entry.deadlines) {
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
