//! What did the visitor get? A status, an address and what is read there.
//!
//! Never HTML in a story's expectation.

use super::form::Form;
use super::markup::{self, Element};
use super::reading;

/// A page as a visitor got it, after the redirects that a browser follows.
pub(crate) struct Page {
    /// The status of the last answer.
    pub(crate) status: u16,
    /// The address of the last answer.
    pub(crate) url: String,
    /// Its headers.
    pub(crate) headers: Vec<(String, String)>,
    /// Its bytes.
    pub(crate) body: Vec<u8>,
    /// Its number among those that a window showed, if it stands in one.
    pub(super) shown_as: Option<u64>,
    root: Element,
}

impl Page {
    pub(super) fn new(status: u16, url: String, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        let is_html = headers.iter().any(|(name, value)| name == "content-type" && value.starts_with("text/html"));
        let root = if is_html { markup::read(&String::from_utf8_lossy(&body)) } else { Element::default() };
        Self { status, url, headers, body, shown_as: None, root }
    }

    /// What a person reads in the page proper, without the frame around it.
    pub(crate) fn text(&self) -> String {
        let main = self.root.named("main");
        reading::lines(main.first().copied().unwrap_or(&self.root)).join("\n")
    }

    /// What a person reads in the whole window.
    pub(crate) fn window(&self) -> String {
        reading::lines(&self.root).join("\n")
    }

    /// The lines between the heading that contains the words and the next of the same or a higher rank.
    pub(crate) fn under(&self, heading: &str) -> String {
        let text = self.text();
        let rank = |line: &str| line.starts_with('#').then(|| line.bytes().take_while(|byte| *byte == b'#').count());
        let mut lines = text.lines().skip_while(|line| rank(line).is_none() || !line.contains(heading));
        let Some(first) = lines.next() else { panic!("no heading “{heading}” on the page:\n{text}") };
        let depth = rank(first).unwrap_or(1);
        let own: Vec<&str> = lines.take_while(|line| rank(line).is_none_or(|other| other > depth)).collect();
        own.join("\n")
    }

    /// The page reads so somewhere; else the story fails and shows the page.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "“{words}” is not on {} ({}):\n{}", self.url, self.status, self.text());
        self
    }

    /// The window reads so somewhere, also around the page.
    #[track_caller]
    pub(crate) fn shows(&self, words: &str) -> &Self {
        assert!(self.window().contains(words), "“{words}” is not in the window of {}:\n{}", self.url, self.window());
        self
    }

    /// The page does not read so.
    #[track_caller]
    pub(crate) fn does_not_say(&self, words: &str) -> &Self {
        assert!(!self.text().contains(words), "“{words}” is on {}:\n{}", self.url, self.text());
        self
    }

    /// The page was answered with this status.
    #[track_caller]
    pub(crate) fn answers(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{} answered:\n{}", self.url, self.shown());
        self
    }

    /// The first line that contains the words.
    #[track_caller]
    pub(crate) fn line(&self, words: &str) -> String {
        let text = self.text();
        let found = text.lines().find(|line| line.contains(words)).map(str::to_owned);
        found.unwrap_or_else(|| panic!("no line with “{words}” on {}:\n{text}", self.url))
    }

    /// How many lines contain the words.
    pub(crate) fn lines_with(&self, words: &str) -> usize {
        self.text().lines().filter(|line| line.contains(words)).count()
    }

    /// The form whose button says so, or whose address ends so.
    #[track_caller]
    pub(crate) fn form(&self, wanted: &str) -> Form {
        let found = self.find_form(wanted);
        found.unwrap_or_else(|| panic!("no form with “{wanted}” on {} ({}):\n{}", self.url, self.status, self.text()))
    }

    /// The form, if there is one.
    pub(crate) fn find_form(&self, wanted: &str) -> Option<Form> {
        let mut form = Form::find(&self.root, &self.url, wanted)?;
        form.page = (self.url.clone(), self.shown_as);
        Some(form)
    }

    /// The addresses of the page's forms that contain the words: each names its form.
    pub(crate) fn forms_to(&self, part: &str) -> Vec<String> {
        let action = |it: &&Element| it.attribute("action").map(str::to_owned);
        self.root.named("form").iter().filter_map(action).filter(|action| action.contains(part)).collect()
    }

    /// The links of the page: words and address.
    pub(crate) fn links(&self) -> Vec<(String, String)> {
        let main = self.root.named("main");
        let main = main.first().copied().unwrap_or(&self.root);
        let link = |it: &&Element| Some((it.words(), it.attribute("href")?.to_owned()));
        main.named("a").iter().filter_map(link).collect()
    }

    /// The links of the whole window, the menu too.
    pub(crate) fn all_links(&self) -> Vec<(String, String)> {
        let link = |it: &&Element| Some((it.words(), it.attribute("href")?.to_owned()));
        self.root.named("a").iter().filter_map(link).collect()
    }

    /// Where the link leads that reads so.
    #[track_caller]
    pub(crate) fn link(&self, words: &str) -> String {
        let links = self.links();
        let found =
            links.iter().find(|(own, _)| own == words).or_else(|| links.iter().find(|(own, _)| own.contains(words)));
        let Some((_, href)) = found else { panic!("no link “{words}” on {}:\n{}", self.url, self.text()) };
        href.clone()
    }

    /// The addresses of the page's links that contain the words.
    pub(crate) fn hrefs(&self, part: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (_, href) in self.links() {
            if href.contains(part) && !found.contains(&href) {
                found.push(href);
            }
        }
        found
    }

    /// The rows of the page's tables: cells as they read, with the address that each leads to.
    pub(crate) fn rows(&self) -> Vec<Vec<(String, Option<String>)>> {
        let cell = |it: &Element| {
            let href = it.named("a").first().and_then(|link| link.attribute("href")).map(str::to_owned);
            (it.words(), href)
        };
        self.root.named("tr").iter().map(|row| row.elements().map(cell).collect()).collect()
    }

    /// The secret that an authenticator is given in letters.
    pub(crate) fn secret(&self) -> Vec<u8> {
        let line = self.line("手工输入");
        let letters: String =
            line.rsplit([':', '：']).next().unwrap_or("").chars().filter(char::is_ascii_alphanumeric).collect();
        totp_rs::Secret::try_from_base32(&letters).expect("a secret in letters").as_bytes().to_vec()
    }

    /// The answer as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|fault| panic!("{} is no JSON: {fault}\n{}", self.url, self.shown()))
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// What was answered, for a failing story.
    pub(super) fn shown(&self) -> String {
        let text = self.window();
        if text.is_empty() { String::from_utf8_lossy(&self.body).chars().take(2000).collect() } else { text }
    }
}
