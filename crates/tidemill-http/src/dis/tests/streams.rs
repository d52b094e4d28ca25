//! Streams: made, listed, described, scaled, deleted.

use super::*;
use std::time::Duration;

#[tokio::test]
async fn a_stream_is_made_described_and_deleted_by_name_or_id() {
    let api = Api::new().await;
    let body = json!({
        "stream_name": "orders", "partition_count": 2, "data_type": "JSON", "data_duration": 48,
        "data_schema": "{\"type\":\"record\",\"name\":\"r\",\"fields\":[]}",
        "csv_properties": {"delimiter": ";"}, "compression_format": "gzip", "is_private": false,
        "auto_scale_enabled": true, "auto_scale_min_partition_count": 2, "auto_scale_max_partition_count": 5,
        "tags": [{"key": "team", "value": "a"}], "sys_tags": [{"key": "_sys_enterprise_project_id", "value": "0"}],
    });
    assert_eq!(api.post("/streams/", body).await.status, 201);
    let detail = api.get("/streams/orders/").await.body;
    let id = detail["stream_id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 19);
    assert_eq!(
        detail,
        json!({
            "stream_id": id, "stream_name": "orders", "create_time": START_MS, "last_modified_time": START_MS,
            "retention_period": 48, "status": "RUNNING", "stream_type": "COMMON", "data_type": "JSON",
            "data_schema": "{\"type\":\"record\",\"name\":\"r\",\"fields\":[]}",
            "csv_properties": {"delimiter": ";"}, "compression_format": "gzip",
            "writable_partition_count": 2, "readable_partition_count": 2, "has_more_partitions": false,
            "partitions": [
                {"status": "ACTIVE", "partition_id": "shardId-0000000000",
                 "hash_range": "[0 : 4611686018427387902]", "sequence_number_range": "[0 : 0]", "parent_partitions": ""},
                {"status": "ACTIVE", "partition_id": "shardId-0000000001",
                 "hash_range": "[4611686018427387903 : 9223372036854775807]", "sequence_number_range": "[0 : 0]",
                 "parent_partitions": ""},
            ],
            "update_partition_counts": [],
            "auto_scale_enabled": true, "auto_scale_min_partition_count": 2, "auto_scale_max_partition_count": 5,
            "tags": [{"key": "team", "value": "a"}],
            "sys_tags": [{"key": "_sys_enterprise_project_id", "value": "0"}],
        })
    );
    for path in [format!("/streams/{id}"), format!("/streams/?stream_id={id}&limit_partitions=100&")] {
        assert_eq!(api.get(&path).await.body, detail, "{path}");
    }
    let deleted = api.call("DELETE", &format!("/streams/{id}"), "").await;
    assert_eq!((deleted.status.as_u16(), deleted.bytes.len()), (204, 0));
    let gone = api.get("/streams/orders").await;
    assert_eq!(gone.refused(400, "DIS.4301"), format!("Stream does not exist. [orders][{PROJECT}]"));
    api.create("orders", 1).await;
    let again = api.get("/streams/orders").await.body;
    assert_ne!(again["stream_id"], id);
    assert_eq!(again["data_type"], "BLOB");
}

#[tokio::test]
async fn partitions_come_in_pages_and_a_page_beyond_the_end_is_empty() {
    let api = Api::new().await;
    api.create("s", 3).await;
    let page = api.get("/streams/s?limit_partitions=2&start_partitionId=&").await.body;
    assert_eq!(
        (page["partitions"].as_array().unwrap().len(), &page["has_more_partitions"]),
        (2, &json!(true))
    );
    let rest = api.get("/streams/s?start_partitionId=shardId-0000000001").await.body;
    assert_eq!(rest["partitions"][0]["partition_id"], "shardId-0000000002");
    assert_eq!(rest["has_more_partitions"], false);
    let beyond = api.get("/streams/s?start_partitionId=7").await.body;
    assert_eq!(beyond["partitions"], json!([]));
    api.get("/streams/s?start_partitionId=x").await.refused(400, "DIS.4201");
}

#[tokio::test]
async fn names_are_listed_in_order_and_in_pages() {
    let api = Api::new().await;
    for name in ["c", "a", "b"] {
        api.create(name, 1).await;
    }
    let page = api.get("/streams?limit=2&").await.body;
    assert_eq!(page["stream_names"], json!(["a", "b"]));
    assert_eq!((&page["total_number"], &page["has_more_streams"]), (&json!(3), &json!(true)));
    assert_eq!(page["stream_info_list"][1]["stream_name"], "b");
    assert_eq!(page["stream_info_list"][1]["partition_count"], 1);
    assert_eq!(page["stream_info_list"][1]["tags"], json!([]));
    let rest = api.get("/streams?start_stream_name=bb&limit=500").await.body;
    assert_eq!((&rest["stream_names"], &rest["has_more_streams"]), (&json!(["c"]), &json!(false)));
}

#[tokio::test]
async fn refused_creations_name_the_reason() {
    let api = Api::new().await;
    api.create("taken", 1).await;
    let named = |name: &str| json!({"stream_name": name, "partition_count": 1});
    let with = |member: &str, value: Value| {
        let mut body = named("new");
        body[member] = value;
        body
    };
    for (body, code) in [
        (named("taken"), "DIS.4307"),
        (named("a b"), "DIS.4200"),
        (named(""), "DIS.4200"),
        (json!({"partition_count": 1}), "DIS.4200"),
        (json!({"stream_name": "new"}), "DIS.4200"),
        (with("partition_count", json!(0)), "DIS.4200"),
        (with("partition_count", json!("2")), "DIS.4200"),
        (with("partition_count", json!(50)), "DIS.4308"),
        (with("partition_count", json!(i64::MAX)), "DIS.4308"),
        (with("stream_type", json!("HUGE")), "DIS.4200"),
        (with("data_type", json!("XML")), "DIS.4200"),
        (with("data_duration", json!(23)), "DIS.4200"),
        (with("data_duration", json!(73)), "DIS.4200"),
        (with("compression_format", json!("rar")), "DIS.4200"),
        (with("data_schema", json!("{}")), "DIS.4360"),
        (with("tags", json!([{"key": "a b"}])), "DIS.4200"),
        (with("tags", json!([{"key": "a"}, {"key": "a"}])), "DIS.4200"),
        (with("tags", (0..11).map(|i| json!({"key": format!("k{i}")})).collect()), "DIS.4601"),
    ] {
        api.post("/streams", body.clone()).await.refused(400, code);
        assert_eq!(api.get("/streams").await.body["total_number"], 1, "{body}");
    }
    assert_eq!(api.post("/streams", with("stream_type", json!("ADVANCED"))).await.status, 201);
}

#[tokio::test]
async fn scaling_up_and_down_keeps_numbers_and_answers_at_once() {
    let mut api = Api::new().await;
    api.create("s", 3).await;
    let put = json!({"stream_name": "s", "records": [{"data": "YQ==", "partition_id": "2"}]});
    assert_eq!(api.post("/records", put.clone()).await.body["records"][0]["sequence_number"], "0");
    let target = |n: i64| json!({"stream_name": "s", "target_partition_count": n}).to_string();
    let scaled = api.call("PUT", "/streams/s/", target(1)).await;
    assert_eq!(scaled.status, 200);
    assert_eq!(
        scaled.body,
        json!({"stream_name": "s", "current_partition_count": 1, "target_partition_count": 1})
    );
    let detail = api.get("/streams/s").await.body;
    assert_eq!(
        (&detail["writable_partition_count"], &detail["readable_partition_count"]),
        (&json!(1), &json!(3))
    );
    assert_eq!(detail["partitions"][2]["status"], "DELETED");
    assert_eq!(detail["update_partition_counts"][0]["src_partition_count"], 3);
    let refused = api.post("/records", put.clone()).await.body;
    assert_eq!(refused["failed_record_count"], 1);
    assert_eq!(refused["records"][0]["error_code"], "DIS.4319");
    assert!(refused["records"][0].get("partition_id").is_none());
    // Readable until retention ends, then neither.
    let url = "/cursors?stream-name=s&partition-id=2&cursor-type=TRIM_HORIZON";
    let cursor = api.get(url).await.body["partition_cursor"].as_str().unwrap().to_owned();
    assert_eq!(api.read(&cursor, "").await.0, ["a"]);
    api.later(24 * 3600 + 1).await;
    api.streams.expire().await;
    let message = api.get(url).await.refused(400, "DIS.4319").to_owned();
    assert_eq!(message, format!("Partition is expired. [s][{PROJECT}][shardId-0000000002]"));
    let expired = &api.get("/streams/s").await.body["partitions"][2];
    assert_eq!((&expired["status"], expired.get("sequence_number_range")), (&json!("EXPIRED"), None));
    // Active again, with its numbers going on.
    assert_eq!(api.call("PUT", "/streams/s", target(4)).await.status, 200);
    assert_eq!(api.post("/records", put).await.body["records"][0]["sequence_number"], "1");
    assert_eq!(api.get("/streams/s").await.body["partitions"][3]["status"], "ACTIVE");
}

#[tokio::test]
async fn refused_scalings_name_the_reason() {
    let api = Api::new().await;
    api.create("s", 2).await;
    let put = async |body: Value| api.call("PUT", "/streams/s", body.to_string()).await;
    assert_eq!(
        put(json!({"stream_name": "s"})).await.refused(400, "DIS.4200"),
        "Invalid request. [Invalid target_partition_count null.]"
    );
    for (target, code) in [(0, "DIS.4200"), (2, "DIS.4200"), (51, "DIS.4308"), (i64::MAX, "DIS.4308")] {
        put(json!({"target_partition_count": target})).await.refused(400, code);
    }
    assert_eq!(put(json!({"target_partition_count": 1})).await.status, 200);
    assert_eq!(put(json!({"target_partition_count": 2})).await.status, 200);
    put(json!({"target_partition_count": 1})).await.refused(400, "DIS.4200");
    api.clock.advance(Duration::from_secs(3601));
    assert_eq!(put(json!({"target_partition_count": 1})).await.status, 200);
    api.call("PUT", "/streams/none", "{}").await.refused(400, "DIS.4301");
}

/// Target and result of every attempt in a stream's history.
async fn attempts(api: &Api) -> Vec<(i64, i64)> {
    let detail = api.get("/streams/s").await.body;
    let of = |a: &Value| (a["target_partition_count"].as_i64().unwrap(), a["result_code"].as_i64().unwrap());
    detail["update_partition_counts"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn refused_scalings_are_in_the_history_which_is_bounded() {
    let api = Api::new().await;
    api.create("s", 2).await;
    let modified = api.get("/streams/s").await.body["last_modified_time"].clone();
    let scale = async |target: i64| {
        api.clock.advance(Duration::from_millis(1));
        let body = json!({"target_partition_count": target}).to_string();
        api.call("PUT", "/streams/s", body).await.status.as_u16()
    };
    for target in [2, 0, 51, -1, i64::MAX] {
        assert_eq!(scale(target).await, 400, "{target}");
    }
    // The history has numbers of 32 bits.
    assert_eq!(attempts(&api).await, [(2, 4200), (0, 4200), (51, 4308), (-1, 4200)]);
    assert_eq!(api.get("/streams/s").await.body["last_modified_time"], modified);
    assert_eq!((scale(1).await, scale(3).await, scale(1).await), (200, 200, 400));
    assert_eq!(attempts(&api).await[4..], [(1, 0), (3, 0), (1, 4200)]);
    for _ in 0..110 {
        assert_eq!(scale(51).await, 400);
    }
    let kept = attempts(&api).await;
    assert_eq!((kept.len(), &kept[..3]), (102, &[(1, 0), (3, 0), (51, 4308)][..]));
    // One decrease an hour: being refused makes it not forgotten.
    assert_eq!(scale(1).await, 400);
    let rows = {
        let mut stored = api.meta.read(|tx| Box::pin(tidemill_meta::stream::streams(tx))).await.unwrap();
        stored.remove(0).scalings
    };
    let stored: Vec<_> = rows.iter().map(|row| row.to).collect();
    assert_eq!(stored, attempts(&api).await.iter().map(|a| a.0).collect::<Vec<_>>());
}
