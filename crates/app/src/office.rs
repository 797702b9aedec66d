//! What is shared by all acts of one process? The database, the definitions in force, the tree, the press.
//!
//! Never a person and never a clock: those come with each act in `Ctx`.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use documents::pdf::Press;
use jiff::civil::Date;
use kernel::authority::{Actor, Grant, StandIn, Subtree};
use kernel::calendar::{Calendar, hours};
use kernel::catalog::{Catalog, Field, FieldType, Mechanism};
use kernel::ids::{AccountId, FieldId};
use kernel::problem::{Problem, SourceFile};
use kernel::refusal::Refusal;
use store::Db;
use store::definitions::DefinitionRow;

use crate::added::{self, Added};
use crate::commands::denials::Denials;
use crate::commands::upkeep::signatures::Signatures;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::hashing::Hashing;
use crate::keys::Keys;
use crate::outward::Outward;
use crate::single_sign_on::SingleSignOn;
use crate::tree::{Past, Person, Post, Tree, Unit};

/// The definitions in force, checked.
#[derive(Clone)]
pub struct Definitions {
    /// What the files say now.
    pub catalog: Arc<Catalog>,
    /// The calendar of working days, with the administrator's years.
    pub calendar: Arc<Calendar>,
    /// Versions by hash that records are pinned to and that the files no longer say.
    pub older: HashMap<Arc<str>, Arc<Mechanism>>,
    /// The files as read.
    pub files: Arc<Vec<SourceFile>>,
    /// The figures that the site has added to them.
    pub added: Arc<Added>,
}

impl Definitions {
    /// The definition that a record is pinned to; the current one if the old one is unknown.
    pub fn pinned(&self, mechanism: &str, hash: &str) -> Option<Arc<Mechanism>> {
        let current = self.catalog.mechanisms.get(mechanism);
        match current {
            Some(current) if *current.hash == *hash => Some(current.clone()),
            _ => self.older.get(hash).or(current).cloned(),
        }
    }

    /// The definition by which records of a mechanism are counted: the one in force, whichever a record is pinned to.
    pub fn counted_by<'a>(&'a self, pinned: &'a Mechanism) -> &'a Mechanism {
        self.catalog.mechanisms.get(pinned.id.as_str()).map_or(pinned, |current| current)
    }
}

/// Reads the calendar and the definitions from files. All problems at once; worked examples are run too.
pub fn read_definitions(files: Vec<SourceFile>) -> (Definitions, Vec<Problem>) {
    let is_calendar = |file: &&SourceFile| file.path.ends_with("calendar.kdl");
    let calendars: Vec<SourceFile> = files.iter().filter(is_calendar).cloned().collect();
    let others: Vec<SourceFile> = files.iter().filter(|file| !is_calendar(file)).cloned().collect();
    let (calendar, mut problems) = Calendar::parse(&calendars);
    let (catalog, more) = kernel::catalog::check(&others);
    problems.extend(more);
    if problems.is_empty() {
        problems.extend(kernel::example::run(&catalog, &calendar).into_iter().map(|sentence| Problem {
            path: sentence.split(':').next().unwrap_or("").to_owned(),
            line: 1,
            column: 1,
            sentence,
            hint: Some("请核对例子和公式，二者必有一处写错。".to_owned()),
        }));
    }
    let calendar = match catalog.vocabulary.setting(hours::SETTING).map(hours::Hours::parse) {
        None => calendar,
        Some(Some(hours)) => calendar.with_hours(hours),
        Some(None) => {
            problems.push(Problem {
                path: "vocabulary/site.kdl".to_owned(),
                line: 1,
                column: 1,
                sentence: format!("看不懂设置“{}”。", hours::SETTING),
                hint: Some("写成“9:00-12:00 14:00-18:00”，按先后，不能重叠。".to_owned()),
            });
            calendar
        }
    };
    let definitions = Definitions {
        catalog: Arc::new(catalog),
        calendar: Arc::new(calendar),
        older: HashMap::new(),
        files: Arc::new(files),
        added: Arc::default(),
    };
    (definitions, problems)
}

/// What is shared by all.
pub struct Office {
    /// The database.
    pub db: Db,
    /// Hashes passwords.
    pub hashing: Hashing,
    /// Where the site's files lie, for hot reload; none in tests.
    pub overlay: Option<PathBuf>,
    /// What was denied on this node and is not yet written down.
    pub denials: Denials,
    /// What the cells of figures must be made by.
    pub signatures: Signatures,
    press: OnceLock<Arc<Press>>,
    single_sign_on: OnceLock<SingleSignOn>,
    outward: OnceLock<Arc<dyn Outward>>,
    keys: Option<Keys>,
    definitions: RwLock<Arc<Definitions>>,
    /// Since which moment these definitions are in force in this process; long ago for those of the start.
    taken_at: AtomicI64,
    tree: RwLock<Arc<Tree>>,
}

impl Office {
    /// Opens the office: keeps the definitions' versions, reads old versions, the calendar's years and the tree.
    pub async fn open(
        db: Db,
        definitions: Definitions,
        press: Option<Arc<Press>>,
        keys: Option<Keys>,
        now: i64,
    ) -> Result<Arc<Self>, Error> {
        let office = Self {
            db,
            hashing: Hashing::default(),
            press: press.map_or_else(OnceLock::new, OnceLock::from),
            single_sign_on: OnceLock::new(),
            outward: OnceLock::new(),
            keys,
            overlay: None,
            denials: Denials::default(),
            signatures: Signatures::default(),
            definitions: RwLock::new(Arc::new(definitions)),
            taken_at: AtomicI64::new(i64::MIN),
            tree: RwLock::default(),
        };
        let office = Arc::new(office);
        let mut tx = office.db.begin().await?;
        if store::units::begin_versions(&mut tx).await? {
            office.tell(&mut tx, "tree.version", serde_json::json!({}), now).await?;
        }
        tx.commit().await?;
        let definitions = (*office.definitions()).clone();
        office.take_definitions(definitions, now).await?;
        // Nobody acted in this process by others.
        office.taken_at.store(i64::MIN, Ordering::Relaxed);
        office.read_tree().await?;
        office.renew_points().await?;
        Ok(office)
    }

    /// The press, once fonts were found.
    pub fn press(&self) -> Option<Arc<Press>> {
        self.press.get().cloned()
    }

    /// Hands the press in later: looking for fonts takes longer than all else, and no first page needs them.
    /// A second press is dropped.
    pub fn bring_press(&self, press: Arc<Press>) {
        // The first one stays: both would print alike.
        let _ = self.press.set(press);
    }

    /// The secrets that do not lie in the database; none where a tool only reads.
    pub fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// The code of the last act, under the key for acts.
    pub(crate) fn code_of_acts(&self, words: &str) -> String {
        self.keys().map(|keys| keys.mac("act", words.as_bytes())).unwrap_or_default()
    }

    /// The site's single sign-on, if it has one.
    pub fn single_sign_on(&self) -> Option<&SingleSignOn> {
        self.single_sign_on.get()
    }

    /// Hands the single sign-on in, before the first act. A second one is dropped.
    pub fn bring_single_sign_on(&self, single: SingleSignOn) {
        // The first one stays: one process reads its settings once.
        let _ = self.single_sign_on.set(single);
    }

    /// Whoever can reach other machines; nobody where nothing may leave.
    pub fn outward(&self) -> Option<Arc<dyn Outward>> {
        self.outward.get().cloned()
    }

    /// Hands in whoever can reach other machines. A second one is dropped.
    pub fn bring_outward(&self, outward: Arc<dyn Outward>) {
        // The first one stays: one process reads its settings once.
        let _ = self.outward.set(outward);
    }

    /// The definitions in force.
    pub fn definitions(&self) -> Arc<Definitions> {
        self.definitions.read().expect("nobody panics while holding the definitions").clone()
    }

    /// The tree as last read.
    pub fn tree(&self) -> Arc<Tree> {
        self.tree.read().expect("nobody panics while holding the tree").clone()
    }

    /// Puts checked definitions in force: their texts are kept by hash, so that records stay on their version.
    pub async fn take_definitions(&self, mut definitions: Definitions, now: i64) -> Result<(), Error> {
        self.add_figures(&mut definitions).await?;
        self.sealed_figures_stay(&definitions).await?;
        let mut tx = self.db.begin().await?;
        let mut new = Vec::new();
        for mechanism in definitions.catalog.mechanisms.values() {
            let source = definition_source(mechanism, &definitions);
            let row = DefinitionRow {
                hash: mechanism.hash.to_string(),
                mechanism: mechanism.id.clone(),
                source,
                taken_at: now,
            };
            if store::definitions::put(&mut tx, &row).await? {
                new.push(row.mechanism.to_string());
            }
        }
        if !new.is_empty() {
            self.tell(&mut tx, "definitions", serde_json::json!({ "mechanisms": new }), now).await?;
        }
        tx.commit().await?;
        self.db.index_facts(&indexed(&definitions.catalog)).await?;
        let mut conn = self.db.read().await?;
        for old in store::definitions::all(&mut conn).await? {
            let is_current = definitions.catalog.mechanisms.values().any(|it| *it.hash == *old.hash);
            if is_current {
                continue;
            }
            if let Some(mechanism) = older_version(&old.source, old.mechanism.as_str(), &definitions) {
                definitions.older.insert(Arc::from(old.hash.as_str()), mechanism);
            }
        }
        for year in store::calendar_years::all(&mut conn).await? {
            let file = SourceFile { path: Arc::from("vocabulary/calendar.kdl"), text: Arc::from(year.source.as_str()) };
            let (own, problems) = Calendar::parse(&[file]);
            if problems.is_empty() {
                for table in own.years() {
                    definitions.calendar = Arc::new(definitions.calendar.with_year(table.clone()));
                }
            }
        }
        drop(conn);
        crate::commands::upkeep::remaking::begin(self, &definitions).await?;
        *self.definitions.write().expect("nobody panics while holding the definitions") = Arc::new(definitions);
        self.taken_at.store(now, Ordering::Relaxed);
        Ok(())
    }

    /// Lays the figures that the site has added over what the files say.
    async fn add_figures(&self, definitions: &mut Definitions) -> Result<(), Error> {
        let mut conn = self.db.snapshot().await?;
        let changes = store::added_figures::changes(&mut conn).await?;
        if changes == definitions.added.changes {
            return Ok(());
        }
        let rows = store::added_figures::standing(&mut conn).await?;
        drop(conn);
        let files = added::others(definitions);
        let laid = tokio::task::spawn_blocking(move || added::laid_over(&files, changes, rows)).await;
        let (catalog, added) = laid.map_err(|fault| Error::broken("lay added figures over the files", fault))?;
        (definitions.catalog, definitions.added) = (Arc::new(catalog), Arc::new(added));
        Ok(())
    }

    /// Since which moment the definitions are in force in this process.
    pub fn taken_at(&self) -> i64 {
        self.taken_at.load(Ordering::Relaxed)
    }

    /// Refuses definitions in which a figure is missing that was reported upward: nobody could say any more what it counted.
    async fn sealed_figures_stay(&self, definitions: &Definitions) -> Result<(), Error> {
        let mut conn = self.db.read().await?;
        let mut refusals = Vec::new();
        for figure in store::figure_seals::figures(&mut conn).await? {
            let (mechanism, id) = figure.as_str().split_once('.').unwrap_or_default();
            let found = definitions.catalog.mechanisms.get(mechanism).and_then(|it| it.figure(id));
            if found.is_none() {
                refusals.push(Refusal::new("figure_seal.definition").with("figure", figure.as_str()));
            }
        }
        if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
    }

    /// Makes anew whom records point to, where the rules of the definitions in force ask for other points.
    pub async fn renew_points(&self) -> Result<u64, Error> {
        crate::commands::upkeep::reach::renew(&self.db, &self.definitions(), &self.tree()).await
    }

    /// Writes the act of what the program itself does when it starts or takes definitions.
    async fn tell(&self, tx: &mut store::Tx, kind: &str, detail: serde_json::Value, now: i64) -> Result<(), Error> {
        let told = store::acts::Told {
            id: uuid::Uuid::new_v4(),
            at: now,
            kind,
            actor: None,
            actor_name: Actor::Clock.name(),
            detail: detail.to_string(),
            address: None,
        };
        let code = |words: &str| self.code_of_acts(words);
        let mac: Option<store::acts::Mac<'_>> = self.keys().is_some().then_some(&code);
        store::acts::tell(tx, told, mac).await?;
        Ok(())
    }

    /// Reads units, people, grants and added figures anew if somebody changed them since, on whichever node.
    pub async fn fresh_tree(&self) -> Result<(), Error> {
        let mut conn = self.db.read().await?;
        let version = store::units::tree_version(&mut conn).await?;
        if version == self.tree().version() {
            return Ok(());
        }
        let changes = store::added_figures::changes(&mut conn).await?;
        drop(conn);
        // The figures first: whoever finds the tree of now finds them as well.
        if changes != self.definitions().added.changes {
            let rows_at = self.taken_at().max(0);
            self.take_definitions((*self.definitions()).clone(), rows_at).await?;
        }
        self.read_tree().await
    }

    /// Reads units, people and grants anew, all as of one moment.
    pub async fn read_tree(&self) -> Result<(), Error> {
        let mut conn = self.db.snapshot().await?;
        let tree = tree_of(&mut conn).await?;
        let mut kept = self.tree.write().expect("nobody panics while holding the tree");
        // Somebody who read later may have been faster.
        if kept.version() <= tree.version() {
            *kept = Arc::new(tree);
        }
        Ok(())
    }

    /// The context of an act.
    pub fn ctx(
        self: &Arc<Self>,
        actor: Actor,
        account: Option<AccountId>,
        now: i64,
        today: Date,
        request: String,
    ) -> Ctx {
        let (definitions, tree) = (self.definitions(), self.tree());
        Ctx { office: self.clone(), actor, account, now, today, request, address: None, definitions, tree }
    }
}

/// The fields that registers are filtered by, and those that name records; the record's own unit has a column.
// enforces: field.filter
fn indexed(catalog: &Catalog) -> BTreeSet<FieldId> {
    let fields = catalog.mechanisms.values().flat_map(|it| it.fields.iter().map(move |field| (it, field)));
    let is_asked = |field: &Field| field.filter || matches!(field.of, FieldType::Record { .. });
    fields.filter(|(it, field)| is_asked(field) && field.id != it.unit).map(|(_, field)| field.id.clone()).collect()
}

/// The tree as a connection sees it.
pub(crate) async fn tree_of(conn: &mut store::Conn) -> Result<Tree, Error> {
    let version = store::units::tree_version(conn).await?;
    let units: Vec<Unit> = store::units::all(conn).await?.into_iter().map(unit).collect();
    let by_id: HashMap<_, _> = units.iter().map(|unit| (unit.id, unit.over)).collect();
    let people = store::people::all(conn).await?.into_iter().map(|row| Person {
        id: row.id,
        name: row.name,
        pinyin: row.pinyin,
        post_name: row.post_name,
        unit: row.unit,
    });
    let people = people.collect();
    let grants = store::grants::all(conn).await?.into_iter().filter_map(|row| {
        let over = *by_id.get(&row.unit)?;
        Some((
            row.person,
            Grant {
                role: row.role,
                unit: row.unit,
                over,
                from_on: row.from_on,
                until_on: row.until_on,
                basis: row.basis.unwrap_or_default(),
            },
        ))
    });
    // One that has not begun is read as well: it comes into force at midnight by itself.
    let stand_ins = store::stand_ins::standing(conn).await?.into_iter().map(|row| StandIn {
        id: row.id,
        person: row.person,
        principal: row.principal,
        mechanisms: row.mechanisms,
        from_on: row.from_on,
        until_on: row.until_on,
        is_ended: row.ended_at.is_some(),
    });
    let past = Past::new(store::units::all_spans(conn).await?, store::units::all_links(conn).await?);
    let posts = store::rosters::posts(conn).await?.into_iter().map(|row| Post {
        id: row.id,
        unit: row.unit,
        name: row.name,
        places: usize::try_from(row.places).unwrap_or(1),
        ended_on: row.ended_on,
    });
    let merged = store::people::merged(conn).await?;
    let left = store::people::left(conn).await?;
    let tree = Tree::new(version, units, people, grants.collect());
    Ok(tree.with_stand_ins(stand_ins.collect()).with_past(past).with_posts(posts).with_merged(merged).with_left(left))
}

fn unit(row: store::units::UnitRow) -> Unit {
    Unit {
        id: row.id,
        kind: row.kind,
        short_name: row.short_name.unwrap_or_else(|| row.name.clone()),
        name: row.name,
        pinyin: row.pinyin.unwrap_or_default(),
        parent: row.parent,
        over: Subtree { first: row.ord, last: row.ord_last },
        depth: row.depth,
        code: row.code,
        credit_code: row.credit_code,
        level: row.level,
        founded_on: row.founded_on,
        dissolved_on: row.dissolved_on,
    }
}

/// The mechanism's file and its templates as one JSON text: what is kept under the hash.
fn definition_source(mechanism: &Mechanism, definitions: &Definitions) -> String {
    let own = |file: &&SourceFile| belongs(&file.path, &mechanism.chapter, mechanism.id.as_str());
    let files: serde_json::Map<String, serde_json::Value> = definitions
        .files
        .iter()
        .filter(own)
        .map(|file| (file.path.to_string(), serde_json::Value::from(&*file.text)))
        .collect();
    serde_json::Value::Object(files).to_string()
}

fn belongs(path: &str, chapter: &str, id: &str) -> bool {
    path == format!("{chapter}/{id}.kdl") || path.starts_with(&format!("{chapter}/{id}/"))
}

/// Checks an old version's files among the current ones: its lists and roles are today's.
pub(crate) fn older_version(source: &str, id: &str, definitions: &Definitions) -> Option<Arc<Mechanism>> {
    let kept: serde_json::Map<String, serde_json::Value> = serde_json::from_str(source).ok()?;
    let chapter = kept.keys().find_map(|path| path.strip_suffix(&format!("/{id}.kdl")).map(str::to_owned))?;
    let mut files: Vec<SourceFile> = definitions
        .files
        .iter()
        .filter(|file| !belongs(&file.path, &chapter, id) && !file.path.ends_with("calendar.kdl"))
        .cloned()
        .collect();
    files.extend(kept.iter().filter_map(|(path, text)| {
        Some(SourceFile { path: Arc::from(path.as_str()), text: Arc::from(text.as_str()?) })
    }));
    kernel::catalog::pinned(&files, id)
}
