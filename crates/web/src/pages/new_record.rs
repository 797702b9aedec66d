//! A new record of a mechanism: the form of its start step.

use app::commands::steps::{self, StartRecord};
use app::queries::forms::Again;
use app::queries::offerings;
use app::queries::record_file::{self, StartForm};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::controls::Back;
use crate::pages::shell::Place;
use crate::pages::{controls, record, twins, words};
use crate::parts::buttons::Button;
use crate::parts::notice::refused;
use crate::parts::shell::{Anchor, PageHead};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /m/{mechanism}/new?field=`: an address may fill in fields beforehand.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let key = Uuid::new_v4().simple().to_string();
    let shown = Shown { status: StatusCode::OK, key, back: Back::default(), is_sent: false };
    let template = pairs.iter().find(|(name, _)| name == "template").and_then(|(_, id)| id.parse::<Uuid>().ok());
    if let Some(id) = template {
        let filled = offerings::filled_by(&visitor.ctx, &mechanism, id).await?;
        return page(&visitor, &mechanism, Some(&filled), shown).await;
    }
    let mut filled = Again::default();
    pairs.iter().for_each(|(field, text)| filled.typed.put(field, text));
    page(&visitor, &mechanism, Some(&filled).filter(|_| !pairs.is_empty()), shown).await
}

/// `POST /m/{mechanism}/records`: the record is there and shown; or the form again.
pub(crate) async fn start(visitor: Visitor, At(mechanism): At<String>, sent: Sent) -> Result<Response, Failure> {
    let key = sent.key().unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    let form = record::step::typed_with_files(&visitor, &sent).await?;
    let mut again = Again { typed: form.typed.clone(), ..Again::default() };
    let back = Back { more: sent.text("_more").to_owned(), uploads: form.uploads, form: String::new() };
    let mut shown = Shown { status: StatusCode::OK, key: key.clone(), back, is_sent: true };
    if !shown.back.more.is_empty() {
        return page(&visitor, &mechanism, Some(&again), shown).await;
    }
    let command = StartRecord { mechanism: mechanism.clone(), typed: form.typed, key: Some(key), ..Default::default() };
    match steps::start(&visitor.ctx, command).await {
        Ok(id) => Ok(answer::see(&urls::with(&urls::record(id), &[("done", "start")]))),
        Err(app::Error::Refused(refusals)) => {
            again.refusals = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            shown.status = error::status_of(&refusals);
            page(&visitor, &mechanism, Some(&again), shown).await
        }
        Err(other) => Err(other.into()),
    }
}

struct Shown {
    status: StatusCode,
    key: String,
    back: Back,
    is_sent: bool,
}

async fn page(visitor: &Visitor, mechanism: &str, again: Option<&Again>, shown: Shown) -> Result<Response, Failure> {
    let known = record_file::start_form(&visitor.ctx, mechanism, again).await?;
    let (name, form) = (&known.mechanism, &known.form);
    let head = PageHead {
        crumbs: vec![Anchor::new(name, urls::register(mechanism)), Anchor::new(&form.name, "")],
        title: form.name.clone(),
        ..PageHead::default()
    };
    let content = content(visitor, mechanism, &known, &shown);
    visitor.page_as(shown.status, Place::Mechanism(mechanism), &head, content).await
}

fn content(visitor: &Visitor, mechanism: &str, known: &StartForm, shown: &Shown) -> Markup {
    let form = &known.form;
    let alike_by: Vec<&str> = known.alike_by.iter().map(|id| id.as_str()).collect();
    let alike = (!alike_by.is_empty()).then(|| alike_by.join(" "));
    let label = |id: &str| {
        form.fields.iter().find(|field| field.id == *id).map_or_else(String::new, |field| field.name.clone())
    };
    let person = visitor.ctx.person().map(|id| id.to_string()).unwrap_or_default();
    html! {
        (crate::pages::offerings::offered(mechanism, &known.templates))
        @if !form.refusals.is_empty() { (refused(&words::wanted(&form.refusals, "", label))) }
        form.card method="post" action=(urls::of_register(mechanism, "records")) enctype="multipart/form-data"
            data-keep={ (person) ":" (mechanism) ":new" } data-refused[shown.is_sent]
            data-alike=[alike.as_deref()] data-alike-at=[alike.as_ref().map(|_| urls::of_register(mechanism, "new"))] {
            input type="hidden" name="_key" value=(shown.key);
            div.form { (controls::of_step(form, &shown.back)) }
            @if alike.is_some() { (twins::place(&known.twins)) }
            div.send {
                (Button::submit(form.name.as_str()).main())
                a href=(urls::register(mechanism)) { "取消" }
                @if let Some(because) = &form.because { p.why { "依据：" (because) } }
            }
        }
    }
}
