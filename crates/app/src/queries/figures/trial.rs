//! What would a figure give that somebody is writing? Reckoned from the records before it is kept, for one unit and period.
//!
//! Never from more records than a page can wait for, and never from one that the reader does not see.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::authority::Subtree;
use kernel::catalog::{Figure, Measure, Mechanism};
use kernel::figures::{self, Amount, Falls, Given, WHOLE};
use kernel::ids::{PersonId, RecordId, UnitId};
use kernel::period::Period;
use kernel::workflow::Numbered as _;
use store::Conn;

use super::asking::{Asked, FiguresAsk};
use super::cards::{Wanted, cards, value_words};
use super::veiled::Knowing;
use super::{is_ratio, is_stock};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register;
use crate::records::Unread;

/// The most records that are looked at.
const MOST: usize = 20_000;
/// Records read in one go.
const AT_ONCE: u32 = 1_000;
/// Records that are named.
const NAMED: usize = 8;

/// What a figure would give.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// Its value, without its unit.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// For a rate: numerator and denominator.
    pub parts: Option<(i64, i64)>,
    /// Of which unit, in words.
    pub unit_words: String,
    /// Of which period, in words.
    pub period_words: String,
    /// The same for each month, quarter … of the period that has begun: its name and its value.
    pub steps: Vec<(String, String)>,
    /// How many records were looked at; nothing where it is reckoned from other figures.
    pub looked: Option<usize>,
    /// Were there more records than are looked at?
    pub is_part: bool,
    /// How many records count.
    pub counted: usize,
    /// The first of them: id and title.
    pub records: Vec<(RecordId, String)>,
    /// May the reader see nothing of what it counts there?
    pub sees_nothing: bool,
}

/// Reckons a figure that is not in force yet; `ctx` holds the definitions as they would be.
pub async fn trial(ctx: &Ctx, mechanism: &Mechanism, figure: &Figure, ask: &FiguresAsk) -> Result<Trial, Error> {
    let asked = Asked::of(ctx, ask)?;
    let knowing = Knowing::of(ctx, mechanism, figure, &register::scope(ctx, mechanism, asked.unit)?);
    let mut trial = Trial {
        unit: figure.unit.clone(),
        unit_words: asked.unit_words(ctx),
        period_words: asked.period.words(),
        ..Trial::default()
    };
    let mut conn = ctx.office.db.read().await?;
    if matches!(figure.measure, Measure::Blend(_)) {
        if knowing.told.is_empty() {
            return Ok(Trial { sees_nothing: true, ..trial });
        }
        // What it stands on is there: it is read like every other, and hidden like every other.
        let wanted = Wanted { mechanism, figure, knowing };
        let card = cards(ctx, &mut conn, std::slice::from_ref(&wanted), &asked).await?.remove(0);
        (trial.value, trial.parts) = (card.value, card.parts);
        return Ok(trial);
    }
    if knowing.seen.is_empty() {
        return Ok(Trial { sees_nothing: true, ..trial });
    }
    let mut sum = Sum::of(ctx, figure, &asked, knowing.seen);
    let looked = sum.walk(&mut conn, mechanism).await?;
    trial.is_part = looked >= MOST;
    trial.looked = Some(looked);
    let amount = sum.amount(0);
    trial.value = value_words(figure, amount);
    trial.steps = sum.steps();
    trial.parts = is_ratio(figure).then_some((amount.numerator, amount.denominator));
    (trial.counted, trial.records) = (sum.counted, sum.named);
    Ok(trial)
}

/// What records give, added up for one place and period.
struct Sum<'a> {
    ctx: &'a Ctx,
    figure: &'a Figure,
    /// The period and its steps, and what is added up of each.
    parts: Vec<Part>,
    /// The unit, where the reader sees all of it: it stood where it stood on each day.
    unit: Option<UnitId>,
    seen: Vec<Subtree>,
    counted: usize,
    named: Vec<(RecordId, String)>,
}

/// What falls into a period.
struct Part {
    period: Period,
    amount: Amount,
    people: BTreeSet<PersonId>,
}

impl Part {
    fn of(period: Period) -> Self {
        Self { period, amount: Amount::default(), people: BTreeSet::new() }
    }
}

impl<'a> Sum<'a> {
    fn of(ctx: &'a Ctx, figure: &'a Figure, asked: &Asked, seen: Vec<Subtree>) -> Self {
        let whole = asked.unit.and_then(|id| ctx.tree.unit(id)).filter(|unit| seen == [unit.over]);
        let steps = asked.period.steps();
        let begun = steps.into_iter().filter(|step| *step != asked.period && step.first() <= ctx.today);
        Self {
            ctx,
            figure,
            parts: std::iter::once(asked.period).chain(begun).map(Part::of).collect(),
            unit: whole.map(|unit| unit.id),
            seen,
            counted: 0,
            named: Vec::new(),
        }
    }

    /// Goes through the records of the mechanism; gives how many there were.
    async fn walk(&mut self, conn: &mut Conn, mechanism: &Mechanism) -> Result<usize, Error> {
        let (mut after, mut looked) = (None, 0);
        while looked < MOST {
            let rows = store::records::walk(conn, Some(&mechanism.id), after, AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            looked += rows.len();
            for found in Unread::of(self.ctx, conn, rows).await?.read(&self.ctx.definitions)? {
                let (mut counts, mut given) = (false, Vec::new());
                let is_own = |id: &kernel::ids::FigureId| *id == self.figure.id;
                figures::give(mechanism, &is_own, &found.record, self.ctx.calendar(), &mut |it: Given<'_>| {
                    if it.figure.is_some() && it.slice == WHOLE {
                        given.push((it.unit, it.falls, it.person, it.amount));
                    }
                });
                for (unit, falls, person, amount) in given {
                    counts |= self.add(unit, falls, person, amount);
                }
                if counts {
                    self.counted += 1;
                    if self.named.len() < NAMED {
                        self.named.push((found.record.id, found.record.title.clone()));
                    }
                }
            }
        }
        Ok(looked)
    }

    /// Adds what counts here; says whether it counts in the whole period.
    fn add(&mut self, unit: UnitId, falls: Falls, person: Option<PersonId>, amount: Amount) -> bool {
        let mut counts = false;
        for at in 0..self.parts.len() {
            let Some(day) = self.day(self.parts[at].period, falls) else { continue };
            if !self.is_here(unit, day) {
                continue;
            }
            counts |= at == 0;
            match person {
                Some(person) => _ = self.parts[at].people.insert(self.ctx.tree.human(person)),
                None => self.parts[at].amount += amount,
            }
        }
        counts && amount.numerator >= 0
    }

    /// The day on which it counts in a period, if it does.
    fn day(&self, period: Period, falls: Falls) -> Option<Date> {
        let until = period.last().min(self.ctx.today);
        match falls {
            Falls::On(day) if period.first() <= day && day <= period.last() => Some(day),
            Falls::Stands(day) if is_stock(self.figure) && day <= until => Some(until),
            _ => None,
        }
    }

    fn is_here(&self, unit: UnitId, day: Date) -> bool {
        match self.unit {
            Some(over) => self.ctx.tree.upwards_on(unit, day).contains(&over),
            None => self.ctx.tree.ord(unit).is_some_and(|ord| self.seen.iter().any(|over| over.holds(ord))),
        }
    }

    fn amount(&self, at: usize) -> Amount {
        match &self.figure.measure {
            Measure::People { .. } => Amount { numerator: self.parts[at].people.len() as i64, denominator: 0 },
            _ => self.parts[at].amount,
        }
    }

    fn steps(&self) -> Vec<(String, String)> {
        let step = |at: usize| (self.parts[at].period.short(), value_words(self.figure, self.amount(at)));
        (1..self.parts.len()).map(step).collect()
    }
}
