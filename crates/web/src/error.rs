//! How does an act without an answer become an HTTP answer? Mapped here, once, for pages and for machines.
//!
//! Never writes a sentence: those stand in the messages file, by the refusal's code.

use std::sync::Arc;

use app::error::Unwritable;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::refusal::{Refusal, RefusalKind};

/// An act without an answer. It travels in the answer's extensions to the door, which draws the page.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: app::Error,
    pub(crate) status: StatusCode,
    /// Seconds after which it is worth trying again.
    pub(crate) wait: Option<u64>,
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        let status = status(&error);
        Self { error, status, wait: None }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        app::Error::from(refusal).into()
    }
}

impl Failure {
    /// Not there, or not for these eyes.
    pub(crate) fn not_found() -> Self {
        app::Error::NotFound.into()
    }

    /// What was sent cannot be read.
    pub(crate) fn unreadable() -> Self {
        Self { status: StatusCode::BAD_REQUEST, ..Refusal::new("form.unreadable").into() }
    }

    /// What was sent is too large.
    pub(crate) fn too_large() -> Self {
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..Refusal::new("form.too_large").into() }
    }

    /// A request that changes something came from another site.
    pub(crate) fn from_elsewhere() -> Self {
        Self { status: StatusCode::FORBIDDEN, ..Refusal::new("form.from_elsewhere").into() }
    }

    /// Nobody is signed in (machines only; people are led to the sign-in page).
    pub(crate) fn not_signed_in() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Refusal::new("sign_in.needed").into() }
    }

    /// The site is called by a name that is not its own.
    pub(crate) fn misdirected() -> Self {
        Self { status: StatusCode::MISDIRECTED_REQUEST, ..Refusal::new("page.other_host").into() }
    }

    /// Somebody asks more often than people do; they may come again after so many seconds.
    pub(crate) fn too_many(seconds: u64) -> Self {
        let refusal = Refusal::new("page.too_many").with("seconds", seconds);
        Self { status: StatusCode::TOO_MANY_REQUESTS, wait: Some(seconds), ..refusal.into() }
    }

    /// We are at fault.
    pub(crate) fn broken(doing: &'static str, why: &str) -> Self {
        app::Error::broken(doing, std::io::Error::other(why.to_owned())).into()
    }
}

/// The status of each way to end without an answer.
pub(crate) fn status(error: &app::Error) -> StatusCode {
    match error {
        app::Error::Refused(refusals) => status_of(refusals),
        app::Error::NotFound => StatusCode::NOT_FOUND,
        app::Error::Stale => StatusCode::CONFLICT,
        app::Error::Broken { .. } => match error.unwritable() {
            Some(Unwritable::Full) => StatusCode::INSUFFICIENT_STORAGE,
            Some(Unwritable::ReadOnly) => StatusCode::SERVICE_UNAVAILABLE,
            None => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// 403 if it is a matter of authority alone, 422 otherwise.
pub(crate) fn status_of(refusals: &[Refusal]) -> StatusCode {
    match !refusals.is_empty() && refusals.iter().all(|refusal| refusal.kind == RefusalKind::NotYours) {
        true => StatusCode::FORBIDDEN,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authority_alone_is_forbidden_and_a_rule_beside_it_is_not() {
        assert_eq!(status_of(&[Refusal::not_yours("step.not_yours")]), StatusCode::FORBIDDEN);
        let both = [Refusal::not_yours("step.not_yours"), Refusal::new("field.missing")];
        assert_eq!(status_of(&both), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(status_of(&[]), StatusCode::UNPROCESSABLE_ENTITY);
    }
}
