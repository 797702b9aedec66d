//! When is it due, and what does the clock do about it?
//!
//! A deadline starts with a step or on entering a state, stands still in waiting states, moves by approval,
//! warns before its day and rings on the first late working day. Each keeps its history.
//! Never decides what lateness opens: it names the opening, `workflow` carries it out.

use jiff::civil::Date;

use crate::calendar::hours::day_and_time;
use crate::calendar::{Calendar, Span};
use crate::catalog::{Deadline, Due, Mechanism};
use crate::ids::StepId;
use crate::record::{DeadlineEvent, DeadlineMove, Outcome, Record, Running, View};
use crate::template::moment;
use crate::value::Value;

/// What the rules need to know besides the record.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    /// The calendar of working days.
    pub calendar: &'a Calendar,
    /// The day.
    pub today: Date,
    /// The moment, in milliseconds since 1970 UTC.
    pub now: i64,
}

/// The moves that a step made: deadline and what happened.
pub type Moves = Vec<(String, DeadlineMove)>;

/// Brings the deadlines of `after` into line with the step just taken; none where it is only a signature among others.
pub fn advance(
    clock: Clock<'_>,
    mechanism: &Mechanism,
    before: Option<&Record>,
    after: &mut Record,
    step: Option<&StepId>,
) -> Moves {
    let mut moves = Moves::new();
    for deadline in &mechanism.deadlines {
        let at = after.deadlines.iter().position(|it| it.id == deadline.id && it.is_open());
        match at {
            Some(at) => {
                let mut running = after.deadlines.remove(at);
                keep_going(clock, deadline, after, step, &mut running);
                note(&mut moves, deadline, &running, clock.today, before);
                after.deadlines.insert(at, running);
            }
            None if starts(deadline, before, after, step) && is_wanted(clock, mechanism, deadline, after) => {
                let old =
                    after.deadlines.iter().position(|it| it.id == deadline.id).map(|at| after.deadlines.remove(at));
                if let Some(running) = start(clock, deadline, after, old) {
                    moves.push((deadline.id.to_string(), last_move(&running)));
                    after.deadlines.push(running);
                }
            }
            None => {}
        }
    }
    moves
}

/// Adds the history lines that are new since `before`.
fn note(moves: &mut Moves, deadline: &Deadline, running: &Running, _today: Date, before: Option<&Record>) {
    let known = before.and_then(|record| record.running(deadline.id.as_str())).map_or(0, |it| it.history.len());
    moves.extend(running.history.iter().skip(known).map(|line| (deadline.id.to_string(), line.clone())));
}

fn last_move(running: &Running) -> DeadlineMove {
    running.history.last().expect("a deadline that was started has a history").clone()
}

// enforces: deadline.from
// enforces: step.within
fn starts(deadline: &Deadline, before: Option<&Record>, after: &Record, step: Option<&StepId>) -> bool {
    if !after.is_open() {
        return false;
    }
    if step.is_some() && deadline.from.as_ref() == step {
        return true;
    }
    let was_in = before.is_some_and(|record| deadline.entering.contains(&record.state));
    deadline.entering.contains(&after.state) && !was_in
}

/// Does the record ask for the deadline at all?
// enforces: deadline.when
fn is_wanted(clock: Clock<'_>, mechanism: &Mechanism, deadline: &Deadline, record: &Record) -> bool {
    let view = View { mechanism, record, today: clock.today, calendar: clock.calendar, period: None };
    deadline.when.as_ref().is_none_or(|when| when.holds(&view))
}

fn start(clock: Clock<'_>, deadline: &Deadline, record: &Record, old: Option<Running>) -> Option<Running> {
    let (due_on, provisional) = first_due(clock, deadline, record)?;
    let due_at = in_hours(deadline).map(|hours| clock.calendar.add_hours(clock.now, hours));
    let mut running = Running {
        id: deadline.id.clone(),
        starts_on: clock.today,
        first_due_on: due_on,
        due_on,
        started_at: due_at.map(|_| clock.now),
        due_at,
        paused_on: None,
        ended_on: None,
        outcome: None,
        alarm_on: None,
        provisional,
        history: old.map(|it| it.history).unwrap_or_default(),
    };
    happen(&mut running, clock.today, DeadlineEvent::Started);
    running.alarm_on = next_alarm(clock.calendar, deadline, &running, clock.today);
    Some(running)
}

// enforces: deadline.until
fn first_due(clock: Clock<'_>, deadline: &Deadline, record: &Record) -> Option<(Date, bool)> {
    match &deadline.due {
        Due::Within(Span::WorkingHours(hours)) => Some(day_of(clock.calendar, clock.now, *hours)),
        Due::Within(span) => {
            let due = clock.calendar.add(clock.today, span);
            Some((due.on, due.provisional))
        }
        Due::Field(field) => match record.facts.find(field.as_str()) {
            Some(Value::Day(day)) => Some((*day, !clock.calendar.is_published(day.year()))),
            _ => None,
        },
    }
}

/// The hours of work of a deadline that is counted in them.
fn in_hours(deadline: &Deadline) -> Option<u32> {
    match deadline.due {
        Due::Within(Span::WorkingHours(hours)) => Some(hours),
        _ => None,
    }
}

/// The day on which so many hours of work have passed, and whether it hangs on a year whose holidays are not published.
fn day_of(calendar: &Calendar, from: i64, hours: u32) -> (Date, bool) {
    let (first, last) = (day_and_time(from).0, day_and_time(calendar.add_hours(from, hours)).0);
    (last, (first.year()..=last.year()).any(|year| !calendar.is_published(year)))
}

/// What a step does to a deadline that runs.
fn keep_going(clock: Clock<'_>, deadline: &Deadline, after: &mut Record, step: Option<&StepId>, running: &mut Running) {
    let today = clock.today;
    let left = !deadline.entering.is_empty() && !deadline.entering.contains(&after.state);
    // enforces: deadline.stops
    if step == Some(&deadline.stops) && (left || deadline.entering.is_empty()) {
        let outcome = if running.is_past(today, clock.now) { Outcome::Late } else { Outcome::Met };
        return end(running, today, outcome);
    }
    if left || !after.is_open() {
        return end(running, today, Outcome::Lifted);
    }
    pause_or_resume(clock, deadline, after, running);
    let due_on = match &deadline.due {
        Due::Within(_) => running.due_on,
        Due::Field(field) => {
            extend(deadline, after, step, field);
            match after.facts.find(field.as_str()) {
                Some(Value::Day(day)) => *day,
                _ => running.due_on,
            }
        }
    };
    if due_on != running.due_on {
        running.due_on = due_on;
        let extended = deadline.extend.as_ref().is_some_and(|it| Some(&it.by) == step);
        happen(running, today, if extended { DeadlineEvent::Extended } else { DeadlineEvent::Moved });
        running.provisional = !clock.calendar.is_published(due_on.year());
        running.alarm_on = next_alarm(clock.calendar, deadline, running, today);
    }
}

// enforces: extend.by
// enforces: extend.to
fn extend(deadline: &Deadline, after: &mut Record, step: Option<&StepId>, field: &crate::ids::FieldId) {
    let extension = deadline.extend.as_ref().filter(|it| Some(&it.by) == step);
    if let Some(Value::Day(day)) = extension.and_then(|it| after.facts.find(it.to.as_str())).cloned() {
        after.facts.put(field, Some(Value::Day(day)));
    }
}

// enforces: deadline.pause
fn pause_or_resume(clock: Clock<'_>, deadline: &Deadline, after: &mut Record, running: &mut Running) {
    let waits = deadline.pause.contains(&after.state);
    match (running.paused_on, waits) {
        (None, true) => {
            running.paused_on = Some(clock.today);
            running.alarm_on = None;
            happen(running, clock.today, DeadlineEvent::Paused);
        }
        (Some(since), false) => {
            running.paused_on = None;
            let due_on = moved_by_wait(clock.calendar, running.due_on, since, clock.today);
            move_to(running, due_on);
            if let Due::Field(field) = &deadline.due {
                after.facts.put(field, Some(Value::Day(running.due_on)));
            }
            happen(running, clock.today, DeadlineEvent::Resumed);
            running.alarm_on = next_alarm(clock.calendar, deadline, running, clock.today);
        }
        _ => {}
    }
}

/// Moves a deadline to another day; one that is counted in hours keeps its minute of the day.
fn move_to(running: &mut Running, due_on: Date) {
    let days = due_on.duration_since(running.due_on).as_hours() / 24;
    running.due_at = running.due_at.map(|at| at + days * 24 * 3_600_000);
    running.due_on = due_on;
}

/// The due day after a wait: moved by the working days that the wait took.
fn moved_by_wait(calendar: &Calendar, due_on: Date, since: Date, until: Date) -> Date {
    match u32::try_from(calendar.working_days_between(since, until)) {
        Ok(days) if days > 0 => calendar.add(due_on, &Span::WorkingDays(days)).on,
        _ => due_on,
    }
}

fn end(running: &mut Running, today: Date, outcome: Outcome) {
    running.ended_on = Some(today);
    running.outcome = Some(outcome);
    running.paused_on = None;
    running.alarm_on = None;
    happen(
        running,
        today,
        match outcome {
            Outcome::Met => DeadlineEvent::Met,
            Outcome::Late => DeadlineEvent::EndedLate,
            Outcome::Lifted => DeadlineEvent::Lifted,
        },
    );
}

/// Ends every deadline that runs, because the record itself was taken back.
pub fn lift_all(deadlines: &mut [Running], today: Date) {
    deadlines.iter_mut().filter(|it| it.is_open()).for_each(|it| end(it, today, Outcome::Lifted));
}

fn happen(running: &mut Running, on: Date, what: DeadlineEvent) {
    running.history.push(DeadlineMove { on, what, due_on: running.due_on });
}

/// The days on which the clock looks at it: the warnings, then the first late working day.
// enforces: deadline.warn
fn alarms(calendar: &Calendar, deadline: &Deadline, running: &Running) -> (Vec<Date>, Date) {
    let warnings = deadline.warn.iter().map(|span| calendar.subtract(running.due_on, span).on);
    let mut warnings: Vec<Date> = warnings.filter(|day| *day > running.starts_on).collect();
    warnings.sort();
    // What is counted in hours may be late on its day.
    let late = running.due_at.map_or_else(|| calendar.first_late_working_day(running.due_on), |_| running.due_on);
    (warnings, late)
}

/// The first day from `from` on at which the clock has something to do.
fn next_alarm(calendar: &Calendar, deadline: &Deadline, running: &Running, from: Date) -> Option<Date> {
    let (warnings, late) = alarms(calendar, deadline, running);
    // A due day that already lies behind still rings: on the next look of the clock.
    warnings.into_iter().find(|day| *day >= from).or(Some(late.max(from)))
}

/// What the clock found.
#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    /// The history line.
    pub line: DeadlineMove,
    /// The opening that lateness does.
    pub opens: Option<String>,
}

/// Rings a deadline whose alarm has come. Safe to call again: a deadline that has rung waits for its next day.
pub fn ring(clock: Clock<'_>, deadline: &Deadline, running: &mut Running) -> Option<Ring> {
    if !running.is_open() || running.paused_on.is_some() || running.alarm_on.is_none_or(|day| day > clock.today) {
        return None;
    }
    let (warnings, late) = alarms(clock.calendar, deadline, running);
    let is_late = late <= clock.today && running.is_past(clock.today, clock.now);
    if running.due_at.is_some() && !is_late && late <= clock.today {
        return None;
    }
    running.alarm_on = if is_late {
        None
    } else {
        let tomorrow = clock.today.tomorrow().ok()?;
        Some(warnings.into_iter().find(|day| *day >= tomorrow).unwrap_or(late.max(tomorrow)))
    };
    happen(running, clock.today, if is_late { DeadlineEvent::Overdue } else { DeadlineEvent::Warned });
    // enforces: late.opens
    Some(Ring { line: last_move(running), opens: deadline.late_opens.clone().filter(|_| is_late) })
}

/// Moves a deadline that was reckoned anew by the waits that it has had.
fn wait_again(calendar: &Calendar, running: &mut Running) {
    let mut since = None;
    for line in running.history.clone() {
        match (line.what, since) {
            (DeadlineEvent::Paused, _) => since = Some(line.on),
            (DeadlineEvent::Resumed, Some(day)) => {
                let due_on = moved_by_wait(calendar, running.due_on, day, line.on);
                move_to(running, due_on);
                since = None;
            }
            _ => {}
        }
    }
}

/// Reckons a running deadline anew after the calendar changed. `None` if nothing moves.
pub fn recompute(clock: Clock<'_>, deadline: &Deadline, running: &mut Running) -> Option<DeadlineMove> {
    if !running.is_open() {
        return None;
    }
    let was = (running.due_on, running.alarm_on, running.provisional);
    if let (Some(hours), Some(from)) = (in_hours(deadline), running.started_at) {
        running.due_at = Some(clock.calendar.add_hours(from, hours));
        (running.due_on, running.provisional) = day_of(clock.calendar, from, hours);
        wait_again(clock.calendar, running);
    } else if let Due::Within(span) = &deadline.due {
        let due = clock.calendar.add(running.starts_on, span);
        running.due_on = due.on;
        running.provisional = due.provisional;
        wait_again(clock.calendar, running);
    } else {
        running.provisional = !clock.calendar.is_published(running.due_on.year());
    }
    let has_rung =
        running.history.iter().any(|line| line.what == DeadlineEvent::Overdue && line.due_on == running.due_on);
    if running.paused_on.is_none() && !has_rung {
        running.alarm_on = next_alarm(clock.calendar, deadline, running, clock.today);
    }
    if was == (running.due_on, running.alarm_on, running.provisional) {
        return None;
    }
    happen(running, clock.today, DeadlineEvent::Recomputed);
    Some(last_move(running))
}

/// «Why is it due then?», step by step.
pub fn why(calendar: &Calendar, deadline: &Deadline, running: &Running) -> Vec<String> {
    let mut lines = Vec::new();
    match (&deadline.due, running.started_at, running.due_at) {
        (Due::Within(span), Some(from), Some(until)) => {
            lines.push(format!("{}起算，限{span}，到{}。", moment(from), moment(until)));
            lines.push("只数工作日的办公时间。".to_owned());
        }
        (Due::Within(span), ..) => {
            lines.push(format!("{}起算，限{}。", prose(running.starts_on), span));
            lines.extend(calendar.add(running.starts_on, span).explain());
        }
        (Due::Field(_), ..) => lines.push(format!("最初写明的时限是{}。", prose(running.first_due_on))),
    }
    for line in &running.history {
        let due = prose(line.due_on);
        let said = match line.what {
            DeadlineEvent::Paused => format!("{}起暂停计时。", prose(line.on)),
            DeadlineEvent::Resumed => format!("{}恢复计时，按暂停的工作日数顺延到{due}。", prose(line.on)),
            DeadlineEvent::Extended => format!("{}批准延期到{due}。", prose(line.on)),
            DeadlineEvent::Moved => format!("{}改定为{due}。", prose(line.on)),
            DeadlineEvent::Recomputed => format!("{}因工作日历更新重新计算，为{due}。", prose(line.on)),
            DeadlineEvent::Overdue => format!("{}为逾期后首个工作日。", prose(line.on)),
            _ => continue,
        };
        lines.push(said);
    }
    // enforces: deadline.because
    lines.extend(deadline.because.iter().map(|rule| format!("依据：{rule}。")));
    if running.provisional {
        lines.push(format!("{}年的放假安排尚未公布，此日为暂定。", running.due_on.year()));
    }
    lines
}

fn prose(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// The minute at which a deadline that is counted in hours is due, in words.
pub fn minute_due(running: &Running) -> Option<String> {
    running.due_at.map(moment)
}

/// A light: shape and colour go by the kind, the words stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LightKind {
    /// Past its day, or due today.
    Red,
    /// Inside the first warning.
    Amber,
    /// Time enough.
    Green,
    /// Nothing runs.
    Grey,
}

/// The light of a deadline that runs, to the minute where it is counted in hours.
pub fn light_of(clock: Clock<'_>, deadline: &Deadline, running: &Running) -> (LightKind, String) {
    let paused = running.paused_on.is_some();
    let Some(due_at) = running.due_at.filter(|_| !paused) else {
        return light(clock.calendar, deadline, running.due_on, paused, clock.today);
    };
    let minutes = clock.calendar.working_minutes(clock.now.min(due_at), clock.now.max(due_at));
    let told = format!("{}小时{}分", minutes / 60, minutes % 60);
    match (due_at < clock.now, minutes < 60) {
        (true, _) => (LightKind::Red, format!("逾期{told}")),
        (false, true) => (LightKind::Amber, format!("剩{told}")),
        (false, false) => (LightKind::Green, format!("剩{told}")),
    }
}

/// The light of a deadline that is counted in days.
pub fn light(calendar: &Calendar, deadline: &Deadline, due_on: Date, paused: bool, today: Date) -> (LightKind, String) {
    if paused {
        return (LightKind::Grey, "暂停计时".to_owned());
    }
    let left = calendar.working_days_between(today, due_on);
    if due_on < today {
        let late = -calendar.working_days_between(today, due_on);
        return (LightKind::Red, if late > 0 { format!("逾期{late}个工作日") } else { "已过期".to_owned() });
    }
    if due_on == today || left == 0 {
        return (LightKind::Red, "今天到期".to_owned());
    }
    let warned = deadline.warn.iter().any(|span| calendar.subtract(due_on, span).on <= today);
    let kind = if warned || (deadline.warn.is_empty() && left <= 1) { LightKind::Amber } else { LightKind::Green };
    (kind, format!("剩{left}个工作日"))
}
