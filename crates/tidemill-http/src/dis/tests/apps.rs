//! Apps, their checkpoints and their progress.

use super::*;

fn commit(partition: &str, sequence: &str) -> Value {
    json!({"app_name": "a", "checkpoint_type": "LAST_READ", "stream_name": "s", "partition_id": partition,
           "sequence_number": sequence, "metadata": "m"})
}

#[tokio::test]
async fn an_app_is_made_listed_and_deleted() {
    let api = Api::new().await;
    api.get("/apps/a").await.refused(400, "DIS.4332");
    for name in ["b", "a", "c"] {
        let made = api.post("/apps/", json!({"app_name": name})).await;
        assert_eq!((made.status.as_u16(), made.bytes.len()), (201, 0));
        assert_eq!(made.headers["content-length"], "0");
    }
    api.post("/apps", json!({"app_name": "a"})).await.refused(400, "DIS.4330");
    let app = api.get("/apps/a").await.body;
    assert_eq!((&app["app_name"], &app["create_time"]), (&json!("a"), &json!(START_MS)));
    assert_eq!(app["commit_checkpoint_stream_names"], json!([]));
    let page = api.get("/apps?limit=2").await.body;
    let names = |page: &Value| -> Vec<String> {
        page["apps"].as_array().unwrap().iter().map(|a| a["app_name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&page), ["a", "b"]);
    assert_eq!((&page["has_more_app"], &page["total_number"]), (&json!(true), &json!(3)));
    assert_eq!(names(&api.get("/apps?start_app_name=b&limit=1000").await.body), ["c"]);
    assert_eq!(api.call("DELETE", "/apps/a", "").await.status, 204);
    api.call("DELETE", "/apps/a", "").await.refused(400, "DIS.4332");
}

#[tokio::test]
async fn apps_have_a_quota() {
    let api = Api::new().await;
    for index in 0..50 {
        assert_eq!(api.post("/apps", json!({"app_name": format!("a{index}")})).await.status, 201);
    }
    api.post("/apps", json!({"app_name": "more"})).await.refused(400, "DIS.4329");
    api.post("/apps", json!({"app_name": "a0"})).await.refused(400, "DIS.4330");
}

#[tokio::test]
async fn checkpoints_are_kept_as_given() {
    let api = Api::new().await;
    api.create("s", 2).await;
    api.post("/apps", json!({"app_name": "a"})).await;
    api.put("s", &["x"; 40]).await;
    let url = "/checkpoints?stream_name=s&app_name=a&partition_id=0&checkpoint_type=LAST_READ";
    let nothing = api.get(url).await;
    assert_eq!(
        (nothing.status.as_u16(), nothing.body),
        (200, json!({"sequence_number": "-1", "metadata": ""}))
    );
    let end = api.streams.bounds(&api.streams.all()[0], tidemill_model::PartitionId(0)).unwrap().next;
    for number in [end, 0, 1] {
        let committed = api.post("/checkpoints/", commit("shardId-0000000000", &number.to_string())).await;
        assert_eq!((committed.status.as_u16(), committed.bytes.len()), (201, 0), "{}", committed.body);
    }
    assert_eq!(api.get(url).await.body, json!({"sequence_number": "1", "metadata": "m"}));
    api.post("/checkpoints", commit("0", &(end + 1).to_string())).await.refused(400, "DIS.4224");
    assert_eq!(api.get("/apps/a").await.body["commit_checkpoint_stream_names"], json!(["s"]));
    assert_eq!(api.get("/apps?stream_name=s").await.body["total_number"], 1);
    let state = api.get("/apps/a/streams/s?start_partition_id=&").await.body;
    assert_eq!(
        state["partition_consuming_states"][0],
        json!({"partition_id": "shardId-0000000000", "sequence_number": "1", "metadata": "m", "latest_offset": end,
               "earliest_offset": 0, "checkpoint_type": "LAST_READ", "status": "ACTIVE"})
    );
    assert_eq!(state["partition_consuming_states"][1]["sequence_number"], "-1");
    assert_eq!((&state["has_more"], &state["app_name"]), (&json!(false), &json!("a")));
    let after = api.get("/apps/a/streams/s?start_partition_id=0&limit=1").await.body;
    assert_eq!(after["partition_consuming_states"][0]["partition_id"], "shardId-0000000001");
    let gone = api.call("DELETE", "/checkpoints?stream_name=s&app_name=a", "").await;
    assert_eq!(gone.status, 204);
    assert_eq!(api.get(url).await.body["sequence_number"], "-1");
    api.call("DELETE", "/checkpoints?stream_name=s&app_name=a", "").await.refused(400, "DIS.4375");
}

#[tokio::test]
async fn refused_checkpoints_name_the_reason() {
    let api = Api::new().await;
    api.create("s", 1).await;
    api.post("/checkpoints", commit("0", "0")).await.refused(400, "DIS.4332");
    api.post("/apps", json!({"app_name": "a"})).await;
    assert_eq!(api.post("/checkpoints", commit("0", "0")).await.status, 201);
    let with = |member: &str, value: Value| {
        let mut body = commit("0", "0");
        body[member] = value;
        body
    };
    for (body, code) in [
        (with("checkpoint_type", json!("FIRST")), "DIS.4200"),
        (with("checkpoint_type", json!(null)), "DIS.4200"),
        (with("stream_name", json!("t")), "DIS.4301"),
        (with("partition_id", json!("x")), "DIS.4201"),
        (with("partition_id", json!("1")), "DIS.4302"),
        (with("sequence_number", json!("-1")), "DIS.4216"),
        (with("sequence_number", json!(null)), "DIS.4216"),
        (with("metadata", json!("ä".repeat(1001))), "DIS.4200"),
        (with("app_name", json!("none")), "DIS.4332"),
    ] {
        api.post("/checkpoints", body).await.refused(400, code);
    }
    let mut nameless = commit("0", "0");
    nameless.as_object_mut().unwrap().remove("app_name");
    for body in [with("app_name", json!("")), with("app_name", json!(null)), nameless] {
        let refused = api.post("/checkpoints", body).await;
        assert_eq!(refused.refused(400, "DIS.4200"), "Invalid request. [app_name is missing]");
    }
    assert_eq!(api.post("/checkpoints", with("metadata", json!("ä".repeat(1000)))).await.status, 201);
    api.get("/checkpoints?stream_name=s&app_name=b&partition_id=0").await.refused(400, "DIS.4332");
    api.get("/checkpoints?stream_name=s&partition_id=0").await.refused(400, "DIS.4200");
    api.get("/apps/b/streams/s").await.refused(400, "DIS.4332");
    api.get("/apps/a/streams/t").await.refused(400, "DIS.4301");
}

#[tokio::test]
async fn a_deleted_stream_takes_its_checkpoints_along() {
    let api = Api::new().await;
    api.create("s", 1).await;
    api.post("/apps", json!({"app_name": "a"})).await;
    api.post("/checkpoints", commit("0", "0")).await;
    api.call("DELETE", "/streams/s", "").await;
    assert_eq!(api.get("/apps/a").await.body["commit_checkpoint_stream_names"], json!([]));
    api.create("s", 1).await;
    let url = "/checkpoints?stream_name=s&app_name=a&partition_id=0";
    assert_eq!(api.get(url).await.body["sequence_number"], "-1");
}
