//! The figures 数字: cards by chapter, and each figure's own page; every number is a door to the records behind it.
//!
//! Never counts: the query says what stands in a card and in a cell.

pub(crate) mod known;
pub(crate) mod one;
pub(crate) mod own;
mod own_form;
pub(crate) mod people;
pub(crate) mod pivot;
pub(crate) mod seals;
pub(crate) mod target_book;

use app::commands::added_figures;
use app::queries::figures::{
    self, Asked as Understood, Change as Changed, FigureCard, FiguresAsk, Overview, Part, TargetLine,
};
use app::queries::forms::Choice;
use axum::extract::Query;
use axum::response::Response;
use kernel::target::Standing;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::{self, Change, figure_card};
use crate::parts::empty::empty;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::light::Light;
use crate::parts::shell::{Anchor, PageHead};
use crate::urls;
use crate::visitor::{At, Visitor};

/// What an address asks of figures.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    period: String,
    from: String,
    until: String,
    among: String,
    by: String,
    across: String,
}

impl Asked {
    pub(crate) fn ask(&self) -> Result<FiguresAsk, Failure> {
        let unit = match self.unit.as_str() {
            "" => None,
            unit => Some(unit.parse().map_err(|_| Failure::not_found())?),
        };
        Ok(FiguresAsk {
            unit,
            period: self.period.clone(),
            from: self.from.clone(),
            until: self.until.clone(),
            among: self.among.clone(),
            by: self.by.clone(),
            across: self.across.clone(),
        })
    }
}

/// `GET /figures?unit=&period=`: the figures of every mechanism in reach, by chapter.
pub(crate) async fn all(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let page = figures::overview(&visitor.ctx, &asked.ask()?).await?;
    let (has_seals, may_add) = (figures::has_seals(&visitor.ctx), added_figures::may_add(&visitor.ctx));
    let targets = app::commands::target_book::may_take(&visitor.ctx).is_ok();
    let acts = (has_seals || may_add || targets).then(|| {
        html! {
            @if may_add { (Button::link("自建指标", own::OWN).icon(Icon::Plus)) }
            @if targets { (Button::link("目标", target_book::TARGETS).icon(Icon::Flag)) }
            @if has_seals { (Button::link("数字报送", "/figures/seals").icon(Icon::Lock)) }
        }
    });
    let head = PageHead { title: "数字".to_owned(), remark: remark(&page), acts, ..PageHead::default() };
    visitor.page(Place::Figures, &head, content(&page, "/figures", true)).await
}

/// `GET /m/{mechanism}/figures?unit=&period=`: the figures of one mechanism.
pub(crate) async fn of_mechanism(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = figures::of_mechanism(&visitor.ctx, &mechanism, &asked.ask()?).await?;
    let name = visitor.ctx.catalog().mechanisms.get(mechanism.as_str()).map(|it| it.name.clone()).unwrap_or_default();
    // Who knows the figures only has no register to go back to.
    let above = visitor.ctx.mechanism(&mechanism).map(|_| Anchor::new(&name, urls::register(&mechanism)));
    let head = PageHead {
        crumbs: vec![above.unwrap_or_else(|_| Anchor::new("数字", "/figures")), Anchor::new("数字", "")],
        title: format!("{name}的数字"),
        remark: remark(&page),
        ..PageHead::default()
    };
    let path = urls::of_register(&mechanism, "figures");
    visitor.page(Place::Mechanism(&mechanism), &head, content(&page, &path, false)).await
}

fn remark(page: &Overview) -> String {
    let unit = page.unit.as_ref().map_or("全部", |unit| &unit.name);
    format!("{unit} · {}", page.asked.period.words())
}

fn content(page: &Overview, path: &str, is_all: bool) -> Markup {
    let mechanisms = || page.chapters.iter().flat_map(|(_, own)| own);
    html! {
        div.pile id="figures" data-live {
            section.card { (filters(path, &page.asked, &page.units, &page.periods, Vec::new())) (other_periods(|period| at_period(path, &page.asked, period), &page.asked)) }
            @if mechanisms().next().is_none() {
                section.card { (empty(Icon::Chart, "这里没有你能看的数字", "换一个单位看看；你能看到的机制里定义了数字，才会列在这里。", &[])) }
            }
            @for (chapter, own) in &page.chapters {
                @for one in own {
                    section.chapter {
                        @if is_all { h2 { span.quiet { (chapter) " · " } a href=(address(&urls::of_register(&one.id, "figures"), &page.asked)) { (one.name) } } }
                        (note(&one.cards))
                        div.figs { @for card in &one.cards { (figure_card(&card_of(card, Some(own_page(card, &page.asked))))) } }
                    }
                }
            }
        }
    }
}

/// Where readers see a part only, it says so; what everybody sees is not said.
fn note(cards: &[FigureCard]) -> Markup {
    let parts: Vec<&FigureCard> = cards.iter().filter(|card| matches!(card.part, Part::Units(..))).collect();
    let Some(first) = parts.first() else { return html! {} };
    let same = parts.iter().all(|card| card.part == first.part) && parts.len() == cards.len();
    html! {
        p.quiet.small {
            @if same { "以下数字只含" (figures::part_words(&first.part)) "。" }
            @else { @for card in &parts { (card.name) "只含" (figures::part_words(&card.part)) "。" } }
        }
    }
}

/// An address with what is asked: unit, period, and which units are compared.
pub(crate) fn address(path: &str, asked: &Understood) -> String {
    at_period(path, asked, &asked.period.to_string())
}

pub(super) fn at_period(path: &str, asked: &Understood, period: &str) -> String {
    let unit = asked.unit.map(|id| id.to_string()).unwrap_or_default();
    urls::with(path, &[("unit", &unit), ("period", period), ("among", &asked.among)])
}

/// A figure's own page, for the same unit and period.
pub(crate) fn own_page(card: &FigureCard, asked: &Understood) -> String {
    address(&urls::figure(&card.mechanism, &card.id), asked)
}

/// The filters of a page of figures: unit and period, and any two days.
pub(super) fn filters(
    path: &str,
    asked: &Understood,
    units: &[Choice],
    periods: &[figures::PeriodChoice],
    more: Vec<Filter>,
) -> Markup {
    let unit = asked.unit.map(|id| id.to_string()).unwrap_or_default();
    let units: Vec<FilterChoice> =
        units.iter().map(|it| FilterChoice { value: it.id.clone(), label: it.name.clone() }).collect();
    let periods: Vec<FilterChoice> =
        periods.iter().map(|it| FilterChoice { value: it.value.clone(), label: it.words.clone() }).collect();
    let (first, periods) = match periods.split_first() {
        Some((first, _)) if first.value == asked.period.to_string() => (first.label.clone(), periods),
        _ => ("本年累计".to_owned(), periods),
    };
    let choice = |name: &str, all: String, choices: Vec<FilterChoice>, chosen: String| FilterControl::Choice {
        name: name.to_owned(),
        all,
        searched: choices.len() > 12,
        choices,
        chosen,
    };
    let mut filters = vec![
        Filter { label: "单位".to_owned(), control: choice("unit", "全部单位".to_owned(), units, unit) },
        Filter { label: "期间".to_owned(), control: choice("period", first, periods, asked.period.to_string()) },
        Filter {
            label: "或起止日".to_owned(),
            control: FilterControl::Days {
                names: ("from".to_owned(), "until".to_owned()),
                chosen: (String::new(), String::new()),
            },
        },
    ];
    filters.extend(more);
    let narrowed = asked.unit.is_some() || !asked.among.is_empty();
    filter_bar(&FilterBar {
        action: path.to_owned(),
        keep: Vec::new(),
        filters,
        clear_href: narrowed.then(|| path.to_owned()),
        more: None,
    })
}

/// The period before, the same of the year before, the period after; and the periods that are looked at most.
pub(super) fn other_periods(at: impl Fn(&str) -> String, asked: &Understood) -> Markup {
    let period = asked.period;
    let others = [("上期", period.before()), ("上年同期", period.year_before()), ("下期", period.after())];
    html! {
        div.pad.small.seek.periods {
            b { (period.words()) }
            @for (name, other) in others {
                @if let Some(other) = other {
                    a href=(at(&other.to_string())) title=(other.words()) { (name) }
                }
            }
            @if let Some(day) = asked.not_yet { b { "这个单位" (day) "才设立，这个期间还没有它；请选以后的期间。" } }
            @if let Some(day) = asked.no_more { b { "这个单位" (day) "已经撤销，这个期间没有它了；请选以前的期间。" } }
            span.more {
                @for (name, other) in &asked.quick {
                    @if *other == period { b aria-current="true" { (name) } }
                    @else { a href=(at(&other.to_string())) title=(other.words()) { (name) } }
                }
            }
        }
    }
}

/// The records behind a number of a figure; the people, where it counts people.
pub(super) fn behind((mechanism, figure): (&str, &str), is_people: bool, pairs: &[(&str, &str)]) -> String {
    if is_people {
        return urls::with(&format!("{}/people", urls::figure(mechanism, figure)), pairs);
    }
    let all: Vec<(&str, &str)> =
        [("tab", "all"), ("figure", figure)].into_iter().chain(pairs.iter().copied()).collect();
    urls::with(&urls::register(mechanism), &all)
}

/// A figure as a card; its value leads to `href`.
pub(crate) fn card_of(one: &FigureCard, href: Option<String>) -> cards::FigureCard {
    // A ratio over nothing and a mean of nothing have no value: a dash and why, without a unit.
    let is_none = one.value == "—";
    let parts = match one.parts {
        _ if one.remaking.is_some() => remaking_words(one),
        _ if is_none => "还没有可计算的事项".to_owned(),
        _ if one.few.is_some() => figures::few_words(one.few.unwrap_or_default(), &one.unit),
        Some((part, whole)) => format!("（{part} / {whole}）"),
        None => String::new(),
    };
    // Whether more is better is not for the program to say: the change stands there without a colour.
    let mut changes = one.changes.iter().map(|change| (change.against, change_words(change)));
    let change = changes.next().map(|(against, by)| (against.to_owned(), by, Change::Level));
    let more: Vec<String> = changes.map(|(against, by)| format!("{against} {by}")).collect();
    cards::FigureCard {
        label: one.name.clone(),
        value: if is_none { String::new() } else { one.value.clone() },
        unit: if is_none { String::new() } else { one.unit.clone() },
        href,
        change,
        remark: [parts, more.join(" "), added_words(one)]
            .iter()
            .filter(|it| !it.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" "),
        light: one.target.as_ref().and_then(|line| Some((tone(line.standing?), target_words(line)))),
        trend: one.course.iter().filter_map(|value| *value).collect(),
    }
}

/// Who added it, where the site did.
fn added_words(one: &FigureCard) -> String {
    one.added.as_ref().map(|mark| format!("自建：{} {}", mark.by, mark.at)).unwrap_or_default()
}

/// What is said of a figure that is being made anew.
fn remaking_words(one: &FigureCard) -> String {
    let Some(it) = &one.remaking else { return String::new() };
    let how_far = it.progress.map_or_else(|| "稍后开始".to_owned(), |(done, total)| format!("{done}/{total}件"));
    let shown = if it.shows_before { "，算完前是原来的数" } else { "" };
    format!("算法有改动，正在重算（{how_far}）{shown}")
}

/// The light of a target.
pub(super) fn tone(standing: Standing) -> Light {
    match standing {
        Standing::Met => Light::Green,
        Standing::Underway => Light::Amber,
        Standing::Missed => Light::Red,
    }
}

/// How a figure stands to its target, in words: a light is never read by its colour alone.
pub(super) fn target_words(line: &TargetLine) -> String {
    let words = match line.standing {
        Some(Standing::Met) => "达标",
        Some(Standing::Underway) => "未到目标",
        Some(Standing::Missed) => "未达标",
        None => "目标",
    };
    format!("{words}（{}）", line.target.words())
}

/// `+3（+12.5%）`, `持平`.
pub(super) fn change_words(change: &Changed) -> String {
    if change.by == "0" {
        return "持平".to_owned();
    }
    let sign = |text: &str| text.replace('-', "−");
    match &change.percent {
        Some(percent) => format!("{}（{}）", sign(&change.by), sign(percent)),
        None => sign(&change.by),
    }
}
