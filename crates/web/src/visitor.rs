//! Who asks? A guest is any request; a visitor is a guest who signed in.
//!
//! Never decides: the context goes on to commands and queries.

use std::net::IpAddr;
use std::sync::Arc;

use app::Ctx;
use app::commands::sign_in::{Hurdle, Origin};
use app::queries::frame::{self, Frame};
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use kernel::authority::Actor;
use kernel::ids::AccountId;
use maud::Markup;

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::{self, Place};
use crate::parts::shell::PageHead;
use crate::site::Site;

/// A request, whoever sent it.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) site: Arc<Site>,
    pub(crate) request: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) token: Option<String>,
    pub(crate) attempt: Option<String>,
    pub(crate) rail_folded: bool,
    pub(crate) forwarded: bool,
    pub(crate) address: Option<IpAddr>,
    pub(crate) agent: Option<String>,
}

impl Guest {
    /// From where they come.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            address: self.address.map(|address| address.to_string()),
            agent: self.agent.clone(),
            token: self.token.clone(),
        }
    }

    /// The context of an act of this request.
    pub(crate) fn ctx(&self, actor: Actor, account: Option<AccountId>) -> Ctx {
        let address = self.address.map(|address| Arc::from(address.to_string()));
        Ctx { address, ..self.site.ctx(actor, account, &self.request) }
    }

    /// Does the request come from the machine itself, and not through a proxy on it?
    pub(crate) fn is_on_this_machine(&self) -> bool {
        !self.forwarded && self.address.is_some_and(|address| address.is_loopback())
    }
}

/// A person who signed in, with the context of what they ask or do.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) ctx: Ctx,
    pub(crate) guest: Guest,
    /// What is still asked of them; until then they hold nothing.
    pub(crate) hurdle: Option<Hurdle>,
}

impl Visitor {
    /// A page in its frame.
    pub(crate) async fn page(&self, place: Place<'_>, head: &PageHead, content: Markup) -> Result<Response, Failure> {
        self.page_as(StatusCode::OK, place, head, content).await
    }

    /// A page in its frame, with a status of its own.
    pub(crate) async fn page_as(
        &self,
        status: StatusCode,
        place: Place<'_>,
        head: &PageHead,
        content: Markup,
    ) -> Result<Response, Failure> {
        let frame: Frame = frame::frame(&self.ctx, place.mechanism()).await?;
        Ok(answer::page(status, shell::of(self, &frame, place).page(head, content)))
    }

    /// The token of their session.
    pub(crate) fn token(&self) -> &str {
        self.guest.token.as_deref().unwrap_or_default()
    }

    /// The words of a refusal.
    pub(crate) fn say(&self, refusal: &kernel::refusal::Refusal) -> app::words::Said {
        app::words::say(self.ctx.vocabulary(), refusal)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        // The door lets nobody through to a handler that asks for a visitor without one.
        parts.extensions.get::<Visitor>().cloned().ok_or_else(Failure::not_signed_in)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Guest {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Guest>()
            .cloned()
            .ok_or_else(|| Failure::broken("know who asks", "the door was not passed"))
    }
}

/// An id in the address. One that is none leads nowhere, like one that is not there.
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(at)| Self(at)).map_err(|_| Failure::not_found())
    }
}
