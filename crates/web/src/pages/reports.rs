//! A report as it reads: its text with every figure a door, where each figure comes from, and what does not add up.
//!
//! Never a number that is reckoned here.

use app::commands::papers::Form;
use app::queries::reports::drawing::{Cell as Words, Row as Line};
use app::queries::reports::{self, FigureLine, FindingLine, Head, ReportPage};
use axum::response::Response;
use kernel::ids::RecordId;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, count};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /records/{record}/report`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    let page = reports::report(&visitor.ctx, id).await?;
    let acts = html! {
        @if page.prints {
            (Button::link(if page.is_draft { "导出草稿" } else { "导出正文" }, urls::report_file(id, "docx")).icon(Icon::Export).download())
            (Button::link("看版面", urls::report_file(id, "pdf")))
        }
        @if page.is_draft { @if let Some(step) = &page.revise { (Button::link(step, urls::record(id)).main()) } }
    };
    let head = PageHead {
        crumbs: vec![
            Anchor::new(&page.mechanism.1, urls::register(&page.mechanism.0)),
            Anchor::new(&page.title, urls::record(id)),
            Anchor::new("正文", ""),
        ],
        title: page.title.clone(),
        remark: match (&page.sealed, &page.period) {
            (Some((_, at)), _) => format!("{at}封存，正文和数字不再变"),
            (None, Some((_, period))) => format!("{}{period}的数字，现在算出来的", page.unit),
            (None, None) => "还没有写报告期".to_owned(),
        },
        acts: Some(acts),
        ..PageHead::default()
    };
    visitor.page(Place::Mechanism(&page.mechanism.0), &head, content(&page)).await
}

/// `GET /records/{record}/report.docx`.
pub(crate) async fn docx(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    Ok(answer::file(reports::download(&visitor.ctx, id, Form::Docx).await?))
}

/// `GET /records/{record}/report.pdf`.
pub(crate) async fn pdf(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    Ok(answer::file(reports::download(&visitor.ctx, id, Form::Pdf).await?))
}

fn content(page: &ReportPage) -> Markup {
    html! {
        (wrong(page))
        div.grid {
            div.c8.pile {
                @if page.lines.is_empty() {
                    section.card { (nothing_yet("正文还是空的：回到事项页，用“修改”写正文，数字写成【数字名】。")) }
                } @else {
                    (card("正文", html! { "点数字看背后的事项" }, html! { div.pad.prose { @for (at, (head, line)) in page.lines.iter().enumerate() { (line_of(page, at, *head, line)) } } }))
                }
            }
            div.c4.pile {
                (card("报告", html! {}, about(page)))
                @if !page.findings.is_empty() { (card("核对", count(page.findings.len() as u64), findings(&page.findings))) }
                @if page.is_draft { (card("数字怎么写", html! {}, how())) }
            }
        }
        @let figures: Vec<&FigureLine> = page.readings.iter().filter(|it| it.in_prose).collect();
        @if !figures.is_empty() { (card("数字的来处", count(figures.len() as u64), sources(page, &figures))) }
    }
}

/// What keeps the report from being sealed.
fn wrong(page: &ReportPage) -> Markup {
    html! {
        @if !page.faults.is_empty() {
            (notice(Tone::Warn, "有的地方填不出数，封存以前要改好", html! {
                ul { @for (_, said) in &page.faults { li { (said.says) @if let Some(next) = &said.next { (next) } } } }
            }))
        }
    }
}

fn line_of(page: &ReportPage, at: usize, head: Head, line: &Line) -> Markup {
    let cells = match line {
        Line::Text(cells) => cells,
        Line::Table { columns, rows } => return drawn_table(page, columns, rows),
    };
    let words = html! { @for cell in cells { (words_of(page, cell)) } };
    let doubts = page.findings.iter().filter(|it| it.line == at);
    html! {
        @match head {
            Head::First => h3 { (words) },
            Head::Second => p { b { (words) } },
            Head::Not => p { (words) },
        }
        @for doubt in doubts { (told(doubt)) }
    }
}

fn told(it: &FindingLine) -> Markup {
    html! {
        p.small {
            (if it.is_wrong { light(Light::Red, "对不上") } else { light(Light::Amber, "请核对") })
            " " (it.claim) "：写的是" (it.found) "，按算应是" (it.expected)
        }
    }
}

/// Words as somebody wrote them, or a figure as a door.
fn words_of(page: &ReportPage, cell: &Words) -> Markup {
    if cell.fault.is_some() {
        return html! { mark { (cell.words) } };
    }
    let Some(reading) = cell.from.first().and_then(|at| page.readings.get(*at)) else { return html! { (cell.words) } };
    let tip = format!("{}，{}，{}：{}", reading.name, reading.unit.1, reading.period.1, reading.words);
    html! {
        @match door(reading) {
            Some(href) => a href=(href) title=(tip) { (cell.words) },
            None => (cell.words),
        }
        @if let Some(now) = reading.now.as_ref().filter(|_| cell.from.len() == 1) { " " (light(Light::Amber, &format!("现为{now}"))) }
    }
}

fn door(reading: &FigureLine) -> Option<String> {
    let (mechanism, figure) = reading.door.as_ref()?;
    let unit = reading.unit.0.to_string();
    Some(match reading.seal.filter(|_| reading.now.is_some()) {
        Some(seal) => urls::figure_seal(seal),
        None => urls::with(&urls::figure(mechanism, figure), &[("unit", &unit), ("period", &reading.period.0)]),
    })
}

fn drawn_table(page: &ReportPage, columns: &[String], rows: &[Vec<Words>]) -> Markup {
    let kind = |at: usize| if at == 0 { ColumnKind::Text } else { ColumnKind::Number };
    let columns = columns.iter().enumerate().map(|(at, name)| Column::new(name, kind(at))).collect();
    let row = |(at, row): (usize, &Vec<Words>)| {
        let cells = row.iter().map(|cell| Cell::shown(words_of(page, cell))).collect();
        Row { key: at.to_string(), cells, ..Row::default() }
    };
    let rows = rows.iter().enumerate().map(row).collect();
    table(&Table { caption: "数字".to_owned(), columns, rows, choose: None, wide: false })
}

fn about(page: &ReportPage) -> Markup {
    let mut all = vec![Fact::text("单位", &page.unit), Fact::text("状态", &page.state)];
    all.push(Fact::text("报告期", page.period.as_ref().map_or("", |(_, words)| words)));
    if let Some((who, at)) = &page.sealed {
        all.push(Fact::text("封存", &format!("{who} {at}")));
        if let Some((hash, is_intact)) = &page.hash {
            let told = if *is_intact {
                light(Light::Green, "与封存时一致")
            } else {
                light(Light::Red, "与封存时不一致")
            };
            all.push(Fact::shown("校验", html! { (told) " " span.hash { (hash) } }));
        }
        let changed = page.readings.iter().filter(|it| it.now.is_some()).count();
        let words =
            if changed == 0 { "都没有变".to_owned() } else { format!("有{changed}个后来变了，见下面") };
        all.push(Fact::text("封存以后", &words));
    }
    facts(&all, true)
}

fn findings(all: &[FindingLine]) -> Markup {
    html! {
        div.pad.prose {
            @for it in all { (told(it)) }
        }
    }
}

fn how() -> Markup {
    html! {
        div.pad.prose {
            p { "写" b { "【数字名】" } "，系统填本单位、本期的数。名称有重的，前面加上机制名。" }
            p { "后面加冒号：" b { "同比" } "、" b { "环比" } "、" b { "上年同期" } "、" b { "上期" } "，或者写一个单位的全称。" }
            p { "单独一行写" b { "【数字名、数字名：各单位】" } "或者" b { "：各月" } "，就是一张表。" }
            p { a href="/figures" { "有哪些数字" } }
        }
    }
}

fn sources(page: &ReportPage, figures: &[&FigureLine]) -> Markup {
    let mut columns = vec![
        Column::new("数字", ColumnKind::Text),
        Column::new("单位", ColumnKind::Text),
        Column::new("期间", ColumnKind::Text),
        Column::new(if page.sealed.is_some() { "封存的" } else { "正文里" }, ColumnKind::Number),
    ];
    if page.sealed.is_some() {
        columns.push(Column::new("现在", ColumnKind::Number));
        columns.push(Column::new("依据", ColumnKind::Text));
    }
    let row = |(at, it): (usize, &&FigureLine)| {
        let name = match &it.door {
            Some((mechanism, figure)) => {
                let pairs = [("unit", it.unit.0.to_string()), ("period", it.period.0.clone())];
                let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
                Cell::link(&it.name, &urls::with(&urls::figure(mechanism, figure), &pairs))
            }
            None => Cell::text(&it.name),
        };
        let mut cells = vec![name, Cell::text(&it.unit.1), Cell::text(&it.period.1), Cell::text(&it.shown)];
        if page.sealed.is_some() {
            cells.push(match &it.now {
                Some(now) => Cell::shown(light(Light::Amber, now)),
                None => Cell::text("没有变"),
            });
            cells.push(match it.seal {
                Some(seal) => Cell::link("当时的事项", &urls::figure_seal(seal)),
                None => Cell::text("由别的数字算出"),
            });
        }
        Row { key: at.to_string(), cells, ..Row::default() }
    };
    let rows = figures.iter().enumerate().map(row).collect();
    table(&Table { caption: "数字的来处".to_owned(), columns, rows, choose: None, wide: false })
}
