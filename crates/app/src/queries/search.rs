//! Search: records by number and words, units and people by name or pinyin initials. Only what this person may see.

use kernel::ids::RecordId;

use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::register::{self, RegisterAsk};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct SearchPage {
    /// What was sought.
    pub words: String,
    /// Records: id, number, title, mechanism, state.
    pub records: Vec<(RecordId, Option<String>, String, String, String)>,
    /// Units in reach: name and the unit above.
    pub units: Vec<(kernel::ids::UnitId, String, String)>,
    /// People: name, unit.
    pub people: Vec<(String, String)>,
}

const MOST: usize = 20;

/// Finds what fits.
pub async fn search(ctx: &Ctx, words: &str) -> Result<SearchPage, Error> {
    let words: String = words.trim().chars().take(100).collect();
    let mut page = SearchPage { words: words.clone(), ..SearchPage::default() };
    if words.is_empty() {
        return Ok(page);
    }
    let mut conn = ctx.office.db.read().await?;
    for mechanism in ctx.catalog().mechanisms.values() {
        if page.records.len() >= MOST {
            break;
        }
        let scope = register::scope(ctx, mechanism, None)?;
        let ask = RegisterAsk { tab: "all".into(), words: words.clone(), ..RegisterAsk::default() };
        let asked = register::query(ctx, mechanism, &ask, &scope)?;
        let (all, _) = asked.page(ctx, &mut conn, MOST - page.records.len()).await?;
        for found in all {
            let record = found.record;
            let state = found.mechanism.state(record.state.as_str()).map_or_else(String::new, |it| it.name.clone());
            page.records.push((record.id, record.number, record.title, found.mechanism.name.clone(), state));
        }
    }
    let initials = words.to_ascii_lowercase();
    let fits =
        |name: &str, pinyin: &str| name.contains(&words) || (!pinyin.is_empty() && pinyin.starts_with(&initials));
    let reach: Vec<_> = ctx.actor.grants().iter().map(|grant| grant.over).collect();
    for unit in ctx.tree.within(&reach).filter(|unit| fits(&unit.name, &unit.pinyin)).take(MOST) {
        let above = unit.parent.map(|id| ctx.names().unit(id)).unwrap_or_default();
        page.units.push((unit.id, unit.name.clone(), above));
    }
    let in_reach = |person: &&crate::tree::Person| {
        person.unit.is_some_and(|unit| register::holds(&reach, ctx, unit)) && fits(&person.name, &person.pinyin)
    };
    for person in ctx.tree.people().filter(in_reach).take(MOST) {
        let unit = person.unit.map(|id| ctx.names().unit(id)).unwrap_or_default();
        page.people.push((person.name.clone(), unit));
    }
    Ok(page)
}
