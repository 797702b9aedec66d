//! The record 事项: its page, and the steps that are taken on it.
//!
//! Never offers a step that would be refused for authority.

use app::queries::forms::Again;
use app::queries::people::{self, PersonCards};
use app::queries::record_file::{self, RecordFile};
use app::queries::suggestions;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::RecordId;
use uuid::Uuid;

use crate::error::Failure;
use crate::pages::controls::Back;
use crate::pages::following;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::icons::Icon;
use crate::parts::shell::{Anchor, PageHead};
use crate::urls;
use crate::visitor::{At, Visitor};

pub(crate) mod reveal;
pub(crate) mod step;
mod suggested;
pub(crate) mod then;
mod view;

/// What was done just before, so that the page can say so.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
    /// The suggestion that was chosen: its form is filled in.
    #[serde(default)]
    pick: String,
}

/// `GET /records/{record}`.
pub(crate) async fn show(
    visitor: Visitor,
    At(id): At<RecordId>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    if !done.pick.is_empty() {
        let item: RecordId = done.pick.parse().map_err(|_| Failure::not_found())?;
        let (step, filled) = suggestions::chosen(&visitor.ctx, id, item).await?;
        return again(&visitor, id, &filled, Shown { step, ..Shown::new(StatusCode::OK) }).await;
    }
    let file = record_file::record_file(&visitor.ctx, id, None).await?;
    let shown = Shown { done: done.done, ..Shown::new(StatusCode::OK) };
    page(&visitor, &file, shown).await
}

/// What a record's page shows beside the record.
pub(super) struct Shown {
    /// The status.
    status: StatusCode,
    /// The step that was taken just before.
    done: String,
    /// The step whose form comes back.
    step: String,
    /// That form's key.
    key: String,
    /// What that form needs beside what was typed.
    back: Back,
    /// Why the form comes back.
    said: Vec<app::words::Said>,
    /// What stands beside the file of a person.
    person: Option<PersonCards>,
}

impl Shown {
    fn new(status: StatusCode) -> Self {
        let key = Uuid::new_v4().simple().to_string();
        Self {
            status,
            done: String::new(),
            step: String::new(),
            key,
            back: Back::default(),
            said: Vec::new(),
            person: None,
        }
    }
}

/// The page again, with the form as it was typed.
async fn again(visitor: &Visitor, id: RecordId, again: &Again, shown: Shown) -> Result<Response, Failure> {
    let file = record_file::record_file(&visitor.ctx, id, Some((&shown.step, again))).await?;
    page(visitor, &file, shown).await
}

async fn page(visitor: &Visitor, file: &RecordFile, mut shown: Shown) -> Result<Response, Failure> {
    if visitor.ctx.catalog().mechanisms.get(file.mechanism.as_str()).is_some_and(|it| it.people().is_some()) {
        shown.person = people::cards(&visitor.ctx, file.id).await?;
    }
    let content = view::content(visitor, file, &shown);
    visitor.page_as(shown.status, Place::Mechanism(&file.mechanism), &head(file), content).await
}

fn head(file: &RecordFile) -> PageHead {
    let last = file.number.clone().unwrap_or_else(|| "事项".to_owned());
    let acts = maud::html! {
        (following::button(file.id, file.follows, false))
        @if let Some(paper) = file.papers.first() {
            (Button::link(paper.name.as_str(), urls::paper(paper.id, "pdf")).icon(Icon::Print))
        }
    };
    PageHead {
        crumbs: vec![
            Anchor::new(&file.chapter, urls::register(&file.mechanism)),
            Anchor::new(&file.mechanism_name, urls::register(&file.mechanism)),
            Anchor::new(last, ""),
        ],
        title: file.title.clone(),
        remark: file.number.clone().unwrap_or_default(),
        lights: Some(view::lights(file)),
        acts: Some(acts),
    }
}
