//! How is it told what a form is filled with beforehand, what is a repeat, and what is like each other?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points};
use crate::helps::Source;

impl Teller<'_> {
    pub(super) fn helps(&self) -> Vec<Block> {
        let mut all = Vec::new();
        for it in &self.it.helps.held {
            let whence = match &it.from {
                Source::Field(of, _) if *of == self.it.id => "同一单位上一次填的".to_owned(),
                Source::Field(of, id) => {
                    let field = self.catalog.mechanism(of.as_str()).and_then(|it| it.field(id.as_str()));
                    format!("“{}”的“{}”", self.mechanism(of.as_str()), field.map_or("", |it| &it.name))
                }
                Source::Figure(of, id) => {
                    let figure = self.catalog.mechanism(of.as_str()).and_then(|it| it.figure(id));
                    format!("“{}”的指标“{}”", self.mechanism(of.as_str()), figure.map_or("", |it| &it.name))
                }
                Source::Answer(name) => format!("答过的“{name}”"),
            };
            let name = self.field_names(std::slice::from_ref(&it.field));
            let mark = it.mark.as_ref().map(|id| self.field_names(std::slice::from_ref(id)));
            let mark = mark.map_or_else(String::new, |mark| format!("；来源和是不是重复填报写进{mark}"));
            all.push(format!("{name}先按{whence}填好，旁边写来源和截至哪天，可以改{mark}。"));
        }
        if let Some(it) = &self.it.helps.asking
            && let Some(child) = self.it.child(it.child.as_str())
        {
            let answered = match &it.answer {
                Some(_) => "，按已有的先填好，写明来源和截至哪天；答的人只填答的和不同的理由",
                None => "",
            };
            all.push(format!(
                "“{}”的每一行和各机制的栏目、指标、答过的项目对照，平台已有的标为重复{answered}。",
                child.name
            ));
        }
        if let Some(it) = &self.it.helps.alike {
            let same = match it.same.as_slice() {
                [] => String::new(),
                same => format!("、{}相同", self.field_names(same)),
            };
            let by = self.field_names(&it.by);
            all.push(format!(
                "相隔{}天以内、{by}的词一半以上相同{same}的，登记时和事项页上提示可能重复，不挡办理。",
                it.days
            ));
        }
        points(all)
    }
}
