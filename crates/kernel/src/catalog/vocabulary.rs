//! Which words do all mechanisms share? Roles, lists, kinds of unit, chapters, the site's settings, messages.
//!
//! Never a rule of one mechanism.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ids::{ListId, RoleId, UnitKind};

/// The shared words, from `definitions/vocabulary/*.kdl` and `definitions/messages.kdl`.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Roles, in order.
    pub roles: Vec<Role>,
    /// Lists of choices.
    pub lists: Vec<List>,
    /// Kinds of unit.
    pub unit_kinds: Vec<(UnitKind, String)>,
    /// Chapters of the menu, in order: id (the folder's name), Chinese name, icon.
    pub chapters: Vec<Chapter>,
    /// The site's settings: 机关名称, 发文机关, 机关代字 ….
    pub settings: BTreeMap<String, String>,
    /// Sentences by id, with holes `{name}`.
    pub messages: BTreeMap<String, Message>,
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its Chinese name.
    pub name: String,
    /// What it is for.
    pub words: String,
    /// Is it an administrator of the system, without sight of business records?
    pub administers: bool,
}

/// A list of choices.
#[derive(Clone, Debug)]
pub struct List {
    /// Its id.
    pub id: ListId,
    /// Its Chinese name.
    pub name: String,
    /// Its items, in order; a tree is written by `parent`.
    pub items: Vec<Item>,
}

/// An item of a list.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id.
    pub id: Arc<str>,
    /// Its Chinese name.
    pub name: Arc<str>,
    /// Other words for it.
    pub aliases: Vec<String>,
    /// The item above it.
    pub parent: Option<Arc<str>>,
}

/// A chapter of the menu.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The folder's name.
    pub id: Arc<str>,
    /// Its Chinese name.
    pub name: String,
    /// Its icon's name.
    pub icon: String,
}

/// A sentence and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What is so.
    pub says: String,
    /// What to do next; every refusal has it.
    pub next: Option<String>,
}

impl Vocabulary {
    /// A list by id.
    pub fn list(&self, id: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.id == *id)
    }

    /// A role by id.
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == *id)
    }

    /// A site's setting, or its own name in braces if the site has none.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }
}

impl List {
    /// The Chinese name of an item.
    pub fn name_of(&self, id: &str) -> Option<&str> {
        self.items.iter().find(|item| &*item.id == id).map(|item| &*item.name)
    }
}
