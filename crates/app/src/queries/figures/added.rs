//! The figures that the site has added, each with who wrote it, and what may be written in one.
//!
//! Never for whoever may not add figures; the mark that one was added is there for everybody who knows the figure.

use kernel::catalog::{FieldType, MEASURES, Measure, Mechanism};
use kernel::ids::FigureId;
use kernel::kinds::activity::Count;
use store::added_figures::AddedRow;

use super::knows_figures;
use super::uses::{self, Uses};
use crate::commands::added_figures::{FigureForm, found, may_add};
use crate::commands::upkeep::remaking::{self, Underway};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::Download;
use crate::queries::forms::Choice;
use crate::words::moment;

/// Who added a figure as it is in force, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which version.
    pub version: i64,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: String,
    /// Why.
    pub reason: String,
}

impl Mark {
    /// The mark of a figure, if it was added.
    pub fn of(ctx: &Ctx, mechanism: &str, figure: &str) -> Option<Self> {
        ctx.definitions.added.find(mechanism, figure).map(|row| mark(ctx, row))
    }
}

fn mark(ctx: &Ctx, row: &AddedRow) -> Mark {
    Mark {
        version: row.version,
        by: row.set_by.map(|id| ctx.names().person(id)).unwrap_or_default(),
        at: moment(row.set_at),
        reason: row.reason.clone(),
    }
}

/// A figure in the list of those that were added.
#[derive(Clone, Debug)]
pub struct AddedLine {
    /// Its mechanism: id and name.
    pub mechanism: (String, String),
    /// Its own id.
    pub figure: String,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Who wrote it and when.
    pub mark: Mark,
    /// Why it rests, if it does.
    pub rests: Option<String>,
    /// Is it being made?
    pub remaking: Option<Underway>,
}

/// The figures that were added to mechanisms that this person may know figures of.
pub async fn list(ctx: &Ctx) -> Result<Vec<AddedLine>, Error> {
    if !may_add(ctx) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let underway = remaking::underway(ctx, &mut conn).await?;
    let mut lines = Vec::new();
    for mechanism in ctx.catalog().in_order().filter(|it| knows_figures(ctx, it)) {
        for row in ctx.definitions.added.rows.iter().filter(|row| row.mechanism == mechanism.id) {
            let form = FigureForm::of(mechanism.id.as_str(), &row.source, row.version).unwrap_or_default();
            let name = format!("{}.{}", mechanism.id, row.figure);
            lines.push(AddedLine {
                mechanism: (mechanism.id.to_string(), mechanism.name.clone()),
                figure: row.figure.to_string(),
                name: form.name,
                unit: form.unit,
                mark: mark(ctx, row),
                rests: rests(ctx, row),
                remaking: underway.iter().find(|it| *it.figure.as_str() == *name).cloned(),
            });
        }
    }
    Ok(lines)
}

fn rests(ctx: &Ctx, row: &AddedRow) -> Option<String> {
    let problems = ctx.definitions.added.rests(row)?;
    let words: Vec<String> = problems
        .iter()
        .map(|it| it.hint.as_ref().map_or_else(|| it.sentence.clone(), |hint| format!("{}，{hint}", it.sentence)))
        .collect();
    Some(words.join("；"))
}

/// A figure as somebody may look at what uses it, and change it if it was added.
#[derive(Clone, Debug)]
pub struct AddedPage {
    /// Its mechanism: id and name.
    pub mechanism: (String, String),
    /// Its own id.
    pub figure: String,
    /// Its name.
    pub name: String,
    /// As it is written now; nothing where a file declares it.
    pub form: Option<FigureForm>,
    /// Why it rests, if it does.
    pub rests: Option<String>,
    /// What uses it.
    pub uses: Uses,
    /// Its versions, the newest first: the mark, as it was written, and when and why it ended.
    pub versions: Vec<(Mark, String, Option<String>)>,
}

/// What uses a figure, and how it came to be as it is.
pub async fn page(ctx: &Ctx, mechanism: &str, figure: &str) -> Result<AddedPage, Error> {
    let known = ctx.catalog().mechanisms.get(mechanism).filter(|it| may_add(ctx) && knows_figures(ctx, it));
    let known = known.ok_or(Error::NotFound)?;
    let row = ctx.definitions.added.find(mechanism, figure);
    let form = row.and_then(|row| FigureForm::of(mechanism, &row.source, row.version));
    let declared = known.figure(figure).map(|it| it.name.clone());
    let name = form.as_ref().map(|form| form.name.clone()).or(declared).ok_or(Error::NotFound)?;
    let mut conn = ctx.office.db.read().await?;
    let uses = uses::of(ctx, &mut conn, &FigureId::from(format!("{mechanism}.{figure}"))).await?;
    let versions = store::added_figures::versions(&mut conn, &known.id, &FigureId::from(figure)).await?;
    let ended = |row: &AddedRow| {
        row.ended_at.map(|at| {
            format!("{}{}", moment(at), row.ending.as_deref().map(|why| format!("停用：{why}")).unwrap_or_default())
        })
    };
    Ok(AddedPage {
        mechanism: (known.id.to_string(), known.name.clone()),
        figure: figure.to_owned(),
        name,
        form,
        rests: row.and_then(|row| rests(ctx, row)),
        uses,
        versions: versions.iter().map(|row| (mark(ctx, row), row.source.clone(), ended(row))).collect(),
    })
}

/// A figure as a piece of a definition file.
pub fn kdl(ctx: &Ctx, mechanism: &str, figure: &str) -> Result<Download, Error> {
    let row = found(ctx, mechanism, figure)?;
    Ok(Download {
        name: format!("{mechanism}.{figure}.kdl"),
        media: "text/plain; charset=utf-8".to_owned(),
        bytes: row.source.into_bytes(),
    })
}

/// What the form of a figure offers.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The mechanism's name.
    pub mechanism: String,
    /// May it be counted from records, and not only from other figures?
    pub of_records: bool,
    /// The units.
    pub units: Vec<Choice>,
    /// Whom it can count.
    pub people: Vec<Choice>,
    /// By what it can be cut.
    pub slices: Vec<Choice>,
    /// The names that a formula may use, each with what it is.
    pub names: Vec<(String, String)>,
    /// The figures that others can stand on, as they are written: name, unit, and whether they count people.
    pub figures: Vec<(String, String, bool)>,
}

impl Offered {
    /// The figures of people, for who should come and who came.
    pub fn of_people(&self) -> Vec<Choice> {
        self.figures.iter().filter(|(.., of_people)| *of_people).map(|(name, ..)| choice(name, name)).collect()
    }
}

/// The units for which a figure can be tried.
pub fn places(ctx: &Ctx) -> Vec<Choice> {
    let seen = ctx.catalog().mechanisms.values().filter(|it| knows_figures(ctx, it));
    let seen = seen.flat_map(|it| ctx.sight(it).subtrees().into_iter().chain(super::veiled::numbers_only(ctx, it)));
    ctx.tree.within(&kernel::authority::merged(seen)).map(Choice::from).collect()
}

/// The mechanisms to which this person may add figures, and the ways of counting.
pub fn beginnings(ctx: &Ctx) -> Result<(Vec<Choice>, Vec<&'static str>), Error> {
    if !may_add(ctx) {
        return Err(Error::NotFound);
    }
    let own = ctx.catalog().in_order().filter(|it| knows_figures(ctx, it));
    Ok((own.map(|it| choice(it.id.as_str(), &it.name)).collect(), MEASURES.iter().map(|(how, ..)| *how).collect()))
}

fn choice(id: &str, name: &str) -> Choice {
    Choice { id: id.to_owned(), name: name.to_owned(), pinyin: String::new(), group: None }
}

/// What may be written in a figure of a mechanism.
pub fn offered(ctx: &Ctx, mechanism: &str) -> Result<Offered, Error> {
    let known = ctx.catalog().mechanisms.get(mechanism).filter(|it| may_add(ctx) && knows_figures(ctx, it));
    let it = known.ok_or(Error::NotFound)?;
    let is_open =
        |field: &&kernel::catalog::Field| !field.protection.limits_reading() && field.protection.level.is_none();
    let people = it.fields.iter().filter(is_open).filter(|field| is_people(&field.of));
    let columns = it.children.iter().flat_map(|child| {
        child
            .fields
            .iter()
            .filter(is_open)
            .filter(|field| is_people(&field.of))
            .map(|field| format!("{}.{}", child.name, field.name))
    });
    let came = it.attendance.iter().flat_map(|_| ["参加", "应到"].map(str::to_owned));
    let people = people.map(|field| field.name.clone()).chain(columns).chain(came);
    let is_sliced = |of: &FieldType| matches!(of, FieldType::Choice { .. } | FieldType::YesNo);
    let slices = it.fields.iter().filter(is_open).filter(|field| is_sliced(&field.of));
    Ok(Offered {
        mechanism: it.name.clone(),
        of_records: ctx.reaches(it),
        units: ctx.vocabulary().figure_kinds.iter().map(|kind| choice(&kind.name, &kind.name)).collect(),
        people: people.map(|name| choice(&name, &name)).collect(),
        slices: slices.map(|field| choice(field.id.as_str(), &field.name)).collect(),
        names: names(ctx, it),
        figures: figures(ctx, it),
    })
}

fn is_people(of: &FieldType) -> bool {
    matches!(of, FieldType::Person | FieldType::People)
}

/// The figures of the mechanisms that this person may know figures of, as a figure over figures names them.
fn figures(ctx: &Ctx, home: &Mechanism) -> Vec<(String, String, bool)> {
    let mut all = Vec::new();
    for it in ctx.catalog().in_order().filter(|it| knows_figures(ctx, it)) {
        for figure in &it.figures {
            let name = if it.id == home.id { figure.name.clone() } else { format!("{}.{}", it.name, figure.name) };
            all.push((name, figure.unit.clone(), matches!(figure.measure, Measure::People { .. })));
        }
    }
    // Those of the mechanism itself first.
    all.sort_by_key(|(name, ..)| name.contains('.'));
    all
}

/// The names of a mechanism that a formula may use.
fn names(ctx: &Ctx, it: &Mechanism) -> Vec<(String, String)> {
    let states: Vec<&str> = it.states.iter().map(|state| state.name.as_str()).collect();
    let mut all = vec![
        ("状态".to_owned(), states.join("、")),
        ("登记日".to_owned(), "日期".to_owned()),
        ("结束日".to_owned(), "日期".to_owned()),
        ("编号".to_owned(), "文字".to_owned()),
        ("单位".to_owned(), "单位".to_owned()),
    ];
    let is_open =
        |field: &&kernel::catalog::Field| !field.protection.limits_reading() && field.protection.level.is_none();
    all.extend(it.fields.iter().filter(is_open).map(|field| (field.name.clone(), type_words(ctx, &field.of))));
    all.extend(it.children.iter().map(|child| {
        let columns: Vec<&str> = child.fields.iter().map(|field| field.name.as_str()).collect();
        (child.name.clone(), format!("子表：{}", columns.join("、")))
    }));
    if it.attendance.is_some() {
        all.extend(Count::ALL.iter().map(|(name, unit, _)| ((*name).to_owned(), format!("数，{unit}"))));
    }
    all
}

fn type_words(ctx: &Ctx, of: &FieldType) -> String {
    let words = match of {
        FieldType::Choice { list } => {
            let list = ctx.vocabulary().lists.iter().find(|it| it.id == *list);
            let items: Vec<&str> = list.iter().flat_map(|list| &list.items).map(|item| &*item.name).collect();
            return if items.len() <= 12 {
                items.join("、")
            } else {
                format!("{}等{}项", items[..10].join("、"), items.len())
            };
        }
        FieldType::YesNo => "是、否",
        FieldType::Day | FieldType::Moment => "日期",
        FieldType::Month => "月份",
        FieldType::Whole { .. } | FieldType::Decimal { .. } => "数",
        FieldType::Money => "钱",
        FieldType::Percent => "百分数",
        FieldType::Unit | FieldType::Units => "单位",
        FieldType::Person | FieldType::People => "人员",
        FieldType::Computed { .. } => "算出来的",
        FieldType::Record { .. } => "关联的事项",
        FieldType::Files => "附件",
        FieldType::Text { .. } | FieldType::LongText { .. } => "文字",
    };
    words.to_owned()
}
