//! What somebody is to review, and the sheet beside the application on which they say what they think.
//!
//! Never what others said before the stage is over.

use app::commands::rounds::assigning;
use app::commands::rounds::deciding::{self, Said};
use app::queries::rounds::{self as asked, ReviewLine, SaidLine, Sheet};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::{PersonId, RecordId};
use kernel::kinds::round::Stage;
use kernel::refusal::{Refusal, Spot};
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{self, card};
use crate::parts::empty::empty;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, Options, Pickable, field};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /reviews`.
pub(crate) async fn own(visitor: Visitor) -> Result<Response, Failure> {
    let mut conn = visitor.ctx.office.db.read().await.map_err(app::Error::from)?;
    let lines = asked::own(&visitor.ctx, &mut conn).await?;
    drop(conn);
    let content = match lines.is_empty() {
        true => empty(Icon::Check, "没有等你评审的申报", "主办分给你的申报会列在这里，也会在收件箱里通知你。", &[]),
        false => card("待我评审", cards::count(lines.iter().filter(|it| !it.said).count() as u64), own_table(&lines)),
    };
    let head = PageHead { title: "待我评审".to_owned(), ..PageHead::default() };
    visitor.page(Place::Desk, &head, content).await
}

fn own_table(lines: &[ReviewLine]) -> Markup {
    let columns = vec![
        Column::new("申报", ColumnKind::Long),
        Column::new("单位", ColumnKind::Text),
        Column::new("评审", ColumnKind::Text),
        Column::new("阶段", ColumnKind::Chip),
        Column::new("情况", ColumnKind::Chip),
    ];
    let row = |it: &ReviewLine| {
        let stands = match (it.said, it.is_on) {
            (true, _) => light(Light::Green, "已评"),
            (false, true) => light(Light::Amber, "待评"),
            (false, false) => light(Light::Grey, "还没开始"),
        };
        let cells = vec![
            Cell::link(&it.title, &urls::review(it.id)),
            Cell::text(&it.unit),
            Cell::text(&it.round),
            Cell::text(&it.stage),
            Cell::shown(stands),
        ];
        Row { key: it.id.to_string(), cells, ..Row::default() }
    };
    let rows = lines.iter().map(row).collect();
    table(&Table { caption: "待我评审".to_owned(), columns, rows, choose: None, wide: false })
}

/// `GET /records/{record}/review`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    shown(&visitor, id, (StatusCode::OK, &[]), None).await
}

/// `POST /records/{record}/review`.
pub(crate) async fn say(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let said = Said {
        verdict: sent.text("verdict").to_owned(),
        items: sent
            .pairs
            .iter()
            .filter_map(|(name, text)| Some((name.strip_prefix("item.")?.to_owned(), text.clone())))
            .collect(),
        opinion: sent.text("opinion").to_owned(),
    };
    match deciding::say(&visitor.ctx, id, &said).await {
        Ok(()) => Ok(answer::see(urls::REVIEWS)),
        Err(error) => refused(&visitor, id, error, Some(&said)).await,
    }
}

/// `POST /records/{record}/review/recusals`.
pub(crate) async fn recuse(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let me = visitor.ctx.person();
    let who = sent.text("who").parse::<uuid::Uuid>().ok().map(PersonId).or(me).ok_or(app::Error::NotFound)?;
    match assigning::recuse(&visitor.ctx, id, who, sent.text("reason")).await {
        Ok(()) if Some(who) == me => Ok(answer::see(urls::REVIEWS)),
        Ok(()) => Ok(answer::see(&urls::review(id))),
        Err(error) => refused(&visitor, id, error, None).await,
    }
}

async fn refused(
    visitor: &Visitor,
    id: RecordId,
    error: app::Error,
    typed: Option<&Said>,
) -> Result<Response, Failure> {
    let app::Error::Refused(refusals) = error else { return Err(error.into()) };
    shown(visitor, id, (error::status_of(&refusals), &refusals), typed).await
}

async fn shown(
    visitor: &Visitor,
    id: RecordId,
    (status, refusals): (StatusCode, &[Refusal]),
    typed: Option<&Said>,
) -> Result<Response, Failure> {
    let sheet = asked::sheet(&visitor.ctx, id).await?;
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    let wrong = |name: &str| {
        let at = refusals.iter().find(|it| matches!(&it.at, Spot::Field(id) if *id.as_str() == *name));
        at.map(|it| visitor.say(it).says)
    };
    let content = html! {
        @if !said.is_empty() { (words::refused(&said)) }
        div.grid {
            div.c8.pile {
                (card("申报内容", html! { a href=(urls::record(id)) { "全部材料和经过" } }, applied(&sheet)))
                (card("评审意见", cards::count(sheet.said.len() as u64), opinions(&sheet)))
            }
            div.c4.pile.lead {
                @if let (Some(stage), Some(_), true) = (&sheet.stage, &sheet.own, sheet.is_on) {
                    (card(&stage.name, html! { (stage.words()) }, form(&sheet, stage, typed, &wrong)))
                }
                @if sheet.own.is_some() { (card("回避", html! {}, recusal(&sheet, &wrong))) }
                @if !sheet.offered.is_empty() { (card("指定评审人", html! {}, by_hand(&sheet))) }
                (card("评审", html! {}, about(&sheet)))
            }
        }
    };
    let crumbs = vec![
        Anchor::new(&sheet.mechanism.1, urls::register(&sheet.mechanism.0)),
        Anchor::new(&sheet.title, urls::record(id)),
        Anchor::new("评审意见", ""),
    ];
    let head = PageHead { crumbs, title: format!("{}：评审意见", sheet.title), ..PageHead::default() };
    visitor.page_as(status, Place::Mechanism(&sheet.mechanism.0), &head, content).await
}

fn applied(sheet: &Sheet) -> Markup {
    facts(&sheet.facts.iter().map(|(name, words)| Fact::text(name.as_str(), words)).collect::<Vec<_>>(), false)
}

fn about(sheet: &Sheet) -> Markup {
    let stage = sheet.stage.as_ref().map_or("不在评审", |it| it.name.as_str());
    html! {
        (facts(&[Fact::shown("属于", html! { a href=(urls::round(sheet.round.0)) { (sheet.round.1) } }), Fact::text("阶段", stage)], true))
        @if sheet.own.is_some() && !sheet.is_on { p.hint { "这个阶段还没有开始评，或者已经结束。" } }
    }
}

fn form(sheet: &Sheet, stage: &Stage, typed: Option<&Said>, wrong: &impl Fn(&str) -> Option<String>) -> Markup {
    let own = sheet.own.as_ref();
    let before = |id: &str| own.and_then(|it| it.items.as_ref()?.get(id)?.as_i64()).map(|it| it.to_string());
    let item = |id: &str| match typed {
        Some(said) => said.items.iter().find(|it| it.0 == id).map(|it| it.1.clone()).unwrap_or_default(),
        None => before(id).unwrap_or_default(),
    };
    let chosen =
        typed.map(|it| it.verdict.clone()).or_else(|| own.and_then(|it| it.verdict.clone())).unwrap_or_default();
    let opinion =
        typed.map(|it| it.opinion.clone()).or_else(|| own.and_then(|it| it.opinion.clone())).unwrap_or_default();
    let verdicts = deciding::verdicts(stage).into_iter().map(|(it, name)| Pickable::new(it.id(), name)).collect();
    let options = Control::Choice { options: Options::flat(verdicts), chosen, as_radios: true };
    let words = Control::LongText { value: opinion, rows: 4, max: Some(assigning::LONGEST as u32) };
    html! {
        form method="post" action=(urls::review(sheet.id)) {
            div.form {
                @for (id, name, most) in deciding::scored(stage) {
                    (field(&Field::new(format!("item.{id}"), name, Control::Whole { value: item(&id), unit: format!("/ {most}分") }).wrong(wrong(&id))))
                }
                (field(&Field::new("verdict", "结论", options).required().wrong(wrong("verdict"))))
                (field(&Field::new("opinion", "意见", words).hint("不通过、退回的要写明原因和怎么改").wrong(wrong("opinion"))))
            }
            div.send { (Button::submit(if sheet.own.as_ref().is_some_and(|it| it.said_at.is_some()) { "改好提交" } else { "提交" }).main()) }
        }
        p.hint { "本阶段办结以前可以改；办结以前，别的评审人看不到你的意见。" }
    }
}

fn recusal(sheet: &Sheet, wrong: &impl Fn(&str) -> Option<String>) -> Markup {
    let control = Control::Text { value: String::new(), max: Some(assigning::LONGEST as u32), autocomplete: None };
    html! {
        form method="post" action=(urls::recusals(sheet.id)) {
            div.form { (field(&Field::new("reason", "回避的理由", control).required().hint("例如亲属、利害关系").wrong(wrong("reason")))) }
            div.send { (Button::submit("我要回避").confirm("回避以后不再评这一件，也看不到它的材料。确定？")) }
        }
        p.hint { "本单位的和本人办过的申报，系统不会分给你。" }
    }
}

fn by_hand(sheet: &Sheet) -> Markup {
    let stage = sheet.stage.as_ref().map_or("", |it| it.id.as_str());
    let offered = sheet.offered.iter().map(|(id, label)| Pickable::new(id.to_string(), label)).collect();
    let control = Control::Choice { options: Options::flat(offered), chosen: String::new(), as_radios: false };
    html! {
        form method="post" action=(urls::round_reviewers(sheet.round.0)) {
            input type="hidden" name="stage" value=(stage);
            input type="hidden" name="entry" value=(sheet.id);
            input type="hidden" name="back" value="review";
            div.form { (field(&Field::new("who", "评审人", control).required().hint("本单位的、办过这件申报的和已经回避的不在里面"))) }
            div.send { (Button::submit("指定")) }
        }
    }
}

fn opinions(sheet: &Sheet) -> Markup {
    if sheet.said.is_empty() {
        return crate::parts::empty::nothing_yet("还没有可以看的评审意见。阶段办结以后，意见列在这里。");
    }
    let columns = vec![
        Column::new("阶段", ColumnKind::Chip),
        Column::new("评审人", ColumnKind::Text),
        Column::new("结论", ColumnKind::Chip),
        Column::new("得分", ColumnKind::Number),
        Column::new("意见", ColumnKind::Text),
    ];
    let row = |(at, it): (usize, &SaidLine)| {
        let stage = if it.turn > 1 { format!("{}（第{}次）", it.stage, it.turn) } else { it.stage.clone() };
        let parts: Vec<String> = it.items.iter().map(|(name, points)| format!("{name} {points}")).collect();
        let opinion = html! { (it.opinion) @if !parts.is_empty() { p.hint { (parts.join("、")) } } };
        let cells = vec![
            Cell::text(&stage),
            Cell::text(it.name.as_deref().unwrap_or("评审人")),
            Cell::text(&it.stands),
            Cell::text(&it.score.map(|it| it.to_string()).unwrap_or_default()),
            Cell::shown(opinion),
        ];
        Row { key: at.to_string(), cells, ..Row::default() }
    };
    let rows = sheet.said.iter().enumerate().map(row).collect();
    table(&Table { caption: "评审意见".to_owned(), columns, rows, choose: None, wide: false })
}
