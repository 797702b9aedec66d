//! Admitting voters, handing out slips, drawing words, opening the urn.
//!
//! Never shows a slip or a word a second time.

use app::commands::ballots::admitting::{self, Way};
use app::commands::ballots::{counting, envelope};
use app::queries::ballots::{self as asked, BallotPage};
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kernel::ids::{PersonId, RecordId};
use kernel::refusal::Refusal;
use maud::{Markup, html};

use super::{head, refused};
use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::fields::{Control, Field, Options, Pickable, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::qr::qr;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// The most slips on one sheet to print.
const MOST_SLIPS: usize = 300;

/// The form that admits voters.
pub(super) fn form(page: &BallotPage) -> Markup {
    let options = || Options::flat(page.classes.iter().map(|it| Pickable::new(&it.id, &it.name)).collect());
    let class = |form: &str| {
        let control = Control::Choice { options: options(), chosen: String::new(), as_radios: false };
        field(&Field::new("class", "类别", control).required().inside(form))
    };
    let number = |form: &str, label: &str| {
        let control = Control::Whole { value: String::new(), unit: "张".to_owned() };
        field(&Field::new("number", label, control).required().inside(form))
    };
    let people = Control::LongText { value: String::new(), rows: 3, max: Some(4_000) };
    html! {
        div.admit {
            form method="post" action=(urls::ballot_voters(page.id)) {
                input type="hidden" name="do" value="admit";
                h3 { "一次性票签（手机扫码，不记名）" }
                div.form { (class("slips")) (number("slips", "票签数")) }
                div.send { (Button::submit("生成并打印票签").named("way", "slips").main()) }
            }
            form method="post" action=(urls::ballot_voters(page.id)) {
                input type="hidden" name="do" value="admit";
                h3 { "用账号投票" }
                div.form {
                    (class("accounts"))
                    (field(&Field::new("people", "姓名", people).required().hint("可写几个，用顿号或换行隔开；重名的写“姓名（单位）”").inside("accounts")))
                }
                div.send { (Button::submit("加入名单").named("way", "accounts")) }
            }
            form method="post" action=(urls::ballot_voters(page.id)) {
                input type="hidden" name="do" value="admit";
                h3 { "纸质票" }
                div.form { (class("sheets")) (number("sheets", "发出的纸质票数")) }
                div.send { (Button::submit("登记纸质票").named("way", "sheets")) }
            }
        }
    }
}

/// `POST /records/{record}/ballot/voters`.
pub(crate) async fn change(
    visitor: Visitor,
    At(id): At<RecordId>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Failure> {
    let way = match way(&visitor, &sent) {
        Ok(way) => way,
        Err(refusal) => return refused(&visitor, id, refusal.into()).await,
    };
    let class = sent.text("class");
    if sent.text("do") == "withdraw" {
        return match admitting::withdraw(&visitor.ctx, id, class, &way).await {
            Ok(()) => Ok(answer::see(&urls::ballot(id))),
            Err(error) => refused(&visitor, id, error).await,
        };
    }
    match admitting::admit(&visitor.ctx, id, class, &way).await {
        Ok(slips) if slips.is_empty() => Ok(answer::see(&urls::ballot(id))),
        Ok(slips) => slips_sheet(&visitor, id, class, &slips, &headers).await,
        Err(error) => refused(&visitor, id, error).await,
    }
}

fn way(visitor: &Visitor, sent: &Sent) -> Result<Way, Refusal> {
    let withdraws = sent.text("do") == "withdraw";
    let number = || {
        let number = if withdraws { Some(1) } else { sent.text("number").trim().parse::<usize>().ok() };
        number.ok_or_else(|| Refusal::new("ballot.number").with("most", MOST_SLIPS))
    };
    match sent.text("way") {
        "slips" => {
            let number = number()?;
            if number > MOST_SLIPS {
                return Err(Refusal::new("ballot.number").with("most", MOST_SLIPS));
            }
            Ok(Way::Slips(number))
        }
        "sheets" => Ok(Way::Sheets(number()?)),
        _ if withdraws => {
            let person = sent.text("person").parse().map(PersonId).map_err(|_| Refusal::new("ballot.nobody_there"))?;
            Ok(Way::Accounts(vec![person]))
        }
        _ => people(visitor, sent.text("people")).map(Way::Accounts),
    }
}

/// Those whom a list of names means; each name one person.
fn people(visitor: &Visitor, text: &str) -> Result<Vec<PersonId>, Refusal> {
    let tree = &visitor.ctx.tree;
    let mut people = Vec::new();
    for word in text.split(['、', '，', ',', ';', '；', '\n']).map(str::trim).filter(|it| !it.is_empty()) {
        let fits = tree.present().filter(|it| it.name == word || tree.person_label(it.id) == word);
        let mut fits: Vec<PersonId> = fits.map(|it| tree.human(it.id)).collect();
        fits.dedup();
        let code = if fits.is_empty() { "ballot.who" } else { "ballot.who_of_them" };
        let [person] = fits[..] else { return Err(Refusal::new(code).with("name", word)) };
        people.push(person);
    }
    if people.is_empty() { Err(Refusal::new("ballot.nobody_named")) } else { Ok(people) }
}

/// The slips to print: shown this once.
async fn slips_sheet(
    visitor: &Visitor,
    id: RecordId,
    class: &str,
    slips: &[String],
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let page = asked::ballot(&visitor.ctx, id).await?;
    let name = page.classes.iter().find(|it| it.id == class).map_or("", |it| it.name.as_str());
    let site = &visitor.guest.site;
    let scheme = if site.options.secure_cookies { "https" } else { "http" };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let content = html! {
        (notice(Tone::Warn, "票签只显示这一次", html! {
            "请现在打印，剪开打乱以后再发。系统只认得票签，不知道谁拿了哪一张；这一页关掉就不能再打印，丢了只能作废重发。"
        }))
        div.send { button.btn.main type="button" data-print { "打印" } " " (Button::link("打印好了，回到投票", urls::ballot(id))) }
        div.slips {
            @for slip in slips {
                div.slip {
                    (qr(&format!("{scheme}://{host}{}", urls::vote_by_slip(slip))))
                    div {
                        b { (page.title) }
                        p { (name) }
                        p.code { (envelope::grouped(slip)) }
                        p.hint { "手机扫码，或者打开 " (host) "/vote 输入上面的字符。只能投一次，不记名。" }
                    }
                }
            }
        }
    };
    visitor.page(Place::Mechanism(&page.mechanism.0), &head(&page, "票签"), content).await
}

/// `POST /records/{record}/ballot/word`: a teller draws their word.
pub(crate) async fn draw(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    let word = match admitting::draw(&visitor.ctx, id).await {
        Ok(word) => word,
        Err(error) => return refused(&visitor, id, error).await,
    };
    let page = asked::ballot(&visitor.ctx, id).await?;
    let content = html! {
        (notice(Tone::Warn, "口令只显示这一次", html! { "请抄在纸上，自己保管，计票时当面输入。系统不保存口令，丢了就打不开票。" }))
        (card("你的开票口令", html! {}, html! {
            p.word { (word) }
            div.send { (Button::link("抄好了，回到投票", urls::ballot(id)).main()) }
        }))
    };
    visitor.page_as(StatusCode::OK, Place::Mechanism(&page.mechanism.0), &head(&page, "开票口令"), content).await
}

/// `POST /records/{record}/ballot/count`: two words open the urn.
pub(crate) async fn count(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    match counting::count(&visitor.ctx, id, [sent.text("one"), sent.text("other")]).await {
        Ok(_) => Ok(answer::see(&urls::ballot(id))),
        Err(error) => refused(&visitor, id, error).await,
    }
}
