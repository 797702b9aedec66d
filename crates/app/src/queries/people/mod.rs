//! Who is there, what are they, which posts do they hold, and who of them may be one? Pages about people.
//!
//! Never a person outside the subtrees inside which the asker sees every file, and nothing past its mask.

pub mod choosing;
mod duplicates;
mod line_up;
mod list;
mod person;

use std::sync::Arc;

use kernel::authority::Subtree;
use kernel::catalog::Mechanism;
use kernel::ids::{PersonId, StateId, UnitId};

use crate::commands::people::mechanism;
use crate::ctx::Ctx;
use crate::error::Error;

pub use store::merges::Likeness;

pub use duplicates::{Alike, DuplicatesPage, FileLine, MergeLine, duplicates};
pub use line_up::{Holder, LineUpPage, PostLine, line_up};
pub use list::{PeopleAsk, PeoplePage, PersonLine, export, people, with_number};
pub use person::{Lasting, OwnFile, PersonCards, PersonPage, cards, own_file, person};

/// The files of people and the subtrees inside which the asker sees every one of them; not there for anybody else.
pub(crate) fn kept(ctx: &Ctx) -> Result<(Arc<Mechanism>, Vec<Subtree>), Error> {
    let mechanism = mechanism(ctx).ok_or(Error::NotFound)?;
    let states: Vec<StateId> = mechanism.states.iter().map(|state| state.id.clone()).collect();
    let reach = ctx.sight(&mechanism).subtrees_in(&states);
    if reach.is_empty() { Err(Error::NotFound) } else { Ok((mechanism, reach)) }
}

/// The part of a reach that lies in a unit's subtree; all of it without a unit.
pub(crate) fn narrowed(ctx: &Ctx, reach: &[Subtree], unit: Option<UnitId>) -> Result<Vec<(i64, i64)>, Error> {
    let Some(unit) = unit else { return Ok(reach.iter().map(|over| (over.first, over.last)).collect()) };
    let over = ctx.tree.unit(unit).ok_or(Error::NotFound)?.over;
    let both = reach.iter().map(|it| (it.first.max(over.first), it.last.min(over.last)));
    let both: Vec<(i64, i64)> = both.filter(|(first, last)| first <= last).collect();
    if both.is_empty() { Err(Error::NotFound) } else { Ok(both) }
}

/// The name of an item of a list, for the column of a child table.
pub(crate) fn item(ctx: &Ctx, mechanism: &Mechanism, child: Option<&str>, column: &str, id: &str) -> String {
    let field = child.and_then(|id| mechanism.child(id)).and_then(|it| it.fields.iter().find(|it| it.id == *column));
    match field.map(|it| &it.of) {
        Some(kernel::catalog::FieldType::Choice { list }) => {
            let name = ctx.vocabulary().list(list.as_str()).and_then(|list| list.name_of(id));
            name.unwrap_or(id).to_owned()
        }
        _ => id.to_owned(),
    }
}

/// What somebody is on a day, in words, each once.
pub(crate) fn roles_in_words(
    ctx: &Ctx,
    mechanism: &Mechanism,
    roles: &[store::rosters::RoleRow],
    person: PersonId,
) -> String {
    let child = mechanism.people().and_then(|roster| roster.roles.as_ref()).map(|id| id.as_str());
    let lasts = |it: &&store::rosters::RoleRow| {
        it.person == person && it.from_on <= ctx.today && it.until_on.is_none_or(|until| until >= ctx.today)
    };
    let mut words: Vec<String> =
        roles.iter().filter(lasts).map(|it| item(ctx, mechanism, child, "kind", &it.kind)).collect();
    words.dedup();
    words.join("、")
}
