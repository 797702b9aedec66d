//! What uses a figure? Said before somebody changes it or takes it away.
//!
//! Never of one that nobody asked about: pages that list figures do not ask.

use kernel::catalog::Measure;
use kernel::ids::FigureId;
use store::Conn;

use crate::ctx::Ctx;
use crate::error::Error;

/// What uses a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Figures that stand on it, by mechanism and name.
    pub figures: Vec<String>,
    /// What has to be done regularly, and is seen by it.
    pub plans: Vec<String>,
    /// How many values of it were reported upward.
    pub seals: i64,
    /// How many targets it has.
    pub targets: i64,
}

/// What uses the figure named `task_order.closed`.
pub async fn of(ctx: &Ctx, conn: &mut Conn, name: &FigureId) -> Result<Uses, Error> {
    let (of, id) = name.as_str().split_once('.').unwrap_or_default();
    let mut uses = Uses {
        seals: store::figure_seals::count_of(conn, name).await?,
        targets: store::figure_targets::count_of(conn, name).await?,
        ..Uses::default()
    };
    for mechanism in ctx.catalog().in_order() {
        for figure in &mechanism.figures {
            if let Measure::Blend(blend) = &figure.measure
                && blend.terms().any(|term| term.mechanism == *of && term.figure.id == *id)
            {
                uses.figures.push(format!("{}“{}”", mechanism.name, figure.name));
            }
        }
        let plans = mechanism.plans.iter().filter(|plan| mechanism.id == *of && plan.figure == *id);
        uses.plans.extend(plans.map(|plan| plan.name.clone()));
    }
    Ok(uses)
}
