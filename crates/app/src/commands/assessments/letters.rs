//! One act writes the letter about a value that is below its line or falls.
//!
//! Never a letter that the values of today do not ask for, and never a second one while one is open.

use kernel::facts::Typed;
use kernel::ids::{RecordId, UnitId};
use kernel::kinds::assessment::parts::{DISPATCH, Part, WARNING};
use kernel::kinds::assessment::words::shown;
use kernel::refusal::Refusal;

use crate::commands::steps::{self, StartRecord};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::assessments::board::{self, BelowLine, BoardAsk};
use crate::queries::assessments::{gathered, read};

/// Drafts the letter about an indicator of a unit; the record that it is.
pub async fn draft(
    ctx: &Ctx,
    id: RecordId,
    (unit, code): (UnitId, &str),
    key: Option<String>,
) -> Result<RecordId, Error> {
    let page = board::board(ctx, id, &BoardAsk::default()).await?;
    if !page.may_write {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let it = read(ctx, &mut conn, id).await?;
    drop(conn);
    let letters = gathered::playing(ctx, &it.found.mechanism.id).find(|(_, it)| it.part == Part::Letter);
    let (mechanism, part) = letters.ok_or(Error::NotFound)?;
    let weak = page.below.iter().find(|it| it.unit == unit && it.indicator.0 == code);
    let weak = weak
        .ok_or_else(|| Refusal::new("assessment.not_weak").with("unit", ctx.names().unit(unit)).with("code", code))?;
    let mut typed = typed(&page.title, weak);
    typed.put(part.of.as_str(), id.to_string());
    steps::start(ctx, StartRecord { mechanism: mechanism.id.to_string(), typed, key, ..Default::default() }).await
}

fn typed(title: &str, it: &BelowLine) -> Typed {
    let what = if it.is_below { "没有达到预警线" } else { "比上月下降" };
    let mut typed = Typed::default();
    typed.put("title", format!("{}{what}", it.indicator.1));
    typed.put("kind", if it.is_below { WARNING } else { DISPATCH });
    typed.put("unit", it.unit.to_string());
    typed.put("indicator", format!("{} {}", it.indicator.0, it.indicator.1));
    typed.put("value", shown(it.value));
    typed.put("line", shown(it.line));
    typed.put("demand", format!("“{title}”的这个指标{what}，请查明原因，提出措施和完成时间，书面答复。"));
    typed
}
