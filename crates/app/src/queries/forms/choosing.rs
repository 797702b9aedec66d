//! Whom and what may a form choose? The people of a step's reach, everybody who is here, the posts that may be given.
//!
//! Never more than the command would take.

use kernel::catalog::{Child, Field, FieldType, Mechanism, Step};
use kernel::ids::{MechanismId, RoleId};
use kernel::value::{Facts, Value};

use super::{Choice, Control};
use crate::ctx::Ctx;
use crate::queries::people::choosing::offered_by;
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
