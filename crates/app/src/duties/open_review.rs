//! Opens the yearly review of grants: from 1 December on, whoever gives roles is told once that it begins.

use kernel::refusal::Refusal;
use store::Tx;
use store::notices::NoticeRow;
use uuid::Uuid;

use super::Report;
use crate::commands::batches::act;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::grants::review::OPENED;

/// The month from whose first day on a year's review is open.
const MONTH: i8 = 12;

/// Opens this year's review if it is time and nobody did.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    if ctx.today.month() < MONTH {
        return Ok(Report::default());
    }
    let keep = |mut tx: Tx| async move {
        let opened = store::settings::find(&mut tx, OPENED).await?.and_then(|text| text.parse::<i64>().ok());
        let is_open = opened.is_some_and(|at| crate::words::moment(at).starts_with(&ctx.today.year().to_string()));
        let told = if is_open { 0 } else { open(ctx, &mut tx).await? };
        Ok::<_, Error>((tx, told))
    };
    let told = ctx.office.db.transact(keep).await?;
    Ok(Report { done: told, ..Report::default() })
}

/// Opens a review now and tells everybody who gives roles. Gives how many were told.
pub(crate) async fn open(ctx: &Ctx, tx: &mut Tx) -> Result<i64, Error> {
    store::settings::put(tx, OPENED, Some(&ctx.now.to_string())).await?;
    let words = ctx.vocabulary();
    let gives = |role: &&kernel::catalog::Role| {
        role.administers == Some(kernel::catalog::Administers::Security) || !role.may_grant.is_empty()
    };
    let mut people: Vec<_> = words
        .roles
        .iter()
        .filter(gives)
        .flat_map(|role| ctx.tree.holding(&role.id, ctx.today).map(|(person, _)| person))
        .collect();
    people.sort();
    people.dedup();
    let said = crate::words::say(words, &Refusal::new("notice.review_opened").with("year", ctx.today.year()));
    let sentence = format!("{}{}", said.says, said.next.unwrap_or_default());
    let notices: Vec<NoticeRow> = people
        .iter()
        .map(|person| NoticeRow {
            id: ctx.new_id::<Uuid>(),
            person: *person,
            record: None,
            at: ctx.now,
            kind: "grant_review".to_owned(),
            words: sentence.clone(),
            read_at: None,
        })
        .collect();
    telling::notify(ctx, tx, &notices).await?;
    let detail = serde_json::json!({ "year": ctx.today.year(), "told": people.len() });
    act(ctx, tx, "grant.review_opened", detail).await?;
    Ok(people.len() as i64)
}
