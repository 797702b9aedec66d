//! Which small pictures stand beside words?
//! One line set on a 24-unit field, drawn for this product, shown at 16 px in the colour of the text beside it.
//! Never: an icon as the only carrier of a meaning; the word is always there, at least as a label.

use maud::{Markup, html};

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident $word:literal $path:literal,)*) => {
        /// The pictures of the set.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Icon { $($(#[$doc])* $name,)* }

        impl Icon {
            /// Every icon of the set, for the gallery and for tests.
            pub const ALL: &'static [Icon] = &[$(Icon::$name,)*];

            /// Finds an icon by the word that definitions use for it, such as `flag`.
            pub fn named(word: &str) -> Option<Icon> {
                match word { $($word => Some(Icon::$name),)* _ => None }
            }

            /// The word that definitions use for this icon.
            pub fn word(self) -> &'static str {
                match self { $(Icon::$name => $word,)* }
            }

            fn path(self) -> &'static str {
                match self { $(Icon::$name => $path,)* }
            }
        }
    };
}

icons! {
    /// My desk.
    Desk "desk" "M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z",
    /// Supervision.
    Flag "flag" "M6 21V4M6 4h12l-2.5 4L18 12H6",
    /// Requests and governance.
    Speech "speech" "M20 11.5a8 8 0 0 1-11.6 7.1L4 20l1.4-4.4A8 8 0 1 1 20 11.5z",
    /// Party building; regulations.
    Book "book" "M5 5a2 2 0 0 1 2-2h12v15H7a2 2 0 0 0-2 2zM5 20a2 2 0 0 0 2 1h12v-3",
    /// Cadres; a person.
    Person "person" "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.8-4 4-6 8-6s7.2 2 8 6",
    /// People in the plural.
    People "people" "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5M16 4.5a3.5 3.5 0 0 1 0 6.5M18 15c2 .7 3.2 2.4 3.5 5",
    /// Talent.
    Star "star" "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9L12 16.8l-5.3 2.9 1.1-5.9-4.3-4.1 5.9-.8z",
    /// Establishment, quotas.
    Quota "quota" "M4 4h16v16H4zM4 10h16M10 10v10M15 10v10",
    /// Appraisal.
    Scales "scales" "M12 4v16M7 20h10M5 7h14M5 7l-2.5 6.5h5zM19 7l-2.5 6.5h5z",
    /// Budget performance, money.
    Coins "coins" "M12 9c4.4 0 8-1.3 8-3s-3.6-3-8-3-8 1.3-8 3 3.6 3 8 3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
    /// Figures.
    Chart "chart" "M3 20h18M6 20v-8M11 20V5M16 20v-5M20 20V9",
    /// Reports, papers.
    Paper "paper" "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    /// Units and people.
    Tree "tree" "M9.5 3h5v4h-5zM3 17h5v4H3zM16 17h5v4h-5zM12 7v5M5.5 17v-5h13v5",
    /// Administration.
    Gear "gear" "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 2.5v4M12 17.5v4M2.5 12h4M17.5 12h4M5.3 5.3l2.8 2.8M15.9 15.9l2.8 2.8M18.7 5.3l-2.8 2.8M8.1 15.9l-2.8 2.8",
    /// Inbox.
    Bell "bell" "M6 16v-5a6 6 0 1 1 12 0v5l2 2H4zM10 21h4",
    /// Search.
    Search "search" "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
    /// Opens downwards.
    Down "down" "m6 9 6 6 6-6",
    /// To the page before.
    Left "left" "m15 5-7 7 7 7",
    /// To the next page.
    Right "right" "m9 5 7 7-7 7",
    /// From here to there.
    Arrow "arrow" "M4 12h16M14 6l6 6-6 6",
    /// Something new.
    Plus "plus" "M12 5v14M5 12h14",
    /// Brought in from a file.
    Import "import" "M12 16V4M7 9l5-5 5 5M4 20h16",
    /// Taken out as a file.
    Export "export" "M12 4v12M7 11l5 5 5-5M4 20h16",
    /// Printed.
    Print "print" "M7 8V3h10v5M7 17H4v-8h16v8h-3M7 14h10v7H7z",
    /// Time, deadline.
    Clock "clock" "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
    /// Done, right.
    Check "check" "m5 12.5 4.5 4.5L19 7",
    /// Remove, close.
    Cross "cross" "M6 6l12 12M18 6 6 18",
    /// Attention.
    Alert "alert" "M12 3.5 2.5 20h19zM12 10v4.5M12 17v.5",
    /// For your knowledge.
    Note "note" "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.5V8",
    /// Refused.
    Stop "stop" "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM12 8v5M12 16v.5",
    /// Sorted upwards.
    Up "up" "m6 15 6-6 6 6",
    /// Can be sorted.
    Sort "sort" "m8 10 4-4 4 4M8 14l4 4 4-4",
    /// As a list.
    List "list" "M4 6h16M4 12h16M4 18h16",
    /// As a board.
    Board "board" "M4 4h4.5v16H4zM10 4h4.5v11H10zM16 4h4v7h-4z",
    /// As a calendar.
    Calendar "calendar" "M4 6h16v14H4zM4 10.5h16M8 3v4M16 3v4",
    /// A file that was attached.
    Clip "clip" "m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4L14.5 7",
    /// Closed to these eyes, sealed.
    Lock "lock" "M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 8 0V11",
    /// Looked at, shown.
    Eye "eye" "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    /// Changed.
    Pencil "pencil" "M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5 17.5 10",
    /// Taken away.
    Bin "bin" "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6",
    /// Filtered.
    Filter "filter" "M4 5h16l-6.5 8v6l-3 1.5V13z",
    /// Which columns.
    Columns "columns" "M4 4h16v16H4zM9.5 4v16M14.5 4v16",
    /// Remembered.
    Bookmark "bookmark" "M6 3h12v18l-6-4.5L6 21z",
    /// Opens the chapters.
    Menu "menu" "M4 7h16M4 12h16M4 17h16",
    /// Folds the chapters.
    Fold "fold" "M4 4h16v16H4zM9.5 4v16M16 9l-3 3 3 3",
    /// Signs out.
    Leave "leave" "M10 4H4v16h6M9 12h11M16 8l4 4-4 4",
    /// Handed on to somebody.
    Hand "hand" "M4 12h12M11 7l5 5-5 5M20 5v14",
    /// Tied to something else.
    Link "link" "M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7L12 17.7",
    /// Stamped, sealed for good.
    Seal "seal" "M5 20h14M6 16h12v-2.5c0-1-1-1.5-2-1.5h-2c-.5-2 1-3.5 1-5.5a3 3 0 1 0-6 0c0 2 1.5 3.5 1 5.5H8c-1 0-2 .5-2 1.5z",
    /// A ballot.
    Ballot "ballot" "M4 12h16v8H4zM8 12V4h8v8M10 8l1.5 1.5L14 7M9 15.5h6",
    /// The wall display.
    Wall "wall" "M3 4h18v12H3zM8 20h8M12 16v4M7 12V9M12 12V7M17 12v-2",
    /// What was.
    History "history" "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.5",
    /// Empty tray.
    Tray "tray" "M3 13l3-8h12l3 8v7H3zM3 13h5.5l1.5 3h4l1.5-3H21",
    /// A meeting, an activity.
    Meeting "meeting" "M4 5h16v10H4zM8 19l4-4 4 4M8 9h8",
}

/// The icon as inline SVG, hidden from screen readers because a word stands beside it.
pub fn icon(icon: Icon) -> Markup {
    html! { svg.i viewBox="0 0 24 24" aria-hidden="true" { path d=(icon.path()); } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_found_by_its_own_word() {
        for &one in Icon::ALL {
            assert_eq!(Icon::named(one.word()), Some(one));
        }
        assert_eq!(Icon::named("no such picture"), None);
    }

    #[test]
    fn an_icon_is_silent_to_screen_readers() {
        assert!(icon(Icon::Flag).into_string().contains(r#"aria-hidden="true""#));
    }
}
