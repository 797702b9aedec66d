//! Daily seals 每日封存: which days were sealed, and the file to be kept elsewhere. For the system administrator, who
//! hands it on, and for the audit administrator, who keeps it.

use app::queries::frame::administers;
use app::queries::seals;
use axum::extract::Query;
use axum::response::Response;
use kernel::catalog::Administers;
use kernel::journal::seal::Seal;
use maud::html;

use crate::answer;
use crate::error::Failure;
use crate::pages::audit;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::Visitor;

/// Where the page begins.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Before {
    #[serde(default)]
    before: Option<i64>,
}

/// `GET /admin/seals`.
pub(crate) async fn show(visitor: Visitor, Query(page): Query<Before>) -> Result<Response, Failure> {
    let (newest, next) = seals::newest(&visitor.ctx, page.before).await?;
    let head = PageHead { title: "每日封存".to_owned(), ..PageHead::default() };
    let title = |name: &str, kind| Column::new(name, kind);
    let list = table(&Table {
        caption: "每日封存".to_owned(),
        columns: vec![
            title("封存到", ColumnKind::Day),
            title("序号", ColumnKind::Number),
            title("封存时间", ColumnKind::Day),
            title("算法", ColumnKind::Text),
            title("事项", ColumnKind::Number),
            title("校验值", ColumnKind::Text),
        ],
        rows: newest.iter().map(row).collect(),
        choose: None,
        wide: false,
    });
    let take = html! { (Button::link("导出全部封存", "/admin/seals/export.txt")) };
    let is_auditing = administers(&visitor.ctx, Administers::Audit);
    let place = if is_auditing { Place::Audit } else { Place::Admin };
    let content = html! {
        @if is_auditing { (audit::parts("/admin/seals")) }
        (card("每日封存", take, html! {
            p.pad { "每天零点后，系统把此前写下的全部日志封存，一环扣一环。导出的文件请另存他处（刻盘或交审计部门）；日后用 zugong verify --seals 文件 核对，可知库里的历史有没有被整体改写。" }
            @if newest.is_empty() { (nothing_yet("还没有封存过。")) } @else { (list) }
            @if let Some(next) = next {
                (Button::link("更早的", urls::with("/admin/seals", &[("before", &next.to_string())])))
            }
        }))
    };
    visitor.page(place, &head, content).await
}

fn row(seal: &Seal) -> Row {
    let cells = vec![
        Cell::text(&seal.on.to_string()),
        Cell::text(&seal.number.to_string()),
        Cell::text(&app::words::moment(seal.sealed_at)),
        Cell::text(seal.algorithm.name()),
        Cell::text(&seal.heads.to_string()),
        Cell::text(&seal.hash.chars().take(16).collect::<String>()),
    ];
    Row { cells, ..Row::default() }
}

/// `GET /admin/seals/export.txt`.
pub(crate) async fn export(visitor: Visitor) -> Result<Response, Failure> {
    Ok(answer::file(seals::export(&visitor.ctx).await?))
}
