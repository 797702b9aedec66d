//! All that waits 待办: for me, or in my units; narrowed by mechanism, unit and due day.
//!
//! Never a step by itself: each line leads to its record.

use app::queries::forms::Choice;
use app::queries::todo::{self, TodoAsk, TodoPage};
use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::desk;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::empty::empty;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::PageHead;
use crate::parts::tabs::{Tab, tabs};
use crate::parts::todo::todos;
use crate::urls;
use crate::visitor::Visitor;

/// What an address asks.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    of: String,
    mechanism: String,
    unit: String,
    when: String,
    after: String,
}

impl Asked {
    /// The question; a unit that is none is not there.
    pub(crate) fn ask(self) -> Result<TodoAsk, Failure> {
        let unit = match self.unit.as_str() {
            "" => None,
            unit => Some(unit.parse().map_err(|_| Failure::not_found())?),
        };
        let Self { of, mechanism, when, after, .. } = self;
        Ok(TodoAsk { of_units: of == "units", mechanism, unit, when, after })
    }
}

/// `GET /todo?of=&mechanism=&unit=&when=&after=`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let page = todo::todo(&visitor.ctx, &asked.ask()?).await?;
    let remark = if page.asked.of_units {
        "本单位和下级单位里，等人办的"
    } else {
        "等你办的，时限近的在前"
    };
    let head = PageHead { title: "待办".to_owned(), remark: remark.to_owned(), ..PageHead::default() };
    visitor.page(Place::Desk, &head, content(&page)).await
}

fn address(ask: &TodoAsk) -> String {
    let unit = ask.unit.map(|unit| unit.to_string()).unwrap_or_default();
    let pairs = [
        ("of", if ask.of_units { "units" } else { "" }),
        ("mechanism", ask.mechanism.as_str()),
        ("unit", &unit),
        ("when", &ask.when),
        ("after", &ask.after),
    ];
    urls::with(urls::TODO, &pairs)
}

fn content(page: &TodoPage) -> Markup {
    let first = TodoAsk { after: String::new(), ..page.asked.clone() };
    let tab = |label: &str, of_units: bool| Tab {
        label: label.to_owned(),
        href: address(&TodoAsk { of_units, ..first.clone() }),
        current: page.asked.of_units == of_units,
        ..Tab::default()
    };
    let lines: Vec<_> = page.lines.iter().map(|line| desk::row(line, !page.asked.of_units)).collect();
    let next = page.next.as_ref().map(|after| address(&TodoAsk { after: after.clone(), ..first.clone() }));
    let pages = Pager {
        shown: lines.len() as u64,
        unit: "件".to_owned(),
        previous: (!page.asked.after.is_empty()).then(|| address(&first)),
        next,
        ..Pager::default()
    };
    html! {
        section.card #todo data-live="" {
            (tabs("谁的待办", &[tab("我的", false), tab("本单位的", true)], html! {}))
            (bar(page))
            @if lines.is_empty() { (none(page)) } @else { (todos(&lines)) }
            (pager(&pages, html! {}))
        }
    }
}

fn none(page: &TodoPage) -> Markup {
    let ask = &page.asked;
    if ask.mechanism.is_empty() && ask.unit.is_none() && ask.when.is_empty() {
        return empty(Icon::Check, "现在没有待办的事", "轮到的时候，事项会按时限列在这里。", &[]);
    }
    let all = address(&TodoAsk { of_units: ask.of_units, ..TodoAsk::default() });
    empty(Icon::Check, "这样筛选没有待办的事", "可以换一个机制、单位或者时限。", &[Button::link("清除筛选", all)])
}

fn bar(page: &TodoPage) -> Markup {
    let ask = &page.asked;
    let choice = |it: &Choice| FilterChoice { value: it.id.clone(), label: it.name.clone() };
    let one = |name: &str, all: &str, choices: Vec<FilterChoice>, chosen: String| FilterControl::Choice {
        name: name.to_owned(),
        all: all.to_owned(),
        searched: choices.len() > 12,
        choices,
        chosen,
    };
    let days = [("late", "已逾期"), ("soon", "七日内到期"), ("never", "没有时限")];
    let days = days.map(|(value, label)| FilterChoice { value: value.to_owned(), label: label.to_owned() });
    let mechanisms = page.mechanisms.iter().map(choice).collect();
    let units = page.units.iter().map(choice).collect();
    let unit = ask.unit.map(|unit| unit.to_string()).unwrap_or_default();
    let filter = |label: &str, control| Filter { label: label.to_owned(), control };
    let is_narrow = !(ask.mechanism.is_empty() && ask.unit.is_none() && ask.when.is_empty());
    filter_bar(&FilterBar {
        action: urls::TODO.to_owned(),
        keep: ask.of_units.then(|| ("of".to_owned(), "units".to_owned())).into_iter().collect(),
        filters: vec![
            filter("机制", one("mechanism", "全部机制", mechanisms, ask.mechanism.clone())),
            filter("单位", one("unit", "全部单位", units, unit)),
            filter("时限", one("when", "不限", days.to_vec(), ask.when.clone())),
        ],
        clear_href: is_narrow.then(|| address(&TodoAsk { of_units: ask.of_units, ..TodoAsk::default() })),
        more: None,
    })
}
