//! Where the server is, who we are, and one signed request.

use super::error::ClientError;
use crate::config::{Layers, value};
use crate::failure::usage;
use crate::{credentials, server};
use anyhow::{Context, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tidemill_iam::api_signature::{SignRequest, sign};
use tidemill_model::Clock;
use ureq::http::{Request, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

const API: &str = "http://127.0.0.1:7070";
const OBJECTS: &str = "http://127.0.0.1:7071";
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);
const ANSWER_TIME_MAX: Duration = Duration::from_secs(90);
/// Largest answer read into memory: a page of records in base64 stays well below.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An answer whose body may be unread.
pub(super) type Answer = ureq::http::Response<ureq::Body>;

/// A server and the identity to speak to it with.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(super) agent: ureq::Agent,
    pub(crate) clock: Clock,
    pub(super) api: String,
    pub(super) objects: String,
    pub(crate) identity: Identity,
}

/// Who signs.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) project_id: String,
    pub(crate) region: String,
    /// Where the key was found, for people.
    pub(crate) source: String,
}

impl Identity {
    /// The access key of the settings, else the one generated into the data directory.
    pub(crate) fn find(layers: &Layers) -> Result<Self> {
        let data_dir = Path::new(layers.text("data-dir").unwrap_or("."));
        let set = |name: &str| layers.text(name).map(str::to_owned);
        let kept = credentials::load(data_dir)?;
        let given = (set("access-key-id"), set("secret-access-key"));
        let (key, source) = match (given, (kept.access_key_id, kept.secret_access_key)) {
            ((Some(access), Some(secret)), _) => {
                ((access, secret), layers.origin("access-key-id").to_string())
            }
            ((None, None), (Some(access), Some(secret))) => {
                ((access, secret), credentials::path(data_dir).display().to_string())
            }
            ((None, None), _) => return Err(no_credentials(data_dir)),
            _ => return Err(usage("access-key-id and secret-access-key need each other".to_owned())),
        };
        let project = set("project-id").or(kept.project_id);
        let project_id = project.ok_or_else(|| usage("no project: set TIDEMILL_PROJECT_ID".to_owned()))?;
        let region = set("region").unwrap_or_default();
        Ok(Self { access_key_id: key.0, secret_access_key: key.1, project_id, region, source })
    }
}

fn no_credentials(data_dir: &Path) -> anyhow::Error {
    usage(format!(
        "no credentials in {}: give --data-dir of the server, or set TIDEMILL_ACCESS_KEY_ID, \
         TIDEMILL_SECRET_ACCESS_KEY and TIDEMILL_PROJECT_ID",
        credentials::path(data_dir).display()
    ))
}

impl Connection {
    /// Finds the server and the identity as the settings say.
    pub(crate) fn open(layers: &Layers) -> Result<Self> {
        let (api, objects) = endpoints(layers)?;
        Ok(Self {
            agent: agent(layers.text("ca-cert"))?,
            clock: Clock::system(),
            api,
            objects,
            identity: Identity::find(layers)?,
        })
    }

    /// Waits before something is tried again.
    pub(crate) fn pause(&self, time: Duration) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        runtime.block_on(self.clock.sleep(time));
        Ok(())
    }

    /// A path below `/v2/{project}`, percent-encoded; `query` pairs are encoded here too.
    pub(super) fn target(&self, parts: &[&str], query: &[(&str, &str)]) -> String {
        let mut target = format!("/v2/{}", self.identity.project_id);
        for part in parts {
            target.push('/');
            target.push_str(&encode(part));
        }
        for (i, (name, value)) in query.iter().enumerate() {
            target.push(if i == 0 { '?' } else { '&' });
            target.push_str(&format!("{}={}", encode(name), encode(value)));
        }
        target
    }

    /// Calls the API; the answer's JSON, or `Null` if it has no body.
    pub(super) fn call(&self, method: &str, target: &str, body: Option<&[u8]>) -> Result<Value, ClientError> {
        let uri: Uri = format!("{}{target}", self.api).parse().map_err(|e| unexpected(&e))?;
        let host = authority(&uri);
        let now_ms = self.clock.now_ms();
        // A base URL with a path of its own is part of what is signed.
        let signed_target = uri.path_and_query().map_or(target, |t| t.as_str());
        let request = SignRequest {
            method,
            target: signed_target,
            host: &host,
            body: body.unwrap_or_default(),
            now_ms,
        };
        let headers = sign(&request, &self.identity.access_key_id, &self.identity.secret_access_key);
        let mut builder = Request::builder().method(method).uri(&uri);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let bytes = match body {
            Some(body) => {
                let request = builder.header("content-type", "application/json").body(body.to_vec());
                self.send(request.map_err(|e| unexpected(&e))?)?
            }
            None => self.send(builder.body(()).map_err(|e| unexpected(&e))?)?,
        };
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|e| unexpected(&e))
    }

    /// Sends a request that is signed already; the body of a 2xx answer.
    pub(super) fn send(&self, request: Request<impl ureq::AsSendBody>) -> Result<Vec<u8>, ClientError> {
        body_of(&mut self.exchange(request)?)
    }

    /// Sends a request as it is; the answer, whatever its status, with its body not read yet.
    pub(super) fn run(&self, request: Request<impl ureq::AsSendBody>) -> Result<Answer, ClientError> {
        let uri = request.uri().clone();
        let unreachable = |error: ureq::Error| ClientError::Unreachable {
            url: format!("{}://{}", uri.scheme_str().unwrap_or_default(), authority(&uri)),
            reason: error.to_string(),
        };
        self.agent.run(request).map_err(unreachable)
    }

    /// Sends a request that is signed already; a 2xx answer whose body is not read yet.
    pub(super) fn exchange(&self, request: Request<impl ureq::AsSendBody>) -> Result<Answer, ClientError> {
        let mut answer = self.run(request)?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status().as_u16();
        let names = ["x-request-id", "x-obs-request-id", "x-amz-request-id"];
        let id = names.iter().find_map(|name| answer.headers().get(*name)?.to_str().ok());
        let id = id.unwrap_or("unknown").to_owned();
        Err(ClientError::refused(status, id, &body_of(&mut answer)?))
    }
}

pub(super) fn body_of(answer: &mut Answer) -> Result<Vec<u8>, ClientError> {
    answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(|e| unexpected(&e))
}

pub(super) fn authority(uri: &Uri) -> String {
    uri.authority().map(|a| a.to_string()).unwrap_or_default()
}

pub(super) fn unexpected(error: &dyn std::fmt::Display) -> ClientError {
    ClientError::Unexpected(error.to_string())
}

pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, &UNRESERVED).to_string()
}

/// The URLs of the settings, else those of the server running on the data directory, else the defaults.
fn endpoints(layers: &Layers) -> Result<(String, String)> {
    let data_dir = Path::new(layers.text("data-dir").unwrap_or("."));
    let running = server::running::read(data_dir);
    let pick = |set: Option<String>, found: Option<String>, default: &str| {
        set.or(found).unwrap_or_else(|| default.to_owned())
    };
    let (found_api, found_objects) = running.map_or((None, None), |r| (Some(r.api), Some(r.objects)));
    Ok((
        pick(layers.get("endpoint", value::url)?, found_api, API),
        pick(layers.get("objects-endpoint", value::url)?, found_objects, OBJECTS),
    ))
}

fn agent(ca_cert: Option<&str>) -> Result<ureq::Agent> {
    let mut config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(CONNECT_TIME_MAX))
        .timeout_recv_response(Some(ANSWER_TIME_MAX))
        .user_agent(concat!("tidemill/", env!("CARGO_PKG_VERSION")));
    if let Some(file) = ca_cert {
        let roots = RootCerts::new_with_certs(&authorities(file)?);
        config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
    }
    Ok(config.build().new_agent())
}

fn authorities(file: &str) -> Result<Vec<Certificate<'static>>> {
    let pem = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
    let found: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(usage(format!("there is no certificate in {file}"))) } else { Ok(found) }
}
