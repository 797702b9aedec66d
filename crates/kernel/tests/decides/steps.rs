//! Steps: who may take them, when, with what, and what they leave behind.

use kernel::authority::{Actor, Taken};
use kernel::ids::{FieldId, PersonId, RecordId, StepId};
use kernel::refusal::RefusalKind;
use kernel::value::Value;
use kernel::workflow;
use uuid::Uuid;

use crate::office::{Office, attempt, codes, day, fact, holder, person, text, unit};

// proves: step.from
#[test]
fn a_step_is_refused_in_a_state_that_it_does_not_leave() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    assert_eq!(codes(office.takes(&task, "accept", "unit_liaison", "2026-01-07", vec![])), ["step.not_open"]);
}

// proves: step.who
#[test]
fn a_step_is_not_for_people_of_other_roles_or_other_units() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    let refused = office.takes(&task, "issue", "unit_head", "2026-01-07", vec![]).expect_err("a head issues nothing");
    assert_eq!(refused[0].kind, RefusalKind::NotYours);
    let elsewhere = kernel::record::Record { unit: unit(9), ..task };
    assert_eq!(codes(office.takes(&elsewhere, "issue", "supervisor", "2026-01-07", vec![])), ["step.not_yours"]);
}

// proves: step.clock
#[test]
fn the_clock_opens_what_is_marked_for_it_and_nothing_else() {
    let office = Office::open();
    let start = |mechanism: &kernel::catalog::Mechanism| {
        let step = mechanism.start().id.clone();
        let filled = vec![
            (FieldId::from("title"), Some(text("督办"))),
            (FieldId::from("unit"), Some(Value::Unit(unit(1)))),
            (FieldId::from("demand"), Some(text("请答复。"))),
            (FieldId::from("source"), Some(Value::Choice("superior".to_owned()))),
            (FieldId::from("due_on"), Some(Value::Day(day("2026-03-31")))),
        ];
        let id = RecordId(Uuid::from_u128(8));
        workflow::start(office.clock("2026-01-06"), mechanism, id, attempt(&Actor::Clock, &step, filled))
    };
    assert!(start(office.orders()).is_ok());
    assert_eq!(codes(start(office.tasks())), ["step.not_yours"]);
}

// proves: step.apart
#[test]
fn nobody_closes_what_they_submitted() {
    let office = Office::open();
    let task = office.submitted(&office.underway("2026-01-06", "2026-03-31"), "2026-03-02");
    let (step, officer) = (StepId::from("close"), person(77, "supervisor"));
    let mut trial = attempt(&officer, &step, vec![]);
    trial.opinion = Some("属实。".to_owned());
    let past = [Taken { step: StepId::from("submit"), by: Some(PersonId(Uuid::from_u128(77))), behalf: None }];
    trial.past = &past;
    let result = workflow::take(office.clock("2026-03-03"), office.tasks(), &task, trial);
    assert_eq!(codes(result), ["step.same_person"]);
}

// proves: step.needs
// proves: field.required
#[test]
fn what_is_needed_is_asked_for_all_at_once() {
    let office = Office::open();
    let task = office.underway("2026-01-06", "2026-03-31");
    let empty = office.takes(
        &kernel::record::Record { facts: Default::default(), ..task },
        "report",
        "unit_liaison",
        "2026-02-02",
        vec![],
    );
    assert_eq!(codes(empty), ["field.missing", "field.missing"]);
    let (step, officer) = (StepId::from("draft"), holder("supervisor"));
    let filled = vec![(FieldId::from("unit"), Some(Value::Unit(unit(1))))];
    let id = RecordId(Uuid::from_u128(8));
    let bare = workflow::start(office.clock("2026-01-06"), office.tasks(), id, attempt(&officer, &step, filled));
    assert_eq!(codes(bare), ["field.missing", "field.missing", "field.missing"]);
}

// proves: step.when
// proves: step.else
#[test]
fn a_guard_speaks_in_the_definitions_own_words() {
    let office = Office::open();
    let task = office.underway("2026-01-06", "2026-03-31");
    let evidence = vec![("evidence", Value::Files(vec![kernel::ids::FileId(Uuid::from_u128(5))]))];
    let refused = office.takes(&task, "submit", "unit_head", "2026-03-02", evidence).expect_err("nothing is done yet");
    assert_eq!(refused[0].code, "step.guard");
    assert_eq!(refused[0].params, [("words", "进度到100%才能申请办结，请先报进度".to_owned())]);
}

// proves: step.opinion
// proves: step.reason
#[test]
fn an_opinion_and_a_reason_are_demanded_where_they_are_declared() {
    let office = Office::open();
    let task = office.submitted(&office.underway("2026-01-06", "2026-03-31"), "2026-03-02");
    let officer = holder("supervisor");
    for (step, code) in [("close", "step.opinion_missing"), ("return", "step.reason_missing")] {
        let step = StepId::from(step);
        let result =
            workflow::take(office.clock("2026-03-03"), office.tasks(), &task, attempt(&officer, &step, vec![]));
        assert_eq!(codes(result), [code]);
    }
}

// proves: step.because
#[test]
fn a_refusal_names_the_rule_of_its_step() {
    let office = Office::open();
    let order = kernel::record::Record {
        mechanism: office.orders().id.clone(),
        state: "sent".into(),
        facts: Default::default(),
        ..office.drafted("2026-01-06", "2026-03-31")
    };
    let refused = office.takes(&order, "answer", "unit_head", "2026-01-08", vec![]).expect_err("a reply is needed");
    assert_eq!(refused[0].because.as_deref(), Some("收到督办令后三个工作日内书面答复"));
}

// proves: step.asks
#[test]
fn a_step_writes_only_what_it_asks_for() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    let sly = vec![("title", text("改了题目")), ("closed_on", Value::Day(day("2026-01-01")))];
    let issued = office.takes(&task, "issue", "supervisor", "2026-01-08", sly).expect("it is issued").after;
    assert_eq!((issued.title.as_str(), fact(&issued.facts, "closed_on")), ("修通渔港码头", None));
    let revised = office.takes(&task, "revise", "supervisor", "2026-01-07", vec![("title", text("新题目"))]);
    assert_eq!(revised.expect("a draft is revised").after.title, "新题目");
}

// proves: subject.title
// proves: subject.unit
#[test]
fn title_and_unit_of_a_record_follow_the_fields_that_the_definition_names() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    assert_eq!((task.title.as_str(), task.unit), ("修通渔港码头", unit(1)));
    let moved = office.takes(&task, "revise", "supervisor", "2026-01-07", vec![("unit", Value::Unit(unit(2)))]);
    assert_eq!(moved.expect("a draft is revised").after.unit, unit(2));
}

// proves: field.stamped
// proves: number.at
// proves: step.to
// proves: step.stays
// proves: step.paper
#[test]
fn issuing_stamps_the_day_asks_for_a_number_and_names_the_paper() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    let revised = office.takes(&task, "revise", "supervisor", "2026-01-07", vec![]).expect("a draft is revised");
    assert_eq!((revised.after.state.as_str(), revised.wants_number, revised.paper), ("drafted", false, None));
    let issued = office.takes(&task, "issue", "supervisor", "2026-01-08", vec![]).expect("it is issued");
    assert_eq!(issued.after.state, "issued");
    assert_eq!(fact(&issued.after.facts, "issued_on"), Some(&Value::Day(day("2026-01-08"))));
    assert!(issued.wants_number);
    assert_eq!(issued.paper, Some("task_letter".into()));
}

// proves: field.default
#[test]
fn a_new_record_starts_with_its_defaults() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    assert_eq!(fact(&task.facts, "progress"), Some(&Value::Decimal(rust_decimal::Decimal::ZERO)));
}

// proves: state.final
// proves: state.holder
#[test]
fn the_holder_follows_the_state_and_a_final_state_closes() {
    let office = Office::open();
    let task = office.underway("2026-01-06", "2026-03-31");
    assert_eq!(task.holder, Some("unit_liaison".into()));
    let task = office.submitted(&task, "2026-03-02");
    assert_eq!((task.holder.clone(), task.closed_on), (Some("supervisor".into()), None));
    let closed = office.took(&task, "close", "supervisor", "2026-03-04");
    assert_eq!((closed.holder, closed.closed_on), (None, Some(day("2026-03-04"))));
}

// proves: step.opens
#[test]
fn following_an_order_names_what_is_opened() {
    let office = Office::open();
    let order = kernel::record::Record {
        mechanism: office.orders().id.clone(),
        state: "answered".into(),
        ..office.drafted("2026-01-06", "2026-03-31")
    };
    let followed = office.takes(&order, "follow", "supervisor", "2026-03-20", vec![]).expect("it is followed");
    assert_eq!(followed.opens.as_deref(), Some("again"));
}

#[test]
fn a_step_that_does_not_exist_is_refused_by_name() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    assert_eq!(codes(office.takes(&task, "delete", "supervisor", "2026-01-07", vec![])), ["step.unknown"]);
    assert_eq!(codes(office.takes(&task, "draft", "supervisor", "2026-01-07", vec![])), ["step.unknown"]);
}

#[test]
fn a_grant_that_ended_gives_nothing() {
    let office = Office::open();
    let task = office.drafted("2026-01-06", "2026-03-31");
    let Actor::Person { id, name, grants, stands_for } = holder("supervisor") else { panic!("a holder is a person") };
    let grants = grants.into_iter().filter(|it| it.holds_on(day("2019-12-31"))).collect();
    let nobody = Actor::Person { id, name, grants, stands_for };
    let step = StepId::from("issue");
    let result = workflow::take(office.clock("2026-01-08"), office.tasks(), &task, attempt(&nobody, &step, vec![]));
    assert_eq!(codes(result), ["step.not_yours"]);
}
