//! Who calls for entries, which stages do entries go through, and can no stage be skipped?
//!
//! Never looks at decisions: they are no part of a definition.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use super::{All, Sheet};
use crate::catalog::raw::Raw;
use crate::catalog::{Child, FieldType, Mechanism, State, Step, Vocabulary};
use crate::ids::{FieldId, MechanismId, RoleId, StateId, StepId};
use crate::kinds::round::{Call, During, Entry, Item, LATE, MOST_POINTS, MOST_REVIEWERS, Outcome, Rule, Stage};

/// The call and the entry that a mechanism declares.
pub(super) fn both(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    (vocabulary, states, steps, all): (&Vocabulary, &[State], &[Step], &All),
) -> (Option<Call>, Option<Entry>) {
    let call = call(desk, top, names, own, (steps, all));
    (call, entry(desk, top, names, own, (vocabulary, states, steps)))
}

fn call(desk: &mut Desk<'_>, top: &Raw, names: &Names, own: &Fields, (steps, all): (&[Step], &All)) -> Option<Call> {
    let raw = top.first("call")?;
    let entry = desk.one_prop(raw, "entry", "机制", &all.ids).map(MechanismId::from);
    let moment = |desk: &mut Desk<'_>, prop: &str| {
        own.named((desk, raw, names), prop, "必填的 moment 栏目", |it| {
            matches!(it.of, FieldType::Moment) && it.required
        })
    };
    let (opens, closes) = (moment(desk, "opens"), moment(desk, "closes"));
    let invites = own.named((desk, raw, names), "invites", "必填的 units 栏目", |it| {
        matches!(it.of, FieldType::Units) && it.required
    });
    let places = own.named((desk, raw, names), "places", "必填的 whole 栏目", |it| {
        matches!(it.of, FieldType::Whole { .. }) && it.required
    });
    let late = child(desk, raw, own, "late").filter(|it| is_late(desk, raw, it)).map(|it| it.id.clone());
    let result = child(desk, raw, own, "result").map(|it| it.id.clone());
    let announce = desk.one_prop(raw, "announce", "步骤", &names.steps).map(StepId::from);
    let lists: Vec<StateId> = raw.text("lists").unwrap_or_default().split_whitespace().map(StateId::from).collect();
    if [result.is_some(), announce.is_some(), !lists.is_empty()].iter().any(|it| *it != result.is_some()) {
        desk.tell_hint(raw.span.clone(), "名单没有写全", "announce、lists、result 要一起写，或者都不写");
    }
    if let Some(step) = steps.iter().find(|it| Some(&it.id) == announce.as_ref())
        && (step.recall || step.batch || step.from.is_empty())
    {
        let hint = "公布名单的步骤要写 recall=#false，不能成批，也不能是第一步";
        desk.tell_hint(raw.prop_span("announce"), format!("“{}”不能公布名单", step.name), hint);
    }
    untyped(desk, raw, "result", result.as_ref(), steps);
    let takes = desk.one_prop(raw, "takes", "状态", &names.states).map(StateId::from);
    Some(Call {
        entry: entry?,
        who: roles(desk, raw, names),
        takes: takes?,
        opens: opens?,
        closes: closes?,
        late,
        invites,
        places,
        announce,
        lists,
        result,
    })
}

// enforces: call.who
// enforces: entry.stage.who
fn roles(desk: &mut Desk<'_>, raw: &Raw, names: &Names) -> Vec<RoleId> {
    desk.many(raw, "who", "角色", &names.roles).into_iter().map(RoleId::from).collect()
}

fn child<'f>(desk: &mut Desk<'_>, raw: &Raw, own: &'f Fields, prop: &str) -> Option<&'f Child> {
    let children: Vec<String> = own.children.iter().map(|it| it.id.to_string()).collect();
    let id = desk.one_prop(raw, prop, "子表", &children)?;
    own.children.iter().find(|it| it.id.as_str() == id)
}

fn is_late(desk: &mut Desk<'_>, raw: &Raw, child: &Child) -> bool {
    let has = |id: &str, fits: fn(&FieldType) -> bool| {
        child.fields.iter().any(|it| it.id.as_str() == id && it.required && fits(&it.of))
    };
    let is_right = has(LATE[0], |it| matches!(it, FieldType::Unit))
        && has(LATE[1], |it| matches!(it, FieldType::Day))
        && has(LATE[2], |it| matches!(it, FieldType::Text { .. } | FieldType::LongText { .. }));
    if !is_right {
        let hint = "要有必填的 unit（unit 栏）、until（day 栏）和 reason（text 栏）";
        desk.tell_hint(raw.prop_span("late"), format!("“{}”写不了准许迟交", child.name), hint);
    }
    is_right
}

/// What the system writes, nobody types.
pub(super) fn untyped(desk: &mut Desk<'_>, raw: &Raw, prop: &str, field: Option<&FieldId>, steps: &[Step]) {
    let Some(field) = field else { return };
    for step in steps.iter().filter(|it| it.needs.contains(field) || it.asks.contains(field)) {
        let sentence = format!("“{}”会让人填 {field}，它只由系统写", step.name);
        desk.tell_hint(raw.prop_span(prop), sentence, "请从 asks 和 needs 里去掉");
    }
}

/// `entry round="round" { stage …; during … }`.
fn entry(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    (vocabulary, states, steps): (&Vocabulary, &[State], &[Step]),
) -> Option<Entry> {
    let raw = top.first("entry")?;
    let round = own.named((desk, raw, names), "round", "必填的 record 栏目", |it| {
        matches!(it.of, FieldType::Record { .. }) && it.required
    });
    // enforces: entry.round
    if let Some(round) = &round
        && steps.iter().any(|it| !it.from.is_empty() && (it.needs.contains(round) || it.asks.contains(round)))
    {
        desk.tell_hint(raw.prop_span("round"), "申报会换到另一批", "属于哪一批只在新建的那一步填");
    }
    let nodes: Vec<&Raw> = raw.inside("entry.stage").collect();
    super::super::battery::unique(desk, &nodes, "评审阶段", &[0, 1]);
    let mut stages = Vec::new();
    for node in &nodes {
        stages.extend(stage(desk, node, names, own, (vocabulary, steps)));
    }
    let mut during = Vec::new();
    for node in raw.inside("entry.during") {
        // enforces: entry.during.steps
        let bound = desk.many(node, "steps", "步骤", &names.steps).into_iter().map(StepId::from).collect();
        let states = node.text("state").unwrap_or_default().split_whitespace().map(StateId::from).collect();
        during.push(During { states, steps: bound });
    }
    let entry = Entry { round: round?, stages, during };
    if entry.stages.len() == nodes.len() {
        no_stage_is_skipped(desk, &nodes, &entry, states, steps);
    }
    Some(entry)
}

fn stage(
    desk: &mut Desk<'_>,
    raw: &Raw,
    names: &Names,
    own: &Fields,
    (vocabulary, steps): (&Vocabulary, &[Step]),
) -> Option<Stage> {
    // enforces: entry.stage.state
    let state = desk.one_prop(raw, "state", "状态", &names.states).map(StateId::from);
    let mut step = |prop: &str| desk.one_prop(raw, prop, "步骤", &names.steps).map(StepId::from);
    let (passes, fails, returns) = (step("passes"), step("fails"), step("returns"));
    let each = number(desk, raw, "each", MOST_REVIEWERS).unwrap_or(1);
    let line = number(desk, raw, "line", MOST_POINTS * 100);
    let rule = rule(desk, raw, line)?;
    let within = own.named((desk, raw, names), "within", "必填的 record、unit 或 choice 栏目", |it| {
        it.required && matches!(it.of, FieldType::Record { .. } | FieldType::Unit | FieldType::Choice { .. })
    });
    if within.is_some() && rule != Rule::Places {
        desk.tell_hint(raw.prop_span("within"), "within 和 rule 不配", "只有 rule=\"places\" 的阶段才分开取");
    }
    let result = own.named(
        (desk, raw, names),
        "result",
        "五种结果的选项栏目",
        |it| matches!(&it.of, FieldType::Choice { list } if has_outcomes(vocabulary, list.as_str())),
    );
    let score = own.named((desk, raw, names), "score", "两位小数、不必填的 decimal 栏目", |it| {
        matches!(it.of, FieldType::Decimal { places: 2, .. }) && !it.required
    });
    let turn = own.named((desk, raw, names), "turn", "不必填的 whole 栏目", |it| {
        matches!(it.of, FieldType::Whole { .. }) && !it.required
    });
    for (prop, id) in [("result", &result), ("score", &score), ("turn", &turn)] {
        untyped(desk, raw, prop, id.as_ref(), steps);
    }
    let back = steps.iter().find(|it| Some(&it.id) == returns.as_ref()).and_then(|it| it.to.clone());
    Some(Stage {
        id: raw.arg(0).to_owned(),
        name: raw.arg(1).to_owned(),
        state: state?,
        back,
        during: StateId::from(raw.text("during")?),
        who: roles(desk, raw, names),
        each: usize::try_from(each).unwrap_or(1),
        rule,
        within: within.and_then(|id| own.find(id.as_str())).map(|it| (it.id.clone(), it.name.clone())),
        passes: passes?,
        fails: fails?,
        returns,
        result: result?,
        score,
        turn: turn?,
        items: items(desk, raw),
    })
}

fn rule(desk: &mut Desk<'_>, raw: &Raw, line: Option<i64>) -> Option<Rule> {
    match (raw.text("rule")?.as_str(), line) {
        ("majority", None) => Some(Rule::Majority),
        ("score", Some(line)) => Some(Rule::Score(line)),
        ("places", None) => Some(Rule::Places),
        ("all", None) => Some(Rule::All),
        _ => {
            desk.tell_hint(raw.prop_span("rule"), "line 和 rule 不配", "rule=\"score\" 要写 line，别的不写");
            None
        }
    }
}

fn number(desk: &mut Desk<'_>, raw: &Raw, prop: &str, most: i64) -> Option<i64> {
    let number = raw.whole(prop)?;
    if !(1..=most).contains(&number) {
        desk.tell(raw.prop_span(prop), format!("{prop} 要在1到{most}之间"));
        return None;
    }
    Some(number)
}

fn has_outcomes(vocabulary: &Vocabulary, list: &str) -> bool {
    let list = vocabulary.lists.iter().find(|it| it.id.as_str() == list);
    let has = |id: &str| list.is_some_and(|it| it.items.iter().any(|item| &*item.id == id));
    Outcome::ALL.iter().all(|it| has(it.1))
}

// enforces: entry.stage.item.most
fn items(desk: &mut Desk<'_>, stage: &Raw) -> Vec<Item> {
    let nodes: Vec<&Raw> = stage.inside("entry.stage.item").collect();
    super::super::battery::unique(desk, &nodes, "评分项", &[0, 1]);
    let mut items = Vec::new();
    for node in nodes {
        let most = number(desk, node, "most", MOST_POINTS).unwrap_or(1);
        items.push(Item { id: node.arg(0).to_owned(), name: node.arg(1).to_owned(), most });
    }
    items
}

/// Whatever lies behind a stage is reached by passing it alone, and the steps of a stage are its own.
// enforces: entry.stage.passes
// enforces: entry.stage.fails
// enforces: entry.stage.returns
fn no_stage_is_skipped(desk: &mut Desk<'_>, nodes: &[&Raw], entry: &Entry, states: &[State], steps: &[Step]) {
    let start = steps.iter().find(|it| it.from.is_empty());
    let finals: Vec<&StateId> = states.iter().filter(|it| it.is_final).map(|it| &it.id).collect();
    for (at, (stage, raw)) in entry.stages.iter().zip(nodes).enumerate() {
        let leads = |id: &StepId| steps.iter().find(|it| it.id == *id).and_then(|it| it.to.as_ref());
        let after = leads(&stage.passes);
        let without = reached(start, steps, &stage.passes);
        let next = entry.stages.get(at + 1).map(|next| &next.state);
        if after.into_iter().chain(next).any(|it| without.contains(it)) {
            let hint = format!("只有走过 {} 这一步才能到后面", stage.passes);
            desk.tell_hint(raw.prop_span("passes"), format!("“{}”可以跳过", stage.name), hint);
        }
        let own =
            |step: &Step| [Some(&stage.passes), Some(&stage.fails), stage.returns.as_ref()].contains(&Some(&step.id));
        for step in steps.iter().filter(|it| touches(it, stage)) {
            if let Some(sentence) = misfit(stage, step, own(step), &finals, start) {
                desk.tell(raw.span.clone(), sentence);
            }
        }
    }
}

/// The states that are reached without a step.
fn reached<'s>(start: Option<&'s Step>, steps: &'s [Step], without: &StepId) -> BTreeSet<&'s StateId> {
    let mut seen = BTreeSet::new();
    let mut next: Vec<&StateId> = start.and_then(|it| it.to.as_ref()).into_iter().collect();
    while let Some(state) = next.pop() {
        if seen.insert(state) {
            let out = steps.iter().filter(|it| it.id != *without && it.from.contains(state));
            next.extend(out.filter_map(|it| it.to.as_ref()));
        }
    }
    seen
}

/// Does a step lead into a stage, out of it or out of what was returned from it?
fn touches(step: &Step, stage: &Stage) -> bool {
    let of = |state: &StateId| *state == stage.state || stage.back.as_ref() == Some(state);
    step.to.as_ref().is_some_and(|to| of(to) || step.from.iter().any(of))
}

/// What is wrong with a step that touches a stage.
fn misfit(stage: &Stage, step: &Step, own: bool, finals: &[&StateId], start: Option<&Step>) -> Option<String> {
    let to = step.to.as_ref()?;
    let is_final = finals.contains(&to);
    let from_stage = step.from.contains(&stage.state);
    let from_back = stage.back.as_ref().is_some_and(|back| step.from.contains(back));
    if !step.from.is_empty() && step.recall {
        return Some(format!("“{}”要写 recall=#false：进出评审阶段的步骤不能撤回", step.name));
    }
    if own && start.is_some_and(|it| !step.apart.contains(&it.id)) {
        return Some(format!("“{}”要写 apart，包括新建申报的那一步：谁也不评自己的申报", step.name));
    }
    if own && (!step.needs.is_empty() || step.batch || step.joint.is_some() || !from_stage) {
        return Some(format!("“{}”由各阶段按规则走：从这个阶段出发，不写 needs、batch、joint", step.name));
    }
    let fits = match step.id {
        ref id if *id == stage.passes => !from_back && *to != stage.state,
        ref id if *id == stage.fails => is_final,
        ref id if stage.returns.as_ref() == Some(id) => !from_back && !is_final && *to != stage.state,
        _ if from_stage => is_final,
        _ if from_back => is_final || *to == stage.state,
        // Into what was returned only by returning.
        _ => stage.back.as_ref() != Some(to),
    };
    (!fits).then(|| {
        format!(
            "步骤“{}”不合“{}”：出口只有通过、不通过（办结）、退回和撤回（办结），退回的改好以后回到这里",
            step.name, stage.name
        )
    })
}

/// What a round and its entries say of each other.
// enforces: call.entry
// enforces: call.places
// enforces: entry.stage.during
// enforces: entry.during.state
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) else { continue };
        let mut faults = Vec::new();
        if let (Some(call), Some(raw)) = (&mechanism.call, sheet.matter.first("call")) {
            let entries = mechanisms.get(&call.entry);
            let names = entries.and_then(|it| it.field(it.entry.as_ref()?.round.as_str())).map(|it| &it.of);
            if entries.is_some() && !matches!(names, Some(FieldType::Record { of }) if *of == mechanism.id) {
                faults.push((raw.prop_span("entry"), format!("{} 不是这一种评审的申报", call.entry)));
            }
            for state in &call.lists {
                if entries.is_some_and(|it| it.state(state.as_str()).is_none()) {
                    faults.push((raw.prop_span("lists"), format!("{} 没有状态 {state}", call.entry)));
                }
            }
        }
        if let (Some(entry), Some(raw)) = (&mechanism.entry, sheet.matter.first("entry")) {
            let of = mechanism.field(entry.round.as_str()).map(|it| &it.of);
            let Some(FieldType::Record { of }) = of else { continue };
            let Some(round) = mechanisms.get(of.as_str()) else { continue };
            let Some(call) = round.call.as_ref().filter(|it| it.entry == mechanism.id) else {
                faults.push((raw.prop_span("round"), format!("“{}”不收这种申报", round.name)));
                continue;
            };
            for (stage, raw) in entry.stages.iter().zip(raw.inside("entry.stage")) {
                if round.state(stage.during.as_str()).is_none_or(|it| it.is_final) {
                    let sentence = format!("“{}”没有还没办完的状态 {}", round.name, stage.during);
                    faults.push((raw.prop_span("during"), sentence));
                }
                if stage.rule == Rule::Places && call.places.is_none() {
                    faults.push((raw.prop_span("rule"), format!("“{}”的 call 没有写 places", round.name)));
                }
            }
            for (during, raw) in entry.during.iter().zip(raw.inside("entry.during")) {
                for state in during.states.iter().filter(|it| round.state(it.as_str()).is_none()) {
                    faults.push((raw.prop_span("state"), format!("“{}”没有状态 {state}", round.name)));
                }
            }
        }
        faults.into_iter().for_each(|(span, sentence)| sheet.desk.tell(span, sentence));
    }
}
