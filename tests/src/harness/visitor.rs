//! Who is at the door? A person with a browser: keeps a cookie, reads pages, fills in forms, follows redirects.
//!
//! Never sends what a browser would not, unless the verb says so (`forges`).

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::form::{Form, Part};
use super::office::Door;
use super::page::Page;
use crate::browser::{Glass, Seen};
use crate::world::PASSWORD;

/// A session ends after half an hour without use; a visitor signs in again before that.
const SESSION_MS: i64 = 25 * 60_000;
/// The address in the browser's bar.
const HOST: &str = "zugong.test";
const PART_BORDER: &str = "--------------------------a-border-nobody-writes";

/// A person with a browser.
pub(crate) struct Visitor {
    door: Arc<Door>,
    login: Option<String>,
    password: String,
    cookie: Option<String>,
    /// Cookies that are no session: name and value.
    others: BTreeMap<String, String>,
    address: Option<IpAddr>,
    /// How long a request takes, in milliseconds of the story's clock.
    pace: i64,
    seen_at: i64,
}

/// A file that was downloaded.
pub(crate) struct Download {
    /// The status.
    pub(crate) status: u16,
    /// The media type.
    pub(crate) media: String,
    /// What the browser calls it: the header `content-disposition`.
    pub(crate) disposition: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

impl Visitor {
    /// Somebody who has not signed in.
    pub(super) fn stranger(door: Arc<Door>) -> Self {
        Self {
            door,
            login: None,
            password: PASSWORD.to_owned(),
            cookie: None,
            others: BTreeMap::new(),
            address: None,
            pace: 1_000,
            seen_at: 0,
        }
    }

    /// Walks through the real login.
    pub(crate) async fn signs_in(&mut self, login: &str, password: &str) -> Page {
        let page = self.gives_password(login, password).await;
        let page = match page.url.split('?').next() {
            Some("/sign-in/code") => self.gives_code(login, page).await,
            Some("/account/second-factor") => self.sets_up_codes(login, password, page).await,
            _ => page,
        };
        if page.status == 200 && !page.url.starts_with("/sign-in") {
            self.login = Some(login.to_owned());
            password.clone_into(&mut self.password);
        }
        page
    }

    /// The code that an authenticator with this secret shows now.
    pub(crate) fn code_of(&self, secret: &[u8]) -> String {
        let codes = totp_rs::Secret::new(secret.to_vec().into_boxed_slice());
        let codes = totp_rs::Builder::new().with_secret(codes).build().expect("the secret is long enough");
        codes.generate(self.door.clock.now() as u64 / 1000).to_string()
    }

    /// Types the code of the authenticator that the harness keeps for everybody; waits for one that was not used.
    async fn gives_code(&mut self, login: &str, page: Page) -> Page {
        let Some((secret, used)) = self.door.authenticator(login) else { return page };
        if self.code_of(&secret) == used {
            self.door.clock.passes(30_000);
        }
        let code = self.code_of(&secret);
        self.door.keep_authenticator(login, secret, code.clone());
        self.sends(page.form("继续").with("动态码", &code)).await
    }

    /// Sets up the authenticator that the role demands.
    async fn sets_up_codes(&mut self, login: &str, password: &str, page: Page) -> Page {
        let page = self.sends(page.form("开始设置").with("现在的密码", password)).await;
        let secret = page.secret();
        let code = self.code_of(&secret);
        self.door.keep_authenticator(login, secret, code.clone());
        let page = self.sends(page.form("确认启用").with("动态码", &code)).await;
        let on = page.link("已经收好");
        self.asks(&on).await
    }

    /// Gives name and password, and stops at whatever is asked next.
    pub(crate) async fn gives_password(&mut self, login: &str, password: &str) -> Page {
        self.login = None;
        let page = self.asks("/sign-in").await.answers(200).form("登录").with("用户名", login).with("密码", password);
        self.sends(page).await
    }

    /// Comes from an address of their own.
    pub(crate) fn coming_from(mut self, address: &str) -> Self {
        self.address = Some(address.parse().expect("an address"));
        self
    }

    /// Is a machine: a hundred requests a second. At the pace of a person ten thousand of them would take hours, and
    /// whoever works beside them would be signed out in the meantime.
    pub(crate) fn at_the_pace_of_a_machine(mut self) -> Self {
        self.pace = 10;
        self
    }

    /// A cookie that nobody gave them.
    pub(crate) fn carries(&mut self, cookie: &str) {
        self.cookie = Some(cookie.to_owned());
    }

    /// The cookie they carry: name and value.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Opens an address and expects to see it.
    #[track_caller]
    pub(crate) fn opens(&mut self, url: &str) -> impl Future<Output = Page> {
        let caller = std::panic::Location::caller();
        async move {
            let page = self.asks(url).await;
            assert_eq!(page.status, 200, "{url}, asked at {caller}, answered:\n{}", page.shown());
            page
        }
    }

    /// Asks for an address, whatever comes.
    pub(crate) async fn asks(&mut self, url: &str) -> Page {
        self.wakes().await;
        match self.glass().filter(|_| Glass::shows(url)) {
            Some(glass) => {
                self.waits();
                let seen = glass.opens(url, &self.cookies()).await;
                self.reads(seen).await
            }
            None => self.follows(Request::get(url), Vec::new()).await,
        }
    }

    /// The window that they look through, if the office has one and they come from nowhere else.
    fn glass(&self) -> Option<Arc<Glass>> {
        self.door.glass().filter(|_| self.address.is_none())
    }

    /// What the window showed: the cookies are theirs, the last page is read.
    async fn reads(&mut self, seen: Vec<Seen>) -> Page {
        let mut last = None;
        for seen in seen {
            self.takes_cookies(&seen.headers);
            let mut page = Page::new(seen.status, seen.url, seen.headers, seen.body);
            page.shown_as = Some(seen.number);
            if page.status >= 500 {
                self.door.failed(format!("{} answered {}: {}", page.url, page.status, page.shown()));
            }
            last = Some(page);
        }
        last.expect("the window shows something")
    }

    /// Asks once, without following a redirect.
    pub(crate) async fn asks_once(&mut self, method: &str, url: &str) -> Page {
        let request = Request::builder().method(method).uri(url).header("sec-fetch-site", "same-origin");
        self.once(request, Vec::new()).await
    }

    /// Sends a form as it stands.
    pub(crate) async fn sends(&mut self, form: Form) -> Page {
        self.wakes().await;
        let parts = form.parts();
        if form.method != "post" {
            let pairs: Vec<(String, String)> = parts.into_iter().filter_map(|part| part.text()).collect();
            let query = serde_urlencoded::to_string(pairs).expect("texts can be written in an address");
            let path = form.action.split('?').next().unwrap_or("").to_owned();
            return self.asks(&format!("{path}?{query}")).await;
        }
        if let Some(glass) = self.glass() {
            self.waits();
            if let Some(seen) = glass.sends(&form, &self.cookies()).await {
                return self.reads(seen).await;
            }
        }
        let (kind, body) = if form.in_parts { in_parts(&parts) } else { in_line(parts) };
        let request = Request::post(form.action.as_str())
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::CONTENT_TYPE, kind);
        self.follows(request, body).await
    }

    /// Sends something to the API.
    pub(crate) async fn posts_json(&mut self, url: &str, body: &serde_json::Value) -> Page {
        self.wakes().await;
        let request =
            Request::post(url).header("sec-fetch-site", "same-origin").header(header::CONTENT_TYPE, "application/json");
        self.follows(request, body.to_string().into_bytes()).await
    }

    /// Sends a request made by hand.
    pub(crate) async fn forges(&mut self, request: axum::http::request::Builder, body: Vec<u8>) -> Page {
        self.once(request, body).await
    }

    /// Downloads a file.
    pub(crate) async fn downloads(&mut self, url: &str) -> Download {
        self.wakes().await;
        let page = self.follows(Request::get(url), Vec::new()).await;
        Download {
            status: page.status,
            media: page.header("content-type").unwrap_or("").to_owned(),
            disposition: page.header("content-disposition").unwrap_or("").to_owned(),
            bytes: page.body,
        }
    }

    /// Signs in anew in the morning, or after a long pause.
    async fn wakes(&mut self) {
        let Some(login) = self.login.clone() else { return };
        if self.door.clock.now() - self.seen_at > SESSION_MS {
            self.cookie = None;
            let password = self.password.clone();
            let page = Box::pin(self.signs_in(&login, &password)).await;
            assert_eq!(self.login.as_deref(), Some(login.as_str()), "{login} cannot sign in again:\n{}", page.shown());
        }
    }

    async fn follows(&mut self, request: axum::http::request::Builder, body: Vec<u8>) -> Page {
        let mut page = self.once(request, body).await;
        for _ in 0..5 {
            if !(300..400).contains(&page.status) {
                return page;
            }
            let Some(next) = page.header("location").map(str::to_owned) else { return page };
            page = self.once(Request::get(next.as_str()), Vec::new()).await;
        }
        panic!("{} leads round in a circle", page.url)
    }

    /// The time of one request passes.
    fn waits(&mut self) {
        self.seen_at = self.door.clock.passes(self.pace);
    }

    fn cookies(&self) -> Vec<String> {
        let others = self.others.iter().map(|(name, value)| format!("{name}={value}"));
        self.cookie.iter().cloned().chain(others).collect()
    }

    fn takes_cookies(&mut self, headers: &[(String, String)]) {
        for (_, value) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (cookie, rest) = value.split_once(';').unwrap_or((value, ""));
            let is_over = rest.to_ascii_lowercase().contains("max-age=0") || cookie.ends_with('=');
            match cookie.split_once('=') {
                Some((name, value)) if !name.ends_with("session") => {
                    self.others.remove(name);
                    self.others.extend((!is_over).then(|| (name.to_owned(), value.to_owned())));
                }
                _ => self.cookie = (!is_over).then(|| cookie.to_owned()),
            }
        }
    }

    async fn once(&mut self, request: axum::http::request::Builder, body: Vec<u8>) -> Page {
        self.waits();
        let has_host = request.headers_ref().is_some_and(|headers| headers.contains_key(header::HOST));
        let mut request = if has_host { request } else { request.header(header::HOST, HOST) };
        let cookies = self.cookies();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let request = request.header(header::CONTENT_LENGTH, body.len()).body(Body::from(body));
        let mut request = request.expect("the request can be written");
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 50_000))));
        }
        let what = format!("{} {}", request.method(), request.uri());
        let url = request.uri().to_string();
        let answer = self.door.router().oneshot(request).await.expect("the router always answers");
        let status = answer.status().as_u16();
        let headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        self.takes_cookies(&headers);
        let bytes = answer.into_body().collect().await.expect("the answer comes to its end").to_bytes().to_vec();
        let page = Page::new(status, url, headers, bytes);
        if status >= 500 {
            self.door.failed(format!("{what} answered {status}: {}", page.shown()));
        }
        page
    }
}

impl Part {
    fn text(self) -> Option<(String, String)> {
        match self {
            Self::Text(name, value) => Some((name, value)),
            Self::File(..) => None,
        }
    }
}

fn in_line(parts: Vec<Part>) -> (String, Vec<u8>) {
    let pairs: Vec<(String, String)> = parts.into_iter().filter_map(Part::text).collect();
    let body = serde_urlencoded::to_string(pairs).expect("texts can be written in a form");
    ("application/x-www-form-urlencoded".to_owned(), body.into_bytes())
}

fn in_parts(parts: &[Part]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    let escaped = |name: &str| name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    for part in parts {
        body.extend(format!("--{PART_BORDER}\r\n").bytes());
        match part {
            Part::Text(name, value) => {
                // A browser sends the ends of lines as CRLF.
                let value = value.replace("\r\n", "\n").replace('\n', "\r\n");
                body.extend(
                    format!("content-disposition: form-data; name=\"{}\"\r\n\r\n{value}", escaped(name)).bytes(),
                );
            }
            Part::File(name, file, bytes) => {
                let (name, file) = (escaped(name), escaped(file));
                let head = format!("content-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n");
                body.extend(head.bytes());
                body.extend(b"content-type: application/octet-stream\r\n\r\n");
                body.extend(bytes);
            }
        }
        body.extend(b"\r\n");
    }
    body.extend(format!("--{PART_BORDER}--\r\n").bytes());
    (format!("multipart/form-data; boundary={PART_BORDER}"), body)
}
