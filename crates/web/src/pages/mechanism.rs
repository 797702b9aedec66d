//! The mechanism 机制: as prose, with its flow drawn; the same text the book prints.

use app::queries::mechanism_page::{self, MechanismPage};
use axum::response::Response;
use kernel::catalog::prose::Block;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::empty;
use crate::parts::icons::Icon;
use crate::parts::raw::svg;
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::todo::{Todo, todos};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /book`: the mechanisms in reach.
pub(crate) async fn all(visitor: Visitor) -> Result<Response, Failure> {
    let ctx = &visitor.ctx;
    let seen = ctx.catalog().in_order().filter(|it| ctx.reaches(it));
    let row = |it: &std::sync::Arc<kernel::catalog::Mechanism>| Todo {
        href: urls::of_register(it.id.as_str(), "about"),
        title: it.name.clone(),
        note: it.purpose.clone(),
        act: Some(Button::link("台账", urls::register(it.id.as_str()))),
        light: None,
    };
    let rows: Vec<Todo> = seen.map(row).collect();
    let head = PageHead { title: "机制手册".to_owned(), ..PageHead::default() };
    let content = html! {
        @if rows.is_empty() { section.card { (empty(Icon::Book, "没有你能看到的机制", "需要授权的，请联系系统管理员。", &[])) } }
        @else { (card("你办的机制", html! {}, todos(&rows))) }
    };
    visitor.page(Place::Book, &head, content).await
}

/// `GET /m/{mechanism}/about`.
pub(crate) async fn show(visitor: Visitor, At(mechanism): At<String>) -> Result<Response, Failure> {
    let page = mechanism_page::mechanism_page(&visitor.ctx, &mechanism)?;
    let id = page.mechanism.id.as_str();
    let head = PageHead {
        crumbs: vec![
            Anchor::new(&page.chapter, urls::register(id)),
            Anchor::new(&page.mechanism.name, urls::register(id)),
            Anchor::new("机制", ""),
        ],
        title: format!("{}是怎么运转的", page.mechanism.name),
        remark: format!("版本 {}", page.mechanism.hash.chars().take(8).collect::<String>()),
        ..PageHead::default()
    };
    visitor.page(Place::Mechanism(id), &head, content(&page)).await
}

fn content(page: &MechanismPage) -> Markup {
    let prose = &page.prose;
    html! {
        (card("做什么", html! {}, html! {
            div.pad.prose {
                p { (prose.purpose) }
                @for basis in &prose.basis { blockquote { (basis) } }
            }
        }))
        (card("流程", html! {}, html! { div.pad.scroll.way tabindex="0" role="region" aria-label="流程图" { (svg(&page.flow)) } }))
        @for section in &prose.sections {
            (card(&section.heading, html! {}, html! { @for one in &section.blocks { (block(&section.heading, one)) } }))
        }
    }
}

fn block(heading: &str, one: &Block) -> Markup {
    match one {
        Block::Paragraph(text) => html! { p.pad { (text) } },
        Block::Points(points) => html! { ul.pad.points { @for point in points { li { (point) } } } },
        Block::Table { columns, rows } => table(&Table {
            caption: heading.to_owned(),
            columns: columns.iter().map(|title| Column::new(title, ColumnKind::Text)).collect(),
            rows: rows
                .iter()
                .map(|row| Row { cells: row.iter().map(|words| Cell::text(words)).collect(), ..Row::default() })
                .collect(),
            choose: None,
            wide: columns.len() > 7,
        }),
    }
}
