//! What do all requests share? The office, the clock, the look and the counters.
//!
//! Never a person: who asks comes with the request.

use std::sync::Arc;

use app::office::Office;
use jiff::civil::Date;
use kernel::authority::Actor;
use kernel::ids::AccountId;

use crate::door::counters::Counters;
use crate::door::rates::Rates;
use crate::pages::look::Look;

/// What day and moment it is. Only `server` and the tests implement it; nothing here reads a clock.
pub trait WallClock {
    /// The moment, in milliseconds since 1970 UTC.
    fn now_ms(&self) -> i64;
    /// The day in the office.
    fn today(&self) -> Date;
}

/// What whoever starts the server decides about the pages.
#[derive(Clone, Debug, Default)]
pub struct WebOptions {
    /// Are pages only served over https? Then the cookie takes the `__Host-` name and travels only there.
    pub secure_cookies: bool,
    /// Accounts that the sign-in page shows: sign-in name, password, who it is. Only in the demo.
    pub demo_accounts: Vec<(String, String, String)>,
    /// The secret of the one-time codes of the demo's administrators, so that the page can say them. Only in the demo.
    pub demo_secret: Option<Vec<u8>>,
    /// The program's version, as the administrator reads it.
    pub version: String,
    /// The hosts by which the site is called; any if none is named.
    pub hosts: Vec<String>,
    /// Looks a minute for each account and each address without one; 0 for no limit.
    pub rate: u32,
}

/// What all requests share.
pub(crate) struct Site {
    pub(crate) office: Arc<Office>,
    pub(crate) clock: Arc<dyn WallClock + Send + Sync>,
    pub(crate) options: WebOptions,
    pub(crate) look: Look,
    pub(crate) counters: Counters,
    pub(crate) rates: Rates,
}

impl Site {
    /// The context of an act of this moment.
    pub(crate) fn ctx(self: &Arc<Self>, actor: Actor, account: Option<AccountId>, request: &str) -> app::Ctx {
        self.office.ctx(actor, account, self.clock.now_ms(), self.clock.today(), request.to_owned())
    }

    /// The office's own name.
    pub(crate) fn name(&self) -> String {
        self.office.definitions().catalog.vocabulary.setting("机关名称").unwrap_or_default().to_owned()
    }

    /// The cookie that holds an attempt of the single sign-on.
    pub(crate) fn attempt_cookie_name(&self) -> &'static str {
        if self.options.secure_cookies { "__Host-attempt" } else { "attempt" }
    }

    /// The cookie that holds the session's token.
    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.options.secure_cookies { "__Host-session" } else { "session" }
    }
}
