//! What does a checked definition hold? Every id resolved, every formula typed.
//!
//! Never made by hand outside tests: `catalog::check` makes them from the expert's files.

use std::sync::Arc;

use super::figure::Figure;
use super::joint::Joint;
use super::numbering::Numbering;
use super::{Protection, Roster};
use crate::authority::sight::Rule;
use crate::beyond::{Bring, Lead};
use crate::calendar::Span;
use crate::formula::{Formula, Own, Slot};
use crate::gathering::Gathering;
use crate::helps::Helps;
use crate::identity::Form;
use crate::ids::{DeadlineId, FieldId, ListId, MechanismId, PaperKind, RoleId, StateId, StepId};
use crate::kinds::Kind;
use crate::kinds::activity::Attendance;
use crate::kinds::assessment::Scoring;
use crate::kinds::assessment::parts::Assessed;
use crate::kinds::ballot::Voting;
use crate::kinds::dispatch::Circulation;
use crate::kinds::ledger::workbook::Workbook;
use crate::kinds::ledger::{Account, Draw};
use crate::kinds::link::Link;
use crate::kinds::plan::Plan;
use crate::kinds::report::Writing;
use crate::kinds::round::{Call, Entry};
use crate::retention::Retention;
use crate::template::Template;
use crate::{extract::Extract, once::Once, outside::Public};

/// One mechanism, checked.
#[derive(Clone, Debug)]
pub struct Mechanism {
    /// Its id, also the file's name.
    pub id: MechanismId,
    /// Its Chinese name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The chapter, from the folder.
    pub chapter: Arc<str>,
    /// SM3 of the file and its templates, in hexadecimal: the version that records pin.
    pub hash: Arc<str>,
    /// What it is for.
    pub purpose: String,
    /// The rules it rests on, quoted.
    pub basis: Vec<String>,
    /// The rows of the list of mechanisms that it answers.
    pub covers: Vec<String>,
    /// How records are numbered, and at which step.
    pub number: Option<Numbering>,
    /// The field whose value is the record's title.
    pub title: FieldId,
    /// The field whose value is the unit that the record is about: rights and figures go by it.
    pub unit: FieldId,
    /// Fields, in the expert's order.
    pub fields: Vec<Field>,
    /// Child tables.
    pub children: Vec<Child>,
    /// States, in order.
    pub states: Vec<State>,
    /// Steps, in order; the one without `from` starts a record.
    pub steps: Vec<Step>,
    /// Deadlines, also those that a step's `within` declares.
    pub deadlines: Vec<Deadline>,
    /// What steps and lateness open in other mechanisms.
    pub openings: Vec<Opening>,
    /// Which other records its steps write down.
    pub gatherings: Vec<Gathering>,
    /// Of whom there is one record at a time.
    pub once: Option<Once>,
    /// Which tables leave as workbooks.
    pub extracts: Vec<Extract>,
    /// Papers.
    pub papers: Vec<Paper>,
    /// Notices that steps send.
    pub notices: Vec<Notice>,
    /// Figures.
    pub figures: Vec<Figure>,
    /// Who sees, imports, exports.
    pub rights: Rights,
    /// How long personal information is kept once the record is closed; as long as the record if nothing is said.
    pub retention: Option<Retention>,
    /// The register's columns and order.
    pub list: ListLayout,
    /// The board, if there is one.
    pub board: Option<BoardLayout>,
    /// The calendar, if there is one: the day field it goes by.
    pub calendar: Option<FieldId>,
    /// Worked examples of whole records.
    pub examples: Vec<super::Example>,
    /// The list that its records are.
    pub roster: Option<Roster>,
    /// Who should come and who notes who came, where somebody comes.
    pub attendance: Option<Attendance>,
    /// What is kept of each record, where it is an account.
    pub account: Option<Account>,
    /// Workbooks of people's own that say what accounts come to.
    pub workbooks: Vec<Workbook>,
    /// What is voted on and by whom, where there is a vote.
    pub voting: Option<Voting>,
    /// What is assessed and how the result is kept, where units are.
    pub scoring: Option<Scoring>,
    /// Which text carries live figures.
    pub writing: Option<Writing>,
    /// What its records are in an assessment.
    pub assessed: Option<Assessed>,
    /// From when to when and between whom, where it is a link.
    pub link: Option<Link>,
    /// Who may apply and when, where it calls for entries.
    pub call: Option<Call>,
    /// Which stages its records go through, where they are entries.
    pub entry: Option<Entry>,
    /// To whom its records go and what holds from then on, where they are papers.
    pub circulation: Option<Circulation>,
    /// What is open to those without an account.
    pub public: Option<Public>,
    /// What helps whoever fills in its forms.
    pub helps: Helps,
    /// What has to be done regularly.
    pub plans: Vec<Plan>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its id.
    pub id: FieldId,
    /// Its Chinese name.
    pub name: String,
    /// What may stand in it.
    pub of: FieldType,
    /// Must it be filled from the start on?
    pub required: bool,
    /// Do registers offer it as a filter?
    pub filter: bool,
    /// Is it found by the search box?
    pub search: bool,
    /// The value that a new form shows.
    pub default: Option<Formula>,
    /// A line of help under the control.
    pub help: Option<String>,
    /// Other column titles under which an import finds it.
    pub aliases: Vec<String>,
    /// The step whose day is put here by itself (`stamped="issue"`).
    pub stamped: Option<StepId>,
    /// Is only the first time put there?
    pub once: bool,
    /// Who reads and writes it, and how it reads.
    pub protection: Protection,
    /// The form that its text must have.
    pub form: Option<Form>,
    /// May no two records of the mechanism hold the same value?
    pub unique: bool,
    /// The states in which a record must be that is named here; any state if there are none.
    pub named_in: Vec<StateId>,
}

/// What may stand in a field.
#[derive(Clone, Debug)]
pub enum FieldType {
    /// One line of at most `max` characters.
    Text {
        /// Characters.
        max: usize,
    },
    /// Many lines.
    LongText {
        /// Characters.
        max: usize,
    },
    /// A whole number.
    Whole {
        /// Its unit of measure, such as 项.
        measure: Option<Arc<str>>,
        /// Least value.
        min: Option<i64>,
        /// Greatest value.
        max: Option<i64>,
    },
    /// An exact decimal.
    Decimal {
        /// Its unit of measure.
        measure: Option<Arc<str>>,
        /// Digits after the point, at most 6.
        places: u32,
    },
    /// Money in 元 with 角 and 分.
    Money,
    /// 0 to 100.
    Percent,
    /// A day.
    Day,
    /// A month.
    Month,
    /// An instant to the minute.
    Moment,
    /// Yes or no.
    YesNo,
    /// One of a list.
    Choice {
        /// The list.
        list: ListId,
    },
    /// A unit.
    Unit,
    /// Units.
    Units,
    /// A person.
    Person,
    /// People.
    People,
    /// A record of a mechanism.
    Record {
        /// The mechanism.
        of: MechanismId,
    },
    /// Files.
    Files,
    /// Not typed: follows from the others.
    Computed {
        /// The formula.
        formula: Formula,
    },
}

/// A child table: rows of fields inside the record.
#[derive(Clone, Debug)]
pub struct Child {
    /// Its id, also the key in the facts.
    pub id: FieldId,
    /// Its Chinese name.
    pub name: String,
    /// The columns.
    pub fields: Vec<Field>,
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// Its id.
    pub id: StateId,
    /// Its Chinese name.
    pub name: String,
    /// Is the record closed here?
    pub is_final: bool,
    /// Who must act here.
    pub holder: Option<RoleId>,
    /// Once it was handed to one person: may only they act by that role?
    pub personal: bool,
}

/// A step: the only thing that changes a record.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// Its Chinese name.
    pub name: String,
    /// The states it may be taken in; empty for the step that starts a record.
    pub from: Vec<StateId>,
    /// The state it leads to; none if it stays.
    pub to: Option<StateId>,
    /// The roles that may take it. Each must be held over the record's unit.
    pub who: Vec<RoleId>,
    /// May the clock take it by itself (opened by lateness)?
    pub by_clock: bool,
    /// Fields and children that must be filled with it.
    pub needs: Vec<FieldId>,
    /// Fields and children that may be filled with it.
    pub asks: Vec<FieldId>,
    /// The condition under which it may be taken.
    pub when: Option<Guard>,
    /// Does it ask for an opinion?
    pub opinion: bool,
    /// Does it demand a reason?
    pub reason: bool,
    /// The paper it issues.
    pub paper: Option<PaperKind>,
    /// The opening that it does.
    pub opens: Option<String>,
    /// May it be taken for many records at once?
    pub batch: bool,
    /// Steps whose work it judges: whoever took one of them may not take this one.
    pub apart: Vec<StepId>,
    /// The field that names the units or people whose roles count; without it, those over the record's unit.
    pub of: Option<FieldId>,
    /// How many of them must sign.
    pub joint: Option<Joint>,
    /// May a signer ask somebody more to sign?
    pub may_add: bool,
    /// May whoever took it take it back while nobody acted since?
    pub recall: bool,
    /// What it does with accounts.
    pub draws: Vec<Draw>,
    /// The fields that it writes itself.
    pub sets: Vec<(FieldId, Formula)>,
    /// What it brings over from records that are named.
    pub brings: Vec<Bring>,
    /// Which records it leads along.
    pub leads: Vec<Lead>,
    /// Is it only taken where another record leads?
    pub led: bool,
    /// The field that names whom it is copied to.
    pub copies: Option<FieldId>,
    /// The rule.
    pub because: Option<String>,
}

/// `when="…" else="…"`.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The condition.
    pub when: Formula,
    /// What the person reads if it does not hold.
    pub otherwise: String,
}

/// A deadline.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// Its id.
    pub id: DeadlineId,
    /// Its Chinese name.
    pub name: String,
    /// The step that starts it, or `None` with `entering`.
    pub from: Option<StepId>,
    /// It starts on entering one of these states and ends on leaving them all (a step's `within`).
    pub entering: Vec<StateId>,
    /// The condition under which it starts at all.
    pub when: Option<Formula>,
    /// When it is due.
    pub due: Due,
    /// The step that meets it.
    pub stops: StepId,
    /// Spans before the due day at which the holder is warned, longest first.
    pub warn: Vec<Span>,
    /// States in which it stands still.
    pub pause: Vec<StateId>,
    /// How it is extended.
    pub extend: Option<Extension>,
    /// The opening that the first late working day does.
    pub late_opens: Option<String>,
    /// Is it the record's main deadline, the one that registers sort by?
    pub main: bool,
    /// The rule.
    pub because: Option<String>,
}

/// When a deadline is due.
#[derive(Clone, Debug)]
pub enum Due {
    /// So long after its start.
    Within(Span),
    /// On the day that stands in a field.
    Field(FieldId),
}

/// `extend by="grant_extension" to="延期至"`: the step that moves the day, and the field that holds the new one.
#[derive(Clone, Debug)]
pub struct Extension {
    /// The step.
    pub by: StepId,
    /// The field.
    pub to: FieldId,
}

/// What is opened in another mechanism.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Its name inside the mechanism.
    pub id: String,
    /// The mechanism whose start step is taken.
    pub mechanism: MechanismId,
    /// The field of the opened record that points back.
    pub back: FieldId,
    /// What the opened record's fields are filled with, reckoned on this record.
    pub fill: Vec<(FieldId, Formula)>,
    /// The field with the units for each of which a record is opened; else one is.
    pub each: Option<FieldId>,
    /// Tables of the opened record, each with the table of this one whose rows go into it.
    pub rows: Vec<(FieldId, FieldId)>,
}

/// A paper.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its id.
    pub id: PaperKind,
    /// Its Chinese name.
    pub name: String,
    /// The layout of GB/T 9704 that it takes.
    pub layout: PaperLayout,
    /// 发文机关标志.
    pub head: Template,
    /// 标题.
    pub title: Template,
    /// 主送.
    pub to: Option<Template>,
    /// 正文: one paragraph a line.
    pub body: Template,
    /// 署名.
    pub sign: Template,
    /// 抄送.
    pub copy: Option<Template>,
    /// 附注.
    pub note: Option<Template>,
}

/// The layouts that papers take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperLayout {
    /// 文件.
    Document,
    /// 信函.
    Letter,
    /// 令.
    Order,
}

/// A notice that a step sends.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The step.
    pub at: StepId,
    /// The role, over the record's unit, whose holders read it.
    pub to: RoleId,
    /// The words.
    pub words: Template,
}

/// Who sees, imports, exports: roles, each over the record's unit.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// See all its records, whatever their state.
    pub see: Vec<RoleId>,
    /// Import a workbook.
    pub import: Vec<RoleId>,
    /// Export what they see.
    pub export: Vec<RoleId>,
    /// Know all its figures of their units, and no record.
    pub figures: Vec<RoleId>,
    /// Who sees what: what follows from acting, from `see`, and what the `sight` lines add.
    pub sight: Vec<Rule>,
}

/// The register as a list.
#[derive(Clone, Debug)]
pub struct ListLayout {
    /// The columns.
    pub columns: Vec<Column>,
    /// What it is ordered by.
    pub sort: SortKey,
}

/// A column of a register.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// The number.
    Number,
    /// The state.
    State,
    /// The light of the main deadline.
    Light,
    /// The main deadline's day.
    Due,
    /// Who must act.
    Holder,
    /// A field.
    Field(FieldId),
}

/// What a register may be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// The main deadline's day.
    Due,
    /// When it was opened.
    Opened,
    /// The number.
    Number,
}

/// The register as a board: a column a state, and what a card shows.
#[derive(Clone, Debug)]
pub struct BoardLayout {
    /// The fields on a card.
    pub card: Vec<FieldId>,
}

impl Mechanism {
    /// The fields and child tables that its kind writes and nobody types.
    pub fn writes(&self) -> Vec<&FieldId> {
        let voting = self.voting.iter().flat_map(|it| &it.result);
        let call = self.call.iter().flat_map(|it| &it.result).chain(self.gatherings.iter().map(|it| &it.child));
        let stages = self.entry.iter().flat_map(|it| &it.stages);
        let stages = stages.flat_map(|it| [Some(&it.result), Some(&it.turn), it.score.as_ref()].into_iter().flatten());
        let proposed = self.scoring.iter().flat_map(|it| it.publicise.as_ref().map(|(_, table)| table));
        let results = self.scoring.iter().map(|it| &it.result).chain(proposed);
        let own = self.assessed.iter().flat_map(|it| it.part.writes()).filter_map(|id| self.called(id));
        let report = self.writing.iter().map(|it| &it.sealed).chain(self.helps.writes());
        voting.chain(call).chain(results).chain(stages).chain(own).chain(report).collect()
    }

    /// The id of a field or a table, as the definition keeps it.
    fn called(&self, id: &str) -> Option<&FieldId> {
        self.field(id).map(|it| &it.id).or_else(|| self.child(id).map(|it| &it.id))
    }

    /// Does a step touch nothing that stands beside its record?
    pub fn is_alone(&self, step: &str) -> bool {
        let beside = self.attendance.is_some() || self.account.is_some() || self.voting.is_some();
        let beside = beside || self.circulation.is_some();
        let draws = self.step(step).is_some_and(|step| !step.draws.is_empty() || !step.leads.is_empty());
        !draws && !beside && self.call.is_none() && self.entry.is_none() && self.gatherings.is_empty()
    }

    /// Is a field of the record reckoned from who came?
    pub fn shows_turnout(&self) -> bool {
        self.attendance.is_some() && self.reckons(|slot| matches!(slot, Slot::Own(Own::Turnout(_))))
    }

    /// Is a field of the record reckoned from who has received it?
    pub fn shows_receipts(&self) -> bool {
        self.circulation.is_some() && self.reckons(|slot| matches!(slot, Slot::Own(Own::Receipt(_))))
    }

    /// Is a field of the record reckoned from what its voting came to?
    pub fn shows_tally(&self) -> bool {
        self.voting.is_some() && self.reckons(|slot| matches!(slot, Slot::Own(Own::Tally(_))))
    }

    fn reckons(&self, asks: impl Fn(&Slot) -> bool) -> bool {
        let reckoned = |field: &Field| match &field.of {
            FieldType::Computed { formula, .. } => formula.mentions().iter().any(&asks),
            _ => false,
        };
        self.fields.iter().any(reckoned)
    }

    /// A field by id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == *id)
    }

    /// A child table by id.
    pub fn child(&self, id: &str) -> Option<&Child> {
        self.children.iter().find(|child| child.id == *id)
    }

    /// A column of a child table, by their ids.
    pub fn column(&self, child: &str, id: &str) -> Option<&Field> {
        self.child(child)?.fields.iter().find(|column| column.id == *id)
    }

    /// A state by id.
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|state| state.id == *id)
    }

    /// A step by id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The step that starts a record.
    pub fn start(&self) -> &Step {
        self.steps.iter().find(|step| step.from.is_empty()).expect("a checked mechanism has one start step")
    }

    /// A deadline by id.
    pub fn deadline(&self, id: &str) -> Option<&Deadline> {
        self.deadlines.iter().find(|deadline| deadline.id == *id)
    }

    /// The deadline that registers sort by.
    pub fn main_deadline(&self) -> Option<&Deadline> {
        self.deadlines.iter().find(|deadline| deadline.main)
    }

    /// An opening by its name.
    pub fn opening(&self, id: &str) -> Option<&Opening> {
        self.openings.iter().find(|opening| opening.id == id)
    }

    /// A paper by id.
    pub fn paper(&self, id: &str) -> Option<&Paper> {
        self.papers.iter().find(|paper| paper.id == *id)
    }

    /// A figure by id.
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == *id)
    }
}
