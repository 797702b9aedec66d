//! What people do before something can be measured: an organisation, records, steps, by the commands that a page uses.
//!
//! Never a row written past them.

use app::Ctx;
use app::commands::steps::{self, StartRecord, TakeStep};
use app::commands::upkeep::organisation::{self, NewOrganisation, NewPerson, NewUnit};
use kernel::facts::Typed;
use kernel::ids::{RecordId, RoleId, StepId, UnitKind};

use crate::open;

/// Everybody's password.
pub(super) const PASSWORD: &str = "bench-bench-bench";

/// A unit of a kind under another.
pub(super) fn unit(kind: &str, name: String, parent: Option<usize>) -> NewUnit {
    NewUnit {
        kind: UnitKind::from(kind),
        name,
        short_name: None,
        pinyin: None,
        code: None,
        level: None,
        credit_code: None,
        parent,
        of: Vec::new(),
    }
}

/// Somebody with an account who works in one unit and holds roles over another and all below it.
pub(super) fn person(login: &str, roles: &[&str], (unit, over): (usize, usize)) -> NewPerson {
    NewPerson {
        name: login.to_owned(),
        pinyin: None,
        post_name: None,
        unit,
        login: Some(login.to_owned()),
        roles: roles.iter().map(|role| RoleId::from(*role)).collect(),
        over,
    }
}

/// Sets the organisation up.
pub(super) async fn organise(ctx: &Ctx, new: &NewOrganisation) -> anyhow::Result<()> {
    let hash = ctx.office.hashing.hash(PASSWORD.to_owned()).await?;
    Ok(organisation::set_up(ctx, new, &|_| hash.clone(), false).await?)
}

/// What somebody types into fields.
pub(super) fn typed(fields: &[(&str, &str)]) -> Typed {
    let mut typed = Typed::default();
    fields.iter().for_each(|(field, text)| typed.put(field, *text));
    typed
}

/// Begins a record.
pub(super) async fn begin(ctx: &Ctx, mechanism: &str, typed: Typed) -> anyhow::Result<RecordId> {
    let form = StartRecord { mechanism: mechanism.to_owned(), typed, ..Default::default() };
    open::in_words(ctx, steps::start(ctx, form).await)
}

/// Takes a step.
pub(super) async fn take(ctx: &Ctx, record: RecordId, step: &str, typed: Typed) -> anyhow::Result<()> {
    let step = StepId::from(step);
    let form = TakeStep { record, version: None, step, typed, opinion: None, reason: None, key: None };
    open::in_words(ctx, steps::take(ctx, form).await)
}
