//! A figure as it was known on a past day: its value then, what has changed since, the records that stood behind it.

use app::queries::figures::{self as asked, KnownPage};
use axum::extract::Query;
use axum::response::Response;
use kernel::figures::Amount;
use kernel::ids::RecordId;
use maud::{Markup, html};

use super::Asked;
use super::seals::{changes, gave};
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// The day.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Day {
    known: String,
}

/// `GET /m/{mechanism}/figures/{figure}/known?unit=&period=&known=`.
pub(crate) async fn show(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    Query(asked): Query<Asked>,
    Query(day): Query<Day>,
) -> Result<Response, Failure> {
    let page = asked::known_on(&visitor.ctx, &mechanism, &figure, &asked.ask()?, &day.known).await?;
    let pairs = [("unit", page.unit.0.to_string()), ("period", page.period.to_string())];
    let own = urls::with(
        &urls::figure(&page.mechanism.0, &page.figure.0),
        &pairs.each_ref().map(|(name, value)| (*name, value.as_str())),
    );
    let head = PageHead {
        crumbs: vec![Anchor::new("数字", "/figures"), Anchor::new(&page.figure.1, own), Anchor::new("当时所知", "")],
        title: format!("{}：截至{}所知", page.figure.1, page.day),
        remark: format!("{} · {}", page.unit.1, page.period.words()),
        ..PageHead::default()
    };
    let content = html! {
        div.grid {
            div.c8.pile {
                (card("那天以后的变化", html! {}, drift(&page)))
                (card("当时计入的事项", html! { "按当时的样子" }, behind(&page)))
            }
            div.c4.pile.lead { (card("数值", html! {}, values(&page))) }
        }
    };
    visitor.page(Place::Mechanism(&page.mechanism.0), &head, content).await
}

fn values(page: &KnownPage) -> Markup {
    let shown = |(value, amount): &(String, Amount)| {
        let parts =
            if page.is_ratio { format!("（{} / {}）", amount.numerator, amount.denominator) } else { String::new() };
        format!("{value} {}{parts}", page.measure)
    };
    facts(
        &[
            Fact::text("当时所知", &shown(&page.then)),
            Fact::text("现在所知", &shown(&page.now)),
            Fact::text("还原", &format!("那天以后有变动的 {} 件事项按日志还原，其余与现在相同。", page.replayed)),
        ],
        true,
    )
}

fn drift(page: &KnownPage) -> Markup {
    let (lines, more) = &page.drift;
    if lines.is_empty() && *more == 0 {
        return nothing_yet("没有变化：那天所知的和现在一致。");
    }
    changes("当时", lines, *more)
}

fn behind(page: &KnownPage) -> Markup {
    let (lines, left_out) = &page.behind;
    if lines.is_empty() && *left_out == 0 {
        return nothing_yet("当时没有事项计入。");
    }
    let row = |(id, title, amount): &(RecordId, String, Amount)| Row {
        cells: vec![Cell::link(title, &urls::record(*id)), Cell::text(&gave(Some(*amount)))],
        ..Row::default()
    };
    html! {
        (table(&Table {
            caption: "当时计入的事项".to_owned(),
            columns: vec![Column::new("事项", ColumnKind::Text), Column::new("计入", ColumnKind::Number)],
            rows: lines.iter().map(row).collect(),
            choose: None,
            wide: false,
        }))
        @if *left_out > 0 { p.pad.quiet { "另有 " (left_out) " 件没有列出。" } }
    }
}
