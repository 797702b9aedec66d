//! Units and people in reach 组织与人员: the tree, who works there, and what this person was given.

use app::tree::Unit;
use axum::response::Response;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::words::day_cell;
use crate::visitor::Visitor;

/// `GET /units`.
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Failure> {
    let head = PageHead { title: "我的授权和单位".to_owned(), ..PageHead::default() };
    let content =
        html! { (card("我的授权", html! {}, grants(&visitor))) (card("我能看到的单位", html! {}, units(&visitor))) };
    visitor.page(Place::Elsewhere, &head, content).await
}

fn grants(visitor: &Visitor) -> Markup {
    let ctx = &visitor.ctx;
    if ctx.actor.grants().is_empty() {
        return nothing_yet("你还没有任何授权。需要办事的，请联系系统管理员。");
    }
    let row = |grant: &kernel::authority::Grant| Row {
        cells: vec![
            Cell::text(ctx.vocabulary().role(grant.role.as_str()).map_or("", |role| &role.name)),
            Cell::text(&ctx.names().unit(grant.unit)),
            Cell::text(&day_cell(grant.from_on)),
            Cell::text(&grant.until_on.map(day_cell).unwrap_or_default()),
            Cell::text(&grant.basis),
        ],
        ..Row::default()
    };
    table(&Table {
        caption: "我的授权".to_owned(),
        columns: vec![
            Column::new("角色", ColumnKind::Text),
            Column::new("单位（含下级）", ColumnKind::Text),
            Column::new("自", ColumnKind::Day),
            Column::new("至", ColumnKind::Day),
            Column::new("依据", ColumnKind::Text),
        ],
        rows: ctx.actor.grants().iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn units(visitor: &Visitor) -> Markup {
    let ctx = &visitor.ctx;
    let reach: Vec<_> = ctx.actor.grants().iter().map(|grant| grant.over).collect();
    let seen: Vec<&Unit> = ctx.tree.within(&reach).collect();
    let Some(top) = seen.iter().map(|unit| unit.depth).min() else {
        return nothing_yet("没有你能看到的单位。");
    };
    let mut people: Vec<_> = ctx.tree.people().collect();
    people.sort_by(|a, b| (&a.pinyin, &a.name).cmp(&(&b.pinyin, &b.name)));
    let of = |unit: &Unit| {
        let own = people.iter().filter(|person| person.unit == Some(unit.id)).map(|person| match &person.post_name {
            Some(post) => format!("{}（{post}）", person.name),
            None => person.name.clone(),
        });
        own.collect::<Vec<_>>().join("、")
    };
    html! {
        ul.units {
            @for unit in seen {
                li id={ "u-" (unit.id) } class={ "in" ((unit.depth - top).clamp(0, 6)) } { b { (unit.name) } " " span.quiet.small { (of(unit)) } }
            }
        }
    }
}
