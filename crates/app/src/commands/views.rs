//! Saved views: a register as a person likes to see it.

use kernel::ids::MechanismId;
use kernel::refusal::Refusal;
use store::saved_views::ViewRow;
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register::RegisterAsk;

/// Saves a view under a name; the same name replaces it.
pub async fn save(ctx: &Ctx, mechanism: &str, name: &str, ask: &RegisterAsk) -> Result<(), Error> {
    let mechanism = ctx.mechanism(mechanism)?;
    let Some(person) = ctx.person() else { return Err(Error::NotFound) };
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(40).collect();
    if name.is_empty() {
        return Err(Refusal::new("view.name_missing").into());
    }
    let kept = RegisterAsk { after: String::new(), ..ask.clone() };
    let query = serde_json::to_string(&kept).map_err(|fault| Error::broken("write a saved view", fault))?;
    let row = ViewRow {
        id: ctx.new_id::<Uuid>(),
        person,
        mechanism: MechanismId::from(mechanism.id.as_str()),
        name,
        query: Some(query),
        made_at: ctx.now,
    };
    let mut tx = ctx.office.db.begin().await?;
    for old in store::saved_views::of_person(&mut tx, person, &mechanism.id).await? {
        if old.name == row.name {
            store::saved_views::remove(&mut tx, person, old.id).await?;
        }
    }
    store::saved_views::insert(&mut tx, &row).await?;
    Ok(tx.commit().await?)
}

/// Drops a view of this person; another's is not there for them.
pub async fn drop_view(ctx: &Ctx, id: Uuid) -> Result<(), Error> {
    let Some(person) = ctx.person() else { return Err(Error::NotFound) };
    let mut tx = ctx.office.db.begin().await?;
    if !store::saved_views::remove(&mut tx, person, id).await? {
        return Err(Error::NotFound);
    }
    Ok(tx.commit().await?)
}
