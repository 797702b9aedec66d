//! Who may give roles? Never to oneself, never outside the own subtree, never two that exclude each other, and the last
//! security administrator stays, whatever is tried.

use jiff::civil::Date;
use kernel::authority::{Actor, Grant, Subtree};
use kernel::giving::{self, End, Ending, Held, Offer};
use kernel::ids::{GrantId, PersonId, RoleId};
use proptest::prelude::*;
use uuid::Uuid;

use crate::office::{Office, day, person, unit};

fn human(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn offer(to: u128, role: &str, over: u128) -> Offer {
    Offer {
        person: human(to),
        role: RoleId::from(role),
        unit: unit(over),
        unit_ord: i64::try_from(over).expect("a small number"),
        from_on: day("2026-03-02"),
        until_on: None,
        basis: "分工通知第3号".to_owned(),
    }
}

fn held(number: u128, by: u128, role: &str, until: Option<&str>) -> Held {
    let (id, role) = (GrantId(Uuid::from_u128(number)), RoleId::from(role));
    Held { id, person: human(by), role, unit: unit(1), from_on: day("2025-01-01"), until_on: until.map(day) }
}

fn codes<T>(answer: Result<T, Vec<kernel::refusal::Refusal>>) -> Vec<&'static str> {
    answer.err().unwrap_or_default().iter().map(|refusal| refusal.code).collect()
}

fn give(actor: &Actor, offer: &Offer, theirs: &[Held]) -> Vec<&'static str> {
    codes(giving::give(&Office::open().catalog.vocabulary, actor, day("2026-03-02"), offer, theirs))
}

fn end(actor: &Actor, held: &Held, how: End, guards: &[Held]) -> Vec<&'static str> {
    let ending = Ending { held: held.clone(), unit_ord: 1, how, reason: "调离".to_owned() };
    codes(giving::end(&Office::open().catalog.vocabulary, actor, day("2026-03-02"), &ending, guards))
}

// proves: role.may_grant
#[test]
fn a_role_is_given_inside_ones_own_subtree_and_only_those_that_one_may_give() {
    let (guard, head) = (person(7, "security_admin"), person(8, "unit_head"));
    assert_eq!(give(&guard, &offer(9, "leader", 2), &[]), [""; 0]);
    assert_eq!(give(&guard, &offer(9, "leader", 4), &[]), ["grant.not_yours"]);
    assert_eq!(give(&head, &offer(9, "unit_liaison", 3), &[]), [""; 0]);
    assert_eq!(give(&head, &offer(9, "unit_liaison", 9), &[]), ["grant.not_yours"]);
    assert_eq!(give(&head, &offer(9, "supervisor", 3), &[]), ["grant.not_yours"]);
    for role in ["system_admin", "audit_admin", "supervisor", "unit_liaison"] {
        assert_eq!(give(&person(5, role), &offer(9, "unit_liaison", 2), &[]), ["grant.not_yours"], "{role}");
    }
    assert_eq!(give(&Actor::Clock, &offer(9, "unit_liaison", 2), &[]), ["grant.not_yours"]);
}

#[test]
fn everything_that_stands_in_the_way_is_said_at_once() {
    let wrong = Offer {
        from_on: day("2026-03-01"),
        until_on: Some(day("2026-02-01")),
        basis: " ".to_owned(),
        ..offer(7, "leader", 1)
    };
    assert_eq!(
        give(&person(7, "security_admin"), &wrong, &[]),
        ["grant.to_oneself", "grant.from_the_past", "grant.ends_before_it_begins", "grant.basis_missing"]
    );
    let long = Offer { basis: "文".repeat(501), ..offer(9, "leader", 1) };
    assert_eq!(give(&person(7, "security_admin"), &long, &[]), ["step.words_too_long"]);
}

// proves: role.excludes
#[test]
fn what_excludes_each_other_never_meets_on_a_day() {
    let guard = person(7, "security_admin");
    let system = |until| [held(1, 9, "system_admin", until)];
    assert_eq!(give(&guard, &offer(9, "audit_admin", 1), &system(None)), ["grant.excluded"]);
    assert_eq!(give(&guard, &offer(9, "audit_admin", 1), &system(Some("2026-03-02"))), ["grant.excluded"]);
    assert_eq!(give(&guard, &offer(9, "audit_admin", 1), &system(Some("2026-03-01"))), [""; 0]);
    assert_eq!(give(&guard, &offer(9, "system_admin", 1), &system(None)), ["grant.already_held"]);
    assert_eq!(give(&guard, &offer(9, "system_admin", 2), &system(None)), [""; 0]);
}

#[test]
fn an_end_is_somebody_elses_act_and_never_longer_than_before() {
    let (guard, theirs) = (person(7, "security_admin"), held(1, 9, "leader", Some("2026-06-30")));
    assert_eq!(end(&guard, &theirs, End::AtOnce, &[]), [""; 0]);
    assert_eq!(end(&guard, &theirs, End::After(day("2026-05-01")), &[]), [""; 0]);
    assert_eq!(end(&guard, &theirs, End::After(day("2026-07-01")), &[]), ["grant.only_shorter"]);
    assert_eq!(end(&guard, &theirs, End::After(day("2026-03-01")), &[]), ["grant.ends_in_the_past"]);
    assert_eq!(end(&person(9, "security_admin"), &theirs, End::AtOnce, &[]), ["grant.ones_own_end"]);
    assert_eq!(end(&person(5, "leader"), &theirs, End::AtOnce, &[]), ["grant.not_yours"]);
    assert_eq!(end(&guard, &held(1, 9, "leader", Some("2026-03-01")), End::AtOnce, &[]), ["grant.over_already"]);
}

#[test]
fn the_last_security_administrator_stays() {
    let (guard, last) = (person(7, "security_admin"), held(1, 9, "security_admin", None));
    let other = |until| held(2, 10, "security_admin", until);
    assert_eq!(end(&guard, &last, End::AtOnce, std::slice::from_ref(&last)), ["grant.last_guard"]);
    let for_a_while = [last.clone(), other(Some("2027-01-01"))];
    assert_eq!(end(&guard, &last, End::After(day("2026-04-01")), &for_a_while), ["grant.last_guard"]);
    assert_eq!(end(&guard, &last, End::AtOnce, &[last.clone(), other(None)]), [""; 0]);
}

#[derive(Clone, Debug)]
enum Try {
    Give { by: usize, to: u128, role: usize, over: u128, from: i64, length: Option<i64> },
    End { by: usize, which: usize, after: Option<i64> },
}

const ROLES: [&str; 5] = ["security_admin", "system_admin", "audit_admin", "leader", "unit_liaison"];

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let give = (0..4_usize, 0..4_u128, 0..ROLES.len(), 1..4_u128, 0..40_i64, proptest::option::of(0..30_i64))
        .prop_map(|(by, to, role, over, from, length)| Try::Give { by, to, role, over, from, length });
    let end = (0..4_usize, 0..12_usize, proptest::option::of(0..40_i64)).prop_map(|(by, which, after)| Try::End {
        by,
        which,
        after,
    });
    proptest::collection::vec(prop_oneof![give, end], 1..40)
}

fn later(today: Date, days: i64) -> Date {
    today.saturating_add(jiff::Span::new().days(days))
}

/// Who acts with what they hold on a day.
fn actor(all: &[Held], who: u128, today: Date) -> Actor {
    let of = |held: &&Held| {
        held.person == human(who) && held.from_on <= today && held.until_on.is_none_or(|until| today <= until)
    };
    let first = |held: &Held| i64::try_from(held.unit.0.as_u128()).expect("a small number");
    let grant = |held: &Held| Grant {
        over: Subtree { first: first(held), last: 3 },
        ..person(who, held.role.as_str()).grants()[0].clone()
    };
    let grants = all.iter().filter(of).map(grant).collect();
    Actor::Person { id: human(who), name: "某人".to_owned(), grants, stands_for: Vec::new() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever four people try over some weeks: nobody is ever two administrators on one day, nobody gives to
    /// themselves, and there is always a security administrator.
    #[test]
    fn no_history_of_giving_and_ending_breaks_the_three_administrators(tries in tries()) {
        let words = &Office::open().catalog.vocabulary;
        let mut all = vec![held(1, 0, "security_admin", None), held(2, 1, "system_admin", None)];
        let start = day("2026-03-02");
        for (number, attempt) in tries.into_iter().enumerate() {
            let today = later(start, i64::try_from(number).expect("a few tries"));
            match attempt {
                Try::Give { by, to, role, over, from, length } => {
                    let from_on = later(today, from);
                    let until_on = length.map(|length| later(from_on, length));
                    let offer = Offer { from_on, until_on, ..offer(to, ROLES[role], over) };
                    let theirs: Vec<Held> = all.iter().filter(|it| it.person == offer.person).cloned().collect();
                    let giver = actor(&all, by as u128, today);
                    if giving::give(words, &giver, today, &offer, &theirs).is_ok() {
                        prop_assert_ne!(giver.person(), Some(offer.person));
                        let Offer { person, role, unit, .. } = offer;
                        let id = GrantId(Uuid::from_u128(100 + number as u128));
                        all.push(Held { id, person, role, unit, from_on, until_on });
                    }
                }
                Try::End { by, which, after } => {
                    let Some(held) = all.get(which % all.len().max(1)).cloned() else { continue };
                    let how = after.map_or(End::AtOnce, |after| End::After(later(today, after)));
                    let unit_ord = i64::try_from(held.unit.0.as_u128()).expect("a small number");
                    let ending = Ending { held: held.clone(), unit_ord, how, reason: "调离".to_owned() };
                    if giving::end(words, &actor(&all, by as u128, today), today, &ending, &all).is_ok() {
                        all.retain(|it| it.id != held.id);
                        if let End::After(last) = how {
                            all.push(Held { until_on: Some(last), ..held });
                        }
                    }
                }
            }
            let guards = all.iter().filter(|it| it.role == *"security_admin");
            prop_assert!(guards.clone().any(|it| it.until_on.is_none() && it.from_on <= later(today, 70)));
            for on in (0..80).map(|ahead| later(today, ahead)) {
                for who in 0..4 {
                    let roles = actor(&all, who, on);
                    for (at, one) in roles.grants().iter().enumerate() {
                        for other in &roles.grants()[at + 1..] {
                            prop_assert!(!words.exclude_each_other(&one.role, &other.role), "{:?} {:?}", one, other);
                        }
                    }
                }
            }
        }
    }
}
