//! The stream API as clients call it: the whole router on a memory log and a real catalog.

mod apps;
mod bad_input;
mod encodings;
mod groups;
mod guard;
mod policies;
mod records;
mod signed;
mod stalled;
mod stream_settings;
mod streams;
mod subscriptions;
mod tags;
mod traffic;
mod transfer_tasks;

use crate::dis::{DisState, router, unknown_route};
use crate::request::{Budget, Gate, Guard, Rates};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tidemill_iam::{FirstIdentity, Iam};
use tidemill_log::MemoryLog;
use tidemill_meta::Meta;
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, Events, ProjectId};
use tidemill_stream::{Streams, StreamsConfig};
use tower::ServiceExt;

const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const HOST: &str = "dis.test:7070";
const START_MS: i64 = 1_768_469_400_000;

/// A running API with one project and a token for it.
struct Api {
    _dir: tempfile::TempDir,
    meta: Meta,
    clock: Clock,
    streams: Streams,
    iam: Arc<Iam>,
    router: Router,
    token: String,
}

/// An answer; a body that is no JSON is `null`.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
    body: Value,
}

impl Api {
    async fn new() -> Self {
        Self::with(StreamsConfig::default()).await
    }

    async fn with(config: StreamsConfig) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(START_MS);
        let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
        let first = FirstIdentity {
            domain: "local".into(),
            user: "admin".into(),
            password: "pw".into(),
            project_id: ProjectId::parse(PROJECT).unwrap(),
            region: "local-1".into(),
            access_key_id: "AK".into(),
            secret_access_key: "SK".into(),
        };
        let iam = Iam::open(meta.clone(), clock.clone(), &dir.path().join("key"), &first).await.unwrap().0;
        let iam = Arc::new(iam);
        let token = token(&iam).await;
        let log = Arc::new(MemoryLog::new(clock.clone()));
        let streams = Streams::open(meta.clone(), log, clock.clone(), config, Events::none()).await.unwrap();
        let state = DisState { streams: streams.clone(), gate: gate(&iam, &clock) };
        let router = router(state).fallback(unknown_route);
        Self { _dir: dir, meta, clock, streams, iam, router, token }
    }

    fn state(&self) -> DisState {
        DisState { streams: self.streams.clone(), gate: gate(&self.iam, &self.clock) }
    }

    /// Moves the clock and takes a new token, as the old one may have ended.
    async fn later(&mut self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
        self.token = token(&self.iam).await;
    }

    /// Sends a request as it is.
    async fn send(&self, request: Request) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, bytes, body }
    }

    /// Sends a request with the token; `path` follows the project.
    async fn call(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v2/{PROJECT}{path}"))
            .header("host", HOST)
            .header("x-auth-token", &self.token)
            .header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, "").await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body.to_string()).await
    }

    async fn create(&self, name: &str, partitions: i64) {
        let created =
            self.post("/streams", json!({"stream_name": name, "partition_count": partitions})).await;
        assert_eq!(created.status, 201, "{}", created.body);
        assert_eq!((created.bytes.len(), &created.headers["content-length"]), (0, &"0".parse().unwrap()));
    }

    /// Puts payloads and expects that all are stored.
    async fn put(&self, stream: &str, payloads: &[&str]) -> Value {
        let records: Vec<_> = payloads.iter().map(|text| json!({"data": STANDARD.encode(text)})).collect();
        let put = self.post("/records", json!({"stream_name": stream, "records": records})).await;
        assert_eq!(
            (put.status, &put.body["failed_record_count"]),
            (StatusCode::OK, &json!(0)),
            "{}",
            put.body
        );
        put.body
    }

    /// The cursor that a query gives for a stream's partition 0.
    async fn cursor(&self, stream: &str, query: &str) -> String {
        let answer = self.get(&format!("/cursors?stream-name={stream}&partition-id=0&{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["partition_cursor"].as_str().unwrap().to_owned()
    }

    /// One page of payloads and the next cursor.
    async fn read(&self, cursor: &str, query: &str) -> (Vec<String>, String) {
        let page = self.get(&format!("/records/?partition-cursor={cursor}&{query}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let text = |record: &Value| {
            String::from_utf8(STANDARD.decode(record["data"].as_str().unwrap()).unwrap()).unwrap()
        };
        let payloads = page.body["records"].as_array().unwrap().iter().map(text).collect();
        (payloads, page.body["next_partition_cursor"].as_str().unwrap().to_owned())
    }
}

impl Answer {
    /// Checks that this is an error with this status and code, in all four members.
    #[track_caller]
    fn refused(&self, status: u16, code: &str) -> &str {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/json");
        assert_eq!(self.body["errorCode"], code, "{}", self.body);
        assert_eq!(self.body["errorCode"], self.body["error_code"]);
        assert_eq!(self.body["message"], self.body["error_msg"]);
        assert!(!self.bytes.contains(&b'\n'));
        self.body["message"].as_str().unwrap()
    }
}

fn gate(iam: &Arc<Iam>, clock: &Clock) -> Gate {
    let guard = Guard::new(clock.clone(), Rates::default());
    Gate { iam: iam.clone(), clock: clock.clone(), budget: Budget::new(clock.clone()), guard }
}

async fn token(iam: &Iam) -> String {
    let user = json!({"name": "admin", "password": "pw", "domain": {"name": "local"}});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let request = json!({"identity": identity, "scope": {"project": {"name": "local-1"}}});
    iam.issue_token(&serde_json::from_value(request).unwrap()).await.unwrap().text
}
