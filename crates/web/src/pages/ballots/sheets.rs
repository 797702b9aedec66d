//! Paper counted by hand: each of two people types what they counted, and only then reads what the other did.
//!
//! Never a number of another before one's own.

use app::commands::ballots::counting;
use app::queries::ballots::{self as asked, HandPage};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::RecordId;
use kernel::kinds::ballot::Voting;
use kernel::kinds::ballot::tally::Count;
use kernel::refusal::Refusal;
use maud::{Markup, html};

use super::head;
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::fields::{Control, Field, field};
use crate::parts::notice::{Tone, notice};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    class: String,
}

/// `GET /records/{record}/ballot/sheets?class=`.
pub(crate) async fn show(
    visitor: Visitor,
    At(id): At<RecordId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = asked::by_hand(&visitor.ctx, id, &asked.class).await?;
    shown(&visitor, &page, StatusCode::OK, html! {}, &Sent::default()).await
}

/// `POST /records/{record}/ballot/sheets`.
pub(crate) async fn keep(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let class = sent.text("class").to_owned();
    let page = asked::by_hand(&visitor.ctx, id, &class).await?;
    let done = match read(&page, &sent) {
        Ok(count) => counting::by_hand(&visitor.ctx, id, &class, &count).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(()) => Ok(answer::see(&urls::ballot_sheets(id, &class))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            shown(&visitor, &page, error::status_of(&refusals), words::refused(&said), &sent).await
        }
        Err(other) => Err(other.into()),
    }
}

/// The numbers that are asked for: name, label, which cell and which of its numbers.
fn lines(page: &HandPage) -> Vec<(String, String, usize, usize)> {
    let voting = &page.page.voting;
    let mut lines = Vec::new();
    for (candidate, name) in page.page.candidates.iter().enumerate() {
        for (at, item) in voting.items.iter().enumerate() {
            let labels: Vec<&str> = match item.scores() {
                true => vec!["打分的票数", "分数合计"],
                false => item.choices.iter().map(|it| it.name.as_str()).collect(),
            };
            for (place, label) in labels.into_iter().enumerate() {
                let cell = candidate * voting.items.len() + at;
                let label = if voting.items.len() > 1 {
                    format!("{name}，{}：{label}", item.name)
                } else {
                    format!("{name}：{label}")
                };
                lines.push((format!("n.{cell}.{place}"), label, cell, place));
            }
        }
    }
    lines
}

fn read(page: &HandPage, sent: &Sent) -> Result<Count, Refusal> {
    let voting: &Voting = &page.page.voting;
    let number = |name: &str| {
        let text = sent.text(name).trim();
        if text.is_empty() { Ok(0) } else { text.parse::<i64>().map_err(|_| Refusal::new("ballot.miscount")) }
    };
    let mut count = Count::empty(voting, page.page.candidates.len());
    count.papers = number("papers")?;
    count.invalid = number("invalid")?;
    for (name, _, cell, place) in lines(page) {
        count.cells[cell][place] = number(&name)?;
    }
    Ok(count)
}

async fn shown(
    visitor: &Visitor,
    page: &HandPage,
    status: StatusCode,
    said: Markup,
    sent: &Sent,
) -> Result<Response, Failure> {
    let (_, class, sheets) = &page.class;
    let content = html! {
        (said)
        div.grid {
            div.c8.pile { (card(&format!("{class}：纸质票"), html! { "发出 " (sheets) " 张" }, typing(page, sent))) }
            div.c4.pile.lead {
                (card("核对", html! {}, standing(page)))
                @if page.settled.is_none() && !page.others.is_empty() { (card("不相符的地方", html! {}, differences(page))) }
            }
        }
    };
    let title = format!("录入纸质票（{class}）");
    visitor.page_as(status, Place::Mechanism(&page.page.mechanism.0), &head(&page.page, &title), content).await
}

fn typing(page: &HandPage, sent: &Sent) -> Markup {
    let known = |number: Option<i64>| number.map_or_else(String::new, |it| it.to_string());
    let value = |name: &str, number: Option<i64>| sent.find(name).map_or_else(|| known(number), str::to_owned);
    let own = page.own.as_ref();
    let whole = |name: &str, label: &str, number: Option<i64>, hint: &str| {
        let control = Control::Whole { value: value(name, number), unit: String::new() };
        field(&Field::new(name, label, control).hint(hint))
    };
    html! {
        form method="post" action=(urls::ballot_sheets(page.page.id, &page.class.0)) {
            input type="hidden" name="class" value=(page.class.0);
            div.form {
                (whole("papers", "收回的纸质票", own.map(|it| it.papers), "包括无效票"))
                (whole("invalid", "其中无效票", own.map(|it| it.invalid), "涂改、看不清、超过限额的"))
                @for (name, label, cell, place) in lines(page) {
                    (whole(&name, &label, own.and_then(|it| it.cells.get(cell)?.get(place).copied()), ""))
                }
            }
            div.send { (Button::submit("记下我数的").main()) }
        }
    }
}

fn standing(page: &HandPage) -> Markup {
    match (&page.settled, &page.own, page.others.is_empty()) {
        (Some(_), ..) => notice(Tone::Ok, "两人相符", html! { "这一类的纸质票已经定了，可以开票计票。" }),
        (None, None, _) => html! { p { "两个人各数一遍、各自录入。你录入以前看不到别人录的数。" } },
        (None, Some(_), true) => html! { p { "你录的已经记下，等另一个人录入。" } },
        (None, Some(_), false) => notice(
            Tone::Warn,
            "和别人数的不一样",
            html! { "请一起再看一遍票，数错的人改过来；也可以请第三个人数。有两个人数的完全一样才作数。" },
        ),
    }
}

fn differences(page: &HandPage) -> Markup {
    let Some(own) = &page.own else { return html! {} };
    let mut columns = vec![Column::new("项目", ColumnKind::Text), Column::new("我数的", ColumnKind::Number)];
    columns.extend(page.others.iter().map(|(name, _)| Column::new(name, ColumnKind::Number)));
    let numbers = |count: &Count| -> Vec<i64> {
        let cells = lines(page).into_iter().map(|(_, _, cell, place)| count.cells[cell][place]);
        [count.papers, count.invalid].into_iter().chain(cells).collect()
    };
    let labels = ["收回的纸质票".to_owned(), "其中无效票".to_owned()];
    let labels: Vec<String> = labels.into_iter().chain(lines(page).into_iter().map(|(_, label, ..)| label)).collect();
    let (mine, theirs) = (numbers(own), page.others.iter().map(|(_, it)| numbers(it)).collect::<Vec<_>>());
    let differ = |at: &usize| theirs.iter().any(|it| it[*at] != mine[*at]);
    let row = |at: usize| {
        let mut cells = vec![Cell::text(&labels[at]), Cell::text(&mine[at].to_string())];
        cells.extend(theirs.iter().map(|it| Cell::text(&it[at].to_string())));
        Row { key: at.to_string(), cells, ..Row::default() }
    };
    let rows = (0..labels.len()).filter(differ).map(row).collect();
    table(&Table { caption: "不相符的地方".to_owned(), columns, rows, choose: None, wide: false })
}
