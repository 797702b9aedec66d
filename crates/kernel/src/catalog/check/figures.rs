//! What is counted? Figures with their measures, words and examples.
//!
//! Never counts: that is `kernel::figures`, which also runs the examples.

use super::desk::Desk;
use super::examples::{field_value, rows};
use super::fields::Fields;
use super::ledger;
use std::sync::Arc;

use crate::catalog::raw::Raw;
use crate::catalog::{Blend, Counts, Field, FieldType, Figure, FigureExample, FigureKind, Measure, Vocabulary, Who};
use crate::formula::{self, Formula, Type, Wanted};
use crate::ids::{FieldId, StateId};
use crate::journal::digest;
use crate::kinds::ledger::Account;
use crate::value::Facts;

/// The properties of which a figure has exactly one, and those that each of them needs and may have besides.
pub const MEASURES: &[(&str, &[&str], &[&str])] = &[
    ("count", &["at"], &[]),
    ("sum", &["at"], &["when"]),
    ("ratio", &["over", "at"], &[]),
    ("average", &["at"], &["when"]),
    ("stock", &["since", "until"], &[]),
    ("people", &["at"], &["when"]),
    ("balance", &[], &["when", "year"]),
    ("of", &[], &["paced", "quarters"]),
    ("should", &["reached"], &[]),
];

/// The properties that a figure may have however it is counted.
const OF_ALL: [&str; 3] = ["unit", "by", "suppress_below"];

pub(super) fn figures(
    desk: &mut Desk<'_>,
    matter: &Raw,
    states: &[String],
    fields: &Fields,
    vocabulary: &Vocabulary,
    account: Option<&Account>,
) -> Vec<Figure> {
    let mut figures = Vec::new();
    for raw in matter.inside("figure") {
        let measure = measure(desk, raw, fields, account);
        let examples: Vec<FigureExample> = raw
            .inside("figure.example")
            .filter_map(|it| example(desk, it, states, fields, vocabulary, account))
            .collect();
        let added = desk.added(raw.span.start);
        if examples.is_empty() && raw.first("figure.example").is_none() && added.is_none() {
            let hint = "指标的算例：有哪些记录，应该得多少；每次检查都会实际算一遍。";
            desk.tell_hint(raw.span.clone(), "缺少 example", hint);
        }
        let words = raw.first("figure.words");
        let kind = kind_of(desk, raw, vocabulary);
        let by = slices(desk, raw, fields, vocabulary);
        if let Some((measure, kind)) = measure.zip(kind) {
            kind_fits(desk, raw, &measure, &kind, account);
            let suppress_below = suppressed(desk, raw, (&measure, &kind), vocabulary);
            figures.push(Figure {
                id: raw.arg(0).into(),
                name: raw.arg(1).to_owned(),
                measure,
                unit: kind.name.clone(),
                kind,
                by,
                suppress_below,
                words: words.map(|it| it.arg(0).to_owned()).unwrap_or_default(),
                over_words: words.and_then(|it| it.text("over")),
                examples,
                counts_in: Vec::new(),
                added: added.map(|file| digest(file.text.as_bytes()).into()),
            });
        }
    }
    figures
}

/// The one way in which a figure is counted, with what it needs beside it.
fn way(desk: &mut Desk<'_>, raw: &Raw) -> Option<&'static str> {
    let written: Vec<_> = MEASURES.iter().filter(|(kind, ..)| raw.prop(kind).is_some()).collect();
    let [(kind, needed, allowed)] = written[..] else {
        let sentence = if written.is_empty() { "没有写怎样数" } else { "一个指标只能有一种数法" };
        desk.tell_hint(
            raw.span.clone(),
            sentence,
            "count、sum、ratio、average、stock、people、balance、of、should 九种里写一种",
        );
        return None;
    };
    for prop in *needed {
        if raw.prop(prop).is_none() {
            desk.tell(raw.prop_span(kind), format!("{kind} 还要写 {prop}"));
        }
    }
    for (prop, written) in &raw.props {
        let may = |of: &[&str]| of.contains(&prop.as_str());
        let fits = prop == kind || may(&OF_ALL) || may(needed) || may(allowed);
        if !fits {
            desk.tell(written.span.clone(), format!("{kind} 不用写 {prop}"));
        }
    }
    Some(kind)
}

fn measure(desk: &mut Desk<'_>, raw: &Raw, fields: &Fields, account: Option<&Account>) -> Option<Measure> {
    let kind = way(desk, raw)?;
    let formulas = Formulas { raw, fields };
    let all = || formula::check("全部", &fields.scope, Wanted::Condition).ok();
    let mut condition = |prop: &str| formulas.read(desk, prop, Wanted::Condition);
    Some(match kind {
        "count" => {
            let when = condition("count");
            Measure::Count { at: formulas.read(desk, "at", Wanted::Day)?, when: when? }
        }
        "ratio" => {
            let (part, whole) = (condition("ratio"), condition("over"));
            Measure::Ratio { at: formulas.read(desk, "at", Wanted::Day)?, part: part?, whole: whole? }
        }
        "stock" => {
            let when = condition("stock");
            let (since, until) = (formulas.read(desk, "since", Wanted::Day), formulas.read(desk, "until", Wanted::Day));
            Measure::Stock { when: when?, since: since?, until: until? }
        }
        "of" | "should" => Measure::Blend(unresolved(desk, raw)?),
        "balance" => {
            let when = if raw.prop("when").is_some() { condition("when") } else { all() };
            let of = ledger::readings(desk, raw, account);
            let year = raw.prop("year").map(|_| formulas.read(desk, "year", Wanted::Number));
            let year = year.map_or(Some(None), |it| it.map(Some))?;
            Measure::Balance { text: raw.text("balance")?.as_str().into(), of: of?, when: when?, year }
        }
        "people" => {
            let when = if raw.prop("when").is_some() { condition("when") } else { all() };
            let (who, at) = (who(desk, raw, fields), formulas.read(desk, "at", Wanted::Day));
            let (who, named) = who?;
            Measure::People { who, named, when: when?, at: at? }
        }
        _ => {
            let when = if raw.prop("when").is_some() { condition("when") } else { all() };
            let (of, at) = (formulas.read(desk, kind, Wanted::Number), formulas.read(desk, "at", Wanted::Day));
            let (of, when, at) = (of?, when?, at?);
            if kind == "sum" { Measure::Sum { of, when, at } } else { Measure::Average { of, when, at } }
        }
    })
}

/// A figure over figures as it is written: what it stands on is looked up once all files are read.
fn unresolved(desk: &Desk<'_>, raw: &Raw) -> Option<Blend> {
    let home = desk.file.path.rsplit('/').next().unwrap_or("").trim_end_matches(".kdl").into();
    let missing = raw.text("should").zip(raw.text("reached")).map(|(should, reached)| format!("{should} / {reached}"));
    let is_missing = missing.is_some();
    let text = missing.or_else(|| raw.text("of"))?.into();
    let (paced, quarters) = (raw.says("paced"), raw.says("quarters"));
    Some(Blend { home, text, plus: Vec::new(), over: Vec::new(), is_missing, paced, quarters })
}

struct Formulas<'a> {
    raw: &'a Raw,
    fields: &'a Fields,
}

impl Formulas<'_> {
    /// A formula of the figure, which must not depend on the day on which somebody looks.
    fn read(&self, desk: &mut Desk<'_>, prop: &str, wanted: Wanted) -> Option<Formula> {
        let formula = desk.formula_prop(self.raw, prop, &self.fields.scope, wanted)?;
        if formula.needs_clock() {
            let hint = "随时间变化的数请用 stock，写明 since 和 until";
            desk.tell_hint(self.raw.prop_span(prop), "指标的公式里不能用今天()", hint);
        }
        if formula.needs_period() {
            let hint = "请用 at 写明按哪一天归到期间";
            desk.tell_hint(self.raw.prop_span(prop), "指标的公式里不用写“在 期间”", hint);
        }
        Some(formula)
    }
}

/// What a figure writes that counts whoever came, or whoever should, each with the condition that anybody is.
const NOTED: [(&str, Who, &str); 2] = [("参加", Who::Attended, "实到 + 列席 > 0"), ("应到", Who::Expected, "应到 > 0")];

/// Where the people stand that are counted, by the field's name or id, and whether anybody stands there.
// enforces: figure.people
fn who(desk: &mut Desk<'_>, raw: &Raw, fields: &Fields) -> Option<(Who, Formula)> {
    let written = raw.text("people")?;
    if let Some((_, who, anybody)) = NOTED.iter().find(|(word, ..)| *word == written) {
        let Ok(named) = formula::check(anybody, &fields.scope, Wanted::Condition) else {
            desk.tell_hint(
                raw.prop_span("people"),
                format!("没有写 attendance，数不出{written}的人"),
                "请写 attendance，或者写一个记人的栏目",
            );
            return None;
        };
        return Some((who.clone(), named));
    }
    let called = |field: &&Field, word: &str| field.id == *word || field.name == word;
    let is_people = |field: &Field| matches!(field.of, FieldType::Person | FieldType::People);
    let hint = "写一个“人员”类型的栏目，或者“子表.栏目”";
    let (who, path) = match written.split_once('.') {
        None => {
            let field = fields.fields.iter().find(|field| called(field, &written)).filter(|field| is_people(field));
            let Some(field) = field else {
                desk.tell_hint(raw.prop_span("people"), format!("“{written}”不是记人的栏目"), hint);
                return None;
            };
            (Who::Field(field.id.clone()), field)
        }
        Some((table, column)) => {
            let child = fields.children.iter().find(|child| child.id == *table || child.name == table);
            let column = child.and_then(|it| it.fields.iter().find(|it| called(it, column)).filter(|it| is_people(it)));
            let Some((child, column)) = child.zip(column) else {
                desk.tell_hint(raw.prop_span("people"), format!("“{written}”不是子表里记人的栏目"), hint);
                return None;
            };
            (Who::Column { child: child.id.clone(), column: column.id.clone() }, column)
        }
    };
    if !path.protection.read.is_empty() {
        desk.tell(raw.prop_span("people"), format!("“{written}”只有部分角色看得到，不能拿来数人"));
        return None;
    }
    let name = match &who {
        Who::Field(_) => path.name.clone(),
        Who::Column { child, .. } => fields.children.iter().find(|it| it.id == *child)?.name.clone(),
        Who::Attended | Who::Expected => return None,
    };
    let named = formula::check(&format!("非 为空({name})"), &fields.scope, Wanted::Condition).ok()?;
    Some((who, named))
}

/// So many slices a figure has at most; more are no overview and cost more than they tell.
const MOST_SLICES: usize = 400;
/// A field that points to records counts for so many.
const RECORDS: usize = 100;

/// The fields by whose options a figure is cut.
// enforces: figure.by
fn slices(desk: &mut Desk<'_>, raw: &Raw, fields: &Fields, vocabulary: &Vocabulary) -> Vec<FieldId> {
    let Some(written) = raw.prop("by") else { return Vec::new() };
    if raw.prop("of").is_some() || raw.prop("should").is_some() {
        desk.tell(written.span.clone(), "由别的指标算出来的不用写 by，分项写在那些指标上");
        return Vec::new();
    }
    let known: Vec<String> = fields.fields.iter().map(|it| it.id.to_string()).collect();
    let ids: Vec<String> = desk.many(raw, "by", "栏目", &known).into_iter().map(str::to_owned).collect();
    let (mut by, mut slices) = (Vec::new(), 0);
    for field in ids.iter().filter_map(|id| fields.fields.iter().find(|it| it.id == *id.as_str())) {
        let wrong = |desk: &mut Desk<'_>, why: &str| {
            desk.tell_hint(
                written.span.clone(),
                format!("不能按“{}”分：{why}", field.name),
                "by 只写选项栏目、是非栏目和指向事项的栏目",
            );
        };
        let size = match &field.of {
            FieldType::YesNo => 2,
            // How many there will be nobody knows; a table that would grow too large is refused when it is asked for.
            FieldType::Record { .. } => RECORDS,
            FieldType::Choice { list } => {
                vocabulary.lists.iter().find(|it| it.id == *list).map_or(0, |list| list.items.len())
            }
            _ => {
                wrong(desk, "它没有固定的选项");
                continue;
            }
        };
        if field.protection.level.is_some() || !field.protection.read.is_empty() {
            wrong(desk, "它是受保护的个人信息，分开数会让人推知");
            continue;
        }
        slices += size + 1;
        if slices > MOST_SLICES {
            wrong(desk, &format!("一共要分成{slices}项，最多{MOST_SLICES}项"));
            continue;
        }
        by.push(field.id.clone());
    }
    by
}

/// Below how many it is not shown to who sees only numbers.
// enforces: figure.suppress_below
fn suppressed(
    desk: &mut Desk<'_>,
    raw: &Raw,
    (measure, kind): (&Measure, &FigureKind),
    vocabulary: &Vocabulary,
) -> i64 {
    let is_missing = matches!(measure, Measure::Blend(blend) if blend.is_missing);
    let is_counted =
        is_missing || !matches!(measure, Measure::Sum { .. } | Measure::Balance { .. } | Measure::Blend(_));
    // A rate of people tells of as few of them as their number does.
    let of_kind = if is_missing { few_people(vocabulary) } else { kind.suppress_below };
    let Some(below) = raw.whole("suppress_below").filter(|_| raw.prop("suppress_below").is_some()) else {
        return if is_counted { of_kind } else { 0 };
    };
    let span = || raw.prop_span("suppress_below");
    match measure {
        Measure::Sum { .. } | Measure::Balance { .. } => {
            let hint = "请另写一个 count 或者 people 指标，在那里写 suppress_below";
            desk.tell_hint(span(), "合计背后有几条记录没有记下来，不能按少于几个遮住", hint);
        }
        Measure::Blend(_) if !is_missing => {
            let hint = "有一个不显示，由它算出来的也不显示";
            desk.tell_hint(span(), "由别的指标算出来的不用写 suppress_below，写在那些指标上", hint);
        }
        _ if below != 0 && !(2..=1000).contains(&below) => desk.tell(span(), "suppress_below 写2到1000，或者写0"),
        _ => return below,
    }
    0
}

/// Below how many people are not shown, whatever the unit.
fn few_people(vocabulary: &Vocabulary) -> i64 {
    let of_people = vocabulary.figure_kinds.iter().filter(|kind| kind.of == Counts::People);
    of_people.map(|kind| kind.suppress_below).max().unwrap_or(0)
}

/// The kind that the unit names.
fn kind_of(desk: &mut Desk<'_>, raw: &Raw, vocabulary: &Vocabulary) -> Option<Arc<FigureKind>> {
    let unit = raw.text("unit").filter(|unit| !unit.is_empty())?;
    let kind = vocabulary.figure_kinds.iter().find(|kind| kind.name == unit).cloned();
    if kind.is_none() {
        let known: Vec<String> = vocabulary.figure_kinds.iter().map(|it| it.name.clone()).collect();
        desk.unknown(raw.prop_span("unit"), "单位", &unit, &known);
    }
    kind
}

/// What is shown behind the number must be what the figure counts.
// enforces: figure.unit
fn kind_fits(desk: &mut Desk<'_>, raw: &Raw, measure: &Measure, kind: &FigureKind, account: Option<&Account>) {
    let (sentence, hint) = match measure {
        Measure::Ratio { .. } if kind.of != Counts::Percent => ("比率的单位应当是%".to_owned(), "比率写 unit=\"%\""),
        Measure::Count { .. } | Measure::Stock { .. } => match kind.of {
            Counts::Things => return,
            Counts::People => {
                (format!("数“{}”要写 people，说明数的是谁", kind.name), "按次数算，同一人来两次算两次的，单位写人次")
            }
            _ => (format!("数个数的指标单位不能是{}", kind.name), "单位写项、件、场、人次等"),
        },
        Measure::Balance { .. } => {
            let measure = account.map_or("", |it| it.measure.as_str());
            // Money is kept in 元 and shown as the kind says.
            let fits = match kind.of {
                Counts::Money => measure == "元",
                Counts::Things => measure == kind.name && kind.scale == 1,
                _ => false,
            };
            if fits {
                return;
            }
            (
                format!("账户的计量单位是“{measure}”，这里写的是“{}”", kind.name),
                "钱的账户按元记，指标写元、万元或亿元；别的写一样的单位",
            )
        }
        Measure::People { .. } if kind.of != Counts::People => {
            (format!("people 数的是人，单位不能是{}", kind.name), "单位写人")
        }
        Measure::Sum { of, .. } => match of.of {
            Type::Number(formula::Measure::Percent) => ("百分数不能相加".to_owned(), "请用 ratio 或者 average"),
            _ => match number_fits(&of.of, kind, true) {
                Some(sentence) => (sentence, "单位要和公式算出来的一样"),
                None => return,
            },
        },
        Measure::Average { of, .. } => match number_fits(&of.of, kind, false) {
            Some(sentence) => (sentence, "单位要和公式算出来的一样"),
            None => return,
        },
        _ => return,
    };
    desk.tell_hint(raw.prop_span("unit"), sentence, hint);
}

/// Is a number of that type one of that kind? What is wrong, if not. People who are added up are no longer people, each
/// once: they are 人次.
fn number_fits(of: &Type, kind: &FigureKind, is_sum: bool) -> Option<String> {
    let Type::Number(of) = of else { return None };
    let wanted = match of {
        formula::Measure::Percent => Counts::Percent,
        formula::Measure::Money => Counts::Money,
        formula::Measure::Days => Counts::Days,
        formula::Measure::WorkingDays => Counts::WorkingDays,
        formula::Measure::Months => Counts::Months,
        formula::Measure::Unit(name) => {
            let is_head_count = **name == *"人" && kind.name == "人次";
            let fits = is_head_count || (**name == *kind.name && !(is_sum && kind.of == Counts::People));
            return (!fits).then(|| match kind.of {
                Counts::People => "几次的人数加起来有重复，不是人数".to_owned(),
                _ => format!("公式的单位是“{name}”，这里写的是“{}”", kind.name),
            });
        }
        formula::Measure::Plain => {
            let fits = matches!(kind.of, Counts::Things | Counts::Points | Counts::Days | Counts::Months);
            return (!fits).then(|| format!("公式算出来的是没有单位的数，不能当作{}", kind.name));
        }
    };
    (kind.of != wanted).then(|| format!("公式算出来的不是{}", kind.name))
}

fn example(
    desk: &mut Desk<'_>,
    raw: &Raw,
    states: &[String],
    fields: &Fields,
    vocabulary: &Vocabulary,
    account: Option<&Account>,
) -> Option<FigureExample> {
    let mut records = Vec::new();
    let mut state_of = Vec::new();
    let mut movements = Vec::new();
    for record in raw.inside("example.record") {
        let mut facts = Facts::default();
        for (name, written) in record.props.iter().filter(|(name, _)| name != "state") {
            if let Some((id, value)) = field_value(desk, name, written, &fields.fields, vocabulary) {
                facts.put(&id, Some(value));
            }
        }
        rows(desk, record, fields, &mut facts, vocabulary);
        records.push(facts);
        // enforces: example.record.state
        movements.push(ledger::example(desk, record, account));
        state_of.push(desk.one_prop(record, "state", "状态", states).map(StateId::from));
    }
    let on = raw.prop("on").and_then(|it| it.text().parse().ok());
    Some(FigureExample {
        records,
        states: state_of,
        movements,
        on,
        gives: raw.first("example.gives")?.arg(0).to_owned(),
    })
}
