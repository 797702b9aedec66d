//! Are the records of a mechanism a list that all mechanisms use? People or posts, and where their files hold what the
//! platform itself needs.
//!
//! Never what the files say: that is `crate::roster`.

use super::Mechanism;
use crate::ids::FieldId;

/// `roster "people" …` or `roster "posts" …`: the records of the mechanism are also a list that all mechanisms use.
#[derive(Clone, Debug)]
pub enum Roster {
    /// One record is one human: its id is theirs.
    People(PeopleRoster),
    /// One record is one post.
    Posts {
        /// The field with the number of places; one place without it.
        places: Option<FieldId>,
    },
}

/// Where the file of a human holds what the platform itself needs.
#[derive(Clone, Debug, Default)]
pub struct PeopleRoster {
    /// The field of the 公民身份号码.
    pub identity: Option<FieldId>,
    /// The field of the month of birth.
    pub birth: Option<FieldId>,
    /// The field of the sex.
    pub sex: Option<FieldId>,
    /// The field that says what they are called in their unit.
    pub post: Option<FieldId>,
    /// The child table of roles over time.
    pub roles: Option<FieldId>,
    /// The child table of posts held.
    pub holdings: Option<FieldId>,
}

impl Mechanism {
    /// Where the files of people hold what the platform needs, if its records are people.
    pub fn people(&self) -> Option<&PeopleRoster> {
        match &self.roster {
            Some(Roster::People(roster)) => Some(roster),
            _ => None,
        }
    }

    /// Are its records posts?
    pub fn is_of_posts(&self) -> bool {
        matches!(self.roster, Some(Roster::Posts { .. }))
    }
}
