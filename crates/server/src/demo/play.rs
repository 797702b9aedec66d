//! How did it come to be so? The demo's matters are played through real commands, day by day, with each day's duties.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use app::Ctx;
use app::commands::{attendance, files, ledgers, steps};
use app::office::Office;
use jiff::civil::Date;
use kernel::authority::Actor;
use kernel::calendar::Calendar;
use kernel::catalog::{FieldType, Mechanism, Step};
use kernel::facts::Typed;
use kernel::flow::Seat;
use kernel::ids::{FieldId, PersonId, RecordId, RoleId, StepId, UnitId};
use kernel::kinds::activity::{How, Note, What};
use kernel::value::Month;
use kernel::workflow::seats;

use super::ballots::InHand;
use super::scenario::{ABSENT, COME, Done, HEADS, Life, MOVE, Written};
use crate::clock;
use crate::open::in_words;

/// Working days counted from today.
pub(super) struct Days {
    calendar: Arc<Calendar>,
    today: Date,
}

impl Days {
    pub(super) fn new(calendar: Arc<Calendar>, today: Date) -> Self {
        Self { calendar, today }
    }

    /// The working day so many working days after today (or before, if negative). 0 is today or the next working day.
    pub(super) fn working(&self, number: i64) -> Date {
        let mut day = self.today;
        let forward = number >= 0;
        let mut left = number.abs();
        if forward && !self.calendar.is_working(day) {
            left += 1;
        }
        while left > 0 {
            let next = if forward { day.tomorrow() } else { day.yesterday() };
            day = next.expect("a demo does not reach the ends of time");
            if self.calendar.is_working(day) {
                left -= 1;
            }
        }
        day
    }
}

/// A step of a life, with its place: whose, which.
pub(super) struct Turn {
    pub(super) on: Date,
    pub(super) life: usize,
    step: usize,
}

/// Plays all lives from the first day to yesterday.
pub(super) async fn play(office: &Arc<Office>, days: &Days, lives: &[Life], first: Date) -> anyhow::Result<()> {
    let mut turns = Vec::new();
    for (life, of) in lives.iter().enumerate() {
        for (step, done) in of.steps.iter().enumerate() {
            turns.push(Turn { on: days.working(done.on), life, step });
        }
    }
    turns.sort_by_key(|turn| (turn.on, turn.life, turn.step));
    let mut stage = Stage {
        office,
        days,
        lives,
        records: HashMap::new(),
        logins: logins(office).await?,
        minute: 0,
        in_hand: HashMap::new(),
    };
    let mut turns = turns.into_iter().peekable();
    let mut day = first;
    while day < days.today {
        let morning = office.ctx(Actor::Clock, None, clock::moment(day, 7, 5), day, "demo".to_owned());
        let reports = app::duties::tick(&morning, "demo").await?;
        if let Some((duty, report)) = reports.iter().find(|(_, report)| report.failed > 0) {
            bail!("{day}的例行事务 {duty} 没有做成：{}", report.faults.join(";"));
        }
        stage.minute = 0;
        while let Some(turn) = turns.next_if(|turn| turn.on == day) {
            stage.take(&turn).await.with_context(|| stage.about(&turn))?;
        }
        day = day.tomorrow()?;
    }
    match turns.next() {
        Some(turn) => bail!("{}排在{}，还没有到", stage.about(&turn), turn.on),
        None => Ok(()),
    }
}

/// Who signs in under which name.
async fn logins(office: &Office) -> anyhow::Result<HashMap<String, PersonId>> {
    let mut conn = office.db.read().await?;
    let mut logins = HashMap::new();
    for account in store::accounts::page(&mut conn, store::accounts::Which::All, None, 1_000).await? {
        logins.insert(account.login_name, account.person);
    }
    Ok(logins)
}

pub(super) struct Stage<'a> {
    pub(super) office: &'a Arc<Office>,
    days: &'a Days,
    lives: &'a [Life],
    records: HashMap<usize, RecordId>,
    logins: HashMap<String, PersonId>,
    /// Minutes since half past eight: nobody does two things at the same moment.
    pub(super) minute: i64,
    /// Slips and words, by life.
    pub(super) in_hand: HashMap<usize, InHand>,
}

impl Stage<'_> {
    fn done(&self, turn: &Turn) -> &Done {
        &self.lives[turn.life].steps[turn.step]
    }

    fn about(&self, turn: &Turn) -> String {
        let life = &self.lives[turn.life];
        format!("演示的第{}件（{}）办“{}”，{}", turn.life + 1, life.mechanism, self.done(turn).step, turn.on)
    }

    /// Takes one step by the right person.
    async fn take(&mut self, turn: &Turn) -> anyhow::Result<()> {
        let life = &self.lives[turn.life];
        let done = self.done(turn).clone();
        let definitions = self.office.definitions();
        let mechanism = definitions.catalog.mechanism(&life.mechanism).context("没有这个机制")?.clone();
        if done.step == MOVE {
            return self.moves(turn, &mechanism, &done).await;
        }
        if done.step == COME {
            return self.come(turn, &mechanism, &done).await;
        }
        if self.receives(turn, &mechanism, &done).await? {
            return Ok(());
        }
        if self.judges(turn, &mechanism, &done).await? || self.votes(turn, &mechanism, &done).await? {
            return Ok(());
        }
        let step = mechanism.step(&done.step).with_context(|| format!("没有“{}”这一步", done.step))?;
        self.minute += 4;
        let at = clock::moment(turn.on, 8, 30) + self.minute * 60_000;
        if step.from.is_empty() {
            let unit = self.unit_of(&mechanism, &done)?;
            let ctx = self.ctx(at, turn.on, &step.who, unit, done.by.as_deref())?;
            let typed = self.typed(&ctx, &mechanism, &done).await?;
            let form = steps::StartRecord { mechanism: life.mechanism.clone(), typed, ..Default::default() };
            let record = in_words(&ctx, steps::start(&ctx, form).await)?;
            self.records.insert(turn.life, record);
            return Ok(());
        }
        let record = self.record(turn.life).await?;
        let unit = self.unit_of_signer(record, step).await?;
        let ctx = self.ctx(at, turn.on, &step.who, unit, done.by.as_deref())?;
        let typed = self.typed(&ctx, &mechanism, &done).await?;
        let form = steps::TakeStep {
            record,
            version: None,
            step: StepId::from(done.step.as_str()),
            typed,
            opinion: done.says.clone(),
            reason: done.says,
            key: None,
        };
        in_words(&ctx, steps::take(&ctx, form).await)
    }

    /// Notes who came, by whoever keeps the list.
    async fn come(&mut self, turn: &Turn, mechanism: &Mechanism, done: &Done) -> anyhow::Result<()> {
        let attendance = mechanism.attendance.as_ref().context("这个机制不记谁来了")?;
        let record = self.record(turn.life).await?;
        self.minute += 4;
        let at = clock::moment(turn.on, 8, 30) + self.minute * 60_000;
        let ctx = self.office.ctx(Actor::Clock, None, at, turn.on, "demo".to_owned());
        let mut conn = self.office.db.read().await?;
        let found = app::records::by_ids(&ctx, &mut conn, &[record]).await?.pop().context("这一件不见了")?;
        drop(conn);
        let ctx = self.ctx(at, turn.on, &attendance.who, found.record.unit, done.by.as_deref())?;
        let values =
            |name: &'static str| done.fields.iter().filter(move |(own, _)| own == name).flat_map(|(_, all)| all);
        let absent: Vec<&Written> = values(ABSENT).collect();
        let is_absent = |id: PersonId| absent.contains(&&Written::Text(ctx.names().person(id)));
        let came = found.record.turnout.seats().keys().filter(|id| !is_absent(**id));
        let note = |person, what, amount| Note { person, what, amount, how: How::List, reason: None };
        let mut notes: Vec<Note> = came.map(|id| note(Some(*id), What::Came, 0)).collect();
        for heads in values(HEADS) {
            let Written::Whole(heads) = heads else { bail!("来了几个人要写数字") };
            notes.push(note(None, What::Heads, *heads));
        }
        in_words(&ctx, attendance::on_list(&ctx, record, &notes).await)?;
        Ok(())
    }

    /// Moves something on an account, by whoever may.
    async fn moves(&mut self, turn: &Turn, mechanism: &Mechanism, done: &Done) -> anyhow::Result<()> {
        let account = mechanism.account.as_ref().context("这个机制没有账户")?;
        let record = self.record(turn.life).await?;
        self.minute += 4;
        let at = clock::moment(turn.on, 8, 30) + self.minute * 60_000;
        let text = |name: &str| match done.fields.iter().find(|(own, _)| own == name).and_then(|(_, all)| all.first()) {
            Some(Written::Text(text)) => text.clone(),
            Some(Written::Whole(number)) => number.to_string(),
            None => String::new(),
        };
        let word = account.word(&text("word")).with_context(|| format!("没有“{}”这种变动", text("word")))?;
        let clock = self.office.ctx(Actor::Clock, None, at, turn.on, "demo".to_owned());
        let mut conn = self.office.db.read().await?;
        let found = app::records::by_ids(&clock, &mut conn, &[record]).await?.pop().context("这一件不见了")?;
        let mut parts = Vec::new();
        for (title, amount) in done.rows.iter().filter(|(name, _)| name == "part").filter_map(|(_, row)| {
            let of = |name: &str| row.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
            Some((of("to")?, of("amount")?))
        }) {
            let (Written::Text(title), Written::Whole(amount)) = (title, amount) else {
                bail!("part 要写 to 和 amount")
            };
            parts.push((self.titled(&clock, &mut conn, mechanism, &title).await?.to_string(), amount.to_string()));
        }
        drop(conn);
        let ctx = self.ctx(at, turn.on, &word.who, found.record.unit, done.by.as_deref())?;
        let wanted = ledgers::Wanted {
            word: word.id.to_string(),
            amount: text("amount"),
            document: text("document"),
            reason: done.says.clone().unwrap_or_default(),
            parts,
            ..ledgers::Wanted::default()
        };
        in_words(&ctx, ledgers::post(&ctx, record, &wanted).await)
    }

    /// The record of a mechanism with a title, among those that were begun.
    async fn titled(
        &self,
        ctx: &Ctx,
        conn: &mut store::Conn,
        mechanism: &Mechanism,
        title: &str,
    ) -> anyhow::Result<RecordId> {
        let ids: Vec<RecordId> = self.records.values().copied().collect();
        let found = app::records::by_ids(ctx, conn, &ids).await?;
        let found = found.into_iter().find(|it| it.record.mechanism == mechanism.id && it.record.title == title);
        found.map(|it| it.record.id).with_context(|| format!("没有“{title}”这条记录"))
    }

    /// The record of a life: what it started, the file that it goes on with, or what the life above opened.
    pub(super) async fn record(&mut self, life: usize) -> anyhow::Result<RecordId> {
        if let Some(record) = self.records.get(&life) {
            return Ok(*record);
        }
        if let Some(name) = &self.lives[life].of {
            let tree = self.office.tree();
            let person = tree.people().find(|person| person.name == *name);
            let record = RecordId(person.with_context(|| format!("名册里没有“{name}”"))?.id.0);
            self.records.insert(life, record);
            return Ok(record);
        }
        let above = self.lives[life].opened_by.context("还没有登记")?;
        let above = *self.records.get(&above).context("上一件还没有登记")?;
        let mut conn = self.office.db.read().await?;
        let mut ties = store::ties::from_records(&mut conn, &[above]).await?;
        ties.sort_by_key(|tie| tie.id);
        let tie = ties.get(self.lives[life].turn).context("上一件还没有开出这一件")?;
        self.records.insert(life, tie.other);
        Ok(tie.other)
    }

    /// The unit over which the step's role is asked: the record's, or that of whoever has to sign next.
    async fn unit_of_signer(&self, record: RecordId, step: &Step) -> anyhow::Result<UnitId> {
        let ctx = self.office.ctx(Actor::Clock, None, 0, self.days.today, "demo".to_owned());
        let mut conn = self.office.db.read().await?;
        let found = app::records::by_ids(&ctx, &mut conn, &[record]).await?.pop().context("这一件不见了")?;
        let next = seats::places(step, &found.record).into_iter().find(|place| place.signed.is_none());
        match next.filter(|_| step.of.is_some()).map(|place| place.seat) {
            Some(Seat::Unit(unit)) => Ok(unit),
            _ => Ok(found.record.unit),
        }
    }

    /// The unit that a new record is about.
    fn unit_of(&self, mechanism: &Mechanism, done: &Done) -> anyhow::Result<UnitId> {
        let written = done.fields.iter().find(|(name, _)| *name == mechanism.unit.as_str());
        match written.and_then(|(_, values)| values.first()) {
            Some(Written::Text(name)) => {
                let tree = self.office.tree();
                Ok(tree.named(name).with_context(|| format!("没有“{name}”这个单位"))?.id)
            }
            _ => bail!("没有写单位"),
        }
    }

    /// The context of whoever has one of the roles over the unit, or of the one named.
    pub(super) fn ctx(
        &self,
        now: i64,
        today: Date,
        who: &[RoleId],
        unit: UnitId,
        by: Option<&str>,
    ) -> anyhow::Result<Ctx> {
        let tree = self.office.tree();
        let person = match by {
            Some(login) => self.logins.get(login).and_then(|id| tree.person(*id)),
            None => who.iter().find_map(|role| {
                tree.holders(role, unit, today).into_iter().min_by(|one, other| one.pinyin.cmp(&other.pinyin))
            }),
        };
        let person = person.context("没有人能办这一步")?;
        let ctx = self.office.ctx(Actor::Clock, None, now, today, "demo".to_owned());
        let actor = ctx.as_person(person.id).context("没有人能办这一步")?;
        Ok(Ctx { actor, ..ctx })
    }

    /// What the person typed.
    async fn typed(&self, ctx: &Ctx, mechanism: &Mechanism, done: &Done) -> anyhow::Result<Typed> {
        let mut typed = Typed::default();
        for (name, values) in &done.fields {
            let field = mechanism.field(name).with_context(|| format!("没有“{name}”这个字段"))?;
            let mut texts = Vec::with_capacity(values.len());
            for value in values {
                texts.push(match (&mechanism.writing, value) {
                    // The month that lies so many months from now.
                    (Some(writing), Written::Whole(months)) if writing.period == field.id => {
                        Month::of(self.days.working(0)).plus(i32::try_from(*months)?).to_string()
                    }
                    _ => self.text(ctx, &field.of, value).await?,
                });
            }
            typed.fields.push((field.id.clone(), texts));
        }
        for (name, row) in &done.rows {
            let child = mechanism.child(name).with_context(|| format!("没有“{name}”这张子表"))?;
            let mut cells = Vec::with_capacity(row.len());
            for (name, value) in row {
                let field = child.fields.iter().find(|field| field.id == *name.as_str());
                let field = field.with_context(|| format!("子表没有“{name}”这一栏"))?;
                cells.push((field.id.clone(), self.text(ctx, &field.of, value).await?));
            }
            let id = FieldId::from(name.as_str());
            match typed.rows.iter_mut().find(|(known, _)| *known == id) {
                Some((_, rows)) => rows.push(cells),
                None => typed.rows.push((id, vec![cells])),
            }
        }
        Ok(typed)
    }

    /// A value as a form would send it: units by id, days as dates, files uploaded.
    async fn text(&self, ctx: &Ctx, of: &FieldType, value: &Written) -> anyhow::Result<String> {
        Ok(match (of, value) {
            (FieldType::Day, Written::Whole(number)) => self.days.working(*number).to_string(),
            (FieldType::Moment, Written::Whole(number)) => format!("{} 18:00", self.days.working(*number)),
            (_, Written::Whole(number)) => number.to_string(),
            (FieldType::Unit | FieldType::Units, Written::Text(name)) => {
                ctx.tree.named(name).with_context(|| format!("没有“{name}”这个单位"))?.id.to_string()
            }
            (FieldType::Person, Written::Text(name)) => match ctx.tree.named_people(name).as_deref() {
                Some([one]) => one.to_string(),
                _ => name.clone(),
            },
            (FieldType::Record { of }, Written::Text(title))
                if ctx.catalog().mechanism(of.as_str()).is_some_and(|it| !it.is_of_posts()) =>
            {
                let mut conn = self.office.db.read().await?;
                let mechanism = ctx.catalog().mechanism(of.as_str()).context("没有这个机制")?.clone();
                self.titled(ctx, &mut conn, &mechanism, title).await?.to_string()
            }
            (FieldType::Record { .. }, Written::Text(name)) => {
                let all = ctx.tree.posts_within(&[ctx.tree.whole()]);
                let post = all.into_iter().find(|post| ctx.names().post(post.id).as_ref() == Some(name));
                post.with_context(|| format!("没有“{name}”这个职位"))?.id.to_string()
            }
            (FieldType::Files, Written::Text(name)) => {
                let title = name.rsplit_once('.').map_or(name.as_str(), |(title, _)| title);
                let words =
                    format!("{title}\n\n演示文件，内容虚构。\n上传人：{}\n日期：{}\n", ctx.actor.name(), ctx.today);
                in_words(ctx, files::add(ctx, name, words.as_bytes()).await)?.to_string()
            }
            (_, Written::Text(text)) => text.clone(),
        })
    }
}
