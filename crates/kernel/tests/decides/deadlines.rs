//! Deadlines: when they start, warn, stand still, move, ring and end.

use kernel::deadlines::{LightKind, light, why};
use kernel::record::{DeadlineEvent, Outcome, Record};
use kernel::value::Value;
use kernel::workflow;

use crate::office::{Office, codes, day};

fn due(record: &Record, id: &str) -> String {
    record.running(id).map(|it| it.due_on.to_string()).unwrap_or_default()
}

fn alarm(record: &Record) -> String {
    record.running("finish").and_then(|it| it.alarm_on).map(|day| day.to_string()).unwrap_or_default()
}

/// Lets the clock look at a record on a day.
fn ring(office: &Office, record: &Record, on: &str) -> Option<workflow::Move> {
    workflow::ring(office.clock(on), office.tasks(), record)
}

// proves: deadline.from
// proves: deadline.until
// proves: step.within
#[test]
fn issuing_starts_the_main_deadline_and_two_working_days_for_signing() {
    let office = Office::open();
    let drafted = office.drafted("2026-02-12", "2026-03-31");
    assert_eq!(drafted.deadlines, []);
    let issued = office.took(&drafted, "issue", "supervisor", "2026-02-12");
    assert_eq!(due(&issued, "finish"), "2026-03-31");
    // Friday the 13th, and Saturday the 14th, which is worked in place of a day of Spring Festival.
    assert_eq!(due(&issued, "accept"), "2026-02-14");
}

// proves: deadline.stops
// proves: deadline.main
#[test]
fn the_step_that_stops_a_deadline_says_whether_it_was_met() {
    let office = Office::open();
    let underway = office.underway("2026-01-08", "2026-03-31");
    assert_eq!(underway.running("accept").and_then(|it| it.outcome), Some(Outcome::Met));
    for (on, outcome) in [("2026-03-31", Outcome::Met), ("2026-04-01", Outcome::Late)] {
        let closed = office.took(&office.submitted(&underway, "2026-03-20"), "close", "supervisor", on);
        assert_eq!(closed.running("finish").and_then(|it| it.outcome), Some(outcome));
        assert_eq!(closed.due_on(office.tasks()), Some(day("2026-03-31")));
    }
}

// proves: deadline.warn
#[test]
fn the_clock_warns_at_ten_and_three_working_days_and_each_once() {
    let office = Office::open();
    // Due on 3 March 2026; Spring Festival lasts to the 23rd of February, and the 28th is worked.
    let mut task = office.underway("2026-01-08", "2026-03-03");
    let mut warned = Vec::new();
    let mut on = day("2026-01-08");
    while on < day("2026-03-10") {
        if let Some(moved) = ring(office, &task, &on.to_string()) {
            warned.push((on.to_string(), moved.step.clone()));
            task = moved.after;
        }
        assert!(ring(office, &task, &on.to_string()).is_none(), "the clock looks twice and finds nothing new");
        on = on.tomorrow().expect("there is a tomorrow");
    }
    let warned: Vec<(&str, &str)> = warned.iter().map(|(on, step)| (on.as_str(), step.as_str())).collect();
    assert_eq!(
        warned,
        [("2026-02-11", "clock.warned"), ("2026-02-27", "clock.warned"), ("2026-03-04", "clock.overdue")]
    );
}

// proves: late.opens
#[test]
fn lateness_names_its_opening_on_the_first_late_working_day() {
    let office = Office::open();
    // Friday 6 March is the due day; Saturday and Sunday are no working days.
    let task = office.underway("2026-01-08", "2026-03-06");
    let warned = ring(office, &task, "2026-03-05").expect("a warning is due").after;
    assert!(ring(office, &warned, "2026-03-08").is_none());
    let rang = ring(office, &warned, "2026-03-09").expect("Monday is late");
    assert_eq!((rang.opens.as_deref(), rang.rang.map(|id| id.to_string())), (Some("order"), Some("finish".to_owned())));
}

#[test]
fn a_clock_that_slept_through_everything_rings_once_and_late() {
    let office = Office::open();
    let task = office.underway("2026-01-08", "2026-03-06");
    let rang = ring(office, &task, "2026-06-01").expect("it is very late");
    assert_eq!(rang.step, "clock.overdue");
    assert!(ring(office, &rang.after, "2026-06-02").is_none());
}

// proves: deadline.pause
#[test]
fn a_suspended_task_stands_still_and_goes_on_with_the_days_it_had() {
    let office = Office::open();
    let task = office.underway("2026-01-08", "2026-03-06");
    let suspended = office.took(&task, "suspend", "supervisor", "2026-03-02");
    assert!(ring(office, &suspended, "2026-04-01").is_none());
    let resumed = office.took(&suspended, "resume", "supervisor", "2026-03-09");
    assert_eq!(due(&resumed, "finish"), "2026-03-13");
    assert_eq!(resumed.facts.find("due_on"), Some(&Value::Day(day("2026-03-13"))));
    assert_eq!(resumed.running("finish").map(|it| it.first_due_on), Some(day("2026-03-06")));
}

// proves: extend.by
// proves: extend.to
#[test]
fn an_approved_extension_moves_the_day_and_keeps_the_first_one() {
    let office = Office::open();
    let task = office.underway("2026-01-08", "2026-03-03");
    let earlier = vec![("extend_to", Value::Day(day("2026-03-01")))];
    assert_eq!(codes(office.takes(&task, "ask_extension", "unit_liaison", "2026-02-25", earlier)), ["step.guard"]);
    let later = vec![("extend_to", Value::Day(day("2026-04-15")))];
    let asked = office.takes(&task, "ask_extension", "unit_liaison", "2026-02-25", later).expect("it is asked").after;
    assert_eq!(due(&asked, "finish"), "2026-03-03");
    let refused = office.took(&asked, "refuse_extension", "supervisor", "2026-02-26");
    assert_eq!(due(&refused, "finish"), "2026-03-03");
    let granted = office.took(&asked, "grant_extension", "supervisor", "2026-02-26");
    assert_eq!(due(&granted, "finish"), "2026-04-15");
    assert_eq!(granted.running("finish").map(|it| it.first_due_on), Some(day("2026-03-03")));
    assert_eq!(alarm(&granted), "2026-03-31");
}

// proves: deadline.because
#[test]
fn the_deadline_says_why_it_is_due_then() {
    let office = Office::open();
    let task = office.underway("2026-02-12", "2026-03-31");
    let (mechanism, running) = (office.tasks(), task.running("accept").expect("it ran"));
    let lines = why(&office.calendar, mechanism.deadline("accept").expect("it is defined"), running).join("\n");
    assert!(lines.contains("2026年2月12日起算，限2个工作日"), "{lines}");
    let finish = task.running("finish").expect("it runs");
    let lines = why(&office.calendar, mechanism.deadline("finish").expect("it is defined"), finish).join("\n");
    assert!(lines.contains("依据：任务书写明的完成时限"), "{lines}");
}

#[test]
fn a_light_says_working_days_left_and_late() {
    let office = Office::open();
    let deadline = office.tasks().deadline("finish").expect("it is defined");
    let lit = |due: &str, on: &str| light(&office.calendar, deadline, day(due), false, day(on));
    assert_eq!(lit("2026-03-31", "2026-03-02"), (LightKind::Green, "剩21个工作日".to_owned()));
    assert_eq!(lit("2026-03-06", "2026-03-03"), (LightKind::Amber, "剩3个工作日".to_owned()));
    assert_eq!(lit("2026-03-06", "2026-03-06"), (LightKind::Red, "今天到期".to_owned()));
    assert_eq!(lit("2026-03-06", "2026-03-10"), (LightKind::Red, "逾期2个工作日".to_owned()));
    assert_eq!(lit("2026-03-06", "2026-03-07"), (LightKind::Red, "已过期".to_owned()));
}

#[test]
fn a_new_calendar_moves_what_was_counted_in_working_days() {
    let office = Office::open();
    // 2027 is not published: the signing of a task issued on the last day of 2026 is provisional.
    let task = office.took(&office.drafted("2026-12-30", "2027-03-31"), "issue", "supervisor", "2026-12-30");
    let running = task.running("accept").expect("it runs");
    assert!(running.provisional, "1 January 2027 lies in between");
    assert_eq!(due(&task, "accept"), "2027-01-04");
    let year = r#"year 2027 {
        basis "国务院办公厅关于2027年部分节假日安排的通知"
        off "元旦" "01-01" "01-05"
        off "春节" "02-05" "02-11"
        off "清明" "04-05"
        off "劳动节" "05-01" "05-05"
        off "端午" "06-09"
        off "中秋" "09-15"
        off "国庆" "10-01" "10-07"
        worked "01-09"
    }"#;
    let file = kernel::problem::SourceFile { path: "calendar.kdl".into(), text: year.into() };
    let (own, problems) = kernel::calendar::Calendar::parse(&[file]);
    assert_eq!(problems, []);
    let table = own.find_year(2027).expect("the year is read").clone();
    let calendar = office.calendar.with_year(table);
    let clock = kernel::deadlines::Clock { calendar: &calendar, today: day("2026-12-31"), now: 0 };
    let moved = workflow::recompute(clock, office.tasks(), &task).expect("the published days differ");
    assert_eq!((moved.step.as_str(), due(&moved.after, "accept").as_str()), ("clock.recomputed", "2027-01-06"));
    let running = moved.after.running("accept").expect("it runs");
    assert!(!running.provisional);
    assert_eq!(running.history.last().map(|line| line.what), Some(DeadlineEvent::Recomputed));
}
