//! How do units stand to one another? The organisation tree, in memory, numbered in pre-order.
//!
//! A subtree is one interval of numbers, so that rights, lists and figures ask for an interval and not for a list.
//! Never the truth: that is in the database; this is read again when units or grants change.

mod choosing;
mod past;

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::authority::{Grant, Principal, StandIn, Subtree};
use kernel::ids::{PersonId, RecordId, RoleId, UnitId, UnitKind};
use kernel::workflow::Numbered as _;

pub use choosing::{Unclear, several};
pub use past::{Link, Past, Span};

/// A unit as pages need it.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Its kind.
    pub kind: UnitKind,
    /// Its name.
    pub name: String,
    /// Its short name, or its name.
    pub short_name: String,
    /// Its pinyin initials, for search.
    pub pinyin: String,
    /// The unit above it.
    pub parent: Option<UnitId>,
    /// Its subtree.
    pub over: Subtree,
    /// How deep it lies; the root is 0.
    pub depth: i64,
    /// Its code.
    pub code: Option<String>,
    /// Its unified social credit code.
    pub credit_code: Option<String>,
    /// Its level: an item of the list `unit_level`.
    pub level: Option<String>,
    /// Since when it is there, if that was said.
    pub founded_on: Option<Date>,
    /// Since when it is no more.
    pub dissolved_on: Option<Date>,
}

impl Unit {
    /// Is it there still?
    pub fn is_present(&self) -> bool {
        self.dissolved_on.is_none()
    }
}

/// A person as pages need them.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their pinyin initials.
    pub pinyin: String,
    /// What they are called in their unit.
    pub post_name: Option<String>,
    /// The unit where they work.
    pub unit: Option<UnitId>,
}

/// A post as pages need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its id: that of its record.
    pub id: RecordId,
    /// Its unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// How many may hold it at a time.
    pub places: usize,
    /// The day on which it was abolished.
    pub ended_on: Option<Date>,
}

/// Units, people and who holds which role, as of the last reading.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    version: i64,
    units: Vec<Unit>,
    by_id: HashMap<UnitId, usize>,
    by_name: HashMap<String, UnitId>,
    past: Past,
    people: HashMap<PersonId, Person>,
    grants: HashMap<PersonId, Vec<Grant>>,
    holders: HashMap<RoleId, Vec<PersonId>>,
    stand_ins: Vec<StandIn>,
    posts: HashMap<RecordId, Post>,
    merged: HashMap<PersonId, PersonId>,
    left: HashMap<PersonId, Date>,
}

impl kernel::workflow::Numbered for Tree {
    fn ord(&self, unit: UnitId) -> Option<i64> {
        self.unit(unit).map(|unit| unit.over.first)
    }

    fn holds(&self, person: PersonId, roles: &[RoleId], ord: i64, on: Date) -> bool {
        let is_so = |grant: &Grant| roles.contains(&grant.role) && grant.over.holds(ord) && grant.holds_on(on);
        self.grants.get(&person).is_some_and(|all| all.iter().any(is_so))
    }

    fn unit_of(&self, person: PersonId) -> Option<UnitId> {
        self.person(person).and_then(|person| person.unit)
    }

    fn above(&self, unit: UnitId) -> Option<UnitId> {
        self.unit(unit).and_then(|unit| unit.parent)
    }
}

impl Tree {
    /// A tree of units in pre-order, with people and grants.
    pub fn new(version: i64, mut units: Vec<Unit>, people: Vec<Person>, mut grants: Vec<(PersonId, Grant)>) -> Self {
        units.sort_by_key(|unit| unit.over.first);
        let by_id = units.iter().enumerate().map(|(at, unit)| (unit.id, at)).collect();
        let mut by_name = HashMap::new();
        let (gone, there): (Vec<&Unit>, Vec<&Unit>) = units.iter().rev().partition(|unit| !unit.is_present());
        for unit in gone.into_iter().chain(there) {
            by_name.insert(unit.short_name.clone(), unit.id);
            by_name.insert(unit.name.clone(), unit.id);
        }
        let people = people.into_iter().map(|person| (person.id, person)).collect();
        let mut by_person: HashMap<PersonId, Vec<Grant>> = HashMap::new();
        let mut holders: HashMap<RoleId, Vec<PersonId>> = HashMap::new();
        grants.sort_by_key(|(person, _)| *person);
        for (person, grant) in grants {
            let known = holders.entry(grant.role.clone()).or_default();
            if known.last() != Some(&person) {
                known.push(person);
            }
            by_person.entry(person).or_default().push(grant);
        }
        Self { version, units, by_id, by_name, people, grants: by_person, holders, ..Self::default() }
    }

    /// With those who stand in for others.
    pub fn with_stand_ins(self, stand_ins: Vec<StandIn>) -> Self {
        Self { stand_ins, ..self }
    }

    /// The same tree with what it was before.
    #[must_use]
    pub fn with_past(self, past: Past) -> Self {
        Self { past, ..self }
    }

    /// What units were before, and how the two trees are linked.
    pub fn past(&self) -> &Past {
        &self.past
    }

    /// The last day on which something was changed about a unit.
    pub fn last_change(&self, unit: UnitId) -> Option<Date> {
        self.past.of(unit).last().map(|span| span.from_on)
    }

    /// The unit above a unit on a day.
    pub fn parent_on(&self, unit: UnitId, day: Date) -> Option<UnitId> {
        match self.past.on(unit, day) {
            Some(span) => span.parent,
            None => self.unit(unit).and_then(|unit| unit.parent),
        }
    }

    /// A unit and every unit above it on a day.
    pub fn upwards_on(&self, id: UnitId, day: Date) -> Vec<UnitId> {
        if self.past.turns().is_empty() {
            return self.upwards(id);
        }
        let mut way = vec![id];
        let mut at = self.parent_on(id, day);
        while let Some(above) = at.filter(|above| !way.contains(above)) {
            way.push(above);
            at = self.parent_on(above, day);
        }
        way
    }

    /// Which version of units, people and grants it is; the database counts their changes.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// With the posts.
    #[must_use]
    pub fn with_posts(mut self, posts: impl IntoIterator<Item = Post>) -> Self {
        self.posts = posts.into_iter().map(|post| (post.id, post)).collect();
        self
    }

    /// With those whose file was merged into another's.
    #[must_use]
    pub fn with_merged(mut self, merged: impl IntoIterator<Item = (PersonId, PersonId)>) -> Self {
        self.merged = merged.into_iter().collect();
        self
    }

    /// With those who left.
    #[must_use]
    pub fn with_left(mut self, left: impl IntoIterator<Item = (PersonId, Date)>) -> Self {
        self.left = left.into_iter().collect();
        self
    }

    /// A post.
    pub fn post(&self, id: RecordId) -> Option<&Post> {
        self.posts.get(&id)
    }

    /// The posts of the units inside any of the subtrees, in the order of units and names.
    pub fn posts_within(&self, reach: &[Subtree]) -> Vec<&Post> {
        let ord = |post: &Post| self.unit(post.unit).map(|unit| unit.over.first);
        let inside = |post: &&Post| ord(post).is_some_and(|ord| reach.iter().any(|over| over.holds(ord)));
        let mut posts: Vec<&Post> = self.posts.values().filter(inside).collect();
        posts.sort_by(|a, b| (ord(a), &a.name, a.id).cmp(&(ord(b), &b.name, b.id)));
        posts
    }

    /// All units, in pre-order.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// A unit.
    pub fn unit(&self, id: UnitId) -> Option<&Unit> {
        self.by_id.get(&id).map(|at| &self.units[*at])
    }

    /// The whole site.
    pub fn whole(&self) -> Subtree {
        match (self.units.first(), self.units.last()) {
            (Some(first), Some(last)) => Subtree { first: first.over.first, last: last.over.last },
            _ => Subtree { first: 0, last: -1 },
        }
    }

    /// A unit by its full or short name.
    pub fn named(&self, name: &str) -> Option<&Unit> {
        self.by_name.get(name).and_then(|id| self.unit(*id))
    }

    /// The names of units, for suggesting what was meant.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.units.iter().map(|unit| unit.name.as_str())
    }

    /// Units inside any of the subtrees.
    pub fn within<'a>(&'a self, reach: &'a [Subtree]) -> impl Iterator<Item = &'a Unit> {
        self.units.iter().filter(move |unit| reach.iter().any(|over| over.holds(unit.over.first)))
    }

    /// A unit and every unit above it.
    pub fn upwards(&self, id: UnitId) -> Vec<UnitId> {
        let mut way = vec![id];
        let mut at = self.unit(id).and_then(|unit| unit.parent);
        while let Some(above) = at {
            way.push(above);
            at = self.unit(above).and_then(|unit| unit.parent);
        }
        way
    }

    /// The fewest units whose subtrees together are the interval.
    pub fn covering(&self, over: Subtree) -> Vec<UnitId> {
        let mut at = self.units.partition_point(|unit| unit.over.first < over.first);
        let mut covering = Vec::new();
        while let Some(unit) = self.units.get(at).filter(|unit| unit.over.first <= over.last) {
            if unit.over.last <= over.last {
                covering.push(unit.id);
                at = self.units.partition_point(|next| next.over.first <= unit.over.last);
            } else {
                at += 1;
            }
        }
        covering
    }

    /// Units inside any of the subtrees that are there still: what may be chosen.
    pub fn present_within<'a>(&'a self, reach: &'a [Subtree]) -> impl Iterator<Item = &'a Unit> {
        self.within(reach).filter(|unit| unit.is_present())
    }

    /// The units whose subtrees together are the interval, and those to be taken away from them again: a unit without
    /// what is below it is its subtree less those of the units directly below.
    pub fn made_of(&self, over: Subtree) -> (Vec<UnitId>, Vec<UnitId>) {
        let (mut added, mut taken) = (Vec::new(), Vec::new());
        let mut at = self.units.partition_point(|unit| unit.over.first < over.first);
        while let Some(unit) = self.units.get(at).filter(|unit| unit.over.first <= over.last) {
            added.push(unit.id);
            if unit.over.last <= over.last {
                at = self.units.partition_point(|next| next.over.first <= unit.over.last);
            } else {
                taken.extend(self.children(unit.id).map(|below| below.id));
                at += 1;
            }
        }
        (added, taken)
    }

    /// The units directly below.
    pub fn children(&self, id: UnitId) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter(move |unit| unit.parent == Some(id))
    }

    /// A person; whoever was merged into another is that other.
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&self.human(id))
    }

    /// The human that a person is: whoever was merged into another is that other.
    pub fn human(&self, id: PersonId) -> PersonId {
        let (mut id, mut hops) = (id, 0);
        while let Some(kept) = self.merged.get(&id).filter(|_| hops < 16) {
            (id, hops) = (*kept, hops + 1);
        }
        id
    }

    /// All files of the human that a person is, their own first.
    pub fn files_of(&self, id: PersonId) -> Vec<PersonId> {
        let human = self.human(id);
        let others = self.merged.keys().copied().filter(|it| *it != human && self.human(*it) == human);
        std::iter::once(human).chain(others).collect()
    }

    /// Those whom a typed word means: a part of the name, or the beginning of its pinyin initials; the exact name first.
    /// Nothing if no word was typed.
    pub fn named_people(&self, words: &str) -> Option<Vec<PersonId>> {
        const MOST: usize = 250;
        let words = words.trim();
        let small = words.to_lowercase();
        if words.is_empty() {
            return None;
        }
        let fits = |person: &&Person| person.name.contains(words) || person.pinyin.starts_with(&small);
        let mut found: Vec<&Person> = self.people().filter(fits).collect();
        found.sort_by(|a, b| (a.name != words, &a.pinyin, a.id).cmp(&(b.name != words, &b.pinyin, b.id)));
        Some(found.into_iter().take(MOST).map(|person| person.id).collect())
    }

    /// Is a person the other, or were they put into that one's file, straight or by others?
    pub fn goes_by(&self, id: PersonId, other: PersonId) -> bool {
        let (mut id, mut hops) = (id, 0);
        while id != other {
            let Some(kept) = self.merged.get(&id).filter(|_| hops < 16) else { return false };
            (id, hops) = (*kept, hops + 1);
        }
        true
    }

    /// The label of a person: what stands in a form for them, and means them alone.
    pub fn person_label(&self, id: PersonId) -> String {
        let Some(person) = self.person(id) else { return String::new() };
        let alike: Vec<&Person> = self.present().filter(|it| it.id != person.id && it.name == person.name).collect();
        if alike.is_empty() {
            return person.name.clone();
        }
        let unit = |it: &Person| it.unit.and_then(|unit| self.unit(unit)).map(|unit| unit.name.clone());
        let near: Vec<&Person> = alike.into_iter().filter(|it| unit(it) == unit(person)).collect();
        let mut words = vec![unit(person).unwrap_or_default()];
        if !near.is_empty() {
            words.push(person.post_name.clone().unwrap_or_default());
        }
        if near.iter().any(|it| it.post_name == person.post_name) {
            words.push(person.id.to_string());
        }
        words.retain(|word| !word.is_empty());
        format!("{}（{}）", person.name, words.join("，"))
    }

    /// Into whom a person was merged.
    pub fn merged_into(&self, id: PersonId) -> Option<PersonId> {
        self.merged.get(&id).copied()
    }

    /// People, in no order; whoever was merged into another is that other alone.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values().filter(|person| !self.merged.contains_key(&person.id))
    }

    /// The posts of a unit that are not abolished.
    pub fn posts_of(&self, unit: UnitId) -> impl Iterator<Item = &Post> {
        let mut posts: Vec<&Post> =
            self.posts.values().filter(|post| post.unit == unit && post.ended_on.is_none()).collect();
        posts.sort_by_key(|post| post.id);
        posts.into_iter()
    }

    /// People who are here: nobody who left.
    pub fn present(&self) -> impl Iterator<Item = &Person> {
        self.people().filter(|person| !self.left.contains_key(&person.id))
    }

    /// People who are here and work in a unit.
    pub fn working_in(&self, unit: UnitId) -> impl Iterator<Item = &Person> {
        self.present().filter(move |person| person.unit == Some(unit))
    }

    /// What a person holds on a day.
    pub fn grants_of(&self, person: PersonId, on: Date) -> Vec<Grant> {
        let all = self.grants.get(&person).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|grant| grant.holds_on(on)).cloned().collect()
    }

    /// Everybody who holds a role on a day, with each grant of it.
    pub fn holding<'a>(&'a self, role: &RoleId, on: Date) -> impl Iterator<Item = (PersonId, &'a Grant)> {
        let role = role.clone();
        let people = self.holders.get(&role).map(Vec::as_slice).unwrap_or_default();
        people.iter().flat_map(move |person| {
            let role = role.clone();
            let all = self.grants.get(person).map(Vec::as_slice).unwrap_or_default();
            all.iter().filter(move |it| it.role == role && it.holds_on(on)).map(|grant| (*person, grant))
        })
    }

    /// In whose name a person may act on a day, with what each holds themselves that day. What they hold as somebody's
    /// stand-in is not among it, and neither is a role that `is_business` does not let through.
    pub fn principals_of(&self, person: PersonId, on: Date, is_business: impl Fn(&RoleId) -> bool) -> Vec<Principal> {
        let given = self.stand_ins.iter().filter(|it| it.person == person && it.holds_on(on));
        let principals = given.filter_map(|it| {
            let known = self.person(it.principal)?;
            let mut grants = self.grants_of(it.principal, on);
            grants.retain(|grant| is_business(&grant.role));
            Some(Principal { person: known.id, name: known.name.clone(), mechanisms: it.mechanisms.clone(), grants })
        });
        principals.collect()
    }

    /// Who stands in for a person on a day.
    pub fn stand_ins_for(&self, principal: PersonId, on: Date) -> impl Iterator<Item = &StandIn> {
        self.stand_ins.iter().filter(move |it| it.principal == principal && it.holds_on(on))
    }

    /// The last day on which a person holds anything or stands in for somebody, also in days to come; nothing if they
    /// never did.
    pub fn last_day_of(&self, person: PersonId) -> Option<Date> {
        let own = self.grants.get(&person).into_iter().flatten();
        let own = own.map(|grant| grant.until_on.unwrap_or(Date::MAX));
        let in_names = self.stand_ins.iter().filter(|it| it.person == person && !it.is_ended);
        own.chain(in_names.map(|it| it.until_on)).max()
    }

    /// Who holds one of the roles over that very unit on a day.
    pub fn holders_of_unit(&self, roles: &[RoleId], unit: UnitId, on: Date) -> Vec<PersonId> {
        let held = roles.iter().flat_map(|role| self.holding(role, on));
        held.filter(|(_, grant)| grant.unit == unit).map(|(person, _)| person).collect()
    }

    /// Who holds a role over a unit on a day: those who hold it nearest to the unit.
    pub fn holders(&self, role: &RoleId, unit: UnitId, on: Date) -> Vec<&Person> {
        let Some(ord) = self.ord(unit) else { return Vec::new() };
        let fitting = self.holding(role, on).filter(|(_, it)| it.over.holds(ord));
        let mut found: Vec<(i64, PersonId)> = fitting.map(|(id, it)| (it.over.last - it.over.first, id)).collect();
        found.sort();
        let nearest = found.first().map(|(size, _)| *size);
        let mut people: Vec<PersonId> =
            found.into_iter().filter(|(size, _)| Some(*size) == nearest).map(|(_, id)| id).collect();
        people.dedup();
        people.into_iter().filter_map(|id| self.person(id)).collect()
    }
}
