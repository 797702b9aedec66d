//! What does a definition say of who reads and writes a field?
//!
//! Never decides: that is `authority::fields`.

use crate::ids::{RoleId, StateId};

/// Who reads and writes a field, and how it reads. Without anything said, whoever sees the record reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// What kind of personal information it holds.
    pub level: Option<Level>,
    /// What it is collected for.
    pub purpose: Option<String>,
    /// How it reads until somebody gives a reason.
    pub mask: Option<Mask>,
    /// The roles that read it; empty for whoever sees the record.
    pub read: Vec<RoleId>,
    /// The roles that write it; empty for whoever takes a step that asks for it.
    pub write: Vec<RoleId>,
    /// The states in which only those who write it read it.
    pub hidden_in: Vec<StateId>,
    /// The states in which nobody writes it.
    pub closed_in: Vec<StateId>,
}

impl Protection {
    /// Is there anybody who sees the record and does not read the field in full?
    pub fn limits_reading(&self) -> bool {
        self.mask.is_some() || !self.read.is_empty() || !self.hidden_in.is_empty()
    }
}

/// Kinds of personal information, as the law on its protection tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// 个人信息.
    Personal,
    /// 敏感个人信息.
    Sensitive,
}

/// How a masked value reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// An identity number: the first and last four.
    Identity,
    /// A telephone number: the first three and last four.
    Phone,
    /// A name: the first character.
    Name,
    /// Nothing of it.
    All,
}
