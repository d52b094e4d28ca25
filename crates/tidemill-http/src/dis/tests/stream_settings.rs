//! Settings of a stream: changed by both forms, refused past their limits. Small files: never found.

use super::*;

const HOUR_S: u64 = 3600;

async fn put(api: &Api, version: &str, path: &str, body: impl Into<Body>) -> Answer {
    let request = Request::builder()
        .method("PUT")
        .uri(format!("/{version}/{PROJECT}{path}"))
        .header("host", HOST)
        .header("x-auth-token", &api.token)
        .header("content-type", "application/json");
    api.send(request.body(body.into()).unwrap()).await
}

async fn update(api: &Api, body: &Value) -> Answer {
    put(api, "v3", "/streams/s", body.to_string()).await
}

async fn legacy(api: &Api, body: &Value) -> Answer {
    put(api, "v2", "/streams/s/update", body.to_string()).await
}

/// The settings that calls here change, as a description shows them.
async fn settings(api: &Api) -> Value {
    let detail = api.get("/streams/s").await.body;
    let names = [
        "retention_period",
        "data_type",
        "data_schema",
        "auto_scale_enabled",
        "auto_scale_min_partition_count",
        "auto_scale_max_partition_count",
    ];
    json!(names.map(|name| detail[name].clone()))
}

#[tokio::test]
async fn what_is_given_changes_and_what_is_absent_stays() {
    let mut api = Api::new().await;
    api.create("s", 1).await;
    assert_eq!(settings(&api).await, json!([24, "BLOB", null, false, null, null]));
    api.later(1).await;
    let changed = update(&api, &json!({"stream_name": "s", "data_duration": 168})).await;
    assert_eq!((changed.status.as_u16(), changed.bytes.len()), (204, 0));
    assert_eq!(settings(&api).await, json!([168, "BLOB", null, false, null, null]));
    assert_eq!(api.get("/streams/s").await.body["last_modified_time"], START_MS + 1000);
    let schema = r#"{"type":"record","name":"r","fields":[]}"#;
    for (body, expected) in [
        (
            json!({"data_type": "JSON", "data_schema": schema}),
            json!([168, "JSON", schema, false, null, null]),
        ),
        (
            json!({"auto_scale_enabled": true, "auto_scale_min_partition_count": 1, "auto_scale_max_partition_count": 1}),
            json!([168, "JSON", schema, true, 1, 1]),
        ),
        (json!({"auto_scale_max_partition_count": 9}), json!([168, "JSON", schema, true, 1, 9])),
        (json!({"auto_scale_enabled": false}), json!([168, "JSON", schema, false, 1, 9])),
        (
            json!({"data_duration": 24, "data_type": null, "data_schema": ""}),
            json!([24, "JSON", schema, false, 1, 9]),
        ),
        (json!({"stream_name": "s", "unknown": [1]}), json!([24, "JSON", schema, false, 1, 9])),
    ] {
        assert_eq!(update(&api, &body).await.status, 204, "{body}");
        assert_eq!(settings(&api).await, expected, "{body}");
    }
    let id = api.get("/streams/s").await.body["stream_id"].as_str().unwrap().to_owned();
    let by_id = put(&api, "v3", &format!("/streams/{id}/"), r#"{"data_duration":72}"#).await;
    assert_eq!((by_id.status.as_u16(), settings(&api).await[0].clone()), (204, json!(72)));
}

#[tokio::test]
async fn settings_survive_a_restart() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let body = json!({
        "data_duration": 100, "data_type": "CSV", "auto_scale_enabled": true, "auto_scale_max_partition_count": 4
    });
    assert_eq!(update(&api, &body).await.status, 204);
    let stream = api.streams.all()[0].clone();
    let log = api.streams.log().clone();
    let again =
        Streams::open(api.meta.clone(), log, api.clock.clone(), StreamsConfig::default(), Events::none())
            .await
            .unwrap();
    let stored = again.by_id(&stream.id).unwrap();
    assert_eq!((stored.retention_hours, stored.data_type), (100, stream.data_type));
    assert_eq!((stored.auto_scale, stored.modified_ms), (stream.auto_scale, stream.modified_ms));
}

#[tokio::test]
async fn refused_settings_change_nothing() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let before = settings(&api).await;
    for (body, code) in [
        (json!({"data_duration": 23}), "DIS.4200"),
        (json!({"data_duration": 169}), "DIS.4200"),
        (json!({"data_duration": "24"}), "DIS.4200"),
        (json!({"data_duration": i64::MAX}), "DIS.4200"),
        (json!({"data_type": "XML"}), "DIS.4200"),
        (json!({"data_type": 1}), "DIS.4200"),
        (json!({"data_schema": "{}"}), "DIS.4360"),
        (json!({"data_schema": []}), "DIS.4200"),
        (json!({"auto_scale_enabled": "yes"}), "DIS.4200"),
        (json!({"auto_scale_min_partition_count": 0}), "DIS.4200"),
        (json!({"auto_scale_max_partition_count": 0}), "DIS.4200"),
        (json!({"auto_scale_max_partition_count": 1.5}), "DIS.4200"),
        (json!({"auto_scale_min_partition_count": 3, "auto_scale_max_partition_count": 2}), "DIS.4200"),
        (json!({"data_duration": 48, "data_type": "JSON", "data_schema": "no"}), "DIS.4360"),
        (json!([]), "DIS.4200"),
    ] {
        update(&api, &body).await.refused(400, code);
        assert_eq!(settings(&api).await, before, "{body}");
    }
    put(&api, "v3", "/streams/s", "").await.refused(400, "DIS.4202");
    put(&api, "v3", "/streams/s", "{").await.refused(400, "DIS.4300");
    put(&api, "v3", "/streams/none", "{}").await.refused(400, "DIS.4301");
    let scaling_only = put(&api, "v2", "/streams/s", r#"{"stream_name":"s","data_duration":48}"#).await;
    let message = scaling_only.refused(400, "DIS.4200");
    assert_eq!(message, "Invalid request. [Invalid target_partition_count null.]");
}

#[tokio::test]
async fn the_older_form_changes_one_kind_of_setting() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let body = json!({
        "update_type": "DATA_TYPE", "stream_name": "s", "data_type": "JSON", "data_schema": "\"string\"",
        "auto_scale_enabled": true,
    });
    let changed = legacy(&api, &body).await;
    assert_eq!(
        (changed.status.as_u16(), &changed.body),
        (200, &json!({"stream_name": "s", "target_data_type": "JSON"}))
    );
    assert_eq!(settings(&api).await, json!([24, "JSON", "\"string\"", false, null, null]));
    let body = json!({
        "update_type": "AUTO_SCALE", "data_type": "BLOB", "data_duration": 48, "auto_scale_enabled": true,
        "auto_scale_min_partition_count": 1, "auto_scale_max_partition_count": 5,
    });
    assert_eq!(legacy(&api, &body).await.body["target_data_type"], "JSON");
    assert_eq!(settings(&api).await, json!([24, "JSON", "\"string\"", true, 1, 5]));
    for (body, code) in [
        (json!({"data_type": "CSV"}), "DIS.4200"),
        (json!({"update_type": null, "data_type": "CSV"}), "DIS.4200"),
        (json!({"update_type": "", "data_type": "CSV"}), "DIS.4200"),
        (json!({"update_type": "RETENTION", "data_duration": 48}), "DIS.4200"),
        (json!({"update_type": 1}), "DIS.4200"),
        (json!({"update_type": "DATA_TYPE"}), "DIS.4200"),
        (json!({"update_type": "DATA_TYPE", "data_type": "XML"}), "DIS.4200"),
        (json!({"update_type": "DATA_TYPE", "data_type": "JSON", "data_schema": "1"}), "DIS.4360"),
        (json!({"update_type": "AUTO_SCALE", "auto_scale_min_partition_count": 6}), "DIS.4200"),
        (json!({"update_type": "AUTO_SCALE", "auto_scale_min_partition_count": "2"}), "DIS.4200"),
    ] {
        legacy(&api, &body).await.refused(400, code);
        assert_eq!(settings(&api).await, json!([24, "JSON", "\"string\"", true, 1, 5]), "{body}");
    }
    put(&api, "v2", "/streams/none/update", body.to_string()).await.refused(400, "DIS.4301");
}

#[tokio::test]
async fn a_shorter_retention_trims_at_once_and_a_longer_one_keeps() {
    let mut api = Api::new().await;
    api.create("s", 1).await;
    assert_eq!(update(&api, &json!({"data_duration": 72})).await.status, 204);
    api.put("s", &["old"]).await;
    api.later(30 * HOUR_S).await;
    api.put("s", &["new"]).await;
    api.streams.expire().await;
    let range =
        async |api: &Api| api.get("/streams/s").await.body["partitions"][0]["sequence_number_range"].clone();
    assert_eq!(range(&api).await, "[0 : 2]");
    assert_eq!(update(&api, &json!({"data_duration": 24})).await.status, 204);
    assert_eq!(range(&api).await, "[1 : 2]");
    assert_eq!(update(&api, &json!({"data_duration": 168})).await.status, 204);
    api.later(100 * HOUR_S).await;
    api.streams.expire().await;
    assert_eq!(range(&api).await, "[1 : 2]");
}

#[tokio::test]
async fn no_small_file_is_ever_found() {
    let api = Api::new().await;
    let state = |stream: &str, file: &str| json!({"stream_name": stream, "file_name": file, "deliver_data_id": "d%1", "state": "not found"});
    for (query, expected) in [
        ("?stream-name=s&file-name=a%20b&", state("s", "a b")),
        ("?stream-name=&file-name", state("", "")),
        ("", state("", "")),
    ] {
        let answer = api.get(&format!("/files/d%251/state{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.body), (200, expected), "{query}");
    }
    api.post("/files/d/state", json!({})).await.refused(405, "APIGW.0103");
}
