//! One account: what it holds on a day, its movements with what was left after each, and the form of the next.
//!
//! Never takes a movement away: what was wrong is turned around by another.

use std::collections::BTreeMap;

use app::commands::ledgers::{self, Wanted};
use app::queries::ledgers::{self as asked, AccountPage, MovementLine};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::RecordId;
use kernel::refusal::Spot;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, count};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, Options, Pickable, field};
use crate::parts::light::{Light, light};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, RowTone, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// How many accounts a transfer goes to at most, in one form.
const PARTS: usize = 6;
/// The form's name.
const FORM: &str = "movement";

/// The day looked at.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct On {
    pub(crate) on: String,
}

/// What was typed, and what is wrong with it, by field.
#[derive(Default)]
struct Typed {
    values: BTreeMap<String, String>,
    wrong: BTreeMap<String, String>,
    key: String,
}

/// `GET /records/{record}/account?on=`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>, Query(on): Query<On>) -> Result<Response, Failure> {
    let day = asked::day(&visitor.ctx, &on.on)?;
    let page = asked::account_page(&visitor.ctx, id, day).await?;
    shown(&visitor, &page, StatusCode::OK, html! {}, &Typed::default()).await
}

/// `POST /records/{record}/account`: one movement, or a transfer.
pub(crate) async fn post(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let text = |name: &str| sent.text(name).to_owned();
    let part = |at: usize| (text(&format!("to.{at}")), text(&format!("part.{at}")));
    let wanted = Wanted {
        word: text("word"),
        amount: text("amount"),
        on: text("on"),
        document: text("document"),
        reason: text("reason"),
        cause: text("cause"),
        parts: (0..PARTS).map(part).collect(),
        key: sent.key(),
    };
    let done = ledgers::post(&visitor.ctx, id, &wanted).await;
    answered(&visitor, id, done, &sent).await
}

/// `POST /records/{record}/account/reversals`.
pub(crate) async fn reverse(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let seq = sent.text("seq").parse().map_err(|_| Failure::not_found())?;
    let done = ledgers::reverse(&visitor.ctx, id, seq, sent.text("reason")).await;
    answered(&visitor, id, done, &sent).await
}

async fn answered(
    visitor: &Visitor,
    id: RecordId,
    done: Result<(), app::Error>,
    sent: &Sent,
) -> Result<Response, Failure> {
    let refusals = match done {
        Ok(()) => return Ok(answer::see(&urls::account(id))),
        Err(app::Error::Refused(refusals)) => refusals,
        Err(other) => return Err(other.into()),
    };
    let page = asked::account_page(&visitor.ctx, id, visitor.ctx.today).await?;
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    let spot = |at: &Spot| match at {
        Spot::Field(field) => Some(field.to_string()),
        _ => None,
    };
    let wrong =
        refusals.iter().zip(&said).filter_map(|(refusal, said)| Some((spot(&refusal.at)?, words::sentence(said))));
    let typed = Typed {
        values: sent.pairs.iter().cloned().collect(),
        wrong: wrong.collect(),
        key: sent.key().unwrap_or_default(),
    };
    shown(visitor, &page, error::status_of(&refusals), words::refused(&said), &typed).await
}

async fn shown(
    visitor: &Visitor,
    page: &AccountPage,
    status: StatusCode,
    said: Markup,
    typed: &Typed,
) -> Result<Response, Failure> {
    let (mechanism, name) = &page.mechanism;
    let head = PageHead {
        crumbs: vec![
            Anchor::new(name, urls::register(mechanism)),
            Anchor::new(&page.title, urls::record(page.id)),
            Anchor::new("账户", ""),
        ],
        title: page.title.clone(),
        remark: format!("{}　截至{}　{}", page.number, page.on, page.state),
        acts: Some(html! { (Button::link("全部账户", urls::of_register(mechanism, "balances"))) }),
        ..PageHead::default()
    };
    let amounts: Vec<Fact> = page.amounts.iter().map(|(name, amount)| Fact::text(name, amount)).collect();
    let content = html! {
        (said)
        div.grid {
            div.c8.pile { (card("变动", count(page.lines.len() as u64), movements(page))) }
            div.c4.pile.lead {
                (card("余额", html! { "由变动加出" }, html! {
                    (facts(&amounts, true))
                    form method="get" action=(urls::account(page.id)) {
                        div.form { (super::day_field(&page.on.to_string())) }
                        div.send { (Button::submit("看这一天")) }
                    }
                }))
                @if !page.words.is_empty() { (card("记一笔", html! {}, entry(visitor, page, typed))) }
                @if page.words.iter().any(|word| word.transfer) { (card("调剂", html! {}, transfer(visitor, page, typed))) }
                @if !page.ways.is_empty() {
                    (card("不够用", html! {}, html! {
                        p { "要增加" (page.readings.first().map_or("", String::as_str)) "，先办：" }
                        div.send { @for (id, name) in &page.ways { (Button::link(name, urls::of_register(id, "new"))) } }
                    }))
                }
            }
        }
    };
    visitor.page_as(status, Place::Mechanism(mechanism), &head, content).await
}

fn movements(page: &AccountPage) -> Markup {
    if page.lines.is_empty() {
        return nothing_yet("截至这一天还没有变动。");
    }
    let mut columns = vec![
        Column::new("生效日", ColumnKind::Day),
        Column::new("变动", ColumnKind::Text),
        Column::new("数额", ColumnKind::Number),
    ];
    columns.extend(page.readings.iter().map(|name| Column::new(name, ColumnKind::Number)));
    columns.extend([Column::new("依据", ColumnKind::Text), Column::new("经办", ColumnKind::Text)]);
    let row = |line: &MovementLine| {
        let what = html! {
            (line.word) br; span.quiet.small { "第" (line.seq) "笔　" (line.way) }
            @if line.is_void { " " (light(Light::Grey, "冲销")) }
        };
        let mut cells = vec![Cell::text(&line.on.to_string()), Cell::shown(what), Cell::text(&line.amount)];
        cells.extend(line.after.iter().map(|amount| Cell::text(amount)));
        let notes = html! {
            (line.notes.join("；"))
            @for (what, id, title) in &line.others { " " (what) "：" a href=(urls::record(*id)) { (title) } }
            @if line.may_reverse { (turn_around(page, line)) }
        };
        cells.extend([Cell::shown(notes), Cell::text(&line.by)]);
        let tone = if line.is_void { RowTone::Skipped } else { RowTone::Plain };
        Row { key: line.seq.to_string(), cells, tone, ..Row::default() }
    };
    let rows = page.lines.iter().map(row).collect();
    table(&Table { caption: "变动".to_owned(), columns, rows, choose: None, wide: true })
}

/// The form that turns a movement around.
fn turn_around(page: &AccountPage, line: &MovementLine) -> Markup {
    let label = format!("冲销第{}笔的理由", line.seq);
    html! {
        details {
            summary { "冲销" }
            form method="post" action=(urls::reversals(page.id)) {
                input type="hidden" name="seq" value=(line.seq);
                input type="text" name="reason" maxlength="200" aria-label=(label) placeholder="为什么记错了";
                " " (Button::submit("冲销").tiny().danger())
            }
        }
    }
}

fn value<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.values.get(name).map_or("", String::as_str)
}

/// A field of either form; what was typed stands in the form that was sent.
fn line(typed: &Typed, form: &str, name: &str, label: &str, hint: &str, control: impl Fn(String) -> Control) -> Markup {
    let own = value(typed, "form") == form;
    let text = if own { value(typed, name).to_owned() } else { String::new() };
    let wrong = typed.wrong.get(name).filter(|_| own).cloned();
    field(&Field::new(name, label, control(text)).hint(hint).inside(form).wrong(wrong))
}

fn text(value: String) -> Control {
    Control::text(&value)
}

fn key(visitor: &Visitor, typed: &Typed, form: &str) -> Markup {
    let kept = (value(typed, "form") == form && !typed.key.is_empty()).then(|| typed.key.clone());
    let key = kept.unwrap_or_else(|| visitor.ctx.new_id::<uuid::Uuid>().to_string());
    html! {
        input type="hidden" name="_key" value=(key);
        input type="hidden" name="form" value=(form);
    }
}

fn entry(visitor: &Visitor, page: &AccountPage, typed: &Typed) -> Markup {
    let words = page.words.iter().filter(|word| !word.transfer);
    let options =
        Options::flat(words.map(|word| Pickable::new(&word.id, format!("{}（{}）", word.name, word.way))).collect());
    let hints: Vec<_> = page.words.iter().filter(|word| !word.transfer && !word.notes.is_empty()).collect();
    html! {
        form method="post" action=(urls::account(page.id)) {
            (key(visitor, typed, FORM))
            div.form {
                (line(typed, FORM, "word", "变动", "", |chosen| Control::Choice { options: options.clone(), chosen, as_radios: false }))
                (line(typed, FORM, "amount", &format!("数额（{}）", page.measure), "", text))
                (line(typed, FORM, "on", "生效日", "不填是今天；补记以前的，也不能让以后哪一天超出", |value| Control::Day { value, min: None, max: None }))
                (line(typed, FORM, "document", "文号", "", text))
                (line(typed, FORM, "reason", "理由", "", text))
                (line(typed, FORM, "cause", "起因", "由哪件事引起的，写它的编号；没有就不填", text))
            }
            div.send { (Button::submit("记下").main()) }
            @if !hints.is_empty() {
                details { summary { "各种变动的规定" } ul.plain { @for word in hints { li { b { (word.name) } "：" (word.notes) } } } }
            }
        }
    }
}

fn transfer(visitor: &Visitor, page: &AccountPage, typed: &Typed) -> Markup {
    const TRANSFER: &str = "transfer";
    let Some(word) = page.words.iter().find(|word| word.transfer) else { return html! {} };
    let filled =
        |at: usize| !value(typed, &format!("to.{at}")).is_empty() || !value(typed, &format!("part.{at}")).is_empty();
    let shown = (0..PARTS).rev().find(|at| filled(*at)).map_or(2, |at| (at + 2).clamp(2, PARTS));
    html! {
        details open[value(typed, "form") == TRANSFER] {
            summary { (word.name) "到别的账户" }
            form method="post" action=(urls::account(page.id)) {
                (key(visitor, typed, TRANSFER))
                input type="hidden" name="word" value=(word.id);
                div.form {
                    (line(typed, TRANSFER, "amount", &format!("一共（{}）", page.measure), "各份之和要等于一共", text))
                    @for at in 0..shown {
                        (line(typed, TRANSFER, &format!("to.{at}"), &format!("第{}个账户", at + 1), "写账户编号", text))
                        (line(typed, TRANSFER, &format!("part.{at}"), "分给它", "", text))
                    }
                    (line(typed, TRANSFER, "on", "生效日", "不填是今天", |value| Control::Day { value, min: None, max: None }))
                    (line(typed, TRANSFER, "document", "文号", &word.notes, text))
                    (line(typed, TRANSFER, "reason", "理由", "", text))
                }
                div.send { (Button::submit("调剂").main()) }
            }
        }
    }
}
