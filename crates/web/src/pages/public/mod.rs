//! Where somebody without an account comes: the forms that are open, and the answer to what they sent.
//!
//! Works on a telephone and without a script; whoever is signed in is nobody here as well.
//! Never more than the definition opens, and never an address in which a code stands.

use app::commands::public::{self as door, File, Filed, Proof};
use app::queries::forms::{Again, StepForm};
use app::queries::public as asked;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::authority::Actor;
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::controls::{self, Back};
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::gate;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Guest};

pub(crate) mod follow;

/// The most that a public form may hold, in bytes: every long field filled, and no more.
const LARGEST: usize = 64 * 1024;

/// The context of whoever comes without an account.
fn ctx_of(guest: &Guest) -> app::Ctx {
    guest.ctx(Actor::Outsider { record: None }, None)
}

/// What a public form may be: small words.
fn is_small(sent: &Sent) -> Result<(), Failure> {
    let size: usize = sent.pairs.iter().map(|(name, text)| name.len() + text.len()).sum();
    if size > LARGEST { Err(Failure::too_large()) } else { Ok(()) }
}

/// Words alone: nothing that is sent later brings files.
fn is_words(sent: &Sent) -> Result<(), Failure> {
    if sent.files.is_empty() { is_small(sent) } else { Err(Failure::too_large()) }
}

fn page(guest: &Guest, status: StatusCode, content: Markup) -> Response {
    answer::page(status, gate("网上申办", &guest.site.name(), &guest.site.look.assets, content))
}

fn said(ctx: &app::Ctx, refusals: &[Refusal]) -> Markup {
    let said = refusals.iter().map(|refusal| app::words::say(ctx.vocabulary(), refusal));
    html! { @for said in said { (notice(Tone::Error, &said.says, html! { (said.next.unwrap_or_default()) })) } }
}

/// `GET /public`: what is open.
pub(crate) async fn show(guest: Guest) -> Result<Response, Failure> {
    let ctx = ctx_of(&guest);
    let doors = asked::doors(&ctx);
    let content = html! {
        @if doors.is_empty() {
            (notice(Tone::Error, "现在没有开放网上提交", html! { "请打电话或者到现场反映。" }))
        }
        @for one in &doors {
            section.card {
                h1 { (one.name) }
                p.hint { (one.purpose) }
                (Button::link("填写", urls::public_form(&one.mechanism, &one.form)).main().full())
            }
        }
        @if !doors.is_empty() {
            section.card { h2 { "已经提过" } (Button::link("查办理情况、补充、评价", urls::FOLLOW).full()) }
        }
        p.foot { a href="/sign-in" { "工作人员登录" } }
    };
    Ok(page(&guest, StatusCode::OK, content))
}

/// `GET /public/{mechanism}/{form}`.
pub(crate) async fn form(guest: Guest, At((mechanism, form)): At<(String, String)>) -> Result<Response, Failure> {
    let ctx = ctx_of(&guest);
    let open = asked::open(&ctx, &mechanism, &form)?;
    let shown = asked::form(&ctx, &open, None);
    let key = Uuid::new_v4().simple().to_string();
    Ok(page(&guest, StatusCode::OK, filing(&shown, &urls::public_form(&mechanism, &form), &key, html! {})))
}

/// `POST /public/{mechanism}/{form}`: number and code, or the form again with everything that was typed.
pub(crate) async fn file(
    guest: Guest,
    At((mechanism, form)): At<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    is_small(&sent)?;
    let ctx = ctx_of(&guest);
    let open = asked::open(&ctx, &mechanism, &form)?;
    let key = sent.key().unwrap_or_default();
    let typed = sent.typed();
    let files =
        sent.files.iter().map(|it| Proof { field: it.field.clone(), name: it.name.clone(), bytes: it.bytes.to_vec() });
    let files: Vec<Proof> = files.take(door::MOST_FILES + 1).collect();
    let (is_lost, typed_too) = (!files.is_empty(), typed.clone());
    let command = File { mechanism: mechanism.clone(), form: form.clone(), typed: typed_too, key: key.clone(), files };
    match door::file(&ctx, &command).await {
        Ok(filed) => Ok(page(&guest, StatusCode::OK, told(&filed))),
        Err(app::Error::Refused(refusals)) => {
            let again = Again { typed, refusals: says(&ctx, &refusals), ..Again::default() };
            let shown = asked::form(&ctx, &open, Some(&again));
            let why = html! {
                (wanted(&shown, ""))
                @if is_lost { (notice(Tone::Warn, "附件没有收下", html! { "改好以后请重新选附件，再一起提交。" })) }
            };
            let key = if key.len() >= 16 { key } else { Uuid::new_v4().simple().to_string() };
            let content = filing(&shown, &urls::public_form(&mechanism, &form), &key, why);
            Ok(page(&guest, error::status_of(&refusals), content))
        }
        Err(other) => Err(other.into()),
    }
}

fn says(ctx: &app::Ctx, refusals: &[Refusal]) -> Vec<app::words::Said> {
    refusals.iter().map(|refusal| app::words::say(ctx.vocabulary(), refusal)).collect()
}

/// Why a form comes back, each line leading to its field.
fn wanted(form: &StepForm, step: &str) -> Markup {
    let label = |id: &str| {
        form.fields.iter().find(|field| field.id == *id).map_or_else(String::new, |field| field.name.clone())
    };
    html! { @if !form.refusals.is_empty() { (refused(&words::wanted(&form.refusals, step, label))) } }
}

fn filing(form: &StepForm, action: &str, key: &str, why: Markup) -> Markup {
    html! {
        (why)
        form.card method="post" action=(action) enctype=[controls::carries_files(form).then_some("multipart/form-data")] {
            h1 { (form.name) }
            input type="hidden" name="_key" value=(key);
            (controls::of_step(form, &Back::default()))
            (Button::submit("提交").main().full())
        }
        p.foot { "提交后给出编号和查询码，凭这两样查办理情况" }
    }
}

/// Number and code, once.
fn told(filed: &Filed) -> Markup {
    html! {
        section.card {
            h1 { "已收到" }
            p { "编号 " b { (filed.number) } }
            @match &filed.code {
                Some(code) => {
                    p { "查询码 " b { (code) } }
                    (notice(Tone::Warn, "请记下编号和查询码", html! { "查询码只显示这一次，丢了查不到，也没有人能告诉你。" }))
                }
                None => (notice(Tone::Ok, "这一份已经收到过，没有再收一次", html! { "查询码在第一次提交时已经给出，不再显示。" })),
            }
            (Button::link("查办理情况", urls::FOLLOW).full())
        }
    }
}
