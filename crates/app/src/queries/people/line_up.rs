//! The line-up: which posts do the units have, and who held them on a day? Vacancies are seen too.
//!
//! Never a post outside the subtrees over which the asker keeps files.

use jiff::civil::Date;
use kernel::ids::{PersonId, RecordId, UnitId};

use super::{item, kept, narrowed};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::forms::Choice;

/// Posts a page.
const PAGE: u32 = 100;

/// Whoever holds a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// How: 任职, 代理 ….
    pub how: String,
    /// Since when.
    pub from_on: Date,
}

/// A post on that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostLine {
    /// Its record.
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// How many may hold it.
    pub places: i64,
    /// How many of its places are not taken.
    pub vacant: i64,
    /// Who holds it.
    pub holders: Vec<Holder>,
}

/// The line-up of some units on a day.
#[derive(Clone, Debug)]
pub struct LineUpPage {
    /// The day.
    pub on: Date,
    /// The posts, in the order of the units.
    pub posts: Vec<PostLine>,
    /// What is sent for the next page.
    pub next: Option<String>,
    /// The units that may be chosen.
    pub units: Vec<Choice>,
    /// The id of the mechanism of posts, if the site has one.
    pub mechanism: Option<String>,
}

/// The line-up of a unit and all below it, or of everything in reach.
pub async fn line_up(ctx: &Ctx, unit: Option<UnitId>, on: Date, after: &str) -> Result<LineUpPage, Error> {
    let (people, reach) = kept(ctx)?;
    let spans = narrowed(ctx, &reach, unit)?;
    let after: Option<(i64, RecordId)> =
        after.split_once(' ').and_then(|(ord, id)| Some((ord.parse().ok()?, id.parse().ok()?)));
    let mut conn = ctx.office.db.read().await?;
    let mut rows = Vec::new();
    for span in spans {
        if rows.len() <= PAGE as usize && after.is_none_or(|(ord, _)| ord <= span.1) {
            rows.append(&mut store::rosters::posts_of_units(&mut conn, span, on, after, PAGE + 1).await?);
        }
    }
    let next = (rows.len() > PAGE as usize).then(|| {
        rows.truncate(PAGE as usize);
        rows.last().map(|(post, ord)| format!("{ord} {}", post.id))
    });
    let ids: Vec<RecordId> = rows.iter().map(|(post, _)| post.id).collect();
    let held = store::rosters::holders_on(&mut conn, &ids, on).await?;
    let child = people.people().and_then(|roster| roster.holdings.as_ref()).map(|id| id.as_str());
    let line = |(post, _): (store::rosters::PostRow, i64)| {
        let own: Vec<_> = held.iter().filter(|it| it.post == post.id).collect();
        let main = own.iter().filter(|it| it.kind == kernel::roster::MAIN).count() as i64;
        let holder = |it: &&store::rosters::HoldingRow| Holder {
            person: it.person,
            name: ctx.names().person(it.person),
            how: item(ctx, &people, child, "kind", &it.kind),
            from_on: it.from_on,
        };
        PostLine {
            id: post.id,
            unit: ctx.names().unit(post.unit),
            vacant: (post.places - main).max(0),
            places: post.places,
            holders: own.iter().map(holder).collect(),
            name: post.name,
        }
    };
    let choice = |unit: &crate::tree::Unit| Choice {
        id: unit.id.to_string(),
        name: unit.name.clone(),
        pinyin: unit.pinyin.clone(),
        group: None,
    };
    let posts = ctx.catalog().mechanisms.values().find(|it| it.is_of_posts() && ctx.reaches(it));
    Ok(LineUpPage {
        on,
        posts: rows.into_iter().map(line).collect(),
        next: next.flatten(),
        units: ctx.tree.within(&reach).map(choice).collect(),
        mechanism: posts.map(|it| it.id.to_string()),
    })
}
