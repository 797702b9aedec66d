//! How does the program speak to whoever started it? Lines on the terminal, Chinese, one place for all.
//!
//! Never panics when the reader has gone (`zugong check | head`).

use std::fmt::Display;
use std::io::Write as _;

/// A line of output.
pub(crate) fn line(words: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{words}");
}

/// A line about what went wrong.
pub(crate) fn complaint(words: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}

/// A failure with its causes, one a line.
pub(crate) fn failure(error: &anyhow::Error) {
    complaint(format_args!("出错：{error}"));
    for cause in error.chain().skip(1) {
        complaint(format_args!("  原因：{cause}"));
    }
}

/// How many columns of a terminal a text takes: a Chinese character takes two.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() || ('\u{80}'..'\u{1100}').contains(&c) { 1 } else { 2 }).sum()
}

/// The text, filled up with blanks to that many columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A table: columns as wide as their widest cell, two blanks between.
pub(crate) fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, columns)| padded(cell, *columns)).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_although_chinese_characters_are_twice_as_wide() {
        let rows = [["单位", "项"], ["a", "12"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), ["单位  项", "a     12"]);
    }
}
