//! What does a changed definition do to the records that are there? A list of changes that somebody has to look at.
//!
//! Each tells in a sentence what changes and says how the records are found that it touches.
//! What touches no record (a new step, a longer text, a better help) is no change here.
//! Never counts records: it has none.

use super::{Catalog, Deadline, Due, Field, FieldType, Figure, Measure, Mechanism, Vocabulary};
use crate::formula::to_text;
use crate::ids::{DeadlineId, FieldId, FigureId, MechanismId, StateId};

/// One thing that changes for existing records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What changes, and what to do.
    pub sentence: String,
    /// The records that it touches.
    pub touches: Touched,
}

/// Where a field stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The child table, if it is a column of one.
    pub child: Option<FieldId>,
    /// The field.
    pub field: FieldId,
}

/// How the records are found that a change touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touched {
    /// All records of the mechanism.
    All,
    /// Those in a state.
    InState(StateId),
    /// Those in which a field (or a child table) holds something.
    Filled(Spot),
    /// Open ones in which a field holds nothing.
    Empty(Spot),
    /// Those in which a field holds an option.
    Chosen(Spot, String),
    /// Those in which a text is longer than so many characters.
    Longer(Spot, usize),
    /// Those in which a whole number is less.
    Below(Spot, i64),
    /// Those in which a whole number is greater.
    Above(Spot, i64),
    /// Those in which a decimal has more places.
    Finer(Spot, u32),
    /// Those in which a deadline runs.
    Running(DeadlineId),
    /// The cells of a figure, which must be reckoned anew.
    Figure(FigureId),
}

/// What changes from one catalog to another, by mechanism.
pub fn catalogs(old: &Catalog, new: &Catalog) -> Vec<(MechanismId, Change)> {
    let mut found = Vec::new();
    for (id, before) in &old.mechanisms {
        let changes = match new.mechanisms.get(id) {
            Some(after) => changes((before, &old.vocabulary), (after, &new.vocabulary)),
            None => {
                let sentence = format!("机制“{}”没有了，它的记录只能看，不能再办。", before.name);
                vec![Change { sentence, touches: Touched::All }]
            }
        };
        found.extend(changes.into_iter().map(|change| (id.clone(), change)));
    }
    found
}

/// What changes from one definition of a mechanism to another, each with the vocabulary that it rests on.
pub fn changes(old: (&Mechanism, &Vocabulary), new: (&Mechanism, &Vocabulary)) -> Vec<Change> {
    let mut compare = Compare { old: old.1, new: new.1, found: Vec::new() };
    let (old, new) = (old.0, new.0);
    compare.states(old, new);
    compare.fields(None, &old.fields, &new.fields);
    compare.children(old, new);
    compare.subject(old, new);
    compare.deadlines(old, new);
    compare.figures(old, new);
    compare.found
}

struct Compare<'a> {
    old: &'a Vocabulary,
    new: &'a Vocabulary,
    found: Vec<Change>,
}

impl Compare<'_> {
    fn tell(&mut self, touches: Touched, sentence: String) {
        self.found.push(Change { sentence, touches });
    }

    fn states(&mut self, old: &Mechanism, new: &Mechanism) {
        for before in &old.states {
            let touches = Touched::InState(before.id.clone());
            let Some(after) = new.state(before.id.as_str()) else {
                let sentence = format!("状态“{}”没有了，停在这里的记录没有路可走：请先办到别的状态。", before.name);
                self.tell(touches, sentence);
                continue;
            };
            match (before.is_final, after.is_final) {
                (true, false) => {
                    self.tell(touches, format!("状态“{}”不再是办完，已经办完的记录又要有人办。", after.name));
                }
                (false, true) => {
                    self.tell(touches, format!("状态“{}”成了办完，停在这里的记录不再有人办。", after.name))
                }
                _ if before.holder != after.holder => {
                    let name = |words: &Vocabulary, role: &Option<crate::ids::RoleId>| {
                        role.as_ref().map_or("无".to_owned(), |id| {
                            words.role(id.as_str()).map_or(id.to_string(), |it| it.name.clone())
                        })
                    };
                    let (was, is) = (name(self.old, &before.holder), name(self.new, &after.holder));
                    self.tell(touches, format!("状态“{}”由{was}改为由{is}来办，在办的记录换人。", after.name));
                }
                _ => {}
            }
        }
    }

    fn fields(&mut self, child: Option<&FieldId>, old: &[Field], new: &[Field]) {
        let spot = |field: &Field| Spot { child: child.cloned(), field: field.id.clone() };
        for before in old {
            match new.iter().find(|it| it.id == before.id) {
                Some(after) => self.field(spot(after), before, after),
                None if matches!(before.of, FieldType::Computed { .. }) => {}
                None => {
                    let sentence = format!("栏目“{}”没有了，已填的内容不再显示，只留在办理经过里。", before.name);
                    self.tell(Touched::Filled(spot(before)), sentence);
                }
            }
        }
        for after in new.iter().filter(|it| it.required) {
            if !old.iter().any(|it| it.id == after.id && it.required) {
                let sentence = format!("栏目“{}”成了必填，没有填的记录要补填。", after.name);
                self.tell(Touched::Empty(spot(after)), sentence);
            }
        }
    }

    fn field(&mut self, spot: Spot, before: &Field, after: &Field) {
        let name = &after.name;
        match (&before.of, &after.of) {
            (
                FieldType::Text { max: was } | FieldType::LongText { max: was },
                FieldType::Text { max } | FieldType::LongText { max },
            ) if max < was => {
                let sentence = format!("栏目“{name}”由最多{was}字改为{max}字，超长的下次修改时要删减。");
                self.tell(Touched::Longer(spot, *max), sentence);
            }
            (
                FieldType::Text { .. } | FieldType::LongText { .. },
                FieldType::Text { .. } | FieldType::LongText { .. },
            ) => {}
            (FieldType::Whole { measure: was, min: least, max: most }, FieldType::Whole { measure, min, max }) => {
                if was != measure {
                    self.retyped(spot.clone(), name, "计量单位变了");
                }
                if let Some(min) = min.filter(|min| least.is_none_or(|least| *min > least)) {
                    self.tell(Touched::Below(spot.clone(), min), format!("栏目“{name}”改为不小于{min}，更小的要改。"));
                }
                if let Some(max) = max.filter(|max| most.is_none_or(|most| *max < most)) {
                    self.tell(Touched::Above(spot, max), format!("栏目“{name}”改为不大于{max}，更大的要改。"));
                }
            }
            (FieldType::Decimal { measure: was, places: fine }, FieldType::Decimal { measure, places }) => {
                if was != measure {
                    self.retyped(spot.clone(), name, "计量单位变了");
                }
                if places < fine {
                    self.tell(
                        Touched::Finer(spot, *places),
                        format!("栏目“{name}”改为最多{places}位小数，更细的要改。"),
                    );
                }
            }
            (FieldType::Choice { list: was }, FieldType::Choice { list }) => {
                self.options(&spot, name, was.as_str(), list.as_str())
            }
            (FieldType::Record { of: was }, FieldType::Record { of }) if was != of => {
                self.retyped(spot, name, "关联的机制变了")
            }
            (FieldType::Computed { .. }, FieldType::Computed { .. }) => {}
            (FieldType::Computed { .. }, _) => {}
            (was, is) if std::mem::discriminant(was) != std::mem::discriminant(is) => {
                self.retyped(spot, name, "类型变了")
            }
            _ => {}
        }
    }

    fn retyped(&mut self, spot: Spot, name: &str, what: &str) {
        self.tell(Touched::Filled(spot), format!("栏目“{name}”的{what}，已填的值要重新填。"));
    }

    /// Options that are no longer offered: those of a list that lost some, or of another list.
    fn options(&mut self, spot: &Spot, name: &str, was: &str, is: &str) {
        let before = self.old.list(was).map(|it| it.items.clone()).unwrap_or_default();
        for item in before {
            if self.new.list(is).is_none_or(|list| list.name_of(&item.id).is_none()) {
                let sentence = format!("栏目“{name}”没有了选项“{}”，选了它的记录要改选。", item.name);
                self.tell(Touched::Chosen(spot.clone(), item.id.to_string()), sentence);
            }
        }
    }

    fn children(&mut self, old: &Mechanism, new: &Mechanism) {
        for before in &old.children {
            match new.child(before.id.as_str()) {
                Some(after) => self.fields(Some(&before.id), &before.fields, &after.fields),
                None => {
                    let sentence = format!("子表“{}”没有了，已填的各行不再显示，只留在办理经过里。", before.name);
                    self.tell(Touched::Filled(Spot { child: None, field: before.id.clone() }), sentence);
                }
            }
        }
    }

    fn subject(&mut self, old: &Mechanism, new: &Mechanism) {
        if old.title != new.title {
            self.tell(Touched::All, "换了作标题的栏目，已有记录的标题不变，下次修改时才换。".to_owned());
        }
        if old.unit != new.unit {
            self.tell(Touched::All, "换了所属单位的栏目，已有记录的权限和统计要重算。".to_owned());
        }
    }

    fn deadlines(&mut self, old: &Mechanism, new: &Mechanism) {
        for before in &old.deadlines {
            let touches = Touched::Running(before.id.clone());
            match new.deadline(before.id.as_str()) {
                None => self.tell(touches, format!("期限“{}”没有了，正在计时的不再提醒。", before.name)),
                Some(after) if counted_otherwise(before, after) => {
                    self.tell(
                        touches,
                        format!("期限“{}”的算法变了，正在计时的仍按原来的到期日，新开始的按新规定。", after.name),
                    );
                }
                Some(_) => {}
            }
        }
    }

    fn figures(&mut self, old: &Mechanism, new: &Mechanism) {
        for before in &old.figures {
            let touches = Touched::Figure(before.id.clone());
            match new.figure(before.id.as_str()) {
                None => self.tell(touches, format!("指标“{}”没有了，引用它的报表会空着。", before.name)),
                Some(after) if measured_otherwise(before, after) => {
                    self.tell(touches, format!("指标“{}”的算法变了，要从头重算；已封存的数不变。", after.name));
                }
                Some(_) => {}
            }
        }
    }
}

fn counted_otherwise(old: &Deadline, new: &Deadline) -> bool {
    let same_due = match (&old.due, &new.due) {
        (Due::Within(old), Due::Within(new)) => old == new,
        (Due::Field(old), Due::Field(new)) => old == new,
        _ => false,
    };
    !same_due
        || old.from != new.from
        || old.entering != new.entering
        || old.stops != new.stops
        || old.pause != new.pause
}

fn measured_otherwise(old: &Figure, new: &Figure) -> bool {
    let who = |measure: &Measure| match measure {
        Measure::People { who, .. } => (Some(who.clone()), None),
        Measure::Blend(it) => (None, Some(format!("{} {} {}", it.text, it.paced, it.quarters))),
        Measure::Balance { text, .. } => (None, Some(text.to_string())),
        _ => (None, None),
    };
    formulas(&old.measure) != formulas(&new.measure) || who(&old.measure) != who(&new.measure) || old.by != new.by
}

/// The kind of a measure and what its formulas say, however they are spaced.
fn formulas(measure: &Measure) -> (&'static str, Vec<String>) {
    let (kind, formulas) = match measure {
        Measure::Count { when, at } => ("count", vec![when, at]),
        Measure::Sum { of, when, at } => ("sum", vec![of, when, at]),
        Measure::Ratio { part, whole, at } => ("ratio", vec![part, whole, at]),
        Measure::Average { of, when, at } => ("average", vec![of, when, at]),
        Measure::Stock { when, since, until } => ("stock", vec![when, since, until]),
        Measure::People { named, when, at, .. } => ("people", vec![named, when, at]),
        Measure::Balance { when, year, .. } => ("balance", std::iter::once(when).chain(year).collect()),
        Measure::Blend(_) => ("of", Vec::new()),
    };
    (kind, formulas.into_iter().map(|it| to_text(&it.expr)).collect())
}
