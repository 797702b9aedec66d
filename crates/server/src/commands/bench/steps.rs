//! Steps that survive a power cut: one after the other against a bare commit, and eight at once against one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use app::Ctx;
use app::commands::steps::{self, StartRecord, TakeStep};
use kernel::facts::Typed;
use kernel::ids::{RecordId, StepId};
use store::P;

use super::district::{self, MECHANISM};
use super::measure::{Times, milliseconds, ratio};
use super::report::{Line, Report};
use crate::open;

const TWO_ROWS: &str = include_str!("../../../bench/two_rows.sql");
/// How many work at once.
const CLIENTS: usize = 8;

/// Measures steps for about `seconds` each.
pub(super) async fn measure(ctx: &Ctx, seconds: u64, report: &mut Report) -> anyhow::Result<()> {
    let actor = open::ctx_of(&ctx.office, district::ADMINISTRATOR).await?;
    let mut records = Vec::new();
    for _ in 0..CLIENTS {
        records.push(begin(&actor).await?);
    }
    let how_long = Duration::from_secs(seconds);
    let (step, bare) = one_by_one(&actor, records[0], how_long).await?;
    report.line(Line {
        name: "一个步骤（落盘），对两行数据的落盘提交，p50 / p99".to_owned(),
        english: "one durable step, one client, vs one durable commit of two rows, p50 / p99".to_owned(),
        ours: step.shown(),
        bare: bare.shown(),
        ratio: ratio(step.percentile(50), bare.percentile(50)),
        budget: "≤ 3×",
    });
    let alone = throughput(&actor, &records[..1], how_long).await?;
    let together = throughput(&actor, &records, how_long).await?;
    report.line(Line {
        name: format!("每秒步骤数：{CLIENTS}人同时，对1人"),
        english: format!("durable steps a second: {CLIENTS} clients vs 1"),
        ours: format!("{together:.0}/s"),
        bare: format!("{alone:.0}/s"),
        ratio: format!("{:.1}×", together / alone),
        budget: "≥ 3×",
    });
    Ok(())
}

/// A record on which progress may be reported.
async fn begin(ctx: &Ctx) -> anyhow::Result<RecordId> {
    let unit = ctx.tree.units().iter().find(|unit| unit.depth == 2).context("没有社区")?.id;
    let due_on = ctx.today.checked_add(jiff::Span::new().days(90))?;
    let mut typed = Typed::default();
    typed.put("title", "测速用的任务");
    typed.put("source", "superior");
    typed.put("unit", unit.to_string());
    typed.put("due_on", due_on.to_string());
    let form = StartRecord { mechanism: MECHANISM.to_owned(), typed, ..Default::default() };
    let record = open::in_words(ctx, steps::start(ctx, form).await)?;
    for step in ["issue", "accept"] {
        take(ctx, record, step, Typed::default()).await?;
    }
    Ok(record)
}

async fn take(ctx: &Ctx, record: RecordId, step: &str, typed: Typed) -> anyhow::Result<()> {
    let step = StepId::from(step);
    let form = TakeStep { record, version: None, step, typed, opinion: None, reason: None, key: None };
    open::in_words(ctx, steps::take(ctx, form).await)
}

async fn report_progress(ctx: &Ctx, record: RecordId, number: usize) -> anyhow::Result<()> {
    let mut typed = Typed::default();
    typed.put("progress", format!("{}%", number % 100));
    typed.put("situation", format!("第{number}次报进度"));
    take(ctx, record, "report", typed).await
}

/// A step and a bare commit, in turn.
async fn one_by_one(ctx: &Ctx, record: RecordId, how_long: Duration) -> anyhow::Result<(Times, Times)> {
    let (mut ours, mut bare) = (Times::default(), Times::default());
    let (began, mut number) = (Instant::now(), 0);
    while began.elapsed() < how_long || number < 20 {
        let at = Instant::now();
        report_progress(ctx, record, number).await?;
        ours.push(at.elapsed());
        let at = Instant::now();
        let mut tx = ctx.office.db.begin().await?;
        let name = |part: u8| P::text(format!("bench.{number}.{part}"));
        let params = vec![P::from(tx.site()), name(1), name(2), P::text("测速")];
        tx.run(TWO_ROWS, params).await?;
        tx.commit().await?;
        bare.push(at.elapsed());
        number += 1;
    }
    Ok((ours, bare))
}

/// Steps a second when each record has somebody reporting on it without a pause.
async fn throughput(ctx: &Ctx, records: &[RecordId], how_long: Duration) -> anyhow::Result<f64> {
    let ctx = Arc::new(ctx.clone());
    let began = Instant::now();
    let work = records.iter().map(|record| {
        let (ctx, record) = (ctx.clone(), *record);
        tokio::spawn(async move {
            let mut done = 0_usize;
            while began.elapsed() < how_long {
                report_progress(&ctx, record, done).await?;
                done += 1;
            }
            anyhow::Ok(done)
        })
    });
    let mut done = 0;
    for one in work.collect::<Vec<_>>() {
        done += one.await??;
    }
    Ok(done as f64 / began.elapsed().as_secs_f64())
}

/// How long the import took, for the report.
pub(super) fn import_line(rows: usize, ours: Duration, uploaded: Duration, bare: Duration) -> Line {
    Line {
        name: format!("导入{rows}行×8列，对只用 calamine 读"),
        english: format!("import of {rows} rows × 8 columns vs calamine reading alone"),
        ours: format!("{} (reading it: {})", milliseconds(ours), milliseconds(uploaded)),
        bare: milliseconds(bare),
        ratio: ratio(ours, bare),
        budget: "≤ 6×",
    }
}
