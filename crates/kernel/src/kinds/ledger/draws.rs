//! What does a step of another mechanism do with an account, and which account is it?
//!
//! Never an amount: that follows from the record.

use std::sync::Arc;

use super::{Balance, Place, Word};
use crate::catalog::{FieldType, Mechanism};
use crate::formula::Formula;
use crate::ids::{FieldId, MechanismId, RecordId};
use crate::record::Record;

/// What a step does with an account.
#[derive(Clone, Debug)]
pub struct Draw {
    /// The movement.
    pub word: Arc<str>,
    /// Which account.
    pub account: Whence,
    /// How much.
    pub amount: Formula,
    /// The field with the day.
    pub on: Option<FieldId>,
    /// The field with the document's number.
    pub document: Option<FieldId>,
    /// The field that says why it goes above the ceiling; without it, the step's reason does.
    pub reason: Option<FieldId>,
}

/// How a step finds the account on which it draws.
#[derive(Clone, Debug)]
pub enum Whence {
    /// A field names it.
    Named(FieldId),
    /// It is the one of that ledger whose fields hold this; where there is none, nothing is limited.
    Found(MechanismId, Vec<(FieldId, Formula)>),
}

impl Draw {
    /// Does it give back, to an account that the step has found, what the record never took? The account was opened after it.
    pub fn has_nothing_to_give(&self, word: &Word, account: &Record, by: RecordId) -> bool {
        if !matches!((&self.account, &word.from), (Whence::Found(..), Place::Stage(_))) {
            return false;
        }
        let mut own = Balance::default();
        let theirs = account.book.movements().iter().filter(|it| it.cause == Some(by));
        theirs.for_each(|it| own.add(&it.from, &it.to, it.amount));
        own.held(&word.from) <= 0
    }

    /// The ledger on whose accounts it draws.
    pub fn ledger<'a>(&'a self, mechanism: &'a Mechanism) -> Option<&'a MechanismId> {
        match &self.account {
            Whence::Found(ledger, _) => Some(ledger),
            Whence::Named(field) => match &mechanism.field(field.as_str())?.of {
                FieldType::Record { of } => Some(of),
                _ => None,
            },
        }
    }
}
