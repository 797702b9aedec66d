//! Does the checker accept what is shipped, and does it say what is wrong in words that help?

use std::path::Path;

use expect_test::{Expect, expect};

use super::*;
use crate::problem::Problem;

/// The definitions of the repository.
pub(super) fn shipped() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(&root).expect("it lies in the root").to_string_lossy().replace('\\', "/");
            let text = std::fs::read_to_string(&path).expect("definitions are text");
            files.push(SourceFile { path: relative.into(), text: text.into() });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shipped_definitions_have_no_problems() {
    let files = shipped();
    let began = std::time::Instant::now();
    let (catalog, problems) = check(&files);
    eprintln!("{:?}", began.elapsed());
    assert_eq!(told(&problems), "");
    assert!(catalog.mechanism("task_order").is_some());
    assert!(catalog.mechanism("supervision_order").is_some());
}
