//! How do messages and mails leave? Over HTTPS to other systems, by SMTP to the mail server.
//!
//! The address that was looked at is the one that is connected to, so that no name can point elsewhere in between.
//! Never waits long, never follows a redirect, never keeps what the other side says beside its status.

mod smtp;

use std::net::SocketAddr;
use std::time::Duration;

use app::outward::{Going, Mail, Outward, Post, Unsent, Ways, is_mail_address, is_near, unfit};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

const PATIENCE: Duration = Duration::from_secs(10);

/// The network outside.
pub struct Outside {
    tls: TlsConnector,
    home: String,
    patience: Duration,
}

fn unreached(why: impl Into<String>) -> Unsent {
    Unsent { why: why.into(), answered: false }
}

fn answered(why: impl Into<String>) -> Unsent {
    Unsent { why: why.into(), answered: true }
}

impl Outside {
    /// The network, by the certificates that the machine trusts; `home` is our own address.
    pub fn new(home: &str) -> anyhow::Result<Self> {
        let tls = crate::single_sign_on::connector()?;
        Ok(Self { tls, home: home.trim_end_matches('/').to_owned(), patience: PATIENCE })
    }

    /// With another patience: nobody waits ten seconds in a test.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn posts(&self, post: Post) -> Result<(), Unsent> {
        if unfit(&post.address, post.ways).is_some() {
            return Err(answered("地址不符合现在的设置"));
        }
        let address: Uri = post.address.parse().map_err(|_| answered("地址看不懂"))?;
        let host = address.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let is_secure = address.scheme_str() == Some("https");
        let port = address.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let line = reach(&host, port, post.ways).await?;
        if !is_secure {
            return talk(line, &address, post).await;
        }
        let name = ServerName::try_from(host).map_err(|_| answered("地址不是一台机器的名字"))?;
        let line = self.tls.connect(name, line).await.map_err(|fault| unreached(format!("TLS 没有谈成：{fault}")))?;
        talk(line, &address, post).await
    }

    async fn mails(&self, mail: Mail) -> Result<(), Unsent> {
        if !is_mail_address(&mail.to) || !is_mail_address(&mail.server.from) {
            return Err(answered("邮箱地址看不懂"));
        }
        let domain = self.home.parse::<Uri>().ok().and_then(|it| it.host().map(str::to_owned));
        smtp::send(&self.tls, &mail, domain.as_deref().unwrap_or("zugong.invalid")).await
    }
}

impl Outward for Outside {
    fn post(&self, post: Post) -> Going<'_> {
        Box::pin(async move {
            let going = tokio::time::timeout(self.patience, self.posts(post)).await;
            going.unwrap_or_else(|_| Err(unreached("等了很久没有应答")))
        })
    }

    fn mail(&self, mail: Mail) -> Going<'_> {
        Box::pin(async move {
            // A mail is a conversation: each word may take its time.
            let going = tokio::time::timeout(self.patience * 3, self.mails(mail)).await;
            going.unwrap_or_else(|_| Err(unreached("等了很久没有应答")))
        })
    }

    fn home(&self) -> &str {
        &self.home
    }
}

/// A line to a machine that may be reached.
async fn reach(host: &str, port: u16, ways: Ways) -> Result<TcpStream, Unsent> {
    let found = lookup_host((host, port)).await.map_err(|fault| unreached(format!("找不到 {host}：{fault}")))?;
    let found: Vec<SocketAddr> = found.collect();
    if !ways.near && found.iter().any(|it| is_near(it.ip())) {
        return Err(answered(format!("{host} 指向本机或本网段，没有允许发到那里")));
    }
    let mut why = format!("找不到 {host}");
    for address in found {
        match TcpStream::connect(address).await {
            Ok(line) => return Ok(line),
            Err(fault) => why = format!("连不上 {address}：{fault}"),
        }
    }
    Err(unreached(why))
}

async fn talk<L>(line: L, address: &Uri, post: Post) -> Result<(), Unsent>
where
    L: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let lost = |fault: hyper::Error| unreached(format!("说到一半断了：{fault}"));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(line)).await.map_err(lost)?;
    // It ends with the answer.
    let driving = tokio::spawn(connection);
    let path = address.path_and_query().map_or("/", |it| it.as_str());
    let mut request = Request::post(path)
        .header(header::HOST, address.authority().map_or("", |it| it.as_str()))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "zugong");
    for (name, value) in &post.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(post.body))).map_err(|_| answered("请求写不成"))?;
    let answer = sender.send_request(request).await;
    let status = answer.map(|it| it.status());
    driving.abort();
    let status = status.map_err(lost)?;
    match status.as_u16() {
        200..=299 => Ok(()),
        300..=399 => Err(answered(format!("应答 HTTP {}，要求转到别处，没有跟去", status.as_u16()))),
        code => Err(answered(format!("应答 HTTP {code}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_near_is_reached_only_where_that_is_allowed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let refused = reach("127.0.0.1", port, Ways { http: true, near: false }).await.expect_err("it is near");
        assert!(refused.answered && refused.why.contains("没有允许"), "{refused:?}");
        let refused = reach("localhost", port, Ways { http: true, near: false }).await.expect_err("it is near");
        assert!(refused.why.contains("没有允许"), "{refused:?}");
        assert!(reach("127.0.0.1", port, Ways { http: true, near: true }).await.is_ok());
    }
}
