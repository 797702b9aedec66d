//! How are a round and its stages told to people?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points, table};
use crate::kinds::round::Stage;

impl Teller<'_> {
    pub(super) fn call(&self) -> Vec<Block> {
        let Some(it) = &self.it.call else { return Vec::new() };
        let field = |id: &crate::ids::FieldId| {
            let name = self.it.field(id.as_str()).map(|it| &it.name).or(self.it.child(id.as_str()).map(|it| &it.name));
            format!("“{}”", name.map_or(id.as_str(), String::as_str))
        };
        let mut all = vec![format!(
            "由{}主办；在{}收“{}”，{}以后才收，过了{}不收。",
            self.roles(&it.who),
            self.states(std::slice::from_ref(&it.takes)),
            self.mechanism(it.entry.as_str()),
            field(&it.opens),
            field(&it.closes),
        )];
        all.extend(it.late.as_ref().map(|late| format!("准许迟交的单位写在{}里：到哪天、为什么。", field(late))));
        all.extend(it.invites.as_ref().map(|id| format!("只收{}写的单位及其下级的。", field(id))));
        all.extend(it.places.as_ref().map(|id| format!("名额写在{}。", field(id))));
        if let (Some(step), Some(result)) = (&it.announce, &it.result) {
            all.push(format!("走{}时，名单写进{}，以后不再变。", self.step(step.as_str()), field(result)));
        }
        points(all)
    }

    pub(super) fn stages(&self) -> Vec<Block> {
        let Some(it) = &self.it.entry else { return Vec::new() };
        let row = |stage: &Stage| {
            let items: Vec<String> = stage.items.iter().map(|it| format!("{}（{}分）", it.name, it.most)).collect();
            vec![
                stage.name.clone(),
                self.roles(&stage.who),
                format!("每件{}人", stage.each),
                stage.words(),
                if items.is_empty() { "不设".to_owned() } else { items.join("、") },
            ]
        };
        let mut blocks = points(vec![
            "依次走过各个阶段，前一个阶段通过了才进下一个；退回的改好以后回到同一个阶段，由原来的评审人再评。"
                .to_owned(),
            "评审人不评本单位的、本人办过的申报；有其他关系的回避，写明理由；阶段评完以前看不到别人的意见。".to_owned(),
        ]);
        blocks.push(table(
            &["阶段", "评审人", "几个人评", "怎样得出结论", "评分项"],
            it.stages.iter().map(row).collect(),
        ));
        blocks
    }
}
