//! Does what is written hold together? From raw nodes to mechanisms, over all files at once.
//!
//! Three rounds: read every file; read every mechanism's fields, so that openings can be checked against their target;
//! then the rest of each mechanism and its battery.
//! Never stops at a problem, and never lets a mechanism with a problem into the catalog.

mod attendance;
mod beyond;
mod blends;
mod circulation;
mod counted;
mod desk;
mod examples;
mod fields;
mod figures;
mod flow;
mod gathering;
mod helps;
mod joint;
mod layout;
mod ledger;
mod papers;
mod pointing;
mod protection;
mod rights;
mod roster;
mod round;
mod scope;
mod scoring;
mod report;
mod vocabulary;
mod link;
mod once;
mod outside;
mod voting;
mod workbook;

use std::collections::BTreeMap;
use std::sync::Arc;

use sm3::{Digest, Sm3};

pub(super) use desk::Desk;
pub use figures::MEASURES;
pub(super) use protection::keeps;
pub use scope::formula_type;

use super::grammar::{FIGURES_FILE, MECHANISM_FILE};
use super::raw::{self, Raw};
use super::{Catalog, FieldType, Mechanism, Vocabulary, battery};
use crate::ids::MechanismId;
use crate::kinds::Kind;
use crate::problem::{Problem, SourceFile};
use fields::Fields;
use flow::Names;
use papers::Templates;

/// What kind of file it is, by its path.
enum Place<'a> {
    Vocabulary,
    Calendar,
    Mechanism {
        chapter: &'a str,
    },
    Template {
        chapter: &'a str,
        mechanism: &'a str,
        paper: &'a str,
    },
    /// Figures that a site adds to a mechanism.
    Figures {
        mechanism: &'a str,
    },
    Unknown,
    Other,
}

/// Reads all definitions and reports everything that is wrong with them. Calendar files are left to `kernel::calendar`.
pub fn check(files: &[SourceFile]) -> (Catalog, Vec<Problem>) {
    let Resolved { vocabulary, mut sheets, mut mechanisms, mut problems } = resolve(files);
    blends::across(&mut sheets, &mut mechanisms);
    for sheet in &mut sheets {
        battery::names(&mut sheet.desk, &sheet.matter);
        if !sheet.desk.problems.is_empty() {
            mechanisms.remove(sheet.id());
        }
        if let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) {
            battery::mechanism(&mut sheet.desk, &sheet.matter, mechanism, &vocabulary);
        }
    }
    battery::across(&mut sheets, &mechanisms);
    ledger::across(&mut sheets, &mechanisms);
    workbook::across(&mut sheets, &mechanisms, &vocabulary);
    roster::across(&mut sheets, &mechanisms);
    round::across(&mut sheets, &mechanisms);
    pointing::across(&mut sheets, &mechanisms);
    gathering::across(&mut sheets, &mechanisms);
    beyond::across(&mut sheets, &mechanisms);
    helps::across(&mut sheets, &mechanisms);
    leave_out(&mut sheets, &mut mechanisms);
    problems.extend(sheets.into_iter().flat_map(|it| it.desk.problems));
    problems.sort();
    problems.dedup();
    let mechanisms = mechanisms.into_iter().map(|(id, it)| (id, Arc::new(it))).collect();
    (Catalog { vocabulary, mechanisms }, problems)
}

/// One mechanism as older records are pinned to it: its old file among today's others, whatever those say of it.
/// Nothing if its own file does not hold together with today's words.
pub fn pinned(files: &[SourceFile], id: &str) -> Option<Arc<Mechanism>> {
    // What is added to the mechanism today is no part of what a record is pinned to.
    let own: Vec<SourceFile> =
        files.iter().filter(|file| !matches!(place(&file.path), Place::Figures { .. })).cloned().collect();
    let mut resolved = resolve(&own);
    let sound = resolved.sheets.iter().any(|sheet| sheet.id() == id && sheet.desk.problems.is_empty());
    resolved.mechanisms.remove(id).filter(|_| sound).map(Arc::new)
}

/// What the three rounds found.
struct Resolved<'a> {
    vocabulary: Vocabulary,
    sheets: Vec<Sheet<'a>>,
    mechanisms: BTreeMap<MechanismId, Mechanism>,
    problems: Vec<Problem>,
}

/// The files by what they are.
#[derive(Default)]
struct Sorted<'a> {
    vocabulary: Vec<&'a SourceFile>,
    mechanisms: Vec<(&'a str, &'a SourceFile)>,
    templates: BTreeMap<(&'a str, &'a str), Templates<'a>>,
    figures: Vec<(&'a str, &'a SourceFile)>,
    problems: Vec<Problem>,
}

fn sorted(files: &[SourceFile]) -> Sorted<'_> {
    let mut sorted = Sorted::default();
    for file in files {
        match place(&file.path) {
            Place::Vocabulary => sorted.vocabulary.push(file),
            Place::Mechanism { chapter } => sorted.mechanisms.push((chapter, file)),
            Place::Template { chapter, mechanism, paper } => {
                sorted.templates.entry((chapter, mechanism)).or_default().insert(paper, file);
            }
            Place::Figures { mechanism } => sorted.figures.push((mechanism, file)),
            Place::Unknown => {
                let hint = "机制写在 章/代号.kdl，正文写在 章/机制/文书.txt，共用的词写在 vocabulary/，自建的指标写在 figures/机制.kdl";
                sorted.problems.push(Problem::at(file, 0..0, "文件放错了地方").hint(hint));
            }
            Place::Calendar | Place::Other => {}
        }
    }
    sorted
}

fn resolve(files: &[SourceFile]) -> Resolved<'_> {
    let Sorted { vocabulary, mechanisms, mut templates, figures, mut problems } = sorted(files);
    let written: Vec<(&str, &str)> = mechanisms.iter().map(|(chapter, file)| (*chapter, stem(file))).collect();
    let (vocabulary, found) = vocabulary::vocabulary(&vocabulary, &written);
    problems.extend(found);
    let (mut sheets, unread) = read_all(mechanisms, &mut templates, &mut problems);
    for file in templates.into_values().flat_map(BTreeMap::into_values) {
        problems.push(Problem::at(file, 0..0, "这个模板没有对应的机制文件").hint("文件夹名要和机制的代号一样"));
    }
    add_figures(&mut sheets, &figures, &unread, &mut problems);
    let ids = sheets.iter().map(|it| it.id().to_owned()).chain(unread).collect();
    let states = sheets.iter().map(|it| (it.id().to_owned(), ids_of(&it.matter, "state"))).collect();
    let unit = |matter: &Raw| matter.first("subject").and_then(|it| it.text("unit")).unwrap_or_default();
    let units = sheets.iter().map(|it| (it.id().to_owned(), unit(&it.matter))).collect();
    let mut all = All { ids, fields: BTreeMap::new(), states, units };
    for sheet in &mut sheets {
        let fields = fields::fields(&mut sheet.desk, &sheet.matter, &vocabulary, &all.ids);
        all.fields.insert(sheet.id().to_owned(), fields);
    }
    let mechanisms = sheets.iter_mut().filter_map(|sheet| sheet.mechanism(&vocabulary, &all));
    let mechanisms = mechanisms.map(|it| (it.id.clone(), it)).collect();
    Resolved { vocabulary, sheets, mechanisms, problems }
}

fn place(path: &str) -> Place<'_> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["vocabulary", file] if file.starts_with("calendar") && file.ends_with(".kdl") => Place::Calendar,
        ["vocabulary", file] | [file @ "messages.kdl"] if file.ends_with(".kdl") => Place::Vocabulary,
        [ADDED, file] if file.ends_with(".kdl") => Place::Figures { mechanism: file.trim_end_matches(".kdl") },
        [ADDED, mechanism, file] if file.ends_with(".kdl") => Place::Figures { mechanism },
        [chapter, file] if file.ends_with(".kdl") => Place::Mechanism { chapter },
        [chapter, mechanism, file] if file.ends_with(".txt") => {
            Place::Template { chapter, mechanism, paper: file.trim_end_matches(".txt") }
        }
        _ if path.ends_with(".kdl") || path.ends_with(".txt") => Place::Unknown,
        _ => Place::Other,
    }
}

/// The id that a mechanism's file is called by.
fn stem(file: &SourceFile) -> &str {
    file.path.rsplit('/').next().unwrap_or("").trim_end_matches(".kdl")
}

/// A mechanism's file while it is checked.
pub(super) struct Sheet<'a> {
    pub(super) desk: Desk<'a>,
    pub(super) matter: Raw,
    chapter: &'a str,
    templates: Templates<'a>,
}

/// What mechanisms may say of each other.
pub(super) struct All {
    /// The ids of all mechanisms, also of those whose files cannot be read.
    ids: Vec<String>,
    /// The fields of those that can.
    fields: BTreeMap<String, Fields>,
    /// The ids of their states.
    states: BTreeMap<String, Vec<String>>,
    /// The fields that name the unit of their records.
    units: BTreeMap<String, String>,
}

/// Reads the files of mechanisms, and names those that cannot be read. Of two with the same id the first stays.
fn read_all<'a>(
    files: Vec<(&'a str, &'a SourceFile)>,
    templates: &mut BTreeMap<(&'a str, &'a str), Templates<'a>>,
    problems: &mut Vec<Problem>,
) -> (Vec<Sheet<'a>>, Vec<String>) {
    let mut sheets: Vec<Sheet<'_>> = Vec::new();
    let mut unread = Vec::new();
    for (chapter, file) in files {
        let stem = stem(file);
        let templates = templates.remove(&(chapter, stem)).unwrap_or_default();
        let (nodes, faults) = raw::read(file, MECHANISM_FILE);
        let mut desk = Desk::new(file);
        let is_told = !faults.is_empty();
        desk.problems.extend(faults);
        let mut tops = nodes.into_iter();
        let Some(matter) = tops.next() else {
            if !is_told {
                let words: Vec<String> = Kind::ALL.map(|kind| format!("{} {}", kind.word(), kind.name())).into();
                desk.tell_hint(
                    0..0,
                    "没有写机制",
                    format!("一个文件写一个机制，开头写它是哪一种：{}", words.join("、")),
                );
            }
            problems.extend(desk.problems);
            unread.push(stem.to_owned());
            continue;
        };
        for other in tops {
            desk.tell(other.span.clone(), format!("一个文件只写一个机制，前面已经写了 {}", matter.arg(0)));
        }
        if matter.arg(0) != stem && !matter.arg(0).is_empty() {
            desk.tell_hint(
                matter.arg_span(0),
                format!("代号 {} 和文件名 {stem} 不一样", matter.arg(0)),
                "文件名就是代号",
            );
        }
        if let Some(other) = sheets.iter().find(|it| it.id() == matter.arg(0)) {
            let sentence = format!("机制 {} 已经写在 {}", matter.arg(0), other.desk.file.path);
            desk.tell(matter.arg_span(0), sentence);
            problems.extend(desk.problems);
            continue;
        }
        sheets.push(Sheet { desk, matter, chapter, templates });
    }
    (sheets, unread)
}

/// The folder of the figures that a site adds to mechanisms.
pub const ADDED: &str = "figures";

/// Puts what a site adds to a mechanism behind its own file: one check for both.
fn add_figures<'a>(
    sheets: &mut [Sheet<'a>],
    files: &[(&'a str, &'a SourceFile)],
    unread: &[String],
    problems: &mut Vec<Problem>,
) {
    let known: Vec<String> = sheets.iter().map(|sheet| sheet.id().to_owned()).collect();
    for (mechanism, file) in files {
        let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.id() == *mechanism) else {
            if !unread.iter().any(|id| id == mechanism) {
                let sentence = format!("没有代号为 {mechanism} 的机制，这里的指标没有着落");
                problems.push(Problem::at(file, 0..0, sentence).nearest(mechanism, known.iter().map(String::as_str)));
            }
            continue;
        };
        let (nodes, faults) = raw::read(file, FIGURES_FILE);
        sheet.desk.problems.extend(faults);
        let begins = sheet.desk.add(file);
        sheet.matter.children.extend(nodes.into_iter().map(|node| node.behind(begins)));
    }
}

impl Sheet<'_> {
    /// The mechanism's id.
    pub(super) fn id(&self) -> &str {
        self.matter.arg(0)
    }

    fn mechanism(&mut self, vocabulary: &Vocabulary, all: &All) -> Option<Mechanism> {
        let Self { desk, matter, chapter, templates } = self;
        let (own, names) = (all.fields.get(matter.arg(0))?, Names::of(matter, vocabulary));
        let settings: Vec<String> = vocabulary.settings.keys().cloned().collect();
        names_are_known(desk, matter, (*chapter, vocabulary), &names);
        let (subject, list) = (layout::subject(desk, matter, &names, own), layout::list(desk, matter, &names));
        let (states, steps) = flow::both(desk, matter, &names, (own, vocabulary));
        let account = ledger::account(desk, matter, &names, own);
        let (scoring, assessed) = scoring::both(desk, matter, &names, own, (&states, &steps, vocabulary));
        let (call, entry) = round::both(desk, matter, &names, own, (vocabulary, &states, &steps, all));
        let mut figures = figures::figures(desk, matter, &names.states, own, vocabulary, account.as_ref());
        counted::counted(&mut figures, &own.fields, &states, &steps);
        let (rights, retention) = rights::both(desk, matter, &names, own, (&states, &steps));
        Some(Mechanism {
            id: matter.arg(0).into(),
            name: matter.arg(1).to_owned(),
            kind: Kind::of(matter.rule.key)?,
            chapter: Arc::from(*chapter),
            hash: hash(desk.file, templates),
            purpose: texts(matter, "purpose").concat(),
            basis: texts(matter, "basis"),
            covers: texts(matter, "covers"),
            number: layout::number(desk, matter, &names, own, &settings),
            title: subject.as_ref()?.0.clone(),
            unit: subject?.1,
            fields: own.fields.clone(),
            children: own.children.clone(),
            attendance: attendance::attendance(desk, matter, &names, own, &steps, vocabulary),
            plans: attendance::plans(desk, matter, &figures, vocabulary),
            circulation: circulation::circulation(desk, matter, &names, own, (vocabulary, &states, &steps)),
            voting: voting::voting(desk, matter, &names, own, (&states, &steps)),
            public: outside::public(desk, matter, &names, own, (vocabulary, &steps)),
            once: once::once(desk, matter, &names, own),
            extracts: once::extracts(desk, matter, &names, own),
            gatherings: gathering::gatherings(desk, matter, &names, own, (&steps, &all.ids)),
            writing: report::writing(desk, matter, &names, own, (&steps, templates)),
            states,
            steps,
            deadlines: flow::deadlines(desk, matter, &names, own),
            openings: papers::openings(desk, matter, own, vocabulary, all),
            papers: papers::papers(desk, matter, own, &settings, templates),
            notices: papers::notices(desk, matter, &names, own, &settings),
            figures,
            rights,
            retention,
            list: list?,
            board: layout::board(desk, matter, &names),
            calendar: layout::calendar(desk, matter, &names, own),
            examples: examples::examples(desk, matter, &names, own, vocabulary),
            roster: roster::roster(desk, matter, &names, own, vocabulary),
            account,
            workbooks: workbook::workbooks(desk, matter),
            scoring,
            assessed,
            link: link::link(desk, matter, &names, own, vocabulary),
            call,
            entry,
            helps: helps::helps(desk, matter, &names, own, all),
        })
    }
}

fn chapter_is_known(desk: &mut Desk<'_>, chapter: &str, vocabulary: &Vocabulary) {
    let known: Vec<String> = vocabulary.chapters.iter().map(|it| it.id.to_string()).collect();
    if !known.iter().any(|it| it == chapter) {
        desk.unknown(0..0, "章", chapter, &known);
    }
}

fn stamps_exist(desk: &mut Desk<'_>, matter: &Raw, names: &Names) {
    for raw in matter.inside("field") {
        desk.one_prop(raw, "stamped", "步骤", &names.steps);
    }
}

/// Its chapter, its stamps and its rounds of signatures.
fn names_are_known(desk: &mut Desk<'_>, matter: &Raw, (chapter, vocabulary): (&str, &Vocabulary), names: &Names) {
    chapter_is_known(desk, chapter, vocabulary);
    stamps_exist(desk, matter, names);
    joint::one_round_a_state(desk, matter);
}

/// The texts behind the first node of a key.
fn texts(matter: &Raw, key: &str) -> Vec<String> {
    matter.first(key).iter().flat_map(|it| &it.args).map(|it| it.text().to_owned()).collect()
}

/// The version that records pin: SM3 over the file and its templates, names and lengths included.
fn hash(file: &SourceFile, templates: &Templates<'_>) -> Arc<str> {
    let mut parts: Vec<&str> = vec![&file.text];
    for (paper, template) in templates {
        parts.extend([*paper, &template.text]);
    }
    let digest = sm3(&parts);
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// SM3 over parts, each with its length before it, so that no two lists of parts read the same.
fn sm3(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sm3::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// Leaves out what has problems, and then whatever refers to what is left out.
fn leave_out(sheets: &mut [Sheet<'_>], mechanisms: &mut BTreeMap<MechanismId, Mechanism>) {
    for sheet in sheets.iter().filter(|it| !it.desk.problems.is_empty()) {
        mechanisms.remove(sheet.id());
    }
    loop {
        let mut gone = Vec::new();
        for mechanism in mechanisms.values() {
            let opened = mechanism.openings.iter().map(|it| &it.mechanism);
            let linked =
                mechanism.fields.iter().chain(mechanism.children.iter().flat_map(|it| &it.fields)).filter_map(|it| {
                    match &it.of {
                        FieldType::Record { of } => Some(of),
                        _ => None,
                    }
                });
            if let Some(missing) = opened.chain(linked).find(|id| !mechanisms.contains_key(*id)) {
                gone.push((mechanism.id.clone(), missing.clone()));
            }
        }
        if gone.is_empty() {
            return;
        }
        for (id, missing) in gone {
            mechanisms.remove(&id);
            let Some(sheet) = sheets.iter_mut().find(|it| it.id() == id.as_str()) else { continue };
            sheet.desk.tell_hint(
                0..0,
                format!("所关联的机制 {missing} 有问题，本机制暂不启用"),
                format!("请先改好 {missing}"),
            );
        }
    }
}

/// The ids of the nodes of that key, in order.
fn ids_of(matter: &Raw, key: &str) -> Vec<String> {
    matter.inside(key).map(|it| it.arg(0).to_owned()).collect()
}
