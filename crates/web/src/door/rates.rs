//! Does somebody ask more often than people do? A bucket of tokens for each account and each address, by kind of request.
//!
//! A bucket fills steadily and holds a minute's worth; a request takes one token, a heavy one many.
//! Never between nodes: each counts for itself, so that with several nodes the limit is several times as high.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::http::Method;

/// What a request takes out of the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Looking at a page.
    Look,
    /// Changing something.
    Change,
    /// A workbook in or out, a search through everything.
    Heavy,
}

impl Weight {
    /// The weight of a request by its pattern.
    pub(crate) fn of(method: &Method, pattern: &str) -> Self {
        let heavy = ["/export.xlsx", "/imports", "/marked.xlsx", "/mapping", "/taking", "/api/v1/files", "/search"];
        match heavy.iter().any(|end| pattern.ends_with(end)) {
            true => Self::Heavy,
            false if method.is_safe() => Self::Look,
            false => Self::Change,
        }
    }

    fn tokens(self) -> f64 {
        match self {
            Self::Look => 1.0,
            Self::Change => 3.0,
            Self::Heavy => 10.0,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: i64,
}

/// All buckets.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<HashMap<String, Bucket>>);

/// So many buckets are kept; then the full ones, which say nothing, are dropped.
const MOST: usize = 50_000;

impl Rates {
    /// Takes a request's tokens out of a bucket that gets `per_minute` of them. None if it had enough; else the seconds
    /// after which it will.
    pub(crate) fn take(&self, who: &str, weight: Weight, per_minute: u32, now: i64) -> Option<u64> {
        let (most, wanted) = (f64::from(per_minute), weight.tokens());
        let per_ms = most / 60_000.0;
        let filled = |bucket: &Bucket| (bucket.tokens + (now - bucket.at).max(0) as f64 * per_ms).min(most);
        let mut all = self.0.lock().expect("nobody panics while counting tokens");
        if all.len() >= MOST {
            all.retain(|_, bucket| filled(bucket) < most);
        }
        let bucket = all.entry(who.to_owned()).or_insert(Bucket { tokens: most, at: now });
        let tokens = filled(bucket);
        *bucket = Bucket { tokens, at: now };
        if tokens >= wanted {
            bucket.tokens -= wanted;
            return None;
        }
        Some((((wanted - tokens) / per_ms / 1_000.0).ceil() as u64).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again_and_is_nobody_elses() {
        let rates = Rates::default();
        for _ in 0..60 {
            assert_eq!(rates.take("a", Weight::Look, 60, 0), None);
        }
        assert_eq!(rates.take("a", Weight::Look, 60, 0), Some(1));
        assert_eq!(rates.take("b", Weight::Look, 60, 0), None);
        assert_eq!(rates.take("a", Weight::Heavy, 60, 0), Some(10));
        assert_eq!(rates.take("a", Weight::Look, 60, 1_000), None);
        assert_eq!(rates.take("a", Weight::Look, 60, 1_000), Some(1));
        assert_eq!(rates.take("a", Weight::Heavy, 60, 60_000), None);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_for_free() {
        let rates = Rates::default();
        for _ in 0..60 {
            rates.take("a", Weight::Look, 60, 60_000);
        }
        assert!(rates.take("a", Weight::Look, 60, 0).is_some());
    }

    #[test]
    fn a_workbook_weighs_more_than_a_step_and_that_more_than_a_look() {
        assert_eq!(Weight::of(&Method::GET, "/m/{mechanism}/export.xlsx"), Weight::Heavy);
        assert_eq!(Weight::of(&Method::POST, "/m/{mechanism}/imports"), Weight::Heavy);
        assert_eq!(Weight::of(&Method::POST, "/records/{record}/steps/{step}"), Weight::Change);
        assert_eq!(Weight::of(&Method::GET, "/records/{record}"), Weight::Look);
    }
}
