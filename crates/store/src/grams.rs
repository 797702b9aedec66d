//! How is Chinese text searched? Cut into overlapping pairs of characters, which every database can index as words.
//!
//! A sought text is found exactly where it stands, as `LIKE '%…%'` would, without a dictionary: `督查督办` is the
//! phrase `督查 查督 督办`. Letters and digits are cut the same way, so that `12` finds `〔2026〕12号`.
//! Anything that is neither letter nor digit separates; upper and lower case and full width are the same.
//! Never more than the first [`MOST_CHARS`] characters of a text.

use crate::dialect::Dialect;

/// So much of a text can be found again.
pub const MOST_CHARS: usize = 8_000;
/// So many words are sought of which one has to be found.
const MOST_WORDS: usize = 60;
/// So many runs of what was typed are sought.
const MOST_RUNS: usize = 8;

/// What the index of this database takes in for a text.
pub(crate) fn indexed(dialect: Dialect, text: &str) -> String {
    let grams: Vec<String> = runs(text).iter().flat_map(|run| pairs_and_last(run)).collect();
    match dialect {
        Dialect::Sqlite => grams.join(" "),
        // Positions beyond this are all the same to PostgreSQL.
        Dialect::Postgres => grams.iter().take(16_383).zip(1..).map(|(gram, at)| format!("'{gram}':{at} ")).collect(),
    }
}

/// The text with its runs joined by blanks: a sought run stands in it exactly where the index finds it.
pub(crate) fn folded(text: &str) -> String {
    runs(text).iter().map(String::from_iter).collect::<Vec<String>>().join(" ")
}

/// The sought runs, as they stand in a folded text.
pub(crate) fn sought_runs(typed: &str) -> Vec<String> {
    runs(typed).iter().take(MOST_RUNS).map(String::from_iter).collect()
}

/// The query that finds all sought runs; none if nothing that can be sought was typed.
pub(crate) fn sought(dialect: Dialect, typed: &str) -> Option<String> {
    let parts: Vec<String> = runs(typed).iter().take(MOST_RUNS).map(|run| phrase(dialect, run)).collect();
    let and = if dialect == Dialect::Sqlite { " AND " } else { " & " };
    (!parts.is_empty()).then(|| parts.join(and))
}

/// The query that finds texts in which one of some words stands; none if none of them can be sought.
pub(crate) fn any_of(dialect: Dialect, words: &[String]) -> Option<String> {
    let each = words.iter().flat_map(|word| runs(word)).take(MOST_WORDS);
    let parts: Vec<String> = each.map(|run| phrase(dialect, &run)).collect();
    let or = if dialect == Dialect::Sqlite { " OR " } else { " | " };
    (!parts.is_empty()).then(|| parts.join(or))
}

fn phrase(dialect: Dialect, run: &[char]) -> String {
    if let [single] = run {
        return match dialect {
            Dialect::Sqlite => format!("\"{single}\" *"),
            Dialect::Postgres => format!("'{single}':*"),
        };
    }
    let pairs: Vec<String> = run.windows(2).map(String::from_iter).collect();
    match dialect {
        Dialect::Sqlite => format!("\"{}\"", pairs.join(" ")),
        Dialect::Postgres => {
            let quoted: Vec<String> = pairs.iter().map(|pair| format!("'{pair}'")).collect();
            format!("({})", quoted.join(" <-> "))
        }
    }
}

/// All pairs of a run, and its last character alone, so that a single character is always the beginning of a word.
fn pairs_and_last(run: &[char]) -> Vec<String> {
    let last = run.last().map(|c| c.to_string());
    run.windows(2).map(String::from_iter).chain(last).collect()
}

/// The runs of letters and digits, folded.
fn runs(text: &str) -> Vec<Vec<char>> {
    let mut runs = vec![Vec::new()];
    for c in text.chars().take(MOST_CHARS) {
        if c.is_alphanumeric() {
            runs.last_mut().expect("there is always a run").extend(narrow(c).to_lowercase());
        } else {
            runs.push(Vec::new());
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Full-width letters and digits become plain ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_into_pairs_and_the_last_character_of_each_run() {
        assert_eq!(indexed(Dialect::Sqlite, "督查督办,A1"), "督查 查督 督办 办 a1 1");
        assert_eq!(indexed(Dialect::Postgres, "督办"), "'督办':1 '办':2 ");
    }

    #[test]
    fn what_is_sought_becomes_a_phrase_and_signs_cannot_break_out_of_it() {
        assert_eq!(sought(Dialect::Sqlite, "督查督办").as_deref(), Some("\"督查 查督 督办\""));
        assert_eq!(sought(Dialect::Sqlite, "督").as_deref(), Some("\"督\" *"));
        assert_eq!(sought(Dialect::Sqlite, "\" OR '").as_deref(), Some("\"or\""));
        assert_eq!(sought(Dialect::Postgres, "督查 办").as_deref(), Some("('督查') & '办':*"));
        assert_eq!(sought(Dialect::Sqlite, "()*\"'"), None);
    }

    #[test]
    fn one_of_some_words_is_sought_and_signs_cannot_break_out_of_it() {
        let words = ["路灯".to_owned(), "\" OR '".to_owned(), "（）".to_owned()];
        assert_eq!(any_of(Dialect::Sqlite, &words).as_deref(), Some("\"路灯\" OR \"or\""));
        assert_eq!(any_of(Dialect::Postgres, &words).as_deref(), Some("('路灯') | ('or')"));
        assert_eq!(any_of(Dialect::Sqlite, &[]), None);
    }

    #[test]
    fn a_folded_text_holds_its_runs() {
        assert_eq!(folded("任〔2026〕12号,Ａb"), "任 2026 12号 ab");
        assert_eq!(sought_runs(" 12号 \"ab"), ["12号", "ab"]);
    }

    #[test]
    fn full_width_and_upper_case_are_the_same() {
        assert_eq!(indexed(Dialect::Sqlite, "ＡＢ12"), indexed(Dialect::Sqlite, "ab12"));
    }
}
