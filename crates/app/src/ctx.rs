//! Who acts, when, on what? Passed first to every command and query; never ambient.

use std::sync::Arc;

use jiff::civil::Date;
use kernel::authority::{Actor, Sight, Subtree};
use kernel::calendar::Calendar;
use kernel::catalog::{Catalog, Managed, Mechanism, Vocabulary};
use kernel::deadlines::Clock;
use kernel::entry::Policy;
use kernel::ids::{AccountId, PersonId, RoleId};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::error::Error;
use crate::office::{Definitions, Office};
use crate::tree::Tree;
use crate::words::Names;

/// The context of one act.
#[derive(Clone)]
pub struct Ctx {
    /// What is shared by all.
    pub office: Arc<Office>,
    /// Who acts.
    pub actor: Actor,
    /// By which account, if a person signed in.
    pub account: Option<AccountId>,
    /// The moment, in milliseconds since 1970 UTC.
    pub now: i64,
    /// The day in the office.
    pub today: Date,
    /// The number under which a failure is logged.
    pub request: String,
    /// The address it came from, if it came over the network.
    pub address: Option<Arc<str>>,
    /// The definitions as they stood when the act began.
    pub definitions: Arc<Definitions>,
    /// The tree as it stood when the act began.
    pub tree: Arc<Tree>,
}

impl Ctx {
    /// A new row id, ordered by the moment.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.next_id(&ContextV7::new())
    }

    /// A new row id, ordered by the moment and after all ids of this moment that `order` gave.
    pub fn next_id<T: From<Uuid>>(&self, order: &ContextV7) -> T {
        let (seconds, rest) = (self.now.div_euclid(1000), self.now.rem_euclid(1000));
        let timestamp = Timestamp::from_unix(order, seconds.max(0) as u64, rest as u32 * 1_000_000);
        T::from(Uuid::new_v7(timestamp))
    }

    /// The clock for the kernel.
    pub fn clock(&self) -> Clock<'_> {
        Clock { calendar: self.calendar(), today: self.today, now: self.now }
    }

    /// The calendar of working days.
    pub fn calendar(&self) -> &Calendar {
        &self.definitions.calendar
    }

    /// The definitions.
    pub fn catalog(&self) -> &Catalog {
        &self.definitions.catalog
    }

    /// The shared words.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.definitions.catalog.vocabulary
    }

    /// What the site asks of whoever comes in.
    pub fn policy(&self) -> Policy {
        Policy::of(self.vocabulary())
    }

    /// What turns ids into names.
    pub fn names(&self) -> Names<'_> {
        Names { tree: &self.tree, vocabulary: self.vocabulary(), records: None }
    }

    /// A mechanism whose register is open to this person.
    pub fn mechanism(&self, id: &str) -> Result<Arc<Mechanism>, Error> {
        let mechanism = self.catalog().mechanisms.get(id).ok_or(Error::NotFound)?;
        if self.reaches(mechanism) { Ok(mechanism.clone()) } else { Err(Error::NotFound) }
    }

    /// Is the mechanism's register open to this person? A rule has to name one of their roles, or everybody.
    pub fn reaches(&self, mechanism: &Mechanism) -> bool {
        match self.actor {
            Actor::Clock => true,
            Actor::Outsider { .. } => mechanism.public.is_some(),
            Actor::Person { .. } => !Sight::of(mechanism, &self.actor).is_blind(),
        }
    }

    /// What this person sees of a mechanism: the one rule for every door. Rights are those of the definition in force,
    /// whatever version a record is pinned to.
    pub fn sight(&self, mechanism: &Mechanism) -> Sight {
        let current = self.catalog().mechanisms.get(mechanism.id.as_str());
        match (&self.actor, current) {
            (Actor::Clock, _) => Sight::over(vec![self.tree.whole()]),
            // Whoever has no account sees no list: the one record that they know is opened by its code.
            (Actor::Outsider { .. }, _) => Sight::default(),
            (Actor::Person { .. }, Some(current)) => {
                Sight::of(current, &self.actor).with_copies(current, &self.actor, self.tree.whole())
            }
            (Actor::Person { .. }, None) => Sight::default(),
        }
    }

    /// The same act by the tree as it is now: somebody changed units, people or grants meanwhile.
    pub async fn refreshed(&self) -> Result<Self, Error> {
        self.office.fresh_tree().await?;
        let (tree, definitions) = (self.office.tree(), self.office.definitions());
        let fresh = Self { tree, definitions, ..self.clone() };
        let actor = match &self.actor {
            Actor::Person { id, .. } => fresh.as_person(*id).ok_or(Error::NotFound)?,
            other => other.clone(),
        };
        Ok(Self { actor, ..fresh })
    }

    /// The subtrees whose units (or people) this person keeps up to date.
    pub fn managed(&self, what: Managed) -> Vec<Subtree> {
        match self.actor {
            Actor::Clock => vec![self.tree.whole()],
            Actor::Outsider { .. } => Vec::new(),
            Actor::Person { .. } => self.actor.own_reach(&self.vocabulary().managers(what)),
        }
    }

    /// A person as somebody who acts today: what they hold, and in whose name they may act.
    pub fn as_person(&self, id: PersonId) -> Option<Actor> {
        let person = self.tree.person(id)?;
        let is_business =
            |role: &RoleId| self.vocabulary().role(role.as_str()).is_some_and(|role| role.administers.is_none());
        Some(Actor::Person {
            id,
            name: person.name.clone(),
            grants: self.tree.grants_of(id, self.today),
            stands_for: self.tree.principals_of(id, self.today, is_business),
        })
    }

    /// Who acts, if it is a person.
    pub fn person(&self) -> Option<PersonId> {
        self.actor.person()
    }
}
