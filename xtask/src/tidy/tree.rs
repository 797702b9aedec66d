//! What is in the repository?
//!
//! All paths, relative to the root and with forward slashes, and the text of the files that rules read.
//! Never what git ignores at the top (`target`, `data`, …), and never hidden folders except `.ci` and `.cargo`.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::lexer::Source;
use crate::shell::Outcome;

const SKIPPED: [&str; 4] = ["target", "data", "screenshots", "node_modules"];
const SHOWN: [&str; 2] = [".ci", ".cargo"];
const READ: [&str; 7] = ["rs", "toml", "md", "css", "js", "kdl", "txt"];

/// The paths and texts of a repository.
#[derive(Default)]
pub(super) struct Tree {
    paths: BTreeSet<String>,
    texts: BTreeMap<String, String>,
    /// Rust files taken apart, when the first rule asks.
    sources: OnceCell<BTreeMap<String, Source>>,
}

impl Tree {
    /// Reads a folder.
    pub(super) fn read(root: &Path) -> Outcome<Self> {
        let mut tree = Self::default();
        tree.walk(root, "").map_err(|error| format!("cannot read the repository: {error}"))?;
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let hidden = name.starts_with('.') && !SHOWN.contains(&name.as_str());
            let skipped = SKIPPED.contains(&name.as_str()) && (prefix.is_empty() || name == "node_modules");
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                if !hidden && !skipped {
                    self.walk(&entry.path(), &format!("{path}/"))?;
                }
            } else {
                let extension = Path::new(&name).extension().and_then(|extension| extension.to_str());
                if extension.is_some_and(|extension| READ.contains(&extension)) {
                    let text = fs::read(entry.path())?;
                    self.texts.insert(path.clone(), String::from_utf8_lossy(&text).into_owned());
                }
                self.paths.insert(path);
            }
        }
        Ok(())
    }

    /// The text of a file, if there is one.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Files under a folder (`""` for all) whose names end so.
    pub(super) fn files<'a>(&'a self, under: &'a str, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let texts = self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        texts.filter(move |(path, _)| path.starts_with(under) && path.ends_with(ending))
    }

    /// Rust files under a folder (`""` for all), taken apart.
    pub(super) fn sources<'a>(&'a self, under: &'a str) -> impl Iterator<Item = (&'a str, &'a Source)> {
        let take_apart = || self.files("", ".rs").map(|(path, text)| (path.to_owned(), Source::read(text))).collect();
        let sources = self.sources.get_or_init(take_apart).iter().map(|(path, source)| (path.as_str(), source));
        sources.filter(move |(path, _)| path.starts_with(under))
    }

    /// Every path.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Whether a file or a folder has this path.
    pub(super) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        let next = self.paths.range(folder.clone()..).next();
        self.paths.contains(path) || next.is_some_and(|next| next.starts_with(&folder))
    }

    /// The names of the crates.
    pub(super) fn crates(&self) -> BTreeSet<&str> {
        let manifests = self.paths().filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"));
        manifests.filter(|name| !name.contains('/')).collect()
    }
}

/// A small tree for the tests of rules.
#[cfg(test)]
pub(super) fn sample(files: &[(&str, &str)]) -> Tree {
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    let texts: BTreeMap<String, String> = files.iter().map(own).collect();
    Tree { paths: texts.keys().cloned().collect(), texts, sources: OnceCell::new() }
}

/// What a rule finds in a small tree, a line each.
#[cfg(test)]
pub(super) fn found(rule: fn(&Tree) -> Vec<super::Finding>, files: &[(&str, &str)]) -> Vec<String> {
    let findings = rule(&sample(files));
    findings.into_iter().map(|it| format!("{}:{}: {}", it.path, it.line, it.what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_knows_files_and_folders_and_crates() {
        let tree = sample(&[("crates/a/Cargo.toml", ""), ("crates/a/src/lib.rs", "x"), ("README.md", "")]);
        assert!(tree.has("crates/a/src/") && tree.has("crates") && tree.has("README.md"));
        assert!(!tree.has("crates/a/sr") && !tree.has("README"));
        assert_eq!(tree.crates().into_iter().collect::<Vec<_>>(), ["a"]);
        assert_eq!(tree.files("crates/", ".rs").collect::<Vec<_>>(), [("crates/a/src/lib.rs", "x")]);
    }

    #[test]
    fn this_repository_can_be_read() {
        let tree = Tree::read(crate::shell::root()).unwrap();
        assert!(tree.text("xtask/src/main.rs").is_some_and(|text| text.starts_with("//!")));
        assert!(!tree.has("target") && !tree.has(".git/HEAD"));
    }
}
