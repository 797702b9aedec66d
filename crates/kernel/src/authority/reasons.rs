//! Why does somebody see a record? Each rule, with each grant that shows it all by itself.
//!
//! Asked of [`Sight`] with one rule and one grant at a time. Never a second truth beside it.

use super::sight::{Rule, Sight, Standing};
use super::stand_in::{Held, Principal};
use super::{Actor, Grant};
use crate::ids::MechanismId;

/// A rule that shows the record, and by which grant; without a grant to whoever stands in the relation.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The grant, their own or of whom they stand in for.
    pub held: Option<Held<'a>>,
}

/// Every reason for which a record that stands so is seen; none if it is not seen by any rule.
pub fn reasons<'a>(
    rules: &'a [Rule],
    mechanism: &MechanismId,
    actor: &'a Actor,
    standing: Standing<'_>,
) -> Vec<Reason<'a>> {
    let mut found = Vec::new();
    for rule in rules {
        let shows = |actor: &Actor| Sight::by(std::slice::from_ref(rule), mechanism, actor).sees(standing);
        if rule.who.is_empty() {
            found.extend(shows(actor).then_some(Reason { rule, held: None }));
            continue;
        }
        let held = actor.held_in(mechanism).filter(|held| rule.who.contains(&held.grant.role));
        let alone = held.filter(|held| shows(&with_only(actor, held)));
        found.extend(alone.map(|held| Reason { rule, held: Some(held) }));
    }
    found
}

/// The same actor with nothing but this one grant.
fn with_only(actor: &Actor, held: &Held<'_>) -> Actor {
    let Actor::Person { id, name, stands_for, .. } = actor else { return Actor::Clock };
    let only = |is_here: bool| -> Vec<Grant> { if is_here { vec![held.grant.clone()] } else { Vec::new() } };
    let of = |principal: &Principal| Principal { grants: only(held.principal == Some(principal)), ..principal.clone() };
    Actor::Person {
        id: *id,
        name: name.clone(),
        grants: only(held.principal.is_none()),
        stands_for: stands_for.iter().map(of).collect(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use uuid::Uuid;

    use super::super::reach::How;
    use super::super::sight::{Pointed, Relation, Target};
    use super::super::{Grant, Subtree};
    use super::*;
    use crate::ids::{PersonId, RoleId, StateId, UnitId};

    fn grant(role: &str, first: i64, last: i64) -> Grant {
        let (role, unit, basis) = (RoleId::from(role), UnitId(Uuid::nil()), String::new());
        Grant { role, unit, over: Subtree { first, last }, from_on: Date::constant(2026, 1, 1), until_on: None, basis }
    }

    fn somebody(grants: Vec<Grant>) -> Actor {
        Actor::Person { id: PersonId(Uuid::from_u128(1)), name: "甲".to_owned(), grants, stands_for: Vec::new() }
    }

    fn rule(who: &[&str], relation: Relation) -> Rule {
        Rule { who: who.iter().map(|id| RoleId::from(*id)).collect(), relation, states: None }
    }

    #[test]
    fn each_grant_that_shows_the_record_by_itself_is_a_reason_and_no_other() {
        let rules = [rule(&["a", "b"], Relation::UnitAndBelow), rule(&[], Relation::Named("owner".into()))];
        let actor = somebody(vec![grant("a", 0, 9), grant("a", 5, 6), grant("b", 3, 3), grant("c", 0, 9)]);
        let state = StateId::from("open");
        let me = [Pointed { how: How::named(&"owner".into()), to: Target::Person(PersonId(Uuid::from_u128(1))) }];
        let at = |ord: i64, points: &[Pointed]| {
            let standing = Standing { unit_ord: Some(ord), state: &state, points };
            let found = reasons(&rules, &"task".into(), &actor, standing);
            let sees = Sight::by(&rules, &"task".into(), &actor).sees(standing);
            assert_eq!(sees, !found.is_empty(), "a reason if and only if it is seen");
            found.iter().map(|it| it.held.map(|held| held.grant.over.first)).collect::<Vec<_>>()
        };
        assert_eq!(at(3, &[]), [Some(0), Some(3)]);
        assert_eq!(at(5, &[]), [Some(0), Some(5)]);
        assert_eq!(at(20, &[]), []);
        assert_eq!(at(20, &me), [None]);
    }
}
