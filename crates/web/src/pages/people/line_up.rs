//! The line-up of units on a day: posts, who holds them, what is vacant.

use app::queries::people::{self as asked, LineUpPage, PostLine};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::empty::empty;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::words::day_cell;
use crate::urls;
use crate::visitor::Visitor;

/// Which units, on which day.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    on: String,
    after: String,
}

/// `GET /people/line-up?unit=&on=`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let unit = match asked.unit.as_str() {
        "" => None,
        unit => Some(unit.parse().map_err(|_| Failure::not_found())?),
    };
    let on = asked.on.parse().unwrap_or(visitor.ctx.today);
    let page = asked::line_up(&visitor.ctx, unit, on, &asked.after).await?;
    let head = PageHead {
        crumbs: vec![Anchor::new("人员", urls::PEOPLE), Anchor::new("职位和班子", "")],
        title: "职位和班子".to_owned(),
        remark: format!("{} 的情况", day_cell(page.on)),
        lights: None,
        acts: page
            .mechanism
            .as_ref()
            .map(|id| html! { (Button::link("职位台账", urls::register(id)).icon(Icon::List)) }),
    };
    let content = html! { section.card id="list" data-live { (filters(&page, &asked)) (rows(&page, &asked)) } };
    visitor.page(Place::Elsewhere, &head, content).await
}

fn filters(page: &LineUpPage, asked: &Asked) -> Markup {
    let choices = page.units.iter().map(|it| FilterChoice { value: it.id.clone(), label: it.name.clone() }).collect();
    let unit = FilterControl::Choice {
        name: "unit".to_owned(),
        all: format!("全部 {} 个单位", page.units.len()),
        choices,
        chosen: asked.unit.clone(),
        searched: true,
    };
    filter_bar(&FilterBar {
        action: urls::LINE_UP.to_owned(),
        keep: Vec::new(),
        filters: vec![
            Filter { label: "单位".to_owned(), control: unit },
            Filter {
                label: "哪一天".to_owned(),
                control: FilterControl::Day { name: "on".to_owned(), chosen: page.on.to_string() },
            },
        ],
        clear_href: (!asked.unit.is_empty() || !asked.on.is_empty()).then(|| urls::LINE_UP.to_owned()),
        more: None,
    })
}

fn rows(page: &LineUpPage, asked: &Asked) -> Markup {
    if page.posts.is_empty() {
        return empty(Icon::People, "那天没有职位", "请换一个单位或日期；还没有登记职位的，先在职位台账里设立。", &[]);
    }
    let row = |it: &PostLine| Row {
        key: it.id.to_string(),
        cells: vec![
            Cell::text(&it.unit),
            Cell::link(&it.name, &urls::record(it.id)),
            Cell::shown(html! {
                @for (at, holder) in it.holders.iter().enumerate() {
                    @if at > 0 { "、" }
                    a href=(urls::person(holder.person)) { (holder.name) }
                    span.quiet.small { "（" (holder.how) "，自 " (day_cell(holder.from_on)) "）" }
                }
            }),
            Cell::text(&it.places.to_string()),
            Cell::shown(match it.vacant {
                0 => light(Light::Green, "满员"),
                vacant => light(Light::Amber, &format!("空 {vacant}")),
            }),
        ],
        ..Row::default()
    };
    let list = table(&Table {
        caption: "职位和班子".to_owned(),
        columns: vec![
            Column::new("单位", ColumnKind::Text),
            Column::new("职位", ColumnKind::Text),
            Column::new("任职人员", ColumnKind::Text),
            Column::new("职数", ColumnKind::Number),
            Column::new("空缺", ColumnKind::Chip),
        ],
        rows: page.posts.iter().map(row).collect(),
        choose: None,
        wide: false,
    });
    let address =
        |after: &str| urls::with(urls::LINE_UP, &[("unit", &asked.unit), ("on", &asked.on), ("after", after)]);
    let place = Pager {
        shown: page.posts.len() as u64,
        unit: "个职位".to_owned(),
        previous: (!asked.after.is_empty()).then(|| address("")),
        next: page.next.as_deref().map(address),
        ..Pager::default()
    };
    html! { (list) (pager(&place, html! {})) }
}
