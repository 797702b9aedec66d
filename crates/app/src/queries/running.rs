//! How does the program itself run? What the duties did, what waits to leave, how much is kept.

use kernel::catalog::Administers;

use crate::ctx::Ctx;
use crate::duties;
use crate::error::Error;
use crate::queries::frame::administers;

/// The page of those who run the program.
#[derive(Clone, Debug)]
pub struct RunningPage {
    /// Duties: name, when in words, last run, done, skipped, failed, detail.
    pub duties: Vec<DutyLine>,
    /// The years of the calendar: year, whether its notice is out, working days.
    pub years: Vec<(i16, bool, i64)>,
}

/// A duty and its last run.
#[derive(Clone, Debug)]
pub struct DutyLine {
    /// Its name in words.
    pub name: &'static str,
    /// When it is done, in words.
    pub when: &'static str,
    /// The last run: moment, done, skipped, failed, detail.
    pub last: Option<(String, i64, i64, i64, Option<String>)>,
}

/// The page; only for those who administer the system.
pub async fn running(ctx: &Ctx) -> Result<RunningPage, Error> {
    if !administers(ctx, Administers::System) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let mut lines = Vec::new();
    let runs = store::duties::last_runs(&mut conn).await?;
    for duty in duties::ALL {
        let last = runs.iter().find(|run| run.duty == duty.id);
        lines.push(DutyLine {
            name: duty.name,
            when: duty.when,
            last: last.map(|run| {
                let detail = run.detail.as_ref().map(ToString::to_string);
                (crate::words::moment(run.at), run.done, run.skipped, run.failed, detail)
            }),
        });
    }
    let this = ctx.today.year();
    let years = (this - 1..=this + 1).map(|year| {
        let first = jiff::civil::date(year, 1, 1);
        let before = first.yesterday().unwrap_or(first);
        let days = ctx.calendar().working_days_between(before, jiff::civil::date(year, 12, 31));
        (year, ctx.calendar().is_published(year), days)
    });
    Ok(RunningPage { duties: lines, years: years.collect() })
}
