//! Who should come, who notes it, and what has to be done regularly?
//!
//! Never looks at who came: marks are no part of a definition.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::catalog::raw::Raw;
use crate::catalog::{Field, FieldType, Figure, Measure, Step, Vocabulary, Who};
use crate::ids::{FigureId, RoleId, StateId, StepId, UnitKind};
use crate::kinds::activity::{Attendance, Expected, holds_hours};
use crate::kinds::plan::{Each, Plan, Whose};

/// The list whose items people are.
const ROLES: &str = "person_role";

/// What people may be.
pub(super) fn person_roles(vocabulary: &Vocabulary) -> Vec<String> {
    vocabulary.list(ROLES).iter().flat_map(|list| &list.items).map(|it| it.id.to_string()).collect()
}

/// `attendance on="held_on" …`.
pub(super) fn attendance(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    steps: &[Step],
    vocabulary: &Vocabulary,
) -> Option<Attendance> {
    let raw = top.first("attendance")?;
    // enforces: attendance.on
    let on = own
        .named((desk, raw, names), "on", "必填的 day 栏目", |it| matches!(it.of, FieldType::Day) && it.required);
    // enforces: attendance.hours
    let hours =
        own.named((desk, raw, names), "hours", "最多两位小数的 decimal 栏目", |it| holds_hours(&it.of));
    let who: Vec<RoleId> = desk.many(raw, "who", "角色", &names.roles).into_iter().map(RoleId::from).collect();
    let states: Vec<StateId> = desk.many(raw, "states", "状态", &names.states).into_iter().map(StateId::from).collect();
    let expected = raw.first("attendance.expected").and_then(|it| expected(desk, it, names, own, steps, vocabulary));
    let views = raw.says("views");
    Some(Attendance { on: on?, who, states, hours, views, expected })
}

fn expected(
    desk: &mut Desk<'_>,
    raw: &Raw,
    names: &Names,
    own: &Fields,
    steps: &[Step],
    vocabulary: &Vocabulary,
) -> Option<Expected> {
    let at = StepId::from(desk.one_prop(raw, "at", "步骤", &names.steps)?);
    if let Some(step) = steps.iter().find(|it| it.id == at)
        && (step.recall || step.from.is_empty() || step.batch)
    {
        let hint = "名单取了就不再变：步骤要写 recall=#false，不能是第一步，也不能成批办理";
        desk.tell_hint(raw.prop_span("at"), format!("“{}”不能取名单", step.name), hint);
    }
    let known = person_roles(vocabulary);
    let roles = desk.many(raw, "roles", "人员身份", &known).into_iter().map(str::to_owned).collect();
    let is_unit = |it: &Field| matches!(it.of, FieldType::Unit | FieldType::Units);
    let of = own.named((desk, raw, names), "of", "单位栏目", is_unit);
    let is_own = |it: &Field| matches!(&it.of, FieldType::Record { .. });
    let absent_from = own.named((desk, raw, names), "absent_from", "关联栏目", is_own);
    Some(Expected { at, roles, of, absent_from })
}

/// What has to be done regularly.
pub(super) fn plans(desk: &mut Desk<'_>, top: &Raw, figures: &[Figure], vocabulary: &Vocabulary) -> Vec<Plan> {
    let ids: Vec<String> = figures.iter().map(|it| it.id.to_string()).collect();
    let kinds: Vec<String> = vocabulary.unit_kinds.iter().map(|it| it.id.to_string()).collect();
    let roles = person_roles(vocabulary);
    let mut plans = Vec::new();
    for raw in top.inside("plan") {
        let figure = desk.one_prop(raw, "figure", "指标", &ids).map(FigureId::from);
        let units: Vec<UnitKind> =
            desk.many(raw, "units", "单位种类", &kinds).into_iter().map(UnitKind::from).collect();
        let people: Vec<String> = desk.many(raw, "people", "人员身份", &roles).into_iter().map(str::to_owned).collect();
        let whose = match (raw.prop("units").is_some(), raw.prop("people").is_some()) {
            (true, false) => Whose::Units(units),
            (false, true) => Whose::People(people),
            _ => {
                desk.tell_hint(raw.span.clone(), "要说明谁应当办", "units 和 people 写一种");
                continue;
            }
        };
        let Some(figure) = figure else { continue };
        let measure = figures.iter().find(|it| it.id == figure).map(|it| &it.measure);
        let fits = match (&whose, measure) {
            (Whose::Units(_), Some(Measure::Count { .. } | Measure::Sum { .. })) => true,
            (Whose::People(_), Some(Measure::People { who: Who::Attended, .. })) => true,
            (_, measure) => measure.is_none(),
        };
        // enforces: plan.figure
        if !fits {
            let hint = "units 看一个 count 或 sum 的指标，people 看一个 people=\"参加\" 的指标";
            desk.tell_hint(raw.prop_span("figure"), format!("指标 {figure} 看不出办了没有"), hint);
            continue;
        }
        let least = raw.whole("least").unwrap_or(0);
        if least < 1 {
            desk.tell(raw.prop_span("least"), "至少要1");
            continue;
        }
        let each = raw.text("each").and_then(|word| Each::of(&word));
        let Some(each) = each else { continue };
        let because = raw.text("because");
        plans.push(Plan {
            id: raw.arg(0).to_owned(),
            name: raw.arg(1).to_owned(),
            figure,
            whose,
            each,
            least,
            because,
        });
    }
    plans
}
