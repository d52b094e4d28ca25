//! Consumer groups as the Kafka adapter calls them.

use super::*;

impl Api {
    /// One call of a member, with the body that all but joining have.
    async fn member(&self, app: &str, client: &str, what: &str, generation: i64) -> Value {
        let body = json!({"groupId": app, "clientId": client, "generation": generation});
        let answer = self.post(&format!("/apps/{app}/consumers/{client}/{what}/"), body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    async fn beat(&self, client: &str, generation: i64) -> String {
        self.member("a", client, "heartbeats", generation).await["state"].as_str().unwrap().to_owned()
    }

    async fn sync(&self, client: &str) -> Value {
        self.member("a", client, "partitions", -1).await
    }

    /// Joins the group of app `a`.
    async fn join(&self, client: &str, more: Value) -> Answer {
        let mut body = json!({"groupId": "a", "clientId": client, "accelerateAssignEnabled": false,
                              "rebalanceTimeoutMs": 20000});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/apps/a/consumers/", body).await
    }

    async fn join_s(&self, client: &str) {
        let joined = self.join(client, json!({"interestedStream": ["s"]})).await;
        assert_eq!(joined.body, json!({"state": "OK", "syncDelayedTimeMs": 0}));
    }

    async fn commit_as(&self, client: &str, generation: Value) -> Answer {
        let body = json!({"app_name": "a", "checkpoint_type": "LAST_READ", "stream_name": "s",
            "partition_id": "0", "sequence_number": "0", "client_id": client, "generation_id": generation});
        self.post("/checkpoints/", body).await
    }

    /// App `a` and stream `s` with six partitions.
    async fn with_group() -> Self {
        let api = Self::new().await;
        api.create("s", 6).await;
        assert_eq!(api.post("/apps", json!({"app_name": "a"})).await.status, 201);
        api
    }
}

#[tokio::test]
async fn members_share_the_partitions_and_inherit_those_of_a_silent_one() {
    let mut api = Api::with_group().await;
    for (client, others) in [("c1", &[][..]), ("c2", &["c1"]), ("c3", &["c1", "c2"])] {
        assert_eq!(api.beat(client, -1).await, "JOINING");
        api.join_s(client).await;
        for other in others {
            assert_eq!(api.sync(client).await, json!({"state": "WAITING"}));
            assert_eq!(api.beat(other, 0).await, "JOINING");
            api.join_s(other).await;
        }
        assert_eq!(api.beat(client, -1).await, "SYNCING");
        for synced in others.iter().chain([&client]) {
            assert_eq!(api.sync(synced).await["state"], "OK");
        }
    }
    // Whoever was there before keeps as much as its share allows.
    for (client, partitions) in [("c1", [0, 1]), ("c2", [4, 5]), ("c3", [2, 3])] {
        let expected = json!({"state": "OK", "generation": 3, "assignment": {"s": partitions}});
        assert_eq!(api.sync(client).await, expected);
        assert_eq!(api.beat(client, 3).await, "STABLE");
    }
    api.later(20).await;
    assert_eq!([api.beat("c1", 3).await, api.beat("c2", 3).await], ["STABLE", "STABLE"]);
    api.later(10).await;
    assert_eq!(api.beat("c1", 3).await, "JOINING");
    api.join_s("c1").await;
    assert_eq!(api.sync("c2").await, json!({"state": "REJOIN"}));
    api.join_s("c2").await;
    assert_eq!(api.sync("c1").await["assignment"], json!({"s": [0, 1, 2]}));
    assert_eq!(api.sync("c2").await["assignment"], json!({"s": [3, 4, 5]}));
    assert_eq!(api.beat("c3", 3).await, "JOINING");
}

#[tokio::test]
async fn only_members_of_the_present_generation_commit() {
    let mut api = Api::with_group().await;
    let refused = |answer: Answer, code: &str, text: &str| assert_eq!(answer.refused(400, code), text);
    refused(api.commit_as("c1", json!(0)).await, "DIS.4702", "member does not exist");
    api.join_s("c1").await;
    refused(api.commit_as("c1", json!(1)).await, "DIS.4701", "rebalance in progress");
    let generation = api.sync("c1").await["generation"].as_i64().unwrap();
    assert_eq!(api.commit_as("c1", json!(generation)).await.status, 201);
    for wrong in [json!(generation - 1), json!(generation + 1), json!(-1), json!(null)] {
        refused(api.commit_as("c1", wrong).await, "DIS.4703", "illegal generation");
    }
    assert_eq!(api.commit_as("", json!(null)).await.status, 201, "no member: unchecked");
    api.join_s("c2").await;
    refused(api.commit_as("c1", json!(generation)).await, "DIS.4701", "rebalance in progress");
    api.later(31).await;
    refused(api.commit_as("c1", json!(generation)).await, "DIS.4702", "member does not exist");
    let body = json!({"app_name": "none", "checkpoint_type": "LAST_READ", "stream_name": "s",
        "partition_id": "0", "sequence_number": "0", "client_id": "c1", "generation_id": 1});
    api.post("/checkpoints", body).await.refused(400, "DIS.4332");
}

#[tokio::test]
async fn a_pattern_follows_streams_and_ids_name_their_partitions() {
    let api = Api::with_group().await;
    let pattern = json!({"streamPattern": "t.*", "interestedStreamIdList": []});
    let joined = api.join("c1", pattern.clone()).await.body;
    assert_eq!(joined, json!({"state": "OK", "syncDelayedTimeMs": 0, "subscription": []}));
    assert_eq!(api.sync("c1").await["assignment"], json!({}));
    assert_eq!(api.beat("c1", 1).await, "STABLE");
    api.create("t1", 2).await;
    assert_eq!(api.beat("c1", 1).await, "JOINING");
    assert_eq!(api.join("c1", pattern.clone()).await.body["subscription"], json!(["t1"]));
    assert_eq!(api.sync("c1").await["assignment"], json!({"t1": [0, 1]}));
    assert_eq!(api.call("DELETE", "/streams/t1", "").await.status, 204);
    assert_eq!(api.beat("c1", 2).await, "JOINING");
    let id = api.streams.all()[0].id.clone();
    assert_eq!(api.join("c1", json!({"interestedStreamIdList": [id]})).await.body["state"], "OK");
    assert_eq!(api.sync("c1").await["assignment"], json!({id: [0, 1, 2, 3, 4, 5]}));
}

#[tokio::test]
async fn scaled_streams_are_shared_anew() {
    let api = Api::with_group().await;
    api.join_s("c1").await;
    api.sync("c1").await;
    assert_eq!(
        api.call("PUT", "/streams/s", json!({"target_partition_count": 7}).to_string()).await.status,
        200
    );
    assert_eq!(api.beat("c1", 1).await, "JOINING");
    api.join_s("c1").await;
    assert_eq!(api.sync("c1").await["assignment"], json!({"s": [0, 1, 2, 3, 4, 5, 6]}));
}

#[tokio::test]
async fn an_app_with_live_members_is_in_use() {
    let mut api = Api::with_group().await;
    api.join_s("c1").await;
    let refused = api.call("DELETE", "/apps/a", "").await;
    assert_eq!(refused.refused(400, "DIS.4331"), "app is using.");
    assert_eq!(api.call("DELETE", "/apps/a/consumers/c1/", "").await.status, 204);
    assert_eq!(api.call("DELETE", "/apps/a/consumers/c1", "").await.status, 204);
    assert_eq!(api.call("DELETE", "/apps/a", "").await.status, 204);
    api.call("DELETE", "/apps/a/consumers/c1", "").await.refused(400, "DIS.4332");
    api.post("/apps", json!({"app_name": "a"})).await;
    api.join_s("c1").await;
    assert_eq!(api.sync("c1").await["generation"], 2, "generations of the deleted app are over");
    api.later(30).await;
    assert_eq!(api.call("DELETE", "/apps/a", "").await.status, 204, "its only member is silent");
}

#[tokio::test]
async fn an_unknown_app_is_a_state() {
    let api = Api::new().await;
    let unknown = json!({"state": "GROUP_NOT_EXIST"});
    assert_eq!(api.member("a", "c1", "heartbeats", -1).await, unknown);
    assert_eq!(api.member("a", "c1", "partitions", -1).await, unknown);
    let joined = api.join("c1", json!({"interestedStream": ["s"]})).await.body;
    assert_eq!(joined, json!({"state": "GROUP_NOT_EXIST", "syncDelayedTimeMs": 0}));
}

#[tokio::test]
async fn a_wrong_subscription_is_a_state() {
    let api = Api::with_group().await;
    let id = api.streams.all()[0].id.clone();
    for subscription in [
        json!({"interestedStream": ["none"]}),
        json!({"interestedStream": ["s", "s"]}),
        json!({"interestedStream": ["s"], "interestedStreamIdList": [id]}),
        json!({"interestedStreamIdList": ["s"]}),
        json!({"interestedStream": null, "streamPattern": null}),
        json!({"streamPattern": "("}),
    ] {
        let joined = api.join("c1", subscription.clone()).await.body;
        assert_eq!(joined, json!({"state": "ERR_SUBSCRIPTION", "syncDelayedTimeMs": 0}), "{subscription}");
    }
    assert_eq!(api.beat("c1", -1).await, "JOINING");
}

#[tokio::test]
async fn a_rebalance_waits_ten_minutes_at_most_whatever_is_asked_for() {
    let mut api = Api::with_group().await;
    let patient = json!({"interestedStream": ["s"], "rebalanceTimeoutMs": i64::MAX});
    assert_eq!(api.join("c1", patient.clone()).await.body["state"], "OK");
    assert_eq!(api.sync("c1").await["state"], "OK");
    assert_eq!(api.join("c2", patient).await.body["state"], "OK");
    // The first one is alive and does not come.
    for _ in 0..30 {
        assert_eq!(api.sync("c2").await["state"], "WAITING");
        api.later(20).await;
        api.beat("c1", 1).await;
    }
    assert_eq!(api.sync("c2").await["assignment"], json!({"s": [0, 1, 2, 3, 4, 5]}));
}

#[tokio::test]
async fn bad_calls_of_members_are_refused() {
    let api = Api::with_group().await;
    let s = json!({"interestedStream": ["s"]});
    let with = |member: &str, value: Value| {
        let mut body = s.clone();
        body[member] = value;
        body
    };
    for body in [
        with("clientId", json!(null)),
        with("clientId", json!("")),
        with("clientId", json!("x".repeat(256))),
        with("clientId", json!("a\nb")),
        with("clientId", json!(1)),
        with("groupId", json!(null)),
        with("rebalanceTimeoutMs", json!(-1)),
        with("rebalanceTimeoutMs", json!("20000")),
        with("interestedStream", json!("s")),
        with("interestedStream", json!(vec!["s"; 201])),
        with("streamPattern", json!("s".repeat(1001))),
        with("accelerateAssignEnabled", json!(7)),
    ] {
        api.join("c1", body.clone()).await.refused(400, "DIS.4200");
    }
    let url = "/apps/a/consumers/c1/heartbeats";
    api.post(url, json!({"groupId": "a", "clientId": "c1"})).await.refused(400, "DIS.4200");
    api.post(url, json!({"groupId": "a", "generation": 1})).await.refused(400, "DIS.4200");
    api.call("POST", url, "").await.refused(400, "DIS.4202");
    api.call("POST", url, "{").await.refused(400, "DIS.4300");
    api.get(url).await.refused(405, "APIGW.0103");
}

#[tokio::test]
async fn a_group_has_a_quota() {
    let api = Api::with_group().await;
    for member in 0..200 {
        api.join_s(&format!("c{member}")).await;
    }
    api.join_s("c0").await;
    let refused = api.join("more", json!({"interestedStream": ["s"]})).await;
    assert!(refused.refused(400, "DIS.4339").starts_with("Consumer quota exceeded."));
}
