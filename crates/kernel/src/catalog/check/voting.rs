//! What is voted on, by whom, in which states, and do the weights add up?
//!
//! Never looks at votes: they are no part of a definition.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, State, Step};
use crate::ids::{FieldId, RoleId, StateId, StepId};
use crate::kinds::ballot::{
    Choice, Class, Item, LEAST, LONGEST_COMMENT, MOST_CLASSES, MOST_POINTS, Share, USUAL_LEAST, Voting,
};

/// `voting of="speaker" …`.
pub(super) fn voting(
    desk: &mut Desk<'_>,
    top: &Raw,
    names: &Names,
    own: &Fields,
    (states, steps): (&[State], &[Step]),
) -> Option<Voting> {
    let raw = top.first("voting")?;
    let children: Vec<String> = own.children.iter().map(|it| it.id.to_string()).collect();
    // enforces: voting.of
    let of = desk.one_prop(raw, "of", "子表", &children).map(FieldId::from);
    // enforces: voting.name
    let name = column(desk, raw, own, of.as_ref(), "name", "必填的 text 栏目", |it| {
        matches!(it.of, FieldType::Text { .. }) && it.required
    });
    let result = desk.one_prop(raw, "result", "子表", &children).map(FieldId::from);
    if result.is_some() && result == of {
        desk.tell(raw.prop_span("result"), "结果要写进另一张子表");
    }
    let score = column(desk, raw, own, result.as_ref(), "score", "两位小数、不必填的 decimal 栏目", |it| {
        matches!(it.of, FieldType::Decimal { places: 2, .. }) && !it.required
    });
    let roles = |desk: &mut Desk<'_>, prop: &str| -> Vec<RoleId> {
        desk.many(raw, prop, "角色", &names.roles).into_iter().map(RoleId::from).collect()
    };
    let (who, tellers) = (roles(desk, "who"), roles(desk, "tellers"));
    let mut state = |prop: &str| desk.one_prop(raw, prop, "状态", &names.states).map(StateId::from);
    let (prepare, open, count) = (state("prepare"), state("open"), state("count"));
    let announce = desk.one_prop(raw, "announce", "步骤", &names.steps).map(StepId::from);
    let least = number(desk, raw, "least", LEAST, 1_000).unwrap_or(USUAL_LEAST);
    let quorum = share(desk, raw, "quorum");
    let comments = number(desk, raw, "comments", 1, LONGEST_COMMENT).and_then(|it| usize::try_from(it).ok());
    let voting = Voting {
        of: of?,
        name: name?,
        result,
        score,
        who,
        tellers,
        prepare: prepare?,
        open: open?,
        count: count?,
        announce: announce?,
        least,
        quorum,
        comments,
        classes: classes(desk, raw),
        items: items(desk, raw),
    };
    moves_one_way(desk, raw, &voting, states, steps);
    candidates_stand(desk, raw, &voting, steps);
    Some(voting)
}

fn column(
    desk: &mut Desk<'_>,
    raw: &Raw,
    own: &Fields,
    child: Option<&FieldId>,
    prop: &str,
    wanted: &str,
    fits: impl Fn(&crate::catalog::Field) -> bool,
) -> Option<FieldId> {
    let child = own.children.iter().find(|it| Some(&it.id) == child)?;
    let known: Vec<String> = child.fields.iter().map(|it| it.id.to_string()).collect();
    let id = desk.one_prop(raw, prop, "子表栏目", &known)?;
    let found = child.fields.iter().find(|it| it.id == *id).filter(|it| fits(it));
    if found.is_none() {
        desk.tell(raw.prop_span(prop), format!("{id} 不合适：{prop} 要写{wanted}"));
    }
    found.map(|it| it.id.clone())
}

fn number(desk: &mut Desk<'_>, raw: &Raw, prop: &str, least: i64, most: i64) -> Option<i64> {
    let number = raw.whole(prop)?;
    if !(least..=most).contains(&number) {
        desk.tell(raw.prop_span(prop), format!("{prop} 要在{least}到{most}之间"));
        return None;
    }
    Some(number)
}

fn share(desk: &mut Desk<'_>, raw: &Raw, prop: &str) -> Option<Share> {
    let text = raw.text(prop)?;
    let share = Share::read(&text);
    if share.is_none() {
        desk.tell_hint(raw.prop_span(prop), format!("“{text}”看不懂"), "写成“达到2/3”或者“超过1/2”");
    }
    share
}

fn classes(desk: &mut Desk<'_>, raw: &Raw) -> Vec<Class> {
    let nodes: Vec<&Raw> = raw.inside("voting.class").collect();
    let ids: Vec<String> = nodes.iter().map(|it| it.arg(0).to_owned()).collect();
    super::super::battery::unique(desk, &nodes, "投票人类别", &[0, 1]);
    if nodes.len() > MOST_CLASSES {
        desk.tell(raw.span.clone(), format!("投票人最多{MOST_CLASSES}类"));
    }
    let mut classes = Vec::new();
    for node in &nodes {
        let merges = desk.one_prop(node, "merges", "投票人类别", &ids);
        let merges = merges.and_then(|to| ids.iter().position(|id| id == to));
        if merges.is_some_and(|to| ids[to] == node.arg(0)) {
            desk.tell(node.prop_span("merges"), "一类票不能并入它自己");
        }
        let weight = number(desk, node, "weight", 1, 100).unwrap_or(0);
        classes.push(Class { id: node.arg(0).to_owned(), name: node.arg(1).to_owned(), weight, merges });
    }
    // enforces: voting.class.weight
    let sum: i64 = classes.iter().map(|it| it.weight).sum();
    if sum != 100 && classes.iter().all(|it| it.weight > 0) && !classes.is_empty() {
        desk.tell(raw.span.clone(), format!("各类的权重加起来是{sum}，应当是100"));
    }
    classes
}

fn items(desk: &mut Desk<'_>, raw: &Raw) -> Vec<Item> {
    let nodes: Vec<&Raw> = raw.inside("voting.item").collect();
    super::super::battery::unique(desk, &nodes, "测评项目", &[0, 1]);
    let mut items = Vec::new();
    for node in nodes {
        let choices = choices(desk, node);
        // enforces: voting.item.scores
        if node.says("scores") != choices.is_empty() {
            let hint = "打分的写 scores=#true，不列选项；不打分的至少列两个 choice";
            desk.tell_hint(node.span.clone(), format!("“{}”没有说清怎么答", node.arg(1)), hint);
        }
        let pass = share(desk, node, "pass");
        if pass.is_some() && !choices.iter().any(|it| it.favour) {
            let hint = "请在算赞成的选项上写 favour=#true";
            desk.tell_hint(node.prop_span("pass"), format!("“{}”里没有算赞成的选项", node.arg(1)), hint);
        }
        items.push(Item { id: node.arg(0).to_owned(), name: node.arg(1).to_owned(), choices, pass });
    }
    items
}

fn choices(desk: &mut Desk<'_>, item: &Raw) -> Vec<Choice> {
    let nodes: Vec<&Raw> = item.inside("voting.item.choice").collect();
    super::super::battery::unique(desk, &nodes, "选项", &[0, 1]);
    let mut choices = Vec::new();
    for node in &nodes {
        choices.push(Choice {
            id: node.arg(0).to_owned(),
            name: node.arg(1).to_owned(),
            points: number(desk, node, "points", 0, MOST_POINTS),
            most: number(desk, node, "most", 1, 1_000),
            favour: node.says("favour"),
        });
    }
    // enforces: voting.item.choice.points
    let with = nodes.iter().filter(|it| it.prop("points").is_some()).count();
    if with != 0 && with != nodes.len() {
        desk.tell_hint(item.span.clone(), format!("“{}”有的选项没有分", item.arg(1)), "points 要么都写，要么都不写");
    }
    if nodes.len() == 1 {
        desk.tell(item.span.clone(), format!("“{}”只有一个选项", item.arg(1)));
    }
    choices
}

/// Voters are admitted, then votes are cast, then counted, and never back: what was once open is never open again.
// enforces: voting.prepare
// enforces: voting.open
// enforces: voting.count
fn moves_one_way(desk: &mut Desk<'_>, raw: &Raw, voting: &Voting, states: &[State], steps: &[Step]) {
    let final_ones: Vec<&StateId> = states.iter().filter(|it| it.is_final).map(|it| &it.id).collect();
    for step in steps {
        let Some(to) = &step.to else { continue };
        for from in &step.from {
            let ends = final_ones.contains(&to);
            let fits = match (from == &voting.prepare, from == &voting.open, from == &voting.count) {
                (true, ..) => to == &voting.open || to == &voting.prepare || ends,
                (_, true, _) => to == &voting.count || ends,
                (.., true) => ends || step.id == voting.announce,
                _ => to != &voting.open && to != &voting.count,
            };
            let touches = from != &voting.prepare || to == &voting.open;
            let by_itself = touches && (from == &voting.open || from == &voting.count || to == &voting.open);
            if !fits {
                let hint = "只能从准备到投票、从投票到计票、从计票到公布，另外可以作废；不能退回";
                desk.tell_hint(raw.span.clone(), format!("步骤“{}”把投票带到了别处", step.name), hint);
            } else if by_itself && (step.recall || step.batch) {
                let hint = "投票开始、结束、公布的步骤要写 recall=#false，也不能成批办理";
                desk.tell_hint(raw.span.clone(), format!("步骤“{}”可以撤回或者成批", step.name), hint);
            }
        }
    }
    let announces = steps.iter().find(|it| it.id == voting.announce);
    if announces.is_some_and(|it| it.from != [voting.count.clone()] || it.to.is_none()) {
        let hint = "公布的步骤要从计票的状态走到别的状态";
        desk.tell_hint(raw.prop_span("announce"), format!("{} 不能公布结果", voting.announce), hint);
    }
}

/// Whoever is voted on stands still while votes are out, and nobody types a score.
fn candidates_stand(desk: &mut Desk<'_>, raw: &Raw, voting: &Voting, steps: &[Step]) {
    for step in steps {
        let asked = |child: &FieldId| step.needs.contains(child) || step.asks.contains(child);
        if voting.result.as_ref().is_some_and(asked) {
            desk.tell(raw.prop_span("result"), format!("“{}”会让人填结果，结果只由公布那一步写", step.name));
        }
        let asks = asked(&voting.of);
        if asks && (step.from.contains(&voting.open) || step.from.contains(&voting.count)) {
            let hint = "请只在准备的状态改测评对象";
            desk.tell_hint(raw.prop_span("of"), format!("“{}”会在投票以后改动测评对象", step.name), hint);
        }
    }
}
