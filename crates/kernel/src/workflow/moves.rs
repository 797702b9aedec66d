//! The office's everyday moves: 转办 to another hand, 加签, 催办, 抄送, 留言, 关联. Every mechanism has them; none changes a fact.
//!
//! Never changes the state: that is for the steps of the definition.

use std::collections::HashSet;

use super::seats::{Asked, Place, Way, places};
use super::{Attempt, Move, Party};
use crate::authority::Behalf;
use crate::catalog::{Mechanism, Step};
use crate::deadlines::Clock;
use crate::flow::{Added, Seat};
use crate::ids::{PersonId, RecordId, RoleId};
use crate::record::Record;
use crate::refusal::{Refusal, Spot};

/// 转办: the record goes to another person of the role that holds it.
pub const HAND: &str = "flow.handed";
/// 加签: a signer asks somebody more to sign.
pub const ADD: &str = "flow.added";
/// 催办: whoever has it is reminded.
pub const URGE: &str = "flow.urged";
/// 抄送: people and units are shown it.
pub const COPY: &str = "flow.copied";
/// 留言: somebody who sees it says something, and may call on others who see it.
pub const NOTE: &str = "flow.noted";
/// 关联: somebody who sees two records says that they belong together.
pub const TIE: &str = "flow.tied";
/// 解除关联: that was not so.
pub const UNTIE: &str = "flow.untied";
/// 撤回: the last step is taken back by whoever took it.
pub const RECALL: &str = "flow.recalled";
/// 交接: what a leaver had goes to another person.
pub const PASS_ON: &str = "flow.passed_on";

/// What each move is called.
pub fn name_of(step: &str) -> Option<&'static str> {
    Some(match step {
        HAND => "转办",
        ADD => "加签",
        URGE => "催办",
        COPY => "抄送",
        NOTE => "留言",
        TIE => "关联",
        UNTIE => "解除关联",
        RECALL => "撤回",
        PASS_ON => "交接",
        _ => return None,
    })
}

/// Does such an entry leave the record as it was, so that nobody at work on it is disturbed?
pub fn is_quiet(step: &str) -> bool {
    matches!(step, URGE | COPY | NOTE | TIE | UNTIE)
}

/// The most people whom signers may add to one round.
const MOST_ADDED: usize = 20;

/// The joint step that the record's state waits for.
pub fn joint_step<'a>(mechanism: &'a Mechanism, record: &Record) -> Option<&'a Step> {
    mechanism.steps.iter().find(|step| step.joint.is_some() && step.from.contains(&record.state))
}

/// The seats of the joint step under way.
pub fn table(mechanism: &Mechanism, record: &Record) -> Vec<Place> {
    joint_step(mechanism, record).map(|step| places(step, record)).unwrap_or_default()
}

/// Hands the record to another person who holds the role of its state over its unit.
pub fn hand(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    record: &Record,
    attempt: &Attempt<'_>,
    to: Option<PersonId>,
) -> Result<Move, Vec<Refusal>> {
    let way = may_hand(clock, mechanism, record, attempt).map_err(|refusal| vec![refusal])?;
    let mut refusals = Vec::new();
    let holder = record.holder.clone().into_iter().collect::<Vec<RoleId>>();
    let at = |code| Refusal::new(code).at(Spot::Field("person".into()));
    match to {
        None => refusals.push(at("hand.nobody")),
        Some(to) if record.flow.person == Some(to) => refusals.push(at("hand.same")),
        Some(to) => {
            let ord = attempt.tree.ord(record.unit);
            if !ord.is_some_and(|ord| attempt.tree.holds(to, &holder, ord, clock.today)) {
                refusals.push(at("hand.may_not"));
            }
        }
    }
    refusals.extend(said(attempt, HAND));
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut after = record.clone();
    after.flow.person = to;
    Ok(Move { told: to.into_iter().collect(), ..moved(after, HAND, way.role, way.behalf, attempt) })
}

/// May the actor hand it on? Whoever could take a step by the role that holds it.
pub fn may_hand(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    record: &Record,
    attempt: &Attempt<'_>,
) -> Result<Way, Refusal> {
    let Some(holder) = record.holder.clone().filter(|_| record.is_open()) else {
        return Err(Refusal::new("hand.not_held"));
    };
    let step = bare(HAND, holder);
    asked(clock, mechanism, record, attempt, &step).way()
}

/// Asks somebody more to sign, before the asker or after.
// enforces: step.may_add
pub fn add_signer(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    record: &Record,
    attempt: &Attempt<'_>,
    (who, before): (Option<PersonId>, bool),
) -> Result<Move, Vec<Refusal>> {
    let (step, way) = may_add(clock, mechanism, record, attempt).map_err(|refusal| vec![refusal])?;
    let table = places(step, record);
    let at = |code| vec![Refusal::new(code).at(Spot::Field("person".into()))];
    let who = who.ok_or_else(|| at("add.nobody"))?;
    let me = attempt.actor.person().ok_or_else(|| at("add.nobody"))?;
    let signed: HashSet<PersonId> = record.flow.signed().iter().flat_map(|it| it.people()).collect();
    let seated = table.iter().any(|place| place.seat == Seat::Person(who));
    if who == me || seated || signed.contains(&who) {
        return Err(at("add.there_already"));
    }
    if record.flow.added().len() >= MOST_ADDED {
        return Err(vec![Refusal::new("add.too_many").with("most", MOST_ADDED)]);
    }
    let beside = way.seat.unwrap_or(Seat::Anybody);
    let has_signed = signed.contains(&me);
    if before && has_signed {
        return Err(vec![Refusal::new("add.too_late")]);
    }
    let refusals = said(attempt, ADD);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut after = record.clone();
    after.flow.round_of(&step.id).added.push(Added { person: who, by: me, beside, before });
    Ok(Move { told: vec![who], ..moved(after, ADD, way.role, way.behalf, attempt) })
}

/// May the actor ask somebody more? Whoever is still to sign, whether or not it is their turn, and whoever signed.
pub fn may_add<'a>(
    clock: Clock<'_>,
    mechanism: &'a Mechanism,
    record: &Record,
    attempt: &Attempt<'_>,
) -> Result<(&'a Step, Way), Refusal> {
    let step = joint_step(mechanism, record).filter(|step| step.may_add);
    let step = step.ok_or_else(|| Refusal::new("add.not_here"))?;
    let me = attempt.actor.person();
    if let Some(own) = record.flow.signed().iter().find(|it| Some(it.person) == me) {
        return Ok((step, Way { role: None, behalf: None, seat: Some(own.seat) }));
    }
    let patient = Step { joint: None, ..step.clone() };
    let own = match step.of {
        Some(_) => asked(clock, mechanism, record, attempt, &patient).way(),
        None => asked(clock, mechanism, record, attempt, step).way(),
    };
    own.map(|way| (step, way))
        .map_err(|_| Refusal::not_yours("step.not_yours").with("step", name_of(ADD).unwrap_or("")))
}

/// Reminds whoever has it; `whom` are those people, and `again` says that the actor did so today already.
pub fn urge(record: &Record, attempt: &Attempt<'_>, whom: &[PersonId], again: bool) -> Result<Move, Vec<Refusal>> {
    let me = attempt.actor.person();
    let others: Vec<PersonId> = whom.iter().copied().filter(|id| Some(*id) != me).collect();
    if !record.is_open() || others.is_empty() {
        return Err(vec![Refusal::new("urge.nobody")]);
    }
    if again {
        return Err(vec![Refusal::new("urge.again")]);
    }
    let refusals = too_long(attempt);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(Move { told: others, ..moved(record.clone(), URGE, None, None, attempt) })
}

/// The most parties that one copy goes to.
const MOST_COPIES: usize = 50;

/// Shows it to people and units.
pub fn copy(record: &Record, attempt: &Attempt<'_>, to: Vec<Party>) -> Result<Move, Vec<Refusal>> {
    let mut refusals = too_long(attempt);
    if to.is_empty() {
        refusals.push(Refusal::new("copy.nobody").at(Spot::Field("people".into())));
    }
    if to.len() > MOST_COPIES {
        refusals.push(Refusal::new("copy.too_many").with("most", MOST_COPIES).at(Spot::Field("people".into())));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(Move { copies: to, ..moved(record.clone(), COPY, None, None, attempt) })
}

/// The most people that one remark calls on.
pub const MOST_CALLED: usize = 20;

/// Says something about it, to those who are called on by name; `blind` are those of them who do not see the record.
pub fn note(
    record: &Record,
    attempt: &Attempt<'_>,
    called: Vec<PersonId>,
    blind: Vec<String>,
) -> Result<Move, Vec<Refusal>> {
    let mut refusals = too_long(attempt);
    if attempt.reason.as_deref().unwrap_or("").trim().is_empty() {
        refusals.push(Refusal::new("note.nothing").at(Spot::Field("words".into())));
    }
    if called.len() > MOST_CALLED {
        refusals.push(Refusal::new("note.too_many").with("most", MOST_CALLED).at(Spot::Field("people".into())));
    }
    if !blind.is_empty() {
        refusals.push(Refusal::new("note.blind").with("people", blind.join("、")).at(Spot::Field("people".into())));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let me = attempt.actor.person();
    let told = called.into_iter().filter(|it| Some(*it) != me).collect();
    Ok(Move { told, ..moved(record.clone(), NOTE, None, None, attempt) })
}

/// Says that a record and another belong together, or that they do not; `tied` says whether they do.
pub fn tie(record: &Record, attempt: &Attempt<'_>, other: RecordId, tied: bool) -> Result<Move, Vec<Refusal>> {
    let at = |code| Refusal::new(code).at(Spot::Field("record".into()));
    let is_untying = attempt.step.as_str() == UNTIE;
    let mut refusals = if is_untying { said(attempt, UNTIE) } else { too_long(attempt) };
    refusals.extend(match () {
        () if other == record.id => Some(at("tie.itself")),
        () if tied && !is_untying => Some(at("tie.there")),
        () if !tied && is_untying => Some(at("tie.not_there")),
        () => None,
    });
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(Move { tied: Some(other), ..moved(record.clone(), attempt.step.as_str(), None, None, attempt) })
}

/// What a leaver had goes to another: the record in their hands, and what they were asked to sign.
/// The one who arranges it was found to be allowed to before; nothing of it is a signature.
pub fn pass_on(record: &Record, attempt: &Attempt<'_>, from: PersonId, to: PersonId) -> Option<Move> {
    let mut after = record.clone();
    if after.flow.person == Some(from) {
        after.flow.person = Some(to);
    }
    let signed: HashSet<PersonId> = record.flow.signed().iter().flat_map(|it| it.people()).collect();
    if let Some(round) = &mut after.flow.round {
        let seated = round.added.iter().any(|it| it.person == to) || signed.contains(&to);
        for added in round.added.iter_mut().filter(|it| it.person == from && !signed.contains(&from) && !seated) {
            added.person = to;
        }
    }
    (after.flow != record.flow).then(|| Move { told: vec![to], ..moved(after, PASS_ON, None, None, attempt) })
}

/// A step that any holder of the role could take, for asking who may.
fn bare(id: &str, holder: RoleId) -> Step {
    Step {
        id: id.into(),
        name: name_of(id).unwrap_or("").to_owned(),
        who: vec![holder],
        from: Vec::new(),
        to: None,
        by_clock: false,
        needs: Vec::new(),
        asks: Vec::new(),
        when: None,
        opinion: false,
        reason: true,
        paper: None,
        opens: None,
        batch: false,
        apart: Vec::new(),
        because: None,
        of: None,
        joint: None,
        may_add: false,
        recall: false,
        copies: None,
        draws: Vec::new(),
        sets: Vec::new(),
        brings: Vec::new(),
        leads: Vec::new(),
        led: false,
    }
}

fn asked<'a>(
    clock: Clock<'_>,
    mechanism: &'a Mechanism,
    record: &'a Record,
    attempt: &'a Attempt<'_>,
    step: &'a Step,
) -> Asked<'a> {
    Asked { mechanism, record, step, actor: attempt.actor, tree: attempt.tree, past: &[], today: clock.today }
}

fn said(attempt: &Attempt<'_>, step: &str) -> Vec<Refusal> {
    let is_empty = attempt.reason.as_deref().unwrap_or("").trim().is_empty();
    let missing = || Refusal::new("step.reason_missing").with("step", name_of(step).unwrap_or("")).at(Spot::Reason);
    if is_empty { vec![missing()] } else { too_long(attempt) }
}

fn too_long(attempt: &Attempt<'_>) -> Vec<Refusal> {
    let length = attempt.reason.as_deref().unwrap_or("").chars().count();
    if length <= super::LONGEST_OPINION {
        return Vec::new();
    }
    let refusal = Refusal::new("step.words_too_long").with("most", super::LONGEST_OPINION).with("length", length);
    vec![refusal.at(Spot::Reason)]
}

fn moved(after: Record, step: &str, role: Option<RoleId>, behalf: Option<Behalf>, attempt: &Attempt<'_>) -> Move {
    let name = name_of(step).unwrap_or("");
    let plain = super::by_clock::by_clock(after, step, name, Vec::new(), None, None);
    Move { role, behalf, reason: attempt.reason.clone(), ..plain }
}
