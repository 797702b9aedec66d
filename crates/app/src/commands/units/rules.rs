//! May units become so? Every rule about an order, looked at on the tree as it stands; all that stands in the way at
//! once.
//!
//! Never writes, and never asks the database: what it needs to know is handed in.

use std::collections::HashSet;

use jiff::Span as Days;
use jiff::civil::Date;
use kernel::catalog::{LEVELS, Managed};
use kernel::ids::{FieldId, UnitId, UnitKind};
use kernel::organisation::order::{Change, Order, Takes, UnitFacts};
use kernel::organisation::{credit_code, may_stand};
use kernel::refusal::{Refusal, Spot};

use crate::ctx::Ctx;
use crate::tree::Unit;

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;
/// The longest number of a decision.
const LONGEST_DECISION: usize = 100;
/// The longest reason.
const LONGEST_WHY: usize = 500;
/// Before this day no unit of ours was founded.
const FIRST_DAY: Date = Date::constant(1921, 7, 1);

/// Everything that stands in the way of an order; `closed_by` tells of units that cannot end because of open work.
pub(super) fn judge(ctx: &Ctx, order: &Order) -> Vec<Refusal> {
    let mut judge = Judge { ctx, order, found: Vec::new() };
    judge.decision();
    judge.change();
    judge.found
}

struct Judge<'a> {
    ctx: &'a Ctx,
    order: &'a Order,
    found: Vec<Refusal>,
}

/// At a field of the form.
fn at(refusal: Refusal, field: &str) -> Refusal {
    refusal.at(Spot::Field(FieldId::from(field)))
}

impl Judge<'_> {
    fn tell(&mut self, refusal: Refusal, field: &str) {
        self.found.push(at(refusal, field));
    }

    fn decision(&mut self) {
        let latest = self.ctx.today.checked_add(Days::new().years(5)).unwrap_or(self.ctx.today);
        if self.order.on < FIRST_DAY || self.order.on > latest {
            self.tell(Refusal::new("unit.day_too_far").with("first", FIRST_DAY).with("last", latest), "on");
        }
        for (text, most, name, field) in [
            (&self.order.decision, LONGEST_DECISION, "批准文号", "decision"),
            (&self.order.why, LONGEST_WHY, "事由", "why"),
        ] {
            self.length(text, most, name, field, field == "decision");
        }
    }

    fn length(&mut self, text: &str, most: usize, name: &str, field: &str, required: bool) {
        let length = text.chars().count();
        if required && text.trim().is_empty() {
            self.tell(Refusal::new("field.missing").with("field", name), field);
        } else if length > most {
            let refusal = Refusal::new("field.too_long").with("field", name).with("length", length).with("most", most);
            self.tell(refusal, field);
        }
    }

    fn change(&mut self) {
        match &self.order.change {
            Change::Found { unit, facts, above, of } => {
                self.is_new(*unit);
                self.founded(facts, *above);
                self.facts(*unit, facts, *above);
                self.links(&facts.unit_kind, of);
            }
            Change::Alter { unit, facts, of } => {
                let Some(own) = self.present(*unit, "unit") else { return };
                self.managed(*unit);
                self.facts(*unit, facts, own.parent);
                self.links(&facts.unit_kind, of);
                self.below_may_stand(*unit, &facts.unit_kind);
            }
            Change::Move { unit, above } => self.moved(*unit, *above),
            Change::Merge { units, into, .. } => self.merged(units, *into),
            Change::Split { unit, new, facts, takes } => self.split(*unit, *new, facts, takes),
            Change::Dissolve { unit } => self.dissolved(*unit),
        }
    }

    fn founded(&mut self, facts: &UnitFacts, above: Option<UnitId>) {
        match above {
            Some(above) => {
                if self.present(above, "above").is_some() {
                    self.managed(above);
                }
            }
            None => {
                let own = self.ctx.vocabulary().hierarchy(&facts.unit_kind);
                let same = |unit: &&Unit| unit.parent.is_none() && self.ctx.vocabulary().hierarchy(&unit.kind) == own;
                if let Some(top) = self.ctx.tree.units().iter().find(same).map(|unit| unit.name.clone()) {
                    self.tell(Refusal::new("unit.one_top").with("unit", top), "above");
                }
                let tops = self.ctx.tree.units().iter().filter(|unit| unit.parent.is_none());
                let reach = self.ctx.managed(Managed::Units);
                if !tops.into_iter().any(|top| reach.iter().any(|over| over.holds(top.over.first))) {
                    self.found.push(Refusal::not_yours("unit.not_yours").with("unit", "最上级单位"));
                }
            }
        }
    }

    /// The unit, if it is there and not dissolved, and nothing later was entered for it.
    fn present(&mut self, unit: UnitId, field: &str) -> Option<Unit> {
        let found = self.ctx.tree.unit(unit).cloned();
        let Some(found) = found.filter(|found| found.is_present()) else {
            self.tell(Refusal::new("unit.not_there_any_more"), field);
            return None;
        };
        if let Some(last) = self.ctx.tree.last_change(unit).filter(|last| *last > self.order.on) {
            self.tell(Refusal::new("unit.changed_later").with("unit", &found.name).with("day", last), "on");
        }
        Some(found)
    }

    fn managed(&mut self, unit: UnitId) {
        let ord = self.ctx.tree.unit(unit).map_or(-1, |unit| unit.over.first);
        if !self.ctx.managed(Managed::Units).iter().any(|over| over.holds(ord)) {
            let name = self.ctx.names().unit(unit);
            self.found.push(Refusal::not_yours("unit.not_yours").with("unit", name));
        }
    }

    /// The id of a unit to come is free.
    fn is_new(&mut self, unit: UnitId) {
        if self.ctx.tree.unit(unit).is_some() {
            self.found.push(Refusal::new("unit.exists"));
        }
    }

    fn facts(&mut self, unit: UnitId, facts: &UnitFacts, above: Option<UnitId>) {
        self.length(&facts.name, LONGEST_NAME, "单位名称", "name", true);
        self.length(facts.short_name.as_deref().unwrap_or(""), LONGEST_NAME, "简称", "short_name", false);
        self.length(&facts.pinyin, LONGEST_NAME, "拼音首字母", "pinyin", false);
        self.length(facts.code.as_deref().unwrap_or(""), LONGEST_NAME, "机构编码", "code", false);
        let kind = above.and_then(|above| self.ctx.tree.unit(above)).map(|above| above.kind.clone());
        if let Err(refusal) = may_stand(self.ctx.vocabulary(), &facts.unit_kind, kind.as_ref()) {
            self.tell(refusal, "kind");
        }
        if let Some(level) = &facts.level
            && self.ctx.vocabulary().list(LEVELS).is_none_or(|list| list.name_of(level).is_none())
        {
            self.tell(Refusal::new("field.no_such_choice").with("field", "级别").with("value", level), "level");
        }
        if let Some(Err(fault)) = facts.credit_code.as_deref().map(credit_code::parse) {
            self.tell(wrong_code(fault), "credit_code");
        }
        self.unique(unit, facts, above);
    }

    /// No other unit there has the name, and no other unit at all the code.
    fn unique(&mut self, unit: UnitId, facts: &UnitFacts, above: Option<UnitId>) {
        let others: Vec<Unit> =
            self.ctx.tree.units().iter().filter(|it| it.id != unit && it.is_present()).cloned().collect();
        if others.iter().any(|other| other.parent == above && other.name == facts.name) {
            self.tell(Refusal::new("unit.same_name").with("name", &facts.name), "name");
        }
        for other in &others {
            let same = |own: &Option<String>, other: &Option<String>| own.is_some() && own == other;
            if same(&facts.code, &other.code) {
                self.tell(Refusal::new("unit.same_code").with("unit", &other.name), "code");
            }
            if same(&facts.credit_code, &other.credit_code) {
                self.tell(Refusal::new("unit.same_code").with("unit", &other.name), "credit_code");
            }
        }
    }

    fn links(&mut self, kind: &UnitKind, of: &[UnitId]) {
        use kernel::catalog::Hierarchy::{Administrative, Party};
        let vocabulary = self.ctx.vocabulary();
        if vocabulary.hierarchy(kind) != Party && !of.is_empty() {
            self.tell(Refusal::new("unit.only_party_linked"), "of");
        }
        for other in of {
            let fits = self.ctx.tree.unit(*other).is_some_and(|other| {
                other.is_present() && self.ctx.vocabulary().hierarchy(&other.kind) == Administrative
            });
            if !fits {
                self.tell(Refusal::new("unit.linked_to_what"), "of");
            }
        }
    }

    /// What stands below a unit may stand below one of that kind.
    fn below_may_stand(&mut self, unit: UnitId, kind: &UnitKind) {
        let below: Vec<UnitKind> =
            self.ctx.tree.children(unit).filter(|below| below.is_present()).map(|below| below.kind.clone()).collect();
        for own in below.into_iter().collect::<HashSet<_>>() {
            if let Err(refusal) = may_stand(self.ctx.vocabulary(), &own, Some(kind)) {
                self.tell(refusal, "kind");
            }
        }
    }

    fn moved(&mut self, unit: UnitId, above: UnitId) {
        let (Some(own), Some(target)) = (self.present(unit, "unit"), self.present(above, "above")) else { return };
        let Some(parent) = own.parent else {
            return self.tell(Refusal::new("unit.top_stays").with("unit", &own.name), "unit");
        };
        for each in [unit, parent, above] {
            self.managed(each);
        }
        if own.over.holds(target.over.first) {
            self.tell(Refusal::new("unit.below_itself").with("unit", &own.name), "above");
        }
        if parent == above {
            self.tell(Refusal::new("unit.is_there").with("above", &target.name), "above");
        }
        if let Err(refusal) = may_stand(self.ctx.vocabulary(), &own.kind, Some(&target.kind)) {
            self.tell(refusal, "above");
        }
        let same = |other: &&Unit| other.is_present() && other.id != unit && other.name == own.name;
        if self.ctx.tree.children(above).find(same).is_some() {
            self.tell(Refusal::new("unit.same_name").with("name", &own.name), "above");
        }
    }

    fn merged(&mut self, units: &[UnitId], into: UnitId) {
        if units.is_empty() {
            self.tell(Refusal::new("field.missing").with("field", "并入的单位"), "units");
        }
        let Some(target) = self.present(into, "into") else { return };
        self.managed(into);
        for unit in units {
            let Some(own) = self.present(*unit, "units") else { continue };
            self.managed(*unit);
            if own.parent.is_none() {
                self.tell(Refusal::new("unit.top_stays").with("unit", &own.name), "units");
            }
            if own.over.holds(target.over.first) {
                self.tell(Refusal::new("unit.below_itself").with("unit", &own.name), "into");
            }
            let vocabulary = self.ctx.vocabulary();
            if vocabulary.hierarchy(&own.kind) != vocabulary.hierarchy(&target.kind) {
                self.tell(Refusal::new("unit.other_tree").with("unit", &own.name).with("other", &target.name), "into");
            }
            let last = units.len() > 1 && units.iter().filter(|it| *it == unit).count() > 1;
            if last {
                self.tell(Refusal::new("unit.twice").with("unit", &own.name), "units");
            }
            self.below_may_stand(*unit, &target.kind);
        }
    }

    fn split(&mut self, unit: UnitId, new: UnitId, facts: &UnitFacts, takes: &Takes) {
        let Some(own) = self.present(unit, "unit") else { return };
        self.managed(unit);
        let Some(parent) = own.parent else {
            return self.tell(Refusal::new("unit.top_stays").with("unit", &own.name), "unit");
        };
        self.managed(parent);
        self.is_new(new);
        self.facts(new, facts, Some(parent));
        for below in &takes.units {
            let kind = self.ctx.tree.unit(*below).filter(|it| it.parent == Some(unit)).map(|it| it.kind.clone());
            match kind {
                None => self.tell(Refusal::new("unit.not_below").with("unit", &own.name), "units"),
                Some(kind) => {
                    if let Err(refusal) = may_stand(self.ctx.vocabulary(), &kind, Some(&facts.unit_kind)) {
                        self.tell(refusal, "units");
                    }
                    self.present(*below, "units");
                }
            }
        }
        let works_here = |person| self.ctx.tree.person(person).is_some_and(|it| it.unit == Some(unit));
        if !takes.people.iter().all(|person| works_here(*person)) {
            self.tell(Refusal::new("unit.not_working_there").with("unit", &own.name), "people");
        }
        let is_work = |id: &String| {
            self.ctx.catalog().mechanisms.get(id.as_str()).is_some_and(|mechanism| mechanism.roster.is_none())
        };
        if !takes.mechanisms.iter().all(is_work) {
            self.tell(Refusal::new("unit.no_such_mechanism"), "mechanisms");
        }
    }

    fn dissolved(&mut self, unit: UnitId) {
        let Some(own) = self.present(unit, "unit") else { return };
        self.managed(unit);
        if own.parent.is_none() {
            self.tell(Refusal::new("unit.top_stays").with("unit", &own.name), "unit");
        }
        let below = self.ctx.tree.children(unit).filter(|below| below.is_present()).count();
        if below > 0 {
            self.tell(Refusal::new("unit.has_below").with("unit", &own.name).with("count", below), "unit");
        }
        let people = self.ctx.tree.working_in(unit).count();
        if people > 0 {
            self.tell(Refusal::new("unit.has_people").with("unit", &own.name).with("count", people), "unit");
        }
        let posts = self.ctx.tree.posts_of(unit).count();
        if posts > 0 {
            self.tell(Refusal::new("unit.has_posts").with("unit", &own.name).with("count", posts), "unit");
        }
    }
}

/// What is wrong with a credit code, as a refusal.
pub fn wrong_code(fault: credit_code::Fault) -> Refusal {
    match fault {
        credit_code::Fault::Length(length) => Refusal::new("unit.code_length").with("length", length),
        credit_code::Fault::Sign(sign) => Refusal::new("unit.code_sign").with("sign", sign),
        credit_code::Fault::Check(check) => Refusal::new("unit.code_check").with("check", check),
    }
}
