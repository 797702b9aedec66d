//! Which figure does a name mean that people write?
//!
//! Never one of several.

use std::collections::{BTreeMap, BTreeSet};

use kernel::catalog::{Figure, Mechanism};

use crate::ctx::Ctx;

/// A figure with its mechanism.
pub type Meant<'a> = (&'a Mechanism, &'a Figure);

/// The figures of the catalogue by what people write: the mechanism's name and the figure's, or the latter alone where it
/// says which.
pub struct Names<'a>(BTreeMap<String, Option<Meant<'a>>>);

/// The fewest characters of a name that is looked for in a text.
const SHORTEST: usize = 3;
/// How many names are told that read like another.
const NEAREST: usize = 3;

impl<'a> Names<'a> {
    /// All names.
    pub fn of(ctx: &'a Ctx) -> Self {
        let mut all: BTreeMap<String, Option<Meant<'a>>> = BTreeMap::new();
        for mechanism in ctx.catalog().in_order() {
            for figure in &mechanism.figures {
                all.insert(format!("{}{}", mechanism.name, figure.name), Some((mechanism, figure)));
                let is_new = !all.contains_key(&figure.name);
                all.insert(figure.name.clone(), Some((&**mechanism, figure)).filter(|_| is_new));
            }
        }
        Self(all)
    }

    /// The figure that a name means.
    pub fn find(&self, name: &str) -> Option<Meant<'a>> {
        let bare = name.replace([' ', '：', ':', '“', '”', '·'], "");
        self.0.get(&bare).copied().flatten()
    }

    /// The names that stand in a text, each with its figure; what is part of a longer one that stands there is left out.
    pub fn standing_in(&self, text: &str) -> Vec<(String, Meant<'a>)> {
        let there = self.0.iter().filter(|(name, _)| name.chars().count() >= SHORTEST && text.contains(name.as_str()));
        there.filter_map(|(name, meant)| Some((name.clone(), (*meant)?))).collect()
    }

    /// The names that share most signs with what was written.
    pub fn nearest(&self, written: &str) -> Vec<String> {
        let wanted: BTreeSet<char> = written.chars().collect();
        let shared = |name: &str| name.chars().filter(|sign| wanted.contains(sign)).count();
        let known = self.0.iter().filter(|(_, meant)| meant.is_some());
        let mut all: Vec<(usize, usize, &String)> = known
            .map(|(name, _)| (shared(name), name.chars().count(), name))
            .filter(|(shared, ..)| *shared >= 2)
            .collect();
        all.sort_by_key(|(shared, long, _)| (usize::MAX - shared, *long));
        all.into_iter().take(NEAREST).map(|(.., name)| name.clone()).collect()
    }
}
