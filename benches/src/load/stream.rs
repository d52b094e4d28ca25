//! Streams for the load, on the server that has them.

use super::connection::Connection;
use crate::server::{Kind, Server};
use anyhow::Result;

/// Creates a stream; a no-op on the reference, which has none.
pub(crate) async fn create(server: &Server, name: &str, partitions: u32) -> Result<()> {
    if server.kind == Kind::Reference {
        return Ok(());
    }
    let body = format!(
        r#"{{"stream_name":"{name}","stream_type":"COMMON","partition_count":{partitions},"data_duration":24}}"#
    );
    let head = server.caller.token_head("POST", "/streams", body.len());
    let mut connection = Connection::open(&server.caller.address).await?;
    connection.call(&head, body.as_bytes()).await?.expect_success("create stream")
}

/// Deletes a stream, so that what one round wrote does not fill the disk of the next.
pub(crate) async fn delete(server: &Server, name: &str) -> Result<()> {
    if server.kind == Kind::Reference {
        return Ok(());
    }
    let head = server.caller.token_head("DELETE", &format!("/streams/{name}"), 0);
    let mut connection = Connection::open(&server.caller.address).await?;
    connection.call(&head, b"").await?.expect_success("delete stream")
}
