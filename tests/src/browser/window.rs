//! What does a person do in a window? Types, clicks, reads; and we take pictures.
//!
//! Never clicks what cannot be seen.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::driver::Driver;
use crate::world::PASSWORD;

/// How long something may take to appear.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A window of a browser of its own.
pub(super) struct Window {
    client: Client,
    base: String,
    profile: PathBuf,
    pictures: PathBuf,
    _driver: Driver,
}

impl Window {
    /// A window on a desk: 1366 × 768.
    pub(super) async fn on_a_desk(base: &str) -> Self {
        let metrics = json!({ "deviceMetrics": { "width": 1366, "height": 768, "pixelRatio": 1.0, "touch": false, "mobile": false } });
        Self::opened(base, "desk", metrics).await
    }

    /// A window on a phone: 390 × 844.
    pub(super) async fn on_a_phone(base: &str) -> Self {
        let metrics = json!({ "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 1.0, "touch": true } });
        Self::opened(base, "phone", metrics).await
    }

    #[expect(clippy::disallowed_methods, reason = "where the browser lies is a setting of the test run")]
    async fn opened(base: &str, folder: &str, emulation: serde_json::Value) -> Self {
        let driver = Driver::start();
        let profile = std::env::temp_dir().join(format!("zugong-browser-{}", uuid::Uuid::new_v4().simple()));
        let mut options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1366,768",
                "--disable-dev-shm-usage", "--lang=zh-CN", "--enable-logging", "--disable-background-networking",
                format!("--user-data-dir={}", profile.display()),
            ],
        });
        options["mobileEmulation"] = emulation;
        options["prefs"] = json!({ "intl.accept_languages": "zh-CN" });
        if let Ok(program) = std::env::var("CHROMIUM") {
            options["binary"] = json!(program);
        }
        let wanted = json!({ "goog:chromeOptions": options });
        let wanted = wanted.as_object().expect("it is an object").clone();
        let client = ClientBuilder::new(HttpConnector::new()).capabilities(wanted).connect(&driver.address).await;
        let client = client.expect("the browser starts");
        let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../screenshots").join(folder);
        std::fs::create_dir_all(&pictures).expect("a folder for the pictures");
        Self { client, base: base.to_owned(), profile, pictures, _driver: driver }
    }

    /// Walks through the login.
    pub(super) async fn signs_in(&self, login: &str) {
        self.client.delete_all_cookies().await.expect("cookies can be dropped");
        self.opens("/sign-in").await;
        self.types("用户名", login).await;
        self.types("密码", PASSWORD).await;
        self.presses("登录").await;
        self.waits_for("工作台").await;
    }

    /// Opens an address.
    pub(super) async fn opens(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.expect("the page opens");
    }

    /// The path where the window is.
    pub(super) async fn place(&self) -> String {
        let url = self.client.current_url().await.expect("the window is somewhere");
        url.as_str().trim_start_matches(&self.base).split('?').next().unwrap_or("").to_owned()
    }

    /// Types into the field of a label, or chooses there.
    pub(super) async fn types(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        match field.tag_name().await.expect("it has a name").as_str() {
            "select" => field.select_by_label(text).await.expect("the choice is offered"),
            _ => {
                if field.attr("type").await.expect("it has a type").as_deref() == Some("date") {
                    self.puts(&field, text).await;
                } else {
                    field.clear().await.expect("the field can be cleared");
                    field.send_keys(text).await.expect("the field takes keys");
                }
            }
        }
    }

    /// Puts a file from the disk into the field of a label.
    pub(super) async fn puts_file(&self, label: &str, path: &Path) {
        let field =
            if label.is_empty() { self.finds("//main//input[@type='file']").await } else { self.field(label).await };
        field.send_keys(&path.display().to_string()).await.expect("the field takes a file");
    }

    /// A browser's own date field wants keys in the order of its language; its value is set as its picker would.
    async fn puts(&self, field: &Element, text: &str) {
        let field = serde_json::to_value(field).expect("an element can be named");
        let script =
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', { bubbles: true }))";
        self.client.execute(script, vec![field, json!(text)]).await.expect("the day is set");
    }

    async fn field(&self, label: &str) -> Element {
        let by_for = format!("//label[starts-with(normalize-space(), '{label}')]");
        let all = self.client.find_all(Locator::XPath(&by_for)).await.expect("labels can be looked for");
        for found in all {
            if !found.is_displayed().await.unwrap_or(false) {
                continue;
            }
            if let Ok(Some(id)) = found.attr("for").await {
                return self.finds(&format!("//*[@id='{id}']")).await;
            }
            return found.find(Locator::Css("input, select, textarea")).await.expect("the label holds its field");
        }
        panic!("no field “{label}” can be seen at {}", self.place().await)
    }

    /// Presses a button by its words; what only the Enter key finds is none.
    pub(super) async fn presses(&self, words: &str) {
        let path = format!("//button[not(@aria-hidden)][normalize-space()='{words}']");
        self.clicks_one_of(&path, words).await;
    }

    /// Opens a folded part by its words.
    pub(super) async fn unfolds(&self, words: &str) {
        let path = format!("//details[not(@open)]/summary[normalize-space()='{words}']");
        self.clicks_one_of(&path, words).await;
    }

    /// Clicks whatever a path finds first that can be seen.
    pub(super) async fn clicks(&self, path: &str) {
        self.clicks_one_of(path, path).await;
    }

    async fn clicks_one_of(&self, path: &str, words: &str) {
        self.finds(path).await;
        for found in self.client.find_all(Locator::XPath(path)).await.expect("elements can be looked for") {
            if found.is_displayed().await.unwrap_or(false) {
                found.click().await.unwrap_or_else(|fault| panic!("“{words}” can be clicked: {fault}"));
                return;
            }
        }
        panic!("“{words}” is at {} and cannot be seen", self.place().await)
    }

    async fn finds(&self, path: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(path)).await;
        match found {
            Ok(found) => found,
            Err(fault) => panic!("{path} is not at {}: {fault}\n{}", self.place().await, self.reads().await),
        }
    }

    /// Waits until words can be read.
    pub(super) async fn waits_for(&self, words: &str) {
        self.finds(&format!("//body//*[not(self::script)][contains(normalize-space(.), '{words}')]")).await;
    }

    /// What can be read.
    pub(super) async fn reads(&self) -> String {
        let body = self.client.find(Locator::Css("body")).await.expect("a page has a body");
        body.text().await.expect("it can be read")
    }

    /// Asks the page something.
    pub(super) async fn asks(&self, script: &str) -> serde_json::Value {
        self.client.execute(script, Vec::new()).await.expect("the page answers")
    }

    /// Asks the page something about something.
    pub(super) async fn asks_with(&self, script: &str, about: Vec<serde_json::Value>) -> serde_json::Value {
        self.client.execute(script, about).await.expect("the page answers")
    }

    /// Puts files into the field of a name, in one of the page's forms.
    pub(super) async fn puts_files(&self, (form, name): (usize, &str), files: &[(String, Vec<u8>)]) {
        let folder = self.profile.join("files");
        std::fs::create_dir_all(&folder).expect("a folder for the files");
        let kept = files.iter().map(|(name, bytes)| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("the file lies on the disk");
            path.display().to_string()
        });
        let mark = "const field = [...document.forms[arguments[0]].elements].find(it => it.name === arguments[1]); \
                    for (let up = field; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true; \
                    document.querySelectorAll('[data-takes]').forEach(it => it.removeAttribute('data-takes')); \
                    field.setAttribute('data-takes', '')";
        self.asks_with(mark, vec![json!(form), json!(name)]).await;
        let field = self.finds("//*[@data-takes]").await;
        field.send_keys(&kept.collect::<Vec<_>>().join("\n")).await.expect("the field takes files");
    }

    /// A picture of the window, kept under a name.
    pub(super) async fn picture(&self, name: &str) {
        let picture = self.client.screenshot().await.expect("a picture is taken");
        std::fs::write(self.pictures.join(format!("{name}.png")), picture).expect("the picture is kept");
    }

    /// Ends, and fails if a page wrote to the console: pages of the house are silent.
    pub(super) async fn closes(mut self) {
        self.ends().await;
    }

    /// The same, for whoever only holds it.
    pub(super) async fn ends(&mut self) {
        self.client.clone().close().await.expect("the browser ends");
        let log = std::fs::read_to_string(self.profile.join("chrome_debug.log")).unwrap_or_default();
        let said: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
        // The profile is only in the temporary files.
        let _ = std::fs::remove_dir_all(&self.profile);
        assert!(said.is_empty(), "pages wrote to the console:\n{}", said.join("\n"));
    }
}
