//! Is the program alive, and how does it fare? For machines that watch over it.

use std::fmt::Write as _;

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use kernel::authority::Actor;

use crate::error::Failure;
use crate::visitor::Guest;

/// `GET /healthz`: alive, and the database answers.
pub(crate) async fn health(guest: Guest) -> Result<Response, Failure> {
    let fault = |fault| Failure::from(app::Error::from(fault));
    guest.site.office.db.read().await.map_err(fault)?;
    Ok("ok\n".into_response())
}

/// `GET /metrics`: what Prometheus reads. Only from this machine, or for an administrator.
pub(crate) async fn metrics(guest: Guest) -> Result<Response, Failure> {
    let mut text = guest.site.counters.as_text();
    let ctx = guest.site.ctx(Actor::Clock, None, &guest.request);
    let gauges = app::queries::gauges::gauges(&ctx).await?;
    text.push_str("# TYPE zugong_records gauge\n");
    for (mechanism, count) in &gauges.records {
        let _ = writeln!(text, "zugong_records{{mechanism=\"{mechanism}\"}} {count}");
    }
    let _ = writeln!(text, "# TYPE zugong_outbox_waiting gauge\nzugong_outbox_waiting {}", gauges.outbox_waiting);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
