//! Units 单位: the two trees, one unit, and how units change.
//!
//! Never a rule: what is refused is said by the command.

pub(crate) mod choosing;
pub(crate) mod form;
pub(crate) mod imports;
pub(crate) mod orders;
pub(crate) mod plan;
pub(crate) mod tree;
pub(crate) mod unit;

use app::queries::units::orders::OrderLine;
use jiff::civil::Date;
use kernel::ids::UnitId;
use kernel::organisation::order::{Change, Order};
use uuid::Uuid;

use crate::parts::words::day_cell;

/// The address of a unit.
pub(crate) fn unit_href(unit: UnitId) -> String {
    format!("/units/{unit}")
}

/// The address of an order.
pub(crate) fn order_href(order: Uuid) -> String {
    format!("/units/orders/{}", order.simple())
}

/// What an order does, as a headline.
pub(crate) fn headline(units: &[String], order: &Order) -> String {
    let first = units.first().map_or("", String::as_str);
    let rest = units.get(1..).unwrap_or_default().join("、");
    match &order.change {
        Change::Found { above: None, .. } => format!("设立{first}"),
        Change::Found { .. } => format!("在{rest}下设立{first}"),
        Change::Alter { .. } if first == rest => format!("更正{first}的资料"),
        Change::Alter { .. } => format!("{first}改为{rest}"),
        Change::Move { .. } => format!("{first}调整到{rest}之下"),
        Change::Merge { .. } => format!("{rest}并入{first}"),
        Change::Split { .. } => format!("从{first}分出{rest}"),
        Change::Dissolve { .. } => format!("撤销{first}"),
    }
}

/// What kinds of order there are: the word in an address, and what the button says.
pub(crate) const KINDS: [(&str, &str); 6] = [
    ("found", "设立下级单位"),
    ("alter", "更名或修改资料"),
    ("move", "调整上级"),
    ("merge", "并入其他单位"),
    ("split", "分设新单位"),
    ("dissolve", "撤销"),
];

/// What a line of an order's list says beside its headline.
pub(crate) fn basis(line: &OrderLine) -> String {
    let why = if line.order.why.is_empty() { String::new() } else { format!("，{}", line.order.why) };
    format!("{}{why}", line.order.decision)
}

/// A day in an address; today if it is none.
pub(crate) fn day(text: &str, today: Date) -> Date {
    text.trim().parse().unwrap_or(today)
}

/// A day as it stands in a table.
pub(crate) fn shown_day(day: Option<Date>) -> String {
    day.map(day_cell).unwrap_or_default()
}
