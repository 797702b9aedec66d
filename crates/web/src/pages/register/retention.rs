//! Personal information that has been kept long enough: which records hold it, and what becomes of it.

use app::commands::retention::{self, Decided, Deciding};
use app::queries::retention::{self as asked, RetentionLine, RetentionPage};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::Spot;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, plain_card};
use crate::parts::empty::nothing_yet;
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, cut, table};
use crate::parts::todo::{Todo, slim_todos};
use crate::parts::words::day_cell;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// Which page, and what was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
    #[serde(default)]
    done: Option<usize>,
    #[serde(default)]
    left: Option<usize>,
}

/// `GET /m/{mechanism}/retention`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let form = Deciding { mechanism, decision: "clear".to_owned(), ..Deciding::default() };
    page(&visitor, StatusCode::OK, &asked, &form, &[], html! { (told(&asked)) }).await
}

/// `POST /m/{mechanism}/retention`.
pub(crate) async fn decide(visitor: Visitor, At(mechanism): At<String>, sent: Sent) -> Result<Response, Failure> {
    let form = Deciding {
        mechanism,
        records: sent.all("record").iter().filter_map(|id| id.parse().ok()).collect(),
        decision: sent.text("decision").to_owned(),
        until: sent.text("until").to_owned(),
        reason: sent.text("step.reason").to_owned(),
    };
    match retention::decide(&visitor.ctx, &form).await {
        Ok(done) if done.refused.is_empty() => {
            let (count, left) = (done.done.to_string(), done.left.to_string());
            let here = urls::of_register(&form.mechanism, "retention");
            Ok(answer::see(&urls::with(&here, &[("done", &count), ("left", &left)])))
        }
        Ok(done) => {
            let asked = Asked { done: Some(done.done), left: Some(done.left), ..Asked::default() };
            let above = html! { (told(&asked)) (card("没有办的", html! {}, not_done(&visitor, &done))) };
            page(&visitor, StatusCode::OK, &asked, &form, &[], above).await
        }
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(&visitor, error::status_of(&refusals), &Asked::default(), &form, &said, html! {}).await
        }
        Err(other) => Err(other.into()),
    }
}

fn told(asked: &Asked) -> Markup {
    let left = asked.left.unwrap_or(0);
    html! {
        @if let Some(done) = asked.done {
            (notice(if done > 0 { Tone::Ok } else { Tone::Warn }, &format!("处理了 {done} 件"), html! {
                @if left > 0 {
                    p { "日志里有 " (left) " 处写在该栏目标为个人信息之前，抹去会破坏校验，仍然保留；看得到记录的人平时读到的是遮住的内容。" }
                }
            }))
        }
    }
}

fn not_done(visitor: &Visitor, done: &Decided) -> Markup {
    let row = |(id, title, refusals): &(_, String, Vec<_>)| Todo {
        href: urls::record(*id),
        title: title.clone(),
        note: refusals.iter().map(|it| words::sentence(&visitor.say(it))).collect::<Vec<_>>().join(" "),
        ..Todo::default()
    };
    slim_todos(&done.refused.iter().map(row).collect::<Vec<_>>())
}

async fn page(
    visitor: &Visitor,
    status: StatusCode,
    asked: &Asked,
    form: &Deciding,
    said: &[Said],
    above: Markup,
) -> Result<Response, Failure> {
    let page = asked::due(&visitor.ctx, &form.mechanism, &asked.after).await?;
    let register = urls::register(&page.mechanism);
    let head = PageHead {
        crumbs: vec![
            Anchor::new(&page.chapter, &register),
            Anchor::new(&page.name, &register),
            Anchor::new("到期个人信息", ""),
        ],
        title: format!("{} · 到期个人信息", page.name),
        remark: format!("办结后保存 {} 年", page.years),
        ..PageHead::default()
    };
    let label = |id: &str| if id == "until" { "保存到".to_owned() } else { "怎样处理".to_owned() };
    let content = html! {
        (above)
        @if !said.is_empty() { (refused(&words::wanted(said, "", label))) }
        @if page.lines.is_empty() {
            (plain_card(html! { (rule(&page)) (nothing_yet("没有到期的个人信息。办结满年限的事项会由系统提请，列在这里。")) }))
        } @else { (lines(asked, form, &page, said)) }
    };
    visitor.page_as(status, Place::Mechanism(&page.mechanism), &head, content).await
}

/// By which rule, and what clearing does.
fn rule(page: &RetentionPage) -> Markup {
    html! {
        p.quiet.pad {
            "依据：" (page.because)
            "。清除只去掉个人信息栏目和它们在经过里的旧值，事项、文书和统计都不变；清除后不能恢复。"
        }
    }
}

fn lines(asked: &Asked, form: &Deciding, page: &RetentionPage, said: &[Said]) -> Markup {
    let here = urls::of_register(&page.mechanism, "retention");
    let row = |line: &RetentionLine| Row {
        key: line.record.to_string(),
        cells: vec![
            Cell::text(line.number.as_deref().unwrap_or("")),
            Cell::shown(cut(&line.title, &urls::record(line.record))),
            Cell::text(&line.unit),
            Cell::text(&day_cell(line.closed_on)),
            Cell::text(&day_cell(line.ended_on)),
            Cell::text(&line.fields.join("、")),
        ],
        choose: Some(line.record.to_string()),
        chosen: form.records.contains(&line.record),
        called: line.title.clone(),
        ..Row::default()
    };
    let list = table(&Table {
        caption: "到期个人信息".to_owned(),
        columns: vec![
            Column::new("编号", ColumnKind::Chip),
            Column::new("事项", ColumnKind::Long),
            Column::new("单位", ColumnKind::Text),
            Column::new("办结日", ColumnKind::Day),
            Column::new("保存到", ColumnKind::Day),
            Column::new("还留着的栏目", ColumnKind::Text),
        ],
        rows: page.lines.iter().map(row).collect(),
        choose: Some("record".to_owned()),
        wide: false,
    });
    let next = page.next.as_deref().map(|key| urls::with(&here, &[("after", key)]));
    let first = (!asked.after.is_empty()).then(|| here.clone());
    let shown = page.lines.len() as u64;
    let foot = pager(&Pager { shown, unit: "件".to_owned(), previous: first, next, ..Pager::default() }, html! {});
    html! {
        form method="post" action=(here) {
            section.card { (rule(page)) (list) (foot) }
            (card("对选中的事项", html! {}, deciding(form, said)))
        }
    }
}

fn deciding(form: &Deciding, said: &[Said]) -> Markup {
    let wrong = |name: &str| {
        let at = |said: &&Said| matches!(&said.at, Spot::Field(id) if id.as_str() == name);
        said.iter().find(at).map(words::sentence)
    };
    let keeps = form.decision == "keep";
    let day = Control::Day { value: form.until.clone(), min: None, max: None };
    let reason = Control::LongText { value: form.reason.clone(), rows: 2, max: None };
    let why = said.iter().find(|said| said.at == Spot::Reason).map(words::sentence);
    html! {
        div.form {
            fieldset.field { legend { "怎样处理" }
                label { input type="radio" name="decision" value="clear" checked[!keeps]; " 清除个人信息" }
                label { input type="radio" name="decision" value="keep" checked[keeps]; " 延长保存" }
            }
            (field(&Field::new("until", "保存到", day).hint("选“延长保存”时填，最长十年").wrong(wrong("until"))))
            (field(&Field::new("step.reason", "理由", reason).required().wrong(why)))
        }
        div.send { (Button::submit("确定").danger().confirm("清除后不能恢复，确定按所选办理吗？")) }
    }
}
