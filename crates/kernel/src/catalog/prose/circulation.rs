//! How is it told to people to whom papers go and what holds from then on?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points};
use crate::ids::FieldId;

impl Teller<'_> {
    pub(super) fn circulation(&self) -> Vec<Block> {
        let Some(it) = &self.it.circulation else { return Vec::new() };
        let name = |id: &FieldId| format!("“{}”", self.it.field(id.as_str()).map_or("", |field| &field.name));
        let copies = it.copies.as_ref().map(|id| format!("、{}", name(id))).unwrap_or_default();
        let mut all = vec![
            format!(
                "走完{}就印发给{}{copies}写的单位，印发的内容从此不再变。",
                self.step(it.issue.as_str()),
                name(&it.to)
            ),
            format!("各单位由{}在{}内签收，过了由系统催一次。", self.roles(&it.who), it.within),
            format!("编了号又不发的到{}，号码留着，不再用。", self.states(std::slice::from_ref(&it.void))),
            format!("已经印发的只能用{}废止，由{}写的文件替代。", self.step(it.revoke.as_str()), name(&it.by)),
        ];
        if let Some(publicity) = &it.publicity {
            let (field, step) = (name(&publicity.field), self.step(publicity.step.as_str()));
            all.push(format!("{field}写明要公开的，公开后用{step}记下在哪里公开的（{}）。", name(&publicity.place)));
        }
        points(all)
    }
}
