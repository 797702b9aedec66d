//! A round: its stages with what became of the entries, who reviews what, and what ends a stage.
//!
//! Never a number without its list.

pub(crate) mod review;

use app::commands::rounds::{assigning, settling};
use app::queries::rounds::{self as asked, Board, EntryLine, StageLine, Wanted};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::RecordId;
use kernel::kinds::round::Outcome;
use maud::{Markup, html};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{self, card};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// Which list is asked for, and what was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    stage: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    after: String,
}

/// `GET /records/{record}/round`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>, Query(q): Query<Asked>) -> Result<Response, Failure> {
    shown(&visitor, id, &q, (StatusCode::OK, html! {})).await
}

/// `POST /records/{record}/round/reviewers`: shares out a stage, gives one entry by hand, or takes it away.
pub(crate) async fn assign(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let (ctx, stage) = (&visitor.ctx, sent.text("stage"));
    let done = match sent.text("do") {
        "evenly" => assigning::evenly(ctx, id, stage).await.map(Some),
        "take_away" => match sent.text("review").parse() {
            Ok(review) => assigning::take_away(ctx, id, review).await.map(|()| None),
            Err(_) => Err(app::Error::NotFound),
        },
        _ => match (sent.text("entry").parse(), sent.text("who").parse()) {
            (Ok(entry), Ok(who)) => assigning::by_hand(ctx, id, stage, (entry, who)).await.map(|()| None),
            _ => Err(app::Error::NotFound),
        },
    };
    let entry = sent.text("entry").parse::<RecordId>().ok().filter(|_| sent.text("back") == "review");
    match (done, entry) {
        (Ok(None), Some(entry)) => Ok(answer::see(&urls::review(entry))),
        (Ok(None), None) => Ok(answer::see(&urls::round_list(id, stage, "open"))),
        (Ok(Some(shared)), _) => {
            let said = html! {
                (notice(Tone::Ok, &format!("分出{}件次", shared.given), html! {}))
                @if shared.short > 0 {
                    (notice(Tone::Warn, &format!("有{}件评审人不够", shared.short), html! { "能评的人都要回避或者已经在评。请另外授权评审人，或者在“评审意见”里逐件指定。" }))
                }
            };
            shown(&visitor, id, &Asked::default(), (StatusCode::OK, said)).await
        }
        (Err(error), _) => refused(&visitor, id, error).await,
    }
}

/// `POST /records/{record}/round/conclusions`: ends a stage as its reviews say.
pub(crate) async fn settle(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let chosen: Vec<RecordId> = sent.all("chosen").iter().filter_map(|it| it.parse().ok()).collect();
    let settled = match settling::settle(&visitor.ctx, id, sent.text("stage"), &chosen).await {
        Ok(settled) => settled,
        Err(error) => return refused(&visitor, id, error).await,
    };
    let [passed, failed, returned] = settled.by;
    let said = html! {
        (notice(Tone::Ok, &format!("通过{passed}件，未通过{failed}件，退回{returned}件"), html! {}))
        @if settled.waiting > 0 {
            (notice(Tone::Warn, &format!("还有{}件没有评完", settled.waiting), html! { "评审人都评了以后再办结；评审人不够的先分配。" }))
        }
        @if settled.open > 0 {
            (notice(Tone::Warn, &format!("有{}件规则没有定论", settled.open), html! { "请打开这一件，由主办写明理由办理；同分的在下面勾选。" }))
        }
        @for (title, refusals) in &settled.refused {
            (notice(Tone::Error, title, html! { @for it in refusals { (visitor.say(it).says) } }))
        }
    };
    shown(&visitor, id, &Asked::default(), (StatusCode::OK, said)).await
}

/// The page again, with what was refused; anything else is a failure.
async fn refused(visitor: &Visitor, id: RecordId, error: app::Error) -> Result<Response, Failure> {
    let app::Error::Refused(refusals) = error else { return Err(error.into()) };
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    shown(visitor, id, &Asked::default(), (error::status_of(&refusals), words::refused(&said))).await
}

async fn shown(
    visitor: &Visitor,
    id: RecordId,
    q: &Asked,
    (status, said): (StatusCode, Markup),
) -> Result<Response, Failure> {
    let wanted = Wanted { stage: q.stage.clone(), outcome: q.outcome.clone(), after: q.after.parse().ok() };
    let board = asked::board(&visitor.ctx, id, &wanted).await?;
    let acting: Vec<&StageLine> =
        board.stages.iter().filter(|it| board.is_host && it.count.of(Outcome::Open) > 0).collect();
    let content = html! {
        (said)
        div.grid {
            div.c8.pile {
                (card("各阶段", html! { "进来的 = 通过 + 未通过 + 退回 + 撤回 + 在评" }, stages(&board)))
                @if let Some((stage, name, lines)) = &board.list { (card(name, cards::count(lines.len() as u64), list(&board, stage, &q.outcome, lines))) }
                @for it in board.stages.iter().filter(|it| !it.reviewers.is_empty()) {
                    (card(&format!("{}的评审人", it.stage.name), cards::count(it.reviewers.len() as u64), reviewers(it)))
                }
            }
            div.c4.pile.lead {
                @for it in &acting { (card(&format!("办理：{}", it.stage.name), html! {}, acts(&board, it))) }
                (card("这一批", html! {}, about(&board)))
            }
        }
    };
    visitor.page_as(status, Place::Mechanism(&board.mechanism.0), &head(&board), content).await
}

fn head(board: &Board) -> PageHead {
    let crumbs = vec![
        Anchor::new(&board.mechanism.1, urls::register(&board.mechanism.0)),
        Anchor::new(&board.title, urls::record(board.id)),
        Anchor::new("评审进展", ""),
    ];
    PageHead { crumbs, title: format!("{}：评审进展", board.title), ..PageHead::default() }
}

fn stages(board: &Board) -> Markup {
    if board.all == 0 {
        return nothing_yet("还没有申报。收到的申报会按阶段数在这里，每个数字都能打开名单。");
    }
    let mut columns = vec![Column::new("阶段", ColumnKind::Text), Column::new("进来", ColumnKind::Number)];
    columns.extend(Outcome::ALL.iter().map(|it| Column::new(it.2, ColumnKind::Number)));
    let row = |it: &StageLine| {
        let door = |number: i64, outcome: &str| match number {
            0 => Cell::text("0"),
            _ => Cell::link(&number.to_string(), &urls::round_list(board.id, &it.stage.id, outcome)),
        };
        let name = html! { (it.stage.name) @if it.is_on { " " (light(Light::Amber, "正在评")) } };
        let mut cells = vec![Cell::shown(name), door(it.count.came, "")];
        cells.extend(Outcome::ALL.iter().map(|of| door(it.count.of(of.0), of.1)));
        Row { key: it.stage.id.clone(), cells, ..Row::default() }
    };
    let rows = board.stages.iter().map(row).collect();
    table(&Table { caption: "各阶段".to_owned(), columns, rows, choose: None, wide: false })
}

fn list(board: &Board, stage: &str, outcome: &str, lines: &[EntryLine]) -> Markup {
    if lines.is_empty() {
        return nothing_yet("没有这样的申报。");
    }
    let mut columns = vec![
        Column::new("申报", ColumnKind::Long),
        Column::new("单位", ColumnKind::Text),
        Column::new("结果", ColumnKind::Chip),
        Column::new("平均分", ColumnKind::Number),
    ];
    if board.is_host {
        columns.push(Column::new("评审人", ColumnKind::Text));
    }
    let row = |it: &EntryLine| {
        let mut cells = vec![
            Cell::link(&it.title, &urls::record(it.id)),
            Cell::text(&it.unit),
            Cell::shown(outcome_light(it.outcome)),
            Cell::text(it.score.as_deref().unwrap_or("")),
        ];
        if board.is_host {
            let names: Vec<String> =
                it.reviewers.iter().map(|(_, name, stands)| format!("{name}（{stands}）")).collect();
            let words = if names.is_empty() { "未分配".to_owned() } else { names.join("、") };
            cells.push(Cell::link(&words, &urls::review(it.id)));
        }
        Row { key: it.id.to_string(), cells, ..Row::default() }
    };
    let rows = lines.iter().map(row).collect();
    html! {
        (table(&Table { caption: "申报名单".to_owned(), columns, rows, choose: None, wide: false }))
        @if let Some(next) = board.next {
            div.send { (Button::link("下一页", format!("{}&after={next}", urls::round_list(board.id, stage, outcome)))) }
        }
    }
}

/// How an outcome looks.
pub(super) fn outcome_light(outcome: Outcome) -> Markup {
    let kind = match outcome {
        Outcome::Passed => Light::Green,
        Outcome::Failed => Light::Red,
        Outcome::Returned => Light::Amber,
        Outcome::Withdrawn | Outcome::Open => Light::Grey,
    };
    light(kind, outcome.name())
}

fn reviewers(it: &StageLine) -> Markup {
    let columns = vec![
        Column::new("姓名", ColumnKind::Text),
        Column::new("单位", ColumnKind::Text),
        Column::new("分到", ColumnKind::Number),
        Column::new("已评", ColumnKind::Number),
    ];
    let row = |(who, name, unit, has, said): &(kernel::ids::PersonId, String, String, usize, usize)| {
        let cells =
            vec![Cell::text(name), Cell::text(unit), Cell::text(&has.to_string()), Cell::text(&said.to_string())];
        Row { key: who.to_string(), cells, ..Row::default() }
    };
    let rows = it.reviewers.iter().map(row).collect();
    table(&Table { caption: format!("{}的评审人", it.stage.name), columns, rows, choose: None, wide: false })
}

fn acts(board: &Board, it: &StageLine) -> Markup {
    let tied: usize = it.ties.iter().map(|(among, _)| among.len()).sum();
    let counts = [
        Fact::text("评审意见", &format!("{} / {}", it.reviews.1, it.reviews.0)),
        Fact::text("评审人不够", &format!("{} 件", it.unassigned)),
        Fact::text("可以办结", &format!("{} 件", it.ready)),
        Fact::text("规则没有定论", &format!("{} 件", it.open.len() + tied)),
    ];
    html! {
        (facts(&counts, true))
        p.hint { "每件" (it.stage.each) "人评；" (it.stage.words()) "。" @if !it.is_on { "现在还不是评这个阶段的时候，可以先分配。" } }
        @for (id, title) in &it.open { p { a href=(urls::record(*id)) { (title) } "：由主办写明理由办理" } }
        @if it.unassigned > 0 {
            form method="post" action=(urls::round_reviewers(board.id)) {
                input type="hidden" name="stage" value=(it.stage.id);
                div.send { (Button::submit("平均分配").named("do", "evenly").main()) }
            }
        }
        @if it.is_on && it.ready + tied > 0 {
            form method="post" action=(urls::round_conclusions(board.id)) {
                input type="hidden" name="stage" value=(it.stage.id);
                @for (among, left) in &it.ties {
                    fieldset.field {
                        legend { "同分，还有" (left) "个名额，请勾选" }
                        @for (id, title) in among {
                            label { input type="checkbox" name="chosen" value=(id); " " (title) }
                        }
                    }
                }
                div.send { (Button::submit("按规则办结").main().confirm("有定论的申报会进入下一阶段、办结或者退回，不能撤回。确定？")) }
            }
        }
    }
}

fn about(board: &Board) -> Markup {
    let mut all = vec![Fact::text("现在", &board.state), Fact::text("申报", &format!("{} 件", board.all))];
    if board.before > 0 {
        all.push(Fact::text("还没有上报的", &format!("{} 件", board.before)));
    }
    all.extend(board.closes.as_ref().map(|at| Fact::text("截止", at)));
    html! {
        (facts(&all, true))
        @if board.may_apply { div.send { (Button::link(format!("新建{}", board.entries.1), urls::of_register(&board.entries.0, "new")).main()) } }
        @if !board.is_host { p.hint { "只数你看得到的申报。" } }
    }
}
