//! What comes out of a statement? Values by position, with an error instead of a panic.
//!
//! Never by name: the statement and the reading stand next to each other.

use jiff::civil::Date;
use rusqlite::types::{Value, ValueRef};
use sqlx::Column as _;
use sqlx::Row as _;
use sqlx::TypeInfo as _;
use sqlx::ValueRef as _;
use uuid::Uuid;

use crate::error::StoreError;
use crate::param::{Kind, P};

/// One row of an answer: kept, or as it passes by.
#[derive(Debug)]
pub struct Row<'a>(Driver<'a>);

#[derive(Debug)]
enum Driver<'a> {
    Sqlite(Box<[Value]>),
    Passing(&'a [ValueRef<'a>]),
    Postgres(sqlx::postgres::PgRow),
}

impl From<Box<[Value]>> for Row<'_> {
    fn from(row: Box<[Value]>) -> Self {
        Self(Driver::Sqlite(row))
    }
}

impl<'a> From<&'a [ValueRef<'a>]> for Row<'a> {
    fn from(row: &'a [ValueRef<'a>]) -> Self {
        Self(Driver::Passing(row))
    }
}

impl From<sqlx::postgres::PgRow> for Row<'_> {
    fn from(row: sqlx::postgres::PgRow) -> Self {
        Self(Driver::Postgres(row))
    }
}

type Found<T> = Result<T, StoreError>;

impl Row<'_> {
    /// A value of SQLite, which keeps what was written and not what a column was declared as; none of PostgreSQL.
    fn lite(&self, at: usize) -> Found<Option<ValueRef<'_>>> {
        match &self.0 {
            Driver::Sqlite(row) => row.get(at).map(|value| Some(ValueRef::from(value))).ok_or_else(|| no_column(at)),
            Driver::Passing(row) => row.get(at).copied().map(Some).ok_or_else(|| no_column(at)),
            Driver::Postgres(_) => Ok(None),
        }
    }

    /// A whole number, an instant.
    pub fn int(&self, at: usize) -> Found<i64> {
        self.int_if(at)?.ok_or_else(|| missing(at))
    }

    /// A whole number, if there is one.
    pub fn int_if(&self, at: usize) -> Found<Option<i64>> {
        match (self.lite(at)?, &self.0) {
            (Some(ValueRef::Null), _) => Ok(None),
            (Some(ValueRef::Integer(number)), _) => Ok(Some(number)),
            (None, Driver::Postgres(row)) => postgres_int(row, at),
            (other, _) => Err(another(at, "number", other)),
        }
    }

    /// Yes or no.
    pub fn yes(&self, at: usize) -> Found<bool> {
        Ok(self.int(at)? != 0)
    }

    /// A text that must be there.
    pub fn text(&self, at: usize) -> Found<String> {
        self.text_if(at)?.ok_or_else(|| missing(at))
    }

    /// A text, if there is one.
    pub fn text_if(&self, at: usize) -> Found<Option<String>> {
        Ok(self.str_if(at)?.map(str::to_owned))
    }

    /// A text that is read and not kept, if there is one.
    pub(crate) fn str_if(&self, at: usize) -> Found<Option<&str>> {
        match (self.lite(at)?, &self.0) {
            (Some(ValueRef::Null), _) => Ok(None),
            (Some(ValueRef::Text(text)), _) => {
                std::str::from_utf8(text).map(Some).map_err(|source| unreadable(at, "text", source))
            }
            (None, Driver::Postgres(row)) => Ok(row.try_get(at)?),
            (other, _) => Err(another(at, "text", other)),
        }
    }

    /// Something made of a text, for instance a `MechanismId`.
    pub fn slug<T: From<String>>(&self, at: usize) -> Found<T> {
        Ok(T::from(self.text(at)?))
    }

    /// Something made of a text, if there is one.
    pub fn slug_if<T: From<String>>(&self, at: usize) -> Found<Option<T>> {
        Ok(self.text_if(at)?.map(T::from))
    }

    /// Bytes that must be there.
    pub fn bytes(&self, at: usize) -> Found<Vec<u8>> {
        self.bytes_if(at)?.ok_or_else(|| missing(at))
    }

    /// Bytes, if there are any.
    pub fn bytes_if(&self, at: usize) -> Found<Option<Vec<u8>>> {
        Ok(self.slice_if(at)?.map(<[u8]>::to_vec))
    }

    fn slice_if(&self, at: usize) -> Found<Option<&[u8]>> {
        match (self.lite(at)?, &self.0) {
            (Some(ValueRef::Null), _) => Ok(None),
            (Some(ValueRef::Blob(bytes)), _) => Ok(Some(bytes)),
            (None, Driver::Postgres(row)) => Ok(row.try_get(at)?),
            (other, _) => Err(another(at, "bytes", other)),
        }
    }

    /// The id of a row, for instance a `RecordId`.
    pub fn id<T: From<Uuid>>(&self, at: usize) -> Found<T> {
        self.id_if(at)?.ok_or_else(|| missing(at))
    }

    /// The id of a row, if there is one.
    pub fn id_if<T: From<Uuid>>(&self, at: usize) -> Found<Option<T>> {
        let id = self.slice_if(at)?.map(Uuid::from_slice).transpose();
        Ok(id.map_err(|source| unreadable(at, "id", source))?.map(T::from))
    }

    /// A day that must be there.
    pub fn day(&self, at: usize) -> Found<Date> {
        self.day_if(at)?.ok_or_else(|| missing(at))
    }

    /// A day, if there is one.
    pub fn day_if(&self, at: usize) -> Found<Option<Date>> {
        let day = self.str_if(at)?.map(str::parse::<Date>).transpose();
        day.map_err(|source| unreadable(at, "day", source))
    }

    /// JSON that must be there.
    pub fn json(&self, at: usize) -> Found<serde_json::Value> {
        self.json_if(at)?.ok_or_else(|| missing(at))
    }

    /// JSON, if there is any.
    pub fn json_if(&self, at: usize) -> Found<Option<serde_json::Value>> {
        let json = self.str_if(at)?.map(serde_json::from_str).transpose();
        json.map_err(|source| unreadable(at, "JSON", source))
    }
}

impl Row<'_> {
    /// Every column of a PostgreSQL row with its name and value. (SQLite's rows do not carry their names.)
    pub(crate) fn named(&self) -> Found<Vec<(String, P)>> {
        let Driver::Postgres(row) = &self.0 else { return Ok(Vec::new()) };
        let names = row.columns().iter().map(|column| column.name().to_owned());
        names.enumerate().map(|(at, name)| Ok((name, self.value(at)?))).collect()
    }

    /// The value of a column, whatever it is. Nothing of ours is of another type: then somebody wrote it by hand.
    pub(crate) fn value(&self, at: usize) -> Found<P> {
        if let Driver::Postgres(row) = &self.0 {
            let raw = row.try_get_raw(at)?;
            return match (raw.is_null(), raw.type_info().name()) {
                (true, _) => Ok(P::Null(Kind::Text)),
                (_, "INT8" | "INT4" | "INT2") => self.int(at).map(P::Int),
                (_, "BYTEA") => self.bytes(at).map(P::Bytes),
                (_, "TEXT" | "VARCHAR") => self.text(at).map(P::Text),
                (_, other) => Ok(P::Text(format!("({other})"))),
            };
        }
        Ok(match self.lite(at)? {
            None | Some(ValueRef::Null) => P::Null(Kind::Text),
            Some(ValueRef::Integer(number)) => P::Int(number),
            Some(ValueRef::Text(_)) => P::Text(self.text(at)?),
            Some(ValueRef::Blob(bytes)) => P::Bytes(bytes.to_vec()),
            Some(ValueRef::Real(number)) => P::Text(format!("({number})")),
        })
    }
}

/// PostgreSQL gives yes and no as two bytes and tells the widths of whole numbers apart.
fn postgres_int(row: &sqlx::postgres::PgRow, at: usize) -> Found<Option<i64>> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(None);
    }
    match raw.type_info().name() {
        "INT2" => Ok(row.try_get::<Option<i16>, _>(at)?.map(i64::from)),
        "INT4" => Ok(row.try_get::<Option<i32>, _>(at)?.map(i64::from)),
        _ => Ok(row.try_get(at)?),
    }
}

fn no_column(at: usize) -> StoreError {
    StoreError::said(format!("the answer has no column {at}"))
}

fn another(at: usize, wanted: &str, found: Option<ValueRef<'_>>) -> StoreError {
    StoreError::said(format!("column {at} of the answer is no {wanted} but {:?}", found.map(|it| it.data_type())))
}

fn missing(at: usize) -> StoreError {
    StoreError::said(format!("column {at} of the answer is empty"))
}

fn unreadable(at: usize, what: &str, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::broken(anyhow::Error::new(source).context(format!("column {at} of the answer is no {what}")))
}
