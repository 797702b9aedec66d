//! What stands around a page? The frame's facts as the parts draw them.
//!
//! Never a chapter that the person's roles do not reach: the query leaves those out.

use app::queries::frame::{ChapterLine, Frame};
use kernel::catalog::Administers;

use crate::parts::icons::Icon;
use crate::parts::shell::{Anchor, Chapter, Inbox, RailPage, Shell, SignedIn};
use crate::urls;
use crate::visitor::Visitor;

/// Where the person is, so that the rail can say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// My desk.
    Desk,
    /// A page of a mechanism.
    Mechanism(&'a str),
    /// The figures of all mechanisms.
    Figures,
    /// The book of mechanisms.
    Book,
    /// Units, and how they change.
    Units,
    /// Administration.
    Admin,
    /// Grants.
    Grants,
    /// The audit log.
    Audit,
    /// None of the rail's.
    Elsewhere,
}

impl<'a> Place<'a> {
    /// The mechanism whose page it is.
    pub(crate) fn mechanism(self) -> Option<&'a str> {
        match self {
            Self::Mechanism(id) => Some(id),
            _ => None,
        }
    }
}

/// The frame around a page.
pub(crate) fn of(visitor: &Visitor, frame: &Frame, place: Place<'_>) -> Shell {
    let guest = &visitor.guest;
    Shell {
        site: frame.site.clone(),
        assets: guest.site.look.assets.clone(),
        scope: Anchor::new(if frame.scope.is_empty() { "无授权单位" } else { &frame.scope }, "/units"),
        search_href: "/search".to_owned(),
        searched: searched(&guest.path, &guest.query),
        inbox: Inbox { unread: u64::try_from(frame.unread).unwrap_or(0), href: "/inbox".to_owned() },
        person: SignedIn {
            name: frame.person.clone(),
            place: frame.unit.clone(),
            menu: vec![
                Anchor::new("待阅", "/inbox"),
                Anchor::new("我的关注", urls::FOLLOWING),
                Anchor::new("我的档案", "/me"),
                Anchor::new("我的授权", "/units"),
                Anchor::new("代办", "/stand-ins"),
                Anchor::new("我的账号", "/account"),
            ],
            leave_action: "/sign-out".to_owned(),
        },
        chapters: chapters(visitor, frame, place),
        rail_folded: guest.rail_folded,
    }
}

fn searched(path: &str, query: &str) -> String {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let word = pairs.into_iter().find(|(name, _)| path == "/search" && name == "q");
    word.map(|(_, word)| word).unwrap_or_default()
}

fn chapters(visitor: &Visitor, frame: &Frame, place: Place<'_>) -> Vec<Chapter> {
    // The files of people are listed as people, by pinyin and with what they are.
    let is_people = |id: &str| visitor.ctx.catalog().mechanisms.get(id).is_some_and(|it| it.people().is_some());
    let register = |id: &str| if is_people(id) { urls::PEOPLE.to_owned() } else { urls::register(id) };
    let entry = |icon, label: &str, href: &str, current, after_line| Chapter {
        icon,
        anchor: Anchor::new(label, href),
        count: None,
        current,
        pages: Vec::new(),
        open: false,
        after_line,
    };
    let mut all = vec![entry(Icon::Desk, "工作台", "/", place == Place::Desk, false)];
    all.extend(
        frame.chapters.iter().map(|chapter| chapter_entry(chapter, place, frame.chapters.len() == 1, &register)),
    );
    if !frame.chapters.is_empty() {
        all.push(entry(Icon::Chart, "数字", "/figures", place == Place::Figures, true));
        all.push(entry(Icon::Book, "机制手册", "/book", place == Place::Book, false));
    }
    all.push(entry(Icon::Tree, "组织", "/units", place == Place::Units, frame.chapters.is_empty()));
    if frame.gives {
        all.push(entry(Icon::Lock, "授权", "/grants", place == Place::Grants, frame.chapters.is_empty()));
    }
    if frame.administers.contains(&Administers::Audit) {
        all.push(entry(Icon::Eye, "审计", "/audit", place == Place::Audit, frame.chapters.is_empty()));
    }
    if frame.administers.contains(&Administers::System) {
        all.push(entry(Icon::Gear, "管理", "/admin", place == Place::Admin, frame.chapters.is_empty()));
    }
    all
}

/// A chapter of the rail; the only one shows its pages everywhere.
fn chapter_entry(chapter: &ChapterLine, place: Place<'_>, is_only: bool, register: &dyn Fn(&str) -> String) -> Chapter {
    let is_here = |id: &str| place == Place::Mechanism(id);
    let page = |(id, name, open): &(String, String, Option<i64>)| RailPage {
        anchor: Anchor::new(name, register(id)),
        count: open.and_then(|open| u64::try_from(open).ok()),
        current: is_here(id),
    };
    let first = chapter.mechanisms.first().map_or_else(|| "/".to_owned(), |(id, ..)| register(id));
    Chapter {
        icon: Icon::named(&chapter.icon).unwrap_or(Icon::Flag),
        anchor: Anchor::new(&chapter.name, first),
        count: None,
        current: chapter.mechanisms.iter().any(|(id, ..)| is_here(id)),
        pages: chapter.mechanisms.iter().map(page).collect(),
        open: is_only,
        after_line: false,
    }
}
