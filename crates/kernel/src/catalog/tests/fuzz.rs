//! Does nothing that anybody writes bring the checker down?

use proptest::prelude::*;

use super::*;

/// One change of a file: a place, how much goes, and what comes.
fn change() -> impl Strategy<Value = (usize, usize, String)> {
    let piece = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("\"".to_owned()),
        Just("#true".to_owned()),
        Just("=".to_owned()),
        Just("\n".to_owned()),
        Just("/-".to_owned()),
        Just("/*".to_owned()),
        Just("\\".to_owned()),
        Just("(".to_owned()),
        Just("#\"".to_owned()),
        Just(" from=\"drafted\"".to_owned()),
        Just(" field \"a\" \"甲\" computed formula=\"甲\"\n".to_owned()),
        any::<char>().prop_map(String::from),
        "[a-z_]{1,6}",
    ];
    (0_usize..20_000, 0_usize..40, piece)
}

fn mutate(text: &str, changes: &[(usize, usize, String)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (at, gone, piece) in changes {
        let start = at % (letters.len() + 1);
        let end = (start + gone).min(letters.len());
        letters.splice(start..end, piece.chars());
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn changed_definitions_are_told_or_taken(which in 0_usize..4, changes in prop::collection::vec(change(), 1..6)) {
        let mut files = fixture::files();
        files[which].text = mutate(&files[which].text, &changes).into();
        let (catalog, problems) = check(&files);
        prop_assert!(!problems.is_empty() || catalog.mechanisms.len() == 2);
        for problem in problems {
            prop_assert!(problem.line >= 1 && problem.column >= 1 && !problem.sentence.is_empty());
        }
    }

    #[test]
    fn any_text_is_told_or_taken(text in "\\PC{0,200}", which in 0_usize..4) {
        let mut files = fixture::files();
        files[which].text = text.into();
        check(&files);
    }
}

#[test]
fn hostile_texts_are_refused_without_a_fall() {
    let texts = [
        "a{".repeat(60_000),
        "/-".repeat(60_000),
        "/*".repeat(60_000),
        "(".repeat(120_000),
        "a (".repeat(40_000),
        "a /-{} ".repeat(8_000),
        "\"\\".repeat(60_000),
        "#".repeat(120_000),
        "a \"{{{{{{{{{{{{\\q".repeat(2_000),
        format!("matter \"visit\" \"{}\" {{ }}", "访".repeat(50_000)),
        format!(
            "matter \"visit\" \"走访\" {{ field \"a\" \"甲\" computed formula=\"{}1{}\" }}",
            "(".repeat(1_900),
            ")".repeat(1_900)
        ),
    ];
    for text in texts {
        let file = SourceFile { path: "care/visit.kdl".into(), text: text.into() };
        let (catalog, problems) = check(&[file]);
        assert!(catalog.mechanisms.is_empty() && !problems.is_empty());
    }
}
