//! What was done that is no record's step? Sign-ins, refused acts, exports, reveals, grants, settings: for the audit
//! administrator, who reads this and nothing else.
//!
//! Never removes or changes an act: there is no function that could.

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use jiff::civil::Date;
use kernel::catalog::Administers;
use kernel::ids::PersonId;
use kernel::refusal::Refusal;
use store::acts::{ActAsk, ActRow};

use crate::commands::batches::act;
use crate::commands::intake::aside;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::{Download, XLSX};
use crate::queries::frame::administers;
use crate::words::moment;

/// Acts on a page.
pub const PAGE: u32 = 100;
/// The most acts in one workbook.
pub const MOST: usize = 50_000;
/// The hours between UTC and the office.
const OFFICE_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// Groups of kinds: id, name, and how the kinds in it begin.
pub const GROUPS: [(&str, &str, &[&str]); 7] = [
    ("sign_in", "登录", &["sign_in", "sign_out", "session", "password", "second_factor", "token"]),
    ("refused", "被拒的操作", &["refused", "denials"]),
    ("taken_out", "导出和查看", &["export", "extract", "reveal", "look", "audit", "explain", "correction"]),
    ("grants", "授权和账号", &["grant", "account", "stand_in", "hand_over"]),
    (
        "settings",
        "设置、单位和人员",
        &[
            "setting", "calendar", "set_up", "definition", "unit", "reorganis", "tree", "person", "people", "post",
            "holding", "seal",
        ],
    ),
    ("figures", "数字的目标和报送", &["figure", "target"]),
    ("batches", "批量办理、导入和文件", &["batch", "undo", "retention", "file", "paper"]),
];

/// What somebody wants to see, as it stands in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditAsk {
    /// A group's id; empty for all.
    pub group: String,
    /// A part of a name or the beginning of its pinyin initials.
    pub person: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// An address.
    pub address: String,
    /// The key of the page before.
    pub before: String,
}

/// An act as a line.
#[derive(Clone, Debug)]
pub struct ActLine {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: String,
    /// Its kind.
    pub kind: String,
    /// Who, by the name they had.
    pub actor: String,
    /// From which address.
    pub address: String,
    /// What exactly.
    pub detail: serde_json::Value,
}

/// A page of acts.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// The acts, newest first.
    pub lines: Vec<ActLine>,
    /// The key of the next page.
    pub next: Option<String>,
}

/// Acts, newest first.
pub async fn acts(ctx: &Ctx, ask: &AuditAsk) -> Result<AuditPage, Error> {
    if !administers(ctx, Administers::Audit) {
        return Err(Error::NotFound);
    }
    let asked = question(ctx, ask)?;
    let mut conn = ctx.office.db.read().await?;
    let mut rows = store::acts::page(&mut conn, &asked, PAGE + 1).await?;
    let next = (rows.len() > PAGE as usize).then(|| {
        rows.truncate(PAGE as usize);
        rows.last().map(|row| row.seq.to_string()).unwrap_or_default()
    });
    Ok(AuditPage { lines: rows.into_iter().map(line).collect(), next })
}

fn line(row: ActRow) -> ActLine {
    ActLine {
        seq: row.seq,
        at: moment(row.at),
        actor: if row.actor.is_none() && row.address.is_some() { "（未登录）".to_owned() } else { row.actor_name },
        kind: row.kind,
        address: row.address.unwrap_or_default(),
        detail: serde_json::from_str(&row.detail).unwrap_or_default(),
    }
}

fn question(ctx: &Ctx, ask: &AuditAsk) -> Result<ActAsk, Error> {
    let bad = |name: &str| Refusal::new("filter.bad").with("name", name);
    let day = |text: &str| -> Result<Option<Date>, Error> {
        if text.is_empty() { Ok(None) } else { Ok(Some(text.parse().map_err(|_| bad("日期"))?)) }
    };
    let group = GROUPS.iter().find(|group| group.0 == ask.group);
    if group.is_none() && !ask.group.is_empty() {
        return Err(bad("种类").into());
    }
    let begins_at = |day: Date| {
        let days = day.since(Date::constant(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()));
        days * DAY_MS - OFFICE_MS
    };
    let before = match ask.before.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| bad("翻页"))?),
    };
    let address: String = ask.address.trim().chars().take(60).collect();
    Ok(ActAsk {
        kinds: group.map(|group| group.2.iter().map(|kind| (*kind).to_owned()).collect()).unwrap_or_default(),
        actors: ctx.tree.named_people(&ask.person),
        from_at: day(&ask.from)?.map(begins_at),
        until_at: day(&ask.until)?.map(|day| begins_at(day.saturating_add(jiff::Span::new().days(1)))),
        address: Some(address).filter(|address| !address.is_empty()),
        before,
    })
}

/// Acts as a workbook; taking them away is an act too. `said` puts an act into words: what it is, and what exactly.
pub async fn workbook(ctx: &Ctx, ask: &AuditAsk, said: fn(&ActLine) -> (String, String)) -> Result<Download, Error> {
    if !administers(ctx, Administers::Audit) {
        return Err(Error::NotFound);
    }
    let mut asked = question(ctx, &AuditAsk { before: String::new(), ..ask.clone() })?;
    let mut rows: Vec<Vec<OutCell>> = Vec::new();
    let mut conn = ctx.office.db.snapshot().await?;
    loop {
        let page = store::acts::page(&mut conn, &asked, 1000).await?;
        let Some(last) = page.last() else { break };
        asked.before = Some(last.seq);
        rows.extend(page.into_iter().map(line).map(|line| cells(&line, said)));
        if rows.len() >= MOST {
            rows.truncate(MOST);
            break;
        }
    }
    drop(conn);
    let count = rows.len();
    let notes = vec![
        format!("审计日志，{} 由{}导出，共{count}条。", moment(ctx.now), ctx.actor.name()),
        format!("一次最多导出{MOST}条，超过的部分请缩小日期范围后另行导出。"),
    ];
    let columns = ["序号", "时间", "人员", "种类", "内容", "地址"];
    let columns = columns
        .map(|title| Column { title: title.to_owned(), width: None, kind: ColumnKind::Text })
        .into_iter()
        .collect();
    let stamp = format!("{}{}导出", ctx.actor.name(), moment(ctx.now));
    let sheet = Sheet { name: "审计日志".to_owned(), columns, rows, stamp };
    let bytes = aside("write a workbook", move || workbook_out::write(sheet, &notes)).await?;
    let bytes = bytes.map_err(|fault| Error::broken("write a workbook", fault))?;
    let detail = serde_json::json!({
        "count": count, "group": ask.group, "person": ask.person, "from": ask.from, "until": ask.until,
    });
    let mut tx = ctx.office.db.begin().await?;
    act(ctx, &mut tx, "audit.exported", detail).await?;
    tx.commit().await?;
    Ok(Download { name: format!("审计日志{}.xlsx", ctx.today), media: XLSX.to_owned(), bytes })
}

fn cells(line: &ActLine, said: fn(&ActLine) -> (String, String)) -> Vec<OutCell> {
    let (what, exactly) = said(line);
    let text = |text: &str| if text.is_empty() { OutCell::Empty } else { OutCell::Text(text.to_owned()) };
    vec![
        text(&line.seq.to_string()),
        text(&line.at),
        text(&line.actor),
        text(&what),
        text(&exactly),
        text(&line.address),
    ]
}

/// A person's denials on a day.
#[derive(Clone, Debug)]
pub struct DenialLine {
    /// The day.
    pub on: Date,
    /// Who.
    pub person: String,
    /// Their id, for the link to their acts.
    pub person_id: PersonId,
    /// Refused for want of a right.
    pub refused: i64,
    /// Not there for them.
    pub unseen: i64,
    /// Were the audit administrators told?
    pub told: bool,
}

/// The denials of the last thirty days.
pub async fn denials(ctx: &Ctx) -> Result<Vec<DenialLine>, Error> {
    if !administers(ctx, Administers::Audit) {
        return Err(Error::NotFound);
    }
    crate::commands::denials::write_down(ctx).await?;
    let mut conn = ctx.office.db.read().await?;
    let from = ctx.today.saturating_sub(jiff::Span::new().days(30));
    let rows = store::denials::of_days(&mut conn, from, ctx.today, 200).await?;
    let line = |row: store::denials::DenialRow| DenialLine {
        on: row.on,
        person: ctx.names().person(row.person),
        person_id: row.person,
        refused: row.refused,
        unseen: row.unseen,
        told: row.told_at.is_some(),
    };
    Ok(rows.into_iter().map(line).collect())
}
