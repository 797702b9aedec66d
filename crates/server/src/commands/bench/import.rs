//! A workbook of many rows taken in by the real command, against calamine reading it and doing nothing with it.

use std::io::Cursor;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use app::Ctx;
use app::commands::intake;
use calamine::{Reader as _, Xlsx};
use documents::workbook_out::{Column, ColumnKind, OutCell, Sheet};
use rust_decimal::Decimal;

use super::district::{self, MECHANISM};
use super::report::Report;
use super::steps::import_line;
use crate::open;

/// Measures both on the same bytes.
pub(super) async fn measure(ctx: &Ctx, rows: usize, report: &mut Report) -> anyhow::Result<()> {
    let actor = open::ctx_of(&ctx.office, district::ADMINISTRATOR).await?;
    let bytes = workbook(&actor, rows)?;
    let bare = alone(&bytes, rows)?;
    let began = Instant::now();
    let upload = open::in_words(&actor, intake::upload(&actor, MECHANISM, "测速.xlsx", &bytes).await)?;
    let uploaded = began.elapsed();
    let taken = open::in_words(&actor, intake::take_in(&actor, upload, None).await)?;
    let ours = began.elapsed();
    ensure!(taken.taken == rows, "导入了{}行，应为{rows}行", taken.taken);
    report.line(import_line(rows, ours, uploaded, bare));
    Ok(())
}

fn alone(bytes: &[u8], rows: usize) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))?;
    let name = workbook.sheet_names().first().cloned().context("没有工作表")?;
    let range = workbook.worksheet_range(&name)?;
    let took = began.elapsed();
    ensure!(range.height() == rows + 1 && range.width() == 8, "calamine 读到{}行", range.height());
    Ok(took)
}

fn workbook(ctx: &Ctx, rows: usize) -> anyhow::Result<Vec<u8>> {
    let units: Vec<String> =
        ctx.tree.units().iter().filter(|unit| unit.depth == 2).map(|unit| unit.name.clone()).collect();
    let day = ctx.today.checked_add(jiff::Span::new().days(60))?;
    let titles = ["序号", "任务名称", "任务来源", "责任单位", "完成时限", "目标要求", "备注", "排序"];
    let columns = titles.map(|title| Column { title: title.to_owned(), width: None, kind: ColumnKind::Text });
    let row = |at: usize| {
        vec![
            OutCell::Number(Decimal::from(at + 1)),
            OutCell::Text(format!("导入的第{at}号任务：完成年度重点工作")),
            OutCell::Text("党工委重点工作".to_owned()),
            OutCell::Text(units[at % units.len()].clone()),
            OutCell::Day(day),
            OutCell::Text(format!("形成第{at}号成果并通过验收")),
            OutCell::Text("测速".to_owned()),
            OutCell::Number(Decimal::from(at % 97)),
        ]
    };
    let sheet =
        Sheet { name: "任务".to_owned(), columns: columns.to_vec(), rows: (0..rows).map(row), stamp: String::new() };
    Ok(documents::workbook_out::write(sheet, &[])?)
}
