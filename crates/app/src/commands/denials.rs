//! What is done about asking for what is not one's own? Refused acts are written down, up to a number a day; all are
//! counted by day and person; many of them are told to the audit administrators, once a day.
//!
//! Never what an unseen address holds, and never a log that one person can flood.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::civil::Date;
use kernel::authority::Actor;
use kernel::catalog::Administers;
use kernel::ids::PersonId;
use kernel::refusal::Refusal;
use store::Tx;
use store::denials::DenialRow;
use store::notices::NoticeRow;
use uuid::Uuid;

use crate::commands::batches::act;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;

/// Refused acts of one person that are written down on a day, on each node; the rest are only counted.
const MOST_ACTS: i64 = 50;
/// From so many denials a day on the audit administrators are told.
pub const MANY: i64 = 30;
/// So many waiting ones are written down at once, not at the next minute; then twice as many, and so on: each writing is
/// an act, and whoever asks fast shall not make many.
const WAITING: i64 = 10;

/// What this process has counted and not yet written down.
#[derive(Debug, Default)]
pub struct Denials(Mutex<HashMap<(Date, PersonId), Counted>>);

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    refused: i64,
    unseen: i64,
    acts: i64,
    /// How often many waited today.
    times: u32,
}

impl Denials {
    /// Counts one; gives whether a refused act is still to be written down, and whether many wait.
    fn count(&self, on: Date, person: PersonId, is_refused: bool) -> (bool, bool) {
        let mut all = self.0.lock().expect("nobody panics while counting");
        all.retain(|(day, _), counted| *day == on || counted.refused + counted.unseen > 0);
        let counted = all.entry((on, person)).or_default();
        let writes = is_refused && counted.acts < MOST_ACTS;
        match is_refused {
            true => counted.refused += 1,
            false => counted.unseen += 1,
        }
        counted.acts += i64::from(writes);
        let many = counted.refused + counted.unseen >= WAITING << counted.times.min(20);
        counted.times += u32::from(many);
        (writes, many)
    }

    /// Takes what was counted.
    fn take(&self) -> Vec<(Date, PersonId, i64, i64)> {
        let mut all = self.0.lock().expect("nobody panics while counting");
        let waiting = all.iter_mut().filter(|(_, counted)| counted.refused + counted.unseen > 0);
        waiting
            .map(|((on, person), counted)| {
                let taken = (*on, *person, counted.refused, counted.unseen);
                (counted.refused, counted.unseen) = (0, 0);
                taken
            })
            .collect()
    }
}

/// An act was refused for want of a right. `what` names the door, not what lies behind it.
pub async fn refused(ctx: &Ctx, what: &str) -> Result<(), Error> {
    let Some(person) = ctx.person() else { return Ok(()) };
    let (writes, many) = ctx.office.denials.count(ctx.today, person, true);
    if writes {
        let what: String = what.chars().take(200).collect();
        let detail = &serde_json::json!({ "what": what });
        let keep = |mut tx: Tx| async move {
            act(ctx, &mut tx, "refused", detail.clone()).await?;
            Ok::<_, Error>((tx, ()))
        };
        ctx.office.db.transact(keep).await?;
    }
    if many { write_down(ctx).await } else { Ok(()) }
}

/// An address was asked for that is not there, or not for these eyes.
pub async fn unseen(ctx: &Ctx) -> Result<(), Error> {
    let Some(person) = ctx.person() else { return Ok(()) };
    let (_, many) = ctx.office.denials.count(ctx.today, person, false);
    if many { write_down(ctx).await } else { Ok(()) }
}

/// Writes down what was counted, and tells the audit administrators of many.
pub async fn write_down(ctx: &Ctx) -> Result<(), Error> {
    let waiting = &ctx.office.denials.take();
    if waiting.is_empty() {
        return Ok(());
    }
    let keep = |mut tx: Tx| async move {
        let mut told = Vec::new();
        for (on, person, refused, unseen) in waiting {
            let row = store::denials::add(&mut tx, *on, *person, *refused, *unseen).await?;
            told.push(serde_json::json!({
                "person": person.to_string(), "day": on.to_string(), "refused": refused, "unseen": unseen,
            }));
            let is_news = row.refused + row.unseen >= MANY && row.told_at.is_none();
            if is_news && store::denials::mark_told(&mut tx, *on, *person, ctx.now).await? {
                tell(ctx, &mut tx, &row).await?;
            }
        }
        let sum = |of: fn(&(Date, PersonId, i64, i64)) -> i64| waiting.iter().map(of).sum::<i64>();
        let detail = serde_json::json!({
            "people": told, "refused": sum(|it| it.2), "unseen": sum(|it| it.3),
        });
        let clock = Ctx { actor: Actor::Clock, address: None, ..ctx.clone() };
        act(&clock, &mut tx, "denials.counted", detail).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await
}

async fn tell(ctx: &Ctx, tx: &mut Tx, row: &DenialRow) -> Result<(), Error> {
    let name = ctx.names().person(row.person);
    let refusal = Refusal::new("notice.many_denials").with("person", &name).with("count", row.refused + row.unseen);
    let said = crate::words::say(ctx.vocabulary(), &refusal);
    let roles = ctx.vocabulary().administrators(Administers::Audit);
    let mut people: Vec<PersonId> =
        roles.flat_map(|role| ctx.tree.holding(&role.id, ctx.today).map(|(person, _)| person)).collect();
    people.sort();
    people.dedup();
    let notice = |person: &PersonId| NoticeRow {
        id: ctx.new_id::<Uuid>(),
        person: *person,
        record: None,
        at: ctx.now,
        kind: "denials".to_owned(),
        words: format!("{}{}", said.says, said.next.clone().unwrap_or_default()),
        read_at: None,
    };
    let notices: Vec<NoticeRow> = people.iter().map(notice).collect();
    telling::notify(ctx, tx, &notices).await?;
    let detail = serde_json::json!({
        "person": name, "person_id": row.person.to_string(), "day": row.on.to_string(),
        "refused": row.refused, "unseen": row.unseen,
    });
    act(ctx, tx, "denials.many", detail).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_writes_a_bounded_number_of_acts_a_day_and_is_counted_beyond_it() {
        let (denials, who) = (Denials::default(), PersonId(Uuid::from_u128(1)));
        let on = Date::constant(2026, 3, 5);
        let written = (0..1000).filter(|_| denials.count(on, who, true).0).count();
        assert_eq!(i64::try_from(written), Ok(MOST_ACTS));
        assert_eq!(denials.take(), [(on, who, 1000, 0)]);
        assert_eq!(denials.take(), []);
        assert!(!denials.count(on, who, true).0, "what was written down is not forgotten within the day");
        assert!(denials.count(on.tomorrow().expect("a day"), who, true).0);
    }
}
