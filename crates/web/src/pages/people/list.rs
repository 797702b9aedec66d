//! The list of people, with its filters in the address.

use app::queries::people::{self as asked, PeopleAsk, PeoplePage, PersonLine};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::empty::empty;
use crate::parts::fields::{Control, Field, field};
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// The filters, as they stand in the address.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    role: String,
    q: String,
    left: String,
    after: String,
}

impl Asked {
    fn ask(&self) -> Result<PeopleAsk, Failure> {
        let unit = match self.unit.as_str() {
            "" => None,
            unit => Some(unit.parse().map_err(|_| Failure::not_found())?),
        };
        Ok(PeopleAsk {
            unit,
            role: self.role.clone(),
            words: self.q.chars().take(100).collect(),
            with_left: !self.left.is_empty(),
            after: self.after.clone(),
        })
    }

    fn address(&self, path: &str, after: &str) -> String {
        let pairs =
            [("unit", &*self.unit), ("role", &*self.role), ("q", &*self.q), ("left", &*self.left), ("after", after)];
        urls::with(path, &pairs)
    }

    fn pairs(&self) -> [(&'static str, &str); 4] {
        [("unit", &self.unit), ("role", &self.role), ("q", &self.q), ("left", &self.left)]
    }

    fn is_narrowed(&self) -> bool {
        [&self.unit, &self.role, &self.q, &self.left].into_iter().any(|it| !it.is_empty())
    }
}

/// `GET /people`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    page(&visitor, StatusCode::OK, &asked, &[]).await
}

async fn page(visitor: &Visitor, status: StatusCode, asked: &Asked, said: &[Said]) -> Result<Response, Failure> {
    let page = asked::people(&visitor.ctx, &asked.ask()?).await?;
    let content = html! {
        @if !said.is_empty() { (words::refused(said)) }
        section.card id="list" data-live { (filters(&page, asked)) (rows(&page, asked)) }
        section.card {
            div.pad { (by_number()) }
            @if page.may_export { div.pad { (in_full(&page, asked)) } }
        }
    };
    visitor.page_as(status, Place::Mechanism(&page.mechanism), &head(&page, asked), content).await
}

/// `GET /people/export.xlsx`: what the filters show, numbers masked.
pub(crate) async fn export(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    Ok(answer::file(asked::export(&visitor.ctx, &asked.ask()?, None).await?))
}

/// `POST /people/exports`: the same with numbers in full, for a reason that is kept.
pub(crate) async fn export_in_full(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let text = |name: &str| sent.text(name).to_owned();
    let asked =
        Asked { unit: text("unit"), role: text("role"), q: text("q"), left: text("left"), after: String::new() };
    match asked::export(&visitor.ctx, &asked.ask()?, Some(sent.text("reason"))).await {
        Ok(workbook) => Ok(answer::file(workbook)),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(&visitor, error::status_of(&refusals), &asked, &said).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /people/found`: whose number is it? Sent by a form, because an address is kept in many places.
pub(crate) async fn found(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let refusals = match asked::with_number(&visitor.ctx, sent.text("number")).await {
        Ok(Some(person)) => return Ok(answer::see(&urls::person(person))),
        Ok(None) => vec![kernel::refusal::Refusal::new("roster.none_of_number")],
        Err(app::Error::Refused(refusals)) => refusals,
        Err(other) => return Err(other.into()),
    };
    let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    page(&visitor, error::status_of(&refusals), &Asked::default(), &said).await
}

fn by_number() -> Markup {
    let number = Control::Text { value: String::new(), max: Some(30), autocomplete: Some("off") };
    html! {
        details.reason {
            summary { "按身份证号查人" }
            form method="post" action={ (urls::PEOPLE) "/found" } {
                div.form {
                    (field(&Field::new("number", "身份证号", number).required().hint("只查管辖范围内的人员；号码不写进网址和日志。")))
                }
                div.send { (Button::submit("查找")) }
            }
        }
    }
}

fn in_full(page: &PeoplePage, asked: &Asked) -> Markup {
    let why = Control::Text { value: String::new(), max: Some(200), autocomplete: None };
    let hint = "理由连同你的姓名和时间留痕，表里的每个人都可以查到。";
    html! {
        details.reason {
            summary { "导出含" (page.number_name) "全文的名册" }
            form method="post" action={ (urls::PEOPLE) "/exports" } {
                @for (name, value) in asked.pairs() { input type="hidden" name=(name) value=(value); }
                div.form { (field(&Field::new("reason", "理由", why).inside("exports").required().hint(hint))) }
                div.send { (Button::submit("导出全文").icon(Icon::Export)) }
            }
        }
    }
}

fn head(page: &PeoplePage, asked: &Asked) -> PageHead {
    let of = |path: &str| urls::of_register(&page.mechanism, path);
    PageHead {
        crumbs: vec![Anchor::new("人员", "")],
        title: "人员名册".to_owned(),
        remark: String::new(),
        lights: None,
        acts: Some(html! {
            (Button::link("职位和班子", urls::LINE_UP).icon(Icon::Tree))
            @if page.may_export {
                (Button::link("导出所见", asked.address(&format!("{}/export.xlsx", urls::PEOPLE), "")).icon(Icon::Export).download())
            }
            @if page.may_keep {
                (Button::link("重复档案", format!("{}/duplicates", urls::PEOPLE)).icon(Icon::People))
                (Button::link("导入", of("imports")).icon(Icon::Import))
                (Button::link("建立档案", of("new")).icon(Icon::Plus).main())
            }
        }),
    }
}

fn filters(page: &PeoplePage, asked: &Asked) -> Markup {
    let choices = |list: &[app::queries::forms::Choice]| -> Vec<FilterChoice> {
        list.iter().map(|it| FilterChoice { value: it.id.clone(), label: it.name.clone() }).collect()
    };
    let choice = |name: &str, all: String, list: Vec<FilterChoice>, chosen: &str, searched| FilterControl::Choice {
        name: name.to_owned(),
        all,
        choices: list,
        chosen: chosen.to_owned(),
        searched,
    };
    filter_bar(&FilterBar {
        action: urls::PEOPLE.to_owned(),
        keep: Vec::new(),
        filters: vec![
            Filter {
                label: "单位".to_owned(),
                control: choice(
                    "unit",
                    format!("全部 {} 个单位", page.units.len()),
                    choices(&page.units),
                    &asked.unit,
                    true,
                ),
            },
            Filter {
                label: "身份".to_owned(),
                control: choice("role", "全部身份".to_owned(), choices(&page.roles), &asked.role, false),
            },
            Filter {
                label: "查找".to_owned(),
                control: FilterControl::Words {
                    name: "q".to_owned(),
                    hint: "姓名、拼音首字母或人员编号".to_owned(),
                    typed: asked.q.clone(),
                },
            },
            Filter {
                label: "含已离开的".to_owned(),
                control: FilterControl::Flag { name: "left".to_owned(), on: !asked.left.is_empty() },
            },
        ],
        clear_href: asked.is_narrowed().then(|| urls::PEOPLE.to_owned()),
        more: None,
    })
}

fn rows(page: &PeoplePage, asked: &Asked) -> Markup {
    if page.lines.is_empty() {
        return match asked.is_narrowed() {
            true => empty(Icon::People, "没有找到", "请换个条件再找。范围以外的人员不会出现在这里。", &[]),
            false => empty(Icon::People, "还没有人员", "用“建立档案”逐个登记，或者用“导入”从工作簿成批登记。", &[]),
        };
    }
    let row = |it: &PersonLine| Row {
        key: it.id.to_string(),
        cells: vec![
            Cell::link(&it.name, &urls::person(it.id)),
            Cell::text(&it.unit),
            Cell::text(&it.post),
            Cell::text(&it.roles),
            Cell::text(if it.has_file { &it.number } else { "尚未建档" }),
        ],
        ..Row::default()
    };
    let list = table(&Table {
        caption: "人员名册".to_owned(),
        columns: vec![
            Column::new("姓名", ColumnKind::Text),
            Column::new("所在单位", ColumnKind::Text),
            Column::new("职务", ColumnKind::Text),
            Column::new("身份", ColumnKind::Text),
            Column::new(&page.number_name, ColumnKind::Text),
        ],
        rows: page.lines.iter().map(row).collect(),
        choose: None,
        wide: false,
    });
    let place = Pager {
        shown: page.lines.len() as u64,
        unit: "人".to_owned(),
        previous: (!asked.after.is_empty()).then(|| asked.address(urls::PEOPLE, "")),
        next: page.next.as_ref().map(|next| asked.address(urls::PEOPLE, next)),
        ..Pager::default()
    };
    html! { (list) (pager(&place, html! {})) }
}
