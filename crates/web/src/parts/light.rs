//! How does a person see at a glance whether all is well?
//! A light has a colour, a shape and a word, so that nobody depends on the colour; a state is a quiet chip.
//! Never: a light without a word.

use super::icons::{Icon, icon};
use maud::{Markup, html};

/// The four lights, from calm to alarm and out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    /// On time: a filled disc.
    Green,
    /// Soon due, or done late: a diamond.
    Amber,
    /// Due today or overdue: a square.
    Red,
    /// No deadline runs: a ring.
    Grey,
}

impl Light {
    /// The class that the style sheet knows.
    pub fn class(self) -> &'static str {
        match self {
            Light::Green => "g",
            Light::Amber => "a",
            Light::Red => "r",
            Light::Grey => "n",
        }
    }
}

/// A light with its word, such as `逾期 2 天`.
pub fn light(light: Light, word: &str) -> Markup {
    html! { span class={ "light " (light.class()) } { (word) } }
}

/// What a state means for the one who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Any state on the way.
    Open,
    /// The state that waits for the one who looks.
    Yours,
    /// Ended as meant.
    Done,
    /// Ended otherwise, or paused.
    Stopped,
}

/// A state as a chip with its name.
pub fn state(standing: Standing, name: &str) -> Markup {
    match standing {
        Standing::Open => html! { span.state { (name) } },
        Standing::Yours => html! { span.state.now { (name) } },
        Standing::Done => html! { span.state.done { (icon(Icon::Check)) (name) } },
        Standing::Stopped => html! { span.state.stop { (name) } },
    }
}

/// A bar for a share of a whole; `percent` is cut to 0..=100 for the bar, the words say the true value.
pub fn meter(light: Option<Light>, percent: u32, words: &str) -> Markup {
    let tone = light.map_or("", Light::class);
    html! { progress class={ "meter " (tone) } max="100" value=(percent.min(100)) aria-label=(words) { (words) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_light_escapes_its_word() {
        assert_eq!(light(Light::Red, "逾期 <2> 天").into_string(), r#"<span class="light r">逾期 &lt;2&gt; 天</span>"#);
    }

    #[test]
    fn a_meter_never_runs_over_its_end() {
        assert!(meter(None, 340, "340%").into_string().contains(r#"value="100""#));
    }
}
