//! Calls on the object endpoint, by signed URLs.

use super::connection::{Connection, encode, unexpected};
use super::error::ClientError;
use serde::Deserialize;
use std::io::Read;
use tidemill_iam::object_signature::{PresignRequest, presign};
use ureq::http::{Request, Uri};

/// How long a signed URL is good for: one request follows at once.
const URL_LIFE_S: i64 = 300;

/// The object endpoint of a connection.
#[derive(Clone)]
pub(crate) struct Objects<'a>(pub(super) &'a Connection);

/// One object of a listing.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ObjectEntry {
    /// Its key.
    #[serde(rename = "Key")]
    pub(crate) key: String,
    /// Its bytes.
    #[serde(rename = "Size")]
    pub(crate) size: u64,
}

#[derive(Deserialize)]
struct Listing {
    #[serde(rename = "Contents", default)]
    contents: Vec<ObjectEntry>,
    #[serde(rename = "IsTruncated", default)]
    is_truncated: bool,
}

impl Connection {
    /// What is behind an address that is signed already.
    pub(crate) fn fetch(&self, address: &str) -> Result<Vec<u8>, ClientError> {
        self.send(Request::get(address).body(()).map_err(|e| unexpected(&e))?)
    }

    /// The object endpoint.
    pub(crate) fn objects(&self) -> Objects<'_> {
        Objects(self)
    }
}

impl Objects<'_> {
    /// Creates a bucket; one that is ours already is fine.
    pub(crate) fn create_bucket(&self, bucket: &str) -> Result<(), ClientError> {
        match self.request("PUT", bucket, "", &[]) {
            Err(error) if error.has_code("BucketAlreadyOwnedByYou") => Ok(()),
            result => result.map(drop),
        }
    }

    /// All objects below `prefix`, keys ascending.
    pub(crate) fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<ObjectEntry>, ClientError> {
        let mut all: Vec<ObjectEntry> = Vec::new();
        loop {
            let marker = all.last().map(|entry| entry.key.clone()).unwrap_or_default();
            let query = [("marker", marker.as_str()), ("prefix", prefix)];
            let body = self.request("GET", bucket, "", &query)?;
            let text = String::from_utf8(body).map_err(|e| unexpected(&e))?;
            let page: Listing = quick_xml::de::from_str(&text).map_err(|e| unexpected(&e))?;
            let more = page.is_truncated && !page.contents.is_empty();
            all.extend(page.contents);
            if !more {
                return Ok(all);
            }
        }
    }

    /// An object's bytes.
    pub(crate) fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, ClientError> {
        self.request("GET", bucket, key, &[])
    }

    /// An object's size.
    pub(crate) fn size(&self, bucket: &str, key: &str) -> Result<u64, ClientError> {
        let url = self.signed_url("HEAD", bucket, key, &[])?;
        let answer = self.0.exchange(Request::head(url).body(()).map_err(|e| unexpected(&e))?)?;
        let length =
            answer.headers().get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
        length.ok_or_else(|| unexpected(&"an object without Content-Length"))
    }

    /// An object's bytes as they arrive.
    pub(crate) fn open(&self, bucket: &str, key: &str) -> Result<Box<dyn Read + Send + Sync>, ClientError> {
        let url = self.signed_url("GET", bucket, key, &[])?;
        let answer = self.0.exchange(Request::get(url).body(()).map_err(|e| unexpected(&e))?)?;
        Ok(Box::new(answer.into_body().into_reader()))
    }

    fn request(
        &self,
        method: &str,
        bucket: &str,
        key: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<u8>, ClientError> {
        let url = self.signed_url(method, bucket, key, query)?;
        let builder = Request::builder().method(method).uri(url);
        if method == "PUT" {
            return self.0.send(builder.body(Vec::new()).map_err(|e| unexpected(&e))?);
        }
        self.0.send(builder.body(()).map_err(|e| unexpected(&e))?)
    }

    fn signed_url(
        &self,
        method: &str,
        bucket: &str,
        key: &str,
        query: &[(&str, &str)],
    ) -> Result<String, ClientError> {
        let base: Uri = self.0.objects.parse().map_err(|e| unexpected(&e))?;
        let scheme = base.scheme_str().unwrap_or("http");
        let request = PresignRequest {
            method,
            scheme,
            host: base.host().unwrap_or_default(),
            port: base.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 }),
            path_style: true,
            bucket,
            key,
            expires_s: self.0.clock.now_s() + URL_LIFE_S,
            parameters: &[],
            security_token: None,
        };
        let identity = &self.0.identity;
        let mut url = presign(&request, &identity.access_key_id, &identity.secret_access_key);
        // Parameters of a listing are not part of the signature in this form.
        for (name, value) in query {
            url.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        Ok(url)
    }
}
