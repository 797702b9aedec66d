//! What does every request get? A number, a line in the log, a count; and every answer its protecting headers.
//!
//! Never logs a query string, a form or a cookie.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use crate::error::Failure;
use crate::site::Site;

/// The number under which a request is logged, and which a person reads when something failed.
#[derive(Clone, Debug)]
pub(crate) struct RequestNumber(pub(crate) String);

/// Where answers to the page itself come from: only this site, and no code inside pages.
const CONTENT_SECURITY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Numbers, times, counts and logs a request, and protects its answer.
pub(crate) async fn watch(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let number = number();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |it| it.as_str().to_owned());
    let path = loggable(request.uri().path());
    request.extensions_mut().insert(RequestNumber(number.clone()));
    let mut response = next.run(request).await;
    let (took, status) = (began.elapsed(), response.status());
    protect(&mut response, &number, &method);
    if site.options.secure_cookies {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if path != "/healthz" {
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(request = number, %method, path, status = status.as_u16(), ms, "answered");
    }
    site.counters.count(method.as_str(), &route, status.as_u16(), took);
    response
}

/// The path as the log knows it: a slip is as good as a vote until it is used, and a calendar's address opens it, so
/// that neither is one for a log.
fn loggable(path: &str) -> String {
    match path {
        path if path.starts_with("/vote/") => "/vote/{slip}".to_owned(),
        path if path.starts_with("/calendar/") => "/calendar/{feed}".to_owned(),
        path => path.to_owned(),
    }
}

/// Eight digits are enough to find a line in a day's log, and short enough to be read over the telephone.
fn number() -> String {
    let mut text = Uuid::new_v4().simple().to_string();
    text.truncate(8);
    text
}

fn protect(response: &mut Response, number: &str, method: &Method) {
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "same-origin");
    put(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    // What is shown to one person is not kept for the next one at the same machine; files say so themselves.
    put(header::CACHE_CONTROL, if method.is_safe() { "no-cache, private" } else { "no-store" });
    if let Ok(value) = HeaderValue::from_str(number) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// A panic becomes the failure page like any other fault of ours.
pub(crate) fn after_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> axum::http::Response<Body> {
    let words = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()))
        .unwrap_or_else(|| "a panic without words".to_owned());
    Failure::broken("answer a request: it panicked", &words).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_slip_or_a_calendar_stands_in_no_log() {
        assert_eq!(loggable("/vote/ABCD2345EFGH6789"), "/vote/{slip}");
        assert_eq!(loggable("/calendar/0123abcd.ics"), "/calendar/{feed}");
        assert_eq!(loggable("/records/1/ballot"), "/records/1/ballot");
    }
}
