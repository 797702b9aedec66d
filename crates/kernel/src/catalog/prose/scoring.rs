//! How is an assessment told to people?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points, table};
use crate::kinds::assessment::Grade;
use crate::kinds::assessment::parts::Part;

impl Teller<'_> {
    pub(super) fn scoring(&self) -> Vec<Block> {
        let Some(it) = &self.it.scoring else { return self.assessed() };
        let name = |id: &crate::ids::FieldId| self.it.child(id.as_str()).map_or_else(String::new, |it| it.name.clone());
        let mut all = vec![
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
        if let Some((step, table)) = &it.publicise {
            let words =
                format!("走完{}先公示，拟定的结果写进“{}”，这时可以提异议。", self.step(step.as_str()), name(table));
            all.insert(2, words);
        }
        let mut blocks = points(all);
        blocks.push(table(&["等次", "至少", "最多占本组"], it.grades.iter().map(grade).collect()));
        blocks
    }
}

impl Teller<'_> {
    /// What its records are in an assessment.
    fn assessed(&self) -> Vec<Block> {
        let Some(it) = &self.it.assessed else { return Vec::new() };
        let at = self.step(it.at.as_str());
        let counts = self.states(&it.counts);
        let words = match it.part {
            Part::Entry => format!(
                "走{at}时核对指标、参评单位和权限，并写上由谁核验：指标的牵头单位，牵头单位填自己的由考核部门核验。在{counts}算数，在{}算等着核验。谁也不核验本单位的。",
                self.states(&it.waits)
            ),
            Part::Points => {
                format!("走{at}时核对是不是点名的评委，本单位的不打分。在{counts}算数，同一位评委以后一份为准。")
            }
            Part::Letter => format!("走{at}时核对：同一个单位同一个指标，前一份函没有办结不发第二份。"),
            Part::Sheet => format!("走{at}时由系统写上当天的名次、得分、与前一名的差和比上一份的变化，从此不变。"),
            Part::Use => format!("走{at}时由系统写上公布的得分、名次、等次；没有公布的不能用。"),
        };
        points(vec![words])
    }
}

fn grade(it: &Grade) -> Vec<String> {
    let least = it.least.map_or_else(|| "其余".to_owned(), |it| format!("{it}分"));
    vec![it.name.clone(), least, it.share.map_or_else(|| "不限".to_owned(), |it| format!("{it}%"))]
}
