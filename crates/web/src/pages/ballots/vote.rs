//! A vote on a telephone: big choices, a look over it, sent once.
//!
//! Never says who votes, and nothing of the vote once it is sent.

use std::collections::BTreeMap;

use app::commands::ballots::casting::{self, Entry, Filled};
use app::commands::ballots::envelope;
use app::queries::ballots::{self as asked, VotePage};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::authority::Actor;
use kernel::ids::RecordId;
use kernel::kinds::ballot::Item;
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::{self, Failure};
use crate::parts::buttons::Button;
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::gate;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Guest, Visitor};

/// Whoever is at the door, and where their form goes.
struct Door {
    guest: Guest,
    ctx: app::Ctx,
    entry: Entry,
    action: String,
}

impl Door {
    /// By a slip: whoever holds it is nobody, also where they are signed in.
    fn of_slip(guest: Guest, slip: &str) -> Self {
        let ctx = guest.ctx(Actor::Clock, None);
        let slip = envelope::plain(slip);
        Self { ctx, action: urls::vote_by_slip(&slip), entry: Entry::Slip(slip), guest }
    }

    fn of_account(visitor: Visitor, id: RecordId) -> Self {
        Self { guest: visitor.guest, ctx: visitor.ctx, entry: Entry::Account(id), action: urls::vote(id) }
    }

    fn page(&self, status: StatusCode, content: Markup) -> Response {
        let site = &self.guest.site;
        answer::page(status, gate("投票", &site.name(), &site.look.assets, content))
    }

    fn said(&self, refusals: &[Refusal]) -> Markup {
        let said = refusals.iter().map(|refusal| app::words::say(self.ctx.vocabulary(), refusal));
        html! { @for said in said { (notice(Tone::Error, &said.says, html! { (said.next.unwrap_or_default()) })) } }
    }

    async fn show(&self) -> Result<Response, Failure> {
        match asked::vote_page(&self.ctx, &self.entry).await {
            Ok(page) => Ok(self.page(StatusCode::OK, form(self, &page, &BTreeMap::new(), html! {}))),
            Err(app::Error::Refused(refusals)) => Ok(self.page(status(&refusals), self.said(&refusals))),
            Err(other) => Err(other.into()),
        }
    }

    async fn take(&self, sent: &Sent) -> Result<Response, Failure> {
        let mark = sent.text("mark").to_owned();
        let page = match asked::vote_page(&self.ctx, &self.entry).await {
            Ok(page) => page,
            // The answer to the same form may have been lost on the way.
            Err(app::Error::Refused(refusals)) if is_voted(&refusals) && sent.text("do") == "cast" => {
                let empty = Filled { mark, ..Filled::default() };
                return match casting::cast(&self.ctx, &self.entry, &empty).await {
                    Ok(()) => Ok(self.thanks()),
                    Err(app::Error::Refused(refusals)) => Ok(self.page(status(&refusals), self.said(&refusals))),
                    Err(other) => Err(other.into()),
                };
            }
            Err(app::Error::Refused(refusals)) => return Ok(self.page(status(&refusals), self.said(&refusals))),
            Err(other) => return Err(other.into()),
        };
        let typed: BTreeMap<String, String> = sent.pairs.iter().cloned().collect();
        let again = |refusals: &[Refusal]| {
            self.page(error::status_of(refusals), form(self, &page, &typed, self.said(refusals)))
        };
        let filled = match read(&page, &typed) {
            Ok(filled) => filled,
            Err(refusals) => return Ok(again(&refusals)),
        };
        match sent.text("do") {
            "cast" => match casting::cast(&self.ctx, &self.entry, &filled).await {
                Ok(()) => Ok(self.thanks()),
                Err(app::Error::Refused(refusals)) => Ok(again(&refusals)),
                Err(other) => Err(other.into()),
            },
            "check" => {
                let refusals = asked::wrong(&self.ctx, &self.entry, &filled).await?;
                match refusals.is_empty() {
                    true => Ok(self.page(StatusCode::OK, check(self, &page, &typed, &filled))),
                    false => Ok(again(&refusals)),
                }
            }
            _ => Ok(self.page(StatusCode::OK, form(self, &page, &typed, html! {}))),
        }
    }

    fn thanks(&self) -> Response {
        let content = html! {
            section.card { h1 { "已收到你的票" }
                (notice(Tone::Ok, "投票成功", html! { "谢谢。这张票已经封好，投票结束以后由两名监票人一起打开；谁也查不到你投了什么。" }))
            }
            p.foot { "现在可以关掉这一页" }
        };
        self.page(StatusCode::OK, content)
    }
}

fn is_voted(refusals: &[Refusal]) -> bool {
    refusals.iter().any(|it| it.code == "ballot.voted")
}

/// A slip that leads nowhere is not there; everything else is a no.
fn status(refusals: &[Refusal]) -> StatusCode {
    match refusals.iter().any(|it| it.code == "ballot.no_slip") {
        true => StatusCode::NOT_FOUND,
        false => error::status_of(refusals),
    }
}

/// `GET /vote`: where a slip is typed.
pub(crate) async fn enter(guest: Guest) -> Result<Response, Failure> {
    let control = Control::Text { value: String::new(), max: Some(40), autocomplete: Some("off") };
    let content = html! {
        form.card method="post" action="/vote" {
            h1 { "投票" }
            (field(&Field::new("slip", "票签上的字符", control).required().hint("不分大小写，横线可以不写")))
            (Button::submit("下一步").main().full())
        }
    };
    Ok(answer::page(StatusCode::OK, gate("投票", &guest.site.name(), &guest.site.look.assets, content)))
}

/// `POST /vote`: to the page of a slip.
pub(crate) async fn find(sent: Sent) -> Result<Response, Failure> {
    Ok(answer::see(&urls::vote_by_slip(&envelope::plain(sent.text("slip")))))
}

/// `GET /vote/{slip}`.
pub(crate) async fn by_slip(guest: Guest, At(slip): At<String>) -> Result<Response, Failure> {
    Door::of_slip(guest, &slip).show().await
}

/// `POST /vote/{slip}`.
pub(crate) async fn take_by_slip(guest: Guest, At(slip): At<String>, sent: Sent) -> Result<Response, Failure> {
    Door::of_slip(guest, &slip).take(&sent).await
}

/// `GET /records/{record}/vote`.
pub(crate) async fn by_account(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    Door::of_account(visitor, id).show().await
}

/// `POST /records/{record}/vote`.
pub(crate) async fn take_by_account(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    Door::of_account(visitor, id).take(&sent).await
}

fn answer_name(candidate: usize, item: usize) -> String {
    format!("a.{candidate}.{item}")
}

fn comment_name(candidate: usize) -> String {
    format!("c.{candidate}")
}

/// What was filled in; what is no answer is told.
fn read(page: &VotePage, typed: &BTreeMap<String, String>) -> Result<Filled, Vec<Refusal>> {
    let (mut answers, mut refusals) = (Vec::new(), Vec::new());
    for (candidate, (name, _)) in page.candidates.iter().enumerate() {
        for (at, item) in page.voting.items.iter().enumerate() {
            let text = typed.get(&answer_name(candidate, at)).map_or("", |it| it.trim());
            match (text, text.parse::<i64>()) {
                ("", _) => answers.push(None),
                (_, Ok(number)) => answers.push(Some(number)),
                (_, Err(_)) => {
                    answers.push(None);
                    refusals.push(Refusal::new("ballot.no_answer").with("name", name).with("item", &item.name));
                }
            }
        }
    }
    let comment = |at: usize| {
        let text = typed.get(&comment_name(at)).map_or("", |it| it.trim());
        text.chars().filter(|sign| !sign.is_control()).collect::<String>()
    };
    let comments = (0..page.candidates.len()).map(comment).collect();
    let mark = typed.get("mark").cloned().unwrap_or_default();
    if refusals.is_empty() { Ok(Filled { answers, comments, mark }) } else { Err(refusals) }
}

fn form(door: &Door, page: &VotePage, typed: &BTreeMap<String, String>, said: Markup) -> Markup {
    let mark = typed.get("mark").filter(|it| it.len() >= 16).cloned();
    let mark = mark.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    let asked = page.candidates.len() * page.voting.items.len();
    html! {
        (said)
        form.vote method="post" action=(door.action) data-fills=(asked) {
            input type="hidden" name="mark" value=(mark);
            input type="hidden" name="do" value="check";
            section.card { h1 { (page.title) } p { "你是“" (page.class) "”。票不记名，不选的算弃权。" (limits(page)) } }
            @for (at, (name, told)) in page.candidates.iter().enumerate() {
                section.card {
                    h2 { (at + 1) ". " (name) }
                    @for (label, text) in told {
                        @if text.chars().count() > 60 { details { summary { (label) } p.told { (text) } } } @else { p.hint { (label) "：" (text) } }
                    }
                    @for (item_at, item) in page.voting.items.iter().enumerate() { (question(at, (item_at, item), typed)) }
                    @if let Some(most) = page.voting.comments { (comment(at, most, typed)) }
                }
            }
            div.card.cast {
                p data-filled="" { "共 " (asked) " 项" }
                (Button::submit("核对").main().full())
            }
        }
        p.foot { "离开前请核对并投票；断网了，重新打开再投，不会重复" }
    }
}

fn limits(page: &VotePage) -> Markup {
    let choices = page.voting.items.iter().flat_map(|it| &it.choices);
    let limits = choices.filter_map(|it| Some((it.name.as_str(), it.most?)));
    html! { @for (name, most) in limits { "“" (name) "”最多选 " (most) " 个。" } }
}

fn question(candidate: usize, (at, item): (usize, &Item), typed: &BTreeMap<String, String>) -> Markup {
    let name = answer_name(candidate, at);
    let chosen = typed.get(&name).map_or("", String::as_str);
    if item.scores() {
        let control = Control::Whole { value: chosen.to_owned(), unit: "分".to_owned() };
        return field(&Field::new(name, item.name.as_str(), control).hint("0到100的整数，不填算弃权"));
    }
    let pick = |value: &str, label: &str| {
        html! {
            label { input type="radio" name=(name) value=(value) checked[value == chosen]; span { (label) } }
        }
    };
    html! {
        fieldset.big {
            legend { (item.name) }
            @for (place, choice) in item.choices.iter().enumerate() { (pick(&place.to_string(), &choice.name)) }
            (pick("", "弃权"))
        }
    }
}

fn comment(candidate: usize, most: usize, typed: &BTreeMap<String, String>) -> Markup {
    let name = comment_name(candidate);
    let value = typed.get(&name).cloned().unwrap_or_default();
    let control = Control::LongText { value, rows: 2, max: u32::try_from(most).ok() };
    field(&Field::new(name, "意见（可以不写）", control).hint("请不要写能认出你的话"))
}

/// The vote once more, before it is sent.
fn check(door: &Door, page: &VotePage, typed: &BTreeMap<String, String>, filled: &Filled) -> Markup {
    let items = page.voting.items.len();
    let asked = page.candidates.len() * items;
    let words = |candidate: usize, at: usize, item: &Item| match filled.answers[candidate * items + at] {
        None => "弃权".to_owned(),
        Some(score) if item.scores() => format!("{score} 分"),
        Some(choice) => {
            let choice = usize::try_from(choice).ok().and_then(|it| item.choices.get(it));
            choice.map_or_else(String::new, |it| it.name.clone())
        }
    };
    let number = filled.answers.iter().flatten().count();
    html! {
        form.vote method="post" action=(door.action) {
            @for (name, value) in typed.iter().filter(|(name, _)| *name != "do") { input type="hidden" name=(name) value=(value); }
            section.card {
                h1 { "核对你的票" }
                p { "已填 " b { (number) } " 项，共 " (asked) " 项。" @if number < asked { "没有填的算弃权。" } }
                @for (candidate, (name, _)) in page.candidates.iter().enumerate() {
                    div.checked {
                        b { (name) }
                        @for (at, item) in page.voting.items.iter().enumerate() { span { (item.name) "：" (words(candidate, at, item)) } }
                        @if !filled.comments[candidate].is_empty() { span { "意见：" (filled.comments[candidate]) } }
                    }
                }
                (Button::submit("投票").named("do", "cast").main().full())
                (Button::submit("改一改").named("do", "back").full())
            }
        }
        p.foot { "投了就不能改，也不能再投" }
    }
}
