//! Number and code lead to one record: where it stands, what was answered, and what its raiser may do now.
//!
//! The code travels in forms only, never in an address; without it nothing is told of the number.
//! Never a session: every form carries both again.

use app::commands::public as door;
use app::queries::forms::{Again, StepForm};
use app::queries::public::{self as asked, Followed};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use super::{ctx_of, is_words, page, said, says, wanted};
use crate::error::{self, Failure};
use crate::pages::controls::{self, Back};
use crate::parts::buttons::Button;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Guest};

/// `GET /public/follow`.
pub(crate) async fn ask(guest: Guest) -> Result<Response, Failure> {
    Ok(page(&guest, StatusCode::OK, asking("", html! {})))
}

/// `POST /public/follow`: the record, if number and code belong together.
pub(crate) async fn show(guest: Guest, sent: Sent) -> Result<Response, Failure> {
    is_words(&sent)?;
    let ctx = ctx_of(&guest);
    let (number, code) = (sent.text("number"), sent.text("code"));
    match door::known(&ctx, number, code).await {
        Ok((ctx, found)) => {
            let shown = asked::followed(&ctx, &found, None);
            Ok(page(&guest, StatusCode::OK, followed(&shown, code, html! {})))
        }
        Err(app::Error::Refused(refusals)) => Ok(unknown(&guest, &ctx, number, &refusals)),
        Err(other) => Err(other.into()),
    }
}

/// `POST /public/follow/{step}`: a step by whoever knows the record.
pub(crate) async fn take(guest: Guest, At(step): At<String>, sent: Sent) -> Result<Response, Failure> {
    is_words(&sent)?;
    let ctx = ctx_of(&guest);
    let (number, code) = (sent.text("number"), sent.text("code"));
    let (own, found) = match door::known(&ctx, number, code).await {
        Ok(known) => known,
        Err(app::Error::Refused(refusals)) => return Ok(unknown(&guest, &ctx, number, &refusals)),
        Err(other) => return Err(other.into()),
    };
    let (typed, reason) = (sent.typed(), sent.text("step.reason").to_owned());
    let refusals = match door::take(&own, &found, &step, (typed.clone(), reason.clone(), sent.key())).await {
        Ok(()) => {
            let (own, found) = door::known(&ctx, number, code).await?;
            let shown = asked::followed(&own, &found, None);
            let done = notice(Tone::Ok, "已收到", html! { "现在是“" (shown.state) "”。" });
            return Ok(page(&guest, StatusCode::OK, followed(&shown, code, done)));
        }
        Err(app::Error::Refused(refusals)) => refusals,
        Err(app::Error::Stale) => vec![Refusal::new("step.stale")],
        Err(other) => return Err(other.into()),
    };
    let again = Again { typed, reason, refusals: says(&own, &refusals), ..Again::default() };
    let shown = asked::followed(&own, &found, Some((&step, &again)));
    // A step that is not open any more has no form on which its refusal could stand.
    let has_form = shown.steps.iter().any(|form| form.id == step);
    let why = if has_form {
        html! {}
    } else {
        said(&own, &refusals)
    };
    Ok(page(&guest, error::status_of(&refusals), followed(&shown, code, why)))
}

fn unknown(guest: &Guest, ctx: &app::Ctx, number: &str, refusals: &[Refusal]) -> Response {
    let number: String = number.chars().take(80).collect();
    page(guest, error::status_of(refusals), asking(&number, said(ctx, refusals)))
}

fn asking(number: &str, why: Markup) -> Markup {
    let text = |value: &str| Control::Text { value: value.to_owned(), max: Some(80), autocomplete: Some("off") };
    html! {
        (why)
        form.card method="post" action=(urls::FOLLOW) {
            h1 { "查办理情况" }
            (field(&Field::new("number", "编号", text(number)).required().hint("提交时给出的编号，例如 诉〔2026〕1号")))
            (field(&Field::new("code", "查询码", text("")).required().hint("不分大小写，横线可以不写")))
            (Button::submit("查看").main().full())
        }
        p.foot { a href=(urls::PUBLIC) { "提交新的" } }
    }
}

fn followed(it: &Followed, code: &str, above: Markup) -> Markup {
    let mut lines = vec![Fact::text("编号", &it.number), Fact::text("现在", &it.state)];
    lines.push(Fact::text("提交日", &it.opened_on.to_string()));
    lines.extend(it.due_on.map(|day| Fact::text("答复期限", &day.to_string())));
    lines.extend(it.lines.iter().map(|(name, words)| match words.chars().count() > 60 {
        true => Fact::long(name, words),
        false => Fact::text(name, words),
    }));
    html! {
        (above)
        section.card { h1 { (it.title) } (facts(&lines, true)) }
        @for form in &it.steps { (step(it, form, code)) }
        p.foot { a href=(urls::PUBLIC) { "回到首页" } }
    }
}

fn step(it: &Followed, form: &StepForm, code: &str) -> Markup {
    let back = Back { form: form.id.clone(), ..Back::default() };
    html! {
        (wanted(form, &form.id))
        form.card method="post" action=(urls::follow(&form.id)) {
            h2 { (form.name) }
            input type="hidden" name="_key" value=(Uuid::new_v4().simple());
            input type="hidden" name="number" value=(it.number);
            input type="hidden" name="code" value=(code.chars().take(80).collect::<String>());
            (controls::of_step(form, &back))
            (Button::submit(form.name.as_str()).full())
        }
    }
}
