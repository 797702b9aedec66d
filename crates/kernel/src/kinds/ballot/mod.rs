//! 票决测评: who may vote, on what, and when is the count one?
//!
//! A voting stands beside its record: the candidates are rows of one of its tables, fixed while it is open; each voter
//! belongs to a class and votes once; nothing is known of any vote before the count ([`tally`]).
//! Never a voter in a vote and never a vote in a voter.

pub mod tally;
pub mod vote;

use rust_decimal::Decimal;

use crate::catalog::grammar::parts::{ID, NAME, may, must};
use crate::catalog::grammar::{MECHANISM, MECHANISM_FILE, Node, Scalar, Times};
use crate::catalog::{FieldType, Mechanism};
use crate::ids::{FieldId, RoleId, StateId, StepId};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::value::{Facts, Value};
use tally::{Standing, Tally};

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "ballot",
    name: "ballot",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "票决测评：民主测评、述职评议、票决这样要投票的事，要写 voting。一个文件写一个机制，文件名就是代号。",
};

/// What is voted on, by whom, and when the count is one.
pub(crate) const VOTING: Node = Node {
    key: "voting",
    name: "voting",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("of", Scalar::Id, "哪张子表的每一行是一个被测评的人或事项。"),
        must("name", Scalar::Id, "子表的哪一栏是票上印的名称，要必填。"),
        may(
            "result",
            Scalar::Id,
            "公布那一步把结果写进哪张子表，每个对象一行，谁也不能填：和 name 同代号的文字栏写名称，和选项同代号的整数栏写票数。",
        ),
        may("score", Scalar::Id, "result 子表的哪一栏写得分，要两位小数。"),
        must("who", Scalar::Ids, "哪些角色主持：定投票人、发票、录入纸质票、计票。"),
        must("tellers", Scalar::Ids, "哪些角色是监票人：两个人各领一个开票口令，缺一个都开不了票。"),
        must("prepare", Scalar::Id, "在哪个状态定投票人、发票、领口令；离开以后名单就封闭了。"),
        must("open", Scalar::Id, "在哪个状态可以投票。"),
        must("count", Scalar::Id, "在哪个状态录入纸质票、计票。"),
        must("announce", Scalar::Id, "哪一步公布结果：没有计票不能走这一步，走完以后票就销毁了。"),
        may("least", Scalar::Whole, "一类票最少几张才单独出结果，至少3，不写是5；不够就并入 merges 写的那一类。"),
        may("quorum", Scalar::Text, "收回的票占应投票的多少才有效：写成“达到2/3”或者“超过1/2”。"),
        may("comments", Scalar::Whole, "每个对象可以写多少字的意见，最多500；不写就没有意见栏。"),
    ],
    means: "投什么票、谁主持、谁监票、多少票才有效。",
};

/// A class of voters.
pub(crate) const CLASS: Node = Node {
    key: "voting.class",
    name: "class",
    inside: &["voting"],
    times: Times::Some,
    args: &[ID, NAME],
    props: &[
        must("weight", Scalar::Whole, "这一类占百分之几，各类加起来是100。"),
        may("merges", Scalar::Id, "票太少时并入哪一类；权重也一起并过去。"),
    ],
    means: "一类投票人和这一类的权重。",
};

/// What is asked about each candidate.
pub(crate) const ITEM: Node = Node {
    key: "voting.item",
    name: "item",
    inside: &["voting"],
    times: Times::Some,
    args: &[ID, NAME],
    props: &[
        may("scores", Scalar::YesNo, "写 #true 是打分，0到100的整数；不写就要列出 choice。"),
        may("pass", Scalar::Text, "赞成票占收回的票的多少才通过：写成“超过1/2”或者“达到2/3”。"),
    ],
    means: "对每个对象问什么；不选就是弃权。",
};

/// What may be chosen.
pub(crate) const CHOICE: Node = Node {
    key: "voting.item.choice",
    name: "choice",
    inside: &["voting.item"],
    times: Times::Any,
    args: &[ID, NAME],
    props: &[
        may("points", Scalar::Whole, "选这一项得几分，0到100；一个 item 里要么都写，要么都不写。"),
        may("most", Scalar::Whole, "一张票上最多几个对象可以选这一项，例如优秀最多2个；超过的纸质票作废。"),
        may("favour", Scalar::YesNo, "选这一项算赞成，供 pass 数。"),
    ],
    means: "可以选的一项，例如优秀、称职、基本称职、不称职，或者赞成、反对。",
};

/// What is voted on, by whom, and when the count is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voting {
    /// The child table whose rows are the candidates.
    pub of: FieldId,
    /// The column that names them.
    pub name: FieldId,
    /// The child table that takes the result.
    pub result: Option<FieldId>,
    /// Its column that takes the score.
    pub score: Option<FieldId>,
    /// Who holds the voting.
    pub who: Vec<RoleId>,
    /// Who keeps the words that open the votes.
    pub tellers: Vec<RoleId>,
    /// The state in which voters are admitted.
    pub prepare: StateId,
    /// The state in which votes are cast.
    pub open: StateId,
    /// The state in which they are counted.
    pub count: StateId,
    /// The step that tells the result.
    pub announce: StepId,
    /// The smallest class that has a result of its own.
    pub least: i64,
    /// The share of those entitled who must have voted.
    pub quorum: Option<Share>,
    /// How long a comment may be.
    pub comments: Option<usize>,
    /// The classes.
    pub classes: Vec<Class>,
    /// The questions.
    pub items: Vec<Item>,
}

/// A class of voters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its weight in percent.
    pub weight: i64,
    /// The class, by place, that takes it in where it is too small.
    pub merges: Option<usize>,
}

/// What is asked about each candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What may be answered; nothing listed is a score from 0 to 100.
    pub choices: Vec<Choice>,
    /// The share of votes that must be in favour.
    pub pass: Option<Share>,
}

/// What may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its points.
    pub points: Option<i64>,
    /// How many candidates of one vote may get it.
    pub most: Option<i64>,
    /// Does it speak for the candidate?
    pub favour: bool,
}

/// The highest score.
pub const MOST_POINTS: i64 = 100;
/// The most classes: shares of so many stay exact.
pub const MOST_CLASSES: usize = 6;
/// The most voters of one class.
pub const MOST_VOTERS: i64 = 10_000;
/// The smallest class that may have a result of its own, whatever a definition says.
pub const LEAST: i64 = 3;
/// The same where a definition says nothing.
pub const USUAL_LEAST: i64 = 5;
/// The longest comment.
pub const LONGEST_COMMENT: i64 = 500;

impl Item {
    /// Is a number from 0 to 100 asked for?
    pub fn scores(&self) -> bool {
        self.choices.is_empty()
    }

    /// Does it give points?
    pub fn has_points(&self) -> bool {
        self.scores() || self.choices.iter().all(|choice| choice.points.is_some())
    }

    /// The points of an answer: a score, or the place of a choice.
    pub fn points(&self, answer: i64) -> i64 {
        match self.scores() {
            true => answer,
            false => usize::try_from(answer).ok().and_then(|at| self.choices.get(at)?.points).unwrap_or(0),
        }
    }
}

/// “达到2/3” or “超过1/2”.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Is exactly so much not enough?
    pub more: bool,
    /// The part.
    pub part: i64,
    /// Of so many.
    pub of: i64,
}

impl Share {
    /// As a definition writes it.
    pub fn read(text: &str) -> Option<Self> {
        let (more, rest) = match (text.strip_prefix("达到"), text.strip_prefix("超过")) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => return None,
        };
        let (part, of) = rest.split_once('/')?;
        let (part, of): (i64, i64) = (part.parse().ok()?, of.parse().ok()?);
        ((1..=100).contains(&of) && (1..=of).contains(&part)).then_some(Self { more, part, of })
    }

    /// Is `some` of `all` enough? Of nothing, nothing is.
    pub fn is_met(self, some: i64, all: i64) -> bool {
        let (some, all) = (i128::from(some) * i128::from(self.of), i128::from(all) * i128::from(self.part));
        all > 0 && if self.more { some > all } else { some >= all }
    }

    /// As people read it.
    pub fn words(self) -> String {
        format!("{}{}/{}", if self.more { "超过" } else { "达到" }, self.part, self.of)
    }
}

/// What is told of a voting once it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Told {
    /// Who was entitled to vote.
    Entitled,
    /// The votes that came back.
    Cast,
    /// Those of them that count.
    Valid,
    /// Those that do not.
    Invalid,
    /// The mean of the scores.
    Mean,
    /// Is it counted?
    Counted,
    /// Did enough vote?
    Quorum,
}

impl Told {
    /// All, with the name that formulas use and what they count; nothing for yes and no.
    pub const ALL: [(&'static str, Option<&'static str>, Self); 7] = [
        ("应投票", Some("票"), Self::Entitled),
        ("收回票", Some("票"), Self::Cast),
        ("有效票", Some("票"), Self::Valid),
        ("无效票", Some("票"), Self::Invalid),
        ("平均得分", Some("分"), Self::Mean),
        ("已计票", None, Self::Counted),
        ("达到人数", None, Self::Quorum),
    ];
}

/// What is told of a voting, as formulas read it; nothing before it is counted but that it is not.
pub fn value(record: &Record, told: Told) -> Option<Value> {
    let outcome = record.tally.as_deref();
    let count = |of: fn(&Tally) -> i64| outcome.map(|it| Value::Whole(of(it)));
    match told {
        Told::Counted => Some(Value::YesNo(outcome.is_some())),
        Told::Quorum => Some(Value::YesNo(outcome.is_some_and(|it| it.quorum))),
        Told::Entitled => count(|it| it.entitled),
        Told::Cast => count(|it| it.cast),
        Told::Valid => count(|it| it.valid),
        Told::Invalid => count(|it| it.cast - it.valid),
        Told::Mean => outcome.and_then(Tally::mean).map(|it| Value::Decimal(Decimal::new(it, 2))),
    }
}

/// What the candidates are called, in their order.
pub fn candidates(mechanism: &Mechanism, record: &Record) -> Vec<String> {
    let Some(voting) = &mechanism.voting else { return Vec::new() };
    let Some(Value::Rows(rows)) = record.facts.find(voting.of.as_str()) else { return Vec::new() };
    let name = |row: &Facts| match row.find(voting.name.as_str()) {
        Some(Value::Text(name)) => name.clone(),
        _ => String::new(),
    };
    rows.iter().map(name).collect()
}

/// A step that tells the result of what is not counted.
// enforces: voting.announce
pub(crate) fn announces_nothing(mechanism: &Mechanism, record: &Record, step: &StepId) -> Option<Refusal> {
    let voting = mechanism.voting.as_ref().filter(|it| it.announce == *step)?;
    let counts = record.state == voting.count && record.tally.is_some();
    (!counts).then(|| Refusal::new("ballot.not_counted"))
}

/// Puts the result where the definition wants it.
// enforces: voting.result
// enforces: voting.score
pub(crate) fn announce(mechanism: &Mechanism, record: &mut Record, step: &StepId) {
    let Some(voting) = mechanism.voting.as_ref().filter(|it| it.announce == *step) else { return };
    let (Some(result), Some(outcome)) = (&voting.result, record.tally.clone()) else { return };
    let Some(child) = mechanism.child(result.as_str()) else { return };
    let row = |standing: &Standing| {
        let mut row = Facts::default();
        row.put(&voting.name, Some(Value::Text(standing.name.clone())));
        if let Some(score) = &voting.score {
            row.put(score, standing.score.map(|it| Value::Decimal(Decimal::new(it, 2))));
        }
        for column in child.fields.iter().filter(|it| matches!(it.of, FieldType::Whole { .. })) {
            row.put(&column.id, votes_for(voting, standing, column.id.as_str()).map(Value::Whole));
        }
        row
    };
    let rows: Vec<Facts> = outcome.standings.iter().map(row).collect();
    record.facts.put(result, (!rows.is_empty()).then_some(Value::Rows(rows)));
}

/// How many chose the choice of this id.
fn votes_for(voting: &Voting, standing: &Standing, choice: &str) -> Option<i64> {
    let place = |item: &Item| item.choices.iter().position(|it| it.id == choice);
    let (item, at) = voting.items.iter().enumerate().find_map(|(item, of)| Some((item, place(of)?)))?;
    Some(standing.items.get(item)?.cells.iter().filter_map(|cell| cell.get(at)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_met_exactly() {
        let of = |text: &str| Share::read(text).expect(text);
        assert!(of("达到2/3").is_met(2, 3) && !of("超过2/3").is_met(2, 3));
        assert!(!of("达到2/3").is_met(199, 300) && of("达到2/3").is_met(200, 300));
        assert!(of("超过1/2").is_met(6, 11) && !of("超过1/2").is_met(5, 10));
        assert!(!of("达到1/2").is_met(0, 0), "nobody is no quorum");
        for wrong in ["2/3", "达到3/2", "超过0/2", "达到", "超过1/0", "达到一半"] {
            assert_eq!(Share::read(wrong), None, "{wrong}");
        }
    }
}
