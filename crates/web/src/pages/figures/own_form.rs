//! How is a figure written in the page? Its form, what is wrong beside each field, and what it would give.
//!
//! Never a formula that is read here: what may be written is said by the grammar, and checked by the catalog.

use app::commands::added_figures::{FigureForm, means, measure};
use app::queries::figures::added::{self, AddedPage, Offered};
use app::queries::figures::{FiguresAsk, PeriodChoice, Trial};
use app::queries::forms::{Choice, Control as Asking, FormField};
use app::words::Said;
use axum::http::StatusCode;
use kernel::period::Period;
use kernel::refusal::Spot;
use maud::{Markup, html};

use super::own::{OWN, one};
use crate::error::Failure;
use crate::pages::controls::{self, Back};
use crate::pages::words::{sentence, wanted};
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field, fields};
use crate::parts::notice;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::Visitor;

/// The form as it comes back.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) form: FigureForm,
    pub(super) status: StatusCode,
    pub(super) notice: Markup,
    pub(super) said: Vec<Said>,
    pub(super) trial: Option<Trial>,
    pub(super) place: FiguresAsk,
    pub(super) removal: String,
}

/// The names of the ways of counting.
fn way(how: &str) -> &'static str {
    match how {
        "count" => "数事项：有几项、几件、几场",
        "sum" => "合计：把一个数加起来",
        "ratio" => "比率：一部分占全部的百分之几",
        "average" => "平均：一个数平均是多少",
        "stock" => "在册：期末有多少",
        "people" => "人数：同一人只算一次",
        "balance" => "账户期末的数",
        "of" => "由别的指标相加、相减、相除",
        "should" => "应到未到：应到的人里谁还没有到",
        _ => "其他",
    }
}

fn label(prop: &str) -> &'static str {
    match prop {
        "name" => "名称",
        "unit" => "单位",
        "count" => "数哪些事项",
        "sum" => "把哪个数加起来",
        "ratio" => "分子：哪些事项",
        "over" => "分母：哪些事项",
        "average" => "哪个数的平均",
        "when" => "只算哪些事项",
        "at" => "按哪一天归到期间",
        "stock" => "哪些事项在册",
        "since" => "从哪天起在册",
        "until" => "到哪天起不在册",
        "people" => "数谁",
        "balance" => "账户的哪个数",
        "of" => "算式",
        "should" => "应到的人",
        "reached" => "已到的人",
        "by" => "再分开数",
        "suppress_below" => "少于多少不给只看数字的人看",
        "words" => "说明：数的是什么",
        "over_words" => "说明：占什么",
        "reason" => "理由",
        _ => "栏目",
    }
}

fn example(prop: &str) -> &'static str {
    match prop {
        "count" | "ratio" | "over" | "when" | "stock" => "条件，例如：状态 = 已办结。全部都数，写：全部。",
        "at" | "since" | "until" => "写一个日期，例如：登记日。",
        "of" => "写指标的名称，例如：办结数 / 下达数。",
        other => means(other),
    }
}

/// What was typed.
pub(super) fn typed(sent: &Sent) -> FigureForm {
    let text = |name: &str| sent.text(name).to_owned();
    let how = text("how");
    let (must, may) = measure(&how).unwrap_or_default();
    FigureForm {
        mechanism: text("mechanism"),
        name: text("name"),
        unit: text("unit"),
        formulas: must.iter().chain(&may).map(|prop| ((*prop).to_owned(), text(prop))).collect(),
        by: sent.all("by"),
        suppress_below: text("suppress_below"),
        words: text("words"),
        over_words: text("over_words"),
        reason: text("reason"),
        version: text("version").parse().unwrap_or(0),
        how,
    }
}

/// For which unit and period it is tried.
pub(super) fn place(sent: &Sent) -> FiguresAsk {
    FiguresAsk {
        unit: sent.text("trial_unit").parse().ok(),
        period: Period::parse(sent.text("trial_period")).map(|it| it.to_string()).unwrap_or_default(),
        ..FiguresAsk::default()
    }
}

/// The summary above a refused form.
pub(super) fn refused(said: &[Said]) -> Markup {
    notice::refused(&wanted(said, "", |field| label(field).to_owned()))
}

/// Where a new one begins: of which mechanism, counted how.
pub(super) fn beginning(mechanisms: &[Choice], ways: &[&'static str], chosen: &str) -> Markup {
    let ways: Vec<Choice> = ways
        .iter()
        .map(|how| Choice { id: (*how).to_owned(), name: way(how).to_owned(), pinyin: String::new(), group: None })
        .collect();
    let list = [
        controls::required(
            "mechanism",
            "机制",
            Asking::One(mechanisms.to_vec()),
            chosen,
            Some("数哪个机制的事项；由别的指标算的，放在哪个机制下面。"),
            &[],
        ),
        controls::required("how", "怎样数", Asking::One(ways), "", None, &[]),
    ];
    let list: Vec<Field> = list.iter().map(|one| controls::of_field(one, &Back::default())).collect();
    html! {
        section.card {
            form method="get" action={ (OWN) "/new" } {
                div.form { (fields(&list)) }
                div.send { (Button::submit("下一步").main()) }
            }
        }
    }
}

/// A line for a reason.
pub(super) fn reason(form: &str, name: &str, value: &str) -> Markup {
    let control = Control::LongText { value: value.to_owned(), rows: 2, max: Some(200) };
    html! { div.form { (field(&Field::new("reason", name, control).required().inside(form))) } }
}

/// The form with what it gives and what may be written.
pub(super) fn form(visitor: &Visitor, filled: &Filled, page: Option<&AddedPage>) -> Result<Markup, Failure> {
    let typed = &filled.form;
    let offered = added::offered(&visitor.ctx, &typed.mechanism)?;
    let action = page.map_or_else(|| OWN.to_owned(), |page| one(&page.mechanism.0, &page.figure));
    let list: Vec<Field> =
        asked(typed, &offered, &filled.said).iter().map(|one| controls::of_field(one, &Back::default())).collect();
    let general: Vec<&Said> = filled.said.iter().filter(|said| said.at == Spot::Form).collect();
    Ok(html! {
        div.grid id="own" {
            div.c8 {
                (card(&format!("{}的指标", offered.mechanism), html! { (way(&typed.how)) }, html! {
                    form method="post" action=(action) data-try="own" {
                        input type="hidden" name="mechanism" value=(typed.mechanism);
                        input type="hidden" name="how" value=(typed.how);
                        input type="hidden" name="version" value=(typed.version);
                        @if !offered.of_records && !["of", "should"].contains(&typed.how.as_str()) {
                            p.pad { "你只看这个机制的数字，不看事项：请选“由别的指标相加、相减、相除”或者“应到未到”。" }
                        }
                        @if !general.is_empty() { div.pad { ul.wrong { @for said in &general { li { (sentence(said)) } } } } }
                        div.form { (fields(&list)) }
                        (place_fields(visitor, &filled.place))
                        div.send {
                            (Button::submit("试算").named("act", "try"))
                            (Button::submit("保存").main().named("act", "keep"))
                        }
                    }
                }))
            }
            div.c4.pile {
                (tried(filled))
                (card("可以写的名称", html! { "公式里照写" }, names(&offered, &typed.how)))
            }
        }
    })
}

/// For which unit and period it is tried.
fn place_fields(visitor: &Visitor, place: &FiguresAsk) -> Markup {
    let today = visitor.ctx.today;
    let asked = app::queries::figures::Asked::of(&visitor.ctx, place).ok();
    let periods: Vec<PeriodChoice> = asked.map(|asked| asked.choices(today)).unwrap_or_default();
    let chosen = place.unit.map(|unit| unit.to_string()).unwrap_or_default();
    let units = added::places(&visitor.ctx);
    let choice =
        |id: &str, name: &str| Choice { id: id.to_owned(), name: name.to_owned(), pinyin: String::new(), group: None };
    let periods: Vec<Choice> = periods.iter().map(|it| choice(&it.value, &it.words)).collect();
    let one = |id: &str, name: &str, control: Asking, typed: &str| FormField {
        required: false,
        ..controls::required(id, name, control, typed, None, &[])
    };
    let list = [
        one("trial_unit", "试算哪个单位", Asking::One(units), &chosen),
        one("trial_period", "试算哪个期间", Asking::One(periods), &place.period),
    ];
    html! { div.form { (fields(&list.iter().map(|one| controls::of_field(one, &Back::default())).collect::<Vec<_>>())) } }
}

fn asked(typed: &FigureForm, offered: &Offered, said: &[Said]) -> Vec<FormField> {
    let line = |max: usize| Asking::Text { max };
    let (must, may) = measure(&typed.how).unwrap_or_default();
    let one = |id: &str, control: Asking, value: &str, help: &str| {
        controls::required(id, label(id), control, value, Some(help).filter(|help| !help.is_empty()), said)
    };
    let may_be = |field: FormField| FormField { required: false, ..field };
    let formula = |prop: &str| {
        let control = match prop {
            "people" => Asking::One(offered.people.clone()),
            "should" | "reached" => Asking::One(offered.of_people()),
            _ => line(1_000),
        };
        one(prop, control, typed.formula(prop), example(prop))
    };
    let mut list = vec![one("name", line(30), &typed.name, "")];
    list.extend(must.iter().map(|prop| formula(prop)));
    list.extend(may.iter().map(|prop| may_be(formula(prop))));
    list.push(one("unit", Asking::One(offered.units.clone()), &typed.unit, "数事项写项、件、场；数人写人；比率写%。"));
    if !["of", "should"].contains(&typed.how.as_str()) && !offered.slices.is_empty() {
        let by = one("by", Asking::Many(offered.slices.clone()), "", "可以不选；选了，就再按这些栏目的选项分别数。");
        list.push(may_be(FormField { typed: typed.by.clone(), ..by }));
    }
    if !["sum", "of"].contains(&typed.how.as_str()) {
        let help = "不填，照单位的规定；填0是不设限。";
        list.push(may_be(one("suppress_below", line(4), &typed.suppress_below, help)));
    }
    list.push(one("words", line(200), &typed.words, "一句话，和数字一起显示。"));
    if typed.has_over() {
        list.push(one("over_words", line(200), &typed.over_words, "分母说的是什么。"));
    }
    list.push(one("reason", line(200), &typed.reason, "为什么建、为什么改，和这一版写法一起留着。"));
    list
}

/// What it would give.
fn tried(filled: &Filled) -> Markup {
    let Some(it) = &filled.trial else {
        let words = match filled.said.is_empty() {
            true => "写好怎样数，这里就会显示算出来的数，还没有保存。",
            false => "左边还有问题，改好了就能算。",
        };
        return card("试算", html! {}, html! { p.pad.quiet { (words) } });
    };
    let value = html! { b { (it.value) } " " (it.unit) @if let Some((part, whole)) = it.parts { " " span.quiet { "（" (part) " / " (whole) "）" } } };
    let list = [Fact::shown("得数", value), Fact::text("单位", &it.unit_words), Fact::text("期间", &it.period_words)];
    card(
        "试算",
        html! { "还没有保存" },
        html! {
            @if it.sees_nothing { p.pad { "这个单位没有你看得到的事项，试算不了；请换一个单位。" } }
            @else {
                (facts(&list, true))
                @if !it.steps.is_empty() {
                    p.pad { @for (step, value) in &it.steps { span.quiet { (step) } " " (value) "　" } }
                }
                @if let Some(looked) = it.looked {
                    p.pad.quiet.small {
                        @if it.is_part { "事项太多，只试算了最早的" (looked) "件，得数只作参考；保存以后在后台算全部。" }
                        @else { "看了" (looked) "件事项，计入" (it.counted) "件。" }
                    }
                }
                @if !it.records.is_empty() {
                    ul.pad.points { @for (id, title) in &it.records { li { a href=(urls::record(*id)) { (title) } } } @if it.counted > it.records.len() { li.quiet { "等" (it.counted) "件" } } }
                }
            }
        },
    )
}

fn names(offered: &Offered, how: &str) -> Markup {
    let of_figures = ["of", "should"].contains(&how);
    let figures = offered.figures.iter().map(|(name, unit, _)| (name.clone(), unit.clone()));
    let list: Vec<(String, String)> = if of_figures { figures.collect() } else { offered.names.clone() };
    html! {
        div.scroll.tall { ul.pad.points.small {
            @for (name, what) in &list { li { b { (name) } " " span.quiet { (what) } } }
        } }
    }
}
