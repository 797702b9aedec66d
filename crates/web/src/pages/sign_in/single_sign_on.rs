//! The way over the site's identity provider, and back.
//!
//! Never an address of the provider in a form: the way there is a link, so that pages may send forms to us alone.

use std::collections::BTreeMap;

use app::commands::sign_in::single_sign_on::{self, Back};
use axum::extract::Query;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use kernel::authority::Actor;

use super::{Next, put_cookie, refused};
use crate::answer;
use crate::error::Failure;
use crate::site::Site;
use crate::urls;
use crate::visitor::Guest;

/// `GET /sign-in/single-sign-on`: to the provider.
pub(crate) async fn begin(guest: Guest, Query(next): Query<Next>) -> Result<Response, Failure> {
    let ctx = guest.ctx(Actor::Clock, None);
    let single = ctx.office.single_sign_on().ok_or_else(Failure::not_found)?;
    let next = if urls::is_here(&next.next) { next.next.as_str() } else { "" };
    match single.begin(&ctx, next).await {
        Ok(begun) => {
            let mut response = answer::see(&begun.address);
            keep(&mut response, &guest.site, &begun.cookie, "; Max-Age=600");
            Ok(response)
        }
        Err(app::Error::Refused(refusals)) => Ok(refused(&guest, &ctx, "", next, &refusals)),
        Err(other) => Err(other.into()),
    }
}

/// `GET /sign-in/single-sign-on/callback`: back from the provider.
pub(crate) async fn come_back(guest: Guest, Query(sent): Query<BTreeMap<String, String>>) -> Result<Response, Failure> {
    let ctx = guest.ctx(Actor::Clock, None);
    let cookie = guest.attempt.clone().unwrap_or_default();
    let back = Back { cookie, sent, origin: guest.origin() };
    let mut response = match single_sign_on::come_back(&ctx, back).await {
        Ok((token, next)) => {
            let mut response = answer::see(if urls::is_here(&next) { &next } else { "/" });
            put_cookie(&mut response, &guest.site, &token, "");
            response
        }
        Err(app::Error::Refused(refusals)) => refused(&guest, &ctx, "", "", &refusals),
        Err(other) => return Err(other.into()),
    };
    keep(&mut response, &guest.site, "", "; Max-Age=0");
    Ok(response)
}

fn keep(response: &mut Response, site: &Site, sealed: &str, more: &str) {
    let secure = if site.options.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{}={sealed}; Path=/; HttpOnly; SameSite=Lax{secure}{more}", site.attempt_cookie_name());
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
