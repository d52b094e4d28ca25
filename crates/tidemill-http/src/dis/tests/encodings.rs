//! Bodies in every format and packing, in and out.

use super::*;
use crate::dis::protobuf::messages::{
    GetRecordsResult, PutRecordsRequest, PutRecordsRequestEntry, PutRecordsResult,
};
use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use prost::Message;
use std::io::Read;
use tidemill_iam::api_signature::{SignRequest, sign};

const PROTOBUF: &str = "application/x-protobuf;charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";
const LIMIT: usize = 5 * 1024 * 1024;
const TOO_LARGE: &str = "Invalid request. [body over 5242880 bytes]";

/// A body as a client packs it, with the headers that say how.
fn packed(coding: &str, body: &[u8]) -> (Vec<(&'static str, String)>, Vec<u8>) {
    let size = body.len().to_string();
    match coding {
        "plain" => (Vec::new(), body.to_vec()),
        "gzip" => {
            let mut out = Vec::new();
            GzEncoder::new(body, Compression::fast()).read_to_end(&mut out).unwrap();
            (vec![("content-encoding", "gzip".into())], out)
        }
        "lz4" => {
            let headers = vec![("content-encoding", "lz4".into()), ("x-dis-lz4-content-length", size)];
            (headers, lz4_flex::block::compress(body))
        }
        "snappy" => {
            let out = snap::raw::Encoder::new().compress_vec(body).unwrap();
            (vec![("content-encoding", "snappy".into())], out)
        }
        _ => {
            let headers = vec![("content-encoding", "zstd".into()), ("x-dis-zstd-content-length", size)];
            (headers, zstd::bulk::compress(body, 3).unwrap())
        }
    }
}

const CODINGS: [&str; 5] = ["plain", "gzip", "lz4", "snappy", "zstd"];

impl Api {
    async fn send_as(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Answer {
        let request = Request::builder().method(method).uri(format!("/v2/{PROJECT}{path}"));
        let request = request.header("x-auth-token", &self.token).header("content-type", kind);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn put_as(&self, kind: &str, headers: &[(&str, String)], body: Vec<u8>) -> Answer {
        self.send_as("POST", "/records", kind, headers, body).await
    }

    /// How many records stream `s` holds in its partition 0.
    fn stored(&self) -> u64 {
        let stream = self.streams.all().into_iter().next().unwrap();
        self.streams.bounds(&stream, tidemill_model::PartitionId(0)).unwrap().next
    }
}

fn entry(data: &[u8], key: Option<&str>) -> PutRecordsRequestEntry {
    PutRecordsRequestEntry {
        data: Some(data.to_vec()),
        partition_key: key.map(str::to_owned),
        ..Default::default()
    }
}

fn protobuf(stream: &str, records: Vec<PutRecordsRequestEntry>) -> Vec<u8> {
    let (stream_name, stream_id) = (Some(stream.to_owned()), Some(String::new()));
    PutRecordsRequest { stream_name, records, stream_id }.encode_to_vec()
}

fn json_body(payloads: &[Vec<u8>]) -> Vec<u8> {
    let record = |data: &Vec<u8>| json!({"data": STANDARD.encode(data), "partition_key": "k"});
    let records: Vec<_> = payloads.iter().map(record).collect();
    json!({"stream_name": "s", "records": records}).to_string().into_bytes()
}

#[tokio::test]
async fn every_format_in_every_packing_is_stored_as_it_was_meant() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let payloads: Vec<Vec<u8>> = (0..40u8).map(|i| [i, 0, 255, b'\n', i].repeat(20)).collect();
    let mut expected = 0u64;
    for coding in CODINGS {
        let (headers, body) = packed(coding, &json_body(&payloads));
        let put = api.put_as(JSON, &headers, body).await;
        assert_eq!((put.status.as_u16(), &put.body["failed_record_count"]), (200, &json!(0)), "{coding}");
        assert_eq!(put.body["records"][39]["sequence_number"], (expected + 39).to_string());
        let entries = payloads.iter().map(|data| entry(data, Some("k"))).collect();
        let (headers, body) = packed(coding, &protobuf("s", entries));
        let put = api.put_as(PROTOBUF, &headers, body).await;
        assert_eq!(put.status, 200, "{coding}: {}", put.body);
        assert_eq!(put.headers["content-type"], "application/x-protobuf; charset=utf-8");
        let result = PutRecordsResult::decode(&put.bytes[..]).unwrap();
        let last = &result.records[39];
        assert_eq!((result.failed_record_count, result.records.len()), (0, 40));
        assert_eq!(last.shard_id.as_deref(), Some("shardId-0000000000"));
        assert_eq!(last.sequence_number, Some((expected + 79).to_string()));
        assert_eq!((&last.error_code, &last.error_message), (&None, &None));
        expected += 80;
    }
    let cursor = api.cursor("s", "cursor-type=TRIM_HORIZON").await;
    let path = format!("/records/?partition-cursor={cursor}&limit=1000&");
    let page = api.send_as("GET", &path, PROTOBUF, &[], Vec::new()).await;
    assert_eq!(page.headers["content-type"], "application/x-protobuf; charset=utf-8");
    let page = GetRecordsResult::decode(&page.bytes[..]).unwrap();
    assert_eq!(page.records.len(), 400);
    for (index, record) in page.records.iter().enumerate() {
        assert_eq!(record.data.as_ref(), Some(&payloads[index % 40]), "{index}");
        assert_eq!(
            (record.sequence_number.as_str(), record.timestamp),
            (&*index.to_string(), Some(START_MS))
        );
        assert_eq!(record.partition_key.as_deref(), Some("k"));
        assert_eq!(record.timestamp_type.as_deref(), Some("CreateTime"));
    }
    let json = api.get(&format!("/records?partition-cursor={}", page.next)).await;
    assert_eq!(json.body["records"], json!([]), "a cursor serves both formats");
}

#[tokio::test]
async fn protobuf_failures_are_json_and_failed_records_carry_their_error() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let elsewhere = PutRecordsRequestEntry { partition_id: Some("7".into()), ..entry(b"x", None) };
    let unnamed = PutRecordsRequestEntry {
        partition_id: Some(String::new()),
        explicit_hash_key: Some(String::new()),
        partition_key: Some(String::new()),
        ..entry(b"y", None)
    };
    let put = api.put_as(PROTOBUF, &[], protobuf("s", vec![elsewhere, unnamed, entry(b"", None)])).await;
    let result = PutRecordsResult::decode(&put.bytes[..]).unwrap();
    assert_eq!(result.failed_record_count, 2);
    assert_eq!(result.records[0].error_code.as_deref(), Some("DIS.4302"));
    assert_eq!((&result.records[0].shard_id, &result.records[0].sequence_number), (&None, &None));
    assert_eq!(result.records[1].sequence_number.as_deref(), Some("0"));
    assert_eq!(result.records[2].error_code.as_deref(), Some("DIS.4200"));
    for (body, code) in [
        (Vec::new(), "DIS.4202"),
        (protobuf("s", Vec::new()), "DIS.4202"),
        (protobuf("nobody", vec![entry(b"x", None)]), "DIS.4301"),
        (protobuf("", vec![entry(b"x", None)]), "DIS.4200"),
        (b"{}".to_vec(), "DIS.4300"),
        (vec![0x12, 0xff, 0xff, 0xff, 0xff, 0x0f], "DIS.4300"),
        ([0x12, 0x00].repeat(50_001), "DIS.4200"),
    ] {
        api.put_as(PROTOBUF, &[], body).await.refused(400, code);
    }
    let missing = api.send_as("GET", "/records", PROTOBUF, &[], Vec::new()).await;
    missing.refused(400, "DIS.4217");
    let app = api.send_as("POST", "/apps", PROTOBUF, &[], br#"{"app_name":"a"}"#.to_vec()).await;
    assert!(app.refused(400, "DIS.4300").contains("/records only"));
    assert_eq!(api.stored(), 1);
}

#[tokio::test]
async fn ten_thousand_records_go_in_at_once_in_both_formats() {
    let api = Api::with(StreamsConfig { throughput: false, ..StreamsConfig::default() }).await;
    api.create("s", 1).await;
    let payloads = vec![b"{\"n\":1}".to_vec(); 10_000];
    let (headers, body) = packed("lz4", &json_body(&payloads));
    let put = api.put_as(JSON, &headers, body).await;
    assert_eq!(put.body["records"].as_array().map(Vec::len), Some(10_000));
    let entries = payloads.iter().map(|data| entry(data, None)).collect();
    let put = api.put_as(PROTOBUF, &[], protobuf("s", entries)).await;
    assert_eq!(PutRecordsResult::decode(&put.bytes[..]).unwrap().failed_record_count, 0);
    assert_eq!(api.stored(), 20_000);
}

#[tokio::test]
async fn compressed_bodies_serve_the_other_calls_too() {
    let api = Api::new().await;
    for (index, coding) in CODINGS.iter().enumerate() {
        let body = json!({"app_name": format!("app{index}")}).to_string();
        let (headers, body) = packed(coding, body.as_bytes());
        let made = api.send_as("POST", "/apps/", JSON, &headers, body).await;
        assert_eq!((made.status.as_u16(), made.bytes.len()), (201, 0), "{coding}");
    }
    api.create("s", 1).await;
    let (headers, body) = packed("zstd", br#"{"stream_name":"s","target_partition_count":2}"#);
    assert_eq!(api.send_as("PUT", "/streams/s/", JSON, &headers, body).await.status, 200);
    let stale = [("content-encoding", "lz4".to_owned())];
    assert_eq!(api.send_as("GET", "/streams", JSON, &stale, b"{}".to_vec()).await.status, 200);
    api.send_as("POST", "/apps", JSON, &stale, Vec::new()).await.refused(400, "DIS.4300");
}

#[tokio::test]
async fn bombs_are_refused_before_they_grow() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let bomb = vec![b' '; 64 * 1024 * 1024];
    for coding in &CODINGS[1..] {
        let (headers, body) = packed(coding, &bomb);
        assert!(body.len() < LIMIT, "{coding}");
        assert_eq!(api.put_as(JSON, &headers, body).await.refused(413, "DIS.4200"), TOO_LARGE, "{coding}");
    }
    let (_, body) = packed("zstd", &bomb);
    let unsized_ = [("content-encoding", "zstd".to_owned())];
    assert_eq!(api.put_as(JSON, &unsized_, body).await.refused(413, "DIS.4200"), TOO_LARGE);
    let mut large = json_body(&[vec![b'x'; 1000]]);
    large.resize(LIMIT, b' ');
    for coding in CODINGS {
        let (headers, body) = packed(coding, &large);
        assert_eq!(
            api.put_as(JSON, &headers, body).await.status,
            200,
            "{coding}: the limit itself is allowed"
        );
    }
    assert_eq!(api.stored(), 5);
}

#[tokio::test]
async fn sizes_that_are_missing_wrong_or_no_numbers_are_told() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let plain = json_body(&[b"x".to_vec()]);
    for (coding, name) in [("lz4", "x-dis-lz4-content-length"), ("zstd", "x-dis-zstd-content-length")] {
        let (_, body) = packed(coding, &plain);
        for (size, told) in [
            (String::new(), "must be a number"),
            ("-1".into(), "must be a number"),
            ("1e3".into(), "must be a number"),
            ("0".into(), "of 0 bytes"),
            ((plain.len() - 1).to_string(), "body is not"),
            ((plain.len() + 1).to_string(), "it has "),
        ] {
            let headers = [("content-encoding", coding.to_owned()), (name, size.clone())];
            let answer = api.put_as(JSON, &headers, body.clone()).await;
            assert!(answer.refused(400, "DIS.4300").contains(told), "{coding} {size}: {}", answer.body);
        }
        for size in ["5242881", "99999999999999999999999999"] {
            let headers = [("content-encoding", coding.to_owned()), (name, size.to_owned())];
            api.put_as(JSON, &headers, body.clone()).await.refused(413, "DIS.4200");
        }
    }
    let (_, body) = packed("lz4", &plain);
    let lz4 = api.put_as(JSON, &[("content-encoding", "lz4".to_owned())], body).await;
    assert_eq!(lz4.refused(400, "DIS.4300"), "Request error. [x-dis-lz4-content-length is missing]");
    let (_, body) = packed("zstd", &plain);
    let zstd = api.put_as(JSON, &[("content-encoding", "ZSTD".to_owned())], body).await;
    assert_eq!(zstd.status, 200, "the frame says its size itself");
    assert_eq!(api.stored(), 1);
}

#[tokio::test]
async fn damaged_and_unknown_packings_are_told() {
    let api = Api::new().await;
    api.create("s", 1).await;
    for coding in &CODINGS[1..] {
        let (headers, body) = packed(coding, &json_body(&[b"x".repeat(500)]));
        for broken in [body[..body.len() / 2].to_vec(), [&body[..], b"more"].concat(), vec![0xff; 64]] {
            let answer = api.put_as(JSON, &headers, broken).await;
            assert!(answer.refused(400, "DIS.4300").contains("body is not"), "{coding}: {}", answer.body);
        }
    }
    for coding in ["br", "deflate", "lz4, gzip", "*", "\u{e9}"] {
        let answer = api.put_as(JSON, &[("content-encoding", coding.to_owned())], b"{}".to_vec()).await;
        assert!(answer.refused(400, "DIS.4300").contains("Content-Encoding must be"), "{coding}");
    }
    let identity = [("content-encoding", "identity".to_owned())];
    assert_eq!(api.put_as(JSON, &identity, json_body(&[b"x".to_vec()])).await.status, 200);
    assert_eq!(api.stored(), 1);
}

#[tokio::test]
async fn the_signature_covers_the_packed_bytes() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let target = format!("/v2/{PROJECT}/records/");
    let (headers, body) = packed("lz4", &json_body(&[b"x".to_vec()]));
    let to_sign =
        SignRequest { method: "POST", target: &target, host: HOST, body: &body, now_ms: api.clock.now_ms() };
    let signature = sign(&to_sign, "AK", "SK");
    for (sent, status) in [(body.clone(), 200), (packed("lz4", &json_body(&[b"y".to_vec()])).1, 401)] {
        let request = Request::builder().method("POST").uri(&target).header("host", HOST);
        let request = signature.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        assert_eq!(api.send(request.body(Body::from(sent)).unwrap()).await.status, status);
    }
}

#[tokio::test]
async fn large_answers_are_gzip_for_those_who_offer_it_and_nothing_else() {
    let api = Api::new().await;
    api.create("s", 1).await;
    api.put("s", &["small"]).await;
    let read = async |offer: &str, cursor: &str| {
        let headers = [("accept-encoding", offer.to_owned())];
        let path = format!("/records?partition-cursor={cursor}");
        api.send_as("GET", &path, JSON, &headers, Vec::new()).await
    };
    let cursor = api.cursor("s", "cursor-type=TRIM_HORIZON").await;
    assert!(!read("gzip", &cursor).await.headers.contains_key("content-encoding"), "not worth it");
    api.put("s", &[&"large ".repeat(10_000)]).await;
    for offer in ["", "identity", "lz4", "snappy", "zstd", "br", "deflate", "gzip;q=0"] {
        let page = read(offer, &cursor).await;
        assert!(!page.headers.contains_key("content-encoding"), "{offer}");
        assert_eq!(page.body["records"].as_array().map(Vec::len), Some(2), "{offer}");
    }
    let page = read("lz4, gzip, deflate", &cursor).await;
    assert_eq!(page.headers["content-encoding"], "gzip");
    assert_eq!(page.headers["content-type"], "application/json");
    let mut text = String::new();
    GzDecoder::new(&page.bytes[..]).read_to_string(&mut text).unwrap();
    assert!(page.bytes.len() < text.len() / 10);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["records"][1]["sequence_number"], "1");
    let offer = [("accept-encoding", "gzip".to_owned())];
    for (method, path) in [("POST", "/apps"), ("DELETE", "/apps/a")] {
        let answer = api.send_as(method, path, JSON, &offer, br#"{"app_name":"a"}"#.to_vec()).await;
        assert!(answer.status.is_success() && answer.bytes.is_empty(), "{method}: {}", answer.body);
        assert!(!answer.headers.contains_key("content-encoding"));
    }
}
