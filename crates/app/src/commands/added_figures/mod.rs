//! Somebody adds a figure to a mechanism in the page, changes it, or takes it away.
//!
//! It is a piece of a definition file that is kept in the database: checked like the files, in force for everybody at
//! once, and made from the records in the background.
//! Never one that does not fit its mechanism, and none is taken away that something needs.

mod written;

use std::sync::Arc;

use kernel::authority::overlap;
use kernel::catalog::{Catalog, Managed, Measure, Mechanism};
use kernel::ids::{FigureId, MechanismId};
use kernel::problem::SourceFile;
use kernel::refusal::Refusal;
use store::Tx;
use store::added_figures::AddedRow;
use uuid::Uuid;

use crate::added;
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::office::Definitions;
use crate::queries::figures::uses::{self, Uses};
use crate::queries::figures::{is_missing, knows_figures};

pub use written::{FigureForm, means, measure};

/// The most characters of a reason.
const LONGEST: usize = 200;
/// The most figures that are added to one mechanism.
const MOST: usize = 200;

/// May this person add figures? They are there for everybody, so that the role has to be held over a whole tree.
// enforces: role.manages
pub fn may_add(ctx: &Ctx) -> bool {
    let reach = ctx.managed(Managed::Figures);
    let mut tops = ctx.tree.units().iter().filter(|unit| unit.parent.is_none());
    tops.any(|top| overlap(&reach, &[top.over]) == [top.over])
}

/// A figure that was typed, checked among all definitions.
pub struct Checked {
    /// What is wrong with what is written, each at its field.
    pub problems: Vec<Refusal>,
    /// What is not filled in yet.
    pub unfilled: Vec<Refusal>,
    /// The definitions as they would be, with the figure in them; nothing as long as it cannot be reckoned.
    pub with: Option<Definitions>,
    /// Its id.
    pub id: FigureId,
    /// As it would be written.
    pub source: String,
}

impl Checked {
    /// The figure with its mechanism, as it would be.
    pub fn figure(&self, mechanism: &str) -> Option<(Arc<Mechanism>, usize)> {
        let mechanism = self.with.as_ref()?.catalog.mechanisms.get(mechanism)?;
        let at = mechanism.figures.iter().position(|it| it.id == self.id)?;
        Some((mechanism.clone(), at))
    }
}

/// Checks what was typed as if it stood in a file, in place of the figure of that id, or as a new one.
pub async fn check(ctx: &Ctx, form: &FigureForm, id: Option<&FigureId>) -> Result<Checked, Error> {
    let mechanism = ctx.catalog().mechanisms.get(form.mechanism.as_str()).ok_or(Error::NotFound)?;
    if !may_add(ctx) || !knows_figures(ctx, mechanism) || measure(&form.how).is_none() {
        return Err(Error::NotFound);
    }
    let new = || FigureId::from(format!("own_{}", &Uuid::new_v4().simple().to_string()[..10]));
    let id = id.cloned().unwrap_or_else(new);
    let written = form.written(id.as_str());
    let mut checked = Checked {
        problems: form.bad_number().into_iter().collect(),
        unfilled: form.unfilled(),
        with: None,
        id,
        source: written.text.clone(),
    };
    checked.problems.extend(beyond(ctx, form, mechanism));
    if !checked.problems.is_empty() {
        return Ok(checked);
    }
    let path = added::path(mechanism.id.as_str(), checked.id.as_str());
    let mut files = added::others(&ctx.definitions);
    let standing = ctx.definitions.added.rows.iter().filter(|row| ctx.definitions.added.rests(row).is_none());
    files.extend(standing.map(added::file).filter(|file| *file.path != *path));
    files.push(SourceFile { path: Arc::from(path.as_str()), text: Arc::from(written.text.as_str()) });
    let found = tokio::task::spawn_blocking(move || kernel::catalog::check(&files)).await;
    let (catalog, problems) = found.map_err(|fault| Error::broken("check a figure", fault))?;
    let is_told = |at: &str| checked.unfilled.iter().any(|it| it.at == written::spot(at));
    let own: Vec<Refusal> = problems.iter().filter(|it| it.path == path).map(|it| written.refusal(it)).collect();
    let others = problems.iter().filter(|it| it.path != path);
    if own.is_empty() {
        // Whatever stands on it must still hold together.
        checked.problems.extend(others.map(written::said));
    }
    // What is not written yet is not wrong.
    let is_written =
        |it: &&Refusal| !matches!(&it.at, kernel::refusal::Spot::Field(at) if *at != *"name" && is_told(at.as_str()));
    checked.problems.extend(own.iter().filter(is_written).cloned());
    checked.problems.extend(terms_known(ctx, &catalog, mechanism, &checked.id));
    if own.is_empty() && checked.problems.is_empty() && form.is_whole() {
        checked.with = Some(Definitions { catalog: Arc::new(catalog), ..(*ctx.definitions).clone() });
    }
    Ok(checked)
}

/// What a person may not count by: records of a mechanism of which they know figures only, and mechanisms that are none of
/// theirs.
fn beyond(ctx: &Ctx, form: &FigureForm, mechanism: &Mechanism) -> Vec<Refusal> {
    let of_figures = ["of", "should"].contains(&form.how.as_str());
    let mut refusals = Vec::new();
    if !of_figures && !ctx.reaches(mechanism) {
        refusals.push(Refusal::new("added_figure.numbers_only").at(written::spot(&form.how)));
    }
    let named = |prop: &str| {
        form.formula(prop)
            .split(['+', '-', '−', '/', '÷', '(', ')', '（', '）'])
            .filter_map(|word| word.split_once('.').map(|(of, _)| of.trim().to_owned()))
            .collect::<Vec<_>>()
    };
    for prop in ["of", "should", "reached"] {
        for name in named(prop) {
            let known = ctx.catalog().mechanisms.values().find(|it| it.id == *name || it.name == name);
            if !known.is_some_and(|it| knows_figures(ctx, it)) {
                refusals.push(Refusal::new("added_figure.mechanism").with("name", name).at(written::spot(prop)));
            }
        }
    }
    refusals
}

/// A figure over figures stands, however indirectly, on figures that this person may know.
fn terms_known(ctx: &Ctx, catalog: &Catalog, mechanism: &Mechanism, id: &FigureId) -> Option<Refusal> {
    let figure = catalog.mechanisms.get(&mechanism.id)?.figures.iter().find(|it| it.id == *id)?;
    let Measure::Blend(blend) = &figure.measure else { return None };
    let is_known = |id: &MechanismId| ctx.catalog().mechanisms.get(id).is_some_and(|it| knows_figures(ctx, it));
    let unknown = blend.terms().find(|term| !is_known(&term.mechanism))?;
    let prop = if is_missing(figure) { "should" } else { "of" };
    let name = unknown.mechanism.as_str();
    Some(Refusal::new("added_figure.mechanism").with("name", name).at(written::spot(prop)))
}

/// Keeps a figure: a new one, or the next version of one. Gives its id.
pub async fn keep(ctx: &Ctx, form: &FigureForm, id: Option<&FigureId>) -> Result<FigureId, Error> {
    let standing = match id {
        Some(id) => Some(ctx.definitions.added.find(&form.mechanism, id.as_str()).cloned().ok_or(Error::NotFound)?),
        None => None,
    };
    let checked = check(ctx, form, id).await?;
    let mut refusals: Vec<Refusal> = checked.unfilled.iter().chain(&checked.problems).cloned().collect();
    let all = ctx.definitions.added.rows.iter().filter(|row| row.mechanism == *form.mechanism.as_str()).count();
    if standing.is_none() && all >= MOST {
        refusals.push(Refusal::new("added_figure.too_many").with("most", MOST));
    }
    if standing.as_ref().is_some_and(|row| row.version != form.version) {
        refusals.push(Refusal::new("added_figure.changed"));
    }
    if !refusals.is_empty() || checked.with.is_none() {
        return Err(Error::Refused(refusals));
    }
    let reason: String = form.reason.trim().chars().filter(|sign| !sign.is_control()).take(LONGEST).collect();
    let row = AddedRow {
        id: ctx.new_id(),
        mechanism: MechanismId::from(form.mechanism.as_str()),
        figure: checked.id.clone(),
        version: standing.as_ref().map_or(1, |row| row.version + 1),
        source: checked.source.clone(),
        reason,
        set_by: ctx.person(),
        set_at: ctx.now,
        ended_by: None,
        ended_at: None,
        ending: None,
    };
    let (row, before, ctx_) = (&row, standing.as_ref(), ctx);
    let kept = |mut tx: Tx| async move {
        // Whoever writes records by the definitions of before has finished, or starts again by the new ones.
        same_definitions(ctx_, &mut tx).await?;
        if let Some(before) = before {
            store::added_figures::end(&mut tx, before.id, ctx_.now, ctx_.person(), None).await?;
        }
        if !store::added_figures::insert(&mut tx, row).await? {
            return Err(Refusal::new("added_figure.changed").into());
        }
        let kind = if before.is_none() { "figure.added" } else { "figure.rewritten" };
        act(ctx_, &mut tx, kind, detail(ctx_, row, &form.name, &row.reason)).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(kept).await?;
    ctx.office.fresh_tree().await?;
    Ok(checked.id)
}

/// Takes a figure away, if nothing uses it any more.
pub async fn remove(ctx: &Ctx, mechanism: &str, figure: &str, reason: &str) -> Result<(), Error> {
    let row = found(ctx, mechanism, figure)?;
    let name = FigureId::from(format!("{mechanism}.{figure}"));
    let reason: String = reason.trim().chars().filter(|sign| !sign.is_control()).take(LONGEST).collect();
    if reason.is_empty() {
        return Err(Refusal::new("added_figure.unfilled").at(written::spot("reason")).into());
    }
    let title = FigureForm::of(mechanism, &row.source, row.version).map(|form| form.name).unwrap_or_default();
    let (row, name, reason, title, ctx_) = (&row, &name, reason.as_str(), title.as_str(), ctx);
    let keep = |mut tx: Tx| async move {
        same_definitions(ctx_, &mut tx).await?;
        let refusals = still_used(&uses::of(ctx_, &mut tx, name).await?);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        if !store::added_figures::end(&mut tx, row.id, ctx_.now, ctx_.person(), Some(reason)).await? {
            return Err(Refusal::new("added_figure.changed").into());
        }
        act(ctx_, &mut tx, "figure.removed", detail(ctx_, row, title, reason)).await?;
        Ok::<_, Error>((tx, ()))
    };
    ctx.office.db.transact(keep).await?;
    ctx.office.fresh_tree().await
}

/// A figure that this person may change: one that was added, of a mechanism whose figures they may know.
pub(crate) fn found(ctx: &Ctx, mechanism: &str, figure: &str) -> Result<AddedRow, Error> {
    let known = ctx.catalog().mechanisms.get(mechanism).is_some_and(|it| knows_figures(ctx, it));
    let row = ctx.definitions.added.find(mechanism, figure).filter(|_| known && may_add(ctx));
    row.cloned().ok_or(Error::NotFound)
}

/// Nobody changes figures or writes records by the definitions of before until the transaction ends; refused if somebody
/// changed figures since this act began.
async fn same_definitions(ctx: &Ctx, tx: &mut Tx) -> Result<(), Error> {
    store::units::tree_changes(tx).await?;
    match store::added_figures::changes(tx).await? == ctx.definitions.added.changes {
        true => Ok(()),
        false => Err(Refusal::new("added_figure.changed").into()),
    }
}

/// Why it cannot be taken away.
fn still_used(uses: &Uses) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if uses.seals > 0 {
        refusals.push(Refusal::new("added_figure.sealed").with("count", uses.seals));
    }
    if uses.targets > 0 {
        refusals.push(Refusal::new("added_figure.targets").with("count", uses.targets));
    }
    if !uses.figures.is_empty() {
        refusals.push(Refusal::new("added_figure.stood_on").with("figures", uses.figures.join("、")));
    }
    refusals
}

fn detail(ctx: &Ctx, row: &AddedRow, name: &str, reason: &str) -> serde_json::Value {
    let mechanism = ctx.catalog().mechanisms.get(&row.mechanism).map_or(row.mechanism.as_str(), |it| &it.name);
    serde_json::json!({
        "mechanism": mechanism, "figure": name, "id": row.figure.to_string(), "version": row.version,
        "reason": reason, "source": row.source,
    })
}
