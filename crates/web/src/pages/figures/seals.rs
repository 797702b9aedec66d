//! Reporting figures upward: who has and who has not, a sealed figure with what changed since, and what may be done.
//!
//! Never a button for what would be refused for authority.

use app::commands::figure_seals::{self, Decision, ExceptionForm, SubmitForm};
use app::queries::figures::{self as asked, SealCell, SealPage, SealedValue, SealsPage, SealsRow};
use app::queries::forms::Control as Asking;
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::figures::Amount;
use kernel::ids::FigureSealId;
use kernel::refusal::Refusal;
use maud::{Markup, html};

use super::{Asked, filters, other_periods};
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::controls::{self, Back};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field, fields};
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// Where figures are reported.
const SEALS: &str = "/figures/seals";

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

fn done(done: &str) -> Markup {
    match done {
        "submitted" => notice(Tone::Ok, "已报送", html! { "上级收下以前，还可以重新报送。" }),
        "accepted" => notice(Tone::Ok, "已收下", html! { "这些数字已锁定；会改动它们的办理要先经批准例外。" }),
        "returned" => notice(Tone::Ok, "已退回", html! { "报送人已收到通知。" }),
        "excepted" => notice(Tone::Ok, "已批准例外", html! { "对方已收到通知；到期自动失效。" }),
        _ => html! {},
    }
}

/// `GET /figures/seals?unit=&period=`.
pub(crate) async fn show(
    visitor: Visitor,
    Query(asked): Query<Asked>,
    Query(what): Query<Done>,
) -> Result<Response, Failure> {
    page(&visitor, StatusCode::OK, done(&what.done), &asked).await
}

async fn page(visitor: &Visitor, status: StatusCode, said: Markup, asked: &Asked) -> Result<Response, Failure> {
    let page = asked::seals(&visitor.ctx, &asked.ask()?).await?;
    let unit = page.unit.as_ref().map_or("", |unit| &unit.name);
    let head = PageHead {
        crumbs: vec![Anchor::new("数字", "/figures"), Anchor::new("报送", "")],
        title: "数字报送".to_owned(),
        remark: format!("{unit} · {}", page.asked.period.words()),
        ..PageHead::default()
    };
    let content = html! {
        (said)
        div.pile {
            section.card { (filters(SEALS, &page.asked, &page.units, &page.periods, Vec::new())) (other_periods(|period| super::at_period(SEALS, &page.asked, period), &page.asked)) }
            @if let Some(own) = &page.own { (card(&format!("{}报送", own.name), html! { "报给上一级" }, own_form(&page, own))) }
            @if !page.rows.is_empty() { (card("下级报送情况", html! { (tally(&page)) }, grid(&page))) }
            @else if page.own.is_none() { section.card { (nothing_yet("这个单位没有由你报送或者接收的数字。")) } }
        }
    };
    visitor.page_as(status, Place::Figures, &head, content).await
}

/// The form by which a unit reports its figures.
fn own_form(page: &SealsPage, own: &SealsRow) -> Markup {
    if !page.is_over {
        return nothing_yet("这个期间还没有结束。请选已经结束的期间报送。");
    }
    let line = |(asked::Reported { id: name, words, .. }, cell): (&asked::Reported, &SealCell)| {
        let is_locked = cell.sealed.as_ref().is_some_and(|it| it.state == "accepted");
        let id = format!("seal-{name}");
        Row {
            cells: vec![
                Cell::shown(html! {
                    label for=(id) { input type="checkbox" id=(id) name="figure" value=(name) checked[!is_locked] disabled[is_locked]; " " (words) }
                }),
                Cell::text(&cell.now),
                Cell::shown(cell.sealed.as_ref().map_or_else(|| html! { span.quiet { "未报" } }, sealed)),
            ],
            ..Row::default()
        }
    };
    let rows = page.figures.iter().zip(&own.cells).map(line).collect();
    html! {
        form method="post" action=(SEALS) {
            input type="hidden" name="unit" value=(own.unit);
            input type="hidden" name="period" value=(page.asked.period);
            (table(&Table {
                caption: "报送的数字".to_owned(),
                columns: vec![
                    Column::new("数字", ColumnKind::Text),
                    Column::new("现在", ColumnKind::Number),
                    Column::new("报送", ColumnKind::Chip),
                ],
                rows,
                choose: None,
                wide: false,
            }))
            div.send { (Button::submit("封存并报送").main()) }
        }
    }
}

/// A sealed value: its state, the value as it was, and whether it has changed.
fn sealed(it: &SealedValue) -> Markup {
    let (tone, words) = state(&it.state);
    html! {
        a href=(format!("{SEALS}/{}", it.id)) { (light(tone, words)) }
        " " (it.shown)
        @if it.drifted { " " (light(Light::Red, "已变")) }
    }
}

fn state(state: &str) -> (Light, &'static str) {
    match state {
        "submitted" => (Light::Amber, "已报"),
        "accepted" => (Light::Green, "已收"),
        "returned" => (Light::Red, "退回"),
        "report" => (Light::Grey, "写进报告"),
        _ => (Light::Grey, "已重报"),
    }
}

/// How many have and have not.
fn tally(page: &SealsPage) -> String {
    let states = || page.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.sealed.as_ref().map(|it| &*it.state));
    let count = |wanted: Option<&str>| states().filter(|state| *state == wanted).count();
    let [accepted, waiting, returned] = ["accepted", "submitted", "returned"].map(|state| count(Some(state)));
    format!("已收{accepted}，待收{waiting}，退回{returned}，未报{}；点状态看封存的数字", count(None))
}

/// Who has and who has not: units by figure, with what may be accepted or returned.
fn grid(page: &SealsPage) -> Markup {
    let mut columns = vec![Column::new("单位", ColumnKind::Text)];
    // Under one mechanism after the other; its name only where two figures are called the same.
    let is_shared = |name: &str| page.figures.iter().filter(|it| it.name == name).count() > 1;
    let titles = page.figures.iter().map(|it| if is_shared(&it.name) { &it.words } else { &it.name });
    columns.extend(titles.map(|title| Column::new(title, ColumnKind::Chip)));
    let cell = |cell: &SealCell| {
        Cell::shown(match &cell.sealed {
            None => html! { span.quiet { "未报" } },
            Some(it) => html! {
                @if it.may_accept { input type="checkbox" name="seal" value=(it.id) aria-label="选中" checked; " " }
                (sealed(it))
            },
        })
    };
    let row = |row: &SealsRow| {
        let link = urls::with(SEALS, &[("unit", &row.unit.to_string()), ("period", &page.asked.period.to_string())]);
        let mut cells = vec![Cell::link(&row.name, &link)];
        cells.extend(row.cells.iter().map(cell));
        Row { cells, ..Row::default() }
    };
    let grid = table(&Table {
        caption: "下级报送情况".to_owned(),
        columns,
        rows: page.rows.iter().map(row).collect(),
        choose: None,
        wide: true,
    });
    let is_waiting =
        page.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.sealed.as_ref().is_some_and(|it| it.may_accept));
    if !is_waiting {
        return grid;
    }
    html! {
        form method="post" action={ (SEALS) "/decisions" } {
            (hidden(page))
            (grid)
            div.form { (field(&reason("退回选中的才填。"))) }
            div.send {
                (Button::submit("收下选中的").main().named("decision", "accept"))
                (Button::submit("退回选中的").named("decision", "return"))
            }
        }
    }
}

fn hidden(page: &SealsPage) -> Markup {
    let unit = page.asked.unit.map(|id| id.to_string()).unwrap_or_default();
    html! {
        input type="hidden" name="unit" value=(unit);
        input type="hidden" name="period" value=(page.asked.period);
    }
}

fn reason(help: &str) -> Field {
    let control = Control::Text { value: String::new(), max: Some(200), autocomplete: None };
    Field { hint: help.to_owned(), ..Field::new("reason", "退回理由", control) }
}

/// `POST /figures/seals`: figures of a unit, sealed and reported.
pub(crate) async fn submit(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let unit = sent.text("unit").parse().map_err(|_| Failure::not_found())?;
    let form = SubmitForm { unit, period: sent.text("period").to_owned(), figures: sent.all("figure") };
    match figure_seals::submit(&visitor.ctx, &form).await {
        Ok(_) => Ok(back(&sent, "submitted")),
        Err(app::Error::Refused(refusals)) => again(&visitor, &sent, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// `POST /figures/seals/decisions`: what was reported, accepted or returned.
pub(crate) async fn decide(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let seals = sent.all("seal").iter().map(|id| id.parse()).collect::<Result<Vec<FigureSealId>, _>>();
    let accept = sent.text("decision") == "accept";
    let decision =
        Decision { seals: seals.map_err(|_| Failure::not_found())?, accept, reason: sent.text("reason").to_owned() };
    match figure_seals::decide(&visitor.ctx, &decision).await {
        Ok(_) => Ok(back(&sent, if accept { "accepted" } else { "returned" })),
        Err(app::Error::Refused(refusals)) => again(&visitor, &sent, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

fn back(sent: &Sent, done: &str) -> Response {
    let pairs = [("unit", sent.text("unit")), ("period", sent.text("period")), ("done", done)];
    answer::see(&urls::with(SEALS, &pairs))
}

async fn again(visitor: &Visitor, sent: &Sent, refusals: &[Refusal]) -> Result<Response, Failure> {
    let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    let asked = Asked {
        unit: sent.text("unit").to_owned(),
        // What cannot be read as a period is told above; the page shows what it shows by default.
        period: Some(sent.text("period")).filter(|text| asked::period(text).is_ok()).unwrap_or_default().to_owned(),
        ..Asked::default()
    };
    page(visitor, error::status_of(refusals), words::refused(&said), &asked).await
}

/// `GET /figures/seals/{seal}`.
pub(crate) async fn one(
    visitor: Visitor,
    At(id): At<FigureSealId>,
    Query(what): Query<Done>,
) -> Result<Response, Failure> {
    own_page(&visitor, id, StatusCode::OK, done(&what.done), &ExceptionForm::default(), &[]).await
}

/// `POST /figures/seals/{seal}/exceptions`.
pub(crate) async fn except(visitor: Visitor, At(id): At<FigureSealId>, sent: Sent) -> Result<Response, Failure> {
    let form = ExceptionForm {
        person: sent.text("person").to_owned(),
        reason: sent.text("why").to_owned(),
        until_on: sent.text("until_on").to_owned(),
    };
    match figure_seals::except(&visitor.ctx, id, &form).await {
        Ok(()) => Ok(answer::see(&urls::with(&format!("{SEALS}/{id}"), &[("done", "excepted")]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            own_page(&visitor, id, error::status_of(&refusals), words::refused(&said), &form, &said).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn own_page(
    visitor: &Visitor,
    id: FigureSealId,
    status: StatusCode,
    said: Markup,
    form: &ExceptionForm,
    faults: &[Said],
) -> Result<Response, Failure> {
    let page = asked::seal(&visitor.ctx, id).await?;
    let unit = page.unit.to_string();
    let grid = urls::with(SEALS, &[("unit", &unit), ("period", &page.period.0)]);
    let (tone, state) = state(&page.state);
    let figure =
        urls::with(&urls::figure(&page.mechanism, &page.figure), &[("unit", &unit), ("period", &page.period.0)]);
    let head = PageHead {
        crumbs: vec![Anchor::new("数字", "/figures"), Anchor::new("报送", grid), Anchor::new(&page.name, "")],
        title: page.name.clone(),
        remark: format!("{} · {}", page.unit_name, page.period.1),
        lights: Some(light(tone, state)),
        acts: Some(html! { (Button::link("看这个数字", figure)) }),
    };
    let content = html! {
        (said)
        div.grid {
            div.c8.pile {
                (card("封存以后的变化", html! {}, drift(&page)))
                @if !page.others.is_empty() { (card("同一期间的其他报送", html! {}, others(&page))) }
            }
            div.c4.pile.lead {
                (card("封存的数字", html! {}, value(&page)))
                @if page.may_accept || page.may_return { (card("收下或退回", html! {}, decision(&page))) }
                @if page.state == "accepted" { (card("例外", html! {}, exceptions(&page, form, faults))) }
            }
        }
    };
    visitor.page_as(status, Place::Figures, &head, content).await
}

fn parts(page: &SealPage, amount: Amount) -> String {
    if page.is_ratio { format!("（{} / {}）", amount.numerator, amount.denominator) } else { String::new() }
}

fn value(page: &SealPage) -> Markup {
    let (version, is_current) = &page.definition;
    let mut list = vec![
        Fact::text("报送时", &format!("{} {}{}", page.sealed.0, page.measure, parts(page, page.sealed.1))),
        Fact::text("现在", &format!("{} {}{}", page.now.0, page.measure, parts(page, page.now.1))),
        if page.is_people {
            Fact::text("数到的人", &format!("{} 人", page.count))
        } else {
            Fact::text("背后的事项", &format!("{} 件", page.count))
        },
        Fact::text("定义版本", &format!("{version}{}", if *is_current { "" } else { "（定义已更新）" })),
        Fact::text(
            if page.state == "report" { "封存" } else { "报送" },
            &format!("{} {}", page.sealed_by.0, page.sealed_by.1),
        ),
    ];
    if let Some((by, at, reason)) = &page.decided {
        list.push(Fact::text(if page.state == "returned" { "退回" } else { "收下" }, &format!("{by} {at}")));
        list.extend(reason.iter().map(|reason| Fact::text("理由", reason)));
    }
    facts(&list, true)
}

fn drift(page: &SealPage) -> Markup {
    if page.drift.is_empty() && page.more == 0 {
        return nothing_yet("没有变化：现在数到的和封存时一致。");
    }
    if page.is_people { people_changed(&page.drift, page.more) } else { changes("封存时", &page.drift, page.more) }
}

/// People who are counted now and were not, or are no longer.
fn people_changed(drift: &[asked::DriftLine], more: usize) -> Markup {
    html! {
        ul.pad.points {
            @for line in drift {
                li { a href=(urls::person(kernel::ids::PersonId(line.record.0))) { (line.title) } " " span.quiet { @if line.was.is_none() { "新计入" } @else { "不再计入" } } }
            }
        }
        @if more > 0 { p.pad.quiet { "另有 " (more) " 人没有列出。" } }
    }
}

/// Records whose part changed: what each gave then, and gives now.
pub(super) fn changes(then: &str, drift: &[asked::DriftLine], more: usize) -> Markup {
    let row = |line: &asked::DriftLine| {
        let what = match (line.was, line.is) {
            (None, _) => "新计入",
            (_, None) => "不再计入",
            _ => "计入的有变",
        };
        Row {
            cells: vec![
                Cell::link(&line.title, &urls::record(line.record)),
                Cell::text(what),
                Cell::text(&gave(line.was)),
                Cell::text(&gave(line.is)),
            ],
            ..Row::default()
        }
    };
    html! {
        (table(&Table {
            caption: "变化的事项".to_owned(),
            columns: vec![
                Column::new("事项", ColumnKind::Text),
                Column::new("变化", ColumnKind::Text),
                Column::new(then, ColumnKind::Number),
                Column::new("现在", ColumnKind::Number),
            ],
            rows: drift.iter().map(row).collect(),
            choose: None,
            wide: false,
        }))
        @if more > 0 { p.pad.quiet { "另有 " (more) " 件没有列出。" } }
    }
}

/// What a record gives: how much, and over how much.
pub(super) fn gave(amount: Option<Amount>) -> String {
    match amount {
        None => "—".to_owned(),
        Some(amount) if amount.denominator == 0 => amount.numerator.to_string(),
        Some(amount) => format!("{} / {}", amount.numerator, amount.denominator),
    }
}

fn others(page: &SealPage) -> Markup {
    let row = |(id, at, shown, of): &(FigureSealId, String, String, String)| {
        let (tone, words) = state(of);
        Row {
            cells: vec![Cell::link(at, &format!("{SEALS}/{id}")), Cell::text(shown), Cell::shown(light(tone, words))],
            ..Row::default()
        }
    };
    table(&Table {
        caption: "同一期间的其他报送".to_owned(),
        columns: vec![
            Column::new("时间", ColumnKind::Text),
            Column::new("数值", ColumnKind::Number),
            Column::new("状态", ColumnKind::Chip),
        ],
        rows: page.others.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn decision(page: &SealPage) -> Markup {
    html! {
        form method="post" action={ (SEALS) "/decisions" } {
            input type="hidden" name="unit" value=(page.unit);
            input type="hidden" name="period" value=(page.period.0);
            input type="hidden" name="seal" value=(page.id);
            div.form { (field(&reason("退回才填。"))) }
            div.send {
                @if page.may_accept { (Button::submit("收下").main().named("decision", "accept")) }
                @if page.may_return { (Button::submit("退回").named("decision", "return")) }
            }
        }
    }
}

fn exceptions(page: &SealPage, form: &ExceptionForm, faults: &[Said]) -> Markup {
    let given = |(person, until, reason, by): &(String, String, String, String)| {
        Fact::text(person, &format!("至{until}，{reason}（{by}批准）"))
    };
    let one = |id: &str, name: &str, control: Asking, typed: &str, help: Option<&str>| {
        controls::required(id, name, control, typed, help, faults)
    };
    html! {
        @if page.exceptions.is_empty() { (nothing_yet("没有例外：会改动这个数字的办理都会被拒绝。")) }
        @else { (facts(&page.exceptions.iter().map(given).collect::<Vec<_>>(), true)) }
        @if let Some(people) = &page.may_except {
            @let list = [
                one("person", "准许谁更改", Asking::One(people.clone()), &form.person, None),
                one("why", "例外理由", Asking::Text { max: 200 }, &form.reason, None),
                one("until_on", "到哪天为止", Asking::Day, &form.until_on, Some("含当天，最多三十一天。")),
            ];
            form method="post" action={ (SEALS) "/" (page.id) "/exceptions" } {
                div.form { (fields(&list.iter().map(|one| controls::of_field(one, &Back::default()).wide()).collect::<Vec<_>>())) }
                div.send { (Button::submit("批准例外")) }
            }
        }
    }
}
