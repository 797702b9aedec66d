//! How is a link told to people?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points, table};
use crate::formula::explain;
use crate::ids::FieldId;
use crate::kinds::link::Side;

impl Teller<'_> {
    pub(super) fn link(&self) -> Vec<Block> {
        let Some(it) = &self.it.link else { return Vec::new() };
        let name = |id: &FieldId| format!("“{}”", self.it.field(id.as_str()).map_or("", |field| &field.name));
        let until = it.until.as_ref().map(|id| format!("到{}", name(id))).unwrap_or_default();
        let ended = it.ended.as_ref().map(|id| format!("；实际结束在{}", name(id))).unwrap_or_default();
        let stays = if it.overstays { "，没有办结束的一直占着" } else { "" };
        let mut all = vec![
            format!("从{}起{until}{stays}{ended}。", name(&it.from)),
            format!("依据写在{}，没有依据开不了。", name(&it.basis)),
            format!("在{}关系还在，在{}已经结束、留在历史里。", self.states(&it.open), self.states(&it.closed)),
        ];
        for rule in &it.rules {
            // enforces: term.require.else
            let words = rule.guard.otherwise.trim_end_matches('。');
            all.push(format!("条件：{}，否则告诉办理人“{words}”。", explain(&rule.guard.when)));
        }
        let mut blocks = points(all);
        blocks
            .push(table(&["一方", "同一天最多", "要有的身份"], it.sides.iter().map(|side| self.side(side)).collect()));
        blocks
    }

    fn side(&self, side: &Side) -> Vec<String> {
        let child = self.it.child(side.id.as_str());
        let name = self.it.field(side.id.as_str()).map(|field| &field.name).or(child.map(|child| &child.name));
        let list = self.catalog.vocabulary.list("person_role");
        let role = |id: &String| {
            let item = list.iter().flat_map(|list| &list.items).find(|item| *item.id == **id);
            item.map_or(id.clone(), |item| item.name.to_string())
        };
        let roles: Vec<String> = side.roles.iter().map(role).collect();
        let roles = if roles.is_empty() { "—".to_owned() } else { roles.join("、") };
        vec![name.cloned().unwrap_or_default(), format!("{}段", side.most), roles]
    }
}
