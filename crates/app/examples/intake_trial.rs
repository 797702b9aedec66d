//! scratch
#![allow(clippy::all, missing_docs, unused)]
use app::commands::batches;
use app::commands::intake::{self, Mapping};
use app::office::{Office, read_definitions};
use app::queries::register::RegisterAsk;
use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use jiff::civil::date;
use kernel::authority::Actor;
use kernel::ids::*;
use kernel::problem::SourceFile;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

fn files(dir: &std::path::Path, root: &std::path::Path, out: &mut Vec<SourceFile>) {
    for e in std::fs::read_dir(dir).unwrap() {
        let p = e.unwrap().path();
        if p.is_dir() {
            files(&p, root, out)
        } else if let Ok(t) = std::fs::read_to_string(&p) {
            out.push(SourceFile { path: p.strip_prefix(root).unwrap().to_string_lossy().into(), text: t.into() });
        }
    }
}
fn u(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

#[tokio::main]
async fn main() {
    let mut fs = Vec::new();
    let root = std::path::Path::new("definitions");
    files(root, root, &mut fs);
    fs.retain(|f| f.path.ends_with(".kdl") || f.path.contains('/'));
    let (defs, problems) = read_definitions(fs);
    for p in &problems {
        println!("{p}");
    }
    let path = std::env::args().nth(2).unwrap_or("/tmp/intake_trial.db".into());
    for s in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{path}{s}"));
    }
    let db = store::Db::open(&format!("sqlite://{path}"), store::Options::default()).await.unwrap();
    db.migrate().await.unwrap();
    {
        let mut tx = db.begin().await.unwrap();
        let unit = |n: u128, name: &str, short: &str, ord, last, depth, parent: Option<u128>| store::units::UnitRow {
            id: u(n).into(),
            kind: "bureau".into(),
            name: name.into(),
            short_name: Some(short.into()),
            code: None,
            parent: parent.map(|p| u(p).into()),
            ord,
            ord_last: last,
            depth,
            pinyin: Some("x".into()),
            founded_on: None,
            dissolved_on: None,
        };
        store::units::insert_many(
            &mut tx,
            &[
                unit(1, "岚湾新区", "岚湾新区", 0, 4, 0, None),
                unit(2, "岚湾新区组织人事局", "组织人事局", 1, 1, 1, Some(1)),
                unit(3, "岚湾新区综合办公室", "综合办公室", 2, 2, 1, Some(1)),
                unit(4, "葵岭街道办事处", "葵岭街道", 3, 4, 1, Some(1)),
                unit(5, "葵岭社区", "葵岭社区", 4, 4, 2, Some(4)),
            ],
        )
        .await
        .unwrap();
        store::people::insert_many(
            &mut tx,
            &[store::people::PersonRow {
                id: u(1).into(),
                name: "林书敏".into(),
                pinyin: "lsm".into(),
                post_name: None,
                unit: Some(u(3).into()),
            }],
        )
        .await
        .unwrap();
        store::grants::insert_many(
            &mut tx,
            &[store::grants::GrantRow {
                id: u(1).into(),
                person: u(1).into(),
                role: "supervisor".into(),
                unit: u(1).into(),
                from_on: date(2020, 1, 1),
                until_on: None,
                basis: Some("x".into()),
                given_by: None,
            }],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
    let now = 1_772_500_000_000;
    let office = Office::open(db, defs, None, now).await.unwrap();
    let grants = office.tree().grants_of(u(1).into(), date(2026, 3, 3));
    let ctx = office.ctx(
        Actor::Person { id: u(1).into(), name: "林书敏".into(), grants },
        None,
        now,
        date(2026, 3, 3),
        "r".into(),
    );
    let which = std::env::args().nth(1).unwrap_or_default();
    if which == "big" {
        return big(&ctx).await;
    }
    let bytes = std::fs::read(&which).unwrap();
    let up = intake::upload(&ctx, "task_order", "../x/重点工作一览表.xlsx", &bytes).await.unwrap();
    show(&ctx, up).await;
    let mut m = Mapping::default();
    m.columns.insert(4, None);
    intake::remap(&ctx, up, m.clone()).await.unwrap();
    println!("--- without due column");
    show(&ctx, up).await;
    println!("{:?}", intake::take_in(&ctx, up, Some("k0")).await.map(|t| t.taken));
    let marked = app::queries::intake::marked(&ctx, up).await.unwrap();
    std::fs::write("/tmp/marked.xlsx", &marked.bytes).unwrap();
    m.for_all.insert("due_on".into(), "2026-02-31".into());
    intake::remap(&ctx, up, m.clone()).await.unwrap();
    println!("{:?}", intake::take_in(&ctx, up, Some("k")).await);
    m.for_all.insert("due_on".into(), "2026-12-31".into());
    intake::remap(&ctx, up, m.clone()).await.unwrap();
    println!("--- for all");
    show(&ctx, up).await;
    println!("{:?}", intake::take_in(&ctx, up, Some("k")).await);
    println!("{:?}", intake::take_in(&ctx, up, Some("k")).await);
    println!("{:?}", intake::take_in(&ctx, up, Some("k2")).await);
    intake::remap(&ctx, up, Mapping::default()).await.unwrap();
    println!("default mapping again {:?}", intake::take_in(&ctx, up, Some("k2b")).await);
    let b = app::queries::intake::batches(&ctx, "task_order").await.unwrap();
    println!("{b:?}");
    let ex = app::queries::export::workbook(&ctx, "task_order", RegisterAsk::default()).await.unwrap();
    std::fs::write("/tmp/export.xlsx", &ex.bytes).unwrap();
    println!("{} {}", ex.name, ex.bytes.len());
    std::fs::write("/tmp/template.xlsx", &app::queries::intake::template(&ctx, "task_order").unwrap().bytes).unwrap();
    println!("undo {:?}", batches::undo(&ctx, b[0].id).await);
    println!("{:?}", app::queries::intake::batches(&ctx, "task_order").await.unwrap());
    println!("{:?}", intake::take_in(&ctx, up, Some("k3")).await);
    // its own template, exported file
    for f in ["/tmp/export.xlsx", "/tmp/template.xlsx"] {
        let up = intake::upload(&ctx, "task_order", f, &std::fs::read(f).unwrap()).await.unwrap();
        println!("--- {f}");
        match app::queries::intake::preview(&ctx, up).await {
            Ok(p) => {
                for c in &p.columns {
                    println!("{c:?}");
                }
                println!("{:?} {:?}", p.counts, p.notes)
            }
            Err(e) => println!("{e:?}"),
        }
    }
}
async fn show(ctx: &app::Ctx, up: intake::UploadId) {
    let p = app::queries::intake::preview(ctx, up).await.unwrap();
    println!("{} {} {} {}", p.file_name, p.sheets.join(","), p.sheet, p.sheet_why);
    for c in &p.columns {
        println!("{c:?}");
    }
    for m in &p.missing {
        println!(
            "missing {} rows {} col {} typed {:?} fault {:?}",
            m.control.name, m.rows, m.has_column, m.control.typed, m.control.fault
        );
    }
    println!(
        "{:?}\n{:?}\nunknown {:?}\nguess {:?}\nnotes {:?}\nnot shown {}",
        p.counts, p.totals, p.unknown_units, p.guesses, p.notes, p.not_shown
    );
    for l in p
        .lines
        .iter()
        .filter(|l| !matches!(l.kind, app::queries::intake::LineKind::Good | app::queries::intake::LineKind::Known))
        .take(12)
    {
        println!(
            "{} {:?} {} | {} | {:?} {:?}",
            l.row,
            l.kind,
            l.why,
            l.text,
            l.faults,
            l.cells.iter().filter_map(|c| c.fault.clone()).collect::<Vec<_>>()
        );
    }
}
async fn big(ctx: &app::Ctx) {
    let n = 99_900;
    let rows = (0..n).map(|i| {
        vec![
            OutCell::Text(format!("第{i}项任务:推动重点片区建设,完成第{}阶段目标", i % 7)),
            OutCell::Text("岚湾新区党工委重点工作".into()),
            OutCell::Text(["组织人事局", "综合办公室", "葵岭街道", "葵岭社区"][i % 4].into()),
            OutCell::Text("组织人事局、综合办公室".into()),
            OutCell::Day(date(2026, 12, 31)),
            OutCell::Text("形成成果清单并通过验收".into()),
            OutCell::Text(format!("备注{i}")),
            OutCell::Number((i as i64).into()),
        ]
    });
    let col = |t: &str, kind| Column { title: t.into(), width: None, kind };
    let bytes = workbook_out::write(
        Sheet {
            name: "大表".into(),
            columns: vec![
                col("任务名称", ColumnKind::Text),
                col("任务来源", ColumnKind::Text),
                col("责任单位", ColumnKind::Text),
                col("协办单位", ColumnKind::Text),
                col("完成时限", ColumnKind::Day),
                col("目标要求", ColumnKind::Text),
                col("备注", ColumnKind::Text),
                col("序号", ColumnKind::Number(0)),
            ],
            rows,
        },
        &[],
    )
    .unwrap();
    println!("{} bytes", bytes.len());
    let t = Instant::now();
    let grids =
        documents::workbook_in::read(&bytes, documents::workbook_in::Limits { rows: 200_000, ..Default::default() })
            .unwrap();
    println!("read {:?} rows {}", t.elapsed(), grids[0].rows.len());
    drop(grids);
    let t = Instant::now();
    let up = intake::upload(ctx, "task_order", "big.xlsx", &bytes).await.unwrap();
    println!("upload {:?}", t.elapsed());
    let t = Instant::now();
    let p = app::queries::intake::preview(ctx, up).await.unwrap();
    println!("preview {:?} {:?}", t.elapsed(), p.counts);
    let t = Instant::now();
    let d = intake::take_in(ctx, up, Some("k")).await.unwrap();
    println!("take_in {:?} {d:?}", t.elapsed());
    let t = Instant::now();
    let ex = app::queries::export::workbook(ctx, "task_order", RegisterAsk::default()).await.unwrap();
    println!("export {:?} {}", t.elapsed(), ex.bytes.len());
    let t = Instant::now();
    let d = intake::take_in(ctx, up, Some("k4")).await.unwrap();
    println!("again {:?} {d:?}", t.elapsed());
    println!(
        "{}",
        std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap()
    );
}
