//! What stands around every page?
//! The top bar (site, scope, search, inbox, person), the rail of chapters, and the head of the page itself.
//! Never: a request to another site, an inline style or an inline script.

use super::icons::{Icon, icon};
use maud::{DOCTYPE, Markup, html};

/// The frame of a signed-in page: everything around its content.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The site's own name, such as `岚湾新区组织人事局`.
    pub site: String,
    /// Addresses of the style sheet and the script, with their hashes.
    pub assets: Assets,
    /// The unit whose subtree the person looks at, and where to change it.
    pub scope: Anchor,
    /// Where searching goes; the word travels as `q`.
    pub search_href: String,
    /// What was searched for, if this is the result.
    pub searched: String,
    /// Unread notices and where they are read.
    pub inbox: Inbox,
    /// Who is signed in.
    pub person: SignedIn,
    /// The chapters this person reaches, in order.
    pub chapters: Vec<Chapter>,
    /// Whether this person folded the rail to icons (cookie `rail=folded`).
    pub rail_folded: bool,
}

/// Addresses of the two assets.
#[derive(Debug, Clone)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The script.
    pub js: String,
}

/// A word that leads somewhere.
#[derive(Debug, Clone)]
pub struct Anchor {
    /// What is read.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

impl Anchor {
    /// A word that leads somewhere.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Anchor {
        Anchor { label: label.into(), href: href.into() }
    }
}

/// What waits to be read.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// How many are unread.
    pub unread: u64,
    /// Where they are read.
    pub href: String,
}

/// The person at the screen.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Their name.
    pub name: String,
    /// Their place, such as `督查室`; may be empty.
    pub place: String,
    /// The entries of their menu.
    pub menu: Vec<Anchor>,
    /// Where the sign-out form is sent (POST).
    pub leave_action: String,
}

/// One chapter of the rail.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// Its picture.
    pub icon: Icon,
    /// Its name and page.
    pub anchor: Anchor,
    /// What waits in it, if that is worth a number.
    pub count: Option<u64>,
    /// Whether the person is in this chapter.
    pub current: bool,
    /// Its pages, shown while the person is in it, or always if it is `open`.
    pub pages: Vec<RailPage>,
    /// Whether its pages are shown wherever the person is.
    pub open: bool,
    /// Whether a line separates it from the chapter before.
    pub after_line: bool,
}

/// One page inside a chapter of the rail.
#[derive(Debug, Clone)]
pub struct RailPage {
    /// Its name and address.
    pub anchor: Anchor,
    /// How many records it holds.
    pub count: Option<u64>,
    /// Whether the person is on it.
    pub current: bool,
}

/// The head of a page: where it is, what it is called, what can be done with it.
#[derive(Debug, Clone, Default)]
pub struct PageHead {
    /// The way here; the last step is the page itself and has no link.
    pub crumbs: Vec<Anchor>,
    /// The title.
    pub title: String,
    /// A number or a quiet remark beside the title; may be empty.
    pub remark: String,
    /// Lights and state chips beside the title.
    pub lights: Option<Markup>,
    /// Buttons, the main one last.
    pub acts: Option<Markup>,
}

impl Shell {
    /// A whole page: the frame, the head and the content.
    pub fn page(&self, head: &PageHead, content: Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="zh-CN" {
                (document_head(&format!("{} · {}", head.title, self.site), &self.assets))
                body.folded[self.rail_folded] {
                    a.to-main href="#main" { "跳到正文" }
                    (self.top())
                    details.fold { summary aria-label="章节" { (icon(Icon::Menu)) } }
                    div.frame {
                        (self.rail())
                        main id="main" tabindex="-1" { (page_head(head)) (content) }
                    }
                }
            }
        }
    }

    fn top(&self) -> Markup {
        html! {
            header.top {
                a.brand href="/" { (seal()) "组工" small { (self.site) } }
                (self.scope_link())
                form.find role="search" method="get" action=(self.search_href) {
                    (icon(Icon::Search))
                    input type="search" name="q" value=(self.searched) aria-label="搜索" autocomplete="off"
                        placeholder="编号、标题、姓名、单位，可用拼音首字母";
                    kbd aria-hidden="true" { "/" }
                }
                a.bell.calm[self.inbox.unread == 0] href=(self.inbox.href) {
                    (icon(Icon::Bell)) span { "待阅" } b { (count_words(self.inbox.unread)) }
                }
                (self.person_menu())
            }
        }
    }

    fn scope_link(&self) -> Markup {
        html! {
            a.scope href=(self.scope.href) title={ "查看范围：" (self.scope.label) } {
                (icon(Icon::Tree)) span { (self.scope.label) } (icon(Icon::Down))
            }
        }
    }

    fn person_menu(&self) -> Markup {
        let person = &self.person;
        let first = person.name.chars().next().unwrap_or('·');
        html! {
            details.menu {
                summary.who {
                    i aria-hidden="true" { (first) }
                    span { (person.name) @if !person.place.is_empty() { " " small { (person.place) } } }
                    (icon(Icon::Down))
                }
                div {
                    @for entry in &person.menu { a href=(entry.href) { (entry.label) } }
                    hr;
                    form method="post" action=(person.leave_action) {
                        button type="submit" { (icon(Icon::Leave)) "退出登录" }
                    }
                }
            }
        }
    }

    fn rail(&self) -> Markup {
        html! {
            nav.rail aria-label="章节" {
                (self.scope_link())
                @for chapter in &self.chapters { (chapter_entry(chapter)) }
                hr;
                button.tuck type="button" data-fold { (icon(Icon::Fold)) span { "收起或展开" } }
            }
        }
    }
}

fn chapter_entry(chapter: &Chapter) -> Markup {
    let exactly_here = chapter.current && !chapter.pages.iter().any(|page| page.current);
    html! {
        @if chapter.after_line { hr; }
        a.on[chapter.current] href=(chapter.anchor.href) title=(chapter.anchor.label) aria-current=[exactly_here.then_some("page")] {
            (icon(chapter.icon)) span { (chapter.anchor.label) }
            @if let Some(count) = chapter.count { b { (count_words(count)) } }
        }
        @if (chapter.current || chapter.open) && !chapter.pages.is_empty() {
            ul {
                @for page in &chapter.pages {
                    li {
                        a.on[page.current] href=(page.anchor.href) aria-current=[page.current.then_some("page")] {
                            span { (page.anchor.label) }
                            @if let Some(count) = page.count { b { (count_words(count)) } }
                        }
                    }
                }
            }
        }
    }
}

/// A page before sign-in: one card in the middle, no rail, no search.
pub fn gate(title: &str, site: &str, assets: &Assets, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            (document_head(&format!("{title} · {site}"), assets))
            body {
                main.gate {
                    div.brand { (seal()) "组工" small { (site) } }
                    (content)
                }
            }
        }
    }
}

/// A page of its own for a phone or for the public: a narrow sheet without frame.
pub fn sheet(title: &str, assets: &Assets, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" { (document_head(title, assets)) body { main.sheet { (content) } } }
    }
}

/// The head of a page inside the frame.
pub fn page_head(head: &PageHead) -> Markup {
    html! {
        @if !head.crumbs.is_empty() {
            nav.crumb aria-label="位置" {
                ol {
                    @for crumb in &head.crumbs {
                        li { @if crumb.href.is_empty() { (crumb.label) } @else { a href=(crumb.href) { (crumb.label) } } }
                    }
                }
            }
        }
        div.title {
            h1 { (head.title) }
            @if !head.remark.is_empty() { span.num { (head.remark) } }
            @if let Some(lights) = &head.lights { (lights) }
            @if let Some(acts) = &head.acts { div.acts { (acts) } }
        }
    }
}

fn document_head(title: &str, assets: &Assets) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="same-origin";
            title { (title) }
            link rel="stylesheet" href=(assets.css);
            script src=(assets.js) defer {}
        }
    }
}

/// The product's mark: a square seal with two strokes that meet.
pub fn seal() -> Markup {
    html! {
        svg.seal viewBox="0 0 24 24" aria-hidden="true" {
            rect x="1" y="1" width="22" height="22" rx="4" {}
            path d="M7 8h10M12 8v8M6 16h12" {}
        }
    }
}

fn count_words(count: u64) -> String {
    if count > 9_999 { "9999+".to_owned() } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Shell {
        Shell {
            site: "岚湾新区组织人事局".into(),
            assets: Assets { css: "/assets/app.css".into(), js: "/assets/app.js".into() },
            scope: Anchor::new("岚湾新区（全部）", "/scope"),
            search_href: "/search".into(),
            searched: "\"><script>".into(),
            inbox: Inbox { unread: 12_345, href: "/inbox".into() },
            person: SignedIn { name: String::new(), place: String::new(), menu: vec![], leave_action: "/leave".into() },
            chapters: vec![],
            rail_folded: false,
        }
    }

    #[test]
    fn a_page_has_neither_inline_style_nor_inline_script() {
        let page = shell().page(&PageHead { title: "工作台".into(), ..PageHead::default() }, html! {}).into_string();
        assert!(!page.contains("style="), "{page}");
        assert!(!page.contains("<script>"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn a_nameless_person_and_a_huge_count_still_show() {
        let page = shell().page(&PageHead::default(), html! {}).into_string();
        assert!(page.contains("9999+"), "{page}");
        assert!(page.contains('·'), "{page}");
    }
}
