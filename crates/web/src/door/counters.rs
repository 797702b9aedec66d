//! How often was each page asked for, and how long did it take?
//!
//! Never a person, an address or an id: routes are counted by their pattern.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

/// Route, method and status → how many and how long in all.
#[derive(Default)]
pub(crate) struct Counters(Mutex<BTreeMap<Key, Seen>>);

type Key = (String, String, u16);

#[derive(Clone, Copy, Default)]
struct Seen {
    count: u64,
    seconds: f64,
}

impl Counters {
    /// Counts one answer.
    pub(crate) fn count(&self, method: &str, route: &str, status: u16, took: Duration) {
        let mut all = self.0.lock().expect("nobody panics while counting");
        let seen = all.entry((route.to_owned(), method.to_owned(), status)).or_default();
        seen.count += 1;
        seen.seconds += took.as_secs_f64();
    }

    /// The counters as Prometheus reads them.
    pub(crate) fn as_text(&self) -> String {
        let all = self.0.lock().expect("nobody panics while counting").clone();
        let mut text = String::from("# TYPE zugong_requests_total counter\n");
        for ((route, method, status), seen) in &all {
            let _ = writeln!(
                text,
                "zugong_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {}",
                seen.count
            );
        }
        text.push_str("# TYPE zugong_request_seconds_sum counter\n");
        for ((route, method, status), seen) in &all {
            let _ = writeln!(
                text,
                "zugong_request_seconds_sum{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {:.6}",
                seen.seconds
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_one_route_add_up() {
        let counters = Counters::default();
        counters.count("GET", "/records/{id}", 200, Duration::from_millis(250));
        counters.count("GET", "/records/{id}", 200, Duration::from_millis(500));
        let text = counters.as_text();
        assert!(
            text.contains("zugong_requests_total{route=\"/records/{id}\",method=\"GET\",status=\"200\"} 2"),
            "{text}"
        );
        assert!(text.contains("status=\"200\"} 0.750000"), "{text}");
    }
}
