//! How is a period counted? Forwards from an event, backwards from a due day, and the steps that explain it.
//!
//! Never walks day by day over long periods: leaps by the number still missing, which cannot overshoot.

use jiff::civil::Date;

use super::due::{Due, Skipped, WhyStep};
use super::year::fixed_holidays;
use super::{Calendar, DayKind, FIRST_DAY, LAST_DAY, Span};

/// Counts over more years than these are explained by sums, not holiday by holiday.
const YEARS_IN_DETAIL: i16 = 3;

impl Calendar {
    /// The end of a period that begins with an event on `from`, which is day 0.
    pub fn add(&self, from: Date, span: &Span) -> Due {
        self.count(from, *span, false)
    }

    /// The day that lies a period before `from`, for instance to warn before a due day.
    ///
    /// Working days count back from the last working day on or before `from`: three working days before a
    /// Sunday is the Tuesday, when `working_days_between` up to that Sunday says 3.
    pub fn subtract(&self, from: Date, span: &Span) -> Due {
        self.count(from, *span, true)
    }

    /// The same due day, moved to the next working day if it is a rest day and a rule says so.
    #[must_use]
    pub fn postponed(&self, mut due: Due) -> Due {
        let on = self.next_working_on_or_after(due.on);
        due.provisional |= self.any_unpublished(due.on, on);
        if on != due.on {
            due.on = on;
            due.why.push(WhyStep::Postponed { on });
        }
        due
    }

    fn count(&self, from: Date, span: Span, back: bool) -> Due {
        let period = match span {
            // By days alone an hour is part of a day: whoever has the moment asks [`Calendar::add_hours`].
            Span::WorkingHours(_) if back => return self.subtract_working_days(from, 0),
            Span::WorkingHours(_) => return self.add_working_days(from, 0),
            Span::WorkingDays(count) if back => return self.subtract_working_days(from, count),
            Span::WorkingDays(count) => return self.add_working_days(from, count),
            Span::Days(n) => jiff::Span::new().try_days(n),
            Span::Months(n) => jiff::Span::new().try_months(n),
            Span::Years(n) => jiff::Span::new().try_years(n),
        };
        let moved = period.and_then(|period| if back { from.checked_sub(period) } else { from.checked_add(period) });
        self.elapsed(from, span, moved.ok(), back)
    }

    fn add_working_days(&self, from: Date, count: u32) -> Due {
        let (on, reached) = self.leap_forward(from, count);
        let mut why = vec![WhyStep::Start { on: from, back: false }];
        let mut provisional = false;
        if let Some(first) = from.tomorrow().ok().filter(|first| *first <= on) {
            provisional = self.any_unpublished(first, on);
            self.explain_forward(first, on, &mut why);
        }
        finish(on, reached, provisional, why, false)
    }

    fn subtract_working_days(&self, from: Date, count: u32) -> Due {
        let base = self.last_working_on_or_before(from);
        let mut why = vec![WhyStep::Start { on: from, back: true }];
        if count == 0 {
            return finish(from, true, false, why, true);
        }
        if base != from {
            why.push(WhyStep::StepBack { from, to: base });
        }
        let (on, reached) = self.leap_back(base, count);
        if let Some(last) = base.yesterday().ok().filter(|last| on <= *last) {
            self.explain_back(on, last, &mut why);
        }
        finish(on, reached, self.any_unpublished(on, from), why, true)
    }

    /// The `count`-th working day after `from`. Each leap is as long as what is missing, and a day is at most
    /// one working day: so the first day that completes the count is met exactly.
    fn leap_forward(&self, from: Date, count: u32) -> (Date, bool) {
        let (mut on, mut missing) = (from, i64::from(count));
        while missing > 0 {
            let Some(next) = days_later(on, missing).filter(|next| *next <= LAST_DAY) else {
                return (LAST_DAY, false);
            };
            missing -= self.working_days_between(on, next);
            on = next;
        }
        (on.clamp(FIRST_DAY, LAST_DAY), on >= FIRST_DAY)
    }

    /// The `count`-th working day before the working day `from`.
    fn leap_back(&self, from: Date, count: u32) -> (Date, bool) {
        let (mut on, mut missing) = (from, i64::from(count));
        while missing > 0 {
            let Some(next) = days_later(on, -missing).filter(|next| *next >= FIRST_DAY) else {
                return (FIRST_DAY, false);
            };
            // Counts next..on with its first day and without its last.
            let passed =
                self.working_days_between(next, on) + i64::from(self.is_working(next)) - i64::from(self.is_working(on));
            missing -= passed;
            on = next;
        }
        (on, true)
    }

    /// A period of days, months or years; `moved` is its end, unless that lies beyond all reckoning.
    fn elapsed(&self, from: Date, span: Span, moved: Option<Date>, back: bool) -> Due {
        let inside = moved.filter(|on| (FIRST_DAY..=LAST_DAY).contains(on));
        let on = inside.unwrap_or(if back { FIRST_DAY } else { LAST_DAY });
        let mut why = vec![WhyStep::Start { on: from, back }];
        if inside.is_some() {
            let wanted = (!matches!(span, Span::Days(_)) && on.day() != from.day()).then(|| from.day());
            why.push(WhyStep::Elapsed { span, on, wanted, back });
            match self.kind(on) {
                DayKind::Off(name) => why.push(WhyStep::Rest { on, name: Some(name) }),
                DayKind::Weekend => why.push(WhyStep::Rest { on, name: None }),
                DayKind::Working | DayKind::MadeUp => {}
            }
        }
        finish(on, inside.is_some(), false, why, back)
    }

    fn any_unpublished(&self, from: Date, to: Date) -> bool {
        (from.year()..=to.year()).any(|year| !self.is_published(year))
    }

    fn explain_forward(&self, from: Date, to: Date, why: &mut Vec<WhyStep>) {
        self.provisional_steps(from, to, why);
        let mut counted = 0;
        for stretch in self.stretches(from, to) {
            let first = counted + 1;
            counted += stretch.working;
            why.push(stretch.step(first, counted, false));
        }
    }

    fn explain_back(&self, from: Date, to: Date, why: &mut Vec<WhyStep>) {
        self.provisional_steps(from, to, why);
        let mut counted = 0;
        for stretch in self.stretches(from, to).into_iter().rev() {
            let first = counted + 1;
            counted += stretch.working;
            why.push(stretch.step(first, counted, true));
        }
    }

    /// One step for each run of years without a notice.
    fn provisional_steps(&self, from: Date, to: Date, why: &mut Vec<WhyStep>) {
        let unpublished = (from.year()..=to.year()).filter(|year| !self.is_published(*year));
        for year in unpublished {
            match why.last_mut() {
                Some(WhyStep::Provisional { last, .. }) if *last + 1 == year => *last = year,
                _ => why.push(WhyStep::Provisional { first: year, last: year }),
            }
        }
    }

    /// The days from `from` to `to` as runs: ordinary weeks, holidays, make-up days.
    fn stretches(&self, from: Date, to: Date) -> Vec<Stretch> {
        if to.year() - from.year() > YEARS_IN_DETAIL {
            let mut sum = self.ordinary(from, to);
            if let Run::Ordinary { skipped } = &mut sum.run {
                *skipped = Skipped::RestDays;
            }
            return vec![sum];
        }
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut at = from;
        for mark in self.marks(from, to) {
            if at < mark.from {
                let before = mark.from.yesterday().expect("a day lies between");
                stretches.push(self.ordinary(at, before));
            }
            at = mark.to.tomorrow().unwrap_or(mark.to);
            let touching = stretches.last_mut().filter(|last| last.to.tomorrow().ok() == Some(mark.from));
            match (touching, mark.run) {
                (Some(Stretch { run: Run::Off(names), to, .. }), Run::Off(more)) => {
                    *to = mark.to;
                    let new: Vec<String> = more.into_iter().filter(|name| !names.contains(name)).collect();
                    names.extend(new);
                }
                (_, run) => stretches.push(Stretch { run, ..mark }),
            }
        }
        if at <= to {
            stretches.push(self.ordinary(at, to));
        }
        stretches
    }

    /// Holidays and make-up days that touch the days from `from` to `to`, cut to them, in order of time.
    fn marks(&self, from: Date, to: Date) -> Vec<Stretch> {
        let mut marks = Vec::new();
        for year in from.year()..=to.year() {
            let fixed = fixed_holidays(year);
            let (off, worked) = match self.find_year(year) {
                Some(table) => (table.off(), table.worked()),
                None => (&fixed[..], &[][..]),
            };
            for holiday in off.iter().filter(|it| it.from <= to && from <= it.to) {
                let (from, to) = (holiday.from.max(from), holiday.to.min(to));
                marks.push(Stretch { from, to, working: 0, run: Run::Off(vec![holiday.name.clone()]) });
            }
            for day in worked.iter().filter(|day| (from..=to).contains(*day)) {
                marks.push(Stretch { from: *day, to: *day, working: 1, run: Run::MadeUp });
            }
        }
        marks.sort_by_key(|mark| mark.from);
        marks
    }

    /// A run without marks (or a long one told as a sum), cut to its first and last working day.
    fn ordinary(&self, from: Date, to: Date) -> Stretch {
        let (first, last) = (self.next_working_on_or_after(from), self.last_working_on_or_before(to));
        if last < first {
            return Stretch { from, to, working: 0, run: Run::Weekend };
        }
        let working = self.working_days_between(first, last) + 1;
        let days = to.duration_since(from).as_hours() / 24 + 1;
        let skipped = if working < days { Skipped::Weekends } else { Skipped::Nothing };
        Stretch { from: first, to: last, working, run: Run::Ordinary { skipped } }
    }
}

/// A run of days of one sort.
struct Stretch {
    from: Date,
    to: Date,
    working: i64,
    run: Run,
}

enum Run {
    Ordinary { skipped: Skipped },
    MadeUp,
    Off(Vec<String>),
    Weekend,
}

impl Stretch {
    /// The run as a step whose working days have the numbers `first` to `last`.
    fn step(self, first: i64, last: i64, back: bool) -> WhyStep {
        let Self { from, to, run, .. } = self;
        match run {
            Run::Ordinary { skipped } => {
                let (from, to) = if back { (to, from) } else { (from, to) };
                WhyStep::Counted { from, to, first, last, skipped, back }
            }
            Run::MadeUp => WhyStep::MadeUp { on: from, nth: first, back },
            Run::Off(names) => WhyStep::Off { names, from, to },
            Run::Weekend => WhyStep::Weekend { from, to },
        }
    }
}

fn finish(on: Date, reached: bool, provisional: bool, mut why: Vec<WhyStep>, back: bool) -> Due {
    why.push(if reached { WhyStep::End { on, back } } else { WhyStep::Clamped { on } });
    Due { on, provisional, why }
}

/// The day so many days later, if there is one.
fn days_later(day: Date, days: i64) -> Option<Date> {
    jiff::Span::new().try_days(days).and_then(|days| day.checked_add(days)).ok()
}
