//! Tags: added, overwritten, removed, listed, and streams found by them.

use super::*;

async fn stream(api: &Api, name: &str, tags: Value) -> String {
    let body = json!({"stream_name": name, "partition_count": 1, "tags": tags});
    assert_eq!(api.post("/streams", body).await.status, 201);
    api.get(&format!("/streams/{name}")).await.body["stream_id"].as_str().unwrap().to_owned()
}

fn tag(key: &str, value: &str) -> Value {
    json!({"key": key, "value": value})
}

async fn tags_of(api: &Api, id: &str) -> Value {
    api.get(&format!("/stream/{id}/tags")).await.body["tags"].clone()
}

#[track_caller]
fn changed(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (204, 0), "{}", answer.body);
}

#[tokio::test]
async fn tags_are_added_overwritten_and_removed() {
    let api = Api::new().await;
    let id = stream(&api, "s", json!([tag("old", "1")])).await;
    let path = format!("/stream/{id}/tags");
    changed(&api.post(&path, json!({"tag": tag("team", "a.b")})).await);
    changed(&api.post(&format!("{path}/"), json!({"tag": tag("team", "c")})).await);
    changed(&api.post(&path, json!({"tag": {"key": "鍵", "value": null}})).await);
    assert_eq!(tags_of(&api, &id).await, json!([tag("old", "1"), tag("team", "c"), tag("鍵", "")]));
    // The name will do, too; descriptions and lists show the same.
    assert_eq!(tags_of(&api, "s").await, api.get("/streams/s").await.body["tags"]);
    let listed = api.get("/streams").await.body;
    assert_eq!(listed["stream_info_list"][0]["tags"][1], tag("team", "c"));

    changed(&api.call("DELETE", &format!("{path}/%E9%8D%B5"), "").await);
    api.call("DELETE", &format!("{path}/%E9%8D%B5"), "").await.refused(400, "DIS.4604");
    let system = json!([{"key": "_sys_enterprise_project_id", "value": "0"}]);
    let create =
        json!({"action": "create", "tags": [tag("action", "x"), tag("team", "d")], "sys_tags": system});
    changed(&api.post(&format!("{path}/action"), create).await);
    assert_eq!(api.get("/streams/s").await.body["sys_tags"], system);
    assert_eq!(api.get(&path).await.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["tags"]);
    changed(&api.call("DELETE", &format!("{path}/action"), "").await);
    let delete =
        json!({"action": "delete", "tags": [{"key": "old"}, {"key": "no such/key?"}], "sys_tags": system});
    changed(&api.post(&format!("{path}/action"), delete).await);
    assert_eq!(api.get(&path).await.body, json!({"tags": [tag("team", "d")]}));
    assert_eq!(api.get("/streams/s").await.body.get("sys_tags"), None);
}

#[tokio::test]
async fn every_wrong_tag_call_has_its_code() {
    let api = Api::new().await;
    let id = stream(&api, "s", json!((0..9).map(|n| tag(&format!("k{n}"), "")).collect::<Vec<_>>())).await;
    let (path, action) = (format!("/stream/{id}/tags"), format!("/stream/{id}/tags/action"));
    let batch = |action: &str, tags: Value| json!({"action": action, "tags": tags});
    changed(&api.post(&path, json!({"tag": tag(&"k".repeat(36), &"v".repeat(43))})).await);
    api.post(&path, json!({"tag": tag("eleventh", "")})).await.refused(400, "DIS.4601");
    api.post(&action, batch("create", json!([tag("x", ""), tag("y", "")]))).await.refused(400, "DIS.4601");
    changed(&api.post(&path, json!({"tag": tag("k0", "overwritten")})).await);
    for wrong in
        [tag("", ""), tag(&"k".repeat(37), ""), tag("a b", ""), tag("k0", &"v".repeat(44)), tag("k0", "a/b")]
    {
        api.post(&path, json!({"tag": wrong})).await.refused(400, "DIS.4200");
        api.post(&action, batch("create", json!([wrong]))).await.refused(400, "DIS.4200");
    }
    api.post(&action, batch("create", json!([tag("k0", "1"), tag("k0", "2")])))
        .await
        .refused(400, "DIS.4200");
    let no_uuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f";
    for value in ["", "1", "nonsense", no_uuid, &format!("{no_uuid}g"), &format!("{no_uuid}0-")] {
        let system = json!([tag("_sys_enterprise_project_id", value)]);
        let both = json!({"action": "create", "tags": [tag("k0", "")], "sys_tags": system});
        let text = api.post(&action, both).await.refused(400, "DIS.4200").to_owned();
        assert!(text.contains("_sys_enterprise_project_id must be 0 or a UUID"), "{text}");
        let made = json!({"stream_name": "t", "partition_count": 1, "sys_tags": system});
        assert_eq!(api.post("/streams", made).await.refused(400, "DIS.4200"), text);
    }
    for wrong in
        [json!({}), json!({"tag": null}), json!({"tag": 7}), json!({"tag": {"value": "v"}}), json!([])]
    {
        api.post(&path, wrong).await.refused(400, "DIS.4200");
    }
    api.post(&action, batch("create", json!([]))).await.refused(400, "DIS.4200");
    api.post(&action, json!({"tags": [tag("a", "")]})).await.refused(400, "DIS.4200");
    api.post(&action, batch("replace", json!([tag("a", "")]))).await.refused(400, "DIS.4605");
    api.call("POST", &path, "").await.refused(400, "DIS.4202");
    api.call("POST", &path, "{").await.refused(400, "DIS.4300");
    for method in ["GET", "POST"] {
        let body = json!({"tag": tag("a", "")}).to_string();
        api.call(method, "/stream/nobody/tags", body).await.refused(400, "DIS.4603");
    }
    api.call("DELETE", "/stream/nobody/tags/a", "").await.refused(400, "DIS.4603");
    api.post("/stream/nobody/tags/action", batch("delete", json!([tag("a", "")])))
        .await
        .refused(400, "DIS.4603");
    api.get("/streamlet/tags").await.refused(400, "DIS.4602");
    api.post("/streamlet/resource_instances/action", json!({})).await.refused(400, "DIS.4602");
    assert_eq!(tags_of(&api, &id).await.as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn tags_stay_with_a_restart_and_go_with_the_stream() {
    let api = Api::new().await;
    let id = stream(&api, "s", json!([tag("b", "1"), tag("a", "2")])).await;
    changed(&api.post(&format!("/stream/{id}/tags"), json!({"tag": tag("c", "3")})).await);
    let stored = |api: &Api| {
        let meta = api.meta.clone();
        async move { meta.read(|tx| Box::pin(tidemill_meta::stream::streams(tx))).await.unwrap() }
    };
    let rows: Vec<_> = stored(&api).await[0].tags.iter().map(|t| (t.name.clone(), t.value.clone())).collect();
    assert_eq!(rows, [("a", "2"), ("b", "1"), ("c", "3")].map(|(k, v)| (k.to_owned(), v.to_owned())));
    assert_eq!(api.call("DELETE", "/streams/s", "").await.status, 204);
    api.get(&format!("/stream/{id}/tags")).await.refused(400, "DIS.4603");
    let again = stream(&api, "s", json!([])).await;
    assert_eq!(
        (tags_of(&api, &again).await, api.get("/stream/tags").await.body),
        (json!([]), json!({"tags": []}))
    );
}

#[tokio::test]
async fn a_project_shows_its_keys_with_distinct_values() {
    let api = Api::new().await;
    stream(&api, "s1", json!([tag("team", "b"), tag("env", "")])).await;
    stream(&api, "s2", json!([tag("team", "a")])).await;
    stream(&api, "s3", json!([tag("team", "b")])).await;
    let wanted = json!({"tags": [{"key": "env", "values": [""]}, {"key": "team", "values": ["a", "b"]}]});
    assert_eq!(api.get("/stream/tags/").await.body, wanted);
}

/// Names of the streams a query finds.
async fn found(api: &Api, condition: Value) -> Vec<String> {
    let mut body = condition;
    body["action"] = json!("filter");
    let answer = api.post("/stream/resource_instances/action", body.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let resources = answer.body["resources"].as_array().unwrap();
    body["action"] = json!("count");
    let counted = api.post("/stream/resource_instances/action", body).await.body;
    assert_eq!(counted, json!({"total_count": answer.body["total_count"]}));
    resources.iter().map(|r| r["resource_name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn streams_are_found_by_their_tags() {
    let api = Api::new().await;
    let id = stream(&api, "a1", json!([tag("team", "red"), tag("env", "prod")])).await;
    stream(&api, "a2", json!([tag("team", "redder")])).await;
    stream(&api, "b1", json!([tag("team", "blue"), tag("env", "test")])).await;
    stream(&api, "b2", json!([])).await;
    let group = |key: &str, values: &[&str]| json!({"key": key, "values": values});
    let red_prod = json!([group("team", &["red"]), group("env", &["prod", "test"])]);
    for (condition, wanted) in [
        (json!({}), &["a1", "a2", "b1", "b2"][..]),
        (json!({"tags": [group("team", &[])]}), &["a1", "a2", "b1"]),
        (json!({"tags": [{"key": "team"}]}), &["a1", "a2", "b1"]),
        (json!({"tags": [group("team", &["red", "blue"])]}), &["a1", "b1"]),
        (json!({"tags": [group("team", &["*edd"])]}), &["a2"]),
        (json!({"tags": red_prod}), &["a1"]),
        (json!({"tags_any": red_prod}), &["a1", "b1"]),
        (json!({"not_tags": red_prod}), &["a2", "b1", "b2"]),
        (json!({"not_tags_any": red_prod}), &["a2", "b2"]),
        (json!({"tags_any": [], "not_tags": [], "matches": null}), &["a1", "a2", "b1", "b2"]),
        (json!({"matches": [{"key": "resource_name", "value": "b"}]}), &["b1", "b2"]),
        (json!({"matches": "[{\"key\": \"resource_name\", \"value\": \"b\"}]"}), &["b1", "b2"]),
        (json!({"matches": "a2"}), &["a2"]),
        (json!({"tags": [group("team", &[])], "matches": "b"}), &["b1"]),
    ] {
        assert_eq!(found(&api, condition.clone()).await, wanted, "{condition}");
    }
    let page = json!({"action": "filter", "limit": "1", "offset": "0", "tags": [group("team", &[])]});
    let one = api.post("/stream/resource_instances/action/", page).await.body;
    let resource = json!({"resource_id": id, "resource_detail": null, "resource_name": "a1",
                          "tags": [tag("env", "prod"), tag("team", "red")]});
    let sorted = |mut answer: Value| {
        let tags = answer["resources"][0]["tags"].as_array_mut().unwrap();
        tags.sort_by_key(|t| t["key"].to_string());
        answer
    };
    assert_eq!(sorted(one), json!({"resources": [resource], "total_count": 3}));
    let rest = json!({"action": "filter", "limit": 1000, "offset": 2});
    let rest = api.post("/stream/resource_instances/action", rest).await.body;
    assert_eq!((rest["resources"].as_array().unwrap().len(), &rest["total_count"]), (2, &json!(4)));
}

#[tokio::test]
async fn wrong_queries_are_refused() {
    let api = Api::new().await;
    let many = |n: usize| (0..n).map(|n| json!({"key": format!("k{n}")})).collect::<Vec<_>>();
    for (body, code) in [
        (json!({}), "DIS.4200"),
        (json!({"action": "find"}), "DIS.4605"),
        (json!({"action": "filter", "limit": 0}), "DIS.4200"),
        (json!({"action": "filter", "limit": "1001"}), "DIS.4200"),
        (json!({"action": "filter", "limit": "x"}), "DIS.4200"),
        (json!({"action": "filter", "offset": -1}), "DIS.4200"),
        (json!({"action": "filter", "offset": "99999999999999999999"}), "DIS.4200"),
        (json!({"action": "count", "tags": many(11)}), "DIS.4200"),
        (json!({"action": "count", "tags": [{"key": "k", "values": vec!["v"; 11]}]}), "DIS.4200"),
        (json!({"action": "count", "tags": [{"values": []}]}), "DIS.4200"),
        (json!({"action": "count", "tags_any": [{"key": ""}]}), "DIS.4200"),
        (json!({"action": "count", "tags_any": [{"key": "k".repeat(37)}]}), "DIS.4200"),
        (json!({"action": "count", "matches": [{"key": "resource_id", "value": "x"}]}), "DIS.4200"),
        (json!({"action": "count", "matches": 7}), "DIS.4200"),
    ] {
        api.post("/stream/resource_instances/action", body.clone()).await.refused(400, code);
    }
    // Pages do not matter to a count.
    let counted = api.post("/stream/resource_instances/action", json!({"action": "count", "limit": 0})).await;
    assert_eq!(counted.body, json!({"total_count": 0}));
    let many = json!({"action": "count", "tags": many(10)});
    assert_eq!(api.post("/stream/resource_instances/action", many).await.status, 200);
}
