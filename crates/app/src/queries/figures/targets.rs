//! What is to be reached, and how it stands.

use std::collections::BTreeMap;

use kernel::catalog::Figure;
use kernel::figures::{self, Amount};
use kernel::ids::{FigureId, TargetId, UnitId};
use kernel::period::Period;
use kernel::target::{Standing, Target};
use store::Conn;

use crate::ctx::Ctx;
use crate::error::Error;

/// A target of a figure and a unit, with how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetLine {
    /// Its id.
    pub id: TargetId,
    /// The unit.
    pub unit: UnitId,
    /// The target.
    pub target: Target,
    /// How the figure stands to it; nothing where it has no value.
    pub standing: Option<Standing>,
    /// On what basis.
    pub basis: String,
    /// Who set it.
    pub by: String,
}

/// Targets in force by figure and unit.
#[derive(Clone, Debug, Default)]
pub(super) struct Targets(BTreeMap<(FigureId, UnitId), TargetLine>);

impl Targets {
    /// Those that say something about a period, of some figures and units.
    pub(super) async fn read(
        ctx: &Ctx,
        conn: &mut Conn,
        figures: &[FigureId],
        units: &[UnitId],
        period: Period,
    ) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        // The nearest period is read last, and stands.
        for period in Target::periods_for(period).into_iter().rev() {
            for some in units.chunks(500) {
                for row in store::figure_targets::of_period(conn, &period.to_string(), figures, some).await? {
                    let Ok(value) = row.value.parse() else { continue };
                    let line = TargetLine {
                        id: row.id,
                        unit: row.unit,
                        target: Target { value, at_most: row.at_most, period },
                        standing: None,
                        basis: row.basis,
                        by: row.set_by.map(|id| ctx.names().person(id)).unwrap_or_default(),
                    };
                    all.insert((row.figure, row.unit), line);
                }
            }
        }
        Ok(Self(all))
    }

    /// The target of a figure and a unit, and how an amount stands to it.
    pub(super) fn of(
        &self,
        ctx: &Ctx,
        name: &FigureId,
        unit: UnitId,
        figure: &Figure,
        amount: Option<Amount>,
    ) -> Option<TargetLine> {
        let line = self.0.get(&(name.clone(), unit))?.clone();
        // Whether a hidden number reaches it would tell on the number.
        let standing = line.target.standing(amount.and_then(|amount| figures::value(figure, amount)), ctx.today);
        Some(TargetLine { standing, ..line })
    }
}
