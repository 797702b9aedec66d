//! The record 事项: what it is, where it stands, who holds it, what happened, and what this person may do now.
//!
//! Never a step that would be refused for authority.

mod children;
mod pointed;
mod start;
pub mod then;
mod ties;
mod way;

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::authority::fields::{self, Access};
use kernel::catalog::{Field, FieldType, Mask, Mechanism, Step};
use kernel::deadlines::{self, LightKind};
use kernel::ids::{FieldId, PaperId, PersonId, RecordId};
use kernel::journal::Entry;
use kernel::kinds::Kind;
use kernel::value::Value;
use kernel::workflow;
use store::Conn;

use crate::commands::{self, looks, moves::in_hand};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::Light;
use crate::queries::attendance::{self, TurnoutLine};
use crate::queries::ballots::{self, VotingLine};
use crate::queries::dispatch::{self, CirculationLine};
use crate::queries::extracts::{self, ExtractLine};
use crate::queries::following;
use crate::queries::forms::{Again, FileLine, Reader, StepForm, choosing, step_form};
use crate::queries::held::forms as held;
use crate::queries::ledgers::{self, AccountLine, CausedLine};
use crate::queries::likeness::{self, Twin};
use crate::queries::moves::{self, RoundLine};
use crate::queries::register::{self, value_of};
use crate::queries::rounds::{self, CallLine};
use crate::queries::suggestions::{self, Suggestions};
use crate::records::{self, Found};
use crate::words::{self, Names};

pub use children::ChildTable;
pub use start::{StartForm, start_form};
pub use ties::TieLine;
use way::{path, stations};

/// A record's page.
#[derive(Clone, Debug)]
pub struct RecordFile {
    /// Its id.
    pub id: RecordId,
    /// Its version: forms send it back.
    pub version: i64,
    /// The mechanism's id.
    pub mechanism: String,
    /// The mechanism's name.
    pub mechanism_name: String,
    /// The chapter's name.
    pub chapter: String,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: Option<String>,
    /// Its state.
    pub state: String,
    /// Is that state one in which it ends?
    pub is_over: bool,
    /// Its light.
    pub light: Option<Light>,
    /// The stations of its way.
    pub stations: Vec<Station>,
    /// Who must act: the role, the people, since when.
    pub holder: Option<HolderLine>,
    /// The facts.
    pub facts: Vec<FactLine>,
    /// The child tables.
    pub children: Vec<ChildTable>,
    /// The deadlines.
    pub deadlines: Vec<DeadlineLine>,
    /// The papers.
    pub papers: Vec<PaperLine>,
    /// The records tied to it.
    pub ties: Vec<TieLine>,
    /// What happened, newest first.
    pub timeline: Vec<TimelineLine>,
    /// The steps that this person may take now.
    pub steps: Vec<StepForm>,
    /// The moves that every record has, as far as this person may make them.
    pub moves: Vec<StepForm>,
    /// The joint step under way.
    pub round: Option<RoundLine>,
    /// To whom it was copied.
    pub copies: Vec<String>,
    /// Does it stand on an older version of its definition?
    pub is_on_older_version: bool,
    /// The kind of its mechanism.
    pub kind: Kind,
    /// Who came, where somebody comes.
    pub turnout: Option<TurnoutLine>,
    /// What it holds, if it is an account.
    pub account: Option<AccountLine>,
    /// What it moved on accounts.
    pub caused: Vec<CausedLine>,
    /// To whom it went, if it is a paper.
    pub circulation: Option<CirculationLine>,
    /// Its voting, where there is one.
    pub voting: Option<VotingLine>,
    /// Are units assessed by it?
    pub scoring: bool,
    /// Does its text carry figures?
    pub writing: bool,
    /// Its entries or its stages, where it is a round or an entry.
    pub call: Option<CallLine>,
    /// What is suggested to this person for a step that they may take now.
    pub suggestions: Option<Suggestions>,
    /// The workbooks that this person may take now.
    pub extracts: Vec<ExtractLine>,
    /// Does this person follow it?
    pub follows: bool,
    /// What is like it.
    pub twins: Vec<Twin>,
    /// May this person begin another like it, so that it may be kept as a template?
    pub may_begin: bool,
}

impl RecordFile {
    /// Shows what stands in a masked field, or in a masked column row by row, for this once.
    pub fn reveal(&mut self, field: &FieldId, words: &[String]) {
        for line in self.facts.iter_mut().filter(|line| line.masked.as_ref() == Some(field)) {
            (line.words, line.masked) = (words.join("、"), None);
        }
        for table in &mut self.children {
            let Some(at) = table.masked.iter().position(|it| it.as_ref() == Some(field)) else { continue };
            table.masked[at] = None;
            table.rows.iter_mut().zip(words).for_each(|(row, words)| row[at].clone_from(words));
        }
    }
}

/// A station of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// The state's name.
    pub name: String,
    /// Behind, here or ahead.
    pub place: Place,
    /// When and by whom it was reached.
    pub note: Option<String>,
}

/// Where a station lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind.
    Behind,
    /// Here.
    Here,
    /// Ahead.
    Ahead,
}

/// Who must act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderLine {
    /// The role.
    pub role: String,
    /// The people who hold it nearest to the unit.
    pub people: Vec<String>,
    /// Since which day.
    pub since: Option<Date>,
}

/// A fact.
#[derive(Clone, Debug, PartialEq)]
pub struct FactLine {
    /// The field's name.
    pub name: String,
    /// Its value in words; empty if it has none.
    pub words: String,
    /// Does it want the whole width?
    pub is_long: bool,
    /// The record it points to.
    pub record: Option<RecordId>,
    /// The files it holds.
    pub files: Vec<FileLine>,
    /// The field, if its words are masked: whoever gives a reason reads the whole.
    pub masked: Option<FieldId>,
}

/// A deadline.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadlineLine {
    /// Its name.
    pub name: String,
    /// The due day.
    pub due_on: Date,
    /// The light, while it runs; how it ended, after.
    pub light: Light,
    /// Why it is due then.
    pub why: Vec<String>,
    /// Is it provisional?
    pub provisional: bool,
}

/// A paper.
#[derive(Clone, Debug, PartialEq)]
pub struct PaperLine {
    /// Its id.
    pub id: PaperId,
    /// What kind.
    pub name: String,
    /// Its number.
    pub number: Option<String>,
    /// The day it was issued.
    pub issued_on: Date,
    /// Its hash, shortened for people.
    pub hash: String,
}

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineLine {
    /// When, to the minute.
    pub at: String,
    /// Who.
    pub actor: String,
    /// By which role.
    pub role: Option<String>,
    /// In whose name.
    pub behalf: Option<String>,
    /// What.
    pub step: String,
    /// The state it led to, if it changed.
    pub to: Option<String>,
    /// What changed.
    pub changes: Vec<ChangeLine>,
    /// The number given.
    pub number: Option<String>,
    /// The opinion.
    pub opinion: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// Papers and records that came of it: words, and where they are.
    pub effects: Vec<(String, Effect)>,
    /// Is it bad news?
    pub is_red: bool,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A paper.
    Paper(PaperId),
    /// A record.
    Record(RecordId),
    /// Somebody who was shown it.
    Shown,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLine {
    /// The field's name.
    pub field: String,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
}

/// The record as this person may read it; that they looked into somebody's file is written down.
async fn seen(ctx: &Ctx, conn: &mut Conn, id: RecordId) -> Result<Found, Error> {
    let found = records::visible(ctx, conn, id).await?.read_by(ctx);
    if found.mechanism.people().is_some() {
        looks::looked(ctx, &[PersonId(id.0)], looks::PAGE, None).await?;
    }
    Ok(found)
}

/// A record's page, for this person; after a refusal with the form as it was typed.
pub async fn record_file(ctx: &Ctx, id: RecordId, again: Option<(&str, &Again)>) -> Result<RecordFile, Error> {
    let mut conn = ctx.office.db.read().await?;
    let found = seen(ctx, &mut conn, id).await?;
    let entries = commands::moves::entries(&mut conn, id).await?;
    let files = files(&mut conn, &found).await?;
    let papers = store::papers::of_record(&mut conn, id).await?;
    let others = others(ctx, &mut conn, &entries).await?;
    let voting = ballots::voting_line(&mut conn, &found).await?;
    let call = rounds::line(ctx, &mut conn, &found).await?;
    let pointed = pointed::pointed(ctx, &mut conn, &found, &entries).await?;
    let ties = ties::ties(ctx, &mut conn, &found).await?;
    let names = Names { records: Some(&pointed.called), ..ctx.names() };
    let steps = filled_in(ctx, &mut conn, (&found, &pointed), &files, again).await?;
    let suggestions = suggestions::beside(ctx, &mut conn, &found, &steps).await?;
    let twins = likeness::of_record(ctx, &mut conn, &found).await?;
    let (record, mechanism) = (&found.record, &found.mechanism);
    Ok(RecordFile {
        id,
        version: record.version,
        mechanism: mechanism.id.to_string(),
        mechanism_name: mechanism.name.clone(),
        chapter: register::chapter_name(ctx, mechanism),
        title: record.title.clone(),
        number: record.number.clone(),
        state: words::state_name(mechanism, record.state.as_str()),
        is_over: mechanism.state(record.state.as_str()).is_none_or(|state| state.is_final),
        light: register::light(ctx, &found),
        stations: stations(&found, &entries),
        holder: holder(ctx, &found, &entries),
        facts: facts(ctx, names, &found, &files),
        children: children::open_doors(ctx, &mut conn, children::tables(ctx, names, &found)).await?,
        deadlines: deadline_lines(ctx, &found),
        papers: papers.iter().map(|row| paper_line(mechanism, row)).collect(),
        timeline: entries.iter().rev().map(|entry| timeline_line(ctx, names, &found, entry, &others)).collect(),
        steps,
        moves: moves::forms(ctx, &found, (&entries, ties::related(&ties)), again),
        ties,
        round: moves::round(ctx, &found),
        copies: moves::copies(ctx, &entries),
        is_on_older_version: ctx
            .catalog()
            .mechanisms
            .get(mechanism.id.as_str())
            .is_some_and(|current| current.hash != record.definition),
        kind: mechanism.kind,
        turnout: attendance::turnout(ctx, &found),
        account: ledgers::line(ctx, &found),
        caused: ledgers::caused(ctx, &mut conn, &found).await?,
        circulation: dispatch::line(ctx, &found, &papers),
        voting,
        suggestions,
        extracts: extracts::lines(ctx, &found),
        twins,
        may_begin: start::may_begin(ctx, mechanism),
        scoring: found.mechanism.scoring.is_some(),
        writing: found.mechanism.writing.is_some(),
        call,
        follows: following::is_one(ctx, &mut conn, id).await?,
    })
}

fn paper_line(mechanism: &Mechanism, row: &store::papers::PaperRow) -> PaperLine {
    PaperLine {
        id: row.id,
        name: mechanism.paper(row.kind.as_str()).map_or_else(|| row.title.clone(), |paper| paper.name.clone()),
        number: row.number.clone(),
        issued_on: row.issued_on,
        hash: row.source_hash.chars().take(16).collect(),
    }
}

/// The forms of the steps that this person may take now, with what may be chosen and what is held already.
async fn filled_in(
    ctx: &Ctx,
    conn: &mut Conn,
    (found, pointed): (&Found, &pointed::Pointed),
    files: &[FileLine],
    again: Option<(&str, &Again)>,
) -> Result<Vec<StepForm>, Error> {
    let mut steps = steps(ctx, found, files, again);
    choosing::records(ctx, conn, &found.mechanism, &mut steps).await?;
    pointed.write(&mut steps);
    let of = (Some(found.record.unit), Some(found.record.id), &found.record.facts);
    held::fill_in(ctx, conn, &found.mechanism, of, (&mut steps, again.map(|(step, _)| step))).await?;
    Ok(steps)
}

async fn files(conn: &mut Conn, found: &Found) -> Result<Vec<FileLine>, Error> {
    let rows = store::files::of_record(conn, found.record.id).await?;
    Ok(rows.into_iter().map(|row| FileLine { id: row.id, name: row.name, size: row.size }).collect())
}

fn holder(ctx: &Ctx, found: &Found, entries: &[Entry]) -> Option<HolderLine> {
    let role = found.record.holder.as_ref()?;
    let people = in_hand(ctx, found);
    let arrived = entries.iter().rev().find(|entry| entry.from.as_deref() != Some(entry.to.as_str()));
    // Who has to sign is called by what they have to do, not by the role that watches over it.
    let joint = kernel::workflow::moves::joint_step(&found.mechanism, &found.record).filter(|_| !people.is_empty());
    let role = ctx.vocabulary().role(role.as_str()).map_or_else(String::new, |role| role.name.clone());
    Some(HolderLine {
        role: joint.map_or(role, |step| step.name.clone()),
        people: people.into_iter().map(|person| ctx.names().person(person)).collect(),
        since: arrived.map(|entry| entry.on),
    })
}

fn facts(ctx: &Ctx, names: Names<'_>, found: &Found, files: &[FileLine]) -> Vec<FactLine> {
    let mut lines = Vec::new();
    for field in &found.mechanism.fields {
        if field.id == found.mechanism.title || found.hidden.contains(&field.id) {
            continue;
        }
        let value = value_of(ctx, found, field.id.as_str());
        let (mut words, mut record, mut own) = (String::new(), None, Vec::new());
        match &value {
            Some(Value::Record(id)) => {
                record = Some(*id).filter(|id| names.records.is_some_and(|all| all.contains_key(id)));
                words = names.plain(&field.of, &Value::Record(*id));
            }
            Some(Value::Files(ids)) => own = files.iter().filter(|file| ids.contains(&file.id)).cloned().collect(),
            Some(value) => words = names.plain(&field.of, value),
            None => {}
        }
        let is_long = matches!(field.of, FieldType::LongText { .. } | FieldType::Files | FieldType::Units);
        let masked = found.masked.get(&field.id);
        if let Some(masked) = masked {
            words.clone_from(masked);
        }
        let masked = masked.map(|_| field.id.clone());
        lines.push(FactLine { name: field.name.clone(), words, is_long, record, files: own, masked });
    }
    lines
}

fn deadline_lines(ctx: &Ctx, found: &Found) -> Vec<DeadlineLine> {
    let lines = found.record.deadlines.iter().filter_map(|running| {
        let deadline = found.mechanism.deadline(running.id.as_str())?;
        let light = match running.outcome {
            Some(outcome) => {
                let words = match outcome {
                    kernel::record::Outcome::Met => "按时",
                    kernel::record::Outcome::Late => "逾期完成",
                    kernel::record::Outcome::Lifted => "不再计时",
                };
                Light { kind: LightKind::Grey, words: words.to_owned() }
            }
            None => {
                let (kind, words) = deadlines::light_of(ctx.clock(), deadline, running);
                Light { kind, words }
            }
        };
        Some(DeadlineLine {
            name: deadline.name.clone(),
            due_on: running.due_on,
            light,
            why: deadlines::why(ctx.calendar(), deadline, running),
            provisional: running.provisional,
        })
    });
    lines.collect()
}

/// The records that came of its steps and that this person may see.
async fn others(ctx: &Ctx, conn: &mut Conn, entries: &[Entry]) -> Result<BTreeSet<RecordId>, Error> {
    let opened = entries.iter().flat_map(|entry| &entry.effects).filter(|(kind, _)| kind == "opened");
    let mut ids: Vec<RecordId> = opened.filter_map(|(_, id)| id.parse().ok()).collect();
    ids.sort();
    ids.dedup();
    let rows = store::records::by_ids(conn, &ids).await?;
    Ok(records::seen(ctx, conn, rows).await?.into_iter().map(|row| row.id).collect())
}

fn timeline_line(
    ctx: &Ctx,
    names: Names<'_>,
    found: &Found,
    entry: &Entry,
    others: &BTreeSet<RecordId>,
) -> TimelineLine {
    let mechanism = &found.mechanism;
    let told = entry.changes.iter().filter(|change| !found.hidden.contains(change.field.as_str()));
    let changes = told.map(|change| {
        let words = |json: &serde_json::Value| changed_words(ctx, names, found, &change.field, json);
        let (from, to) = match mechanism.child(&change.field) {
            Some(child) => {
                let door =
                    mechanism.helps.asking.as_ref().filter(|it| it.child == child.id).and_then(|it| it.answer.as_ref());
                let access = |field: &Field| match door {
                    Some(it) if it.origin == field.id => Access::Hidden,
                    _ => fields::column_access(mechanism, field, found.asker(ctx)),
                };
                names.changed_rows(mechanism, child, (&change.from, &change.to), access)
            }
            None => (words(&change.from), words(&change.to)),
        };
        ChangeLine { field: field_name(mechanism, &change.field), from, to }
    });
    let effects = entry.effects.iter().filter_map(|(kind, id)| match kind.as_str() {
        "paper" => Some(("文书".to_owned(), Effect::Paper(id.parse().ok()?))),
        "opened" => {
            let other = id.parse().ok().filter(|id| others.contains(id))?;
            Some(("开立的事项".to_owned(), Effect::Record(other)))
        }
        _ => None,
    });
    let shown = commands::parties::copied(entry).map(|to| (moves::shown(ctx, entry, to), Effect::Shown));
    let called = commands::parties::called(entry).map(|id| (format!("提到{}", names.person(id)), Effect::Shown));
    let moved = entry.from.as_deref() != Some(entry.to.as_str());
    TimelineLine {
        at: words::moment(entry.at),
        actor: entry.actor_name.clone(),
        role: entry.role.as_deref().and_then(|id| ctx.vocabulary().role(id)).map(|role| role.name.clone()),
        behalf: entry.behalf.clone(),
        step: entry.step_name.clone(),
        to: moved.then(|| words::state_name(mechanism, &entry.to)),
        changes: changes.collect(),
        number: entry.number.clone(),
        opinion: entry.opinion.clone(),
        reason: entry.reason.clone(),
        effects: effects.chain(shown).chain(called).collect(),
        is_red: entry.step == "clock.overdue",
    }
}

/// What a field was or became, masked for whoever reads it masked.
fn changed_words(ctx: &Ctx, names: Names<'_>, found: &Found, id: &str, json: &serde_json::Value) -> Option<String> {
    let mechanism = &found.mechanism;
    if kernel::journal::redaction::is_kept(json) && !found.hidden.contains(id) {
        return Some("（个人信息到期已清除）".to_owned());
    }
    let Some(field) = mechanism.field(id) else { return names.of_json(mechanism, id, json) };
    match fields::access(mechanism, field, found.asker(ctx)) {
        Access::Hidden => None,
        Access::Readable => names.of_json(mechanism, id, json),
        Access::Masked => {
            let value = kernel::facts::value_from_json(&field.of, json)?;
            Some(fields::masked(field.protection.mask.unwrap_or(Mask::All), &value))
        }
    }
}

fn field_name(mechanism: &Mechanism, id: &str) -> String {
    let field = mechanism.field(id).map(|field| field.name.clone());
    field.or_else(|| mechanism.child(id).map(|child| child.name.clone())).unwrap_or_else(|| id.to_owned())
}

/// The steps that this person may take now: those that lead on first.
fn steps(ctx: &Ctx, found: &Found, files: &[FileLine], again: Option<(&str, &Again)>) -> Vec<StepForm> {
    let (record, mechanism) = (&found.record, &found.mechanism);
    let ahead = path(mechanism, &record.state);
    let is_list = matches!(mechanism.kind, Kind::Register | Kind::Ledger);
    let leads = |step: &Step| !is_list && step.to.as_ref().is_some_and(|to| ahead.get(1) == Some(to));
    let mut steps = workflow::open_steps(ctx.clock(), mechanism, record, &ctx.actor, &*ctx.tree);
    steps.sort_by_key(|step| !leads(step));
    let reader = Reader { asker: found.asker(ctx), masked: Some(&found.masked) };
    let form = |step: &&Step| {
        let typed = again.filter(|(id, _)| *id == step.id.as_str()).map(|(_, again)| again);
        let mut form = step_form(ctx, mechanism, step, &record.facts, files, typed, reader);
        form.leads_on = leads(step);
        form
    };
    let mut forms: Vec<StepForm> = steps.iter().map(form).collect();
    forms.extend(adoption(ctx, found, again));
    forms
}

/// The form by which a record moves to the definition in force, if it stands on an older one and this person may.
fn adoption(ctx: &Ctx, found: &Found, again: Option<(&str, &Again)>) -> Option<StepForm> {
    let current = ctx.catalog().mechanisms.get(found.record.mechanism.as_str())?;
    let may = ctx.actor.grant_for(&current.id, &current.start().who, found.unit_ord).is_some();
    if current.hash == found.record.definition || !may || !found.record.is_open() {
        return None;
    }
    let typed = again.filter(|(id, _)| *id == workflow::ADOPT).map(|(_, again)| again);
    Some(StepForm {
        id: workflow::ADOPT.to_owned(),
        name: workflow::ADOPT_NAME.to_owned(),
        because: None,
        leads_on: false,
        opinion: false,
        reason: true,
        opinion_typed: String::new(),
        reason_typed: typed.map(|again| again.reason.clone()).unwrap_or_default(),
        paper: None,
        fields: Vec::new(),
        refusals: typed.map(|again| again.refusals.clone()).unwrap_or_default(),
    })
}
