//! To whom do papers go, what never changes once they are issued, and are they made public in time?
//!
//! Never looks at a paper: who has received one is no part of a definition.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::{self, Names};
use crate::catalog::raw::Raw;
use crate::catalog::{Field, FieldType, State, Step, Vocabulary};
use crate::ids::{FieldId, RoleId, StateId, StepId};
use crate::kinds::dispatch::{Circulation, Publicity, reached};

/// `circulation to="main_to" …`.
pub(super) fn circulation(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    (vocabulary, states, steps): (&Vocabulary, &[State], &[Step]),
) -> Option<Circulation> {
    let raw = top.first("circulation")?;
    let is_units = |field: &Field| matches!(field.of, FieldType::Units | FieldType::Unit);
    let to = own.named((desk, raw, names), "to", "单位栏目", is_units);
    let copies = own.named((desk, raw, names), "copies", "单位栏目", is_units);
    let by = own.named(
        (desk, raw, names),
        "by",
        "关联本机制的栏目",
        |field| matches!(&field.of, FieldType::Record { of } if *of == *top.arg(0)),
    );
    let mut step = |prop: &str| desk.one_prop(raw, prop, "步骤", &names.steps).map(StepId::from);
    let (issue, revoke) = (step("issue"), step("revoke"));
    let void = desk.one_prop(raw, "void", "状态", &names.states).map(StateId::from);
    let open: Vec<StateId> = desk.many(raw, "open", "状态", &names.states).into_iter().map(StateId::from).collect();
    // enforces: circulation.who
    let who: Vec<RoleId> = desk.many(raw, "who", "角色", &names.roles).into_iter().map(RoleId::from).collect();
    let mut keeps: Vec<FieldId> =
        desk.many(raw, "keeps", "栏目", &names.fields).into_iter().map(FieldId::from).collect();
    let within = raw.prop("within").and_then(|written| flow::span(desk, written));
    let publicity = raw.inside("publicity").next().and_then(|it| publicity(desk, it, names, own, vocabulary));
    keeps.extend([to.clone(), copies.clone()].into_iter().flatten());
    keeps.extend(publicity.as_ref().map(|it| it.field.clone()));
    let it = Circulation {
        to: to?,
        copies,
        issue: issue?,
        open,
        who,
        within: within?,
        void: void?,
        revoke: revoke?,
        by: by?,
        publicity,
    };
    let mut held = Held { desk, top, raw, it: &it, states, steps };
    held.issues_a_copy();
    held.never_changes_afterwards(&keeps);
    held.keeps_its_numbers();
    held.goes_only_by_another();
    held.is_made_public_in_time();
    Some(it)
}

// enforces: publicity
fn publicity(
    desk: &mut Desk<'_>,
    raw: &Raw,
    names: &Names,
    own: &Fields,
    vocabulary: &Vocabulary,
) -> Option<Publicity> {
    let id = desk.one(raw.args.first()?, "栏目", &names.fields)?.to_owned();
    let list = own.find(&id).and_then(|field| match &field.of {
        FieldType::Choice { list } => vocabulary.list(list.as_str()),
        _ => None,
    });
    if list.is_none() {
        desk.tell(raw.arg_span(0), format!("{id} 不合适：公开属性要写在选项栏目里"));
    }
    let step = desk.one_prop(raw, "step", "步骤", &names.steps).map(StepId::from);
    let place = own.named((desk, raw, names), "place", "文字栏目", |field| {
        matches!(field.of, FieldType::Text { .. } | FieldType::LongText { .. })
    });
    let known: Vec<String> = list?.items.iter().map(|it| it.id.to_string()).collect();
    // enforces: publicity.open
    let open = desk.one_prop(raw, "open", "选项", &known)?.to_owned();
    Some(Publicity { field: id.into(), open, step: step?, place: place? })
}

/// What the rest of the mechanism must say for it.
struct Held<'a, 'd> {
    desk: &'a mut Desk<'d>,
    top: &'a Raw,
    raw: &'a Raw,
    it: &'a Circulation,
    states: &'a [State],
    steps: &'a [Step],
}

impl Held<'_, '_> {
    fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The states from the issue on.
    fn afterwards(&self) -> std::collections::BTreeSet<StateId> {
        let first: Vec<StateId> = self.step(&self.it.issue).and_then(|step| step.to.clone()).into_iter().collect();
        reached(self.steps, &first)
    }

    fn node(&self, id: &StepId) -> std::ops::Range<usize> {
        self.top.inside("step").find(|raw| raw.arg(0) == id.as_str()).map_or(self.raw.span.clone(), |it| it.arg_span(0))
    }

    fn issues_a_copy(&mut self) {
        let Some(step) = self.step(&self.it.issue).cloned() else { return };
        // enforces: circulation.issue
        if step.paper.is_none() {
            let hint = "写 paper=\"文书\"：印发的就是这份文书，从此不再变";
            self.desk.tell_hint(self.node(&step.id), format!("“{}”没有出文书", step.name), hint);
        }
        let is_open = step.to.as_ref().is_some_and(|to| self.it.open.contains(to));
        if !is_open {
            let sentence = format!("走完“{}”到的状态不能签收", step.name);
            self.desk.tell_hint(self.raw.prop_span("open"), sentence, "请把那个状态写进 open");
        }
        let afterwards = self.afterwards();
        for state in self.states.iter().filter(|it| afterwards.contains(&it.id)) {
            match (self.it.open.contains(&state.id), state.is_final) {
                (true, true) => {
                    self.desk.tell(self.raw.prop_span("open"), format!("办完的状态“{}”不能签收", state.name));
                }
                (false, false) => {
                    let sentence = format!("印发以后的状态“{}”既不能签收，也没有办完", state.name);
                    self.desk.tell_hint(self.raw.prop_span("open"), sentence, "请把它写进 open，或者写 final=#true");
                }
                _ => {}
            }
        }
    }

    // enforces: circulation.keeps
    fn never_changes_afterwards(&mut self, keeps: &[FieldId]) {
        let afterwards = self.afterwards();
        let later = self.steps.iter().filter(|step| step.from.iter().any(|it| afterwards.contains(it)));
        for step in later.cloned().collect::<Vec<_>>() {
            for field in step.needs.iter().chain(&step.asks).filter(|it| keeps.contains(it)) {
                let sentence = format!("“{}”会改动已经印发的内容：{field}", step.name);
                let hint = "印发的文件不再变；要改，另发一份替代它";
                self.desk.tell_hint(self.node(&step.id), sentence, hint);
            }
        }
        let issue = self.step(&self.it.issue).cloned();
        if issue.is_some_and(|step| step.from.iter().any(|it| afterwards.contains(it))) {
            self.desk.tell(self.raw.prop_span("issue"), "印发以后还能回到印发以前，印发的文件就收不住了");
        }
    }

    /// What was numbered goes on to be issued, or its number is void with a reason and stays.
    // enforces: circulation.void
    fn keeps_its_numbers(&mut self) {
        let given = self.top.first("number").and_then(|raw| raw.prop("at")).map(|it| StepId::from(it.text()));
        let Some(given) = given.and_then(|id| self.step(&id).cloned()) else {
            let hint = "写 number：怎样编号、走到哪一步编号";
            return self.desk.tell_hint(self.raw.span.clone(), "文件没有编号", hint);
        };
        let afterwards = self.afterwards();
        let first: Vec<StateId> =
            given.to.iter().cloned().chain(given.from.iter().filter(|_| given.to.is_none()).cloned()).collect();
        let numbered = reached(self.steps, &first);
        let (void, issue) = (&self.it.void, self.step(&self.it.issue).cloned());
        if given.id != self.it.issue && !issue.is_some_and(|it| it.from.iter().all(|from| numbered.contains(from))) {
            self.desk.tell(self.raw.prop_span("issue"), "没有编号的也能印发：请先编号，再印发");
        }
        if afterwards.contains(void) {
            self.desk.tell(self.raw.prop_span("void"), "已经印发的号码不能作废，只能由另一份文件替代");
        }
        let is_final = |id: &StateId| self.states.iter().any(|it| it.id == *id && it.is_final);
        let between = |step: &&Step| step.from.iter().any(|it| numbered.contains(it) && !afterwards.contains(it));
        let ending =
            |step: &&Step| step.to.as_ref().is_some_and(|to| is_final(to) && to != void && !afterwards.contains(to));
        let lost: Vec<Step> = self.steps.iter().filter(between).filter(ending).cloned().collect();
        for step in lost {
            let sentence = format!("编了号以后走“{}”，号码就没有着落了", step.name);
            self.desk.tell_hint(self.node(&step.id), sentence, format!("编了号又不发的，到 {void}"));
        }
        let silent = self.steps.iter().filter(|step| step.to.as_ref() == Some(void) && !step.reason);
        for step in silent.cloned().collect::<Vec<_>>() {
            self.desk.tell_hint(
                self.node(&step.id),
                format!("“{}”没有写明理由", step.name),
                "作废号码要写 reason=#true",
            );
        }
        if !self.states.iter().any(|it| it.id == *void && it.is_final) {
            self.desk.tell(self.raw.prop_span("void"), "作废的状态要写 final=#true");
        }
    }

    fn goes_only_by_another(&mut self) {
        let Some(step) = self.step(&self.it.revoke).cloned() else { return };
        if !step.needs.contains(&self.it.by) {
            let sentence = format!("“{}”没有写由哪份文件替代", step.name);
            self.desk.tell_hint(self.node(&step.id), sentence, format!("请写 needs=\"{}\"", self.it.by));
        }
        if !step.from.iter().all(|it| self.it.open.contains(it)) {
            self.desk.tell(self.node(&step.id), format!("“{}”只能废止已经印发的文件", step.name));
        }
    }

    fn is_made_public_in_time(&mut self) {
        let Some(publicity) = &self.it.publicity else { return };
        let span = self.raw.inside("publicity").next().map_or(self.raw.span.clone(), |it| it.span.clone());
        let step = self.step(&publicity.step).cloned();
        // enforces: publicity.place
        if step.is_some_and(|step| !step.needs.contains(&publicity.place)) {
            let hint = format!("请在那一步写 needs=\"{}\"", publicity.place);
            self.desk.tell_hint(span.clone(), "公开的时候没有写在哪里公开的", hint);
        }
        // enforces: publicity.step
        let says = |raw: &&Raw, prop: &str, id: &StepId| raw.prop(prop).is_some_and(|it| it.text() == id.as_str());
        let runs = self.top.inside("deadline").any(|raw| {
            says(&raw, "from", &self.it.issue) && says(&raw, "stops", &publicity.step) && raw.prop("when").is_some()
        });
        if !runs {
            let hint = format!(
                "请写 deadline：from=\"{}\" stops=\"{}\"，用 when 写明选了哪一项才计",
                self.it.issue, publicity.step
            );
            self.desk.tell_hint(span, "要公开的文件没有公开的期限", hint);
        }
    }
}
