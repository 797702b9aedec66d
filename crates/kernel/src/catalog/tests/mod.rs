//! Does the checker accept what is shipped, and does it say what is wrong in words that help?
//!
//! Never a panic, whatever is written.

mod across_files;
mod added;
mod battery;
mod beyond;
mod diff;
mod dispatch;
mod figures;
mod fixture;
mod fuzz;
mod helps;
mod prose;
mod references;
mod rights;
mod rounds;
mod values;
mod vocabulary;
mod workbooks;
mod writing;

use std::path::Path;

use expect_test::Expect;

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

/// Without the echo that a mechanism waits for another one, which has its own test.
fn first_hand(mut problems: Vec<Problem>) -> String {
    problems.retain(|it| !it.sentence.ends_with("本机制暂不启用"));
    told(&problems)
}

/// The small world with one place of one file changed.
pub(super) fn edited(edits: &[(&str, &str)]) -> Vec<SourceFile> {
    let mut files = fixture::files();
    for (from, to) in edits {
        let file = files.iter_mut().find(|it| it.text.contains(from)).unwrap_or_else(|| panic!("no file says {from}"));
        file.text = file.text.replacen(from, to, 1).into();
    }
    files
}

/// Changes one place of the small world and compares what is told.
fn problems(from: &str, to: &str, expected: Expect) {
    let (_, problems) = check(&edited(&[(from, to)]));
    expected.assert_eq(&first_hand(problems));
}

#[test]
fn the_shipped_definitions_have_no_problems() {
    let (catalog, problems) = check(&shipped());
    assert_eq!(told(&problems), "");
    assert!(catalog.mechanism("task_order").is_some());
    assert!(catalog.mechanism("supervision_order").is_some());
    let chapters: Vec<&str> = catalog.by_chapter().iter().map(|(chapter, _)| &*chapter.id).collect();
    assert!(chapters.contains(&"supervision"));
}

// proves: chapter.order
#[test]
fn mechanisms_stand_in_the_order_of_their_chapter_and_the_others_behind() {
    let mut files = shipped();
    let place = |files: &[SourceFile]| {
        let catalog = check(files).0;
        let ids: Vec<String> = catalog.in_order().map(|it| it.id.to_string()).collect();
        let at = |id: &str| ids.iter().position(|it| it == id).expect("both mechanisms are shipped");
        (at("task_order"), at("supervision_order"))
    };
    let (task, order) = place(&files);
    assert!(task < order, "a task comes before the order about it");
    for file in &mut files {
        file.text = file.text.replace("order=\"task_order supervision_order\"", "order=\"supervision_order\"").into();
    }
    let (task, order) = place(&files);
    assert!(order < task, "what is not named stands behind");
    problems(
        "icon=\"heart\"",
        "icon=\"heart\" order=\"visits follow_up\"",
        expect_test::expect!["vocabulary/words.kdl:1:41 没有名为 visits 的本章机制 是否为“visit”？"],
    );
}

#[test]
fn the_small_world_has_no_problems() {
    let (catalog, problems) = check(&fixture::files());
    assert_eq!(told(&problems), "");
    assert_eq!(catalog.mechanisms.len(), 2);
}

#[test]
fn a_mechanism_with_problems_is_left_out_and_the_others_stay() {
    let mut files = edited(&[("holder=\"head\"", "holder=\"haed\"")]);
    let alone = files[0].text.replace("follow_up\" \"约谈", "alone\" \"谈话").replace("record of=\"visit\"", "day");
    files.push(SourceFile { path: "care/alone.kdl".into(), text: alone.into() });
    let (catalog, problems) = check(&files);
    assert_eq!(problems.len(), 2, "{}", told(&problems));
    assert!(catalog.mechanism("visit").is_none());
    assert!(catalog.mechanism("follow_up").is_none(), "it refers to the first");
    assert!(catalog.mechanism("alone").is_some());
}

#[test]
fn the_hash_follows_the_file_and_its_templates_and_nothing_else() {
    let hash = |edits: &[(&str, &str)]| check(&edited(edits)).0.mechanism("visit").map(|it| it.hash.clone());
    let before = hash(&[]);
    assert_eq!(before, hash(&[("约谈提纲", "约谈要点")]), "another mechanism's text");
    assert_ne!(before, hash(&[("现交你单位办理", "现转你单位办理")]), "its template");
    assert_ne!(before, hash(&[("走访办法第三条", "走访办法第四条")]), "its file");
}

#[test]
fn a_sites_file_replaces_the_one_of_the_same_path() {
    let site = vec![
        SourceFile { path: "vocabulary/words.kdl".into(), text: "role \"clerk\" \"文员\" words=\"办事\"".into() },
        SourceFile { path: "care/extra.kdl".into(), text: "".into() },
    ];
    let files = overlay(fixture::files(), site);
    assert_eq!(files.len(), fixture::files().len() + 1);
    let words = files.iter().find(|it| &*it.path == "vocabulary/words.kdl").expect("it is there");
    assert!(words.text.contains("文员"));
}

#[test]
fn a_pinned_version_is_read_whatever_the_others_say() {
    let files =
        edited(&[("fill \"unit\"  \"所在单位\"", "fill \"unit\" \"所在单位\"\n        fill \"newer\" \"事由\"")]);
    assert!(check(&files).0.mechanism("follow_up").is_none(), "the other opens a field that it has not");
    assert_eq!(pinned(&files, "follow_up").map(|it| it.name.clone()).as_deref(), Some("约谈"));
    assert!(pinned(&files, "visit").is_none(), "its own slips still count");
}
