//! What is counted, and in which unit? Figures, how they are counted, and the kinds that their units are.
//!
//! Never counts: that is `kernel::figures`.

use std::sync::Arc;

use jiff::civil::Date;

use crate::formula::Formula;
use crate::ids::{FieldId, FigureId, MechanismId, StateId};
use crate::kinds::ledger::{Counted, Movement};
use crate::value::Facts;

/// A figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its id.
    pub id: FigureId,
    /// Its Chinese name.
    pub name: String,
    /// How it is counted.
    pub measure: Measure,
    /// Its unit, 项 or %: the name of its kind.
    pub unit: String,
    /// What its unit is: by it like is told from unlike, and a number is shown.
    pub kind: Arc<FigureKind>,
    /// The fields by whose values it is cut into slices.
    pub by: Vec<FieldId>,
    /// Fewer than so many are not shown to who sees only numbers; 0 shows all.
    pub suppress_below: i64,
    /// In words: what is counted.
    pub words: String,
    /// In words: what it is divided by.
    pub over_words: Option<String>,
    /// Worked examples.
    pub examples: Vec<FigureExample>,
    /// The states in which a record may count: whoever sees those sees all that is behind the number.
    pub counts_in: Vec<StateId>,
    /// The hash of the file with which a site added it; none where the mechanism itself declares it.
    pub added: Option<Arc<str>>,
}

impl Figure {
    /// Is it a state of things at a day, and not what happened within a period?
    pub fn stands(&self) -> bool {
        matches!(self.measure, Measure::Stock { .. } | Measure::Balance { .. })
    }
}

/// What a unit of figures is: one line of the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureKind {
    /// Its id.
    pub id: Arc<str>,
    /// What people read: 场, 人次, 万元.
    pub name: String,
    /// What it counts.
    pub of: Counts,
    /// How many of the kept ones a shown one holds: 10,000 元 a 万元.
    pub scale: i64,
    /// How many decimals are shown; halves are rounded away from zero.
    pub places: u32,
    /// The kinds besides itself with which it may be added up, by name.
    pub adds: Vec<String>,
    /// Fewer than so many are not shown to who sees only numbers, where a figure says nothing else; 0 shows all.
    pub suppress_below: i64,
}

impl FigureKind {
    /// May numbers of the two kinds be added up?
    pub fn adds_to(&self, other: &Self) -> bool {
        self == other || (self.of == other.of && self.adds.contains(&other.name) && other.adds.contains(&self.name))
    }
}

/// What the numbers of a kind are numbers of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counts {
    /// Things: each record counts, or a number of them is written down.
    Things,
    /// People, each once.
    People,
    /// Money, kept in 分.
    Money,
    /// A part of a hundred.
    Percent,
    /// Calendar days.
    Days,
    /// Working days.
    WorkingDays,
    /// Months.
    Months,
    /// Points of an assessment.
    Points,
    /// A place in an order: it follows from other numbers and is never counted.
    Rank,
}

impl Counts {
    /// All of them, with the word that a definition writes.
    pub const ALL: [(&'static str, Self); 9] = [
        ("things", Self::Things),
        ("people", Self::People),
        ("money", Self::Money),
        ("percent", Self::Percent),
        ("days", Self::Days),
        ("working_days", Self::WorkingDays),
        ("months", Self::Months),
        ("points", Self::Points),
        ("rank", Self::Rank),
    ];
}

/// How a figure is counted. `at` is the day by which a record falls into a period.
#[derive(Clone, Debug)]
pub enum Measure {
    /// Records for which the condition holds.
    Count {
        /// The condition.
        when: Formula,
        /// The day.
        at: Formula,
    },
    /// The sum of a number over records for which the condition holds.
    Sum {
        /// The number.
        of: Formula,
        /// The condition.
        when: Formula,
        /// The day.
        at: Formula,
    },
    /// Records for which `part` holds over records for which `whole` holds.
    Ratio {
        /// Numerator.
        part: Formula,
        /// Denominator.
        whole: Formula,
        /// The day.
        at: Formula,
    },
    /// The mean of a number over records for which the condition holds and the number is known.
    Average {
        /// The number.
        of: Formula,
        /// The condition.
        when: Formula,
        /// The day.
        at: Formula,
    },
    /// Records standing at the end of the period: from the day `since` until the day before `until`.
    Stock {
        /// The condition.
        when: Formula,
        /// The first day on which it counts.
        since: Formula,
        /// The first day on which it no longer counts.
        until: Formula,
    },
    /// What accounts for which the condition holds stand at, at the end of the period.
    Balance {
        /// As the expert wrote it.
        text: Arc<str>,
        /// What is read off and added up; what is marked is taken away.
        of: Vec<(bool, Counted)>,
        /// The condition.
        when: Formula,
        /// The year in which the account counts; always, without one.
        year: Option<Formula>,
    },
    /// The people that records for which the condition holds name, each once whatever the period and the unit.
    People {
        /// Where they are written down.
        who: Who,
        /// Is anybody written down there?
        named: Formula,
        /// The condition.
        when: Formula,
        /// The day.
        at: Formula,
    },
    /// What other figures give.
    Blend(Blend),
}

/// A figure over figures: the sum of some, or the sum of some over the sum of others. It keeps no cells: whatever the
/// units and the days, it is reckoned from the numerators and denominators of what it stands on.
#[derive(Clone, Debug)]
pub struct Blend {
    /// The mechanism that declares it.
    pub home: MechanismId,
    /// As the expert wrote it.
    pub text: Arc<str>,
    /// What is added up.
    pub plus: Vec<Term>,
    /// What it is divided by; nothing where it is a sum.
    pub over: Vec<Term>,
    /// Is it no sum: the people of the one who are not among the people of the other, wherever those were counted?
    pub is_missing: bool,
    /// Is what it is divided by only the part of the year that has gone by?
    pub paced: bool,
    /// Is it the mean of what it comes to at the end of each quarter?
    pub quarters: bool,
}

/// A figure that another stands on.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its mechanism.
    pub mechanism: MechanismId,
    /// It.
    pub figure: Arc<Figure>,
    /// Is it taken away?
    pub minus: bool,
}

impl Blend {
    /// Everything that it stands on.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.plus.iter().chain(&self.over)
    }
}

/// Where a record writes down people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// In a field.
    Field(FieldId),
    /// In a column of a child table.
    Column {
        /// The child table.
        child: FieldId,
        /// The column.
        column: FieldId,
    },
    /// Whoever came, as it was noted beside the record.
    Attended,
    /// Whoever should come, as it was noted beside the record.
    Expected,
}

/// `example { record …; gives "50%" }`.
#[derive(Clone, Debug)]
pub struct FigureExample {
    /// The facts of the records.
    pub records: Vec<Facts>,
    /// The states of the records, one each; `None` is the state after the start.
    pub states: Vec<Option<StateId>>,
    /// What was moved on the accounts that the records are, one list each.
    pub movements: Vec<Vec<Movement>>,
    /// The period's last day (and for flows the period is everything up to it).
    pub on: Option<Date>,
    /// What the figure shows.
    pub gives: String,
}
