//! Is everything found that somebody changes by hand in the database? At each table: one byte of each column, a row taken
//! away, two rows swapped. `task_order`, `supervision_order`.
//!
//! Never a table that is left out: a new one without rows in this story makes it fail.

use store::P;
use store::evidence::{Rule, TABLES, Table};

use super::tasks;
use crate::harness::{ByHand, Office};

/// Columns that are no evidence by themselves, each with the reason.
const EXEMPT: [(&str, &str, &str); 6] = [
    ("account", "last_in_at", "who came in stands in the acts"),
    ("second_factor", "last_step", "only rises, so that no code is taken twice"),
    ("file", "added_by", "empty for what the press made"),
    ("figure_cell", "stripe", "only spreads waiting writers; the sum over all stripes is verified"),
    ("figure_day", "stripe", "only spreads waiting writers; the sum over all stripes is verified"),
    ("record_text", "row_", "the number in the index of words; that the index has it is verified"),
];

type Found = Vec<(String, P)>;

/// An office in which every table that is evidence has rows.
async fn lived_in() -> Office {
    let office = Office::open().await;
    office.on("2026-01-12");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, "编制岸线修复方案", "农业农村局", "2026-01-20").await;
    tasks::underway(&mut lin, &mut zheng, "修订渔港管理办法", "农业农村局", "2026-03-31").await;
    let helps = [("协办单位", "葵岭街道、岚湾新区组织人事局")];
    tasks::drafted_with(&mut lin, "建立渔港联合巡查机制", "农业农村局", "2026-03-31", &helps).await;
    let together = super::working_together::consulting(&mut lin).await;
    office.sign_in("su").await.takes("会签", &together, &[("意见", "同意。")]).await;
    lin.takes("抄送", &record, &[("抄送给谁", "黎澄")]).await.says("黎澄");
    for (name, progress) in [("清单.txt", "10"), ("照片.txt", "20")] {
        let form = zheng.opens(&record).await.form("报进度").with("进度", progress).with("进展情况", "正常。");
        let form = form.with("责任人", "周启");
        zheng.sends(form.with_file("佐证材料", name, format!("{name}的内容").as_bytes())).await.answers(200);
    }
    super::taking_in::taken_in(&mut lin).await;
    super::people::two_with_posts(&office).await;
    let mut gao = office.sign_in("gao").await;
    let admin = gao.opens("/admin").await;
    gao.sends(admin.form("/admin/calendar").with("text", super::administering::YEAR)).await.answers(200);
    super::balloting::with_votes(&office).await;
    super::assessing::with_a_result(&office).await;
    super::linking::with_a_pair(&office).await;
    super::dispatching::with_papers(&office).await;
    for name in ["甲", "乙"] {
        let mut tx = office.app.db.begin().await.expect("begin");
        store::settings::put(&mut tx, name, Some("某区")).await.expect("set");
        office.db_commits(tx).await;
    }
    office.days_pass_until("2026-01-26").await;
    for table in TABLES.iter().filter(|table| matches!(table.rule, Rule::Told { from_birth: true, .. })) {
        fill(&office, table).await;
    }
    office
}

/// Puts two rows into a told table that this story leaves empty, with an act: what they say does not matter here.
async fn fill(office: &Office, table: &Table) {
    let by_hand = office.db_by_hand().await;
    if rows(&by_hand, table).await.is_empty() {
        let columns = by_hand.db_columns(table.name, office.db_is_sqlite()).await;
        for number in 1..=2_u8 {
            let value = |kind: &str| match kind {
                "bigint" | "smallint" => P::Int(number.into()),
                "blob" | "bytea" => P::Bytes(vec![number; 16]),
                _ => P::Text(format!("2026-01-0{number}")),
            };
            let of = |(name, kind): &(String, String)| if name == "site" { P::Int(1) } else { value(kind) };
            let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
            let places: Vec<String> = (1..=names.len()).map(|at| format!("${at}")).collect();
            let (names, places) = (names.join(", "), places.join(", "));
            let params: Vec<P> = columns.iter().map(of).collect();
            office.db_tells(format!("INSERT INTO {} ({names}) VALUES ({places})", table.name), params).await;
        }
    }
    by_hand.close().await;
}

#[tokio::test]
async fn one_byte_of_any_column_of_any_table_changed_by_hand_is_found_and_named() {
    let office = lived_in().await;
    office.db_verify().await;
    let by_hand = office.db_by_hand().await;
    let mut missed = Vec::new();
    let mut columns = 0;
    for table in evidence() {
        let rows = rows(&by_hand, table).await;
        assert!(!rows.is_empty(), "the story has no row of {}: give it one", table.name);
        let names: Vec<String> = rows[0].iter().map(|(name, _)| name.clone()).collect();
        for name in names.iter().filter(|name| !is_exempt(table, name)) {
            let filled = rows.iter().find(|row| value(row, name).is_some_and(|it| !matches!(it, P::Null(_))));
            let Some(row) = filled else { continue };
            columns += 1;
            let mut changed = row.clone();
            let place = changed.iter_mut().find(|(own, _)| own == name).expect("the column");
            place.1 = one_byte_else(&place.1);
            if write(&by_hand, table, row, &changed).await {
                let said = office.db_differences_at(table.name).await;
                if !names_it(table, row, &said) {
                    missed.push(format!("{}.{name}: {said:?}", table.name));
                }
                assert!(write(&by_hand, table, &changed, row).await, "{}.{name} is put back", table.name);
            }
        }
    }
    office.db_verify().await;
    assert!(columns > 100, "only {columns} columns were tried");
    assert!(missed.is_empty(), "not found, or not named:\n{}", missed.join("\n"));
    by_hand.close().await;
}

#[tokio::test]
async fn a_row_taken_away_or_two_swapped_by_hand_are_found() {
    let office = lived_in().await;
    let by_hand = office.db_by_hand().await;
    let mut missed = Vec::new();
    for table in evidence() {
        let rows = rows(&by_hand, table).await;
        // The last one: what a chain does not miss by itself.
        let last = rows.last().expect("a row");
        // What PostgreSQL searches by cannot be written as it is read: it waits in a table beside.
        let waits_beside = table.name == "record_text" && !office.db_is_sqlite();
        if waits_beside {
            by_hand.db_runs("CREATE TABLE beside AS SELECT * FROM record_text".to_owned(), Vec::new()).await;
        }
        take_away(&by_hand, table, last).await;
        if !names_it(table, last, &office.db_differences().await) {
            missed.push(format!("{}: a row was taken away", table.name));
        }
        match waits_beside {
            true => put_back_from_beside(&by_hand).await,
            false => put_in(&by_hand, table, last).await,
        }
        if let [one, .., other] = rows.as_slice()
            && swap(&by_hand, table, one, other).await
        {
            if office.db_differences().await.is_empty() {
                missed.push(format!("{}: two rows were swapped", table.name));
            }
            swap_back(&by_hand, table, one, other).await;
        }
    }
    office.db_verify().await;
    assert!(missed.is_empty(), "not found, or not named:\n{}", missed.join("\n"));
    by_hand.close().await;
}

#[tokio::test]
async fn a_row_put_in_by_hand_is_found() {
    let office = lived_in().await;
    let by_hand = office.db_by_hand().await;
    for name in ["grant_", "account", "person", "unit", "setting", "tie", "paper", "seal", "act"] {
        let table = store::evidence::table(name).expect("a table");
        let mut row = rows(&by_hand, table).await.pop().expect("a row");
        for (column, value) in &mut row {
            let is_own = table.key.contains(&column.as_str());
            let is_alone = ["login_name", "key_", "number_", "on_", "seq"].contains(&column.as_str());
            if is_own || is_alone {
                *value = match &*value {
                    _ if column == "on_" => P::Text("2030-01-01".to_owned()),
                    P::Int(number) => P::Int(number + 1_000),
                    other => one_byte_else(other),
                };
            }
        }
        put_in(&by_hand, table, &row).await;
        assert!(!office.db_differences().await.is_empty(), "{name}");
        take_away(&by_hand, table, &row).await;
    }
    office.db_verify().await;
    by_hand.close().await;
}

#[tokio::test]
async fn seals_kept_elsewhere_tell_of_a_history_that_was_written_anew() {
    use app::commands::upkeep::seals;
    let office = lived_in().await;
    let kept = seals::export(&office.db_ctx()).await.expect("exported");
    assert!(kept.lines().count() > 5, "{kept}");
    assert!(seals::compare(&office.db_ctx(), &kept).await.expect("compared").holds());
    let other = lived_in().await;
    let differs = seals::compare(&other.db_ctx(), &kept).await.expect("compared");
    assert!(!differs.holds(), "another history has other seals");
    let forged = kept.replacen("\"heads\":", "\"heads\":1", 1);
    assert!(!seals::compare(&office.db_ctx(), &forged).await.expect("compared").holds());
    for wrong in ["", "# nothing", "no seal", "{}"] {
        assert!(!seals::compare(&office.db_ctx(), wrong).await.expect("compared").holds(), "{wrong}");
    }
}

#[tokio::test]
async fn each_day_is_sealed_once_and_only_when_it_is_over() {
    let office = Office::open().await;
    office.on("2026-01-12");
    let sealed =
        |ticked: Vec<(&'static str, i64)>| ticked.iter().any(|(duty, done)| *duty == "seal_the_day" && *done > 0);
    assert!(sealed(office.tick().await), "what was before today is sealed at the first look");
    let mut lin = office.sign_in("lin").await;
    tasks::issued(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    assert!(!sealed(office.tick().await), "today is not over");
    office.on("2026-01-13");
    assert!(sealed(office.tick().await) && !sealed(office.tick().await), "once");
    let mut gao = office.sign_in("gao").await;
    gao.opens("/admin").await.says("每日封存");
    gao.opens("/admin/seals").await.says("2026-01-12").says("SM3");
    let file = gao.downloads("/admin/seals/export.txt").await;
    assert_eq!((file.status, String::from_utf8_lossy(&file.bytes).lines().count()), (200, 3));
    let mut yan = office.sign_in("yan").await;
    yan.opens("/audit").await.says("每日封存");
    yan.opens("/admin/seals").await.says("2026-01-12").says("被拒次数");
    yan.opens("/audit?kind=taken_out").await.says("导出每日封存");
    lin.asks("/admin/seals").await.answers(404);
    lin.asks("/admin/seals/export.txt").await.answers(404);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM seal").await, 2);
    assert_eq!(office.db_count("SELECT heads FROM seal WHERE number_ = 2").await, 1);
    office.db_verify().await;
}

fn evidence() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| !matches!(table.rule, Rule::Passing(_)))
}

fn is_exempt(table: &Table, column: &str) -> bool {
    // Rows of another site are another site's to verify.
    column == "site" && !matches!(table.rule, Rule::Told { .. })
        || EXEMPT.iter().any(|(name, known, _)| *name == table.name && *known == column)
}

fn value<'a>(row: &'a Found, column: &str) -> Option<&'a P> {
    row.iter().find(|(name, _)| name == column).map(|(_, value)| value)
}

/// Another value that differs in one place, and that still looks like one of its kind.
fn one_byte_else(value: &P) -> P {
    match value {
        P::Int(number) => P::Int(number + 1),
        P::Bytes(bytes) => P::Bytes(
            bytes
                .iter()
                .enumerate()
                .map(|(at, byte)| if at + 1 == bytes.len() { byte ^ 0x80 } else { *byte })
                .collect(),
        ),
        P::Text(text) => {
            let mut signs: Vec<char> = text.chars().collect();
            let place = signs.iter().rposition(|sign| sign.is_alphanumeric()).unwrap_or(0);
            signs[place] = match signs[place] {
                '0' => '1',
                '1'..='9' => '0',
                'a' => 'b',
                _ => 'a',
            };
            P::Text(signs.into_iter().collect())
        }
        P::Null(kind) => P::Null(*kind),
    }
}

/// Does what verification said lead to the row?
fn names_it(table: &Table, row: &Found, said: &[String]) -> bool {
    let id = |column: &str| match value(row, column) {
        Some(P::Bytes(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        _ => "-".to_owned(),
    };
    let (own, record) = (id("id"), id("record"));
    let title = match value(row, "title") {
        Some(P::Text(title)) => title.clone(),
        _ => "-".to_owned(),
    };
    let leads = |words: &String| {
        let flat = words.replace('-', "");
        words.contains(table.noun) || flat.contains(&own) || flat.contains(&record) || words.contains(&title)
    };
    match table.rule {
        Rule::Told { .. } | Rule::InJournal { .. } => said.iter().any(leads),
        _ => !said.is_empty(),
    }
}

async fn rows(db: &ByHand, table: &Table) -> Vec<Found> {
    let first = table.key.first().unwrap_or(&"site");
    // A cell of nothing is as good as none: whatever it says, it says nothing.
    let says = |row: &Found| {
        let is_nothing = |column: &str| value(row, column).is_some_and(|it| *it == P::Int(0));
        table.name != "figure_cell" || !(is_nothing("numerator") && is_nothing("denominator"))
    };
    let rows = db.db_rows(format!("SELECT * FROM {} ORDER BY {first}", table.name)).await;
    rows.into_iter().filter(says).collect()
}

fn at<'a>(table: &Table, row: &'a Found) -> Vec<(&'a str, P)> {
    let keys = row.iter().filter(|(name, _)| name == "site" || table.key.contains(&name.as_str()));
    keys.map(|(name, value)| (name.as_str(), value.clone())).collect()
}

fn test(keys: &[(&str, P)], first: usize) -> String {
    keys.iter().enumerate().map(|(at, (name, _))| format!("{name} = ${}", first + at)).collect::<Vec<_>>().join(" AND ")
}

/// Overwrites what differs between two forms of a row; false if the database itself refuses.
async fn write(db: &ByHand, table: &Table, from: &Found, to: &Found) -> bool {
    let changes: Vec<(&String, &P)> =
        from.iter().zip(to).filter(|(old, new)| old.1 != new.1).map(|(_, new)| (&new.0, &new.1)).collect();
    let keys = at(table, from);
    // Nothing is written as a word: a parameter that is nothing has a type, and not that of every column.
    let (mut set, mut params) = (Vec::new(), Vec::new());
    for (name, value) in changes {
        if matches!(value, P::Null(_)) {
            set.push(format!("{name} = NULL"));
        } else {
            params.push(value.clone());
            set.push(format!("{name} = ${}", params.len()));
        }
    }
    let (set, test) = (set.join(", "), test(&keys, params.len() + 1));
    params.extend(keys.iter().map(|(_, value)| value.clone()));
    let count = db.db_runs(format!("UPDATE {} SET {set} WHERE {test}", table.name), params).await;
    assert!(count.is_none_or(|count| count == 1), "{}: {count:?} rows", table.name);
    count.is_some()
}

async fn take_away(db: &ByHand, table: &Table, row: &Found) {
    let keys = at(table, row);
    let test = test(&keys, 1);
    let params: Vec<P> = keys.into_iter().map(|(_, value)| value).collect();
    let count = db.db_runs(format!("DELETE FROM {} WHERE {test}", table.name), params).await;
    assert_eq!(count, Some(1), "{}", table.name);
}

async fn put_back_from_beside(db: &ByHand) {
    let missing = "NOT EXISTS (SELECT 1 FROM record_text t WHERE t.record = b.record)";
    let back = db.db_runs(format!("INSERT INTO record_text SELECT b.* FROM beside b WHERE {missing}"), Vec::new());
    assert_eq!(back.await, Some(1), "record_text");
    db.db_runs("DROP TABLE beside".to_owned(), Vec::new()).await.expect("it goes again");
}

async fn put_in(db: &ByHand, table: &Table, row: &Found) {
    let filled: Vec<&(String, P)> = row.iter().filter(|(_, value)| !matches!(value, P::Null(_))).collect();
    let names: Vec<&str> = filled.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<String> = (1..=filled.len()).map(|at| format!("${at}")).collect();
    let (names, places) = (names.join(", "), places.join(", "));
    let params: Vec<P> = filled.iter().map(|(_, value)| value.clone()).collect();
    let count = db.db_runs(format!("INSERT INTO {} ({names}) VALUES ({places})", table.name), params).await;
    assert_eq!(count, Some(1), "{}", table.name);
}

/// Gives each of two rows what the other says; false if a constraint does not let that be.
async fn swap(db: &ByHand, table: &Table, one: &Found, other: &Found) -> bool {
    let with = |row: &Found, from: &Found| -> Found {
        let own = |name: &str| name == "site" || table.key.contains(&name) || is_exempt(table, name);
        let pairs = row.iter().zip(from);
        pairs.map(|(mine, theirs)| if own(&mine.0) { mine.clone() } else { theirs.clone() }).collect()
    };
    let (first, second) = (with(one, other), with(other, one));
    if first == *one || !write(db, table, one, &first).await {
        return false;
    }
    if write(db, table, other, &second).await {
        return true;
    }
    assert!(write(db, table, &first, one).await, "put back in {}", table.name);
    false
}

async fn swap_back(db: &ByHand, table: &Table, one: &Found, other: &Found) {
    for row in [one, other] {
        take_away(db, table, row).await;
        put_in(db, table, row).await;
    }
}
