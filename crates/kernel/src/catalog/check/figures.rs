//! What is counted? Figures with their measures, words and examples.
//!
//! Never counts: that is `kernel::figures`, which also runs the examples.

use super::desk::Desk;
use super::examples::field_value;
use super::fields::Fields;
use crate::catalog::raw::Raw;
use crate::catalog::{Figure, FigureExample, Measure, Vocabulary};
use crate::formula::{self, Formula, Type, Wanted};
use crate::ids::StateId;
use crate::value::Facts;

/// The properties of which a figure has exactly one, and those that each of them needs and may have besides.
const KINDS: &[(&str, &[&str], &[&str])] = &[
    ("count", &["at"], &[]),
    ("sum", &["at"], &["when"]),
    ("ratio", &["over", "at"], &[]),
    ("average", &["at"], &["when"]),
    ("stock", &["since", "until"], &[]),
];

pub(super) fn figures(
    desk: &mut Desk<'_>,
    matter: &Raw,
    states: &[String],
    fields: &Fields,
    vocabulary: &Vocabulary,
) -> Vec<Figure> {
    let mut figures = Vec::new();
    for raw in matter.inside("figure") {
        let measure = measure(desk, raw, fields);
        let examples: Vec<FigureExample> =
            raw.inside("figure.example").filter_map(|it| example(desk, it, states, fields, vocabulary)).collect();
        let words = raw.first("figure.words");
        let unit = raw.text("unit").unwrap_or_default();
        if let Some(measure) = measure {
            unit_fits(desk, raw, &measure, &unit);
            figures.push(Figure {
                id: raw.arg(0).into(),
                name: raw.arg(1).to_owned(),
                measure,
                unit,
                words: words.map(|it| it.arg(0).to_owned()).unwrap_or_default(),
                over_words: words.and_then(|it| it.text("over")),
                examples,
                counts_in: Vec::new(),
            });
        }
    }
    figures
}

fn measure(desk: &mut Desk<'_>, raw: &Raw, fields: &Fields) -> Option<Measure> {
    let written: Vec<_> = KINDS.iter().filter(|(kind, ..)| raw.prop(kind).is_some()).collect();
    let [(kind, needed, allowed)] = written[..] else {
        let sentence = if written.is_empty() { "没有写怎样数" } else { "一个指标只能有一种数法" };
        desk.tell_hint(raw.span.clone(), sentence, "count、sum、ratio、average、stock 五种里写一种");
        return None;
    };
    for prop in *needed {
        if raw.prop(prop).is_none() {
            desk.tell(raw.prop_span(kind), format!("{kind} 还要写 {prop}"));
        }
    }
    for (prop, written) in &raw.props {
        let fits =
            prop == kind || prop == "unit" || needed.contains(&prop.as_str()) || allowed.contains(&prop.as_str());
        if !fits {
            desk.tell(written.span.clone(), format!("{kind} 不用写 {prop}"));
        }
    }
    let formulas = Formulas { raw, fields };
    let all = || formula::check("全部", &fields.scope, Wanted::Condition).ok();
    let mut condition = |prop: &str| formulas.read(desk, prop, Wanted::Condition);
    Some(match *kind {
        "count" => {
            let when = condition("count");
            Measure::Count { at: formulas.read(desk, "at", Wanted::Day)?, when: when? }
        }
        "ratio" => {
            let (part, whole) = (condition("ratio"), condition("over"));
            Measure::Ratio { at: formulas.read(desk, "at", Wanted::Day)?, part: part?, whole: whole? }
        }
        "stock" => {
            let when = condition("stock");
            let (since, until) = (formulas.read(desk, "since", Wanted::Day), formulas.read(desk, "until", Wanted::Day));
            Measure::Stock { when: when?, since: since?, until: until? }
        }
        _ => {
            let when = if raw.prop("when").is_some() { condition("when") } else { all() };
            let (of, at) = (formulas.read(desk, kind, Wanted::Number), formulas.read(desk, "at", Wanted::Day));
            let (of, when, at) = (of?, when?, at?);
            if *kind == "sum" { Measure::Sum { of, when, at } } else { Measure::Average { of, when, at } }
        }
    })
}

struct Formulas<'a> {
    raw: &'a Raw,
    fields: &'a Fields,
}

impl Formulas<'_> {
    /// A formula of the figure, which must not depend on the day on which somebody looks.
    fn read(&self, desk: &mut Desk<'_>, prop: &str, wanted: Wanted) -> Option<Formula> {
        let formula = desk.formula_prop(self.raw, prop, &self.fields.scope, wanted)?;
        if formula.needs_clock() {
            let hint = "随时间变化的数请用 stock，写明 since 和 until";
            desk.tell_hint(self.raw.prop_span(prop), "指标的公式里不能用今天()", hint);
        }
        if formula.needs_period() {
            let hint = "请用 at 写明按哪一天归到期间";
            desk.tell_hint(self.raw.prop_span(prop), "指标的公式里不用写“在 期间”", hint);
        }
        Some(formula)
    }
}

/// What is shown behind the number must be what the formula counts.
// enforces: figure.unit
fn unit_fits(desk: &mut Desk<'_>, raw: &Raw, measure: &Measure, unit: &str) {
    let wanted: &[&str] = match measure {
        Measure::Ratio { .. } => &["%"],
        Measure::Sum { of, .. } | Measure::Average { of, .. } => match &of.of {
            Type::Number(formula::Measure::Percent) => &["%"],
            Type::Number(formula::Measure::Money) => &["元"],
            Type::Number(formula::Measure::Days) => &["天", "日"],
            Type::Number(formula::Measure::WorkingDays) => &["工作日", "个工作日"],
            Type::Number(formula::Measure::Months) => &["个月"],
            Type::Number(formula::Measure::Unit(name)) if **name != *unit => {
                desk.tell(raw.prop_span("unit"), format!("公式的单位是“{name}”，这里写的是“{unit}”"));
                return;
            }
            _ => return,
        },
        Measure::Count { .. } | Measure::Stock { .. } if unit == "%" => {
            desk.tell(raw.prop_span("unit"), "数个数的指标单位不能是%");
            return;
        }
        _ => return,
    };
    if !unit.is_empty() && !wanted.contains(&unit) {
        desk.tell(raw.prop_span("unit"), format!("这个指标的单位应当是{}", wanted.join("或")));
    }
}

fn example(
    desk: &mut Desk<'_>,
    raw: &Raw,
    states: &[String],
    fields: &Fields,
    vocabulary: &Vocabulary,
) -> Option<FigureExample> {
    let mut records = Vec::new();
    let mut state_of = Vec::new();
    for record in raw.inside("example.record") {
        let mut facts = Facts::default();
        for (name, written) in record.props.iter().filter(|(name, _)| name != "state") {
            if let Some((id, value)) = field_value(desk, name, written, &fields.fields, vocabulary) {
                facts.put(&id, Some(value));
            }
        }
        records.push(facts);
        // enforces: example.record.state
        state_of.push(desk.one_prop(record, "state", "状态", states).map(StateId::from));
    }
    let on = raw.prop("on").and_then(|it| it.text().parse().ok());
    Some(FigureExample { records, states: state_of, on, gives: raw.first("example.gives")?.arg(0).to_owned() })
}
