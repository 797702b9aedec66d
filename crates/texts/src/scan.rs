//! How does a text look when full-width letters are read as plain ones? Characters with their places in bytes.
//!
//! Never changes the text: places always point into what was written.

use std::ops::Range;

/// A text as plain characters; `at` answers `'\0'` behind the end, so that rules need no bounds.
pub(crate) struct Scan {
    chars: Vec<char>,
    places: Vec<usize>,
}

impl Scan {
    pub(crate) fn new(text: &str) -> Self {
        let mut places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        places.push(text.len());
        Self { chars: text.chars().map(plain).collect(), places }
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(crate) fn at(&self, index: usize) -> char {
        self.chars.get(index).copied().unwrap_or('\0')
    }

    /// The character before `index`, or `'\0'`.
    pub(crate) fn before(&self, index: usize) -> char {
        index.checked_sub(1).map_or('\0', |before| self.at(before))
    }

    pub(crate) fn starts(&self, index: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(step, c)| self.at(index + step) == c)
    }

    /// Do the characters before `index` end with `word`?
    pub(crate) fn ends(&self, index: usize, word: &str) -> bool {
        let length = word.chars().count();
        index >= length && self.starts(index - length, word)
    }

    /// The first of `words` that stands at `index`, and where it ends.
    pub(crate) fn one_of<'w>(&self, index: usize, words: &[&'w str]) -> Option<(&'w str, usize)> {
        let word = words.iter().find(|word| self.starts(index, word))?;
        Some((word, index + word.chars().count()))
    }

    pub(crate) fn skip_blanks(&self, mut index: usize) -> usize {
        while self.at(index).is_whitespace() {
            index += 1;
        }
        index
    }

    /// The bytes of a range of characters.
    pub(crate) fn span(&self, chars: Range<usize>) -> Range<usize> {
        let end = *self.places.last().expect("the end is always there");
        let place = |index: usize| self.places.get(index).copied().unwrap_or(end);
        place(chars.start)..place(chars.end)
    }

    pub(crate) fn text(&self, chars: Range<usize>) -> String {
        let end = chars.end.min(self.len());
        self.chars[chars.start.min(end)..end].iter().collect()
    }

    /// Does a word stand somewhere inside the range?
    pub(crate) fn has(&self, chars: Range<usize>, word: &str) -> bool {
        self.find(chars, word).is_some()
    }

    /// Where a word stands first inside the range.
    pub(crate) fn find(&self, chars: Range<usize>, word: &str) -> Option<usize> {
        let length = word.chars().count();
        let last = chars.end.min(self.len()).checked_sub(length)?;
        (chars.start..=last).find(|index| self.starts(*index, word))
    }
}

/// A full-width letter, digit or sign as its plain one.
pub(crate) fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ffe5}' => '¥',
        '\u{2212}' => '-',
        _ => c,
    }
}
