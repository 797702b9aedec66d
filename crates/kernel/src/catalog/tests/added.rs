//! Are figures that a site adds read by the same checks as those of a mechanism's file, each told at its own place?
//!
//! Never a problem that is told at another file.

use super::{check, edited, first_hand, told};
use crate::catalog::pinned;
use crate::problem::SourceFile;

fn with(files: &[(&str, &str)]) -> Vec<SourceFile> {
    let mut all = edited(&[]);
    all.extend(files.iter().map(|(path, text)| SourceFile { path: (*path).into(), text: (*text).into() }));
    all
}

const GOOD: &str = "figure \"own_open\" \"未结数\" count=\"为空(办结日)\" at=\"登记日\" unit=\"件\" {\n    words \"还没有办结的\"\n}\n";

#[test]
fn an_added_figure_belongs_to_its_mechanism_and_needs_no_example() {
    let (plain, _) = check(&edited(&[]));
    for path in ["figures/visit.kdl", "figures/visit/own_open.kdl"] {
        let files = with(&[(path, GOOD)]);
        let (catalog, problems) = check(&files);
        assert_eq!(told(&problems), "", "{path}");
        let visit = catalog.mechanism("visit").expect("visits");
        let figure = visit.figure("own_open").expect("the figure");
        assert!(figure.added.is_some() && visit.figures.iter().filter(|it| it.added.is_some()).count() == 1);
        // Records are pinned to the mechanism's own file.
        assert_eq!(visit.hash, plain.mechanism("visit").expect("visits").hash);
        assert!(pinned(&files, "visit").expect("its own file").figure("own_open").is_none());
    }
}

#[test]
fn what_is_wrong_is_told_at_its_own_file_and_line() {
    let wrong = "// 自建\nfigure \"own_open\" \"未结数\" count=\"为空(办结的日子)\" at=\"登记日\" unit=\"件\" {\n    words \"还没有办结的\"\n}\n";
    let found = first_hand(check(&with(&[("figures/visit.kdl", wrong)])).1);
    assert!(found.starts_with("figures/visit.kdl:2:"), "{found}");
    let twice = GOOD.replace("未结数", "交办数");
    let found = first_hand(check(&with(&[("figures/visit.kdl", &twice)])).1);
    assert!(found.starts_with("figures/visit.kdl:1:") && found.contains("写了两次"), "{found}");
    let found = first_hand(check(&with(&[("figures/visit.kdl", "state \"x\" \"甲\"\n")])).1);
    assert!(found.contains("这里没有“state”这种节点"), "{found}");
    let found = first_hand(check(&with(&[("figures/visits.kdl", GOOD)])).1);
    assert!(found.contains("没有代号为 visits 的机制") && found.contains("是否为“visit”？"), "{found}");
    // Two files, each with its own place.
    let files = [
        ("figures/visit/a.kdl", GOOD),
        ("figures/visit/b.kdl", &*wrong.replace("own_open", "own_b").replace("未结数", "乙")),
    ];
    let found = first_hand(check(&with(&files)).1);
    assert!(found.starts_with("figures/visit/b.kdl:2:") && !found.contains("a.kdl"), "{found}");
}

// proves: figure.should
// proves: figure.reached
#[test]
fn who_should_and_who_did_are_people_both() {
    let figure = |rest: &str, unit: &str| {
        let over = if unit == "%" { " over=\"应到的人\"" } else { "" };
        format!("figure \"own_missing\" \"没来的\" {rest} unit=\"{unit}\" {{\n    words \"没来的\"{over}\n}}\n")
    };
    let cases = [
        ("should=\"走访人数\" reached=\"走访.走访人数\"", "人", ""),
        ("should=\"走访人数\" reached=\"走访人数\"", "%", ""),
        ("should=\"走访人数\" reached=\"走访人数\"", "件", "应到和已到比出来的不是件"),
        ("should=\"走访人数\" reached=\"交办数\"", "人", "应到和已到要各是一个数人的指标"),
        ("should=\"走访人数 + 走访人数\" reached=\"走访人数\"", "人", "应到和已到要各是一个数人的指标"),
        ("should=\"走访人数\"", "人", "should 还要写 reached"),
        ("should=\"没来的\" reached=\"走访人数\"", "人", "要由它自己算出来"),
    ];
    for (rest, unit, wanted) in cases {
        let found = first_hand(check(&with(&[("figures/visit.kdl", &figure(rest, unit))])).1);
        assert!(if wanted.is_empty() { found.is_empty() } else { found.contains(wanted) }, "{rest} {unit}: {found}");
    }
}
