//! Figures that the site adds itself: what there is, one that is written, changed or taken away, what uses one.
//!
//! Never a rule about figures: what is typed is checked as if it stood in a definition file.

use app::commands::added_figures::{self as commands, FigureForm};
use app::queries::figures::added::{self, AddedLine, AddedPage};
use app::queries::figures::uses::Uses;
use app::queries::figures::{self as asked, FiguresAsk, Trial};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::FigureId;
use maud::{Markup, html};

use super::own_form::{self, Filled};
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// Where they are.
pub(super) const OWN: &str = "/figures/own";

/// What was just done, and what a new one begins with.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asking {
    done: String,
    mechanism: String,
    how: String,
}

/// The address of one.
pub(super) fn one(mechanism: &str, figure: &str) -> String {
    format!("{OWN}/{mechanism}/{figure}")
}

fn done(done: &str) -> Markup {
    match done {
        "kept" => notice(
            Tone::Ok,
            "已保存",
            html! { "从现在起，新办的事项随办随算；以前的事项在后台补算，算完以前数字旁边会注明。" },
        ),
        "removed" => notice(Tone::Ok, "已停用", html! { "历次写法都还留着。" }),
        _ => html! {},
    }
}

fn crumbs(last: &str) -> Vec<Anchor> {
    vec![Anchor::new("数字", "/figures"), Anchor::new("自建指标", OWN), Anchor::new(last, "")]
}

/// `GET /figures/own`.
pub(crate) async fn all(visitor: Visitor, Query(asked): Query<Asking>) -> Result<Response, Failure> {
    let lines = added::list(&visitor.ctx).await?;
    let head = PageHead {
        crumbs: vec![Anchor::new("数字", "/figures"), Anchor::new("自建指标", "")],
        title: "自建指标".to_owned(),
        remark: format!("{}个", lines.len()),
        acts: Some(html! { (Button::link("新建指标", format!("{OWN}/new")).icon(Icon::Plus).main()) }),
        ..PageHead::default()
    };
    let content = html! {
        (done(&asked.done))
        div.pile { section.card { @if lines.is_empty() { (nothing_yet("还没有自建的指标。定义文件里的指标在“数字”里看；想另外数什么，点“新建指标”。")) } @else { (list(&lines)) } } }
    };
    visitor.page(Place::Figures, &head, content).await
}

fn list(lines: &[AddedLine]) -> Markup {
    let row = |line: &AddedLine| {
        let state = match (&line.rests, &line.remaking) {
            (Some(why), _) => html! { (light(Light::Red, "停着")) " " span.small { (why) } },
            (None, Some(it)) => {
                let how_far =
                    it.progress.map_or_else(|| "稍后开始".to_owned(), |(done, total)| format!("{done}/{total}件"));
                light(Light::Amber, &format!("正在算（{how_far}）"))
            }
            _ => light(Light::Green, "在用"),
        };
        Row {
            cells: vec![
                Cell::link(&line.name, &urls::figure(&line.mechanism.0, &line.figure)),
                Cell::text(&line.mechanism.1),
                Cell::text(&line.unit),
                Cell::shown(state),
                Cell::text(&format!("{} {}，第{}版", line.mark.by, line.mark.at, line.mark.version)),
                Cell::text(&line.mark.reason),
                Cell::link("修改", &one(&line.mechanism.0, &line.figure)),
            ],
            ..Row::default()
        }
    };
    let columns = [
        ("指标", ColumnKind::Text),
        ("机制", ColumnKind::Text),
        ("单位", ColumnKind::Text),
        ("状态", ColumnKind::Chip),
        ("谁、何时", ColumnKind::Text),
        ("理由", ColumnKind::Text),
        ("办理", ColumnKind::Text),
    ];
    table(&Table {
        caption: "自建指标".to_owned(),
        columns: columns.into_iter().map(|(name, kind)| Column::new(name, kind)).collect(),
        rows: lines.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

/// `GET /figures/own/new?mechanism=&how=`.
pub(crate) async fn new(visitor: Visitor, Query(asked): Query<Asking>) -> Result<Response, Failure> {
    let (mechanisms, ways) = added::beginnings(&visitor.ctx)?;
    let is_known = mechanisms.iter().any(|it| it.id == asked.mechanism) && ways.contains(&asked.how.as_str());
    if is_known {
        let form = FigureForm { mechanism: asked.mechanism, how: asked.how, ..FigureForm::default() };
        return written(&visitor, Filled { form, ..Filled::default() }, None).await;
    }
    let head = PageHead { crumbs: crumbs("新建"), title: "新建指标".to_owned(), ..PageHead::default() };
    visitor.page(Place::Figures, &head, own_form::beginning(&mechanisms, &ways, &asked.mechanism)).await
}

/// `POST /figures/own`: tries a new one, or keeps it.
pub(crate) async fn add(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    send(&visitor, &sent, own_form::typed(&sent), None).await
}

/// `GET /figures/own/{mechanism}/{figure}`.
pub(crate) async fn show(visitor: Visitor, At((mechanism, figure)): At<(String, String)>) -> Result<Response, Failure> {
    let page = added::page(&visitor.ctx, &mechanism, &figure).await?;
    let form = page.form.clone().unwrap_or_default();
    written(&visitor, Filled { form, ..Filled::default() }, Some(page)).await
}

/// `POST /figures/own/{mechanism}/{figure}`: tries another way of counting, or keeps it.
pub(crate) async fn change(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let form = FigureForm { mechanism, ..own_form::typed(&sent) };
    send(&visitor, &sent, form, Some(figure)).await
}

/// `POST /figures/own/{mechanism}/{figure}/removal`.
pub(crate) async fn remove(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    match commands::remove(&visitor.ctx, &mechanism, &figure, sent.text("reason")).await {
        Ok(()) => Ok(answer::see(&format!("{OWN}?done=removed"))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let page = added::page(&visitor.ctx, &mechanism, &figure).await?;
            let filled = Filled {
                form: page.form.clone().unwrap_or_default(),
                status: error::status_of(&refusals),
                notice: words::refused(&said),
                removal: sent.text("reason").to_owned(),
                ..Filled::default()
            };
            written(&visitor, filled, Some(page)).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /figures/own/{mechanism}/{figure}/kdl`: as a piece of a definition file.
pub(crate) async fn take(visitor: Visitor, At((mechanism, figure)): At<(String, String)>) -> Result<Response, Failure> {
    Ok(answer::file(added::kdl(&visitor.ctx, &mechanism, &figure)?))
}

async fn send(visitor: &Visitor, sent: &Sent, form: FigureForm, figure: Option<String>) -> Result<Response, Failure> {
    let id = figure.as_deref().map(FigureId::from);
    if sent.text("act") == "keep" {
        match commands::keep(&visitor.ctx, &form, id.as_ref()).await {
            Ok(_) => return Ok(answer::see(&format!("{OWN}?done=kept"))),
            Err(app::Error::Refused(refusals)) => {
                let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
                let status = error::status_of(&refusals);
                let filled = Filled { status, notice: own_form::refused(&said), said, ..Filled::default() };
                let checked = commands::check(&visitor.ctx, &form, id.as_ref()).await?;
                return back(visitor, sent, Filled { form, ..filled }, (figure, checked)).await;
            }
            Err(other) => return Err(other.into()),
        }
    }
    let checked = commands::check(&visitor.ctx, &form, id.as_ref()).await?;
    let said: Vec<Said> = checked.problems.iter().map(|refusal| visitor.say(refusal)).collect();
    back(visitor, sent, Filled { form, said, ..Filled::default() }, (figure, checked)).await
}

/// The form as it was typed, with what it gives if it can be reckoned.
async fn back(
    visitor: &Visitor,
    sent: &Sent,
    filled: Filled,
    (figure, checked): (Option<String>, commands::Checked),
) -> Result<Response, Failure> {
    let place = own_form::place(sent);
    let trial = tried(visitor, &filled.form.mechanism, checked, &place).await?;
    let page = match &figure {
        Some(figure) => Some(added::page(&visitor.ctx, &filled.form.mechanism, figure).await?),
        None => None,
    };
    let version = page.as_ref().and_then(|page| page.form.as_ref()).map_or(0, |form| form.version);
    let form = FigureForm { version, ..filled.form };
    written(visitor, Filled { form, trial, place, ..filled }, page).await
}

async fn tried(
    visitor: &Visitor,
    mechanism: &str,
    checked: commands::Checked,
    place: &FiguresAsk,
) -> Result<Option<Trial>, Failure> {
    let Some((mechanism, at)) = checked.figure(mechanism) else { return Ok(None) };
    let Some(with) = checked.with else { return Ok(None) };
    let ctx = app::Ctx { definitions: std::sync::Arc::new(with), ..visitor.ctx.clone() };
    match asked::trial(&ctx, &mechanism, &mechanism.figures[at], place).await {
        Ok(trial) => Ok(Some(trial)),
        // A period that is none: said where it stands.
        Err(app::Error::Refused(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

async fn written(visitor: &Visitor, filled: Filled, page: Option<AddedPage>) -> Result<Response, Failure> {
    let status = filled.status;
    let title = page.as_ref().map_or_else(|| "新建指标".to_owned(), |page| page.name.clone());
    let remark = match &page {
        Some(page) if page.form.is_none() => format!("{} · 由定义文件声明", page.mechanism.1),
        Some(page) => format!("{} · 自建", page.mechanism.1),
        None => String::new(),
    };
    let acts = page.as_ref().map(|page| {
        html! {
            (Button::link("看数字", urls::figure(&page.mechanism.0, &page.figure)))
            @if page.form.is_some() { (Button::link("导出定义", format!("{}/kdl", one(&page.mechanism.0, &page.figure))).icon(Icon::Export).download()) }
        }
    });
    let head = PageHead { crumbs: crumbs(&title), title, remark, acts, ..PageHead::default() };
    let is_form = page.as_ref().is_none_or(|page| page.form.is_some());
    let form = if is_form { Some(own_form::form(visitor, &filled, page.as_ref())?) } else { None };
    let content = html! {
        (filled.notice)
        div.pile {
            @if let Some(why) = page.as_ref().and_then(|page| page.rests.as_ref()) {
                (notice(Tone::Warn, "这个指标停着", html! { "它和机制现在的定义对不上：" (why) "。改好以后会重新算。" }))
            }
            @if let Some(page) = &page { (used(&page.uses)) }
            @if let Some(form) = form { (form) }
            @if let Some(page) = &page { (versions(page)) @if page.form.is_some() { (removal(page, &filled.removal)) } }
        }
    };
    let status = if status == StatusCode::default() { StatusCode::OK } else { status };
    visitor.page_as(status, Place::Figures, &head, content).await
}

/// What uses it: said before it is changed.
fn used(uses: &Uses) -> Markup {
    let count = |count: i64, what: &str| if count == 0 { "没有".to_owned() } else { format!("{count}{what}") };
    let names = |names: &[String]| if names.is_empty() { "没有".to_owned() } else { names.join("、") };
    let list = [
        Fact::text("由它算出来的指标", &names(&uses.figures)),
        Fact::text("靠它看办了没有", &names(&uses.plans)),
        Fact::text("已封存、报送的数", &count(uses.seals, "个，改了算法也不变，差别列在“变动”里")),
        Fact::text("在用的目标", &count(uses.targets, "个")),
    ];
    card("用在哪里", html! { "改以前先看" }, facts(&list, true))
}

fn versions(page: &AddedPage) -> Markup {
    if page.versions.is_empty() {
        return html! {};
    }
    card(
        "历次写法",
        html! { (page.versions.len()) "版" },
        html! {
            @for (mark, source, ended) in &page.versions {
                div.pad {
                    p { b { "第" (mark.version) "版" } " " (mark.by) " " (mark.at) "：" (mark.reason) @if let Some(ended) = ended { span.quiet { "（用到" (ended) "）" } } }
                    pre.small { code { (source) } }
                }
            }
        },
    )
}

fn removal(page: &AddedPage, typed: &str) -> Markup {
    card(
        "停用",
        html! {},
        html! {
            form method="post" action={ (one(&page.mechanism.0, &page.figure)) "/removal" } {
                (own_form::reason("removal", "停用理由", typed))
                div.send { (Button::submit("停用这个指标").danger().confirm("停用以后，数字里不再有它；历次写法留着。确定吗？")) }
            }
        },
    )
}
