//! How is a condition put together? Pieces of SQL joined by `AND`, and their parameters in step with the numbers.
//!
//! Never puts a value into the text: `param` gives the placeholder that stands for it.

use crate::dialect::Dialect;
use crate::param::P;

/// A condition that grows.
#[derive(Debug)]
pub(crate) struct Asking {
    /// The database that is asked.
    pub(crate) dialect: Dialect,
    /// All parameters so far; `$1` is the site.
    pub(crate) params: Vec<P>,
    pieces: Vec<String>,
}

impl Asking {
    /// Begins with the site as `$1`.
    pub(crate) fn at(dialect: Dialect, site: i64) -> Self {
        Self::bare(dialect, site, "site = $1")
    }

    /// Begins with the site as `$1` and another first piece.
    pub(crate) fn bare(dialect: Dialect, site: i64, piece: &str) -> Self {
        Self { dialect, params: vec![P::Int(site)], pieces: vec![piece.to_owned()] }
    }

    /// Keeps a parameter and gives its placeholder.
    pub(crate) fn param(&mut self, value: impl Into<P>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    /// Placeholders of several parameters, filled up to one of few lengths.
    pub(crate) fn params_padded(&mut self, values: Vec<P>) -> String {
        let first = self.params.len() + 1;
        let values = crate::many::padded(values);
        let places = crate::many::places(first, values.len());
        self.params.extend(values);
        places
    }

    /// One more thing that must be so.
    pub(crate) fn and(&mut self, piece: impl Into<String>) {
        self.pieces.push(piece.into());
    }

    /// `column = value`
    pub(crate) fn is(&mut self, column: &str, value: impl Into<P>) {
        let place = self.param(value);
        self.and(format!("{column} = {place}"));
    }

    /// `column IN (values)`; of no values nothing is so.
    pub(crate) fn among(&mut self, column: &str, values: Vec<P>) {
        if values.is_empty() {
            self.and("1 = 0");
        } else {
            let places = self.params_padded(values);
            self.and(format!("{column} IN ({places})"));
        }
    }

    /// Rows of parameters, as a list that a `WITH` gives its name and its columns; filled up to one of few lengths with
    /// a row that matches nothing.
    pub(crate) fn rows(&mut self, rows: impl Iterator<Item = Vec<P>>, nothing: Vec<P>) -> String {
        let mut rows: Vec<Vec<P>> = rows.collect();
        rows.resize(crate::many::padded_length(rows.len()), nothing);
        let mut tuples = Vec::with_capacity(rows.len());
        for row in rows {
            tuples.push(format!("({})", crate::many::places(self.params.len() + 1, row.len())));
            self.params.extend(row);
        }
        format!("(VALUES {})", tuples.join(", "))
    }

    /// All of it, without the word WHERE.
    pub(crate) fn text(&self) -> String {
        self.pieces.join(" AND ")
    }
}
