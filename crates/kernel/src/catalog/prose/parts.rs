//! One function a section: fields, steps, deadlines, openings, papers, figures, rights, examples.
//!
//! Never decides an order of sections: `prose` does.

use std::sync::Arc;

use super::Block;
use crate::authority::sight::{Relation, Rule};
use crate::catalog::{
    Catalog, Deadline, Due, Field, FieldType, Figure, FigureExample, Joint, Level, Measure, Mechanism, PaperLayout,
    Protection, State, Step,
};
use crate::formula::explain;
use crate::ids::{FieldId, RoleId, StateId};
use crate::kinds::ledger::{Place, Whence, Word};
use crate::kinds::plan::plan_words;

/// A mechanism and the words that it is told in.
pub(super) struct Teller<'a> {
    pub(super) it: &'a Mechanism,
    pub(super) catalog: &'a Catalog,
}

fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|it| format!("“{it}”")).collect::<Vec<_>>().join("、")
}

pub(super) fn points(sentences: Vec<String>) -> Vec<Block> {
    if sentences.is_empty() { Vec::new() } else { vec![Block::Points(sentences)] }
}

pub(super) fn table(columns: &[&str], rows: Vec<Vec<String>>) -> Block {
    Block::Table { columns: columns.iter().map(|it| (*it).to_owned()).collect(), rows }
}

impl Teller<'_> {
    pub(super) fn role<'r>(&'r self, id: &'r RoleId) -> &'r str {
        self.catalog.vocabulary.role(id.as_str()).map_or(id.as_str(), |it| &it.name)
    }

    pub(super) fn mechanism<'m>(&'m self, id: &'m str) -> &'m str {
        if self.it.id == *id {
            return &self.it.name;
        }
        self.catalog.mechanism(id).map_or(id, |it| &it.name)
    }

    pub(super) fn roles(&self, ids: &[RoleId]) -> String {
        ids.iter().map(|it| self.role(it)).collect::<Vec<_>>().join("、")
    }

    pub(super) fn states(&self, ids: &[StateId]) -> String {
        quoted(ids.iter().map(|id| self.it.state(id.as_str()).map_or(id.as_str(), |it| &it.name)))
    }

    pub(super) fn step(&self, id: &str) -> String {
        format!("“{}”", self.it.step(id).map_or(id, |it| &it.name))
    }

    pub(super) fn field_name<'f>(&'f self, id: &'f FieldId) -> &'f str {
        let field = self.it.field(id.as_str()).map(|it| it.name.as_str());
        field.or_else(|| self.it.child(id.as_str()).map(|it| it.name.as_str())).unwrap_or(id.as_str())
    }

    pub(super) fn field_names(&self, ids: &[FieldId]) -> String {
        ids.iter().map(|id| self.field_name(id)).collect::<Vec<_>>().join("、")
    }

    pub(super) fn kind(&self) -> Vec<Block> {
        let kind = self.it.kind;
        vec![Block::Paragraph(format!("{}。{}", kind.name(), kind.always()))]
    }

    pub(super) fn attendance(&self) -> Vec<Block> {
        let mut all: Vec<String> = Vec::new();
        if let Some(it) = &self.it.attendance {
            all.push(format!(
                "{}在{}可以签到和补记，由{}出示签到码、补记和更正。",
                self.field_name(&it.on),
                self.states(&it.states),
                self.roles(&it.who)
            ));
            if let Some(expected) = &it.expected {
                let of = expected.of.as_ref().map_or("所属单位", |id| self.field_name(id));
                let list = self.catalog.vocabulary.list("person_role");
                let name = |id: &String| list.and_then(|list| list.name_of(id)).map(|it| it.to_string());
                let roles: Vec<String> = expected.roles.iter().filter_map(name).collect();
                let whom = if roles.is_empty() { "工作人员".to_owned() } else { roles.join("、") };
                all.push(format!("走完{}时按人员档案定名单：{of}及其下级的{whom}。", self.step(expected.at.as_str())));
            }
            if let Some(field) = it.expected.as_ref().and_then(|it| it.absent_from.as_ref()) {
                all.push(format!("写了{}的，名单是那一次应到而没有来的人。", self.field_name(field)));
            }
            all.extend(it.hours.as_ref().map(|id| format!("来了的人各记{}。", self.field_name(id))));
        }
        let plans = &self.it.plans;
        all.extend(
            plans
                .iter()
                .map(|plan| format!("“{}”：{}", plan.name, plan_words(self.it, &self.catalog.vocabulary, plan))),
        );
        points(all)
    }

    // enforces: account.measure
    // enforces: account.ceiling
    // enforces: account.free
    pub(super) fn account(&self) -> Vec<Block> {
        let draws = self.it.steps.iter().flat_map(|step| step.draws.iter().map(move |draw| (step, draw)));
        let draws = draws.map(|(step, draw)| {
            let ledger = draw.ledger(self.it).and_then(|of| self.catalog.mechanism(of.as_str()));
            let word = ledger.and_then(|it| it.account.as_ref()?.word(&draw.word)).map(|it| it.name.clone());
            let word = word.unwrap_or_else(|| draw.word.to_string());
            let amount = explain(&draw.amount);
            match &draw.account {
                Whence::Named(field) => {
                    let account = self.field_name(field);
                    format!("走“{}”时在{account}上记“{word}”{amount}；额度不够，这一步办不成。", step.name)
                }
                Whence::Found(..) => {
                    let name = ledger.map_or("", |it| &it.name);
                    format!("走“{}”时按“{name}”里的账户记“{word}”{amount}；没有账户的不限。", step.name)
                }
            }
        });
        let mut blocks = points(draws.collect());
        let Some(it) = &self.it.account else { return blocks };
        let stages = it.stages.iter().map(|stage| match stage.own {
            true => format!("{}（谁放进来的谁才能动）", stage.name),
            false => stage.name.clone(),
        });
        let stages = stages.collect::<Vec<_>>().join("、");
        blocks.push(Block::Paragraph(format!(
            "一条记录是一个账户，按{}认，单位是{}。{}等于{stages}与{}之和；在{}可以记变动。",
            self.field_names(&it.of),
            it.measure,
            it.ceiling,
            it.free,
            self.states(&it.states)
        )));
        let row = |word: &Word| {
            let place = |place: &Place| match place {
                Place::Outside => "—".to_owned(),
                inside => it.place_name(inside).to_owned(),
            };
            let mut notes: Vec<String> = Vec::new();
            notes.extend(word.document.then(|| "要写文号".to_owned()));
            notes.extend(word.reason.then(|| "要写理由".to_owned()));
            notes.extend(word.over.then(|| "可以超出上限，超出时要写理由".to_owned()));
            notes.extend(word.transfer.then(|| "进另外的账户".to_owned()));
            notes.extend(word.when.as_ref().map(|guard| explain(&guard.when)));
            notes.extend(word.because.as_ref().map(|it| it.trim_end_matches('。').to_owned()));
            vec![word.name.clone(), place(&word.from), place(&word.to), self.roles(&word.who), notes.join("；")]
        };
        blocks.push(table(&["变动", "从", "到", "由谁", "说明"], it.words.iter().map(row).collect()));
        blocks
    }

    pub(super) fn fields(&self) -> Vec<Block> {
        let mut blocks =
            vec![table(&["栏目", "类型", "说明"], self.it.fields.iter().map(|it| self.field(it)).collect())];
        for child in &self.it.children {
            blocks.push(Block::Paragraph(format!("子表“{}”，一条记录可以有多行：", child.name)));
            blocks.push(table(&["栏目", "类型", "说明"], child.fields.iter().map(|it| self.field(it)).collect()));
        }
        if let Some(number) = &self.it.number {
            let again = if number.pattern.per_year() { "，每年从1重新编起" } else { "" };
            let each = number.by.as_ref().map(|by| format!("，{}各编各的", self.field_name(by))).unwrap_or_default();
            blocks.push(Block::Paragraph(format!("走完{}时编号{each}{again}。", self.step(number.at.as_str()))));
        }
        blocks
    }

    fn field(&self, field: &Field) -> Vec<String> {
        let mut notes = Vec::new();
        if field.required {
            notes.push("必填".to_owned());
        }
        if let Some(step) = &field.stamped {
            let first = if field.once { "第一次" } else { "" };
            let what = if matches!(field.of, FieldType::Moment) { "时刻" } else { "当天" };
            notes.push(format!("{first}走完{}时自动记下{what}", self.step(step.as_str())));
        }
        if let FieldType::Computed { formula } = &field.of {
            notes.push(format!("自动计算：{}", explain(formula)));
        }
        if let Some(default) = &field.default {
            notes.push(format!("默认为{}", explain(default)));
        }
        // enforces: field.filter
        if field.filter {
            notes.push("可以筛选".to_owned());
        }
        // enforces: field.search
        if field.search {
            notes.push("可以搜索".to_owned());
        }
        notes.extend(self.protection(&field.protection));
        // enforces: field.help
        notes.extend(field.help.as_ref().map(|it| it.trim_end_matches('。').to_owned()));
        vec![field.name.clone(), self.type_words(&field.of), notes.join("；")]
    }

    fn protection(&self, it: &Protection) -> Vec<String> {
        let mut notes = Vec::new();
        // enforces: field.level
        // enforces: field.purpose
        if let Some(level) = it.level {
            let level = if level == Level::Sensitive { "敏感个人信息" } else { "个人信息" };
            notes.push(format!("{level}，用于{}", it.purpose.as_deref().unwrap_or("").trim_end_matches('。')));
        }
        if it.mask.is_some() {
            notes.push("平时遮住，写明理由才看得到全文，并且留痕".to_owned());
        }
        let roles = |ids: &[RoleId]| ids.iter().map(|id| self.role(id)).collect::<Vec<_>>().join("、");
        if !it.read.is_empty() {
            notes.push(format!("只有{}看得到", roles(&it.read)));
        }
        if !it.write.is_empty() {
            notes.push(format!("只有{}填得了", roles(&it.write)));
        }
        if !it.hidden_in.is_empty() {
            notes.push(format!("在{}时只有{}看得到", self.states(&it.hidden_in), roles(&it.write)));
        }
        if !it.closed_in.is_empty() {
            notes.push(format!("在{}时不能改", self.states(&it.closed_in)));
        }
        notes
    }

    fn type_words(&self, of: &FieldType) -> String {
        let measured = |words: &str, measure: &Option<Arc<str>>| match measure {
            Some(measure) => format!("{words}（{measure}）"),
            None => words.to_owned(),
        };
        match of {
            FieldType::Text { max } => format!("文字，最多{max}字"),
            FieldType::LongText { max } => format!("多行文字，最多{max}字"),
            // enforces: field.measure
            FieldType::Whole { measure, min, max } => match (min, max) {
                (Some(min), Some(max)) => format!("{}，{min}到{max}", measured("整数", measure)),
                (Some(min), None) => format!("{}，不小于{min}", measured("整数", measure)),
                (None, Some(max)) => format!("{}，不大于{max}", measured("整数", measure)),
                (None, None) => measured("整数", measure),
            },
            FieldType::Decimal { measure, places } => format!("{}，最多{places}位", measured("小数", measure)),
            FieldType::Money => "金额".into(),
            FieldType::Percent => "百分比".into(),
            FieldType::Day => "日期".into(),
            FieldType::Month => "月份".into(),
            FieldType::Moment => "时刻".into(),
            FieldType::YesNo => "是或否".into(),
            FieldType::Choice { list } => {
                let list = self.catalog.vocabulary.list(list.as_str());
                let items: Vec<&str> = list.iter().flat_map(|it| &it.items).take(8).map(|it| &*it.name).collect();
                let more = if list.is_some_and(|it| it.items.len() > items.len()) { "等" } else { "" };
                format!("选一项：{}{more}", items.join("、"))
            }
            FieldType::Unit => "单位".into(),
            FieldType::Units => "几个单位".into(),
            FieldType::Person => "人员".into(),
            FieldType::People => "几个人".into(),
            // enforces: field.of
            FieldType::Record { of } => format!("关联一条“{}”", self.mechanism(of.as_str())),
            FieldType::Files => "附件".into(),
            FieldType::Computed { .. } => "自动计算".into(),
        }
    }

    pub(super) fn steps(&self) -> Vec<Block> {
        let holder = |state: &crate::catalog::State| match &state.holder {
            Some(role) => self.role(role).to_owned(),
            None => "办完".to_owned(),
        };
        let rows = self.it.states.iter().map(|it| vec![it.name.clone(), holder(it)]).collect();
        let mut blocks = vec![table(&["状态", "由谁来办"], rows)];
        blocks.extend(points(self.it.steps.iter().map(|it| self.sentence(it)).collect()));
        blocks
    }

    /// Who may do what in which state, what is filled in, and how long it may take.
    fn sentence(&self, step: &Step) -> String {
        let who = self.roles(&step.who);
        let clock = if step.by_clock { "，也可以由系统按时办理" } else { "" };
        let mut parts = match &step.from[..] {
            [] => vec![format!("{who}可以“{}”，新建一条记录{clock}", step.name)],
            from => vec![format!("{who}在{}可以“{}”", self.states(from), step.name)],
        };
        match &step.to {
            Some(to) => parts.push(format!("转为{}", self.states(std::slice::from_ref(to)))),
            None => parts.push("状态不变".to_owned()),
        }
        if !step.needs.is_empty() {
            parts.push(format!("必须填写{}", self.field_names(&step.needs)));
        }
        if !step.asks.is_empty() {
            parts.push(format!("可以填写{}", self.field_names(&step.asks)));
        }
        if step.opinion {
            parts.push("填写意见".to_owned());
        }
        if step.reason {
            parts.push("写明理由".to_owned());
        }
        if let Some(guard) = &step.when {
            parts.push(format!("条件是{}", explain(&guard.when)));
        }
        if !step.apart.is_empty() {
            let names: Vec<String> = step.apart.iter().map(|id| self.step(id.as_str())).collect();
            parts.push(format!("办过{}的人不能办", names.join("、")));
        }
        for (id, formula) in &step.sets {
            parts.push(format!("{}写成{}", self.field_name(id), explain(formula)));
        }
        parts.extend(self.beyond(step));
        parts.extend(self.together(step));
        if let Some(paper) = step.paper.as_ref().and_then(|it| self.it.paper(it.as_str())) {
            parts.push(format!("出《{}》", paper.name));
        }
        // enforces: step.batch
        if step.batch {
            parts.push("可以成批办理".to_owned());
        }
        // enforces: step.because
        let because = step.because.as_ref().map(|it| format!("（{}）", it.trim_end_matches('。'))).unwrap_or_default();
        format!("{}{because}。", parts.join("；"))
    }

    /// Where the role must be held, how many must sign, to whom it is copied, whether it can be taken back.
    fn together(&self, step: &Step) -> Vec<String> {
        let mut parts = Vec::new();
        let of = step.of.as_ref().map(|id| self.field_name(id));
        parts.extend(of.map(|of| format!("角色按{of}来看")));
        let whom = of.unwrap_or("有这个角色的人");
        match step.joint {
            Some(Joint::All) => parts.push(format!("{whom}各方都办过才算办完")),
            Some(Joint::Any) => parts.push(format!("{whom}任何一方办过就算办完")),
            Some(Joint::InOrder) => parts.push(format!("{whom}依次办，都办过才算办完")),
            Some(Joint::People(people)) => parts.push(format!("{whom}里要有{people}个不同的人办过才算办完")),
            None => {}
        }
        if step.may_add {
            parts.push("可以加签".to_owned());
        }
        if !step.recall {
            parts.push("办了不能撤回".to_owned());
        }
        parts.extend(step.copies.as_ref().map(|id| format!("抄送{}", self.field_name(id))));
        parts
    }

    pub(super) fn deadlines(&self) -> Vec<Block> {
        points(self.it.deadlines.iter().map(|it| self.deadline(it)).collect())
    }

    fn deadline(&self, deadline: &Deadline) -> String {
        let start = match &deadline.from {
            Some(step) => format!("从{}起", self.step(step.as_str())),
            None => format!("进入{}后", self.states(&deadline.entering)),
        };
        let due = match &deadline.due {
            Due::Within(span) => format!("{span}内"),
            Due::Field(field) => format!("到{}为止", self.field_name(field)),
        };
        let mut parts = vec![format!("“{}”：{start}，{due}走完{}", deadline.name, self.step(deadline.stops.as_str()))];
        if let Some(when) = &deadline.when {
            parts.push(format!("{}才计", explain(when)));
        }
        if !deadline.warn.is_empty() {
            let spans: Vec<String> = deadline.warn.iter().map(ToString::to_string).collect();
            parts.push(format!("到期前{}提醒经办人", spans.join("、")));
        }
        if !deadline.pause.is_empty() {
            parts.push(format!("在{}停止计时", self.states(&deadline.pause)));
        }
        if let Some(extension) = &deadline.extend {
            let step = self.step(extension.by.as_str());
            parts.push(format!("走完{step}后延到{}", self.field_name(&extension.to)));
        }
        if deadline.late_opens.is_some() {
            parts.push("逾期后首个工作日由系统开立联动记录".to_owned());
        }
        let because =
            deadline.because.as_ref().map(|it| format!("（{}）", it.trim_end_matches('。'))).unwrap_or_default();
        format!("{}{because}。", parts.join("；"))
    }

    pub(super) fn openings(&self) -> Vec<Block> {
        let sentence = |it: &crate::catalog::Opening| {
            let steps = self.it.steps.iter().filter(|step| step.opens.as_deref() == Some(&it.id));
            let mut when: Vec<String> = steps.map(|step| format!("走完“{}”时", step.name)).collect();
            let late = self.it.deadlines.iter().filter(|deadline| deadline.late_opens.as_deref() == Some(&it.id));
            when.extend(late.map(|deadline| format!("“{}”逾期后首个工作日", deadline.name)));
            let fill: Vec<String> = it.fill.iter().map(|(_, formula)| explain(formula)).collect();
            let filled = if fill.is_empty() { String::new() } else { format!("，带去{}", fill.join("、")) };
            let name = self.mechanism(it.mechanism.as_str());
            let each = it.each.as_ref().and_then(|id| self.it.field(id.as_str()));
            let many =
                each.map_or_else(|| "新建一条".to_owned(), |it| format!("给“{}”里的每个单位各新建一条", it.name));
            let rows = it.rows.iter().filter_map(|(_, own)| self.it.child(own.as_str()));
            let rows: String = rows.map(|it| format!("，带去“{}”的各行", it.name)).collect();
            format!("{}，{many}“{name}”，指回本记录{filled}{rows}。", when.join("、"))
        };
        let gathers = |it: &crate::gathering::Gathering| {
            let (step, child) = (self.step(it.at.as_str()), self.it.child(it.child.as_str()));
            let (child, name) = (child.map_or("", |it| &it.name), self.mechanism(it.mechanism.as_str()));
            format!("走{step}时，把指着本记录的“{name}”写进“{child}”，以后不再变。")
        };
        let opened = self.it.openings.iter().map(sentence);
        points(opened.chain(self.it.gatherings.iter().map(gathers)).collect())
    }

    pub(super) fn papers(&self) -> Vec<Block> {
        let layout = |it: PaperLayout| match it {
            PaperLayout::Document => "文件格式",
            PaperLayout::Letter => "信函格式",
            PaperLayout::Order => "令格式",
        };
        let mut sentences: Vec<String> = Vec::new();
        for paper in &self.it.papers {
            // enforces: paper.title
            sentences.push(format!("《{}》，{}，标题“{}”。", paper.name, layout(paper.layout), paper.title.text()));
        }
        for notice in &self.it.notices {
            let step = self.step(notice.at.as_str());
            sentences.push(format!("走完{step}后告诉{}：{}", self.role(&notice.to), notice.words.text()));
        }
        points(sentences)
    }

    pub(super) fn figures(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for figure in &self.it.figures {
            blocks.push(Block::Paragraph(self.figure(figure)));
            blocks.extend(points(figure.examples.iter().map(|it| self.figure_example(figure, it)).collect()));
        }
        blocks
    }

    // enforces: figure.words
    fn figure(&self, figure: &Figure) -> String {
        let words = figure.words.trim_end_matches('。');
        let over =
            figure.over_words.as_ref().map(|it| format!("，占{}", it.trim_end_matches('。'))).unwrap_or_default();
        let given = |when: &crate::formula::Formula| match explain(when).as_str() {
            "全部" => "全部记录".to_owned(),
            other => format!("满足“{other}”的记录"),
        };
        let how = match &figure.measure {
            Measure::Count { when, at } => format!("数{}，按{}归期", given(when), explain(at)),
            Measure::Sum { of, when, at } => format!("{}里{}的合计，按{}归期", given(when), explain(of), explain(at)),
            Measure::Ratio { part, whole, at } => {
                format!("{}除以{}，按{}归期", given(part), given(whole), explain(at))
            }
            Measure::Average { of, when, at } => {
                format!("{}里{}的平均，按{}归期", given(when), explain(of), explain(at))
            }
            Measure::People { named, when, at, .. } => {
                let named = explain(named);
                format!("{}里写明的人，每人只数一次（{named}），按{}归期", given(when), explain(at))
            }
            Measure::Blend(blend) => match (&blend.plus[..], &blend.over[..]) {
                ([should], [reached]) if blend.is_missing => {
                    format!("“{}”里的人，不在“{}”里的，每人只数一次", should.figure.name, reached.figure.name)
                }
                _ => {
                    let paced = if blend.paced { "，分母按全年已经过去的部分折算" } else { "" };
                    let mean = if blend.quarters { "，取各季度末的平均" } else { "" };
                    format!("由别的指标算出：{}{paced}{mean}", blend.text)
                }
            },
            Measure::Balance { text, when, year, .. } => {
                let year = year.as_ref().map(|it| format!("，只算在{}这一年里", explain(it))).unwrap_or_default();
                format!("{}期末的{text}，随变动累计{year}", given(when))
            }
            Measure::Stock { when, since, until } => {
                format!("期末在册：{}，从{}起，到{}为止", given(when), explain(since), explain(until))
            }
        };
        let by: Vec<&str> = figure.by.iter().filter_map(|id| Some(self.it.field(id.as_str())?.name.as_str())).collect();
        let by = if by.is_empty() { String::new() } else { format!("，并按{}分别数", by.join("、")) };
        let few = match figure.suppress_below {
            0 => String::new(),
            below => format!("少于{below}{}的，不给只看数字的人看。", figure.unit),
        };
        format!("{}（{}）：{words}{over}。算法：{how}{by}。{few}", figure.name, figure.unit)
    }

    // enforces: figure.example.on
    fn figure_example(&self, figure: &Figure, example: &FigureExample) -> String {
        let on = example.on.map(|on| format!("截至{on}，")).unwrap_or_default();
        format!("算例：{on}{}条记录，{}应为{}。", example.records.len(), figure.name, example.gives)
    }

    // enforces: rights.import
    // enforces: rights.export
    pub(super) fn rights(&self) -> Vec<Block> {
        let it = self.it;
        let mut roles: Vec<&RoleId> = Vec::new();
        let acting =
            it.steps.iter().flat_map(|step| &step.who).chain(it.states.iter().filter_map(|it| it.holder.as_ref()));
        let named = it.rights.see.iter().chain(&it.rights.import).chain(&it.rights.export).chain(&it.rights.figures);
        for role in acting.chain(named) {
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        let sees = |role: &RoleId| {
            let rule = |rule: &&Rule| rule.who.contains(role) && rule.relation == Relation::UnitAndBelow;
            let rules: Vec<&Rule> = it.rights.sight.iter().filter(rule).collect();
            match rules.iter().any(|rule| rule.states.is_none()) {
                true => "任何状态".to_owned(),
                false => {
                    let seen =
                        |id: &&State| rules.iter().any(|it| it.states.iter().flatten().any(|seen| *seen == id.id));
                    let seen: Vec<&str> = it.states.iter().filter(seen).map(|state| state.name.as_str()).collect();
                    match seen.is_empty() {
                        true if it.rights.figures.contains(role) => "只看数字".to_owned(),
                        true => "—".to_owned(),
                        false => seen.join("、"),
                    }
                }
            }
        };
        let mark = |yes: bool| if yes { "可以" } else { "—" }.to_owned();
        let row = |role: &&RoleId| {
            let steps = it.steps.iter().filter(|step| step.who.contains(role)).map(|step| step.name.as_str());
            let acts = steps.collect::<Vec<_>>().join("、");
            vec![
                self.role(role).to_owned(),
                sees(role),
                if acts.is_empty() { "—".to_owned() } else { acts },
                mark(it.rights.import.contains(role)),
                mark(it.rights.export.contains(role)),
            ]
        };
        let note = Block::Paragraph("都以授权时写明的管辖范围为限；没有写明看得到的，一律看不到。".to_owned());
        let mut blocks = vec![table(&["角色", "看", "办", "导入", "导出"], roles.iter().map(row).collect()), note];
        let others = it.rights.sight.iter().filter(|rule| rule.relation != Relation::UnitAndBelow);
        let others: Vec<String> =
            others.map(|rule| crate::authority::in_words(it, &self.catalog.vocabulary, rule)).collect();
        if !others.is_empty() {
            blocks.push(Block::Paragraph("另外看得到的：".to_owned()));
            blocks.extend(points(others));
        }
        // enforces: retention.because
        if let Some(rule) = &it.retention {
            let who = rule.who.iter().map(|role| self.role(role)).collect::<Vec<_>>().join("、");
            let because = rule.because.trim_end_matches('。');
            let words = format!("个人信息在办结后保存{}年（{because}），期满由{who}决定清除或者延长保存。", rule.years);
            blocks.push(Block::Paragraph(words));
        }
        blocks
    }

    pub(super) fn examples(&self) -> Vec<Block> {
        let told = |it: &crate::catalog::Example| {
            let step = |line: &crate::catalog::ExampleStep| {
                let refused = if line.refused { "（被拒绝）" } else { "" };
                format!("{}{}{refused}", line.on, self.step(line.step.as_str()))
            };
            let steps: Vec<String> = it.steps.iter().map(step).collect();
            format!("{}：{}，停在{}。", it.name, steps.join("，"), self.states(std::slice::from_ref(&it.ends)))
        };
        points(self.it.examples.iter().map(told).collect())
    }
}
