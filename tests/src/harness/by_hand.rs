//! What if somebody with the database's password changes rows by hand? A second way in, past every door and every act.
//!
//! Never used to prepare a story: only to do what must be found out.

use store::{Db, Options, P};

/// Somebody with the database's password.
pub(crate) struct ByHand(Db);

impl ByHand {
    pub(super) async fn open(url: &str) -> Self {
        let options = Options { durable: false, connections: 2, answers: false, ..Options::default() };
        Self(Db::open(url, options).await.expect("the database opens"))
    }

    /// All rows of an answer, column by column.
    pub(crate) async fn db_rows(&self, sql: String) -> Vec<Vec<(String, P)>> {
        let mut conn = self.0.read().await.expect("a reader");
        conn.named(sql, Vec::new()).await.expect("the rows")
    }

    /// Changes rows; none if the database itself refuses.
    pub(crate) async fn db_runs(&self, sql: String, params: Vec<P>) -> Option<u64> {
        let mut tx = self.0.begin().await.expect("a transaction begins");
        let count = tx.run(sql, params).await.ok()?;
        tx.commit().await.expect("it is kept");
        Some(count)
    }

    /// The columns of a table with their types.
    pub(crate) async fn db_columns(&self, table: &str, is_sqlite: bool) -> Vec<(String, String)> {
        let columns = match is_sqlite {
            true => self.db_rows(format!("SELECT name, LOWER(type) FROM pragma_table_info('{table}')")).await,
            false => {
                let what = "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT)";
                let of = format!("table_schema = current_schema() AND table_name = '{table}'");
                self.db_rows(format!("{what} FROM information_schema.columns WHERE {of}")).await
            }
        };
        let text = |value: &P| if let P::Text(text) = value { text.clone() } else { String::new() };
        columns.iter().map(|row| (text(&row[0].1), text(&row[1].1))).collect()
    }

    pub(crate) async fn close(self) {
        self.0.close().await;
    }
}
