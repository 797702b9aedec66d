//! Records that play a part in an assessment: letters, dispatch sheets, uses of the result, what units filed; and the acts
//! that begin one.
//!
//! Never a record that the reader does not see.

use app::queries::assessments::board::BelowLine;
use app::queries::assessments::letters::PartLine;
use app::queries::assessments::sheet::SheetPage;
use kernel::ids::RecordId;
use kernel::kinds::assessment::parts::Part;
use maud::{Markup, html};
use uuid::Uuid;

use crate::parts::buttons::Button;
use crate::parts::cards::{card, count};
use crate::parts::empty::nothing_yet;
use crate::parts::light::{Standing, state};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;

/// The letter about a value: the one that is open, or the act that writes one.
pub(super) fn letter(id: RecordId, it: &BelowLine) -> Markup {
    match &it.letter {
        Some((letter, called)) => html! { a href=(urls::record(*letter)) { (called) } },
        None => html! {
            form method="post" action=(urls::assessment_letters(id)) {
                input type="hidden" name="_key" value=(Uuid::new_v4().simple().to_string());
                input type="hidden" name="unit" value=(it.unit);
                input type="hidden" name="code" value=(it.indicator.0);
                (Button::submit(if it.is_below { "拟预警函" } else { "拟调度函" }))
            }
        },
    }
}

/// Letters, dispatch sheets and uses of the result, a card each.
pub(super) fn cards(all: &[PartLine]) -> Markup {
    let cards = [(Part::Sheet, "调度表"), (Part::Letter, "调度函、预警函"), (Part::Use, "结果运用")];
    html! {
        @for (part, title) in cards {
            @let own: Vec<&PartLine> = all.iter().filter(|it| it.part == part).collect();
            @if !own.is_empty() { (card(title, count(own.len() as u64), list(title, &own, part != Part::Sheet))) }
        }
    }
}

fn list(title: &str, all: &[&PartLine], has_unit: bool) -> Markup {
    let mut columns = vec![Column::new("事项", ColumnKind::Long)];
    if has_unit {
        columns.push(Column::new("单位", ColumnKind::Text));
    }
    columns.push(Column::new("状态", ColumnKind::Chip));
    let row = |it: &&PartLine| {
        let mut cells = vec![Cell::link(&it.title, &urls::record(it.id))];
        if has_unit {
            cells.push(Cell::text(&it.unit.1));
        }
        cells.push(Cell::shown(standing(it)));
        Row { key: it.id.to_string(), cells, ..Row::default() }
    };
    let rows = all.iter().map(row).collect();
    table(&Table { caption: title.to_owned(), columns, rows, choose: None, wide: false })
}

fn standing(it: &PartLine) -> Markup {
    state(if it.is_open { Standing::Open } else { Standing::Done }, &it.state)
}

/// What a unit filed and objected, with what was found; and the doors to more.
pub(super) fn filed(page: &SheetPage) -> Markup {
    let own: Vec<&PartLine> = page.others.iter().filter(|it| it.part == Part::Entry).collect();
    let columns = vec![
        Column::new("填报", ColumnKind::Long),
        Column::new("指标", ColumnKind::Text),
        Column::new("填报值", ColumnKind::Number),
        Column::new("核定值", ColumnKind::Number),
        Column::new("状态", ColumnKind::Chip),
    ];
    let row = |it: &&PartLine| {
        let cells = vec![
            Cell::link(&it.title, &urls::record(it.id)),
            Cell::text(&it.code),
            Cell::text(&it.values.0),
            Cell::text(&it.values.1),
            Cell::shown(standing(it)),
        ];
        Row { key: it.id.to_string(), cells, ..Row::default() }
    };
    let rows: Vec<Row> = own.iter().map(row).collect();
    html! {
        @if rows.is_empty() { (nothing_yet("还没有填报和异议。要填报的指标，在上面的表里点“填报”。")) }
        @else { (table(&Table { caption: "填报和异议".to_owned(), columns, rows, choose: None, wide: false })) }
    }
}

/// The doors of an indicator: filing a value where it is filed, and objecting to what it comes to.
pub(super) fn doors(page: &SheetPage, (code, name, is_filed): (&str, &str, bool)) -> Markup {
    let Some(mechanism) = &page.files else { return html! {} };
    let unit = page.unit.0.to_string();
    let id = page.id.to_string();
    let to = |kind: &str| {
        let pairs = [("assessment", &*id), ("unit", &unit), ("kind", kind), ("indicator", code), ("title", name)];
        urls::with(&urls::of_register(mechanism, "new"), &pairs)
    };
    html! {
        @if is_filed && page.is_running { " " a href=(to("filed")) { "填报" } }
        " " a href=(to("objection")) { "提异议" }
    }
}
