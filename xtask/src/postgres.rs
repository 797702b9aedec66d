//! How do the tests get a PostgreSQL of their own?
//!
//! A throw-away cluster in a temporary folder, on a free loopback port, without durability, gone when we are gone.
//! A small watchman owns the server: it waits on a pipe that we hold, so that the cluster ends and its folder goes
//! also when we fail, panic, are interrupted or killed.
//! Never touches a cluster of the system, and never listens beyond 127.0.0.1.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::shell::{self, Outcome, say};

const PATIENCE: Duration = Duration::from_secs(60);

/// Stays deaf to signals, starts the server, waits until the pipe closes, then stops the server and tidies up.
const WATCHMAN: &str = r#"
trap '' INT TERM HUP
bin=$1; room=$2; port=$3
"$bin/postgres" -D "$room/cluster" -h 127.0.0.1 -p "$port" \
    -c unix_socket_directories= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c max_connections=300 -c max_locks_per_transaction=256 -c shared_buffers=256MB \
    </dev/null >"$room/log" 2>&1 &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
cd / && rm -rf "$room"
"#;

/// A running cluster; it ends when this is dropped.
pub(crate) struct Cluster {
    watchman: Child,
    room: PathBuf,
    port: u16,
}

/// Who may run the server: PostgreSQL refuses to run as root.
struct Owner {
    user: u32,
    group: u32,
}

/// Whether PostgreSQL's programs are on this machine.
pub(crate) fn is_installed() -> bool {
    programs().is_some()
}

/// The folder of the newest PostgreSQL on this machine.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .collect();
    folders.sort();
    let newest = folders.pop().map(|(_, folder)| folder);
    newest.or_else(|| Some(fs::canonicalize(shell::program("initdb")?).ok()?.parent()?.to_owned()))
}

impl Cluster {
    /// Makes and starts a cluster, and waits until it answers.
    pub(crate) fn start() -> Outcome<Self> {
        let programs = programs().ok_or("没有找到 PostgreSQL 的 initdb（Debian 软件包 postgresql）。")?;
        let owner = owner()?;
        let room = std::env::temp_dir().join(format!("zugong-postgres-{}", std::process::id()));
        fs::create_dir_all(&room).map_err(|error| format!("建不了临时目录 {}：{error}", room.display()))?;
        let cluster = Self::start_in(&programs, &room, owner.as_ref());
        if cluster.is_err() {
            let _ = fs::remove_dir_all(&room);
        }
        cluster
    }

    fn start_in(programs: &Path, room: &Path, owner: Option<&Owner>) -> Outcome<Self> {
        if let Some(owner) = owner {
            let handed = chown(room, Some(owner.user), Some(owner.group));
            handed.map_err(|error| format!("临时目录交不到 postgres 用户手里：{error}"))?;
        }
        initdb(programs, room, owner)?;
        let port = free_port()?;
        let mut watchman = as_owner(&programs_shell(), room, owner);
        watchman.args(["-c", WATCHMAN, "watchman"]).arg(programs).arg(room).arg(port.to_string());
        // Its own process group: Ctrl-C reaches the tests, and the cluster ends when the pipe closes.
        let watchman = watchman.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        let watchman = watchman.map_err(|error| format!("PostgreSQL 启动不了：{error}"))?;
        let cluster = Self { watchman, room: room.to_owned(), port };
        cluster.wait_until_it_answers(programs)?;
        say(format_args!("  {}", cluster.url()));
        Ok(cluster)
    }

    /// What `TEST_DATABASE_URL` says.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_it_answers(&self, programs: &Path) -> Outcome<()> {
        let ready = programs.join("pg_isready").display().to_string();
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if shell::answer(&ready, &["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres"]).is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.room.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL 在 {} 秒内没有应答。日志：\n{log}", PATIENCE.as_secs()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Closing the pipe is the word to stop.
        drop(self.watchman.stdin.take());
        let _ = self.watchman.wait();
        let _ = fs::remove_dir_all(&self.room);
    }
}

fn initdb(programs: &Path, room: &Path, owner: Option<&Owner>) -> Outcome<()> {
    let mut initdb = as_owner(&programs.join("initdb"), room, owner);
    initdb.arg("-D").arg(room.join("cluster"));
    initdb.args(["-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync"]);
    let output = initdb.stdin(Stdio::null()).output().map_err(|error| format!("initdb 运行不了：{error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("initdb 没有成功：\n{}", String::from_utf8_lossy(&output.stderr)))
}

fn programs_shell() -> PathBuf {
    shell::program("sh").unwrap_or_else(|| "/bin/sh".into())
}

/// A command that runs as the cluster's owner, in its folder.
fn as_owner(program: &Path, room: &Path, owner: Option<&Owner>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(room).env("HOME", room).env("LC_ALL", "C.UTF-8");
    if let Some(owner) = owner {
        command.uid(owner.user).gid(owner.group);
    }
    command
}

/// Root becomes the user `postgres`, which Debian's package makes; anybody else stays who they are.
fn owner() -> Outcome<Option<Owner>> {
    if !shell::is_root() {
        return Ok(None);
    }
    let number = |option: &str| shell::answer("id", &[option, "postgres"])?.parse().ok();
    match (number("-u"), number("-g")) {
        (Some(user), Some(group)) => Ok(Some(Owner { user, group })),
        _ => Err("PostgreSQL 不肯以 root 运行，而这台机器没有 postgres 用户。".to_owned()),
    }
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("没有空闲的端口：{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        // Without PostgreSQL there is nothing to show; `cargo xtask test` installs it first.
        if !is_installed() {
            return;
        }
        let cluster = Cluster::start().unwrap();
        let psql = programs().unwrap().join("psql").display().to_string();
        let question = "select current_setting('server_encoding') || ' ' || current_setting('fsync')";
        assert_eq!(shell::answer(&psql, &[&cluster.url(), "-Atc", question]).as_deref(), Some("UTF8 off"));
        let (room, port) = (cluster.room.clone(), cluster.port);
        drop(cluster);
        assert!(!room.exists());
        assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
    }
}
