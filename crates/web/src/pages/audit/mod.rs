//! The audit log 审计: what was done that is no record's step, by kind, person, day and address; and who was denied.
//!
//! Never a button that changes anything.

mod said;

use app::queries::audit::{self, ActLine, AuditAsk, AuditPage, DenialLine};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::empty::nothing_yet;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::PageHead;
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::tabs::{Tab, tabs};
use crate::parts::words::day_cell;
use crate::urls;
use crate::visitor::Visitor;

const HOME: &str = "/audit";
const DENIALS: &str = "/audit/denials";
/// The daily seals, which the system administrator sees as well.
const SEALS: &str = "/admin/seals";

/// What narrows the log, as it stands in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    before: String,
}

impl Asked {
    fn ask(&self) -> AuditAsk {
        AuditAsk {
            group: self.kind.clone(),
            person: self.person.chars().take(40).collect(),
            from: self.from.clone(),
            until: self.until.clone(),
            address: self.address.clone(),
            before: self.before.clone(),
        }
    }

    fn address(&self, page: &str, before: &str) -> String {
        let pairs = [
            ("kind", self.kind.as_str()),
            ("person", &self.person),
            ("from", &self.from),
            ("until", &self.until),
            ("address", &self.address),
            ("before", before),
        ];
        urls::with(page, &pairs)
    }
}

/// `GET /audit`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let page = audit::acts(&visitor.ctx, &asked.ask()).await?;
    let export = Button::link("导出", asked.address("/audit/export.xlsx", "")).icon(Icon::Export).download();
    let head = PageHead { title: "审计日志".to_owned(), acts: Some(html! { (export) }), ..PageHead::default() };
    let content = html! {
        section.card {
            (parts(HOME))
            (filters(&asked))
            @if page.lines.is_empty() { (nothing_yet("没有符合条件的记录。")) } @else {
                (lines(&page.lines))
                (pager(&place(&asked, &page), html! { span.quiet { "日志只增不减，前后以校验值相连，任何人都不能删改。" } }))
            }
        }
    };
    visitor.page(Place::Audit, &head, content).await
}

/// `GET /audit/export.xlsx`.
pub(crate) async fn export(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    Ok(answer::file(audit::workbook(&visitor.ctx, &asked.ask(), said::said).await?))
}

/// `GET /audit/denials`.
pub(crate) async fn denials(visitor: Visitor) -> Result<Response, Failure> {
    let list = audit::denials(&visitor.ctx).await?;
    let head = PageHead { title: "被拒次数".to_owned(), ..PageHead::default() };
    let content = html! {
        section.card {
        (parts(DENIALS))
        p.quiet.pad { "近30天。同一人一天内被拒达到" (app::commands::denials::MANY) "次时，审计管理员会收到通知；每人每天最多逐条记录50次被拒的操作，其余只计次数。" }
        @if list.is_empty() { (nothing_yet("近30天没有人被拒。")) } @else { (counted(&list)) }
        }
    };
    visitor.page(Place::Audit, &head, content).await
}

/// The parts of the audit pages, one of them shown.
pub(crate) fn parts(shown: &str) -> Markup {
    let tab = |label: &str, href: &str| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        current: href == shown,
        ..Tab::default()
    };
    tabs("审计", &[tab("日志", HOME), tab("被拒次数", DENIALS), tab("每日封存", SEALS)], html! {})
}

fn place(asked: &Asked, page: &AuditPage) -> Pager {
    Pager {
        shown: page.lines.len() as u64,
        unit: "条".to_owned(),
        previous: (!asked.before.is_empty()).then(|| asked.address(HOME, "")),
        next: page.next.as_deref().map(|key| asked.address(HOME, key)),
        ..Pager::default()
    }
}

fn filters(asked: &Asked) -> Markup {
    let words = |label: &str, name: &str, hint: &str, typed: &str| Filter {
        label: label.to_owned(),
        control: FilterControl::Words { name: name.to_owned(), hint: hint.to_owned(), typed: typed.to_owned() },
    };
    let choice = |group: &(&str, &str, &[&str])| FilterChoice { value: group.0.to_owned(), label: group.1.to_owned() };
    let bar = FilterBar {
        action: HOME.to_owned(),
        filters: vec![
            Filter {
                label: "种类".to_owned(),
                control: FilterControl::Choice {
                    name: "kind".to_owned(),
                    all: "全部".to_owned(),
                    choices: audit::GROUPS.iter().map(choice).collect(),
                    chosen: asked.kind.clone(),
                    searched: false,
                },
            },
            words("人员", "person", "姓名、拼音首字母", &asked.person),
            Filter {
                label: "日期".to_owned(),
                control: FilterControl::Days {
                    names: ("from".to_owned(), "until".to_owned()),
                    chosen: (asked.from.clone(), asked.until.clone()),
                },
            },
            words("地址", "address", "来自哪个地址", &asked.address),
        ],
        clear_href: (asked.address(HOME, "") != HOME).then(|| HOME.to_owned()),
        ..FilterBar::default()
    };
    filter_bar(&bar)
}

fn lines(list: &[ActLine]) -> Markup {
    let row = |line: &ActLine| {
        let (what, exactly) = said::said(line);
        let tone = match line.kind.as_str() {
            "refused" | "denials.many" | "sign_in.failed" => Light::Red,
            kind if kind.starts_with("export") || kind == "extract" || kind.starts_with("reveal") => Light::Amber,
            _ => Light::Grey,
        };
        Row {
            key: line.seq.to_string(),
            cells: vec![
                Cell::text(&line.at),
                Cell::text(&line.actor),
                Cell::shown(light(tone, &what)),
                Cell::text(&exactly),
                Cell::text(&line.address),
                Cell::text(&line.seq.to_string()),
            ],
            ..Row::default()
        }
    };
    table(&Table {
        caption: "审计日志".to_owned(),
        columns: vec![
            Column::new("时间", ColumnKind::Day),
            Column::new("人员", ColumnKind::Chip),
            Column::new("种类", ColumnKind::Chip),
            Column::new("内容", ColumnKind::Text),
            Column::new("地址", ColumnKind::Chip),
            Column::new("序号", ColumnKind::Number),
        ],
        rows: list.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn counted(list: &[DenialLine]) -> Markup {
    let row = |line: &DenialLine| {
        let told = if line.told {
            light(Light::Red, "已通知")
        } else {
            html! {}
        };
        let day = day_cell(line.on);
        let pairs = [("person", line.person.as_str()), ("from", &day), ("until", &day)];
        Row {
            key: format!("{day}{}", line.person_id),
            cells: vec![
                Cell::text(&day),
                Cell::link(&line.person, &urls::with(HOME, &pairs)),
                Cell::text(&line.refused.to_string()),
                Cell::text(&line.unseen.to_string()),
                Cell::shown(told),
            ],
            ..Row::default()
        }
    };
    table(&Table {
        caption: "被拒次数".to_owned(),
        columns: vec![
            Column::new("日期", ColumnKind::Day),
            Column::new("人员", ColumnKind::Text),
            Column::new("没有权限", ColumnKind::Number),
            Column::new("看不到或不存在", ColumnKind::Number),
            Column::new("通知", ColumnKind::Chip),
        ],
        rows: list.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}
