//! What do the reviewers' decisions come to? The rule of a stage over one entry, and over all where places are few.
//!
//! Never a conclusion while somebody who is asked has not decided, and never one that the rule leaves open.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Rule, Stage};
use crate::ids::{PersonId, RecordId, StepId};
use crate::refusal::Refusal;

/// What a reviewer says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It passes; where scores are given, they are given.
    Pass,
    /// It does not.
    Fail,
    /// It has to be mended first.
    Return,
}

impl Verdict {
    /// All, each with its id and its name.
    pub const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::Pass, "pass", "通过"), (Self::Fail, "fail", "不通过"), (Self::Return, "return", "退回补正")];

    /// Its id.
    pub fn id(self) -> &'static str {
        Self::ALL.into_iter().find(|it| it.0 == self).map_or("pass", |it| it.1)
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|it| it.0 == self).map_or("通过", |it| it.2)
    }

    /// The verdict of this id.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.1 == id).map(|it| it.0)
    }

    /// The step of a stage that it leads to.
    pub fn step(self, stage: &Stage) -> Option<&StepId> {
        match self {
            Self::Pass => Some(&stage.passes),
            Self::Fail => Some(&stage.fails),
            Self::Return => stage.returns.as_ref(),
        }
    }
}

/// What stands of a reviewer and an entry, in one turn of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who.
    pub reviewer: PersonId,
    /// In which turn.
    pub turn: i64,
    /// Do they keep out of it?
    pub recused: bool,
    /// What they said.
    pub verdict: Option<Verdict>,
    /// The points they gave.
    pub score: Option<i64>,
}

/// The reviews of the turn that is on: the last one of everybody, and what they said in an earlier turn is no answer in
/// this one.
pub fn asked(reviews: &[Review], turn: i64) -> Vec<Review> {
    let mut last: Vec<Review> = Vec::new();
    for review in reviews {
        match last.iter_mut().find(|it| it.reviewer == review.reviewer) {
            Some(known) if known.turn > review.turn => {}
            Some(known) => *known = review.clone(),
            None => last.push(review.clone()),
        }
    }
    last.retain(|it| !it.recused);
    for review in last.iter_mut().filter(|it| it.turn != turn) {
        (review.turn, review.verdict, review.score) = (turn, None, None);
    }
    last
}

/// What the decisions come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Too few are asked: so many are, of so many.
    Unassigned(usize, usize),
    /// So many have not decided.
    Waiting(usize),
    /// The rule says so.
    Is(Verdict),
    /// The mean score decides among all: the points and by how many they were given.
    Ranked(i64, i64),
    /// The rule leaves it to whoever holds the round.
    Open,
}

/// What the decisions about an entry come to.
// enforces: entry.stage.rule
// enforces: entry.stage.line
// enforces: entry.stage.each
pub fn ruling(stage: &Stage, asked: &[Review]) -> Ruling {
    if asked.len() < stage.each {
        return Ruling::Unassigned(asked.len(), stage.each);
    }
    let waiting = asked.iter().filter(|it| it.verdict.is_none()).count();
    if waiting > 0 {
        return Ruling::Waiting(waiting);
    }
    let count = |verdict: Verdict| asked.iter().filter(|it| it.verdict == Some(verdict)).count();
    let most = |verdict: Verdict| count(verdict) * 2 > asked.len();
    let (points, by) = points(asked);
    match stage.rule {
        Rule::All if count(Verdict::Fail) > 0 => Ruling::Is(Verdict::Fail),
        Rule::All if count(Verdict::Return) > 0 => Ruling::Is(Verdict::Return),
        Rule::All => Ruling::Is(Verdict::Pass),
        _ if most(Verdict::Return) => Ruling::Is(Verdict::Return),
        Rule::Majority if most(Verdict::Pass) => Ruling::Is(Verdict::Pass),
        Rule::Majority if most(Verdict::Fail) => Ruling::Is(Verdict::Fail),
        Rule::Majority => Ruling::Open,
        _ if by < asked.len() as i64 => Ruling::Open,
        Rule::Score(line) if points >= line * by => Ruling::Is(Verdict::Pass),
        Rule::Score(_) => Ruling::Is(Verdict::Fail),
        Rule::Places => Ruling::Ranked(points, by),
    }
}

fn points(asked: &[Review]) -> (i64, i64) {
    let given: Vec<i64> = asked.iter().filter_map(|it| it.score).collect();
    (given.iter().sum(), given.len() as i64)
}

/// The mean of the points that were given, to two places.
// enforces: entry.stage.score
pub fn mean(asked: &[Review]) -> Option<Decimal> {
    let (points, by) = points(asked);
    (by > 0).then(|| Decimal::new((points * 200 + by) / (by * 2), 2))
}

/// Why a step that ends a stage may not be taken by hand; nothing if it may.
pub fn refuses(stage: &Stage, asked: &[Review], step: &StepId) -> Option<Refusal> {
    match ruling(stage, asked) {
        Ruling::Unassigned(has, wants) => {
            Some(Refusal::new("round.unassigned").with("stage", &stage.name).with("has", has).with("wants", wants))
        }
        Ruling::Waiting(count) => Some(Refusal::new("round.waiting").with("stage", &stage.name).with("count", count)),
        Ruling::Is(verdict) if verdict.step(stage) == Some(step) => None,
        Ruling::Is(verdict) if verdict.step(stage).is_some() => {
            Some(Refusal::new("round.ruled").with("stage", &stage.name).with("verdict", verdict.name()))
        }
        Ruling::Ranked(..) => Some(Refusal::new("round.by_rank").with("stage", &stage.name)),
        Ruling::Is(_) | Ruling::Open => None,
    }
}

/// Who is in, who is out, and between whom the points do not decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranking {
    /// They have a place.
    pub passed: Vec<RecordId>,
    /// Equals at a last place, and how many places are among them.
    pub ties: Vec<(Vec<RecordId>, usize)>,
    /// They have none.
    pub failed: Vec<RecordId>,
}

/// An entry with its points and by how many they were given.
type Scored = (RecordId, (i64, i64));

/// An entry that is ranked: which, among whom, and its points.
pub type Ranked = (RecordId, String, (i64, i64));

/// The best so many among each, where some have passed before.
pub fn rankings<'a>(places: usize, before: impl Iterator<Item = String>, entries: &'a [Ranked]) -> Ranking {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    before.for_each(|among| *taken.entry(among).or_default() += 1);
    let mut groups: BTreeMap<&'a str, Vec<Scored>> = BTreeMap::new();
    for (id, among, points) in entries {
        groups.entry(among).or_default().push((*id, *points));
    }
    let mut all = Ranking::default();
    for (among, entries) in groups {
        let left = places.saturating_sub(taken.get(among).copied().unwrap_or(0));
        let Ranking { passed, ties, failed } = ranking(left, &entries);
        all.passed.extend(passed);
        all.ties.extend(ties);
        all.failed.extend(failed);
    }
    all
}

/// The best so many.
fn ranking(places: usize, entries: &[Scored]) -> Ranking {
    // A mean over others is compared without dividing.
    let above = |a: &(i64, i64), b: &(i64, i64)| (b.0 * a.1).cmp(&(a.0 * b.1));
    let mut all: Vec<_> = entries.to_vec();
    all.sort_by(|a, b| above(&a.1, &b.1).then(a.0.cmp(&b.0)));
    let mut ranking = Ranking::default();
    let Some(last) = places.checked_sub(1).and_then(|at| all.get(at)) else {
        let side = if places == 0 { &mut ranking.failed } else { &mut ranking.passed };
        side.extend(all.iter().map(|it| it.0));
        return ranking;
    };
    let line = last.1;
    let of = |wanted: std::cmp::Ordering| -> Vec<RecordId> {
        all.iter().filter(|it| above(&it.1, &line) == wanted).map(|it| it.0).collect()
    };
    ranking.passed = of(std::cmp::Ordering::Less);
    ranking.failed = of(std::cmp::Ordering::Greater);
    let level = of(std::cmp::Ordering::Equal);
    let left = places - ranking.passed.len();
    if level.len() <= left {
        ranking.passed.extend(level);
    } else {
        ranking.ties.push((level, left));
    }
    ranking
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::StateId;

    fn stage(rule: Rule) -> Stage {
        Stage {
            id: "first".to_owned(),
            name: "初检".to_owned(),
            state: StateId::from("first"),
            back: None,
            during: StateId::from("first"),
            who: Vec::new(),
            each: 2,
            rule,
            within: None,
            passes: "pass".into(),
            fails: "fail".into(),
            returns: Some("return".into()),
            result: "result".into(),
            score: None,
            turn: "turn".into(),
            items: Vec::new(),
        }
    }

    fn said(says: &str) -> Vec<Review> {
        let of = |(at, word): (usize, &str)| {
            let score = word.parse().ok();
            let verdict = score.map_or_else(|| Verdict::of(word), |_| Some(Verdict::Pass));
            let reviewer = PersonId(uuid::Uuid::from_u128(at as u128));
            Review { reviewer, turn: 1, recused: false, verdict, score }
        };
        says.split_whitespace().enumerate().map(of).collect()
    }

    #[test]
    fn each_rule_says_what_it_says() {
        use Verdict::{Fail, Pass, Return};
        let is = |rule: Rule, says: &str| ruling(&stage(rule), &said(says));
        assert_eq!(is(Rule::All, "pass"), Ruling::Unassigned(1, 2));
        assert_eq!(is(Rule::All, "pass -"), Ruling::Waiting(1));
        assert_eq!(is(Rule::All, "pass pass"), Ruling::Is(Pass));
        assert_eq!(is(Rule::All, "pass return"), Ruling::Is(Return));
        assert_eq!(is(Rule::All, "fail return"), Ruling::Is(Fail));
        assert_eq!(is(Rule::Majority, "pass fail"), Ruling::Open);
        assert_eq!(is(Rule::Majority, "pass pass return"), Ruling::Is(Pass));
        assert_eq!(is(Rule::Majority, "fail fail pass"), Ruling::Is(Fail));
        assert_eq!(is(Rule::Score(80), "79 81"), Ruling::Is(Pass));
        assert_eq!(is(Rule::Score(80), "79 80"), Ruling::Is(Fail));
        assert_eq!(is(Rule::Score(80), "return return 99"), Ruling::Is(Return));
        assert_eq!(is(Rule::Score(80), "return 99"), Ruling::Open);
        assert_eq!(is(Rule::Places, "90 91"), Ruling::Ranked(181, 2));
        assert_eq!(mean(&said("90 91 91")), Some(Decimal::new(9067, 2)));
    }

    #[test]
    fn what_was_said_in_an_earlier_turn_is_no_answer_in_this_one() {
        let mut reviews = said("pass pass");
        reviews.push(Review { turn: 2, ..reviews[0].clone() });
        let now = asked(&reviews, 2);
        assert_eq!(ruling(&stage(Rule::All), &now), Ruling::Waiting(1));
        reviews[1].recused = true;
        assert_eq!(ruling(&stage(Rule::All), &asked(&reviews, 2)), Ruling::Unassigned(1, 2));
    }

    #[test]
    fn the_last_place_is_left_open_between_equals() {
        let id = |at: u128| RecordId(uuid::Uuid::from_u128(at));
        let entries = [(id(1), (180, 2)), (id(2), (270, 3)), (id(3), (190, 2)), (id(4), (100, 2))];
        let ranking = ranking(2, &entries);
        assert_eq!((ranking.passed, ranking.ties), (vec![id(3)], vec![(vec![id(1), id(2)], 1)]));
        assert_eq!(ranking.failed, vec![id(4)]);
        assert_eq!(super::ranking(3, &entries).passed.len(), 3);
        assert_eq!(super::ranking(9, &entries).passed.len(), 4);
        assert_eq!(super::ranking(0, &entries).failed.len(), 4);
    }

    #[test]
    fn each_group_has_places_of_its_own() {
        let id = |at: u128| RecordId(uuid::Uuid::from_u128(at));
        let of = |at: u128, among: &str, points: i64| (id(at), among.to_owned(), (points, 1));
        let entries = [of(1, "a", 80), of(2, "a", 90), of(3, "b", 10), of(4, "c", 50), of(5, "c", 50), of(6, "d", 99)];
        let ranking = rankings(1, ["d".to_owned()].into_iter(), &entries);
        assert_eq!((ranking.passed, ranking.failed), (vec![id(2), id(3)], vec![id(1), id(6)]));
        assert_eq!(ranking.ties, vec![(vec![id(4), id(5)], 1)]);
    }
}
