//! Giving a role, and correcting one: the same form.

use app::commands::grants::{self as commands, Giving};
use app::queries::forms::Choice;
use app::queries::grants::{self, GivingForm, GrantLine};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::GrantId;
use kernel::refusal::Spot;
use maud::{Markup, html};
use uuid::Uuid;

use super::{HOME, crumbs};
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::plain_card;
use crate::parts::fields::{Control, Field, Options, Pickable, fields};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::PageHead;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// What the form begins with.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Begun {
    #[serde(default)]
    corrects: String,
    #[serde(default)]
    person: String,
}

/// `GET /grants/new`: empty, or as the grant that is to be corrected.
pub(crate) async fn show(visitor: Visitor, Query(begun): Query<Begun>) -> Result<Response, Failure> {
    let today = visitor.ctx.today.to_string();
    let mut typed = Giving { person: begun.person, from_on: today, ..Giving::default() };
    if let Ok(id) = begun.corrects.parse::<GrantId>() {
        let old = grants::file(&visitor.ctx, id).await?;
        if !old.may_end {
            return Err(Failure::not_found());
        }
        typed = corrected(&visitor, &old, typed);
    }
    page(&visitor, StatusCode::OK, &typed, &[]).await
}

fn corrected(visitor: &Visitor, old: &GrantLine, typed: Giving) -> Giving {
    let role = visitor.ctx.vocabulary().roles.iter().find(|role| role.name == old.role);
    Giving {
        person: old.person_id.to_string(),
        role: role.map(|role| role.id.to_string()).unwrap_or_default(),
        unit: old.unit_id.to_string(),
        from_on: typed.from_on.max(old.from_on.to_string()),
        until_on: old.until_on.map(|day| day.to_string()).unwrap_or_default(),
        basis: old.basis.clone(),
        corrects: Some(old.id),
        key: None,
    }
}

/// `POST /grants`: given → see it; refused → the same form, with the reasons.
pub(crate) async fn give(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let typed = Giving {
        person: sent.text("person").to_owned(),
        role: sent.text("role").to_owned(),
        unit: sent.text("unit").to_owned(),
        from_on: sent.text("from_on").to_owned(),
        until_on: sent.text("until_on").to_owned(),
        basis: sent.text("basis").to_owned(),
        corrects: sent.text("corrects").parse().ok(),
        key: sent.key(),
    };
    match commands::give(&visitor.ctx, &typed).await {
        Ok(id) => Ok(answer::see(&urls::with(&format!("{HOME}/{id}"), &[("done", "given")]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(&visitor, error::status_of(&refusals), &typed, &said).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(visitor: &Visitor, status: StatusCode, typed: &Giving, said: &[Said]) -> Result<Response, Failure> {
    let form = grants::form(&visitor.ctx)?;
    let title = if typed.corrects.is_some() { "更正授权" } else { "授予角色" };
    let head = PageHead { title: title.to_owned(), crumbs: crumbs(title), ..PageHead::default() };
    let key = typed.key.clone().unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    let list = controls(&form, typed, said);
    let label =
        |id: &str| list.iter().find(|field| field.name == id).map(|field| field.label.clone()).unwrap_or_default();
    let content = html! {
        @if !said.is_empty() { (refused(&words::wanted(said, "", label))) }
        @if typed.corrects.is_some() {
            (notice(Tone::Note, "更正就是终止原来的，重新授予", html! { "原来的授权会立即终止并留痕，下面填写的从生效日起有效。" }))
        }
        form method="post" action=(HOME) {
            input type="hidden" name="_key" value=(key);
            @if let Some(old) = typed.corrects { input type="hidden" name="corrects" value=(old); }
            (plain_card(html! {
                div.form { (fields(&list)) (roles(&form)) }
                div.send { (Button::submit(if typed.corrects.is_some() { "更正" } else { "授权" }).main()) (Button::link("返回", HOME)) }
            }))
        }
    };
    visitor.page_as(status, Place::Grants, &head, content).await
}

fn controls(form: &GivingForm, typed: &Giving, said: &[Said]) -> Vec<Field> {
    let wrong = |name: &str| {
        let at = |said: &&Said| matches!(&said.at, Spot::Field(id) if id.as_str() == name);
        said.iter().find(at).map(words::sentence)
    };
    let pick = |choices: &[Choice], chosen: &str, hint: &str| Control::Pick {
        options: Options::flat(choices.iter().map(pickable).collect()),
        chosen: chosen.to_owned(),
        from: None,
        hint: hint.to_owned(),
    };
    let day = |value: &str| Control::Day { value: value.to_owned(), min: None, max: None };
    let roles = form.roles.iter().map(|(id, name, _)| Pickable::new(id.as_str(), name.as_str())).collect();
    let role = Control::Choice { options: Options::flat(roles), chosen: typed.role.clone(), as_radios: false };
    let basis = Control::LongText { value: typed.basis.clone(), rows: 2, max: None };
    vec![
        Field::new("person", "人员", pick(&form.people, &typed.person, "姓名或拼音首字母"))
            .required()
            .wrong(wrong("person")),
        Field::new("role", "角色", role).required().wrong(wrong("role")),
        Field::new("unit", "单位", pick(&form.units, &typed.unit, "名称或拼音首字母"))
            .required()
            .hint("管到这个单位及其下级")
            .wrong(wrong("unit")),
        Field::new("from_on", "生效日", day(&typed.from_on)).required().wrong(wrong("from_on")),
        Field::new("until_on", "终止日", day(&typed.until_on)).hint("含当天；不填为长期").wrong(wrong("until_on")),
        Field::new("basis", "依据", basis).required().hint("文件、会议或批示的名称和文号").wrong(wrong("basis")),
    ]
}

fn pickable(choice: &Choice) -> Pickable {
    Pickable::new(choice.id.as_str(), choice.name.as_str()).found_by(choice.pinyin.as_str(), "")
}

/// What each role is for.
fn roles(form: &GivingForm) -> Markup {
    html! {
        details { summary { "各角色做什么" } dl.facts.one { @for (_, name, words) in &form.roles { dt { (name) } dd { (words) } } } }
    }
}
