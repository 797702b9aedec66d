//! What does every definition say? From the expert's files to checked mechanisms.
//!
//! Two stages: raw (what is written, with its place; `grammar`, `outline`, `raw`) → checked (ids resolved,
//! formulas typed, templates read; `check`), then the `battery` that each file gets for free.
//! All problems come at once; a mechanism with problems is left out, the others stay.
//! `prose` tells a mechanism in Chinese, `diff` tells what a changed one does to existing records.
//! Never reads a folder: the files come in as text.

mod figure;
mod joint;
mod mechanism;
mod numbering;
mod protection;
mod vocabulary;
mod worked;

pub mod grammar;
mod outline;
mod roster;
pub mod raw;
mod check;
mod battery;
pub mod prose;
pub mod diff;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use check::{ADDED, MEASURES, check, formula_type, pinned};
pub use figure::{Blend, Counts, Figure, FigureExample, FigureKind, Measure, Term, Who};
pub use joint::Joint;
pub use mechanism::{
    BoardLayout, Child, Column, Deadline, Due, Extension, Field, FieldType, Guard, ListLayout, Mechanism, Notice,
    Opening, Paper, PaperLayout, Rights, SortKey, State, Step,
};
pub use numbering::Numbering;
pub use protection::{Level, Mask, Protection};
pub use roster::{PeopleRoster, Roster};
pub use vocabulary::{
    Administers, Chapter, Hierarchy, Item, KindOfUnit, LEVELS, List, Managed, Message, Role, Vocabulary,
};
pub use worked::{Example, ExampleStep};

use crate::ids::MechanismId;
use crate::problem::SourceFile;

/// The checked definitions of a site.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The words that all mechanisms share.
    pub vocabulary: Vocabulary,
    /// The mechanisms without problems.
    pub mechanisms: BTreeMap<MechanismId, Arc<Mechanism>>,
}

impl Catalog {
    /// A mechanism by id.
    pub fn mechanism(&self, id: &str) -> Option<&Arc<Mechanism>> {
        self.mechanisms.get(id)
    }

    /// The chapters of the menu in their order, each with its mechanisms; chapters without any are left out.
    pub fn by_chapter(&self) -> Vec<(&Chapter, Vec<&Arc<Mechanism>>)> {
        let of = |chapter: &Chapter| {
            let mut own: Vec<&Arc<Mechanism>> =
                self.mechanisms.values().filter(|it| it.chapter == chapter.id).collect();
            let place = |it: &Mechanism| chapter.order.iter().position(|id| **id == *it.id.as_str());
            own.sort_by_key(|it| place(it).unwrap_or(usize::MAX));
            own
        };
        self.vocabulary
            .chapters
            .iter()
            .map(|it| (it, of(it)))
            .filter(|(_, mechanisms)| !mechanisms.is_empty())
            .collect()
    }

    /// Every mechanism, in the order of the menu.
    pub fn in_order(&self) -> impl Iterator<Item = &Arc<Mechanism>> {
        self.by_chapter().into_iter().flat_map(|(_, mechanisms)| mechanisms)
    }
}

/// The built-in files with a site's own laid over them: a file of the same path replaces, any other is added.
pub fn overlay(base: Vec<SourceFile>, site: Vec<SourceFile>) -> Vec<SourceFile> {
    let mut files: BTreeMap<Arc<str>, SourceFile> = BTreeMap::new();
    for file in base.into_iter().chain(site) {
        files.insert(file.path.clone(), file);
    }
    files.into_values().collect()
}

#[cfg(test)]
mod tests;
