//! Does the whole make sense? The checks that every definition gets for free.
//!
//! Each function asks one question and tells what is wrong; none needs anything written for it.
//! They run on mechanisms whose parts are sound, so that one slip is not told twice.
//! Never runs an example: `kernel::example` does.

mod kinds;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::check::{Desk, Sheet, keeps};
use super::raw::Raw;
use super::{Column, Counts, Deadline, Due, Field, FieldType, Measure, Mechanism, SortKey, Vocabulary};
use crate::authority::sight::Relation;
use crate::ids::{MechanismId, RoleId, StateId, StepId};
use crate::kinds::Kind;

/// No two things of one kind share an id or a Chinese name. Runs on what is written, so always.
pub(super) fn names(desk: &mut Desk<'_>, matter: &Raw) {
    let of = |keys: &[&str]| matter.children.iter().filter(|it| keys.contains(&it.rule.key)).collect::<Vec<_>>();
    unique(desk, &of(&["field", "child"]), "栏目", &[0, 1]);
    unique(desk, &of(&["state"]), "状态", &[0, 1]);
    unique(desk, &of(&["step"]), "步骤", &[0, 1]);
    unique(desk, &of(&["deadline"]), "期限", &[0, 1]);
    unique(desk, &of(&["opening"]), "联动", &[0]);
    unique(desk, &of(&["paper"]), "文书", &[0, 1]);
    unique(desk, &of(&["figure"]), "指标", &[0, 1]);
    unique(desk, &of(&["plan"]), "应办的次数", &[0, 1]);
    unique(desk, &of(&["example"]), "例子", &[0]);
    for child in matter.inside("child") {
        unique(desk, &child.inside("child.field").collect::<Vec<_>>(), "栏目", &[0, 1]);
        column_titles(desk, &child.inside("child.field").collect::<Vec<_>>());
    }
    column_titles(desk, &of(&["field"]));
    let steps = of(&["step"]);
    for deadline in of(&["deadline"]) {
        if steps.iter().any(|it| it.prop("within").is_some() && it.arg(0) == deadline.arg(0)) {
            let sentence = format!("期限 {} 和写了 within 的步骤同名", deadline.arg(0));
            desk.tell_hint(deadline.arg_span(0), sentence, "请给期限换一个代号");
        }
    }
}

pub(super) fn unique(desk: &mut Desk<'_>, nodes: &[&Raw], what: &str, args: &[usize]) {
    for arg in args {
        let mut seen = BTreeSet::new();
        for node in nodes {
            if !node.arg(*arg).is_empty() && !seen.insert(node.arg(*arg)) {
                desk.tell(node.arg_span(*arg), format!("{what}“{}”写了两次", node.arg(*arg)));
            }
        }
    }
}

/// An import finds each column in one field only.
// enforces: field.aliases
fn column_titles(desk: &mut Desk<'_>, fields: &[&Raw]) {
    let mut seen: BTreeSet<&str> = fields.iter().map(|it| it.arg(1)).collect();
    for alias in fields.iter().filter_map(|it| it.first("field.aliases")).flat_map(|it| &it.args) {
        if !alias.text().is_empty() && !seen.insert(alias.text()) {
            desk.tell(alias.span.clone(), format!("列名“{}”指了两个栏目", alias.text()));
        }
    }
}

/// Every question that one mechanism answers alone.
pub(super) fn mechanism(desk: &mut Desk<'_>, matter: &Raw, mechanism: &Mechanism, vocabulary: &Vocabulary) {
    let mut ask = Questions { desk, matter, it: mechanism, vocabulary };
    ask.covers_are_rows_of_the_list();
    if ask.one_step_starts() {
        ask.every_state_is_reached_and_ends();
        ask.the_start_asks_what_is_required();
    }
    ask.somebody_acts_in_every_open_state();
    ask.deadlines_can_be_computed();
    ask.roles_can_be_held();
    ask.papers_and_openings_are_used();
    ask.lists_show_what_there_is();
    ask.figures_have_words();
    ask.examples_say_something();
    ask.what_its_kind_asks();
    keeps(ask.desk, matter, mechanism);
}

struct Questions<'q, 'd> {
    desk: &'q mut Desk<'d>,
    matter: &'q Raw,
    it: &'q Mechanism,
    vocabulary: &'q Vocabulary,
}

impl Questions<'_, '_> {
    fn node(&self, key: &str, id: &str) -> Option<&Raw> {
        self.matter.children.iter().find(|raw| raw.rule.key == key && raw.arg(0) == id)
    }

    /// The place of the id of a node.
    fn place(&self, key: &str, id: &str) -> Range<usize> {
        self.node(key, id).map_or(self.matter.span.clone(), |raw| raw.arg_span(0))
    }

    /// The place of a property of a node.
    fn place_of(&self, key: &str, id: &str, prop: &str) -> Range<usize> {
        self.node(key, id).map_or(self.matter.span.clone(), |raw| raw.prop_span(prop))
    }

    // enforces: covers
    fn covers_are_rows_of_the_list(&mut self) {
        let Some(raw) = self.matter.first("covers") else { return };
        let mut seen = BTreeSet::new();
        for written in &raw.args {
            let digits = written.text().strip_prefix('S').unwrap_or("");
            if digits.len() != 3 || !digits.bytes().all(|it| it.is_ascii_digit()) {
                let sentence = format!("机制清单编号“{}”不对", written.text());
                self.desk.tell_hint(written.span.clone(), sentence, "写成 S 加三位数字，例如 S138");
            } else if !seen.insert(written.text()) {
                self.desk.tell(written.span.clone(), format!("{} 写了两次", written.text()));
            }
        }
    }

    fn one_step_starts(&mut self) -> bool {
        let starts: Vec<&str> = self.it.steps.iter().filter(|it| it.from.is_empty()).map(|it| it.id.as_str()).collect();
        match starts[..] {
            [_] => true,
            [] => {
                self.desk.tell_hint(self.matter.span.clone(), "没有新建记录的第一步", "要有一个不写 from 的步骤");
                false
            }
            [first, ..] => {
                for other in &starts[1..] {
                    let sentence = format!("{other} 也没有写 from，但第一步已经是 {first}");
                    self.desk.tell_hint(self.place("step", other), sentence, "一个机制只能有一个不写 from 的步骤");
                }
                false
            }
        }
    }

    fn every_state_is_reached_and_ends(&mut self) {
        let arrows: Vec<(&str, &str)> = self
            .it
            .steps
            .iter()
            .filter_map(|step| step.to.as_ref().map(|to| (step, to.as_str())))
            .flat_map(|(step, to)| step.from.iter().map(move |from| (from.as_str(), to)))
            .collect();
        let first: Vec<&str> = self.it.start().to.iter().map(|it| it.as_str()).collect();
        let back: Vec<(&str, &str)> = arrows.iter().map(|(from, to)| (*to, *from)).collect();
        let ends: Vec<&str> = self.it.states.iter().filter(|it| it.is_final).map(|it| it.id.as_str()).collect();
        if ends.is_empty() {
            self.desk.tell_hint(self.matter.span.clone(), "没有办完的状态", "至少一个状态要写 final=#true");
            return;
        }
        let (reached, ending) = (walk(first, &arrows), walk(ends, &back));
        for state in &self.it.states {
            let id = state.id.as_str();
            if !reached.contains(id) {
                let sentence = format!("走不到状态“{}”", state.name);
                self.desk.tell_hint(self.place("state", id), sentence, "请补上通到这里的步骤，或者删去这个状态");
            } else if !ending.contains(id) {
                let sentence = format!("从状态“{}”走不到办完", state.name);
                self.desk.tell_hint(self.place("state", id), sentence, "请补上通到 final 状态的步骤");
            }
        }
    }

    /// What must be filled from the start on is asked at the start.
    fn the_start_asks_what_is_required(&mut self) {
        let start = self.it.start();
        for field in self.it.fields.iter().filter(|it| it.required && it.default.is_none()) {
            if !start.asks.contains(&field.id) && !start.needs.contains(&field.id) {
                let sentence = format!("必填的“{}”在第一步“{}”里没有填的地方", field.name, start.name);
                self.desk.tell_hint(
                    self.place("step", start.id.as_str()),
                    sentence,
                    format!("请在 asks 里加上 {}", field.id),
                );
            }
        }
    }

    // enforces: state.holder
    fn somebody_acts_in_every_open_state(&mut self) {
        for state in &self.it.states {
            let id = state.id.as_str();
            match (&state.holder, state.is_final) {
                (Some(_), true) => self.desk.tell(self.place_of("state", id, "holder"), "办完的状态不用写 holder"),
                // What is on a list waits for nobody.
                (None, false) if matches!(self.it.kind, Kind::Register | Kind::Ledger) => {}
                (None, false) => {
                    let sentence = format!("状态“{}”没有写由谁来办", state.name);
                    self.desk.tell_hint(self.place("state", id), sentence, "请写 holder=\"角色\"，或者写 final=#true");
                }
                (Some(holder), false) => {
                    let acts =
                        self.it.steps.iter().any(|step| step.from.contains(&state.id) && step.who.contains(holder));
                    if !acts {
                        let sentence = format!("状态“{}”由 {holder} 来办，但这个角色在这里没有可走的步骤", state.name);
                        self.desk.tell_hint(
                            self.place_of("state", id, "holder"),
                            sentence,
                            "请换一个角色，或者补上步骤",
                        );
                    }
                }
                (None, true) => {}
            }
        }
    }

    fn deadlines_can_be_computed(&mut self) {
        for deadline in self.it.deadlines.iter().filter(|it| it.entering.is_empty()) {
            let id = deadline.id.as_str();
            if let Due::Field(field) = &deadline.due
                && let Some(field) = self.it.field(field.as_str())
                && !(matches!(field.of, FieldType::Day)
                    && (field.required || field.stamped.is_some() || self.begins_with(deadline, field)))
            {
                let sentence = format!("期限算不出来：“{}”不一定有日期", field.name);
                self.desk.tell_hint(
                    self.place_of("deadline", id, "until"),
                    sentence,
                    "until 要写一个必填的或自动记下的 day 栏目",
                );
            }
            if let Due::Field(field) = &deadline.due
                && self.it.child(field.as_str()).is_some()
            {
                self.desk.tell(self.place_of("deadline", id, "until"), format!("{field} 是子表，不是 day 栏目"));
            }
            for state in &deadline.pause {
                if self.it.state(state.as_str()).is_some_and(|it| it.is_final) {
                    self.desk.tell(self.place("deadline", id), format!("办完的状态 {state} 不用停止计时"));
                }
            }
            if deadline.extend.as_ref().is_some_and(|it| it.by == deadline.stops) {
                self.desk.tell(self.place("deadline", id), "延期的步骤不能同时结束期限");
            }
        }
        // enforces: deadline.main
        let mains: Vec<String> = self.it.deadlines.iter().filter(|it| it.main).map(|it| it.id.to_string()).collect();
        for id in mains.iter().skip(1) {
            self.desk.tell(self.place_of("deadline", id, "main"), format!("主要期限只能有一个，已经是 {}", mains[0]));
        }
    }

    /// Is the field filled by the very step that starts the deadline?
    fn begins_with(&self, deadline: &Deadline, field: &Field) -> bool {
        let start = deadline.from.as_ref().and_then(|id| self.it.step(id.as_str()));
        start.is_some_and(|step| step.needs.contains(&field.id) || step.sets.iter().any(|(id, _)| *id == field.id))
    }

    /// Whoever must act, read or see holds a role that sees business records at all.
    fn roles_can_be_held(&mut self) {
        // enforces: role.administers
        let administers =
            |role: &RoleId| self.vocabulary.role(role.as_str()).is_some_and(|it| it.administers.is_some());
        let mut found: Vec<(Range<usize>, String)> = Vec::new();
        for step in &self.it.steps {
            if let Some(role) = step.who.iter().find(|it| administers(it)) {
                found.push((self.place_of("step", step.id.as_str(), "who"), role.to_string()));
            }
        }
        let rights = &self.it.rights;
        let seers = rights
            .sight
            .iter()
            .flat_map(|rule| &rule.who)
            .filter(|role| !self.it.steps.iter().any(|step| step.who.contains(role)));
        for role in
            seers.chain(&rights.import).chain(&rights.export).chain(&rights.figures).filter(|it| administers(it))
        {
            found.push((
                self.matter.first("rights").map_or(self.matter.span.clone(), |it| it.span.clone()),
                role.to_string(),
            ));
        }
        for (place, role) in found {
            self.desk.tell_hint(place, format!("{role} 只管系统，不看业务事项"), "请换一个角色");
        }
        let mut seen = BTreeSet::new();
        for (raw, notice) in self.matter.inside("notice").zip(&self.it.notices) {
            if !self.sees_after(&notice.to, &notice.at) {
                let sentence = format!("消息发给 {}，但这个角色这时看不到记录", notice.to);
                self.desk.tell_hint(raw.prop_span("to"), sentence, "请在 rights 里写明它看得到，或者换一个角色");
            }
            if !seen.insert((&notice.at, &notice.to)) {
                self.desk.tell(raw.span.clone(), "同一步给同一个角色发了两条消息");
            }
        }
        for prop in ["import", "export"] {
            let roles = if prop == "import" { &self.it.rights.import } else { &self.it.rights.export };
            if let Some(role) = roles.iter().find(|it| !self.it.rights.sight.iter().any(|rule| rule.who.contains(it))) {
                let place = self.matter.first("rights").map_or(self.matter.span.clone(), |it| it.prop_span(prop));
                self.desk.tell_hint(
                    place,
                    format!("{role} 看不到记录，不能{}", if prop == "import" { "导入" } else { "导出" }),
                    "请在 see 里加上它",
                );
            }
        }
    }

    /// Does the role see the records of its subtree in every state that the step leads to?
    fn sees_after(&self, role: &RoleId, step: &StepId) -> bool {
        let Some(step) = self.it.step(step.as_str()) else { return true };
        let landing = step.to.as_ref().map_or(step.from.as_slice(), std::slice::from_ref);
        let sees = |state: &StateId| {
            self.it.rights.sight.iter().any(|rule| {
                rule.who.contains(role)
                    && rule.relation == Relation::UnitAndBelow
                    && rule.states.as_ref().is_none_or(|states| states.contains(state))
            })
        };
        landing.iter().all(sees)
    }

    fn papers_and_openings_are_used(&mut self) {
        for paper in &self.it.papers {
            if !self.it.steps.iter().any(|step| step.paper.as_ref() == Some(&paper.id)) {
                let sentence = format!("没有哪一步出“{}”", paper.name);
                self.desk.tell_hint(
                    self.place("paper", paper.id.as_str()),
                    sentence,
                    format!("请在步骤上写 paper=\"{}\"", paper.id),
                );
            }
        }
        for opening in &self.it.openings {
            let by_step = self.it.steps.iter().any(|step| step.opens.as_deref() == Some(&opening.id));
            let by_clock = self.it.deadlines.iter().any(|it| it.late_opens.as_deref() == Some(&opening.id));
            if !by_step && !by_clock {
                let sentence = format!("没有哪里开立 {}", opening.id);
                let hint = format!("请在步骤上写 opens=\"{}\"，或者在期限里写 late opens", opening.id);
                self.desk.tell_hint(self.place("opening", &opening.id), sentence, hint);
            }
        }
    }

    fn lists_show_what_there_is(&mut self) {
        let place = self.matter.first("list").map_or(self.matter.span.clone(), |it| it.span.clone());
        let list = &self.it.list;
        let numbered = list.columns.contains(&Column::Number) || list.sort == SortKey::Number;
        if numbered && self.it.number.is_none() {
            self.desk.tell_hint(place.clone(), "台账要显示编号，但没有写怎样编号", "请加一行 number");
        }
        let timed =
            list.columns.iter().any(|it| matches!(it, Column::Due | Column::Light)) || list.sort == SortKey::Due;
        if timed && self.it.deadlines.is_empty() {
            self.desk.tell_hint(
                place.clone(),
                "台账要显示到期日，但没有期限",
                "请加一个 deadline，或者去掉 due 和 light",
            );
        }
        let shown = list.columns.iter().filter_map(|it| if let Column::Field(id) = it { Some(id) } else { None });
        let cards = self.it.board.iter().flat_map(|it| &it.card);
        let children: Vec<String> =
            shown.chain(cards).filter(|id| self.it.child(id.as_str()).is_some()).map(ToString::to_string).collect();
        for child in children {
            self.desk.tell(place.clone(), format!("{child} 是子表，不能作台账的列"));
        }
    }

    fn figures_have_words(&mut self) {
        for figure in &self.it.figures {
            let ratio = match &figure.measure {
                Measure::Ratio { .. } => true,
                Measure::Blend(blend) => {
                    !blend.over.is_empty() && (!blend.is_missing || figure.kind.of == Counts::Percent)
                }
                _ => false,
            };
            let words = self.node("figure", figure.id.as_str()).and_then(|raw| raw.first("figure.words"));
            let place = words.map_or(self.matter.span.clone(), |raw| raw.span.clone());
            // enforces: figure.words.over
            match (&figure.over_words, ratio) {
                (None, true) => self.desk.tell_hint(
                    place,
                    format!("比率“{}”没有说明分母", figure.name),
                    "请在 words 后面写 over=\"…\"",
                ),
                (Some(_), false) => self.desk.tell(place, format!("“{}”不是比率，words 不用写 over", figure.name)),
                _ => {}
            }
        }
    }

    fn examples_say_something(&mut self) {
        for example in &self.it.examples {
            let first = example.steps.first().map(|it| it.step.clone());
            if first.is_some_and(|first| self.it.step(first.as_str()).is_some_and(|step| !step.from.is_empty())) {
                let place = self.place("example", &example.name);
                self.desk.tell(place, format!("例子“{}”要从新建记录的第一步走起", example.name));
            }
        }
    }
}

/// Everything that is reached from the beginnings along the arrows.
fn walk<'s>(beginnings: Vec<&'s str>, arrows: &[(&'s str, &'s str)]) -> BTreeSet<&'s str> {
    let mut reached: BTreeSet<&str> = beginnings.iter().copied().collect();
    let mut next = beginnings;
    while let Some(here) = next.pop() {
        for (from, to) in arrows {
            if *from == here && reached.insert(to) {
                next.push(to);
            }
        }
    }
    reached
}

/// The questions that take all files together.
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    every_field_can_be_filled(sheets, mechanisms);
    late_openings_start_by_clock(sheets, mechanisms);
    numbers_are_distinct(sheets);
    names_are_distinct(sheets);
}

/// A field that no step asks, no opening fills and no formula computes stays empty for ever.
fn every_field_can_be_filled(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    // Openings are taken as written: one in a file with other problems still fills.
    let mut filled: BTreeSet<(String, String)> = BTreeSet::new();
    for opening in sheets.iter().flat_map(|sheet| sheet.matter.inside("opening")) {
        let mechanism = opening.text("mechanism").unwrap_or_default();
        filled.extend(opening.text("back").map(|back| (mechanism.clone(), back)));
        filled.extend(opening.inside("fill").map(|it| (mechanism.clone(), it.arg(0).to_owned())));
    }
    let leads = mechanisms.values().flat_map(|it| &it.steps).flat_map(|it| &it.leads);
    filled.extend(leads.filter(|it| !it.takes_in.is_empty()).map(|it| (it.mechanism.to_string(), it.by.to_string())));
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.id()) else { continue };
        let asked: BTreeSet<&str> =
            mechanism.steps.iter().flat_map(|it| it.asks.iter().chain(&it.needs)).map(|it| it.as_str()).collect();
        let by_itself = |id: &str| {
            mechanism.field(id).is_some_and(|it| it.stamped.is_some() || matches!(it.of, FieldType::Computed { .. }))
                || mechanism.writes().iter().any(|it| it.as_str() == id)
                || mechanism.steps.iter().flat_map(|it| &it.sets).any(|(set, _)| set.as_str() == id)
                || mechanism.steps.iter().flat_map(|it| &it.brings).any(|it| it.field.as_str() == id)
                || mechanism
                    .public
                    .iter()
                    .flat_map(|it| &it.forms)
                    .flat_map(|it| &it.sets)
                    .any(|(set, _)| set.as_str() == id)
        };
        let fields = mechanism.fields.iter().map(|it| (&it.id, &it.name));
        for (id, name) in fields.chain(mechanism.children.iter().map(|it| (&it.id, &it.name))) {
            let id = id.as_str();
            if !asked.contains(id) && !by_itself(id) && !filled.contains(&(mechanism.id.to_string(), id.to_owned())) {
                let place = sheet
                    .matter
                    .children
                    .iter()
                    .find(|it| ["field", "child"].contains(&it.rule.key) && it.arg(0) == id);
                let place = place.map_or(0..0, |it| it.arg_span(0));
                let hint = format!("请在步骤的 asks 或 needs 里写 {id}，或者删去这个栏目");
                sheet.desk.tell_hint(place, format!("“{name}”没有用到：没有哪一步填它"), hint);
            }
        }
    }
}

/// The clock may only open where it may start.
fn late_openings_start_by_clock(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.id()) else { continue };
        for opening in &mechanism.openings {
            let late = mechanism.deadlines.iter().any(|it| it.late_opens.as_deref() == Some(&opening.id));
            let Some(target) = mechanisms.get(opening.mechanism.as_str()).filter(|_| late) else { continue };
            let start = target.steps.iter().find(|it| it.from.is_empty());
            if start.is_some_and(|it| !it.by_clock) {
                let place = sheet
                    .matter
                    .inside("opening")
                    .find(|it| it.arg(0) == opening.id)
                    .map_or(0..0, |it| it.prop_span("mechanism"));
                let sentence = format!("逾期时要由系统开立 {}，但它的第一步不许系统走", target.id);
                sheet.desk.tell_hint(place, sentence, format!("请在 {} 的第一步写 clock=#true", target.id));
            }
        }
    }
}

/// Two mechanisms with one pattern would give the same number twice.
fn numbers_are_distinct(sheets: &mut [Sheet<'_>]) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for sheet in sheets {
        let Some(raw) = sheet.matter.first("number") else { continue };
        let (pattern, place) = (raw.arg(0).to_owned(), raw.arg_span(0));
        if let Some(other) = seen.insert(pattern.clone(), sheet.id().to_owned()).filter(|_| !pattern.is_empty()) {
            sheet.desk.tell_hint(
                place,
                format!("编号样式 {pattern} 和机制 {other} 一样"),
                "两个机制的编号会重复，请改一个字",
            );
        }
    }
}

/// People choose a mechanism by its Chinese name.
fn names_are_distinct(sheets: &mut [Sheet<'_>]) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for sheet in sheets {
        let (name, place) = (sheet.matter.arg(1).to_owned(), sheet.matter.arg_span(1));
        if let Some(other) = seen.insert(name.clone(), sheet.id().to_owned()).filter(|_| !name.is_empty()) {
            sheet.desk.tell(place, format!("名称“{name}”和机制 {other} 一样"));
        }
    }
}
