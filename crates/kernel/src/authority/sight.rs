//! Which records does somebody see? The rules of a mechanism, and what they come to for one person.
//!
//! One rule for every door: lists, counts, figures, pickers, imports, exports, files, search and the API ask the
//! same [`Sight`]; the store says it in SQL, [`Sight::sees`] says it of one record.
//! Never everything where nothing is said: without a rule nobody sees anything.

use std::collections::BTreeSet;

use super::reach::How;
use super::{Actor, Grant, Subtree, merged, overlap};
use crate::catalog::{Mechanism, State, Step};
use crate::ids::{FieldId, MechanismId, PersonId, RoleId, StateId, UnitId};

/// How somebody stands to a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It belongs to a unit inside the subtree over which they hold the role.
    UnitAndBelow,
    /// It belongs to the very unit over which they hold the role.
    OwnUnit,
    /// A field names a unit inside the subtree over which they hold the role.
    Hosted(FieldId),
    /// A field names them.
    Named(FieldId),
    /// They opened it.
    Opened,
    /// They took a step on it.
    Handled,
    /// They are to review it.
    Assigned,
    /// They hold the role, over whatever unit.
    Anywhere,
}

/// Who sees records of a mechanism: by which role, by which relation, in which states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The roles; empty for whoever stands in the relation.
    pub who: Vec<RoleId>,
    /// The relation.
    pub relation: Relation,
    /// The states; `None` for whatever state.
    pub states: Option<Vec<StateId>>,
}

/// The rule that follows from acting: a role sees a record of its subtree in the states in which it acts, and in those
/// that no record reaches without passing one of them (or the start, for whoever may start one).
/// Whoever acts because a field names their unit or them sees it in the states in which they act.
pub fn by_acting(states: &[State], steps: &[Step], is_unit: impl Fn(&FieldId) -> bool) -> Vec<Rule> {
    let own = steps.iter().filter(|step| step.of.is_none());
    let roles: BTreeSet<&RoleId> = own.flat_map(|step| &step.who).collect();
    let rules = roles.into_iter().map(|role| {
        let seen = seen_by_acting(role, states, steps);
        let all = seen.len() == states.len();
        Rule { who: vec![role.clone()], relation: Relation::UnitAndBelow, states: (!all).then_some(seen) }
    });
    let mut rules: Vec<Rule> = rules.collect();
    // enforces: step.of
    for (step, field) in steps.iter().filter_map(|step| Some((step, step.of.as_ref()?))) {
        let relation = if is_unit(field) { Relation::Hosted(field.clone()) } else { Relation::Named(field.clone()) };
        let same = |rule: &&mut Rule| rule.who == step.who && rule.relation == relation;
        match rules.iter_mut().find(same).and_then(|rule| rule.states.as_mut()) {
            Some(seen) => seen.extend(step.from.iter().filter(|id| !seen.contains(id)).cloned().collect::<Vec<_>>()),
            None => rules.push(Rule { who: step.who.clone(), relation, states: Some(step.from.clone()) }),
        }
    }
    rules
}

fn seen_by_acting(role: &RoleId, states: &[State], steps: &[Step]) -> Vec<StateId> {
    let acts = |step: &Step| step.of.is_none() && step.who.contains(role);
    let starts = steps.iter().any(|step| step.from.is_empty() && acts(step));
    let own: BTreeSet<&StateId> = steps.iter().filter(|step| acts(step)).flat_map(|step| &step.from).collect();
    // What is reached without this role: from the start along steps out of states in which it does not act.
    let mut around: BTreeSet<&StateId> = BTreeSet::new();
    let first = steps.iter().find(|step| step.from.is_empty()).and_then(|step| step.to.as_ref());
    let mut next: Vec<&StateId> = first.filter(|_| !starts).into_iter().collect();
    while let Some(at) = next.pop() {
        if own.contains(at) || !around.insert(at) {
            continue;
        }
        next.extend(steps.iter().filter(|step| step.from.contains(at)).filter_map(|step| step.to.as_ref()));
    }
    states.iter().map(|state| &state.id).filter(|id| !around.contains(*id)).cloned().collect()
}

/// What one person sees of a mechanism: ways, any of which is enough. No way sees nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The ways; those through units first, no two of them with the same states.
    pub ways: Vec<Way>,
}

/// One way of seeing records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Through what.
    pub through: Through,
    /// In which states; `None` for whatever state.
    pub states: Option<Vec<StateId>>,
}

/// Through what a record is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Through {
    /// Its unit lies in one of these subtrees.
    Units(Vec<Subtree>),
    /// It points to this person.
    Person(How, PersonId),
    /// It points to a unit in one of these subtrees.
    Pointed(How, Vec<Subtree>),
}

/// How a record stands, as far as sight asks.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The number of its unit in pre-order; `None` if there is no such unit any more.
    pub unit_ord: Option<i64>,
    /// Its state.
    pub state: &'a StateId,
    /// Whom it points to.
    pub points: &'a [Pointed],
}

/// Whom a record points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// How.
    pub how: How,
    /// To whom.
    pub to: Target,
}

/// A person, or a unit with its number in pre-order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A person.
    Person(PersonId),
    /// A unit.
    Unit(UnitId, Option<i64>),
}

impl Way {
    /// Does it cover the state?
    pub fn covers(&self, state: &StateId) -> bool {
        self.states.as_ref().is_none_or(|states| states.contains(state))
    }

    /// Its subtrees, if it goes through the record's unit.
    pub fn subtrees(&self) -> Option<&[Subtree]> {
        match &self.through {
            Through::Units(units) => Some(units),
            Through::Person(..) | Through::Pointed(..) => None,
        }
    }

    fn sees(&self, standing: Standing<'_>) -> bool {
        self.covers(standing.state)
            && match &self.through {
                Through::Units(units) => standing.unit_ord.is_some_and(|ord| units.iter().any(|it| it.holds(ord))),
                Through::Person(how, person) => {
                    standing.points.iter().any(|it| it.how == *how && it.to == Target::Person(*person))
                }
                Through::Pointed(how, units) => standing.points.iter().any(|it| match it.to {
                    Target::Unit(_, Some(ord)) => it.how == *how && units.iter().any(|unit| unit.holds(ord)),
                    _ => false,
                }),
            }
    }
}

impl Sight {
    /// Everything inside these subtrees, whatever its state.
    pub fn over(units: Vec<Subtree>) -> Self {
        let mut sight = Self::default();
        sight.see(Through::Units(units), None);
        sight
    }

    /// What the rules come to for somebody who holds these grants today.
    // enforces: rights.see
    // enforces: sight.who
    // enforces: sight.relation
    // enforces: sight.states
    pub fn of(mechanism: &Mechanism, actor: &Actor) -> Self {
        Self::by(&mechanism.rights.sight, &mechanism.id, actor)
    }

    /// What rules of a mechanism come to; whoever stands in for somebody sees what that one sees.
    pub fn by(rules: &[Rule], mechanism: &MechanismId, actor: &Actor) -> Self {
        let mut sight = Self::default();
        for rule in rules {
            let held = || actor.held_in(mechanism).map(|it| it.grant).filter(|grant| rule.who.contains(&grant.role));
            let how = match &rule.relation {
                Relation::UnitAndBelow => {
                    sight.see(Through::Units(held().map(|grant| grant.over).collect()), rule.states.clone());
                    continue;
                }
                Relation::OwnUnit => {
                    sight.see(Through::Units(held().map(own_unit).collect()), rule.states.clone());
                    continue;
                }
                Relation::Anywhere => {
                    let all = Subtree { first: 0, last: i64::MAX - 1 };
                    sight.see(Through::Units(held().map(|_| all).collect()), rule.states.clone());
                    continue;
                }
                Relation::Hosted(field) => {
                    let below = held().map(|grant| grant.over).collect();
                    sight.see(Through::Pointed(How::hosted(field), below), rule.states.clone());
                    continue;
                }
                Relation::Named(field) => How::named(field),
                Relation::Opened => How::opened(),
                Relation::Handled => How::handled(),
                Relation::Assigned => How::assigned(),
            };
            if rule.who.is_empty() || held().next().is_some() {
                for person in actor.counts_as(mechanism) {
                    sight.see(Through::Person(how.clone(), person), rule.states.clone());
                }
            }
        }
        sight
    }

    /// One more way. Ways through units with the same states are one way; what an unlimited way holds is not said twice.
    fn see(&mut self, through: Through, states: Option<Vec<StateId>>) {
        let (Through::Units(units) | Through::Pointed(_, units)) = &through else {
            let way = Way { through, states };
            if !self.ways.contains(&way) {
                self.ways.push(way);
            }
            return;
        };
        if units.is_empty() {
            return;
        }
        let same = self.ways.iter_mut().find(|way| way.states == states && way.through.is_like(&through));
        match (same.map(|way| &mut way.through), through) {
            (
                Some(Through::Units(known) | Through::Pointed(_, known)),
                Through::Units(more) | Through::Pointed(_, more),
            ) => {
                known.extend(more);
                *known = merged(std::mem::take(known).into_iter());
            }
            (_, Through::Units(units)) => {
                let place = self.ways.iter().position(|way| way.subtrees().is_none()).unwrap_or(self.ways.len());
                self.ways.insert(place, Way { through: Through::Units(merged(units.into_iter())), states });
            }
            (_, Through::Pointed(how, units)) => {
                self.ways.push(Way { through: Through::Pointed(how, merged(units.into_iter())), states });
            }
            (_, through) => self.ways.push(Way { through, states }),
        }
    }

    /// Also what others pass on to this person: records of which they, or units where they hold a role that the rules
    /// name, were sent a copy. To whoever sees the whole tree nothing else shows anything more, and no list need be asked
    /// for it.
    #[must_use]
    pub fn with_copies(mut self, mechanism: &Mechanism, actor: &Actor, whole: Subtree) -> Self {
        let all = |it: &Subtree| it.first <= whole.first && whole.last <= it.last;
        let sees_all = |way: &Way| way.states.is_none() && way.subtrees().is_some_and(|units| units.iter().any(all));
        if let Some(at) = self.ways.iter().position(sees_all) {
            return Self { ways: vec![self.ways.swap_remove(at)] };
        }
        for person in actor.counts_as(&mechanism.id) {
            self.see(Through::Person(How::copied(), person), None);
        }
        let roles: Vec<RoleId> = mechanism.rights.sight.iter().flat_map(|rule| rule.who.iter().cloned()).collect();
        self.see(Through::Pointed(How::copied_to_unit(), actor.reach(&mechanism.id, &roles)), None);
        self
    }

    /// Is there no way at all?
    pub fn is_blind(&self) -> bool {
        self.ways.is_empty()
    }

    /// Is a record that stands so seen?
    pub fn sees(&self, standing: Standing<'_>) -> bool {
        self.ways.iter().any(|way| way.sees(standing))
    }

    /// The ways through the record's unit: their subtrees and states.
    pub fn unit_ways(&self) -> impl Iterator<Item = (&[Subtree], Option<&[StateId]>)> {
        self.ways.iter().filter_map(|way| Some((way.subtrees()?, way.states.as_deref())))
    }

    /// The subtrees inside which every record in the states is seen, merged and in order.
    pub fn subtrees_in(&self, states: &[StateId]) -> Vec<Subtree> {
        let whole = |seen: Option<&[StateId]>| seen.is_none_or(|seen| states.iter().all(|state| seen.contains(state)));
        merged(self.unit_ways().filter(|(_, seen)| whole(*seen)).flat_map(|(units, _)| units).copied())
    }

    /// The subtrees inside which something is seen, merged and in order.
    pub fn subtrees(&self) -> Vec<Subtree> {
        merged(self.unit_ways().flat_map(|(units, _)| units).copied())
    }

    /// Only what belongs to units inside the subtrees: what figures count there.
    #[must_use]
    pub fn of_units_inside(&self, units: &[Subtree]) -> Self {
        let mut inside = self.inside(units);
        inside.ways.retain(|way| way.subtrees().is_some());
        inside
    }

    /// Only what is seen through units inside the subtrees, and what points to the person.
    #[must_use]
    pub fn inside(&self, units: &[Subtree]) -> Self {
        let narrowed = |way: &Way| {
            let through = match &way.through {
                Through::Units(all) => Through::Units(overlap(all, units)),
                Through::Pointed(how, all) => Through::Pointed(how.clone(), overlap(all, units)),
                Through::Person(how, person) => Through::Person(how.clone(), *person),
            };
            let empty = matches!(&through, Through::Units(all) | Through::Pointed(_, all) if all.is_empty());
            (!empty).then(|| Way { through, states: way.states.clone() })
        };
        Self { ways: self.ways.iter().filter_map(narrowed).collect() }
    }
}

impl Through {
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Units(_), Self::Units(_)) => true,
            (Self::Pointed(how, _), Self::Pointed(other, _)) => how == other,
            _ => false,
        }
    }
}

fn own_unit(grant: &Grant) -> Subtree {
    Subtree { first: grant.over.first, last: grant.over.first }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use uuid::Uuid;

    use super::*;

    const DAY: Date = Date::constant(2026, 1, 1);

    fn grant(role: &str, first: i64, last: i64) -> Grant {
        let (role, unit, basis) = (RoleId::from(role), UnitId(Uuid::nil()), String::new());
        Grant { role, unit, over: Subtree { first, last }, from_on: DAY, until_on: None, basis }
    }

    fn somebody(grants: Vec<Grant>) -> Actor {
        Actor::Person { id: PersonId(Uuid::from_u128(1)), name: "甲".to_owned(), grants, stands_for: Vec::new() }
    }

    fn rule(who: &[&str], relation: Relation, states: Option<&[&str]>) -> Rule {
        let states = states.map(|all| all.iter().map(|id| StateId::from(*id)).collect());
        Rule { who: who.iter().map(|id| RoleId::from(*id)).collect(), relation, states }
    }

    fn by(rules: &[Rule], actor: &Actor) -> Sight {
        Sight::by(rules, &"task".into(), actor)
    }

    fn sees(sight: &Sight, unit_ord: i64, state: &str, points: &[Pointed]) -> bool {
        sight.sees(Standing { unit_ord: Some(unit_ord), state: &StateId::from(state), points })
    }

    #[test]
    fn without_a_rule_or_without_a_grant_nothing_is_seen() {
        let rules = [rule(&["a"], Relation::UnitAndBelow, None)];
        assert!(by(&[], &somebody(vec![grant("a", 0, 9)])).is_blind());
        assert!(by(&rules, &somebody(vec![grant("b", 0, 9)])).is_blind());
        assert!(by(&rules, &somebody(Vec::new())).is_blind());
        assert!(by(&rules, &Actor::Clock).is_blind());
    }

    #[test]
    fn a_role_counts_only_over_its_own_subtree_and_in_its_own_states() {
        let rules =
            [rule(&["narrow"], Relation::UnitAndBelow, None), rule(&["wide"], Relation::UnitAndBelow, Some(&["open"]))];
        let sight = by(&rules, &somebody(vec![grant("narrow", 3, 4), grant("wide", 0, 9)]));
        assert!(sees(&sight, 3, "draft", &[]) && sees(&sight, 7, "open", &[]));
        assert!(!sees(&sight, 7, "draft", &[]) && !sees(&sight, 10, "open", &[]));
        assert_eq!(sight.subtrees_in(&["draft".into()]), [Subtree { first: 3, last: 4 }]);
        assert_eq!(sight.subtrees_in(&["open".into()]), [Subtree { first: 0, last: 9 }]);
    }

    #[test]
    fn the_own_unit_is_without_those_below() {
        let sight = by(&[rule(&["a"], Relation::OwnUnit, None)], &somebody(vec![grant("a", 3, 5)]));
        assert!(sees(&sight, 3, "open", &[]) && !sees(&sight, 4, "open", &[]));
    }

    #[test]
    fn what_points_to_somebody_is_seen_by_them_and_by_nobody_else() {
        let (mine, other) =
            (Target::Person(PersonId(Uuid::from_u128(1))), Target::Person(PersonId(Uuid::from_u128(2))));
        let rules = [rule(&[], Relation::Named("owner".into()), Some(&["open"]))];
        let sight = by(&rules, &somebody(Vec::new()));
        let point = |to| [Pointed { how: How::named(&"owner".into()), to }];
        assert!(sees(&sight, 1, "open", &point(mine)));
        assert!(!sees(&sight, 1, "open", &point(other)) && !sees(&sight, 1, "draft", &point(mine)));
        let elsewhere = [Pointed { how: How::named(&"team".into()), to: mine }];
        assert!(!sees(&sight, 1, "open", &elsewhere));
    }

    #[test]
    fn a_unit_that_is_named_is_seen_through_the_role_that_reaches_it() {
        let rules = [rule(&["a"], Relation::Hosted("helpers".into()), None)];
        let sight = by(&rules, &somebody(vec![grant("a", 3, 5)]));
        let point = |ord| [Pointed { how: How::hosted(&"helpers".into()), to: Target::Unit(UnitId(Uuid::nil()), ord) }];
        assert!(sees(&sight, 9, "open", &point(Some(4))));
        assert!(!sees(&sight, 4, "open", &[]) && !sees(&sight, 9, "open", &point(Some(6))));
        assert!(!sees(&sight, 9, "open", &point(None)));
    }

    #[test]
    fn what_meets_is_one_interval_and_what_is_said_twice_is_one_way() {
        let rules = [rule(&["a", "b"], Relation::UnitAndBelow, None), rule(&["b"], Relation::UnitAndBelow, None)];
        let sight = by(&rules, &somebody(vec![grant("a", 3, 5), grant("b", 6, 8), grant("a", 20, 20)]));
        let over = |first, last| Subtree { first, last };
        assert_eq!(sight, Sight::over(vec![over(3, 8), over(20, 20)]));
        assert_eq!(sight.inside(&[over(5, 20)]), Sight::over(vec![over(5, 8), over(20, 20)]));
    }
}
