//! Which unit, which person, which item of a list does a workbook mean by a name?
//!
//! A name that is no name may still mean one thing only: 某某区党工委重点工作 means 党工委重点工作. Such a guess is told.
//! Never chooses between two: that is a problem for whoever keeps the workbook.

use std::collections::HashMap;
use std::hash::Hash;

use kernel::authority::Subtree;
use kernel::ids::{PersonId, UnitId};
use kernel::problem::nearest;

use crate::tree::Tree;

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant<T> {
    /// This, by its name.
    Named(T),
    /// This, because nothing else comes into question; with its own name.
    Guessed(T, String),
    /// One of several.
    Several(Vec<String>),
    /// Nothing known; with the nearest name, if one is near.
    Unknown(Option<String>),
}

/// The names of units and people, ready to be looked up.
pub struct Directory<'a> {
    tree: &'a Tree,
    units: HashMap<String, Vec<UnitId>>,
    people: HashMap<String, Vec<PersonId>>,
    /// How many more unknown names are compared with all known ones: a sheet full of nonsense must not take forever.
    budget: usize,
}

impl<'a> Directory<'a> {
    /// The directory of a tree.
    pub fn of(tree: &'a Tree) -> Self {
        let (mut units, mut people) = (HashMap::new(), HashMap::new());
        for unit in tree.units() {
            enter(&mut units, &unit.name, unit.id);
            enter(&mut units, &unit.short_name, unit.id);
        }
        for person in tree.present() {
            enter(&mut people, &person.name, person.id);
        }
        Self { tree, units, people, budget: 2_000 }
    }

    /// The unit that a name means; where several bear it, the one inside `reach`.
    pub fn unit(&mut self, written: &str, reach: Option<&[Subtree]>) -> Meant<UnitId> {
        let name = plain(written);
        if let Some(ids) = self.units.get(&name) {
            return self.one_unit(ids, reach, false);
        }
        if self.budget == 0 {
            return Meant::Unknown(None);
        }
        self.budget -= 1;
        let likely = self.likely_units(&name);
        match likely.is_empty() {
            true => Meant::Unknown(nearest(written, self.tree.names()).map(str::to_owned)),
            false => self.one_unit(&likely, reach, true),
        }
    }

    /// Units whose name holds what was written (组织人事局 in 岚湾新区组织人事局); else those whose name ends it, the longest
    /// name first, because the particular stands last.
    fn likely_units(&self, name: &str) -> Vec<UnitId> {
        if name.chars().count() < 2 {
            return Vec::new();
        }
        let known = || self.units.iter().filter(|(known, _)| known.chars().count() >= 2);
        let holding = known().filter(|(known, _)| known.contains(name)).flat_map(|(_, ids)| ids);
        let mut found: Vec<UnitId> = holding.copied().collect();
        if found.is_empty() {
            let longest =
                known().filter(|(known, _)| name.ends_with(known.as_str())).max_by_key(|(known, _)| known.len());
            found = longest.map(|(_, ids)| ids.clone()).unwrap_or_default();
        }
        found.sort();
        found.dedup();
        found
    }

    fn one_unit(&self, ids: &[UnitId], reach: Option<&[Subtree]>, is_guess: bool) -> Meant<UnitId> {
        let inside = |id: &&UnitId| {
            let unit = self.tree.unit(**id);
            unit.is_some_and(|unit| reach.is_none_or(|reach| reach.iter().any(|over| over.holds(unit.over.first))))
        };
        let near: Vec<&UnitId> = ids.iter().filter(inside).collect();
        let name = |id: &UnitId| self.tree.unit(*id).map_or_else(String::new, |unit| unit.name.clone());
        let found = match (ids, near.as_slice()) {
            ([one], _) => one,
            (_, [one]) => *one,
            (_, []) => return Meant::Several(ids.iter().map(name).collect()),
            (_, several) => return Meant::Several(several.iter().map(|id| name(id)).collect()),
        };
        match is_guess {
            true => Meant::Guessed(*found, name(found)),
            false => Meant::Named(*found),
        }
    }

    /// The person that a name means. 组织人事局张三 and 张三(组织人事局) tell two of a name apart.
    pub fn person(&mut self, written: &str) -> Meant<PersonId> {
        let name = plain(written);
        if let Some(ids) = self.people.get(&name) {
            return match ids.as_slice() {
                [one] => Meant::Named(*one),
                several => Meant::Several(several.iter().map(|id| self.full_name(*id)).collect()),
            };
        }
        if self.budget == 0 {
            return Meant::Unknown(None);
        }
        self.budget -= 1;
        let of_unit = |id: &&PersonId| {
            let unit = self.tree.person(**id).and_then(|person| self.tree.unit(person.unit?));
            unit.is_some_and(|unit| name.contains(&plain(&unit.name)) || name.contains(&plain(&unit.short_name)))
        };
        let named = self.people.iter().filter(|(known, _)| known.chars().count() >= 2 && name.contains(known.as_str()));
        let found: Vec<&PersonId> = named.flat_map(|(_, ids)| ids).filter(of_unit).collect();
        match found.as_slice() {
            [one] => Meant::Guessed(**one, self.full_name(**one)),
            [] => {
                let known = self.tree.present().map(|person| person.name.as_str());
                Meant::Unknown(nearest(written, known).map(str::to_owned))
            }
            several => Meant::Several(several.iter().map(|id| self.full_name(**id)).collect()),
        }
    }

    /// A person's name with their unit's: 张三(组织人事局).
    fn full_name(&self, id: PersonId) -> String {
        let Some(person) = self.tree.person(id) else { return String::new() };
        match person.unit.and_then(|unit| self.tree.unit(unit)) {
            Some(unit) => format!("{}({})", person.name, unit.short_name),
            None => person.name.clone(),
        }
    }
}

fn enter<T: Copy + Eq + Hash>(names: &mut HashMap<String, Vec<T>>, name: &str, id: T) {
    let ids = names.entry(plain(name)).or_default();
    if !ids.contains(&id) {
        ids.push(id);
    }
}

/// The one item whose name holds what was written, or is held by it: its id and its name.
pub fn likely_item<'a>(items: &'a [(String, String)], written: &str) -> Option<(&'a str, &'a str)> {
    let written = plain(written);
    if written.chars().count() < 2 {
        return None;
    }
    let mut found: Option<(&str, &str)> = None;
    for (id, name) in items {
        let known = plain(name);
        if known.chars().count() < 2 || !(written.contains(&known) || known.contains(&written)) {
            continue;
        }
        match found {
            Some((other, _)) if other != id => return None,
            Some(_) => {}
            None => found = Some((id, name)),
        }
    }
    found
}

/// The names in a cell that holds several.
pub fn several(text: &str) -> Vec<&str> {
    let between = |c: char| c.is_whitespace() || "、,，;；/|".contains(c);
    text.split(between).filter(|name| !name.is_empty()).collect()
}

/// A name without blanks, with half-width signs.
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && !c.is_control()).map(half_width).collect()
}

/// A full-width sign as a half-width one.
pub fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use kernel::ids::UnitKind;
    use uuid::Uuid;

    use super::*;
    use crate::tree::{Person, Unit};

    fn unit(at: u128, name: &str, short_name: &str, over: (i64, i64)) -> Unit {
        Unit {
            id: UnitId(Uuid::from_u128(at)),
            kind: UnitKind::from("bureau"),
            name: name.to_owned(),
            short_name: short_name.to_owned(),
            pinyin: String::new(),
            parent: None,
            over: Subtree { first: over.0, last: over.1 },
            depth: 0,
            code: None,
            credit_code: None,
            level: None,
            founded_on: None,
            dissolved_on: None,
        }
    }

    fn person(at: u128, name: &str, unit: u128) -> Person {
        Person {
            id: PersonId(Uuid::from_u128(at)),
            name: name.to_owned(),
            pinyin: String::new(),
            post_name: None,
            unit: Some(UnitId(Uuid::from_u128(unit))),
        }
    }

    fn tree() -> Tree {
        let units = vec![
            unit(1, "岚湾新区", "岚湾新区", (0, 6)),
            unit(2, "岚湾新区组织人事局", "组织人事局", (1, 1)),
            unit(3, "葵岭街道办事处", "葵岭街道", (2, 3)),
            unit(4, "党政办公室", "党政办", (3, 3)),
            unit(5, "海湾街道办事处", "海湾街道", (4, 5)),
            unit(6, "党政办公室", "党政办", (5, 5)),
        ];
        Tree::new(0, units, vec![person(1, "张三", 2), person(2, "张三", 3), person(3, "黎澄", 3)], Vec::new())
    }

    fn shown(tree: &Tree, meant: Meant<UnitId>) -> String {
        let name = |id: UnitId| tree.unit(id).map_or("", |unit| unit.name.as_str()).to_owned();
        match meant {
            Meant::Named(id) => name(id),
            Meant::Guessed(_, name) => format!("{name}?"),
            Meant::Several(names) => names.join("|"),
            Meant::Unknown(nearest) => format!("无,近{}", nearest.unwrap_or_default()),
        }
    }

    #[test]
    fn units_are_found_by_name_short_name_or_the_only_name_that_fits() {
        let tree = tree();
        let mut directory = Directory::of(&tree);
        let mut check = |written: &str, expected: &str| {
            let meant = directory.unit(written, None);
            assert_eq!(shown(&tree, meant), expected, "{written}");
        };
        check("岚湾新区组织人事局", "岚湾新区组织人事局");
        check("组织 人事局", "岚湾新区组织人事局");
        check("区组织人事局", "岚湾新区组织人事局?");
        check("中共组织人事局", "岚湾新区组织人事局?");
        check("某市葵岭街道", "葵岭街道办事处?");
        check("街道办事处", "葵岭街道办事处|海湾街道办事处");
        check("党政办", "党政办公室|党政办公室");
        check("葵领街道办事处", "无,近葵岭街道办事处");
        check("乌有之乡", "无,近");
        check("局", "无,近");
    }

    #[test]
    fn of_two_units_of_a_name_the_one_within_reach_is_meant() {
        let tree = tree();
        let mut directory = Directory::of(&tree);
        let meant = directory.unit("党政办", Some(&[Subtree { first: 4, last: 5 }]));
        assert_eq!(meant, Meant::Named(UnitId(Uuid::from_u128(6))));
    }

    #[test]
    fn two_people_of_a_name_are_told_apart_by_their_unit() {
        let tree = tree();
        let mut directory = Directory::of(&tree);
        assert_eq!(directory.person("黎 澄"), Meant::Named(PersonId(Uuid::from_u128(3))));
        let several = vec!["张三(组织人事局)".to_owned(), "张三(葵岭街道)".to_owned()];
        match directory.person("张三") {
            Meant::Several(mut names) => {
                names.sort();
                let mut expected = several;
                expected.sort();
                assert_eq!(names, expected);
            }
            other => panic!("{other:?}"),
        }
        let one = Meant::Guessed(PersonId(Uuid::from_u128(2)), "张三(葵岭街道)".to_owned());
        assert_eq!(directory.person("葵岭街道张三"), one);
        assert_eq!(directory.person("黎橙"), Meant::Unknown(Some("黎澄".to_owned())));
    }

    #[test]
    fn an_item_is_guessed_only_if_no_other_fits() {
        let items: Vec<(String, String)> = [
            ("party", "党工委重点工作"),
            ("office", "管委会重点工作"),
            ("project", "建设重点项目"),
            ("project", "重点项目"),
        ]
        .map(|(id, name)| (id.to_owned(), name.to_owned()))
        .to_vec();
        assert_eq!(likely_item(&items, "岚湾新区党工委重点工作"), Some(("party", "党工委重点工作")));
        assert_eq!(likely_item(&items, "高质量“美丽岚湾”建设重点项目"), Some(("project", "建设重点项目")));
        assert_eq!(likely_item(&items, "重点工作"), None);
        assert_eq!(likely_item(&items, "党工委重点工作和建设重点项目"), None);
        assert_eq!(likely_item(&items, "党"), None);
    }

    #[test]
    fn a_cell_may_name_several() {
        assert_eq!(
            several("综合办公室、农业农村局；葵岭街道 海湾街道"),
            ["综合办公室", "农业农村局", "葵岭街道", "海湾街道"]
        );
        assert_eq!(several(" 、 "), Vec::<&str>::new());
    }
}
