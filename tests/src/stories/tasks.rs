//! Which tasks do stories begin with? Builders: a task drafted, issued, underway.
//!
//! Never a shortcut: each is made by the people who make it in life.

use crate::harness::{Fields, Visitor};

/// The fields of a task, but for those that a story names itself.
fn task<'a>(title: &'a str, unit: &'a str, due_on: &'a str) -> [(&'a str, &'a str); 4] {
    [("任务名称", title), ("任务来源", "党工委重点工作"), ("责任单位", unit), ("完成时限", due_on)]
}

/// 林书敏 drafts a task.
pub(crate) async fn drafted(lin: &mut Visitor, title: &str, unit: &str, due_on: &str) -> String {
    drafted_with(lin, title, unit, due_on, &[]).await
}

/// 林书敏 drafts a task with more fields.
pub(crate) async fn drafted_with(lin: &mut Visitor, title: &str, unit: &str, due_on: &str, more: Fields<'_>) -> String {
    let fields = [&task(title, unit, due_on)[..], more].concat();
    lin.begins("task_order", &fields).await
}

/// 林书敏 drafts a task and issues it.
pub(crate) async fn issued(lin: &mut Visitor, title: &str, unit: &str, due_on: &str) -> String {
    let record = drafted(lin, title, unit, due_on).await;
    lin.takes("下达任务书", &record, &[]).await;
    record
}

/// A task is issued and somebody signs for it.
pub(crate) async fn underway(lin: &mut Visitor, who: &mut Visitor, title: &str, unit: &str, due_on: &str) -> String {
    let record = issued(lin, title, unit, due_on).await;
    who.takes("签收", &record, &[]).await;
    record
}

/// The unit's head hands in a finished task and 林书敏 closes it.
pub(crate) async fn finished(lin: &mut Visitor, head: &mut Visitor, record: &str) {
    head.takes("报进度", record, &[("进度", "100"), ("进展情况", "已全部完成。")]).await;
    head.takes("申请办结", record, &[("佐证材料", "办结清单.pdf")]).await;
    lin.takes("核验办结", record, &[("意见", "情况属实，同意办结。")]).await;
}
