//! Who received papers? What the demo's file says in the place of a step: `receive` with the units.
//!
//! Never a receipt of a unit that nobody holds a role over.

use anyhow::{Context as _, bail};
use app::commands::dispatch;
use kernel::catalog::Mechanism;

use super::play::{Stage, Turn};
use super::scenario::{Done, Written};
use crate::clock;
use crate::open::in_words;

/// Units receive the paper.
const RECEIVE: &str = "receive";
/// Which.
const UNITS: &str = "units";

impl Stage<'_> {
    /// Does what stands in the place of a step, if units receive a paper there; says whether they do.
    pub(super) async fn receives(&mut self, turn: &Turn, mechanism: &Mechanism, done: &Done) -> anyhow::Result<bool> {
        let Some(circulation) = mechanism.circulation.as_ref().filter(|_| done.step == RECEIVE) else {
            return Ok(false);
        };
        let record = self.record(turn.life).await?;
        let named = done.fields.iter().filter(|(own, _)| own == UNITS).flat_map(|(_, all)| all);
        for unit in named {
            let Written::Text(name) = unit else { bail!("units 写单位的名称") };
            let unit = self.office.tree().named(name).with_context(|| format!("没有“{name}”这个单位"))?.id;
            self.minute += 2;
            let at = clock::moment(turn.on, 8, 30) + self.minute * 60_000;
            let ctx = self.ctx(at, turn.on, &circulation.who, unit, done.by.as_deref())?;
            in_words(&ctx, dispatch::receive(&ctx, record, unit).await)?;
        }
        Ok(true)
    }
}
