//! What may this person do with a record beside its steps, who has signed a joint step, and to whom was it copied?
//!
//! Never a move that would be refused for authority.

use kernel::authority::reach::To;
use kernel::catalog::{Joint, Step};
use kernel::flow::Seat;
use kernel::journal::Entry;
use kernel::workflow::moves::{self, ADD, COPY, HAND, NOTE, PASS_ON, RECALL, TIE, UNTIE, URGE};
use kernel::workflow::{Attempt, LONGEST_OPINION, recall, seats};

use crate::commands::moves::{does_business, in_hand};
use crate::commands::parties::copied;
use crate::ctx::Ctx;
use crate::queries::forms::{self, Again, Choice, Control, FormField, StepForm};
use crate::records::Found;
use crate::words::day_in_prose;

/// A joint step under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundLine {
    /// The step's name.
    pub step: String,
    /// How many must sign, in words.
    pub how: String,
    /// Who has signed and who is awaited, in order.
    pub places: Vec<PlaceLine>,
}

/// One of those who sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceLine {
    /// The unit or the person.
    pub whom: String,
    /// Who signed when, or who is awaited.
    pub words: String,
    /// Is the signature there?
    pub is_signed: bool,
    /// Is it awaited now?
    pub is_turn: bool,
}

/// The joint step under way, if the record's state waits for one.
pub fn round(ctx: &Ctx, found: &Found) -> Option<RoundLine> {
    let step = moves::joint_step(&found.mechanism, &found.record)?;
    let names = ctx.names();
    let place = |place: seats::Place| {
        let (whom, awaited) = match place.seat {
            Seat::Unit(unit) => (names.unit(unit), holders(ctx, step, unit)),
            Seat::Person(person) => (names.person(person), String::new()),
            Seat::Anybody => ("还差一人".to_owned(), holders(ctx, step, found.record.unit)),
        };
        let asked = place.added_by.map(|by| format!("（{}加签）", names.person(by))).unwrap_or_default();
        let (whom, words) = match &place.signed {
            Some(signed) => {
                let behalf = signed.behalf.map(|id| format!("（代{}）", names.person(id))).unwrap_or_default();
                let hand = names.person(signed.person);
                let whom = if place.seat == Seat::Anybody { hand.clone() } else { whom };
                (whom, format!("{hand}{behalf}，{}", day_in_prose(signed.on)))
            }
            None if place.is_turn && awaited.is_empty() => (whom, "等其办理".to_owned()),
            None if place.is_turn => (whom, format!("等{awaited}办理")),
            None => (whom, "还没有轮到".to_owned()),
        };
        PlaceLine { whom: whom + &asked, words, is_signed: place.signed.is_some(), is_turn: place.is_turn }
    };
    Some(RoundLine {
        step: step.name.clone(),
        how: how(step),
        places: moves::table(&found.mechanism, &found.record).into_iter().map(place).collect(),
    })
}

fn how(step: &Step) -> String {
    match step.joint {
        Some(Joint::All) | None => "各方都要办".to_owned(),
        Some(Joint::Any) => "任何一方办了就行".to_owned(),
        Some(Joint::InOrder) => "依次办".to_owned(),
        Some(Joint::People(people)) => format!("要{people}个不同的人办"),
    }
}

fn holders(ctx: &Ctx, step: &Step, unit: kernel::ids::UnitId) -> String {
    let mut names: Vec<String> = Vec::new();
    for person in step.who.iter().flat_map(|role| ctx.tree.holders(role, unit, ctx.today)) {
        if !names.contains(&person.name) {
            names.push(person.name.clone());
        }
    }
    names.join("、")
}

/// To whom a record was copied, each once.
pub fn copies(ctx: &Ctx, entries: &[Entry]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for entry in entries.iter().filter(|entry| !matches!(entry.step.as_str(), ADD | PASS_ON)) {
        for name in copied(entry).map(|to| name(ctx, to)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// What an entry says of somebody to whom it showed the record.
pub fn shown(ctx: &Ctx, entry: &Entry, to: To) -> String {
    match entry.step.as_str() {
        ADD | PASS_ON => name(ctx, to),
        _ => format!("抄送{}", name(ctx, to)),
    }
}

fn name(ctx: &Ctx, to: To) -> String {
    match to {
        To::Person(id) => ctx.names().person(id),
        To::Unit(id) => ctx.names().unit(id),
    }
}

/// The forms of the moves that this person may make.
///
/// `related` are the records that somebody tied to this one.
pub fn forms(
    ctx: &Ctx,
    found: &Found,
    (entries, related): (&[Entry], Vec<Choice>),
    again: Option<(&str, &Again)>,
) -> Vec<StepForm> {
    let (record, mechanism) = (&found.record, &*found.mechanism);
    if ctx.person().is_none() {
        return Vec::new();
    }
    let id = "".into();
    let attempt = Attempt {
        actor: &ctx.actor,
        step: &id,
        filled: Vec::new(),
        faults: Vec::new(),
        opinion: None,
        reason: None,
        past: &[],
        tree: &*ctx.tree,
    };
    let of = |step: &str| again.filter(|(id, _)| *id == step);
    let mut list = Vec::new();
    if recall::may_recall(mechanism, record, &attempt, entries).is_ok() {
        list.push(form(RECALL, again, Vec::new()));
    }
    list.push(form(NOTE, again, note_fields(ctx, of(NOTE))));
    list.extend(ties(related, again));
    if !record.is_open() {
        list.push(form(COPY, again, copy_fields(ctx, of(COPY))));
        return list;
    }
    if moves::may_hand(ctx.clock(), mechanism, record, &attempt).is_ok() {
        list.push(form(
            HAND,
            again,
            vec![field("person", "转给谁", Control::One(fitting(ctx, found)), true, of(HAND))],
        ));
    }
    if moves::may_add(ctx.clock(), mechanism, record, &attempt).is_ok() {
        let place = |id: &str, name: &str| Choice { id: id.into(), name: name.into(), pinyin: "".into(), group: None };
        let places = vec![place("after", "在我之后"), place("before", "在我之前")];
        let mut at = field("place", "先后", Control::One(places), true, of(ADD));
        if at.typed.is_empty() {
            at.typed = vec!["after".to_owned()];
        }
        let who = field("person", "请谁加签", Control::One(colleagues(ctx)), true, of(ADD));
        list.push(form(ADD, again, vec![who, at]));
    }
    if in_hand(ctx, found).iter().any(|person| Some(*person) != ctx.person()) {
        let words = field("words", "催办的话", Control::Text { max: 200 }, false, of(URGE));
        list.push(form(URGE, again, vec![words]));
    }
    list.push(form(COPY, again, copy_fields(ctx, of(COPY))));
    list
}

/// Tying it to another record, and taking that back.
fn ties(related: Vec<Choice>, again: Option<(&str, &Again)>) -> Vec<StepForm> {
    let of = |step: &str| again.filter(|(id, _)| *id == step);
    let other = FormField {
        help: Some("写编号，例如“督〔2026〕3号”；没有编号的，粘贴它的网址。".to_owned()),
        ..field("record", "哪一件", Control::Text { max: 200 }, true, of(TIE))
    };
    let words = field("words", "说明", Control::Text { max: 200 }, false, of(TIE));
    let mut list = vec![form(TIE, again, vec![other, words])];
    if !related.is_empty() {
        list.push(form(UNTIE, again, vec![field("record", "与哪一件", Control::One(related), true, of(UNTIE))]));
    }
    list
}

/// Those to whom it may be handed: whoever else holds the role of its state over its unit.
fn fitting(ctx: &Ctx, found: &Found) -> Vec<Choice> {
    use kernel::workflow::Numbered as _;
    let role = found.record.holder.clone().into_iter().collect::<Vec<_>>();
    let may = |choice: &Choice| {
        let person = choice.id.parse().ok();
        person.is_some_and(|id| {
            found.record.flow.person != Some(id) && ctx.tree.holds(id, &role, found.unit_ord, ctx.today)
        })
    };
    forms::people(ctx).into_iter().filter(may).collect()
}

/// Everybody who may be shown a record.
fn colleagues(ctx: &Ctx) -> Vec<Choice> {
    let does_business = |choice: &Choice| choice.id.parse().is_ok_and(|id| does_business(ctx, id));
    forms::people(ctx).into_iter().filter(does_business).collect()
}

fn copy_fields(ctx: &Ctx, again: Option<(&str, &Again)>) -> Vec<FormField> {
    vec![
        field("people", "抄送给谁", Control::Many(colleagues(ctx)), false, again),
        field("units", "抄送单位", Control::Many(forms::all_units(ctx)), false, again),
        field("words", "附言", Control::Text { max: 200 }, false, again),
    ]
}

fn note_fields(ctx: &Ctx, again: Option<(&str, &Again)>) -> Vec<FormField> {
    vec![
        field("words", "说什么", Control::LongText { max: LONGEST_OPINION }, true, again),
        field("people", "提到谁", Control::Many(colleagues(ctx)), false, again),
    ]
}

fn field(id: &str, name: &str, control: Control, required: bool, again: Option<(&str, &Again)>) -> FormField {
    let typed = again.and_then(|(_, again)| again.typed.fields.iter().find(|(field, _)| *field == *id));
    let fault = again.and_then(|(_, again)| {
        again.refusals.iter().find(|said| said.at == kernel::refusal::Spot::Field(id.into())).cloned()
    });
    FormField {
        id: id.to_owned(),
        name: name.to_owned(),
        required,
        help: None,
        control,
        typed: typed.map(|(_, texts)| texts.clone()).unwrap_or_default(),
        fault,
        held: None,
        fixed: false,
    }
}

fn form(step: &str, again: Option<(&str, &Again)>, fields: Vec<FormField>) -> StepForm {
    let typed = again.filter(|(id, _)| *id == step).map(|(_, again)| again);
    StepForm {
        id: step.to_owned(),
        name: moves::name_of(step).unwrap_or("").to_owned(),
        because: None,
        leads_on: false,
        opinion: false,
        reason: matches!(step, HAND | ADD | UNTIE),
        opinion_typed: String::new(),
        reason_typed: typed.map(|again| again.reason.clone()).unwrap_or_default(),
        paper: None,
        fields,
        refusals: typed.map(|again| again.refusals.clone()).unwrap_or_default(),
    }
}
