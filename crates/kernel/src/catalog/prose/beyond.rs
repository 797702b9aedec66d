//! How is it told what a step does with other records, of whom there is one record at a time, and what leaves?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points};
use crate::beyond::Lead;
use crate::catalog::Step;

impl Teller<'_> {
    pub(super) fn beyond(&self, step: &Step) -> Vec<String> {
        let brought = step
            .brings
            .iter()
            .map(|it| format!("{}从{}写的记录里抄来", self.field_name(&it.field), self.field_name(&it.from)));
        let led = step.led.then(|| "只由别的机制带着走".to_owned());
        brought.chain(step.leads.iter().map(|it| self.lead(it))).chain(led).collect()
    }

    fn lead(&self, it: &Lead) -> String {
        let name = self.mechanism(it.mechanism.as_str());
        let whose = match it.takes_in.as_slice() {
            [] => "指着本记录的".to_owned(),
            alike => format!("{}一样的", self.field_names(alike)),
        };
        let child = it.rows.as_ref().and_then(|id| self.it.child(id.as_str()));
        let rows = child.map(|child| format!("，要和“{}”一条不差", child.name)).unwrap_or_default();
        format!("{whose}“{name}”一起走一步{rows}")
    }

    pub(super) fn apart_and_out(&self) -> Vec<Block> {
        let mut all = Vec::new();
        if let Some(it) = &self.it.once {
            let per = it.per.as_ref().map(|id| format!("、同一{}", self.field_name(id))).unwrap_or_default();
            all.push(format!(
                "同一{}{per}同一天只能有一件，在{}时算数。",
                self.field_name(&it.of),
                self.states(&it.states)
            ));
        }
        for it in &self.it.extracts {
            let roles: Vec<&str> = it.who.iter().map(|role| self.role(role)).collect();
            let titles: Vec<&str> = it.columns.iter().map(|column| column.title.as_str()).collect();
            let (states, roles, titles) = (self.states(&it.states), roles.join("、"), titles.join("、"));
            all.push(format!("在{states}时，{roles}可以下载“{}”：{titles}；每下载一次都留痕。", it.name));
        }
        points(all)
    }
}
