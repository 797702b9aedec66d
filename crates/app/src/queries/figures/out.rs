//! A figure taken away: as a workbook with its definition on the second sheet, as plain lines, as a drawing.
//!
//! Never without an act in the journal, and never more than the page shows.

use std::fmt::Write as _;

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use rust_decimal::Decimal;

use super::one::{FigureCell, FigurePage, figure_page};
use super::{FiguresAsk, Part};
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
        Form::Ranking => charts::ranking(&page, &|_, _| None),
        Form::Heat => charts::heat(&page, &|_, _| None),
    };
    if drawing.is_empty() && !matches!(form, Form::Workbook | Form::Lines) {
        return Err(Error::NotFound);
    }
    let name = |ending: &str| format!("{}{}{}.{ending}", page.card.name, page.unit_words, page.asked.period.words());
    let (rows, columns) = (rows(&page), columns(&page));
    let file = match form {
        Form::Workbook => {
            let (notes, sheet, stamp) = (notes(ctx, &page), page.card.name.clone(), stamp(ctx));
            let write = move || workbook_out::write(Sheet { name: sheet, columns, rows, stamp }, &notes);
            let bytes = aside("write a workbook", write).await?;
            let bytes = bytes.map_err(|fault| Error::broken("write a workbook", fault))?;
            Download { name: name("xlsx"), media: XLSX.to_owned(), bytes }
        }
        Form::Lines => {
            let media = "text/csv; charset=utf-8".to_owned();
            Download { name: name("csv"), media, bytes: lines(&columns, &rows).into_bytes() }
        }
        _ => Download { name: name("svg"), media: "image/svg+xml".to_owned(), bytes: drawing.into_bytes() },
    };
    let mut tx = ctx.office.db.begin().await?;
    let detail = serde_json::json!({
        "mechanism": mechanism, "figure": figure, "unit": ask.unit.map(|unit| unit.to_string()),
        "period": page.asked.period.to_string(), "file": file.name,
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

fn rows(page: &FigurePage) -> Vec<Vec<OutCell>> {
    let value = |cell: &FigureCell| match cell.shown.parse::<Decimal>() {
        Ok(value) => OutCell::Number(value),
        Err(_) => OutCell::Text(cell.shown.clone()),
    };
    let row = |row: &super::FigureRow| {
        let mut cells = vec![OutCell::Text(row.name.clone())];
        cells.extend(row.cells.iter().chain([&row.total]).map(value));
        if page.is_ratio {
            let amount = row.total.amount;
            cells.extend([amount.numerator, amount.denominator].map(|number| OutCell::Number(number.into())));
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
    notes.push(format!("数据截至：{}", moment(ctx.now)));
    notes.push(stamp(ctx));
    notes
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
