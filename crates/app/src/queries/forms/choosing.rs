//! Whom and what may a form choose? The people of a step's reach, everybody who is here, the posts that may be given,
//! the records in the states that a field asks for.
//!
//! Never more than the command would take.

use std::collections::HashMap;

use kernel::catalog::{Child, Field, FieldType, Mechanism, Step};
use kernel::ids::{FieldId, MechanismId, RoleId, StateId};
use kernel::value::{Facts, Value};
use store::Conn;

use super::{Choice, Control, MOST_LISTED, StepForm};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::people::choosing::offered_by;
use crate::queries::register::{self, RegisterAsk};
use crate::tree::{Person, Post};

/// The people who may be chosen for a field of a step; whoever stands there already may stay.
pub(super) fn offered(ctx: &Ctx, mechanism: &Mechanism, step: &Step, known: Option<&Value>) -> Vec<Choice> {
    let mut people = offered_by(ctx, mechanism, step);
    let named = match known {
        Some(Value::Person(id)) => vec![*id],
        Some(Value::People(ids)) => ids.clone(),
        _ => Vec::new(),
    };
    for person in named.iter().filter_map(|id| ctx.tree.person(*id)) {
        if !people.iter().any(|it| it.id == person.id) {
            people.push(person);
        }
    }
    let mut choices: Vec<Choice> = people.into_iter().map(|person| person_choice(ctx, person)).collect();
    choices.sort_by(|a, b| (&a.group, &a.pinyin, &a.name).cmp(&(&b.group, &b.pinyin, &b.name)));
    choices
}

fn person_choice(ctx: &Ctx, person: &Person) -> Choice {
    Choice {
        id: person.id.to_string(),
        name: person.name.clone(),
        pinyin: person.pinyin.clone(),
        group: person.unit.map(|unit| ctx.names().unit(unit)),
    }
}

/// Lists, in forms, the records that a field may name, where it asks for states in which there are not very many. A
/// record that is written down stays written by its number if it is not among them.
pub(crate) async fn records(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &Mechanism,
    forms: &mut [StepForm],
) -> Result<(), Error> {
    let mut known: HashMap<FieldId, Option<Vec<Choice>>> = HashMap::new();
    for form_field in forms.iter_mut().flat_map(|form| &mut form.fields) {
        let field = mechanism.field(&form_field.id).filter(|it| !it.named_in.is_empty());
        let Some((field, FieldType::Record { of })) = field.map(|it| (it, &it.of)) else { continue };
        if !known.contains_key(&field.id) {
            known.insert(field.id.clone(), in_states(ctx, conn, of, &field.named_in).await?);
        }
        let Some(Some(choices)) = known.get(&field.id) else { continue };
        if form_field.typed.iter().all(|typed| typed.is_empty() || choices.iter().any(|it| it.id == *typed)) {
            form_field.control = Control::One(choices.clone());
            form_field.help.clone_from(&field.help);
        }
    }
    Ok(())
}

/// The records of a mechanism in some states that somebody sees; nothing if there are very many.
async fn in_states(
    ctx: &Ctx,
    conn: &mut Conn,
    mechanism: &MechanismId,
    states: &[StateId],
) -> Result<Option<Vec<Choice>>, Error> {
    let mechanism = ctx.mechanism(mechanism.as_str())?;
    let scope = register::scope(ctx, &mechanism, None)?;
    let mut all = Vec::new();
    for state in states {
        let ask = RegisterAsk { tab: state.to_string(), ..RegisterAsk::default() };
        let (found, more) = register::query(ctx, &mechanism, &ask, &scope)?.page(ctx, conn, MOST_LISTED).await?;
        if more.is_some() {
            return Ok(None);
        }
        all.extend(found.into_iter().map(|it| Choice {
            id: it.record.id.to_string(),
            name: register::called(&it.record),
            pinyin: crate::pinyin::initials(&it.record.title),
            group: None,
        }));
    }
    Ok((all.len() <= MOST_LISTED).then_some(all))
}

/// Everybody who is here: where whoever chooses may name anybody.
pub fn people(ctx: &Ctx) -> Vec<Choice> {
    let mut people: Vec<Choice> = ctx.tree.present().map(|person| person_choice(ctx, person)).collect();
    people.sort_by(|a, b| (&a.group, &a.pinyin, &a.name).cmp(&(&b.group, &b.pinyin, &b.name)));
    people
}

/// Are the records of a mechanism posts? They are chosen from a list.
pub(super) fn is_of_posts(ctx: &Ctx, mechanism: &MechanismId) -> bool {
    ctx.catalog().mechanisms.get(mechanism.as_str()).is_some_and(|it| it.is_of_posts())
}

/// The control of a column. What stands in a row already can stay, also if it lies out of reach.
pub(super) fn column(ctx: &Ctx, of: (&MechanismId, &[RoleId]), child: &Child, field: &Field, facts: &Facts) -> Control {
    let FieldType::Record { of: target } = &field.of else { return super::control(ctx, of, field, None, &[]) };
    if !is_of_posts(ctx, target) {
        return super::control(ctx, of, field, None, &[]);
    }
    let post = |post: &Post| Choice {
        id: post.id.to_string(),
        name: post.name.clone(),
        pinyin: crate::pinyin::initials(&post.name),
        group: ctx.tree.unit(post.unit).map(|unit| unit.name.clone()),
    };
    let posts = ctx.tree.posts_within(&ctx.actor.reach(of.0, of.1)).into_iter().filter(|it| it.ended_on.is_none());
    let mut choices: Vec<Choice> = posts.map(post).collect();
    let rows = match facts.find(child.id.as_str()) {
        Some(Value::Rows(rows)) => rows.as_slice(),
        _ => &[],
    };
    for row in rows {
        let known = match row.find(field.id.as_str()) {
            Some(Value::Record(id)) => ctx.tree.post(*id).map(post),
            _ => None,
        };
        choices.extend(known.filter(|it| !choices.iter().any(|other| other.id == it.id)));
    }
    Control::One(choices)
}
