//! Where in a long list are we, and where next?
//! Paging goes by key, so there is a way back and a way on but no page numbers.
//! Never: a count that the caller did not know.

use super::icons::{Icon, icon};
use super::words::whole;
use maud::{Markup, html};

/// The place in a list.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// The first row shown, counted from one, when known.
    pub from: Option<u64>,
    /// How many rows are shown.
    pub shown: u64,
    /// How many there are in all, when known.
    pub total: Option<u64>,
    /// What is counted, such as `项`.
    pub unit: String,
    /// The page before.
    pub previous: Option<String>,
    /// The next page.
    pub next: Option<String>,
}

/// The foot of a table: where we are, what can be done with chosen rows (`batch`), and the way on.
pub fn pager(pager: &Pager, batch: Markup) -> Markup {
    html! {
        div.tfoot {
            span { (place_words(pager)) }
            (batch)
            nav.pager aria-label="翻页" {
                (way("上一页", Icon::Left, pager.previous.as_deref()))
                (way("下一页", Icon::Right, pager.next.as_deref()))
            }
        }
    }
}

fn place_words(pager: &Pager) -> String {
    let unit = &pager.unit;
    let total = pager.total.map(|total| format!("共 {} {unit}", whole(i64::try_from(total).unwrap_or(i64::MAX))));
    let range =
        pager.from.filter(|_| pager.shown > 0).map(|from| format!("第 {from}–{} {unit}", from + pager.shown - 1));
    match (range, total) {
        (Some(range), Some(total)) => format!("{range}，{total}"),
        (Some(range), None) => range,
        (None, Some(total)) => total,
        (None, None) => format!("本页 {} {unit}", pager.shown),
    }
}

fn way(label: &str, picture: Icon, href: Option<&str>) -> Markup {
    html! {
        @match href {
            Some(href) => a.btn.tiny href=(href) { (icon(picture)) (label) },
            None => span.btn.tiny aria-disabled="true" { (icon(picture)) (label) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_said_as_far_as_it_is_known() {
        let full = Pager { from: Some(51), shown: 50, total: Some(12_345), unit: "项".into(), ..Pager::default() };
        assert_eq!(place_words(&full), "第 51–100 项，共 12,345 项");
        assert_eq!(place_words(&Pager { shown: 3, unit: "项".into(), ..Pager::default() }), "本页 3 项");
        assert_eq!(
            place_words(&Pager { from: Some(1), total: Some(0), unit: "项".into(), ..Pager::default() }),
            "共 0 项"
        );
    }
}
