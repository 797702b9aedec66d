//! What does its kind ask of a mechanism beyond what is asked of all?
//!
//! Never asks about a part that another kind brings.

use super::Questions;
use crate::authority::sight::Relation;
use crate::catalog::{Deadline, Due, Step};
use crate::ids::{FieldId, RoleId, StateId};
use crate::kinds::dispatch::reached;
use crate::kinds::ledger::Place;
use crate::kinds::{Kind, link, register};

impl Questions<'_, '_> {
    /// What its kind asks of a mechanism beyond what is asked of all.
    pub(super) fn what_its_kind_asks(&mut self) {
        match self.it.kind {
            Kind::Matter => {}
            Kind::Activity => {
                let hint = "活动要写 attendance：哪天、谁来签到、谁来补记";
                self.has(self.it.attendance.is_some(), "没有写谁来参加", hint);
            }
            Kind::Ledger => self.it_has_a_ceiling(),
            Kind::Register => self.nothing_is_edited_silently(),
            Kind::Ballot => {
                let hint = "票决测评要写 voting：投什么、谁来投、各占多少";
                self.has(self.it.voting.is_some(), "没有写投什么票", hint);
            }
            Kind::Assessment => {
                let hint = "指标考核要写 scoring：考哪些指标、哪些单位、哪一步公布";
                self.has(self.it.scoring.is_some(), "没有写怎么计分", hint);
            }
            Kind::Report => {
                let hint = "派生报表要写 writing：正文、报告期、哪一步封存";
                self.has(self.it.writing.is_some(), "没有写哪段正文带数字", hint);
            }
            Kind::Link => self.somebody_is_linked(),
            Kind::Round => self.it_calls(),
            Kind::Dispatch => {
                let hint = "文件与公开要写 circulation：发给谁、谁签收、怎样作废和替代";
                self.has(self.it.circulation.is_some(), "没有写发给谁", hint);
            }
        }
        self.whoever_receives_sees();
        self.the_series_stays();
    }

    fn it_has_a_ceiling(&mut self) {
        let Some(account) = &self.it.account else {
            let hint = "额度收支要写 account：计量单位、按哪些栏目认账户、有哪些变动";
            self.desk.tell_hint(self.matter.span.clone(), "没有写账户", hint);
            return;
        };
        let leads = |from: &Place, to: &Place| account.words.iter().any(|it| it.from == *from && it.to == *to);
        let span = self.matter.first("account").map_or(self.matter.span.clone(), |it| it.span.clone());
        if !leads(&Place::Outside, &Place::Free) {
            let hint = "写一种不写 from、写 to=\"free\" 的 movement，例如核定";
            self.desk.tell_hint(span.clone(), "没有哪种变动能给账户定上限", hint);
        }
        for stage in account.stages.iter().map(|it| (Place::Stage(it.id.clone()), &it.name)) {
            let comes = account.words.iter().any(|it| it.to == stage.0);
            let goes = account.words.iter().any(|it| it.from == stage.0);
            if !(comes && goes) {
                let sentence = format!("“{}”{}", stage.1, if comes { "进得去，出不来" } else { "没有变动进得去" });
                self.desk.tell_hint(span.clone(), sentence, "每个 stage 都要有进的和出的 movement");
            }
        }
    }

    /// What a kind cannot be without.
    fn has(&mut self, is_there: bool, sentence: &str, hint: &str) {
        if !is_there {
            self.desk.tell_hint(self.matter.span.clone(), sentence, hint);
        }
    }

    fn somebody_is_linked(&mut self) {
        let Some(link) = &self.it.link else {
            let hint = "期限关系要写 term：起止日、依据、各方和上限";
            self.desk.tell_hint(self.matter.span.clone(), "没有写谁和谁的关系", hint);
            return;
        };
        let span = self.matter.first("term").map_or(self.matter.span.clone(), |it| it.span.clone());
        for step in self.it.steps.iter().filter(|step| link::forgets(link, step)) {
            let sentence = format!("“{}”会让已经建立的关系从历史里消失", step.name);
            let hint = "从 open、closed 的状态只能到 open、closed 的状态";
            self.desk.tell_hint(self.place("step", step.id.as_str()), sentence, hint);
        }
        // Its end is announced by a deadline that starts wherever it begins, in good time.
        let Some(until) = &link.until else { return };
        let begins = |step: &Step| {
            let was = step.from.iter().any(|it| link.open.contains(it) || link.closed.contains(it));
            !was && step.to.as_ref().is_some_and(|to| link.open.contains(to))
        };
        for step in self.it.steps.iter().filter(|step| begins(step)) {
            let announces = |it: &&Deadline| {
                let by_day = matches!(&it.due, Due::Field(field) if field == until);
                by_day && !it.warn.is_empty() && it.from.as_ref() == Some(&step.id)
            };
            if !self.it.deadlines.iter().any(|it| announces(&it)) {
                let sentence = format!("从“{}”开始的关系，到期以前没有提醒", step.name);
                let hint = format!("请写 deadline：from=\"{}\" until=\"{until}\"，里面写 warn", step.id);
                self.desk.tell_hint(span.clone(), sentence, hint);
            }
        }
    }

    fn it_calls(&mut self) {
        if self.it.call.is_none() {
            let hint = "分段评审要写 call：收哪个机制的申报、几时截止、谁主办";
            self.desk.tell_hint(self.matter.span.clone(), "没有写收谁的申报", hint);
        }
    }

    fn nothing_is_edited_silently(&mut self) {
        for step in self.it.steps.iter().filter(|step| register::edits_silently(self.it, step)) {
            let sentence = format!("“{}”会改动登记的内容，却不用写理由", step.name);
            let place = self.place("step", step.id.as_str());
            self.desk.tell_hint(place, sentence, "台账名册里改动栏目的步骤要写 reason=#true");
        }
    }

    /// Whoever receives a paper for a unit sees it, however it was addressed.
    fn whoever_receives_sees(&mut self) {
        let Some(circulation) = &self.it.circulation else { return };
        let span = self.matter.first("circulation").map_or(self.matter.span.clone(), |it| it.prop_span("who"));
        let sees = |role: &RoleId, field: &FieldId| {
            self.it.rights.sight.iter().any(|rule| {
                matches!(&rule.relation, Relation::Hosted(of) if of == field)
                    && rule.who.contains(role)
                    && rule.states.as_ref().is_none_or(|seen| circulation.open.iter().all(|it| seen.contains(it)))
            })
        };
        let fields = [Some(&circulation.to), circulation.copies.as_ref()];
        let asked =
            fields.into_iter().flatten().flat_map(|field| circulation.who.iter().map(move |role| (role, field)));
        let blind: Vec<(String, String)> = asked
            .filter(|(role, field)| !sees(role, field))
            .map(|(role, field)| (role.to_string(), field.to_string()))
            .collect();
        for (role, field) in blind {
            let sentence = format!("{role} 要签收，却看不到发给本单位的文件");
            let hint = format!(
                "请在 rights 里写 sight relation=\"hosted\" of=\"{field}\"，who 里有 {role}，states 里有可以签收的状态"
            );
            self.desk.tell_hint(span.clone(), sentence, hint);
        }
    }

    /// Once a number is given, nobody moves the record into another series.
    fn the_series_stays(&mut self) {
        let Some(number) = &self.it.number else { return };
        let (Some(by), Some(at)) = (&number.by, self.it.step(number.at.as_str())) else { return };
        let first: Vec<StateId> = at.to.iter().chain(at.from.iter().filter(|_| at.to.is_none())).cloned().collect();
        let given = reached(&self.it.steps, &first);
        let later = self.it.steps.iter().filter(|step| step.from.iter().any(|it| given.contains(it)));
        for step in later.filter(|step| step.needs.contains(by) || step.asks.contains(by)) {
            let sentence = format!("编了号以后，“{}”还能改动 {by}，号码就换了序列", step.name);
            self.desk.tell(self.place("step", step.id.as_str()), sentence);
        }
    }
}
