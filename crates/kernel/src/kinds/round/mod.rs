//! 分段评审: who may apply until when, which stages does an entry go through, who judges it, and what follows?
//!
//! A round is a record that calls; its entries are records of another mechanism, each in one stage at a time. Reviewers'
//! decisions stand beside the entry ([`ruling`]); what a stage came to is a field of the entry that no one types.
//! Never a stage that is skipped, and never an entry that its own people review.

pub(crate) mod nodes;
pub mod ruling;
pub mod sharing;

use jiff::civil::Date;

use crate::catalog::Mechanism;
use crate::facts;
use crate::gathering;
use crate::ids::{FieldId, MechanismId, RoleId, StateId, StepId, UnitId};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::value::{Facts, Value};

/// The words for how a stage is decided.
pub(crate) const RULES: &[&str] = &["all", "majority", "score", "places"];
/// The most reviewers of an entry.
pub const MOST_REVIEWERS: i64 = 15;
/// The most points of an item.
pub const MOST_POINTS: i64 = 1_000;
/// The most entries of a round.
pub const MOST_ENTRIES: usize = 5_000;

/// Who may apply, when, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The mechanism of the entries.
    pub entry: MechanismId,
    /// Who holds the round.
    pub who: Vec<RoleId>,
    /// The state in which entries are taken.
    pub takes: StateId,
    /// The moment from which on.
    pub opens: FieldId,
    /// The moment after which no more.
    pub closes: FieldId,
    /// The table of those who may be late.
    pub late: Option<FieldId>,
    /// The units that may apply.
    pub invites: Option<FieldId>,
    /// The number of places.
    pub places: Option<FieldId>,
    /// The step that writes the list down.
    pub announce: Option<StepId>,
    /// The states of the entries on it.
    pub lists: Vec<StateId>,
    /// Its table.
    pub result: Option<FieldId>,
}

/// What an entry goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The field that names its round.
    pub round: FieldId,
    /// The stages in their order.
    pub stages: Vec<Stage>,
    /// Steps that wait for a state of the round.
    pub during: Vec<During>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The state of the entries that are in it.
    pub state: StateId,
    /// The state of entries that were returned.
    pub back: Option<StateId>,
    /// The state of the round in which it is judged.
    pub during: StateId,
    /// Who may review.
    pub who: Vec<RoleId>,
    /// How many reviewers an entry has.
    pub each: usize,
    /// How it is decided.
    pub rule: Rule,
    /// The field whose value tells apart those who are ranked by themselves, and its name.
    pub within: Option<(FieldId, String)>,
    /// The step of those who pass.
    pub passes: StepId,
    /// The step of those who fail.
    pub fails: StepId,
    /// The step of those who are returned.
    pub returns: Option<StepId>,
    /// The field that says what it came to.
    pub result: FieldId,
    /// The field that keeps the mean score.
    pub score: Option<FieldId>,
    /// The field that says how often it was entered.
    pub turn: FieldId,
    /// What is scored.
    pub items: Vec<Item>,
}

/// How a stage is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// All reviewers pass it.
    All,
    /// More than half of them.
    Majority,
    /// The mean score reaches the line.
    Score(i64),
    /// The best so many, by the mean score.
    Places,
}

impl Rule {
    /// Are scores given?
    pub fn scores(self) -> bool {
        matches!(self, Self::Score(_) | Self::Places)
    }

    /// As people read it.
    pub fn words(self) -> String {
        match self {
            Self::All => "评审人全部通过才通过".to_owned(),
            Self::Majority => "过半数评审人通过才通过".to_owned(),
            Self::Score(line) => format!("平均分达到{line}分通过"),
            Self::Places => "按平均分从高到低取到名额为止".to_owned(),
        }
    }
}

/// What is scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its points.
    pub most: i64,
}

/// Steps that wait for a state of the round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct During {
    /// The states.
    pub states: Vec<StateId>,
    /// The steps.
    pub steps: Vec<StepId>,
}

/// What a stage came to for an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It did not.
    Failed,
    /// It was returned and has not come back.
    Returned,
    /// It was withdrawn.
    Withdrawn,
    /// It is being judged.
    Open,
}

impl Outcome {
    /// All, each with its id in a list and its name.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Passed, "passed", "通过"),
        (Self::Failed, "failed", "未通过"),
        (Self::Returned, "returned", "退回"),
        (Self::Withdrawn, "withdrawn", "撤回"),
        (Self::Open, "open", "在评"),
    ];

    /// Its id in a list.
    pub fn id(self) -> &'static str {
        Self::ALL.into_iter().find(|it| it.0 == self).map_or("open", |it| it.1)
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|it| it.0 == self).map_or("在评", |it| it.2)
    }

    /// The outcome of this id.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.1 == id).map(|it| it.0)
    }
}

impl Entry {
    /// The stage of this id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|it| it.id == id)
    }

    /// The stage that an entry of this state is in.
    pub fn stage_of(&self, state: &StateId) -> Option<&Stage> {
        self.stages.iter().find(|it| it.state == *state)
    }
}

impl Stage {
    /// What it came to for an entry; nothing if the entry was never in it.
    pub fn outcome(&self, facts: &Facts) -> Option<Outcome> {
        match facts.find(self.result.as_str()) {
            Some(Value::Choice(id)) => Outcome::of(id),
            _ => None,
        }
    }

    /// How often an entry came into it.
    pub fn turn_of(&self, facts: &Facts) -> i64 {
        match facts.find(self.turn.as_str()) {
            Some(Value::Whole(turn)) => *turn,
            _ => 0,
        }
    }

    /// Among which entries an entry is ranked: those of the same name here.
    // enforces: entry.stage.within
    pub fn rank_among(&self, facts: &Facts) -> String {
        let value = self.within.as_ref().and_then(|(field, _)| facts.find(field.as_str()));
        value.map(|it| facts::value_to_json(it).to_string()).unwrap_or_default()
    }

    /// How it is decided, as people read it.
    pub fn words(&self) -> String {
        match &self.within {
            Some((_, name)) => format!("同一个{name}的{}", self.rule.words()),
            None => self.rule.words(),
        }
    }

    /// The most points.
    pub fn most(&self) -> i64 {
        self.items.iter().map(|it| it.most).sum()
    }
}

/// Notes in an entry what a step means to its stages.
// enforces: entry.stage.result
// enforces: entry.stage.turn
pub(crate) fn note(mechanism: &Mechanism, was: Option<&StateId>, after: &mut Record, step: &StepId) {
    let Some(entry) = &mechanism.entry else { return };
    for stage in &entry.stages {
        let left = |state: &StateId| was == Some(state) && after.state != *state;
        let returned = stage.back.as_ref();
        let outcome = match was {
            _ if after.state == stage.state && was != Some(&stage.state) => Some(Outcome::Open),
            Some(_) if left(&stage.state) => Some(outcome_of(stage, step)),
            Some(_) if returned.is_some_and(left) => Some(outcome_of(stage, step)),
            _ => None,
        };
        let Some(outcome) = outcome else { continue };
        if outcome == Outcome::Open {
            let turn = stage.turn_of(&after.facts) + 1;
            after.facts.put(&stage.turn, Some(Value::Whole(turn)));
        }
        after.facts.put(&stage.result, Some(Value::Choice(outcome.id().to_owned())));
    }
}

fn outcome_of(stage: &Stage, step: &StepId) -> Outcome {
    match step {
        step if *step == stage.passes => Outcome::Passed,
        step if *step == stage.fails => Outcome::Failed,
        step if stage.returns.as_ref() == Some(step) => Outcome::Returned,
        _ => Outcome::Withdrawn,
    }
}

/// A stage on the board: how many came in, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those who ever came in.
    pub came: i64,
    /// By outcome, in the order of [`Outcome::ALL`].
    pub by: [i64; 5],
}

impl Count {
    /// How many of an outcome.
    pub fn of(&self, outcome: Outcome) -> i64 {
        Outcome::ALL.iter().position(|it| it.0 == outcome).map_or(0, |at| self.by[at])
    }
}

/// What became of entries, stage by stage.
pub fn board<'a>(entry: &Entry, entries: impl Iterator<Item = &'a Facts>) -> Vec<Count> {
    let mut counts = vec![Count::default(); entry.stages.len()];
    for facts in entries {
        for (stage, count) in entry.stages.iter().zip(&mut counts) {
            let Some(outcome) = stage.outcome(facts) else { continue };
            count.came += 1;
            let at = Outcome::ALL.iter().position(|it| it.0 == outcome).unwrap_or(0);
            count.by[at] += 1;
        }
    }
    counts
}

/// Why an application is not taken now; nothing if it is. `below` tells whether the applicant's unit is one of these or
/// lies below one.
// enforces: call.takes
// enforces: call.opens
// enforces: call.closes
// enforces: call.late
// enforces: call.invites
pub fn not_taken(
    call: &Call,
    round: &Record,
    (unit, now, today): (UnitId, i64, Date),
    first: Option<&Stage>,
    below: impl Fn(&[UnitId]) -> bool,
) -> Option<Refusal> {
    let moment = |field: &FieldId| match round.facts.find(field.as_str()) {
        Some(Value::Moment(at)) => Some(*at),
        _ => None,
    };
    let invited = call.invites.as_ref().map(|field| match round.facts.find(field.as_str()) {
        Some(Value::Units(units)) => units.clone(),
        Some(Value::Unit(unit)) => vec![*unit],
        _ => Vec::new(),
    });
    if invited.is_some_and(|units| !below(&units)) {
        return Some(Refusal::new("round.not_invited").with("round", &round.title));
    }
    let is_in_time = round.state == call.takes || first.is_some_and(|it| it.during == round.state);
    if is_in_time && may_be_late(call, round, unit, today) {
        return None;
    }
    let closes = moment(&call.closes);
    if round.state != call.takes || closes.is_some_and(|at| now > at) {
        let at = closes.map(crate::template::moment).unwrap_or_default();
        let code = if closes.is_none_or(|at| now <= at) { "round.not_calling" } else { "round.too_late" };
        return Some(Refusal::new(code).with("round", &round.title).with("at", at));
    }
    let early = moment(&call.opens).filter(|at| now < *at)?;
    Some(Refusal::new("round.too_early").with("round", &round.title).with("at", crate::template::moment(early)))
}

/// The columns of the table of those who may be late.
pub(crate) const LATE: [&str; 3] = ["unit", "until", "reason"];

fn may_be_late(call: &Call, round: &Record, unit: UnitId, today: Date) -> bool {
    let Some(Value::Rows(rows)) = call.late.as_ref().and_then(|late| round.facts.find(late.as_str())) else {
        return false;
    };
    let fits = |row: &Facts| {
        let until = matches!(row.find(LATE[1]), Some(Value::Day(until)) if today <= *until);
        until && row.find(LATE[0]) == Some(&Value::Unit(unit))
    };
    rows.iter().any(fits)
}

/// Is a stage judged now, or can the round still come to where it is?
pub fn is_ahead(round: &Mechanism, from: &StateId, stage: &Stage) -> bool {
    let (mut seen, mut next) = (Vec::new(), vec![from]);
    while let Some(state) = next.pop() {
        if *state == stage.during {
            return true;
        }
        if !seen.contains(&state) {
            seen.push(state);
            next.extend(round.steps.iter().filter(|it| it.from.contains(state)).filter_map(|it| it.to.as_ref()));
        }
    }
    false
}

/// Writes the list down: a row for each entry, with its fields of the same ids.
// enforces: call.announce
// enforces: call.lists
// enforces: call.result
pub fn announce<'a>(
    mechanism: &Mechanism,
    after: &mut Record,
    entries: impl Iterator<Item = (&'a Record, Vec<(FieldId, Value)>)>,
) {
    let Some(call) = &mechanism.call else { return };
    let Some(child) = call.result.as_ref().and_then(|id| mechanism.child(id.as_str())) else { return };
    let listed = entries.filter(|(entry, _)| call.lists.contains(&entry.state));
    gathering::write(child, after, listed);
}
