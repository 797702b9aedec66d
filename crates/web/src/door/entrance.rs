//! May this request come in, and as whom?
//! Reads the session, holds the routes to their access, refuses what comes from another site, and draws the page
//! of whatever ended without an answer.
//!
//! Never shows whether something exists to somebody who may not see it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use app::commands::denials;
use app::commands::sign_in::Hurdle;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{COOKIE, HOST, RETRY_AFTER};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::authority::Actor;

use crate::door::cross_site;
use crate::door::rates::Weight;
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
    if let Some(visitor) = &visitor {
        note_denial(visitor, &asked, response.status()).await;
    }
    let Some(failure) = response.extensions().get::<Arc<Failure>>().cloned() else { return response };
    log(&failure, &guest.request);
    let mut response = match is_api {
        true => api::problem::answer(&guest, &failure),
        false => pages::failure::answer(&guest, visitor.as_ref(), &failure).await,
    };
    if let Some(seconds) = failure.wait {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn guest(site: &Arc<Site>, request: &Request) -> Guest {
    let number = request.extensions().get::<RequestNumber>().map(|it| it.0.clone()).unwrap_or_default();
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip());
    let address = address.map(|peer| behind_proxy(peer, request.headers()));
    let agent = request.headers().get("user-agent").and_then(|it| it.to_str().ok()).map(str::to_owned);
    Guest {
        site: site.clone(),
        request: number,
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or("").to_owned(),
        token: cookie(request.headers(), site.cookie_name(), TOKEN),
        attempt: cookie(request.headers(), site.attempt_cookie_name(), ATTEMPT),
        rail_folded: cookie(request.headers(), "rail", TOKEN).as_deref() == Some("folded"),
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
    host: Option<String>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            pattern: request.extensions().get::<MatchedPath>().cloned(),
            is_from_elsewhere: cross_site::is_from_elsewhere(request.method(), request.headers()),
            host: request.headers().get(HOST).and_then(|host| host.to_str().ok()).map(cross_site::name_of),
        }
    }
}

/// Who comes in; an answer in place of the handler's if they may not.
async fn admit(guest: &Guest, asked: &Asked) -> Result<Option<Visitor>, Box<Response>> {
    let refuse = |failure: Failure| Box::new(failure.into_response());
    if !is_called_so(guest, asked) {
        return Err(refuse(Failure::misdirected()));
    }
    if asked.is_from_elsewhere {
        return Err(refuse(Failure::from_elsewhere()));
    }
    let who = match &asked.pattern {
        Some(pattern) => routes::who_may(&asked.method, pattern.as_str()),
        // Nothing is there. Somebody signed in reads that inside their frame.
        None => return visitor(guest).await.map(|found| found.filter(|it| it.hurdle.is_none())).map_err(refuse),
    };
    if guest.token.is_none() {
        let address = guest.address.map(|address| address.to_string());
        address.map_or(Ok(()), |address| slowly(guest, asked, &address)).map_err(refuse)?;
    }
    if who == Who::Public || (guest.path == "/metrics" && guest.is_on_this_machine()) {
        return Ok(None);
    }
    let visitor = visitor(guest).await.map_err(refuse)?;
    if let Some(account) = visitor.as_ref().and_then(|visitor| visitor.ctx.account) {
        slowly(guest, asked, &account.to_string()).map_err(refuse)?;
    }
    match visitor {
        Some(visitor) if !is_before(&visitor, who) => Err(before(&visitor, &asked.method)),
        Some(visitor) => match who {
            Who::Administrator(any) if !any.iter().any(|it| app::queries::frame::administers(&visitor.ctx, *it)) => {
                Err(refuse(Failure::not_found()))
            }
            _ => Ok(Some(visitor)),
        },
        None if guest.path.starts_with("/api/") => Err(refuse(Failure::not_signed_in())),
        None => Err(Box::new(Redirect::to(&sign_in_and_back(guest, &asked.method)).into_response())),
    }
}

/// Is the page one that they may open with what they have shown so far?
fn is_before(visitor: &Visitor, who: Who) -> bool {
    let Some(hurdle) = visitor.hurdle else { return true };
    let path = visitor.guest.path.as_str();
    let rest = path.strip_prefix(hurdle.page());
    who == Who::Entering && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Leads to what is asked first; a machine is told.
fn before(visitor: &Visitor, method: &Method) -> Box<Response> {
    let (guest, Some(hurdle)) = (&visitor.guest, visitor.hurdle) else { unreachable!("only hurdles stand before") };
    if guest.path.starts_with("/api/") && hurdle == Hurdle::Code {
        return Box::new(Failure::not_signed_in().into_response());
    }
    if guest.path.starts_with("/api/") {
        return Box::new(Failure::from(hurdle.refusal()).into_response());
    }
    Box::new(Redirect::to(&back(hurdle.page(), guest, method)).into_response())
}

/// What somebody signed in was denied is counted, and refused acts are written down. A log that cannot be written holds
/// up nobody's answer.
async fn note_denial(visitor: &Visitor, asked: &Asked, status: StatusCode) {
    let noted = match status {
        StatusCode::FORBIDDEN => {
            denials::refused(&visitor.ctx, &format!("{} {}", asked.method, visitor.guest.path)).await
        }
        StatusCode::NOT_FOUND => denials::unseen(&visitor.ctx).await,
        _ => return,
    };
    if let Err(error) = noted {
        tracing::error!(request = visitor.guest.request, error = ?error, "a denial is not written down");
    }
}

/// Is the site called by one of its own names? The machine itself may ask after its health by any.
fn is_called_so(guest: &Guest, asked: &Asked) -> bool {
    let own = &guest.site.options.hosts;
    own.is_empty() || guest.path == "/healthz" || asked.host.as_ref().is_some_and(|host| own.contains(host))
}

/// Takes what the request weighs out of somebody's bucket.
fn slowly(guest: &Guest, asked: &Asked, who: &str) -> Result<(), Failure> {
    let per_minute = guest.site.options.rate;
    let pattern = asked.pattern.as_ref().map_or("", MatchedPath::as_str);
    if per_minute == 0 || pattern.starts_with("/assets/") || pattern == "/healthz" {
        return Ok(());
    }
    let weight = Weight::of(&asked.method, pattern);
    // A hall full of people comes from one address, and all at once; whoever fails there is held off by name.
    let is_hall = ["/attend/{code}", "/vote", "/vote/{slip}"].contains(&pattern) && guest.token.is_none();
    let (who, per_minute) =
        if is_hall { (&*format!("hall {who}"), per_minute.saturating_mul(4)) } else { (who, per_minute) };
    match guest.site.rates.take(who, weight, per_minute, guest.site.clock.now_ms()) {
        None => Ok(()),
        Some(seconds) => Err(Failure::too_many(seconds)),
    }
}

fn sign_in_and_back(guest: &Guest, method: &Method) -> String {
    back("/sign-in", guest, method)
}

/// A page, with the address that was asked for as the way on.
fn back(page: &str, guest: &Guest, method: &Method) -> String {
    let back = match (method.is_safe(), guest.query.as_str()) {
        (false, _) => String::new(),
        (true, "") => guest.path.clone(),
        (true, query) => format!("{}?{query}", guest.path),
    };
    if back == "/" { page.to_owned() } else { urls::with(page, &[("next", &back)]) }
}

async fn visitor(guest: &Guest) -> Result<Option<Visitor>, Failure> {
    let Some(token) = &guest.token else { return Ok(None) };
    // Rights are those of this moment, whichever node gave or took them.
    guest.site.office.fresh_tree().await?;
    // Looking up a session needs a moment and a database, and nobody's rights.
    let nobody = guest.ctx(Actor::Clock, None);
    let found = app::commands::sign_in::whose(&nobody, token).await?;
    Ok(found.map(|entered| Visitor {
        ctx: guest.ctx(entered.actor, Some(entered.account)),
        guest: guest.clone(),
        hurdle: entered.hurdle,
    }))
}

/// Whose address is it? A proxy on this machine adds the one that it saw as the last; nobody else is believed.
fn behind_proxy(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let told = headers.get_all("x-forwarded-for").iter().next_back().and_then(|all| all.to_str().ok());
    let last = told.and_then(|all| all.rsplit(',').next()).and_then(|last| last.trim().parse().ok());
    if peer.is_loopback() { last.unwrap_or(peer) } else { peer }
}

/// The longest cookie that is looked at, in bytes: a token, and what an attempt of the single sign-on carries.
const TOKEN: usize = 200;
const ATTEMPT: usize = 4_000;

fn cookie(headers: &HeaderMap, name: &str, most: usize) -> Option<String> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(';'));
    let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
    named.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).filter(|value| value.len() <= most)
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
    fn only_a_proxy_on_this_machine_is_believed_and_only_its_last_word() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.2.3.4, 10.20.0.7".parse().expect("a header"));
        let of = |peer: &str| behind_proxy(peer.parse().expect("an address"), &headers).to_string();
        assert_eq!(of("127.0.0.1"), "10.20.0.7");
        assert_eq!(of("10.9.9.9"), "10.9.9.9");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "rail=folded; session=abc; x".parse().expect("a header"));
        assert_eq!(cookie(&headers, "session", TOKEN).as_deref(), Some("abc"));
        assert_eq!(cookie(&headers, "sess", TOKEN), None);
    }
}
