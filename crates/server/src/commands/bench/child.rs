//! The program as it is really run: a process of its own, on a port of its own.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::browser::Browser;
use super::measure::{self, Memory};

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server; ended when dropped.
pub(super) struct Server {
    process: Child,
    /// Its port.
    pub(super) port: u16,
    /// From the start of the process to the last byte of the first page.
    pub(super) first_page: Duration,
}

impl Server {
    /// Starts this program on the database and waits for its first page.
    pub(super) async fn start(database: &str, data: &str, more: &[&str]) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        Self::start_at(port, database, data, more).await
    }

    /// The same at a port that is known.
    pub(super) async fn start_at(port: u16, database: &str, data: &str, more: &[&str]) -> anyhow::Result<Self> {
        let began = Instant::now();
        let process = Command::new(std::env::current_exe()?)
            .args(["serve", "--database", database, "--data", data, "--log", "error"])
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .args(more)
            // A person who looks at ten thousand pages without a pause is no person.
            .args(["--rate", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("起不来要测的服务")?;
        let mut server = Self { process, port, first_page: Duration::ZERO };
        loop {
            if let Ok(mut browser) = Browser::open(port).await {
                let answer = browser.page("/sign-in").await?;
                if answer.status != 200 || answer.body.is_empty() {
                    bail!("登录页回答{}", answer.status);
                }
                server.first_page = began.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.process.try_wait()? {
                bail!("要测的服务没有起来：{status}");
            }
            if began.elapsed() > PATIENCE {
                bail!("等了{}秒，要测的服务没有起来", PATIENCE.as_secs());
            }
            wait(Duration::from_millis(1)).await;
        }
    }

    /// The memory it keeps, in MB.
    pub(super) fn resident(&self) -> String {
        measure::resident(self.process.id()).map(Memory::shown).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits: for a process that cannot tell when it is ready, and for memory to settle.
#[expect(clippy::disallowed_methods, reason = "a bench waits for another process; no test does")]
pub(super) async fn wait(how_long: Duration) {
    tokio::time::sleep(how_long).await;
}
