//! What always holds in a round: at each stage in = passed + failed + returned + withdrawn + open, no stage is skipped, and
//! nothing passes that its reviewers did not pass.

use kernel::catalog::Mechanism;
use kernel::ids::{PersonId, RecordId};
use kernel::kinds::round::ruling::{self, Review, Ruling, Verdict};
use kernel::kinds::round::{self, Entry, Outcome};
use kernel::record::Record;
use kernel::value::Value;
use proptest::prelude::*;
use uuid::Uuid;

use crate::office::{Office, attempt, day, holder, unit};

/// What somebody wants: which entry, which step (or a review), by whom, what they say.
fn wishes() -> impl Strategy<Value = Vec<(usize, usize, u128, usize)>> {
    proptest::collection::vec((0_usize..4, 0_usize..30, 0_u128..3, 0_usize..5), 1..160)
}

fn begun(office: &Office, mechanism: &Mechanism, at: usize) -> Record {
    let number = |number: i64| Some(Value::Whole(number));
    let filled = vec![
        ("title".into(), Some(Value::Text(format!("第{at}党群服务中心")))),
        ("unit".into(), Some(Value::Unit(unit(1)))),
        ("round".into(), Some(Value::Record(RecordId(Uuid::from_u128(99))))),
        ("area".into(), number(300)),
        ("staff".into(), number(3)),
        ("hours".into(), number(50)),
        ("case_for".into(), Some(Value::Text("全部开放。".to_owned()))),
    ];
    let actor = holder("unit_liaison");
    let start = mechanism.start().id.clone();
    let id = RecordId(Uuid::from_u128(1000 + at as u128));
    kernel::workflow::start(office.clock("2026-03-03"), mechanism, id, attempt(&actor, &start, filled))
        .expect("it begins")
        .after
}

/// An entry with its reviews, and how often it came into each stage.
struct Life {
    record: Record,
    reviews: Vec<(String, Review)>,
    came: Vec<i64>,
}

fn reviews_of(life: &Life, stage: &str) -> Vec<Review> {
    life.reviews.iter().filter(|it| it.0 == stage).map(|it| it.1.clone()).collect()
}

/// Somebody reviews the entry in the stage that it is in.
fn review(life: &mut Life, entry: &Entry, (who, says): (u128, usize)) {
    let Some(stage) = entry.stage_of(&life.record.state) else { return };
    let turn = stage.turn_of(&life.record.facts);
    let reviewer = PersonId(Uuid::from_u128(who));
    let score = stage.rule.scores().then_some(60 + 10 * says as i64);
    let verdict = Some(Verdict::ALL[says % 3].0);
    let said = Review { reviewer, turn, recused: says == 4, verdict, score };
    life.reviews.retain(|it| it.0 != stage.id || it.1.reviewer != reviewer || it.1.turn != turn);
    life.reviews.push((stage.id.clone(), said));
}

/// Takes a step if workflow and reviews allow it.
fn step(
    office: &Office,
    mechanism: &Mechanism,
    entry: &Entry,
    life: &mut Life,
    at: usize,
) -> Result<(), TestCaseError> {
    let step = &mechanism.steps[at];
    let actor = holder(step.who[0].as_str());
    let filled = step.needs.iter().map(|id| (id.clone(), Some(Value::Text("有人反映。".to_owned())))).collect();
    let attempt = kernel::workflow::Attempt {
        opinion: Some("同意。".to_owned()),
        reason: Some("见附件。".to_owned()),
        ..attempt(&actor, &step.id, filled)
    };
    let Ok(moved) = kernel::workflow::take(office.clock("2026-03-10"), mechanism, &life.record, attempt) else {
        return Ok(());
    };
    if let Some(stage) = entry.stage_of(&life.record.state) {
        let asked = ruling::asked(&reviews_of(life, &stage.id), stage.turn_of(&life.record.facts));
        let own = [Some(&stage.passes), Some(&stage.fails), stage.returns.as_ref()].contains(&Some(&step.id));
        if own && ruling::refuses(stage, &asked, &step.id).is_some() {
            return Ok(());
        }
        if stage.passes == step.id {
            // A verdict for which the stage has no step is left to whoever holds the round, like no verdict at all.
            let ruled = ruling::ruling(stage, &asked);
            let open = ruled == Ruling::Open || matches!(ruled, Ruling::Is(it) if it.step(stage).is_none());
            prop_assert!(asked.len() >= stage.each && asked.iter().all(|it| it.verdict.is_some()));
            prop_assert!(open || ruled == Ruling::Is(Verdict::Pass));
        }
    }
    for (stage, came) in entry.stages.iter().zip(&mut life.came) {
        *came += i64::from(moved.after.state == stage.state && life.record.state != stage.state);
    }
    life.record = moved.after;
    Ok(())
}

fn holds(entry: &Entry, lives: &[Life]) -> Result<(), TestCaseError> {
    let board = round::board(entry, lives.iter().map(|it| &it.record.facts));
    for (at, (stage, count)) in entry.stages.iter().zip(&board).enumerate() {
        prop_assert_eq!(count.came, count.by.iter().sum::<i64>());
        prop_assert_eq!(count.came, lives.iter().filter(|it| it.came[at] > 0).count() as i64);
        prop_assert_eq!(
            count.of(Outcome::Open),
            lives.iter().filter(|it| it.record.state == stage.state).count() as i64
        );
        if let Some(next) = board.get(at + 1) {
            prop_assert_eq!(next.came, count.of(Outcome::Passed), "who passed came into the next stage");
        }
    }
    for life in lives {
        for (stage, came) in entry.stages.iter().zip(&life.came) {
            prop_assert_eq!(stage.turn_of(&life.record.facts), *came);
        }
        let last = entry.stages.last().expect("there is a stage");
        if ["proposed", "disputed", "rated"].contains(&life.record.state.as_str()) {
            prop_assert_eq!(last.outcome(&life.record.facts), Some(Outcome::Passed));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_came_into_a_stage_is_what_became_of_it_and_nothing_skips_one(wishes in wishes()) {
        let office = Office::open();
        let mechanism = office.catalog.mechanism("star_entry").expect("it is shipped");
        let entry = mechanism.entry.as_ref().expect("it goes through stages");
        let mut lives: Vec<Life> = (0..4)
            .map(|at| Life { record: begun(office, mechanism, at), reviews: Vec::new(), came: vec![0; entry.stages.len()] })
            .collect();
        for (at, what, who, says) in wishes {
            match mechanism.steps.get(what).filter(|step| !step.from.is_empty()) {
                Some(_) => step(office, mechanism, entry, &mut lives[at], what)?,
                None => review(&mut lives[at], entry, (who, says)),
            }
            holds(entry, &lives)?;
        }
    }
}

#[test]
fn the_minute_decides_and_a_way_by_name_leads_on() {
    let office = Office::open();
    let mechanism = office.catalog.mechanism("star_round").expect("it is shipped");
    let call = mechanism.call.as_ref().expect("it calls");
    let mut round = begun(office, office.catalog.mechanism("star_entry").expect("it is shipped"), 0);
    let at = |hour: i64| (i64::from((day("2026-03-06") - day("1970-01-01")).get_days()) * 24 + hour - 8) * 3_600_000;
    round.state = call.takes.clone();
    round.facts.put(&call.opens, Some(Value::Moment(at(9))));
    round.facts.put(&call.closes, Some(Value::Moment(at(18))));
    round.facts.put(call.invites.as_ref().expect("it invites"), Some(Value::Units(vec![unit(1)])));
    let said = |round: &Record, now: i64, invited: bool| {
        let today = day(if now > at(24) { "2026-03-07" } else { "2026-03-06" });
        round::not_taken(call, round, (unit(1), now, today), None, |_| invited).map(|it| it.code.to_string())
    };
    assert_eq!(said(&round, at(18), true), None);
    assert_eq!(said(&round, at(18) + 1, true).as_deref(), Some("round.too_late"));
    assert_eq!(said(&round, at(9) - 1, true).as_deref(), Some("round.too_early"));
    assert_eq!(said(&round, at(10), false).as_deref(), Some("round.not_invited"));
    let mut row = kernel::value::Facts::default();
    row.put(&"unit".into(), Some(Value::Unit(unit(1))));
    row.put(&"until".into(), Some(Value::Day(day("2026-03-06"))));
    round.facts.put(call.late.as_ref().expect("it may be late"), Some(Value::Rows(vec![row])));
    assert_eq!(said(&round, at(23), true), None);
    assert_eq!(said(&round, at(25), true).as_deref(), Some("round.too_late"));
}
