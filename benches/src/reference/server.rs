//! The HTTP half of the reference server.

use super::ring::{self, Job};
use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::mpsc::Sender;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

#[derive(Deserialize)]
struct Put<'a> {
    #[serde(borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
struct Record<'a> {
    data: &'a str,
    #[serde(rename = "partition_key")]
    _partition_key: &'a str,
}

/// Serves until it is killed; prints `ring-reference ready api=http://ADDRESS` when it listens.
pub(crate) async fn serve(ring_file: &Path) -> Result<()> {
    let ring = ring::start(ring_file)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening")?;
    println!("ring-reference ready api=http://{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(connection(socket, ring.clone()));
    }
}

async fn connection(socket: TcpStream, ring: Sender<Job>) {
    let service = service_fn(move |request| put(request, ring.clone()));
    let mut http = hyper::server::conn::http1::Builder::new();
    // A connection that ends is the load's business, not ours.
    let _ = http.max_buf_size(1 << 20).serve_connection(TokioIo::new(socket), service).await;
}

/// A signed request pays for the SHA-256 of its body, as a verifying server must.
async fn put(request: Request<Incoming>, ring: Sender<Job>) -> Result<Response<Full<Bytes>>> {
    let signed = request.headers().contains_key(AUTHORIZATION);
    let body = request.into_body().collect().await?.to_bytes();
    if signed {
        std::hint::black_box(Sha256::digest(&body));
    }
    let frames = frames(&body)?;
    let (done, durable) = oneshot::channel();
    let answer = match ring.send(Job { frames, done }) {
        Ok(()) if durable.await.is_ok() => (StatusCode::OK, r#"{"failed_record_count":0,"records":[]}"#),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, ""),
    };
    Ok(Response::builder().status(answer.0).body(Full::from(answer.1))?)
}

/// Length, CRC-32C and payload of each record.
fn frames(body: &[u8]) -> Result<Vec<u8>> {
    // Checking the text once beforehand is faster than letting the parser check each string.
    let put: Put<'_> = serde_json::from_str(std::str::from_utf8(body)?)?;
    let mut out = Vec::with_capacity(body.len() * 3 / 4 + 16 * put.records.len());
    for record in &put.records {
        let at = out.len() + 8;
        out.resize(at + record.data.len() / 4 * 3, 0);
        let decoder = base64_simd::STANDARD;
        let payload = decoder.decode(record.data.as_bytes(), base64_simd::Out::from_slice(&mut out[at..]))?;
        let len = payload.len();
        out.truncate(at + len);
        let checksum = crc32c::crc32c(&out[at..]);
        out[at - 8..at - 4].copy_from_slice(&(len as u32).to_le_bytes());
        out[at - 4..at].copy_from_slice(&checksum.to_le_bytes());
    }
    Ok(out)
}
