//! A figure taken away: as a workbook with its definition on the second sheet, as plain lines, as a drawing.
//!
//! Never without an act in the journal, and never more than the page shows.

use std::fmt::Write as _;

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use kernel::figures::{Amount, Parts};
use rust_decimal::Decimal;

use super::one::{FigureCell, FigurePage, figure_page};
use super::{FiguresAsk, HIDDEN, Part};
use crate::commands::batches::act;
use crate::commands::intake::aside;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::charts;
use crate::queries::files::{Download, XLSX};
use crate::words::moment;

/// In which form a figure is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A workbook.
    Workbook,
    /// Lines of values with commas.
    Lines,
    /// The course, drawn.
    Course,
    /// The units in order, drawn.
    Ranking,
    /// Units by step, drawn.
    Heat,
}

impl Form {
    /// All, each with the word that stands in an address.
    pub const ALL: [(&'static str, Self); 5] = [
        ("table.xlsx", Self::Workbook),
        ("table.csv", Self::Lines),
        ("course.svg", Self::Course),
        ("ranking.svg", Self::Ranking),
        ("heat.svg", Self::Heat),
    ];

    /// Reads the word that stands in an address.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, form)| *form)
    }
}

/// A figure, taken away in a form.
pub async fn download(
    ctx: &Ctx,
    mechanism: &str,
    figure: &str,
    ask: &FiguresAsk,
    form: Form,
) -> Result<Download, Error> {
    let page = figure_page(ctx, mechanism, figure, ask).await?;
    let drawing = match form {
        Form::Workbook | Form::Lines => String::new(),
        Form::Course => charts::course(&page, &|_, _| None),
        Form::Ranking => charts::ranking(&page, charts::Width::Page, &|_, _| None),
        Form::Heat => charts::heat(&page, &|_, _| None),
    };
    if drawing.is_empty() && !matches!(form, Form::Workbook | Form::Lines) {
        return Err(Error::NotFound);
    }
    let name = format!("{}{}{}", page.card.name, page.unit_words, page.asked.period.words());
    let table =
        Table { title: page.card.name.clone(), columns: columns(&page), rows: rows(&page), notes: notes(ctx, &page) };
    taken(ctx, name, (mechanism, figure, &page.asked), form, table, drawing).await
}

/// The parts of a figure, taken away as a table.
pub async fn download_parts(
    ctx: &Ctx,
    mechanism: &str,
    figure: &str,
    ask: &FiguresAsk,
    form: Form,
) -> Result<Download, Error> {
    if !matches!(form, Form::Workbook | Form::Lines) {
        return Err(Error::NotFound);
    }
    let whole = figure_page(ctx, mechanism, figure, &FiguresAsk { by: String::new(), ..ask.clone() }).await?;
    let page = super::pivot(ctx, mechanism, figure, ask).await?;
    let name = format!("{}按{}{}{}", page.figure.1, page.by.name, page.unit_words, page.asked.period.words());
    let column = |title: String, kind| Column { title, width: None, kind };
    let mut columns = vec![column(page.by.name.clone(), ColumnKind::Text)];
    columns.extend(page.columns.iter().map(|it| column(it.name.clone(), ColumnKind::Number(2))));
    let row = |row: &super::PivotRow| {
        std::iter::once(OutCell::Text(row.name.clone())).chain(row.cells.iter().map(value)).collect()
    };
    let rows = page.rows.iter().chain([&page.whole]).map(row).collect();
    let mut notes = notes(ctx, &whole);
    notes.push(format!("分项：按{}", page.by.name));
    notes.push(sum_words(&page));
    notes.extend(page.few.filter(|_| whole.few.is_none()).map(|few| few_words(few, &page.measure)));
    let table = Table { title: page.figure.1.clone(), columns, rows, notes };
    taken(ctx, name, (mechanism, figure, &page.asked), form, table, String::new()).await
}

/// How the shown parts stand to the shown whole, in words.
pub fn sum_words(page: &super::PivotPage) -> String {
    let off = |wanted: Parts| {
        let columns = page.columns.iter().zip(&page.sums).filter(|(_, sum)| **sum == Some(wanted));
        columns.map(|(column, _)| column.name.as_str()).collect::<Vec<_>>().join("、")
    };
    match page.sums.iter().flatten().find(|sum| **sum != Parts::AddUp) {
        None if page.sums.iter().any(Option::is_none) => "有的分项不显示，不能和合计相核对。".to_owned(),
        None => "各项相加等于合计。".to_owned(),
        Some(Parts::Reckoned) => "比率和平均由各自的分子、分母算出，各项不能相加。".to_owned(),
        Some(Parts::Shared) => format!("同一人可能在几项里，各项相加不等于合计（{}）。", off(Parts::Shared)),
        Some(_) => format!("各项分别四舍五入，相加不等于合计（{}）。", off(Parts::Rounded)),
    }
}

/// A table that is taken away, with what stands on its second sheet.
struct Table {
    title: String,
    columns: Vec<Column>,
    rows: Vec<Vec<OutCell>>,
    notes: Vec<String>,
}

/// The file, and the act that says who took it.
async fn taken(
    ctx: &Ctx,
    name: String,
    (mechanism, figure, asked): (&str, &str, &super::Asked),
    form: Form,
    table: Table,
    drawing: String,
) -> Result<Download, Error> {
    let Table { title, columns, rows, notes } = table;
    let file = match form {
        Form::Workbook => {
            let stamp = stamp(ctx);
            let write = move || workbook_out::write(Sheet { name: title, columns, rows, stamp }, &notes);
            let bytes = aside("write a workbook", write).await?;
            let bytes = bytes.map_err(|fault| Error::broken("write a workbook", fault))?;
            Download { name: format!("{name}.xlsx"), media: XLSX.to_owned(), bytes }
        }
        Form::Lines => {
            let media = "text/csv; charset=utf-8".to_owned();
            Download { name: format!("{name}.csv"), media, bytes: lines(&columns, &rows).into_bytes() }
        }
        _ => Download { name: format!("{name}.svg"), media: "image/svg+xml".to_owned(), bytes: drawing.into_bytes() },
    };
    let mut tx = ctx.office.db.begin().await?;
    let detail = serde_json::json!({
        "mechanism": mechanism, "figure": figure, "unit": asked.unit.map(|unit| unit.to_string()),
        "period": asked.period.to_string(), "file": file.name,
    });
    act(ctx, &mut tx, "export.figure", detail).await?;
    tx.commit().await?;
    Ok(file)
}

fn stamp(ctx: &Ctx) -> String {
    format!("{}{}导出", ctx.actor.name(), moment(ctx.now))
}

fn columns(page: &FigurePage) -> Vec<Column> {
    let column = |title: String, kind| Column { title, width: None, kind };
    let mut columns = vec![column("单位".to_owned(), ColumnKind::Text)];
    columns.extend(page.steps.iter().map(|step| column(step.words(), ColumnKind::Number(2))));
    columns.push(column(page.asked.period.words(), ColumnKind::Number(2)));
    if page.is_ratio {
        columns.push(column("分子".to_owned(), ColumnKind::Number(0)));
        columns.push(column("分母".to_owned(), ColumnKind::Number(0)));
    }
    columns
}

fn value(cell: &FigureCell) -> OutCell {
    match cell.shown.parse::<Decimal>() {
        Ok(value) => OutCell::Number(value),
        Err(_) => OutCell::Text(cell.shown.clone()),
    }
}

fn rows(page: &FigurePage) -> Vec<Vec<OutCell>> {
    let row = |row: &super::FigureRow| {
        let mut cells = vec![OutCell::Text(row.name.clone())];
        cells.extend(row.cells.iter().chain([&row.total]).map(value));
        if page.is_ratio {
            let Amount { numerator, denominator } = row.total.amount;
            let side = |number: i64| match row.total.is_hidden {
                true => OutCell::Text(HIDDEN.to_owned()),
                false => OutCell::Number(number.into()),
            };
            cells.extend([numerator, denominator].map(side));
        }
        cells
    };
    std::iter::once(&page.whole).chain(&page.rows).map(row).collect()
}

/// What stands on the second sheet: the words, the formula, the version, as of when, who and when.
fn notes(ctx: &Ctx, page: &FigurePage) -> Vec<String> {
    let mut notes = vec![
        format!("数字：{}（{}）", page.card.name, page.card.unit),
        format!("机制：{}", page.mechanism_name),
        format!("数什么：{}", page.card.words),
    ];
    notes.extend(page.over_words.iter().map(|over| format!("除以：{over}")));
    for (name, written, read) in &page.formulas {
        notes.push(if written == read {
            format!("{name}：{written}")
        } else {
            format!("{name}：{written}（{read}）")
        });
    }
    notes.push(format!("定义版本：{}", page.version));
    notes.push(format!("单位：{}", page.unit_words));
    notes.push(format!(
        "期间：{}（{}至{}）",
        page.asked.period.words(),
        page.asked.period.first(),
        page.asked.period.last()
    ));
    notes.push(format!("范围：{}", part_words(&page.card.part)));
    notes.extend(page.few.map(|few| few_words(few, &page.card.unit)));
    notes.push(format!("数据截至：{}", moment(ctx.now)));
    notes.push(stamp(ctx));
    notes
}

/// What the sign of a hidden number means, in words.
pub fn few_words(few: i64, unit: &str) -> String {
    format!(
        "{HIDDEN}：少于{few}{unit}，或者同组里有少于{few}{unit}的、由它可以推算出来的，不显示；按周、按日的也不显示。"
    )
}

/// Of which part of the whole a figure is read, in words.
pub fn part_words(part: &Part) -> String {
    match part {
        Part::Whole(name) => format!("{name}（全部）"),
        Part::Units(seen, all) => format!("你能看到的 {seen} 个单位（共 {all} 个）"),
    }
}

/// Values with commas, for spreadsheets that open them as they are: with the mark that says UTF-8, and no cell that
/// begins like a formula.
fn lines(columns: &[Column], rows: &[Vec<OutCell>]) -> String {
    let quoted = |text: &str| {
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    };
    let cell = |cell: &OutCell| match cell {
        OutCell::Text(text) => quoted(text),
        OutCell::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let mut all = String::from("\u{feff}");
    let titles: Vec<String> = columns.iter().map(|column| quoted(&column.title)).collect();
    let _ = write!(all, "{}\r\n", titles.join(","));
    for row in rows {
        let _ = write!(all, "{}\r\n", row.iter().map(cell).collect::<Vec<_>>().join(","));
    }
    all
}
