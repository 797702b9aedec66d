//! What does a report say? Its text with every figure in its place, where each comes from, what has changed since it was
//! sealed, and what in it does not add up.
//!
//! While it is written every figure is read for whoever looks; once it is sealed everybody who sees the report reads what
//! was sealed.
//! Never a figure that its reader may not know while it is written.

pub mod drawing;

use std::collections::{BTreeMap, BTreeSet};

use kernel::catalog::{Figure, Mechanism};
use kernel::ids::{FigureId, FigureSealId, RecordId, UnitId};
use kernel::kinds::report::Writing;
use kernel::period::Period;
use kernel::refusal::Refusal;
use rust_decimal::Decimal;
use store::Conn;
use store::reports::ReportRow;
use texts::claims::{self, Kind, Named};

use crate::cells::reading::{self, Ask, Place};
use crate::commands::papers;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::named::{Meant, Names};
use crate::queries::figures::sealed::figure_words;
use crate::queries::figures::{days, is_ratio};
use crate::queries::files::{self, Download};
use crate::records::{self, Found};
use crate::words::{self, Said, moment};
use drawing::{About, Drawn, Row};

/// A report.
#[derive(Clone, Debug)]
pub struct ReportPage {
    /// The record.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// The record's title.
    pub title: String,
    /// The name of its state.
    pub state: String,
    /// About which unit.
    pub unit: String,
    /// Over which period, as it stands in an address and in words; nothing while none is written.
    pub period: Option<(String, String)>,
    /// Its lines.
    pub lines: Vec<(Head, Row)>,
    /// What its figures were read from, in the order in which its lines name them.
    pub readings: Vec<FigureLine>,
    /// What is wrong with its live places, each once: as it is written, and why.
    pub faults: Vec<(String, Said)>,
    /// What does not add up, or agrees with what else is known.
    pub findings: Vec<FindingLine>,
    /// Who sealed it, and when.
    pub sealed: Option<(String, String)>,
    /// The beginning of the hash of what was sealed, and whether it is still that.
    pub hash: Option<(String, bool)>,
    /// Is it being written?
    pub is_draft: bool,
    /// May it be taken out as a paper?
    pub prints: bool,
    /// The step that changes the text, if this person may take it.
    pub revise: Option<String>,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// `一、`.
    First,
    /// `（一）`.
    Second,
    /// Text, or a table.
    Not,
}

fn head(row: &Row) -> Head {
    match documents::official::blocks(&line_text(row)).first() {
        Some(documents::official::Block::Heading1(_)) => Head::First,
        Some(documents::official::Block::Heading2(_)) => Head::Second,
        _ => Head::Not,
    }
}

/// A figure of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureLine {
    /// Its name with its mechanism's.
    pub name: String,
    /// The mechanism's id and the figure's: the door to its page.
    pub door: Option<(String, String)>,
    /// What it counts, in words.
    pub words: String,
    /// The unit.
    pub unit: (UnitId, String),
    /// The period, as it stands in an address and in words.
    pub period: (String, String),
    /// As it stands in the text.
    pub shown: String,
    /// What it is now, where that is something else than what was sealed.
    pub now: Option<String>,
    /// The seal that keeps its rows.
    pub seal: Option<FigureSealId>,
    /// Does it stand in prose, and not in a table alone?
    pub in_prose: bool,
}

/// Something that was checked in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLine {
    /// The line of the text, from 0.
    pub line: usize,
    /// What is claimed.
    pub claim: String,
    /// What is written.
    pub found: String,
    /// What it should be by the other numbers, or by the figures.
    pub expected: String,
    /// Does it contradict them? Else it could not be told.
    pub is_wrong: bool,
}

/// A report as whoever asks may read it.
pub async fn report(ctx: &Ctx, id: RecordId) -> Result<ReportPage, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let found = records::visible(ctx, &mut conn, id).await?;
    let writing = found.mechanism.writing.clone().ok_or(Error::NotFound)?;
    let read = read(ctx, &mut conn, &found, &writing).await?;
    let drawn = &read.drawn;
    let period = writing.period(&found.record);
    let readings = readings(ctx, &mut conn, drawn, read.sealed.is_some()).await?;
    let findings = match (read.is_draft, period) {
        (true, Some(period)) => findings(ctx, &mut conn, &found, drawn, period).await?,
        _ => Vec::new(),
    };
    let mut faults: Vec<(String, Said)> = Vec::new();
    let names = Names::of(ctx);
    for (written, fault) in drawn.faults() {
        if faults.iter().all(|(known, _)| known != written) {
            let refusal = Refusal::new(fault.code()).with("written", written).with("near", nearest(&names, written));
            faults.push((written.to_owned(), words::say(ctx.vocabulary(), &refusal)));
        }
    }
    let steps = found.mechanism.steps.iter().filter(|step| step.from.contains(&found.record.state));
    let mut changing = steps.filter(|step| step.asks.contains(&writing.text) || step.needs.contains(&writing.text));
    let may =
        |step: &&kernel::catalog::Step| ctx.actor.grant_for(&found.mechanism.id, &step.who, found.unit_ord).is_some();
    Ok(ReportPage {
        id,
        mechanism: (found.mechanism.id.to_string(), found.mechanism.name.clone()),
        title: found.record.title.clone(),
        state: words::state_name(&found.mechanism, found.record.state.as_str()),
        unit: ctx.names().unit(found.record.unit),
        period: period.map(|it| (it.to_string(), it.words())),
        readings,
        faults,
        findings,
        sealed: read
            .sealed
            .as_ref()
            .map(|row| (row.by.map(|id| ctx.names().person(id)).unwrap_or_default(), moment(row.at))),
        hash: read.sealed.as_ref().map(|row| (row.hash.chars().take(16).collect(), is_intact(row))),
        is_draft: read.is_draft,
        prints: paper_of(&found, &writing).is_some() && period.is_some(),
        revise: changing.find(may).map(|step| step.name.clone()),
        lines: read.drawn.lines.into_iter().map(|row| (head(&row), row)).collect(),
    })
}

/// Is what was sealed still what its hash says?
fn is_intact(row: &ReportRow) -> bool {
    kernel::journal::digest(row.content.to_string().as_bytes()) == row.hash
}

/// What a report says, and how it was sealed.
pub struct Read {
    /// Its text with its figures.
    pub drawn: Drawn,
    /// How it was sealed, if that is what is read.
    pub sealed: Option<ReportRow>,
    /// Is it being written?
    pub is_draft: bool,
}

/// What was sealed, or what the text says now while it is written.
pub async fn read(ctx: &Ctx, conn: &mut Conn, found: &Found, writing: &Writing) -> Result<Read, Error> {
    let is_draft = writing.is_open(&found.mechanism, &found.record);
    let sealed = store::reports::last(conn, found.record.id).await?.filter(|_| !is_draft);
    if let Some(row) = sealed {
        let drawn = serde_json::from_value(row.content.clone());
        let drawn = drawn.map_err(|fault| Error::broken("read a sealed report", fault))?;
        return Ok(Read { drawn, sealed: Some(row), is_draft });
    }
    let about = writing.period(&found.record).map(|period| About { unit: found.record.unit, period });
    let drawn = match about {
        Some(about) => drawing::draw(ctx, conn, writing.text(&found.record), about).await?,
        None => Drawn::default(),
    };
    Ok(Read { drawn, sealed: None, is_draft })
}

/// What a report was read from; once it is sealed with what it is now, where it stands in prose.
async fn readings(ctx: &Ctx, conn: &mut Conn, drawn: &Drawn, is_sealed: bool) -> Result<Vec<FigureLine>, Error> {
    let in_prose = drawn.in_prose();
    let looked_at = if is_sealed { in_prose.clone() } else { BTreeSet::new() };
    let now = now(ctx, conn, drawn, &looked_at).await?;
    let line = |(at, reading): (usize, &drawing::Reading)| {
        let meant = meant(ctx, &reading.figure);
        let period = Period::parse(&reading.period).ok();
        FigureLine {
            name: figure_words(ctx, &reading.figure),
            door: meant.map(|(mechanism, figure)| (mechanism.id.to_string(), figure.id.to_string())),
            words: meant.map(|(_, figure)| figure.words.clone()).unwrap_or_default(),
            unit: (reading.unit, ctx.names().unit(reading.unit)),
            period: (reading.period.clone(), period.map_or_else(String::new, Period::words)),
            shown: reading.shown.clone(),
            now: now.get(&at).cloned(),
            seal: reading.seal,
            in_prose: in_prose.contains(&at),
        }
    };
    Ok(drawn.readings.iter().enumerate().map(line).collect())
}

/// A figure of the catalogue by its id.
fn meant<'a>(ctx: &'a Ctx, id: &FigureId) -> Option<(&'a Mechanism, &'a Figure)> {
    let (mechanism, figure) = id.as_str().split_once('.')?;
    let mechanism = ctx.catalog().mechanisms.get(mechanism)?;
    Some((&**mechanism, mechanism.figure(figure)?))
}

/// What some readings come to now, where that is something else: one question a unit and period.
async fn now(
    ctx: &Ctx,
    conn: &mut Conn,
    drawn: &Drawn,
    looked_at: &BTreeSet<usize>,
) -> Result<BTreeMap<usize, String>, Error> {
    let mut groups: BTreeMap<(UnitId, Period), Vec<(usize, Meant<'_>)>> = BTreeMap::new();
    for at in looked_at {
        let reading = &drawn.readings[*at];
        let (Some(meant), Ok(period)) = (meant(ctx, &reading.figure), Period::parse(&reading.period)) else { continue };
        groups.entry((reading.unit, period)).or_default().push((*at, meant));
    }
    let mut now = BTreeMap::new();
    for ((unit, period), all) in groups {
        let ask = Ask {
            figures: all.iter().map(|(_, meant)| *meant).collect(),
            places: vec![Place::Unit(unit)],
            spans: vec![days(period)],
            by: None,
        };
        let amounts = reading::amounts(ctx, conn, &ask).await?;
        for (place, (at, (_, figure))) in all.iter().enumerate() {
            let shown = drawing::with_measure(figure, amounts.of(place, 0, 0));
            if shown != drawn.readings[*at].shown {
                now.insert(*at, shown);
            }
        }
    }
    Ok(now)
}

/// What in the text does not add up, by its own numbers and by the figures that it names.
async fn findings(
    ctx: &Ctx,
    conn: &mut Conn,
    found: &Found,
    drawn: &Drawn,
    period: Period,
) -> Result<Vec<FindingLine>, Error> {
    let texts: Vec<String> = drawn.lines.iter().map(line_text).collect();
    let named = named(ctx, conn, found, &texts.concat(), period).await?;
    let mut lines = Vec::new();
    for (line, text) in texts.iter().enumerate() {
        let all = claims::check(text).into_iter().chain(claims::check_named(text, &named));
        lines.extend(all.filter(|it| it.kind != Kind::Agrees).map(|it| FindingLine {
            line,
            claim: it.claim,
            found: it.found,
            expected: it.expected,
            is_wrong: it.kind == Kind::Differs,
        }));
    }
    Ok(lines)
}

/// A line as it is read; a table has nothing that is claimed in prose.
fn line_text(row: &Row) -> String {
    match row {
        Row::Text(cells) => cells.iter().map(|cell| cell.words.as_str()).collect(),
        Row::Table { .. } => String::new(),
    }
}

/// The figures whose names stand in the text, as the reader may know them.
async fn named(ctx: &Ctx, conn: &mut Conn, found: &Found, text: &str, period: Period) -> Result<Vec<Named>, Error> {
    let all = Names::of(ctx);
    let mut of = Vec::new();
    for (name, (mechanism, figure)) in all.standing_in(text) {
        if drawing::may_know(ctx, (mechanism, figure), found.record.unit)? {
            of.push((name, mechanism, figure));
        }
    }
    let ask = Ask {
        figures: of.iter().map(|(_, mechanism, figure)| (*mechanism, *figure)).collect(),
        places: vec![Place::Unit(found.record.unit)],
        spans: vec![days(period)],
        by: None,
    };
    let amounts = reading::amounts(ctx, conn, &ask).await?;
    let named = |(at, (name, _, figure)): (usize, &(String, _, &Figure))| {
        let value = kernel::figures::shown(figure, amounts.of(at, 0, 0)).parse::<Decimal>().ok()?;
        Some(Named { name: name.clone(), value, unit: figure.unit.clone(), is_percent: is_ratio(figure) })
    };
    Ok(of.iter().enumerate().filter_map(named).collect())
}

/// The names of figures that read most like what was written.
fn nearest(names: &Names<'_>, written: &str) -> String {
    let bare = written.trim_matches(['【', '】']);
    let near = names.nearest(bare.split(['：', ':']).next().unwrap_or_default());
    if near.is_empty() { String::new() } else { format!("是不是：{}？", near.join("、")) }
}

/// The paper that the sealing step issues.
fn paper_of<'f>(found: &'f Found, writing: &Writing) -> Option<&'f kernel::catalog::Paper> {
    let step = found.mechanism.step(writing.seal.as_str())?;
    found.mechanism.paper(step.paper.as_ref()?.as_str())
}

/// The report as a paper: as a draft while it is written.
pub async fn download(ctx: &Ctx, id: RecordId, form: papers::Form) -> Result<Download, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let mut found = records::visible(ctx, &mut conn, id).await?;
    let writing = found.mechanism.writing.clone().ok_or(Error::NotFound)?;
    let paper = paper_of(&found, &writing).cloned().ok_or(Error::NotFound)?;
    let read = read(ctx, &mut conn, &found, &writing).await?;
    if read.is_draft {
        // A draft carries no number.
        found.record.number = None;
    } else if let Some(issued) =
        store::papers::of_record(&mut conn, id).await?.into_iter().rfind(|it| it.kind == paper.id)
    {
        // What was sent is the paper that was issued, with its day.
        drop(conn);
        return files::paper(ctx, issued.id, form).await;
    }
    found.record.facts.put(&writing.sealed, Some(kernel::value::Value::Text(read.drawn.text())));
    drop(conn);
    papers::printed(ctx, (&found.mechanism, &paper), &found.record, form).await
}
