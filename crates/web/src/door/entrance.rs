//! May this request come in, and as whom?
//! Reads the session, holds the routes to their access, refuses what comes from another site, and draws the page
//! of whatever ended without an answer.
//!
//! Never shows whether something exists to somebody who may not see it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::authority::Actor;

use crate::door::cross_site;
use crate::door::watch::RequestNumber;
use crate::error::Failure;
use crate::routes::{self, Who};
use crate::site::Site;
use crate::visitor::{Guest, Visitor};
use crate::{api, pages, urls};

/// Lets a request in, or answers in its place.
pub(crate) async fn enter(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let guest = guest(&site, &request);
    let is_api = guest.path.starts_with("/api/");
    let mut visitor = None;
    let asked = Asked::of(&request);
    let response = match admit(&guest, &asked).await {
        Ok(admitted) => {
            visitor.clone_from(&admitted);
            if let Some(visitor) = admitted {
                request.extensions_mut().insert(visitor);
            }
            request.extensions_mut().insert(guest.clone());
            next.run(request).await
        }
        Err(answer) => *answer,
    };
    let Some(failure) = response.extensions().get::<Arc<Failure>>().cloned() else { return response };
    log(&failure, &guest.request);
    if is_api {
        return api::problem::answer(&guest, &failure);
    }
    pages::failure::answer(&guest, visitor.as_ref(), &failure).await
}

fn guest(site: &Arc<Site>, request: &Request) -> Guest {
    let number = request.extensions().get::<RequestNumber>().map(|it| it.0.clone()).unwrap_or_default();
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip());
    let agent = request.headers().get("user-agent").and_then(|it| it.to_str().ok()).map(str::to_owned);
    Guest {
        site: site.clone(),
        request: number,
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or("").to_owned(),
        token: cookie(request.headers(), site.cookie_name()),
        rail_folded: cookie(request.headers(), "rail").as_deref() == Some("folded"),
        forwarded: request.headers().contains_key("x-forwarded-for"),
        address,
        agent,
    }
}

/// What the door looks at.
struct Asked {
    method: Method,
    pattern: Option<MatchedPath>,
    is_from_elsewhere: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            pattern: request.extensions().get::<MatchedPath>().cloned(),
            is_from_elsewhere: cross_site::is_from_elsewhere(request.method(), request.headers()),
        }
    }
}

/// Who comes in; an answer in place of the handler's if they may not.
async fn admit(guest: &Guest, asked: &Asked) -> Result<Option<Visitor>, Box<Response>> {
    let refuse = |failure: Failure| Box::new(failure.into_response());
    if asked.is_from_elsewhere {
        return Err(refuse(Failure::from_elsewhere()));
    }
    let who = match &asked.pattern {
        Some(pattern) => routes::who_may(&asked.method, pattern.as_str()),
        // Nothing is there. Somebody signed in reads that inside their frame.
        None => return visitor(guest).await.map_err(refuse),
    };
    if who == Who::Public || (guest.path == "/metrics" && guest.is_on_this_machine()) {
        return Ok(None);
    }
    match visitor(guest).await.map_err(refuse)? {
        Some(visitor) if who == Who::Admin && !app::queries::frame::administers(&visitor.ctx) => {
            Err(refuse(Failure::not_found()))
        }
        Some(visitor) => Ok(Some(visitor)),
        None if guest.path.starts_with("/api/") => Err(refuse(Failure::not_signed_in())),
        None => Err(Box::new(Redirect::to(&sign_in_and_back(guest, &asked.method)).into_response())),
    }
}

fn sign_in_and_back(guest: &Guest, method: &Method) -> String {
    let back = match (method.is_safe(), guest.query.as_str()) {
        (false, _) => String::new(),
        (true, "") => guest.path.clone(),
        (true, query) => format!("{}?{query}", guest.path),
    };
    if back.is_empty() || back == "/" { "/sign-in".to_owned() } else { urls::with("/sign-in", &[("next", &back)]) }
}

async fn visitor(guest: &Guest) -> Result<Option<Visitor>, Failure> {
    let Some(token) = &guest.token else { return Ok(None) };
    // Rights are those of this moment, whichever node gave or took them.
    guest.site.office.fresh_tree().await?;
    // Looking up a session needs a moment and a database, and nobody's rights.
    let nobody = guest.site.ctx(Actor::Clock, None, &guest.request);
    let found = app::commands::sign_in::whose(&nobody, token).await?;
    Ok(found.map(|(actor, account)| Visitor {
        ctx: guest.site.ctx(actor, Some(account), &guest.request),
        guest: guest.clone(),
    }))
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(';'));
    let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
    named.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).filter(|value| value.len() <= 200)
}

/// Logged once, with its causes, under the number that the person reads.
fn log(failure: &Failure, request: &str) {
    if let app::Error::Broken { doing, source } = &failure.error {
        tracing::error!(request, doing, error = format!("{source:#}"), "failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "rail=folded; session=abc; x".parse().expect("a header"));
        assert_eq!(cookie(&headers, "session").as_deref(), Some("abc"));
        assert_eq!(cookie(&headers, "sess"), None);
    }
}
