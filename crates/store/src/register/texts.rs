//! Which words must a record's text hold? All runs of what was typed, or one of some words.
//!
//! Never a word that could break out of its query: `grams` writes it.

use super::{Held, Matches, RegisterQuery};
use crate::asking::Asking;
use crate::grams;

/// The conditions that a question for texts makes.
pub(super) fn conditions(asking: &mut Asking, query: &RegisterQuery<'_>, held: &Held) {
    if let Some(words) = &query.words {
        match grams::sought(asking.dialect, words) {
            Some(sought) if held.words == Matches::Few => {
                let place = asking.param(sought);
                asking.and(asking.dialect.text_matches(&place));
            }
            Some(_) => {
                let runs: Vec<String> = grams::sought_runs(words).into_iter().map(|run| asking.param(run)).collect();
                asking.and(asking.dialect.text_holds(&runs));
            }
            None => asking.and("1 = 0"),
        }
    }
    if !query.any_of.is_empty() {
        match grams::any_of(asking.dialect, &query.any_of) {
            Some(sought) => {
                let place = asking.param(sought);
                asking.and(asking.dialect.text_matches(&place));
            }
            None => asking.and("1 = 0"),
        }
    }
}
