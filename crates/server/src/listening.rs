//! How does a browser come in? Connections are taken one by one, by TLS if there is a certificate, and none may dawdle.
//!
//! A head must arrive within seconds, a body must keep up a pace, and only so many connections stay open: whoever opens
//! thousands of them and says nothing (slow loris) takes nobody's place for long.
//! Never a page: those come from the router.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tower::ServiceExt as _;

use crate::certificates::Certificates;

/// What a connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the head of a request may take, and how long a connection may stay open without one.
    pub head: Duration,
    /// How long a TLS greeting may take.
    pub greeting: Duration,
    /// How long a body may pause.
    pub pause: Duration,
    /// How long a body may be slower than `pace`.
    pub grace: Duration,
    /// Bytes a second that a body must keep up on the whole.
    pub pace: u64,
    /// The most bytes of a request's head.
    pub head_bytes: usize,
    /// Connections at a time; more wait in line.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(20),
            greeting: Duration::from_secs(10),
            pause: Duration::from_secs(20),
            grace: Duration::from_secs(30),
            pace: 2_048,
            head_bytes: 64 * 1024,
            connections: 2_000,
        }
    }
}

/// Takes connections until `stop` says so; then those that are open finish what they do.
pub async fn serve(
    listener: TcpListener,
    certificates: Option<Arc<Certificates>>,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let slots = Arc::new(Semaphore::new(limits.connections));
    loop {
        let slot = tokio::select! {
            () = told_to(&mut stop) => break,
            slot = slots.clone().acquire_owned() => slot.map_err(io::Error::other)?,
        };
        let accepted = tokio::select! {
            () = told_to(&mut stop) => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(fault) => {
                // Out of file handles, or the client left before it was let in: others come.
                tracing::warn!("没接上一个连接：{fault}");
                sleep_until(Instant::now() + Duration::from_millis(50)).await;
                continue;
            }
        };
        // Small answers leave at once; if the system does not do so, they leave a moment later.
        let _ = stream.set_nodelay(true);
        let (router, certificates, stop) = (router.clone(), certificates.clone(), stop.clone());
        tokio::spawn(async move {
            match certificates {
                None => talk(stream, address, router, limits, stop).await,
                Some(certificates) => {
                    if let Ok(Ok(stream)) = timeout(limits.greeting, certificates.acceptor().accept(stream)).await {
                        talk(stream, address, router, limits, stop).await;
                    }
                }
            }
            drop(slot);
        });
    }
    // Every slot is free once every connection has ended.
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    slots.acquire_many(all).await.map(|_| ()).map_err(io::Error::other)
}

/// Answers one connection until it ends.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    address: SocketAddr,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        let mut request = request.map(|body| Body::new(Paced::new(body, limits)));
        request.extensions_mut().insert(ConnectInfo(address));
        async move {
            let Ok(answer) = router.oneshot(request).await;
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = told_to(&mut stop) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(fault) = ended {
        tracing::debug!(%address, "连接断了：{fault}");
    }
}

/// Returns when the server is to stop.
async fn told_to(stop: &mut watch::Receiver<bool>) {
    // Whoever could have said so is gone: then it stops as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// A body that must keep up a pace.
struct Paced {
    inner: Incoming,
    limits: Limits,
    began: Instant,
    received: u64,
    patience: Pin<Box<Sleep>>,
}

impl Paced {
    fn new(inner: Incoming, limits: Limits) -> Self {
        let began = Instant::now();
        Self { inner, limits, began, received: 0, patience: Box::pin(sleep_until(began + limits.pause)) }
    }

    fn is_too_slow(&self) -> bool {
        let spent = self.began.elapsed();
        spent > self.limits.grace && self.received < self.limits.pace * spent.as_secs()
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let slow = || Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the body comes too slowly"))));
        match Pin::new(&mut self.inner).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
                if self.is_too_slow() {
                    return slow();
                }
                let until = Instant::now() + self.limits.pause;
                self.patience.as_mut().reset(until);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(fault))) => Poll::Ready(Some(Err(io::Error::other(fault)))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => match self.patience.as_mut().poll(cx) {
                Poll::Ready(()) => slow(),
                Poll::Pending => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    const QUICK: Limits = Limits {
        head: Duration::from_millis(300),
        greeting: Duration::from_millis(300),
        pause: Duration::from_millis(300),
        grace: Duration::from_millis(600),
        pace: 100_000,
        head_bytes: 16 * 1024,
        connections: 3,
    };

    /// A server on a port of its own, and the way to stop it.
    async fn opened(limits: Limits) -> (SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<io::Result<()>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/", get(async || "here")).route(
            "/",
            post(async |body: Result<Bytes, axum::extract::rejection::BytesRejection>| match body {
                Ok(bytes) => bytes.len().to_string(),
                Err(_) => "broken".to_owned(),
            }),
        );
        let (stop, stopped) = watch::channel(false);
        (address, stop, tokio::spawn(serve(listener, None, router, limits, stopped)))
    }

    async fn says(stream: &mut TcpStream) -> String {
        let mut said = Vec::new();
        // The connection may be cut while it is read: what came until then counts.
        let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut said)).await.expect("it ends");
        String::from_utf8_lossy(&said).into_owned()
    }

    #[tokio::test]
    async fn whoever_sends_a_head_slowly_or_nothing_at_all_is_cut_off_and_others_come_in() {
        let (address, _stop, _) = opened(QUICK).await;
        let mut silent = Vec::new();
        for _ in 0..QUICK.connections {
            let mut stream = TcpStream::connect(address).await.expect("let in");
            stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ").await.expect("sent");
            silent.push(stream);
        }
        // All places are taken; the fourth waits until the silent ones are cut off.
        let mut stream = TcpStream::connect(address).await.expect("in line");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
        assert!(says(&mut stream).await.ends_with("here"));
        for mut stream in silent {
            assert!(!says(&mut stream).await.contains("here"));
        }
    }

    #[tokio::test]
    async fn a_body_that_pauses_or_trickles_is_refused() {
        let (address, _stop, _) = opened(QUICK).await;
        let head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100000\r\n\r\n";
        let mut paused = TcpStream::connect(address).await.expect("let in");
        paused.write_all(head).await.expect("sent");
        assert!(says(&mut paused).await.ends_with("broken"));
        let mut trickling = TcpStream::connect(address).await.expect("let in");
        trickling.write_all(head).await.expect("sent");
        let (mut read, mut write) = trickling.into_split();
        let dripping = tokio::spawn(async move {
            let mut drops = tokio::time::interval(Duration::from_millis(50));
            loop {
                drops.tick().await;
                if write.write_all(b"a").await.is_err() {
                    return;
                }
            }
        });
        let mut said = Vec::new();
        let _ = timeout(Duration::from_secs(10), read.read_to_end(&mut said)).await.expect("it ends");
        assert!(String::from_utf8_lossy(&said).ends_with("broken"));
        dripping.abort();
    }

    #[tokio::test]
    async fn a_head_that_is_too_large_is_refused_and_the_server_goes_on() {
        let (address, _stop, _) = opened(QUICK).await;
        let mut large = TcpStream::connect(address).await.expect("let in");
        let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx-a: {}\r\n\r\n", "a".repeat(40_000));
        // It may be cut off before all was sent.
        let _ = large.write_all(head.as_bytes()).await;
        assert!(!says(&mut large).await.contains("here"));
        let mut stream = TcpStream::connect(address).await.expect("let in");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
        assert!(says(&mut stream).await.ends_with("here"));
    }

    #[tokio::test]
    async fn stopping_waits_for_what_is_under_way() {
        let (address, stop, serving) = opened(Limits { pause: Duration::from_secs(5), ..QUICK }).await;
        let mut stream = TcpStream::connect(address).await.expect("let in");
        stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nab").await.expect("sent");
        tokio::task::yield_now().await;
        stop.send(true).expect("heard");
        stream.write_all(b"cd").await.expect("sent");
        let said = says(&mut stream).await;
        assert!(said.ends_with('4') || said.is_empty(), "{said}");
        timeout(Duration::from_secs(10), serving).await.expect("it ends").expect("no panic").expect("no fault");
    }
}
