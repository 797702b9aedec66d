//! Explaining rights 权限说明: may this person do that here, by which grant and rule; who can see this record?
//!
//! Never what a record holds.

use app::commands::looks;
use app::queries::explain::{self, ExplainPage, PersonExplained, RecordExplained, SeersPage, StepExplained};
use axum::extract::Query;
use axum::response::Response;
use kernel::ids::RecordId;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::pages::words::sentence;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, plain_card};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, Options, Pickable, fields};
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// What is asked.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    person: String,
    #[serde(default)]
    record: String,
}

/// `GET /explain`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let page = explain::explain(&visitor.ctx, &asked.person, &asked.record).await?;
    if let Some(person) = &page.person {
        looks::looked(&visitor.ctx, &[person.id], looks::RIGHTS, None).await?;
    }
    let head = PageHead { title: "权限说明".to_owned(), remark: page.called.clone(), ..PageHead::default() };
    let content = html! {
        (form(&asked, &page))
        @if page.no_record { (notice(Tone::Warn, "没有找到这件事", html! { "请核对编号，或者粘贴它的网址。" })) }
        @if let Some(person) = &page.person { (card(&format!("{}今天的授权", person.name), html! {}, held(person))) }
        @if let Some(record) = &page.record { (at_record(record)) }
    };
    visitor.page(Place::Grants, &head, content).await
}

fn form(asked: &Asked, page: &ExplainPage) -> Markup {
    let options =
        page.people.iter().map(|it| Pickable::new(it.id.as_str(), it.name.as_str()).found_by(it.pinyin.as_str(), ""));
    let person = Control::Pick {
        options: Options::flat(options.collect()),
        chosen: asked.person.clone(),
        from: None,
        hint: "姓名或拼音首字母".to_owned(),
    };
    let record = Control::Text { value: asked.record.chars().take(200).collect(), max: Some(200), autocomplete: None };
    let list = [
        Field::new("person", "人员", person).required(),
        Field::new("record", "事项", record).hint("编号，例如 任〔2026〕1号；没有编号的，粘贴它的网址"),
    ];
    plain_card(
        html! { form method="get" action="/explain" { div.form { (fields(&list)) } div.send { (Button::submit("说明").main()) } } },
    )
}

fn held(person: &PersonExplained) -> Markup {
    html! {
        @if person.grants.is_empty() { (nothing_yet("今天没有任何授权。")) }
        @else { ul { @for grant in &person.grants { li { (grant) } } } }
    }
}

fn at_record(record: &RecordExplained) -> Markup {
    let sight = html! {
        @if record.sees { (light(Light::Green, "看得到")) } @else { (light(Light::Red, "看不到")) }
        ul { @for why in &record.sight { li { (why) } } }
    };
    let list = [
        Fact::text("事项", &record.called),
        Fact::text("单位", &record.unit),
        Fact::text("状态", &record.state),
        Fact { wide: true, ..Fact::shown("看", sight) },
    ];
    let more = html! {
        a href={ "/records/" (record.id) "/seers" } { "谁能看到" }
        @if record.open { " " a href=(urls::record(record.id)) { "打开" } }
    };
    html! {
        (card("能不能看", more, facts(&list, false)))
        (card("能不能办", html! {}, steps(&record.steps)))
    }
}

fn steps(list: &[StepExplained]) -> Markup {
    let row = |step: &StepExplained| {
        let answer = match (step.may, step.against.is_empty()) {
            (true, true) => light(Light::Green, "能办"),
            (true, false) => light(Light::Amber, "有权，现在还不能"),
            (false, _) => light(Light::Red, "不能办"),
        };
        let against = html! { ul { @for said in &step.against { li { (sentence(said)) } } } };
        Row {
            key: step.name.clone(),
            cells: vec![
                Cell::text(&step.name),
                Cell::shown(answer),
                Cell::text(step.by.as_deref().unwrap_or("")),
                if step.against.is_empty() { Cell::text("") } else { Cell::shown(against) },
            ],
            ..Row::default()
        }
    };
    table(&Table {
        caption: "能不能办".to_owned(),
        columns: vec![
            Column::new("步骤", ColumnKind::Chip),
            Column::new("结论", ColumnKind::Chip),
            Column::new("凭哪项授权", ColumnKind::Text),
            Column::new("还差什么", ColumnKind::Text),
        ],
        rows: list.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

/// `GET /records/{record}/seers`.
pub(crate) async fn seers(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    let page = explain::seers(&visitor.ctx, id).await?;
    let title = "谁能看到".to_owned();
    let crumbs = vec![Anchor::new(page.called.clone(), urls::record(id)), Anchor::new(title.clone(), "")];
    let head = PageHead { title, remark: format!("{}人", page.seers.len()), crumbs, ..PageHead::default() };
    visitor.page(Place::Elsewhere, &head, people(&page)).await
}

fn people(page: &SeersPage) -> Markup {
    let row = |(name, place, by): &(String, String, Vec<String>)| Row {
        key: name.clone(),
        cells: vec![Cell::text(name), Cell::text(place), Cell::shown(html! { @for one in by { div { (one) } } })],
        ..Row::default()
    };
    let list = table(&Table {
        caption: "谁能看到".to_owned(),
        columns: vec![
            Column::new("姓名", ColumnKind::Chip),
            Column::new("工作单位", ColumnKind::Text),
            Column::new("凭什么看到", ColumnKind::Text),
        ],
        rows: page.seers.iter().map(row).collect(),
        choose: None,
        wide: false,
    });
    html! {
        p.quiet { "按今天的授权和规定；这件事的附件和文书也是这些人能看到。" }
        (list)
        @if page.more { p.quiet { "人数太多，只列出一部分。" } }
    }
}
