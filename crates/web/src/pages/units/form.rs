//! How is an order about units filled in? One form a kind; what was typed comes back whole.
//!
//! Never judges an order: only what a text means as a unit is asked here.

use std::collections::BTreeMap;

use app::Ctx;
use app::queries::units::choosing::{self, For};
use kernel::catalog::{Hierarchy, LEVELS, Managed};
use kernel::ids::{FieldId, PersonId, UnitId, UnitKind};
use kernel::organisation::order::{Change, Order, Takes, UnitFacts};
use kernel::refusal::{Refusal, Spot};
use maud::{Markup, html};
use uuid::Uuid;

use super::KINDS;
use crate::parts::fields::{Control, Field, Options, Pickable, field};
use crate::sent::Sent;
use crate::urls;

/// What was typed: names and texts, several under one name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed(pub(crate) BTreeMap<String, Vec<String>>);

/// The fields of an order's form; nothing else is taken from what was sent.
const NAMES: [&str; 19] = [
    "kind", "unit", "on", "decision", "why", "name", "short_name", "pinyin", "unit_kind", "level", "code",
    "credit_code", "above", "into", "units", "of", "takes_units", "takes_people", "takes_mechanisms",
];
/// Boxes that stand alone.
const BOXES: [&str; 1] = ["with_roles"];

impl Typed {
    /// What a form sent.
    pub(crate) fn of(sent: &Sent) -> Self {
        let all = NAMES.iter().chain(&BOXES).map(|name| ((*name).to_owned(), sent.all(name)));
        Self(all.filter(|(_, texts)| !texts.is_empty()).collect())
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|texts| texts.first()).map_or("", |text| text.trim())
    }

    fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name).to_owned()).filter(|text| !text.is_empty())
    }

    fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    fn put(&mut self, name: &str, text: impl Into<String>) {
        self.0.insert(name.to_owned(), vec![text.into()]);
    }

    /// The texts, as hidden controls of the form that carries the plan.
    pub(crate) fn hidden(&self) -> Markup {
        html! { @for (name, texts) in &self.0 { @for text in texts { input type="hidden" name=(name) value=(text); } } }
    }
}

/// A form that was not filled in yet: what is known about the unit stands in it.
pub(crate) fn blank(ctx: &Ctx, kind: &str, unit: Option<UnitId>) -> Typed {
    let mut typed = Typed::default();
    typed.put("kind", kind);
    typed.put("on", ctx.today.to_string());
    let Some(unit) = unit.and_then(|unit| ctx.tree.unit(unit)) else { return typed };
    match kind {
        "found" => typed.put("above", ctx.tree.label(unit.id)),
        "merge" => typed.put("units", ctx.tree.label(unit.id)),
        _ => typed.put("unit", unit.id.to_string()),
    }
    if kind == "alter" {
        typed.put("name", unit.name.as_str());
        typed.put("short_name", if unit.short_name == unit.name { "" } else { &unit.short_name });
        typed.put("pinyin", unit.pinyin.as_str());
        typed.put("unit_kind", unit.kind.as_str());
        typed.put("level", unit.level.clone().unwrap_or_default());
        typed.put("code", unit.code.clone().unwrap_or_default());
        typed.put("credit_code", unit.credit_code.clone().unwrap_or_default());
        let linked = ctx.tree.past().linked(unit.id, ctx.today);
        typed.put("of", linked.into_iter().map(|other| ctx.tree.label(other)).collect::<Vec<_>>().join("、"));
    }
    if kind == "split" {
        typed.put("unit_kind", unit.kind.as_str());
        typed.put("with_roles", "yes");
    }
    typed
}

/// The order that was typed, or everything that cannot be read. `key` is the form's own key: ids to come follow from it.
pub(crate) fn order(ctx: &Ctx, typed: &Typed, key: &str) -> Result<Order, Vec<Refusal>> {
    let mut reading = Reading { ctx, typed, refusals: Vec::new() };
    let on = typed.text("on").parse().unwrap_or_else(|_| {
        reading.tell(Refusal::new("field.not_a_day").with("field", "生效日"), "on");
        ctx.today
    });
    let change = reading.change(new_id(key));
    match (change, reading.refusals.is_empty()) {
        (Some(change), true) => {
            Ok(Order { on, decision: typed.text("decision").to_owned(), why: typed.text("why").to_owned(), change })
        }
        _ => Err(reading.refusals),
    }
}

/// The id of a unit to come: the same each time the same form is sent.
fn new_id(key: &str) -> UnitId {
    let digest = kernel::journal::digest(format!("unit of the form {key}").as_bytes());
    let bytes = digest.as_bytes().iter().take(16).copied().collect::<Vec<u8>>();
    let bytes: [u8; 16] = bytes.try_into().unwrap_or_default();
    UnitId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

struct Reading<'a> {
    ctx: &'a Ctx,
    typed: &'a Typed,
    refusals: Vec<Refusal>,
}

impl Reading<'_> {
    fn tell(&mut self, refusal: Refusal, name: &str) {
        self.refusals.push(refusal.at(Spot::Field(FieldId::from(name))));
    }

    fn change(&mut self, new: UnitId) -> Option<Change> {
        match self.typed.text("kind") {
            "found" => {
                let above = self.unit(&For::Managed, "above", "上级单位");
                let of = self.units(&For::Administrative, "of", "挂靠单位");
                Some(Change::Found { unit: new, facts: self.facts()?, above, of })
            }
            "alter" => {
                let of = self.units(&For::Administrative, "of", "挂靠单位");
                Some(Change::Alter { unit: self.itself()?, facts: self.facts()?, of })
            }
            "move" => {
                let above = self.needed("above", "新的上级单位")?;
                Some(Change::Move { unit: self.itself()?, above })
            }
            "merge" => {
                let units = self.units(&For::Managed, "units", "并入的单位");
                let into = self.needed("into", "并入到")?;
                Some(Change::Merge { units, into, with_roles: self.typed.text("with_roles") == "yes" })
            }
            "split" => {
                let takes = Takes {
                    units: self.ids("takes_units").into_iter().map(UnitId).collect(),
                    people: self.ids("takes_people").into_iter().map(PersonId).collect(),
                    mechanisms: self.typed.all("takes_mechanisms").to_vec(),
                    with_roles: self.typed.text("with_roles") == "yes",
                };
                Some(Change::Split { unit: self.itself()?, new, facts: self.facts()?, takes })
            }
            "dissolve" => Some(Change::Dissolve { unit: self.itself()? }),
            _ => {
                self.refusals.push(Refusal::new("unit.no_such_order"));
                None
            }
        }
    }

    fn itself(&mut self) -> Option<UnitId> {
        let unit = self.typed.text("unit").parse().ok().filter(|unit| self.ctx.tree.unit(*unit).is_some());
        if unit.is_none() {
            self.tell(Refusal::new("unit.not_there_any_more"), "unit");
        }
        unit
    }

    fn unit(&mut self, purpose: &For, name: &str, label: &str) -> Option<UnitId> {
        match choosing::meant(self.ctx, purpose, name, label, self.typed.text(name)) {
            Ok(unit) => unit,
            Err(refusal) => {
                self.refusals.push(refusal);
                None
            }
        }
    }

    fn needed(&mut self, name: &str, label: &str) -> Option<UnitId> {
        if self.typed.text(name).is_empty() {
            self.tell(Refusal::new("field.missing").with("field", label), name);
        }
        self.unit(&For::Managed, name, label)
    }

    fn units(&mut self, purpose: &For, name: &str, label: &str) -> Vec<UnitId> {
        match choosing::all_meant(self.ctx, purpose, name, label, self.typed.text(name)) {
            Ok(units) => units,
            Err(refusals) => {
                self.refusals.extend(refusals);
                Vec::new()
            }
        }
    }

    fn ids(&self, name: &str) -> Vec<Uuid> {
        self.typed.all(name).iter().filter_map(|text| text.parse().ok()).collect()
    }

    fn facts(&mut self) -> Option<UnitFacts> {
        let name = self.typed.text("name").to_owned();
        let pinyin = self.typed.filled("pinyin").unwrap_or_else(|| app::pinyin::initials(&name));
        let kind = self.typed.text("unit_kind");
        let level = self.typed.filled("level");
        let own = || self.ctx.vocabulary().unit_kind(kind)?.level.as_deref().map(str::to_owned);
        let level = if self.typed.text("kind") == "alter" { level } else { level.or_else(own) };
        let code = self.typed.filled("credit_code");
        let code = code.map(|code| kernel::organisation::credit_code::parse(&code).unwrap_or(code));
        Some(UnitFacts {
            name,
            short_name: self.typed.filled("short_name"),
            pinyin: pinyin.to_ascii_lowercase(),
            unit_kind: UnitKind::from(kind),
            level,
            code: self.typed.filled("code"),
            credit_code: code,
        })
    }
}

/// The label of a field, for the summary of a refusal.
pub(crate) fn label(name: &str) -> String {
    let words = match name {
        "on" => "生效日",
        "decision" => "批准文号",
        "why" => "事由",
        "name" => "单位名称",
        "short_name" => "简称",
        "pinyin" => "拼音首字母",
        "unit_kind" | "kind" => "种类",
        "level" => "级别",
        "code" => "机构编码",
        "credit_code" => "统一社会信用代码",
        "above" => "上级单位",
        "into" => "并入到",
        "units" => "并入的单位",
        "of" => "挂靠单位",
        _ => "单位",
    };
    words.to_owned()
}

/// The fields of the form; `said` gives the sentence of a refusal at a field.
pub(crate) fn fields(ctx: &Ctx, typed: &Typed, said: &dyn Fn(&str) -> Option<String>) -> Markup {
    let form = Form { ctx, typed, said };
    let kind = typed.text("kind");
    let unit = typed.text("unit").parse().ok().and_then(|unit| ctx.tree.unit(unit));
    html! {
        input type="hidden" name="kind" value=(kind);
        @if let Some(unit) = unit { input type="hidden" name="unit" value=(unit.id); }
        @match kind {
            "found" => {
                (form.chooser("above", "上级单位", &For::Managed, false, "最上级单位不填"))
                (form.facts())
            }
            "alter" => (form.facts()),
            "move" => (form.chooser("above", "新的上级单位", &For::Managed, true, "")),
            "merge" => {
                (form.chooser("units", "并入的单位", &For::Managed, true, "可写几个，用顿号隔开；并入后不再存在"))
                (form.chooser("into", "并入到", &For::Managed, true, ""))
                (form.tick("with_roles", "被并单位的授权", "随人转到并入后的单位（不勾选就到期终止；本人的授权不随转）"))
            }
            "split" => {
                (form.facts())
                (form.takes(unit.map(|unit| unit.id)))
            }
            _ => {}
        }
        (form.field("decision", "批准文号", Control::Text { value: typed.text("decision").to_owned(), max: Some(100), autocomplete: None }, true, "例如 岚编〔2026〕3号"))
        (form.field("on", "生效日", Control::Day { value: typed.text("on").to_owned(), min: None, max: None }, true, "可以是已过去的一天，也可以是将来的一天；将来的到那天自动执行"))
        (form.field("why", "事由", Control::LongText { value: typed.text("why").to_owned(), rows: 2, max: Some(500) }, false, ""))
    }
}

struct Form<'a> {
    ctx: &'a Ctx,
    typed: &'a Typed,
    said: &'a dyn Fn(&str) -> Option<String>,
}

impl Form<'_> {
    fn field(&self, name: &str, label: &str, control: Control, required: bool, hint: &str) -> Markup {
        let made = Field::new(name, label, control).hint(hint).wrong((self.said)(name));
        field(&if required { made.required() } else { made })
    }

    fn chooser(&self, name: &str, label: &str, purpose: &For, required: bool, hint: &str) -> Markup {
        let control = Control::Chooser {
            value: self.typed.text(name).to_owned(),
            from: urls::with("/choose/units", &[("for", &purpose.word())]),
            many: matches!(name, "units" | "of"),
        };
        self.field(name, label, control, required, hint)
    }

    fn line(&self, name: &str, label: &str, required: bool, hint: &str) -> Markup {
        let value = self.typed.text(name).to_owned();
        self.field(name, label, Control::Text { value, max: Some(60), autocomplete: None }, required, hint)
    }

    fn tick(&self, name: &str, label: &str, words: &str) -> Markup {
        let options = Options::flat(vec![Pickable::new("yes", words)]);
        self.field(name, label, Control::PickMany { options, chosen: self.typed.all(name).to_vec() }, false, "")
    }

    fn facts(&self) -> Markup {
        let vocabulary = self.ctx.vocabulary();
        let kinds = Hierarchy::ALL.iter().map(|(_, name, hierarchy)| {
            let own = vocabulary.unit_kinds.iter().filter(|kind| kind.hierarchy == *hierarchy);
            ((*name).to_owned(), own.map(|kind| Pickable::new(kind.id.as_str(), kind.name.as_str())).collect())
        });
        let kinds = Control::Choice {
            options: Options::tree(kinds.collect()),
            chosen: self.typed.text("unit_kind").to_owned(),
            as_radios: false,
        };
        let levels = vocabulary.list(LEVELS).map_or_else(Vec::new, |list| {
            list.items.iter().map(|item| Pickable::new(&*item.id, &*item.name)).collect()
        });
        let levels = Control::Choice {
            options: Options::flat(levels),
            chosen: self.typed.text("level").to_owned(),
            as_radios: false,
        };
        html! {
            (self.line("name", "单位名称", true, "写全称"))
            (self.line("short_name", "简称", false, ""))
            (self.field("unit_kind", "种类", kinds, true, ""))
            (self.field("level", "级别", levels, false, "不选就按种类"))
            (self.line("pinyin", "拼音首字母", false, "不填就按名称自动取，多音字请自己写"))
            (self.line("code", "机构编码", false, ""))
            (self.line("credit_code", "统一社会信用代码", false, "18位"))
            (self.chooser("of", "挂靠单位", &For::Administrative, false, "只有党组织填；可写几个，用顿号隔开"))
        }
    }

    /// What may go along with a part that becomes a unit of its own.
    fn takes(&self, unit: Option<UnitId>) -> Markup {
        let Some(unit) = unit else { return html! {} };
        let tree = &self.ctx.tree;
        let below: Vec<Pickable> = tree
            .children(unit)
            .filter(|below| below.is_present())
            .map(|below| Pickable::new(below.id.to_string(), below.name.as_str()).found_by(below.pinyin.as_str(), ""))
            .collect();
        let mut people: Vec<_> = tree.working_in(unit).collect();
        people.sort_by(|a, b| (&a.pinyin, a.id).cmp(&(&b.pinyin, b.id)));
        let people: Vec<Pickable> = people
            .into_iter()
            .map(|person| {
                let post = person.post_name.clone().unwrap_or_default();
                Pickable::new(person.id.to_string(), person.name.as_str()).found_by(person.pinyin.as_str(), post)
            })
            .collect();
        let mechanisms = self.ctx.catalog().mechanisms.values().filter(|mechanism| mechanism.roster.is_none());
        let mechanisms: Vec<Pickable> =
            mechanisms.map(|mechanism| Pickable::new(mechanism.id.as_str(), mechanism.name.as_str())).collect();
        html! {
            @for (name, label, list) in [("takes_units", "划走的下级单位", below), ("takes_people", "划走的人员", people), ("takes_mechanisms", "划走的在办事项", mechanisms)] {
                @if !list.is_empty() {
                    @let control = Control::PickMany { options: Options::flat(list), chosen: self.typed.all(name).to_vec() };
                    @let hint = if name == "takes_people" { "不勾选的留在原单位；档案随人走，现任的人都划走的职位也随着走" } else { "不勾选的留在原单位" };
                    (self.field(name, label, control, false, hint))
                }
            }
            (self.tick("with_roles", "划走人员的授权", "随人转到新单位（本人的授权不随转）"))
        }
    }
}

/// The title of a form.
pub(crate) fn title(ctx: &Ctx, typed: &Typed) -> String {
    let words = KINDS.iter().find(|(kind, _)| *kind == typed.text("kind")).map_or("机构调整", |(_, words)| words);
    let unit = typed.text("unit").parse().ok().and_then(|unit: UnitId| ctx.tree.unit(unit));
    unit.map_or_else(|| words.to_owned(), |unit| format!("{}：{words}", unit.name))
}

/// May this person give such orders at all?
pub(crate) fn keeps_units(ctx: &Ctx) -> bool {
    !ctx.managed(Managed::Units).is_empty()
}
