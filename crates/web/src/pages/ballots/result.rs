//! What a voting came to: by class and in all, with the words that were said.
//!
//! Never a class that is too small, and never a word before there are enough.

use app::queries::ballots::BallotPage;
use kernel::kinds::ballot::Item;
use kernel::kinds::ballot::tally::{Answered, Group, Tally};
use maud::{Markup, html};

use crate::parts::cards::card;
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};

/// Hundredths as they are read.
fn hundredths(number: Option<i64>) -> String {
    number.map_or_else(|| "—".to_owned(), |it| format!("{}.{:02}", it / 100, it % 100))
}

/// The result as cards.
pub(super) fn cards(page: &BallotPage, tally: &Tally) -> Markup {
    html! {
        (card("测评结果", html! { "收回 " (tally.cast) " 票，有效 " (tally.valid) " 票" }, overview(page, tally)))
        @if tally.shown {
            @for (at, item) in page.voting.items.iter().enumerate() { (card(&item.name, html! { "按类别" }, by_class(page, tally, at, item))) }
            (comments(tally))
        }
    }
}

fn overview(page: &BallotPage, tally: &Tally) -> Markup {
    if !tally.quorum {
        let share = page.voting.quorum.map(|share| share.words()).unwrap_or_default();
        let words = format!("应投 {} 票，收回 {} 票，没有{share}。", tally.entitled, tally.cast);
        return notice(Tone::Warn, "收回的票不够，投票无效", html! { (words) });
    }
    if !tally.shown {
        let words =
            format!("有效票只有 {} 张，不到 {} 张，为了不暴露个人的选择，不显示结果。", tally.valid, page.voting.least);
        return notice(Tone::Warn, "票太少，不显示结果", html! { (words) });
    }
    let items = &page.voting.items;
    let mut columns = vec![Column::new("对象", ColumnKind::Text)];
    columns.extend(items.iter().map(|it| Column::new(&it.name, ColumnKind::Number)));
    let has_scores = items.iter().any(Item::has_points);
    if has_scores {
        columns.push(Column::new("得分", ColumnKind::Number));
    }
    let row = |standing: &kernel::kinds::ballot::tally::Standing| {
        let mut cells = vec![Cell::text(&standing.name)];
        cells.extend(standing.items.iter().map(|it| Cell::shown(in_all(it))));
        if has_scores {
            cells.push(Cell::text(&hundredths(standing.score)));
        }
        Row { key: standing.name.clone(), cells, ..Row::default() }
    };
    let rows = tally.standings.iter().map(row).collect();
    table(&Table { caption: "总的结果".to_owned(), columns, rows, choose: None, wide: false })
}

fn in_all(answered: &Answered) -> Markup {
    html! {
        (hundredths(answered.total))
        @match answered.passed {
            Some(true) => { " " (light(Light::Green, "通过")) }
            Some(false) => { " " (light(Light::Red, "未通过")) }
            None => {}
        }
    }
}

fn group_name(page: &BallotPage, group: &Group) -> String {
    let names = group.classes.iter().filter_map(|at| page.voting.classes.get(*at)).map(|it| it.name.as_str());
    format!("{}（{}%，{}票）", names.collect::<Vec<_>>().join("、"), group.weight, group.cast)
}

fn by_class(page: &BallotPage, tally: &Tally, at: usize, item: &Item) -> Markup {
    let mut columns = vec![Column::new("对象", ColumnKind::Text), Column::new("类别", ColumnKind::Text)];
    match item.scores() {
        true => columns.push(Column::new("打分人数", ColumnKind::Number)),
        false => columns.extend(item.choices.iter().map(|it| Column::new(&it.name, ColumnKind::Number))),
    }
    columns.push(Column::new("弃权", ColumnKind::Number));
    if item.has_points() {
        columns.push(Column::new("平均分", ColumnKind::Number));
    }
    let mut rows = Vec::new();
    for standing in &tally.standings {
        let Some(answered) = standing.items.get(at) else { continue };
        for ((group, cell), mean) in tally.groups.iter().zip(&answered.cells).zip(&answered.means) {
            let given: i64 = if item.scores() { cell[0] } else { cell.iter().sum() };
            let mut cells = vec![Cell::text(&standing.name), Cell::text(&group_name(page, group))];
            match item.scores() {
                true => cells.push(Cell::text(&cell[0].to_string())),
                false => cells.extend(cell.iter().map(|it| Cell::text(&it.to_string()))),
            }
            cells.push(Cell::text(&(group.valid - given).to_string()));
            if item.has_points() {
                cells.push(Cell::text(&hundredths(*mean)));
            }
            rows.push(Row { key: format!("{} {:?}", standing.name, group.classes), cells, ..Row::default() });
        }
    }
    table(&Table { caption: format!("{}，按类别", item.name), columns, rows, choose: None, wide: true })
}

fn comments(tally: &Tally) -> Markup {
    let said: Vec<_> = tally.standings.iter().filter(|it| !it.comments.is_empty()).collect();
    if said.is_empty() {
        return html! {};
    }
    let body = html! {
        @for standing in said {
            p { b { (standing.name) } }
            ul.plain { @for words in &standing.comments { li { (words) } } }
        }
        p.hint { "意见不分类别，按文字排序，和投票的先后无关。" }
    };
    html! { div.lead { (card("意见", html! {}, body)) } }
}
