//! What is a text about? The words that it has in common with others, and which of those are nearest to it.
//!
//! Chinese is cut into pairs of signs as the search does; pairs that touch are one word again when they are told.
//! A word counts the more the fewer of the candidates have it. The reasons are the words themselves.
//! Never a choice: what is nearest is shown with its reasons, and somebody chooses.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::FieldId;

/// What a mechanism suggests, and when.
#[derive(Clone, Debug)]
pub struct Suggesting {
    /// The steps in whose forms it is shown.
    pub at: Vec<crate::ids::StepId>,
    /// The fields that say what it is about.
    pub from: Vec<FieldId>,
    /// The field that names a record of the list from which a suggestion comes.
    pub item: FieldId,
    /// The states of what is suggested from the list.
    pub states: Vec<crate::ids::StateId>,
    /// Fields of this record, each with the field of the suggested one from which it is filled.
    pub takes: Vec<(FieldId, FieldId)>,
}

/// The most pairs of a text that are looked at.
const MOST_PAIRS: usize = 400;
/// So many words are told as reasons.
const MOST_REASONS: usize = 6;
/// Signs that say nothing of what a text is about.
const IDLE: &str = "的了在是我有和就不人都一上也很到说要去你会着没看好自这那与及或等请为对中下个们被把从向让给已";

/// A text that was found near.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// Its place among the candidates.
    pub at: usize,
    /// How near.
    pub score: f64,
    /// The words in common, the longest first.
    pub words: Vec<String>,
}

/// The pairs of signs of a text, in order, each with the run of letters and digits in which it stands.
fn pairs(text: &str) -> Vec<(usize, [char; 2])> {
    let mut found = Vec::new();
    let (mut run, mut before) = (0, None);
    for sign in text.chars().flat_map(char::to_lowercase) {
        match (sign.is_alphanumeric() && !IDLE.contains(sign), before) {
            (true, Some(one)) => found.push((run, [one, sign])),
            (true, None) => {}
            (false, _) => run += 1,
        }
        before = (sign.is_alphanumeric() && !IDLE.contains(sign)).then_some(sign);
        if found.len() >= MOST_PAIRS {
            break;
        }
    }
    found
}

/// The words by which a text is looked for: each pair of signs once, in order.
pub fn sought(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let new = pairs(text).into_iter().filter(|(_, pair)| seen.insert(*pair));
    new.map(|(_, pair)| pair.iter().collect()).collect()
}

/// The nearest of the candidates, at most so many; those that share no word are none.
pub fn nearest(text: &str, candidates: &[String], most: usize) -> Vec<Near> {
    let own = pairs(text);
    let theirs: Vec<BTreeSet<[char; 2]>> =
        candidates.iter().map(|it| pairs(it).into_iter().map(|(_, pair)| pair).collect()).collect();
    let mut held: BTreeMap<[char; 2], usize> = BTreeMap::new();
    for pair in theirs.iter().flatten() {
        *held.entry(*pair).or_default() += 1;
    }
    let wanted: BTreeSet<[char; 2]> = own.iter().map(|(_, pair)| *pair).collect();
    let rarity = |pair: &[char; 2]| {
        let known = held.get(pair).copied().unwrap_or(0);
        (1.0 + candidates.len() as f64 / (1.0 + known as f64)).ln()
    };
    let mut near: Vec<Near> = Vec::new();
    for (at, pairs) in theirs.iter().enumerate() {
        let common: BTreeSet<[char; 2]> = wanted.intersection(pairs).copied().collect();
        if common.is_empty() {
            continue;
        }
        // A long text has every word: what it has in common is held against what it says.
        let score = common.iter().map(rarity).sum::<f64>() / (pairs.len() as f64).sqrt();
        near.push(Near { at, score, words: words(&own, &common) });
    }
    near.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.at.cmp(&other.at)));
    near.truncate(most);
    near
}

/// Common pairs that touch, as words; the longest first, none that stands in another.
fn words(own: &[(usize, [char; 2])], common: &BTreeSet<[char; 2]>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    for (at, (run, pair)) in own.iter().enumerate() {
        if !common.contains(pair) {
            continue;
        }
        match (last, all.last_mut()) {
            (Some((before, of)), Some(word)) if before + 1 == at && of == *run => word.push(pair[1]),
            _ => all.push(pair.iter().collect()),
        }
        last = Some((at, *run));
    }
    all.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let mut told: Vec<String> = Vec::new();
    for word in all {
        if !told.iter().any(|longer| longer.contains(&word)) {
            told.push(word);
        }
    }
    told.truncate(MOST_REASONS);
    told
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn what_shares_rare_words_is_nearest_and_says_which() {
        let list = texts(&["路灯不亮、路灯损坏", "占道经营、流动摊贩", "噪声扰民、夜间施工噪声", "井盖缺失、路面破损"]);
        let near = nearest("小区门口的路灯坏了，晚上路面看不清", &list, 3);
        assert_eq!(near[0].at, 0, "{near:?}");
        assert!(near[0].words.contains(&"路灯".to_owned()), "{near:?}");
        assert!(near.iter().any(|it| it.at == 3 && it.words == ["路面"]), "{near:?}");
        assert!(near.iter().all(|it| it.at != 1), "nothing in common is nothing: {near:?}");
    }

    #[test]
    fn words_that_touch_are_one_word() {
        let near = nearest("夜间施工噪声", &texts(&["夜间施工噪声扰民"]), 1);
        assert_eq!(near[0].words, ["夜间施工噪声"]);
        assert_eq!(nearest("", &texts(&["甲乙"]), 1), []);
        assert_eq!(sought("甲乙甲乙"), ["甲乙", "乙甲"]);
    }

    proptest! {
        /// Whatever is typed, every reason stands in both texts, and the order does not depend on chance.
        #[test]
        fn every_reason_stands_in_both(text in "[路灯坏了的井盖不亮。a1 ]{0,40}", other in "[路灯坏了的井盖不亮。a1 ]{0,40}") {
            let list = vec![other.clone()];
            for near in nearest(&text, &list, 5) {
                for word in &near.words {
                    prop_assert!(text.to_lowercase().contains(word.as_str()));
                    let pairs: Vec<char> = word.chars().collect();
                    for pair in pairs.windows(2) {
                        prop_assert!(other.contains(&pair.iter().collect::<String>()));
                    }
                }
            }
        }
    }
}
