//! A step for many: asked for its words on a page of its own, done in one act, and what was refused is named.

use app::commands::steps::{self, BatchDone, TakeSteps};
use app::queries::register;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::catalog::{Mechanism, Step};
use kernel::ids::{RecordId, StepId};
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use super::address;
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::{controls, words};
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::fields::field;
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::todo::{Todo, slim_todos};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `POST /m/{mechanism}/steps/{step}`.
pub(crate) async fn take(
    visitor: Visitor,
    At((mechanism, step)): At<(String, String)>,
    RawQuery(asked): RawQuery,
    sent: Sent,
) -> Result<Response, Failure> {
    let mechanism = visitor.ctx.mechanism(&mechanism)?;
    let step = mechanism.step(&step).ok_or_else(|| Refusal::new("step.unknown").with("step", &step))?;
    let mut form = Form::read(&sent);
    if sent.find("_all").is_some() {
        // Everything that the list holds, not only the page at hand.
        let ask = address::Address::read(asked.as_deref().unwrap_or(""))?.ask;
        form.records = register::ids(&visitor.ctx, mechanism.id.as_str(), ask, steps::MOST_IN_BATCH).await?;
    }
    let wants_words = (step.opinion && form.opinion.is_empty()) || (step.reason && form.reason.is_empty());
    if wants_words && !form.is_sure && !form.records.is_empty() {
        return confirm(&visitor, &mechanism, step, &form, &[]).await;
    }
    let command = TakeSteps {
        records: form.records.clone(),
        step: StepId::from(step.id.as_str()),
        opinion: Some(form.opinion.clone()),
        reason: Some(form.reason.clone()),
        key: Some(form.key.clone()),
    };
    match steps::take_many(&visitor.ctx, command).await {
        Ok(done) if done.refused.is_empty() => {
            Ok(answer::see(&address::done(mechanism.id.as_str(), step.id.as_str(), done.done)))
        }
        Ok(done) => outcome(&visitor, &mechanism, step, &done).await,
        Err(app::Error::Refused(refusals)) if !form.records.is_empty() => {
            confirm(&visitor, &mechanism, step, &form, &refusals).await
        }
        Err(other) => Err(other.into()),
    }
}

/// What was sent: the chosen records and the words.
struct Form {
    records: Vec<RecordId>,
    opinion: String,
    reason: String,
    key: String,
    is_sure: bool,
}

impl Form {
    fn read(sent: &Sent) -> Self {
        Self {
            // An id that is none is nobody's record.
            records: sent.all("record").iter().filter_map(|id| id.parse().ok()).collect(),
            opinion: sent.text("step.opinion").to_owned(),
            reason: sent.text("step.reason").to_owned(),
            key: sent.key().unwrap_or_else(|| Uuid::new_v4().simple().to_string()),
            is_sure: sent.find("_sure").is_some(),
        }
    }
}

fn head(visitor: &Visitor, mechanism: &Mechanism, title: String) -> PageHead {
    let chapter = register::chapter_name(&visitor.ctx, mechanism);
    let href = urls::register(mechanism.id.as_str());
    PageHead {
        crumbs: vec![Anchor::new(chapter, &href), Anchor::new(&mechanism.name, &href), Anchor::new("成批办理", "")],
        title,
        ..PageHead::default()
    }
}

/// Asks for the words that the step wants, once for all.
async fn confirm(
    visitor: &Visitor,
    mechanism: &Mechanism,
    step: &Step,
    form: &Form,
    refusals: &[Refusal],
) -> Result<Response, Failure> {
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    let path = format!("{}/{}", urls::of_register(mechanism.id.as_str(), "steps"), step.id);
    let content = html! {
        @if !said.is_empty() { (words::refused(&said)) }
        form.card method="post" action=(path) {
            input type="hidden" name="_key" value=(form.key);
            input type="hidden" name="_sure" value="1";
            @for id in &form.records { input type="hidden" name="record" value=(id); }
            div.form {
                p { "对选中的 " b { (form.records.len()) } " 件事项办理“" (step.name) "”。不能办理的会逐件说明原因，其余照办。" }
                @if step.opinion { (field(&controls::opinion(&form.opinion, &said))) }
                @if step.reason { (field(&controls::reason(&form.reason, &said))) }
            }
            div.send {
                (Button::submit(step.name.as_str()).main())
                a href=(urls::register(mechanism.id.as_str())) { "取消" }
            }
        }
    };
    let status = if refusals.is_empty() { StatusCode::OK } else { error::status_of(refusals) };
    let head = head(visitor, mechanism, format!("成批{}", step.name));
    visitor.page_as(status, Place::Mechanism(mechanism.id.as_str()), &head, content).await
}

/// What was done, and what was refused and why.
async fn outcome(visitor: &Visitor, mechanism: &Mechanism, step: &Step, done: &BatchDone) -> Result<Response, Failure> {
    let (tone, status) = match done.done {
        0 => (Tone::Error, StatusCode::UNPROCESSABLE_ENTITY),
        _ => (Tone::Warn, StatusCode::OK),
    };
    let title = format!("“{}”办理了 {} 件，{} 件没有办", step.name, done.done, done.refused.len());
    let content = html! {
        (notice(tone, &title, html! { "没有办的事项和原因列在下面，其余已经办好。" }))
        (card("没有办的", html! {}, refused(visitor, done)))
        p { (Button::link("回到台账", urls::register(mechanism.id.as_str())).main()) }
    };
    let head = head(visitor, mechanism, format!("成批{}", step.name));
    visitor.page_as(status, Place::Mechanism(mechanism.id.as_str()), &head, content).await
}

fn refused(visitor: &Visitor, done: &BatchDone) -> Markup {
    let why = |refusals: &[Refusal]| {
        refusals.iter().map(|refusal| words::sentence(&visitor.say(refusal))).collect::<Vec<_>>().join(" ")
    };
    let row = |(id, title, refusals): &(RecordId, String, Vec<Refusal>)| Todo {
        href: urls::record(*id),
        title: title.clone(),
        note: why(refusals),
        ..Todo::default()
    };
    slim_todos(&done.refused.iter().map(row).collect::<Vec<_>>())
}
