//! What do pages wear? One style sheet and one script, inside the program, named by their content.
//!
//! Never another site's file.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

use crate::error::Failure;
use crate::parts::shell::Assets;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Embedded;

/// The addresses of the style sheet and the script, which change when their content does.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) assets: Assets,
}

impl Look {
    /// The look as it is inside the program.
    pub(crate) fn embedded() -> Self {
        Self { assets: Assets { css: address("app.css"), js: address("app.js") } }
    }
}

/// `/assets/app.1a2b3c4d.css`.
fn address(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/assets/{stem}.{}.{ending}", hash(name))
}

fn hash(name: &str) -> String {
    let bytes = Embedded::get(name).map(|file| file.data).unwrap_or_default();
    kernel::journal::digest(&bytes).chars().take(8).collect()
}

/// `GET /assets/{asset}`: by its hashed name it may be kept for ever.
pub(crate) async fn show(Path(asked): Path<String>) -> Result<Response, Failure> {
    let parts: Vec<&str> = asked.split('.').collect();
    let (name, asked_hash) = match parts.as_slice() {
        [stem, hash, ending] => (format!("{stem}.{ending}"), Some(*hash)),
        _ => (asked.clone(), None),
    };
    let file = Embedded::get(&name).ok_or_else(Failure::not_found)?;
    let media = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let is_this_one = asked_hash.is_some_and(|asked| asked == hash(&name));
    let keep = if is_this_one { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, keep)], file.data).into_response())
}

/// `GET /favicon.ico`: the seal, as a picture.
pub(crate) async fn favicon() -> Response {
    const SEAL: &str = concat!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect x="1" y="1" width="22" height="22" rx="4" "##,
        r##"fill="#b4232a"/><path d="M7 8h10M12 8v8M6 16h12" stroke="#fff" stroke-width="2" fill="none"/></svg>"##
    );
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, SEAL).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_is_named_by_its_content() {
        let look = Look::embedded();
        assert!(look.assets.css.starts_with("/assets/app.") && look.assets.css.ends_with(".css"));
        assert_ne!(hash("app.css"), hash("app.js"));
    }
}
