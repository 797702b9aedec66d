//! What was measured, as a table on the terminal and as a page of the documentation.

use std::path::Path;

use anyhow::Context as _;

use super::measure;
use crate::print;

/// One measurement.
pub(super) struct Line {
    /// What was measured, for whoever runs it.
    pub(super) name: String,
    /// The same, for the documentation.
    pub(super) english: String,
    /// What we take.
    pub(super) ours: String,
    /// What it is held against.
    pub(super) bare: String,
    /// How many times as much.
    pub(super) ratio: String,
    /// What we promise, if we do.
    pub(super) budget: &'static str,
}

/// All measurements of a run.
#[derive(Default)]
pub(super) struct Report {
    lines: Vec<Line>,
}

impl Report {
    /// Adds a measurement and says it at once: a run takes minutes.
    pub(super) fn line(&mut self, line: Line) {
        print::line(format_args!("  {}:{} {} {}", line.name, line.ours, line.bare, line.ratio));
        self.lines.push(line);
    }

    /// The table.
    pub(super) fn print(&self) {
        let title = ["量什么", "组工", "对照", "倍数", "要求"].map(str::to_owned).to_vec();
        let row = |line: &Line| {
            let budget = line.budget.to_owned();
            vec![line.name.clone(), line.ours.clone(), line.bare.clone(), line.ratio.clone(), budget]
        };
        let rows: Vec<Vec<String>> = std::iter::once(title).chain(self.lines.iter().map(row)).collect();
        print::line("");
        print::table(&rows).iter().for_each(print::line);
    }

    /// The page of the documentation.
    pub(super) fn write(&self, path: &Path, on: jiff::civil::Date) -> anyhow::Result<()> {
        let mut page = String::from(
            "# Performance\n\nMeasured by `zugong bench` of a release build, which writes this page.\n\
             What we take stands beside what the same machine takes for the bare work in the same run; \
             the ratio is what counts.\n\n",
        );
        page.push_str(&format!("Machine: {}.\nDay: {on}.\n\n", measure::machine()));
        page.push_str("| measurement | zugong | bare | ratio | budget |\n| --- | --- | --- | --- | --- |\n");
        for line in &self.lines {
            let cells = [&line.english, &line.ours, &line.bare, &line.ratio].map(|cell| cell.as_str());
            page.push_str(&format!("| {} | {} |\n", cells.join(" | "), line.budget));
        }
        page.push_str(
            "\nPages come through HTTP on loopback from a process of its own, with sign-in, rights, counts and HTML; \
             bare is one prepared statement that already knows its index.\n\
             A step is read, decided, journaled, counted in the figures and committed durably; bare is a durable \
             commit of two rows.\n",
        );
        std::fs::write(path, page).with_context(|| format!("写不了 {}", path.display()))
    }
}
