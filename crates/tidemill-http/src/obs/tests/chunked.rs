//! `aws-chunked` bodies: what is stored is the data, and what does not verify is not stored.

use super::client::{Endpoint, Reply, Seed};
use bytes::Bytes;

const CRC_OF_HELLO_WORLD: &str = "DUoRhQ==";

async fn unsigned(endpoint: &Endpoint, body: &str, length: &str) -> Reply {
    let call = endpoint
        .aws("PUT", "/bkt/k")
        .hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        .header("content-encoding", "aws-chunked,gzip")
        .header("x-amz-decoded-content-length", length)
        .header("x-amz-trailer", "x-amz-checksum-crc32");
    call.without_length().header("transfer-encoding", "chunked").body(body.as_bytes()).send().await
}

#[tokio::test]
async fn unsigned_chunks_with_a_trailer_are_decoded() {
    let endpoint = Endpoint::new().await;
    let body = format!("5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:{CRC_OF_HELLO_WORLD}\r\n\r\n");
    let put = unsigned(&endpoint, &body, "11").await.expect(200);
    assert_eq!(put.header("x-amz-checksum-crc32"), CRC_OF_HELLO_WORLD);
    let got = endpoint.aws("GET", "/bkt/k").send().await.expect(200);
    assert_eq!((got.body.as_slice(), got.header("content-encoding")), (b"hello world".as_slice(), "gzip"));
}

#[tokio::test]
async fn wrong_checksums_and_lengths_store_nothing() {
    let endpoint = Endpoint::new().await;
    let body = |crc: &str| format!("b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:{crc}\r\n\r\n");
    unsigned(&endpoint, &body("AAAAAA=="), "11").await.refused(400, "BadDigest");
    unsigned(&endpoint, &body(CRC_OF_HELLO_WORLD), "12").await.refused(400, "IncompleteBody");
    unsigned(&endpoint, &body(CRC_OF_HELLO_WORLD), "10").await.refused(400, "InvalidRequest");
    unsigned(&endpoint, "b\r\nhello", "11").await.refused(400, "IncompleteBody");
    unsigned(&endpoint, &body(CRC_OF_HELLO_WORLD), "x").await.refused(400, "InvalidArgument");
    unsigned(&endpoint, &body(CRC_OF_HELLO_WORLD), "5368709121").await.refused(400, "EntityTooLarge");
    endpoint.aws("GET", "/bkt/k").send().await.refused(404, "NoSuchKey");
    assert_eq!(endpoint.blob_files(), 0);
}

/// A signed body of two chunks; `spoil` may change it before it is sent.
async fn signed(endpoint: &Endpoint, spoil: impl Fn(String) -> String) -> Reply {
    let frames = |seed: &Seed| {
        let mut body = String::new();
        let mut previous: Option<String> = None;
        for data in ["hello", " world", ""] {
            let signature = seed.chunk(previous.as_deref(), data.as_bytes());
            body += &format!("{:x};chunk-signature={signature}\r\n", data.len());
            if !data.is_empty() {
                body += &format!("{data}\r\n");
            }
            previous = Some(signature);
        }
        let line = format!("x-amz-checksum-crc32:{CRC_OF_HELLO_WORLD}");
        let trailer = seed.trailer(&previous.unwrap(), &format!("{line}\n"));
        body += &format!("{line}\r\nx-amz-trailer-signature:{trailer}\r\n\r\n");
        vec![Bytes::from(spoil(body))]
    };
    let call = endpoint
        .aws("PUT", "/bkt/k")
        .hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
        .header("x-amz-decoded-content-length", "11")
        .header("x-amz-trailer", "x-amz-checksum-crc32")
        .header("transfer-encoding", "chunked");
    call.without_length().send_signed(frames).await
}

#[tokio::test]
async fn signed_chunks_are_decoded_and_every_change_is_noticed() {
    let endpoint = Endpoint::new().await;
    let changes: [fn(String) -> String; 4] = [
        |body| body.replace("hello", "hullo"),
        |body| body.replacen("chunk-signature=", "chunk-signature=0", 1),
        |body| body.replace("x-amz-trailer-signature:", "x-amz-trailer-signature:0"),
        |body| body.replace("x-amz-trailer-signature:", "x-amz-other:"),
    ];
    for change in changes {
        signed(&endpoint, change).await.refused(403, "SignatureDoesNotMatch");
    }
    assert_eq!(endpoint.blob_files(), 0);
    signed(&endpoint, |body| body).await.expect(200);
    assert_eq!(endpoint.get("/bkt/k").await, b"hello world");
}
