//! Is a record filed twice? Which others say nearly the same in nearly the same words.
//!
//! Two texts are as like each other as the pairs of signs that they share among all that they have.
//! Never a hindrance: likeness is told with its reason, and somebody looks.

use std::collections::BTreeSet;

use crate::catalog::grammar::parts::{may, must};
use crate::catalog::grammar::{MECHANISM, Node, Scalar, Times};
use crate::ids::FieldId;
use crate::record::Record;
use crate::suggest;
use crate::value::{Facts, Value};

/// By what records are like each other.
pub(crate) const NODE: Node = Node {
    key: "alike",
    name: "alike",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("by", Scalar::Ids, "比哪几个搜得到（search）的文字栏目：共同的词占一半以上就提示。"),
        may("same", Scalar::Ids, "哪几个栏目还要完全一样才提示，例如单位。"),
        must("days", Scalar::Whole, "只和相隔多少天以内登记的比，1到3650。"),
    ],
    means: "登记时和事项页上提示可能重复的：写明哪些词一样，只提示看得到的，不挡办理。",
};

/// By what records are like each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The fields whose words are compared.
    pub by: Vec<FieldId>,
    /// The fields that have to be the same.
    pub same: Vec<FieldId>,
    /// How many days may lie between them.
    pub days: i32,
}

/// From this share of common pairs on, in percent, two texts are told to be like each other.
const LEAST: usize = 50;

/// How like each other two texts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// In percent: the pairs that both have among all pairs of both.
    pub percent: usize,
    /// The words in common, the longest first.
    pub words: Vec<String>,
}

impl Alike {
    /// The text that is compared.
    pub fn text(&self, facts: &Facts) -> String {
        let texts = self.by.iter().filter_map(|id| match facts.find(id.as_str()) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("。")
    }

    /// How like something that is filed another record is; nothing if it is not.
    // enforces: alike.by
    // enforces: alike.same
    // enforces: alike.days
    pub fn likeness(&self, facts: &Facts, opened_on: jiff::civil::Date, other: &Record) -> Option<Likeness> {
        let apart = (opened_on - other.opened_on).get_days().abs();
        let same = |id: &FieldId| {
            let (one, other) = (facts.find(id.as_str()), other.facts.find(id.as_str()));
            one.is_some() && one == other
        };
        if apart > self.days || !self.same.iter().all(same) {
            return None;
        }
        likeness(&self.text(facts), &self.text(&other.facts)).filter(|it| it.percent >= LEAST)
    }
}

/// How like each other two texts are; nothing if one of them says nothing.
pub fn likeness(one: &str, other: &str) -> Option<Likeness> {
    let pairs = |text: &str| suggest::sought(text).into_iter().collect::<BTreeSet<String>>();
    let (own, theirs) = (pairs(one), pairs(other));
    let all = own.len() + theirs.len();
    let common = own.intersection(&theirs).count();
    let percent = (2 * common * 100).checked_div(all)?;
    let near = suggest::nearest(one, &[other.to_owned()], 1);
    Some(Likeness { percent, words: near.into_iter().flat_map(|it| it.words).collect() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nearly_the_same_words_are_alike_and_a_shared_word_is_not() {
        let percent = |one: &str, other: &str| likeness(one, other).map_or(0, |it| it.percent);
        assert_eq!(percent("沿街餐馆油烟扰民", "沿街餐馆油烟扰民"), 100);
        assert!(percent("沿街餐馆油烟扰民", "沿街餐馆油烟扰民问题") >= LEAST);
        assert!(percent("沿街餐馆油烟扰民", "夜间施工噪声扰民") < LEAST);
        assert_eq!(likeness("", ""), None);
        assert_eq!(likeness("油烟扰民", "油烟扰民").map(|it| it.words), Some(vec!["油烟扰民".to_owned()]));
    }

    proptest! {
        /// Whichever of the two is asked, the answer is the same, and never more than all.
        #[test]
        fn likeness_has_no_side(one in "[路灯坏了井盖a1 ]{0,30}", other in "[路灯坏了井盖a1 ]{0,30}") {
            let (there, back) = (likeness(&one, &other), likeness(&other, &one));
            prop_assert_eq!(there.as_ref().map(|it| it.percent), back.map(|it| it.percent));
            prop_assert!(there.is_none_or(|it| it.percent <= 100));
        }
    }
}
