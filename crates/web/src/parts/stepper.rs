//! How far has it come?
//! The states of a record from left to right (top to bottom on a phone), each with who and when; and the few steps of a longer form.
//! Never: a colour alone; a finished state has a tick, a stopped one a square.

use super::icons::{Icon, icon};
use maud::{Markup, html};

/// Where a state stands on the way of this record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Behind us.
    Done,
    /// Here.
    Now,
    /// Still ahead.
    Ahead,
    /// Left out on this way.
    Passed,
    /// It ended here, not as meant.
    Stopped,
}

impl Reached {
    fn class(self) -> &'static str {
        match self {
            Reached::Done => "done",
            Reached::Now => "now",
            Reached::Ahead => "",
            Reached::Passed => "passed",
            Reached::Stopped => "stop",
        }
    }

    fn spoken(self) -> &'static str {
        match self {
            Reached::Done => "已完成：",
            Reached::Now => "当前：",
            Reached::Ahead => "",
            Reached::Passed => "未经过：",
            Reached::Stopped => "终止：",
        }
    }
}

/// One state on the way.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The state's name.
    pub label: String,
    /// Who and when, such as `1月6日 林书敏`; may be empty.
    pub note: String,
    /// Where it stands.
    pub reached: Reached,
}

/// The way of a record through its states.
pub fn stepper(stages: &[Stage]) -> Markup {
    html! {
        ol.stepper aria-label="进程" {
            @for stage in stages {
                li class=[Some(stage.reached.class()).filter(|it| !it.is_empty())] aria-current=[(stage.reached == Reached::Now).then_some("step")] {
                    @if stage.reached == Reached::Done { (icon(Icon::Check)) }
                    b.vh { (stage.reached.spoken()) }
                    span { (stage.label) }
                    @if !stage.note.is_empty() { small { (stage.note) } }
                }
            }
        }
    }
}

/// The steps of a longer form, such as an import; `now` counts from zero.
pub fn walk(steps: &[&str], now: usize) -> Markup {
    html! {
        ol.walk aria-label="步骤" {
            @for (place, step) in steps.iter().enumerate() {
                li.done[place < now] .now[place == now] aria-current=[(place == now).then_some("step")] {
                    b { @if place < now { "✓" } @else { (place + 1) } } (step)
                }
            }
        }
    }
}
