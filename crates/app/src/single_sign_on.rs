//! How does the site's own identity provider say who somebody is? OpenID Connect: the code flow with PKCE, state and nonce.
//!
//! What belongs to one attempt travels in a cookie that only we can read; nothing is kept of it.
//! Never makes an account, and never believes a token that is not signed by the provider for us, for this attempt, now.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use kernel::refusal::Refusal;
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::commands::accounts::second_factor::keys;
use crate::ctx::Ctx;
use crate::error::Error;

/// How long the person may take at the provider.
const ATTEMPT_MS: i64 = 10 * 60_000;
/// How long the provider's description and keys are believed.
const KNOWN_MS: i64 = 60 * 60_000;
/// How far the two clocks may be apart, in seconds.
const SKEW: i64 = 60;
const PURPOSE: &str = "single_sign_on";
/// Signatures with a key that the provider alone has.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// How the site is known to its provider.
#[derive(Clone)]
pub struct Settings {
    /// The provider: an address as it stands in its tokens.
    pub issuer: String,
    /// Our id there.
    pub client: String,
    /// Our secret there; none for a public client.
    pub secret: Option<String>,
    /// The claim that is the sign-in name.
    pub claim: String,
    /// What the button says.
    pub name: String,
    /// Where the provider sends people back to.
    pub back: String,
}

/// What is asked of the provider's machine.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The address.
    pub address: String,
    /// A form to send; without one it is only read.
    pub form: Option<String>,
    /// What stands in `Authorization`.
    pub authorization: Option<String>,
}

/// What comes of asking.
pub type Answer<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Vec<u8>>> + Send + 'a>>;

/// Whoever can reach the provider's machine.
pub trait Reach: Send + Sync {
    /// Asks, and gives the body of a good answer.
    fn ask(&self, ask: Ask) -> Answer<'_>;
}

/// The site's single sign-on.
pub struct SingleSignOn {
    /// How the site is known there.
    pub settings: Settings,
    reach: Arc<dyn Reach>,
    known: Mutex<Option<Arc<Known>>>,
}

/// What the provider says of itself.
struct Known {
    described: Described,
    keys: JwkSet,
    read_at: i64,
}

#[derive(Clone, Deserialize)]
struct Described {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// One attempt, sealed into a cookie.
#[derive(Serialize, Deserialize)]
struct Attempt {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    until_at: i64,
}

/// An attempt that begins.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the person goes.
    pub address: String,
    /// What their browser keeps meanwhile.
    pub cookie: String,
}

impl SingleSignOn {
    /// A single sign-on with these settings.
    pub fn new(settings: Settings, reach: Arc<dyn Reach>) -> Self {
        Self { settings, reach, known: Mutex::new(None) }
    }

    /// Begins an attempt; `next` is where the person wanted to go.
    pub async fn begin(&self, ctx: &Ctx, next: &str) -> Result<Begun, Error> {
        let known = self.known(ctx.now, None).await?;
        let attempt = Attempt {
            state: random(),
            nonce: random(),
            verifier: random(),
            next: next.chars().take(500).collect(),
            until_at: ctx.now + ATTEMPT_MS,
        };
        let challenge = ring::digest::digest(&ring::digest::SHA256, attempt.verifier.as_bytes());
        let query = encoded(&[
            ("response_type", "code"),
            ("client_id", &self.settings.client),
            ("redirect_uri", &self.settings.back),
            ("scope", "openid profile"),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(challenge)),
            ("code_challenge_method", "S256"),
        ])?;
        let join = if known.described.authorization_endpoint.contains('?') { '&' } else { '?' };
        let plain = serde_json::to_vec(&attempt).map_err(|fault| Error::broken("write down an attempt", fault))?;
        Ok(Begun {
            address: format!("{}{join}{query}", known.described.authorization_endpoint),
            cookie: keys(ctx)?.seal(PURPOSE, b"attempt", &plain)?,
        })
    }

    /// Ends an attempt: the sign-in name that the provider vouches for, and where the person wanted to go.
    pub async fn end(
        &self,
        ctx: &Ctx,
        cookie: &str,
        sent: &BTreeMap<String, String>,
    ) -> Result<(String, String), Error> {
        let attempt = opened(ctx, cookie).ok_or_else(|| Refusal::new("single_sign_on.old"))?;
        let text = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
        if attempt.until_at <= ctx.now || text("state") != attempt.state {
            return Err(Refusal::new("single_sign_on.old").into());
        }
        if sent.get("iss").is_some_and(|issuer| *issuer != self.settings.issuer) || text("code").is_empty() {
            return Err(Refusal::new("single_sign_on.failed").into());
        }
        let known = self.known(ctx.now, None).await?;
        let token = self.exchange(&known, text("code"), &attempt.verifier).await?;
        let claims = match self.claims(&known, &token, &attempt.nonce, ctx.now) {
            // The provider may have changed its keys since we read them.
            Err(Unfit::UnknownKey) => {
                let known = self.known(ctx.now, Some(known.read_at)).await?;
                self.claims(&known, &token, &attempt.nonce, ctx.now)
            }
            other => other,
        };
        let claims = claims.map_err(|unfit| {
            tracing::warn!(?unfit, "the provider's token was not believed");
            Refusal::new("single_sign_on.failed")
        })?;
        let name = claims.get(&self.settings.claim).and_then(Value::as_str).unwrap_or_default();
        Ok((name.to_owned(), attempt.next))
    }

    /// What the provider says of itself, read anew after an hour, or if it was read at the moment given.
    async fn known(&self, now: i64, not_of: Option<i64>) -> Result<Arc<Known>, Error> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|it| it.read_at + KNOWN_MS > now && Some(it.read_at) != not_of) {
            return Ok(known.clone());
        }
        let issuer = self.settings.issuer.trim_end_matches('/');
        let described: Described = self.read(format!("{issuer}/.well-known/openid-configuration")).await?;
        if described.issuer != self.settings.issuer {
            tracing::error!(said = described.issuer, "the provider calls itself otherwise than the settings do");
            return Err(Refusal::new("single_sign_on.unreachable").into());
        }
        let keys: JwkSet = self.read(described.jwks_uri.clone()).await?;
        let fresh = Arc::new(Known { described, keys, read_at: now });
        *known = Some(fresh.clone());
        Ok(fresh)
    }

    async fn read<T: serde::de::DeserializeOwned>(&self, address: String) -> Result<T, Error> {
        self.asked(Ask { address, form: None, authorization: None }).await
    }

    async fn asked<T: serde::de::DeserializeOwned>(&self, ask: Ask) -> Result<T, Error> {
        let answer = self.reach.ask(ask).await;
        let read = answer.and_then(|body| Ok(serde_json::from_slice(&body)?));
        read.map_err(|fault| {
            tracing::error!(error = format!("{fault:#}"), "the identity provider does not answer as it should");
            Refusal::new("single_sign_on.unreachable").into()
        })
    }

    /// Exchanges the code for a token.
    async fn exchange(&self, known: &Known, code: &str, verifier: &str) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        let client = &self.settings.client;
        let form = encoded(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.settings.back),
            ("code_verifier", verifier),
            ("client_id", client),
        ])?;
        let authorization = match &self.settings.secret {
            Some(secret) => {
                let pair = format!("{}:{}", form_encoded(client)?, form_encoded(secret)?);
                Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
            }
            None => None,
        };
        let ask = Ask { address: known.described.token_endpoint.clone(), form: Some(form), authorization };
        Ok(self.asked::<Tokens>(ask).await?.id_token)
    }

    /// The claims of a token, if it is to be believed.
    fn claims(&self, known: &Known, token: &str, nonce: &str, now: i64) -> Result<Value, Unfit> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Unfit::NotAToken)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Unfit::Algorithm);
        }
        let key = key(&known.keys, header.kid.as_deref()).ok_or(Unfit::UnknownKey)?;
        let key = DecodingKey::from_jwk(key).map_err(|_| Unfit::UnknownKey)?;
        let mut by_signature = Validation::new(header.alg);
        // What the library would compare with the wall clock and with settings is compared below.
        by_signature.required_spec_claims.clear();
        by_signature.validate_exp = false;
        by_signature.validate_aud = false;
        let claims = jsonwebtoken::decode::<Value>(token, &key, &by_signature).map_err(|_| Unfit::Signature)?.claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("iss") != self.settings.issuer {
            return Err(Unfit::Issuer);
        }
        if !is_for(&claims, &self.settings.client) {
            return Err(Unfit::Audience);
        }
        if claims.get("exp").and_then(Value::as_i64).is_none_or(|until| until + SKEW <= now / 1000) {
            return Err(Unfit::TooLate);
        }
        if nonce.is_empty() || text("nonce") != nonce {
            return Err(Unfit::Nonce);
        }
        Ok(claims)
    }
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unfit {
    NotAToken,
    Algorithm,
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    TooLate,
    Nonce,
}

fn key<'a>(keys: &'a JwkSet, id: Option<&str>) -> Option<&'a Jwk> {
    match (id, keys.keys.as_slice()) {
        (Some(id), _) => keys.find(id),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Was the token made for us? Where it was made for several, we must be the one it was given to.
fn is_for(claims: &Value, client: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == client,
        Some(Value::Array(all)) => {
            let has_us = all.iter().any(|one| one == client);
            has_us && (all.len() == 1 || claims.get("azp").is_some_and(|party| party == client))
        }
        _ => false,
    }
}

fn opened(ctx: &Ctx, cookie: &str) -> Option<Attempt> {
    let plain = keys(ctx).ok()?.open(PURPOSE, b"attempt", cookie).ok()?;
    serde_json::from_slice(&plain).ok()
}

fn random() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn encoded(pairs: &[(&str, &str)]) -> Result<String, Error> {
    serde_urlencoded::to_string(pairs).map_err(|fault| Error::broken("write an address", fault))
}

/// One text as a form writes it.
fn form_encoded(text: &str) -> Result<String, Error> {
    Ok(encoded(&[("", text)])?.split_off(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_for_somebody_else_is_not_for_us() {
        let is = |aud: Value| is_for(&serde_json::json!({ "aud": aud, "azp": "other" }), "zugong");
        assert!(is("zugong".into()) && is(serde_json::json!(["zugong"])));
        assert!(!is("other".into()) && !is(serde_json::json!(["other"])) && !is(Value::Null));
        assert!(!is(serde_json::json!(["zugong", "other"])), "it was given to the other one");
    }

    #[test]
    fn a_text_is_written_as_a_form_writes_it() {
        assert_eq!(form_encoded("a secret: 密&").unwrap(), "a+secret%3A+%E5%AF%86%26");
    }
}
