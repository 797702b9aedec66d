//! How is an assessment told to people?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points, table};
use crate::kinds::assessment::Grade;

impl Teller<'_> {
    pub(super) fn scoring(&self) -> Vec<Block> {
        let Some(it) = &self.it.scoring else { return Vec::new() };
        let name = |id: &crate::ids::FieldId| self.it.child(id.as_str()).map_or_else(String::new, |it| it.name.clone());
        let all = vec![
            format!(
                "在{}起草方案；离开这个状态时，“{}”的权重要加起来是{}分，每一层也要和上一层相等。",
                self.states(std::slice::from_ref(&it.prepare)),
                name(&it.of),
                it.total
            ),
            format!("得分由系统按数值和规则算出，{}看得到全部单位的得分，参评单位看得到自己的。", self.roles(&it.who)),
            format!(
                "走完{}以后，得分、名次、等次写进“{}”，从此不变。",
                self.step(it.publish.as_str()),
                name(&it.result)
            ),
        ];
        let mut blocks = points(all);
        blocks.push(table(&["等次", "至少", "最多占本组"], it.grades.iter().map(grade).collect()));
        blocks
    }
}

fn grade(it: &Grade) -> Vec<String> {
    let least = it.least.map_or_else(|| "其余".to_owned(), |it| format!("{it}分"));
    vec![it.name.clone(), least, it.share.map_or_else(|| "不限".to_owned(), |it| format!("{it}%"))]
}
