//! How does a record look? Where it stands, what it is, what happened, and what this person may do now.

use app::queries::attendance::TurnoutLine;
use app::queries::ballots::VotingLine;
use app::queries::extracts::ExtractLine;
use app::queries::forms::StepForm;
use app::queries::ledgers::{AccountLine, CausedLine};
use app::queries::moves::RoundLine;
use app::queries::offerings as known;
use app::queries::people::PersonCards;
use app::queries::record_file::{ChildTable, Effect, FactLine, Place, RecordFile, Station, TimelineLine};
use app::queries::rounds::CallLine;
use kernel::ids::FieldId;
use kernel::kinds::Kind;
use maud::{Markup, html};
use uuid::Uuid;

use super::{Shown, reveal, suggested, then};
use crate::pages::{controls, dispatch, offerings, people, twins, words};
use crate::parts::buttons::Button;
use crate::parts::cards::{self, card, plain_card, steps_card};
use crate::parts::empty::nothing_yet;
use crate::parts::facts::{Fact, facts, folded};
use crate::parts::files::files;
use crate::parts::light::{Light, Standing, light, state};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::Anchor;
use crate::parts::stepper::{Reached, Stage, stepper};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::timeline::{Entry, FieldChange, timeline};
use crate::parts::todo::{Todo, slim_todos};
use crate::parts::words::day_cell;
use crate::urls;
use crate::visitor::Visitor;

/// State and light beside the title.
pub(super) fn lights(file: &RecordFile) -> Markup {
    let standing = match (&file.holder, file.steps.is_empty()) {
        (None, true) => Standing::Done,
        (Some(_), false) => Standing::Yours,
        _ => Standing::Open,
    };
    html! { (state(standing, &file.state)) (words::light(file.light.as_ref())) }
}

/// The page below its head.
pub(super) fn content(visitor: &Visitor, file: &RecordFile, shown: &Shown) -> Markup {
    if let Some(cards) = &shown.person {
        return of_person(visitor, file, shown, cards);
    }
    let is_list = matches!(file.kind, Kind::Register | Kind::Ledger);
    html! {
        (said(file, shown))
        // An entry of a register goes nowhere.
        @if !is_list { (plain_card(stepper(&file.stations.iter().map(|station| stage(file, station)).collect::<Vec<_>>()))) }
        div.grid {
            div.c8.pile {
                (card(&file.mechanism_name, older(file), html! { (folded(&fact_list(file))) (children(file, &[])) }))
                (card("经过", cards::count(file.timeline.len() as u64), timeline(&entries(file))))
            }
            div.c4.pile.lead {
                @if file.scoring { (card("考核", html! {}, html! { div.send { (Button::link("得分和排名", urls::assessment(file.id))) } })) }
                @if file.writing { (card("正文", html! {}, html! { div.send { (Button::link("看填好数的正文", urls::report(file.id))) } })) }
                @if let Some(call) = &file.call { (card("评审", html! {}, called(file, call))) }
                @if let Some(line) = &file.circulation { (dispatch::card(file.id, line)) }
                @if let Some(voting) = &file.voting { (card("投票", html! {}, votes(file, voting))) }
                @if let Some(turnout) = &file.turnout { (card("参加情况", html! { "由系统数出" }, came(file, turnout))) }
                @if let Some(account) = &file.account { (card("余额", html! { "由变动加出" }, held(file, account))) }
                @if !file.extracts.is_empty() { (card("下载", html! { "每次都留痕" }, extracts(file))) }
                @if let Some(it) = &file.suggestions { (suggested::card_of(file.id, it)) }
                @if !file.twins.is_empty() { (card("可能重复", html! { "看一看是不是同一件事" }, twins::list(&file.twins))) }
                (steps(visitor, file, shown))
                @if !file.caused.is_empty() { (card("账户变动", html! {}, caused(file))) }
                @if let Some(round) = &file.round { (card(&round.step, html! { (round.how) }, signatures(round))) }
                @if !file.moves.is_empty() { (moves(visitor, file, shown)) }
                @if is_list {
                    (then::card_of(file, &visitor.ctx.today.to_string()))
                } @else {
                    (card("时限和承办", in_calendar(file), facts(&standing(file), true)))
                    (card("文书", html! {}, papers(file)))
                }
                @if !file.ties.is_empty() { (card("关联", html! {}, ties(file))) }
            }
        }
    }
}

/// The file of a person: what they hold and are stands under the facts, and the steps have room for their rows.
fn of_person(visitor: &Visitor, file: &RecordFile, shown: &Shown, cards: &PersonCards) -> Markup {
    html! {
        (said(file, shown))
        (people::cards::above(cards))
        div.grid {
            div.c8.pile {
                (card(&file.mechanism_name, older(file), html! { (folded(&fact_list(file))) (children(file, &cards.told)) }))
                (people::cards::below(cards))
                @if !file.steps.is_empty() { (steps(visitor, file, shown)) }
            }
            div.c4.pile {
                (people::cards::beside(cards))
                (then::card_of(file, &visitor.ctx.today.to_string()))
                (card("经过", cards::count(file.timeline.len() as u64), timeline(&entries(file))))
                @if !file.ties.is_empty() { (card("关联", html! {}, ties(file))) }
            }
        }
    }
}

/// What was just done, or why it was not.
fn said(file: &RecordFile, shown: &Shown) -> Markup {
    if !shown.said.is_empty() {
        let form = file.steps.iter().chain(&file.moves).find(|form| form.id == shown.step);
        let label = |id: &str| {
            let field = form.and_then(|form| form.fields.iter().find(|field| field.id == *id));
            field.map_or_else(String::new, |field| field.name.clone())
        };
        return refused(&words::wanted(&shown.said, &shown.step, label));
    }
    // Only what the timeline says as well: an address that somebody made up shows nothing.
    let Some(last) = file.timeline.first().filter(|_| !shown.done.is_empty()) else { return html! {} };
    let now = last.to.as_ref().map(|to| format!("现在是“{to}”。")).unwrap_or_default();
    notice(Tone::Ok, &format!("已办理：{}", last.step), html! { (now) })
}

fn older(file: &RecordFile) -> Markup {
    html! {
        @if file.is_on_older_version {
            a href=(urls::of_register(&file.mechanism, "about")) title="机制已有新版本；这件事仍按开立时的版本办理" { "按开立时的版本办理" }
        }
    }
}

fn stage(file: &RecordFile, station: &Station) -> Stage {
    let reached = match station.place {
        Place::Behind => Reached::Done,
        // Nobody holds it any more: it has ended here.
        Place::Here if file.holder.is_none() => Reached::Done,
        Place::Here => Reached::Now,
        Place::Ahead => Reached::Ahead,
    };
    Stage { label: station.name.clone(), note: station.note.clone().unwrap_or_default(), reached }
}

fn fact_list(file: &RecordFile) -> Vec<Fact> {
    file.facts.iter().map(|line| fact(file, line)).collect()
}

fn fact(file: &RecordFile, line: &FactLine) -> Fact {
    if let Some(field) = &line.masked {
        return Fact::shown(&line.name, reveal::masked(file.id, field, &line.name, &line.words));
    }
    if !line.files.is_empty() {
        let lines: Vec<_> = line.files.iter().map(controls::file_line).collect();
        return Fact { wide: true, ..Fact::shown(&line.name, files(&lines)) };
    }
    match line.record {
        Some(id) => Fact::link(&line.name, &Anchor::new(&line.words, urls::record(id))),
        None if line.is_long => Fact::long(&line.name, &line.words),
        None => Fact::text(&line.name, &line.words),
    }
}

/// The child tables but those that are told elsewhere.
fn children(file: &RecordFile, told: &[FieldId]) -> Markup {
    let covered = |child: &ChildTable| child.columns.iter().cloned().zip(child.masked.clone()).collect::<Vec<_>>();
    html! {
        @for child in file.children.iter().filter(|child| !child.rows.is_empty() && !told.contains(&child.id)) {
            (self::child(child))
            @for (name, masked) in covered(child) {
                @if let Some(id) = masked { div.pad { (reveal::masked(file.id, &id, &name, "")) } }
            }
        }
    }
}

/// A child table under its name.
pub(super) fn child(child: &ChildTable) -> Markup {
    html! {
        h3.pad { (child.name) }
        (table(&Table {
            caption: child.name.clone(),
            columns: child.columns.iter().map(|title| Column::new(title, ColumnKind::Text)).collect(),
            rows: child.rows.iter().enumerate().map(|(at, row)| Row { cells: cells(child, at, row), ..Row::default() }).collect(),
            choose: None,
            wide: child.columns.len() > 6,
        }))
    }
}

/// The cells of a row; one that leads somewhere is a door.
fn cells(child: &ChildTable, at: usize, row: &[String]) -> Vec<Cell> {
    let door = |column: usize| child.doors.iter().find(|(row, of, _)| *row == at && *of == column);
    let cell = |(column, words): (usize, &String)| match door(column) {
        Some((.., origin)) => Cell::shown(html! { a href=(controls::door(origin)) { (words) } }),
        None => Cell::text(words),
    };
    row.iter().enumerate().map(cell).collect()
}

fn entries(file: &RecordFile) -> Vec<Entry> {
    file.timeline.iter().map(entry).collect()
}

fn entry(line: &TimelineLine) -> Entry {
    let what = html! {
        (line.step)
        @if let Some(to) = &line.to { "，转为“" (to) "”" }
        @if let Some(number) = &line.number { "，编号 " b { (number) } }
        @for (words, effect) in &line.effects {
            " " @match effect {
                Effect::Paper(id) => a href=(urls::paper(*id, "pdf")) { (words) },
                Effect::Record(id) => a href=(urls::record(*id)) { (words) },
                Effect::Shown => span { (words) },
            }
        }
        @if let Some(role) = &line.role { " " span.quiet.small { (role) } }
    };
    let change = |it: &app::queries::record_file::ChangeLine| FieldChange {
        label: it.field.clone(),
        from: it.from.clone().unwrap_or_default(),
        to: it.to.clone().unwrap_or_default(),
    };
    let spoken = [("意见：", &line.opinion), ("理由：", &line.reason)];
    Entry {
        when: line.at.clone(),
        when_exact: line.at.replace(' ', "T"),
        who: line.actor.clone(),
        on_behalf_of: line.behalf.clone().unwrap_or_default(),
        what,
        light: line.is_red.then_some(Light::Red),
        changes: line.changes.iter().map(change).collect(),
        said: spoken
            .iter()
            .filter_map(|(what, text)| Some(format!("{what}{}", text.as_ref()?)))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// The steps that this person may take; the first that leads on is the page's main action.
fn steps(visitor: &Visitor, file: &RecordFile, shown: &Shown) -> Markup {
    if file.steps.is_empty() {
        let words = match &file.holder {
            Some(holder) if !holder.people.is_empty() => {
                format!("现在由{}办理，没有轮到你的步骤。", holder.people.join("、"))
            }
            Some(holder) => format!("现在由{}办理，没有轮到你的步骤。", holder.role),
            None if file.is_over => "这件事已经结束，没有可办的步骤。".to_owned(),
            None => "现在没有由你办理的步骤。".to_owned(),
        };
        return card("你现在可以", html! {}, nothing_yet(&words));
    }
    let main = file.steps.iter().position(|form| form.leads_on);
    let list: Vec<_> =
        file.steps.iter().enumerate().map(|(at, form)| step(visitor, file, shown, form, main == Some(at))).collect();
    steps_card("你现在可以", &list)
}

/// Who should come and who came, with the way to the list and the code.
fn came(file: &RecordFile, turnout: &TurnoutLine) -> Markup {
    let counts: Vec<Fact> = turnout.counts.iter().map(|(name, number)| Fact::text(*name, number)).collect();
    html! {
        (facts(&counts, true))
        div.send {
            @if turnout.may_note { (Button::link("签到码", urls::attendance_code(file.id))) }
            (Button::link("名单", urls::attendance(file.id)))
        }
    }
}

/// What the account holds, with the way to its movements.
fn held(file: &RecordFile, account: &AccountLine) -> Markup {
    let amounts: Vec<Fact> = account.amounts.iter().map(|(name, amount)| Fact::text(name, amount)).collect();
    html! {
        (facts(&amounts, true))
        div.send {
            @let label = if account.may_move { "记变动" } else { "看变动" };
            (Button::link(format!("{label}（{}笔）", account.movements), urls::account(file.id)))
        }
    }
}

/// What it moved on accounts.
fn caused(file: &RecordFile) -> Markup {
    let fact = |line: &CausedLine| {
        Fact::shown(
            line.on.to_string(),
            html! { (line.words) " " a href=(urls::account(line.account)) { (line.title) } },
        )
    };
    facts(&file.caused.iter().map(fact).collect::<Vec<_>>(), true)
}

/// How far its round is, with the way to the board or to the sheet.
fn called(file: &RecordFile, call: &CallLine) -> Markup {
    let counts: Vec<Fact> = call.counts.iter().map(|(name, words)| Fact::text(name.as_str(), words)).collect();
    html! {
        @if !counts.is_empty() { (facts(&counts, true)) }
        div.send {
            @if call.is_round { (Button::link("评审进展", urls::round(file.id))) }
            @else { (Button::link("评审意见", urls::review(file.id))) }
        }
    }
}

/// How far the voting is, with the way to it.
fn votes(file: &RecordFile, voting: &VotingLine) -> Markup {
    let counts: Vec<Fact> = voting.counts.iter().map(|(name, number)| Fact::text(*name, number)).collect();
    html! {
        (facts(&counts, true))
        div.send { (Button::link(voting.act, urls::ballot(file.id))) }
    }
}

/// Who has signed and who is awaited.
fn signatures(round: &RoundLine) -> Markup {
    if round.places.is_empty() {
        return nothing_yet("没有写明由谁会签。");
    }
    let rows: Vec<Todo> = round
        .places
        .iter()
        .map(|place| Todo {
            light: Some(match (place.is_signed, place.is_turn) {
                (true, _) => (Light::Green, "已办".to_owned()),
                (false, true) => (Light::Amber, "待办".to_owned()),
                (false, false) => (Light::Grey, "未到".to_owned()),
            }),
            title: place.whom.clone(),
            note: place.words.clone(),
            ..Todo::default()
        })
        .collect();
    slim_todos(&rows)
}

/// What can be done with any record: folded, below the steps of this one.
fn moves(visitor: &Visitor, file: &RecordFile, shown: &Shown) -> Markup {
    let mut list: Vec<_> = file.moves.iter().map(|form| step(visitor, file, shown, form, false)).collect();
    if file.may_begin {
        list.push(offerings::keep_form(file.id, &file.mechanism, &known::choices(&visitor.ctx)));
    }
    steps_card("协同", &list)
}

fn step(visitor: &Visitor, file: &RecordFile, shown: &Shown, form: &StepForm, main: bool) -> cards::StepForm {
    let is_back = form.id == shown.step;
    let back = if is_back { shown.back.clone() } else { controls::Back::default() };
    let back = controls::Back { form: form.id.clone(), ..back };
    let key = if is_back { shown.key.clone() } else { Uuid::new_v4().simple().to_string() };
    let paper = form.paper.as_ref().map(|paper| format!("将印发《{paper}》。")).unwrap_or_default();
    let because = form.because.as_ref().map(|because| format!("依据：{because}。")).unwrap_or_default();
    let person = visitor.ctx.person().map(|id| id.to_string()).unwrap_or_default();
    cards::StepForm {
        label: form.name.clone(),
        action: urls::step(file.id, &form.id),
        hidden: vec![("_version".to_owned(), file.version.to_string()), ("_key".to_owned(), key)],
        fields: controls::of_step(form, &back),
        because: format!("{because}{paper}"),
        main,
        open: is_back,
        confirm: None,
        with_files: controls::carries_files(form),
        cannot: None,
        keep: Some(format!("{person}:{}:{}", file.id, form.id)),
        refused: is_back,
    }
}

/// Where its days are had for a calendar, if it has any.
fn in_calendar(file: &RecordFile) -> Markup {
    html! {
        @if !file.deadlines.is_empty() || file.turnout.is_some() {
            a href=(urls::record_calendar(file.id)) { "放进日历" }
        }
    }
}

fn standing(file: &RecordFile) -> Vec<Fact> {
    let mut list = Vec::new();
    if let Some(holder) = &file.holder {
        let who = match holder.people.as_slice() {
            [] => format!("{}（空缺）", holder.role),
            people => format!("{}（{}）", people.join("、"), holder.role),
        };
        let shown = html! { (who) @if let Some(day) = holder.since { "，" span.nw { "自 " (day_cell(day)) } } };
        list.push(Fact::shown("现由", shown));
    }
    if !file.copies.is_empty() {
        list.push(Fact::text("抄送", &file.copies.join("、")));
    }
    for deadline in &file.deadlines {
        let shown = html! {
            (light(words::tone(deadline.light.kind), &deadline.light.words)) " " (day_cell(deadline.due_on))
            @if deadline.provisional { " " span.quiet.small { "（该年日历未公布，暂定）" } }
            @if !deadline.why.is_empty() {
                details.reason { summary { "为何是这天？" } ol { @for line in &deadline.why { li { (line) } } } }
            }
        };
        list.push(Fact::shown(&deadline.name, shown));
    }
    if list.is_empty() {
        list.push(Fact::text("时限", "没有在计时的时限"));
    }
    list
}

fn papers(file: &RecordFile) -> Markup {
    if file.papers.is_empty() {
        return nothing_yet("还没有印发文书。办理会出文的步骤后，文书会列在这里。");
    }
    let rows: Vec<Todo> = file
        .papers
        .iter()
        .map(|paper| Todo {
            href: urls::paper(paper.id, "pdf"),
            title: format!("{} {}", paper.name, paper.number.as_deref().unwrap_or("")),
            note: format!("{} 印发 · 校验 {}", day_cell(paper.issued_on), paper.hash),
            act: Some(Button::link("Word", urls::paper(paper.id, "docx")).download()),
            light: None,
        })
        .collect();
    slim_todos(&rows)
}

fn extracts(file: &RecordFile) -> Markup {
    let row = |it: &ExtractLine| Todo {
        href: urls::extract(file.id, &it.id),
        title: it.name.clone(),
        note: it.words.clone(),
        act: None,
        light: None,
    };
    slim_todos(&file.extracts.iter().map(row).collect::<Vec<_>>())
}

fn ties(file: &RecordFile) -> Markup {
    let rows: Vec<Todo> = file
        .ties
        .iter()
        .map(|tie| Todo {
            light: words::pair(tie.light.as_ref()),
            href: urls::record(tie.id),
            title: tie.number.as_ref().map_or_else(|| tie.title.clone(), |number| format!("{number} {}", tie.title)),
            note: format!("{} · {}", tie.words, tie.state),
            act: None,
        })
        .collect();
    slim_todos(&rows)
}
