//! How do people read who may do what? Role, relation, step and field, one line each, in words.
//!
//! Never a right that is not enforced elsewhere: this room only prints.

use super::sight::{Relation, Rule};
use crate::catalog::{Field, Level, Mechanism, Protection, Role, Vocabulary};
use crate::ids::{RoleId, StateId};

/// What roles keep up to date or answer for besides the steps of mechanisms, a line each.
pub fn managing(vocabulary: &Vocabulary) -> Vec<String> {
    let of = |role: &Role| {
        let all: Vec<&str> = role.manages.iter().map(|what| what.words()).collect();
        (!all.is_empty()).then(|| format!("{} · {}", role.name, all.join("；")))
    };
    vocabulary.roles.iter().filter_map(of).collect()
}

/// The rights of a mechanism as lines that a lawyer can read.
pub fn table(mechanism: &Mechanism, vocabulary: &Vocabulary) -> Vec<String> {
    let mut lines = vec!["谁看得到".to_owned()];
    lines.extend(mechanism.rights.sight.iter().map(|rule| format!("  {}", sight(mechanism, vocabulary, rule))));
    lines.push("谁办哪一步".to_owned());
    let mut steps: Vec<String> = Vec::new();
    for step in &mechanism.steps {
        let from = if step.from.is_empty() { "（新建）".to_owned() } else { states(mechanism, &step.from) };
        let apart: Vec<&str> =
            step.apart.iter().filter_map(|id| mechanism.step(id.as_str())).map(|other| other.name.as_str()).collect();
        let apart = match apart.is_empty() {
            true => String::new(),
            false => format!(" · 不能是办理“{}”的同一人", apart.join("、")),
        };
        let filled: Vec<&str> = step.needs.iter().chain(&step.asks).map(|id| field(mechanism, id.as_str())).collect();
        let filled = if filled.is_empty() { String::new() } else { format!(" · 可填{}", filled.join("、")) };
        steps.push(format!("  {} · {} · {from}{apart}{filled}", roles(vocabulary, &step.who), step.name));
    }
    lines.append(&mut steps);
    let kept = mechanism.fields.iter().filter(|it| it.protection != Protection::default());
    let mut kept: Vec<String> = kept.map(|it| format!("  {}", protected(mechanism, vocabulary, it))).collect();
    for child in &mechanism.children {
        let columns = child.fields.iter().filter(|it| it.protection != Protection::default());
        kept.extend(columns.map(|it| format!("  {}的{}", child.name, protected(mechanism, vocabulary, it))));
    }
    if kept.is_empty() {
        lines.push("哪些栏目另有限制：没有".to_owned());
    } else {
        lines.push("哪些栏目另有限制".to_owned());
        lines.extend(kept);
    }
    for (words, who) in [("谁导入", &mechanism.rights.import), ("谁导出", &mechanism.rights.export)] {
        let who = if who.is_empty() { "没有人".to_owned() } else { roles(vocabulary, who) };
        lines.push(format!("{words}：{who}"));
    }
    if !mechanism.rights.figures.is_empty() {
        lines.push(format!("谁只看数字：{}", roles(vocabulary, &mechanism.rights.figures)));
    }
    if let Some(rule) = &mechanism.retention {
        let who = roles(vocabulary, &rule.who);
        lines.push(format!("个人信息保存：办结后{}年，期满由{who}决定清除或延长", rule.years));
    }
    lines
}

/// A field that is not simply read by whoever sees the record.
fn protected(mechanism: &Mechanism, vocabulary: &Vocabulary, field: &Field) -> String {
    let it = &field.protection;
    let mut words = vec![field.name.clone()];
    if let Some(level) = it.level {
        let level = if level == Level::Sensitive { "敏感个人信息" } else { "个人信息" };
        words.push(format!("{level}，用于{}", it.purpose.as_deref().unwrap_or_default()));
    }
    if it.mask.is_some() {
        words.push("平时遮住，写明理由才看得到全文".to_owned());
    }
    if !it.read.is_empty() {
        words.push(format!("只有{}看得到", roles(vocabulary, &it.read)));
    }
    if !it.write.is_empty() {
        words.push(format!("只有{}填得了", roles(vocabulary, &it.write)));
    }
    if !it.hidden_in.is_empty() {
        let (states, who) = (states(mechanism, &it.hidden_in), roles(vocabulary, &it.write));
        words.push(format!("{states}时只有{who}看得到"));
    }
    if !it.closed_in.is_empty() {
        words.push(format!("{}时谁也改不了", states(mechanism, &it.closed_in)));
    }
    words.join(" · ")
}

/// One rule of sight as a sentence.
pub fn sight(mechanism: &Mechanism, vocabulary: &Vocabulary, rule: &Rule) -> String {
    let who = if rule.who.is_empty() { "任何人".to_owned() } else { roles(vocabulary, &rule.who) };
    let relation = match &rule.relation {
        Relation::UnitAndBelow => "管辖范围内单位的".to_owned(),
        Relation::OwnUnit => "授权写明的那个单位的".to_owned(),
        Relation::Hosted(id) => format!("“{}”写了管辖范围内单位的", field(mechanism, id.as_str())),
        Relation::Named(id) => format!("“{}”写了本人的", field(mechanism, id.as_str())),
        Relation::Opened => "本人登记的".to_owned(),
        Relation::Handled => "本人办理过的".to_owned(),
        Relation::Assigned => "分给本人评审的".to_owned(),
        Relation::Anywhere => "各单位的".to_owned(),
    };
    let states = match &rule.states {
        None => "任何状态".to_owned(),
        Some(seen) => states(mechanism, seen),
    };
    format!("{who} · {relation} · {states}")
}

fn roles(vocabulary: &Vocabulary, ids: &[RoleId]) -> String {
    let name = |id: &RoleId| vocabulary.role(id.as_str()).map_or_else(|| id.to_string(), |role| role.name.clone());
    ids.iter().map(name).collect::<Vec<_>>().join("、")
}

fn states(mechanism: &Mechanism, ids: &[StateId]) -> String {
    let name = |id: &StateId| mechanism.state(id.as_str()).map_or(id.as_str(), |state| state.name.as_str()).to_owned();
    ids.iter().map(name).collect::<Vec<_>>().join("、")
}

fn field<'a>(mechanism: &'a Mechanism, id: &'a str) -> &'a str {
    let own = mechanism.field(id).map(|field| field.name.as_str());
    own.or_else(|| mechanism.child(id).map(|child| child.name.as_str())).unwrap_or(id)
}
