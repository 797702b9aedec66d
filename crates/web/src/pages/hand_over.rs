//! Hand-over 交接: what a leaver holds, to whom it goes, and how it is handed back.
//!
//! Never what the records say: whoever arranges it reads no business by that.

use app::commands::hand_over::{self, HandOverForm};
use app::queries::forms::{Choice, Control as Asked, FormField};
use app::queries::hand_over::{Holdings, holdings, leavers};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::{HandOverId, PersonId};
use kernel::refusal::Spot;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::controls::{self, Back};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::fields;
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::PageHead;
use crate::parts::words::day_cell;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// Whose work, and what was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asking {
    #[serde(default)]
    person: String,
    #[serde(default)]
    done: String,
}

/// `GET /hand-over`: whose work is to be handed over.
pub(crate) async fn choose(visitor: Visitor, Query(asking): Query<Asking>) -> Result<Response, Failure> {
    let people = leavers(&visitor.ctx)?;
    if let Some(person) =
        asking.person.parse::<PersonId>().ok().filter(|id| people.iter().any(|it| it.id == id.to_string()))
    {
        return Ok(answer::see(&format!("/hand-over/{person}")));
    }
    let who = field("person", "谁要离岗", Asked::One(people), &[], "");
    let content = card(
        "选定离岗的人",
        html! {},
        html! {
            form method="get" action="/hand-over" {
                div.form { (fields(&[controls::of_field(&who, &Back::default())])) }
                div.send { (Button::submit("下一步").main()) }
            }
        },
    );
    let head = PageHead { title: "交接".to_owned(), ..PageHead::default() };
    visitor.page(Place::Grants, &head, content).await
}

/// `GET /hand-over/{person}`.
pub(crate) async fn show(
    visitor: Visitor,
    At(person): At<PersonId>,
    Query(asking): Query<Asking>,
) -> Result<Response, Failure> {
    let said = match asking.done.as_str() {
        "given" => notice(Tone::Ok, "已交接", html! { "每件事项都留了痕；有误可以在下面交回。" }),
        "undone" => notice(Tone::Ok, "已交回", html! { "授权、事项和代办已恢复。" }),
        _ => html! {},
    };
    page(&visitor, person, StatusCode::OK, said, &HandOverForm::default(), &[]).await
}

/// `POST /hand-over/{person}`.
pub(crate) async fn give(visitor: Visitor, At(person): At<PersonId>, sent: Sent) -> Result<Response, Failure> {
    let form = HandOverForm {
        grants_to: sent.text("grants_to").to_owned(),
        records_to: sent.text("records_to").to_owned(),
        last_on: sent.text("last_on").to_owned(),
    };
    match hand_over::give(&visitor.ctx, person, form.clone()).await {
        Ok(_) => Ok(answer::see(&urls::with(&format!("/hand-over/{person}"), &[("done", "given")]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let wanted = refused(&words::wanted(&said, "", |id| label(id).to_owned()));
            page(&visitor, person, error::status_of(&refusals), wanted, &form, &said).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /hand-over/{person}/{hand_over}/undo`.
pub(crate) async fn undo(visitor: Visitor, At((person, id)): At<(PersonId, HandOverId)>) -> Result<Response, Failure> {
    match hand_over::undo(&visitor.ctx, id).await {
        Ok(()) => Ok(answer::see(&urls::with(&format!("/hand-over/{person}"), &[("done", "undone")]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let form = HandOverForm::default();
            page(&visitor, person, error::status_of(&refusals), words::refused(&said), &form, &[]).await
        }
        Err(other) => Err(other.into()),
    }
}

fn label(id: &str) -> &'static str {
    match id {
        "grants_to" => "授权由谁接",
        "records_to" => "手上的事项由谁接",
        _ => "最后一天",
    }
}

async fn page(
    visitor: &Visitor,
    person: PersonId,
    status: StatusCode,
    said: Markup,
    form: &HandOverForm,
    faults: &[Said],
) -> Result<Response, Failure> {
    let known = holdings(&visitor.ctx, person).await?;
    let head = PageHead { title: format!("交接：{}", known.name), ..PageHead::default() };
    let content = html! {
        (said)
        div.grid {
            div.c8.pile { (card("现在有什么", html! {}, held(&known))) (card("交接过的", html! {}, before(&known))) }
            div.c4.pile.lead { (card("交给谁", html! {}, give_form(&known, form, faults))) }
        }
    };
    visitor.page_as(status, Place::Grants, &head, content).await
}

fn held(known: &Holdings) -> Markup {
    let mut list: Vec<Fact> = Vec::new();
    for (role, unit, from, until) in &known.grants {
        let until = until.map(|day| format!("，至 {}", day_cell(day))).unwrap_or_default();
        list.push(Fact::text("授权", &format!("{role}：{unit}及下级，自 {}{until}", day_cell(*from))));
    }
    for (mechanism, count) in &known.records {
        list.push(Fact::text("手上的事项", &format!("{mechanism} {count} 件")));
    }
    for words in &known.stand_ins {
        list.push(Fact::text("代办", words));
    }
    if list.is_empty() {
        return nothing_yet("没有要交接的授权、事项和代办。");
    }
    facts(&list, true)
}

fn before(known: &Holdings) -> Markup {
    if known.before.is_empty() {
        return nothing_yet("还没有交接过。交接以后可以在这里交回。");
    }
    html! {
        ul.todo.slim {
            @for line in &known.before {
                li {
                    div { (line.words) p { (line.at) "，最后一天 " (day_cell(line.on)) @if line.is_undone { "，已交回" } } }
                    @if !line.is_undone {
                        form method="post" action={ "/hand-over/" (known.leaver) "/" (line.id) "/undo" } {
                            (Button::submit("交回").tiny().confirm("把这次交接的授权、事项和代办都恢复给原来的人，确定吗？"))
                        }
                    }
                }
            }
        }
    }
}

fn field(id: &str, name: &str, control: Asked, faults: &[Said], typed: &str) -> FormField {
    FormField {
        id: id.to_owned(),
        name: name.to_owned(),
        required: matches!(id, "last_on" | "person"),
        help: None,
        control,
        typed: vec![typed.to_owned()],
        fault: faults.iter().find(|said| matches!(&said.at, Spot::Field(at) if *at == *id)).cloned(),
        held: None,
        fixed: false,
    }
}

fn give_form(known: &Holdings, form: &HandOverForm, faults: &[Said]) -> Markup {
    let heirs: Vec<Choice> = known.heirs.clone();
    let mut list = [
        field("last_on", label("last_on"), Asked::Day, faults, &form.last_on),
        field("grants_to", label("grants_to"), Asked::One(heirs.clone()), faults, &form.grants_to),
        field("records_to", label("records_to"), Asked::One(heirs), faults, &form.records_to),
    ];
    list[1].help = Some("接的人从次日起有同样的授权；不选，授权到期为止。".to_owned());
    list[2].help = Some("转办给他的、请他加签的，一并交接，每件留痕；不选，由同角色的人办。".to_owned());
    let list: Vec<_> = list.iter().map(|one| controls::of_field(one, &Back::default()).wide()).collect();
    html! {
        form method="post" action={ "/hand-over/" (known.leaver) } {
            div.form { (fields(&list)) }
            p.hint.pad { "代办一并结束。" }
            div.send { (Button::submit("交接").main().confirm("交接后，离岗的人在最后一天之后不再有授权，确定吗？")) }
        }
    }
}
