//! What do people do here? The verbs of a story: each walks through the pages that a person would.
//!
//! Never a command called directly.

use super::page::Page;
use super::visitor::Visitor;

/// Fields by their labels, and what is typed, chosen, ticked or uploaded there.
pub(crate) type Fields<'a> = &'a [(&'a str, &'a str)];

impl Visitor {
    /// Begins a record of a mechanism and gives its address.
    pub(crate) async fn begins(&mut self, mechanism: &str, fields: Fields<'_>) -> String {
        let page = self.tries_to_begin(mechanism, fields).await;
        assert!(page.status == 200 && page.url.starts_with("/records/"), "it is not begun:\n{}", page.text());
        record_of(&page.url)
    }

    /// Fills in the form of a new record and sends it, whatever comes.
    pub(crate) async fn tries_to_begin(&mut self, mechanism: &str, fields: Fields<'_>) -> Page {
        let page = self.opens(&format!("/m/{mechanism}/new")).await;
        let form = fields.iter().fold(page.form("/records"), |form, (label, value)| form.with(label, value));
        self.sends(form).await
    }

    /// Takes a step on a record and gives the page that follows.
    pub(crate) async fn takes(&mut self, step: &str, record: &str, fields: Fields<'_>) -> Page {
        let page = self.tries(step, record, fields).await;
        let is_done = page.status == 200 && page.url.contains("done=");
        assert!(is_done, "“{step}” is not taken ({}):\n{}", page.status, page.text());
        page
    }

    /// Fills in the form of a step and sends it, whatever comes.
    pub(crate) async fn tries(&mut self, step: &str, record: &str, fields: Fields<'_>) -> Page {
        let page = self.opens(record).await;
        let form = fields.iter().fold(page.form(step), |form, (label, value)| form.with(label, value));
        self.sends(form).await
    }

    /// Uploads a workbook and gives the page that says what was understood.
    pub(crate) async fn uploads(&mut self, mechanism: &str, name: &str, bytes: &[u8]) -> Page {
        let page = self.opens(&format!("/m/{mechanism}/imports")).await;
        self.sends(page.form("/imports").with_file("", name, bytes)).await
    }

    /// Takes a step on every record that the register shows at an address, in one act.
    pub(crate) async fn takes_on_all(&mut self, step: &str, register: &str) -> Page {
        let page = self.opens(register).await;
        let form = page.form(step).ticking_all("record");
        self.sends(form).await
    }

    /// How many lines of the inbox contain the words.
    pub(crate) async fn notices(&mut self, words: &str) -> usize {
        self.opens("/inbox").await.lines_with(words)
    }
}

/// The record's own address: without what was done last.
pub(crate) fn record_of(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or(url).to_owned()
}
