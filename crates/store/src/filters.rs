//! How does a condition of a definition become SQL? Piece by piece, saying the same as the kernel says.
//!
//! A comparison with an absent side is null in SQL and false in the kernel. `AND`, `OR`, `WHERE` and `CASE` treat
//! null as false by themselves; only `NOT` and whatever takes yes or no as a value close it with `COALESCE`.
//! What SQL cannot say the same way (working days, rounding, figures) is refused, and named: the caller then asks
//! with what remains and lets the kernel judge the rows.
//! Never approximates in silence: decimals are compared exactly in PostgreSQL, and to nine places in SQLite.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::formula::{Cmp, Expr, Gather, Named, Op, Own, Slot, Step, Type};
use kernel::ids::FieldId;
use kernel::value::Month;

use crate::asking::Asking;
use crate::dialect::{Dialect, plain_name};
use crate::param::P;
use crate::records::{NEVER, NO_NUMBER};

/// A condition with what it needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    /// The condition.
    pub expr: &'a Expr,
    /// The day it is.
    pub today: Date,
    /// The period, for `在 期间`.
    pub period: Option<(Date, Date)>,
    /// Fields that are not kept but computed, with their formulas.
    pub computed: Option<&'a BTreeMap<FieldId, Expr>>,
}

/// How deep computed fields may stand in each other.
const DEEPEST: usize = 16;
/// How far a day may be moved, in steps.
const FARTHEST: i64 = 20_000;

/// A part of a condition that SQL cannot say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the condition cannot be asked in SQL: {0}")]
pub struct CannotAsk(pub String);

type Said = Result<String, CannotAsk>;

fn cannot(what: impl Into<String>) -> Said {
    Err(CannotAsk(what.into()))
}

/// The condition as SQL over the table `record` whose placeholders begin at `$1`, and its parameters.
/// `$1` is the site. Err names the part that cannot be said.
pub fn condition_sql(dialect: Dialect, site: i64, condition: &Condition<'_>) -> Result<(String, Vec<P>), CannotAsk> {
    let mut asking = Asking::at(dialect, site);
    let piece = compile(&mut asking, condition)?;
    asking.and(piece);
    Ok((asking.text(), asking.params))
}

/// Adds the condition's parameters and gives its text.
pub(crate) fn compile(asking: &mut Asking, condition: &Condition<'_>) -> Said {
    Saying { asking, given: *condition, depth: 0 }.condition(condition.expr)
}

struct Saying<'a, 'b> {
    asking: &'a mut Asking,
    given: Condition<'b>,
    /// Computed fields inside of computed fields.
    depth: usize,
}

impl<'b> Saying<'_, 'b> {
    fn dialect(&self) -> Dialect {
        self.asking.dialect
    }

    /// A condition; null counts as false.
    fn condition(&mut self, expr: &Expr) -> Said {
        Ok(match expr {
            Expr::All => "(1 = 1)".to_owned(),
            Expr::YesNo(yes) => (if *yes { "(1 = 1)" } else { "(1 = 0)" }).to_owned(),
            Expr::And(all) => self.joined(all, " AND ")?,
            Expr::Or(all) => self.joined(all, " OR ")?,
            Expr::Not(inner) => format!("(NOT COALESCE({}, FALSE))", self.condition(inner)?),
            Expr::Compare(how, left, right) => self.compare(*how, left, right)?,
            Expr::OneOf { value, options, negated } => {
                let value = self.value(value)?;
                let options = options.iter().map(|option| self.value(option)).collect::<Result<Vec<_>, _>>()?;
                format!("({value} {}IN ({}))", if *negated { "NOT " } else { "" }, options.join(", "))
            }
            Expr::InPeriod(day) => self.in_period(day)?,
            Expr::Empty(value) => self.empty(value)?,
            Expr::Contains(text, word) => {
                let (text, word) = (self.value(text)?, self.value(word)?);
                format!("({} > 0)", self.dialect().place_of(&word, &text))
            }
            Expr::Includes(list, one) => self.includes(list, one)?,
            Expr::If(given, then, otherwise) => {
                let given = self.condition(given)?;
                format!("(CASE WHEN {given} THEN {} ELSE {} END)", self.condition(then)?, self.condition(otherwise)?)
            }
            Expr::Named(named) => self.yes(named)?,
            other => return cannot(format!("{other:?} is no condition")),
        })
    }

    fn joined(&mut self, all: &[Expr], word: &str) -> Said {
        let all = all.iter().map(|one| self.condition(one)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", all.join(word)))
    }

    fn compare(&mut self, how: Cmp, left: &Expr, right: &Expr) -> Said {
        let sign = match how {
            Cmp::Equal => "=",
            Cmp::Differs => "<>",
            Cmp::Less => "<",
            Cmp::AtMost => "<=",
            Cmp::More => ">",
            Cmp::AtLeast => ">=",
        };
        if matches!(left.of(), Type::Rows(_)) {
            return cannot("child tables are compared");
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        Ok(format!("({left} {sign} {right})"))
    }

    fn in_period(&mut self, value: &Expr) -> Said {
        let Some((from, until)) = self.given.period else { return Ok("(1 = 0)".to_owned()) };
        let bounds = if value.of() == Type::Month {
            let first = if from.day() == 1 { Month::of(from) } else { Month::of(from).plus(1) };
            let last = if until == until.last_of_month() { Month::of(until) } else { Month::of(until).plus(-1) };
            (first.to_string(), last.to_string())
        } else {
            (from.to_string(), until.to_string())
        };
        let value = self.value(value)?;
        let (from, until) = (self.asking.param(bounds.0), self.asking.param(bounds.1));
        Ok(format!("({value} BETWEEN {from} AND {until})"))
    }

    fn empty(&mut self, value: &Expr) -> Said {
        let text = match (value, value.of()) {
            (Expr::Named(named), Type::Units | Type::People | Type::Files | Type::Rows(_)) => self.stored(named)?,
            (_, Type::Units | Type::People | Type::Files | Type::Rows(_)) => return cannot("a computed list"),
            _ => return Ok(format!("({} IS NULL)", self.value(value)?)),
        };
        Ok(format!("({text} IS NULL OR {text} = '[]')"))
    }

    fn includes(&mut self, list: &Expr, one: &Expr) -> Said {
        let Expr::Named(Named { slot: Slot::Field(field), .. }) = list else { return cannot("a computed list") };
        let name = plain(field)?;
        let one = self.value(one)?;
        Ok(format!("({})", self.dialect().member_holds("facts", &name, &one)))
    }

    /// A named yes or no.
    fn yes(&mut self, named: &Named) -> Said {
        if let Some(formula) = self.formula(named) {
            return self.inside(|it| it.condition(formula));
        }
        Ok(match &named.slot {
            Slot::Own(Own::IsOpen) => "(open_ = 1)".to_owned(),
            _ => format!("({} = {})", self.stored(named)?, self.dialect().yes()),
        })
    }

    /// A value; null if absent. A condition as a value is TRUE, FALSE or, for a kept field, null.
    fn value(&mut self, expr: &Expr) -> Said {
        Ok(match expr {
            Expr::Number(number, _) => {
                let place = self.asking.param(number.normalize().to_string());
                format!("CAST({place} AS NUMERIC)")
            }
            Expr::Text(text) => self.text(text),
            Expr::Day(day) => self.text(&day.to_string()),
            Expr::Month(month) => self.text(&month.to_string()),
            Expr::Option(choice, _) => self.text(&choice.id),
            Expr::Today => self.text(&self.given.today.to_string()),
            Expr::Named(named) => self.named(named)?,
            Expr::Arith(op, _, left, right) => self.arithmetic(*op, left, right)?,
            Expr::Shift { day, by, step, back } => self.shift(day, by, *step, *back)?,
            Expr::DaysBetween(from, until) => {
                let (from, until) = (self.value(from)?, self.value(until)?);
                self.dialect().days_between(&from, &until)
            }
            Expr::If(given, then, otherwise) => {
                let given = self.condition(given)?;
                format!("(CASE WHEN {given} THEN {} ELSE {} END)", self.value(then)?, self.value(otherwise)?)
            }
            Expr::Largest(all) => self.extreme(all, true)?,
            Expr::Smallest(all) => self.extreme(all, false)?,
            Expr::YearOf(day) => {
                let day = self.value(day)?;
                self.dialect().part(&day, 1, 4)
            }
            Expr::MonthOf(day) => {
                let day = self.value(day)?;
                self.dialect().part(&day, 6, 2)
            }
            Expr::DayOf(moment) => {
                let moment = self.value(moment)?;
                self.dialect().day_of_instant(&format!("CAST({moment} AS BIGINT)"))
            }
            Expr::Count { rows, given } => self.count(rows, given.as_deref())?,
            Expr::Gather { how, rows, column, given } => self.gather(*how, rows, column, given.as_deref())?,
            Expr::WorkingHoursBetween(..) => return cannot("hours of work are counted"),
            Expr::WorkingDaysBetween(..) => return cannot("working days are counted"),
            Expr::Round(..) => return cannot("a number is rounded"),
            condition => format!("COALESCE({}, FALSE)", self.condition(condition)?),
        })
    }

    fn text(&mut self, text: &str) -> String {
        let place = self.asking.param(text);
        format!("CAST({place} AS TEXT)")
    }

    fn named(&mut self, named: &Named) -> Said {
        if let Some(formula) = self.formula(named) {
            return self.inside(|it| it.value(formula));
        }
        let stored = self.stored(named)?;
        Ok(match (&named.of, &named.slot) {
            (Type::YesNo, Slot::Own(_)) => "(open_ = 1)".to_owned(),
            (Type::YesNo, _) => format!("({stored} = {})", self.dialect().yes()),
            (Type::Number(_) | Type::Moment, _) => self.dialect().number(&stored),
            (Type::Rows(_), _) => return cannot("a whole child table"),
            _ => stored,
        })
    }

    /// The formula of a field that is not kept.
    fn formula(&self, named: &Named) -> Option<&'b Expr> {
        let Slot::Field(field) = &named.slot else { return None };
        self.given.computed?.get(field)
    }

    /// Says something one computed field further in.
    fn inside(&mut self, say: impl FnOnce(&mut Self) -> Said) -> Said {
        if self.depth >= DEEPEST {
            return cannot("computed fields stand too deep in each other");
        }
        self.depth += 1;
        let said = say(self);
        self.depth -= 1;
        said
    }

    fn arithmetic(&mut self, op: Op, left: &Expr, right: &Expr) -> Said {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let (left, right) = (format!("CAST({left} AS NUMERIC)"), format!("CAST({right} AS NUMERIC)"));
        let over = format!("NULLIF({right}, 0)");
        Ok(self.dialect().reckoned(&match op {
            Op::Plus => format!("{left} + {right}"),
            Op::Minus => format!("{left} - {right}"),
            Op::Times => format!("{left} * {right}"),
            Op::Over => format!("{left} * 1.0 / {over}"),
            Op::Share => format!("{left} * {right} / 100.0"),
            Op::PerShare => format!("{left} * 100.0 / {over}"),
        }))
    }

    /// Only by a fixed number: anything else might leave the days that a database knows.
    fn shift(&mut self, day: &Expr, by: &Expr, step: Step, back: bool) -> Said {
        let Expr::Number(by, _) = by else { return cannot("a day is moved by something that is not fixed") };
        let by = i64::try_from(by.trunc().mantissa()).ok().filter(|by| by.abs() <= FARTHEST);
        let Some(by) = by else { return cannot("a day is moved too far") };
        let by = if back { -by } else { by };
        let day = self.value(day)?;
        match step {
            Step::Days => Ok(self.dialect().plus_days(&day, by)),
            Step::Months => Ok(self.dialect().plus_months(&day, by)),
            Step::WorkingDays => cannot("a day is moved by working days"),
        }
    }

    fn extreme(&mut self, all: &[Expr], largest: bool) -> Said {
        if all.len() < 2 {
            return cannot("the largest of one");
        }
        let all = all.iter().map(|one| self.value(one)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.dialect().extreme(largest, &all))
    }

    /// Over the rows of a child table.
    fn over_rows(&mut self, made: &str, rows: &Named, given: Option<&Expr>) -> Said {
        let Slot::Field(child) = &rows.slot else { return cannot("rows that are not a child table") };
        let source = self.dialect().member_rows("facts", &plain(child)?);
        let given = given.map(|given| self.condition(given)).transpose()?;
        let given = given.map(|given| format!(" WHERE {given}")).unwrap_or_default();
        Ok(format!("(SELECT {made} FROM {source}{given})"))
    }

    fn count(&mut self, rows: &Named, given: Option<&Expr>) -> Said {
        self.over_rows("COUNT(*)", rows, given)
    }

    fn gather(&mut self, how: Gather, rows: &Named, column: &Named, given: Option<&Expr>) -> Said {
        let value = self.named(column)?;
        let made = match how {
            Gather::Sum => self.dialect().reckoned(&format!("COALESCE(SUM({value}), 0)")),
            Gather::Largest => format!("MAX({value})"),
            Gather::Smallest => format!("MIN({value})"),
        };
        self.over_rows(&made, rows, given)
    }

    /// Where a named value is kept, as text or number.
    fn stored(&mut self, named: &Named) -> Said {
        let dialect = self.dialect();
        Ok(match &named.slot {
            Slot::Field(field) => dialect.member("facts", &plain(field)?),
            Slot::Column { column, .. } => dialect.member("row_.value", &plain(column)?),
            Slot::Own(own) => match own {
                Own::State => "state".to_owned(),
                Own::Number => format!("NULLIF(number_, '{NO_NUMBER}')"),
                Own::Unit => dialect.hex("unit"),
                Own::OpenedOn => "opened_on".to_owned(),
                Own::ClosedOn => "closed_on".to_owned(),
                Own::DueOn => format!("NULLIF(due_on, '{NEVER}')"),
                Own::IsOpen => "open_".to_owned(),
                Own::Turnout(_) => return cannot("who came"),
                Own::Receipt(_) => return cannot("who has received it"),
                Own::Tally(_) => return cannot("what a voting came to"),
                Own::Linked(_) => return cannot("what holds between the sides of a link"),
            },
            Slot::Deadline(deadline) => {
                let name = self.asking.param(deadline);
                format!(
                    "(SELECT d.due_on FROM deadline d WHERE d.site = record.site AND d.record = record.id \
                     AND d.name_ = {name})"
                )
            }
            Slot::Figure(figure) => return cannot(format!("the figure {figure}")),
        })
    }
}

/// A field's id as it may stand in SQL text.
fn plain(field: &FieldId) -> Said {
    match plain_name(field.as_str()) {
        Ok(name) => Ok(name.to_owned()),
        Err(_) => cannot(format!("the field “{field}” has no plain name")),
    }
}
