//! Where do the records stand, state by state?
//! One lane a state, one slip a record; a slip is a link, not something to be dragged.
//! Never: moving a record; a step does that, on the record's own page.

use super::light::{Light, light};
use maud::{Markup, html};

/// One record on the board.
#[derive(Debug, Clone, Default)]
pub struct Slip {
    /// Its page.
    pub href: String,
    /// Its number; may be empty.
    pub number: String,
    /// Its title, cut after three lines.
    pub title: String,
    /// Unit and holder in one quiet line.
    pub note: String,
    /// Its light with the word.
    pub light: Option<(Light, String)>,
}

/// One state.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    /// The state's name.
    pub label: String,
    /// How many are in it, also beyond those shown.
    pub count: u64,
    /// Those shown.
    pub slips: Vec<Slip>,
    /// Where all of them are listed, if more are there than shown.
    pub more_href: Option<String>,
}

/// The board.
pub fn board(lanes: &[Lane]) -> Markup {
    html! {
        div.board tabindex="0" role="region" aria-label="看板" {
            @for lane in lanes {
                section.lane {
                    h2 { (lane.label) (super::cards::count(lane.count)) }
                    @if lane.slips.is_empty() { p.none { "暂无" } }
                    @for slip in &lane.slips { (slip_of(slip)) }
                    @if let Some(href) = &lane.more_href { a.small href=(href) { "全部 " (lane.count) " 项" } }
                }
            }
        }
    }
}

fn slip_of(slip: &Slip) -> Markup {
    html! {
        a.slip href=(slip.href) data-key=(slip.href) title=(slip.title) {
            @if !slip.number.is_empty() { small { (slip.number) } }
            b { (slip.title) }
            @if !slip.note.is_empty() { small { (slip.note) } }
            @if let Some((tone, word)) = &slip.light { (light(*tone, word)) }
        }
    }
}
