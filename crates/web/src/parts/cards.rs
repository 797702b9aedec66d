//! How is a page divided, and how does a figure stand on it?
//! Cards hold one topic each; a figure card shows value, change and a small trend, and its value is a door.
//! Never: counting; cards show what they are given.

use super::icons::{Icon, icon};
use super::light::{Light, light};
use maud::{Markup, html};

/// A card with a title, something quiet at the right of the title, and a body.
pub fn card(title: &str, more: Markup, body: Markup) -> Markup {
    html! {
        section.card {
            header { h2 { (title) } @if !more.0.is_empty() { div.more { (more) } } }
            (body)
        }
    }
}

/// A card without a head.
pub fn plain_card(body: Markup) -> Markup {
    html! { section.card { (body) } }
}

/// The card of what can be done now; it is left out on paper.
pub fn steps_card(title: &str, steps: &[StepForm]) -> Markup {
    html! {
        section.card.acting { header { h2 { (title) } } @for step in steps { (step_form(step)) } }
    }
}

/// A number beside a card's title.
pub fn count(number: u64) -> Markup {
    html! { span.count { (number) } }
}

/// Whether a change is welcome; the sign itself stands in the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Better than before.
    Better,
    /// Worse than before.
    Worse,
    /// Neither.
    Level,
}

/// One figure on a desk or a figures page.
#[derive(Debug, Clone, Default)]
pub struct FigureCard {
    /// What is counted.
    pub label: String,
    /// The value as it reads, without its unit; empty when there is none yet.
    pub value: String,
    /// The unit, such as `项` or `%`.
    pub unit: String,
    /// The records or the page behind the figure, for those who may see them.
    pub href: Option<String>,
    /// Against what, and by how much: `较上月`, `+2.4`, whether that is good.
    pub change: Option<(String, String, Change)>,
    /// A quiet remark instead of or after the change.
    pub remark: String,
    /// How it stands to its target: the light and the target in words.
    pub light: Option<(Light, String)>,
    /// Earlier values, oldest first; fewer than two draw nothing.
    pub trend: Vec<f64>,
}

/// The figure as a card.
pub fn figure_card(figure: &FigureCard) -> Markup {
    let value = html! {
        @if figure.value.is_empty() { span.none { "—" } } @else { (figure.value) }
    };
    html! {
        section.card.fig {
            div.k { (figure.label) }
            div.v {
                @match &figure.href {
                    Some(href) => a href=(href) { (value) },
                    None => (value),
                }
                @if !figure.unit.is_empty() { small { (figure.unit) } }
            }
            (sparkline(&figure.trend))
            div.d {
                @if let Some((against, by, change)) = &figure.change { (against) " " (change_words(*change, by)) }
                @if !figure.remark.is_empty() { " " (figure.remark) }
                @if let Some((tone, words)) = &figure.light { " " (light(*tone, words)) }
                @if figure.change.is_none() && figure.remark.is_empty() && figure.light.is_none() { "尚无可比的上期" }
            }
        }
    }
}

/// A change in words, coloured by whether it is welcome.
pub fn change_words(change: Change, by: &str) -> Markup {
    match change {
        Change::Better => html! { b.up { (by) } },
        Change::Worse => html! { b.down { (by) } },
        Change::Level => html! { b { (by) } },
    }
}

/// A small line over the last periods, 96 × 32; nothing for fewer than two values.
pub fn sparkline(values: &[f64]) -> Markup {
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if finite.len() < 2 {
        return html! {};
    }
    let (low, high) = finite.iter().fold((f64::MAX, f64::MIN), |(low, high), &value| (low.min(value), high.max(value)));
    let spread = if high > low { high - low } else { 1.0 };
    let step = 90.0 / (finite.len() - 1) as f64;
    let points: Vec<(f64, f64)> = finite
        .iter()
        .enumerate()
        .map(|(place, value)| (3.0 + step * place as f64, 28.0 - 24.0 * (value - low) / spread))
        .collect();
    let line: String = points
        .iter()
        .enumerate()
        .map(|(place, (x, y))| format!("{}{x:.1} {y:.1}", if place == 0 { "M" } else { "L" }))
        .collect();
    let (last_x, last_y) = points[points.len() - 1];
    html! {
        svg.spark viewBox="0 0 96 32" width="96" height="32" aria-hidden="true" {
            path.area d={ (line) "L93 32L3 32Z" } {}
            path d=(line) {}
            circle cx=(format!("{last_x:.1}")) cy=(format!("{last_y:.1}")) r="2.5" {}
        }
    }
}

/// One number of a summary row.
#[derive(Debug, Clone)]
pub struct SummaryNumber {
    /// The number as it reads.
    pub value: String,
    /// What it counts.
    pub label: String,
    /// Its tone, if it has one.
    pub light: Option<Light>,
    /// Where it leads, if anywhere.
    pub href: Option<String>,
}

/// Large numbers in a row, such as the outcome of an import; `end` stands at the right.
pub fn summary(numbers: &[SummaryNumber], end: Markup) -> Markup {
    html! {
        ul.sum {
            @for number in numbers {
                li class=[number.light.map(Light::class)] {
                    b { @match &number.href { Some(href) => a.door href=(href) { (number.value) }, None => (number.value) } }
                    (number.label)
                }
            }
            @if !end.0.is_empty() { li.end { (end) } }
        }
    }
}

/// One thing that can be done now, with what it needs and what follows from it.
#[derive(Debug, Clone)]
pub struct StepForm {
    /// The step's name.
    pub label: String,
    /// Where the form is sent.
    pub action: String,
    /// Guard token and other hidden values.
    pub hidden: Vec<(String, String)>,
    /// The fields it asks for.
    pub fields: Markup,
    /// Basis and consequences in a sentence; may be empty.
    pub because: String,
    /// Whether it is the page's main action; only the first should be.
    pub main: bool,
    /// Whether its fields are open from the start.
    pub open: bool,
    /// A question to ask before it is sent.
    pub confirm: Option<String>,
    /// Whether the fields include files.
    pub with_files: bool,
    /// Set when the step cannot be taken now: the reason, shown instead of the fields.
    pub cannot: Option<String>,
    /// The key under which unsent typing is kept in this tab.
    pub keep: Option<String>,
    /// Whether this is an answer to a refused attempt.
    pub refused: bool,
}

/// A step as a form that opens in place.
pub fn step_form(step: &StepForm) -> Markup {
    let mut send = super::buttons::Button::submit(step.label.as_str()).full();
    if step.main {
        send = send.main();
    }
    if let Some(question) = &step.confirm {
        send = send.confirm(question.as_str());
    }
    if let Some(reason) = &step.cannot {
        return html! { div.act { div.cannot { (icon(Icon::Lock)) " " (step.label) } p.why { (reason) } } };
    }
    let form = html! {
        form method="post" action=(step.action) enctype=[step.with_files.then_some("multipart/form-data")]
            data-keep=[&step.keep] data-refused[step.refused] {
            @for (name, value) in &step.hidden { input type="hidden" name=(name) value=(value); }
            (step.fields)
            @if !step.because.is_empty() { p.why { (step.because) } }
            (send)
        }
    };
    html! {
        div.act {
            @if step.main { (form) }
            @else { details open[step.open] { summary { (step.label) } (form) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_of_one_value_or_of_nonsense_draws_nothing() {
        assert!(sparkline(&[1.0]).0.is_empty());
        assert!(sparkline(&[f64::NAN, 3.0]).0.is_empty());
    }

    #[test]
    fn a_level_trend_stays_inside_its_field() {
        assert!(sparkline(&[5.0, 5.0, 5.0]).into_string().contains("M3.0 28.0L48.0 28.0L93.0 28.0"));
    }

    #[test]
    fn a_figure_without_a_value_says_so_quietly() {
        let shown = figure_card(&FigureCard { label: "按时办结率".into(), ..FigureCard::default() }).into_string();
        assert!(shown.contains("—") && shown.contains("尚无可比的上期"), "{shown}");
    }
}
