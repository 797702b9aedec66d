//! A figure's own page: its value and what it was before, its words and formula, its course, units by step, ranking.

use app::commands::added_figures;
use app::commands::targets::{self, TargetForm};
use app::queries::charts;
use app::queries::figures::{self, FigureCell, FigurePage, FigureRow, Form, MadeOf, Part, TargetLine};
use app::queries::forms::{Choice, Control as Asking};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::{TargetId, UnitId};
use maud::{Markup, html};

use super::{Asked, address, card_of, change_words, filters, other_periods, target_words, tone};
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::controls::{self, Back};
use crate::pages::shell::Place;
use crate::pages::words as words_of;
use crate::parts::buttons::Button;
use crate::parts::cards::{card, figure_card, plain_card};
use crate::parts::empty::{empty, nothing_yet};
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field, fields};
use crate::parts::filters::{Filter, FilterChoice, FilterControl};
use crate::parts::heat::{HeatCell, HeatRow, Tint, heat};
use crate::parts::icons::Icon;
use crate::parts::light::light;
use crate::parts::raw::svg;
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /m/{mechanism}/figures/{figure}?unit=&period=&among=`.
pub(crate) async fn show(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    own_page(&visitor, (&mechanism, &figure), &asked, (StatusCode::OK, html! {}), &TargetForm::default(), &[]).await
}

async fn own_page(
    visitor: &Visitor,
    (mechanism, figure): (&str, &str),
    asked: &Asked,
    (status, said): (StatusCode, Markup),
    form: &TargetForm,
    faults: &[Said],
) -> Result<Response, Failure> {
    let page = figures::figure_page(&visitor.ctx, mechanism, figure, &asked.ask()?).await?;
    let base = page.asked.unit.or_else(|| visitor.ctx.tree.units().first().map(|root| root.id));
    let path = urls::figure(&page.mechanism, &page.card.id);
    let head = PageHead {
        crumbs: vec![
            Anchor::new("数字", "/figures"),
            Anchor::new(&page.mechanism_name, address(&urls::of_register(&page.mechanism, "figures"), &page.asked)),
            Anchor::new(&page.card.name, ""),
        ],
        title: page.card.name.clone(),
        remark: format!("{} · {}", page.unit_words, page.asked.period.words()),
        lights: None,
        acts: Some(takings(&page, added_figures::may_add(&visitor.ctx))),
    };
    let content = html! {
        (said)
        div.pile id="figure" data-live {
            section.card {
                (filters(&path, &page.asked, &page.units, &page.periods, vec![among(&page)]))
                (other_periods(|period| super::at_period(&path, &page.asked, period), &page.asked))
            }
            div.grid {
                div.c4.pile { (value(&page)) (made_of(&page)) (card("口径", html! { "定义版本 " (page.version) }, words(&page))) }
                div.c8.pile { (course(&page)) (ranking(&page)) }
            }
            (units(&page, base))
            (targets(&page, form, faults))
            (then(&page))
        }
    };
    visitor.page_as(status, Place::Mechanism(&page.mechanism), &head, content).await
}

/// `POST /m/{mechanism}/figures/{figure}/targets`: what a unit is to reach.
pub(crate) async fn set_target(
    visitor: Visitor,
    At((mechanism, figure)): At<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let unit = sent.text("unit").parse().map_err(|_| Failure::not_found())?;
    let text = |name: &str| sent.text(name).to_owned();
    let form = TargetForm { bound: text("bound"), value: text("value"), basis: text("basis") };
    let (name, period) = (format!("{mechanism}.{figure}"), text("period"));
    match targets::set(&visitor.ctx, &name, unit, &period, &form).await {
        Ok(()) => Ok(answer::see(&of_unit(&urls::figure(&mechanism, &figure), unit, &period))),
        Err(app::Error::Refused(refusals)) => {
            let said: Vec<Said> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let period = Some(period).filter(|text| figures::period(text).is_ok()).unwrap_or_default();
            let asked = Asked { unit: unit.to_string(), period, ..Asked::default() };
            let told = (error::status_of(&refusals), words_of::refused(&said));
            own_page(&visitor, (&mechanism, &figure), &asked, told, &form, &said).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /figures/targets/{target}/end`.
pub(crate) async fn end_target(visitor: Visitor, At(id): At<TargetId>) -> Result<Response, Failure> {
    match targets::end(&visitor.ctx, id).await {
        Ok(row) => {
            let (mechanism, figure) = row.figure.as_str().split_once('.').unwrap_or_default();
            Ok(answer::see(&of_unit(&urls::figure(mechanism, figure), row.unit, &row.period)))
        }
        Err(other) => Err(other.into()),
    }
}

fn of_unit(path: &str, unit: UnitId, period: &str) -> String {
    urls::with(path, &[("unit", &unit.to_string()), ("period", period)])
}

/// The way to what was known on a past day; for who knows the figure of the whole unit.
fn then(page: &FigurePage) -> Markup {
    if !page.sees || !matches!(page.card.part, Part::Whole(_)) {
        return html! {};
    }
    let unit = page.asked.unit.map(|id| id.to_string()).unwrap_or_default();
    let day = Control::Day { value: String::new(), min: None, max: None };
    card(
        "当时所知",
        html! { "按日志还原" },
        html! {
            form.seek method="get" action={ (urls::figure(&page.mechanism, &page.card.id)) "/known" } {
                input type="hidden" name="unit" value=(unit);
                input type="hidden" name="period" value=(page.asked.period);
                (field(&Field { required: true, ..Field::new("known", "截至哪天所知", day) }))
                div.send { (Button::submit("还原当时的数字")) }
            }
        },
    )
}

/// What is to be reached, and the form to say so.
fn targets(page: &FigurePage, form: &TargetForm, faults: &[Said]) -> Markup {
    if page.targets.is_empty() && page.may_set.is_none() {
        return html! {};
    }
    let row = |(unit, value, line): &(String, String, TargetLine)| {
        let act = html! {
            @if page.may_set == Some(line.unit) {
                form method="post" action={ "/figures/targets/" (line.id) "/end" } {
                    (Button::submit("取消").tiny().confirm("取消这个目标，确定吗？"))
                }
            }
        };
        let standing = line.standing.map(|standing| light(tone(standing), &target_words(line)));
        Row {
            cells: vec![
                Cell::text(unit),
                Cell::text(&line.target.period.words()),
                Cell::text(value),
                Cell::shown(standing.unwrap_or_else(|| html! { (line.target.words()) })),
                Cell::text(&line.basis),
                Cell::text(&line.by),
                Cell::shown(act),
            ],
            ..Row::default()
        }
    };
    let column = |(name, kind)| Column::new(name, kind);
    let columns = [
        ("单位", ColumnKind::Text),
        ("期间", ColumnKind::Text),
        ("现在", ColumnKind::Number),
        ("目标", ColumnKind::Chip),
        ("依据", ColumnKind::Text),
        ("下达", ColumnKind::Text),
        ("办理", ColumnKind::Text),
    ];
    let rows: Vec<Row> = page.targets.iter().map(row).collect();
    let list = Table {
        caption: "目标".to_owned(),
        columns: columns.into_iter().map(column).collect(),
        rows,
        choose: None,
        wide: false,
    };
    card(
        "目标",
        html! { (page.asked.period.words()) },
        html! {
            @if page.targets.is_empty() { (nothing_yet("这个期间还没有下达目标。")) } @else { (table(&list)) }
            @if let Some(unit) = page.may_set { (target_form(page, unit, form, faults)) }
        },
    )
}

fn target_form(page: &FigurePage, unit: UnitId, form: &TargetForm, faults: &[Said]) -> Markup {
    let one = |id: &str, name: &str, control: Asking, typed: &str, help: Option<&str>| {
        controls::required(id, name, control, typed, help, faults)
    };
    let choice =
        |id: &str, name: &str| Choice { id: id.to_owned(), name: name.to_owned(), pinyin: String::new(), group: None };
    let bound = if form.bound.is_empty() { "least" } else { &form.bound };
    let list = [
        one("bound", "怎样算达标", Asking::One(vec![choice("least", "至少"), choice("most", "至多")]), bound, None),
        one("value", "目标值", Asking::Text { max: 20 }, &form.value, Some("按这个数字的单位填。")),
        one("basis", "目标依据", Asking::Text { max: 200 }, &form.basis, Some("文件名称和文号。")),
    ];
    html! {
        form method="post" action={ (urls::figure(&page.mechanism, &page.card.id)) "/targets" } {
            input type="hidden" name="unit" value=(unit);
            input type="hidden" name="period" value=(page.asked.period);
            div.form { (fields(&list.iter().map(|one| controls::of_field(one, &Back::default())).collect::<Vec<_>>())) }
            div.send { (Button::submit("下达目标")) }
        }
    }
}

/// `GET /m/{mechanism}/figures/{figure}/{form}`: the figure, taken away.
pub(crate) async fn take(
    visitor: Visitor,
    At((mechanism, figure, form)): At<(String, String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let form = Form::parse(&form).ok_or_else(Failure::not_found)?;
    Ok(answer::file(figures::download(&visitor.ctx, &mechanism, &figure, &asked.ask()?, form).await?))
}

fn takings(page: &FigurePage, may_add: bool) -> Markup {
    let path = urls::figure(&page.mechanism, &page.card.id);
    let at = |form: &str| address(&format!("{path}/{form}"), &page.asked);
    html! {
        @if may_add {
            (Button::link(if page.card.added.is_some() { "修改" } else { "用在哪里" }, super::own::one(&page.mechanism, &page.card.id)))
        }
        (Button::link("分项", at("parts")))
        (Button::link("CSV", at("table.csv")))
        (Button::link("导出表格", at("table.xlsx")).icon(Icon::Export))
    }
}

fn among(page: &FigurePage) -> Filter {
    let choices: Vec<FilterChoice> = page
        .kinds
        .iter()
        .map(|kind| FilterChoice { value: kind.id.clone(), label: format!("各{}", kind.name) })
        .collect();
    let control = FilterControl::Choice {
        name: "among".to_owned(),
        all: "直接下级".to_owned(),
        choices,
        chosen: page.asked.among.clone(),
        searched: false,
    };
    Filter { label: "比较".to_owned(), control }
}

/// The value itself, its changes, and of which part of the whole it is read.
fn value(page: &FigurePage) -> Markup {
    let one = &page.card;
    // A ratio has two lists behind it: its parts below are the doors.
    let shown = card_of(one, door(page, &page.whole, &page.whole.total, "whole").filter(|_| !page.is_ratio));
    let parts = ratio_doors(page, &page.whole, &page.whole.total);
    html! {
        (figure_card(&crate::parts::cards::FigureCard { change: None, remark: figures::part_words(&one.part), ..shown }))
        @if !one.changes.is_empty() || !parts.is_empty() {
            section.card {
                (facts(&[
                    one.changes.iter().map(|change| Fact::shown(change.against, html! { b { (change_words(change)) } " " span.quiet { (change.period) } })).collect::<Vec<_>>(),
                    parts.iter().zip(["分子", "分母"]).map(|((words, href), name)| Fact::shown(name, html! {
                        @match href { Some(href) => a.door href=(href) { (words) }, None => (words) } " 项"
                    })).collect(),
                ].concat(), true))
            }
        }
    }
}

/// What it is reckoned from: each with its own page, where its numbers open.
fn made_of(page: &FigurePage) -> Markup {
    let line = |it: &MadeOf| {
        let name = format!("{} {} · {}", it.how, it.mechanism_name, it.card.name);
        let value = format!("{} {}", it.card.value, it.card.unit);
        Fact::shown(name.trim(), html! { a.door href=(super::own_page(&it.card, &it.asked)) { (value) } })
    };
    let list: Vec<Fact> = page.made_of.iter().map(line).collect();
    html! {
        @if !list.is_empty() { div id="made-of" { (card("由这些数字算出", html! { "点开看各自的事项" }, facts(&list, true))) } }
    }
}

/// What is counted, in words and as the definition writes it.
fn words(page: &FigurePage) -> Markup {
    let mut list = vec![Fact::text("数什么", &page.card.words)];
    if let Some(over) = &page.over_words {
        list.push(Fact::text("除以", over));
    }
    for (name, written, read) in &page.formulas {
        list.push(Fact::shown(
            name,
            html! { code { (written) } @if read != written { br; span.quiet.small { (read) } } },
        ));
    }
    if let Some(mark) = &page.card.added {
        let words = format!("自建：{} {}，第{}版，{}", mark.by, mark.at, mark.version, mark.reason);
        list.push(Fact::text("来历", &words));
    }
    html! {
        (facts(&list, true))
        @if page.sees { p.pad { a href=(urls::of_register(&page.mechanism, "about")) { "看机制手册里的例子" } } }
    }
}

fn course(page: &FigurePage) -> Markup {
    let drawn = charts::course(page, &|row, cell| door(page, row, cell, "whole"));
    let more = html! { (page.card.unit) (drawing(page, "course.svg")) };
    html! {
        @if drawn.is_empty() { (plain_card(empty(Icon::Chart, "还画不出走势", "有两期以上的数字后，这里会画出变化。", &[]))) }
        @else { (card("走势", more, html! { div.pad { (svg(&drawn)) } })) }
    }
}

fn ranking(page: &FigurePage) -> Markup {
    let drawn = |width| charts::ranking(page, width, &|row, cell| door(page, row, cell, "whole"));
    let (drawn, phone) = (drawn(charts::Width::Page), drawn(charts::Width::Phone));
    html! {
        @if !drawn.is_empty() { (card("单位排序", html! { (page.card.unit) (drawing(page, "ranking.svg")) }, html! { div.pad { (svg(&drawn)) (svg(&phone)) } })) }
    }
}

/// The way to a drawing as a file.
fn drawing(page: &FigurePage, form: &str) -> Markup {
    let path = format!("{}/{form}", urls::figure(&page.mechanism, &page.card.id));
    html! { " " a.btn.tiny href=(address(&path, &page.asked)) download { "SVG" } }
}

fn units(page: &FigurePage, base: Option<UnitId>) -> Markup {
    let titles: Vec<String> = page.steps.iter().map(|step| step.short()).collect();
    let numbers = page.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.number);
    let most = numbers.fold(f64::MIN, f64::max);
    let rows: Vec<HeatRow> = std::iter::once(heat_row(page, &page.whole, true, base, most))
        .chain(page.rows.iter().map(|row| heat_row(page, row, false, base, most)))
        .collect();
    let more = html! { @if page.sees { (if page.is_people { "点数字看数到的人" } else { "点数字看背后的事项" }) } @if !page.rows.is_empty() { (drawing(page, "heat.svg")) } };
    html! {
        (card("单位与期间", more, html! {
            (heat(&page.card.name, "单位", &titles, &rows))
            @if let Some(few) = page.few { p.pad.quiet.small { (figures::few_words(few, &page.card.unit)) } }
            @if page.left_out > 0 { p.pad.quiet { "还有 " (page.left_out) " 个单位没有列出，请选一个单位后再看。" } }
        }))
    }
}

fn heat_row(page: &FigurePage, row: &FigureRow, is_whole: bool, base: Option<UnitId>, most: f64) -> HeatRow {
    let cell = |cell: &FigureCell, is_tinted: bool| HeatCell {
        value: cell.shown.clone(),
        href: if page.is_ratio { None } else { door(page, row, cell, "whole") },
        tint: match page.is_ratio {
            _ if !is_tinted => None,
            true => cell.number.map(|it| Tint::of(it, 0.0, 100.0)),
            false if is_whole => None,
            false => shade(cell.number, most),
        },
        parts: ratio_doors(page, row, cell),
    };
    HeatRow {
        label: row.name.clone(),
        href: match (is_whole, row.unit) {
            (false, Some(id)) if Some(id) != base => narrowed(page, id),
            _ => String::new(),
        },
        cells: row.cells.iter().map(|it| Some(cell(it, true))).collect(),
        total: Some(cell(&row.total, false)),
    }
}

/// How much of the most it is: a number says nothing about good and poor.
pub(super) fn shade(number: Option<f64>, most: f64) -> Option<Tint> {
    number.filter(|it| *it > 0.0 && most > 0.0).map(|it| Tint::much(it, most))
}

/// For a ratio: numerator and denominator, each with the way to its list.
fn ratio_doors(page: &FigurePage, row: &FigureRow, cell: &FigureCell) -> Vec<(String, Option<String>)> {
    if !page.is_ratio || !cell.has_records {
        return Vec::new();
    }
    let part = door(page, row, cell, "part").filter(|_| cell.amount.numerator != 0);
    vec![
        (cell.amount.numerator.to_string(), part),
        (cell.amount.denominator.to_string(), door(page, row, cell, "whole")),
    ]
}

/// The same figure of a unit below.
fn narrowed(page: &FigurePage, unit: UnitId) -> String {
    let (unit, period) = (unit.to_string(), page.asked.period.to_string());
    urls::with(&urls::figure(&page.mechanism, &page.card.id), &[("unit", &unit), ("period", &period)])
}

/// Where the records behind a cell are listed; nowhere if there are none.
fn door(page: &FigurePage, row: &FigureRow, cell: &FigureCell, part: &str) -> Option<String> {
    if !cell.has_records {
        return None;
    }
    let part = if page.is_ratio { part } else { "" };
    let unit = row.unit.map(|id| id.to_string()).unwrap_or_default();
    if !page.made_of.is_empty() {
        // What is reckoned from other figures opens to those, and each of them to what it counts.
        let is_here = cell.period == page.asked.period.to_string() && row.unit == page.asked.unit;
        let path = if is_here { String::new() } else { urls::figure(&page.mechanism, &page.card.id) };
        let pairs: &[(&str, &str)] = if is_here { &[] } else { &[("unit", &unit), ("period", &cell.period)] };
        return Some(format!("{}#made-of", urls::with(&path, pairs)));
    }
    let pairs = [("period", cell.period.as_str()), ("part", part), ("unit", &unit)];
    Some(super::behind((&page.mechanism, &page.card.id), page.is_people, &pairs))
}
