//! Who may be one human with two files? Pairs beside each other, and the files that were put together.
//!
//! Never decides: a person says whether they are one.

use kernel::ids::{PersonId, RecordId};
use store::merges::{Likeness, MergeRow};
use uuid::Uuid;

use super::{kept, narrowed, roles_in_words};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records::{self, Found};
use crate::words::moment;
use kernel::catalog::Mechanism;

/// The most pairs of a likeness that are shown.
const MOST: u32 = 50;

/// One of two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine {
    /// Whose.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What the file says that helps to tell: label and words.
    pub facts: Vec<(String, String)>,
    /// Is there a file? Without one nothing can be put together.
    pub has_file: bool,
}

/// Two who look alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Why.
    pub likeness: Likeness,
    /// The one.
    pub one: FileLine,
    /// The other.
    pub other: FileLine,
}

/// A merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeLine {
    /// Its id.
    pub id: Uuid,
    /// The file that stayed.
    pub kept: (PersonId, String),
    /// The file that went: whose it was.
    pub gone: PersonId,
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When and by whom it was undone.
    pub undone: Option<String>,
}

/// Pairs and merges.
#[derive(Clone, Debug)]
pub struct DuplicatesPage {
    /// Those who look alike.
    pub pairs: Vec<Alike>,
    /// Merges, newest first.
    pub merges: Vec<MergeLine>,
}

/// Those who look alike inside the asker's subtrees.
pub async fn duplicates(ctx: &Ctx) -> Result<DuplicatesPage, Error> {
    let (mechanism, reach) = kept(ctx)?;
    let mut conn = ctx.office.db.read().await?;
    let units = narrowed(ctx, &reach, None)?;
    let mut pairs = store::merges::alike(&mut conn, &units, MOST).await?;
    pairs.sort_by_key(|(one, other, likeness)| (*likeness, *one, *other));
    let mut ids: Vec<PersonId> = pairs.iter().flat_map(|(one, other, _)| [*one, *other]).collect();
    ids.sort();
    ids.dedup();
    let files: Vec<RecordId> = ids.iter().map(|id| RecordId(id.0)).collect();
    let roles = store::rosters::roles_of(&mut conn, &ids).await?;
    let found = records::visible_of(ctx, &mut conn, &files).await?;
    let found: Vec<Found> = found.into_iter().map(|found| found.read_by(ctx)).collect();
    let line = |id: PersonId| {
        let file = found.iter().find(|it| it.record.id == RecordId(id.0));
        let mut facts = file.map(|it| telling(ctx, &mechanism, it)).unwrap_or_default();
        let words = roles_in_words(ctx, &mechanism, &roles, id);
        if !words.is_empty() {
            facts.push(("身份".to_owned(), words));
        }
        let known = ctx.tree.person(id);
        let unit = known.and_then(|it| it.unit).map(|unit| ctx.names().unit(unit)).unwrap_or_default();
        let post = known.and_then(|it| it.post_name.clone()).unwrap_or_default();
        facts.insert(0, ("单位和职务".to_owned(), format!("{unit} {post}").trim().to_owned()));
        FileLine { id, name: ctx.names().person(id), facts, has_file: file.is_some() }
    };
    let pairs = pairs.into_iter().map(|(one, other, likeness)| Alike { likeness, one: line(one), other: line(other) });
    let pairs = pairs.collect();
    let merges = store::merges::latest(&mut conn, 200).await?;
    let mine = |row: &&MergeRow| {
        let unit = ctx.tree.person(row.kept).and_then(|it| it.unit).and_then(|unit| ctx.tree.unit(unit));
        unit.is_some_and(|unit| reach.iter().any(|over| over.holds(unit.over.first)))
    };
    let merges = merges.iter().filter(mine).map(|row| merge_line(ctx, row)).collect();
    Ok(DuplicatesPage { pairs, merges })
}

/// What helps to tell two people of a name apart, as the asker reads it.
fn telling(ctx: &Ctx, mechanism: &Mechanism, found: &Found) -> Vec<(String, String)> {
    let fields = mechanism.people().cloned().unwrap_or_default();
    let telling = [&fields.identity, &fields.birth, &fields.sex];
    let mut facts = Vec::new();
    for field in telling.into_iter().flatten().filter_map(|id| found.mechanism.field(id.as_str())) {
        facts.extend(found.words_of(ctx, field).map(|words| (field.name.clone(), words)));
    }
    facts.push(("建档".to_owned(), found.record.opened_on.to_string()));
    facts
}

pub(super) fn merge_line(ctx: &Ctx, row: &MergeRow) -> MergeLine {
    let undone = row.undone_at.map(|at| format!("{} 由{}撤销", moment(at), row.undone_by.as_deref().unwrap_or("")));
    MergeLine {
        id: row.id,
        kept: (row.kept, ctx.names().person(row.kept)),
        gone: row.gone,
        at: moment(row.at),
        by: row.by_name.clone(),
        reason: row.reason.clone(),
        undone,
    }
}
