//! By which letters is a Chinese name found and sorted? The initials of its signs in pinyin: 农业农村局 is `nyncj`.
//!
//! Never guesses a reading from the words around a sign: whoever reads it otherwise writes the initials down.

use pinyin::ToPinyin as _;

/// The initials of a name: of each Chinese sign its first letter, letters and digits as they are in small letters,
/// nothing of all else.
pub fn initials(name: &str) -> String {
    let mut initials = String::new();
    for sign in name.chars() {
        match sign.to_pinyin() {
            Some(reading) => initials.push_str(reading.first_letter()),
            None if sign.is_ascii_alphanumeric() => initials.push(sign.to_ascii_lowercase()),
            None => {}
        }
    }
    initials
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_first_letters() {
        for (name, expected) in
            [("农业农村局", "nyncj"), ("葵岭街道（A区）", "kljdaq"), ("第2居民小组", "d2jmxz"), ("", ""), ("🙂·", "")]
        {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
