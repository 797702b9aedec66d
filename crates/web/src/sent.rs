//! What did a form send? Pairs of name and text, and files; in either of the two ways in which a browser sends forms.
//!
//! Never a meaning: a page reads its own fields.

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use kernel::facts::Typed;
use kernel::ids::FieldId;

use crate::error::Failure;

/// The largest form with files: one file of the largest size, or several smaller ones, and the words around them.
pub(crate) const LARGEST_WITH_FILES: usize = 60 * 1024 * 1024;
/// The largest form without files: a thousand chosen records, or every long field filled.
const LARGEST: usize = 1024 * 1024;
/// The most fields of a form: a child table of some hundred rows.
const MOST_FIELDS: usize = 10_000;

/// A form as it was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Names and texts, in their order.
    pub(crate) pairs: Vec<(String, String)>,
    /// Files, by the name of their field.
    pub(crate) files: Vec<SentFile>,
}

/// A file as it was sent.
#[derive(Debug)]
pub(crate) struct SentFile {
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) bytes: Bytes,
}

impl Sent {
    /// The first text under a name; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.find(name).unwrap_or("")
    }

    /// The first text under a name.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str())
    }

    /// All texts under a name that are not empty.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let named = self.pairs.iter().filter(|(key, text)| key == name && !text.is_empty());
        named.map(|(_, text)| text.clone()).collect()
    }

    /// The form's own key, by which sending it twice acts once.
    pub(crate) fn key(&self) -> Option<String> {
        self.find("_key").filter(|key| !key.is_empty() && key.len() <= 64).map(str::to_owned)
    }

    /// What was typed into a step's form. A field that the form held and that was not sent (no box ticked) is empty.
    pub(crate) fn typed(&self) -> Typed {
        let mut typed = Typed::default();
        for held in self.text("_fields").split_whitespace() {
            let rows = self.rows(held);
            let is_table = self.pairs.iter().any(|(name, _)| part_of_row(name, held).is_some());
            match is_table {
                true => typed.rows.push((FieldId::from(held), rows)),
                false => typed.fields.push((FieldId::from(held), self.all(held))),
            }
        }
        typed
    }

    /// The rows of a child table (`milestone.0.content`), those left empty dropped.
    fn rows(&self, child: &str) -> Vec<Vec<(FieldId, String)>> {
        let mut rows: std::collections::BTreeMap<usize, Vec<(FieldId, String)>> = std::collections::BTreeMap::new();
        for (name, text) in &self.pairs {
            if let Some((at, field)) = part_of_row(name, child) {
                rows.entry(at).or_default().push((FieldId::from(field), text.clone()));
            }
        }
        let says_something = |row: &Vec<(FieldId, String)>| row.iter().any(|(_, text)| !text.trim().is_empty());
        rows.into_values().filter(says_something).collect()
    }
}

/// Row and field of a control named `child.row.field`.
fn part_of_row<'a>(name: &'a str, child: &str) -> Option<(usize, &'a str)> {
    let (row, field) = name.strip_prefix(child)?.strip_prefix('.')?.split_once('.')?;
    Some((row.parse().ok()?, field))
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or("");
        if kind.starts_with("multipart/form-data") {
            let form = Multipart::from_request(request, state).await.map_err(|_| Failure::unreadable())?;
            return in_parts(form).await;
        }
        if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Failure::unreadable());
        }
        let bytes = axum::body::to_bytes(request.into_body(), LARGEST).await.map_err(|_| Failure::too_large())?;
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).map_err(|_| Failure::unreadable())?;
        if pairs.len() > MOST_FIELDS {
            return Err(Failure::too_large());
        }
        Ok(Self { pairs, files: Vec::new() })
    }
}

async fn in_parts(mut form: Multipart) -> Result<Sent, Failure> {
    let mut sent = Sent::default();
    let mut words = 0;
    while let Some(part) = form.next_field().await.map_err(at_fault)? {
        let name = part.name().unwrap_or("").to_owned();
        match part.file_name().map(str::to_owned) {
            Some(file) => {
                let bytes = part.bytes().await.map_err(at_fault)?;
                // A file control in which nothing was chosen sends one part without a name.
                if !file.is_empty() {
                    sent.files.push(SentFile { field: name, name: file, bytes });
                }
            }
            None => {
                let text = part.text().await.map_err(at_fault)?;
                words += text.len();
                sent.pairs.push((name, text));
            }
        }
        if sent.pairs.len() + sent.files.len() > MOST_FIELDS || words > 8 * LARGEST {
            return Err(Failure::too_large());
        }
    }
    Ok(sent)
}

fn at_fault(error: MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(),
        _ => Failure::unreadable(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Sent {
        Sent { pairs: pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(), files: Vec::new() }
    }

    #[test]
    fn a_field_of_the_form_that_was_not_sent_is_empty_and_others_are_untouched() {
        let typed = sent(&[("_fields", "title helpers"), ("title", "移交"), ("state", "closed")]).typed();
        assert_eq!(typed.fields.len(), 2);
        assert_eq!(typed.text("title"), Some("移交"));
        assert_eq!(typed.fields[1], (FieldId::from("helpers"), Vec::new()));
    }

    #[test]
    fn rows_keep_their_order_and_empty_ones_are_dropped() {
        let typed = sent(&[
            ("_fields", "milestone"),
            ("milestone.2.content", "后"),
            ("milestone.0.content", "先"),
            ("milestone.1.content", " "),
            ("milestone.x.content", "无"),
        ])
        .typed();
        let words: Vec<&str> = typed.rows[0].1.iter().map(|row| row[0].1.as_str()).collect();
        assert_eq!(words, ["先", "后"]);
    }
}
