//! How do the app's lights, states and sentences become parts?
//!
//! Never a new word: only the shape changes.

use app::queries::Light;
use app::words::Said;
use kernel::deadlines::LightKind;
use kernel::refusal::Spot;
use maud::{Markup, html};

use crate::parts::light as lights;
use crate::parts::notice::{Tone, Wanted, notice};

/// The colour of a light.
pub(crate) fn tone(kind: LightKind) -> lights::Light {
    match kind {
        LightKind::Red => lights::Light::Red,
        LightKind::Amber => lights::Light::Amber,
        LightKind::Green => lights::Light::Green,
        LightKind::Grey => lights::Light::Grey,
    }
}

/// A light with its words, as parts take them.
pub(crate) fn pair(light: Option<&Light>) -> Option<(lights::Light, String)> {
    light.map(|light| (tone(light.kind), light.words.clone()))
}

/// A light with its words; nothing if there is none.
pub(crate) fn light(light: Option<&Light>) -> Markup {
    html! { @if let Some(light) = light { (lights::light(tone(light.kind), &light.words)) } }
}

/// A sentence with its rule and its next step.
pub(crate) fn sentence(said: &Said) -> String {
    let because = said.because.as_deref().map(|because| format!("（依据：{because}）")).unwrap_or_default();
    format!("{}{because}{}", said.says, said.next.as_deref().unwrap_or(""))
}

/// The lines of the summary above a refused form; `form` is the form's name where a page has several, `label` names
/// a field.
pub(crate) fn wanted(said: &[Said], form: &str, label: impl Fn(&str) -> String) -> Vec<Wanted> {
    let inside = |name: String| if form.is_empty() { name } else { format!("{form}-{name}") };
    said.iter()
        .map(|said| {
            let (field, label) = match &said.at {
                Spot::Form => (String::new(), String::new()),
                Spot::Field(id) => (inside(id.to_string()), label(id.as_str())),
                Spot::Row(child, row, field) => {
                    (inside(format!("{child}.{row}.{field}")), format!("{} 第 {} 行", label(child.as_str()), row + 1))
                }
                Spot::Opinion => (inside("step.opinion".to_owned()), "意见".to_owned()),
                Spot::Reason => (inside("step.reason".to_owned()), "理由".to_owned()),
            };
            Wanted { field, label, sentence: sentence(said) }
        })
        .collect()
}

/// Several sentences in one notice of refusal.
pub(crate) fn refused(said: &[Said]) -> Markup {
    notice(Tone::Error, "没有办成", html! { ul { @for one in said { li { (sentence(one)) } } } })
}

/// A count as parts take it; what is less than nothing is nothing.
pub(crate) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
