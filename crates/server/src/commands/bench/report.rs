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

    /// The table of the documentation's page; what people wrote around it stays.
    pub(super) fn write(&self, path: &Path, on: jiff::civil::Date) -> anyhow::Result<()> {
        let mut table = format!("Machine: {}.\nDay: {on}.\n\n", measure::machine());
        table.push_str("| measurement | zugong | bare | ratio | budget |\n| --- | --- | --- | --- | --- |\n");
        for line in &self.lines {
            let cells = [&line.english, &line.ours, &line.bare, &line.ratio].map(|cell| cell.as_str());
            table.push_str(&format!("| {} | {} |\n", cells.join(" | "), line.budget));
        }
        let page = match std::fs::read_to_string(path) {
            Ok(page) => page,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => format!("# Performance\n\n{BEGIN}\n{END}\n"),
            Err(fault) => return Err(fault).with_context(|| format!("读不了 {}", path.display())),
        };
        let page = put_between(&page, &table).with_context(|| format!("{} 里没有 {BEGIN} 和 {END}", path.display()))?;
        std::fs::write(path, page).with_context(|| format!("写不了 {}", path.display()))
    }
}

/// Where the table begins on the page.
const BEGIN: &str = "<!-- bench -->";
/// Where it ends.
const END: &str = "<!-- /bench -->";

/// The page with this table in the place of the one before; none if it has no such place.
fn put_between(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_replaced_and_what_people_wrote_stays() {
        let page = format!("# Speed\n\nread me\n\n{BEGIN}\nold\n{END}\n\n## Why\n");
        let expected = format!("# Speed\n\nread me\n\n{BEGIN}\n| new |\n{END}\n\n## Why\n");
        assert_eq!(put_between(&page, "| new |\n"), Some(expected));
        assert_eq!(put_between("# Speed\n", "| new |\n"), None);
    }
}
