//! The list of people: by pinyin, narrowed by unit, by what they are, by name, pinyin or staff number; and as a workbook.
//!
//! Never what the asker reads masked, unless they give a reason that is kept; never such a number in an address.

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use kernel::authority::fields::{self, Access};
use kernel::catalog::{Field, Mechanism};
use kernel::ids::{FieldId, PersonId, RecordId, UnitId};
use kernel::refusal::{Refusal, Spot};
use kernel::value::Value;
use store::Conn;
use store::people::{PeopleQuery, PersonRow};

use super::{kept, narrowed, roles_in_words};
use crate::commands::batches::act;
use crate::commands::intake::aside;
use crate::commands::looks;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::{Download, XLSX};
use crate::queries::forms::{self, Choice};
use crate::records;
use crate::words::moment;

/// People a page.
const PAGE: u32 = 50;
/// The most people in one workbook.
const MOST: usize = 20_000;

/// What is asked of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleAsk {
    /// Inside this unit's subtree.
    pub unit: Option<UnitId>,
    /// Who is this today: an item of the list.
    pub role: String,
    /// A part of the name, the beginning of the pinyin, or a staff number in full.
    pub words: String,
    /// Also those who left.
    pub with_left: bool,
    /// After this one: the pinyin and the id, with a blank between.
    pub after: String,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their unit.
    pub unit: String,
    /// What they are called there.
    pub post: String,
    /// What they are today.
    pub roles: String,
    /// Their number, as the asker reads it.
    pub number: String,
    /// Is there a file?
    pub has_file: bool,
}

/// The list.
#[derive(Clone, Debug)]
pub struct PeoplePage {
    /// The id of the mechanism of files.
    pub mechanism: String,
    /// Its name.
    pub name: String,
    /// The people.
    pub lines: Vec<PersonLine>,
    /// What is sent for the next page.
    pub next: Option<String>,
    /// The units that may be chosen.
    pub units: Vec<Choice>,
    /// What people may be.
    pub roles: Vec<Choice>,
    /// May the asker make files and take them in?
    pub may_keep: bool,
    /// May the asker take the list away?
    pub may_export: bool,
    /// What the number is called.
    pub number_name: String,
}

/// A page of the list.
pub async fn people(ctx: &Ctx, ask: &PeopleAsk) -> Result<PeoplePage, Error> {
    let (mechanism, reach) = kept(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    let mut rows = page(ctx, &mut conn, ask, PAGE + 1).await?;
    let next = (rows.len() > PAGE as usize).then(|| {
        rows.truncate(PAGE as usize);
        rows.last().map(|row| format!("{} {}", row.pinyin, row.id))
    });
    let lines = lines(ctx, &mut conn, &mechanism, rows, false).await?;
    let unit = |unit: &crate::tree::Unit| Choice {
        id: unit.id.to_string(),
        name: unit.name.clone(),
        pinyin: unit.pinyin.clone(),
        group: None,
    };
    Ok(PeoplePage {
        mechanism: mechanism.id.to_string(),
        name: mechanism.name.clone(),
        lines,
        next: next.flatten(),
        units: ctx.tree.within(&reach).map(unit).collect(),
        roles: roles(ctx, &mechanism),
        may_keep: ctx.actor.holds_any(&mechanism.id, &mechanism.start().who),
        may_export: ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export),
        number_name: number_name(&mechanism).to_owned(),
    })
}

/// What people may be.
fn roles(ctx: &Ctx, mechanism: &Mechanism) -> Vec<Choice> {
    let child = mechanism.people().and_then(|roster| mechanism.child(roster.roles.as_ref()?.as_str()));
    let kind = child.and_then(|child| child.fields.iter().find(|field| field.id == *"kind"));
    match kind.map(|field| &field.of) {
        Some(kernel::catalog::FieldType::Choice { list }) => forms::choices(ctx, list.as_str()),
        _ => Vec::new(),
    }
}

async fn page(ctx: &Ctx, conn: &mut Conn, ask: &PeopleAsk, limit: u32) -> Result<Vec<PersonRow>, Error> {
    let (mechanism, reach) = kept(ctx)?;
    let words = ask.words.trim();
    let after = ask.after.split_once(' ').and_then(|(pinyin, id)| Some((pinyin, id.parse().ok()?)));
    // What is masked is not searched from an address: it would stand in every log on the way.
    let open = |field: &&Field| field.unique && !field.protection.limits_reading();
    let keys: Vec<FieldId> = mechanism.fields.iter().filter(open).map(|field| field.id.clone()).collect();
    let query = PeopleQuery {
        units: narrowed(ctx, &reach, ask.unit)?,
        named: Some(words),
        keys,
        role: Some((ask.role.as_str(), ctx.today)).filter(|(role, _)| !role.is_empty()),
        with_left: ask.with_left,
        after,
        limit,
    };
    Ok(store::people::list(conn, &query).await?)
}

async fn lines(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    rows: Vec<PersonRow>,
    in_full: bool,
) -> Result<Vec<PersonLine>, Error> {
    let ids: Vec<PersonId> = rows.iter().map(|row| row.id).collect();
    let files: Vec<RecordId> = ids.iter().map(|id| RecordId(id.0)).collect();
    let roles = store::rosters::roles_of(conn, &ids).await?;
    let files = records::by_ids(ctx, conn, &files).await?;
    let identity = mechanism.people().and_then(|roster| mechanism.field(roster.identity.as_ref()?.as_str()));
    let line = |row: PersonRow| {
        let file = files.iter().find(|found| found.record.id == RecordId(row.id.0));
        let number = file.zip(identity).and_then(|(found, field)| number(ctx, found, field, in_full));
        PersonLine {
            id: row.id,
            unit: row.unit.map(|unit| ctx.names().unit(unit)).unwrap_or_default(),
            post: row.post_name.unwrap_or_default(),
            roles: roles_in_words(ctx, mechanism, &roles, row.id),
            number: number.unwrap_or_default(),
            has_file: file.is_some(),
            name: row.name,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// A number as the asker reads it; in full where they gave a reason and the mask is all that keeps it from them.
fn number(ctx: &Ctx, found: &records::Found, field: &Field, in_full: bool) -> Option<String> {
    let value = found.record.facts.find(field.id.as_str())?;
    match (fields::access(&found.mechanism, field, found.asker(ctx)), field.protection.mask, value) {
        (Access::Hidden, ..) => None,
        (Access::Masked, Some(mask), value) if !in_full => Some(fields::masked(mask, value)),
        (_, _, Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The person whose file holds a number, if the asker sees them. The number is sent by a form and never kept.
pub async fn with_number(ctx: &Ctx, typed: &str) -> Result<Option<PersonId>, Error> {
    let (mechanism, _) = kept(ctx)?;
    let roster = mechanism.people().cloned().unwrap_or_default();
    let field = roster.identity.as_ref().and_then(|id| mechanism.field(id.as_str())).ok_or(Error::NotFound)?;
    let fault =
        |code: &'static str| Refusal::new(code).with("field", &field.name).at(Spot::Field(FieldId::from("number")));
    let form = field.form.ok_or(Error::NotFound)?;
    let number = form.read(typed).map_err(|wrong| fault(kernel::facts::wrong_number(wrong)))?;
    let mut conn = ctx.office.db.read().await?;
    let held = store::rosters::keys_held(&mut conn, &mechanism.id, &field.id, &[number]).await?;
    let ids: Vec<RecordId> = held.into_iter().map(|(_, record)| record).collect();
    let found = records::visible_of(ctx, &mut conn, &ids).await?;
    Ok(found.first().map(|found| PersonId(found.record.id.0)))
}

/// The longest reason, in characters.
const LONGEST: usize = 200;

/// What the list shows, as a workbook. Numbers stay masked unless a reason is given, which is kept with who and when;
/// an act says who took how many, and by which filter.
pub async fn export(ctx: &Ctx, ask: &PeopleAsk, reason: Option<&str>) -> Result<Download, Error> {
    let (mechanism, _) = kept(ctx)?;
    if !ctx.actor.holds_any(&mechanism.id, &mechanism.rights.export) {
        return Err(Error::NotFound);
    }
    let reason: Option<String> = reason.map(|text| text.chars().filter(|sign| !sign.is_control()).collect());
    let reason = reason.as_deref().map(str::trim);
    if reason.is_some_and(|text| text.is_empty() || text.chars().count() > LONGEST) {
        let refusal = Refusal::new("reveal.reason").with("field", number_name(&mechanism));
        return Err(refusal.at(Spot::Reason).into());
    }
    let mut conn = ctx.office.db.snapshot().await?;
    let (mut ask, mut all) = (PeopleAsk { after: String::new(), ..ask.clone() }, Vec::new());
    loop {
        let rows = page(ctx, &mut conn, &ask, 500).await?;
        let Some(last) = rows.last() else { break };
        ask.after = format!("{} {}", last.pinyin, last.id);
        all.append(&mut lines(ctx, &mut conn, &mechanism, rows, reason.is_some()).await?);
        if all.len() >= MOST {
            all.truncate(MOST);
            break;
        }
    }
    drop(conn);
    // Kept before anything is handed out.
    keep_export(ctx, &mechanism, &ask, &all, reason).await?;
    let stamp = format!("{}{}导出", ctx.actor.name(), moment(ctx.now));
    let notes = vec![
        format!("“{}”名册，{} 由{}导出，共{}人。", mechanism.name, moment(ctx.now), ctx.actor.name(), all.len()),
        match reason {
            Some(reason) => format!("{}为全文，导出理由：{reason}。请妥善保管，用后销毁。", number_name(&mechanism)),
            None => format!("{}已遮盖。", number_name(&mechanism)),
        },
        "只含导出人管辖范围内的人员。".to_owned(),
    ];
    let titles = ["姓名", "所在单位", "现任职务", "人员身份", number_name(&mechanism)].map(str::to_owned);
    let name = mechanism.name.clone();
    let bytes = aside("write a workbook", move || write(name, stamp, titles, all, &notes)).await?;
    let bytes = bytes.map_err(|fault| Error::broken("write a workbook", fault))?;
    Ok(Download { name: format!("人员名册{}.xlsx", ctx.today), media: XLSX.to_owned(), bytes })
}

async fn keep_export(
    ctx: &Ctx,
    mechanism: &Mechanism,
    ask: &PeopleAsk,
    all: &[PersonLine],
    reason: Option<&str>,
) -> Result<(), Error> {
    let mut tx = ctx.office.db.begin().await?;
    let filter = serde_json::json!({
        "unit": ask.unit.map(|unit| unit.to_string()), "role": ask.role, "left": ask.with_left,
        "narrowed_by_words": !ask.words.trim().is_empty(),
    });
    let mut detail = serde_json::json!({ "mechanism": mechanism.id.as_str(), "count": all.len(), "filter": filter });
    if let (Some(reason), Some(detail)) = (reason, detail.as_object_mut()) {
        detail.insert("in_full".to_owned(), number_name(mechanism).into());
        detail.insert("reason".to_owned(), reason.into());
    }
    act(ctx, &mut tx, "export", detail).await?;
    tx.commit().await?;
    let people: Vec<PersonId> = all.iter().map(|line| line.id).collect();
    if reason.is_some() {
        looks::looked(ctx, &people, looks::REVEAL, reason).await?;
    }
    looks::looked(ctx, &people, looks::EXPORT, None).await
}

fn number_name(mechanism: &Mechanism) -> &str {
    let field = mechanism.people().and_then(|roster| mechanism.field(roster.identity.as_ref()?.as_str()));
    field.map_or("证件号码", |field| field.name.as_str())
}

fn write(
    name: String,
    stamp: String,
    titles: [String; 5],
    lines: Vec<PersonLine>,
    notes: &[String],
) -> Result<Vec<u8>, workbook_out::WriteFault> {
    let column = |title: String| Column { title, width: None, kind: ColumnKind::Text };
    let text = |text: String| if text.is_empty() { OutCell::Empty } else { OutCell::Text(text) };
    let row = |it: PersonLine| [it.name, it.unit, it.post, it.roles, it.number].into_iter().map(text).collect();
    let columns = titles.into_iter().map(column).collect();
    workbook_out::write(Sheet { name, columns, rows: lines.into_iter().map(row), stamp }, notes)
}
