//! Saved views: a register as a person likes to see it.

use app::commands::{offerings, views};
use app::queries::offerings::To;
use axum::response::Response;
use uuid::Uuid;

use super::address::Address;
use crate::answer;
use crate::error::Failure;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `POST /m/{mechanism}/views`.
pub(crate) async fn save(visitor: Visitor, At(mechanism): At<String>, sent: Sent) -> Result<Response, Failure> {
    let address = Address::of_pairs(&sent.pairs);
    match To::read(sent.text("to")) {
        To::Nobody => views::save(&visitor.ctx, &mechanism, sent.text("name"), &address.ask).await?,
        to => {
            offerings::offer_view(&visitor.ctx, &mechanism, sent.text("name"), &to, &address.ask).await?;
        }
    }
    Ok(answer::see(&address.first(&urls::register(&mechanism))))
}

/// `POST /m/{mechanism}/views/{view}/removal`.
pub(crate) async fn remove(visitor: Visitor, At((mechanism, view)): At<(String, Uuid)>) -> Result<Response, Failure> {
    let mechanism = visitor.ctx.mechanism(&mechanism)?;
    views::drop_view(&visitor.ctx, view).await?;
    Ok(answer::see(&urls::register(mechanism.id.as_str())))
}
