//! In what form does an answer leave? A page, a way on, or a file.
//!
//! Never a file that a browser would run: whatever a person uploaded is sent to be kept, not shown, unless it is harmless.

use app::queries::files::Download;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::Markup;

use crate::urls;

/// A page.
pub(crate) fn page(status: StatusCode, markup: Markup) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup.into_string()).into_response()
}

/// See there (303).
pub(crate) fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// A file to be kept, or shown if the browser can show it safely.
pub(crate) fn file(download: Download) -> Response {
    const SHOWN: [&str; 4] = ["application/pdf", "image/png", "image/jpeg", "image/gif"];
    let kind = if SHOWN.contains(&download.media.as_str()) { "inline" } else { "attachment" };
    let named = format!("{kind}; filename*=UTF-8''{}", urls::percent(&download.name));
    let headers = [
        (header::CONTENT_TYPE, download.media),
        (header::CONTENT_DISPOSITION, named),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox".to_owned()),
    ];
    (headers, download.bytes).into_response()
}
