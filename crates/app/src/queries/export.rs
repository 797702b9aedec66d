//! What is shown, as a workbook: the register's columns and all its fields, every page of what the filter finds.
//!
//! Pages are walked by key and written as they come, so that a long list takes little memory.
//! Never a record outside the reader's reach, and never without an act in the journal.

use std::collections::BTreeSet;

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet, WriteFault};
use jiff::civil::{Date, DateTime, Time};
use kernel::catalog::{self, FieldType, Mechanism};
use kernel::ids::PersonId;
use kernel::value::Value;
use store::Conn;
use tokio::sync::mpsc;

use crate::commands::batches::act;
use crate::commands::intake::aside;
use crate::commands::looks;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::{Download, XLSX};
use crate::queries::register::{self, RegisterAsk, Scope};
use crate::records::Found;
use crate::words::moment;

/// The most records in one workbook.
pub const MOST: usize = 100_000;
/// Records that are asked for at once.
const PAGE: usize = 500;

/// Rows of a workbook on their way to it.
type Rows = Vec<Vec<OutCell>>;

/// What the filter shows, as a workbook.
// enforces: rights.export
pub async fn workbook(ctx: &Ctx, mechanism: &str, ask: RegisterAsk) -> Result<Download, Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let scope = scope(ctx, &mechanism, &ask)?;
    let shown = Shown::of(ctx, &mechanism);
    let (sender, receiver) = mpsc::channel::<Rows>(4);
    let (name, columns, notes) = (mechanism.name.clone(), shown.columns(), notes(ctx, &mechanism, &ask));
    let stamp = format!("{}{}导出", ctx.actor.name(), moment(ctx.now));
    let writing = tokio::spawn(aside("write a workbook", move || write(name, stamp, columns, receiver, &notes)));
    let mut conn = ctx.office.db.snapshot().await?;
    let (count, people) = walk(ctx, &mut conn, &mechanism, &ask, &scope, &shown, sender).await?;
    drop(conn);
    let bytes = writing.await.map_err(|fault| Error::broken("write a workbook", fault))??;
    let bytes = bytes.map_err(|fault| Error::broken("write a workbook", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let filter = serde_json::to_value(&ask).map_err(|fault| Error::broken("write down what was exported", fault))?;
    let detail = serde_json::json!({ "mechanism": mechanism.id.as_str(), "count": count, "filter": filter });
    act(ctx, &mut tx, "export", detail).await?;
    tx.commit().await?;
    looks::looked(ctx, &people, looks::EXPORT, None).await?;
    Ok(Download { name: format!("{}{}.xlsx", mechanism.name, ctx.today), media: XLSX.to_owned(), bytes })
}

/// What this person may take away: what they see, inside the units over which they may export.
fn scope(ctx: &Ctx, mechanism: &Mechanism, ask: &RegisterAsk) -> Result<Scope, Error> {
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export) {
        return Err(Error::NotFound);
    }
    let seen = register::scope_of(ctx, mechanism, ask)?;
    Ok(Scope { sight: seen.sight.inside(&ctx.actor.reach(&mechanism.id, &mechanism.rights.export)), ..seen })
}

/// Sends page after page; gives how many records there were, and who was named in them.
async fn walk(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    ask: &RegisterAsk,
    scope: &Scope,
    shown: &Shown<'_>,
    sender: mpsc::Sender<Rows>,
) -> Result<(usize, Vec<PersonId>), Error> {
    let mut ask = RegisterAsk { after: String::new(), ..ask.clone() };
    let (mut count, mut people) = (0, BTreeSet::new());
    loop {
        let asked = register::query(ctx, mechanism, &ask, scope)?;
        let (found, next) = asked.page(ctx, conn, PAGE.min(MOST - count)).await?;
        count += found.len();
        people.extend(found.iter().flat_map(Found::people));
        let linked = register::linked(ctx, conn, mechanism, &found).await?;
        let rows = found.iter().map(|found| shown.row(ctx, found, &linked)).collect();
        // Whoever no longer listens has failed and says so.
        if sender.send(rows).await.is_err() || count >= MOST {
            return Ok((count, people.into_iter().collect()));
        }
        match next {
            Some(next) => ask.after = next,
            None => return Ok((count, people.into_iter().collect())),
        }
    }
}

fn write(
    name: String,
    stamp: String,
    columns: Vec<Column>,
    mut receiver: mpsc::Receiver<Rows>,
    notes: &[String],
) -> Result<Vec<u8>, WriteFault> {
    let rows = std::iter::from_fn(move || receiver.blocking_recv()).flatten();
    workbook_out::write(Sheet { name, columns, rows, stamp }, notes)
}

/// The sheet 说明: what this is, of when, and what was asked for.
fn notes(ctx: &Ctx, mechanism: &Mechanism, ask: &RegisterAsk) -> Vec<String> {
    let mut notes = vec![
        format!("“{}”台账，{} 由{}导出。", mechanism.name, moment(ctx.now), ctx.actor.name()),
        format!("只含导出人有权导出的范围；一次最多导出{MOST}件，超过的部分请缩小筛选范围后另行导出。"),
    ];
    let mut filters = Vec::new();
    filters.extend(ask.unit.map(|id| format!("单位：{}", ctx.names().unit(id))));
    let mut filter = |name: &str, value: &str| {
        if !value.is_empty() {
            filters.push(format!("{name}:{value}"));
        }
    };
    filter("页签", tab_name(mechanism, &ask.tab));
    filter("查找", ask.words.trim());
    filter("时限起", &ask.due_from);
    filter("时限止", &ask.due_until);
    for (id, value) in &ask.fields {
        let Some(field) = mechanism.field(id) else { continue };
        let json = serde_json::Value::from(value.as_str());
        let words = ctx.names().of_json(mechanism, id, &json);
        filter(&field.name, words.as_deref().unwrap_or(value));
    }
    if let Some(figure) = mechanism.figure(&ask.figure) {
        let period = crate::queries::figures::period(&ask.period).map_or_else(|_| ask.period.clone(), |it| it.words());
        filter("数字", &format!("{} {period}", figure.name));
    }
    notes.push(format!("筛选：{}", filters.join("；")));
    notes
}

fn tab_name<'a>(mechanism: &'a Mechanism, tab: &str) -> &'a str {
    match tab {
        "" | "open" => "未结",
        "late" => "逾期",
        "month" => "本月到期",
        "closed" => "已结",
        "all" => "全部",
        state => mechanism.state(state).map_or("", |state| state.name.as_str()),
    }
}

/// The columns: those of the register's list, and the fields that it leaves out.
struct Shown<'a> {
    mechanism: &'a Mechanism,
    columns: Vec<catalog::Column>,
}

impl<'a> Shown<'a> {
    fn of(ctx: &Ctx, mechanism: &'a Mechanism) -> Self {
        let mut columns = mechanism.list.columns.clone();
        for field in &mechanism.fields {
            let column = catalog::Column::Field(field.id.clone());
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        let is_there = |column: &catalog::Column| match column {
            catalog::Column::Field(id) => {
                mechanism.field(id.as_str()).is_none_or(|field| register::may_read_somewhere(ctx, mechanism, field))
            }
            _ => true,
        };
        columns.retain(is_there);
        Self { mechanism, columns }
    }

    fn columns(&self) -> Vec<Column> {
        let column = |title: &str, kind: ColumnKind| Column { title: title.to_owned(), width: None, kind };
        let columns = self.columns.iter().map(|it| match it {
            catalog::Column::Number => column("编号", ColumnKind::Text),
            catalog::Column::State => column("状态", ColumnKind::Text),
            catalog::Column::Light => column("时限", ColumnKind::Text),
            catalog::Column::Due => column("到期日", ColumnKind::Day),
            catalog::Column::Holder => column("现由", ColumnKind::Text),
            catalog::Column::Field(id) => match self.mechanism.field(id.as_str()) {
                Some(field) => column(&field.name, kind(&field.of)),
                None => column("", ColumnKind::Text),
            },
        });
        columns.collect()
    }

    fn row(&self, ctx: &Ctx, found: &Found, linked: &register::Linked) -> Vec<OutCell> {
        let (record, mechanism) = (&found.record, &found.mechanism);
        let state = || mechanism.state(record.state.as_str()).map_or_else(String::new, |state| state.name.clone());
        let cells = self.columns.iter().map(|column| match column {
            catalog::Column::Number => record.number.clone().map_or(OutCell::Empty, OutCell::Text),
            catalog::Column::State => OutCell::Text(state()),
            catalog::Column::Light => register::light(ctx, found).map_or(OutCell::Empty, |it| OutCell::Text(it.words)),
            catalog::Column::Due => record.due_on(mechanism).map_or(OutCell::Empty, OutCell::Day),
            catalog::Column::Holder => OutCell::Text(register::holder_words(ctx, found)),
            catalog::Column::Field(id) => match (found.masked.get(id), mechanism.field(id.as_str())) {
                (Some(masked), _) => OutCell::Text(masked.clone()),
                (None, Some(field)) => match register::value_of(ctx, found, id.as_str()) {
                    Some(Value::Record(other)) => {
                        linked.get(&other).map_or(OutCell::Empty, |words| OutCell::Text(words.clone()))
                    }
                    value => value.map_or(OutCell::Empty, |it| cell(ctx, &field.of, it)),
                },
                (None, None) => OutCell::Empty,
            },
        });
        cells.collect()
    }
}

/// What a column for the field holds.
pub(super) fn kind(of: &FieldType) -> ColumnKind {
    match of {
        FieldType::LongText { .. } => ColumnKind::LongText,
        FieldType::Whole { .. } => ColumnKind::Number(0),
        FieldType::Decimal { places, .. } => ColumnKind::Number(u8::try_from(*places).unwrap_or(6)),
        FieldType::Money => ColumnKind::Money,
        FieldType::Percent => ColumnKind::Percent,
        FieldType::Day => ColumnKind::Day,
        FieldType::Moment => ColumnKind::Moment,
        FieldType::YesNo => ColumnKind::YesNo,
        _ => ColumnKind::Text,
    }
}

/// A value as a cell of its own kind, so that a spreadsheet can reckon with it.
pub(super) fn cell(ctx: &Ctx, of: &FieldType, value: Value) -> OutCell {
    match value {
        Value::Whole(number) => OutCell::Number(number.into()),
        Value::Decimal(number) if matches!(of, FieldType::Percent) => OutCell::Percent(number),
        Value::Decimal(number) => OutCell::Number(number),
        Value::Money(fen) => OutCell::Money(fen),
        Value::Day(day) => OutCell::Day(day),
        Value::Moment(at) => OutCell::Moment(in_china(at)),
        Value::YesNo(yes) => OutCell::YesNo(yes),
        Value::Text(text) => OutCell::Text(text),
        other => OutCell::Text(ctx.names().plain(of, &other)),
    }
}

/// An instant in China's time, eight hours ahead of UTC, to the minute.
fn in_china(at_ms: i64) -> DateTime {
    let minutes = at_ms.div_euclid(60_000) + 8 * 60;
    let days = minutes.div_euclid(1440).clamp(-700_000, 2_900_000);
    let part = |minutes: i64| i8::try_from(minutes).expect("an hour of a day and a minute of an hour are small");
    let rest = minutes.rem_euclid(1440);
    let day = Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(days));
    day.to_datetime(Time::constant(part(rest / 60), part(rest % 60), 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_the_time_of_the_office() {
        assert_eq!(in_china(0).to_string(), "1970-01-01T08:00:00");
        assert_eq!(in_china(1_767_196_799_000).to_string(), "2025-12-31T23:59:00");
        assert_eq!(in_china(-9 * 3_600_000).to_string(), "1969-12-31T23:00:00");
    }
}
