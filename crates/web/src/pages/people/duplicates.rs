//! Two files of one human: beside each other, put together, taken apart again, or known to be two.

use app::commands::people::{self, merging};
use app::queries::people::{self as asked, Alike, DuplicatesPage, FileLine, Likeness, MergeLine};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::PersonId;
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use super::cards::undo_form;
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /people/duplicates`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let said = match done.done.as_str() {
        "merged" => {
            notice(Tone::Ok, "已合并", html! { "授权、账号和在办事项里的姓名都已转到保留的档案；可以随时撤销。" })
        }
        "parted" => notice(Tone::Ok, "已撤销合并", html! { "两份档案已恢复到合并以前。" }),
        "apart" => notice(Tone::Ok, "已记下", html! { "这两个人以后不再列为疑似重复。" }),
        _ => html! {},
    };
    page(&visitor, StatusCode::OK, said).await
}

/// `POST /people/merges`: two files become one.
pub(crate) async fn merge(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let outcome = match (id(&sent, "keep"), id(&sent, "gone")) {
        (Some(keep), Some(gone)) => merging::merge(&visitor.ctx, keep, gone, sent.text("reason")).await.map(|_| ()),
        _ => Err(Refusal::new("merge.gone").into()),
    };
    answered(&visitor, outcome, "merged").await
}

/// `POST /people/apart`: two who look alike are two.
pub(crate) async fn keep_apart(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let outcome = match (id(&sent, "one"), id(&sent, "other")) {
        (Some(one), Some(other)) => people::keep_apart(&visitor.ctx, one, other).await,
        _ => Err(Refusal::new("merge.gone").into()),
    };
    answered(&visitor, outcome, "apart").await
}

/// `POST /people/merges/{merge}/undo`.
pub(crate) async fn undo(visitor: Visitor, At(merge): At<Uuid>, sent: Sent) -> Result<Response, Failure> {
    let outcome = merging::undo(&visitor.ctx, merge, sent.text("reason")).await.map(|_| ());
    answered(&visitor, outcome, "parted").await
}

fn id(sent: &Sent, name: &str) -> Option<PersonId> {
    sent.text(name).parse().ok()
}

async fn answered(visitor: &Visitor, outcome: Result<(), app::Error>, done: &str) -> Result<Response, Failure> {
    match outcome {
        Ok(()) => Ok(answer::see(&urls::with(&format!("{}/duplicates", urls::PEOPLE), &[("done", done)]))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            page(visitor, error::status_of(&refusals), words::refused(&said)).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(visitor: &Visitor, status: StatusCode, said: Markup) -> Result<Response, Failure> {
    let page = asked::duplicates(&visitor.ctx).await?;
    let head = PageHead {
        crumbs: vec![Anchor::new("人员", urls::PEOPLE), Anchor::new("重复档案", "")],
        title: "重复档案".to_owned(),
        ..PageHead::default()
    };
    let content = html! { (said) (pairs(&page)) (card("合并记录", html! {}, merges(&page))) };
    visitor.page_as(status, Place::Elsewhere, &head, content).await
}

fn pairs(page: &DuplicatesPage) -> Markup {
    if page.pairs.is_empty() {
        return card(
            "疑似重复",
            html! {},
            nothing_yet(
                "没有看起来是同一个人的两份档案。姓名和出生年月相同、同单位同名、同单位同音同出生年月的，会列在这里。",
            ),
        );
    }
    html! {
        (notice(Tone::Note, &format!("疑似重复 {} 对", page.pairs.len()), html! { "合并前请核对；合并以后可以原样撤销。" }))
        @for pair in &page.pairs { (card(why(pair.likeness), html! {}, alike(pair))) }
    }
}

fn why(likeness: Likeness) -> &'static str {
    match likeness {
        Likeness::NameAndBirth => "姓名和出生年月相同",
        Likeness::NameAndUnit => "同一单位里姓名相同",
        Likeness::SoundAndBirth => "同一单位里姓名同音、出生年月相同",
    }
}

fn alike(pair: &Alike) -> Markup {
    let both = pair.one.has_file && pair.other.has_file;
    html! {
        div.grid {
            @for (own, other) in [(&pair.one, &pair.other), (&pair.other, &pair.one)] {
                div.c6 {
                    h3.pad { a href=(urls::person(own.id)) { (own.name) } }
                    (facts(&own.facts.iter().map(|(label, words)| Fact::text(label, words)).collect::<Vec<_>>(), true))
                    @if both { div.pad { (merge_form(own, other)) } }
                    @else if !own.has_file { p.pad.quiet { "还没有档案，先建立档案才能合并。" } }
                }
            }
        }
        form method="post" action={ (urls::PEOPLE) "/apart" } {
            input type="hidden" name="one" value=(pair.one.id);
            input type="hidden" name="other" value=(pair.other.id);
            div.send { (Button::submit("不是同一个人")) }
        }
    }
}

/// Keeps the one and closes the other.
fn merge_form(keep: &FileLine, gone: &FileLine) -> Markup {
    let control = Control::Text { value: String::new(), max: Some(500), autocomplete: None };
    html! {
        details.reason {
            summary { "是同一个人，保留这一份" }
            form method="post" action={ (urls::PEOPLE) "/merges" } {
                input type="hidden" name="keep" value=(keep.id);
                input type="hidden" name="gone" value=(gone.id);
                div.form { (field(&Field::new("reason", "理由", control).inside(keep.id.to_string()).required())) }
                div.send { (Button::submit("合并到这一份").main()) }
            }
        }
    }
}

fn merges(page: &DuplicatesPage) -> Markup {
    if page.merges.is_empty() {
        return nothing_yet("还没有合并过档案。");
    }
    html! { @for line in &page.merges { (merged(line)) } }
}

fn merged(line: &MergeLine) -> Markup {
    html! {
        div.pad {
            p {
                (line.at) " 由" (line.by) "把一份档案并入 " a href=(urls::person(line.kept.0)) { (line.kept.1) }
                "。理由：" (line.reason)
            }
            @match &line.undone {
                Some(undone) => p.quiet.small { (undone) },
                None => (undo_form(&line.id.to_string())),
            }
        }
    }
}
