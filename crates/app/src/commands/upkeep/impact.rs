//! What would changed definitions do to the records that are there? Said and counted before they are taken.
//!
//! Never takes the definitions: the database is only read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::catalog::diff::{self, Change, Spot, Touched};
use kernel::catalog::{FieldType, Mechanism};
use kernel::ids::{DeadlineId, RecordId};
use kernel::value::{Facts, Value};
use store::records::RecordRow;
use store::{Conn, Db};

use crate::error::Error;
use crate::office::{Definitions, older_version};

/// One thing that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// The mechanism's name.
    pub mechanism: String,
    /// What changes, and what to do.
    pub sentence: String,
    /// How many open records it touches.
    pub open: u64,
    /// How many closed ones.
    pub closed: u64,
}

/// Records looked at in one go.
const AT_ONCE: u32 = 1_000;

/// The versions that records are pinned to, by hash, each with what the new definitions change in it.
struct Versions {
    known: HashMap<String, (Arc<Mechanism>, Vec<Change>)>,
}

/// Everything that the new definitions change for existing records, the most touched first.
pub async fn impact(db: &Db, new: &Definitions) -> Result<Vec<Impact>, Error> {
    let mut conn = db.snapshot().await?;
    let versions = versions(&mut conn, new).await?;
    let mut counts: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for (old, changes) in versions.known.values() {
        for change in changes.iter().filter(|change| matches!(change.touches, Touched::Figure(_))) {
            counts.entry((old.name.clone(), change.sentence.clone())).or_default();
        }
    }
    let mut after: Option<RecordId> = None;
    loop {
        let rows = store::records::walk(&mut conn, None, after, AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        let running = running(&mut conn, &rows).await?;
        for row in &rows {
            for (name, sentence) in touched(new, &versions, row, &running) {
                let count = counts.entry((name, sentence)).or_default();
                *(if row.is_open() { &mut count.0 } else { &mut count.1 }) += 1;
            }
        }
    }
    let mut found: Vec<Impact> = counts
        .into_iter()
        .map(|((mechanism, sentence), (open, closed))| Impact { mechanism, sentence, open, closed })
        .collect();
    found.sort_by_key(|impact| std::cmp::Reverse((impact.open, impact.closed)));
    Ok(found)
}

async fn versions(conn: &mut Conn, new: &Definitions) -> Result<Versions, Error> {
    let mut known = HashMap::new();
    let vocabulary = &new.catalog.vocabulary;
    for kept in store::definitions::all(conn).await? {
        let now = new.catalog.mechanisms.get(kept.mechanism.as_str());
        // What the new definitions say as well need not be read once more, with all others around it.
        let old = match now.filter(|now| *now.hash == *kept.hash) {
            Some(now) => Some(now.clone()),
            None => older_version(&kept.source, kept.mechanism.as_str(), new),
        };
        let Some(old) = old else { continue };
        let changes = match now {
            Some(now) => diff::changes((&old, vocabulary), (now, vocabulary)),
            None => {
                let sentence = format!("机制“{}”没有了，它的记录只能看，不能再办。", old.name);
                vec![Change { sentence, touches: Touched::All }]
            }
        };
        known.insert(kept.hash, (old, changes));
    }
    Ok(Versions { known })
}

/// The deadlines that run, by record.
async fn running(conn: &mut Conn, rows: &[RecordRow]) -> Result<HashMap<RecordId, Vec<DeadlineId>>, Error> {
    let ids: Vec<RecordId> = rows.iter().filter(|row| row.is_open()).map(|row| row.id).collect();
    let mut running: HashMap<RecordId, Vec<DeadlineId>> = HashMap::new();
    for row in store::deadlines::of_records(conn, &ids).await? {
        if row.ended_on.is_none() {
            running.entry(row.record).or_default().push(row.deadline);
        }
    }
    Ok(running)
}

/// The mechanism's name and the sentence of everything that touches this record.
fn touched(
    new: &Definitions,
    versions: &Versions,
    row: &RecordRow,
    running: &HashMap<RecordId, Vec<DeadlineId>>,
) -> Vec<(String, String)> {
    let Some((old, changes)) = versions.known.get(&row.definition) else {
        return vec![(row.mechanism.to_string(), "记录所依据的定义已不能读，请恢复原来的定义文件。".to_owned())];
    };
    let Ok(facts) = row.facts.facts(old) else {
        return vec![(row.mechanism.to_string(), "记录的内容已不能读，请从备份恢复。".to_owned())];
    };
    let own = running.get(&row.id).map(Vec::as_slice).unwrap_or_default();
    let mut sentences: Vec<(String, String)> = changes
        .iter()
        .filter(|change| touches(&change.touches, row, &facts, own))
        .map(|change| (old.name.clone(), change.sentence.clone()))
        .collect();
    sentences.extend(lost_choices(new, old, &facts).into_iter().map(|sentence| (old.name.clone(), sentence)));
    sentences
}

/// Choices that the record holds and that no list offers any more.
fn lost_choices(new: &Definitions, old: &Mechanism, facts: &Facts) -> Vec<String> {
    let lost = old.fields.iter().filter_map(|field| {
        let FieldType::Choice { list } = &field.of else { return None };
        let Some(Value::Choice(id)) = facts.find(field.id.as_str()) else { return None };
        let offered = new.catalog.vocabulary.list(list.as_str()).is_some_and(|list| list.name_of(id).is_some());
        (!offered).then(|| format!("“{}”里的选项 {id} 没有了，但还有记录在用；请保留它，或先改这些记录。", field.name))
    });
    lost.collect()
}

fn touches(touched: &Touched, row: &RecordRow, facts: &Facts, running: &[DeadlineId]) -> bool {
    let any = |spot: &Spot, test: &dyn Fn(&Value) -> bool| values(facts, spot).into_iter().any(test);
    match touched {
        Touched::All => true,
        Touched::InState(state) => row.state == *state,
        Touched::Filled(spot) => any(spot, &|_| true),
        Touched::Empty(spot) => row.is_open() && !any(spot, &|_| true),
        Touched::Chosen(spot, item) => any(spot, &|value| matches!(value, Value::Choice(id) if id == item)),
        Touched::Longer(spot, most) => {
            any(spot, &|value| matches!(value, Value::Text(text) if text.chars().count() > *most))
        }
        Touched::Below(spot, least) => any(spot, &|value| matches!(value, Value::Whole(number) if number < least)),
        Touched::Above(spot, most) => any(spot, &|value| matches!(value, Value::Whole(number) if number > most)),
        Touched::Finer(spot, places) => {
            any(spot, &|value| matches!(value, Value::Decimal(number) if number.normalize().scale() > *places))
        }
        Touched::Running(deadline) => running.contains(deadline),
        Touched::Figure(_) => false,
    }
}

/// What stands at a spot: in the record, or in the rows of a child table.
fn values<'a>(facts: &'a Facts, spot: &Spot) -> Vec<&'a Value> {
    match &spot.child {
        None => facts.find(spot.field.as_str()).into_iter().collect(),
        Some(child) => match facts.find(child.as_str()) {
            Some(Value::Rows(rows)) => rows.iter().filter_map(|row| row.find(spot.field.as_str())).collect(),
            _ => Vec::new(),
        },
    }
}
