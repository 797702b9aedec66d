//! Stand-ins: what they may use, and that nobody approves their own through them.

use kernel::authority::stand_in::{Wish, may_stand_in, own_work};
use kernel::authority::{Actor, Principal, StandIn, Taken};
use kernel::ids::{MechanismId, PersonId, RoleId, StandInId, StepId};
use proptest::prelude::*;
use uuid::Uuid;

use crate::office::{Office, attempt, codes, day, person};
use kernel::workflow;

fn id(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

/// Somebody with a role who stands in for somebody with another.
fn standing_in(number: u128, role: &str, principal: u128, theirs: &str, mechanisms: &[&str]) -> Actor {
    let (own, other) = (person(number, role), person(principal, theirs));
    let stands_for = Principal {
        person: id(principal),
        name: theirs.to_owned(),
        mechanisms: mechanisms.iter().map(|it| MechanismId::from(*it)).collect(),
        grants: other.grants().to_vec(),
    };
    Actor::Person { id: id(number), name: role.to_owned(), grants: own.grants().to_vec(), stands_for: vec![stands_for] }
}

#[test]
fn a_stand_in_uses_what_is_theirs_first_and_then_what_is_the_principals() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    let (step, both) = (StepId::from("issue"), standing_in(1, "supervisor", 2, "supervisor", &[]));
    let moved = workflow::take(office.clock("2026-01-08"), office.tasks(), &task, attempt(&both, &step, vec![]));
    assert_eq!(moved.expect("it is issued").behalf, None);
    let only = standing_in(1, "unit_liaison", 2, "supervisor", &["task_order"]);
    let moved = workflow::take(office.clock("2026-01-08"), office.tasks(), &task, attempt(&only, &step, vec![]));
    assert_eq!(moved.expect("it is issued").behalf.map(|it| it.person), Some(id(2)));
    let elsewhere = standing_in(1, "unit_liaison", 2, "supervisor", &["supervision_order"]);
    let moved = workflow::take(office.clock("2026-01-08"), office.tasks(), &task, attempt(&elsewhere, &step, vec![]));
    assert_eq!(codes(moved), ["step.not_yours"]);
}

#[test]
fn a_stand_in_holds_from_the_first_day_to_the_last_unless_it_was_ended() {
    let (from_on, until_on) = (day("2026-03-02"), day("2026-03-06"));
    let known = StandIn {
        id: StandInId(Uuid::from_u128(1)),
        person: id(1),
        principal: id(2),
        mechanisms: Vec::new(),
        from_on,
        until_on,
        is_ended: false,
    };
    let holds = |it: &StandIn| ["2026-03-01", "2026-03-02", "2026-03-06", "2026-03-07"].map(|on| it.holds_on(day(on)));
    assert_eq!(holds(&known), [false, true, true, false]);
    assert_eq!(holds(&StandIn { is_ended: true, ..known }), [false; 4]);
}

#[test]
fn an_administrator_and_a_principal_with_nothing_are_refused_all_at_once() {
    let wish = Wish {
        asker: id(9),
        person: id(9),
        principal: id(2),
        from_on: day("2026-03-01"),
        until_on: day("2028-03-02"),
        may_grant: false,
        administers: true,
        has_grants: false,
    };
    let refused: Vec<&str> = may_stand_in(wish, day("2026-03-02")).iter().map(|it| it.code).collect();
    let all = ["not_yours", "to_oneself", "administrator", "nothing", "past", "too_long"];
    assert_eq!(refused, all.map(|code| format!("stand_in.{code}")));
}

proptest! {
    /// Whoever is let through to judge a step has no hand in it, and neither has the one in whose name they judge.
    #[test]
    fn nobody_judges_their_own_work_in_whosever_name(
        past in proptest::collection::vec((0u128..3, 0u128..4, proptest::option::of(0u128..4)), 0..8),
        me in 0u128..4,
        behalf in proptest::option::of(0u128..4),
    ) {
        let steps = ["draft", "present", "send"];
        let past: Vec<Taken> = past
            .into_iter()
            .map(|(step, by, behalf)| Taken {
                step: StepId::from(steps[step as usize]),
                by: Some(id(by)),
                behalf: behalf.map(id),
            })
            .collect();
        let apart = [StepId::from("draft"), StepId::from("present")];
        let hands: Vec<PersonId> = [Some(me), behalf].into_iter().flatten().map(id).collect();
        let judged = past.iter().filter(|it| apart.contains(&it.step));
        let own = judged.flat_map(|it| [it.by, it.behalf]).flatten().any(|who| hands.contains(&who));
        prop_assert_eq!(own_work(&past, &apart, id(me), behalf.map(id)).is_some(), own);
    }
}

#[test]
fn a_role_held_twice_is_used_in_the_name_whose_work_is_not_judged() {
    let office = Office::open();
    let task = office.submitted(&office.underway("2026-01-06", "2026-03-31"), "2026-03-02");
    // 2 handed it in; 1 stands in for 2 and for 3, who both may close.
    let Actor::Person { id: me, name, mut stands_for, .. } = standing_in(1, "none", 2, "supervisor", &[]) else {
        panic!("a person")
    };
    let Actor::Person { stands_for: more, .. } = standing_in(1, "none", 3, "supervisor", &[]) else { panic!() };
    stands_for.extend(more);
    let actor = Actor::Person { id: me, name, grants: Vec::new(), stands_for };
    let past = [Taken { step: StepId::from("submit"), by: Some(id(2)), behalf: None }];
    let step = StepId::from("close");
    let mut trial = attempt(&actor, &step, vec![]);
    trial.opinion = Some("属实。".to_owned());
    trial.past = &past;
    let moved = workflow::take(office.clock("2026-03-03"), office.tasks(), &task, trial).expect("it is closed");
    assert_eq!((moved.behalf.map(|it| it.person), moved.role), (Some(id(3)), Some(RoleId::from("supervisor"))));
}
