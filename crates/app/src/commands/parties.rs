//! Who is named by a move, and whom does the record then wait for? Notices by name, copies, and the rows by which a
//! desk finds what waits for somebody.
//!
//! Never a right: a row says who is asked, the kernel says who may.

use kernel::authority::reach::{self, To};
use kernel::catalog::Mechanism;
use kernel::flow::Seat;
use kernel::ids::{PersonId, RecordId, RoleId, UnitId};
use kernel::journal::Entry;
use kernel::record::Record;
use kernel::workflow::moves::{self, ADD, HAND, NOTE, PASS_ON, URGE};
use kernel::workflow::{Move, Party};
use store::Tx;
use store::waiting::{WaitingRow, Whom};

use crate::commands::keep::{Bound, Writing};
use crate::commands::{batches, upkeep};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// The effects of a journal's entry that say to whom it was copied.
const COPIED_TO_PERSON: &str = "copied_to_person";
const COPIED_TO_UNIT: &str = "copied_to_unit";
/// The effect of a remark's entry that says whom it called on.
const CALLED: &str = "called";

/// To whom an entry copied the record.
pub fn copied(entry: &Entry) -> impl Iterator<Item = To> {
    entry.effects.iter().filter_map(|(kind, id)| match kind.as_str() {
        COPIED_TO_PERSON => id.parse().ok().map(To::Person),
        COPIED_TO_UNIT => id.parse().ok().map(To::Unit),
        _ => None,
    })
}

/// Whom the remark of an entry called on.
pub fn called(entry: &Entry) -> impl Iterator<Item = PersonId> {
    entry.effects.iter().filter(|(kind, _)| kind == CALLED).filter_map(|(_, id)| id.parse().ok())
}

impl Writing<'_> {
    /// Copies, notices by name, and whom the record waits for after the move; gives what binds their rows.
    pub(super) fn note_parties(
        &mut self,
        mechanism: &Mechanism,
        before: Option<&Record>,
        moved: &Move,
        after: &Record,
        effects: &mut Vec<(String, String)>,
    ) -> Bound {
        let ctx = self.ctx();
        let title = &after.title;
        let said = moved.reason.clone().unwrap_or_default();
        let words = match moved.step.as_str() {
            HAND => format!("{}转办给你：{title}。{said}", ctx.actor.name()),
            ADD => format!("{}请你加签：{title}。{said}", ctx.actor.name()),
            URGE => format!("{}催办：{title}。{said}", ctx.actor.name()),
            NOTE => format!("{}留言提到你：{title}。{said}", ctx.actor.name()),
            PASS_ON => format!("交接给你：{title}。"),
            _ => format!("{}：{title}", moved.step_name),
        };
        for person in &moved.told {
            self.notice(*person, after.id, &moved.step, &words);
        }
        if moved.step == NOTE {
            effects.extend(moved.told.iter().map(|person| (CALLED.to_owned(), person.to_string())));
        }
        // Whoever is asked by name sees what they are asked about.
        if matches!(moved.step.as_str(), ADD | PASS_ON) {
            effects.extend(moved.told.iter().map(|person| self.copy_to(after, Party::Person(*person))));
        }
        let words = format!("{}抄送给你：{title}。{said}", ctx.actor.name());
        for party in &moved.copies {
            effects.push(self.copy_to(after, *party));
            for person in readers(ctx, mechanism, *party) {
                self.notice(person, after.id, moves::COPY, &words);
            }
        }
        self.ask_signers(mechanism, before, after)
    }

    /// Whom the record waits for, and word to those who were not asked before.
    fn ask_signers(&mut self, mechanism: &Mechanism, before: Option<&Record>, after: &Record) -> Bound {
        let ctx = self.ctx();
        let mut bound = Bound::new();
        let old = before.map(|record| waiting_for(mechanism, record, false)).unwrap_or_default();
        let new = waiting_for(mechanism, after, false);
        if old != new {
            let row = |(place, whom): (usize, Whom)| WaitingRow {
                record: after.id,
                place: place as i64,
                mechanism: after.mechanism.clone(),
                whom,
            };
            bound.extend((new.len()..old.len()).map(|place| store::waiting::gone(after.id, place as i64)));
            let rows: Vec<WaitingRow> = new.into_iter().enumerate().map(row).collect();
            bound.extend(rows.iter().map(|row| row.bound(ctx.office.db.site())));
            self.wait_for(after.id, rows);
        }
        let old = before.map(|record| waiting_for(mechanism, record, true)).unwrap_or_default();
        let new = waiting_for(mechanism, after, true);
        let step = moves::joint_step(mechanism, after).map_or("", |step| step.name.as_str());
        for whom in new.iter().filter(|whom| !old.contains(whom)) {
            let people: Vec<PersonId> = match whom {
                Whom::Holders(role, unit) => {
                    ctx.tree.holders(role, *unit, ctx.today).into_iter().map(|person| person.id).collect()
                }
                // Handed to or asked by name: they were told with the move.
                Whom::Person(person) if after.flow.person == Some(*person) => Vec::new(),
                Whom::Person(person) if after.flow.added().iter().any(|it| it.person == *person) => Vec::new(),
                Whom::Person(person) => vec![*person],
            };
            for person in people {
                self.notice(person, after.id, "flow.waiting", &format!("等你{step}：{}。", after.title));
            }
        }
        bound
    }

    /// Shows the record to a party; gives what the journal says of it.
    fn copy_to(&mut self, record: &Record, party: Party) -> (String, String) {
        let (effect, to) = match party {
            Party::Person(id) => ((COPIED_TO_PERSON, id.to_string()), To::Person(id)),
            Party::Unit(id) => ((COPIED_TO_UNIT, id.to_string()), To::Unit(id)),
        };
        let row = upkeep::reach::row(&record.mechanism, record.id, reach::by_copy(to), &self.ctx().tree);
        self.point_to(row);
        (effect.0.to_owned(), effect.1)
    }

    /// Takes back a record that a step opened which is itself taken back.
    pub(super) async fn lift(&mut self, tx: &mut Tx, id: RecordId) -> Result<(), Error> {
        let ctx = self.ctx();
        let found = records::by_ids(ctx, tx, &[id]).await?.into_iter().next().ok_or(Error::Stale)?;
        if found.record.version != 1 {
            return Err(Error::Stale);
        }
        let moved = batches::undone(ctx, &found.record, "flow.lifted", "随上一步撤回");
        Box::pin(self.put(tx, &found.mechanism, Some(&found.record), moved)).await?;
        Ok(())
    }
}

/// Whom a record waits for by name: who has it, and who has still to sign, or only those whose turn it is.
fn waiting_for(mechanism: &Mechanism, record: &Record, only_now: bool) -> Vec<Whom> {
    if !record.is_open() {
        return Vec::new();
    }
    let mut all: Vec<Whom> = record.flow.person.map(Whom::Person).into_iter().collect();
    let Some(step) = moves::joint_step(mechanism, record) else { return all };
    let open = moves::table(mechanism, record).into_iter().filter(|it| it.signed.is_none());
    for place in open.filter(|it| it.is_turn || !only_now) {
        match place.seat {
            Seat::Unit(unit) => all.extend(step.who.iter().map(|role| Whom::Holders(role.clone(), unit))),
            Seat::Person(person) => all.push(Whom::Person(person)),
            Seat::Anybody => {}
        }
    }
    all
}

/// The people who read what is copied to a party: of a unit, those who hold a role of the mechanism over that very unit.
fn readers(ctx: &Ctx, mechanism: &Mechanism, party: Party) -> Vec<PersonId> {
    match party {
        Party::Person(person) => vec![person],
        Party::Unit(unit) => of_unit(ctx, mechanism, unit),
    }
}

fn of_unit(ctx: &Ctx, mechanism: &Mechanism, unit: UnitId) -> Vec<PersonId> {
    let roles: Vec<RoleId> = mechanism.rights.sight.iter().flat_map(|rule| rule.who.iter().cloned()).collect();
    let mut people: Vec<PersonId> = ctx.tree.holders_of_unit(&roles, unit, ctx.today);
    people.sort();
    people.dedup();
    people
}
