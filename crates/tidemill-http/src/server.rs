//! Listeners: accept, TLS, HTTP/1.1, graceful stop. Knows no route.
//!
//! No HTTP/2: no client of these APIs needs it, and a connection that never says what it speaks is cut by the
//! one timer on its headers.

use crate::pace::{Pace, Watched};
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Connections one listener serves at once; the next ones wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 2048;
/// Longest time a client may take for its request line and headers, and for the TLS handshake.
const HEADERS_TIME_MAX: Duration = Duration::from_secs(30);
/// Largest read buffer of a connection, and so largest head of a request, before anyone is authenticated: with
/// every connection used, 1 GiB. A put of some MiB needs few reads.
const READ_BUFFER_BYTES: usize = 512 * 1024;

/// A listener that has its port but does not serve yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    /// Where it listens; the real port if 0 was asked for.
    pub addr: SocketAddr,
}

/// Takes the port. Fails if it is busy.
pub async fn bind(addr: SocketAddr) -> io::Result<Bound> {
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    Ok(Bound { listener, addr })
}

/// Serves until `stop`, then takes no new connection, lets the requests under way end for at most
/// `drain`, and returns. With a `pace`, connections whose clients do not take their answers are cut.
pub async fn serve(
    bound: Bound,
    router: Router,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
    drain: Duration,
    pace: Option<Pace>,
) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = bound.listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                // Out of file descriptors, most likely: go on when one connection has ended.
                tracing::warn!(%error, "accepting a connection failed");
                tokio::task::yield_now().await;
                continue;
            }
        };
        let (router, tls, watcher, pace) = (router.clone(), tls.clone(), graceful.watcher(), pace.clone());
        tokio::spawn(async move {
            handle(stream, peer, router, tls, watcher, pace).await;
            drop(slot);
        });
    }
    drop(bound.listener);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(drain_s = drain.as_secs(), "requests still open after the drain time were cut");
    }
}

async fn handle(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    tls: Option<TlsAcceptor>,
    watcher: Watcher,
    pace: Option<Pace>,
) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return speak(stream, peer, router, watcher, pace).await };
    match tokio::time::timeout(HEADERS_TIME_MAX, tls.accept(stream)).await {
        Ok(Ok(stream)) => speak(stream, peer, router, watcher, pace).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "TLS handshake timed out"),
    }
}

async fn speak<S>(stream: S, peer: SocketAddr, router: Router, watcher: Watcher, pace: Option<Pace>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = router.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADERS_TIME_MAX).max_buf_size(READ_BUFFER_BYTES);
    let (stream, sent) = Watched::new(stream);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let stalled = async {
        match &pace {
            Some(pace) => pace.lost(&sent).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = watcher.watch(connection) => if let Err(error) = ended {
            tracing::debug!(%peer, error = %error, "connection ended");
        },
        () = stalled => {
            metrics::counter!("tidemill_http_answers_cut_total").increment(1);
            tracing::debug!(%peer, "the client does not take its answer: connection cut");
        }
    }
}
