//! Does anything that is kept tell who voted what? Two worlds that differ only in who voted which way must lie on the disk
//! alike, after each vote: rows, lengths, order, times, the log of acts, the files, a backup. A house built naively is
//! told apart by the same eyes. `duty_report`.
//!
//! Never a search that finds nothing because it looks nowhere.

use std::collections::BTreeMap;

use store::P;
use store::evidence::TABLES;

use super::balloting::{counts, host, planned, slips, votes, words};
use crate::harness::{ByHand, Office};

/// How a house might keep votes besides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum House {
    /// As it does.
    Ours,
    /// A row for each vote, without a name, in the order in which they came.
    RowByRow,
    /// No votes at all: counters that rise with each.
    Counters,
}

const ANSWERS: [&str; 6] = ["0", "3", "1", "1", "2", "1"];
const MARKER: &str = "认得出来的一句话";

/// What an eye sees after each vote.
struct Seen {
    shapes: Vec<Vec<String>>,
    raw: Vec<u8>,
    secrets: Vec<String>,
    shared: Vec<String>,
}

/// Every table with what does not differ by chance: signs that are random by their making become a star, and a number
/// that lies in stripes is what they say together, because a transaction takes the next stripe of the whole process.
async fn shape(db: &ByHand, extra: Option<&str>) -> Vec<String> {
    let (mut lines, mut striped) = (Vec::new(), BTreeMap::<String, (i64, i64)>::new());
    for name in TABLES.iter().map(|it| it.name).chain(extra) {
        // Sessions and what was told before the voting are the same in both.
        for row in db.db_rows(format!("SELECT * FROM {name}")).await {
            let number = |wanted: &str| match row.iter().find(|(column, _)| column == wanted) {
                Some((_, P::Int(number))) => *number,
                _ => 0,
            };
            let in_stripes = row.iter().any(|(column, _)| column == "stripe");
            let own = |column: &str| !in_stripes || !["stripe", "numerator", "denominator"].contains(&column);
            let cells = row.iter().filter(|(column, _)| own(column));
            let cells: Vec<String> = cells.map(|(column, value)| format!("{column}={}", plain(value))).collect();
            let line = format!("{name} {}", cells.join(" "));
            if in_stripes {
                let sum = striped.entry(line).or_default();
                *sum = (sum.0 + number("numerator"), sum.1 + number("denominator"));
            } else {
                lines.push(line);
            }
        }
    }
    lines.extend(striped.into_iter().filter(|(_, sum)| *sum != (0, 0)).map(|(line, sum)| format!("{line} {sum:?}")));
    lines.sort();
    lines
}

fn plain(value: &P) -> String {
    match value {
        P::Null(_) => "-".to_owned(),
        P::Int(number) => number.to_string(),
        P::Bytes(bytes) => format!("{} bytes", bytes.len()),
        P::Text(text) => without_chance(text),
    }
}

/// A text in which runs of sixteen signs and more that a hash, an id or a code is made of are one star.
fn without_chance(text: &str) -> String {
    let (mut plain, mut run) = (String::new(), String::new());
    for sign in text.chars().chain(['\0']) {
        if sign.is_ascii_alphanumeric() || "-+/$=".contains(sign) {
            run.push(sign);
            continue;
        }
        plain.push_str(if run.len() >= 16 { "*" } else { &run });
        run.clear();
        plain.push(sign);
    }
    plain
}

/// The bytes of the database with what waits beside it, where it is files.
fn files(office: &Office) -> Vec<u8> {
    let Some(path) = office.app.db.path() else { return Vec::new() };
    let beside = |end: &str| std::fs::read(format!("{}{end}", path.display())).unwrap_or_default();
    [beside(""), beside("-wal")].concat()
}

/// Values of votes that stand anywhere else: what would lead from one table to the other.
async fn shared(db: &ByHand, votes: &str) -> Vec<String> {
    let own = |column: &str| !["site", "record"].contains(&column);
    let text = |value: &P| match value {
        P::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        P::Text(text) => text.clone(),
        P::Int(number) => number.to_string(),
        P::Null(_) => String::new(),
    };
    let rows = db.db_rows(format!("SELECT * FROM {votes}")).await;
    let values: Vec<String> =
        rows.iter().flatten().filter(|(column, _)| own(column)).map(|(_, value)| text(value)).collect();
    let mut found = Vec::new();
    for table in TABLES.iter().filter(|it| it.name != votes && it.name != "trace") {
        for (column, value) in db.db_rows(format!("SELECT * FROM {}", table.name)).await.into_iter().flatten() {
            let said = text(&value);
            let flat = said.replace('-', "");
            let hit = values.iter().filter(|it| it.len() >= 12).find(|it| flat.contains(it.as_str()));
            found.extend(hit.map(|it| format!("{}.{column} says {it}", table.name)));
        }
    }
    found
}

/// Six people vote, in this order; what is seen after each.
async fn world(house: House, answers: [&str; 6]) -> Seen {
    let office = Office::open().await;
    office.on("2026-03-05");
    let mut su = host(&office).await;
    let voting = planned(&mut su, "第一季度述职赶考").await;
    let doors = slips(&mut su, &voting, "新区领导", 6).await;
    let words = words(&office, &voting).await;
    su.takes("开始投票", &voting, &[]).await;
    let db = office.db_by_hand().await;
    let extra = (house != House::Ours).then_some("naive");
    if extra.is_some() {
        db.db_runs("CREATE TABLE naive (site BIGINT, place BIGINT, answer BIGINT)".to_owned(), Vec::new()).await;
        for choice in 0..4 {
            if house == House::Counters {
                db.db_runs(format!("INSERT INTO naive VALUES (1, {choice}, 0)"), Vec::new()).await;
            }
        }
    }
    let (mut shapes, mut raw, mut stranger) = (Vec::new(), Vec::new(), office.stranger());
    let mut links = Vec::new();
    for (at, (door, answer)) in doors.iter().zip(answers).enumerate() {
        votes(&mut stranger, door, [answer, "1", "1"], MARKER).await.answers(200).says("已收到你的票");
        let (row, counter) = (format!("(1, {at}, {answer})"), format!("answer + 1 WHERE place = {answer}"));
        let kept = match house {
            House::Ours => Some(1),
            House::RowByRow => db.db_runs(format!("INSERT INTO naive VALUES {row}"), Vec::new()).await,
            House::Counters => db.db_runs(format!("UPDATE naive SET answer = {counter}"), Vec::new()).await,
        };
        kept.expect("it is kept naively");
        shapes.push(shape(&db, extra).await);
        raw.extend(files(&office));
        links.extend(shared(&db, "ballot_vote").await);
    }
    if let Some(path) = office.app.db.path() {
        let copy = path.with_extension("copy");
        let statement = format!("VACUUM INTO '{}'", copy.display());
        db.db_runs(statement, Vec::new()).await;
        raw.extend(std::fs::read(&copy).unwrap_or_default());
    }
    db.close().await;
    let secrets = words.iter().map(|it| it.replace('-', "")).chain(words.iter().cloned());
    let secrets = secrets.chain(doors.iter().map(|it| it.trim_start_matches("/vote/").to_owned())).collect();
    su.takes("结束投票", &voting, &[]).await;
    counts(&mut su, &voting, &words).await.answers(200).says(MARKER);
    let db = office.db_by_hand().await;
    shapes.push(shape(&db, extra).await);
    db.close().await;
    su.takes("公布结果", &voting, &[]).await;
    office.db_verify().await;
    Seen { shapes, raw, secrets, shared: links }
}

/// Who voted one way votes the other.
fn turned() -> [&'static str; 6] {
    let mut other = ANSWERS;
    other.reverse();
    other
}

#[tokio::test]
async fn two_worlds_that_differ_in_who_voted_what_are_alike_after_each_vote() {
    let (one, other) = (world(House::Ours, ANSWERS).await, world(House::Ours, turned()).await);
    for (at, (here, there)) in one.shapes.iter().zip(&other.shapes).enumerate() {
        assert!(here.len() > 100, "there is something to see");
        let mut sums: BTreeMap<&String, i64> = BTreeMap::new();
        here.iter().for_each(|line| *sums.entry(line).or_default() += 1);
        there.iter().for_each(|line| *sums.entry(line).or_default() -= 1);
        sums.retain(|_, sum| *sum != 0);
        assert!(sums.is_empty(), "after vote {at} they differ:\n{sums:#?}");
    }
    assert_eq!(one.shared, Vec::<String>::new(), "nothing leads from a vote to anything else");
    // What was said is nowhere before the count; words and slips are nowhere at all.
    let has = |raw: &[u8], words: &str| raw.windows(words.len()).any(|some| some == words.as_bytes());
    assert!(!has(&one.raw, MARKER), "a vote can be read on the disk");
    for secret in &one.secrets {
        assert!(!has(&one.raw, secret), "{secret} lies on the disk");
    }
    if !one.raw.is_empty() {
        assert!(has(&one.raw, "第一季度述职赶考"), "the disk was read");
    }
}

#[tokio::test]
async fn a_house_that_keeps_votes_naively_is_told_apart_by_the_same_eyes() {
    for house in [House::RowByRow, House::Counters] {
        let (one, other) = (world(house, ANSWERS).await, world(house, turned()).await);
        assert_ne!(one.shapes[0], other.shapes[0], "the first vote can be read off");
        assert_ne!(one.shapes[3], other.shapes[3]);
    }
}
