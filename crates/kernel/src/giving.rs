//! Who may give a role, to whom, over what, and who may end it?
//!
//! A role is given by somebody else than its holder, inside the giver's own subtree, on a stated basis; roles that
//! exclude each other never meet on one day; the last security administrator stays.
//! Never changes a grant: a correction ends one and gives another.

use jiff::civil::Date;

use crate::authority::{Actor, Subtree};
use crate::catalog::{Administers, Vocabulary};
use crate::ids::{FieldId, GrantId, PersonId, RoleId, UnitId};
use crate::refusal::{Refusal, Spot};

/// The longest basis or reason, in characters.
pub const LONGEST_BASIS: usize = 500;

/// A grant that was not ended at once, whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: GrantId,
    /// Who holds it.
    pub person: PersonId,
    /// The role.
    pub role: RoleId,
    /// The unit over whose subtree.
    pub unit: UnitId,
    /// The first day.
    pub from_on: Date,
    /// The last day, if it ends.
    pub until_on: Option<Date>,
}

impl Held {
    /// Is there a day on which both this and a grant from–until are in force?
    fn meets(&self, from_on: Date, until_on: Option<Date>) -> bool {
        self.until_on.is_none_or(|until| from_on <= until) && until_on.is_none_or(|until| self.from_on <= until)
    }
}

/// A role to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// To whom.
    pub person: PersonId,
    /// Which role.
    pub role: RoleId,
    /// Over which subtree.
    pub unit: UnitId,
    /// The unit's number in pre-order.
    pub unit_ord: i64,
    /// The first day.
    pub from_on: Date,
    /// The last day, if it ends.
    pub until_on: Option<Date>,
    /// The paper or decision that says so.
    pub basis: String,
}

/// How a grant is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// From this moment on.
    AtOnce,
    /// This is its last day.
    After(Date),
}

/// A grant that is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The grant.
    pub held: Held,
    /// The number of its unit in pre-order.
    pub unit_ord: i64,
    /// How.
    pub how: End,
    /// Why.
    pub reason: String,
}

/// The subtrees over which the actor may give the role.
// enforces: role.may_grant
pub fn reach(vocabulary: &Vocabulary, actor: &Actor, role: &RoleId) -> Vec<Subtree> {
    let gives = |giver: &&crate::catalog::Role| {
        giver.administers == Some(Administers::Security) || giver.may_grant.contains(role)
    };
    let givers: Vec<RoleId> = vocabulary.roles.iter().filter(gives).map(|giver| giver.id.clone()).collect();
    actor.own_reach(&givers)
}

/// May the actor give this role over the unit?
pub fn may_give(vocabulary: &Vocabulary, actor: &Actor, role: &RoleId, unit_ord: i64) -> bool {
    reach(vocabulary, actor, role).iter().any(|over| over.holds(unit_ord))
}

/// Checks an offer against everything that the receiver holds or will hold. Says all that stands in the way.
pub fn give(
    vocabulary: &Vocabulary,
    actor: &Actor,
    today: Date,
    offer: &Offer,
    theirs: &[Held],
) -> Result<(), Vec<Refusal>> {
    let name = |role: &RoleId| vocabulary.role(role.as_str()).map_or_else(|| role.to_string(), |it| it.name.clone());
    let mut refusals = Vec::new();
    if !may_give(vocabulary, actor, &offer.role, offer.unit_ord) {
        refusals.push(Refusal::not_yours("grant.not_yours").with("role", name(&offer.role)));
    }
    if actor.person() == Some(offer.person) {
        refusals.push(Refusal::not_yours("grant.to_oneself").at(spot("person")));
    }
    if offer.from_on < today {
        refusals.push(Refusal::new("grant.from_the_past").at(spot("from_on")));
    }
    if offer.until_on.is_some_and(|until| until < offer.from_on) {
        refusals.push(Refusal::new("grant.ends_before_it_begins").at(spot("until_on")));
    }
    refusals.extend(words(&offer.basis, "grant.basis_missing", "basis"));
    for held in theirs.iter().filter(|held| held.meets(offer.from_on, offer.until_on)) {
        let until = held.until_on.map_or_else(|| "长期".to_owned(), |until| until.to_string());
        if vocabulary.exclude_each_other(&held.role, &offer.role) {
            let refusal = Refusal::new("grant.excluded").at(spot("role"));
            refusals.push(refusal.with("role", name(&offer.role)).with("other", name(&held.role)).with("until", until));
        } else if held.role == offer.role && held.unit == offer.unit {
            let refusal = Refusal::new("grant.already_held").at(spot("role"));
            refusals.push(refusal.with("role", name(&offer.role)).with("until", until));
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

/// Checks that a grant may end so. `guards` are all grants of security administrators that were not ended at once.
pub fn end(
    vocabulary: &Vocabulary,
    actor: &Actor,
    today: Date,
    ending: &Ending,
    guards: &[Held],
) -> Result<(), Vec<Refusal>> {
    let Ending { held, unit_ord, how, reason } = ending;
    let mut refusals = Vec::new();
    if !may_give(vocabulary, actor, &held.role, *unit_ord) {
        let name = vocabulary.role(held.role.as_str()).map_or_else(|| held.role.to_string(), |role| role.name.clone());
        refusals.push(Refusal::not_yours("grant.not_yours").with("role", name));
    }
    if actor.person() == Some(held.person) {
        refusals.push(Refusal::not_yours("grant.ones_own_end"));
    }
    if held.until_on.is_some_and(|until| until < today) {
        refusals.push(Refusal::new("grant.over_already"));
    }
    if let End::After(last) = how {
        if *last < today || *last < held.from_on {
            refusals.push(Refusal::new("grant.ends_in_the_past").at(spot("until_on")));
        } else if held.until_on.is_some_and(|until| until <= *last) {
            refusals.push(Refusal::new("grant.only_shorter").at(spot("until_on")));
        }
    }
    refusals.extend(words(reason, "grant.reason_missing", "reason"));
    let without_from = match how {
        End::AtOnce => today,
        End::After(last) => last.tomorrow().unwrap_or(*last),
    };
    if is_guard(vocabulary, &held.role) && !is_guarded(vocabulary, guards, held.person, without_from) {
        refusals.push(Refusal::new("grant.last_guard"));
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

/// Is there a security administrator without end on that day, other than this person?
pub fn is_guarded(vocabulary: &Vocabulary, guards: &[Held], without: PersonId, on: Date) -> bool {
    let goes_on = |it: &Held| it.person != without && it.until_on.is_none() && it.from_on <= on;
    guards.iter().any(|it| is_guard(vocabulary, &it.role) && goes_on(it))
}

fn is_guard(vocabulary: &Vocabulary, role: &RoleId) -> bool {
    vocabulary.role(role.as_str()).is_some_and(|role| role.administers == Some(Administers::Security))
}

fn words(text: &str, missing: &'static str, field: &str) -> Option<Refusal> {
    let length = text.trim().chars().count();
    match length {
        0 => Some(Refusal::new(missing).at(spot(field))),
        _ if length > LONGEST_BASIS => {
            let refusal = Refusal::new("step.words_too_long").with("most", LONGEST_BASIS).with("length", length);
            Some(refusal.at(spot(field)))
        }
        _ => None,
    }
}

fn spot(field: &str) -> Spot {
    Spot::Field(FieldId::from(field))
}
