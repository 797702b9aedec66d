//! What is shown of a list, and how does a person narrow it?
//! A GET form whose answer is the same page; with script it answers while the person chooses.
//! Never: a POST.

use super::icons::{Icon, icon};
use super::shell::Anchor;
use maud::{Markup, html};

/// One choice of a filter.
#[derive(Debug, Clone)]
pub struct FilterChoice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// How one filter is set.
#[derive(Debug, Clone)]
pub enum FilterControl {
    /// One of a list; `all` is the label of no choice.
    Choice {
        /// What is sent as.
        name: String,
        /// The label of no choice, such as `全部 31 个单位`.
        all: String,
        /// The list.
        choices: Vec<FilterChoice>,
        /// What is chosen; empty for all.
        chosen: String,
        /// Whether the list is long enough to be searched by name and pinyin.
        searched: bool,
    },
    /// Two days, each may be empty (`2026-03-05`).
    Days {
        /// Names of the first and the last day.
        names: (String, String),
        /// The days chosen.
        chosen: (String, String),
    },
    /// One day, or none.
    Day {
        /// What is sent as.
        name: String,
        /// The day chosen.
        chosen: String,
    },
    /// Free words.
    Words {
        /// What is sent as.
        name: String,
        /// What can be searched, shown while empty.
        hint: String,
        /// What was typed.
        typed: String,
    },
    /// Yes or all.
    Flag {
        /// What is sent as.
        name: String,
        /// Whether it is on.
        on: bool,
    },
}

/// One filter with its label.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The label.
    pub label: String,
    /// The control.
    pub control: FilterControl,
}

/// The filter bar.
#[derive(Debug, Clone, Default)]
pub struct FilterBar {
    /// Where the form leads: the page itself.
    pub action: String,
    /// What else must stay in the address: tab, sort, view.
    pub keep: Vec<(String, String)>,
    /// The filters.
    pub filters: Vec<Filter>,
    /// Where all filters are off; `None` when none is on.
    pub clear_href: Option<String>,
    /// Things at the right: saved views, columns.
    pub more: Option<Markup>,
}

/// The filter bar as a form.
pub fn filter_bar(bar: &FilterBar) -> Markup {
    html! {
        details.sift { summary { (icon(Icon::Filter)) "筛选条件" } }
        form.filters method="get" action=(bar.action) role="search" aria-label="筛选" {
            @for (name, value) in &bar.keep { input type="hidden" name=(name) value=(value); }
            @for filter in &bar.filters { (one(filter)) }
            button.btn.tiny type="submit" { (icon(Icon::Filter)) "筛选" }
            @if let Some(href) = &bar.clear_href { a href=(href) { "清除" } }
            @if let Some(more) = &bar.more { span.more { (more) } }
        }
    }
}

fn one(filter: &Filter) -> Markup {
    let label = &filter.label;
    match &filter.control {
        FilterControl::Choice { name, all, choices, chosen, searched } => html! {
            label {
                (label)
                select name=(name) data-pick=[searched.then_some(all.as_str())] {
                    option value="" { (all) }
                    @for choice in choices { option value=(choice.value) selected[choice.value == *chosen] { (choice.label) } }
                }
            }
        },
        FilterControl::Days { names, chosen } => html! {
            span.pair role="group" aria-label=(label) {
                span { (label) }
                input type="date" name=(names.0) value=(chosen.0) aria-label={ (label) "自" };
                span { "至" }
                input type="date" name=(names.1) value=(chosen.1) aria-label={ (label) "至" };
            }
        },
        FilterControl::Day { name, chosen } => html! {
            label { span { (label) } input type="date" name=(name) value=(chosen); }
        },
        FilterControl::Words { name, hint, typed } => html! {
            label.word { span.vh { (label) } input type="search" name=(name) value=(typed) placeholder=(hint); }
        },
        FilterControl::Flag { name, on } => html! {
            label.flag { input type="checkbox" name=(name) value="1" checked[*on]; (label) }
        },
    }
}

/// Which columns are shown: boxes in a menu of the filter bar, sent with the filters as `col`.
///
/// `columns` holds name, title and whether it is shown. Put it into [`FilterBar::more`].
pub fn column_choice(columns: &[(String, String, bool)]) -> Markup {
    html! {
        details.menu {
            summary.btn { (icon(Icon::Columns)) "列" }
            div {
                div.pane {
                    @for (name, title, shown) in columns {
                        label { input type="checkbox" name="col" value=(name) checked[*shown]; (title) }
                    }
                    button.btn.tiny type="submit" { "显示这些列" }
                }
            }
        }
    }
}

/// What is filtered now, each with the link that takes it off.
pub fn chips(label: &str, on: &[Anchor]) -> Markup {
    html! {
        @if !on.is_empty() {
            div.chips {
                span.quiet { (label) }
                @for chip in on { a.chip href=(chip.href) title={ "去掉 " (chip.label) } { (chip.label) (icon(Icon::Cross)) } }
            }
        }
    }
}
