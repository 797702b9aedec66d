//! Which words do all mechanisms share? Read from the vocabulary's files.
//!
//! Never a rule of one mechanism.

use std::collections::BTreeMap;

use super::desk::Desk;
use crate::catalog::grammar::VOCABULARY_FILE;
use crate::catalog::raw::{self, Raw};
use crate::catalog::{
    Administers, Chapter, Counts, FigureKind, Hierarchy, Item, KindOfUnit, LEVELS, List, Managed, Message, Role,
    Vocabulary,
};
use crate::ids::{RoleId, UnitKind};
use crate::problem::{Problem, SourceFile};

/// Reads all files of the vocabulary, among these mechanisms (chapter, id); a word that is declared twice stays as it
/// was first.
pub(super) fn vocabulary(files: &[&SourceFile], mechanisms: &[(&str, &str)]) -> (Vocabulary, Vec<Problem>) {
    let mut vocabulary = Vocabulary::default();
    let mut problems = Vec::new();
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    let all: Vec<_> = files.iter().map(|file| (*file, raw::read(file, VOCABULARY_FILE))).collect();
    let nodes = all.iter().flat_map(|(_, (nodes, _))| nodes);
    let roles: Vec<String> = nodes.filter(|it| it.rule.key == "role").map(|it| it.arg(0).to_owned()).collect();
    let mut read = Vec::new();
    for (file, (nodes, faults)) in all {
        problems.extend(faults);
        read.push((Desk::new(file), nodes));
    }
    for (desk, nodes) in &mut read {
        for raw in nodes.iter() {
            let first = seen.insert((raw.name.clone(), raw.arg(0).to_owned()), desk.file.path.to_string());
            match first.filter(|_| !raw.arg(0).is_empty()) {
                Some(path) => desk.tell_hint(
                    raw.arg_span(0),
                    format!("{} {} 写了两次", raw.name, raw.arg(0)),
                    format!("前一处在 {path}"),
                ),
                None => add(desk, raw, &roles, &mut vocabulary),
            }
        }
    }
    for (mut desk, nodes) in read {
        for raw in &nodes {
            match raw.rule.key {
                "unit_kind" => kind_holds(&mut desk, raw, &vocabulary),
                "figure_kind" => adding_holds(&mut desk, raw, &vocabulary),
                "chapter" => order_holds(&mut desk, raw, mechanisms),
                _ => {}
            }
        }
        problems.extend(desk.problems);
    }
    (vocabulary, problems)
}

fn add(desk: &mut Desk<'_>, raw: &Raw, roles: &[String], vocabulary: &mut Vocabulary) {
    let name = raw.arg(1).to_owned();
    name_is_free(desk, raw, &name, vocabulary);
    match raw.rule.key {
        "role" => vocabulary.roles.push(role(desk, raw, name, roles)),
        "vocabulary.list" => {
            let list = List { id: raw.arg(0).into(), name, items: raw.inside("item").map(item).collect() };
            items_hold(desk, raw, &list);
            vocabulary.lists.push(list);
        }
        "unit_kind" => vocabulary.unit_kinds.push(KindOfUnit {
            id: raw.arg(0).into(),
            name,
            hierarchy: hierarchy(raw),
            level: raw.text("level").map(|level| level.as_str().into()),
            below: raw.prop("below").map_or_else(Vec::new, |ids| ids.words().map(UnitKind::from).collect()),
        }),
        "figure_kind" => vocabulary.figure_kinds.push(figure_kind(desk, raw, name).into()),
        // enforces: chapter.icon
        // enforces: chapter.order
        "chapter" => {
            vocabulary.chapters.push(Chapter {
                id: raw.arg(0).into(),
                name,
                icon: raw.text("icon").unwrap_or_default(),
                order: raw.prop("order").map_or_else(Vec::new, |ids| ids.words().map(Into::into).collect()),
            });
        }
        // enforces: setting
        "setting" => {
            if let Some(fault) = crate::entry::setting_fault(raw.arg(0), &name) {
                desk.tell(raw.arg_span(1), fault);
            }
            vocabulary.settings.insert(raw.arg(0).to_owned(), name);
        }
        // enforces: message
        // enforces: message.says
        // enforces: message.next
        _ => {
            let says = raw.text("says").unwrap_or_default();
            vocabulary.messages.insert(raw.arg(0).to_owned(), Message { says, next: raw.text("next") });
        }
    }
}

// enforces: figure_kind.of
// enforces: figure_kind.scale
// enforces: figure_kind.places
// enforces: figure_kind.adds
// enforces: figure_kind.suppress_below
fn figure_kind(desk: &mut Desk<'_>, raw: &Raw, name: String) -> FigureKind {
    let of = raw.text("of").unwrap_or_default();
    let scale = raw.whole("scale").unwrap_or(1);
    if !(1..=1_000_000_000).contains(&scale) {
        desk.tell(raw.prop_span("scale"), "scale 写1到十亿之间的整数");
    }
    let places = raw.whole("places").unwrap_or(2);
    if !(0..=6).contains(&places) {
        desk.tell(raw.prop_span("places"), "places 写0到6");
    }
    let suppress_below = raw.whole("suppress_below").unwrap_or(0);
    if raw.prop("suppress_below").is_some() && !(2..=1000).contains(&suppress_below) {
        desk.tell(raw.prop_span("suppress_below"), "suppress_below 写2到1000");
    }
    FigureKind {
        id: raw.arg(0).into(),
        name,
        of: Counts::ALL.iter().find(|(word, _)| *word == of).map_or(Counts::Things, |(_, of)| *of),
        scale: scale.clamp(1, 1_000_000_000),
        places: places.clamp(0, 6) as u32,
        adds: raw.prop("adds").map_or_else(Vec::new, |it| it.words().map(str::to_owned).collect()),
        suppress_below: suppress_below.clamp(0, 1000),
    }
}

/// A kind is added up with kinds that are there and count the same, and both say so.
fn adding_holds(desk: &mut Desk<'_>, raw: &Raw, vocabulary: &Vocabulary) {
    let Some(own) = vocabulary.figure_kinds.iter().find(|it| *it.id == *raw.arg(0)) else { return };
    let known: Vec<String> = vocabulary.figure_kinds.iter().map(|it| it.name.clone()).collect();
    for name in &own.adds {
        match vocabulary.figure_kinds.iter().find(|it| it.name == *name) {
            None => desk.unknown(raw.prop_span("adds"), "单位", name, &known),
            Some(other) if !own.adds_to(other) => {
                let hint = format!("两种单位数的要是同一类，并且“{name}”也要写上可以和“{}”相加", own.name);
                desk.tell_hint(raw.prop_span("adds"), format!("“{}”不能和“{name}”相加", own.name), hint);
            }
            Some(_) => {}
        }
    }
}

fn managed(desk: &mut Desk<'_>, raw: &Raw) -> Vec<Managed> {
    let known: Vec<String> = Managed::ALL.iter().map(|(word, _)| (*word).to_owned()).collect();
    let found = desk.many(raw, "manages", "组织资料", &known);
    Managed::ALL.iter().filter(|(word, _)| found.contains(word)).map(|(_, what)| *what).collect()
}

// enforces: unit_kind.hierarchy
fn hierarchy(raw: &Raw) -> Hierarchy {
    let written = raw.text("hierarchy").unwrap_or_default();
    Hierarchy::ALL.iter().find(|(word, ..)| *word == written).map_or(Hierarchy::Administrative, |(.., it)| *it)
}

/// A chapter puts mechanisms of its own folder in order.
fn order_holds(desk: &mut Desk<'_>, raw: &Raw, mechanisms: &[(&str, &str)]) {
    let own: Vec<String> =
        mechanisms.iter().filter(|(chapter, _)| *chapter == raw.arg(0)).map(|(_, id)| (*id).to_owned()).collect();
    desk.many(raw, "order", "本章机制", &own);
}

/// A kind stands below kinds of its own tree, and its level is on the list.
fn kind_holds(desk: &mut Desk<'_>, raw: &Raw, vocabulary: &Vocabulary) {
    let own = hierarchy(raw);
    let same: Vec<String> =
        vocabulary.unit_kinds.iter().filter(|it| it.hierarchy == own).map(|it| it.id.to_string()).collect();
    desk.many(raw, "below", "同一棵树的单位种类", &same);
    let levels = vocabulary
        .list(LEVELS)
        .map_or_else(Vec::new, |list| list.items.iter().map(|item| item.id.to_string()).collect::<Vec<_>>());
    desk.one_prop(raw, "level", "单位级别", &levels);
}

// enforces: role.words
fn role(desk: &mut Desk<'_>, raw: &Raw, name: String, roles: &[String]) -> Role {
    let mut known = |prop: &str| {
        let ids = desk.many(raw, prop, "角色", roles);
        ids.into_iter().map(RoleId::from).collect::<Vec<_>>()
    };
    let (may_grant, excludes) = (known("may_grant"), known("excludes"));
    let manages = managed(desk, raw);
    let id = RoleId::from(raw.arg(0));
    if excludes.contains(&id) {
        desk.tell(raw.prop_span("excludes"), "角色不能与自己互斥");
    }
    let administers = raw.text("administers").and_then(|word| Administers::of(&word));
    let (words, second_factor) = (raw.text("words").unwrap_or_default(), raw.says("second_factor"));
    Role { id, name, words, second_factor, administers, manages, may_grant, excludes }
}

/// People choose by the Chinese name: two roles, lists, kinds or chapters may not share one.
fn name_is_free(desk: &mut Desk<'_>, raw: &Raw, name: &str, vocabulary: &Vocabulary) {
    let taken = match raw.rule.key {
        "role" => vocabulary.roles.iter().any(|it| it.name == name),
        "vocabulary.list" => vocabulary.lists.iter().any(|it| it.name == name),
        "unit_kind" => vocabulary.unit_kinds.iter().any(|it| it.name == name),
        "figure_kind" => vocabulary.figure_kinds.iter().any(|it| it.name == name),
        "chapter" => vocabulary.chapters.iter().any(|it| it.name == name),
        _ => false,
    };
    if taken && !name.is_empty() {
        desk.tell(raw.arg_span(1), format!("名称“{name}”已经用过"));
    }
}

// enforces: item.parent
// enforces: item.aliases
fn item(raw: &Raw) -> Item {
    let aliases = raw.first("item.aliases");
    Item {
        id: raw.arg(0).into(),
        name: raw.arg(1).into(),
        aliases: aliases.iter().flat_map(|it| &it.args).map(|it| it.text().to_owned()).collect(),
        parent: raw.text("parent").map(|it| it.as_str().into()),
    }
}

/// Every id, name and alias means one item, and every parent leads to the top.
fn items_hold(desk: &mut Desk<'_>, raw: &Raw, list: &List) {
    let known: Vec<String> = list.items.iter().map(|it| it.id.to_string()).collect();
    let mut words: Vec<&str> = Vec::new();
    for (node, item) in raw.inside("item").zip(&list.items) {
        if known.iter().filter(|id| **id == *item.id).count() > 1 && !item.id.is_empty() {
            desk.tell(node.arg_span(0), format!("选项 {} 写了两次", item.id));
        }
        for word in
            std::iter::once(&*item.name).chain(item.aliases.iter().map(String::as_str)).filter(|it| !it.is_empty())
        {
            if words.contains(&word) {
                desk.tell(node.span.clone(), format!("“{word}”在这张表里指了两个选项"));
            }
            words.push(word);
        }
        if node.prop("parent").is_some()
            && desk.one_prop(node, "parent", "选项", &known).is_some()
            && turns_round(list, item)
        {
            desk.tell(node.prop_span("parent"), "上级绕回了自己");
        }
    }
}

fn turns_round(list: &List, item: &Item) -> bool {
    let mut above = item.parent.clone();
    for _ in 0..list.items.len() {
        let Some(id) = above else { return false };
        if id == item.id {
            return true;
        }
        above = list.items.iter().find(|it| it.id == id).and_then(|it| it.parent.clone());
    }
    // A ring further up, which its own items report.
    false
}
