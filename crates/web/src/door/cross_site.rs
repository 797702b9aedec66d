//! Does a request that changes something come from our own pages?
//! A browser says so by `Sec-Fetch-Site`; where it does not (plain http in a closed network), by `Origin`.
//!
//! Never a token: both headers are set by the browser and cannot be forged by a page.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};

/// Is the request from elsewhere, so that it must be refused?
pub(crate) fn is_from_elsewhere(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return false;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let (Some(origin), Some(host)) = (text(ORIGIN.as_str()), text(HOST.as_str())) else { return true };
    origin.split_once("://").is_none_or(|(_, origin_host)| !origin_host.eq_ignore_ascii_case(host))
}

/// The name in a host header, without its port, in small letters.
pub(crate) fn name_of(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|sign| sign.is_ascii_digit()) => name,
        _ => host,
    };
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(headers: &[(&'static str, &'static str)]) -> bool {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse().expect("a header's name"), value.parse().expect("a header's value"))
        };
        is_from_elsewhere(&Method::POST, &headers.iter().map(pair).collect())
    }

    #[test]
    fn our_own_page_passes_and_a_foreign_one_does_not() {
        assert!(!post(&[("sec-fetch-site", "same-origin")]));
        assert!(post(&[("sec-fetch-site", "cross-site")]));
        assert!(post(&[("sec-fetch-site", "same-site")]));
    }

    #[test]
    fn without_fetch_metadata_the_origin_must_be_the_host() {
        assert!(!post(&[("origin", "http://oa.intranet.test:8080"), ("host", "oa.intranet.test:8080")]));
        assert!(post(&[("origin", "http://evil.test"), ("host", "oa.intranet.test")]));
        assert!(post(&[("origin", "null"), ("host", "oa.intranet.test")]));
        assert!(post(&[]));
    }

    #[test]
    fn a_host_is_its_name_without_the_port() {
        assert_eq!(name_of("OA.intranet.test:8443"), "oa.intranet.test");
        assert_eq!(name_of("[::1]:80"), "[::1]");
        assert_eq!(name_of("oa.test"), "oa.test");
    }

    #[test]
    fn reading_is_never_refused() {
        assert!(!is_from_elsewhere(&Method::GET, &HeaderMap::new()));
    }
}
