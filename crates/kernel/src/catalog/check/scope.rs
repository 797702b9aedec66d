//! What may a formula name? The fields of the record by their Chinese names, and what every record has.
//!
//! Never knows a value: it tells where one stands and of what type it is.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{Child, Field, FieldType, Vocabulary};
use crate::formula::{Choices, Column, Columns, Measure, Own, Scope, Slot, Symbol, Type};
use crate::kinds::activity::Count;
use crate::kinds::ballot::Told;
use crate::kinds::dispatch::Counted;

/// The names that every record has; no field may be called so.
pub(in crate::catalog) const OWN: &[(&str, Own)] = &[
    ("状态", Own::State),
    ("编号", Own::Number),
    ("单位", Own::Unit),
    ("登记日", Own::OpenedOn),
    ("结束日", Own::ClosedOn),
];

/// The names of one mechanism.
#[derive(Clone, Default)]
pub(in crate::catalog) struct RecordScope {
    symbols: BTreeMap<String, Symbol>,
    order: Vec<String>,
    /// Computed fields whose type is not known yet; asking for one is remembered.
    pub(in crate::catalog) pending: Vec<String>,
    asked: RefCell<Vec<String>>,
}

impl RecordScope {
    /// What every record has, with the states as options.
    pub(in crate::catalog) fn new(states: Choices) -> Self {
        let mut scope = Self::default();
        for (name, own) in OWN {
            let of = match own {
                Own::State => Type::Choice(states.clone()),
                Own::Number => Type::Text,
                Own::Unit => Type::Unit,
                _ => Type::Day,
            };
            scope.add(name, Slot::Own(*own), of);
        }
        scope
    }

    /// Adds what is counted of those who come.
    pub(in crate::catalog) fn add_turnout(&mut self) {
        for (name, unit, count) in Count::ALL {
            self.add(name, Slot::Own(Own::Turnout(count)), Type::Number(Measure::Unit(unit.into())));
        }
    }

    /// Adds what is told of a voting once it is counted.
    pub(in crate::catalog) fn add_tally(&mut self) {
        for (name, unit, told) in Told::ALL {
            let of = unit.map_or(Type::YesNo, |unit| Type::Number(Measure::Unit(unit.into())));
            self.add(name, Slot::Own(Own::Tally(told)), of);
        }
    }

    /// Adds what is counted of the units that have received a paper.
    pub(in crate::catalog) fn add_receipts(&mut self) {
        for (name, counted) in Counted::ALL {
            let of = Type::Number(Measure::Unit(Counted::UNIT.into()));
            self.add(name, Slot::Own(Own::Receipt(counted)), of);
        }
    }

    /// Adds a name; the first of two equal names stays.
    pub(in crate::catalog) fn add(&mut self, name: &str, slot: Slot, of: Type) {
        if !self.symbols.contains_key(name) {
            self.symbols.insert(name.to_owned(), Symbol { slot, of });
            self.order.push(name.to_owned());
        }
    }

    /// Adds a field.
    pub(in crate::catalog) fn add_field(&mut self, field: &Field, vocabulary: &Vocabulary) {
        self.add(&field.name, Slot::Field(field.id.clone()), formula_type(&field.of, vocabulary));
    }

    /// Adds a child table.
    pub(in crate::catalog) fn add_child(&mut self, child: &Child, vocabulary: &Vocabulary) {
        let column = |field: &Field| Column {
            field: field.id.clone(),
            name: Arc::from(field.name.as_str()),
            of: formula_type(&field.of, vocabulary),
        };
        let columns = Columns(child.fields.iter().map(column).collect());
        self.add(&child.name, Slot::Field(child.id.clone()), Type::Rows(columns));
    }

    /// The pending names that were asked for since the last call.
    pub(in crate::catalog) fn take_asked(&self) -> Vec<String> {
        self.asked.take()
    }
}

impl Scope for RecordScope {
    fn find(&self, name: &str) -> Option<Symbol> {
        if self.pending.iter().any(|it| it == name) {
            self.asked.borrow_mut().push(name.to_owned());
        }
        self.symbols.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.order.clone()
    }
}

/// The type that formulas see when they name a field.
pub fn formula_type(of: &FieldType, vocabulary: &Vocabulary) -> Type {
    let number = |measure: &Option<Arc<str>>| match measure.as_deref() {
        None => Measure::Plain,
        Some("天" | "日") => Measure::Days,
        Some("工作日" | "个工作日") => Measure::WorkingDays,
        Some("个月") => Measure::Months,
        Some(other) => Measure::Unit(other.into()),
    };
    match of {
        FieldType::Text { .. } | FieldType::LongText { .. } => Type::Text,
        FieldType::Whole { measure, .. } | FieldType::Decimal { measure, .. } => Type::Number(number(measure)),
        FieldType::Money => Type::Number(Measure::Money),
        FieldType::Percent => Type::Number(Measure::Percent),
        FieldType::Day => Type::Day,
        FieldType::Month => Type::Month,
        FieldType::Moment => Type::Moment,
        FieldType::YesNo => Type::YesNo,
        FieldType::Choice { list } => Type::Choice(options(list.as_str(), vocabulary)),
        FieldType::Unit => Type::Unit,
        FieldType::Units => Type::Units,
        FieldType::Person => Type::Person,
        FieldType::People => Type::People,
        FieldType::Record { .. } => Type::Record,
        FieldType::Files => Type::Files,
        FieldType::Computed { formula } => formula.of.clone(),
    }
}

/// The items of a list as options.
pub(in crate::catalog) fn options(list: &str, vocabulary: &Vocabulary) -> Choices {
    let items = vocabulary.list(list).map(|list| list.items.as_slice()).unwrap_or_default();
    Choices::new(items.iter().map(|item| (&*item.id, &*item.name)))
}
