//! How is a voting told to people?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points, table};
use crate::kinds::ballot::{Class, Item, Voting};

impl Teller<'_> {
    pub(super) fn voting(&self) -> Vec<Block> {
        let Some(it) = &self.it.voting else { return Vec::new() };
        let mut all = vec![
            format!(
                "在{}由{}定投票人、发票；两名监票人（{}）各领一个开票口令，离开这个状态以后名单就封闭了。",
                self.states(std::slice::from_ref(&it.prepare)),
                self.roles(&it.who),
                self.roles(&it.tellers)
            ),
            format!(
                "在{}投票，每人一票；在{}录入纸质票、由两个口令一起开票；走完{}以后票就销毁。",
                self.states(std::slice::from_ref(&it.open)),
                self.states(std::slice::from_ref(&it.count)),
                self.step(it.announce.as_str())
            ),
            format!(
                "一类票不够{}张的不单独出结果，并入指定的类别；并过还不够，就只出总的结果；总共不够{0}张，不出结果。",
                it.least
            ),
        ];
        all.extend(it.quorum.map(|share| format!("收回的票占应投票{}才有效。", share.words())));
        all.extend(it.comments.map(|most| format!("每个对象可以写{most}字以内的意见，不分类别、打乱顺序公布。")));
        let mut blocks = points(all);
        blocks.push(table(&["投票人类别", "权重", "票太少时"], it.classes.iter().map(|of| class(it, of)).collect()));
        blocks.push(table(&["测评项目", "怎么答", "通过"], it.items.iter().map(item).collect()));
        blocks
    }
}

fn class(voting: &Voting, class: &Class) -> Vec<String> {
    let into = class.merges.and_then(|at| voting.classes.get(at));
    let merges = into.map_or_else(|| "全部合并".to_owned(), |it| format!("并入{}", it.name));
    vec![class.name.clone(), format!("{}%", class.weight), merges]
}

fn item(item: &Item) -> Vec<String> {
    let mut answers: Vec<String> = Vec::new();
    for choice in &item.choices {
        let points = choice.points.map(|it| format!("{it}分")).unwrap_or_default();
        let most = choice.most.map(|it| format!("，最多{it}个")).unwrap_or_default();
        let inside = format!("{points}{most}");
        let inside = inside.trim_start_matches('，');
        answers.push(if inside.is_empty() { choice.name.clone() } else { format!("{}（{inside}）", choice.name) });
    }
    let answers = if item.scores() { "打分，0到100".to_owned() } else { answers.join("、") };
    let pass = item.pass.map_or_else(|| "不设".to_owned(), |share| format!("赞成{}收回的票", share.words()));
    vec![item.name.clone(), answers, pass]
}
