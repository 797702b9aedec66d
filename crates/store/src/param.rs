//! What goes into a statement? Four kinds of value, the same for both databases.
//!
//! Never an empty text: it becomes null, because some databases cannot tell them apart.

use jiff::civil::Date;
use kernel::ids::{
    AccountId, BatchId, DeadlineId, ExceptionId, FieldId, FigureId, FigureSealId, FileId, GrantId, HandOverId, ListId,
    MechanismId, PaperId, PaperKind, PersonId, RecordId, RoleId, StandInId, StateId, StepId, TargetId, UnitId,
    UnitKind,
};
use uuid::Uuid;

/// The kind of a value; PostgreSQL wants it also of a null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers, also instants and yes or no.
    Int,
    /// Texts, also days and JSON.
    Text,
    /// Bytes, also ids.
    Bytes,
}

/// A value for a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub enum P {
    /// Nothing, of a kind.
    Null(Kind),
    /// A whole number.
    Int(i64),
    /// A text that is not empty.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl P {
    /// A text; empty becomes null.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Null(Kind::Text) } else { Self::Text(text) }
    }
}

/// Types that know how they go into a statement.
pub trait Param {
    /// The kind, for a null.
    const KIND: Kind;
    /// The value.
    fn param(self) -> P;
}

impl<T: Param> From<T> for P {
    fn from(value: T) -> Self {
        value.param()
    }
}

impl<T: Param> Param for Option<T> {
    const KIND: Kind = T::KIND;
    fn param(self) -> P {
        self.map_or(P::Null(T::KIND), T::param)
    }
}

macro_rules! params {
    ($($of:ty, $kind:ident, |$it:ident| $make:expr;)+) => {$(
        impl Param for $of {
            const KIND: Kind = Kind::$kind;
            fn param(self) -> P {
                let $it = self;
                $make
            }
        }
    )+};
}

params! {
    i64, Int, |it| P::Int(it);
    i32, Int, |it| P::Int(it.into());
    u32, Int, |it| P::Int(it.into());
    bool, Int, |it| P::Int(it.into());
    String, Text, |it| P::text(it);
    &str, Text, |it| P::text(it);
    &String, Text, |it| P::text(it.as_str());
    Date, Text, |it| P::Text(it.to_string());
    Vec<u8>, Bytes, |it| P::Bytes(it);
    &[u8], Bytes, |it| P::Bytes(it.to_vec());
    Uuid, Bytes, |it| P::Bytes(it.as_bytes().to_vec());
    serde_json::Value, Text, |it| P::Text(it.to_string());
    &serde_json::Value, Text, |it| P::Text(it.to_string());
}

macro_rules! row_ids {
    ($($id:ty),+) => {$(
        impl Param for $id {
            const KIND: Kind = Kind::Bytes;
            fn param(self) -> P {
                self.0.param()
            }
        }
    )+};
}

row_ids!(
    RecordId, UnitId, PersonId, AccountId, GrantId, StandInId, TargetId, FigureSealId, ExceptionId, HandOverId, FileId,
    PaperId, BatchId
);

macro_rules! slugs {
    ($($id:ty),+) => {$(
        impl Param for &$id {
            const KIND: Kind = Kind::Text;
            fn param(self) -> P {
                P::text(self.as_str())
            }
        }
        impl Param for $id {
            const KIND: Kind = Kind::Text;
            fn param(self) -> P {
                P::text(self.as_str())
            }
        }
    )+};
}

slugs!(MechanismId, FieldId, StateId, StepId, DeadlineId, FigureId, PaperKind, ListId, RoleId, UnitKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_is_written_as_null_and_a_null_knows_its_kind() {
        assert_eq!(P::from(""), P::Null(Kind::Text));
        assert_eq!(P::from(None::<PersonId>), P::Null(Kind::Bytes));
        assert_eq!(P::from(Some("")), P::Null(Kind::Text));
        assert_eq!(P::from(true), P::Int(1));
    }
}
