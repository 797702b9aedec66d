//! What is a first password? Random, yet easy to read out and to type.
//!
//! Never the same twice, never written down by the program except where it is shown once.

/// Syllables that cannot be mistaken for one another: sixty-four of them, six bits each.
const SYLLABLES: [&str; 64] = [
    "an", "bai", "bei", "cao", "chun", "cun", "dan", "dong", "fan", "feng", "gao", "ge", "gong", "guo", "hai", "he",
    "hong", "hua", "jia", "jin", "ju", "kai", "kuan", "lan", "lei", "liu", "long", "lu", "mai", "mei", "meng", "mo",
    "nan", "nian", "ou", "pan", "ping", "pu", "qiao", "qing", "qu", "ran", "ru", "sang", "shan", "song", "su", "tai",
    "tian", "tong", "wan", "wei", "wu", "xia", "xin", "xue", "yang", "ye", "yu", "yun", "zao", "zhan", "zhou", "zi",
];

/// Two words of two syllables and four digits: 37 random bits, with the lock after five wrong attempts.
pub fn easy() -> String {
    from(u128::from_be_bytes(*uuid::Uuid::new_v4().as_bytes()))
}

fn from(random: u128) -> String {
    // The version and variant bits of a random UUID are fixed; the low 60 bits are not.
    let syllable = |at: u32| SYLLABLES[(random >> (6 * at)) as usize % SYLLABLES.len()];
    let digits = 1_000 + ((random >> 24) as u32 & 0x00ff_ffff) % 9_000;
    format!("{}{}-{}{}-{digits}", syllable(0), syllable(1), syllable(2), syllable(3))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_password_is_words_and_digits_and_never_the_same() {
        let all: BTreeSet<String> = (0..200).map(|_| easy()).collect();
        assert_eq!(all.len(), 200);
        for password in all {
            let parts: Vec<&str> = password.split('-').collect();
            assert!(parts.len() == 3 && parts[2].len() == 4 && password.len() >= 12, "{password}");
        }
    }
}
