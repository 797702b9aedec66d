//! Which unit is meant? By its label, name, short name, code or pinyin initials, in one order for people and machines.
//!
//! A label means one unit: it is the name, with the units above in brackets where names are alike.
//! Never beyond the units that the caller offers.

use std::collections::HashMap;

use kernel::authority::Subtree;
use kernel::ids::UnitId;

use super::{Tree, Unit};

/// Several units in one text stand between these.
const BETWEEN: [char; 6] = ['、', ',', '，', ';', '；', '\n'];

/// How well a unit fits what was typed, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Begins,
    Within,
    Initials,
    InitialsWithin,
}

fn fit(unit: &Unit, typed: &str) -> Option<Fit> {
    let codes = [unit.code.as_deref(), unit.credit_code.as_deref()];
    let is_code = codes.into_iter().flatten().any(|code| code.eq_ignore_ascii_case(typed));
    if unit.name == typed || unit.short_name == typed || is_code {
        return Some(Fit::Whole);
    }
    let initials = typed.to_ascii_lowercase();
    if unit.name.starts_with(typed) || unit.short_name.starts_with(typed) {
        Some(Fit::Begins)
    } else if unit.name.contains(typed) || codes.into_iter().flatten().any(|code| code.starts_with(typed)) {
        Some(Fit::Within)
    } else if !unit.pinyin.is_empty() && unit.pinyin.starts_with(&initials) {
        Some(Fit::Initials)
    } else if initials.len() > 1 && unit.pinyin.contains(&initials) {
        Some(Fit::InitialsWithin)
    } else {
        None
    }
}

/// Why a text means no unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// None of the offered units fits; these come near.
    None(Vec<String>),
    /// Several fit equally well.
    Several(Vec<String>),
}

impl Tree {
    /// The units that fit what was typed, the best first; all that are offered where nothing was typed.
    pub fn fitting<'a>(&'a self, offered: impl Iterator<Item = &'a Unit>, typed: &str, most: usize) -> Vec<&'a Unit> {
        let typed = typed.trim();
        if typed.is_empty() {
            return offered.take(most).collect();
        }
        let labelled = self.labelled(typed);
        let fits = |unit: &'a Unit| match labelled == Some(unit.id) {
            true => Some((Fit::Whole, unit)),
            false => fit(unit, typed).map(|fit| (fit, unit)),
        };
        let mut found: Vec<(Fit, &Unit)> = offered.filter_map(fits).collect();
        found.sort_by_key(|(fit, unit)| (*fit, unit.over.first));
        found.into_iter().take(most).map(|(_, unit)| unit).collect()
    }

    /// The label of a unit: what stands in a form for it, and means it alone.
    pub fn label(&self, id: UnitId) -> String {
        let Some(unit) = self.unit(id) else { return String::new() };
        let mut alike: Vec<&Unit> =
            self.units().iter().filter(|it| it.is_present() && it.id != id && it.name == unit.name).collect();
        let (mut above, mut words) = (unit.parent, Vec::new());
        let mut others: Vec<Option<UnitId>> = alike.iter().map(|it| it.parent).collect();
        while !alike.is_empty() {
            let Some(here) = above.and_then(|id| self.unit(id)) else { break };
            words.push(here.name.as_str());
            let still = |at: &Option<UnitId>| at.and_then(|id| self.unit(id)).is_some_and(|it| it.name == here.name);
            let keep: Vec<bool> = others.iter().map(still).collect();
            let mut kept = keep.iter();
            alike.retain(|_| *kept.next().unwrap_or(&false));
            others = others
                .iter()
                .zip(&keep)
                .filter(|(_, keep)| **keep)
                .map(|(at, _)| at.and_then(|id| self.unit(id)).and_then(|it| it.parent))
                .collect();
            above = here.parent;
        }
        match words.is_empty() {
            true => unit.name.clone(),
            false => format!("{}（{}）", unit.name, words.join("，")),
        }
    }

    /// The unit with this label (or id).
    fn labelled(&self, text: &str) -> Option<UnitId> {
        if let Ok(id) = text.parse::<UnitId>() {
            return self.unit(id).map(|unit| unit.id);
        }
        let name = text.split('（').next().unwrap_or(text);
        let alike = self.units().iter().filter(|unit| unit.is_present() && unit.name == name);
        alike.map(|unit| unit.id).find(|id| self.label(*id) == text)
    }

    /// The one of the offered units that a text means.
    pub fn meant<'a>(&'a self, offered: &[&'a Unit], text: &str) -> Result<UnitId, Unclear> {
        let text = text.trim();
        if let Some(id) = self.labelled(text).filter(|id| offered.iter().any(|unit| unit.id == *id)) {
            return Ok(id);
        }
        let found = self.fitting(offered.iter().copied(), text, 6);
        let whole: Vec<&Unit> = found.iter().copied().filter(|unit| fit(unit, text) == Some(Fit::Whole)).collect();
        let labels = |units: &[&Unit]| units.iter().take(5).map(|unit| self.label(unit.id)).collect::<Vec<_>>();
        match (whole.as_slice(), found.as_slice()) {
            ([one], _) | ([], [one]) => Ok(one.id),
            ([], []) => Err(Unclear::None(self.near(offered, text))),
            _ => Err(Unclear::Several(labels(&found))),
        }
    }

    /// The offered units whose names come nearest.
    fn near(&self, offered: &[&Unit], text: &str) -> Vec<String> {
        let mut by_signs: HashMap<UnitId, usize> = HashMap::new();
        for unit in offered {
            let shared = text.chars().filter(|sign| unit.name.contains(*sign)).count();
            if shared * 2 > text.chars().count() {
                by_signs.insert(unit.id, shared);
            }
        }
        let mut near: Vec<(UnitId, usize)> = by_signs.into_iter().collect();
        near.sort_by_key(|(id, shared)| (std::cmp::Reverse(*shared), *id));
        near.into_iter().take(3).map(|(id, _)| self.label(id)).collect()
    }
}

/// The texts of several units in one field.
pub fn several(text: &str) -> Vec<String> {
    // Brackets of a label may hold a comma: it is no border between units.
    let (mut depth, mut parts, mut part) = (0_i32, Vec::new(), String::new());
    for sign in text.chars() {
        depth += i32::from(sign == '（') - i32::from(sign == '）');
        if depth <= 0 && BETWEEN.contains(&sign) {
            parts.push(std::mem::take(&mut part));
            depth = 0;
        } else {
            part.push(sign);
        }
    }
    parts.push(part);
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

impl Tree {
    /// The units of a reach in their order; where there are more than `most`, those around the chosen one: the topmost,
    /// what it stands below, itself, and what stands directly below it. From there one goes on.
    pub fn around<'a>(&'a self, reach: &'a [Subtree], chosen: Option<UnitId>, most: usize) -> Vec<&'a Unit> {
        if self.within(reach).nth(most).is_none() {
            return self.within(reach).collect();
        }
        let holds = |ord: i64| reach.iter().any(|over| over.holds(ord));
        let is_inside = |id: UnitId| self.unit(id).is_some_and(|unit| holds(unit.over.first));
        let is_top = |unit: &Unit| unit.parent.is_none_or(|above| !is_inside(above));
        let above: Vec<UnitId> = chosen.map(|id| self.upwards(id)).unwrap_or_default();
        let is_below = |unit: &Unit| match (chosen, unit.parent) {
            (Some(chosen), parent) => parent == Some(chosen),
            (None, Some(parent)) => self.unit(parent).is_some_and(|above| is_inside(parent) && is_top(above)),
            (None, None) => false,
        };
        let near = self.within(reach).filter(|unit| is_top(unit) || above.contains(&unit.id) || is_below(unit));
        near.take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use uuid::Uuid;

    use super::*;

    fn id(at: u128) -> UnitId {
        UnitId(Uuid::from_u128(at))
    }

    /// Two streets, each with an office of the same name; one community with a code.
    fn tree() -> Tree {
        let unit = |at: u128, name: &str, pinyin: &str, parent: Option<u128>, last: i64| Unit {
            id: id(at),
            kind: "office".into(),
            name: name.to_owned(),
            short_name: name.to_owned(),
            pinyin: pinyin.to_owned(),
            parent: parent.map(id),
            over: Subtree { first: at as i64, last },
            depth: 0,
            code: (at == 6).then(|| "440309001".to_owned()),
            credit_code: None,
            level: None,
            founded_on: None,
            dissolved_on: None,
        };
        let units = vec![
            unit(1, "甲区", "jq", None, 6),
            unit(2, "葵岭街道", "kljd", Some(1), 3),
            unit(3, "办公室", "bgs", Some(2), 3),
            unit(4, "南湾街道", "nwjd", Some(1), 6),
            unit(5, "办公室", "bgs", Some(4), 5),
            unit(6, "渔港社区", "ygsq", Some(4), 6),
        ];
        Tree::new(0, units, Vec::new(), Vec::new())
    }

    fn check(typed: &str, expected: Expect) {
        let tree = tree();
        let offered: Vec<&Unit> = tree.units().iter().collect();
        let shown = match tree.meant(&offered, typed) {
            Ok(id) => tree.label(id),
            Err(unclear) => format!("{unclear:?}"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_unit_is_meant_by_label_name_code_or_initials() {
        check("渔港社区", expect!["渔港社区"]);
        check("渔港", expect!["渔港社区"]);
        check("ygsq", expect!["渔港社区"]);
        check("YG", expect!["渔港社区"]);
        check("440309001", expect!["渔港社区"]);
        check("办公室（南湾街道）", expect!["办公室（南湾街道）"]);
        check("00000000000000000000000000000002", expect!["葵岭街道"]);
    }

    #[test]
    fn what_is_unclear_is_told_with_what_may_be_meant() {
        check("办公室", expect![[r#"Several(["办公室（葵岭街道）", "办公室（南湾街道）"])"#]]);
        check("街道", expect![[r#"Several(["葵岭街道", "南湾街道"])"#]]);
        check("渔巷社区", expect![[r#"None(["渔港社区"])"#]]);
        check("🙂", expect!["None([])"]);
    }

    #[test]
    fn several_units_stand_between_commas_but_not_those_in_brackets() {
        assert_eq!(several("甲局、乙局（丙，丁）;\n"), ["甲局", "乙局（丙，丁）"]);
    }

    #[test]
    fn a_long_list_shows_what_is_around_the_chosen_unit() {
        let tree = tree();
        let names = |reach: (i64, i64), chosen: Option<u128>, most: usize| {
            let reach = [Subtree { first: reach.0, last: reach.1 }];
            let near = tree.around(&reach, chosen.map(id), most).into_iter();
            near.map(|unit| unit.name.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names((1, 6), None, 6), "甲区 葵岭街道 办公室 南湾街道 办公室 渔港社区");
        assert_eq!(names((1, 6), None, 5), "甲区 葵岭街道 南湾街道");
        assert_eq!(names((1, 6), Some(4), 5), "甲区 南湾街道 办公室 渔港社区");
        assert_eq!(names((1, 6), Some(6), 5), "甲区 南湾街道 渔港社区");
        assert_eq!(names((4, 6), None, 2), "南湾街道 办公室", "never more than the most, and nothing beyond the reach");
        assert_eq!(names((4, 6), Some(2), 2), "南湾街道");
    }
}
