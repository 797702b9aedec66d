//! How is a list of records read?
//! The head stays, the first column leads to the record, numbers stand right, days and lights never wrap.
//! On a phone each row becomes a card with its labels; a wide table scrolls inside its own frame with the first column pinned.
//! Never: more than the caller gave; sorting and paging are links.

mod widths;

use super::buttons::Button;
use super::icons::{Icon, icon};
use maud::{Markup, Render, html};

/// What a column holds; decides how it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Short words that may wrap.
    Text,
    /// A title: takes the room that is left and is cut with an ellipsis.
    Long,
    /// A number: right-aligned, never wrapped.
    Number,
    /// A day or a moment: never wrapped.
    Day,
    /// A light, a state chip or a number of a record: never wrapped.
    Chip,
    /// Buttons at the end of the row.
    Acts,
}

impl ColumnKind {
    fn class(self) -> &'static str {
        match self {
            ColumnKind::Text => "text",
            ColumnKind::Long => "long",
            ColumnKind::Number => "n",
            ColumnKind::Day => "d",
            ColumnKind::Chip => "l",
            ColumnKind::Acts => "x",
        }
    }
}

/// The order of a sorted column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smallest or earliest first.
    Rising,
    /// Largest or latest first.
    Falling,
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its head, with the unit where it has one.
    pub title: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Where a press on the head leads, if the column can be sorted.
    pub sort_href: Option<String>,
    /// How the list is sorted by it now.
    pub sorted: Option<Order>,
}

impl Column {
    /// A column that cannot be sorted.
    pub fn new(title: impl Into<String>, kind: ColumnKind) -> Column {
        Column { title: title.into(), kind, sort_href: None, sorted: None }
    }

    /// The column can be sorted by this link, and is sorted so now.
    pub fn sorting(mut self, href: impl Into<String>, now: Option<Order>) -> Column {
        self.sort_href = Some(href.into());
        self.sorted = now;
        self
    }
}

/// One cell: what it shows, and a sentence if something is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// What it shows; empty markup shows a dash.
    pub shown: Markup,
    /// What is wrong with it, marked in red with this sentence.
    pub tip: Option<String>,
}

impl Cell {
    /// Plain words; empty words show a dash.
    pub fn text(words: &str) -> Cell {
        Cell { shown: words.trim().render(), tip: None }
    }

    /// Words that lead to a page.
    pub fn link(words: &str, href: &str) -> Cell {
        Cell { shown: html! { a href=(href) { (words) } }, tip: None }
    }

    /// Whatever the caller drew.
    pub fn shown(shown: Markup) -> Cell {
        Cell { shown, tip: None }
    }

    /// With a sentence on what is wrong.
    pub fn tip(mut self, sentence: impl Into<String>) -> Cell {
        self.tip = Some(sentence.into());
        self
    }
}

/// How a row stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowTone {
    /// Like any other.
    #[default]
    Plain,
    /// Left out, greyed.
    Skipped,
    /// Something in it is wrong; cells with a tip are marked.
    Bad,
    /// A total.
    Total,
}

/// One row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// What makes the row the same row after a partial update; may be empty.
    pub key: String,
    /// One cell a column, in their order; missing cells are empty.
    pub cells: Vec<Cell>,
    /// The value sent when the row is chosen; `None` cannot be chosen.
    pub choose: Option<String>,
    /// Is it chosen already, because a form came back?
    pub chosen: bool,
    /// What the row is called where its box is read aloud; the value if empty.
    pub called: String,
    /// How it stands out.
    pub tone: RowTone,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// What it lists, read aloud and not shown.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The name under which chosen rows are sent; `None` shows no boxes.
    pub choose: Option<String>,
    /// Whether it is too wide for the page and scrolls in its own frame.
    pub wide: bool,
}

/// The room, in pixels, that a window of 1366 px leaves for a table.
const ROOM: u32 = 1092;

/// The least width of a title, in pixels.
const LONG: u32 = 176;

/// The width of a title where the table scrolls, in pixels.
const LONG_SCROLLED: u32 = 332;

/// The width of a column of boxes, in pixels.
const BOX: u32 = 34;

/// The table. When there are no rows the caller shows an [`empty`](super::empty::empty) place instead.
///
/// A table whose words need more room than a page has scrolls in its own frame, also when it was not told to.
pub fn table(table: &Table) -> Markup {
    let widths = widths::of(table);
    let boxes = if table.choose.is_some() { BOX } else { 0 };
    let needed = boxes + widths.iter().map(|width| width.unwrap_or(LONG)).sum::<u32>();
    let wide = table.wide || needed > ROOM;
    let body = html! {
        table.stack.set.far[needed > ROOM / 2] {
            caption.vh { (table.caption) }
            colgroup {
                @if boxes > 0 { col width=(boxes); }
                @for width in &widths { col width=[width.or(wide.then_some(LONG_SCROLLED))]; }
            }
            thead { tr { (head(table, wide)) } }
            tbody { @for row in &table.rows { (row_of(table, row, wide)) } }
        }
    };
    if wide {
        html! { div.scroll.tall tabindex="0" role="region" aria-label=(table.caption) { (body) } }
    } else {
        html! { div.fit { (body) } }
    }
}

fn head(table: &Table, wide: bool) -> Markup {
    html! {
        @if table.choose.is_some() {
            th.pick.pin[wide] scope="col" { input type="checkbox" data-all aria-label="全选本页"; }
        }
        @for (place, column) in table.columns.iter().enumerate() {
            th class={ (column.kind.class()) @if wide && place == 0 { " pin" } } scope="col" aria-sort=[column.sorted.map(spoken_order)] {
                @match &column.sort_href {
                    Some(href) => a href=(href) { (column.title) (icon(sort_icon(column.sorted))) },
                    None if column.kind == ColumnKind::Acts => span.vh { (column.title) },
                    None => (column.title),
                }
            }
        }
    }
}

fn row_of(table: &Table, row: &Row, wide: bool) -> Markup {
    let class = match row.tone {
        RowTone::Plain => None,
        RowTone::Skipped => Some("skip"),
        RowTone::Bad => Some("bad"),
        RowTone::Total => Some("total"),
    };
    let key = Some(&row.key).filter(|key| !key.is_empty());
    let nothing = Cell::default();
    html! {
        tr class=[class] data-key=[key] {
            @if let Some(name) = &table.choose {
                td.pick.pin[wide] {
                    @if let Some(value) = &row.choose { input type="checkbox" name=(name) value=(value) checked[row.chosen] data-row aria-label={ "选择 " (if row.called.is_empty() { value } else { &row.called }) }; }
                }
            }
            @for (place, column) in table.columns.iter().enumerate() {
                (cell_of(column, row.cells.get(place).unwrap_or(&nothing), place == 0, wide))
            }
        }
    }
}

fn cell_of(column: &Column, cell: &Cell, lead: bool, wide: bool) -> Markup {
    let void = cell.shown.0.is_empty() && cell.tip.is_none();
    let class = [
        column.kind.class(),
        if lead { "lead" } else { "" },
        if lead && wide { "pin" } else { "" },
        if void { "void" } else { "" },
        if cell.tip.is_some() { "hit" } else { "" },
    ]
    .into_iter()
    .filter(|it| !it.is_empty())
    .collect::<Vec<_>>()
    .join(" ");
    html! {
        td class=(class) data-label=(column.title) {
            span.v.clip[column.kind == ColumnKind::Long] {
                @if !void { (cell.shown) }
                @else if column.kind != ColumnKind::Acts { span.none { "—" } }
                @if let Some(tip) = &cell.tip { span.tip { (tip) } }
            }
        }
    }
}

fn sort_icon(sorted: Option<Order>) -> Icon {
    match sorted {
        Some(Order::Rising) => Icon::Up,
        Some(Order::Falling) => Icon::Down,
        None => Icon::Sort,
    }
}

fn spoken_order(order: Order) -> &'static str {
    match order {
        Order::Rising => "ascending",
        Order::Falling => "descending",
    }
}

/// What can be done with chosen rows; with script it appears once rows are chosen, with their number. `all` offers
/// what lies beyond the page too.
pub fn batch_bar(all: Option<&str>, acts: &[Button]) -> Markup {
    html! {
        div.batch role="group" aria-label="批量办理" aria-live="polite" {
            span { "已选 " b data-count { "0" } " 项" }
            @if let Some(words) = all {
                label.every { input type="checkbox" name="_all" value="1"; (words) }
            }
            @for act in acts { (act.clone().tiny()) }
        }
    }
}

/// Words cut with an ellipsis that can be read in full on pointing.
pub fn cut(words: &str, href: &str) -> Markup {
    html! { a href=(href) title=(words) { (words) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(cells: Vec<Cell>) -> Table {
        Table {
            caption: "任务".into(),
            columns: vec![
                Column::new("编号", ColumnKind::Chip),
                Column::new("进度", ColumnKind::Number).sorting("?sort=p", Some(Order::Falling)),
            ],
            rows: vec![Row { cells, ..Row::default() }],
            choose: None,
            wide: false,
        }
    }

    #[test]
    fn a_table_too_wide_for_the_page_scrolls_in_its_own_frame() {
        let column = || Column::new("责任单位和配合单位", ColumnKind::Text);
        let wide = Table { columns: std::iter::repeat_with(column).take(12).collect(), ..small(vec![]) };
        assert!(table(&wide).into_string().starts_with(r#"<div class="scroll tall""#));
        assert!(table(&small(vec![])).into_string().starts_with(r#"<div class="fit""#));
    }

    #[test]
    fn a_missing_cell_shows_a_dash() {
        let shown = table(&small(vec![Cell::link("任〔2026〕7号", "/r/7")])).into_string();
        assert!(shown.contains(r#"data-label="进度"><span class="v"><span class="none">—"#), "{shown}");
    }

    #[test]
    fn a_sorted_column_says_so_to_a_screen_reader() {
        let shown = table(&small(vec![])).into_string();
        assert!(shown.contains(r#"aria-sort="descending""#), "{shown}");
    }

    #[test]
    fn hostile_words_are_escaped() {
        let shown = table(&small(vec![Cell::text("<img src=x onerror=alert(1)>")])).into_string();
        assert!(shown.contains("&lt;img"), "{shown}");
    }
}
