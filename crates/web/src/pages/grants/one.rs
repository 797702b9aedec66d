//! One grant: what it is, what happened to it, and ending it.

use app::commands::grants::{self as commands, EndForm};
use app::queries::grants::{self, GrantLine};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::GrantId;
use kernel::refusal::Spot;
use maud::{Markup, html};

use super::{HOME, crumbs, standing};
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::PageHead;
use crate::parts::words::day_prose;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /grants/{grant}`.
pub(crate) async fn show(visitor: Visitor, At(id): At<GrantId>, Query(done): Query<Done>) -> Result<Response, Failure> {
    let said = match done.done.as_str() {
        "given" => notice(Tone::Ok, "已授权", html! { "从生效日起，这个人的每一次请求都按它判断。本人已收到通知。" }),
        "ended" => notice(Tone::Ok, "已终止", html! { "本人已收到通知。" }),
        _ => html! {},
    };
    page(&visitor, StatusCode::OK, id, said, &EndForm::default(), &[]).await
}

/// `POST /grants/{grant}/end`.
pub(crate) async fn end(visitor: Visitor, At(id): At<GrantId>, sent: Sent) -> Result<Response, Failure> {
    let at_once = sent.text("when") != "after";
    let until_on = if at_once { "" } else { sent.text("until_on") };
    let form = EndForm { until_on: until_on.to_owned(), reason: sent.text("reason").to_owned() };
    if !at_once && form.until_on.trim().is_empty() {
        let refusal = kernel::refusal::Refusal::new("field.missing").with("field", "最后一天");
        let said = [visitor.say(&refusal.at(Spot::Field("until_on".into())))];
        return page(&visitor, StatusCode::UNPROCESSABLE_ENTITY, id, html! {}, &form, &said).await;
    }
    match commands::end(&visitor.ctx, id, &form).await {
        Ok(()) => Ok(answer::see(&urls::with(&format!("{HOME}/{id}"), &[("done", "ended")]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(&visitor, error::status_of(&refusals), id, html! {}, &form, &said).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(
    visitor: &Visitor,
    status: StatusCode,
    id: GrantId,
    above: Markup,
    typed: &EndForm,
    said: &[Said],
) -> Result<Response, Failure> {
    let line = grants::file(&visitor.ctx, id).await?;
    let acts = line.may_end.then(|| {
        html! { (Button::link("更正", urls::with("/grants/new", &[("corrects", &id.to_string())]))) }
    });
    let title = format!("{} · {}", line.person, line.role);
    let lights = Some(standing(line.standing));
    let head = PageHead { crumbs: crumbs(&title), title, lights, acts, ..PageHead::default() };
    let label = |id: &str| if id == "until_on" { "最后一天".to_owned() } else { "理由".to_owned() };
    let content = html! {
        (above)
        @if !said.is_empty() { (refused(&words::wanted(said, "", label))) }
        div.grid {
            div.c7 { (card("授权", html! {}, facts(&told(&line), false))) }
            div.c5.pile {
                @if line.may_end { (card("终止", html! {}, ending(&line, typed, said))) }
                @else if line.is_own { (card("终止", html! {}, html! { p.quiet.pad { "自己的授权由另一位有权授权的人终止或更正。" } })) }
            }
        }
    };
    visitor.page_as(status, Place::Grants, &head, content).await
}

fn told(line: &GrantLine) -> Vec<Fact> {
    let until = line.until_on.map_or_else(|| "长期".to_owned(), day_prose);
    let given = match (line.given_by.as_str(), line.given_at.as_str()) {
        ("", _) => "初次登记".to_owned(),
        (by, at) => format!("{by} {at}"),
    };
    let mut list = vec![
        Fact::text("人员", &line.person),
        Fact::text("工作单位", &line.place),
        Fact::text("角色", &line.role),
        Fact::text("管到", &format!("{}及其下级", line.unit)),
        Fact::text("自", &day_prose(line.from_on)),
        Fact::text("至", &until),
        Fact::long("依据", &line.basis),
        Fact::text("谁授予", &given),
    ];
    if let Some((by, at)) = &line.reviewed {
        list.push(Fact::text("复核", &format!("{by} {at} 保留")));
    }
    if let Some((by, at)) = &line.ended {
        let what = if at.is_empty() { format!("{by} 定为{until}止") } else { format!("{by} {at} 立即终止") };
        list.push(Fact::text("终止", &what));
        list.push(Fact::long("终止理由", &line.end_reason));
    }
    list
}

fn ending(line: &GrantLine, typed: &EndForm, said: &[Said]) -> Markup {
    let wrong = |name: &str| {
        let at = |said: &&Said| matches!(&said.at, Spot::Field(id) if id.as_str() == name);
        said.iter().find(at).map(words::sentence)
    };
    let after = !typed.until_on.is_empty();
    let day = Control::Day { value: typed.until_on.clone(), min: None, max: None };
    let reason = Control::LongText { value: typed.reason.clone(), rows: 2, max: None };
    html! {
        form method="post" action={ (HOME) "/" (line.id) "/end" } {
            div.form {
            fieldset.field { legend { "什么时候终止" }
                label { input type="radio" name="when" value="now" checked[!after]; " 立即终止" }
                label { input type="radio" name="when" value="after" checked[after]; " 到某一天为止" }
            }
            (field(&Field::new("until_on", "最后一天", day).hint("选“到某一天为止”时填，含当天").wrong(wrong("until_on"))))
            (field(&Field::new("reason", "理由", reason).required().wrong(wrong("reason"))))
            }
            div.send { (Button::submit("终止授权").danger().confirm("终止后这个人将不能再以此角色办理，确定吗？")) }
        }
    }
}
