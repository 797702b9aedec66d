//! Which other records does a step write down? Those of a mechanism that name the record, row by row in a child table:
//! the list of a call, the names behind a decision.
//!
//! Never typed, and never changed by what happens to those records afterwards.

use crate::catalog::grammar::parts::{arg, must};
use crate::catalog::grammar::{MECHANISM, Node, Scalar, Times};
use crate::catalog::{Child, Field, FieldType};
use crate::ids::{FieldId, MechanismId, StateId, StepId};
use crate::record::Record;
use crate::value::{Facts, Value};

/// The node of the grammar.
pub(crate) const NODE: Node = Node {
    key: "gather",
    name: "gather",
    inside: &[MECHANISM],
    times: Times::Any,
    args: &[arg("子表", Scalar::Id)],
    props: &[
        must("mechanism", Scalar::Id, "收哪个机制的记录。"),
        must("by", Scalar::Id, "那个机制的哪个关联栏目指着本记录。"),
        must("states", Scalar::Ids, "收在哪些状态里的。"),
        must("at", Scalar::Id, "走哪一步时写进子表；一行也没有的，那一步走不了。"),
    ],
    means: "走某一步时，把指着本记录的记录写进一张子表，谁也不能填：各栏写同代号、同类型的栏目，关联那个机制的栏目写那条记录。",
};

/// Records that a step writes down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathering {
    /// The child table.
    pub child: FieldId,
    /// The mechanism of the records.
    pub mechanism: MechanismId,
    /// Their field that names this record.
    pub by: FieldId,
    /// Their states.
    pub states: Vec<StateId>,
    /// The step.
    pub at: StepId,
}

/// Writes records down in a child table: a row for each, with its fields of the same ids and types.
pub fn write<'a>(
    child: &Child,
    after: &mut Record,
    records: impl Iterator<Item = (&'a Record, Vec<(FieldId, Value)>)>,
) -> usize {
    let mut rows = Vec::new();
    for (record, computed) in records {
        let mut row = Facts::default();
        for column in &child.fields {
            let of = |id: &FieldId| computed.iter().find(|it| it.0 == *id).map(|it| it.1.clone());
            let value = match &column.of {
                FieldType::Record { of } if *of == record.mechanism => Some(Value::Record(record.id)),
                _ => record.facts.find(column.id.as_str()).cloned().or_else(|| of(&column.id)),
            };
            row.put(&column.id, value.filter(|value| fits(column, value)));
        }
        rows.push(row);
    }
    let count = rows.len();
    after.facts.put(&child.id, (count > 0).then_some(Value::Rows(rows)));
    count
}

/// A row of a table as it stands in another: what has the same id and type.
pub fn same(child: &Child, row: &Facts) -> Facts {
    let mut kept = Facts::default();
    for column in &child.fields {
        kept.put(&column.id, row.find(column.id.as_str()).filter(|value| fits(column, value)).cloned());
    }
    kept
}

fn fits(column: &Field, value: &Value) -> bool {
    match (&column.of, value) {
        (FieldType::Text { max }, Value::Text(text)) => text.chars().count() <= *max,
        (FieldType::Unit, Value::Unit(_)) | (FieldType::Decimal { .. }, Value::Decimal(_)) => true,
        (FieldType::Whole { .. }, Value::Whole(_)) | (FieldType::Choice { .. }, Value::Choice(_)) => true,
        (FieldType::Day, Value::Day(_)) | (FieldType::Person, Value::Person(_)) => true,
        (FieldType::Money, Value::Money(_)) => true,
        (FieldType::Record { .. }, Value::Record(_)) | (FieldType::YesNo, Value::YesNo(_)) => true,
        _ => false,
    }
}
