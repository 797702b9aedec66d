//! Reorganisations 机构调整: the form, its plan, and the list of what was ordered.
//!
//! Never done without its plan having been shown.

use app::commands::units as commands;
use app::queries::units::orders::{self, OrderLine};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::{Refusal, Spot};
use maud::{Markup, html};
use store_state::words as state_words;
use uuid::Uuid;

use super::form::{self, Typed};
use super::{KINDS, basis, headline, order_href, plan, unit_href};
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, plain_card};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::words::day_cell;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What is asked of a form.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    unit: String,
}

/// `GET /units/orders/new?kind=merge&unit=…`.
pub(crate) async fn new(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    if !form::keeps_units(&visitor.ctx) || !KINDS.iter().any(|(kind, _)| *kind == asked.kind) {
        return Err(Failure::not_found());
    }
    let typed = form::blank(&visitor.ctx, &asked.kind, asked.unit.parse().ok());
    show_form(&visitor, &typed, &[], &fresh_key(), StatusCode::OK).await
}

fn fresh_key() -> String {
    Uuid::new_v4().simple().to_string()
}

async fn show_form(
    visitor: &Visitor,
    typed: &Typed,
    refusals: &[Refusal],
    key: &str,
    status: StatusCode,
) -> Result<Response, Failure> {
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    let at = |name: &str| {
        let own = said.iter().find(|one| matches!(&one.at, Spot::Field(id) if *id == *name));
        own.map(words::sentence)
    };
    let title = form::title(&visitor.ctx, typed);
    let head = PageHead { crumbs: crumbs(&title), title, ..PageHead::default() };
    let back = typed.text("unit").parse().map_or_else(|_| "/units".to_owned(), unit_href);
    let content = html! {
        @if !said.is_empty() { (refused(&words::wanted(&said, "", form::label))) }
        form.card method="post" action="/units/orders/plan" data-refused[!said.is_empty()] {
            input type="hidden" name="_key" value=(key);
            div.form { div.fields { (form::fields(&visitor.ctx, typed, &at)) } }
            div.send { (Button::submit("看方案").main()) a href=(back) { "取消" } p.why { "先看各项去向，再决定是否办理。" } }
        }
    };
    visitor.page_as(status, Place::Units, &head, content).await
}

fn crumbs(last: &str) -> Vec<Anchor> {
    vec![Anchor::new("组织", "/units"), Anchor::new("机构调整", "/units/orders"), Anchor::new(last, "")]
}

/// `POST /units/orders/plan`: what it would do; or the form again.
pub(crate) async fn show_plan(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let typed = Typed::of(&sent);
    let key = sent.key().unwrap_or_else(fresh_key);
    if !form::keeps_units(&visitor.ctx) {
        return Err(Failure::not_found());
    }
    if sent.find("_edit").is_some() {
        return show_form(&visitor, &typed, &[], &key, StatusCode::OK).await;
    }
    plan_page(&visitor, &typed, &key, html! {}).await
}

async fn plan_page(visitor: &Visitor, typed: &Typed, key: &str, above: Markup) -> Result<Response, Failure> {
    let order = match form::order(&visitor.ctx, typed, key) {
        Ok(order) => order,
        Err(refusals) => return show_form(visitor, typed, &refusals, key, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let found = commands::plan(&visitor.ctx, &order).await?;
    if !found.refusals.is_empty() {
        let status = error::status_of(&found.refusals);
        return show_form(visitor, typed, &found.refusals, key, status).await;
    }
    let line = headline(&orders::units(&visitor.ctx, &order), &order);
    let head = PageHead { crumbs: crumbs("方案"), title: "请核对方案".to_owned(), ..PageHead::default() };
    let content = html! { (above) (plan::plan(visitor, &line, &order, &found, typed, key)) };
    visitor.page(Place::Units, &head, content).await
}

/// `POST /units/orders`: done, if it is what the plan showed.
pub(crate) async fn give(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let typed = Typed::of(&sent);
    let key = sent.key().unwrap_or_else(fresh_key);
    if !form::keeps_units(&visitor.ctx) {
        return Err(Failure::not_found());
    }
    let order = match form::order(&visitor.ctx, &typed, &key) {
        Ok(order) => order,
        // Sent twice: the first time did it, and the units it names are gone.
        Err(refusals) => match commands::answered(&visitor.ctx, &key).await? {
            Some(id) => return Ok(answer::see(&order_href(id))),
            None => return show_form(&visitor, &typed, &refusals, &key, StatusCode::UNPROCESSABLE_ENTITY).await,
        },
    };
    if let Some(id) = commands::answered(&visitor.ctx, &key).await? {
        return Ok(answer::see(&order_href(id)));
    }
    match commands::give(&visitor.ctx, &order, sent.text("_plan"), Some(&key)).await {
        Ok(id) => Ok(answer::see(&urls::with(&order_href(id), &[("done", "1")]))),
        Err(app::Error::Refused(refusals)) if refusals.iter().any(|it| it.code == commands::PLAN_CHANGED) => {
            let said = visitor.say(&refusals[0]);
            let words = html! { (said.next.unwrap_or_default()) };
            plan_page(&visitor, &typed, &key, notice(Tone::Warn, &said.says, words)).await
        }
        Err(app::Error::Refused(refusals)) => {
            let status = error::status_of(&refusals);
            show_form(&visitor, &typed, &refusals, &key, status).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Which page of the list.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Listed {
    #[serde(default)]
    before: String,
}

/// `GET /units/orders`.
pub(crate) async fn list(visitor: Visitor, Query(listed): Query<Listed>) -> Result<Response, Failure> {
    let before = listed.before.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let (lines, next) = orders::orders(&visitor.ctx, before).await?;
    let acts = html! {
        details.menu {
            summary.btn.main { "登记调整" }
            div { @for (kind, label) in KINDS { @if matches!(kind, "found" | "merge") { a href=(urls::with("/units/orders/new", &[("kind", kind)])) { (label) } } } }
        }
    };
    let head = PageHead {
        crumbs: vec![Anchor::new("组织", "/units"), Anchor::new("机构调整", "")],
        title: "机构调整".to_owned(),
        acts: Some(acts),
        ..PageHead::default()
    };
    let content = html! {
        @if lines.is_empty() { (plain_card(nothing_yet("还没有登记过机构调整。到单位页上可以更名、调整、合并、分设或撤销。"))) }
        @else { (plain_card(table(&as_table(&lines)))) }
        @if let Some((at, id)) = next {
            p { a href=(urls::with("/units/orders", &[("before", &format!("{at}.{}", id.simple()))])) { "更早的" } }
        }
    };
    visitor.page(Place::Units, &head, content).await
}

fn as_table(lines: &[OrderLine]) -> Table {
    let row = |line: &OrderLine| {
        let (tone, words) = state_words(line.state);
        Row {
            cells: vec![
                Cell::link(&headline(&line.units, &line.order), &order_href(line.id)),
                Cell::shown(light(tone, words)),
                Cell::text(&day_cell(line.order.on)),
                Cell::text(&basis(line)),
                Cell::text(&line.by),
            ],
            ..Row::default()
        }
    };
    Table {
        caption: "机构调整".to_owned(),
        columns: vec![
            Column::new("调整", ColumnKind::Text),
            Column::new("状态", ColumnKind::Chip),
            Column::new("生效日", ColumnKind::Day),
            Column::new("依据", ColumnKind::Text),
            Column::new("登记人", ColumnKind::Text),
        ],
        rows: lines.iter().map(row).collect(),
        choose: None,
        wide: false,
    }
}

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /units/orders/{order}`.
pub(crate) async fn show(visitor: Visitor, At(id): At<Uuid>, Query(done): Query<Done>) -> Result<Response, Failure> {
    let line = orders::order(&visitor.ctx, id).await?;
    let (tone, state) = state_words(line.state);
    let title = headline(&line.units, &line.order);
    let head = PageHead { crumbs: crumbs(&title), title, lights: Some(light(tone, state)), ..PageHead::default() };
    let mut list = vec![
        Fact::text("生效日", &day_cell(line.order.on)),
        Fact::text("批准文号", &line.order.decision),
        Fact::text("事由", &line.order.why),
        Fact::text("登记人", &line.by),
    ];
    if let Some([records, people, posts, along, ended]) = line.done {
        list.push(Fact::text("划转的在办事项", &format!("{records}件")));
        list.push(Fact::text("调动人员", &format!("{people}人")));
        list.push(Fact::text("划转职位", &format!("{posts}个")));
        list.push(Fact::text("授权", &format!("转移{along}项，终止{ended}项")));
    }
    let is_planned = matches!(tone, Light::Amber);
    let unit = line.order.change.unit();
    let content = html! {
        @if done.done == "1" {
            @if is_planned { (notice(Tone::Ok, "已登记", html! { "到" (day_cell(line.order.on)) "自动执行，在那之前可以撤回。" })) }
            @else { (notice(Tone::Ok, "已办理", html! { "调整已经生效。" })) }
        }
        @if !line.stuck.is_empty() { (notice(Tone::Error, "到期没有执行", html! { ul { @for one in &line.stuck { li { (one) } } } })) }
        (card("情况", html! {}, html! {
            (facts(&list, false))
            @if visitor.ctx.tree.unit(unit).is_some() { p.way { a href=(unit_href(unit)) { "看单位" } } }
        }))
        @if is_planned {
            form.card method="post" action={ (order_href(line.id)) "/cancellation" } {
                div.send { (Button::submit("撤回这项调整").danger().confirm("撤回后到期不再执行，确定吗？")) }
            }
        }
    };
    visitor.page(Place::Units, &head, content).await
}

/// `POST /units/orders/{order}/cancellation`.
pub(crate) async fn cancel(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    commands::cancel(&visitor.ctx, id).await?;
    Ok(answer::see(&order_href(id)))
}

mod store_state {
    //! How far is an order, in words?
    //!
    //! Never more than its own state.

    use app::queries::units::orders::ReorganisationState;

    use crate::parts::light::Light;

    pub(super) fn words(state: ReorganisationState) -> (Light, &'static str) {
        match state {
            ReorganisationState::Planned => (Light::Amber, "待生效"),
            ReorganisationState::Done => (Light::Green, "已执行"),
            ReorganisationState::Cancelled => (Light::Grey, "已撤回"),
            ReorganisationState::Stuck => (Light::Red, "未能执行"),
        }
    }
}
