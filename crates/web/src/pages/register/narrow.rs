//! How is a register narrowed? Tabs, shapes, filters, saved views; the same above the list, the board and the calendar.

use app::queries::offerings::Offered as Shared;
use app::queries::register::{Filter as Offered, Register, RegisterAsk};
use maud::{Markup, html};

use super::address::Address;
use super::list::clear;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, chips, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::shell::Anchor;
use crate::parts::tabs::{self, Tab, View};
use crate::urls;

/// In which shape the register is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Rows.
    List,
    /// Columns by state.
    Board,
    /// A month.
    Month,
}

impl Shape {
    /// The address of the register in this shape.
    pub(super) fn path(self, mechanism: &str) -> String {
        match self {
            Self::List => urls::register(mechanism),
            Self::Board => urls::of_register(mechanism, "board"),
            Self::Month => urls::of_register(mechanism, "calendar"),
        }
    }
}

/// The tabs, with the shapes at the right.
pub(super) fn tabs(register: &Register, address: &Address, shape: Shape) -> Markup {
    let path = urls::register(&register.mechanism);
    let tab = |tab: &app::queries::register::Tab| Tab {
        label: tab.name.clone(),
        count: tab.count.map(words::count),
        href: Address::asking(&path, |ask| go_to_tab(ask, &tab.id), &address.ask),
        current: tab.is_on && shape == Shape::List,
        hot: tab.id == "late",
    };
    let list: Vec<Tab> = register.tabs.iter().map(tab).collect();
    tabs::tabs("分类", &list, shapes(register, address, shape))
}

fn go_to_tab(ask: &mut RegisterAsk, tab: &str) {
    tab.clone_into(&mut ask.tab);
    (ask.figure, ask.period) = (String::new(), String::new());
    (ask.part, ask.slice, ask.who) = (String::new(), String::new(), String::new());
}

fn shapes(register: &Register, address: &Address, shape: Shape) -> Markup {
    let view = |label: &str, icon, it: Shape| View {
        label: label.to_owned(),
        icon,
        href: address.first(&it.path(&register.mechanism)),
        current: it == shape,
    };
    let mut list = vec![view("列表", Icon::List, Shape::List)];
    if register.has_board {
        list.push(view("看板", Icon::Board, Shape::Board));
    }
    if register.has_calendar {
        list.push(view("日历", Icon::Calendar, Shape::Month));
    }
    html! { @if list.len() > 1 { (tabs::views(&list)) } }
}

/// The filters, what is on now, and the saved views.
pub(super) fn filters(register: &Register, address: &Address, shape: Shape) -> Markup {
    let path = shape.path(&register.mechanism);
    let ask = &address.ask;
    let keep = [
        ("tab", &ask.tab),
        ("sort", &ask.sort),
        ("figure", &ask.figure),
        ("period", &ask.period),
        ("part", &ask.part),
        ("slice", &ask.slice),
        ("who", &ask.who),
        ("month", &address.month),
    ];
    let is_state = register.filters.iter().any(|filter| filter.id == "state" && !filter.chosen.is_empty());
    let keep = keep.into_iter().filter(|(name, text)| !(text.is_empty() || is_state && *name == "tab"));
    let mut list: Vec<Filter> =
        register.filters.iter().filter(|it| shape == Shape::List || it.id != "state").map(offered).collect();
    list.push(Filter {
        label: "时限".to_owned(),
        control: FilterControl::Days {
            names: ("due_from".to_owned(), "due_until".to_owned()),
            chosen: (ask.due_from.clone(), ask.due_until.clone()),
        },
    });
    list.push(Filter {
        label: "关键词".to_owned(),
        control: FilterControl::Words {
            name: "q".to_owned(), hint: "名称、编号".to_owned(), typed: ask.words.clone()
        },
    });
    let bar = FilterBar {
        action: path.clone(),
        keep: keep.map(|(name, text)| (name.to_owned(), text.clone())).collect(),
        filters: list,
        clear_href: None,
        more: None,
    };
    html! {
        (filter_bar(&bar))
        (chips("已筛选", &on(register, address, &path)))
        @if shape == Shape::List { (views(register, address)) }
    }
}

fn offered(filter: &Offered) -> Filter {
    let choice = |it: &app::queries::forms::Choice| FilterChoice { value: it.id.clone(), label: it.name.clone() };
    Filter {
        label: filter.name.clone(),
        control: FilterControl::Choice {
            name: filter.id.clone(),
            all: "全部".to_owned(),
            choices: filter.choices.iter().map(choice).collect(),
            chosen: filter.chosen.clone(),
            searched: filter.choices.len() > 12,
        },
    }
}

/// What narrows the list now, each with the address that takes it off.
fn on(register: &Register, address: &Address, path: &str) -> Vec<Anchor> {
    let ask = &address.ask;
    let without = |label: String, change: &dyn Fn(&mut RegisterAsk)| {
        Anchor::new(label, Address::asking(path, |ask| change(ask), ask))
    };
    let mut list = Vec::new();
    for filter in register.filters.iter().filter(|filter| !filter.chosen.is_empty() && filter.id != "state") {
        let name = filter.choices.iter().find(|choice| choice.id == filter.chosen).map_or("", |choice| &choice.name);
        let label = format!("{}：{name}", filter.name);
        match filter.id.strip_prefix("f.") {
            Some(field) => list.push(without(label, &|ask| ask.fields.retain(|(id, _)| *id != field))),
            None => list.push(without(label, &|ask| ask.unit = None)),
        }
    }
    if !ask.due_from.is_empty() || !ask.due_until.is_empty() {
        let label = format!("时限：{} 至 {}", ask.due_from, ask.due_until);
        list.push(without(label, &|ask| (ask.due_from, ask.due_until) = (String::new(), String::new())));
    }
    if !ask.words.is_empty() {
        list.push(without(format!("关键词：{}", ask.words), &|ask| ask.words = String::new()));
    }
    if list.len() > 1 {
        list.push(without("全部清除".to_owned(), &clear));
    }
    list
}

/// A view that is offered: whose it is, and what one may do with it.
fn shared(register: &Register, it: &Shared, ask: &RegisterAsk) -> Markup {
    let there = Address::asking(&urls::register(&register.mechanism), |_| {}, ask);
    html! {
        span.chip {
            a href=(there) title={ "分享给" (it.to) } { (it.name) "（" (it.owner) "分享）" }
            @if it.is_own {
                form method="post" action=(urls::offering(it.id, "removal")) {
                    (Button::submit("不再分享").tiny().confirm(format!("不再分享视图“{}”？", it.name)))
                }
            } @else {
                form method="post" action=(urls::of_register(&register.mechanism, "views")) {
                    @for (name, text) in (Address { ask: ask.clone(), ..Address::default() }).pairs() { input type="hidden" name=(name) value=(text); }
                    input type="hidden" name="name" value=(it.name);
                    (Button::submit("存为我的").tiny())
                }
            }
        }
    }
}

/// The person's saved views, and the form that saves what is shown now as one.
fn views(register: &Register, address: &Address) -> Markup {
    let path = urls::of_register(&register.mechanism, "views");
    if register.views.is_empty() && register.offered.is_empty() && address.is_plain() {
        return html! {};
    }
    html! {
        div.chips {
            span.quiet { "我的视图" }
            @for (id, name, ask) in &register.views {
                span.chip {
                    a href=(Address::asking(&urls::register(&register.mechanism), |_| {}, ask)) { (name) }
                    form method="post" action={ (path) "/" (id) "/removal" } {
                        (Button::submit("删除").tiny().confirm(format!("删除视图“{name}”？")))
                    }
                }
            }
            @for (it, ask) in &register.offered { (shared(register, it, ask)) }
            @if !address.is_plain() {
                details.menu {
                    summary.btn.tiny { "存为视图" }
                    div.pane {
                        form method="post" action=(path) {
                            @for (name, text) in address.pairs() { input type="hidden" name=(name) value=(text); }
                            label { "视图名称 " input type="text" name="name" maxlength="40" required; }
                            label { "给谁用 " select name="to" { @for to in &register.offers_to { option value=(to.id) { (to.name) } } } }
                            (Button::submit("保存").tiny())
                        }
                    }
                }
            }
        }
    }
}
