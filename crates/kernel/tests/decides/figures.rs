//! Figures: what a record contributes, and that differences add up to the whole.

use kernel::figures::{self, Cells, Falls, STATES};
use kernel::record::Record;
use proptest::prelude::*;

use crate::office::Office;

fn of(office: &Office, records: &[&Record], figure: &str) -> Vec<(String, String, i64, i64)> {
    let mut cells = Cells::new();
    for record in records {
        figures::contributions(office.tasks(), record, &office.calendar, &mut cells, 1);
    }
    let name = format!("task_order.{figure}");
    let day = |falls| match falls {
        Falls::Always => "-".to_owned(),
        Falls::On(day) | Falls::Stands(day) => day.to_string(),
    };
    let own = cells.into_iter().filter(|(key, _)| key.figure == name);
    own.map(|(key, it)| (key.slice, day(key.falls), it.numerator, it.denominator)).collect()
}

// proves: figure.count
// proves: figure.at
// proves: figure.ratio
// proves: figure.over
#[test]
fn a_closed_task_counts_on_its_days() {
    let office = Office::open();
    let task = office.submitted(&office.underway("2026-01-08", "2026-03-31"), "2026-03-20");
    let closed = office.took(&task, "close", "supervisor", "2026-04-01");
    // As a whole, and among those of the same source.
    let cell = |day: &str, numerator, denominator| {
        ["-", "source=party_committee"].map(|slice| (slice.to_owned(), day.to_owned(), numerator, denominator))
    };
    assert_eq!(of(office, &[&closed], "assigned"), cell("2026-01-08", 1, 0));
    assert_eq!(of(office, &[&closed], "closed"), cell("2026-04-01", 1, 0));
    assert_eq!(of(office, &[&closed], "on_time"), [("-".to_owned(), "2026-03-31".to_owned(), 0, 1)]);
}

// proves: figure.average
// proves: figure.when
// proves: field.formula
#[test]
fn a_mean_is_kept_as_its_sum_and_its_number() {
    let office = Office::open();
    let underway = office.underway("2026-03-02", "2026-03-31");
    assert_eq!(of(office, &[&underway], "days_used"), []);
    let closed = office.took(&office.submitted(&underway, "2026-03-04"), "close", "supervisor", "2026-03-06");
    assert_eq!(of(office, &[&closed], "days_used"), [("-".to_owned(), "2026-03-06".to_owned(), 4_000_000, 1)]);
}

// proves: figure.stock
// proves: figure.since
// proves: figure.until
#[test]
fn a_late_task_stands_from_the_day_after_its_due_day_until_it_is_closed() {
    let office = Office::open();
    let task = office.submitted(&office.underway("2026-01-08", "2026-03-31"), "2026-03-20");
    let on_time = office.took(&task, "close", "supervisor", "2026-03-31");
    assert_eq!(of(office, &[&on_time], "overdue"), []);
    let late = office.took(&task, "close", "supervisor", "2026-04-10");
    let cells = of(office, &[&late], "overdue");
    let of_slice = |slice: &str| {
        let cell = |day: &str, numerator| (slice.to_owned(), day.to_owned(), numerator, 0);
        [cell("2026-04-01", 1), cell("2026-04-10", -1)]
    };
    assert_eq!(cells, ["-", "source=party_committee"].map(of_slice).concat());
}

#[test]
fn every_record_stands_in_exactly_one_state() {
    let office = Office::open();
    let records = [office.drafted("2026-01-06", "2026-03-31"), office.underway("2026-01-08", "2026-03-31")];
    let cells = of(office, &[&records[0], &records[1]], STATES);
    assert_eq!(cells.iter().map(|cell| cell.2).sum::<i64>(), 2);
}

/// Steps that a history may try; those that are refused are left.
const STEPS: [(&str, &str); 12] = [
    ("revise", "supervisor"),
    ("issue", "supervisor"),
    ("accept", "unit_liaison"),
    ("report", "unit_liaison"),
    ("ask_extension", "unit_head"),
    ("grant_extension", "supervisor"),
    ("refuse_extension", "supervisor"),
    ("suspend", "supervisor"),
    ("resume", "supervisor"),
    ("submit", "unit_head"),
    ("close", "supervisor"),
    ("drop", "supervisor"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A matter: what came in is what is open and what is closed; differences of steps add up to what a recount gives;
    /// and the journal's replay is the record.
    #[test]
    fn whatever_happens_differences_add_up_and_the_journal_replays(
        tries in proptest::collection::vec((0..STEPS.len(), 1_u8..6), 0..25)
    ) {
        use kernel::value::Value;
        let office = Office::open();
        let mut record = office.drafted("2026-01-05", "2026-02-20");
        let mut cells = figures::difference(office.tasks(), None, &record, &office.calendar);
        let mut entries = vec![crate::journal::entry(None, &record, &kernel::workflow::changes(&Default::default(), &record.facts))];
        let mut on = crate::office::day("2026-01-06");
        for (at, days) in tries {
            on = on.saturating_add(jiff::Span::new().days(days));
            let (step, role) = STEPS[at];
            let filled = match step {
                "report" => vec![
                    ("progress", Value::Decimal(rust_decimal::Decimal::ONE_HUNDRED)),
                    ("situation", Value::Text("推进中。".to_owned())),
                ],
                "ask_extension" => vec![("extend_to", Value::Day(on.saturating_add(jiff::Span::new().days(40))))],
                "submit" => vec![("evidence", Value::Files(vec![kernel::ids::FileId(uuid::Uuid::from_u128(5))]))],
                _ => vec![],
            };
            for moved in [
                kernel::workflow::ring(office.clock(&on.to_string()), office.tasks(), &record),
                office.takes(&record, step, role, &on.to_string(), filled).ok(),
            ].into_iter().flatten() {
                if moved.after.version != record.version + 1 {
                    continue; // The clock was faster: the step was decided on the version before.
                }
                for (key, amount) in figures::difference(office.tasks(), Some(&record), &moved.after, &office.calendar) {
                    *cells.entry(key).or_default() += amount;
                }
                entries.push(crate::journal::entry(Some(&record), &moved.after, &moved.changes));
                prop_assert_eq!(moved.after.closed_on.is_some(), moved.after.holder.is_none());
                record = moved.after;
            }
        }
        let mut recount = Cells::new();
        figures::contributions(office.tasks(), &record, &office.calendar, &mut recount, 1);
        cells.retain(|_, amount| *amount != figures::Amount::default());
        recount.retain(|_, amount| *amount != figures::Amount::default());
        prop_assert_eq!(cells, recount);
        let replayed = kernel::journal::replay(&entries).expect("the journal is whole");
        prop_assert_eq!(replayed.version, record.version);
        prop_assert_eq!(replayed.state, record.state.to_string());
        prop_assert_eq!(serde_json::Value::Object(replayed.facts), kernel::facts::to_json(&record.facts));
    }
}
