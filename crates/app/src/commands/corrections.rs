//! Somebody finds that what is held about them is wrong: whoever manages people where they work is told.
//!
//! Never corrects by itself: whoever manages people does, by their own act.

use kernel::catalog::Administers;
use kernel::giving::LONGEST_BASIS;
use kernel::ids::{FieldId, PersonId};
use kernel::refusal::{Refusal, Spot};
use store::Tx;
use store::notices::NoticeRow;
use uuid::Uuid;

use crate::commands::batches::act;
use crate::commands::telling;
use crate::ctx::Ctx;
use crate::error::Error;

/// Asks for a correction of what is held about this person. Gives how many were told.
pub async fn ask(ctx: &Ctx, words: &str) -> Result<usize, Error> {
    let person = ctx.person().ok_or(Error::NotFound)?;
    let words: String = words.chars().filter(|sign| !sign.is_control() || *sign == '\n').collect();
    let words = words.trim().to_owned();
    let at = |refusal: Refusal| refusal.at(Spot::Field(FieldId::from("words")));
    match words.chars().count() {
        0 => return Err(at(Refusal::new("field.missing").with("field", "哪里不对")).into()),
        length if length > LONGEST_BASIS => {
            let refusal = Refusal::new("step.words_too_long").with("most", LONGEST_BASIS).with("length", length);
            return Err(at(refusal).into());
        }
        _ => {}
    }
    let told = &keepers(ctx);
    let refusal = Refusal::new("notice.correction_asked").with("person", ctx.actor.name()).with("words", &words);
    let said = crate::words::say(ctx.vocabulary(), &refusal);
    let sentence = &format!("{}{}", said.says, said.next.unwrap_or_default());
    let (who, words) = (person.to_string(), &words);
    let who = &who;
    let keep = |mut tx: Tx| async move {
        let notice = |person: &PersonId| NoticeRow {
            id: ctx.new_id::<Uuid>(),
            person: *person,
            record: None,
            at: ctx.now,
            kind: "correction".to_owned(),
            words: sentence.clone(),
            read_at: None,
        };
        let notices: Vec<NoticeRow> = told.iter().map(notice).collect();
        telling::notify(ctx, &mut tx, &notices).await?;
        let detail = serde_json::json!({ "person_id": who, "told": told.len(), "letters": words.chars().count() });
        act(ctx, &mut tx, "correction.asked", detail).await?;
        Ok::<_, Error>((tx, told.len()))
    };
    ctx.office.db.transact(keep).await
}

/// Who is told: the security administrators.
fn keepers(ctx: &Ctx) -> Vec<PersonId> {
    let roles = ctx.vocabulary().administrators(Administers::Security);
    let mut people: Vec<PersonId> =
        roles.flat_map(|role| ctx.tree.holding(&role.id, ctx.today).map(|(person, _)| person)).collect();
    people.sort();
    people.dedup();
    people
}
