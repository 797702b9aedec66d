//! What is kept of an account, what may be done with it, and what do steps do with accounts?
//!
//! Never adds up: that is `kernel::kinds::ledger`.

use std::collections::BTreeMap;

use super::Sheet;
use super::desk::Desk;
use super::fields::Fields;
use super::flow::{Names, guard};
use crate::catalog::raw::Raw;
use crate::catalog::{FieldType, Mechanism};
use crate::formula::{Measure, Type, Wanted};
use crate::ids::{FieldId, MechanismId, RoleId, StateId};
use crate::kinds::ledger::{Account, Counted, Draw, FREE, Movement, OUTSIDE, OVER, Place, Stage, Whence, Word};

/// `account measure="名" …`.
pub(super) fn account(desk: &mut Desk<'_>, top: &Raw, names: &Names, own: &Fields) -> Option<Account> {
    let raw = top.first("account")?;
    let places = raw.whole("places").unwrap_or(0);
    if !(0..=6).contains(&places) {
        desk.tell(raw.prop_span("places"), "places 写0到6");
    }
    let ceiling = raw.text("ceiling").unwrap_or_else(|| "核定".to_owned());
    let free = raw.text("free").unwrap_or_else(|| "空余".to_owned());
    let mut stages: Vec<Stage> = Vec::new();
    for it in raw.inside("account.stage") {
        let (id, name) = (it.arg(0), it.arg(1));
        let is_taken = [FREE, OUTSIDE].contains(&id) || stages.iter().any(|other| *other.id == *id);
        let is_called = [ceiling.as_str(), &free, OVER].contains(&name) || stages.iter().any(|it| it.name == name);
        if is_taken || is_called || name.contains(['+', '-']) {
            desk.tell_hint(
                it.span.clone(),
                format!("“{name}”和别的重了"),
                "stage 的代号和名称都要另取，也不能含加减号",
            );
        }
        stages.push(Stage { id: id.into(), name: name.to_owned(), own: it.says("own") });
    }

    let of = desk.many(raw, "of", "栏目", &names.fields);
    for id in &of {
        let fits = own
            .find(id)
            .is_some_and(|field| field.required && !matches!(field.of, FieldType::Computed { .. } | FieldType::Files));
        if !fits {
            let hint = "of 写必填的栏目，例如单位、类型、年度";
            desk.tell_hint(raw.prop_span("of"), format!("不能按 {id} 认账户"), hint);
        }
    }
    let of = of.into_iter().map(Into::into).collect();
    let states: Vec<StateId> = desk.many(raw, "states", "状态", &names.states).into_iter().map(StateId::from).collect();
    let mut words: Vec<Word> = Vec::new();
    for it in raw.inside("account.movement") {
        let word = word(desk, it, names, own, &stages);
        if words.iter().any(|other| other.id == word.id || other.name == word.name) {
            desk.tell(it.span.clone(), format!("变动“{}”写了两次", word.name));
        }
        words.push(word);
    }
    let measure = raw.text("measure").unwrap_or_default();
    Some(Account { measure, places: places.clamp(0, 6) as u32, of, states, ceiling, free, stages, words })
}

fn word(desk: &mut Desk<'_>, raw: &Raw, names: &Names, own: &Fields, stages: &[Stage]) -> Word {
    let mut known: Vec<String> = stages.iter().map(|it| it.id.to_string()).collect();
    known.push(FREE.to_owned());
    // enforces: account.movement.from
    let from = desk.one_prop(raw, "from", "地方", &known).map_or(Place::Outside, Place::of);
    // enforces: account.movement.to
    let to = desk.one_prop(raw, "to", "地方", &known).map_or(Place::Outside, Place::of);
    let transfer = raw.says("transfer");
    if from == to {
        desk.tell_hint(raw.span.clone(), "从哪里来到哪里去是一样的", "from 和 to 至少写一个，而且要不同");
    }
    // enforces: account.movement.transfer
    if transfer && (from != Place::Free || to != Place::Outside) {
        desk.tell_hint(raw.prop_span("transfer"), "调剂是从空余出到别的账户", "写 from=\"free\"，不写 to");
    }
    // enforces: account.movement.over
    if raw.says("over") && from != Place::Free {
        desk.tell_hint(raw.prop_span("over"), "这种变动不会超出上限", "只有从 free 出的才写 over");
    }
    Word {
        id: raw.arg(0).into(),
        name: raw.arg(1).to_owned(),
        from,
        to,
        who: desk.many(raw, "who", "角色", &names.roles).into_iter().map(RoleId::from).collect(),
        document: raw.says("document"),
        reason: raw.says("reason"),
        over: raw.says("over"),
        transfer,
        when: guard(desk, raw, own),
        because: raw.text("because"),
    }
}

/// `draws "reserve" account="account" amount="人数"`.
pub(super) fn draws(desk: &mut Desk<'_>, step: &Raw, names: &Names, own: &Fields) -> Vec<Draw> {
    let mut draws = Vec::new();
    for raw in step.inside("step.draws") {
        if step.prop("recall").is_none() || step.says("recall") || step.says("batch") || step.prop("joint").is_some() {
            let hint = "写 recall=#false，不写 batch 和 joint：账上的变动只能冲销，一次记一件事的";
            desk.tell_hint(raw.span.clone(), format!("“{}”不能动用账户", step.arg(1)), hint);
        }
        let field = |desk: &mut Desk<'_>, prop: &str, wanted: &str, fits: &dyn Fn(&FieldType) -> bool| {
            own.named((desk, raw, names), prop, wanted, |it| fits(&it.of))
        };
        let named = field(desk, "account", "关联栏目", &|of| matches!(of, FieldType::Record { .. }));
        let found = found(desk, raw, own);
        if raw.prop("account").is_some() == raw.prop("of").is_some() {
            let hint = "关联栏目里写着账户的写 account，按栏目找账户的写 of 和 by";
            desk.tell_hint(raw.span.clone(), "account 和 of 要写一个，只能写一个", hint);
        }
        let account = named.map(Whence::Named).or(found);
        // enforces: step.draws.reason
        let reason = field(desk, "reason", "文字栏目", &|of| {
            matches!(of, FieldType::Text { .. } | FieldType::LongText { .. })
        });
        // enforces: step.draws.on
        let on = field(desk, "on", "日期栏目", &|of| matches!(of, FieldType::Day));
        // enforces: step.draws.document
        let document = field(desk, "document", "文字栏目", &|of| matches!(of, FieldType::Text { .. }));
        // enforces: step.draws.amount
        let amount = desk.formula_prop(raw, "amount", &own.scope, Wanted::Number);
        if let (Some(account), Some(amount)) = (account, amount) {
            draws.push(Draw { word: raw.arg(0).into(), account, amount, on, document, reason });
        }
    }
    draws
}

/// `of="paper_cap" { by "unit" "拟稿单位" }`: that it is an account, and which fields tell one from another, is asked once
/// all files are read.
// enforces: step.draws.of
fn found(desk: &mut Desk<'_>, raw: &Raw, own: &Fields) -> Option<Whence> {
    let of = raw.text("of")?;
    let by = raw.inside("step.draws.by").filter_map(|it| {
        let formula = desk.formula(it.args.get(1)?, &own.scope, Wanted::Any)?;
        Some((FieldId::from(it.arg(0)), formula))
    });
    Some(Whence::Found(of.as_str().into(), by.collect()))
}

/// What steps draw on is an account, and what they do with it may be done so.
// enforces: step.draws.account
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) else { continue };
        let mut faults = Vec::new();
        for raw in sheet.matter.inside("step") {
            let Some(step) = mechanism.step(raw.arg(0)) else { continue };
            for (draw, raw) in step.draws.iter().zip(raw.inside("step.draws")) {
                let Some(of) = draw.ledger(mechanism) else { continue };
                let Some(ledger) = mechanisms.get(of.as_str()) else {
                    if matches!(draw.account, Whence::Found(..)) {
                        faults.push((raw.prop_span("of"), format!("没有额度机制 {of}")));
                    }
                    continue;
                };
                if let Some(sentence) = not_told_apart(draw, ledger) {
                    faults.push((raw.span.clone(), sentence));
                }
                if let Some(sentence) = misfit(draw, ledger, step.reason) {
                    faults.push((raw.span.clone(), sentence));
                }
            }
        }
        faults.into_iter().for_each(|(span, sentence)| sheet.desk.tell(span, sentence));
    }
}

/// Do the fields by which an account is found tell one from another?
// enforces: step.draws.by
fn not_told_apart(draw: &Draw, ledger: &Mechanism) -> Option<String> {
    let (Whence::Found(_, by), Some(account)) = (&draw.account, &ledger.account) else { return None };
    let mut written: Vec<&FieldId> = by.iter().map(|(field, _)| field).collect();
    let mut wanted: Vec<&FieldId> = account.of.iter().collect();
    written.sort();
    wanted.sort();
    let names: Vec<&str> = account.of.iter().map(|it| it.as_str()).collect();
    (written != wanted).then(|| format!("“{}”的账户按{}认，每一个都要写一行 by", ledger.name, names.join("、")))
}

/// What is wrong with what a step does with an account.
fn misfit(draw: &Draw, ledger: &Mechanism, has_reason: bool) -> Option<String> {
    let Some(account) = &ledger.account else {
        return Some(format!("“{}”没有账户，动用不了", ledger.name));
    };
    let Some(word) = account.word(&draw.word) else {
        let known: Vec<&str> = account.words.iter().map(|it| &*it.id).collect();
        return Some(format!("“{}”没有名为 {} 的变动，有：{}", ledger.name, draw.word, known.join("、")));
    };
    let measure = match &draw.amount.of {
        Type::Number(Measure::Unit(unit)) => **unit == *account.measure,
        Type::Number(Measure::Money) => account.measure == "元",
        Type::Number(Measure::Plain) => true,
        _ => false,
    };
    if !measure {
        return Some(format!("amount 算出来的单位和账户的单位“{}”不一样", account.measure));
    }
    let lacks = |what: &str| Some(format!("“{}”要写{what}", word.name));
    match word {
        word if word.transfer => Some(format!("“{}”是调剂，要在账户页上办", word.name)),
        word if word.document && draw.document.is_none() => lacks("文号：请写 document"),
        word if word.reason && !has_reason => lacks("理由：步骤要写 reason=#true"),
        _ => None,
    }
}

/// `balance="核定 - 占用"`: what is read off the account, and whether it is taken away. Where no place is called so, it is
/// what the movements of that name have moved.
pub(super) fn readings(desk: &mut Desk<'_>, raw: &Raw, account: Option<&Account>) -> Option<Vec<(bool, Counted)>> {
    let Some(account) = account else {
        desk.tell_hint(raw.prop_span("balance"), "没有写 account，没有余额", "balance 只能写在有账户的机制里");
        return None;
    };
    let known = account.counted();
    let mut all = Vec::new();
    let (mut minus, mut name) = (false, String::new());
    for sign in raw.text("balance")?.chars().chain(['+']) {
        if !matches!(sign, '+' | '-') {
            name.push(sign);
            continue;
        }
        let word = std::mem::take(&mut name).trim().to_owned();
        let Some((_, reading)) = known.iter().find(|(known, _)| *known == word) else {
            let names: Vec<String> = known.iter().map(|(name, _)| name.clone()).collect();
            desk.unknown(raw.prop_span("balance"), "余额", &word, &names);
            return None;
        };
        all.push((minus, reading.clone()));
        minus = sign == '-';
    }
    Some(all)
}

/// What is moved on the account that a record of an example is.
// enforces: example.movement.amount
// enforces: example.movement.on
pub(super) fn example(desk: &mut Desk<'_>, record: &Raw, account: Option<&Account>) -> Vec<Movement> {
    let mut movements = Vec::new();
    for raw in record.inside("example.movement") {
        let word = account.and_then(|it| it.word(raw.arg(0)));
        let amount = account.zip(raw.text("amount")).and_then(|(it, text)| it.read(&text).ok());
        let on = raw.prop("on").and_then(|it| it.text().parse().ok());
        let (Some(word), Some(amount), Some(on)) = (word, amount, on) else {
            desk.tell_hint(
                raw.span.clone(),
                "算例里的变动读不懂",
                "写变动的代号、amount 和 on，例如 movement \"grant\" amount=\"49\" on=\"2026-01-05\"",
            );
            continue;
        };
        movements.push(Movement::plain(movements.len() as i64 + 1, word, amount, on));
    }
    movements
}
