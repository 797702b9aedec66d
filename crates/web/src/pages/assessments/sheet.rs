//! The sheet of a unit: each indicator with its points and the reason of them, and how the score went month by month.
//!
//! Never a point without its reason.

use app::queries::assessments::sheet::{self, SheetLine, SheetPage};
use axum::response::Response;
use kernel::ids::{RecordId, UnitId};
use kernel::kinds::assessment::words::shown;
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::{others, points};
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, plain_card};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::light::{Light, light, meter};
use crate::parts::raw::svg;
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, RowTone, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /records/{record}/assessment/units/{unit}`.
pub(crate) async fn show(visitor: Visitor, At((id, unit)): At<(RecordId, UnitId)>) -> Result<Response, Failure> {
    let page = sheet::sheet(&visitor.ctx, id, unit).await?;
    let head = PageHead {
        crumbs: vec![
            Anchor::new(&page.mechanism.1, urls::register(&page.mechanism.0)),
            Anchor::new(&page.title, urls::record(id)),
            Anchor::new("得分和排名", urls::assessment(id)),
            Anchor::new(&page.unit.1, ""),
        ],
        title: format!("{}：得分单", page.unit.1),
        remark: match &page.published {
            Some(at) => format!("{at}公布，以后不再变"),
            None => format!("截至{}，还没有定", page.on),
        },
        ..PageHead::default()
    };
    visitor.page(Place::Mechanism(&page.mechanism.0), &head, content(&page)).await
}

fn content(page: &SheetPage) -> Markup {
    html! {
        div.grid {
            div.c8.pile {
                (card("每一分的由来", html! { "点现值看背后的事项" }, lines(page)))
                (card("填报和异议", html! { "核验过的才算" }, others::filed(page)))
            }
            div.c4.pile.lead {
                (card(&page.group, html! {}, standing(page)))
                @if let Some(mechanism) = &page.judges { (card("评委打分", html! {}, html! { div.send {
                    (Button::link("打分", urls::with(&urls::of_register(mechanism, "new"), &[("assessment", &page.id.to_string()), ("title", &page.title)])))
                } })) }
                (others::cards(&page.others))
                @let drawn = page.chart();
                @if drawn.is_empty() { (plain_card(nothing_yet("有两个月以上的得分以后，这里画出走势。"))) }
                @else { (card("逐月得分", html! { "分" }, html! { div.pad { (svg(&drawn)) } (months(page)) })) }
            }
        }
    }
}

fn standing(page: &SheetPage) -> Markup {
    let it = &page.standing;
    let rank = it.rank.map_or_else(|| "—".to_owned(), |rank| format!("第{rank}，共{}个单位", it.among));
    let mut all = vec![
        Fact::text("得分", &points(it.total)),
        Fact::text("名次", &rank),
        Fact::text("与前一名差", &it.gap.map_or_else(|| "—".to_owned(), |gap| format!("{gap}分"))),
    ];
    if page.published.is_some() {
        all.push(Fact::text("等次", &page.grade));
    }
    all.push(Fact::long("怎么来的", &page.total));
    let names = |places: &[usize]| {
        let of = places
            .iter()
            .filter_map(|at| page.lines.iter().find(|it| it.line.as_ref().is_some_and(|line| line.indicator == *at)));
        of.map(|it| it.name.as_str()).collect::<Vec<_>>().join("、")
    };
    if !it.vetoes.is_empty() {
        all.push(Fact::text("一票否决", &names(&it.vetoes)));
    }
    if !it.bars.is_empty() {
        all.push(Fact::text("限制评优", &names(&it.bars)));
    }
    facts(&all, true)
}

fn lines(page: &SheetPage) -> Markup {
    let columns = vec![
        Column::new("指标", ColumnKind::Text),
        Column::new("权重", ColumnKind::Number),
        Column::new("目标", ColumnKind::Number),
        Column::new("现值", ColumnKind::Number),
        Column::new("得分", ColumnKind::Number),
        Column::new("由来", ColumnKind::Text),
    ];
    let rows = page.lines.iter().map(|it| row(page, it)).collect();
    table(&Table { caption: "每一分的由来".to_owned(), columns, rows, choose: None, wide: false })
}

fn row(page: &SheetPage, it: &SheetLine) -> Row {
    let name = html! { ("\u{3000}".repeat(it.depth.saturating_sub(1))) (it.code) " " (it.name) };
    let weight = if it.weight.is_zero() { String::new() } else { shown(it.weight) };
    let Some(line) = &it.line else {
        let cells = vec![Cell::shown(name), Cell::text(&weight)];
        return Row { key: it.code.clone(), cells, tone: RowTone::Total, ..Row::default() };
    };
    let value = line.value.map_or_else(|| "没有数值".to_owned(), shown);
    let value = html! {
        @match &it.door {
            Some((mechanism, figure, period)) => a href=(urls::with(&urls::figure(mechanism, figure), &[("period", period)])) { (value) },
            None => (value),
        }
        @if line.is_unchecked { " " (light(Light::Amber, "有填报没有核验")) }
        @if line.is_below { " " (light(Light::Red, "低于预警线")) }
    };
    let share = line.part.filter(|_| it.weighs).and_then(|part| (part * Decimal::ONE_HUNDRED).to_u32());
    let why = html! {
        (it.why)
        @if let Some(share) = share { " " (meter(None, share, &format!("{share}%"))) }
        p.small.quiet { (it.rule) }
        @if !it.items.is_empty() { ol.small { @for item in &it.items { li { (item) } } } }
        p.small { (others::doors(page, (&it.code, &it.name, it.is_filed))) }
    };
    let cells = vec![
        Cell::shown(name),
        Cell::text(&weight),
        Cell::text(&line.target.map(shown).unwrap_or_default()),
        Cell::shown(value),
        Cell::text(&points(line.points)),
        Cell::shown(why),
    ];
    Row { key: it.code.clone(), cells, ..Row::default() }
}

fn months(page: &SheetPage) -> Markup {
    let columns = vec![
        Column::new("月末", ColumnKind::Text),
        Column::new("得分", ColumnKind::Number),
        Column::new("名次", ColumnKind::Number),
    ];
    let row = |(month, total, rank): &(String, Option<Decimal>, Option<usize>)| Row {
        key: month.clone(),
        cells: vec![
            Cell::text(month),
            Cell::text(&points(*total)),
            Cell::text(&rank.map(|it| it.to_string()).unwrap_or_default()),
        ],
        ..Row::default()
    };
    let rows = page.course.iter().map(row).collect();
    table(&Table { caption: "逐月得分".to_owned(), columns, rows, choose: None, wide: false })
}
