//! What does a browser do, without showing anything? One connection kept open, a cookie, pages asked for in turn.
//!
//! Never a general client: it speaks to the server that this bench started.

use anyhow::{Context as _, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// An answer.
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The first cookie set, `name=value`.
    pub(super) cookie: Option<String>,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// A connection.
pub(super) struct Browser {
    line: BufReader<TcpStream>,
    host: String,
    cookie: String,
}

impl Browser {
    /// Connects to a port of this machine.
    pub(super) async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { line: BufReader::new(stream), host: format!("127.0.0.1:{port}"), cookie: String::new() })
    }

    /// Signs in as somebody; what follows is asked under their name.
    pub(super) async fn sign_in(&mut self, login: &str, password: &str) -> anyhow::Result<()> {
        let answer = self.send("/sign-in", &format!("name={login}&password={password}")).await?;
        match (answer.status, answer.cookie) {
            (303, Some(cookie)) => self.cookie = cookie,
            (status, _) => bail!("{login} 登录不了：{status}"),
        }
        Ok(())
    }

    /// Asks for a page and waits for all of it.
    pub(super) async fn page(&mut self, path: &str) -> anyhow::Result<Answer> {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", self.host, self.cookie);
        self.ask(&head).await
    }

    /// Sends a form that stands on a page of this server.
    pub(super) async fn send(&mut self, path: &str, form: &str) -> anyhow::Result<Answer> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nSec-Fetch-Site: same-origin\r\nCookie: {1}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {2}\r\n\r\n{form}",
            self.host,
            self.cookie,
            form.len()
        );
        self.ask(&head).await
    }

    async fn ask(&mut self, request: &str) -> anyhow::Result<Answer> {
        self.line.get_mut().write_all(request.as_bytes()).await?;
        let status = self.header_line().await?;
        let status = status.split(' ').nth(1).and_then(|word| word.parse().ok()).context("不是 HTTP 的回答")?;
        let (mut length, mut chunked, mut cookie) = (0_usize, false, None);
        loop {
            let line = self.header_line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse()?,
                "transfer-encoding" => chunked = value.trim().eq_ignore_ascii_case("chunked"),
                "set-cookie" if cookie.is_none() => {
                    cookie = value.trim().split(';').next().map(str::to_owned);
                }
                _ => {}
            }
        }
        let body = if chunked { self.chunks().await? } else { self.bytes(length).await? };
        Ok(Answer { status, cookie, body })
    }

    async fn header_line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.line.read_line(&mut line).await? == 0 {
            bail!("对方断开了连接");
        }
        Ok(line.trim_end().to_owned())
    }

    async fn bytes(&mut self, length: usize) -> anyhow::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.line.read_exact(&mut body).await?;
        Ok(body)
    }

    async fn chunks(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(self.header_line().await?.trim(), 16)?;
            let chunk = self.bytes(length).await?;
            self.header_line().await?;
            if length == 0 {
                return Ok(body);
            }
            body.extend(chunk);
        }
    }
}
