//! What helps whoever fills in a form? What is held already, what is like it, what it is about.
//!
//! A field or a row is filled with what the platform holds, with its source and its day; a record that is like another
//! one is told; a list suggests what is meant.
//! Never a choice: whatever is filled in may be changed, and whatever is told hinders nobody.

pub mod alike;
pub mod asking;

use crate::catalog::grammar::parts::{arg, may};
use crate::catalog::grammar::{MECHANISM, Node, Scalar, Times};
use crate::ids::{FieldId, MechanismId};
use crate::suggest::Suggesting;

use alike::Alike;
use asking::Asking;

/// Whence a field is filled.
pub(crate) const HELD: Node = Node {
    key: "held",
    name: "held",
    inside: &[MECHANISM],
    times: Times::Any,
    args: &[arg("栏目", Scalar::Id)],
    props: &[
        may("of", Scalar::Id, "从哪个机制取；不写就是本机制里同一单位上一次填的同一栏。"),
        may("field", Scalar::Id, "取那个机制的哪个栏目：同一单位最近的一条，填的人看得到的。"),
        may("figure", Scalar::Id, "取那个机制的哪个指标：同一单位到今天的数。"),
        may("mark", Scalar::Id, "由系统写的文字栏目：来源、截至哪天、和已有的是不是一样；一样的写明重复填报。"),
    ],
    means: "这一栏平台已经有：表上先填好，旁边写来源和截至哪天；改了也可以，不挡办理。",
};

/// What helps whoever fills in the forms of a mechanism.
#[derive(Clone, Debug, Default)]
pub struct Helps {
    /// What is suggested, and when.
    pub suggest: Option<Suggesting>,
    /// The table that says what is asked of units.
    pub asking: Option<Asking>,
    /// The fields that are held already.
    pub held: Vec<Held>,
    /// By what a record is like another one.
    pub alike: Option<Alike>,
}

/// A field that is held already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The field.
    pub field: FieldId,
    /// Whence.
    pub from: Source,
    /// The field that says where its value came from.
    pub mark: Option<FieldId>,
}

/// Where something is held of a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// In a field of the unit's newest record of a mechanism.
    Field(MechanismId, FieldId),
    /// In a figure of the unit.
    Figure(MechanismId, String),
    /// In a row of a form that the unit has answered: by what was asked, as [`asking::plain`] writes it.
    Answer(String),
}

impl Helps {
    /// The fields that are written by what is held, and that nobody types.
    pub fn writes(&self) -> impl Iterator<Item = &FieldId> {
        self.held.iter().filter_map(|it| it.mark.as_ref())
    }
}
