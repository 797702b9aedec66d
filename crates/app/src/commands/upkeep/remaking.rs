//! Figures made anew from the records, while people go on working.
//!
//! What the records give and what the cells hold are both read as of one moment; their difference is added to the
//! cells. A sum does not mind what else was added meanwhile, so nobody has to wait and nothing is lost: a step that is
//! taken while the records are walked through adds its own difference, before or after.
//! Until then the cells show what they showed, and the page says that they are being made anew.
//! Never a cell that is cleared first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::catalog::{Figure, Mechanism};
use kernel::figures::{Amount, STATES};
use kernel::ids::FigureId;
use store::figures::{CellChange, CellKey, Changes};
use store::figures_made::MadeRow;

use super::reckoning::{self, Comparing, Reckoning};
use crate::cells::people;
use crate::cells::tally::{Differs, Off};
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::office::{Definitions, Office};

/// Rows of people changed in one go.
const PEOPLE_AT_ONCE: usize = 20_000;
/// Progress is kept after so many records.
const TOLD_EVERY: i64 = 20_000;

/// Which figures are made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those whose definition or calendar is another than the one that their cells were made by.
    Changed,
    /// All.
    All,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remade {
    /// Figures made anew.
    pub figures: usize,
    /// Records looked at.
    pub records: i64,
    /// Cells that were not as they should be.
    pub changed: usize,
}

/// A figure that is being made anew, or waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Underway {
    /// The figure, with its mechanism in front.
    pub figure: FigureId,
    /// Are there cells of before, which are shown until then?
    pub shows_before: bool,
    /// Records looked at, and to look at; nothing before it began.
    pub progress: Option<(i64, i64)>,
}

/// The figures of the definitions in force whose cells are not yet made by them.
pub async fn underway(ctx: &Ctx, conn: &mut store::Conn) -> Result<Vec<Underway>, Error> {
    let made = made(conn).await?;
    let signatures = ctx.office.signatures.of(&ctx.definitions);
    let open = signatures.values().flatten().filter_map(|(figure, signature)| {
        let row = made.get(figure);
        if row.is_some_and(|row| row.signature == *signature) {
            return None;
        }
        let progress = row.filter(|row| row.wanted == *signature).map(|row| (row.done, row.total));
        let shows_before = row.is_some_and(|row| !row.signature.is_empty());
        Some(Underway { shows_before, figure: figure.clone(), progress })
    });
    Ok(open.collect())
}

/// Figures of mechanisms without records need not be made: their cells hold nothing, and from now on are kept live.
pub(crate) async fn begin(office: &Office, definitions: &Definitions) -> Result<(), Error> {
    let mut conn = office.db.read().await?;
    let made = made(&mut conn).await?;
    let mut rows = Vec::new();
    for (mechanism, own) in &*office.signatures.of(definitions) {
        let mut new = own.clone();
        new.retain(|(figure, signature)| made.get(figure).is_none_or(|row| row.signature != *signature));
        if !new.is_empty() && !store::records::has_any(&mut conn, mechanism).await? {
            rows.extend(new.into_iter().map(|(figure, signature)| done(figure, signature)));
        }
    }
    drop(conn);
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = office.db.begin().await?;
    store::figures_made::put(&mut tx, &rows).await?;
    Ok(tx.commit().await?)
}

/// Makes figures anew, mechanism by mechanism, and takes away the cells of figures that no definition knows.
pub async fn remake(ctx: &Ctx, which: Which) -> Result<Remade, Error> {
    let mut conn = ctx.office.db.read().await?;
    let made = made(&mut conn).await?;
    drop(conn);
    let mut sum = Remade::default();
    let signatures = ctx.office.signatures.of(&ctx.definitions);
    for mechanism in ctx.catalog().mechanisms.values() {
        let mut own = signatures.get(&mechanism.id).cloned().unwrap_or_default();
        if which == Which::Changed {
            own.retain(|(figure, signature)| made.get(figure).is_none_or(|row| row.signature != *signature));
        }
        if own.is_empty() && which == Which::Changed {
            continue;
        }
        let one = of_mechanism(ctx, mechanism, &own, which).await?;
        sum.figures += own.len();
        sum.records += one.records;
        sum.changed += one.changed;
    }
    let dropped = drop_unknown(ctx, &made).await?;
    if sum.figures > 0 || dropped > 0 {
        let detail = serde_json::json!({ "figures": sum.figures, "changed": sum.changed, "dropped": dropped });
        let mut tx = ctx.office.db.begin().await?;
        act(ctx, &mut tx, "figures.remade", detail).await?;
        tx.commit().await?;
    }
    Ok(sum)
}

async fn made(conn: &mut store::Conn) -> Result<BTreeMap<FigureId, MadeRow>, Error> {
    let rows = store::figures_made::all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.figure.clone(), row)).collect())
}

fn done(figure: FigureId, signature: String) -> MadeRow {
    MadeRow { figure, signature, wanted: String::new(), done: 0, total: 0 }
}

async fn of_mechanism(
    ctx: &Ctx,
    mechanism: &Arc<Mechanism>,
    own: &[(FigureId, String)],
    which: Which,
) -> Result<Remade, Error> {
    let signatures: BTreeMap<&FigureId, &String> = own.iter().map(|(figure, signature)| (figure, signature)).collect();
    let mut names: BTreeSet<FigureId> = signatures.keys().map(|figure| (*figure).clone()).collect();
    if which == Which::All {
        names.insert(FigureId::from(format!("{}.{STATES}", mechanism.id)));
    }
    let is_own = |figure: &&Figure| names.contains(format!("{}.{}", mechanism.id, figure.id).as_str());
    let wanted = mechanism.figures.iter().filter(is_own).map(|figure| figure.id.clone()).collect();
    let (mut conn, more) = reckoning::readers(ctx).await?;
    let total = store::records::count_of(&mut conn, &mechanism.id).await?;
    let (mut reckoning, mut told) = (Reckoning::new(ctx, (conn, more), Some(wanted)), 0);
    tell(ctx, own, 0, total).await?;
    while reckoning.go_on(Some(&mechanism.id)).await? {
        if reckoning.looked - told >= TOLD_EVERY {
            told = reckoning.looked;
            tell(ctx, own, told, total).await?;
        }
    }
    let mut changed = 0;
    let mut comparing = Comparing::new(ctx, reckoning.done().await?, names);
    while let Some((figure, differs)) = comparing.next().await? {
        let made = signatures.get(&figure).map(|signature| done(figure, (*signature).clone()));
        changed += differs.cells.len() + differs.days.len() + differs.people.len();
        mend(ctx, differs, made).await?;
    }
    Ok(Remade { figures: own.len(), records: total, changed })
}

/// Adds what is missing, in one transaction with the note that the figure is made.
async fn mend(ctx: &Ctx, differs: Differs, made: Option<MadeRow>) -> Result<(), Error> {
    let change = |Off { key, is, should }: Off<CellKey, Amount>| CellChange {
        key,
        numerator: should.numerator - is.numerator,
        denominator: should.denominator - is.denominator,
    };
    let mut changes = Changes {
        cells: differs.cells.into_iter().map(change).collect(),
        days: differs.days.into_iter().map(change).collect(),
    };
    let mut tx = ctx.office.db.begin_long().await?;
    // What the rows of people that are there give is among the cells; what other rows give follows when they change.
    for some in differs.people.chunks(PEOPLE_AT_ONCE) {
        let people = some.iter().map(|it| (it.key.clone(), it.should - it.is)).collect();
        changes.cells.extend(people::keep(&mut tx, &ctx.tree, &people).await?);
    }
    store::figures::apply(&mut tx, &changes).await?;
    store::figures_made::put(&mut tx, &made.into_iter().collect::<Vec<_>>()).await?;
    Ok(tx.commit().await?)
}

/// Keeps how far it is, for the pages.
async fn tell(ctx: &Ctx, own: &[(FigureId, String)], looked: i64, total: i64) -> Result<(), Error> {
    let mut conn = ctx.office.db.read().await?;
    let made = made(&mut conn).await?;
    drop(conn);
    let row = |(figure, wanted): &(FigureId, String)| MadeRow {
        figure: figure.clone(),
        signature: made.get(figure).map(|row| row.signature.clone()).unwrap_or_default(),
        wanted: wanted.clone(),
        done: looked,
        total,
    };
    let rows: Vec<MadeRow> = own.iter().map(row).collect();
    let mut tx = ctx.office.db.begin().await?;
    store::figures_made::put(&mut tx, &rows).await?;
    Ok(tx.commit().await?)
}

/// Takes away the cells of figures that no definition in force knows.
async fn drop_unknown(ctx: &Ctx, made: &BTreeMap<FigureId, MadeRow>) -> Result<usize, Error> {
    let signatures = ctx.office.signatures.of(&ctx.definitions);
    let figures = signatures.values().flatten().map(|(figure, _)| figure.clone());
    let states = signatures.keys().map(|it| FigureId::from(format!("{it}.{STATES}")));
    let known: BTreeSet<FigureId> = figures.chain(states).collect();
    let mut conn = ctx.office.db.read().await?;
    let mut gone: BTreeSet<FigureId> = store::figures::kept(&mut conn).await?.into_iter().collect();
    drop(conn);
    gone.extend(made.keys().cloned());
    gone.retain(|figure| !known.contains(figure));
    if gone.is_empty() {
        return Ok(0);
    }
    let gone: Vec<FigureId> = gone.into_iter().collect();
    let mut tx = ctx.office.db.begin().await?;
    store::figures::clear(&mut tx, &gone).await?;
    for figure in &gone {
        store::figures_made::forget(&mut tx, figure).await?;
    }
    tx.commit().await?;
    Ok(gone.len())
}
