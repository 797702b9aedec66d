//! What did a record say on a past day? What is written down, as its reader reads it.
//!
//! Never more of the past than of the present: what is hidden or masked now was hidden or masked then.

use jiff::civil::Date;
use kernel::ids::{PersonId, RecordId};
use kernel::refusal::Refusal;

use super::{ChildTable, FactLine, children, pointed};
use crate::commands::{self, looks};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::past;
use crate::queries::register;
use crate::records::{self, Found};
use crate::words::{self, Names};

/// A record on a past day.
#[derive(Clone, Debug)]
pub struct RecordThen {
    /// Its id.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// The chapter's name.
    pub chapter: String,
    /// What it is called now.
    pub title: String,
    /// The day.
    pub day: Date,
    /// What it was then; nothing if it was not there yet.
    pub then: Option<ThenLines>,
    /// How many entries its journal has had since.
    pub since: usize,
}

/// What was written down.
#[derive(Clone, Debug)]
pub struct ThenLines {
    /// What it was called.
    pub title: String,
    /// The state.
    pub state: String,
    /// The facts.
    pub facts: Vec<FactLine>,
    /// The child tables.
    pub children: Vec<ChildTable>,
}

/// A record at the end of a day, for this person.
pub async fn record_then(ctx: &Ctx, id: RecordId, day: &str) -> Result<RecordThen, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let day = day.trim().parse::<Date>().ok().filter(|day| *day <= ctx.today && day.year() > 1900);
    let day = day.ok_or_else(|| Refusal::new("record.day"))?;
    if found.mechanism.people().is_some() {
        looks::looked(ctx, &[PersonId(id.0)], looks::PAGE, None).await?;
    }
    let entries = commands::moves::entries(&mut conn, id).await?;
    let until = past::end_of(day);
    let (mechanism, title) = (found.mechanism.clone(), found.record.title.clone());
    let unit_ord = found.unit_ord;
    let then = match past::as_of(ctx, found, &entries, until)? {
        None => None,
        Some((mechanism, record)) => {
            let found = Found { record, mechanism, unit_ord, hidden: Default::default(), masked: Default::default() };
            let found = found.read_by(ctx);
            let pointed = pointed::pointed(ctx, &mut conn, &found, &[]).await?;
            let names = Names { records: Some(&pointed.called), ..ctx.names() };
            let title = found.mechanism.field(found.mechanism.title.as_str()).and_then(|it| found.words_of(ctx, it));
            Some(ThenLines {
                title: title.unwrap_or_default(),
                state: words::state_name(&found.mechanism, found.record.state.as_str()),
                facts: super::facts(ctx, names, &found, &[]),
                children: children::open_doors(ctx, &mut conn, children::tables(ctx, names, &found)).await?,
            })
        }
    };
    Ok(RecordThen {
        id,
        mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
        chapter: register::chapter_name(ctx, &mechanism),
        title,
        day,
        then,
        since: entries.iter().filter(|entry| entry.at > until).count(),
    })
}
