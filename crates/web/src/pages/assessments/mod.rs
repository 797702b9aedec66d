//! An assessment: who stands where in their group, what is below its line, and what other weights would do.
//!
//! Never a weight that is kept by trying it.

pub(crate) mod book;
mod others;
pub(crate) mod sheet;

use app::commands::assessments::letters;
use app::queries::assessments::board::{self, BelowLine, BoardAsk, BoardPage, IndicatorLine, UnitRow};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::RecordId;
use kernel::kinds::assessment::words::shown;
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, count};
use crate::parts::empty::nothing_yet;
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light, meter};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, RowTone, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks: pairs, of which those that begin with `w.` are weights to try.
pub(crate) type Pairs = Vec<(String, String)>;

pub(crate) fn ask(pairs: &Pairs) -> BoardAsk {
    let since = pairs.iter().find(|(name, _)| name == "since").map(|(_, value)| value.clone()).unwrap_or_default();
    let weights = pairs.iter().filter_map(|(name, value)| Some((name.strip_prefix("w.")?.to_owned(), value.clone())));
    BoardAsk { since, weights: weights.take(500).collect() }
}

/// `GET /records/{record}/assessment?since=&w.1.1=`.
pub(crate) async fn show(
    visitor: Visitor,
    At(id): At<RecordId>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Failure> {
    let ask = ask(&pairs);
    match board::board(&visitor.ctx, id, &ask).await {
        Ok(board) => page(&visitor, &board, (StatusCode::OK, html! {})).await,
        Err(other) => again(&visitor, id, &ask, other).await,
    }
}

/// `POST /records/{record}/assessment/letters`: the letter is written and shown.
pub(crate) async fn letter(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let unit = sent.text("unit").parse().map_err(|_| app::Error::NotFound)?;
    match letters::draft(&visitor.ctx, id, (unit, sent.text("code")), sent.key()).await {
        Ok(letter) => Ok(answer::see(&urls::with(&urls::record(letter), &[("done", "start")]))),
        Err(other) => again(&visitor, id, &BoardAsk::default(), other).await,
    }
}

/// The board as it is, with what was refused.
async fn again(visitor: &Visitor, id: RecordId, ask: &BoardAsk, error: app::Error) -> Result<Response, Failure> {
    let app::Error::Refused(refusals) = error else { return Err(error.into()) };
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    let plain = BoardAsk { since: ask.since.clone(), weights: Vec::new() };
    let board = board::board(&visitor.ctx, id, &plain).await?;
    page(visitor, &board, (error::status_of(&refusals), words::refused(&said))).await
}

async fn page(visitor: &Visitor, page: &BoardPage, (status, said): (StatusCode, Markup)) -> Result<Response, Failure> {
    let id = page.id;
    let acts = page.may_export.then(|| {
        let href = urls::with(&urls::assessment_table(id), &[("since", if page.by_week { "week" } else { "" })]);
        html! { (Button::link("调度表", href).icon(Icon::Export).download()) }
    });
    let head = PageHead {
        crumbs: vec![
            Anchor::new(&page.mechanism.1, urls::register(&page.mechanism.0)),
            Anchor::new(&page.title, urls::record(id)),
            Anchor::new("得分和排名", ""),
        ],
        title: format!("{}：得分和排名", page.title),
        remark: remark(page),
        acts,
        ..PageHead::default()
    };
    let content = html! { (said) (content(visitor, page)) };
    visitor.page_as(status, Place::Mechanism(&page.mechanism.0), &head, content).await
}

/// `GET /records/{record}/assessment/table.xlsx`.
pub(crate) async fn workbook(
    visitor: Visitor,
    At(id): At<RecordId>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Failure> {
    Ok(answer::file(board::workbook(&visitor.ctx, id, &ask(&pairs)).await?))
}

fn remark(page: &BoardPage) -> String {
    match &page.published {
        Some(at) => format!("{at}公布，以后不再变"),
        None => format!("{}，截至{}，还没有定", page.state, page.on),
    }
}

fn content(visitor: &Visitor, page: &BoardPage) -> Markup {
    html! {
        (faults(visitor, page))
        (tried(page))
        @if !page.changed.is_empty() {
            (notice(Tone::Note, "和公示的不一样", html! {
                ul.plain { @for (unit, words) in &page.changed { li { (unit) "：" (words) } } }
                p { "谁改的、为什么，在得分单的填报和异议里，或者在指标背后的事项里。" }
            }))
        }
        @if page.published.is_none() && !page.groups.is_empty() {
            (card("低于预警线或者下降", count(page.below.len() as u64), below(page)))
        }
        div.grid {
            div.c6.pile {
                @for (group, rows) in &page.groups { (card(group, count(rows.len() as u64), ranking(page, rows))) }
                @if page.groups.iter().all(|(_, rows)| rows.is_empty()) {
                    (card("排名", html! {}, nothing_yet("还没有参评单位。在方案里写上单位和组别以后，这里按组排名。")))
                }
            }
            div.c6.pile {
                (others::cards(&page.others))
                (card("指标", html! { "共" (shown(page.total)) "分" }, indicators(page)))
                @if page.takes_in.is_some() { (card("用表格改方案", html! {}, book::form(page))) }
                @if !page.adjusted.is_empty() { (card("方案的调整", count(page.adjusted.len() as u64), adjusted(page))) }
            }
        }
    }
}

fn faults(visitor: &Visitor, page: &BoardPage) -> Markup {
    if page.faults.is_empty() {
        return html! {};
    }
    let said: Vec<_> = page.faults.iter().take(30).map(|it| visitor.say(it)).collect();
    notice(
        Tone::Warn,
        "方案还不能印发",
        html! {
            ul.plain { @for it in &said { li { (it.says) @if let Some(next) = &it.next { (next) } } } }
            @if page.faults.len() > said.len() { p { "共 " (page.faults.len()) " 处，这里列出前 " (said.len()) " 处。" } }
        },
    )
}

fn tried(page: &BoardPage) -> Markup {
    let wrong = page.tried.iter().filter(|(_, sum)| *sum != page.total);
    let wrong: Vec<String> = wrong.map(|(group, sum)| format!("{group}{}分", shown(*sum))).collect();
    html! {
        @if !page.tried.is_empty() {
            (notice(Tone::Note, "这是推演，没有保存", html! {
                "名次后面是换成这些权重以后的名次和得分。"
                @if !wrong.is_empty() { "权重加起来不是" (shown(page.total)) "分（" (wrong.join("，")) "），已经按比例折算。" }
                " " a href=(urls::assessment(page.id)) { "恢复原来的权重" }
            }))
        }
    }
}

/// A number of points, or a dash.
pub(super) fn points(number: Option<Decimal>) -> String {
    number.map_or_else(|| "—".to_owned(), |it| format!("{it:.2}"))
}

fn ranking(page: &BoardPage, rows: &[UnitRow]) -> Markup {
    let is_tried = !page.tried.is_empty();
    let mut columns = vec![
        Column::new("名次", ColumnKind::Number),
        Column::new("单位", ColumnKind::Text),
        Column::new("得分", ColumnKind::Number),
        Column::new("与前一名差", ColumnKind::Number),
    ];
    columns.push(match page.published {
        Some(_) => Column::new("等次", ColumnKind::Chip),
        None => Column::new(if page.by_week { "比上周" } else { "比上月" }, ColumnKind::Chip),
    });
    if is_tried {
        columns.push(Column::new("推演", ColumnKind::Chip));
    }
    let best = rows.iter().filter_map(|it| it.standing.total).max().unwrap_or(page.total).max(page.total);
    let row = |it: &UnitRow| {
        let rank = it.standing.rank.map_or_else(|| "—".to_owned(), |it| it.to_string());
        let share = it.standing.total.and_then(|total| (total * Decimal::ONE_HUNDRED).checked_div(best));
        let share = share.and_then(|it| it.to_u32()).unwrap_or(0);
        let name = html! {
            @if it.has_sheet { a href=(urls::assessment_sheet(page.id, it.unit)) { (it.name) } } @else { (it.name) }
            " " (meter(None, share, &points(it.standing.total)))
        };
        let last = match page.published {
            Some(_) => html! { (it.grade) },
            None => moved(it.before.0, it.standing.rank),
        };
        let mut cells = vec![
            Cell::text(&rank),
            Cell::shown(name),
            Cell::text(&points(it.standing.total)),
            Cell::text(&points(it.standing.gap)),
            Cell::shown(last),
        ];
        if let Some((rank, total)) = it.tried {
            cells.push(Cell::shown(html! { (moved(it.standing.rank, rank)) " " (points(total)) }));
        }
        Row { key: it.unit.to_string(), cells, ..Row::default() }
    };
    let rows = rows.iter().map(row).collect();
    table(&Table { caption: "排名".to_owned(), columns, rows, choose: None, wide: false })
}

/// How a rank moved.
fn moved(from: Option<usize>, to: Option<usize>) -> Markup {
    match (from, to) {
        (Some(from), Some(to)) if to < from => light(Light::Green, &format!("升{}到第{to}", from - to)),
        (Some(from), Some(to)) if to > from => light(Light::Red, &format!("降{}到第{to}", to - from)),
        (Some(_), Some(to)) => html! { "第" (to) "，没有变" },
        _ => html! { "—" },
    }
}

fn below(page: &BoardPage) -> Markup {
    if page.below.is_empty() {
        return nothing_yet("没有低于预警线、也没有下降的指标。预警线写在方案的指标里。");
    }
    let mut columns = vec![
        Column::new("单位", ColumnKind::Text),
        Column::new("指标", ColumnKind::Text),
        Column::new("现值", ColumnKind::Number),
        Column::new("预警线", ColumnKind::Number),
        Column::new(if page.by_week { "比上周" } else { "比上月" }, ColumnKind::Chip),
    ];
    if page.may_write {
        columns.push(Column::new("函", ColumnKind::Chip));
    }
    let row = |it: &BelowLine| {
        let change = it.before.map(|before| it.value - before).filter(|it| !it.is_zero());
        let trend = match change {
            None => html! { "没有变" },
            Some(change) => {
                let better = change.is_sign_negative() == it.lower;
                let sign = if change.is_sign_negative() { "" } else { "+" };
                let words = format!("{sign}{}", shown(change));
                light(if better { Light::Green } else { Light::Red }, &words)
            }
        };
        let mut cells = vec![
            Cell::link(&it.name, &urls::assessment_sheet(page.id, it.unit)),
            Cell::text(&format!("{} {}", it.indicator.0, it.indicator.1)),
            Cell::text(&shown(it.value)),
            Cell::text(&shown(it.line)),
            Cell::shown(trend),
        ];
        if page.may_write {
            cells.push(Cell::shown(others::letter(page.id, it)));
        }
        Row { key: format!("{} {}", it.unit, it.indicator.0), cells, ..Row::default() }
    };
    let rows = page.below.iter().map(row).collect();
    table(&Table {
        caption: "低于预警线或者下降的指标".to_owned(), columns, rows, choose: None, wide: false
    })
}

fn adjusted(page: &BoardPage) -> Markup {
    html! {
        @for it in &page.adjusted {
            div.pad {
                p { b { (it.on) } " " (it.by) "：" (it.reason) }
                ul.plain { @for line in &it.lines { li { (line) } } }
            }
        }
    }
}

fn indicators(page: &BoardPage) -> Markup {
    if page.indicators.is_empty() {
        return nothing_yet("还没有指标。在方案里逐行填写：编号、名称、权重、来源、计分办法。");
    }
    let may_try = page.runs_it && page.published.is_none();
    let columns = vec![
        Column::new("指标", ColumnKind::Text),
        Column::new("权重", ColumnKind::Number),
        Column::new("计分办法", ColumnKind::Text),
    ];
    let row = |it: &IndicatorLine| {
        let indent = "\u{3000}".repeat(it.depth.saturating_sub(1));
        let weight = match it.tried.as_ref().filter(|_| may_try) {
            Some(tried) => html! {
                input.n type="text" inputmode="decimal" name={ "w." (it.code) } value=(tried) size="5" autocomplete="off"
                    aria-label={ (it.name) "的权重" };
            },
            None => html! { (it.weight) },
        };
        let rule = html! {
            (it.rule)
            @if let Some((name, mechanism, figure)) = &it.figure { @if !it.rule.is_empty() { "。" } a href=(urls::figure(mechanism, figure)) { (name) } }
            @if !it.groups.is_empty() { " 只用于" (it.groups) }
        };
        let tone = if it.rule.is_empty() { RowTone::Total } else { RowTone::Plain };
        let name = html! { (indent) (it.code) " " (it.name) };
        let cells = vec![Cell::shown(name), Cell::shown(weight), Cell::shown(rule)];
        Row { key: it.code.clone(), cells, tone, ..Row::default() }
    };
    let rows = page.indicators.iter().map(row).collect();
    let list = table(&Table { caption: "指标".to_owned(), columns, rows, choose: None, wide: false });
    html! {
        @if may_try {
            form method="get" action=(urls::assessment(page.id)) {
                @if page.by_week { input type="hidden" name="since" value="week"; }
                (list)
                div.send {
                    (Button::submit("推演排名"))
                    span.hint { "改权重看排名怎么变，不会保存。" }
                }
            }
        } @else { (list) }
        p.pad {
            @if page.by_week { a href=(urls::assessment(page.id)) { "和上月比" } }
            @else { a href=(urls::with(&urls::assessment(page.id), &[("since", "week")])) { "和上周比" } }
        }
    }
}
