//! How is a browser started? Debian's chromedriver on a free port, ended with the story.
//!
//! Never a browser of the person who runs the tests.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A running chromedriver.
pub(super) struct Driver {
    process: Child,
    pub(super) address: String,
}

impl Driver {
    #[expect(clippy::disallowed_methods, reason = "where the driver lies is a setting of the test run")]
    pub(super) fn start() -> Self {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut process = Command::new(program)
            .arg("--port=0")
            .env("LANGUAGE", "zh_CN")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed; `cargo xtask test` does it");
        let said = BufReader::new(process.stdout.take().expect("its words are piped"));
        let port = said.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let address = format!("http://127.0.0.1:{}", port.expect("it says its port"));
        Self { process, address }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
