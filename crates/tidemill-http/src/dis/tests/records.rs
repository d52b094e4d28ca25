//! Records in and out, and the cursors between.

use super::*;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::time::Duration;

fn url(query: &str) -> String {
    format!("/cursors?stream-name=s&partition-id=shardId-0000000000&{query}")
}

#[tokio::test]
async fn records_come_back_in_order_with_numbers_keys_and_times() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let put = api
        .post(
            "/records",
            json!({"stream_id": "", "stream_name": "s", "records": [
                {"data": "Zmlyc3Q=", "partition_key": "k\"ä", "timestamp": 5},
                {"data": "c2Vjb25k", "partition_key": "", "explicit_hash_key": null, "partition_id": ""}]}),
        )
        .await;
    assert_eq!(
        put.body,
        json!({"failed_record_count": 0, "records": [
            {"partition_id": "shardId-0000000000", "sequence_number": "0"},
            {"partition_id": "shardId-0000000000", "sequence_number": "1"}]})
    );
    let cursor = api.cursor("s", "cursor-type=TRIM_HORIZON").await;
    let page = api.get(&format!("/records?partition-cursor={cursor}&app_name=a")).await.body;
    assert_eq!(
        page["records"],
        json!([
            {"partition_key": "k\"ä", "sequence_number": "0", "data": "Zmlyc3Q=", "timestamp": 5,
             "timestamp_type": "CreateTime"},
            {"sequence_number": "1", "data": "c2Vjb25k", "timestamp": START_MS, "timestamp_type": "CreateTime"},
        ])
    );
    let next = page["next_partition_cursor"].as_str().unwrap();
    assert_eq!(api.read(next, "").await.0, Vec::<String>::new());
    api.put("s", &["third"]).await;
    assert_eq!(api.read(next, "").await.0, ["third"]);
}

#[tokio::test]
async fn a_stream_is_found_by_name_then_by_id() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let id = api.get("/streams/s").await.body["stream_id"].as_str().unwrap().to_owned();
    for (name, by) in [(json!(null), id.as_str()), (json!(""), &id), (json!("gone"), &id)] {
        let body = json!({"stream_name": name, "stream_id": by, "records": [{"data": "YQ=="}]});
        assert_eq!(api.post("/records", body).await.status, 200, "{name}");
    }
    assert_eq!(api.get(&format!("/cursors/?stream-id={id}&partition-id=0&")).await.status, 200);
    let unknown = api.post("/records", json!({"stream_name": "no", "records": [{"data": "YQ=="}]})).await;
    assert_eq!(unknown.refused(400, "DIS.4301"), format!("Stream does not exist. [no][{PROJECT}]"));
}

#[tokio::test]
async fn each_record_goes_where_it_says() {
    let api = Api::new().await;
    api.create("s", 2).await;
    let put = api
        .post(
            "/records",
            json!({"stream_name": "s", "records": [
                {"data": "YQ==", "partition_key": "key"},
                {"data": "YQ==", "partition_key": "hello"},
                {"data": "YQ==", "partition_key": "key", "explicit_hash_key": "4611686018427387903"},
                {"data": "YQ==", "partition_key": "key", "explicit_hash_key": "9223372036854775808"},
                {"data": "YQ==", "explicit_hash_key": "0", "partition_id": "shardId-0000000001"},
                {"data": "YQ==", "partition_id": "0"}]}),
        )
        .await;
    let partitions: Vec<_> =
        put.body["records"].as_array().unwrap().iter().map(|r| r["partition_id"].as_str().unwrap()).collect();
    let (zero, one) = ("shardId-0000000000", "shardId-0000000001");
    assert_eq!(partitions, [zero, one, one, zero, one, zero]);
}

#[tokio::test]
async fn records_fail_one_by_one_and_keep_their_place() {
    let api = Api::new().await;
    // A partition of this type takes them all in one second.
    let stream = json!({"stream_name": "s", "partition_count": 1, "stream_type": "ADVANCED"});
    assert_eq!(api.post("/streams", stream).await.status, 201);
    let large = STANDARD.encode(vec![b'x'; 1024 * 1024 + 1]);
    let largest = STANDARD.encode(vec![b'x'; 1024 * 1024]);
    let put = api
        .post(
            "/records",
            json!({"stream_name": "s", "records": [
                {"data": "YQ=="}, {"data": large}, {"data": ""}, {"data": "Yg==", "partition_id": "x"},
                {"data": "Yw==", "partition_id": "5"}, {"data": largest},
                {"data": "ZA==", "partition_key": "k".repeat(70_000)}, {"data": "ZQ=="}]}),
        )
        .await;
    assert_eq!((put.status, &put.body["failed_record_count"]), (StatusCode::OK, &json!(5)));
    let code = |i: usize| put.body["records"][i]["error_code"].as_str().unwrap_or("").to_owned();
    let codes: Vec<_> = (0..8).map(code).collect();
    assert_eq!(codes, ["", "DIS.4200", "DIS.4200", "DIS.4201", "DIS.4302", "", "DIS.4200", ""]);
    assert_eq!(put.body["records"][7]["sequence_number"], "2");
    let failed = put.body["records"][4].as_object().unwrap();
    assert_eq!(failed.keys().collect::<Vec<_>>(), ["error_code", "error_message"]);
    assert!(failed["error_message"].as_str().unwrap().contains("DIS.4302"));
    assert_eq!(api.read(&api.cursor("s", "").await, "max_fetch_bytes=1").await.0, ["a"]);
}

#[tokio::test]
async fn every_cursor_type_starts_where_it_should() {
    let api = Api::new().await;
    api.create("s", 1).await;
    api.put("s", &["0", "1", "2"]).await;
    api.clock.advance(Duration::from_secs(10));
    api.put("s", &["3"]).await;
    let later = START_MS + 10_000;
    for (query, payloads) in [
        ("", vec!["0", "1", "2", "3"]),
        ("cursor-type=AT_SEQUENCE_NUMBER&starting-sequence-number=2", vec!["2", "3"]),
        ("cursor-type=AT_SEQUENCE_NUMBER&starting-sequence-number=4", vec![]),
        ("cursor-type=AFTER_SEQUENCE_NUMBER&starting-sequence-number=2", vec!["3"]),
        ("cursor-type=AFTER_SEQUENCE_NUMBER&starting-sequence-number=3", vec![]),
        ("cursor-type=TRIM_HORIZON", vec!["0", "1", "2", "3"]),
        ("cursor-type=LATEST", vec![]),
        (&format!("cursor-type=AT_TIMESTAMP&timestamp={}", later - 1), vec!["3"]),
        (&format!("cursor-type=AT_TIMESTAMP&timestamp={}", later + 99), vec![]),
    ] {
        let cursor = api.cursor("s", query).await;
        assert_eq!(api.read(&cursor, "").await.0, payloads, "{query}");
    }
}

#[tokio::test]
async fn cursors_outside_the_partition_are_refused() {
    let api = Api::new().await;
    api.create("s", 1).await;
    api.put("s", &["0", "1"]).await;
    let message = api.get(&url("starting-sequence-number=3")).await.refused(400, "DIS.4224").to_owned();
    assert_eq!(message, "Sequence_number out of range. [3][ should be within ][0][ ][2]");
    let day = START_MS - 24 * 3_600_000;
    let ms = api.get(&url("cursor-type=AT_TIMESTAMP&timestamp=1")).await.refused(400, "DIS.4300").to_owned();
    assert_eq!(ms, format!("Request error. [timestamp is expired, timestamp should be larger than {day}]"));
    assert_eq!(api.get(&url(&format!("cursor-type=AT_TIMESTAMP&timestamp={day}"))).await.status, 200);
    for (query, code) in [
        ("starting-sequence-number=-1", "DIS.4216"),
        ("starting-sequence-number=9223372036854775808", "DIS.4216"),
        ("starting-sequence-number=x", "DIS.4216"),
        ("cursor-type=AFTER_SEQUENCE_NUMBER&starting-sequence-number=2", "DIS.4224"),
        ("cursor-type=NEWEST", "DIS.4215"),
        ("cursor-type=AT_TIMESTAMP", "DIS.4200"),
        ("cursor-type=AT_TIMESTAMP&timestamp=x", "DIS.4200"),
    ] {
        api.get(&url(query)).await.refused(400, code);
    }
    api.get("/cursors?stream-name=s&partition-id=1").await.refused(400, "DIS.4302");
    api.get("/cursors?stream-name=s&partition-id=one").await.refused(400, "DIS.4201");
    api.get("/cursors?stream-name=s").await.refused(400, "DIS.4201");
    api.get("/cursors?stream-name=t&partition-id=0").await.refused(400, "DIS.4301");
}

#[tokio::test]
async fn forged_expired_and_stale_cursors_are_refused() {
    let api = Api::new().await;
    api.create("s", 1).await;
    api.put("s", &["0"]).await;
    let cursor = api.cursor("s", "").await;
    let read = async |cursor: &str| api.get(&format!("/records?partition-cursor={cursor}")).await;
    let json = String::from_utf8(URL_SAFE_NO_PAD.decode(&cursor).unwrap()).unwrap();
    let forged = URL_SAFE_NO_PAD.encode(json.replace(r#"number":"0""#, r#"number":"1""#));
    assert_ne!(forged, cursor);
    for bad in [forged.as_str(), "x", "%00", &"A".repeat(513), &format!("{cursor}A")] {
        read(bad).await.refused(400, "DIS.4217");
    }
    api.get("/records?partition-cursor=").await.refused(400, "DIS.4217");
    api.clock.advance(Duration::from_secs(300));
    assert_eq!(read(&cursor).await.status, 200);
    api.clock.advance(Duration::from_millis(1));
    read(&cursor).await.refused(400, "DIS.4225");
    let stale = api.cursor("s", "").await;
    let hour = Duration::from_secs(3600);
    api.streams
        .log()
        .trim(api.streams.all()[0].incarnation, START_MS + 10 * hour.as_millis() as i64)
        .await
        .unwrap();
    read(&stale).await.refused(400, "DIS.4226");
    let fresh = api.cursor("s", "").await;
    api.call("DELETE", "/streams/s", "").await;
    api.create("s", 1).await;
    read(&fresh).await.refused(400, "DIS.4301");
}

#[tokio::test]
async fn a_read_keeps_its_bounds() {
    let api = Api::new().await;
    api.create("s", 1).await;
    api.put("s", &["aaaa", "bbbb", "cccc"]).await;
    let cursor = api.cursor("s", "").await;
    let (page, next) = api.read(&cursor, "limit=2").await;
    assert_eq!(page, ["aaaa", "bbbb"]);
    assert_eq!(api.read(&next, "").await.0, ["cccc"]);
    assert_eq!(api.read(&cursor, "max_fetch_bytes=9").await.0, ["aaaa", "bbbb"]);
    let (none, same) = api.read(&cursor, "max_fetch_bytes=3").await;
    assert!(none.is_empty());
    assert_eq!(api.read(&same, "").await.0.len(), 3);
    api.get(&format!("/records?partition-cursor={cursor}&limit=0")).await.refused(400, "DIS.4200");
}

#[tokio::test]
async fn a_stream_that_is_going_takes_no_data_calls() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let cursor = api.cursor("s", "").await;
    let id = api.streams.all()[0].id.clone();
    api.streams.freeze(&id, "test");
    assert_eq!(api.get("/streams/s").await.body["status"], "FROZEN");
    api.get(&format!("/records?partition-cursor={cursor}")).await.refused(400, "DIS.4205");
    api.get(&url("")).await.refused(400, "DIS.4205");
    let put = json!({"stream_name": "s", "records": [{"data": "YQ=="}]});
    api.post("/records", put).await.refused(400, "DIS.4205");
    assert_eq!(api.call("DELETE", "/streams/s", "").await.status, 204);
}

#[tokio::test]
async fn a_log_that_stopped_fails_records_so_that_they_are_sent_again() {
    let api = Api::new().await;
    api.create("s", 1).await;
    api.streams.log().shutdown().await;
    let put = api.post("/records", json!({"stream_name": "s", "records": [{"data": "YQ=="}]})).await;
    assert_eq!(put.body["records"][0]["error_code"], "DIS.5250");
    assert!(put.body["records"][0]["error_message"].as_str().unwrap().contains("DIS.5250"));
}
