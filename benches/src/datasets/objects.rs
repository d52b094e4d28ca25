//! Objects for the server under test: plain requests of the S3 kind, signed with SigV4.

use crate::load::connection::Connection;
use crate::server::Server;
use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use time::OffsetDateTime;
use time::macros::format_description;

/// The bucket of every measurement.
pub(super) const BUCKET: &str = "bench";
/// Connections that upload.
const UPLOADERS: usize = 8;
const SCOPE: &str = "us-east-1/s3/aws4_request";
const SIGNED: &str = "host;x-amz-content-sha256;x-amz-date";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Makes the bucket.
pub(super) async fn make_bucket(server: &Server) -> Result<()> {
    let mut connection = Connection::open(&server.objects).await?;
    let head = put_head(server, &format!("/{BUCKET}"), 0)?;
    connection.call(&head, b"").await?.expect_success("create bucket")
}

/// Puts `count` objects, each as `object` says: its key and its bytes.
pub(super) async fn put_all<F>(server: &Arc<Server>, count: usize, object: F) -> Result<()>
where
    F: Fn(usize) -> (String, Arc<[u8]>) + Send + Sync + 'static,
{
    let (next, object) = (Arc::new(AtomicUsize::new(0)), Arc::new(object));
    let mut uploads = tokio::task::JoinSet::new();
    for _ in 0..UPLOADERS {
        let (server, next, object) = (server.clone(), next.clone(), object.clone());
        uploads.spawn(async move {
            let mut connection = Connection::open(&server.objects).await?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return anyhow::Ok(());
                }
                let (key, bytes) = object(number);
                let head = put_head(&server, &format!("/{BUCKET}/{key}"), bytes.len())?;
                connection.call(&head, &bytes).await?.expect_success("put object")?;
            }
        });
    }
    while let Some(done) = uploads.join_next().await {
        done??;
    }
    Ok(())
}

/// Head of a signed PUT; `path` needs no escapes.
fn put_head(server: &Server, path: &str, bytes: usize) -> Result<Vec<u8>> {
    let (caller, host) = (&server.caller, &server.objects);
    let now = OffsetDateTime::from_unix_timestamp(caller.clock.now_s())?;
    let time = now.format(format_description!("[year][month][day]T[hour][minute][second]Z"))?;
    let day = time.get(..8).context("no date")?;
    let canonical = format!(
        "PUT\n{path}\n\nhost:{host}\nx-amz-content-sha256:{UNSIGNED}\nx-amz-date:{time}\n\n{SIGNED}\n{UNSIGNED}"
    );
    let digest = hex::encode(Sha256::digest(canonical));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{day}/{SCOPE}\n{digest}");
    let mut key = format!("AWS4{}", caller.secret_key).into_bytes();
    for part in std::iter::once(day).chain(SCOPE.split('/')) {
        key = mac(&key, part)?;
    }
    let signature = hex::encode(mac(&key, &to_sign)?);
    let access_key = &caller.access_key;
    Ok(format!(
        "PUT {path} HTTP/1.1\r\nHost: {host}\r\nx-amz-date: {time}\r\nx-amz-content-sha256: {UNSIGNED}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={access_key}/{day}/{SCOPE}, SignedHeaders={SIGNED}, \
         Signature={signature}\r\nContent-Length: {bytes}\r\n\r\n"
    )
    .into_bytes())
}

fn mac(key: &[u8], text: &str) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}
