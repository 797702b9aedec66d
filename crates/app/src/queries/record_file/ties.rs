//! With which other records does a record belong together? Those that it opened or was opened by, its round, and those
//! that name it in a field: every chain can be walked both ways.
//!
//! Never one that the reader does not see, and never by a field that is hidden from them.

use std::collections::{BTreeMap, BTreeSet};

use kernel::catalog::FieldType;
use kernel::ids::{FieldId, RecordId};
use store::Conn;

use crate::commands::relating::{self, RELATED};
use crate::commands::rounds::ENTRY;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::queries::forms::Choice;
use crate::queries::register;
use crate::records::{self, Found};
use crate::words;

/// The most that name a record in one field and are listed: the open ones first.
const MOST: usize = 30;

/// A record tied to this one.
#[derive(Clone, Debug, PartialEq)]
pub struct TieLine {
    /// The record.
    pub id: RecordId,
    /// How they are tied.
    pub words: String,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: Option<String>,
    /// Its state.
    pub state: String,
    /// Its light.
    pub light: Option<Light>,
    /// Did somebody tie them by hand?
    pub is_related: bool,
}

/// All that belong together with a record, each once.
pub(super) async fn ties(ctx: &Ctx, conn: &mut Conn, found: &Found) -> Result<Vec<TieLine>, Error> {
    let id = found.record.id;
    let mut ways: Vec<(RecordId, bool, String)> = Vec::new();
    let rows = store::ties::of_record(conn, id).await?;
    let standing = relating::standing(id, &rows);
    for tie in &rows {
        let is_entry = tie.role == ENTRY;
        let words = match tie.other == id {
            // Entries stand on the board of their round.
            true if is_entry => continue,
            _ if tie.role == RELATED && !standing.contains(&tie) => continue,
            _ if tie.role == RELATED => "相关",
            true => "由它开立",
            false if is_entry => "申报到",
            false => "由此开立",
        };
        let other = if tie.other == id { tie.record } else { tie.other };
        ways.push((other, tie.role == RELATED, format!("{words}，{}", tie.opened_on)));
    }
    let ids: Vec<RecordId> = ways.iter().map(|it| it.0).collect();
    let seen = records::listed_of(ctx, conn, &ids).await?;
    let mut seen: BTreeMap<RecordId, Found> = seen.into_iter().map(|it| (it.record.id, it)).collect();
    let mut lines = Vec::new();
    for (other, is_related, words) in ways {
        lines.extend(seen.remove(&other).map(|it| TieLine { is_related, ..line(ctx, found, (&it, &words)) }));
    }
    let mut known: BTreeSet<RecordId> = ids.into_iter().collect();
    for (field, it) in naming(ctx, conn, found).await? {
        if known.insert(it.record.id) {
            let name = it.mechanism.field(field.as_str()).map_or("", |it| &it.name);
            lines.push(line(ctx, found, (&it, &format!("它的“{name}”"))));
        }
    }
    Ok(lines)
}

/// The records that name this one in a field of their own.
async fn naming(ctx: &Ctx, conn: &mut Conn, found: &Found) -> Result<Vec<(FieldId, Found)>, Error> {
    let mut all = Vec::new();
    for mechanism in ctx.catalog().mechanisms.values() {
        let is_own = |of: &FieldType| matches!(of, FieldType::Record { of } if *of == found.mechanism.id);
        for field in mechanism.fields.iter().filter(|it| is_own(&it.of)) {
            if mechanism.entry.as_ref().is_some_and(|it| it.round == field.id) {
                continue;
            }
            let rows = store::records::named_by(conn, (&mechanism.id, &field.id), found.record.id, MOST).await?;
            let rows = records::seen(ctx, conn, rows).await?;
            let seen = records::as_listed(ctx, conn, rows).await?.into_iter().map(|it| it.read_by(ctx));
            all.extend(seen.filter(|it| !it.hidden.contains(&field.id)).map(|it| (field.id.clone(), it)));
        }
    }
    Ok(all)
}

fn line(ctx: &Ctx, own: &Found, (it, words): (&Found, &str)) -> TieLine {
    // Many that one opened are told apart by whose they are.
    let unit = if it.record.unit == own.record.unit { String::new() } else { ctx.names().unit(it.record.unit) };
    TieLine {
        id: it.record.id,
        words: format!("{unit}{}{}（{words}）", if unit.is_empty() { "" } else { " · " }, it.mechanism.name),
        title: it.record.title.clone(),
        number: it.record.number.clone(),
        state: words::state_name(&it.mechanism, it.record.state.as_str()),
        light: register::light(ctx, it),
        is_related: false,
    }
}

/// Those of them that somebody tied by hand, to choose from.
pub(super) fn related(lines: &[TieLine]) -> Vec<Choice> {
    let choice = |it: &TieLine| {
        let number = it.number.iter().map(|number| format!("{number} "));
        let name = number.chain([it.title.clone()]).collect();
        Choice { id: it.id.to_string(), name, pinyin: String::new(), group: None }
    };
    lines.iter().filter(|it| it.is_related).map(choice).collect()
}
