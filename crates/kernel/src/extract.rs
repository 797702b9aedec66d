//! Which table of a record leaves as a workbook for somebody else, in which columns, and what does it come to?
//!
//! Never a rounded number: what stands in the last row is the exact sum of the rows above it.

use rust_decimal::Decimal;

use crate::catalog::{FieldType, Mechanism};
use crate::ids::{FieldId, RoleId, StateId};
use crate::record::Record;
use crate::value::{Facts, Value};

/// A table that leaves as a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extract {
    /// Its id, part of its address.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The child table.
    pub of: FieldId,
    /// Who may take it.
    pub who: Vec<RoleId>,
    /// In which states.
    pub states: Vec<StateId>,
    /// The column that is added up.
    pub total: Option<FieldId>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// What stands in it.
    pub holds: Holds,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The number of the row, from 1.
    Place,
    /// A column of the child table.
    Column(FieldId),
    /// A field of the record, alike in each row.
    Own(FieldId),
}

impl Extract {
    /// The rows of the table.
    pub fn rows<'a>(&self, record: &'a Record) -> &'a [Facts] {
        match record.facts.find(self.of.as_str()) {
            Some(Value::Rows(rows)) => rows,
            _ => &[],
        }
    }

    /// The exact sum of the column that is added up; money in 分.
    // enforces: extract.total
    pub fn sum(&self, mechanism: &Mechanism, record: &Record) -> Option<Value> {
        let total = self.total.as_ref()?;
        let of = &mechanism.column(self.of.as_str(), total.as_str())?.of;
        let amounts = self.rows(record).iter().filter_map(|row| row.find(total.as_str()));
        sum(of, amounts)
    }
}

/// The exact sum of values of a type; nothing if it is more than can be held.
pub fn sum<'a>(of: &FieldType, mut amounts: impl Iterator<Item = &'a Value>) -> Option<Value> {
    match of {
        FieldType::Money => {
            let fen = amounts.try_fold(0_i64, |sum, it| match it {
                Value::Money(fen) => sum.checked_add(*fen),
                _ => Some(sum),
            });
            fen.map(Value::Money)
        }
        FieldType::Whole { .. } => {
            let whole = amounts.try_fold(0_i64, |sum, it| match it {
                Value::Whole(number) => sum.checked_add(*number),
                _ => Some(sum),
            });
            whole.map(Value::Whole)
        }
        FieldType::Decimal { .. } => {
            let exact = amounts.try_fold(Decimal::ZERO, |sum, it| match it {
                Value::Decimal(number) => sum.checked_add(*number),
                _ => Some(sum),
            });
            exact.map(Value::Decimal)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_last_row_is_the_sum_of_the_rows_to_the_cent(parts in vec(0_i64..5_000_000_000, 0..600)) {
            let values: Vec<Value> = parts.iter().map(|fen| Value::Money(*fen)).collect();
            let whole: i128 = parts.iter().map(|fen| i128::from(*fen)).sum();
            prop_assert_eq!(sum(&FieldType::Money, values.iter()), Some(Value::Money(whole as i64)));
            // However it is split, the parts of the parts come to the same.
            let (one, other) = values.split_at(values.len() / 2);
            let halves = [one, other].map(|half| match sum(&FieldType::Money, half.iter()) {
                Some(Value::Money(fen)) => fen,
                _ => -1,
            });
            prop_assert_eq!(i128::from(halves[0]) + i128::from(halves[1]), whole);
        }
    }

    #[test]
    fn what_cannot_be_held_is_no_sum() {
        let most = [Value::Money(i64::MAX), Value::Money(1)];
        assert_eq!(sum(&FieldType::Money, most.iter()), None);
    }
}
