//! What does an assessment say of a record that plays a part in it? Whether the unit, the indicator and the person are right,
//! who checks, and what the system writes: what a use takes from the published result, what a dispatch sheet says on its day.
//!
//! Never somebody who checks or judges their own unit, and never a second letter while one is open.

use kernel::catalog::{Mechanism, Step};
use kernel::ids::{FieldId, MechanismId, RecordId, RoleId, StateId, UnitId};
use kernel::kinds::assessment::parts::{self, Assessed, FILED, Part};
use kernel::kinds::assessment::scheme::{Indicator, Leaf, Member, Scheme};
use kernel::kinds::assessment::{Scoring, Source, Way, result_rows};
use kernel::record::Record;
use kernel::refusal::{Refusal, Spot};
use kernel::value::{Facts, Value};
use kernel::workflow::Numbered as _;
use rust_decimal::Decimal;
use store::{Conn, Tx};

use super::Assessing;
use crate::commands::rounds::assigning::own_units;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::assessments::gathered::{rows, text};
use crate::queries::assessments::{board, letters, running};
use crate::records::{self, Found};
use crate::words as sentences;

/// What has to be so still when the step is kept.
#[derive(Debug)]
pub(super) struct Held {
    assessment: RecordId,
    state: StateId,
    /// The letter: its mechanism, the unit and the number of the indicator.
    letter: Option<(MechanismId, UnitId, String)>,
}

impl Held {
    /// Holds the assessment for the rest of the transaction: it is where it was, and no letter went out meanwhile.
    pub(super) async fn hold(&self, ctx: &Ctx, tx: &mut Tx) -> Result<(), Error> {
        store::participations::hold(tx, self.assessment).await?;
        let now = store::records::find(tx, self.assessment).await?.ok_or(Error::NotFound)?;
        if now.state != self.state {
            return Err(Error::Stale);
        }
        let Some((id, unit, code)) = &self.letter else { return Ok(()) };
        let mechanism = ctx.catalog().mechanisms.get(id.as_str()).ok_or(Error::Stale)?;
        let part = mechanism.assessed.as_ref().ok_or(Error::Stale)?;
        let open = letters::open(tx, (mechanism, part), self.assessment).await?;
        match open.iter().find(|it| it.unit == *unit && it.code == *code) {
            Some(letter) => Err(is_open(ctx, letter).into()),
            None => Ok(()),
        }
    }
}

fn is_open(ctx: &Ctx, letter: &letters::Open) -> Refusal {
    let refusal = Refusal::new("assessment.letter_open").with("unit", ctx.names().unit(letter.unit));
    refusal.with("code", &letter.code).with("number", &letter.called).at(Spot::Field("indicator".into()))
}

/// A step on a record that plays a part, with the assessment that it names.
struct Asking<'a> {
    ctx: &'a Ctx,
    mechanism: &'a Mechanism,
    part: &'a Assessed,
    step: &'a Step,
    facts: &'a Facts,
    found: &'a Found,
    scoring: &'a Scoring,
    scheme: Scheme,
    beside: Assessing,
}

/// What the assessment says before a step is decided.
pub(super) async fn before_step(
    ctx: &Ctx,
    conn: &mut Conn,
    (mechanism, part): (&Mechanism, &Assessed),
    step: &Step,
    (record, facts): (Option<&Record>, &Facts),
) -> Result<Assessing, Error> {
    let is_entry = part.part == Part::Entry;
    // What was taken back or given up may be so at any time.
    let ends = step.to.as_ref().is_some_and(|to| mechanism.state(to.as_str()).is_some_and(|it| it.is_final));
    let is_free = ends && !parts::checks(part, step) && step.id != part.at;
    let Some(Value::Record(id)) = facts.find(part.of.as_str()).filter(|_| step.id == part.at || is_entry && !is_free)
    else {
        return Ok(Assessing::default());
    };
    let found = records::by_ids(ctx, conn, &[*id]).await?.into_iter().next().ok_or(Error::NotFound)?;
    let scoring = found.mechanism.scoring.as_ref().ok_or(Error::NotFound)?;
    let (scheme, _) = Scheme::read(scoring, &found.record.facts);
    let mut asking =
        Asking { ctx, mechanism, part, step, facts, found: &found, scoring, scheme, beside: Assessing::default() };
    match part.part {
        Part::Entry => asking.entry(record),
        Part::Points => asking.points(),
        Part::Letter => asking.letter(conn).await?,
        Part::Sheet => asking.sheet(conn).await?,
        Part::Use => asking.uses(conn).await?,
    }
    Ok(asking.beside)
}

impl Asking<'_> {
    fn tell(&mut self, code: &'static str, field: &str, with: &[(&'static str, &str)]) {
        let refusal = Refusal::new(code).with("title", &self.found.record.title);
        let refusal = with.iter().fold(refusal, |refusal, (name, text)| refusal.with(name, text));
        self.beside.faults.push(refusal.at(Spot::Field(field.into())));
    }

    fn write(&mut self, field: &str, value: Option<Value>) {
        self.beside.filled.push((FieldId::from(field), value));
    }

    fn hold(&mut self) {
        let (assessment, state) = (self.found.record.id, self.found.record.state.clone());
        self.beside.held = Some(Held { assessment, state, letter: None });
    }

    /// Is it in a state in which this may be done? Else it is told.
    fn is_time(&mut self, running_only: bool) -> bool {
        let record = &self.found.record;
        let is_issued = record.is_open() && record.state != self.scoring.prepare;
        let is_time = if running_only { running(self.found, self.scoring) } else { is_issued };
        if !is_time {
            let state = sentences::state_name(&self.found.mechanism, record.state.as_str());
            let field = self.part.of.to_string();
            self.tell("assessment.over", &field, &[("state", &state)]);
        }
        self.hold();
        is_time
    }

    fn unit(&self) -> Option<UnitId> {
        match self.facts.find("unit") {
            Some(Value::Unit(unit)) => Some(*unit),
            _ => None,
        }
    }

    /// The indicator that is named, for the unit that is named; what is wrong is told.
    fn named(&mut self) -> Option<(Member, Indicator, Leaf)> {
        let unit = self.unit()?;
        let written = text(self.facts, "indicator");
        let code = code(written).to_owned();
        let leaf = self.scheme.leaves().find(|(_, it, _)| it.code == code);
        let leaf = leaf.map(|(_, it, leaf)| (it.clone(), leaf.clone()));
        let Some((indicator, leaf)) = leaf else {
            self.tell("assessment.no_indicator", "indicator", &[("code", &code)]);
            return None;
        };
        let member = self.scheme.members.iter().find(|it| it.unit == unit && indicator.is_for(&it.group)).cloned();
        if member.is_none() {
            self.tell("assessment.not_member", "unit", &[("unit", &self.ctx.names().unit(unit))]);
        }
        Some((member?, indicator, leaf))
    }

    /// Does this person work in the unit, or above it?
    fn is_own(&self, unit: UnitId) -> bool {
        self.ctx.person().is_some_and(|me| own_units(self.ctx, me).contains(&unit))
    }

    // ── Filed values and objections ──

    fn entry(&mut self, record: Option<&Record>) {
        let files = parts::files(self.part, self.step);
        let is_value = text(self.facts, "kind") == FILED;
        if !self.is_time(files && is_value) {
            return;
        }
        if files {
            return self.file(is_value);
        }
        if !parts::checks(self.part, self.step) {
            return;
        }
        let Some(record) = record else { return };
        if self.is_own(record.unit) {
            self.beside.faults.push(Refusal::new("assessment.own_unit"));
        }
        let found = record.facts.find("found").cloned();
        let typed = self.facts.find("found").cloned();
        if is_value && typed.is_none() {
            self.write("found", found.or_else(|| self.facts.find("value").cloned()));
        }
        self.write("checked_on", Some(Value::Day(self.ctx.today)));
    }

    /// The roles that check.
    fn checkers(&self) -> Vec<RoleId> {
        let steps = self.mechanism.steps.iter().filter(|it| parts::checks(self.part, it));
        steps.flat_map(|it| it.who.clone()).collect()
    }

    fn file(&mut self, is_value: bool) {
        let Some((member, indicator, leaf)) = self.named() else { return };
        self.is_theirs(member.unit, is_value && leaf.way.takes_away());
        if is_value {
            let value = self.value(&indicator, &leaf);
            self.write("value", value.map(Value::Decimal));
        } else {
            self.write("value", None);
        }
        let lead = leaf.lead.as_deref().and_then(|name| self.ctx.tree.named(name)).map(|it| it.id);
        let lead = lead.filter(|lead| !self.ctx.tree.upwards(member.unit).contains(lead));
        self.write("lead", Some(Value::Unit(lead.unwrap_or(self.found.record.unit))));
        self.write("found", None);
        self.write("checked_on", None);
    }

    /// A unit says what is its own; what takes points away is said by those who check.
    fn is_theirs(&mut self, unit: UnitId, takes_away: bool) {
        if self.ctx.person().is_none() {
            return;
        }
        let checkers = self.checkers();
        let filers: Vec<RoleId> = self.step.who.iter().filter(|it| !checkers.contains(it)).cloned().collect();
        let ord = self.ctx.tree.ord(unit);
        let holds = |roles: &[RoleId]| {
            ord.is_some_and(|ord| self.ctx.actor.grant_for(&self.mechanism.id, roles, ord).is_some())
        };
        match takes_away {
            true if self.is_own(unit) || !holds(&checkers) => self.tell("assessment.taken_by_own", "indicator", &[]),
            false if !holds(&filers) => {
                self.tell("assessment.not_theirs", "unit", &[("unit", &self.ctx.names().unit(unit))]);
            }
            _ => {}
        }
    }

    /// The value as it counts; what is wrong with it is told.
    fn value(&mut self, indicator: &Indicator, leaf: &Leaf) -> Option<Decimal> {
        if !leaf.source.is_filed() {
            let source = match leaf.source {
                Source::Figure => "指标库",
                Source::Jury => "评委打分",
                _ => "票决测评",
            };
            let refusal = Refusal::new("assessment.not_filed").with("code", &indicator.code).with("source", source);
            self.beside.faults.push(refusal.at(Spot::Field("indicator".into())));
            return None;
        }
        if leaf.source == Source::List && text(self.facts, "basis_paper").is_empty() {
            self.tell("assessment.no_paper", "basis_paper", &[]);
        }
        if leaf.way == Way::Checklist {
            let written = text(self.facts, "met");
            if written.is_empty() {
                self.tell("assessment.no_value", "met", &[]);
                return None;
            }
            let met = parts::met(written, leaf.items.len());
            if met.is_none() {
                let refusal = Refusal::new("assessment.met").with("items", leaf.items.len());
                self.beside.faults.push(refusal.at(Spot::Field("met".into())));
            }
            return met.map(Decimal::from);
        }
        let value = match self.facts.find("value") {
            Some(Value::Decimal(value)) => Some(*value),
            _ => None,
        };
        if value.is_none() || (leaf.source == Source::List && value < Some(Decimal::ZERO)) {
            self.tell("assessment.no_value", "value", &[]);
        }
        value
    }

    // ── Points of a juror ──

    fn points(&mut self) {
        if !self.is_time(true) {
            return;
        }
        let code = code(text(self.facts, "indicator")).to_owned();
        let leaf = self.scheme.leaves().find(|(_, it, _)| it.code == code);
        let Some((_, indicator, _)) = leaf.filter(|(.., leaf)| leaf.source == Source::Jury) else {
            return self.tell("assessment.not_judged", "indicator", &[("code", &code)]);
        };
        let indicator = indicator.clone();
        let me = self.ctx.person();
        let jury = self.scoring.jury(&self.found.record.facts);
        let human = |id| self.ctx.tree.human(id);
        if me.is_some_and(|me| !jury.iter().any(|it| human(*it) == human(me))) {
            let field = self.part.of.to_string();
            self.tell("assessment.not_juror", &field, &[]);
        }
        self.write("juror", me.map(Value::Person));
        let given = rows(self.facts, "given");
        if given.is_empty() {
            self.tell("assessment.no_points", "given", &[]);
        }
        let leaf = indicator.leaf.as_ref();
        let most = match leaf.is_some_and(|it| it.way == Way::Points) {
            true => indicator.weight,
            false => Decimal::ONE_HUNDRED,
        };
        let mut known = Vec::new();
        for (at, row) in given.iter().enumerate() {
            let (Some(Value::Unit(unit)), Some(Value::Decimal(points))) = (row.find("unit"), row.find("points")) else {
                continue;
            };
            let judged = self.scheme.members.iter().any(|it| it.unit == *unit && indicator.is_for(&it.group));
            let spot = |column: &str| Spot::Row("given".into(), at, column.into());
            if !judged || known.contains(unit) || !(Decimal::ZERO..=most).contains(points) {
                let refusal = Refusal::new("assessment.points").with("row", at + 1).with("most", most.normalize());
                self.beside.faults.push(refusal.at(spot("points")));
            }
            if self.is_own(*unit) {
                self.beside.faults.push(Refusal::new("assessment.own_unit").at(spot("unit")));
            }
            known.push(*unit);
        }
    }

    // ── Letters, sheets, uses ──

    async fn letter(&mut self, conn: &mut Conn) -> Result<(), Error> {
        if !self.is_time(false) {
            return Ok(());
        }
        let Some((member, indicator, _)) = self.named() else { return Ok(()) };
        let open = letters::open(conn, (self.mechanism, self.part), self.found.record.id).await?;
        if let Some(letter) = open.iter().find(|it| it.unit == member.unit && it.code == indicator.code) {
            self.beside.faults.push(is_open(self.ctx, letter));
        }
        if let Some(held) = &mut self.beside.held {
            held.letter = Some((self.mechanism.id.clone(), member.unit, indicator.code));
        }
        Ok(())
    }

    async fn sheet(&mut self, conn: &mut Conn) -> Result<(), Error> {
        if !self.is_time(false) {
            return Ok(());
        }
        let last = letters::last_sheet(conn, (self.mechanism, self.part), self.found.record.id).await?;
        let (standing, weak) = board::table(self.ctx, conn, (self.found, &self.scheme), &last).await?;
        for (table, rows) in [("standing", standing), ("weak", weak)] {
            self.write(table, (!rows.is_empty()).then_some(Value::Rows(rows)));
        }
        Ok(())
    }

    async fn uses(&mut self, conn: &mut Conn) -> Result<(), Error> {
        let Some(unit) = self.unit() else { return Ok(()) };
        let kept = store::assessments::sheets(conn, self.found.record.id).await?;
        let outcome = crate::queries::assessments::kept(&self.scheme, &kept);
        let of = |row: &Facts| row.find("unit") == Some(&Value::Unit(unit));
        let line = match kept.iter().any(|it| it.unit == unit) {
            true => result_rows(self.scoring, &self.scheme, &outcome).into_iter().find(of),
            false => None,
        };
        let Some(line) = line else {
            let field = self.part.of.to_string();
            self.tell("assessment.no_result", &field, &[("unit", &self.ctx.names().unit(unit))]);
            return Ok(());
        };
        for column in ["group", "score", "rank", "grade"] {
            self.write(column, line.find(column).cloned());
        }
        Ok(())
    }
}

/// The number of an indicator, with or without its name behind it.
pub(crate) fn code(written: &str) -> &str {
    written.split_whitespace().next().unwrap_or_default()
}
