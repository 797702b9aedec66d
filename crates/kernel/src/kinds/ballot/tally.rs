//! What do the votes come to? By class, and in all by the weights of the classes; exact, and rounded once.
//!
//! A class with too few votes is put into the one that its definition names, weight and votes; if one is still too small,
//! all are one. So what is shown is always a division of the voters into parts of at least that size, and no smaller part
//! follows from it.
//! Never a number that depends on the order of the votes.

use serde::{Deserialize, Serialize};

use super::vote::Vote;
use super::{MOST_POINTS, Voting};

/// What was counted of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// All votes of the class, those that do not count included.
    pub papers: i64,
    /// Those that do not count.
    pub invalid: i64,
    /// For each candidate and question (candidates first): how often each choice, or for scores how many and their sum.
    pub cells: Vec<Vec<i64>>,
}

/// What is wrong with a count that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miscount {
    /// It has other questions.
    Foreign,
    /// A number is negative or too large, or more do not count than there are.
    Number,
    /// More answers than votes that count, at a candidate and a question.
    TooMany {
        /// The candidate.
        candidate: usize,
        /// The question.
        item: usize,
    },
    /// More of a choice than all votes together may give.
    OverLimit {
        /// The question.
        item: usize,
        /// The choice.
        choice: usize,
    },
}

impl Count {
    /// Nothing counted yet.
    pub fn empty(voting: &Voting, candidates: usize) -> Self {
        let width = |at: usize| {
            let item = &voting.items[at % voting.items.len()];
            if item.scores() { 2 } else { item.choices.len() }
        };
        let cells = (0..candidates * voting.items.len()).map(|at| vec![0; width(at)]);
        Self { papers: 0, invalid: 0, cells: cells.collect() }
    }

    /// The votes that count.
    pub fn valid(&self) -> i64 {
        self.papers - self.invalid
    }

    /// One vote more.
    fn add(&mut self, voting: &Voting, vote: &Vote) {
        self.papers += 1;
        for (at, answer) in vote.answers.iter().enumerate().filter_map(|(at, it)| Some((at, (*it)?))) {
            let Some(cell) = self.cells.get_mut(at) else { continue };
            match voting.items[at % voting.items.len()].scores() {
                true => {
                    cell[0] += 1;
                    cell[1] += answer;
                }
                false => {
                    if let Some(count) = usize::try_from(answer).ok().and_then(|it| cell.get_mut(it)) {
                        *count += 1;
                    }
                }
            }
        }
    }

    /// Another count of the same voting, put to this one.
    pub fn join(&mut self, other: &Self) {
        self.papers += other.papers;
        self.invalid += other.invalid;
        for (own, theirs) in self.cells.iter_mut().zip(&other.cells) {
            for (own, theirs) in own.iter_mut().zip(theirs) {
                *own += theirs;
            }
        }
    }

    /// What is wrong with it, as somebody typed it.
    pub fn miscount(&self, voting: &Voting, candidates: usize) -> Option<Miscount> {
        let shape = Self::empty(voting, candidates);
        let same = self.cells.len() == shape.cells.len()
            && self.cells.iter().zip(&shape.cells).all(|(own, right)| own.len() == right.len());
        if !same {
            return Some(Miscount::Foreign);
        }
        let most = super::MOST_VOTERS;
        let is_odd = |number: &i64| !(0..=most * MOST_POINTS).contains(number);
        if self.papers > most || self.invalid > self.papers {
            return Some(Miscount::Number);
        }
        if [self.papers, self.invalid].iter().chain(self.cells.iter().flatten()).any(is_odd) {
            return Some(Miscount::Number);
        }
        for (at, cell) in self.cells.iter().enumerate() {
            let (candidate, item) = (at / voting.items.len(), at % voting.items.len());
            let fits = match voting.items[item].scores() {
                true => cell[0] <= self.valid() && cell[1] <= cell[0] * MOST_POINTS,
                false => cell.iter().sum::<i64>() <= self.valid(),
            };
            if !fits {
                return Some(Miscount::TooMany { candidate, item });
            }
        }
        self.over_limit(voting)
    }

    fn over_limit(&self, voting: &Voting) -> Option<Miscount> {
        for (item, of) in voting.items.iter().enumerate() {
            for (choice, most) in of.choices.iter().enumerate().filter_map(|(at, it)| Some((at, it.most?))) {
                let given: i64 = self.cells.iter().skip(item).step_by(voting.items.len()).map(|it| it[choice]).sum();
                if given > most * self.valid() {
                    return Some(Miscount::OverLimit { item, choice });
                }
            }
        }
        None
    }
}

/// What the votes of one class, or of several that were put together, came to in turnout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The places of the classes.
    pub classes: Vec<usize>,
    /// Their weights together.
    pub weight: i64,
    /// Who was entitled.
    pub entitled: i64,
    /// The votes that came back.
    pub cast: i64,
    /// Those that count.
    pub valid: i64,
}

/// The answers to one question about one candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// By group: how often each choice, or how many scores and their sum.
    pub cells: Vec<Vec<i64>>,
    /// By group: the mean of the points, in hundredths; nothing where nobody gave any.
    pub means: Vec<Option<i64>>,
    /// In all by the weights of the groups, in hundredths.
    pub total: Option<i64>,
    /// Did it pass, where that is asked?
    pub passed: Option<bool>,
}

/// How a candidate stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What they are called.
    pub name: String,
    /// The questions; none where nothing may be shown.
    pub items: Vec<Answered>,
    /// The mean of the questions that give points, in hundredths.
    pub score: Option<i64>,
    /// What was said, in the order of the texts.
    pub comments: Vec<String>,
}

/// What a voting came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Who was entitled to vote.
    pub entitled: i64,
    /// The votes that came back.
    pub cast: i64,
    /// Those that count.
    pub valid: i64,
    /// Did enough vote?
    pub quorum: bool,
    /// Are there enough votes to show what they say?
    pub shown: bool,
    /// The classes as they were put together.
    pub groups: Vec<Group>,
    /// The candidates.
    pub standings: Vec<Standing>,
    /// When it was counted, in milliseconds since 1970 UTC: known beside it, and no part of it.
    #[serde(skip)]
    pub at: i64,
}

impl Tally {
    /// The mean of the scores, in hundredths.
    pub fn mean(&self) -> Option<i64> {
        let scores: Vec<i64> = self.standings.iter().filter_map(|it| it.score).collect();
        mean(&scores)
    }
}

/// What came in of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Who was entitled.
    pub entitled: i64,
    /// What was counted.
    pub count: Count,
}

/// Counts the votes of each class, and adds what was counted by hand.
pub fn count(voting: &Voting, candidates: usize, votes: &[Vote], by_hand: &[Count]) -> Vec<Count> {
    let mut counts = vec![Count::empty(voting, candidates); voting.classes.len()];
    for vote in votes {
        if let Some(count) = counts.get_mut(vote.class) {
            count.add(voting, vote);
        }
    }
    for (count, hand) in counts.iter_mut().zip(by_hand) {
        count.join(hand);
    }
    counts
}

/// What the votes come to.
// enforces: voting.quorum
// enforces: voting.least
pub fn tally(voting: &Voting, names: &[String], returned: &[Returned], comments: &[Vec<String>]) -> Tally {
    let sum = |of: fn(&Returned) -> i64| returned.iter().map(of).sum::<i64>();
    let (entitled, cast) = (sum(|it| it.entitled), sum(|it| it.count.papers));
    let valid = sum(|it| it.count.valid());
    let quorum = voting.quorum.is_none_or(|share| share.is_met(cast, entitled)) && cast > 0;
    let parts = parts(voting, returned);
    let groups: Vec<(Group, Count)> =
        parts.into_iter().map(|part| group(voting, names.len(), returned, part)).collect();
    let shown = quorum && groups.iter().all(|(group, _)| group.valid >= voting.least);
    let standing = |(at, name): (usize, &String)| {
        let blank = Standing { name: name.clone(), items: Vec::new(), score: None, comments: Vec::new() };
        if !shown {
            return blank;
        }
        let items: Vec<Answered> = (0..voting.items.len()).map(|item| answered(voting, &groups, at, item)).collect();
        let totals: Vec<i64> = items.iter().filter_map(|it| it.total).collect();
        let mut said: Vec<String> =
            comments.get(at).into_iter().flatten().filter(|it| !it.is_empty()).cloned().collect();
        said.sort();
        Standing { items, score: mean(&totals), comments: said, ..blank }
    };
    let standings = names.iter().enumerate().map(standing).collect();
    let groups = groups.into_iter().map(|(group, _)| group).collect();
    Tally { entitled, cast, valid, quorum, shown, groups, standings, at: 0 }
}

/// Which classes are put together: a division of all of them.
// enforces: voting.class.merges
fn parts(voting: &Voting, returned: &[Returned]) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = (0..voting.classes.len()).map(|at| vec![at]).collect();
    let valid = |part: &[usize]| part.iter().filter_map(|at| returned.get(*at)).map(|it| it.count.valid()).sum::<i64>();
    while parts.len() > 1 {
        let Some(small) = parts.iter().position(|part| valid(part) < voting.least) else { break };
        let other =
            parts[small].iter().filter_map(|at| voting.classes[*at].merges).find(|to| !parts[small].contains(to));
        match other.and_then(|to| parts.iter().position(|part| part.contains(&to))) {
            Some(into) => {
                let mut moved = std::mem::take(&mut parts[small]);
                parts[into].append(&mut moved);
                parts[into].sort_unstable();
                parts.remove(small);
            }
            // Whoever has nobody to go to would be known from the others: all are one.
            None => return vec![(0..voting.classes.len()).collect()],
        }
    }
    parts
}

fn group(voting: &Voting, candidates: usize, returned: &[Returned], classes: Vec<usize>) -> (Group, Count) {
    let mut count = Count::empty(voting, candidates);
    let mut entitled = 0;
    for it in classes.iter().filter_map(|at| returned.get(*at)) {
        count.join(&it.count);
        entitled += it.entitled;
    }
    let weight = classes.iter().map(|at| voting.classes[*at].weight).sum();
    (Group { weight, entitled, cast: count.papers, valid: count.valid(), classes }, count)
}

fn answered(voting: &Voting, groups: &[(Group, Count)], candidate: usize, item: usize) -> Answered {
    let of = &voting.items[item];
    let cells: Vec<Vec<i64>> =
        groups.iter().map(|(_, count)| count.cells[candidate * voting.items.len() + item].clone()).collect();
    let sums: Vec<(i64, i64)> = cells
        .iter()
        .map(|cell| match of.scores() {
            true => (cell[1], cell[0]),
            false => {
                let points = cell.iter().enumerate().map(|(at, count)| of.points(at as i64) * count);
                (points.sum(), cell.iter().sum())
            }
        })
        .collect();
    let means =
        sums.iter().map(|(sum, count)| of.has_points().then(|| rounded((*sum).into(), (*count).into())).flatten());
    let weighted: Vec<(i64, (i64, i64))> = groups.iter().map(|(group, _)| group.weight).zip(sums.clone()).collect();
    let total = if of.has_points() { weighted_mean(&weighted) } else { None };
    let favour = |cell: &Vec<i64>| {
        of.choices.iter().zip(cell).filter(|(choice, _)| choice.favour).map(|(_, count)| *count).sum::<i64>()
    };
    let cast: i64 = groups.iter().map(|(group, _)| group.cast).sum();
    // enforces: voting.item.pass
    // enforces: voting.item.choice.favour
    let passed = of.pass.map(|share| share.is_met(cells.iter().map(favour).sum(), cast));
    Answered { means: means.collect(), cells, total, passed }
}

/// The mean of means by weights, over those that have one; exact until it is rounded.
// enforces: voting.class.weight
fn weighted_mean(groups: &[(i64, (i64, i64))]) -> Option<i64> {
    let there: Vec<(i128, i128, i128)> = groups
        .iter()
        .filter(|(weight, (_, count))| *weight > 0 && *count > 0)
        .map(|(weight, (sum, count))| (i128::from(*weight), i128::from(*sum), i128::from(*count)))
        .collect();
    let product = |without: Option<usize>| -> i128 {
        there.iter().enumerate().filter(|(at, _)| Some(*at) != without).map(|(_, it)| it.2).product()
    };
    let above: i128 = there.iter().enumerate().map(|(at, (weight, sum, _))| weight * sum * product(Some(at))).sum();
    let weights: i128 = there.iter().map(|it| it.0).sum();
    rounded(above, weights * product(None))
}

/// The mean of hundredths, rounded half up.
fn mean(all: &[i64]) -> Option<i64> {
    let (sum, count) = (all.iter().map(|it| i128::from(*it)).sum::<i128>(), all.len() as i128);
    (count > 0).then(|| i64::try_from((2 * sum + count) / (2 * count)).unwrap_or(i64::MAX))
}

/// A quotient in hundredths, rounded half up; nothing over nothing.
fn rounded(above: i128, below: i128) -> Option<i64> {
    (below > 0).then(|| i64::try_from((200 * above + below) / (2 * below)).unwrap_or(i64::MAX))
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::{Choice, Class, Item, Share};
    use super::*;

    fn choice(name: &str, points: i64, most: Option<i64>) -> Choice {
        Choice { id: name.to_owned(), name: name.to_owned(), points: Some(points), most, favour: points >= 80 }
    }

    fn class(name: &str, weight: i64, merges: Option<usize>) -> Class {
        Class { id: name.to_owned(), name: name.to_owned(), weight, merges }
    }

    /// Three classes, a question with choices and one with scores.
    pub(in crate::kinds::ballot) fn voting() -> Voting {
        let choices = vec![
            choice("优秀", 100, Some(1)),
            choice("称职", 80, None),
            choice("基本称职", 60, None),
            choice("不称职", 0, None),
        ];
        let item = |id: &str, choices, pass| Item { id: id.to_owned(), name: id.to_owned(), choices, pass };
        Voting {
            of: "speaker".into(),
            name: "name".into(),
            result: None,
            score: None,
            who: Vec::new(),
            tellers: Vec::new(),
            prepare: "prepared".into(),
            open: "open".into(),
            count: "closed".into(),
            announce: "announce".into(),
            least: 3,
            quorum: Share::read("达到1/2"),
            comments: Some(20),
            classes: vec![class("领导", 40, Some(1)), class("代表", 30, None), class("群众", 30, Some(1))],
            items: vec![item("overall", choices, Share::read("超过1/2")), item("score", Vec::new(), None)],
        }
    }

    fn vote(candidates: usize) -> impl Strategy<Value = Vote> {
        let answers =
            proptest::collection::vec((proptest::option::of(1_i64..4), proptest::option::of(0_i64..=100)), candidates);
        let comments = proptest::collection::vec("[一-龥a-z]{0,20}", candidates);
        (0_usize..3, answers, comments).prop_map(|(class, answers, comments)| Vote {
            class,
            answers: answers.into_iter().flat_map(|(choice, score)| [choice, score]).collect(),
            comments,
        })
    }

    pub(in crate::kinds::ballot) fn votes(candidates: usize) -> impl Strategy<Value = Vec<Vote>> {
        proptest::collection::vec(vote(candidates), 0..40)
    }

    const NAMES: [&str; 3] = ["甲", "乙", "丙"];

    fn counted(votes: &[Vote], absent: [i64; 3]) -> Tally {
        let voting = voting();
        let counts = count(&voting, 3, votes, &[]);
        let returned: Vec<Returned> = counts
            .into_iter()
            .zip(absent)
            .map(|(count, absent)| Returned { entitled: count.papers + absent, count })
            .collect();
        let said: Vec<Vec<String>> =
            (0..3).map(|at| votes.iter().map(|vote| vote.comments[at].clone()).collect()).collect();
        tally(&voting, &NAMES.map(str::to_owned), &returned, &said)
    }

    proptest! {
        /// The tally is the votes: nobody is counted twice or left out, whatever is put together; and no vote is in more
        /// than one part, no part is smaller than the least, and the weights stay a hundred.
        #[test]
        fn the_tally_is_the_votes(votes in votes(3), absent in [0_i64..9, 0_i64..9, 0_i64..9]) {
            let voting = voting();
            let outcome = counted(&votes, absent);
            prop_assert_eq!(outcome.cast, votes.len() as i64);
            prop_assert!(outcome.cast <= outcome.entitled);
            let mut classes: Vec<usize> = outcome.groups.iter().flat_map(|it| it.classes.clone()).collect();
            classes.sort_unstable();
            prop_assert_eq!(classes, vec![0, 1, 2]);
            prop_assert_eq!(outcome.groups.iter().map(|it| it.weight).sum::<i64>(), 100);
            prop_assert!(outcome.groups.len() == 1 || outcome.groups.iter().all(|it| it.valid >= voting.least));
            prop_assert_eq!(outcome.quorum, 2 * outcome.cast >= outcome.entitled && outcome.cast > 0);
            prop_assert_eq!(outcome.shown, outcome.quorum && outcome.cast >= voting.least);
            for (at, standing) in outcome.standings.iter().enumerate().filter(|_| outcome.shown) {
                for (item, answered) in standing.items.iter().enumerate() {
                    for (group, cell) in outcome.groups.iter().zip(&answered.cells) {
                        let own = votes.iter().filter(|vote| group.classes.contains(&vote.class));
                        let given: Vec<i64> = own.filter_map(|vote| vote.answer(&voting, at, item)).collect();
                        match voting.items[item].scores() {
                            true => prop_assert_eq!(cell, &vec![given.len() as i64, given.iter().sum()]),
                            false => for choice in 0..4 {
                                let count = given.iter().filter(|it| **it == choice).count() as i64;
                                prop_assert_eq!(cell[choice as usize], count);
                            }
                        }
                    }
                }
                let said: Vec<&str> = votes.iter().map(|it| it.comments[at].as_str()).filter(|it| !it.is_empty()).collect();
                prop_assert_eq!(standing.comments.len(), said.len());
            }
            if !outcome.shown {
                prop_assert!(outcome.standings.iter().all(|it| it.items.is_empty() && it.comments.is_empty()));
            }
        }

        /// In whatever order they lie in the urn, they come to the same.
        #[test]
        fn the_order_of_the_votes_leaves_no_trace(votes in votes(3), turn in 0_usize..40) {
            let mut other = votes.clone();
            if !other.is_empty() {
                let middle = turn % other.len();
                other.rotate_left(middle);
            }
            other.reverse();
            prop_assert_eq!(counted(&votes, [0; 3]), counted(&other, [0; 3]));
        }

        /// A total lies between the least and the largest mean of the groups.
        #[test]
        fn a_total_lies_between_the_means(votes in votes(3)) {
            for answered in counted(&votes, [0; 3]).standings.iter().flat_map(|it| &it.items) {
                let means: Vec<i64> = answered.means.iter().flatten().copied().collect();
                prop_assert_eq!(answered.total.is_some(), !means.is_empty());
                if let (Some(total), Some(least), Some(most)) = (answered.total, means.iter().min(), means.iter().max()) {
                    prop_assert!((*least..=*most).contains(&total));
                }
            }
        }

        /// What a machine counted of any votes is a count that a person might have typed.
        #[test]
        fn every_count_of_votes_is_a_count(votes in votes(3)) {
            let voting = voting();
            for count in count(&voting, 3, &votes, &[]) {
                prop_assert_eq!(count.miscount(&voting, 3), None);
            }
        }
    }

    fn cast(class: usize, first: i64, number: usize) -> Vec<Vote> {
        let answers = vec![Some(first), None, None, None, None, None];
        vec![Vote { class, answers, comments: vec![String::new(); 3] }; number]
    }

    // proves: voting.class.weight
    // proves: voting.item.choice.points
    // proves: voting.item.pass
    // proves: voting.item.choice.favour
    #[test]
    fn classes_count_by_their_weights_and_are_rounded_once() {
        // 40 % of 100, 30 % of 80, 30 % of a mean of 60 and 0.
        let votes = [cast(0, 0, 3), cast(1, 1, 5), cast(2, 2, 2), cast(2, 3, 1)].concat();
        let first = &counted(&votes, [0; 3]).standings[0];
        assert_eq!(first.items[0].means, vec![Some(10_000), Some(8_000), Some(4_000)]);
        assert_eq!((first.items[0].total, first.score), (Some(7_600), Some(7_600)));
        assert_eq!(first.items[0].passed, Some(true));
        let thirds = [cast(0, 0, 1), cast(0, 1, 2), cast(1, 1, 3), cast(2, 1, 3)].concat();
        // 86.666… × 0.4 + 80 × 0.6 = 82.666…
        assert_eq!(counted(&thirds, [0; 3]).standings[0].items[0].total, Some(8_267));
    }

    // proves: voting.class.merges
    // proves: voting.least
    // proves: voting.quorum
    #[test]
    fn too_small_a_class_goes_where_its_definition_says_or_all_are_one() {
        let parts = |votes: &[Vote]| -> Vec<Vec<usize>> {
            counted(votes, [0; 3]).groups.into_iter().map(|it| it.classes).collect()
        };
        assert_eq!(parts(&[cast(0, 0, 3), cast(1, 0, 3), cast(2, 0, 3)].concat()), vec![vec![0], vec![1], vec![2]]);
        assert_eq!(parts(&[cast(0, 0, 3), cast(1, 0, 3), cast(2, 0, 2)].concat()), vec![vec![0], vec![1, 2]]);
        assert_eq!(parts(&[cast(0, 0, 3), cast(1, 0, 2), cast(2, 0, 3)].concat()), vec![vec![0, 1, 2]]);
        let two = counted(&cast(1, 0, 2), [0; 3]);
        assert!(!two.shown && two.standings[0].items.is_empty(), "two votes say nothing together");
        let absent = counted(&cast(1, 0, 5), [3, 3, 0]);
        assert!(!absent.quorum && !absent.shown && absent.standings[0].score.is_none());
    }

    #[test]
    fn all_who_abstain_give_no_score_and_nothing_passes() {
        let blank = Vote { class: 1, answers: vec![None; 6], comments: vec![String::new(); 3] };
        let outcome = counted(&vec![blank; 6], [0; 3]);
        assert!(outcome.shown);
        let first = &outcome.standings[0];
        assert_eq!((first.score, first.items[0].total, first.items[0].passed), (None, None, Some(false)));
    }

    #[test]
    fn a_count_by_hand_that_cannot_be_is_told() {
        let voting = voting();
        let right = Count { papers: 5, ..Count::empty(&voting, 3) };
        assert_eq!(right.miscount(&voting, 3), None);
        let with = |change: fn(&mut Count)| {
            let mut count = right.clone();
            change(&mut count);
            count.miscount(&voting, 3)
        };
        assert_eq!(with(|it| it.invalid = 6), Some(Miscount::Number));
        assert_eq!(with(|it| it.cells[0][0] = -1), Some(Miscount::Number));
        assert_eq!(with(|it| it.cells[2] = vec![0, 3, 3, 0]), Some(Miscount::TooMany { candidate: 1, item: 0 }));
        assert_eq!(with(|it| it.cells[1] = vec![2, 201]), Some(Miscount::TooMany { candidate: 0, item: 1 }));
        assert_eq!(with(|it| it.cells.truncate(2)), Some(Miscount::Foreign));
        let many = with(|it| {
            it.cells[0][0] = 5;
            it.cells[2][0] = 1;
        });
        assert_eq!(many, Some(Miscount::OverLimit { item: 0, choice: 0 }));
    }
}
