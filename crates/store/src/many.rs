//! How do many rows go in at once? Several in one statement, in a few fixed sizes, so that statements stay prepared.
//!
//! Never a statement with more parameters than both databases take.

use crate::conn::Conn;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::param::P;
use crate::row::Row;

/// Rows a statement, largest first.
const SIZES: [usize; 4] = [128, 32, 8, 1];

/// Inserts rows of equal width: `INSERT INTO table (columns) VALUES (…), (…) tail`. Says how many changed.
pub(crate) async fn insert(
    conn: &mut Conn,
    table_and_columns: &str,
    rows: Vec<Vec<P>>,
    tail: &str,
) -> Result<u64, StoreError> {
    let width = rows.first().map_or(0, Vec::len);
    let dialect = conn.dialect();
    let mut rest = rows.into_iter().peekable();
    let mut changed = 0;
    while rest.peek().is_some() {
        let size = SIZES.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let params: Vec<P> = rest.by_ref().take(size).flatten().collect();
        let sql = format!("INSERT INTO {table_and_columns} VALUES {} {tail}", tuples(dialect, size, width));
        changed += conn.run(sql, params).await?;
    }
    Ok(changed)
}

/// What is read of the rows of many ids, asked for in portions: `sql` makes the statement out of the places of the ids; the site is `$1`.
pub(crate) async fn by_ids<I: Copy + Into<P>, T: Send>(
    conn: &mut Conn,
    ids: &[I],
    sql: impl Fn(&str) -> String,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError> + Copy + Send,
) -> Result<Vec<T>, StoreError> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(256) {
        let mut params = padded(some.iter().map(|id| (*id).into()).collect());
        let sql = sql(&places(2, params.len()));
        params.insert(0, conn.here());
        all.append(&mut conn.list_of(sql, params, read).await?);
    }
    Ok(all)
}

/// `($1, $2), ($3, $4)`; in SQLite `(?, ?), (?, ?)`, because it looks numbered places up one by one from the first.
fn tuples(dialect: Dialect, rows: usize, width: usize) -> String {
    match dialect {
        Dialect::Sqlite => vec![format!("({})", vec!["?"; width].join(", ")); rows].join(", "),
        Dialect::Postgres => {
            let tuple = |row: usize| format!("({})", places(row * width + 1, width));
            (0..rows).map(tuple).collect::<Vec<_>>().join(", ")
        }
    }
}

/// `$3, $4, $5`: so many placeholders, beginning with a number.
pub(crate) fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ")
}

/// The sizes in which a list of values is asked for: `IN ($2, …)` with one of few lengths, filled up by repeating the
/// last value.
pub(crate) fn padded(mut values: Vec<P>) -> Vec<P> {
    let size = padded_length(values.len());
    if let Some(last) = values.last().cloned() {
        values.resize(size, last);
    }
    values
}

/// The length that a list of values is filled up to.
pub(crate) fn padded_length(length: usize) -> usize {
    [1, 4, 16, 64, 256, 1024].into_iter().find(|size| *size >= length).unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_on_from_row_to_row() {
        assert_eq!(tuples(Dialect::Postgres, 2, 2), "($1, $2), ($3, $4)");
        assert_eq!(tuples(Dialect::Sqlite, 2, 2), "(?, ?), (?, ?)");
        assert_eq!(places(2, 3), "$2, $3, $4");
    }

    #[test]
    fn a_list_is_filled_up_to_one_of_few_lengths() {
        assert_eq!(padded(vec![P::Int(1), P::Int(2)]).len(), 4);
        assert_eq!(padded(Vec::new()), []);
        assert_eq!(padded(vec![P::Int(1); 2000]).len(), 2000);
    }
}
