//! What happens next in a story that goes any way it likes? The same on every machine, from a seed.
//!
//! Never asks the machine for chance: a story that failed is told again by its seed.

/// A small generator (SplitMix64): the same numbers on every machine.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// A number below this one.
    pub(crate) fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below.max(1) as u64).expect("it is below a usize")
    }

    /// One of these.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.next(of.len())]
    }
}
