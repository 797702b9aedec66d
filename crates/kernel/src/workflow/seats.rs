//! Who has to sign a joint step, who has signed, and may this actor sign now?
//!
//! Seats follow from the field that the step names, as it stands; so a unit that moves keeps its signature.
//! One human counts once: a hand and the name it signs in are both used up by a signature.
//! Never lets anybody sign whose right is not there at that moment.

use super::Numbered;
use crate::authority::stand_in::own_work;
use crate::authority::{Actor, Behalf, Held, Taken};
use crate::catalog::{Joint, Mechanism, Step};
use crate::flow::{Added, Seat, Signature};
use crate::ids::{PersonId, RoleId};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::value::Value;

/// A seat at the table of a joint step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose.
    pub seat: Seat,
    /// The signature, once it is there.
    pub signed: Option<Signature>,
    /// Who asked for it in addition.
    pub added_by: Option<PersonId>,
    /// May it be signed now? Not before its turn, and not twice.
    pub is_turn: bool,
}

/// The seats of a step that says where its role must be held, in order, signed or not.
/// For a joint step of several different people the seats are the signatures and one that is open.
pub fn places(step: &Step, record: &Record) -> Vec<Place> {
    let (signed, added) = match &record.flow.round {
        Some(round) if round.step == step.id => (round.signed.as_slice(), round.added.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let mut seats: Vec<(Seat, Option<&Added>)> = named(step, record).into_iter().map(|seat| (seat, None)).collect();
    if step.of.is_none() {
        seats.extend(signed.iter().filter(|it| it.seat == Seat::Anybody).map(|_| (Seat::Anybody, None)));
        if !is_enough(step, &seats, signed) {
            seats.push((Seat::Anybody, None));
        }
    }
    for one in added {
        let beside = seats.iter().position(|(seat, by)| *seat == one.beside && by.is_none_or(|it| it.by != one.person));
        let at = match beside {
            Some(at) if one.before => at,
            Some(at) => at + 1,
            None => seats.len(),
        };
        seats.insert(at, (Seat::Person(one.person), Some(one)));
    }
    let mut left: Vec<&Signature> = signed.iter().collect();
    let mut places: Vec<Place> = Vec::new();
    for (seat, by) in seats {
        let at = left.iter().position(|it| it.seat == seat);
        let signed = at.map(|at| left.remove(at).clone());
        places.push(Place { seat, signed, added_by: by.map(|it| it.by), is_turn: false });
    }
    turns(step, added, &mut places);
    places
}

fn turns(step: &Step, added: &[Added], places: &mut [Place]) {
    let open: Vec<Seat> = places.iter().filter(|it| it.signed.is_none()).map(|it| it.seat).collect();
    let mut is_first = true;
    for place in places.iter_mut().filter(|it| it.signed.is_none()) {
        let seat = place.seat;
        let waits = added.iter().any(|it| it.before && it.beside == seat && open.contains(&Seat::Person(it.person)));
        place.is_turn = match step.joint {
            Some(Joint::InOrder) => is_first,
            _ => !waits || seat == Seat::Anybody,
        };
        is_first = false;
    }
}

/// The seats that the field gives, each once.
fn named(step: &Step, record: &Record) -> Vec<Seat> {
    let Some(field) = &step.of else { return Vec::new() };
    let mut seats = match record.facts.find(field.as_str()) {
        Some(Value::Unit(id)) => vec![Seat::Unit(*id)],
        Some(Value::Units(ids)) => ids.iter().map(|id| Seat::Unit(*id)).collect(),
        Some(Value::Person(id)) => vec![Seat::Person(*id)],
        Some(Value::People(ids)) => ids.iter().map(|id| Seat::Person(*id)).collect(),
        _ => Vec::new(),
    };
    let mut seen = std::collections::HashSet::new();
    seats.retain(|seat| seen.insert(*seat));
    seats
}

/// Is the joint step complete with these signatures?
// enforces: step.joint
pub fn is_complete(step: &Step, record: &Record) -> bool {
    let places = places(step, record);
    let added_signed = places.iter().filter(|it| it.added_by.is_some()).all(|it| it.signed.is_some());
    let seats: Vec<(Seat, Option<&Added>)> = named(step, record).into_iter().map(|seat| (seat, None)).collect();
    added_signed && is_enough(step, &seats, record.flow.signed())
}

fn is_enough(step: &Step, base: &[(Seat, Option<&Added>)], signed: &[Signature]) -> bool {
    let own = |seat: &Seat| base.iter().any(|(it, by)| it == seat && by.is_none()) || *seat == Seat::Anybody;
    let count = signed.iter().filter(|it| own(&it.seat)).count();
    match step.joint {
        None | Some(Joint::Any) => count >= 1,
        Some(Joint::All | Joint::InOrder) => base.iter().all(|(seat, _)| signed.iter().any(|it| it.seat == *seat)),
        Some(Joint::People(wanted)) if step.of.is_some() => count >= (wanted as usize).min(base.len()),
        Some(Joint::People(wanted)) => count >= wanted as usize,
    }
}

/// The way by which an actor takes a step: by which role, in whose name, and for which seat.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The role; none for whoever was asked in addition.
    pub role: Option<RoleId>,
    /// In whose name.
    pub behalf: Option<Behalf>,
    /// The seat, where the step names seats.
    pub seat: Option<Seat>,
}

/// What a way is asked against.
pub(super) struct Asked<'a> {
    pub(super) mechanism: &'a Mechanism,
    pub(super) record: &'a Record,
    pub(super) step: &'a Step,
    pub(super) actor: &'a Actor,
    pub(super) tree: &'a dyn Numbered,
    pub(super) past: &'a [Taken],
    pub(super) today: jiff::civil::Date,
}

/// Why a way that there would be is none, the later the nearer to being one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum No {
    NotYours,
    NotInHand,
    NotTurn,
    SignedAlready,
    SamePerson,
}

impl Asked<'_> {
    /// The first way by which the actor may take the step now; in their own name first.
    pub(super) fn way(&self) -> Result<Way, Refusal> {
        let mut nearest = (No::NotYours, None);
        for (way, is_turn) in self.candidates() {
            match self.stands(&way, is_turn) {
                None => return Ok(way),
                Some((no, other)) if no > nearest.0 => nearest = (no, other),
                Some(_) => {}
            }
        }
        let code = match nearest.0 {
            No::NotYours => "step.not_yours",
            No::NotInHand => "step.in_other_hands",
            No::NotTurn => "step.not_turn",
            No::SignedAlready => "step.signed_already",
            No::SamePerson => "step.same_person",
        };
        Err(Refusal::not_yours(code).with("step", &self.step.name).with("other", nearest.1.unwrap_or_default()))
    }

    /// Every way that the actor's rights give, whatever else stands in the way, and whether it is that seat's turn.
    // enforces: step.of
    fn candidates(&self) -> Vec<(Way, bool)> {
        if self.step.of.is_none() && self.step.joint.is_none() {
            return self.held(self.record.unit, None).into_iter().map(|way| (way, true)).collect();
        }
        let mut all = Vec::new();
        for place in places(self.step, self.record) {
            // Who may only send it back need not wait for their turn, and neither does having signed hinder them.
            let is_turn = self.step.joint.is_none() || place.is_turn;
            if place.signed.is_some() && self.step.joint.is_some() {
                continue;
            }
            let ways = match place.seat {
                Seat::Unit(unit) => self.held(unit, Some(place.seat)),
                Seat::Person(person) => self.named(person, place.added_by.is_some()),
                Seat::Anybody => self.held(self.record.unit, Some(place.seat)),
            };
            all.extend(ways.into_iter().map(|way| (way, is_turn)));
        }
        // In their own name first, whichever seat that is.
        all.sort_by_key(|(way, _)| way.behalf.is_some());
        all
    }

    fn held(&self, unit: crate::ids::UnitId, seat: Option<Seat>) -> Vec<Way> {
        let Some(ord) = self.tree.ord(unit) else { return Vec::new() };
        let way = |held: Held<'_>| Way { role: Some(held.grant.role.clone()), behalf: held.behalf(), seat };
        self.actor.ways(&self.mechanism.id, &self.step.who, ord).map(way).collect()
    }

    /// A named person signs by their name; who was named in a field must also hold one of the step's roles somewhere.
    fn named(&self, person: PersonId, is_added: bool) -> Vec<Way> {
        let seat = Some(Seat::Person(person));
        let is_theirs = |held: &Held<'_>| match held.principal {
            Some(principal) => principal.person == person,
            None => self.actor.person() == Some(person),
        };
        let mut fitting = self.actor.held_in(&self.mechanism.id).filter(is_theirs);
        let by_role = fitting.find(|held| self.step.who.contains(&held.grant.role));
        if let Some(held) = by_role {
            return vec![Way { role: Some(held.grant.role.clone()), behalf: held.behalf(), seat }];
        }
        if !is_added {
            return Vec::new();
        }
        if self.actor.person() == Some(person) {
            return vec![Way { role: None, behalf: None, seat }];
        }
        let principal = self.actor.principals_in(&self.mechanism.id).find(|it| it.person == person);
        principal.map(|it| Way { role: None, behalf: Some(it.behalf()), seat }).into_iter().collect()
    }

    fn stands(&self, way: &Way, is_turn: bool) -> Option<(No, Option<String>)> {
        let me = self.actor.person()?;
        let behalf = way.behalf.as_ref().map(|it| it.person);
        if let Some(own) = own_work(self.past, &self.step.apart, me, behalf) {
            return Some((No::SamePerson, self.mechanism.step(own.as_str()).map(|it| it.name.clone())));
        }
        let is_joint = self.step.joint.is_some();
        let counts = |person: PersonId| person == me || Some(person) == behalf;
        if is_joint && self.record.flow.signed().iter().flat_map(Signature::people).any(counts) {
            return Some((No::SignedAlready, None));
        }
        if !is_turn || (is_joint && self.waits_for_whom_they_asked(way, me, behalf)) {
            return Some((No::NotTurn, None));
        }
        self.is_in_other_hands(way, me, behalf).then_some((No::NotInHand, None))
    }

    /// Among different people of one role, whoever asked somebody to sign before them waits for that signature.
    fn waits_for_whom_they_asked(&self, way: &Way, me: PersonId, behalf: Option<PersonId>) -> bool {
        let signed = self.record.flow.signed();
        way.seat == Some(Seat::Anybody)
            && self.record.flow.added().iter().any(|it| {
                it.before
                    && (it.by == me || Some(it.by) == behalf)
                    && !signed.iter().any(|by| by.seat == Seat::Person(it.person))
            })
    }

    /// Was the record handed to one person, in a state that is then theirs alone? Not once they have lost the role.
    // enforces: state.personal
    fn is_in_other_hands(&self, way: &Way, me: PersonId, behalf: Option<PersonId>) -> bool {
        let Some(state) = self.mechanism.state(self.record.state.as_str()).filter(|it| it.personal) else {
            return false;
        };
        let (Some(person), Some(holder)) = (self.record.flow.person, &state.holder) else { return false };
        let is_theirs = person == me || Some(person) == behalf;
        let by_holding = way.seat.is_none() && way.role.as_ref() == Some(holder);
        let still = self
            .tree
            .ord(self.record.unit)
            .is_some_and(|ord| self.tree.holds(person, std::slice::from_ref(holder), ord, self.today));
        by_holding && !is_theirs && still
    }
}
