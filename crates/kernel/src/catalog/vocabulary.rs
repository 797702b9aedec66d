//! Which words do all mechanisms share? Roles, lists, kinds of unit, chapters, the site's settings, messages.
//!
//! Never a rule of one mechanism.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::figure::FigureKind;
use crate::ids::{ListId, RoleId, UnitKind};

/// The shared words, from `definitions/vocabulary/*.kdl` and `definitions/messages.kdl`.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Roles, in order.
    pub roles: Vec<Role>,
    /// Lists of choices.
    pub lists: Vec<List>,
    /// Kinds of unit.
    pub unit_kinds: Vec<KindOfUnit>,
    /// The units of figures, and what they count.
    pub figure_kinds: Vec<Arc<FigureKind>>,
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
    /// Must whoever holds it come in with a second factor?
    pub second_factor: bool,
    /// Which of the three administrators it is, if one: without sight of business records.
    pub administers: Option<Administers>,
    /// The roles that its holders may give inside their own subtree.
    pub may_grant: Vec<RoleId>,
    /// The roles that nobody holds together with it.
    pub excludes: Vec<RoleId>,
    /// What of the organisation its holders keep up to date, over the subtree it was given for.
    pub manages: Vec<Managed>,
}

/// What one of the three administrators administers; nobody is two of them (GB/T 22239-2019 8.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Administers {
    /// Running, calendar, backups, duties.
    System,
    /// Accounts and grants.
    Security,
    /// Reads the logs, and nothing else.
    Audit,
}

impl Administers {
    /// The word in a definition.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "system" => Some(Self::System),
            "security" => Some(Self::Security),
            "audit" => Some(Self::Audit),
            _ => None,
        }
    }
}

/// What of the organisation a role may keep up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Managed {
    /// Units: founding, renaming, moving, merging, splitting, dissolving.
    Units,
    /// People with their posts.
    People,
    /// What units are to reach with figures.
    Targets,
    /// Figures that units report upward.
    Submits,
    /// Figures that the units below report.
    Accepts,
    /// Figures that the site adds to those of the files.
    Figures,
}

impl Managed {
    /// All, each with the word that a definition writes.
    pub const ALL: [(&'static str, Self); 6] = [
        ("units", Self::Units),
        ("people", Self::People),
        ("targets", Self::Targets),
        ("submits", Self::Submits),
        ("accepts", Self::Accepts),
        ("figures", Self::Figures),
    ];

    /// What whoever holds such a role may do, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Units => "维护单位资料",
            Self::People => "维护人员资料",
            Self::Targets => "下达数字目标",
            Self::Submits => "封存并报送数字",
            Self::Accepts => "收下、退回下级报送的数字，批准例外",
            Self::Figures => "自建指标",
        }
    }
}

/// A kind of unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindOfUnit {
    /// Its id.
    pub id: UnitKind,
    /// Its Chinese name.
    pub name: String,
    /// In which of the two trees such units stand.
    pub hierarchy: Hierarchy,
    /// The level that such units have unless they say another: an item of the list [`LEVELS`].
    pub level: Option<Arc<str>>,
    /// Below which kinds they stand; none for the top of a tree.
    pub below: Vec<UnitKind>,
}

/// The list of levels that units have.
pub const LEVELS: &str = "unit_level";

/// Two trees, linked and not merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hierarchy {
    /// 行政.
    Administrative,
    /// 党组织.
    Party,
}

impl Hierarchy {
    /// Both, with the word that a definition writes and the word that people read.
    pub const ALL: [(&'static str, &'static str, Self); 2] =
        [("administrative", "行政", Self::Administrative), ("party", "党组织", Self::Party)];

    /// The word that stands in an address.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(.., it)| *it == self).map_or("", |(word, ..)| word)
    }

    /// What people read.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(.., it)| *it == self).map_or("", |(_, name, _)| name)
    }
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
    /// Ids of its mechanisms, in the order in which menu, desk and book list them.
    pub order: Vec<Arc<str>>,
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

    /// A kind of unit by id.
    pub fn unit_kind(&self, id: &str) -> Option<&KindOfUnit> {
        self.unit_kinds.iter().find(|kind| kind.id == *id)
    }

    /// In which tree units of a kind stand; units of a kind that the vocabulary forgot stand in the administrative one.
    pub fn hierarchy(&self, kind: &UnitKind) -> Hierarchy {
        self.unit_kind(kind.as_str()).map_or(Hierarchy::Administrative, |kind| kind.hierarchy)
    }

    /// The roles that keep something of the organisation up to date.
    // enforces: role.manages
    pub fn managers(&self, what: Managed) -> Vec<RoleId> {
        self.roles.iter().filter(|role| role.manages.contains(&what)).map(|role| role.id.clone()).collect()
    }

    /// The roles of one of the three administrators.
    pub fn administrators(&self, of: Administers) -> impl Iterator<Item = &Role> {
        self.roles.iter().filter(move |role| role.administers == Some(of))
    }

    /// May nobody hold the two roles on the same day? Two different administrators never; others as either says.
    // enforces: role.excludes
    pub fn exclude_each_other(&self, one: &RoleId, other: &RoleId) -> bool {
        let (Some(one), Some(other)) = (self.role(one.as_str()), self.role(other.as_str())) else { return false };
        let administrators = one.administers.zip(other.administers).is_some_and(|(one, other)| one != other);
        administrators || one.excludes.contains(&other.id) || other.excludes.contains(&one.id)
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
