//! Clients that do not take their answers, and clients that do not send their bodies: others go on.

use super::*;
use crate::pace::Pace;
use crate::server::{bind, serve};
use axum::body::Bytes;
use futures::StreamExt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

const MIB: u32 = 1024 * 1024;

/// An API whose room is small, without throughput limits.
async fn small(room: u32) -> (Api, Budget) {
    let mut api = Api::with(StreamsConfig { throughput: false, ..StreamsConfig::default() }).await;
    let budget = Budget::with_bytes(api.clock.clone(), room);
    let mut state = api.state();
    state.gate.budget = budget.clone();
    api.router = router(state).fallback(unknown_route);
    (api, budget)
}

/// Serves it on a port of this machine until the token is cancelled.
async fn listen(api: &Api, budget: &Budget) -> (SocketAddr, CancellationToken) {
    let bound = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let (addr, stop) = (bound.addr, CancellationToken::new());
    let pace = Some(Pace::new(api.clock.clone(), budget.clone()));
    tokio::spawn(serve(bound, api.router.clone(), None, stop.clone(), Duration::ZERO, pace));
    (addr, stop)
}

/// Asks for records on a connection that takes few bytes at a time.
async fn ask(api: &Api, addr: SocketAddr, path: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(addr).await.unwrap();
    let token = &api.token;
    let head = format!(
        "GET /v2/{PROJECT}{path} HTTP/1.1\r\nhost: {HOST}\r\nx-auth-token: {token}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Waits until something is so.
async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let (started, mut looks) = (Instant::now(), tokio::time::interval(Duration::from_millis(5)));
    while !so() {
        assert!(started.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        looks.tick().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_who_do_not_take_their_answers_are_cut_and_others_read() {
    // Room for two answers of 3 MiB, which are a third larger in base64.
    let (api, budget) = small(8 * MIB).await;
    api.create("s", 1).await;
    for _ in 0..3 {
        let record = json!({"data": STANDARD.encode(vec![7; MIB as usize])});
        let put = api.post("/records", json!({"stream_name": "s", "records": [record]})).await;
        assert_eq!(put.body["failed_record_count"], 0, "{}", put.body);
    }
    let (addr, _stop) = listen(&api, &budget).await;
    let cursor = api.cursor("s", "cursor-type=TRIM_HORIZON").await;
    let path = format!("/records?partition-cursor={cursor}&max_fetch_bytes={}", 3 * MIB);
    let mut stalled = Vec::new();
    for _ in 0..2 {
        let reader = ask(&api, addr, &path).await;
        reader.readable().await.unwrap();
        stalled.push(reader);
    }
    let mut other = ask(&api, addr, &path).await;
    until("the other reader waits for room", || budget.answers_are_crowded()).await;
    let reading = tokio::spawn(async move {
        let mut answer = Vec::new();
        other.read_to_end(&mut answer).await.unwrap();
        answer
    });
    // Less than the 30 s after which it would be refused.
    for _ in 0..5 {
        api.clock.advance(Duration::from_secs(5));
        let mut looks = tokio::time::interval(Duration::from_millis(100));
        looks.tick().await;
        looks.tick().await;
    }
    let answer = reading.await.unwrap();
    let start = String::from_utf8_lossy(&answer[..answer.len().min(200)]).into_owned();
    assert!(start.starts_with("HTTP/1.1 200") && answer.len() > 4 * MIB as usize, "{start}");
    for mut reader in stalled {
        let mut rest = Vec::new();
        let ended = reader.read_to_end(&mut rest).await;
        assert!(ended.is_err() || rest.len() < 4 * MIB as usize, "this reader was not cut");
    }
}

/// A put whose body sends `start` and then nothing more.
fn endless(start: &'static str) -> Body {
    let start = (!start.is_empty()).then(|| Ok::<_, std::io::Error>(Bytes::from(start)));
    Body::from_stream(futures::stream::iter(start).chain(futures::stream::pending()))
}

/// A good put whose length is not told, so that it takes room for the longest body.
fn whole() -> Body {
    let body = json!({"stream_name": "s", "records": [{"data": "YQ=="}]}).to_string();
    Body::from_stream(futures::stream::iter([Ok::<_, std::io::Error>(body)]))
}

#[tokio::test]
async fn who_sends_nothing_of_a_body_takes_no_room() {
    let (api, _) = small(8 * MIB).await;
    api.create("s", 1).await;
    let mut stalled = Box::pin(api.call("POST", "/records", endless("")));
    assert!(futures::poll!(&mut stalled).is_pending());
    assert_eq!(api.call("POST", "/records", whole()).await.status, 200);
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_cut_when_others_wait() {
    let (api, budget) = small(8 * MIB).await;
    api.create("s", 1).await;
    let mut stalled = Box::pin(api.call("POST", "/records", endless("{")));
    assert!(futures::poll!(&mut stalled).is_pending());
    api.clock.advance(Duration::from_secs(10));
    assert!(futures::poll!(&mut stalled).is_pending(), "nobody else waits");
    let mut good = Box::pin(api.call("POST", "/records", whole()));
    assert!(futures::poll!(&mut good).is_pending());
    assert!(budget.bodies_are_crowded());
    for _ in 0..2 {
        assert!(futures::poll!(&mut stalled).is_pending());
        api.clock.advance(Duration::from_secs(1));
    }
    let (refused, stored) = tokio::join!(stalled, good);
    refused.refused(503, "DIS.5000");
    assert_eq!((stored.status, &stored.body["failed_record_count"]), (StatusCode::OK, &json!(0)));
}
