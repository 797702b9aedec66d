//! Has every no its sentence, with what to do next? And is every sentence said somewhere?
//!
//! Never a code that a person would read as a code.

use std::collections::BTreeSet;

use super::sources;

/// The ways in which sources make a refusal.
const MAKERS: [&str; 3] = ["Refusal::new(\"", "Refusal::not_yours(\"", "Refusal::confirm(\""];

fn messages() -> kernel::catalog::Vocabulary {
    let (definitions, _) = app::office::read_definitions(server::definitions::shipped());
    definitions.catalog.vocabulary.clone()
}

/// The codes of refusals made in the sources of the product, without its own unit tests.
fn codes() -> BTreeSet<(String, String)> {
    let mut codes = BTreeSet::new();
    for (path, text) in sources::rust("crates") {
        let product = text.split("#[cfg(test)]").next().unwrap_or("");
        for maker in MAKERS {
            for after in product.split(maker).skip(1) {
                let code = after.split('"').next().unwrap_or("");
                codes.insert((code.to_owned(), path.clone()));
            }
        }
    }
    codes
}

#[test]
fn every_refusal_has_a_sentence_and_says_what_to_do_next() {
    let vocabulary = messages();
    let without: Vec<String> = codes()
        .into_iter()
        .filter(|(code, _)| vocabulary.messages.get(code).is_none_or(|message| message.next.is_none()))
        .map(|(code, path)| format!("{code}, refused in {path}"))
        .collect();
    assert!(codes().len() > 30, "the sources are looked through");
    assert!(without.is_empty(), "write these in definitions/messages.kdl, with says and next:\n{}", without.join("\n"));
}

#[test]
fn every_sentence_is_said_somewhere() {
    let sources = sources::rust("crates");
    let said = |code: &str| sources.iter().any(|(_, text)| text.contains(&format!("\"{code}\"")));
    let idle: Vec<String> = messages().messages.into_keys().filter(|code| !said(code)).collect();
    assert!(idle.is_empty(), "nobody says these; take them out of definitions/messages.kdl: {}", idle.join(" "));
}

#[test]
fn every_hole_of_a_sentence_can_be_filled() {
    let sources = sources::rust("crates");
    let filled = |hole: &str| sources.iter().any(|(_, text)| text.contains(&format!("with(\"{hole}\"")));
    let mut empty = Vec::new();
    for (code, message) in messages().messages {
        let words = format!("{}{}", message.says, message.next.unwrap_or_default());
        let holes = words.split('{').skip(1).filter_map(|after| after.split_once('}'));
        empty.extend(holes.filter(|(hole, _)| !filled(hole)).map(|(hole, _)| format!("{code}: {hole}")));
    }
    assert!(empty.is_empty(), "nothing fills these holes: {}", empty.join(", "));
}
