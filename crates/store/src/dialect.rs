//! Where do the two databases differ? Here, and nowhere else.
//!
//! Reading JSON, text search, adding to a sum that may not exist yet, days reckoned in SQL, and keeping an index
//! from being used. Everything else is one text for both.
//! Never a value inside the SQL text, except names that [`plain_name`] has let through.

use crate::error::StoreError;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite in a file.
    Sqlite,
    /// PostgreSQL and its kin.
    Postgres,
}

/// A name that may stand inside SQL text: small letters, digits and `_`, as ids of definitions are.
pub fn plain_name(name: &str) -> Result<&str, StoreError> {
    let plain = !name.is_empty()
        && name.len() <= 80
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if plain { Ok(name) } else { Err(StoreError::said(format!("“{name}” is no plain name"))) }
}

impl Dialect {
    /// The text of a member of a JSON object kept as text; null if absent. Yes is `true` in one and `1` in the other.
    pub(crate) fn member(self, json: &str, name: &str) -> String {
        match self {
            Self::Sqlite => format!("({json} ->> '$.{name}')"),
            Self::Postgres => format!("(CAST({json} AS JSONB) ->> '{name}')"),
        }
    }

    /// What [`Self::member`] gives for yes.
    pub(crate) fn yes(self) -> &'static str {
        match self {
            Self::Sqlite => "1",
            Self::Postgres => "'true'",
        }
    }

    /// Does a member that is a list of texts hold this one? A condition.
    pub(crate) fn member_holds(self, json: &str, name: &str, text: &str) -> String {
        match self {
            Self::Sqlite => {
                format!("EXISTS (SELECT 1 FROM json_each({json}, '$.{name}') AS one WHERE one.value = {text})")
            }
            Self::Postgres => {
                format!("COALESCE((CAST({json} AS JSONB) -> '{name}') @> TO_JSONB(CAST({text} AS TEXT)), FALSE)")
            }
        }
    }

    /// The rows of a member that is a list of objects, as a source `row_` whose column `value` is JSON text.
    pub(crate) fn member_rows(self, json: &str, name: &str) -> String {
        match self {
            Self::Sqlite => format!("json_each({json}, '$.{name}') AS row_"),
            Self::Postgres => format!(
                "jsonb_array_elements(CASE JSONB_TYPEOF(CAST({json} AS JSONB) -> '{name}') WHEN 'array' \
                 THEN CAST({json} AS JSONB) -> '{name}' ELSE CAST('[]' AS JSONB) END) AS row_ (value)"
            ),
        }
    }

    /// Sixteen bytes as the 32 hexadecimal digits that JSON holds.
    pub(crate) fn hex(self, bytes: &str) -> String {
        match self {
            Self::Sqlite => format!("LOWER(HEX({bytes}))"),
            Self::Postgres => format!("ENCODE({bytes}, 'hex')"),
        }
    }

    /// The place of a text in another, from 1; 0 if it is not there.
    pub(crate) fn place_of(self, text: &str, within: &str) -> String {
        match self {
            Self::Sqlite => format!("INSTR({within}, {text})"),
            Self::Postgres => format!("STRPOS({within}, {text})"),
        }
    }

    /// A kept number, which may be a number or a text in JSON; null if it is neither.
    pub(crate) fn number(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("(CASE WHEN {text} NOT GLOB '*[^-0-9.]*' THEN CAST({text} AS NUMERIC) END)"),
            Self::Postgres => format!("CAST(SUBSTRING({text} FROM '^-?[0-9]+(?:[.][0-9]+)?$') AS NUMERIC)"),
        }
    }

    /// A day that can be reckoned with; null if the text is none.
    fn day(self, text: &str) -> String {
        match self {
            Self::Sqlite => text.to_owned(),
            Self::Postgres => format!("CAST(SUBSTRING({text} FROM '^[0-9]{{4}}-[01][0-9]-[0-3][0-9]$') AS DATE)"),
        }
    }

    /// The whole number that stands in a text from a place on.
    pub(crate) fn part(self, text: &str, from: u8, length: u8) -> String {
        self.number(&format!("SUBSTR({text}, {from}, {length})"))
    }

    /// The largest (or smallest) of several values; null if one is.
    pub(crate) fn extreme(self, largest: bool, values: &[String]) -> String {
        let listed = values.join(", ");
        match self {
            Self::Sqlite => format!("{}({listed})", if largest { "MAX" } else { "MIN" }),
            Self::Postgres => {
                let nulls: Vec<String> = values.iter().map(|value| format!("{value} IS NULL")).collect();
                let word = if largest { "GREATEST" } else { "LEAST" };
                format!("(CASE WHEN {} THEN NULL ELSE {word}({listed}) END)", nulls.join(" OR "))
            }
        }
    }

    /// What two numbers make, without the noise of floating point.
    pub(crate) fn reckoned(self, arithmetic: &str) -> String {
        match self {
            Self::Sqlite => format!("ROUND({arithmetic}, 9)"),
            Self::Postgres => format!("({arithmetic})"),
        }
    }

    /// A day moved by a fixed number of days.
    pub(crate) fn plus_days(self, day: &str, days: i64) -> String {
        match self {
            Self::Sqlite => format!("DATE({day}, '{days} days')"),
            Self::Postgres => format!("TO_CHAR({} + ({days}), 'YYYY-MM-DD')", self.day(day)),
        }
    }

    /// A day moved by a fixed number of months; the last day of the month if it has no such day.
    pub(crate) fn plus_months(self, day: &str, months: i64) -> String {
        match self {
            Self::Sqlite => format!("DATE({day}, '{months} months', 'floor')"),
            Self::Postgres => format!("TO_CHAR({} + MAKE_INTERVAL(months => {months}), 'YYYY-MM-DD')", self.day(day)),
        }
    }

    /// The days from one day to another.
    pub(crate) fn days_between(self, from: &str, until: &str) -> String {
        match self {
            Self::Sqlite => format!("CAST(JULIANDAY({until}) - JULIANDAY({from}) AS BIGINT)"),
            Self::Postgres => format!("({} - {})", self.day(until), self.day(from)),
        }
    }

    /// The day in China of an instant in milliseconds.
    pub(crate) fn day_of_instant(self, instant: &str) -> String {
        match self {
            Self::Sqlite => format!("DATE(({instant}) / 1000 + 28800, 'unixepoch')"),
            Self::Postgres => {
                format!("TO_CHAR(TO_TIMESTAMP(({instant}) / 1000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
            }
        }
    }

    /// A column that no index shall be chosen for. PostgreSQL knows from its statistics what is best.
    pub(crate) fn unindexed(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("+{column}"),
            Self::Postgres => column.to_owned(),
        }
    }

    /// The record is among those whose text matches the query: a condition for which they are gathered first.
    pub(crate) fn text_matches(self, query: &str) -> String {
        match self {
            Self::Sqlite => format!(
                "id IN (SELECT t.record FROM record_words w JOIN record_text t ON t.row_ = w.rowid \
                 WHERE w.words MATCH {query} AND t.site = $1)"
            ),
            Self::Postgres => format!(
                "id IN (SELECT t.record FROM record_text t WHERE t.site = $1 AND t.words @@ CAST({query} AS TSQUERY))"
            ),
        }
    }

    /// The record's text holds all these runs: a condition that is tested on each record that comes along. Only SQLite
    /// is asked this way; PostgreSQL knows from its statistics when to do so by itself.
    pub(crate) fn text_holds(self, runs: &[String]) -> String {
        let tests: Vec<String> = runs.iter().map(|run| format!(" AND INSTR(t.folded, {run}) > 0")).collect();
        format!("EXISTS (SELECT 1 FROM record_text t WHERE t.site = $1 AND t.record = +record.id{})", tests.concat())
    }

    /// Are there more matches than so many? Placeholder `$1` is the query. None where nobody needs to know.
    pub(crate) fn more_matches_than(self, most: u32) -> Option<String> {
        match self {
            Self::Sqlite => Some(format!(
                "SELECT COUNT(*) FROM (SELECT rowid FROM record_words WHERE words MATCH $1 LIMIT {most}) AS found"
            )),
            Self::Postgres => None,
        }
    }

    /// The end of an insert of cells or days of figures that adds to a row which is there. Both databases (and the
    /// distributed ones) know this clause; on an engine without it, each row is updated first and inserted if there
    /// was none.
    pub(crate) fn or_add(self, table: &str, key: &[&str]) -> String {
        let key = key.join(", ");
        format!(
            "ON CONFLICT ({key}) DO UPDATE SET numerator = {table}.numerator + excluded.numerator, \
             denominator = {table}.denominator + excluded.denominator"
        )
    }

    /// What keeps two nodes that start together from both making the tables, where one writer does not do so by itself.
    pub(crate) fn alone(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_advisory_xact_lock(7208114)"),
        }
    }

    /// The end of a question whose rows nobody may change before the transaction ends; SQLite has one writer anyway.
    pub(crate) fn hold_for_reading(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR SHARE",
        }
    }

    /// What keeps others from changing what follows from some people until this transaction ends: their rows, in order;
    /// nothing where one writer does not change anything beside another.
    pub(crate) fn hold_people(self, places: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(format!(
                "SELECT id FROM person WHERE site = $1 AND id IN ({places}) ORDER BY id FOR NO KEY UPDATE"
            )),
        }
    }

    /// What keeps others from noting anything about a row, and from changing it, until this transaction ends; nothing
    /// where one writer does not do anything beside another.
    pub(crate) fn hold_row(self, table: &'static str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(format!("SELECT id FROM {table} WHERE site = $1 AND id = $2 FOR NO KEY UPDATE")),
        }
    }

    /// The end of an insert that puts new values in place of a row that is there.
    pub(crate) fn or_put<'a>(self, key: &str, columns: impl Iterator<Item = &'a str>) -> String {
        let set: Vec<String> = columns.map(|column| format!("{column} = excluded.{column}")).collect();
        format!("ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
    }

    /// What keeps other transactions from changing records until this one ends, where one writer does not do so by
    /// itself.
    pub(crate) fn held_still(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("LOCK TABLE record IN SHARE ROW EXCLUSIVE MODE"),
        }
    }

    /// The end of an insert that gives a record's text another folded form.
    pub(crate) fn or_fold_anew(self) -> &'static str {
        "ON CONFLICT (site, record) DO UPDATE SET folded = excluded.folded"
    }

    /// Is record `$2` of site `$1` found by the words `$3`? One row if it is.
    pub(crate) fn is_found_by(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT 1 FROM record_text t WHERE t.site = $1 AND t.record = $2 AND COALESCE(t.folded, '') = \
                 COALESCE($3, '') AND EXISTS (SELECT 1 FROM record_words w WHERE w.rowid = t.row_)"
            }
            Self::Postgres => {
                "SELECT 1 FROM record_text t WHERE t.site = $1 AND t.record = $2 AND t.words = CAST($3 AS TSVECTOR)"
            }
        }
    }

    /// The end of an insert that leaves rows alone which are there; on an engine without it, each row is tried alone.
    pub(crate) fn or_leave(self) -> &'static str {
        "ON CONFLICT DO NOTHING"
    }

    /// The names of indexes that look like `$1`.
    pub(crate) fn index_names(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE $1",
            Self::Postgres => {
                "SELECT CAST(indexname AS TEXT) FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE $1"
            }
        }
    }

    /// The end of a statement that says which rows it changed. All databases that we know of have it; on an engine
    /// without it, the keys are asked for before the statement, in the same transaction.
    pub(crate) fn and_tell(self, key: &[&str]) -> String {
        format!(" RETURNING {}", key.join(", "))
    }

    /// How many bytes the database takes on disk.
    pub(crate) fn size_question(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            Self::Postgres => "SELECT pg_database_size(current_database())",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_definitions_may_stand_in_sql_text() {
        assert!(plain_name("due_on2").is_ok());
        for wrong in ["", "a'b", "a b", "A", "进度", "a;", "a\"", "x.y"] {
            assert!(plain_name(wrong).is_err(), "{wrong}");
        }
    }
}
