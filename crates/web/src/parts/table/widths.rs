//! How wide is each column?
//! The widths are reckoned from the words before the page leaves, so that nothing moves while the rows arrive.
//! Never: a width that a browser would have to find out from rows still to come.

use super::{ColumnKind, Table};

/// One em of a table's words, in pixels.
const EM: f32 = 14.0;

/// Room at both sides of a cell, in pixels.
const SIDES: f32 = 28.0;

/// The widths of the columns in pixels; `None` takes the room that is left.
pub(super) fn of(table: &Table) -> Vec<Option<u32>> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(place, column)| {
            let sort_room = if column.sort_href.is_some() { 1.1 } else { 0.0 };
            let head = if column.kind == ColumnKind::Acts { 0.0 } else { ems(&column.title) * 0.93 + sort_room };
            let cells = table.rows.iter().filter_map(|row| row.cells.get(place));
            let (widest, tipped) = cells.fold((head, false), |(widest, tipped), cell| {
                (widest.max(shown_ems(&cell.shown.0)), tipped || cell.tip.is_some())
            });
            let least = if tipped { 8.5 } else { 2.0 };
            match column.kind {
                ColumnKind::Long => None,
                ColumnKind::Text => Some(pixels(widest.clamp(least, 9.0))),
                _ => Some(pixels(widest.clamp(least, 26.0))),
            }
        })
        .collect()
}

/// The width of a cell in em, with what surrounds its words: the frame of a light, a chip or a button.
fn shown_ems(markup: &str) -> f32 {
    let words = ems(&words_of(markup));
    let count = |class: &str| u16::try_from(markup.matches(class).count()).map_or(f32::MAX, f32::from);
    if markup.contains("class=\"light") {
        words * 0.86 + 2.1
    } else if markup.contains("class=\"state") {
        words * 0.86 + 2.3
    } else if markup.contains("class=\"meter") {
        words + 7.4
    } else {
        words + count("class=\"btn") * 2.0
    }
}

/// Chinese characters are one em wide, all others somewhat more than half of it.
fn ems(words: &str) -> f32 {
    words.chars().map(|letter| if letter.is_ascii() { 0.6 } else { 1.0 }).sum()
}

/// The words of markup: without tags, each entity as one letter.
fn words_of(markup: &str) -> String {
    let (mut words, mut in_tag, mut in_entity) = (String::new(), false, false);
    for letter in markup.chars() {
        match letter {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => {}
            '&' => in_entity = true,
            ';' if in_entity => {
                in_entity = false;
                words.push('x');
            }
            _ if in_entity => {}
            _ => words.push(letter),
        }
    }
    words
}

fn pixels(ems: f32) -> u32 {
    // Widths are small and positive: the cast cannot lose anything that matters.
    (ems * EM + SIDES).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_entities_do_not_count_as_words() {
        assert_eq!(words_of(r#"<a href="/x">任 &lt;7&gt; 号</a>"#), "任 x7x 号");
    }

    #[test]
    fn a_light_needs_room_for_its_frame() {
        assert!(shown_ems(r#"<span class="light r">逾期 2 天</span>"#) > ems("逾期天") + 2.0);
    }
}
