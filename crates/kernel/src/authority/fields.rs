//! What of a record does somebody read and write, field by field?
//!
//! A field without protection is read by whoever sees the record. What is computed from a protected field is as
//! protected as that. Never wider than the record: a role counts only over the record's unit.

use crate::catalog::{Field, FieldType, Mask, Mechanism, Protection};
use crate::formula::expr::Slot;
use crate::ids::{FieldId, MechanismId, RoleId, StateId};
use crate::value::Value;

use super::Actor;

/// How somebody reads a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It is not there for them.
    Hidden,
    /// They read that something stands there, and its ends; the whole only for a reason that is kept.
    Masked,
    /// They read it.
    Readable,
}

/// Who asks, of a record of which unit, in which state.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// The number of the record's unit in pre-order; none for a record that is being begun.
    pub unit_ord: Option<i64>,
    /// The record's state; none for a record that is being begun.
    pub state: Option<&'a StateId>,
}

impl Asker<'_> {
    fn holds(&self, mechanism: &MechanismId, roles: &[RoleId]) -> bool {
        match (self.actor, self.unit_ord) {
            (Actor::Clock, _) => true,
            (actor, Some(ord)) => actor.grant_for(mechanism, roles, ord).is_some(),
            (actor, None) => actor.holds_any(mechanism, roles),
        }
    }

    fn is_in(&self, states: &[StateId]) -> bool {
        self.state.is_some_and(|state| states.contains(state))
    }
}

/// How somebody reads a field of a record.
// enforces: field.read
// enforces: field.mask
// enforces: field.hidden_in
pub fn access(mechanism: &Mechanism, field: &Field, asker: Asker<'_>) -> Access {
    sources(mechanism, field)
        .into_iter()
        .map(|source| own_access(&mechanism.id, &source.protection, asker))
        .min()
        .unwrap_or(Access::Readable)
}

/// How somebody reads a column of a child table.
// enforces: child.field.read
// enforces: child.field.mask
pub fn column_access(mechanism: &Mechanism, column: &Field, asker: Asker<'_>) -> Access {
    own_access(&mechanism.id, &column.protection, asker)
}

fn own_access(mechanism: &MechanismId, protection: &Protection, asker: Asker<'_>) -> Access {
    if matches!(asker.actor, Actor::Clock) {
        return Access::Readable;
    }
    let is_reader = protection.read.is_empty() || asker.holds(mechanism, &protection.read);
    let is_shown = !asker.is_in(&protection.hidden_in) || asker.holds(mechanism, &protection.write);
    match (is_reader && is_shown, &protection.mask) {
        (false, _) => Access::Hidden,
        (true, Some(_)) => Access::Masked,
        (true, None) => Access::Readable,
    }
}

/// May somebody write the field, as far as its own protection goes? The step has to ask for it besides.
// enforces: field.write
// enforces: field.closed_in
pub fn may_write(mechanism: &MechanismId, field: &Field, asker: Asker<'_>) -> bool {
    let protection = &field.protection;
    let is_writer = protection.write.is_empty() || asker.holds(mechanism, &protection.write);
    let is_reader = protection.read.is_empty() || asker.holds(mechanism, &protection.read);
    matches!(asker.actor, Actor::Clock)
        || (is_writer
            && is_reader
            && !asker.is_in(&protection.closed_in)
            && own_access(mechanism, protection, asker) != Access::Hidden)
}

/// The field, and all that it is computed from, columns of child tables too.
pub fn sources<'a>(mechanism: &'a Mechanism, field: &'a Field) -> Vec<&'a Field> {
    let mut found: Vec<&Field> = vec![field];
    let mut at = 0;
    while let Some(next) = found.get(at) {
        at += 1;
        let FieldType::Computed { formula } = &next.of else { continue };
        for slot in formula.expr.mentions() {
            let named = match &slot {
                Slot::Field(id) => mechanism.field(id.as_str()),
                Slot::Column { child, column } => mechanism.column(child.as_str(), column.as_str()),
                _ => None,
            };
            if let Some(named) = named.filter(|named| !found.iter().any(|it| std::ptr::eq(*it, *named))) {
                found.push(named);
            }
        }
    }
    found
}

/// Is the field, or anything that it is computed from, not read in full by whoever sees the record?
pub fn is_protected(mechanism: &Mechanism, id: &FieldId) -> bool {
    let Some(field) = mechanism.field(id.as_str()) else { return false };
    sources(mechanism, field).into_iter().any(|field| field.protection.limits_reading())
}

/// Does a formula or a template that names this tell what a protected field or column holds? Which.
pub fn told_by<'a>(mechanism: &'a Mechanism, slot: &Slot) -> Option<&'a Field> {
    match slot {
        Slot::Field(id) => mechanism.field(id.as_str()).filter(|field| is_protected(mechanism, &field.id)),
        Slot::Column { child, column } => {
            let column = mechanism.column(child.as_str(), column.as_str());
            column.filter(|column| column.protection.limits_reading())
        }
        _ => None,
    }
}

/// A value as it reads when it is masked; text keeps its ends, all else is gone.
// enforces: field.mask
pub fn masked(mask: Mask, value: &Value) -> String {
    let Value::Text(text) = value else { return COVER.to_owned() };
    let signs: Vec<char> = text.chars().collect();
    let (head, tail) = match mask {
        Mask::Identity if signs.len() >= 15 => (4, 4),
        Mask::Phone if signs.len() >= 7 => (3, 4),
        Mask::Name if signs.len() >= 2 => (1, 0),
        _ => return COVER.to_owned(),
    };
    let hidden = signs.len() - head - tail;
    let ends = |part: &[char]| part.iter().collect::<String>();
    format!("{}{}{}", ends(&signs[..head]), "*".repeat(hidden), ends(&signs[signs.len() - tail..]))
}

/// What stands where nothing may be told, not even how long it is.
pub const COVER: &str = "******";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_the_ends_and_never_tells_a_short_value() {
        let masked = |mask, text: &str| masked(mask, &Value::Text(text.to_owned()));
        assert_eq!(masked(Mask::Identity, "999999199001011234"), "9999**********1234");
        assert_eq!(masked(Mask::Identity, "9999991990"), COVER);
        assert_eq!(masked(Mask::Phone, "00000000123"), "000****0123");
        assert_eq!(masked(Mask::Phone, "123456"), COVER);
        assert_eq!(masked(Mask::Name, "林书敏"), "林**");
        assert_eq!(masked(Mask::Name, "林"), COVER);
        assert_eq!(masked(Mask::All, "什么都行"), COVER);
        assert_eq!(super::masked(Mask::All, &Value::Whole(7)), COVER);
    }
}
