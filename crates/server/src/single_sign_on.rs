//! How is the site's identity provider reached? Over HTTPS with the machine's own certificates; in the clear only on this
//! machine.
//!
//! Never waits long, never reads without end, never follows a redirect.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use app::single_sign_on::{Answer, Ask, Reach, Settings, SingleSignOn};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST: usize = 1024 * 1024;

/// The single sign-on that the settings describe; nothing if they name no provider.
pub fn of(config: &Config) -> anyhow::Result<Option<SingleSignOn>> {
    let Some(issuer) = &config.single_sign_on.issuer else { return Ok(None) };
    let own = &config.single_sign_on;
    let secret = match &own.secret_file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.with_context(|| format!("读不到单点登录的密码文件 {}", path.display()))?;
            Some(text.trim().to_owned())
        }
        None => None,
    };
    let address = own.address.as_deref().context("设置了单点登录，还要设置 address：浏览器里看到的本系统地址")?;
    let settings = Settings {
        issuer: issuer.clone(),
        client: own.client.clone(),
        secret,
        claim: own.claim.clone(),
        name: own.name.clone(),
        back: format!("{}/sign-in/single-sign-on/callback", address.trim_end_matches('/')),
    };
    Ok(Some(SingleSignOn::new(settings, Arc::new(Network::new()?))))
}

/// TLS by the certificates that the machine trusts.
pub(crate) fn connector() -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // One that cannot be read is left out; the others serve.
        let _ = roots.add(certificate);
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The network.
pub struct Network {
    tls: TlsConnector,
}

impl Network {
    /// Reads the certificates that the machine trusts.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { tls: connector()? })
    }

    async fn asks(&self, ask: Ask) -> anyhow::Result<Vec<u8>> {
        let address: Uri = ask.address.parse().context("no address")?;
        let host = address.host().context("an address without a host")?.trim_matches(['[', ']']).to_owned();
        let is_secure = match address.scheme_str() {
            Some("https") => true,
            Some("http") if matches!(host.as_str(), "127.0.0.1" | "::1" | "localhost") => false,
            _ => bail!("the provider must be reached over https: {}", ask.address),
        };
        let port = address.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let line = TcpStream::connect((host.as_str(), port)).await.with_context(|| format!("reach {host}:{port}"))?;
        if !is_secure {
            return talk(line, &address, ask).await;
        }
        let name = ServerName::try_from(host).context("no name of a machine")?;
        talk(self.tls.connect(name, line).await.context("speak TLS")?, &address, ask).await
    }
}

impl Reach for Network {
    fn ask(&self, ask: Ask) -> Answer<'_> {
        Box::pin(async move { tokio::time::timeout(PATIENCE, self.asks(ask)).await.context("no answer in time")? })
    }
}

async fn talk<L>(line: L, address: &Uri, ask: Ask) -> anyhow::Result<Vec<u8>>
where
    L: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(line)).await?;
    // It ends with the answer.
    let driving = tokio::spawn(connection);
    let path = address.path_and_query().map_or("/", |it| it.as_str());
    let method = if ask.form.is_some() { "POST" } else { "GET" };
    let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, "application/json");
    request = request.header(header::HOST, address.authority().map_or("", |it| it.as_str()));
    if ask.form.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    if let Some(authorization) = ask.authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let response = sender.send_request(request.body(Full::new(Bytes::from(ask.form.unwrap_or_default())))?).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), LARGEST).collect().await;
    let body = body.map_err(|fault| anyhow::anyhow!("read the answer: {fault}"))?.to_bytes().to_vec();
    driving.abort();
    if !status.is_success() {
        bail!("{} answers {status}", ask.address);
    }
    Ok(body)
}
