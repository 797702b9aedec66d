//! The links of a mechanism: who was together with whom on a day, what ends soon, who has a place left.
//!
//! Never a place that is counted here: what is left is told by the query.

use app::queries::forms::Choice;
use app::queries::links::{self, FreeRow, FreeSide, LinkRow, LinksAsk, LinksPage, Tab};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, count};
use crate::parts::empty::nothing_yet;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::tabs;
use crate::parts::words::day_cell;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    tab: String,
    on: String,
    unit: String,
    after: String,
}

impl Asked {
    pub(crate) fn ask(&self) -> Result<LinksAsk, Failure> {
        let unit = match self.unit.as_str() {
            "" => None,
            unit => Some(unit.parse().map_err(|_| Failure::not_found())?),
        };
        Ok(LinksAsk { tab: self.tab.clone(), on: self.on.clone(), unit, after: self.after.clone() })
    }
}

/// `GET /m/{mechanism}/links?tab=&on=&unit=&after=`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = links::links_page(&visitor.ctx, &mechanism, &asked.ask()?).await?;
    let acts = html! {
        @if page.may_export && page.tab != Tab::Free {
            (Button::link("导出", address(&page, "links/table.xlsx", page.tab, "")).icon(Icon::Export).download())
        }
        @if let Some(start) = &page.may_start {
            (Button::link(start, urls::of_register(&mechanism, "new")).icon(Icon::Plus).main())
        }
    };
    let (_, _, name) = Tab::ALL.into_iter().find(|(tab, ..)| *tab == page.tab).unwrap_or(Tab::ALL[0]);
    let remark = match page.tab {
        Tab::Soon => format!("{}起三个月内到期的，和已经到期还没有办结束的", page.on),
        _ => format!("{}这一天", page.on),
    };
    let head = PageHead {
        crumbs: vec![Anchor::new(&page.mechanism.1, urls::register(&mechanism)), Anchor::new("谁和谁", "")],
        title: format!("{}：{name}", page.mechanism.1),
        remark,
        acts: Some(acts),
        ..PageHead::default()
    };
    visitor.page(Place::Mechanism(&mechanism), &head, content(&page)).await
}

/// `GET /m/{mechanism}/links/table.xlsx`.
pub(crate) async fn workbook(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    Ok(answer::file(links::workbook(&visitor.ctx, &mechanism, &asked.ask()?).await?))
}

fn address(page: &LinksPage, of: &str, tab: Tab, after: &str) -> String {
    let unit = page.unit.map(|unit| unit.to_string()).unwrap_or_default();
    let tab = Tab::ALL.into_iter().find(|(it, ..)| *it == tab).map_or("", |(_, id, _)| id);
    let pairs = [("tab", tab), ("on", &page.on.to_string()), ("unit", &unit), ("after", after)];
    urls::with(&urls::of_register(&page.mechanism.0, of), &pairs)
}

fn content(page: &LinksPage) -> Markup {
    let tab = |(tab, _, name): (Tab, &str, &str)| tabs::Tab {
        label: name.to_owned(),
        href: address(page, "links", tab, ""),
        current: tab == page.tab,
        ..tabs::Tab::default()
    };
    html! {
        section.card {
            (tabs::tabs("看什么", &Tab::ALL.map(tab), html! {}))
            (bar(page))
            @if page.tab != Tab::Free { (lines(page)) }
        }
        @for side in &page.free { (card(&side.name, count(side.rows.len() as u64), free(side))) }
        @if page.tab == Tab::Free && page.free.is_empty() {
            section.card { (nothing_yet("这里各方谁都可以选，没有固定的人选名单。")) }
        }
        @if let Some(next) = &page.next { div.send { (Button::link("下一页", address(page, "links", page.tab, next))) } }
    }
}

fn bar(page: &LinksPage) -> Markup {
    let choice = |it: &Choice| FilterChoice { value: it.id.clone(), label: it.name.clone() };
    let day = FilterControl::Day { name: "on".to_owned(), chosen: page.on.to_string() };
    let unit = FilterControl::Choice {
        name: "unit".to_owned(),
        all: "全部单位".to_owned(),
        searched: page.units.len() > 12,
        choices: page.units.iter().map(choice).collect(),
        chosen: page.unit.map(|unit| unit.to_string()).unwrap_or_default(),
    };
    let mut filters = vec![Filter { label: "哪一天".to_owned(), control: day }];
    if page.tab != Tab::Free {
        filters.push(Filter { label: "单位".to_owned(), control: unit });
    }
    let tab = Tab::ALL.into_iter().find(|(it, ..)| *it == page.tab).map_or("", |(_, id, _)| id);
    filter_bar(&FilterBar {
        action: urls::of_register(&page.mechanism.0, "links"),
        keep: vec![("tab".to_owned(), tab.to_owned())],
        filters,
        ..FilterBar::default()
    })
}

fn lines(page: &LinksPage) -> Markup {
    if page.rows.is_empty() {
        return nothing_yet(match page.tab {
            Tab::Soon => "没有快到期的，也没有到期没有办结束的。",
            _ => "这一天没有。换一天看，或者先办理新的。",
        });
    }
    let mut columns = vec![Column::new("名称", ColumnKind::Long)];
    columns.extend(page.sides.iter().map(|name| Column::new(name, ColumnKind::Text)));
    columns.push(Column::new("自", ColumnKind::Day));
    columns.push(Column::new("至", ColumnKind::Day));
    columns.push(Column::new("依据", ColumnKind::Text));
    columns.push(Column::new("现在", ColumnKind::Chip));
    let row = |row: &LinkRow| {
        let until = row.days.and_then(|days| days.until_on).or(row.due_on);
        let mut cells = vec![Cell::link(&row.title, &urls::record(row.id))];
        cells.extend(row.sides.iter().map(|names| Cell::text(names)));
        cells.push(Cell::text(&row.days.map(|days| day_cell(days.from_on)).unwrap_or_default()));
        cells.push(Cell::text(&until.map(day_cell).unwrap_or_default()));
        cells.push(Cell::text(&row.basis));
        let stands = match &row.light {
            Some(it) => html! { (row.state) " " (words::light(Some(it))) },
            None => html! { (row.state) },
        };
        cells.push(Cell::shown(stands));
        Row { key: row.id.to_string(), cells, ..Row::default() }
    };
    let rows = page.rows.iter().map(row).collect();
    table(&Table { caption: "谁和谁".to_owned(), columns, rows, choose: None, wide: false })
}

fn free(side: &FreeSide) -> Markup {
    if side.rows.is_empty() {
        return nothing_yet("名单上还没有人。先在人员档案里登记身份，或者在台账里登记。");
    }
    let row = |row: &FreeRow| {
        let name = match row.record {
            Some(record) => Cell::link(&row.name, &urls::record(record)),
            None => Cell::text(&row.name),
        };
        let (kind, words) = match row.left {
            0 => (Light::Grey, "已满".to_owned()),
            left => (Light::Green, format!("还可以{left}")),
        };
        let cells = vec![
            name,
            Cell::text(&row.unit),
            Cell::text(&format!("{} / {}", row.taken, side.most)),
            Cell::shown(light(kind, &words)),
        ];
        Row { key: row.who.to_string(), cells, ..Row::default() }
    };
    table(&Table {
        caption: side.name.clone(),
        columns: vec![
            Column::new("名称", ColumnKind::Text),
            Column::new("单位", ColumnKind::Text),
            Column::new("已有 / 最多", ColumnKind::Number),
            Column::new("空余", ColumnKind::Chip),
        ],
        rows: side.rows.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}
