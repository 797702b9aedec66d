//! The lines of a workbook, each with what became of it.

use app::queries::intake::{Line, LineKind, Preview};
use kernel::ids::FieldId;
use maud::{Markup, html};

use super::at;
use crate::parts::empty::nothing_yet;
use crate::parts::light::{Light, light};
use crate::parts::table::{Cell, Column, ColumnKind, Row, RowTone, Table, table};
use crate::urls;

/// The lines that are asked for: `records`, `good`, `problems`, `other`, or all of them.
pub(super) fn shown(preview: &Preview, show: &str) -> Markup {
    let fits = |line: &&Line| match show {
        "records" => is_record(line.kind),
        "good" => line.kind == LineKind::Good,
        "problems" => line.kind == LineKind::Faulty,
        "other" => !is_record(line.kind) && line.kind != LineKind::Blank,
        _ => line.kind != LineKind::Blank,
    };
    let fields: Vec<&FieldId> = preview.columns.iter().filter_map(|column| column.field.as_ref()).collect();
    let lines: Vec<&Line> = preview.lines.iter().filter(fits).collect();
    let widest = widest(&lines, &fields);
    let rows: Vec<Row> = lines.iter().map(|line| row(line, &fields, widest)).collect();
    let own = at(&preview.mechanism, preview.upload);
    html! {
        @if rows.is_empty() { (nothing_yet("没有这样的行。")) }
        @else {
            (table(&Table { caption: "逐行判断".to_owned(), columns: columns(preview, &fields, &lines, widest), rows, choose: None, wide: fields.len() > 5 }))
        }
        div.tfoot {
            span {
                @if show.is_empty() { "只列前面的行和所有要看的行" } @else { a href=(own) { "看全部" } }
                @if preview.not_shown > 0 { "。另有 " (preview.not_shown) " 行有问题，没有列出，见标注后的工作簿" }
            }
            span.pager {
                a href=(urls::with(&own, &[("show", "problems")])) { "只看有问题的" } " "
                a href=(urls::with(&own, &[("show", "other")])) { "只看跳过的" }
            }
        }
    }
}

fn is_record(kind: LineKind) -> bool {
    matches!(kind, LineKind::Good | LineKind::Faulty | LineKind::Known)
}

/// The column with the longest words: there the words of lines that are no records stand as well.
fn widest(lines: &[&Line], fields: &[&FieldId]) -> usize {
    let longest = |field: &FieldId| {
        let cells = lines.iter().flat_map(|line| &line.cells).filter(|cell| cell.field == *field);
        cells.map(|cell| cell.text.chars().count()).max().unwrap_or(0)
    };
    fields.iter().enumerate().max_by_key(|(_, field)| longest(field)).map_or(0, |(at, _)| at)
}

fn columns(preview: &Preview, fields: &[&FieldId], lines: &[&Line], widest: usize) -> Vec<Column> {
    let name = |id: &FieldId| {
        let found = preview.fields.iter().find(|field| field.id == *id.as_str());
        found.map_or_else(|| id.to_string(), |field| field.name.clone())
    };
    let mut list = vec![Column::new("行", ColumnKind::Number)];
    // Words with a fault are read in full; without one the longest are cut to a line.
    let has_fault =
        |id: &FieldId| lines.iter().flat_map(|it| &it.cells).any(|it| it.field == *id && it.fault.is_some());
    list.extend(fields.iter().enumerate().map(|(at, id)| {
        let kind = if at == widest && !has_fault(id) { ColumnKind::Long } else { ColumnKind::Text };
        Column::new(name(id), kind)
    }));
    list.push(Column::new("判断", ColumnKind::Text));
    list
}

fn row(line: &Line, fields: &[&FieldId], widest: usize) -> Row {
    let mut cells = vec![Cell::text(&line.row.to_string())];
    if !is_record(line.kind) {
        cells.extend((0..fields.len()).map(|at| if at == widest { whole(&line.text) } else { Cell::text("") }));
        cells.push(Cell::text(&line.why));
        return Row { cells, tone: RowTone::Skipped, ..Row::default() };
    }
    for field in fields {
        let cell = line.cells.iter().find(|cell| cell.field == **field);
        let shown = whole(cell.map_or("", |cell| &cell.text));
        cells.push(match cell.and_then(|cell| cell.fault.clone()) {
            Some(fault) => shown.tip(fault),
            None => shown,
        });
    }
    cells.push(Cell::shown(verdict(line)));
    let tone = if line.kind == LineKind::Faulty { RowTone::Bad } else { RowTone::Plain };
    Row { cells, tone, ..Row::default() }
}

/// Words that can be read in full on pointing, also where they are cut.
fn whole(words: &str) -> Cell {
    if words.chars().count() > 20 { Cell::shown(html! { span title=(words) { (words) } }) } else { Cell::text(words) }
}

fn verdict(line: &Line) -> Markup {
    let faults = line.faults.len() + line.cells.iter().filter(|cell| cell.fault.is_some()).count();
    match line.kind {
        LineKind::Good => light(Light::Green, "可导入"),
        LineKind::Known => light(Light::Grey, "以前导入过"),
        _ => html! {
            (light(Light::Red, &format!("{faults} 处问题")))
            @for fault in &line.faults { p.small { (fault) } }
        },
    }
}
