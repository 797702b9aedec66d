//! How may asking or doing end without an answer? Four ways, one page each.
//!
//! Never a sentence: those stand in the messages file, by the refusal's code.

use kernel::refusal::Refusal;
use store::StoreError;
pub use store::Unwritable;

/// Every way a command or query can end without an answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no; the person is told why and what to do next (422, or 403 if it is not theirs).
    #[error("refused: {}", .0.first().map_or("", |refusal| refusal.code))]
    Refused(Vec<Refusal>),
    /// Not there, or not for these eyes (404).
    #[error("not found, or not for these eyes")]
    NotFound,
    /// Somebody else changed it first (409).
    #[error("somebody else changed it first")]
    Stale,
    /// We are at fault (500). Logged once, with its causes, under the number the person sees.
    #[error("failed to {doing}")]
    Broken {
        /// What we were doing.
        doing: &'static str,
        /// Why it failed.
        source: anyhow::Error,
    },
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Stale) {
            return Self::Stale;
        }
        Self::Broken { doing: "ask the database", source: error.into() }
    }
}

impl store::RunAgain for Error {
    fn run_again(&self) -> bool {
        match self {
            Self::Broken { source, .. } => source.downcast_ref::<StoreError>().is_some_and(store::RunAgain::run_again),
            _ => false,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<Vec<Refusal>> for Error {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self::Refused(refusals)
    }
}

impl Error {
    /// Why nothing can be written, if that is what went wrong.
    pub fn unwritable(&self) -> Option<Unwritable> {
        match self {
            Self::Broken { source, .. } => source.downcast_ref::<StoreError>().and_then(StoreError::unwritable),
            _ => None,
        }
    }

    /// We are at fault while doing something that is not the database's.
    pub fn broken(doing: &'static str, source: impl Into<anyhow::Error>) -> Self {
        Self::Broken { doing, source: source.into() }
    }
}
