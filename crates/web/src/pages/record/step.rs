//! A step on a record: done and shown, or the form again with everything that was typed.

use app::commands::files;
use app::commands::steps::{self, TakeStep};
use app::queries::forms::Again;
use app::records::is_seen;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::facts::Typed;
use kernel::ids::{FieldId, RecordId, StepId};
use kernel::refusal::{Refusal, Spot};

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::controls::Back;
use crate::pages::record::{self, Shown};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `POST /records/{record}/steps/{step}`.
pub(crate) async fn take(
    visitor: Visitor,
    At((id, step)): At<(RecordId, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let form = typed_with_files(&visitor, &sent).await?;
    let mut again = Again {
        typed: form.typed.clone(),
        opinion: sent.text("step.opinion").to_owned(),
        reason: sent.text("step.reason").to_owned(),
        refusals: Vec::new(),
    };
    let mut shown = shown(&sent, &step, form.uploads);
    if !shown.back.more.is_empty() {
        return record::again(&visitor, id, &again, shown).await;
    }
    let refusals = match steps::take(&visitor.ctx, command(id, &step, form.typed, &sent)).await {
        Ok(()) if is_seen(&visitor.ctx, id).await? => {
            return Ok(answer::see(&urls::with(&urls::record(id), &[("done", &step)])));
        }
        Ok(()) => return Ok(answer::see(&urls::with("/", &[("left", "1")]))),
        Err(app::Error::Refused(refusals)) => {
            shown.status = error::status_of(&refusals);
            refusals
        }
        Err(app::Error::Stale) => {
            shown.status = StatusCode::CONFLICT;
            vec![Refusal::new("step.stale")]
        }
        Err(other) => return Err(other.into()),
    };
    again.refusals = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    shown.said.clone_from(&again.refusals);
    record::again(&visitor, id, &again, shown).await
}

fn shown(sent: &Sent, step: &str, uploads: Vec<(String, String)>) -> Shown {
    let new = Shown::new(StatusCode::OK);
    Shown {
        step: step.to_owned(),
        back: Back { more: sent.text("_more").to_owned(), uploads, form: String::new() },
        key: sent.key().unwrap_or_else(|| new.key.clone()),
        ..new
    }
}

fn command(record: RecordId, step: &str, typed: Typed, sent: &Sent) -> TakeStep {
    TakeStep {
        record,
        version: sent.text("_version").parse().ok(),
        step: StepId::from(step),
        typed,
        opinion: sent.find("step.opinion").map(str::to_owned),
        reason: sent.find("step.reason").map(str::to_owned),
        key: sent.key(),
    }
}

/// What was typed, with the files that came along; those that were refused are faults of what was typed.
pub(crate) struct TypedForm {
    /// What was typed; files by their ids.
    pub(crate) typed: Typed,
    /// The files that belong to nothing yet: id and name.
    pub(crate) uploads: Vec<(String, String)>,
}

/// Reads a form. Its files are kept first, so that a refused form loses none.
pub(crate) async fn typed_with_files(visitor: &Visitor, sent: &Sent) -> Result<TypedForm, Failure> {
    let known = sent.all("_file").into_iter().filter_map(|pair| {
        let (id, name) = pair.split_once(' ')?;
        Some((id.to_owned(), name.to_owned()))
    });
    let mut form = TypedForm { typed: sent.typed(), uploads: known.collect() };
    for file in &sent.files {
        let field = FieldId::from(file.field.as_str());
        let Some((_, ids)) = form.typed.fields.iter_mut().find(|(id, _)| *id == field) else { continue };
        match files::add(&visitor.ctx, &file.name, &file.bytes).await {
            Ok(id) => {
                ids.push(id.to_string());
                form.uploads.push((id.to_string(), file.name.clone()));
            }
            Err(app::Error::Refused(refusals)) => {
                form.typed.faults.extend(refusals.into_iter().map(|refusal| refusal.at(Spot::Field(field.clone()))));
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(form)
}
