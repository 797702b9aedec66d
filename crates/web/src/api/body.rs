//! What does a machine send? A JSON object with fields, rows and words.

use axum::extract::{FromRequest, Request};
use kernel::facts::Typed;
use kernel::ids::FieldId;
use serde_json::{Map, Value};

use crate::error::Failure;

const LARGEST: usize = 1024 * 1024;

/// A body of JSON.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let bytes = axum::body::to_bytes(request.into_body(), LARGEST).await.map_err(|_| Failure::too_large())?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Failure::unreadable())
    }
}

/// What fills a record: fields by id, and rows of child tables.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filled {
    /// Field → text, number, truth, or a list of texts; null empties it.
    pub(crate) fields: Map<String, Value>,
    /// Child → rows → field → value.
    pub(crate) rows: Map<String, Value>,
    /// The opinion.
    pub(crate) opinion: Option<String>,
    /// The reason.
    pub(crate) reason: Option<String>,
    /// The version that was read before; without it, whichever there is.
    pub(crate) version: Option<i64>,
}

impl Filled {
    /// As a form would have sent it.
    pub(crate) fn typed(&self) -> Typed {
        let fields = self.fields.iter().map(|(id, value)| (FieldId::from(id.as_str()), texts(value)));
        let rows = self.rows.iter().map(|(id, rows)| {
            let rows = rows.as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default();
            (FieldId::from(id.as_str()), rows)
        });
        Typed { fields: fields.collect(), rows: rows.collect(), ..Typed::default() }
    }
}

fn row(row: &Value) -> Vec<(FieldId, String)> {
    let cells = row.as_object().into_iter().flatten();
    cells.filter_map(|(id, value)| Some((FieldId::from(id.as_str()), texts(value).into_iter().next()?))).collect()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(_) => vec![value.to_string()],
        Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
    }
}

/// The key of the `Idempotency-Key` header.
pub(crate) struct Key(pub(crate) Option<String>);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Key {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, Failure> {
        let key = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        Ok(Self(key.filter(|key| !key.is_empty() && key.len() <= 64).map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_becomes_what_a_form_would_have_sent() {
        let filled: Filled = serde_json::from_str(
            r#"{"fields":{"progress":40,"helpers":["a","b"],"remark":null},"rows":{"milestone":[{"content":"核对"}]}}"#,
        )
        .expect("a readable body");
        let typed = filled.typed();
        assert_eq!(typed.text("progress"), Some("40"));
        assert_eq!(typed.fields[1].1, ["a", "b"]);
        assert!(typed.fields[2].1.is_empty());
        assert_eq!(typed.rows[0].1[0][0].1, "核对");
    }
}
