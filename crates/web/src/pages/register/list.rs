//! The register as a list.

use app::queries::register::{self, BatchStep, Cell as Known, Count, PAGE, Register, RegisterRow};
use axum::response::Response;
use kernel::ids::RecordId;
use maud::{Markup, html};
use uuid::Uuid;

use super::address::Address;
use super::narrow;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::empty::empty;
use crate::parts::icons::Icon;
use crate::parts::light::{Standing, state};
use crate::parts::notice::{Tone, notice};
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Order, Row, Table, batch_bar, cut, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /m/{mechanism}`.
pub(crate) async fn show(visitor: Visitor, At(mechanism): At<String>) -> Result<Response, Failure> {
    let address = Address::read(&visitor.guest.query)?;
    let register = register::list(&visitor.ctx, &mechanism, address.ask.clone()).await?;
    let content = html! {
        (said(&register, &address))
        section.card id="list" data-live {
            (narrow::tabs(&register, &address, narrow::Shape::List))
            (narrow::filters(&register, &address, narrow::Shape::List))
            (rows(&register, &address))
        }
    };
    visitor.page(Place::Mechanism(&register.mechanism), &head(&register, &address), content).await
}

/// The head of all three shapes.
pub(super) fn head(register: &Register, address: &Address) -> PageHead {
    let id = &register.mechanism;
    let of = |page: &str| urls::of_register(id, page);
    let acts = html! {
        (Button::link("数字", of("figures")).icon(Icon::Chart))
        @if register.has_accounts { (Button::link("余额", of("balances")).icon(Icon::List)) }
        @if register.has_series { (Button::link("编号", of("series")).icon(Icon::List)) }
        @if register.has_links { (Button::link("谁和谁", of("links")).icon(Icon::List)) }
        @if register.has_plans { (Button::link("应办未办", of("plans")).icon(Icon::List)) }
        (Button::link("机制", of("about")).icon(Icon::Book))
        @if register.may_clear { (Button::link("到期个人信息", of("retention"))) }
        @if register.may_import { (Button::link("导入", of("imports")).icon(Icon::Import)) }
        @if register.may_export { (Button::link("导出所见", address.first(&of("export.xlsx"))).icon(Icon::Export).download()) }
        @if let Some(start) = &register.may_start { (Button::link(start, of("new")).icon(Icon::Plus).main()) }
    };
    PageHead {
        crumbs: vec![Anchor::new(&register.chapter, urls::register(id)), Anchor::new(&register.name, "")],
        title: register.name.clone(),
        remark: String::new(),
        lights: None,
        acts: Some(acts),
    }
}

/// What was just done to many, or from which figure the list was opened.
fn said(register: &Register, address: &Address) -> Markup {
    let step = register.batch_steps.iter().find(|step| step.id == address.done);
    let count: usize = address.count.parse().unwrap_or(0);
    let words = match (address.done.as_str(), step) {
        (_, Some(step)) if count == 0 => format!("“{}”：这次没有新办理的事项", step.name),
        (_, Some(step)) => format!("“{}”已办理 {count} 件", step.name),
        ("import", _) => format!("已导入 {count} 件"),
        ("undo", _) => format!("已撤销导入的 {count} 件"),
        _ => String::new(),
    };
    html! {
        @if !words.is_empty() { (notice(Tone::Ok, &words, html! {})) }
        @if let Some(words) = &register.opened_from {
            (notice(Tone::Note, "这个数字背后的事项", html! {
                p { (words.replace("..", " 至 ")) }
                p { a href=(urls::with(&urls::of_register(&register.mechanism, "figures"), &[("figure", &address.ask.figure)])) { "回到数字" }
                    " · " a href=(urls::register(&register.mechanism)) { "看整个台账" } }
            }))
        }
    }
}

fn rows(register: &Register, address: &Address) -> Markup {
    if register.rows.is_empty() {
        return nothing(register, address);
    }
    let path = urls::register(&register.mechanism);
    let chooses = !register.batch_steps.is_empty();
    let foot = pager(&place(register, address, &path), batch(register, address));
    let table = table(&Table {
        caption: register.name.clone(),
        columns: columns(register, &path),
        rows: register.rows.iter().map(row).collect(),
        choose: chooses.then(|| "record".to_owned()),
        wide: register.columns.len() > 12,
    });
    if !chooses {
        return html! { (table) (foot) };
    }
    html! {
        form method="post" action=(urls::of_register(&register.mechanism, "steps")) {
            input type="hidden" name="_key" value=(Uuid::new_v4().simple());
            (table)
            (foot)
        }
    }
}

fn place(register: &Register, address: &Address, path: &str) -> Pager {
    let (total, unit) = match register.count {
        Count::Exactly(count) => (Some(words::count(count)), "项"),
        // The words read «本页 50 项»: how many there are in all is not worth counting.
        Count::MoreThan(_) => (None, "项"),
    };
    Pager {
        from: Some(u64::from(address.page) * u64::from(PAGE) + 1),
        shown: register.rows.len() as u64,
        total,
        unit: unit.to_owned(),
        previous: address.previous(path),
        next: register.next.as_ref().map(|after| address.next(path, after)),
    }
}

fn batch(register: &Register, address: &Address) -> Markup {
    if register.batch_steps.is_empty() {
        return html! {};
    }
    let button = |step: &BatchStep| {
        let to = address.at(&format!("{}/{}", urls::of_register(&register.mechanism, "steps"), step.id));
        let button = Button::submit(step.name.as_str()).to(to);
        // A step that asks for words asks on a page of its own; any other asks here.
        if step.opinion || step.reason {
            button
        } else {
            button.confirm(format!("对选中的事项办理“{}”？", step.name))
        }
    };
    let is_more = register.next.is_some() || address.page > 0;
    let all = is_more.then(|| match register.count {
        Count::Exactly(count) => format!("全部 {} 项，不只本页", words::count(count)),
        Count::MoreThan(_) => "符合条件的全部，不只本页".to_owned(),
    });
    batch_bar(all.as_deref(), &register.batch_steps.iter().map(button).collect::<Vec<_>>())
}

fn columns(register: &Register, path: &str) -> Vec<Column> {
    let first = register.rows.first();
    let column = |(at, title): (usize, &register::ColumnTitle)| {
        let kind = match first.and_then(|row| row.cells.get(at)) {
            Some(Known::Title(_)) => ColumnKind::Long,
            Some(Known::Number(_)) => ColumnKind::Number,
            Some(Known::Record(..)) => ColumnKind::Long,
            Some(Known::State(_) | Known::Light(_)) => ColumnKind::Chip,
            _ if title.sort.as_deref() == Some("number") => ColumnKind::Chip,
            _ if title.sort.is_some() => ColumnKind::Day,
            _ => ColumnKind::Text,
        };
        let column = Column::new(&title.name, kind);
        let Some(sort) = &title.sort else { return column };
        let now = sorted(&register.ask.sort, sort);
        let next = if now == Some(Order::Rising) { format!("-{sort}") } else { sort.clone() };
        column.sorting(Address::asking(path, |ask| ask.sort = next, &register.ask), now)
    };
    register.columns.iter().enumerate().map(column).collect()
}

fn sorted(asked: &str, by: &str) -> Option<Order> {
    match asked.strip_prefix('-') {
        Some(asked) if asked == by => Some(Order::Falling),
        None if asked == by => Some(Order::Rising),
        _ => None,
    }
}

fn row(row: &RegisterRow) -> Row {
    // Whoever drafts has no number yet: then the title alone leads to the record.
    let cells = row.cells.iter().enumerate().map(|(at, known)| cell(row.id, at, known));
    Row {
        key: row.id.to_string(),
        cells: cells.collect(),
        choose: Some(row.id.to_string()),
        called: row.title.clone(),
        ..Row::default()
    }
}

fn cell(id: RecordId, at: usize, known: &Known) -> Cell {
    match known {
        Known::Text(words) if at == 0 && !words.is_empty() => Cell::link(words, &urls::record(id)),
        Known::Text(words) | Known::Number(words) => Cell::text(words),
        Known::Title(words) => Cell::shown(cut(words, &urls::record(id))),
        Known::Record(other, words) => Cell::shown(cut(words, &urls::record(*other))),
        Known::State(name) => Cell::shown(state(Standing::Open, name)),
        Known::Light(light) => Cell::shown(words::light(light.as_ref())),
    }
}

/// What an empty list says: what would be here, and what to do.
fn nothing(register: &Register, address: &Address) -> Markup {
    let path = urls::register(&register.mechanism);
    if !address.is_plain() {
        let acts = [Button::link("清除筛选", Address::asking(&path, clear, &address.ask))];
        return empty(Icon::Filter, "没有符合条件的事项", "可以放宽筛选条件，或换一个页签看看。", &acts);
    }
    if !address.ask.after.is_empty() {
        return empty(
            Icon::List,
            "这一页已经没有事项",
            "事项可能已办到别的状态。",
            &[Button::link("回到首页", address.first(&path))],
        );
    }
    let total: i64 = register.tabs.iter().filter(|tab| tab.id == "all").filter_map(|tab| tab.count).sum();
    if total > 0 {
        let acts = [Button::link("看全部", Address::asking(&path, |ask| ask.tab = "all".to_owned(), &address.ask))];
        return empty(Icon::Tray, "这个页签下没有事项", "其他页签下还有事项。", &acts);
    }
    let mut acts = Vec::new();
    if register.may_import {
        acts.push(Button::link("导入一览表", urls::of_register(&register.mechanism, "imports")).icon(Icon::Import));
    }
    if let Some(start) = &register.may_start {
        acts.push(Button::link(start, urls::of_register(&register.mechanism, "new")).icon(Icon::Plus).main());
    }
    let next = match acts.is_empty() {
        true => "有了你能看到的事项，就会列在这里。",
        false => "可以逐项填写，也可以把现有的一览表整张导入；导入前先试读，核对好再导入。",
    };
    empty(Icon::Tray, &format!("还没有{}", register.name), next, &acts)
}

/// Takes all filters off and keeps the tab and the order.
pub(super) fn clear(ask: &mut register::RegisterAsk) {
    *ask = register::RegisterAsk { tab: ask.tab.clone(), sort: ask.sort.clone(), ..register::RegisterAsk::default() };
}
