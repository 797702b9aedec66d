//! What must a new password be? Long, of several kinds of signs or a phrase, not on a list of known ones, and not made of
//! the account's own name.
//!
//! The lists are the frequent passwords of zxcvbn (MIT, Dropbox and Daniel Wolf) and words of our trade.
//! Never asks what earlier passwords were: whoever can verify their hashes does.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Policy;
use crate::refusal::Refusal;

/// The most characters of a password.
pub const HIGHEST_LENGTH: usize = 128;
/// From this length on a password is a phrase and needs no different kinds of signs.
const PHRASE: usize = 20;
/// Fewer different signs than this are no password, however long.
const FEWEST_DIFFERENT: usize = 5;

static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("weak_words.txt").split_whitespace().collect());
static PASSWORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("weak_passwords.txt").split_whitespace().collect());

/// Everything that speaks against a new password.
pub fn faults(policy: &Policy, password: &str, login_name: &str) -> Vec<Refusal> {
    let length = password.chars().count();
    if length > HIGHEST_LENGTH {
        return vec![Refusal::new("password.too_long").with("most", HIGHEST_LENGTH)];
    }
    let mut faults = Vec::new();
    if length < policy.password_least {
        faults.push(Refusal::new("password.too_short").with("least", policy.password_least));
    }
    if length < PHRASE && kinds(password) < 3 {
        faults.push(Refusal::new("password.too_plain").with("phrase", PHRASE));
    }
    if holds_name(password, login_name) {
        faults.push(Refusal::new("password.holds_name"));
    }
    if is_known(password) {
        faults.push(Refusal::new("password.known"));
    }
    faults
}

/// How many of the four kinds are in it: small letters, capital letters, digits, other signs (Chinese ones too).
fn kinds(password: &str) -> usize {
    let has = |is: fn(char) -> bool| usize::from(password.chars().any(is));
    has(|c| c.is_ascii_lowercase())
        + has(|c| c.is_ascii_uppercase())
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_ascii_alphanumeric())
}

fn holds_name(password: &str, login_name: &str) -> bool {
    let name = login_name.trim().to_lowercase();
    let backwards: String = name.chars().rev().collect();
    let password = password.to_lowercase();
    name.chars().count() >= 3 && (password.contains(&name) || password.contains(&backwards))
}

/// Is it on the lists, or a word of the list with digits and signs around it, or hardly any signs at all?
fn is_known(password: &str) -> bool {
    let small = password.to_lowercase();
    let different: HashSet<char> = small.chars().collect();
    if different.len() < FEWEST_DIFFERENT || PASSWORDS.contains(small.as_str()) {
        return true;
    }
    [plain_letters(&small), small].iter().any(|word| WORDS.contains(inside(word)))
}

/// The letters for which digits and signs are often written.
fn plain_letters(word: &str) -> String {
    let letter = |c: char| match c {
        '@' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    // What stands at the ends is decoration; what stands inside a word is meant as a letter.
    inside(word).chars().map(letter).collect()
}

/// The word without digits and signs at its ends.
fn inside(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphabetic())
}

/// Are two typed passwords the same but for capital letters and signs at their ends? Then the new one is no new one.
pub fn folds_alike(one: &str, other: &str) -> bool {
    let folded = |text: &str| inside(&text.to_lowercase()).to_owned();
    let one = folded(one);
    !one.is_empty() && one == folded(other)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::catalog::Vocabulary;

    fn check(password: &str, expected: Expect) {
        let found = faults(&Policy::of(&Vocabulary::default()), password, "linshumin");
        let codes: Vec<&str> = found.iter().map(|refusal| refusal.code).collect();
        expected.assert_eq(&codes.join(" "));
    }

    #[test]
    fn a_password_is_long_and_of_three_kinds_or_a_phrase() {
        check("Kf7#", expect!["password.too_short password.known"]);
        check("kfwqzmrtpd", expect!["password.too_plain"]);
        check("Kfwqz7mrtpd", expect![""]);
        check("渔港七月涨潮2026", expect!["password.too_plain"]);
        check("渔港七月涨潮两次a2026", expect![""]);
        check("渔港七月涨潮两次记得把船都拴在东码头的石柱上", expect![""]);
        check("correct horse battery staple", expect![""]);
        check(&"长Aa1".repeat(33), expect!["password.too_long"]);
        check("", expect!["password.too_short password.too_plain password.known"]);
    }

    #[test]
    fn known_passwords_and_words_with_decoration_are_none() {
        for password in [
            "Password@2026", "P@ssw0rd!!", "Admin@123456", "1qaz2wsx3edc", "Lanwan#2026!", "Aa1!Aa1!Aa1!",
            "Qwertyuiop1!",
        ] {
            let found = faults(&Policy::of(&Vocabulary::default()), password, "x");
            assert!(found.iter().any(|refusal| refusal.code == "password.known"), "{password}: {found:?}");
        }
    }

    #[test]
    fn the_accounts_own_name_is_not_in_it_in_either_direction() {
        check("7#LinShumin-x", expect!["password.holds_name"]);
        check("7#nimuhsnil-X", expect!["password.holds_name"]);
    }

    #[test]
    fn another_digit_at_the_end_makes_no_new_password() {
        assert!(folds_alike("Yugang-Chao1", "yugang-chao2!"));
        assert!(!folds_alike("Yugang-Chao1", "Yugang-Shui1"));
        assert!(!folds_alike("20260105", "20260106"));
    }
}
