//! URLs in answers under which a client reads an object without further credentials.

use crate::modelarts::{ModelArtsRequest, ModelArtsState};
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_iam::AccessKey;
use tidemill_iam::object_signature::{PresignRequest, presign};

/// How long a URL is good for.
const LIFE_S: i64 = 3600;

/// Makes URLs for one request's answer.
#[derive(Debug)]
pub struct UrlSigner {
    key: Option<Arc<AccessKey>>,
    scheme: String,
    host: String,
    port: u16,
    expires_s: i64,
}

impl UrlSigner {
    /// Signs with a permanent key of the caller, or of the owner of its account if it has none.
    pub fn new(state: &ModelArtsState, request: &ModelArtsRequest) -> Self {
        let base = state.public.objects_base(&request.headers);
        let (scheme, rest) = base.split_once("://").unwrap_or(("http", &base));
        let default_port = if scheme == "https" { 443 } else { 80 };
        let host = rest.split('/').next().unwrap_or_default();
        let (host, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, port.parse().unwrap_or(default_port)),
            _ => (host, default_port),
        };
        Self {
            key: state.gate.iam.url_key(&request.caller),
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            port,
            expires_s: state.gate.clock.now_s() + LIFE_S,
        }
    }

    /// The URL that gets the object, through the image parameter `process` if there is one; `None` if the
    /// account has no key to sign with.
    pub fn get(&self, object: &Location, process: Option<&str>) -> Option<String> {
        let key = self.key.as_ref()?;
        let parameters: Vec<(&str, &str)> = process.map(|p| ("x-image-process", p)).into_iter().collect();
        let request = PresignRequest {
            method: "GET",
            scheme: &self.scheme,
            host: &self.host,
            port: self.port,
            path_style: true,
            bucket: &object.bucket,
            key: &object.key,
            expires_s: self.expires_s,
            parameters: &parameters,
            security_token: None,
        };
        Some(presign(&request, &key.id, key.secret.expose()))
    }
}
