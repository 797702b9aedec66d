//! A small office in memory: the shipped definitions, their calendar, and people who hold roles.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use kernel::authority::{Actor, Grant, Subtree};
use kernel::calendar::Calendar;
use kernel::catalog::{Catalog, Mechanism};
use kernel::deadlines::Clock;
use kernel::ids::{FieldId, FileId, PersonId, RecordId, RoleId, StepId, UnitId};
use kernel::problem::SourceFile;
use kernel::record::Record;
use kernel::refusal::Refusal;
use kernel::value::{Facts, Value};
use kernel::workflow::{self, Attempt, Move, Numbered};
use rust_decimal::Decimal;
use uuid::Uuid;

pub(crate) struct Office {
    pub(crate) catalog: Catalog,
    pub(crate) calendar: Calendar,
}

/// Unit 1 lies inside of the interval 1..=3, unit 9 outside.
pub(crate) struct Tree;

impl Numbered for Tree {
    fn ord(&self, unit: UnitId) -> Option<i64> {
        i64::try_from(unit.0.as_u128()).ok().filter(|ord| *ord > 0)
    }

    /// Everybody below a hundred holds everything inside of the interval.
    fn holds(&self, person: PersonId, _: &[RoleId], ord: i64, _: Date) -> bool {
        person.0.as_u128() < 100 && (1..=3).contains(&ord)
    }
}

pub(crate) fn unit(ord: u128) -> UnitId {
    UnitId(Uuid::from_u128(ord))
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a test writes real days")
}

/// Somebody who holds a role over the units 1 to 3.
pub(crate) fn holder(role: &str) -> Actor {
    let number = role.bytes().map(u128::from).sum::<u128>();
    person(number, role)
}

pub(crate) fn person(number: u128, role: &str) -> Actor {
    Actor::Person {
        id: PersonId(Uuid::from_u128(number)),
        name: role.to_owned(),
        grants: vec![Grant {
            role: RoleId::from(role),
            unit: unit(1),
            over: Subtree { first: 1, last: 3 },
            from_on: day("2020-01-01"),
            until_on: None,
            basis: "测试".to_owned(),
        }],
        stands_for: Vec::new(),
    }
}

fn read(folder: &Path, root: &Path, files: &mut Vec<SourceFile>) {
    for entry in std::fs::read_dir(folder).expect("the definitions are beside the crates").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, root, files);
        } else if path.extension().is_some_and(|it| it == "kdl" || it == "txt") {
            let text = std::fs::read_to_string(&path).expect("a definition is text");
            let name = path.strip_prefix(root).expect("it lies below").to_string_lossy().into_owned();
            files.push(SourceFile { path: Arc::from(name), text: Arc::from(text) });
        }
    }
}

impl Office {
    /// Opened once for all tests: nobody changes it.
    pub(crate) fn open() -> &'static Self {
        static OPEN: OnceLock<Office> = OnceLock::new();
        OPEN.get_or_init(Self::read_shipped)
    }

    fn read_shipped() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions");
        let mut files = Vec::new();
        read(&root, &root, &mut files);
        let (calendars, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| file.path.ends_with("calendar.kdl"));
        let (calendar, _) = Calendar::parse(&calendars);
        let (catalog, problems) = kernel::catalog::check(&others);
        assert!(problems.is_empty(), "{problems:?}");
        Self { catalog, calendar }
    }

    pub(crate) fn tasks(&self) -> &Mechanism {
        self.catalog.mechanism("task_order").expect("task orders are shipped")
    }

    pub(crate) fn orders(&self) -> &Mechanism {
        self.catalog.mechanism("supervision_order").expect("supervision orders are shipped")
    }

    pub(crate) fn clock(&self, on: &str) -> Clock<'_> {
        Clock { calendar: &self.calendar, today: day(on), now: 0 }
    }

    /// Drafts a task that is due on a day.
    pub(crate) fn drafted(&self, on: &str, due: &str) -> Record {
        let id = StepId::from("draft");
        let filled = vec![
            (FieldId::from("title"), Some(Value::Text("修通渔港码头".to_owned()))),
            (FieldId::from("source"), Some(Value::Choice("party_committee".to_owned()))),
            (FieldId::from("unit"), Some(Value::Unit(unit(1)))),
            (FieldId::from("due_on"), Some(Value::Day(day(due)))),
        ];
        let actor = holder("supervisor");
        let attempt = attempt(&actor, &id, filled);
        let id = RecordId(Uuid::from_u128(7));
        workflow::start(self.clock(on), self.tasks(), id, attempt).expect("a task is drafted").after
    }

    /// A task that is underway: drafted, issued and accepted on a day.
    pub(crate) fn underway(&self, on: &str, due: &str) -> Record {
        let record = self.drafted(on, due);
        let record = self.took(&record, "issue", "supervisor", on);
        self.took(&record, "accept", "unit_liaison", on)
    }

    /// Takes a step that must pass.
    pub(crate) fn took(&self, record: &Record, step: &str, role: &str, on: &str) -> Record {
        self.takes(record, step, role, on, Vec::new()).unwrap_or_else(|refusals| panic!("{step}: {refusals:?}")).after
    }

    /// Tries a step with the opinion and reason that it may ask for.
    pub(crate) fn takes(
        &self,
        record: &Record,
        step: &str,
        role: &str,
        on: &str,
        filled: Vec<(&str, Value)>,
    ) -> Result<Move, Vec<Refusal>> {
        let step = StepId::from(step);
        let actor = holder(role);
        let filled = filled.into_iter().map(|(id, value)| (FieldId::from(id), Some(value))).collect();
        let attempt = Attempt {
            faults: Vec::new(),
            opinion: Some("同意。".to_owned()),
            reason: Some("见附件。".to_owned()),
            ..attempt(&actor, &step, filled)
        };
        let mechanism = self.catalog.mechanism(record.mechanism.as_str()).expect("its mechanism is shipped");
        workflow::take(self.clock(on), mechanism, record, attempt)
    }

    /// A task whose progress is 100%, submitted by the unit's head.
    pub(crate) fn submitted(&self, record: &Record, on: &str) -> Record {
        let done = vec![("progress", Value::Decimal(Decimal::ONE_HUNDRED)), ("situation", text("已完成。"))];
        let record = self.takes(record, "report", "unit_liaison", on, done).expect("progress is reported").after;
        let evidence = vec![("evidence", Value::Files(vec![FileId(Uuid::from_u128(5))]))];
        self.takes(&record, "submit", "unit_head", on, evidence).expect("it is submitted").after
    }
}

pub(crate) fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

pub(crate) fn attempt<'a>(actor: &'a Actor, step: &'a StepId, filled: Vec<(FieldId, Option<Value>)>) -> Attempt<'a> {
    Attempt { actor, step, filled, faults: Vec::new(), opinion: None, reason: None, past: &[], tree: &Tree }
}

/// The codes of a refusal, for comparing.
pub(crate) fn codes(result: Result<Move, Vec<Refusal>>) -> Vec<&'static str> {
    match result {
        Ok(_) => Vec::new(),
        Err(refusals) => refusals.into_iter().map(|refusal| refusal.code).collect(),
    }
}

pub(crate) fn fact<'a>(facts: &'a Facts, id: &str) -> Option<&'a Value> {
    facts.find(id)
}
