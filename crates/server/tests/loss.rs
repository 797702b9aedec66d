//! What if the power goes? The real program is killed while people work, several times; what it acknowledged is there,
//! once, and everything verifies. A backup taken meanwhile is restored and verifies too.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::commands::upkeep;
use app::office::Office;
use kernel::authority::Actor;
use server::{clock, definitions, demo};
use store::{Db, Options};

const PASSWORD: &str = "Lan-Wan.2026-geheim";
const WRITERS: usize = 4;
const ROUNDS: u64 = 4;

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind in the temporary files hurts nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program, killed at the latest when the test ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("zugong.db").display())
}

/// The units and people of the demo, with a password of our own; gives the id of a unit.
async fn furnish(folder: &Path) -> String {
    let db = Db::open(&url(folder), Options::default()).await.expect("opens");
    db.migrate().await.expect("migrated");
    let office = office(db, folder).await;
    let today = clock::SystemClock.today();
    let ctx = office.ctx(Actor::Clock, None, clock::SystemClock.now_ms(), today, "test".to_owned());
    let file = kernel::problem::SourceFile { path: "district.kdl".into(), text: demo::DISTRICT.into() };
    let new = server::organisation::read(&file, &office.definitions().catalog.vocabulary).expect("the demo's people");
    let hash = office.hashing.hash(PASSWORD.to_owned()).await.expect("hashed");
    upkeep::organisation::set_up(&ctx, &new, &|_| hash.clone(), false).await.expect("set up");
    let id = office.tree().named("农业农村局").expect("a unit").id.to_string();
    office.db.close().await;
    id
}

async fn office(db: Db, folder: &Path) -> Arc<Office> {
    let (definitions, problems) = definitions::load(None).expect("the definitions are inside");
    assert_eq!(problems, []);
    let config = server::config::Config::read(None, [("data".to_owned(), vec![folder.display().to_string()])].into());
    let keys = server::keys::take(&config.expect("settings")).expect("a key");
    Office::open(db, definitions, None, Some(keys), clock::SystemClock.now_ms()).await.expect("the office opens")
}

fn program(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zugong"));
    command.args(words).arg("--data").arg(folder).arg("--rate").arg("0").arg("--log").arg("error").current_dir(folder);
    command
}

/// Starts the server and gives its address.
fn starts(folder: &Path) -> (Program, SocketAddr) {
    let mut command = program(folder, &["serve", "--listen", "127.0.0.1:0"]);
    let started = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut program = Program(started.expect("the program starts"));
    let out = BufReader::new(program.0.stdout.take().expect("it speaks"));
    for line in out.lines() {
        let line = line.expect("a line");
        if let Some((_, rest)) = line.split_once("http://") {
            let address = rest.split_whitespace().next().and_then(|it| it.parse().ok()).expect("an address");
            return (program, address);
        }
    }
    panic!("the program ended without opening");
}

/// Sends a request and gives status, headers and body; none if the connection broke.
fn asks(address: SocketAddr, head: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let text = format!(
        "{head}\r\nhost: {address}\r\nsec-fetch-site: same-origin\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).ok()?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said).ok()?;
    let said = String::from_utf8_lossy(&said).into_owned();
    said.starts_with("HTTP/1.1").then_some(said)
}

fn signs_in(address: SocketAddr) -> String {
    let body = format!("name=lin&password={PASSWORD}");
    let head = "POST /sign-in HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded";
    let said = asks(address, head, &body).expect("the server answers");
    let cookie = said.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{said}"));
    cookie.split(';').next().unwrap_or_default().to_owned()
}

/// What was sent and what was acknowledged.
#[derive(Default)]
struct Ledger {
    sent: Mutex<Vec<String>>,
    acknowledged: Mutex<Vec<String>>,
    count: AtomicUsize,
    is_over: AtomicBool,
}

/// Starts records until told to stop, or until the server is gone.
fn works(address: SocketAddr, cookie: &str, unit: &str, ledger: &Ledger) {
    while !ledger.is_over.load(Ordering::Relaxed) {
        let title = format!("第{}项任务", ledger.count.fetch_add(1, Ordering::Relaxed));
        ledger.sent.lock().expect("a list").push(title.clone());
        let body = serde_json::json!({
            "fields": { "title": title, "source": "superior", "unit": unit, "due_on": "2027-03-31" }
        });
        let head = format!(
            "POST /api/v1/mechanisms/task_order/records HTTP/1.1\r\ncookie: {cookie}\r\ncontent-type: application/json"
        );
        match asks(address, &head, &body.to_string()) {
            Some(said) if said.starts_with("HTTP/1.1 201") => ledger.acknowledged.lock().expect("a list").push(title),
            Some(said) => panic!("refused: {said}"),
            None => return,
        }
    }
}

/// How often each title stands in the database, after everything in it was verified.
async fn titles(folder: &Path, file: &str) -> BTreeMap<String, usize> {
    let db = Db::open(&format!("sqlite://{}", folder.join(file).display()), Options::default()).await.expect("opens");
    let office = office(db, folder).await;
    let today = clock::SystemClock.today();
    let ctx = office.ctx(Actor::Clock, None, clock::SystemClock.now_ms(), today, "test".to_owned());
    for part in upkeep::evidence(&ctx).await.expect("looked through") {
        assert!(part.verified.holds(), "{}: {:?}", part.name, part.verified);
    }
    let figures = upkeep::figures::verify(&ctx).await.expect("reckoned");
    assert!(figures.holds(), "{figures:?}");
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let (mut conn, mut after) = (office.db.read().await.expect("a reader"), None);
    loop {
        let rows = store::records::walk(&mut conn, Some(&kernel::ids::MechanismId::from("task_order")), after, 500)
            .await
            .expect("records");
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for row in rows {
            *found.entry(row.title).or_default() += 1;
        }
    }
    drop(conn);
    office.db.close().await;
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_while_people_work_loses_nothing_it_acknowledged_and_keeps_nothing_twice() {
    let folder = Folder(std::env::temp_dir().join(format!("zugong-kill-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).expect("a folder");
    let unit = furnish(&folder.0).await;
    let ledger = Arc::new(Ledger::default());
    for round in 0..ROUNDS {
        let (mut server, address) = starts(&folder.0);
        let cookie = signs_in(address);
        let before = ledger.acknowledged.lock().expect("a list").len();
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| works(address, &cookie, &unit, &ledger));
            }
            // Somewhere in the middle of a later step: when so many were acknowledged, and a moment after.
            while ledger.acknowledged.lock().expect("a list").len() < before + 15 {
                std::thread::yield_now();
            }
            if round == 1 {
                let done = program(&folder.0, &["backup", "copy.db"]).output().expect("it runs");
                assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            }
            let until = std::time::Duration::from_millis(u64::from(uuid::Uuid::new_v4().as_bytes()[0]));
            let began = clock::SystemClock.now_ms();
            while clock::SystemClock.now_ms() - began < until.as_millis() as i64 {
                std::thread::yield_now();
            }
            server.0.kill().expect("killed");
        });
    }
    let found = titles(&folder.0, "zugong.db").await;
    let acknowledged = ledger.acknowledged.lock().expect("a list").clone();
    assert!(acknowledged.len() >= 15 * ROUNDS as usize);
    for title in &acknowledged {
        assert_eq!(found.get(title), Some(&1), "{title}");
    }
    let sent = ledger.sent.lock().expect("a list").clone();
    assert!(found.iter().all(|(title, count)| *count == 1 && sent.contains(title)), "{found:?}");

    let restored = format!("sqlite://{}", folder.0.join("restored.db").display());
    let done = program(&folder.0, &["restore", "copy.db", "--database", &restored]).output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let copied = titles(&folder.0, "restored.db").await;
    assert!(copied.len() >= 15 && copied.iter().all(|(title, count)| *count == 1 && found.contains_key(title)));
}
