//! How are things named? Typed ids for rows (time-ordered UUIDs) and for definitions (readable slugs).
//!
//! Never made here from a clock or a dice: ids of rows come in from above.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.simple())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.simple())
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

row_id! {
    /// A record of any mechanism.
    RecordId,
    /// A node of the organisation tree.
    UnitId,
    /// One human, one file.
    PersonId,
    /// A sign-in account of a person.
    AccountId,
    /// A role given to a person over a unit's subtree from a day to a day.
    GrantId,
    /// That somebody stands in for somebody.
    StandInId,
    /// What a leaver handed to others in one act.
    HandOverId,
    /// What a unit is to reach with a figure in a period.
    TargetId,
    /// A figure of a unit for a period, as it was reported.
    FigureSealId,
    /// That somebody may change an accepted figure all the same.
    ExceptionId,
    /// An uploaded or rendered file.
    FileId,
    /// An issued copy of a paper.
    PaperId,
    /// One act that touched many records (an import, a batch issue).
    BatchId,
}

macro_rules! slug {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as written in the definition.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }
        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

slug! {
    /// A mechanism, `task_order`: also the name of its file.
    MechanismId,
    /// A field of a mechanism or of one of its children.
    FieldId,
    /// A state of a mechanism.
    StateId,
    /// A step of a mechanism.
    StepId,
    /// A deadline of a mechanism.
    DeadlineId,
    /// A figure of a mechanism; written `task_order.closed` where the mechanism is not given.
    FigureId,
    /// A paper of a mechanism.
    PaperKind,
    /// A list of choices in the vocabulary.
    ListId,
    /// A role in the vocabulary.
    RoleId,
    /// A kind of unit in the vocabulary.
    UnitKind,
}
