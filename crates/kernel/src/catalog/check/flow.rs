//! Who may do what, in which state, and until when? States, steps and deadlines.
//!
//! Never asks whether the whole makes sense (every state reachable and the like): that is the battery.

use super::desk::Desk;
use super::fields::Fields;
use super::{ids_of, joint};
use crate::calendar::Span;
use crate::catalog::raw::{Raw, Written};
use crate::catalog::{Deadline, Due, Extension, FieldType, Guard, State, Step, Vocabulary};
use crate::formula::Wanted;
use crate::ids::{DeadlineId, StateId, StepId};

/// The ids that steps and deadlines may name.
pub(super) struct Names {
    pub(super) fields: Vec<String>,
    pub(super) states: Vec<String>,
    pub(super) steps: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) papers: Vec<String>,
    pub(super) openings: Vec<String>,
}

impl Names {
    pub(super) fn of(matter: &Raw, vocabulary: &Vocabulary) -> Self {
        let mut fields = ids_of(matter, "field");
        fields.extend(ids_of(matter, "child"));
        Self {
            fields,
            states: ids_of(matter, "state"),
            steps: ids_of(matter, "step"),
            roles: vocabulary.roles.iter().map(|it| it.id.to_string()).collect(),
            papers: ids_of(matter, "paper"),
            openings: ids_of(matter, "opening"),
        }
    }
}

/// States and steps.
pub(super) fn both(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    (fields, vocabulary): (&Fields, &Vocabulary),
) -> (Vec<State>, Vec<Step>) {
    super::outside::nobody_is_asked(desk, matter, fields);
    let mut steps = steps(desk, matter, names, (fields, vocabulary));
    super::once::with_others(desk, matter, names, fields, &mut steps);
    (states(desk, matter, names), steps)
}

fn states(desk: &mut Desk<'_>, matter: &Raw, names: &Names) -> Vec<State> {
    let mut states = Vec::new();
    for raw in matter.inside("state") {
        states.push(State {
            id: raw.arg(0).into(),
            name: raw.arg(1).to_owned(),
            is_final: raw.says("final"),
            holder: desk.one_prop(raw, "holder", "角色", &names.roles).map(Into::into),
            personal: joint::personal(desk, raw),
        });
    }
    states
}

fn steps(desk: &mut Desk<'_>, matter: &Raw, names: &Names, (fields, vocabulary): (&Fields, &Vocabulary)) -> Vec<Step> {
    let steps = matter.inside("step").map(|raw| Step {
        sets: super::outside::sets(desk, raw, "step.set", fields, vocabulary),
        ..step(desk, raw, names, fields)
    });
    steps.collect()
}

fn step(desk: &mut Desk<'_>, raw: &Raw, names: &Names, fields: &Fields) -> Step {
    let to = desk.one_prop(raw, "to", "状态", &names.states).map(StateId::from);
    leads_somewhere(desk, raw);
    let needs = desk.many(raw, "needs", "栏目", &names.fields);
    let asks = desk.many(raw, "asks", "栏目", &names.fields);
    for (prop, ids) in [("needs", &needs), ("asks", &asks)] {
        for id in ids.iter() {
            let Some(field) = fields.find(id) else { continue };
            if matches!(field.of, FieldType::Computed { .. }) || field.stamped.is_some() {
                let sentence = format!("“{}”是自动得出的，不能让人填", field.name);
                desk.tell_hint(raw.prop_span(prop), sentence, format!("请从 {prop} 里去掉 {id}"));
            }
        }
    }
    for id in needs.iter().filter(|id| asks.contains(id)) {
        desk.tell_hint(raw.prop_span("asks"), format!("{id} 同时写在 needs 和 asks 里"), "必须填的只写在 needs 里");
    }
    Step {
        id: raw.arg(0).into(),
        name: raw.arg(1).to_owned(),
        from: desk.many(raw, "from", "状态", &names.states).into_iter().map(Into::into).collect(),
        to,
        who: desk.many(raw, "who", "角色", &names.roles).into_iter().map(Into::into).collect(),
        by_clock: by_clock(desk, raw),
        needs: needs.into_iter().map(Into::into).collect(),
        asks: asks.into_iter().map(Into::into).collect(),
        when: guard(desk, raw, fields),
        opinion: raw.says("opinion"),
        reason: raw.says("reason"),
        paper: desk.one_prop(raw, "paper", "文书", &names.papers).map(Into::into),
        opens: desk.one_prop(raw, "opens", "联动", &names.openings).map(str::to_owned),
        batch: raw.says("batch"),
        apart: apart(desk, raw, names),
        of: joint::parties(desk, raw, "of", fields),
        joint: joint::joint(desk, raw),
        may_add: joint::may_add(desk, raw),
        recall: raw.prop("recall").is_none() || raw.says("recall"),
        draws: super::ledger::draws(desk, raw, names, fields),
        sets: Vec::new(),
        brings: Vec::new(),
        leads: Vec::new(),
        led: raw.says("led"),
        copies: joint::parties(desk, raw, "copies", fields),
        because: raw.text("because"),
    }
}

/// Either `to` or `stays`, and the first step leads to a state.
fn leads_somewhere(desk: &mut Desk<'_>, raw: &Raw) {
    match (raw.prop("to").is_some(), raw.says("stays")) {
        (true, true) => {
            desk.tell_hint(raw.prop_span("stays"), "to 和 stays 只能写一个", "状态改变写 to，不变写 stays=#true")
        }
        (false, false) => desk.tell_hint(raw.span.clone(), "没有写走完到哪个状态", "状态改变写 to，不变写 stays=#true"),
        (false, true) if raw.prop("from").is_none() => {
            desk.tell_hint(raw.span.clone(), "新建记录的第一步要用 to 写明到哪个状态", "如果不是第一步，请写 from");
        }
        _ => {}
    }
}

fn by_clock(desk: &mut Desk<'_>, raw: &Raw) -> bool {
    // enforces: step.clock
    if raw.says("clock") && raw.prop("from").is_some() {
        desk.tell_hint(raw.prop_span("clock"), "clock 只能写在新建记录的第一步", "请去掉 clock");
    }
    raw.says("clock")
}

/// The steps that it judges. Nobody approves their own work, so whoever writes an opinion says on whose work.
fn apart(desk: &mut Desk<'_>, raw: &Raw, names: &Names) -> Vec<StepId> {
    let apart = desk.many(raw, "apart", "步骤", &names.steps);
    if apart.iter().any(|id| *id == raw.arg(0)) {
        desk.tell(raw.prop_span("apart"), "apart 不能是这一步自己");
    }
    // enforces: step.opinion
    if raw.says("opinion") && raw.prop("apart").is_none() {
        let hint = "用 apart 写明审的是哪几步；办过那几步的人不能办这一步";
        desk.tell_hint(raw.prop_span("opinion"), "写意见的步骤没有写明审的是谁办的事", hint);
    }
    apart.into_iter().map(Into::into).collect()
}

pub(super) fn guard(desk: &mut Desk<'_>, raw: &Raw, fields: &Fields) -> Option<Guard> {
    let when = desk.formula_prop(raw, "when", &fields.scope, Wanted::Condition);
    match (raw.prop("when").is_some(), raw.prop("else").is_some()) {
        (true, false) => desk.tell_hint(
            raw.prop_span("when"),
            "有 when 就要有 else",
            "用 else 写明条件不满足时告诉办理人什么、接下来怎么办",
        ),
        (false, true) => desk.tell_hint(raw.prop_span("else"), "有 else 就要有 when", "用 when 写明条件"),
        _ => {}
    }
    let when = when?;
    if when.needs_period() {
        desk.tell_hint(raw.prop_span("when"), "步骤的条件里没有“期间”", "“在 期间”只能用在指标里");
    }
    Some(Guard { when, otherwise: raw.text("else")? })
}

/// Declared deadlines, then those that a step's `within` declares.
pub(super) fn deadlines(desk: &mut Desk<'_>, matter: &Raw, names: &Names, fields: &Fields) -> Vec<Deadline> {
    let mut deadlines: Vec<Deadline> =
        matter.inside("deadline").filter_map(|raw| deadline(desk, raw, names, fields)).collect();
    for raw in matter.inside("step") {
        let Some(written) = raw.prop("within") else { continue };
        if raw.prop("from").is_none() {
            desk.tell_hint(written.span.clone(), "新建记录的第一步不能写 within", "还没有记录，无从计时");
        }
        let Some(span) = span(desk, written) else { continue };
        let states = raw.prop("from").map(|it| it.words().map(StateId::from).collect()).unwrap_or_default();
        deadlines.push(Deadline {
            id: DeadlineId::from(raw.arg(0)),
            name: raw.arg(1).to_owned(),
            from: None,
            entering: states,
            when: None,
            due: Due::Within(span),
            stops: raw.arg(0).into(),
            warn: Vec::new(),
            pause: Vec::new(),
            extend: None,
            late_opens: None,
            main: false,
            because: raw.text("because"),
        });
    }
    deadlines
}

fn deadline(desk: &mut Desk<'_>, raw: &Raw, names: &Names, fields: &Fields) -> Option<Deadline> {
    let due = due(desk, raw, names);
    let from = desk.one_prop(raw, "from", "步骤", &names.steps);
    let stops = desk.one_prop(raw, "stops", "步骤", &names.steps);
    if from.is_some() && from == stops {
        desk.tell(raw.prop_span("stops"), "期限不能在同一步开始又结束");
    }
    let pause = states_of(desk, raw.first("deadline.pause"), names);
    let when = desk.formula_prop(raw, "when", &fields.scope, Wanted::Condition);
    if when.as_ref().is_some_and(|it| it.needs_period()) {
        desk.tell(raw.prop_span("when"), "期限的条件里没有“期间”");
    }
    let late = raw.first("late").and_then(|it| desk.one_prop(it, "opens", "联动", &names.openings));
    Some(Deadline {
        id: raw.arg(0).into(),
        name: raw.arg(1).to_owned(),
        from: from.map(Into::into),
        entering: Vec::new(),
        when,
        due: due?,
        stops: stops?.into(),
        warn: warnings(desk, raw.first("deadline.warn")),
        pause,
        extend: extension(desk, raw.first("extend"), names, fields),
        late_opens: late.map(str::to_owned),
        main: raw.says("main"),
        because: raw.text("because"),
    })
}

fn due(desk: &mut Desk<'_>, raw: &Raw, names: &Names) -> Option<Due> {
    match (raw.prop("until"), raw.prop("within")) {
        (Some(_), Some(within)) => {
            desk.tell(within.span.clone(), "until 和 within 只能写一个");
            None
        }
        (None, None) => {
            desk.tell_hint(raw.span.clone(), "没有写何时到期", "到栏目里的日期为止写 until，开始后多久到期写 within");
            None
        }
        (Some(until), None) => desk.one(until, "栏目", &names.fields).map(|it| Due::Field(it.into())),
        // enforces: deadline.within
        (None, Some(within)) => span(desk, within).map(Due::Within),
    }
}

fn states_of(desk: &mut Desk<'_>, raw: Option<&Raw>, names: &Names) -> Vec<StateId> {
    let mut states: Vec<StateId> = Vec::new();
    for written in raw.iter().flat_map(|it| &it.args) {
        let Some(state) = desk.one(written, "状态", &names.states) else { continue };
        if states.iter().any(|it| *it == state) {
            desk.tell(written.span.clone(), format!("{state} 写了两次"));
        }
        states.push(state.into());
    }
    states
}

/// The spans of a warning, longest first.
fn warnings(desk: &mut Desk<'_>, raw: Option<&Raw>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for written in raw.iter().flat_map(|it| &it.args) {
        let Some(span) = span(desk, written) else { continue };
        if spans.contains(&span) {
            desk.tell(written.span.clone(), format!("{} 写了两次", written.text()));
        }
        spans.push(span);
    }
    spans.sort_by_key(|it| std::cmp::Reverse(days(*it)));
    spans
}

/// About how many days a span lasts; only for putting spans in order.
fn days(span: Span) -> u64 {
    match span {
        Span::WorkingHours(count) => u64::from(count) / 5,
        Span::WorkingDays(count) => u64::from(count) * 7 / 5,
        Span::Days(count) => u64::from(count),
        Span::Months(count) => u64::from(count) * 30,
        Span::Years(count) => u64::from(count) * 365,
    }
}

fn extension(desk: &mut Desk<'_>, raw: Option<&Raw>, names: &Names, fields: &Fields) -> Option<Extension> {
    let raw = raw?;
    let by = desk.one_prop(raw, "by", "步骤", &names.steps);
    let to = desk.one_prop(raw, "to", "栏目", &names.fields);
    if let Some(field) = to.and_then(|id| fields.find(id))
        && !matches!(field.of, FieldType::Day)
    {
        desk.tell_hint(raw.prop_span("to"), format!("“{}”不是日期栏目", field.name), "延期要延到一个 day 栏目写的那天");
    }
    Some(Extension { by: by?.into(), to: to?.into() })
}

/// A span of time.
pub(super) fn span(desk: &mut Desk<'_>, written: &Written) -> Option<Span> {
    if written.text().is_empty() {
        return None;
    }
    match Span::parse(written.text()) {
        Ok(span) => Some(span),
        Err(fault) => {
            desk.tell(written.span.clone(), fault.to_string());
            None
        }
    }
}
