//! With which certificate does the server prove itself? One pair of PEM files, read again when they change.
//!
//! TLS 1.2 and 1.3 only, with the suites of the library that are safe today. Never another way down.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate with its key, as last read.
pub struct Certificates {
    chain: PathBuf,
    key: PathBuf,
    now: RwLock<(Arc<ServerConfig>, Option<SystemTime>)>,
}

impl Certificates {
    /// Reads the certificate chain and its key.
    pub fn read(chain: &Path, key: &Path) -> anyhow::Result<Self> {
        let now = RwLock::new((config(chain, key)?, changed(chain, key)));
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), now })
    }

    /// What greets the next connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.now.read().expect("nobody panics while holding the certificate").0.clone())
    }

    /// Reads the files again if they changed; says whether it did. Files that do not fit leave the old ones in force.
    pub fn look(&self) -> anyhow::Result<bool> {
        let seen = changed(&self.chain, &self.key);
        if seen == self.now.read().expect("nobody panics while holding the certificate").1 {
            return Ok(false);
        }
        let new = config(&self.chain, &self.key)?;
        *self.now.write().expect("nobody panics while holding the certificate") = (new, seen);
        Ok(true)
    }
}

/// When either file was changed last.
fn changed(chain: &Path, key: &Path) -> Option<SystemTime> {
    let of = |path: &Path| std::fs::metadata(path).and_then(|it| it.modified()).ok();
    of(chain).max(of(key))
}

fn config(chain: &Path, key: &Path) -> anyhow::Result<Arc<ServerConfig>> {
    let read = CertificateDer::pem_file_iter(chain).with_context(|| format!("读不到证书 {}", chain.display()))?;
    let certificates: Vec<_> =
        read.collect::<Result<_, _>>().with_context(|| format!("{} 不是 PEM 证书", chain.display()))?;
    if certificates.is_empty() {
        bail!("{} 里没有证书", chain.display());
    }
    let secret = PrivateKeyDer::from_pem_file(key).with_context(|| format!("读不到证书的私钥 {}", key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, secret)
        .context("证书与私钥不是一对")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    use super::*;
    use crate::listening::{self, Limits};

    fn place(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificate").join(name)
    }

    #[tokio::test]
    async fn a_page_comes_over_tls_under_the_certificate_and_over_nothing_else() {
        let certificates = Certificates::read(&place("zugong.pem"), &place("zugong.key")).expect("a pair");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        let router = Router::new().route("/", get(async || "over tls"));
        let limits = Limits { greeting: Duration::from_millis(300), ..Limits::default() };
        tokio::spawn(listening::serve(listener, Some(Arc::new(certificates)), router, limits, stopped));

        let mut roots = RootCertStore::empty();
        let own = CertificateDer::from_pem_file(place("zugong.pem")).expect("the certificate");
        roots.add(own).expect("a root");
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(address).await.expect("let in");
        let name = "zugong.test".try_into().expect("a name");
        let mut stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.expect("greeted");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: zugong.test\r\nconnection: close\r\n\r\n").await.expect("sent");
        let mut said = String::new();
        stream.read_to_string(&mut said).await.expect("answered");
        assert!(said.ends_with("over tls"), "{said}");

        let mut plain = TcpStream::connect(address).await.expect("let in");
        plain.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
        let mut said = Vec::new();
        // It is cut off, with an alert or without.
        let _ = plain.read_to_end(&mut said).await;
        assert!(!String::from_utf8_lossy(&said).contains("over tls"));
    }

    #[test]
    fn files_that_are_no_pair_are_refused_and_leave_the_old_ones_in_force() {
        assert!(Certificates::read(&place("zugong.key"), &place("zugong.key")).is_err());
        assert!(Certificates::read(&place("nothing.pem"), &place("zugong.key")).is_err());
        let folder = std::env::temp_dir().join(format!("zugong-tls-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).expect("a folder");
        let (chain, key) = (folder.join("a.pem"), folder.join("a.key"));
        std::fs::copy(place("zugong.pem"), &chain).expect("copied");
        std::fs::copy(place("zugong.key"), &key).expect("copied");
        let certificates = Certificates::read(&chain, &key).expect("a pair");
        assert!(!certificates.look().expect("nothing changed"));
        let file = std::fs::File::options().append(true).open(&chain).expect("opened");
        file.set_modified(SystemTime::UNIX_EPOCH).expect("older");
        std::fs::write(&key, "nonsense").expect("spoilt");
        assert!(certificates.look().is_err());
        let _still = certificates.acceptor();
        std::fs::remove_dir_all(&folder).expect("gone");
    }
}
