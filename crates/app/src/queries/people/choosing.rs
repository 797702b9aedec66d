//! Which people may be chosen here? What a searchable control offers, and what a typed text means.
//!
//! Never more than what the same form would take: people who are here, of units over which the asker may take the step.

use kernel::catalog::{FieldType, Mechanism, Step};
use kernel::ids::{FieldId, PersonId};
use kernel::refusal::{Refusal, Spot};
use kernel::workflow::Numbered as _;
use store::Conn;

use crate::commands::people::mechanism;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::tree::{Person, several};

/// A choice: the label, which means this person alone, and a quiet word behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The person.
    pub id: PersonId,
    /// What is read and sent.
    pub label: String,
    /// Their unit and what they are called there.
    pub note: String,
}

/// The most that is offered at once.
const MOST: usize = 20;

/// All people who may be chosen for a field that a step asks for.
pub fn offered_by<'a>(ctx: &'a Ctx, mechanism: &Mechanism, step: &Step) -> Vec<&'a Person> {
    let reach = match ctx.person() {
        None => vec![ctx.tree.whole()],
        Some(_) => ctx.actor.reach(&mechanism.id, &step.who),
    };
    let inside = |person: &&Person| {
        let ord = person.unit.and_then(|unit| ctx.tree.ord(unit));
        ord.is_some_and(|ord| reach.iter().any(|over| over.holds(ord)))
    };
    let mut people: Vec<&Person> = ctx.tree.present().filter(inside).collect();
    people.sort_by(|a, b| (&a.pinyin, &a.name, a.id).cmp(&(&b.pinyin, &b.name, b.id)));
    people
}

/// What fits what was typed, the best first; `purpose` is `mechanism.step.field`.
pub async fn offers(ctx: &Ctx, purpose: &str, typed: &str) -> Result<Vec<Offer>, Error> {
    let [mechanism, step, field] = purpose.split('.').collect::<Vec<_>>()[..] else { return Err(Error::NotFound) };
    let mechanism = ctx.mechanism(mechanism)?;
    let step = mechanism.step(step).ok_or(Error::NotFound)?;
    if !matches!(mechanism.field(field).map(|it| &it.of), Some(FieldType::Person | FieldType::People)) {
        return Err(Error::NotFound);
    }
    let typed: String = typed.chars().take(60).collect();
    let offered = offered_by(ctx, &mechanism, step);
    let mut conn = ctx.office.db.read().await?;
    let found = fitting(ctx, &mut conn, &offered, &typed).await?;
    let offer = |person: &Person| {
        let unit = person.unit.map(|unit| ctx.names().unit(unit)).unwrap_or_default();
        let post = person.post_name.as_deref().unwrap_or("");
        Offer {
            id: person.id,
            label: ctx.tree.person_label(person.id),
            note: format!("{unit} {post}").trim().to_owned(),
        }
    };
    Ok(found.into_iter().take(MOST).map(offer).collect())
}

/// Those whom a text fits, the best first: whose label or number it is, whose name it is, begins or lies in, whose
/// pinyin initials it begins.
async fn fitting<'a>(
    ctx: &Ctx,
    conn: &mut Conn,
    offered: &[&'a Person],
    typed: &str,
) -> Result<Vec<&'a Person>, Error> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(offered.to_vec());
    }
    let numbered = with_number(ctx, conn, typed).await?;
    let small = typed.to_lowercase();
    let name = typed.split('（').next().unwrap_or(typed);
    let is_label = |person: &Person| person.name == name && name != typed && ctx.tree.person_label(person.id) == typed;
    let fit = |person: &Person| match person {
        it if numbered.contains(&it.id) || is_label(it) => Some(0),
        it if it.name == typed => Some(1),
        it if it.name.starts_with(typed) => Some(2),
        it if it.name.contains(typed) => Some(3),
        it if it.pinyin.starts_with(&small) => Some(4),
        _ => None,
    };
    let mut found: Vec<(u8, &Person)> = offered.iter().filter_map(|it| fit(it).map(|fit| (fit, *it))).collect();
    found.sort_by_key(|(fit, _)| *fit);
    let best = found.first().map(|(fit, _)| *fit);
    // Who is meant by a label or a number is nobody else.
    found.retain(|(fit, _)| best != Some(0) || *fit == 0);
    Ok(found.into_iter().map(|(_, person)| person).collect())
}

/// Whose staff number it is: a number that may be read by whoever sees the file.
async fn with_number(ctx: &Ctx, conn: &mut Conn, typed: &str) -> Result<Vec<PersonId>, Error> {
    let Some(mechanism) = mechanism(ctx) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for field in mechanism.fields.iter().filter(|field| field.unique && !field.protection.limits_reading()) {
        let held = store::rosters::keys_held(conn, &mechanism.id, &field.id, &[typed.to_owned()]).await?;
        found.extend(held.into_iter().map(|(_, record)| PersonId(record.0)));
    }
    Ok(found)
}

/// The people whom a text with several of them means; every one that means nobody is told.
pub async fn all_meant(
    ctx: &Ctx,
    conn: &mut Conn,
    offered: &[&Person],
    (field, name): (&str, &str),
    text: &str,
) -> Result<Result<Vec<PersonId>, Vec<Refusal>>, Error> {
    let (mut ids, mut refusals) = (Vec::new(), Vec::new());
    for one in several(text) {
        let known = one.parse().ok().filter(|id| offered.iter().any(|person| person.id == *id));
        let found = fitting(ctx, conn, offered, &one).await?;
        let exact: Vec<&&Person> = found.iter().filter(|person| person.name == one).collect();
        let refuse = |code: &'static str| {
            let spot = Spot::Field(FieldId::from(field));
            Refusal::new(code).with("field", name).with("value", &one).at(spot)
        };
        match (known, exact.as_slice(), found.as_slice()) {
            (Some(id), ..) => ids.push(id),
            (None, [person], _) => ids.push(person.id),
            (None, [], [person]) => ids.push(person.id),
            (None, [], []) => refusals.push(refuse("person.none_meant")),
            _ => {
                let labels: Vec<String> = found.iter().take(5).map(|it| ctx.tree.person_label(it.id)).collect();
                refusals.push(refuse("person.several_meant").with("labels", labels.join("、")));
            }
        }
    }
    Ok(if refusals.is_empty() { Ok(ids) } else { Err(refusals) })
}
