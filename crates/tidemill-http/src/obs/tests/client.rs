//! A store behind the endpoint, and a client that signs.

use crate::obs::{ObsState, router};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;
use tidemill_iam::object_signature::{PresignRequest, presign};
use tidemill_iam::{FirstIdentity, Iam};
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, ProjectId};
use tidemill_objects::Objects;
use tower::ServiceExt;

const SECRET: &str = "SKTEST";
const DAY: &str = "20260115";
const MOMENT: &str = "20260115T093000Z";
/// The moment above.
pub(super) const NOW_MS: i64 = 1_768_469_400_000;
const SCOPE: &str = "20260115/local-1/s3/aws4_request";

pub(super) struct Endpoint {
    router: Router,
    pub(super) objects: Arc<Objects>,
    pub(super) clock: Clock,
    pub(super) dir: tempfile::TempDir,
}

fn first_identity() -> FirstIdentity {
    FirstIdentity {
        domain: "local".into(),
        user: "admin".into(),
        password: "Passw0rd!123".into(),
        project_id: ProjectId::parse(&"a".repeat(32)).unwrap(),
        region: "local-1".into(),
        access_key_id: "AKTEST".into(),
        secret_access_key: SECRET.into(),
    }
}

impl Endpoint {
    /// An endpoint of nothing, known as `obs.test`.
    pub(super) async fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
        let clock = Clock::manual(NOW_MS);
        let key = dir.path().join("sealing.key");
        let (iam, _) = Iam::open(meta.clone(), clock.clone(), &key, &first_identity()).await.unwrap();
        let objects = Objects::open(&dir.path().join("objects"), meta, clock.clone()).await.unwrap();
        let objects = Arc::new(objects);
        let state = ObsState {
            objects: objects.clone(),
            iam: Arc::new(iam),
            clock: clock.clone(),
            region: "local-1".into(),
            service_hosts: vec!["obs.test".into()],
        };
        Self { router: router(state), objects, clock, dir }
    }

    /// The same with the bucket `bkt`.
    pub(super) async fn new() -> Self {
        let endpoint = Self::empty().await;
        endpoint.aws("PUT", "/bkt").send().await.expect(200);
        endpoint
    }

    /// A request signed with AWS4.
    pub(super) fn aws(&self, method: &'static str, target: &str) -> Call<'_> {
        Call::new(self, method, target, Form::Aws4)
    }

    /// A request signed in the OBS dialect.
    pub(super) fn obs(&self, method: &'static str, target: &str) -> Call<'_> {
        Call::new(self, method, target, Form::Obs)
    }

    /// A request without a signature.
    pub(super) fn anonymous(&self, method: &'static str, target: &str) -> Call<'_> {
        Call::new(self, method, target, Form::Anonymous)
    }

    /// Puts an object and wants it to work.
    pub(super) async fn put(&self, target: &str, body: &[u8]) {
        self.aws("PUT", target).body(body).send().await.expect(200);
    }

    /// Bytes of an object that must be there.
    pub(super) async fn get(&self, target: &str) -> Vec<u8> {
        self.aws("GET", target).send().await.expect(200).body
    }

    /// Number of files below the blob directories.
    pub(super) fn blob_files(&self) -> usize {
        count_files(&self.dir.path().join("objects"))
    }
}

fn count_files(dir: &Path) -> usize {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| if e.file_type().unwrap().is_dir() { count_files(&e.path()) } else { 1 }).sum()
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Aws4,
    Obs,
    Anonymous,
}

/// A request under way.
pub(super) struct Call<'e> {
    endpoint: &'e Endpoint,
    method: &'static str,
    target: String,
    form: Form,
    host: String,
    headers: Vec<(String, String)>,
    raw_headers: Vec<(&'static str, http::HeaderValue)>,
    body: Vec<Bytes>,
    hash: Option<String>,
    ends_in_error: bool,
    never_ends: bool,
    without_length: bool,
}

impl<'e> Call<'e> {
    fn new(endpoint: &'e Endpoint, method: &'static str, target: &str, form: Form) -> Self {
        Self {
            endpoint,
            method,
            target: target.into(),
            form,
            host: "127.0.0.1:7071".into(),
            headers: Vec::new(),
            raw_headers: Vec::new(),
            body: Vec::new(),
            hash: None,
            ends_in_error: false,
            never_ends: false,
            without_length: false,
        }
    }

    pub(super) fn host(mut self, host: &str) -> Self {
        self.host = host.into();
        self
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A header of any bytes; not signed.
    pub(super) fn raw_header(mut self, name: &'static str, value: http::HeaderValue) -> Self {
        self.raw_headers.push((name, value));
        self
    }

    pub(super) fn body(mut self, body: &[u8]) -> Self {
        self.body.push(Bytes::copy_from_slice(body));
        self
    }

    /// States this instead of the body's SHA-256.
    pub(super) fn hash(mut self, text: &str) -> Self {
        self.hash = Some(text.into());
        self
    }

    /// Lets the connection break after the body's bytes.
    pub(super) fn ends_in_error(mut self) -> Self {
        self.ends_in_error = true;
        self
    }

    /// Falls silent after the body's bytes.
    pub(super) fn never_ends(mut self) -> Self {
        self.never_ends = true;
        self
    }

    /// Sends no `Content-Length`.
    pub(super) fn without_length(mut self) -> Self {
        self.without_length = true;
        self
    }

    pub(super) async fn send(self) -> Reply {
        self.send_signed(|_| Vec::new()).await
    }

    /// Sends with a body that depends on the signature of the head.
    pub(super) async fn send_signed(mut self, body: impl FnOnce(&Seed) -> Vec<Bytes>) -> Reply {
        let whole = self.body.concat();
        if !self.without_length && !self.headers.iter().any(|(name, _)| name == "content-length") {
            self.headers.push(("content-length".into(), whole.len().to_string()));
        }
        let target = match self.form {
            Form::Anonymous => self.target.clone(),
            Form::Obs => self.presigned(),
            Form::Aws4 => {
                let seed = self.sign(&whole);
                self.body.extend(body(&seed));
                self.target.clone()
            }
        };
        let mut request = Request::builder().method(self.method).uri(target).header("host", &self.host);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        for (name, value) in self.raw_headers {
            request = request.header(name, value);
        }
        let broken = self.ends_in_error.then(|| Err(std::io::Error::other("the connection broke")));
        let pieces = self.body.into_iter().map(Ok).chain(broken);
        let pieces = stream::iter(pieces);
        let body = match self.never_ends {
            true => Body::from_stream(pieces.chain(stream::pending())),
            false => Body::from_stream(pieces),
        };
        let request = request.body(body).unwrap();
        let response = self.endpoint.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// The target with an OBS signature in its query. Only for targets that need no encoding.
    fn presigned(&self) -> String {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let (bucket, key) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let parameters: Vec<(&str, &str)> = query
            .split('&')
            .filter(|piece| !piece.is_empty())
            .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
            .collect();
        let expires_s = self.endpoint.clock.now_s() + 60;
        // Headers in the dialect's prefix would have to be signed; the fixture sends none that way.
        let url = presign(
            &PresignRequest {
                method: self.method,
                scheme: "http",
                host: "obs.test",
                port: 80,
                path_style: true,
                bucket,
                key,
                expires_s,
                parameters: &parameters,
                security_token: None,
            },
            "AKTEST",
            SECRET,
        );
        url.strip_prefix("http://obs.test:80").unwrap().to_owned()
    }

    /// Adds the AWS4 headers.
    fn sign(&mut self, body: &[u8]) -> Seed {
        let hash = self.hash.clone().unwrap_or_else(|| hex::encode(Sha256::digest(body)));
        self.headers.push(("x-amz-date".into(), MOMENT.into()));
        self.headers.push(("x-amz-content-sha256".into(), hash.clone()));
        let mut signed: Vec<(String, String)> =
            self.headers.iter().filter(|(name, _)| name.starts_with("x-amz-")).cloned().collect();
        signed.push(("host".into(), self.host.clone()));
        signed.sort();
        let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut pieces: Vec<String> = query
            .split('&')
            .filter(|piece| !piece.is_empty())
            .map(|piece| if piece.contains('=') { piece.to_owned() } else { format!("{piece}=") })
            .collect();
        pieces.sort();
        let canonical = format!("{}\n{path}\n{}\n{lines}\n{names}\n{hash}", self.method, pieces.join("&"));
        let text = format!(
            "AWS4-HMAC-SHA256\n{MOMENT}\n{SCOPE}\n{}",
            hex::encode(Sha256::digest(canonical.as_bytes()))
        );
        let key = signing_key();
        let signature = hex::encode(hmac(&key, text.as_bytes()));
        self.headers.push((
            "authorization".into(),
            format!(
                "AWS4-HMAC-SHA256 Credential=AKTEST/{SCOPE}, SignedHeaders={names}, Signature={signature}"
            ),
        ));
        Seed { key, signature }
    }
}

/// What the signatures of chunks begin with.
pub(super) struct Seed {
    key: [u8; 32],
    signature: String,
}

impl Seed {
    /// The signature after `previous` (or the head's) over `rest` in a string to sign of that kind.
    fn next(&self, kind: &str, previous: Option<&str>, rest: &str) -> String {
        let previous = previous.unwrap_or(&self.signature);
        let text = format!("{kind}\n{MOMENT}\n{SCOPE}\n{previous}\n{rest}");
        hex::encode(hmac(&self.key, text.as_bytes()))
    }

    /// The signature of a chunk.
    pub(super) fn chunk(&self, previous: Option<&str>, data: &[u8]) -> String {
        let (empty, hash) = (Sha256::digest(b""), Sha256::digest(data));
        let rest = format!("{}\n{}", hex::encode(empty), hex::encode(hash));
        self.next("AWS4-HMAC-SHA256-PAYLOAD", previous, &rest)
    }

    /// The signature of a trailer.
    pub(super) fn trailer(&self, previous: &str, lines: &str) -> String {
        let rest = hex::encode(Sha256::digest(lines.as_bytes()));
        self.next("AWS4-HMAC-SHA256-TRAILER", Some(previous), &rest)
    }
}

fn signing_key() -> [u8; 32] {
    let first = format!("AWS4{SECRET}");
    let parts = [DAY, "local-1", "s3", "aws4_request"];
    let begun = hmac(first.as_bytes(), parts[0].as_bytes());
    parts[1..].iter().fold(begun, |key, part| hmac(&key, part.as_bytes()))
}

/// HMAC-SHA256 for keys of at most 64 bytes.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text of the first element of that name.
    pub(super) fn element(&self, name: &str) -> String {
        self.elements(name).into_iter().next().unwrap_or_default()
    }

    /// The texts of all elements of that name, as written.
    pub(super) fn elements(&self, name: &str) -> Vec<String> {
        let text = self.text();
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let pieces = text.split(&open).skip(1);
        pieces.map(|piece| piece.split(&close).next().unwrap().to_owned()).collect()
    }

    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// A refusal with this status and code.
    pub(super) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.element("Code").as_str()), (status, code), "{}", self.text());
        assert_eq!(self.header("content-type"), "application/xml");
    }
}
