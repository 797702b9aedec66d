//! What does whoever runs the program do? Sets the organisation up, verifies what is kept, backs it up.
//!
//! Never asked by a page of a person who does business: the server's subcommands call these.

pub mod organisation;
pub mod journal;
pub mod figures;
pub mod reach;
pub mod backup;
pub mod impact;

/// One thing that is not as it must be, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about: a record's number or title, a figure's cell.
    pub about: String,
    /// What differs.
    pub words: String,
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many things were looked at.
    pub looked_at: u64,
    /// What differs, the first thousand.
    pub differences: Vec<Difference>,
    /// How many differ in all.
    pub different: u64,
}

/// More differences than this are counted, but not kept in words.
const MOST_IN_WORDS: usize = 1_000;

impl Verified {
    /// Adds a difference.
    fn differs(&mut self, about: impl Into<String>, words: impl Into<String>) {
        self.different += 1;
        if self.differences.len() < MOST_IN_WORDS {
            self.differences.push(Difference { about: about.into(), words: words.into() });
        }
    }

    /// Is everything as it must be?
    pub fn holds(&self) -> bool {
        self.different == 0
    }
}
