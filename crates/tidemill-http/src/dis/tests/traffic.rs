//! Throughput limits and metrics as clients see them.

use super::*;
use std::time::Duration;

const STREAM_LABELS: [&str; 12] = [
    "total_put_bytes_per_stream",
    "total_get_bytes_per_stream",
    "total_put_records_per_stream",
    "total_get_records_per_stream",
    "total_put_req_latency",
    "total_get_req_latency",
    "total_put_req_suc_per_stream",
    "total_get_req_suc_per_stream",
    "traffic_control_put",
    "traffic_control_get",
    "traffic_controll_put",
    "traffic_controll_get",
];
const NOW_S: i64 = START_MS / 1000;
const MINUTE_S: i64 = NOW_S / 60 * 60;

async fn put(api: &Api, records: &[(&str, usize)]) -> Value {
    let record = |(partition, bytes): &(&str, usize)| json!({"partition_id": partition, "data": STANDARD.encode(vec![7; *bytes])});
    let records: Vec<Value> = records.iter().map(record).collect();
    let put = api.post("/records", json!({"stream_name": "s", "records": records})).await;
    assert_eq!(put.status, 200, "{}", put.body);
    put.body
}

#[tokio::test]
async fn records_over_the_throughput_fail_one_by_one_and_pass_when_sent_again() {
    let api = Api::new().await;
    api.create("s", 2).await;
    let half = 600 * 1024;
    let answer = put(&api, &[("0", half), ("0", half), ("1", half), ("0", 1)]).await;
    assert_eq!(answer["failed_record_count"], 2);
    let failed =
        json!({"error_code": "DIS.4303", "error_message": "Exceeded traffic control limit. [DIS.4303]"});
    assert_eq!((&answer["records"][1], &answer["records"][3]), (&failed, &failed));
    assert_eq!(answer["records"][0]["sequence_number"], "0");
    assert_eq!(answer["records"][2]["partition_id"], "shardId-0000000001");
    api.clock.advance(Duration::from_secs(1));
    let again = put(&api, &[("0", half), ("0", 1)]).await;
    assert_eq!(again["failed_record_count"], 0);
    assert_eq!(again["records"][1]["sequence_number"], "2");
    let series = metric(&api, "/streams/s", "traffic_control_put").await;
    assert_eq!(series, json!([{"timestamp": MINUTE_S, "value": 2}]));
}

#[tokio::test]
async fn a_read_after_too_large_ones_is_refused_for_a_while() {
    let api = Api::new().await;
    api.create("s", 1).await;
    for _ in 0..3 {
        put(&api, &[("0", 1024 * 1024)]).await;
        api.clock.advance(Duration::from_secs(1));
    }
    let cursor = api.cursor("s", "cursor-type=TRIM_HORIZON").await;
    assert_eq!(api.read(&cursor, "").await.0.len(), 3);
    let path = format!("/records?partition-cursor={cursor}");
    let message = api.get(&path).await.refused(400, "DIS.4303").to_owned();
    assert_eq!(message, format!("Exceeded traffic control limit. [s][{PROJECT}][shardId-0000000000]"));
    api.clock.advance(Duration::from_secs(1));
    assert_eq!(api.get(&path).await.status, 200);
    let series = metric(&api, "/streams/s", "traffic_controll_get").await;
    assert_eq!(series[0]["value"], 1);
}

/// The points of one label over the last hour, which must be the same under both names.
async fn metric(api: &Api, path: &str, label: &str) -> Value {
    let now = api.clock.now_s();
    let (start, end) = (now - 3600, now);
    let answer = api.get(&format!("{path}/metrics/?start_time={start}&end_time={end}&label={label}&")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let metrics = &answer.body["metrics"];
    assert_eq!((&metrics["label"], &metrics["dataPoints"]), (&json!(label), &metrics["data_points"]));
    assert!(answer.body.get("metrics_list").is_none());
    metrics["dataPoints"].clone()
}

#[tokio::test]
async fn metrics_show_each_minute_with_data() {
    let api = Api::new().await;
    api.create("s", 2).await;
    put(&api, &[("0", 10), ("1", 5)]).await;
    put(&api, &[("1", 1)]).await;
    let cursor = api.cursor("s", "cursor-type=TRIM_HORIZON").await;
    api.read(&cursor, "").await;
    api.streams.tend_traffic().await;
    api.clock.advance(Duration::from_secs(120));
    put(&api, &[("0", 3)]).await;
    let points = |values: &[(i64, i64)]| -> Value {
        values.iter().map(|(t, v)| json!({"timestamp": MINUTE_S + t, "value": v})).collect()
    };
    for (label, expected) in [
        ("total_put_bytes_per_stream", points(&[(0, 16), (120, 3)])),
        ("total_put_records_per_stream", points(&[(0, 3), (120, 1)])),
        ("total_put_req_suc_per_stream", points(&[(0, 2), (120, 1)])),
        ("total_get_bytes_per_stream", points(&[(0, 10)])),
        ("total_get_records_per_stream", points(&[(0, 1)])),
        ("total_get_req_suc_per_stream", points(&[(0, 1)])),
        ("traffic_control_put", json!([])),
    ] {
        assert_eq!(metric(&api, "/streams/s", label).await, expected, "{label}");
    }
    let latency = metric(&api, "/streams/s", "total_put_req_latency").await;
    assert_eq!(latency.as_array().unwrap().len(), 2);
    assert!(latency[0]["value"].as_i64().is_some_and(|ms| ms < 60_000));
    for (partition, label, expected) in [
        ("0", "total_put_bytes_per_partition", points(&[(0, 10), (120, 3)])),
        ("shardId-0000000001", "total_put_bytes_per_partition", points(&[(0, 6)])),
        ("1", "total_put_records_per_partition", points(&[(0, 2)])),
        ("0", "total_get_bytes_per_partition", points(&[(0, 10)])),
        ("0", "total_get_records_per_partition", points(&[(0, 1)])),
        ("1", "total_get_records_per_partition", json!([])),
    ] {
        let path = format!("/streams/s/partitions/{partition}");
        assert_eq!(metric(&api, &path, label).await, expected, "{partition} {label}");
    }
}

#[tokio::test]
async fn a_list_of_labels_is_answered_as_asked() {
    let api = Api::new().await;
    api.create("s", 1).await;
    put(&api, &[("0", 10)]).await;
    let list = STREAM_LABELS.join(",");
    let query = format!("start_time={}&end_time={NOW_S}&label=ignored&label_list={list}", NOW_S - 60);
    let answer = api.get(&format!("/streams/s/metrics?{query}")).await.body;
    let shown: Vec<_> =
        answer["metrics_list"].as_array().unwrap().iter().map(|m| m["label"].clone()).collect();
    assert_eq!(json!(shown), json!(STREAM_LABELS));
    assert_eq!(answer["metrics"], answer["metrics_list"][0]);
    assert_eq!(answer["metrics"]["data_points"], json!([{"timestamp": MINUTE_S, "value": 10}]));
}

#[tokio::test]
async fn refused_metrics_calls_name_the_reason() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let (put, part) = ("label=total_put_bytes_per_stream", "label=total_put_bytes_per_partition");
    let hour = format!("start_time={}&end_time={NOW_S}", NOW_S - 3600);
    let week = 7 * 24 * 3600;
    for (path, code) in [
        (format!("/streams/s/metrics?{hour}"), "DIS.4209"),
        (format!("/streams/s/metrics?{hour}&label="), "DIS.4209"),
        (format!("/streams/s/metrics?{hour}&label=put"), "DIS.4209"),
        (format!("/streams/s/metrics?{hour}&{part}"), "DIS.4209"),
        (format!("/streams/s/partitions/0/metrics?{hour}&{put}"), "DIS.4209"),
        (format!("/streams/s/metrics?{hour}&{put}&label_list=total_put_bytes_per_stream,x"), "DIS.4209"),
        (format!("/streams/s/metrics?{put}&end_time={NOW_S}"), "DIS.4203"),
        (format!("/streams/s/metrics?{put}&start_time=x&end_time={NOW_S}"), "DIS.4203"),
        (format!("/streams/s/metrics?{put}&start_time={NOW_S}&end_time=x"), "DIS.4203"),
        (format!("/streams/s/metrics?{put}&start_time={NOW_S}&end_time={}", NOW_S - 1), "DIS.4203"),
        (format!("/streams/s/metrics?{put}&start_time={}&end_time={}", NOW_S - week, NOW_S + 1), "DIS.4204"),
        (format!("/streams/s/metrics?{put}&start_time=0&end_time=60"), "DIS.4204"),
        (format!("/streams/t/metrics?{hour}&{put}"), "DIS.4301"),
        (format!("/streams/s/partitions/1/metrics?{hour}&{part}"), "DIS.4302"),
        (format!("/streams/s/partitions/x/metrics?{hour}&{part}"), "DIS.4201"),
    ] {
        api.get(&path).await.refused(400, code);
    }
    let period = format!("/streams/s/metrics?{put}&start_time={}&end_time={NOW_S}", NOW_S - week);
    assert_eq!(api.get(&period).await.body["metrics"]["dataPoints"], json!([]));
    let message = api.get(&format!("/streams/s/metrics?{put}&start_time=0&end_time=60")).await;
    assert_eq!(message.body["message"], "The monitoring period cannot be longer than 7 days.");
}

#[tokio::test]
async fn automatic_scaling_is_marked_in_the_history() {
    let mut api = Api::new().await;
    let body = json!({"stream_name": "s", "partition_count": 4, "auto_scale_enabled": true,
                      "auto_scale_min_partition_count": 1, "auto_scale_max_partition_count": 9});
    assert_eq!(api.post("/streams", body).await.status, 201);
    api.later(300).await;
    api.streams.tend_traffic().await;
    let detail = api.get("/streams/s").await.body;
    assert_eq!(detail["writable_partition_count"], 2);
    assert_eq!(
        detail["update_partition_counts"],
        json!([{"create_timestamp": START_MS + 300_000, "src_partition_count": 4,
                "target_partition_count": 2, "result_code": 0, "auto_scale": true}])
    );
    let up = json!({"stream_name": "s", "target_partition_count": 3}).to_string();
    assert_eq!(api.call("PUT", "/streams/s", up).await.status, 200);
    assert_eq!(api.get("/streams/s").await.body["update_partition_counts"][1]["auto_scale"], false);
}
