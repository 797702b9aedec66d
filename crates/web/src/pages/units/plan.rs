//! What would an order do? The plan, shown before anything is done, with every thing and where it goes.
//!
//! Never done from here: the page carries what was typed on to the command.

use app::commands::units::Plan;
use kernel::ids::UnitId;
use kernel::organisation::order::Order;
use maud::{Markup, html};

use super::form::Typed;
use crate::pages::words::count;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::facts::{Fact, facts};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::words::day_cell;
use crate::visitor::Visitor;

/// People and roles named one by one; the rest is counted.
const NAMED: usize = 200;

/// The plan and the form that carries it out.
pub(crate) fn plan(visitor: &Visitor, headline: &str, order: &Order, plan: &Plan, typed: &Typed, key: &str) -> Markup {
    let is_later = order.on > visitor.ctx.today;
    let about = [
        Fact::text("调整", headline),
        Fact::text("生效日", &day_cell(order.on)),
        Fact::text("批准文号", &order.decision),
        Fact::text("事由", &order.why),
    ];
    html! {
        (card("要做的调整", html! {}, facts(&about, false)))
        (card("各项去向", html! {}, table(&goes(visitor, plan))))
        form.card method="post" action="/units/orders" {
            (typed.hidden())
            input type="hidden" name="_key" value=(key);
            input type="hidden" name="_plan" value=(plan.fingerprint(order));
            div.send {
                @if is_later {
                    (Button::submit(format!("登记，{}自动执行", day_cell(order.on))).main())
                } @else {
                    (Button::submit("按此方案办理").main())
                }
                (Button::submit("返回修改").to("/units/orders/plan").named("_edit", "1"))
            }
        }
    }
}

/// A line: what, how many, where it goes.
fn row(what: &str, how_many: usize, goes: String) -> Row {
    Row { cells: vec![Cell::text(what), Cell::text(&how_many.to_string()), Cell::text(&goes)], ..Row::default() }
}

/// A unit's name; one that is to come has none yet.
fn name(visitor: &Visitor, unit: UnitId) -> String {
    match visitor.ctx.tree.unit(unit) {
        Some(unit) => unit.name.clone(),
        None => "新单位".to_owned(),
    }
}

fn units(visitor: &Visitor, plan: &Plan) -> Vec<Row> {
    let line = |(unit, event, above): &(String, &'static str, Option<UnitId>)| {
        let goes = match (*event, above) {
            ("founded" | "split", Some(above)) => format!("新设在{}下", name(visitor, *above)),
            ("founded" | "split", None) => "新设".to_owned(),
            ("moved", Some(above)) => format!("调整到{}下", name(visitor, *above)),
            ("merged", Some(into)) => format!("并入{}，不再存在", name(visitor, *into)),
            ("dissolved", _) => "撤销，不再存在".to_owned(),
            _ => "资料更新".to_owned(),
        };
        row(&format!("单位：{unit}"), 1, goes)
    };
    plan.units.iter().map(line).collect()
}

fn records(visitor: &Visitor, plan: &Plan) -> Vec<Row> {
    let going = plan.going.iter().map(|(mechanism, number, from, to)| {
        let what = format!("在办{mechanism}（{}）", name(visitor, *from));
        row(&what, count(*number) as usize, format!("划转到{}，每件留痕", name(visitor, *to)))
    });
    let staying = plan.staying.iter().map(|(mechanism, number, with)| {
        row(mechanism, count(*number) as usize, format!("留在{}名下", name(visitor, *with)))
    });
    going.chain(staying).collect()
}

fn people(visitor: &Visitor, plan: &Plan) -> Vec<Row> {
    let names = visitor.ctx.names();
    let people = plan.people.iter().take(NAMED).map(|(person, to)| {
        row(&format!("人员：{}", names.person(*person)), 1, format!("到{}，档案随人", name(visitor, *to)))
    });
    let posts = plan.posts.iter().take(NAMED).map(|(post, holders, to)| {
        let holders: Vec<String> = holders.iter().map(|person| names.person(*person)).collect();
        let held =
            if holders.is_empty() { "空缺".to_owned() } else { format!("{}任职不变", holders.join("、")) };
        row(&format!("职位：{post}"), 1, format!("划转到{}，{held}", name(visitor, *to)))
    });
    let roles = plan.roles.iter().take(NAMED).map(|(person, role, from, to)| {
        let goes = to.map_or_else(|| "终止".to_owned(), |to| format!("转到{}", name(visitor, to)));
        row(&format!("授权：{} {role}（{}）", names.person(*person), name(visitor, *from)), 1, goes)
    });
    let rest = [("人员", plan.people.len()), ("职位", plan.posts.len()), ("授权", plan.roles.len())].into_iter();
    let rest = rest.filter(|(_, number)| *number > NAMED);
    let rest = rest.map(|(what, number)| row(&format!("其余{what}"), number - NAMED, "同上".to_owned()));
    people.chain(posts).chain(roles).chain(rest).collect()
}

fn goes(visitor: &Visitor, plan: &Plan) -> Table {
    let mut rows = units(visitor, plan);
    rows.extend(records(visitor, plan));
    rows.extend(people(visitor, plan));
    let (ended, begun) = plan.links;
    if ended + begun > 0 {
        rows.push(row("党组织挂靠", ended + begun, format!("解除{ended}项，新建{begun}项")));
    }
    Table {
        caption: "各项去向".to_owned(),
        columns: vec![
            Column::new("内容", ColumnKind::Text),
            Column::new("数量", ColumnKind::Number),
            Column::new("去向", ColumnKind::Text),
        ],
        rows,
        choose: None,
        wide: false,
    }
}
