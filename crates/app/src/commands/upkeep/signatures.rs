//! What must the cells of each figure be made by? Reckoned once for the definitions and the calendar in force: pages ask
//! whether their figures are made.
//!
//! Never what some other definitions would want: it is told apart by the definitions themselves.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use kernel::calendar::Calendar;
use kernel::catalog::{Catalog, Mechanism};
use kernel::figures;
use kernel::ids::{FigureId, MechanismId};

use crate::office::Definitions;

/// The figures of each mechanism, with what their cells must be made by.
pub type Wanted = BTreeMap<MechanismId, Vec<(FigureId, String)>>;

/// What was reckoned last.
#[derive(Default)]
pub struct Signatures(RwLock<Option<Known>>);

struct Known {
    catalog: Arc<Catalog>,
    calendar: Arc<Calendar>,
    wanted: Arc<Wanted>,
}

impl Signatures {
    /// What these definitions want.
    pub fn of(&self, definitions: &Definitions) -> Arc<Wanted> {
        let is_same = |known: &&Known| {
            Arc::ptr_eq(&known.catalog, &definitions.catalog) && Arc::ptr_eq(&known.calendar, &definitions.calendar)
        };
        let known = self.0.read().expect("nobody panics while looking at signatures");
        if let Some(known) = known.as_ref().filter(is_same) {
            return known.wanted.clone();
        }
        drop(known);
        let (catalog, calendar) = (definitions.catalog.clone(), definitions.calendar.clone());
        let own = |it: &Arc<Mechanism>| (it.id.clone(), wanted(it, &calendar));
        let wanted: Arc<Wanted> = Arc::new(catalog.mechanisms.values().map(own).collect());
        let known = Known { catalog, calendar, wanted: wanted.clone() };
        *self.0.write().expect("nobody panics while noting signatures") = Some(known);
        wanted
    }
}

fn wanted(mechanism: &Mechanism, calendar: &Calendar) -> Vec<(FigureId, String)> {
    let one = |figure: &kernel::catalog::Figure| {
        let name = FigureId::from(format!("{}.{}", mechanism.id, figure.id));
        (name, figures::signature(mechanism, figure, calendar))
    };
    mechanism.figures.iter().map(one).collect()
}
