//! How are the public door and suggestions told to people?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points};
use crate::formula::explain;

impl Teller<'_> {
    pub(super) fn outside(&self) -> Vec<Block> {
        let mut all = Vec::new();
        if let Some(it) = &self.it.public {
            all.push(format!("没有账号的人可以提交；设置“{}”写明由哪个单位受理，没有写就不开放。", it.setting));
            for form in &it.forms {
                let sets = form.sets.iter().map(|(id, formula)| {
                    let name = self.it.field(id.as_str()).map_or("", |it| &it.name);
                    format!("，{name}写成{}", explain(formula))
                });
                all.push(format!("“{}”上填{}{}。", form.name, self.field_names(&form.asks), sets.collect::<String>()));
            }
            all.push(format!("凭编号和查询码看得到{}。", self.field_names(&it.shows)));
            let steps: Vec<String> = it.steps.iter().map(|id| self.step(id.as_str())).collect();
            if !steps.is_empty() {
                all.push(format!("凭编号和查询码还可以走{}。", steps.join("、")));
            }
        }
        if let Some(it) = &self.it.helps.suggest {
            let steps: Vec<String> = it.at.iter().map(|id| self.step(id.as_str())).collect();
            let item = self.field_names(std::slice::from_ref(&it.item));
            all.push(format!(
                "走{}时，按{}里的词给出最像的{item}和以前类似的几件，写明是哪些词；由人点选，不自动选。",
                steps.join("、"),
                self.field_names(&it.from)
            ));
        }
        points(all)
    }
}
