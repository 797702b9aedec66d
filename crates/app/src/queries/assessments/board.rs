//! Who stands where? Units by group with rank, gap and what changed since, what is below its line, and what other weights
//! would do.
//!
//! Never kept: other weights are tried in the address of the page and nowhere else.

use std::collections::BTreeMap;

use documents::workbook_out::{self, Column, ColumnKind, OutCell, Sheet};
use jiff::civil::Date;
use kernel::ids::{RecordId, UnitId};
use kernel::kinds::assessment::parts::Part;
use kernel::kinds::assessment::scheme::{Indicator, Scheme};
use kernel::kinds::assessment::score::{Outcome, Standing, rounded, score};
use kernel::kinds::assessment::words::{self, shown};
use kernel::period::Period;
use kernel::refusal::Refusal;
use kernel::value::{Facts, Month, Value};
use rust_decimal::Decimal;
use store::Conn;

use super::changes::{SchemeChange, changes};
use super::letters::{self, PartLine};
use super::{Read, gathered, operands, outcomes, read};
use crate::commands::assessments::book;
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::figures::named::Names;
use crate::queries::files::{Download, XLSX};
use crate::records::Found;
use crate::words as sentences;

/// What is asked of a board.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoardAsk {
    /// Since when changes are told: the end of last week with `week`, else of last month.
    pub since: String,
    /// Weights to try, by the number of the indicator.
    pub weights: Vec<(String, String)>,
}

/// An indicator, as the board lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorLine {
    /// Its number.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How deep it stands.
    pub depth: usize,
    /// Its weight as it reads.
    pub weight: String,
    /// The weight that is tried, where one can be.
    pub tried: Option<String>,
    /// Its rule in words; empty for a heading.
    pub rule: String,
    /// The figure: its name, mechanism and id, where there is one.
    pub figure: Option<(String, String, String)>,
    /// For which groups it is; empty for all.
    pub groups: String,
}

/// A unit on the board.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitRow {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// What it comes to.
    pub standing: Standing,
    /// What it came to before: rank and score.
    pub before: (Option<usize>, Option<Decimal>),
    /// What it would come to: rank and score.
    pub tried: Option<(Option<usize>, Option<Decimal>)>,
    /// Its grade.
    pub grade: String,
    /// Does the reader see its sheet?
    pub has_sheet: bool,
}

/// A value below its line.
#[derive(Clone, Debug, PartialEq)]
pub struct BelowLine {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// The number and the name of the indicator.
    pub indicator: (String, String),
    /// The value, the line, and the value before.
    pub value: Decimal,
    /// The line.
    pub line: Decimal,
    /// The value before.
    pub before: Option<Decimal>,
    /// Is less better?
    pub lower: bool,
    /// Is it below its line?
    pub is_below: bool,
    /// The letter about it that is open.
    pub letter: Option<(RecordId, String)>,
}

/// The board.
#[derive(Debug)]
pub struct BoardPage {
    /// The record.
    pub id: RecordId,
    /// The mechanism's id and name.
    pub mechanism: (String, String),
    /// What the scheme is called.
    pub title: String,
    /// Its state.
    pub state: String,
    /// The day up to which values count.
    pub on: Date,
    /// The day since which changes are told.
    pub since: Date,
    /// Is it told by weeks?
    pub by_week: bool,
    /// When the result was published.
    pub published: Option<String>,
    /// What is wrong with the scheme, where it is drafted.
    pub faults: Vec<Refusal>,
    /// The groups, each with its units by rank.
    pub groups: Vec<(String, Vec<UnitRow>)>,
    /// The indicators.
    pub indicators: Vec<IndicatorLine>,
    /// What is below its line.
    pub below: Vec<BelowLine>,
    /// May the reader write letters about it?
    pub may_write: bool,
    /// Letters, dispatch sheets and uses of the result, as far as the reader sees them.
    pub others: Vec<PartLine>,
    /// Who stands elsewhere than what was publicised says: unit, and the score then and now.
    pub changed: Vec<(String, String)>,
    /// What was changed about the indicators since the scheme was issued.
    pub adjusted: Vec<SchemeChange>,
    /// Does the reader run it, so that other weights may be tried?
    pub runs_it: bool,
    /// Does the reader see every unit?
    pub sees_all: bool,
    /// Of a trial: for each group what the weights come to.
    pub tried: Vec<(String, Decimal)>,
    /// What all weights come to.
    pub total: Decimal,
    /// May the reader put the indicators of a workbook in the place of these: is a reason wanted?
    pub takes_in: Option<bool>,
    /// May it be taken out as a workbook?
    pub may_export: bool,
}

/// The end of the last week or month before a day, and of the year's first day at the earliest.
fn before(scheme: &Scheme, on: Date, by_week: bool) -> Date {
    let last = match by_week {
        true => Period::week_of(on).before().map(Period::last),
        false => Some(Month::of(on).plus(-1).last_day()),
    };
    last.unwrap_or(on).max(jiff::civil::date(scheme.year, 1, 1)).min(on)
}

/// The weights that are tried, read; those that are none are refused.
fn weights(ask: &BoardAsk) -> Result<BTreeMap<String, Decimal>, Error> {
    let mut all = BTreeMap::new();
    for (code, text) in &ask.weights {
        let number = text.trim().parse::<Decimal>().ok().filter(|it| it.scale() <= 2 && !it.is_sign_negative());
        let number = number.filter(|it| *it <= Decimal::from(100_000));
        let number = number.ok_or_else(|| Refusal::new("assessment.tried").with("code", code).with("value", text))?;
        all.insert(code.clone(), number);
    }
    Ok(all)
}

/// The board of an assessment.
pub async fn board(ctx: &Ctx, id: RecordId, ask: &BoardAsk) -> Result<BoardPage, Error> {
    let mut conn = ctx.office.db.read().await?;
    let it = read(ctx, &mut conn, id).await?;
    let weights = if it.runs_it { weights(ask)? } else { BTreeMap::new() };
    let (on, by_week) = (it.today(ctx), ask.since == "week");
    let since = before(&it.scheme, on, by_week);
    let beside = gathered::gather(ctx, &mut conn, (id, &it.found.mechanism.id), &it.scheme).await?;
    let operands = operands::operands(ctx, &mut conn, (&it.scheme, &beside), &[on, since]).await?;
    let others = letters::listed(ctx, &mut conn, &it.found, &[Part::Letter, Part::Sheet, Part::Use], None).await?;
    let adjusted = changes(ctx, &mut conn, (id, &it.found, &it.scoring)).await?;
    let open = open_letters(ctx, &mut conn, &it).await?;
    drop(conn);
    let mut outcomes: Vec<Outcome> = operands.iter().map(|operands| score(&it.scheme, operands)).collect();
    let was = outcomes.pop().unwrap_or_default();
    let now = it.kept().or_else(|| outcomes.pop()).unwrap_or_default();
    let other = it.scheme.weighed(&weights);
    let is_tried = !weights.is_empty() && it.published.is_none();
    let tried = operands.first().filter(|_| is_tried).map(|operands| score(&other, operands));
    let groups: Vec<(String, Vec<UnitRow>)> = it
        .scheme
        .groups()
        .into_iter()
        .map(|group| (group.to_owned(), rows(ctx, &it, group, (&now, &was, tried.as_ref()))))
        .collect();
    let sum = |group: &str| (group.to_owned(), other.weight_of(group));
    Ok(BoardPage {
        id,
        mechanism: (it.found.mechanism.id.to_string(), it.found.mechanism.name.clone()),
        title: it.found.record.title.clone(),
        state: sentences::state_name(&it.found.mechanism, it.found.record.state.as_str()),
        on,
        since,
        by_week,
        published: it.published.as_ref().map(|(_, at)| sentences::moment(*at)),
        faults: it.faults.clone(),
        indicators: indicators(ctx, &it.scheme, &other),
        below: if it.published.is_none() { below(ctx, &it, (&now, &was), &open) } else { Vec::new() },
        may_write: it.runs_it && letters::begins(ctx, &it.found, Part::Letter, Some(it.found.unit_ord)).is_some(),
        others,
        changed: changed(ctx, &it, &now),
        adjusted,
        runs_it: it.runs_it,
        sees_all: it.sees_all,
        tried: if is_tried { it.scheme.groups().into_iter().map(sum).collect() } else { Vec::new() },
        total: it.scheme.total,
        takes_in: book::step(ctx, &it).map(|step| step.reason),
        may_export: may_export(ctx, &it),
        groups,
    })
}

fn may_export(ctx: &Ctx, it: &Read) -> bool {
    let mechanism = &it.found.mechanism;
    it.sees_all && ctx.actor.grant_for(&mechanism.id, &mechanism.rights.export, it.found.unit_ord).is_some()
}

/// The units of a group by rank: all of them for whoever sees all, and for everybody once it is published.
fn rows(ctx: &Ctx, it: &Read, group: &str, (now, was, tried): (&Outcome, &Outcome, Option<&Outcome>)) -> Vec<UnitRow> {
    let of = |at: usize| {
        let member = it.scheme.members.get(at).filter(|member| member.group == group)?;
        let has_sheet = it.sees(ctx, member.unit);
        let standing = now.standings.get(at)?.clone();
        let place = |outcome: &Outcome| outcome.standings.get(at).map_or((None, None), |it| (it.rank, it.total));
        (has_sheet || it.published.is_some()).then(|| UnitRow {
            unit: member.unit,
            name: ctx.names().unit(member.unit),
            before: place(was),
            tried: tried.map(place),
            grade: standing.grade.and_then(|at| Some(it.scheme.grades.get(at)?.name.clone())).unwrap_or_default(),
            standing,
            has_sheet,
        })
    };
    let mut rows: Vec<UnitRow> = (0..it.scheme.members.len()).filter_map(of).collect();
    rows.sort_by(|a, b| {
        let place = |it: &UnitRow| it.standing.rank.unwrap_or(usize::MAX);
        (place(a), &a.name, a.unit).cmp(&(place(b), &b.name, b.unit))
    });
    rows
}

fn indicators(ctx: &Ctx, scheme: &Scheme, other: &Scheme) -> Vec<IndicatorLine> {
    let names = Names::of(ctx);
    let line = |(it, other): (&Indicator, &Indicator)| {
        let figure = it.leaf.as_ref().and_then(|leaf| names.of_leaf(leaf));
        let weighs = it.leaf.as_ref().is_some_and(|leaf| leaf.way.weighs());
        IndicatorLine {
            code: it.code.clone(),
            name: it.name.clone(),
            depth: it.depth(),
            weight: if it.weight.is_zero() { String::new() } else { shown(it.weight) },
            tried: weighs.then(|| shown(other.weight)),
            rule: words::rule(it),
            figure: figure.map(|(mechanism, figure)| {
                let name = format!("{}{}（{}）", mechanism.name, figure.name, figure.kind.name);
                (name, mechanism.id.to_string(), figure.id.to_string())
            }),
            groups: it.groups.join("、"),
        }
    };
    scheme.indicators.iter().zip(&other.indicators).map(line).collect()
}

/// A value of a unit that is below its line, or that has a line and falls.
struct Weak<'a> {
    member: UnitId,
    indicator: &'a Indicator,
    value: Decimal,
    before: Option<Decimal>,
    is_below: bool,
}

fn weak<'a>(scheme: &'a Scheme, now: &Outcome, was: &Outcome) -> Vec<Weak<'a>> {
    let mut all = Vec::new();
    for (at, member) in scheme.members.iter().enumerate() {
        for line in now.standings.get(at).into_iter().flat_map(|it| &it.lines) {
            let Some(indicator) = scheme.indicators.get(line.indicator) else { continue };
            let Some((leaf, value)) = indicator.leaf.as_ref().zip(line.value) else { continue };
            let before = was.standings.get(at).and_then(|it| it.lines.iter().find(|it| it.indicator == line.indicator));
            let before = before.and_then(|it| it.value);
            let falls = before.is_some_and(|before| if leaf.lower { value > before } else { value < before });
            if line.is_below || (falls && leaf.line.is_some()) {
                all.push(Weak { member: member.unit, indicator, value, before, is_below: line.is_below });
            }
        }
    }
    all
}

fn below(ctx: &Ctx, it: &Read, (now, was): (&Outcome, &Outcome), open: &[letters::Open]) -> Vec<BelowLine> {
    let line = |weak: Weak<'_>| {
        let leaf = weak.indicator.leaf.as_ref();
        let own = open.iter().find(|it| it.unit == weak.member && it.code == weak.indicator.code);
        BelowLine {
            unit: weak.member,
            name: ctx.names().unit(weak.member),
            indicator: (weak.indicator.code.clone(), weak.indicator.name.clone()),
            value: weak.value,
            line: leaf.and_then(|it| it.line).unwrap_or_default(),
            before: weak.before,
            lower: leaf.is_some_and(|it| it.lower),
            is_below: weak.is_below,
            letter: own.map(|it| (it.id, it.called.clone())),
        }
    };
    weak(&it.scheme, now, was).into_iter().filter(|weak| it.sees(ctx, weak.member)).map(line).collect()
}

/// The open letters of an assessment, for whoever runs it.
async fn open_letters(ctx: &Ctx, conn: &mut Conn, it: &Read) -> Result<Vec<letters::Open>, Error> {
    let mut all = Vec::new();
    if it.runs_it {
        let playing = gathered::playing(ctx, &it.found.mechanism.id).filter(|(_, it)| it.part == Part::Letter);
        for (mechanism, part) in playing {
            all.extend(letters::open(conn, (mechanism, part), it.found.record.id).await?);
        }
    }
    Ok(all)
}

/// Who stands elsewhere now than what was publicised says.
fn changed(ctx: &Ctx, it: &Read, now: &Outcome) -> Vec<(String, String)> {
    let Some((_, table)) = &it.scoring.publicise else { return Vec::new() };
    let number = |it: Option<Decimal>| it.map_or_else(|| "—".to_owned(), |it| format!("{it:.2}"));
    let mut all = Vec::new();
    for row in gathered::rows(&it.found.record.facts, table.as_str()) {
        let at = it.scheme.members.iter().position(|member| row.find("unit") == Some(&Value::Unit(member.unit)));
        let Some((at, standing)) = at.and_then(|at| Some((at, now.standings.get(at)?))) else { continue };
        let unit = it.scheme.members[at].unit;
        let was = match row.find("score") {
            Some(Value::Decimal(score)) => Some(*score),
            _ => None,
        };
        if was != standing.total && !it.is_running && it.sees(ctx, unit) {
            all.push((ctx.names().unit(unit), format!("{}变成{}", number(was), number(standing.total))));
        }
    }
    all
}

/// What a dispatch sheet says today: who stands where with the gap to the one before and what changed since the last sheet,
/// and what is below its line or falls.
pub(crate) async fn table(
    ctx: &Ctx,
    conn: &mut Conn,
    (found, scheme): (&Found, &Scheme),
    last: &[Facts],
) -> Result<(Vec<Facts>, Vec<Facts>), Error> {
    let on = operands::year_up_to(scheme, ctx.today).until;
    let days = [on, before(scheme, on, false)];
    let (mut all, _) = outcomes(ctx, conn, (found.record.id, &found.mechanism.id), scheme, &days).await?;
    let (was, now) = (all.pop().unwrap_or_default(), all.pop().unwrap_or_default());
    let mut standing: Vec<(usize, Facts)> = Vec::new();
    for (at, (member, it)) in scheme.members.iter().zip(&now.standings).enumerate() {
        let known = last.iter().find(|row| row.find("unit") == Some(&Value::Unit(member.unit)));
        let then = match known.and_then(|row| row.find("score")) {
            Some(Value::Decimal(score)) => Some(*score),
            _ => None,
        };
        let mut row = Facts::default();
        let mut put = |column: &str, value: Option<Value>| row.put(&column.into(), value);
        put("group", Some(Value::Text(member.group.clone())));
        put("rank", it.rank.map(|it| Value::Whole(it as i64)));
        put("unit", Some(Value::Unit(member.unit)));
        put("score", it.total.map(Value::Decimal));
        put("gap", it.gap.map(Value::Decimal));
        put("before", known.and_then(|row| row.find("rank")).cloned());
        put("change", it.total.zip(then).map(|(now, then)| Value::Decimal(now - then)));
        standing.push((at, row));
    }
    let place = |at: usize| (&scheme.members[at].group, now.standings[at].rank.unwrap_or(usize::MAX), at);
    standing.sort_by(|(a, _), (b, _)| place(*a).cmp(&place(*b)));
    let row = |it: Weak<'_>| {
        let mut row = Facts::default();
        let line = it.indicator.leaf.as_ref().and_then(|leaf| leaf.line);
        let mut put = |column: &str, value: Option<Value>| row.put(&column.into(), value);
        put("unit", Some(Value::Unit(it.member)));
        put("indicator", Some(Value::Text(format!("{} {}", it.indicator.code, it.indicator.name))));
        put("value", Some(Value::Decimal(it.value.round_dp(4))));
        put("line", line.map(Value::Decimal));
        put("before", it.before.map(|it| Value::Decimal(it.round_dp(4))));
        row
    };
    let weak = weak(scheme, &now, &was).into_iter().take(kernel::facts::MOST_ROWS).map(row).collect();
    Ok((standing.into_iter().map(|(_, row)| row).collect(), weak))
}

/// The board as a workbook: a row a unit, a column an indicator.
pub async fn workbook(ctx: &Ctx, id: RecordId, ask: &BoardAsk) -> Result<Download, Error> {
    let page = board(ctx, id, ask).await?;
    if !page.may_export {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let it = read(ctx, &mut conn, id).await?;
    drop(conn);
    let text = |title: &str| Column { title: title.to_owned(), width: None, kind: ColumnKind::Text };
    let number = |title: String| Column { title, width: None, kind: ColumnKind::Number(2) };
    let mut columns =
        vec![text("组别"), number("名次".to_owned()), text("单位"), number("得分".to_owned()), text("等次")];
    columns.extend(["与前一名差", "上期得分", "加分", "扣分"].map(|title| number(title.to_owned())));
    let leaves: Vec<(usize, &Indicator)> = it.scheme.leaves().map(|(at, it, _)| (at, it)).collect();
    for (_, it) in &leaves {
        let name = format!("{} {}", it.code, it.name);
        columns.extend([number(format!("{name}：完成值")), number(format!("{name}：得分"))]);
    }
    let cell = |number: Option<Decimal>| number.map_or(OutCell::Empty, |it| OutCell::Number(it.normalize()));
    let row = |group: &str, row: &UnitRow| {
        let it = &row.standing;
        let rank = it.rank.map(Decimal::from);
        let mut cells =
            vec![OutCell::Text(group.to_owned()), cell(rank), OutCell::Text(row.name.clone()), cell(it.total)];
        cells.push(OutCell::Text(row.grade.clone()));
        cells.extend([cell(it.gap), cell(row.before.1), cell(Some(rounded(it.plus))), cell(Some(rounded(it.minus)))]);
        for (at, _) in &leaves {
            let line = it.lines.iter().find(|line| line.indicator == *at);
            cells.extend([cell(line.and_then(|it| it.value)), cell(line.and_then(|it| it.points))]);
        }
        cells
    };
    let rows: Vec<Vec<OutCell>> =
        page.groups.iter().flat_map(|(group, rows)| rows.iter().map(|it| row(group, it)).collect::<Vec<_>>()).collect();
    let stamp = format!("{}{}导出", ctx.actor.name(), sentences::moment(ctx.now));
    let notes = vec![format!("“{}”截至{}，上期截至{}。没有数值的空着。", page.title, page.on, page.since)];
    let count = rows.len();
    let sheet = Sheet { name: "调度表".to_owned(), columns, rows, stamp };
    let bytes = workbook_out::write(sheet, &notes).map_err(|fault| Error::broken("write a workbook", fault))?;
    let mut tx = ctx.office.db.begin().await?;
    let detail =
        serde_json::json!({ "mechanism": page.mechanism.0, "count": count, "filter": { "record": id.to_string() } });
    act(ctx, &mut tx, "export", detail).await?;
    tx.commit().await?;
    Ok(Download { name: format!("{}调度表{}.xlsx", page.title, page.on), media: XLSX.to_owned(), bytes })
}
