//! Who reads and writes a field, and is what it holds kept from those who do not?
//!
//! Never a field that is kept from somebody on one page and told on another: what finds, counts, names or prints a
//! protected field is refused here.

use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::authority::fields::{is_protected, told_by};
use crate::catalog::raw::Raw;
use crate::catalog::{Column, Due, Field, FieldType, Figure, Level, Mask, Measure, Mechanism, Protection, Vocabulary};
use crate::formula::Formula;
use crate::formula::expr::Slot;
use crate::ids::FieldId;
use crate::retention::Retention;

/// What is written on the field itself.
pub(super) fn protection(desk: &mut Desk<'_>, raw: &Raw, vocabulary: &Vocabulary, states: &[String]) -> Protection {
    let roles: Vec<String> = vocabulary.roles.iter().map(|role| role.id.to_string()).collect();
    // enforces: field.level
    // enforces: child.field.level
    let level = match raw.text("level").as_deref() {
        Some("personal") => Some(Level::Personal),
        Some("sensitive") => Some(Level::Sensitive),
        _ => None,
    };
    let mask = match raw.text("mask").as_deref() {
        Some("identity") => Some(Mask::Identity),
        Some("phone") => Some(Mask::Phone),
        Some("name") => Some(Mask::Name),
        Some("all") => Some(Mask::All),
        _ => None,
    };
    if let (Some(written), true) = (raw.prop("level"), raw.prop("purpose").is_none() || mask.is_none()) {
        desk.tell_hint(written.span.clone(), "个人信息要写明为什么收集、平时怎样遮住", "请加上 purpose 和 mask");
    }
    // enforces: field.purpose
    // enforces: child.field.purpose
    if let (Some(written), None) = (raw.prop("purpose"), level) {
        desk.tell_hint(written.span.clone(), "写了收集目的，但没有写是哪一级个人信息", "请加上 level");
    }
    let ends = !matches!(mask, None | Some(Mask::All));
    if let (Some(written), true) = (raw.prop("mask"), ends && raw.arg(2) != "text") {
        desk.tell_hint(written.span.clone(), "这种遮法只用于 text 栏目", "请写 mask=\"all\"");
    }
    let mut roles_of = |prop: &str| desk.many(raw, prop, "角色", &roles).into_iter().map(Into::into).collect();
    let (read, write): (Vec<_>, Vec<_>) = (roles_of("read"), roles_of("write"));
    let mut states_of = |prop: &str| desk.many(raw, prop, "状态", states).into_iter().map(Into::into).collect();
    let (hidden_in, closed_in): (Vec<_>, Vec<_>) = (states_of("hidden_in"), states_of("closed_in"));
    if !hidden_in.is_empty() && write.is_empty() {
        let hint = "请用 write 写明这时由谁填、谁看";
        desk.tell_hint(raw.prop_span("hidden_in"), "没有人看得到这一栏", hint);
    }
    Protection { level, purpose: raw.text("purpose"), mask, read, write, hidden_in, closed_in }
}

/// How long personal information is kept: only where there is some, and where records end.
pub(super) fn retention(desk: &mut Desk<'_>, matter: &Raw, names: &Names, own: &Fields) -> Option<Retention> {
    let raw = matter.first("retention")?;
    let columns = own.children.iter().flat_map(|child| &child.fields);
    if !own.fields.iter().chain(columns).any(|field| field.protection.level.is_some()) {
        let hint = "请去掉 retention，或者用 level 标出个人信息栏目";
        desk.tell_hint(raw.span.clone(), "没有一个栏目是个人信息，没有什么要清除", hint);
    }
    let of_files = |field: &&Field| field.protection.level.is_some() && matches!(field.of, FieldType::Files);
    if let Some(field) = own.fields.iter().find(of_files) {
        let sentence = format!("“{}”是附件，附件里的个人信息清除不了", field.name);
        desk.tell_hint(raw.span.clone(), sentence, "请把要清除的内容另设栏目填写");
    }
    if !matter.inside("state").any(|state| state.says("final")) {
        desk.tell(raw.span.clone(), "没有办结的状态，保存年限无从算起");
    }
    let who = desk.many(raw, "who", "角色", &names.roles).into_iter().map(Into::into).collect();
    let years = raw.whole("years")?;
    match i16::try_from(years) {
        Ok(years @ 0..=100) => Some(Retention { years, who, because: raw.text("because").unwrap_or_default() }),
        _ => {
            desk.tell(raw.prop_span("years"), "years 要在0到100之间");
            None
        }
    }
}

/// Nothing else of the mechanism tells what a protected field holds.
pub(in crate::catalog) fn keeps(desk: &mut Desk<'_>, matter: &Raw, it: &Mechanism) {
    for id in [&it.title, &it.unit] {
        if is_protected(it, id) {
            let hint = "标题和所属单位谁都看得到，请换一个栏目";
            desk.tell_hint(place(matter, "field", id.as_str(), ""), "要遮住的栏目不能作标题或所属单位", hint);
        }
    }
    for field in it.fields.iter().filter(|field| field.search && field.protection.limits_reading()) {
        let hint = "搜到就等于看到，请去掉 search";
        desk.tell_hint(place(matter, "field", field.id.as_str(), "search"), "要遮住的栏目不能用来搜索", hint);
    }
    let kept = |protection: &Protection| protection.mask.is_some() || !protection.hidden_in.is_empty();
    for field in it.fields.iter().filter(|field| field.filter && kept(&field.protection)) {
        let hint = "筛得出就等于看到，请去掉 filter";
        desk.tell_hint(place(matter, "field", field.id.as_str(), "filter"), "要遮住的栏目不能用来筛选", hint);
    }
    for figure in &it.figures {
        if let Some(field) = mentioned(figure).iter().find_map(|slot| told_by(it, slot)) {
            let sentence = format!("指标用到要遮住的栏目“{}”", field.name);
            desk.tell_hint(
                place(matter, "figure", figure.id.as_str(), ""),
                sentence,
                "数字会说出栏目的内容，请换一种数法",
            );
        }
    }
    let shown = it.list.columns.iter().filter_map(|it| if let Column::Field(id) = it { Some(id) } else { None });
    let by_day = it.calendar.iter().filter(|id| is_protected(it, id));
    for id in by_day {
        desk.tell(
            matter.first("calendar").map_or(matter.span.clone(), |it| it.prop_span("by")),
            format!("日历不能按要遮住的栏目“{}”排", name(it, id)),
        );
    }
    for id in shown.filter(|id| it.field(id.as_str()).is_some_and(|field| !field.protection.hidden_in.is_empty())) {
        desk.tell(
            matter.first("list").map_or(matter.span.clone(), |it| it.prop_span("columns")),
            format!("台账不能列有时看不到的栏目“{}”", name(it, id)),
        );
    }
    passed_on(desk, matter, it);
    papers(desk, matter, it);
}

/// What a protected field holds is not copied to where others read it, and no deadline runs until its day.
fn passed_on(desk: &mut Desk<'_>, matter: &Raw, it: &Mechanism) {
    for opening in &it.openings {
        for (_, formula) in &opening.fill {
            if let Some(field) = formula.expr.mentions().iter().find_map(|slot| told_by(it, slot)) {
                let sentence = format!("联动把要遮住的栏目“{}”填到了别处", field.name);
                desk.tell(place(matter, "opening", &opening.id, ""), sentence);
            }
        }
    }
    for deadline in &it.deadlines {
        if let Due::Field(id) = &deadline.due
            && is_protected(it, id)
        {
            let sentence = format!("期限说出了要遮住的栏目“{}”", name(it, id));
            desk.tell(place(matter, "deadline", deadline.id.as_str(), ""), sentence);
        }
    }
}

/// Whoever sees the record reads its papers and notices: they may not tell what a protected field holds.
fn papers(desk: &mut Desk<'_>, matter: &Raw, it: &Mechanism) {
    let told = |slots: Vec<Slot>| slots.iter().find_map(|slot| told_by(it, slot)).map(|field| field.name.clone());
    for paper in &it.papers {
        let templates = [&paper.head, &paper.title, &paper.body, &paper.sign];
        let templates = templates.into_iter().chain(&paper.to).chain(&paper.copy);
        if let Some(field) = templates.flat_map(|it| told(it.mentions())).next() {
            let sentence = format!("文书写了要遮住的栏目“{field}”，看得到记录的人都会读到");
            desk.tell(place(matter, "paper", paper.id.as_str(), ""), sentence);
        }
    }
    for (raw, notice) in matter.inside("notice").zip(&it.notices) {
        if let Some(field) = told(notice.words.mentions()) {
            desk.tell(raw.prop_span("words"), format!("消息写了要遮住的栏目“{field}”"));
        }
    }
}

fn mentioned(figure: &Figure) -> Vec<Slot> {
    let formulas: Vec<&Formula> = match &figure.measure {
        Measure::Count { when, at } => vec![when, at],
        Measure::Sum { of, when, at } | Measure::Average { of, when, at } => vec![of, when, at],
        Measure::Ratio { part, whole, at } => vec![part, whole, at],
        Measure::People { when, at, .. } => vec![when, at],
        Measure::Balance { when, year, .. } => std::iter::once(when).chain(year).collect(),
        Measure::Blend(_) => Vec::new(),
        Measure::Stock { when, since, until } => vec![when, since, until],
    };
    formulas.into_iter().flat_map(|formula| formula.expr.mentions()).collect()
}

fn name<'a>(it: &'a Mechanism, id: &'a FieldId) -> &'a str {
    it.field(id.as_str()).map_or(id.as_str(), |field| &field.name)
}

fn place(matter: &Raw, key: &str, id: &str, prop: &str) -> std::ops::Range<usize> {
    let raw = matter.inside(key).find(|it| it.arg(0) == id);
    raw.map_or(matter.span.clone(), |raw| if prop.is_empty() { raw.span.clone() } else { raw.prop_span(prop) })
}
