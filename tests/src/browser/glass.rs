//! A story walked in a browser's window: the same visitors, the same words, but the pages are opened, the fields filled
//! and the buttons pressed by Chromium, with script, and what it asks the server is what the server answers.
//!
//! Never presses what cannot be seen. What no browser would send — a forged value, a form that its own rules hold back —
//! and files and the API go past the window.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::Response;
use serde_json::json;

use super::window::{PATIENCE, Window};
use crate::harness::{Filled, Form, Office};

const FILL: &str = include_str!("fill.js");
/// The largest page.
const LARGEST: usize = 64 << 20;

/// What the server answered to the window.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Its number, from one on.
    pub(crate) number: u64,
    /// The path that was asked for, with the query.
    pub(crate) url: String,
    /// The status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: Vec<(String, String)>,
    /// The bytes of the page.
    pub(crate) body: Vec<u8>,
}

/// What the window asked for so far, and the cookies of whoever looks through it.
#[derive(Default)]
struct Sill {
    all: Vec<Seen>,
    cookies: BTreeMap<String, String>,
}

impl Sill {
    /// Whoever looks brings their own cookies.
    fn bring(&mut self, cookies: &[String]) {
        let pairs = cookies.iter().filter_map(|it| it.split_once('='));
        self.cookies = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    }

    /// A cookie as the server gives it, or takes it away.
    fn take(&mut self, given: &str) {
        let (cookie, rest) = given.split_once(';').unwrap_or((given, ""));
        let Some((name, value)) = cookie.split_once('=') else { return };
        self.cookies.remove(name);
        if !value.is_empty() && !rest.to_ascii_lowercase().contains("max-age=0") {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

type Shared = Arc<Mutex<Sill>>;

/// A window that many people look through, one after the other.
pub(crate) struct Glass {
    held: tokio::sync::Mutex<Held>,
    sill: Shared,
}

struct Held {
    window: Window,
    /// The number of the page that stands in it.
    shown: u64,
}

impl Glass {
    /// Puts a window into an office: whatever its visitors do from now on they do through it.
    pub(crate) async fn into(office: &Office) -> Arc<Self> {
        let sill = Shared::default();
        let door: Router = office.door_to_serve().layer(middleware::from_fn_with_state(sill.clone(), record));
        let base = super::serve(door).await;
        let window = Window::on_a_desk(&base).await;
        let held = Held { window, shown: 0 };
        let glass = Arc::new(Self { held: tokio::sync::Mutex::new(held), sill });
        office.is_seen_through(glass.clone());
        glass
    }

    /// Is this an address that a person opens in a window?
    pub(crate) fn shows(url: &str) -> bool {
        !url.starts_with("/api/")
    }

    /// Opens an address.
    pub(crate) async fn opens(&self, url: &str, cookies: &[String]) -> Vec<Seen> {
        let mut held = self.held.lock().await;
        self.sill().bring(cookies);
        self.goes(&mut held, url).await
    }

    /// Fills a form in and presses its button; nothing if no browser would send it so.
    pub(crate) async fn sends(&self, form: &Form, cookies: &[String]) -> Option<Vec<Seen>> {
        let filled = form.filled()?;
        // A page that came past the window stands nowhere.
        form.page.1?;
        let mut held = self.held.lock().await;
        self.sill().bring(cookies);
        // In another window it still stands as it was; here it may be gone meanwhile.
        let is_back = form.page.1 != Some(held.shown);
        if is_back {
            let page = self.goes(&mut held, &form.page.0).await;
            if page.last().is_none_or(|it| it.status != 200) {
                return None;
            }
        }
        let before = self.count();
        if !held.fills(form, &filled, is_back).await {
            return None;
        }
        held.window.clicks("//*[@data-pressed]").await;
        let asked = "return !!document.querySelector('dialog[open][aria-label=\"请确认\"]')";
        if held.window.asks(asked).await == json!(true) {
            held.window.clicks("//dialog[@open]//button[normalize-space()='确定']").await;
        }
        Some(self.settles(&mut held, before).await)
    }

    /// Ends; fails if a page wrote to the console.
    pub(crate) async fn closes(self: Arc<Self>) {
        let mut held = self.held.lock().await;
        held.window.ends().await;
    }

    fn sill(&self) -> MutexGuard<'_, Sill> {
        self.sill.lock().expect("nobody panics while writing down")
    }

    fn count(&self) -> usize {
        self.sill().all.len()
    }

    async fn goes(&self, held: &mut Held, url: &str) -> Vec<Seen> {
        let before = self.count();
        held.window.opens(url).await;
        self.settles(held, before).await
    }

    /// Waits until the window stands still on a page, and gives all that was answered on the way there.
    async fn settles(&self, held: &mut Held, before: usize) -> Vec<Seen> {
        let began = Instant::now();
        loop {
            let seen = self.sill().all[before..].to_vec();
            if let Some(last) = seen.last().filter(|it| !(300..400).contains(&it.status)) {
                let is_page = last.headers.iter().any(|(name, value)| name == "content-type" && value.contains("html"));
                held.shown = if is_page { last.number } else { 0 };
                return seen;
            }
            assert!(began.elapsed() < PATIENCE, "nothing came after {}", held.window.place().await);
            #[expect(clippy::disallowed_methods, reason = "a browser takes the time that it takes")]
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Held {
    /// Fills in; `false` if the browser itself would hold the form back, or it is no longer on the page.
    async fn fills(&self, form: &Form, filled: &[Filled], is_back: bool) -> bool {
        let typed: Vec<_> = filled
            .iter()
            .filter(|it| it.kind != "file")
            .map(|it| json!({ "name": it.name, "place": it.place, "kind": it.kind, "value": it.value, "on": it.is_on }))
            .collect();
        for it in filled.iter().filter(|it| it.kind == "file") {
            self.window.puts_files((form.place, &it.name), &it.files).await;
        }
        let said = self.window.asks_with(FILL, vec![json!(form.place), json!(typed), json!(form.sent_by)]).await;
        match said.as_str() {
            Some("ready") => true,
            Some("held back") => false,
            _ if is_back => false,
            other => panic!("the form of “{}” at {} cannot be filled in: {other:?}", form.sent_by, form.page.0),
        }
    }
}

/// Writes down what the window asks for and what it gets: pages, not what belongs to them. All of it is asked with the
/// cookies of whoever looks.
async fn record(State(sill): State<Shared>, mut request: Request, next: Next) -> Response {
    let sill = || sill.lock().expect("nobody panics while writing down");
    let is_page = request.headers().get("sec-fetch-dest").is_some_and(|dest| dest == "document");
    // It is to be read here as well.
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    request.headers_mut().remove(header::COOKIE);
    let cookies: Vec<String> = sill().cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if let Some(cookies) = (!cookies.is_empty()).then(|| cookies.join("; ")) {
        request.headers_mut().insert(header::COOKIE, cookies.parse().expect("cookies can be sent"));
    }
    let url = request.uri().to_string();
    let answer = next.run(request).await;
    if !is_page {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, LARGEST).await.expect("a page comes to its end").to_vec();
    let header = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let headers: Vec<(String, String)> = parts.headers.iter().map(header).collect();
    let mut sill = sill();
    headers.iter().filter(|(name, _)| name == "set-cookie").for_each(|(_, given)| sill.take(given));
    let number = sill.all.len() as u64 + 1;
    sill.all.push(Seen { number, url, status: parts.status.as_u16(), headers, body: body.clone() });
    drop(sill);
    Response::from_parts(parts, Body::from(body))
}
