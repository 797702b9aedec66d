//! Which figures has the site added to the mechanisms of its files? They are files as well, kept in the database: read and
//! checked like all others, and laid over them.
//!
//! Never a figure with a problem: it rests until its mechanism fits it again, and the rest goes on.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::catalog::{ADDED, Catalog};
use kernel::problem::{Problem, SourceFile};
use store::added_figures::AddedRow;

use crate::office::Definitions;

/// The figures that were added, as they are in force.
#[derive(Clone, Debug, Default)]
pub struct Added {
    /// After how many changes this was so.
    pub changes: i64,
    /// Those in force, as they are kept.
    pub rows: Vec<AddedRow>,
    /// Those that rest, because they do not fit their mechanism any more: their ids, each with what is wrong.
    pub resting: Vec<(uuid::Uuid, Vec<Problem>)>,
}

impl Added {
    /// One by its mechanism and its own id.
    pub fn find(&self, mechanism: &str, figure: &str) -> Option<&AddedRow> {
        self.rows.iter().find(|row| row.mechanism == *mechanism && row.figure == *figure)
    }

    /// What is wrong with one that rests.
    pub fn rests(&self, row: &AddedRow) -> Option<&[Problem]> {
        self.resting.iter().find(|(id, _)| *id == row.id).map(|(_, problems)| problems.as_slice())
    }
}

/// The path under which a figure is checked.
pub fn path(mechanism: &str, figure: &str) -> String {
    format!("{ADDED}/{mechanism}/{figure}.kdl")
}

/// A figure as a file.
pub fn file(row: &AddedRow) -> SourceFile {
    let path = path(row.mechanism.as_str(), row.figure.as_str());
    SourceFile { path: Arc::from(path), text: Arc::from(row.source.as_str()) }
}

/// The files that figures are checked among: all but the calendar.
pub fn others(definitions: &Definitions) -> Vec<SourceFile> {
    definitions.files.iter().filter(|file| !file.path.ends_with("calendar.kdl")).cloned().collect()
}

/// The catalog with these figures laid over the files. Where the files themselves have problems, they keep them.
pub fn laid_over(files: &[SourceFile], changes: i64, rows: Vec<AddedRow>) -> (Catalog, Added) {
    let mut added = Added { changes, rows, resting: Vec::new() };
    loop {
        let resting: BTreeSet<uuid::Uuid> = added.resting.iter().map(|(id, _)| *id).collect();
        let standing = added.rows.iter().filter(|row| !resting.contains(&row.id));
        let all: Vec<SourceFile> = files.iter().cloned().chain(standing.map(file)).collect();
        let (catalog, problems) = kernel::catalog::check(&all);
        let wrong = |row: &AddedRow| {
            let path = path(row.mechanism.as_str(), row.figure.as_str());
            let own: Vec<Problem> = problems.iter().filter(|it| it.path == path).cloned().collect();
            (!own.is_empty()).then_some((row.id, own))
        };
        let found: Vec<_> = added.rows.iter().filter(|row| !resting.contains(&row.id)).filter_map(wrong).collect();
        if found.is_empty() {
            return (catalog, added);
        }
        added.resting.extend(found);
    }
}
