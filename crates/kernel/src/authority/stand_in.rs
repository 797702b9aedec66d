//! Who acts for whom? A stand-in 代理人 acts in a principal's name, from a day to a day, in chosen mechanisms or in all.
//!
//! A stand-in has what the principal holds on that very day, and nothing that the principal has as somebody's stand-in.
//! Never a role that administers the system, and never a way round «nobody approves their own»: whoever acts in
//! somebody's name counts as both.

use jiff::civil::Date;

use super::{Actor, Grant, Subtree};
use crate::ids::{MechanismId, PersonId, RoleId, StandInId, StepId};
use crate::refusal::Refusal;

/// The longest time for which somebody may be stood in for, in days; then it is given anew.
pub const LONGEST_DAYS: i32 = 366;

/// That somebody stands in for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// Its id.
    pub id: StandInId,
    /// Who acts.
    pub person: PersonId,
    /// In whose name.
    pub principal: PersonId,
    /// In which mechanisms; empty means in all.
    pub mechanisms: Vec<MechanismId>,
    /// The first day.
    pub from_on: Date,
    /// The last day.
    pub until_on: Date,
    /// Was it ended before its last day?
    pub is_ended: bool,
}

impl StandIn {
    /// Is it in force on that day?
    pub fn holds_on(&self, day: Date) -> bool {
        !self.is_ended && self.from_on <= day && day <= self.until_on
    }
}

/// Somebody in whose name an actor may act today, with what they hold themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// In which mechanisms; empty means in all.
    pub mechanisms: Vec<MechanismId>,
    /// What they hold today.
    pub grants: Vec<Grant>,
}

impl Principal {
    /// May one act in their name in this mechanism?
    pub fn covers(&self, mechanism: &MechanismId) -> bool {
        self.mechanisms.is_empty() || self.mechanisms.contains(mechanism)
    }

    /// Their name, as an act keeps it.
    pub fn behalf(&self) -> Behalf {
        Behalf { person: self.person, name: self.name.clone() }
    }
}

/// In whose name something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behalf {
    /// Who.
    pub person: PersonId,
    /// Their name then.
    pub name: String,
}

/// A grant that an actor may use, and in whose name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held<'a> {
    /// The grant.
    pub grant: &'a Grant,
    /// In whose name; `None` in their own.
    pub principal: Option<&'a Principal>,
}

impl Held<'_> {
    /// In whose name.
    pub fn behalf(&self) -> Option<Behalf> {
        self.principal.map(Principal::behalf)
    }
}

impl Actor {
    /// Those in whose name they may act today.
    pub fn principals(&self) -> &[Principal] {
        match self {
            Self::Person { stands_for, .. } => stands_for,
            Self::Clock | Self::Outsider { .. } => &[],
        }
    }

    /// Those in whose name they may act in a mechanism.
    pub fn principals_in(&self, mechanism: &MechanismId) -> impl Iterator<Item = &Principal> {
        self.principals().iter().filter(move |it| it.covers(mechanism))
    }

    /// Everything they may use in a mechanism: their own first.
    pub fn held_in(&self, mechanism: &MechanismId) -> impl Iterator<Item = Held<'_>> {
        let own = self.grants().iter().map(|grant| Held { grant, principal: None });
        own.chain(
            self.principals_in(mechanism).flat_map(|principal| {
                principal.grants.iter().map(move |grant| Held { grant, principal: Some(principal) })
            }),
        )
    }

    /// The ways in which they hold one of the roles over the unit: in their own name first.
    pub fn ways(&self, mechanism: &MechanismId, roles: &[RoleId], unit_ord: i64) -> impl Iterator<Item = Held<'_>> {
        self.held_in(mechanism).filter(move |it| roles.contains(&it.grant.role) && it.grant.over.holds(unit_ord))
    }

    /// The grant by which they hold one of the roles over the unit, if they do.
    pub fn grant_for(&self, mechanism: &MechanismId, roles: &[RoleId], unit_ord: i64) -> Option<Held<'_>> {
        self.ways(mechanism, roles, unit_ord).next()
    }

    /// Do they hold one of the roles anywhere?
    pub fn holds_any(&self, mechanism: &MechanismId, roles: &[RoleId]) -> bool {
        self.held_in(mechanism).any(|it| roles.contains(&it.grant.role))
    }

    /// The subtrees over which they hold one of the roles, merged and in order.
    pub fn reach(&self, mechanism: &MechanismId, roles: &[RoleId]) -> Vec<Subtree> {
        super::merged(self.held_in(mechanism).filter(|it| roles.contains(&it.grant.role)).map(|it| it.grant.over))
    }

    /// The subtrees over which they hold one of the roles themselves: nobody keeps units or people in somebody's name.
    pub fn own_reach(&self, roles: &[RoleId]) -> Vec<Subtree> {
        super::merged(self.grants().iter().filter(|it| roles.contains(&it.role)).map(|it| it.over))
    }

    /// The people as whom they count in a mechanism: themselves, and whomever they stand in for.
    pub fn counts_as(&self, mechanism: &MechanismId) -> Vec<PersonId> {
        let own = self.person();
        own.into_iter().chain(self.principals_in(mechanism).map(|it| it.person)).collect()
    }
}

/// A step that was taken and not taken back: whose work it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The step.
    pub step: StepId,
    /// Who took it; none for the clock.
    pub by: Option<PersonId>,
    /// In whose name.
    pub behalf: Option<PersonId>,
}

impl Taken {
    /// Is it the work of this person, by their own hand or in their name?
    pub fn is_of(&self, person: PersonId) -> bool {
        self.by == Some(person) || self.behalf == Some(person)
    }
}

/// The step among those named that is the work of the actor or of whom they would act for, if there is one.
pub fn own_work<'a>(
    past: &'a [Taken],
    apart: &[StepId],
    person: PersonId,
    behalf: Option<PersonId>,
) -> Option<&'a StepId> {
    let mine = |taken: &Taken| taken.is_of(person) || behalf.is_some_and(|principal| taken.is_of(principal));
    past.iter().find(|taken| apart.contains(&taken.step) && mine(taken)).map(|taken| &taken.step)
}

/// Who wants whom stood in for.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Who asks for it.
    pub asker: PersonId,
    /// Who is to act.
    pub person: PersonId,
    /// In whose name.
    pub principal: PersonId,
    /// From which day.
    pub from_on: Date,
    /// Until which day.
    pub until_on: Date,
    /// May the asker give the principal's roles to others?
    pub may_grant: bool,
    /// Does the one who is to act administer the system?
    pub administers: bool,
    /// Does the principal hold anything that can be stood in for?
    pub has_grants: bool,
}

/// May it be? Everything that stands in the way.
pub fn may_stand_in(wish: Wish, today: Date) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut refuse = |is_wrong: bool, code| {
        if is_wrong {
            refusals.push(Refusal::new(code));
        }
    };
    refuse(wish.person == wish.principal, "stand_in.oneself");
    refuse(wish.asker != wish.principal && !wish.may_grant, "stand_in.not_yours");
    refuse(wish.asker == wish.person && wish.person != wish.principal, "stand_in.to_oneself");
    refuse(wish.administers, "stand_in.administrator");
    refuse(!wish.has_grants, "stand_in.nothing");
    refuse(wish.until_on < wish.from_on, "stand_in.backwards");
    refuse(wish.from_on < today, "stand_in.past");
    let days = wish.from_on.until(wish.until_on).map_or(i32::MAX, |span| span.get_days());
    refuse(days > LONGEST_DAYS, "stand_in.too_long");
    refusals
}
