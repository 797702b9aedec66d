//! Do the worked examples hold? Figures are reckoned on their records, whole records walked through their steps.
//!
//! Never keeps anything: an example lives in memory.

use jiff::civil::Date;
use uuid::Uuid;

use crate::authority::{Actor, Grant, Subtree, Taken};
use crate::calendar::Calendar;
use crate::catalog::{Blend, Catalog, Example, FieldType, Figure, FigureExample, Measure, Mechanism, Term};
use crate::deadlines::Clock;
use crate::figures::{self, Amount, Cells};
use crate::ids::{FieldId, PersonId, RecordId, UnitId};
use crate::kinds::ledger::Book;
use crate::record::Record;
use crate::value::{Facts, Value};
use crate::workflow::{self, Attempt};

/// Runs every example of every mechanism; each that fails gives a sentence that names it.
// enforces: example.ends
// enforces: example.gives
pub fn run(catalog: &Catalog, calendar: &Calendar) -> Vec<String> {
    let mut faults = Vec::new();
    for mechanism in catalog.mechanisms.values() {
        for figure in &mechanism.figures {
            for (at, example) in figure.examples.iter().enumerate() {
                let given = figure_gives(mechanism, figure, example, calendar);
                if given != example.gives {
                    faults.push(format!(
                        "{}：数字“{}”的第{}个例子写明{}，算得{given}",
                        mechanism.id,
                        figure.name,
                        at + 1,
                        example.gives
                    ));
                }
            }
        }
        for example in &mechanism.examples {
            if let Err(fault) = walk(mechanism, example, calendar) {
                faults.push(format!("{}：例子“{}”{fault}", mechanism.id, example.name));
            }
        }
    }
    faults
}

/// What a figure shows for the records of an example, percent with its sign.
fn figure_gives(mechanism: &Mechanism, figure: &Figure, example: &FigureExample, calendar: &Calendar) -> String {
    let mut cells = Cells::new();
    for ((facts, state), movements) in example.records.iter().zip(&example.states).zip(&example.movements) {
        let record = Record {
            facts: facts.clone(),
            book: Book::of(movements.clone()),
            state: state
                .clone()
                .unwrap_or_else(|| mechanism.start().to.clone().expect("a start step leads to a state")),
            ..empty(mechanism)
        };
        figures::contributions(mechanism, &record, calendar, &mut cells, 1);
    }
    let own = |mechanism: &str, id: &str| -> Cells {
        let own = format!("{mechanism}.{id}");
        cells.iter().filter(|(key, _)| key.figure == own).map(|(key, it)| (key.clone(), *it)).collect()
    };
    let of = |mechanism: &str, id: &str| figures::up_to(&own(mechanism, id), example.on);
    let amount = match &figure.measure {
        Measure::Blend(blend) if blend.is_missing => {
            let side = |terms: &[Term]| {
                terms.first().map(|it| own(it.mechanism.as_str(), it.figure.id.as_str())).unwrap_or_default()
            };
            figures::missing(&side(&blend.plus), &side(&blend.over))
        }
        Measure::Blend(blend) => over_figures(blend, example.on, &|it, on| {
            figures::up_to(&own(it.mechanism.as_str(), it.figure.id.as_str()), on)
        }),
        _ => of(mechanism.id.as_str(), figure.id.as_str()),
    };
    let shown = figures::shown(figure, amount);
    if figure.unit == "%" { format!("{shown}%") } else { shown }
}

/// What a figure over figures comes to at the end of a day: the period is the year up to it.
fn over_figures(blend: &Blend, on: Option<Date>, read: &dyn Fn(&Term, Option<Date>) -> Amount) -> Amount {
    let at = |on: Option<Date>| {
        let amounts: Vec<_> = blend.terms().map(|it| read(it, on)).collect();
        on.map_or_else(|| figures::blended(blend, &amounts), |on| figures::blended_on(blend, &amounts, on))
    };
    match on.filter(|_| blend.quarters) {
        None => at(on),
        Some(on) => figures::mean(figures::quarter_ends(on.first_of_year(), on).into_iter().map(|end| at(Some(end)))),
    }
}

fn empty(mechanism: &Mechanism) -> Record {
    Record {
        id: RecordId(Uuid::nil()),
        mechanism: mechanism.id.clone(),
        definition: mechanism.hash.clone(),
        number: None,
        title: String::new(),
        state: mechanism.start().to.clone().expect("a start step leads to a state"),
        unit: UnitId(Uuid::nil()),
        facts: Default::default(),
        opened_on: Date::constant(2026, 1, 1),
        closed_on: None,
        version: 0,
        holder: None,
        deadlines: Vec::new(),
        batch: None,
        past_units: Vec::new(),
        flow: Default::default(),
        turnout: Default::default(),
        book: Default::default(),
        tally: None,
        receipts: Default::default(),
    }
}

/// Walks a record through the example's steps, each taken by somebody who holds its first role.
pub fn walk(mechanism: &Mechanism, example: &Example, calendar: &Calendar) -> Result<Record, String> {
    let unit = UnitId(Uuid::from_u128(1));
    let mut record: Option<Record> = None;
    let mut taken: Vec<Taken> = Vec::new();
    for (at, line) in example.steps.iter().enumerate() {
        let step = mechanism.step(line.step.as_str()).ok_or_else(|| format!("没有步骤 {}", line.step))?;
        let actor = holder_of(mechanism, step.who.first());
        let mut filled: Vec<_> = line.facts.0.iter().map(|(id, value)| (id.clone(), Some(value.clone()))).collect();
        if step.from.is_empty() {
            filled.push((mechanism.unit.clone(), Some(Value::Unit(unit))));
            filled.extend(stood_in(mechanism, &line.facts));
        }
        // What would be brought over stands in the example.
        let attempt = Attempt {
            actor: &actor,
            step: &line.step,
            filled,
            faults: Vec::new(),
            opinion: step.opinion.then(|| "同意。".to_owned()),
            reason: step.reason.then(|| "见附件。".to_owned()),
            past: &taken,
            tree: &OneUnit,
        };
        // Examples are walked at noon; those of one day one minute after the other.
        let now = noon(line.on) + 60_000 * i64::try_from(at).unwrap_or(0);
        let clock = Clock { calendar, today: line.on, now };
        let result = match &record {
            None => workflow::start(clock, mechanism, RecordId(Uuid::from_u128(7)), attempt),
            Some(record) if step.led => workflow::lead(clock, mechanism, record, None, attempt),
            Some(record) => workflow::take(clock, mechanism, record, attempt),
        };
        match (result, line.refused) {
            (Ok(_), true) => return Err(format!("第{}步“{}”应当被拒，却通过了", at + 1, step.name)),
            (Err(_), true) => {}
            (Err(refusals), false) => {
                let codes: Vec<String> = refusals.iter().map(|it| format!("{} {:?}", it.code, it.params)).collect();
                return Err(format!("第{}步“{}”被拒：{}", at + 1, step.name, codes.join(";")));
            }
            (Ok(moved), false) => {
                taken.push(Taken { step: line.step.clone(), by: actor.person(), behalf: None });
                record = Some(moved.after);
            }
        }
    }
    let record = record.ok_or("没有一步")?;
    if record.state != example.ends {
        return Err(format!("应停在 {}，却停在 {}", example.ends, record.state));
    }
    Ok(record)
}

/// Noon of a day in China, in milliseconds since 1970 UTC.
fn noon(day: Date) -> i64 {
    (day.duration_since(Date::constant(1970, 1, 1)).as_hours() + 4) * 3_600_000
}

/// What must be filled in and the example does not name: units, people, other records. Somebody stands for each of them,
/// and nobody for two.
fn stood_in(mechanism: &Mechanism, named: &Facts) -> Vec<(FieldId, Option<Value>)> {
    let value = |(at, of): (u128, &FieldType)| match of {
        FieldType::Unit => Some(Value::Unit(UnitId(Uuid::from_u128(1)))),
        FieldType::Units => Some(Value::Units(vec![UnitId(Uuid::from_u128(1))])),
        FieldType::Person => Some(Value::Person(PersonId(Uuid::from_u128(at)))),
        FieldType::People => Some(Value::People(vec![PersonId(Uuid::from_u128(at))])),
        FieldType::Record { .. } => Some(Value::Record(RecordId(Uuid::from_u128(at)))),
        _ => None,
    };
    let wanted = (1..).zip(&mechanism.fields).filter(|(_, it)| it.required && it.id != mechanism.unit);
    let wanted = wanted.filter(|(_, it)| !named.0.contains_key(&it.id));
    wanted.filter_map(|(at, it)| Some((it.id.clone(), Some(value((at, &it.of))?)))).collect()
}

/// Examples know one unit.
struct OneUnit;

impl workflow::Numbered for OneUnit {
    fn ord(&self, _: UnitId) -> Option<i64> {
        Some(1)
    }

    fn holds(&self, _: PersonId, _: &[crate::ids::RoleId], _: i64, _: Date) -> bool {
        true
    }

    // Each person of an example has a unit of their own.
    fn unit_of(&self, person: PersonId) -> Option<UnitId> {
        Some(UnitId(person.0))
    }
}

/// Somebody who holds the role everywhere; people of different roles are different people.
fn holder_of(mechanism: &Mechanism, role: Option<&crate::ids::RoleId>) -> Actor {
    let Some(role) = role else { return Actor::Clock };
    let place = mechanism.steps.iter().flat_map(|step| &step.who).position(|it| it == role).unwrap_or(0);
    Actor::Person {
        id: PersonId(Uuid::from_u128(100 + place as u128)),
        name: role.to_string(),
        grants: vec![Grant {
            role: role.clone(),
            unit: UnitId(Uuid::nil()),
            over: Subtree { first: 0, last: i64::MAX },
            from_on: Date::constant(1900, 1, 1),
            until_on: None,
            basis: "例子".to_owned(),
        }],
        stands_for: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::problem::SourceFile;

    fn read(folder: &Path, root: &Path, files: &mut Vec<SourceFile>) {
        for entry in std::fs::read_dir(folder).expect("the definitions are beside the crates").flatten() {
            let path = entry.path();
            if path.is_dir() {
                read(&path, root, files);
            } else if path.extension().is_some_and(|it| it == "kdl" || it == "txt") {
                let text = std::fs::read_to_string(&path).expect("a definition is text");
                let name = path.strip_prefix(root).expect("it lies below").to_string_lossy().replace('\\', "/");
                files.push(SourceFile { path: Arc::from(name), text: Arc::from(text) });
            }
        }
    }

    // proves: example.ends
    // proves: example.gives
    #[test]
    fn every_worked_example_of_the_shipped_definitions_holds() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions");
        let mut files = Vec::new();
        read(&root, &root, &mut files);
        let (calendars, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| file.path.ends_with("calendar.kdl"));
        let (calendar, faults) = Calendar::parse(&calendars);
        assert_eq!(faults, []);
        let (catalog, problems) = crate::catalog::check(&others);
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(run(&catalog, &calendar), Vec::<String>::new());
    }
}
