//! Which number has it? Things that are met millions of times are held and compared by small numbers.
//!
//! Never a number that means anything outside of where it was given.

use std::hash::Hash;

use super::Map;

/// Things under numbers, in the order in which they were met.
#[derive(Clone, Debug)]
pub(super) struct Numbers<T> {
    of: Map<T, u32>,
    /// All of them, each under its number.
    pub(super) all: Vec<T>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { of: Map::default(), all: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbers<T> {
    /// The number of a thing; the next one if it is met for the first time.
    pub(super) fn of(&mut self, it: &T) -> u32 {
        if let Some(number) = self.of.get(it) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push(it.clone());
        self.of.insert(it.clone(), number);
        number
    }
}
