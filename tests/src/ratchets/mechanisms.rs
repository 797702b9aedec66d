//! Has every mechanism a story?
//!
//! Never a mechanism that nobody walked through the door with.

use super::sources;

#[test]
fn every_mechanism_has_a_story_that_names_it() {
    let (definitions, _) = app::office::read_definitions(server::definitions::shipped());
    let stories = sources::rust("tests/src/stories");
    let told = |id: &str| stories.iter().any(|(_, text)| text.contains(&format!("`{id}`")));
    let untold: Vec<&str> =
        definitions.catalog.mechanisms.keys().map(|id| id.as_str()).filter(|id| !told(id)).collect();
    assert!(untold.is_empty(), "write a story whose head names them in backticks: {}", untold.join(" "));
}
