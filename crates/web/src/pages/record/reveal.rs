//! A masked value is read in full: a reason, and the record's page with the value for this once.
//!
//! Never keeps what it showed: the next page is masked again.

use app::commands::reveal::{self, Reveal};
use app::queries::record_file::record_file;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::{FieldId, RecordId};
use maud::{Markup, html};

use crate::error::{self, Failure};
use crate::pages::record::{self, Shown};
use crate::parts::buttons::Button;

use crate::parts::fields::{Control, Field, field};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `POST /records/{record}/reveals`.
pub(crate) async fn reveal(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let field = FieldId::from(sent.text("field"));
    let ask = Reveal { record: id, field: field.clone(), reason: sent.text("reason").to_owned() };
    let mut shown = Shown::new(StatusCode::OK);
    match reveal::reveal(&visitor.ctx, ask).await {
        Ok(words) => {
            let mut file = record_file(&visitor.ctx, id, None).await?;
            file.reveal(&field, &words);
            record::page(&visitor, &file, shown).await
        }
        Err(app::Error::Refused(refusals)) => {
            shown.status = error::status_of(&refusals);
            shown.said = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let file = record_file(&visitor.ctx, id, None).await?;
            record::page(&visitor, &file, shown).await
        }
        Err(other) => Err(other.into()),
    }
}

/// A masked value, and the form that asks why somebody wants to read it.
pub(super) fn masked(record: RecordId, id: &FieldId, name: &str, words: &str) -> Markup {
    let form = format!("reveal-{id}");
    let why = Field::new("reason", "看全文的理由", Control::text(""));
    let why = why.inside(form.as_str()).required().hint("理由连同你的姓名和时间留痕，本人可以查到。");
    html! {
        @if words.is_empty() { (name) } @else { (words) } " "
        details {
            summary { "看全文" }
            form method="post" action=(urls::reveals(record)) {
                input type="hidden" name="field" value=(id);
                (field(&why))
                (Button::submit(format!("看“{name}”全文")).tiny())
            }
        }
    }
}
