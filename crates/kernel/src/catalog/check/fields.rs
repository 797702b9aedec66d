//! What is written down in a record? Fields and child tables, with the names that formulas may use.
//!
//! Never looks at steps: who fills a field, and when, is for `flow`.

use std::sync::Arc;

use super::desk::Desk;
use super::flow::Names;
use super::scope::{OWN, RecordScope};
use crate::catalog::grammar::OWN_COLUMNS;
use crate::catalog::raw::Raw;
use crate::catalog::{Child, Field, FieldType, Vocabulary};
use crate::formula::{Choices, Expr, Formula, Measure, Type, Wanted};
use crate::identity::Form;
use crate::ids::FieldId;
use crate::kinds::activity::Count;
use crate::kinds::ballot::Told;
use crate::kinds::dispatch::Counted;

/// The most characters of a line and of a long text, and what they hold if nothing is said.
const LONGEST: i64 = 20_000;
const LINE: usize = 200;
const LONG_TEXT: usize = 4_000;

/// The fields of one mechanism and the names that its formulas may use.
pub(in crate::catalog) struct Fields {
    pub(in crate::catalog) fields: Vec<Field>,
    pub(in crate::catalog) children: Vec<Child>,
    pub(in crate::catalog) scope: RecordScope,
}

impl Fields {
    /// A field by id.
    pub(in crate::catalog) fn find(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|it| it.id == *id)
    }

    /// The field that a property names, if it is one that may stand there: `wanted` says which, in words.
    pub(super) fn named(
        &self,
        (desk, raw, names): (&mut Desk<'_>, &Raw, &Names),
        prop: &str,
        wanted: &str,
        fits: impl Fn(&Field) -> bool,
    ) -> Option<FieldId> {
        let id = desk.one_prop(raw, prop, "栏目", &names.fields)?;
        let found = self.find(id).filter(|it| fits(it));
        if found.is_none() {
            desk.tell(raw.prop_span(prop), format!("{id} 不合适：{prop} 要写{wanted}"));
        }
        found.map(|it| it.id.clone())
    }
}

/// Reads the fields of a mechanism; what is wrong goes to the desk.
pub(in crate::catalog) fn fields(
    desk: &mut Desk<'_>,
    matter: &Raw,
    vocabulary: &Vocabulary,
    mechanisms: &[String],
) -> Fields {
    let states: Vec<(&str, &str)> = matter.inside("state").map(|it| (it.arg(0), it.arg(1))).collect();
    let mut scope = RecordScope::new(Choices::new(states.clone()));
    let comes = matter.first("attendance").is_some();
    if comes {
        scope.add_turnout();
    }
    let votes = matter.first("voting").is_some();
    if votes {
        scope.add_tally();
    }
    let goes = matter.first("circulation").is_some();
    if goes {
        scope.add_receipts();
    }
    let state_ids: Vec<String> = states.iter().map(|(id, _)| (*id).to_owned()).collect();
    let mut reader = FieldReader { vocabulary, states: &state_ids, mechanisms, desk, comes, votes, goes };
    let mut children = Vec::new();
    for raw in matter.inside("child") {
        reader.name_is_free(raw);
        let fields = raw.inside("child.field").filter_map(|it| reader.field(it)).collect();
        children.push(Child { id: raw.arg(0).into(), name: raw.arg(1).to_owned(), fields });
    }
    let plain: Vec<(&Raw, Option<Field>)> = matter
        .inside("field")
        .map(|raw| {
            reader.name_is_free(raw);
            (raw, if raw.arg(2) == "computed" { None } else { reader.field(raw) })
        })
        .collect();
    for (raw, field) in &plain {
        match field {
            Some(field) => scope.add_field(field, vocabulary),
            None if raw.arg(2) != "computed" => {
                reader.desk.broken.extend([raw.arg(0).to_owned(), raw.arg(1).to_owned()])
            }
            None => {}
        }
    }
    children.iter().for_each(|it| scope.add_child(it, vocabulary));
    let waiting: Vec<&Raw> = matter.inside("field").filter(|it| it.arg(2) == "computed").collect();
    let computed = reader.computed(&mut scope, waiting);
    let mut fields = Vec::new();
    for (raw, field) in plain {
        let found = field.or_else(|| computed.iter().find(|it| it.id == *raw.arg(0)).cloned());
        if let Some(mut field) = found {
            field.default = reader.default(raw, &field, &scope);
            fields.push(field);
        }
    }
    Fields { fields, children, scope }
}

struct FieldReader<'a, 'f> {
    vocabulary: &'a Vocabulary,
    states: &'a [String],
    mechanisms: &'a [String],
    desk: &'a mut Desk<'f>,
    /// Do people come, so that they are counted by name?
    comes: bool,
    votes: bool,
    /// Do units receive it?
    goes: bool,
}

impl FieldReader<'_, '_> {
    /// No field may be called like something that every record has.
    fn name_is_free(&mut self, raw: &Raw) {
        let is_counted = self.comes && Count::ALL.iter().any(|(name, ..)| *name == raw.arg(1));
        let is_told = self.votes && Told::ALL.iter().any(|(name, ..)| *name == raw.arg(1));
        let is_told = is_told || (self.goes && Counted::ALL.iter().any(|(name, _)| *name == raw.arg(1)));
        if OWN.iter().any(|(name, _)| *name == raw.arg(1)) || is_counted || is_told {
            let sentence = format!("栏目不能叫“{}”：每条记录本来就有{0}", raw.arg(1));
            self.desk.tell_hint(raw.arg_span(1), sentence, "请换一个更具体的名称");
        }
        if raw.arg(1).contains(['{', '}', '[', ']', '|', '"']) {
            self.desk.tell(raw.arg_span(1), format!("名称“{}”里不能有括号、竖线和引号", raw.arg(1)));
        }
        if OWN_COLUMNS.contains(&raw.arg(0)) {
            let sentence = format!("代号 {} 已用作台账的固定列", raw.arg(0));
            self.desk.tell_hint(raw.arg_span(0), sentence, "请换一个代号");
        }
    }

    fn field(&mut self, raw: &Raw) -> Option<Field> {
        self.props_fit_type(raw);
        let of = self.field_type(raw)?;
        Some(self.with_type(raw, of))
    }

    fn with_type(&mut self, raw: &Raw, of: FieldType) -> Field {
        let aliases = match raw.first("field.aliases") {
            Some(aliases) => aliases.args.iter().map(|it| it.text().to_owned()).collect(),
            None => Vec::new(),
        };
        Field {
            id: raw.arg(0).into(),
            name: raw.arg(1).to_owned(),
            of,
            required: raw.says("required"),
            filter: raw.says("filter"),
            search: raw.says("search"),
            default: None,
            // enforces: child.field.help
            help: raw.text("help"),
            aliases,
            stamped: raw.text("stamped").map(Into::into),
            once: raw.says("once"),
            protection: super::protection::protection(self.desk, raw, self.vocabulary, self.states),
            form: raw.text("form").and_then(|word| Form::named(&word)),
            unique: raw.says("unique"),
            named_in: raw.text("states").unwrap_or_default().split_whitespace().map(Into::into).collect(),
        }
    }

    /// Properties that say nothing about this type are refused.
    fn props_fit_type(&mut self, raw: &Raw) {
        let of = raw.arg(2);
        let fits = |prop: &str| match prop {
            "max" => matches!(of, "text" | "long_text" | "whole"),
            "min" => of == "whole",
            "measure" => matches!(of, "whole" | "decimal"),
            "places" => of == "decimal",
            "list" => of == "choice",
            "of" | "states" => of == "record",
            "formula" => of == "computed",
            "once" => raw.prop("stamped").is_some(),
            "stamped" => matches!(of, "day" | "moment") && !raw.says("required") && raw.prop("default").is_none(),
            "filter" => matches!(of, "choice" | "unit" | "units" | "person" | "people" | "yes_no" | "day" | "month"),
            "form" | "unique" => of == "text",
            "search" => matches!(of, "text" | "long_text"),
            "required" | "default" => of != "computed",
            _ => true,
        };
        for (prop, written) in &raw.props {
            if !fits(prop) && !of.is_empty() {
                let hint = if prop == "stamped" {
                    "stamped 只用于不必填、没有默认值的 day 和 moment 栏目"
                } else {
                    "请去掉它，或者换一个类型"
                };
                self.desk.tell_hint(written.span.clone(), format!("{of} 栏目不能写 {prop}"), hint);
            }
        }
    }

    fn field_type(&mut self, raw: &Raw) -> Option<FieldType> {
        // enforces: child.field.measure
        let measure = raw.text("measure").map(|it| Arc::from(it.as_str()));
        let within = |desk: &mut Desk<'_>, prop: &str, least: i64, most: i64, otherwise: i64| match raw.whole(prop) {
            Some(number) if !(least..=most).contains(&number) => {
                desk.tell(raw.prop_span(prop), format!("{prop} 要在{least}到{most}之间"));
                otherwise
            }
            Some(number) => number,
            None => otherwise,
        };
        Some(match raw.arg(2) {
            // enforces: field
            // enforces: child.field
            // enforces: child.field.max
            "text" => FieldType::Text { max: within(self.desk, "max", 1, LONGEST, LINE as i64) as usize },
            "long_text" => FieldType::LongText { max: within(self.desk, "max", 1, LONGEST, LONG_TEXT as i64) as usize },
            // enforces: child.field.min
            "whole" => {
                let (min, max) = (raw.whole("min"), raw.whole("max"));
                if min.zip(max).is_some_and(|(min, max)| min > max) {
                    self.desk.tell(raw.prop_span("min"), "min 比 max 大");
                }
                FieldType::Whole { measure, min, max }
            }
            // enforces: child.field.places
            "decimal" => FieldType::Decimal { measure, places: within(self.desk, "places", 0, 6, 2) as u32 },
            "money" => FieldType::Money,
            "percent" => FieldType::Percent,
            "day" => FieldType::Day,
            "month" => FieldType::Month,
            "moment" => FieldType::Moment,
            "yes_no" => FieldType::YesNo,
            // enforces: child.field.list
            "choice" => FieldType::Choice { list: self.named(raw, "list", "选项表")?.into() },
            "unit" => FieldType::Unit,
            "units" => FieldType::Units,
            "person" => FieldType::Person,
            "people" => FieldType::People,
            // enforces: child.field.of
            "record" => FieldType::Record { of: self.named(raw, "of", "机制")?.into() },
            "files" => FieldType::Files,
            _ => return None,
        })
    }

    /// The id of a property that this type must have.
    fn named(&mut self, raw: &Raw, prop: &str, what: &str) -> Option<String> {
        let known: Vec<String> = match prop {
            "list" => self.vocabulary.lists.iter().map(|it| it.id.to_string()).collect(),
            _ => self.mechanisms.to_vec(),
        };
        if raw.prop(prop).is_none() {
            self.desk.tell(raw.arg_span(2), format!("{} 栏目要用 {prop} 写明是哪个{what}", raw.arg(2)));
        }
        self.desk.one_prop(raw, prop, what, &known).map(str::to_owned)
    }

    /// Computed fields may name each other: each waits until the types of those it names are known.
    fn computed(&mut self, scope: &mut RecordScope, mut waiting: Vec<&Raw>) -> Vec<Field> {
        let mut found = Vec::new();
        loop {
            let before = waiting.len();
            scope.pending = waiting.iter().map(|it| it.arg(1).to_owned()).collect();
            let mut still = Vec::new();
            for raw in waiting {
                let heard = self.desk.problems.len();
                let formula = self.desk.formula_prop(raw, "formula", &*scope, Wanted::Any);
                if !scope.take_asked().is_empty() {
                    self.desk.problems.truncate(heard);
                    still.push(raw);
                    continue;
                }
                self.props_fit_type(raw);
                if raw.prop("formula").is_none() {
                    self.desk.tell(raw.arg_span(2), "computed 栏目要用 formula 写明公式");
                }
                match formula {
                    Some(formula) => {
                        let field = self.with_type(raw, FieldType::Computed { formula });
                        scope.pending.retain(|it| *it != field.name);
                        scope.add_field(&field, self.vocabulary);
                        found.push(field);
                    }
                    None => self.desk.broken.extend([raw.arg(0).to_owned(), raw.arg(1).to_owned()]),
                }
            }
            waiting = still;
            if waiting.len() == before || waiting.is_empty() {
                break;
            }
        }
        for raw in waiting {
            let sentence = format!("“{}”的公式绕回了自己", raw.arg(1));
            self.desk.tell_hint(raw.prop_span("formula"), sentence, "公式之间不能互相引用成一圈");
            self.desk.broken.extend([raw.arg(0).to_owned(), raw.arg(1).to_owned()]);
        }
        scope.pending.clear();
        found
    }

    fn default(&mut self, raw: &Raw, field: &Field, scope: &RecordScope) -> Option<Formula> {
        let written = raw.prop("default")?;
        let wanted = formula_type_of(field, self.vocabulary);
        let formula = formula_for(self.desk, written, scope, &wanted)?;
        if formula.of != wanted && !fits(&formula.of, &wanted) {
            self.desk.tell(written.span.clone(), format!("默认值和栏目“{}”的类型不合", field.name));
        }
        Some(formula)
    }
}

fn formula_type_of(field: &Field, vocabulary: &Vocabulary) -> Type {
    super::scope::formula_type(&field.of, vocabulary)
}

/// A formula whose value goes into a field of type `wanted`: the bare name of an option is an option.
pub(in crate::catalog) fn formula_for(
    desk: &mut Desk<'_>,
    written: &crate::catalog::raw::Written,
    scope: &RecordScope,
    wanted: &Type,
) -> Option<Formula> {
    if let Type::Choice(choices) = wanted {
        let text = written.text().trim().trim_matches(['"', '“', '”']);
        if let Some(option) = choices.named(text) {
            let expr = Expr::Option(option.clone(), choices.clone());
            return Some(Formula { text: written.text().into(), expr, of: wanted.clone() });
        }
    }
    desk.formula(written, scope, Wanted::Any)
}

/// May a value of type `given` go into a field of type `wanted`? A bare number takes the field's measure.
pub(in crate::catalog) fn fits(given: &Type, wanted: &Type) -> bool {
    match (given, wanted) {
        (Type::Number(Measure::Plain), Type::Number(measure)) => !matches!(measure, Measure::Money | Measure::Percent),
        (Type::Unit, Type::Units) | (Type::Person, Type::People) => true,
        (given, wanted) => given == wanted,
    }
}
