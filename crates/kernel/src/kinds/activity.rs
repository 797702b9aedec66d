//! 活动与参与: who should come, who came, and what may be counted of it?
//!
//! What is noted about an activity is a row of marks beside the record, each once and for good: a sign-in is short, moves
//! no version and meets nobody. What stands now is what the marks come to; what stood on a past day, what those up to
//! then come to.
//! Sessions, attendances and people are three counters; views are a fourth and never added to attendance. Who should
//! have come and did not is what the list leaves over: nobody types it.
//! Never a second mark that says what the marks say already.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::catalog::grammar::parts::{ID, NAME, may, must};
use crate::catalog::grammar::{MECHANISM, MECHANISM_FILE, Node, Scalar, Times};
use crate::catalog::{FieldType, Mechanism};
use crate::ids::{FieldId, PersonId, RoleId, StateId, StepId};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::value::Value;

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "activity",
    name: "activity",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "活动与参与：会议、党课、培训这样有人来参加的事，要写 attendance。一个文件写一个机制，文件名就是代号。",
};

/// Who should come and who notes who came.
pub(crate) const ATTENDANCE: Node = Node {
    key: "attendance",
    name: "attendance",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("on", Scalar::Id, "哪个必填的日期栏目是活动当天。"),
        must("who", Scalar::Ids, "哪些角色可以出示签到码、补记和更正，管辖范围要包含记录所属的单位。"),
        must("states", Scalar::Ids, "在哪些状态可以签到和补记。"),
        may("hours", Scalar::Id, "哪个小数栏目是学时；来了的人各记这么多。"),
        may("views", Scalar::YesNo, "还记网上观看的次数；观看单独数，不加进人次。"),
    ],
    means: "参加情况：名单、签到、请假、人数都记在这里，不用填应到、实到，由系统数。",
};

/// Whence the list of those who should come is taken.
pub(crate) const EXPECTED: Node = Node {
    key: "attendance.expected",
    name: "expected",
    inside: &["attendance"],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("at", Scalar::Id, "走完哪一步时从人员档案取名单；这一步要写 recall=#false。"),
        may("roles", Scalar::Ids, "取哪些身份的人，写选项表 person_role 的代号；不写就是在这些单位工作的人。"),
        may("of", Scalar::Id, "取哪个单位栏目写的单位及其下级的人；不写就是记录所属的单位。"),
        may("absent_from", Scalar::Id, "补课：这个关联栏目写了另一次活动时，名单就是那一次应到而没有来的人。"),
    ],
    means: "应到名单：发通知时从人员档案取，以后档案变了名单也不变。",
};

/// Who should come, who notes it, and what is reckoned of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// The day of the activity.
    pub on: FieldId,
    /// Who may note.
    pub who: Vec<RoleId>,
    /// In which states.
    pub states: Vec<StateId>,
    /// The hours that whoever came is given.
    pub hours: Option<FieldId>,
    /// Are views counted besides?
    pub views: bool,
    /// Whence the list is taken.
    pub expected: Option<Expected>,
}

/// Whence the list of those who should come is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// With which step.
    pub at: StepId,
    /// People who are one of these; whoever works there, if none is written.
    pub roles: Vec<String>,
    /// The units whose people; the record's, without it.
    pub of: Option<FieldId>,
    /// The activity that this one makes up for: those who did not come to it.
    pub absent_from: Option<FieldId>,
}

/// Something that was noted about an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its number inside the record, from 1.
    pub seq: i64,
    /// About whom; nobody, for a head count.
    pub person: Option<PersonId>,
    /// What.
    pub what: What,
    /// Heads, views, or hundredths of an hour where they differ from the record's.
    pub amount: i64,
    /// How it was noted.
    pub how: How,
    /// The moment, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The day.
    pub on: Date,
    /// By whom; nobody, for the clock and for whoever signed in by name.
    pub by: Option<PersonId>,
    /// Why, where something is taken back.
    pub reason: Option<String>,
}

/// What was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// They should come.
    Expected,
    /// They came.
    Came,
    /// They are excused.
    Leave,
    /// What was noted about them holds no longer.
    Off,
    /// So many came.
    Heads,
    /// So many looked on from elsewhere.
    Views,
}

impl What {
    /// All, with the word that is kept.
    pub const ALL: [(&'static str, Self); 6] = [
        ("expected", Self::Expected),
        ("came", Self::Came),
        ("leave", Self::Leave),
        ("off", Self::Off),
        ("heads", Self::Heads),
        ("views", Self::Views),
    ];
}

/// How it was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Taken from the register of people.
    Register,
    /// By code, signed in.
    Code,
    /// By code, with name and last digits.
    Name,
    /// On the list, by whoever keeps it.
    List,
}

impl How {
    /// All, with the word that is kept and the one that is read.
    pub const ALL: [(&'static str, &'static str, Self); 4] = [
        ("register", "名单", Self::Register),
        ("code", "扫码签到", Self::Code),
        ("name", "扫码核对姓名", Self::Name),
        ("list", "补记", Self::List),
    ];

    /// As people read it.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(.., how)| *how == self).map_or("", |(_, words, _)| words)
    }
}

/// Somebody's seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Should they come?
    pub expected: bool,
    /// How it stands with them.
    pub stand: Stand,
    /// Hundredths of an hour, where they differ from the record's.
    pub hours: Option<i64>,
    /// How that was noted.
    pub how: How,
    /// When.
    pub at: i64,
}

/// How it stands with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Nothing was noted.
    Open,
    /// They came.
    Came,
    /// They are excused.
    Leave,
}

/// What the marks of a record come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turnout {
    marks: Vec<Mark>,
    seats: BTreeMap<PersonId, Seat>,
    heads: i64,
    views: i64,
}

/// What is counted of a turnout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Who should come.
    Expected,
    /// Who should and did.
    Came,
    /// Who is excused.
    Leave,
    /// Who should have come, did not and is not excused.
    Absent,
    /// Who came and was not on the list.
    Guests,
    /// Everybody who came, each time.
    Attendances,
    /// Who looked on from elsewhere.
    Views,
    /// The hours of all who came.
    Hours,
}

impl Count {
    /// All, with the name that formulas use and what they count.
    pub const ALL: [(&'static str, &'static str, Self); 8] = [
        ("应到", "人", Self::Expected),
        ("实到", "人", Self::Came),
        ("请假", "人", Self::Leave),
        ("缺席", "人", Self::Absent),
        ("列席", "人", Self::Guests),
        ("人次", "人次", Self::Attendances),
        ("观看次数", "观看人次", Self::Views),
        ("总学时", "学时", Self::Hours),
    ];
}

impl Turnout {
    /// What marks come to, in their order.
    pub fn of(marks: Vec<Mark>) -> Self {
        let mut turnout = Self::default();
        marks.into_iter().for_each(|mark| turnout.add(mark));
        turnout
    }

    /// What the marks up to a moment come to.
    #[must_use]
    pub fn until(&self, at: i64) -> Self {
        Self::of(self.marks.iter().filter(|mark| mark.at <= at).cloned().collect())
    }

    /// One mark more.
    pub fn add(&mut self, mark: Mark) {
        match (mark.person, mark.what) {
            (None, What::Heads) => self.heads = mark.amount,
            (None, What::Views) => self.views = mark.amount,
            (Some(person), what) => self.seat(person, what, &mark),
            (None, _) => {}
        }
        self.marks.push(mark);
    }

    fn seat(&mut self, person: PersonId, what: What, mark: &Mark) {
        let empty = Seat { expected: false, stand: Stand::Open, hours: None, how: mark.how, at: mark.at };
        let seat = self.seats.entry(person).or_insert(empty);
        (seat.how, seat.at) = (mark.how, mark.at);
        match what {
            What::Expected => seat.expected = true,
            What::Came => (seat.stand, seat.hours) = (Stand::Came, (mark.amount > 0).then_some(mark.amount)),
            What::Leave => (seat.stand, seat.hours) = (Stand::Leave, None),
            _ => (seat.stand, seat.hours) = (Stand::Open, None),
        }
        if !seat.expected && seat.stand == Stand::Open {
            self.seats.remove(&person);
        }
    }

    /// The number of the next mark.
    pub fn next_seq(&self) -> i64 {
        self.marks.len() as i64 + 1
    }

    /// Was anything noted?
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Everything that was noted, oldest first.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The seats.
    pub fn seats(&self) -> &BTreeMap<PersonId, Seat> {
        &self.seats
    }

    /// Heads that were counted.
    pub fn heads(&self) -> i64 {
        self.heads
    }

    /// Is there a list of who should come?
    pub fn has_list(&self) -> bool {
        self.seats.values().any(|seat| seat.expected)
    }

    /// Who came.
    pub fn came(&self) -> impl Iterator<Item = (PersonId, &Seat)> {
        self.seats.iter().filter(|(_, seat)| seat.stand == Stand::Came).map(|(person, seat)| (*person, seat))
    }

    /// Who should come.
    pub fn expected(&self) -> impl Iterator<Item = PersonId> {
        self.seats.iter().filter(|(_, seat)| seat.expected).map(|(person, _)| *person)
    }

    /// Who should have come and did not, excused or not.
    pub fn missed(&self) -> impl Iterator<Item = PersonId> {
        self.seats.iter().filter(|(_, seat)| seat.expected && seat.stand != Stand::Came).map(|(person, _)| *person)
    }

    /// A count, in hundredths for hours; `hours` are those of the record.
    pub fn count(&self, count: Count, hours: i64) -> i64 {
        let seats = |fits: &dyn Fn(&Seat) -> bool| self.seats.values().filter(|seat| fits(seat)).count() as i64;
        let came = |seat: &Seat| seat.stand == Stand::Came;
        match count {
            Count::Expected => seats(&|seat| seat.expected),
            Count::Came => seats(&|seat| seat.expected && came(seat)),
            Count::Leave => seats(&|seat| seat.expected && seat.stand == Stand::Leave),
            Count::Absent => seats(&|seat| seat.expected && seat.stand == Stand::Open),
            Count::Guests => seats(&|seat| !seat.expected && came(seat)),
            Count::Attendances => seats(&came) + self.heads,
            Count::Views => self.views,
            Count::Hours => {
                let each = self.came().map(|(_, seat)| seat.hours.unwrap_or(hours)).sum::<i64>();
                each + self.heads * hours
            }
        }
    }
}

/// Hundredths of an hour that whoever came to a record is given.
pub fn hours(mechanism: &Mechanism, record: &Record) -> i64 {
    let field = mechanism.attendance.as_ref().and_then(|it| it.hours.as_ref());
    match field.and_then(|field| record.facts.find(field.as_str())) {
        Some(Value::Decimal(hours)) => hundredths(*hours),
        Some(Value::Whole(hours)) => hours.saturating_mul(100),
        _ => 0,
    }
}

fn hundredths(hours: Decimal) -> i64 {
    hours.checked_mul(Decimal::ONE_HUNDRED).and_then(|it| i64::try_from(it.round()).ok()).unwrap_or(0)
}

/// A count as formulas read it; nothing where the mechanism has no attendance.
pub fn value(mechanism: &Mechanism, record: &Record, count: Count) -> Option<Value> {
    mechanism.attendance.as_ref()?;
    let number = record.turnout.count(count, hours(mechanism, record));
    Some(match count {
        Count::Hours => Value::Decimal(Decimal::new(number, 2)),
        _ => Value::Whole(number),
    })
}

/// What somebody wants to note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// About whom; nobody, for a head count.
    pub person: Option<PersonId>,
    /// What.
    pub what: What,
    /// Heads, views, or hundredths of an hour of their own.
    pub amount: i64,
    /// How.
    pub how: How,
    /// Why, where something is taken back.
    pub reason: Option<String>,
}

/// When and by whom it is noted.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The moment.
    pub at: i64,
    /// The day.
    pub on: Date,
    /// By whom.
    pub by: Option<PersonId>,
}

/// The most that is counted at one activity.
pub const MOST: i64 = 1_000_000;
/// The most hours that one activity gives, in hundredths.
pub const MOST_HOURS: i64 = 50_000;

/// The mark that a note becomes; nothing if the marks say it already. What was noted is taken back with a reason only.
pub fn note(mechanism: &Mechanism, record: &Record, note: &Note, moment: Moment) -> Result<Option<Mark>, Refusal> {
    let rules = mechanism.attendance.as_ref().ok_or_else(|| Refusal::new("attendance.none"))?;
    // enforces: attendance.states
    if !rules.states.contains(&record.state) || !record.is_open() {
        let state = mechanism.state(record.state.as_str()).map_or_else(String::new, |it| it.name.clone());
        return Err(Refusal::new("attendance.closed").with("state", state));
    }
    let turnout = &record.turnout;
    let seat = note.person.and_then(|person| turnout.seats.get(&person));
    let stand = seat.map_or(Stand::Open, |seat| seat.stand);
    let is_known = match (note.person, note.what) {
        (None, What::Heads) => {
            if turnout.has_list() {
                return Err(Refusal::new("attendance.has_list"));
            }
            turnout.heads == note.amount
        }
        // enforces: attendance.views
        (None, What::Views) if !rules.views => return Err(Refusal::new("attendance.no_views")),
        (None, What::Views) => turnout.views == note.amount,
        (Some(_), What::Expected) => seat.is_some_and(|seat| seat.expected),
        (Some(_), What::Came) => {
            // A second sign-in of one's own changes nothing; whoever keeps the list may give other hours.
            let same = note.how != How::List || seat.and_then(|seat| seat.hours).unwrap_or(0) == note.amount;
            stand == Stand::Came && same
        }
        (Some(_), What::Leave) => stand == Stand::Leave,
        (Some(_), What::Off) => stand == Stand::Open,
        _ => return Err(Refusal::new("attendance.none")),
    };
    if is_known {
        return Ok(None);
    }
    let most = if note.what == What::Came { MOST_HOURS } else { MOST };
    if !(0..=most).contains(&note.amount) {
        return Err(Refusal::new("attendance.number"));
    }
    let takes_back = stand == Stand::Came && note.what != What::Came || stand == Stand::Leave && note.what == What::Off;
    if takes_back && note.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Refusal::new("attendance.reason"));
    }
    let Note { person, what, amount, how, reason } = note.clone();
    let Moment { at, on, by } = moment;
    Ok(Some(Mark { seq: turnout.next_seq(), person, what, amount, how, at, on, by, reason }))
}

/// Is the field one that may hold the hours?
pub(crate) fn holds_hours(of: &FieldType) -> bool {
    matches!(of, FieldType::Whole { .. } | FieldType::Decimal { places: 0..=2, .. })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn person(of: u8) -> PersonId {
        PersonId(Uuid::from_u128(u128::from(of)))
    }

    /// What may happen at an activity, in any order.
    fn happenings() -> impl Strategy<Value = Vec<(Option<u8>, What, i64)>> {
        let one = prop_oneof![
            (0_u8..6, 0_usize..4, 0_i64..3).prop_map(|(who, what, hours)| {
                let what = [What::Expected, What::Came, What::Leave, What::Off][what];
                (Some(who), what, if what == What::Came { hours * 50 } else { 0 })
            }),
            (0_i64..40).prop_map(|heads| (None, What::Heads, heads)),
            (0_i64..90).prop_map(|views| (None, What::Views, views)),
        ];
        proptest::collection::vec(one, 0..60)
    }

    fn mark(seq: usize, (who, what, amount): &(Option<u8>, What, i64)) -> Mark {
        Mark {
            seq: seq as i64 + 1,
            person: who.map(person),
            what: *what,
            amount: *amount,
            how: How::List,
            at: seq as i64,
            on: Date::constant(2026, 3, 2),
            by: None,
            reason: None,
        }
    }

    proptest! {
        /// Who should come is who came, who is excused and who is absent; views are added to nothing; whoever is there
        /// is there once; and what stood at a moment is what the marks up to it come to.
        #[test]
        fn not_yet_attended_is_the_list_without_those_who_came(life in happenings()) {
            let marks: Vec<Mark> = life.iter().enumerate().map(|(at, it)| mark(at, it)).collect();
            let turnout = Turnout::of(marks.clone());
            let of = |count| turnout.count(count, 200);
            prop_assert_eq!(of(Count::Expected), of(Count::Came) + of(Count::Leave) + of(Count::Absent));
            prop_assert_eq!(turnout.missed().count() as i64, of(Count::Expected) - of(Count::Came));
            prop_assert_eq!(of(Count::Attendances), turnout.came().count() as i64 + turnout.heads());
            let without_views = Turnout::of(marks.iter().filter(|it| it.what != What::Views).cloned().collect());
            for count in [Count::Came, Count::Guests, Count::Attendances, Count::Hours] {
                prop_assert_eq!(of(count), without_views.count(count, 200));
            }
            let mut so_far = Turnout::default();
            for (at, mark) in marks.into_iter().enumerate() {
                so_far.add(mark);
                prop_assert_eq!(&turnout.until(at as i64), &so_far);
            }
        }
    }
}
