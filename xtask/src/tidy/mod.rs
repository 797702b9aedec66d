//! Does the repository keep its own house rules?
//!
//! A `Tree` is what the rules read: every path, and the text of every text file.
//! A rule is a function from a tree to findings; a finding says where, what, and how to mend it.
//! Never mends anything unasked: `tighten` makes the numbers of the ratchets smaller, `mend` writes punctuation.

mod tree;
mod lexer;
mod heads;
mod names;
mod punctuation;
mod sizes;
mod maps;
mod assets;
mod sql;
mod layers;

pub(crate) use punctuation::mend;

use crate::shell::{self, Outcome, say};
use tree::Tree;

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// From 1; 0 when the whole file is meant.
    line: usize,
    what: String,
    mend: &'static str,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>, mend: &'static str) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), mend }
    }
}

/// Every rule, in the order in which its findings are best mended.
const RULES: [fn(&Tree) -> Vec<Finding>; 13] = [
    layers::manifests,
    layers::purity,
    sql::only_in_store,
    sql::portable,
    assets::raw_markup,
    assets::old_browsers,
    heads::heads,
    names::items,
    names::paths,
    punctuation::full_width,
    sizes::ratchets,
    maps::map_of_the_house,
    maps::ghosts,
];

/// `cargo xtask tidy`: prints every finding as file:line, what is wrong, how to mend it.
pub(crate) fn run() -> Outcome<()> {
    let tree = Tree::read(shell::root())?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.extend(maps::glossary(&tree));
    for Finding { path, line, what, mend } in &findings {
        say(format_args!("{path}:{line}: {what}\n    → {mend}"));
    }
    match findings.len() {
        0 => Ok(()),
        count => Err(format!("tidy: {count} findings, listed above.")),
    }
}

/// Makes the numbers in the ratchet files as small as the tree allows, and drops lines that are no longer needed.
pub(crate) fn tighten() -> Outcome<()> {
    let root = shell::root();
    for (path, text) in sizes::tightened(&Tree::read(root)?) {
        std::fs::write(root.join(&path), text).map_err(|error| format!("{path}: {error}"))?;
        say(format_args!("  {path}"));
    }
    Ok(())
}
