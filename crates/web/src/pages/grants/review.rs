//! The yearly review: which grants nobody has looked at, when each was last used, and keeping them.

use app::commands::grants as commands;
use app::queries::grants::review::{self, ReviewPage};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use super::{HOME, crumbs, standing};
use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::plain_card;
use crate::parts::empty::nothing_yet;
use crate::parts::notice::{Tone, notice};
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::tabs::{Tab, tabs};
use crate::parts::words::day_cell;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

const HERE: &str = "/grants/review";

/// Which part of the review.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    kept: Option<usize>,
}

/// `GET /grants/review`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let page = review::review(&visitor.ctx, asked.tab == "done", &asked.after).await?;
    let remark = if page.opened.is_empty() { String::new() } else { format!("{} 开始", page.opened) };
    let head =
        PageHead { title: "年度复核".to_owned(), remark, crumbs: crumbs("年度复核"), ..PageHead::default() };
    let tab = |label: &str, id: &str| Tab {
        label: label.to_owned(),
        href: urls::with(HERE, &[("tab", id)]),
        current: (asked.tab == "done") == (id == "done"),
        ..Tab::default()
    };
    let content = html! {
        @if let Some(kept) = asked.kept { (notice(Tone::Ok, "已复核", html! { "保留了 " (kept) " 项授权。" })) }
        (tabs("复核", &[tab("还没复核", ""), tab("已复核保留", "done")], html! {}))
        @if page.opened.is_empty() { (plain_card(nothing_yet("每年年底自动开始一次复核，届时在用的授权会列在这里，逐项保留或终止。"))) }
        @else if page.lines.is_empty() { (plain_card(nothing_yet(if page.done { "这次复核还没有保留过授权。" } else { "都复核完了。" }))) }
        @else { (lines(&asked, &page)) }
    };
    visitor.page(Place::Grants, &head, content).await
}

/// `POST /grants/review`: the chosen grants are kept.
pub(crate) async fn keep(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let ids: Vec<_> = sent.all("grant").iter().filter_map(|id| id.parse().ok()).collect();
    let kept = commands::keep_reviewed(&visitor.ctx, &ids).await?;
    Ok(answer::see(&urls::with(HERE, &[("kept", &kept.to_string())])))
}

fn lines(asked: &Asked, page: &ReviewPage) -> Markup {
    let row = |(line, used): &(app::queries::grants::GrantLine, String)| {
        let keep = Button::submit("保留").tiny().named("grant", line.id.to_string());
        let end = Button::link("终止…", format!("{HOME}/{}", line.id)).tiny();
        let acts = html! { @if line.may_end { (keep) " " (end) } @else if line.is_own { span.quiet { "由他人复核" } } };
        let reviewed = line.reviewed.as_ref().map(|(by, at)| format!("{by} {at}")).unwrap_or_default();
        Row {
            key: line.id.to_string(),
            cells: vec![
                Cell::text(&line.unit),
                Cell::link(&line.person, &format!("{HOME}/{}", line.id)),
                Cell::text(&line.role),
                Cell::text(&line.until_on.map_or_else(|| "长期".to_owned(), day_cell)),
                Cell::text(if used.is_empty() { "13个月内没有用过" } else { used }),
                if page.done { Cell::text(&reviewed) } else { Cell::shown(acts) },
                Cell::shown(standing(line.standing)),
            ],
            ..Row::default()
        }
    };
    let list = table(&Table {
        caption: "年度复核".to_owned(),
        columns: vec![
            Column::new("单位（含下级）", ColumnKind::Text),
            Column::new("人员", ColumnKind::Text),
            Column::new("角色", ColumnKind::Text),
            Column::new("至", ColumnKind::Day),
            Column::new("最近一次使用", ColumnKind::Day),
            Column::new(if page.done { "谁复核" } else { "复核" }, ColumnKind::Chip),
            Column::new("情况", ColumnKind::Chip),
        ],
        rows: page.lines.iter().map(row).collect(),
        choose: None,
        wide: false,
    });
    let next = page.next.as_deref().map(|key| urls::with(HERE, &[("tab", asked.tab.as_str()), ("after", key)]));
    let first = (!asked.after.is_empty()).then(|| urls::with(HERE, &[("tab", asked.tab.as_str())]));
    let shown = page.lines.len() as u64;
    let foot = pager(
        &Pager { shown, unit: "项授权".to_owned(), previous: first, next, ..Pager::default() },
        html! {
            @if !page.done {
                @for (line, _) in page.lines.iter().filter(|(line, _)| line.may_end) {
                    input type="hidden" form="all" name="grant" value=(line.id);
                }
                button.btn.tiny type="submit" form="all" data-confirm="本页列出的授权都继续有效，确定吗？" { "本页全部保留" }
            }
        },
    );
    html! {
        form id="all" method="post" action=(HERE) {}
        section.card {
            form method="post" action=(HERE) { (list) }
            (foot)
        }
    }
}
