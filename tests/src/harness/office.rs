//! Where does a story take place? In an office of its own: a database, the definitions as shipped, a router, a clock.
//!
//! When the story ends the office looks back: no duty failed, and nobody was answered that we are at fault.
//! Never a port, never a sleep.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, RwLock};

use app::office::Definitions;
use axum::Router;
use kernel::authority::Actor;
use kernel::ids::{GrantId, PersonId, UnitId};
use store::{Db, Options};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::clock::{StoryClock, day};
use super::fonts;
use super::visitor::Visitor;
use crate::browser::Glass;
use crate::world;

/// The first day of a story that sets none: a Tuesday.
const FIRST_DAY: &str = "2026-01-06";

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| {
    let (definitions, problems) = app::office::read_definitions(server::definitions::shipped());
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "the shipped definitions have problems:\n{}", problems.join("\n"));
    definitions
});

/// A migrated file with the small world in it, copied for each story.
static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();

/// What visitors and the office share.
pub(super) struct Door {
    pub(super) clock: Arc<StoryClock>,
    router: RwLock<Router>,
    faults: Mutex<Vec<String>>,
    /// Everybody's authenticator: by sign-in name its secret and the code used last.
    authenticators: Mutex<HashMap<String, (Vec<u8>, String)>>,
    /// A browser's window through which everybody looks, where a story is walked in one.
    glass: OnceLock<Arc<Glass>>,
}

impl Door {
    pub(super) fn router(&self) -> Router {
        self.router.read().expect("nobody panics while holding the router").clone()
    }

    pub(super) fn authenticator(&self, login: &str) -> Option<(Vec<u8>, String)> {
        self.authenticators.lock().expect("nobody panics while holding a telephone").get(login).cloned()
    }

    pub(super) fn keep_authenticator(&self, login: &str, secret: Vec<u8>, used: String) {
        let mut all = self.authenticators.lock().expect("nobody panics while holding a telephone");
        all.insert(login.to_owned(), (secret, used));
    }

    pub(super) fn glass(&self) -> Option<Arc<Glass>> {
        self.glass.get().cloned()
    }

    pub(super) fn failed(&self, what: String) {
        self.faults.lock().expect("nobody panics while holding the faults").push(what);
    }
}

/// An office.
pub(crate) struct Office {
    pub(crate) app: Arc<app::office::Office>,
    door: Arc<Door>,
    ground: Ground,
    prints: bool,
    definitions: Definitions,
}

/// Where the database lies.
struct Ground {
    url: String,
    folder: Option<PathBuf>,
    schema: Option<String>,
}

impl Office {
    /// An office that prints no PDF: most stories ask for none, and looking for fonts takes longer than they do.
    pub(crate) async fn open() -> Self {
        Self::open_as(false, DEFINITIONS.clone()).await
    }

    /// An office whose definitions were edited: each text is replaced by another, wherever it stands.
    pub(crate) async fn ruled_by(edits: &[(&str, &str)]) -> Self {
        let mut files = server::definitions::shipped();
        for (was, is) in edits {
            assert!(files.iter().any(|file| file.text.contains(was)), "no definition says {was}");
            for file in &mut files {
                file.text = file.text.replace(was, is).into();
            }
        }
        let (definitions, problems) = app::office::read_definitions(files);
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "the edited definitions have problems:\n{}", problems.join("\n"));
        Self::open_as(false, definitions).await
    }

    /// An office with a press.
    pub(crate) async fn printing() -> Self {
        Self::open_as(true, DEFINITIONS.clone()).await
    }

    async fn open_as(prints: bool, definitions: Definitions) -> Self {
        let ground = Ground::new().await;
        let clock = Arc::new(StoryClock::at(day(FIRST_DAY)));
        let app = ground.opens(prints, clock.now(), definitions.clone()).await;
        let door = Door {
            clock,
            router: RwLock::new(Router::new()),
            faults: Mutex::default(),
            authenticators: Mutex::default(),
            glass: OnceLock::new(),
        };
        let office = Self { app, door: Arc::new(door), ground, prints, definitions };
        office.hangs_the_door();
        office
    }

    fn hangs_the_door(&self) {
        self.opens_the_door_as(web::WebOptions { version: "story".to_owned(), ..web::WebOptions::default() });
    }

    /// The pages, with other options.
    pub(crate) fn opens_the_door_as(&self, options: web::WebOptions) {
        let clock = Arc::new(Hand(self.door.clock.clone()));
        let router = web::router(self.app.clone(), clock, options);
        *self.door.router.write().expect("nobody panics while holding the router") = router;
    }

    /// From now on everybody looks through this window.
    pub(crate) fn is_seen_through(&self, glass: Arc<Glass>) {
        assert!(self.door.glass.set(glass).is_ok(), "an office has one window");
    }

    /// It is nine o'clock on that day.
    pub(crate) fn on(&self, date: &str) -> &Self {
        self.door.clock.moves_to(day(date));
        self
    }

    /// So many minutes pass.
    pub(crate) fn minutes_pass(&self, minutes: i64) {
        self.door.clock.passes(minutes * 60_000);
    }

    /// Does the duties, as the server does every minute. Gives how many things each did.
    pub(crate) async fn tick(&self) -> Vec<(&'static str, i64)> {
        self.ticks_on("the story").await
    }

    /// Does the duties on a node of its own name; only one node does them at a time.
    pub(crate) async fn ticks_on(&self, node: &str) -> Vec<(&'static str, i64)> {
        let now = self.door.clock.passes(1_000);
        let ctx = self.app.ctx(Actor::Clock, None, now, super::clock::day_of(now), "tick".to_owned());
        let reports = app::duties::tick(&ctx, node).await.expect("the duties are done");
        for (duty, report) in &reports {
            if report.failed > 0 {
                self.door.failed(format!("{duty} failed at {}: {}", report.failed, report.faults.join("; ")));
            }
        }
        reports.into_iter().map(|(duty, report)| (duty, report.done)).collect()
    }

    /// From the day after today to that day: each morning the duties are done.
    pub(crate) async fn days_pass_until(&self, date: &str) {
        let until = day(date);
        let mut on = super::clock::day_of(self.door.clock.now());
        while on < until {
            on = on.tomorrow().expect("a day of our times");
            self.on(&on.to_string());
            self.tick().await;
        }
    }

    /// The server is stopped and started again: nothing is left but the database.
    pub(crate) async fn reopens(&mut self) {
        self.app.db.close().await;
        self.app = self.ground.opens(self.prints, self.door.clock.now(), self.definitions.clone()).await;
        self.hangs_the_door();
    }

    /// One more node on the same database, with a tree of its own in memory: somebody signs in there.
    pub(crate) async fn sign_in_at_another_node(&self, login: &str) -> Visitor {
        let app = self.ground.opens(false, self.door.clock.now(), self.definitions.clone()).await;
        let options = web::WebOptions { version: "story".to_owned(), ..web::WebOptions::default() };
        let router = web::router(app, Arc::new(Hand(self.door.clock.clone())), options);
        let door = Door {
            clock: self.door.clock.clone(),
            router: RwLock::new(router),
            faults: Mutex::default(),
            authenticators: Mutex::default(),
            glass: OnceLock::new(),
        };
        let mut visitor = Visitor::stranger(Arc::new(door));
        let page = visitor.signs_in(login, world::PASSWORD).await;
        let is_in = page.status == 200 && !page.url.starts_with("/sign-in");
        assert!(is_in, "{login} is not let in, {} at {}:\n{}", page.status, page.url, page.window());
        visitor
    }

    /// The router, for a real port: only browsers need one.
    pub(crate) fn door_to_serve(&self) -> Router {
        self.door.router()
    }

    /// Somebody who has not signed in.
    pub(crate) fn stranger(&self) -> Visitor {
        Visitor::stranger(self.door.clone())
    }

    /// Walks through the real login.
    pub(crate) async fn sign_in(&self, login: &str) -> Visitor {
        let mut visitor = self.stranger();
        let page = visitor.signs_in(login, world::PASSWORD).await;
        let is_in = page.status == 200 && !page.url.starts_with("/sign-in");
        assert!(is_in, "{login} is not let in, {} at {}:\n{}", page.status, page.url, page.window());
        visitor
    }

    /// Somebody tries a password.
    pub(crate) async fn tries_to_sign_in(&self, login: &str, password: &str) -> super::page::Page {
        self.stranger().signs_in(login, password).await
    }

    /// What failed so far; taken out, because the story expects it.
    pub(crate) fn expected_failures(&self) -> Vec<String> {
        std::mem::take(&mut *self.door.faults.lock().expect("nobody panics while holding the faults"))
    }

    /// The context of the clock, for looking behind the door.
    pub(crate) fn db_ctx(&self) -> app::Ctx {
        let now = self.door.clock.now();
        self.app.ctx(Actor::Clock, None, now, super::clock::day_of(now), "story".to_owned())
    }

    /// The context in which somebody acts, for commands that no page of these stories reaches.
    pub(crate) fn db_ctx_of(&self, login: &str) -> app::Ctx {
        let ctx = self.db_ctx();
        let name = world::PEOPLE.iter().find(|person| person.0 == login).expect("somebody of the small world").1;
        let person = ctx.tree.people().find(|person| person.name == name).expect("they are in the tree");
        app::Ctx { actor: ctx.as_person(person.id).expect("they can act"), ..ctx }
    }

    /// Gives somebody one more role over a unit, from the first day on.
    pub(crate) async fn db_grants(&self, login: &str, role: &str, unit: &str) {
        let mut tx = self.app.db.begin().await.expect("a transaction begins");
        world::grant(&mut tx, login, role, unit, day(FIRST_DAY)).await.expect("the role is given");
        self.db_commits(tx).await;
        self.app.read_tree().await.expect("the tree is read");
    }

    /// Moves somebody's role to another unit from a day on: it ends at the old one the day before.
    pub(crate) async fn db_moves(&self, login: &str, role: &str, unit: &str, from: &str) {
        let mut tx = self.app.db.begin().await.expect("a transaction begins");
        let before = day(from).yesterday().expect("a day of our times");
        world::end_grants(&mut tx, login, before).await.expect("the old role ends");
        world::grant(&mut tx, login, role, unit, day(from)).await.expect("the new role is given");
        self.db_commits(tx).await;
        self.app.read_tree().await.expect("the tree is read");
    }

    /// Ends what somebody held from the start.
    pub(crate) async fn db_ends(&self, login: &str, until: &str) {
        let mut tx = self.app.db.begin().await.expect("a transaction begins");
        world::end_grants(&mut tx, login, day(until)).await.expect("the role ends");
        self.db_commits(tx).await;
        self.app.read_tree().await.expect("the tree is read");
    }

    /// Changes an account as nobody could on a page.
    pub(crate) async fn db_account(&self, login: &str, change: impl FnOnce(&mut store::accounts::AccountRow)) {
        let mut tx = self.app.db.begin().await.expect("a transaction begins");
        let account = store::accounts::by_login(&mut tx, login).await.expect("the account can be asked for");
        let mut account = account.expect("the account is there");
        change(&mut account);
        store::accounts::update(&mut tx, &account).await.expect("the account is kept");
        self.db_commits(tx).await;
    }

    /// Commits rows that the story wrote past the door, with an act that tells of them.
    pub(crate) async fn db_commits(&self, mut tx: store::Tx) {
        let detail = serde_json::json!({});
        app::commands::batches::act(&self.db_ctx(), &mut tx, "story", detail).await.expect("an act tells of it");
        tx.commit().await.expect("it is kept");
    }

    /// Somebody holds their role over another unit from now on, by the place of person and unit in the small world.
    pub(crate) async fn db_turns(&self, person: usize, unit: usize) {
        let (person, today) = (PersonId(Uuid::from_u128(0x200 + person as u128)), self.db_ctx().today);
        let mut tx = self.app.db.begin().await.expect("a transaction begins");
        let held = store::grants::of_person(&mut tx, person, today).await.expect("roles are read");
        let old = held.first().cloned().expect("a role is held");
        let ended = store::grants::end(&mut tx, old.id, today.yesterday().expect("a day before")).await;
        ended.expect("the old role ends");
        let unit = UnitId(Uuid::from_u128(0x100 + unit as u128));
        let turned = store::grants::GrantRow { id: GrantId(Uuid::new_v4()), unit, from_on: today, ..old };
        store::grants::insert_many(&mut tx, &[turned]).await.expect("the role is turned");
        self.db_commits(tx).await;
        self.app.read_tree().await.expect("the tree is read");
    }

    /// A reorganisation: units get other places in pre-order, and whoever reads has not heard of it yet.
    pub(crate) async fn db_renumbers(&self, places: &[(usize, i64, i64)]) {
        let mut tx = self.app.db.begin().await.expect("a transaction begins");
        let mut units = store::units::all(&mut tx).await.expect("the units are read");
        for unit in &mut units {
            let is_it = |(at, ..): &&(usize, i64, i64)| unit.id == UnitId(Uuid::from_u128(0x100 + *at as u128));
            if let Some((_, first, last)) = places.iter().find(is_it) {
                (unit.ord, unit.ord_last) = (*first, *last);
            }
        }
        store::units::put_many(&mut tx, &units).await.expect("the units are renumbered");
        store::records::renumber_units(&mut tx).await.expect("the records follow");
        self.db_commits(tx).await;
    }

    /// Replays every journal and reckons every figure anew; everything must be as it is kept.
    pub(crate) async fn db_verify(&self) {
        use app::commands::upkeep;
        let ctx = self.db_ctx();
        for part in upkeep::evidence(&ctx).await.expect("everything is replayed") {
            assert!(
                part.verified.holds(),
                "what is kept differs from what happened: {}: {:?}",
                part.name,
                part.verified
            );
        }
        let figures = upkeep::figures::verify(&ctx).await.expect("the figures are reckoned");
        assert!(figures.holds(), "what is kept differs from what happened: {figures:?}");
        super::reckoning::readings_agree(&ctx).await;
        // PostgreSQL hears that the readers are done while others ask: a schema still read cannot be dropped.
        for _ in 0..3 {
            self.db_count("SELECT COUNT(*) FROM record").await;
        }
    }

    /// A second way into the same database, past every act.
    pub(crate) async fn db_by_hand(&self) -> super::by_hand::ByHand {
        super::by_hand::ByHand::open(&self.ground.url).await
    }

    /// Everything that verification finds, as it is said.
    pub(crate) async fn db_differences(&self) -> Vec<String> {
        self.db_differences_at("").await
    }

    /// What the part of verification finds that looks at a table; of all parts if it is none's alone.
    pub(crate) async fn db_differences_at(&self, table: &str) -> Vec<String> {
        use app::commands::upkeep::{self, Verified};
        let ctx = self.db_ctx();
        let parts: Vec<Verified> = match table {
            "figure_cell" | "figure_day" | "presence" => {
                vec![upkeep::figures::verify(&ctx).await.expect("the figures are reckoned")]
            }
            "unit" | "person" | "account" | "grant_" | "setting" | "definition" | "batch" | "act" | "act_head"
            | "trace" | "migration" => match upkeep::acts::verify(&ctx).await {
                Ok((acts, rows)) => vec![acts, rows],
                Err(error) => return vec![format!("{error:?}")],
            },
            _ => {
                let all = upkeep::evidence(&ctx).await.expect("it is looked through");
                let figures = upkeep::figures::verify(&ctx).await.expect("the figures are reckoned");
                all.into_iter().map(|it| it.verified).chain([figures]).collect()
            }
        };
        let said = parts.iter().flat_map(|part| &part.differences);
        said.map(|it| format!("{}：{}", it.about, it.words)).collect()
    }

    /// Changes rows past the door, with an act that tells of them.
    pub(crate) async fn db_tells(&self, sql: String, params: Vec<store::P>) {
        let mut tx = self.app.db.begin().await.expect("a transaction begins");
        tx.run(sql, params).await.expect("the rows change");
        self.db_commits(tx).await;
    }

    /// Does everything lie in one file?
    pub(crate) fn db_is_sqlite(&self) -> bool {
        self.app.db.path().is_some()
    }

    /// Tells the connection that writes something.
    pub(crate) async fn db_writer(&self, sql: &'static str) {
        let mut tx = self.app.db.begin().await.expect("a transaction begins");
        tx.run(sql, Vec::new()).await.expect("it is heard");
        tx.commit().await.expect("it is kept");
    }

    /// Asks the database one whole number.
    pub(crate) async fn db_count(&self, sql: &'static str) -> i64 {
        let mut conn = self.app.db.read().await.expect("a connection");
        let row = conn.find(sql, Vec::new()).await.expect("the question can be asked").expect("a count has a row");
        row.int(0).expect("a count is a whole number")
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let faults = self.expected_failures();
        if !std::thread::panicking() {
            assert!(faults.is_empty(), "the office looks back on faults of ours:\n{}", faults.join("\n"));
        }
    }
}

/// The clock on the wall, as the router reads it.
struct Hand(Arc<StoryClock>);

impl web::WallClock for Hand {
    fn now_ms(&self) -> i64 {
        self.0.now()
    }

    fn today(&self) -> jiff::civil::Date {
        super::clock::day_of(self.0.now())
    }
}

impl Ground {
    #[expect(clippy::disallowed_methods, reason = "the one setting of the stories: which database")]
    async fn new() -> Self {
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => Self::schema(&server).await,
            Err(_) => Self::file().await,
        }
    }

    async fn schema(server: &str) -> Self {
        let schema = format!("story_{}", Uuid::new_v4().simple());
        let join = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{join}schema={schema}");
        furnish(&url).await.close().await;
        Self { url, folder: None, schema: Some(schema) }
    }

    async fn file() -> Self {
        let folder = std::env::temp_dir().join(format!("zugong-story-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).expect("a folder for the story");
        let path = folder.join("story.db");
        let template = TEMPLATE.get_or_init(|| async {
            let path = folder.join("template.db");
            furnish(&format!("sqlite://{}", path.display())).await.close().await;
            std::fs::read(path).expect("the template is read")
        });
        std::fs::write(&path, template.await).expect("the template is copied");
        Self { url: format!("sqlite://{}", path.display()), folder: Some(folder), schema: None }
    }

    async fn opens(&self, prints: bool, now: i64, definitions: Definitions) -> Arc<app::office::Office> {
        let db = Db::open(&self.url, options()).await.expect("the database opens");
        let press = prints.then(fonts::press);
        let office = app::office::Office::open(db, definitions, press, Some(keys()), now).await;
        office.expect("the office opens")
    }
}

fn options() -> Options {
    Options { durable: false, connections: 4, ..Options::default() }
}

/// The secrets of every story's office.
fn keys() -> app::keys::Keys {
    app::keys::Keys::new([7; app::keys::LENGTH])
}

/// Migrates an empty database and puts the small world into it.
async fn furnish(url: &str) -> Db {
    let db = Db::open(url, options()).await.expect("the database opens");
    db.migrate().await.expect("the schema comes up");
    let mut tx = db.begin().await.expect("a transaction begins");
    world::place(&mut tx).await.expect("the small world is placed");
    let told = store::acts::Told {
        id: Uuid::from_u128(0x600),
        at: 0,
        kind: "set_up",
        actor: None,
        actor_name: "story",
        detail: "{}".to_owned(),
        address: None,
    };
    let keys = keys();
    let code = |words: &str| keys.mac("act", words.as_bytes());
    store::acts::tell(&mut tx, told, Some(&code)).await.expect("an act tells of the small world");
    tx.commit().await.expect("the small world is kept");
    db
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // A folder that stays behind in the temporary files hurts nobody.
            let _ = std::fs::remove_dir_all(folder);
        }
        if let Some(schema) = self.schema.take() {
            let url = self.url.clone();
            // A story's runtime may be ending: the schema is dropped from a thread with a runtime of its own.
            let dropping = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(drop_schema(&url, &schema));
            });
            let _ = dropping.join();
        }
    }
}

async fn drop_schema(url: &str, schema: &str) {
    let Ok(db) = Db::open(url, options()).await else { return };
    if let Ok(mut tx) = db.begin().await {
        // Whoever still reads it would be waited for for ever.
        let patient = tx.run("SET LOCAL lock_timeout = '3s'", Vec::new()).await;
        if patient.is_err() {
            return;
        }
        let dropped = tx.run(format!("DROP SCHEMA {schema} CASCADE"), Vec::new()).await;
        if dropped.is_ok() {
            // A schema that stays behind in a database made for tests hurts nobody.
            let _ = tx.commit().await;
        }
    }
}
