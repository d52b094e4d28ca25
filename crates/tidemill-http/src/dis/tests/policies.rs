//! Policies: what other accounts may do with a stream, and that without one it does not exist for them.

use super::*;
use tidemill_iam::identity::NewUser;

/// An account with a project and an owner.
struct Account {
    domain: String,
    project: String,
    owner: String,
}

const PASSWORD: &str = "long enough";

impl Account {
    async fn new(api: &Api, name: &str) -> Self {
        let admin = api.iam.authenticate_token(&api.token).unwrap();
        let domain = api.iam.create_domain(&admin, name).await.unwrap().id;
        let project = api.iam.create_project(&admin, &domain, "local-1").await.unwrap().id.to_string();
        let owner = user(api, name, &domain, "owner").await;
        Self { domain, project, owner }
    }

    async fn call(&self, api: &Api, method: &str, path: &str, body: Value) -> Answer {
        self.call_as(api, &self.owner, method, path, body).await
    }

    async fn call_as(&self, api: &Api, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(format!("/v2/{}{path}", self.project))
            .header("host", HOST)
            .header("x-auth-token", token)
            .header("content-type", "application/json");
        api.send(request.body(body).unwrap()).await
    }
}

/// Makes a user and logs it in.
async fn user(api: &Api, domain: &str, domain_id: &str, name: &str) -> String {
    let admin = api.iam.authenticate_token(&api.token).unwrap();
    let (domain_id, password) = (domain_id.to_owned(), Some(PASSWORD.to_owned()));
    let new = NewUser { domain_id, name: name.to_owned(), password };
    api.iam.create_user(&admin, new).await.unwrap();
    login(api, domain, name).await
}

async fn login(api: &Api, domain: &str, user: &str) -> String {
    let user = json!({"name": user, "password": PASSWORD, "domain": {"name": domain}});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let request = json!({"identity": identity, "scope": {"project": {"name": "local-1"}}});
    api.iam.issue_token(&serde_json::from_value(request).unwrap()).await.unwrap().text
}

async fn id_of(api: &Api, stream: &str) -> String {
    api.get(&format!("/streams/{stream}")).await.body["stream_id"].as_str().unwrap().to_owned()
}

fn policy(id: &str, principal: &str, action: &str) -> Value {
    json!({"stream_id": id, "principal_name": principal, "action_type": action, "effect": "accept"})
}

async fn grant(api: &Api, id: &str, principal: &str, action: &str) {
    let made = api.post("/streams/s/policies", policy(id, principal, action)).await;
    assert_eq!((made.status.as_u16(), made.bytes.len()), (200, 0), "{}", made.body);
}

/// Every call with which a stream of another account can be used, by its id.
async fn uses(api: &Api, who: &Account, id: &str) -> Vec<(&'static str, Answer)> {
    let record = json!({"stream_name": "", "stream_id": id, "records": [{"data": "eA=="}]});
    let cursor = format!("/cursors?stream-id={id}&partition-id=0&cursor-type=TRIM_HORIZON");
    let commit = json!({
        "app_name": "a", "stream_id": id, "partition_id": "0", "sequence_number": "0",
        "checkpoint_type": "LAST_READ", "metadata": "m",
    });
    let checkpoint =
        format!("/checkpoints?app_name=a&stream_id={id}&partition_id=0&checkpoint_type=LAST_READ");
    vec![
        ("put", who.call(api, "POST", "/records", record).await),
        ("describe", who.call(api, "GET", &format!("/streams/{id}"), Value::Null).await),
        ("describe", who.call(api, "GET", &format!("/streams/?stream_id={id}&"), Value::Null).await),
        ("read", who.call(api, "GET", &cursor, Value::Null).await),
        ("read", who.call(api, "POST", "/checkpoints", commit).await),
        ("read", who.call(api, "GET", &checkpoint, Value::Null).await),
        ("read", who.call(api, "GET", &format!("/apps/a/streams/{id}"), Value::Null).await),
        ("read", who.call(api, "DELETE", &checkpoint, Value::Null).await),
    ]
}

#[tokio::test]
async fn without_a_policy_a_stream_of_another_account_does_not_exist() {
    let api = Api::new().await;
    let other = Account::new(&api, "other").await;
    api.create("s", 1).await;
    let id = id_of(&api, "s").await;
    other.call(&api, "POST", "/apps", json!({"app_name": "a"})).await;
    for (call, answer) in uses(&api, &other, &id).await {
        let expected = format!("Stream does not exist. [{id}][{}]", other.project);
        assert_eq!(answer.refused(400, "DIS.4301"), expected, "{call}");
    }
    let cursor = api.cursor("s", "cursor-type=TRIM_HORIZON").await;
    let read = other.call(&api, "GET", &format!("/records?partition-cursor={cursor}"), Value::Null).await;
    read.refused(400, "DIS.4301");
    // The owner's project is not theirs, whatever they ask for there.
    for path in ["/streams", "/streams/s", "/apps"] {
        let request = Request::builder().uri(format!("/v2/{PROJECT}{path}")).header("host", HOST);
        let request = request.header("x-auth-token", &other.owner).body(Body::empty()).unwrap();
        api.send(request).await.refused(400, "DIS.4117");
    }
    assert_eq!(api.get("/streams/s").await.body["partitions"][0]["sequence_number_range"], "[0 : 0]");
}

#[tokio::test]
async fn a_policy_allows_its_action_only() {
    let api = Api::new().await;
    let other = Account::new(&api, "other").await;
    let third = Account::new(&api, "third").await;
    api.create("s", 1).await;
    let id = id_of(&api, "s").await;
    other.call(&api, "POST", "/apps", json!({"app_name": "a"})).await;
    for (action, allowed) in [("putRecords", "put"), ("getRecords", "read"), ("getStreamInfo", "describe")] {
        grant(&api, &id, "other.*", action).await;
        for (call, answer) in uses(&api, &other, &id).await {
            if call == allowed {
                assert!(answer.status.is_success(), "{action} {call} {}", answer.body);
            } else {
                let message = answer.refused(403, "DIS.4116");
                assert!(message.starts_with("Invalid RBAC. ["), "{message}");
            }
        }
        for (_, answer) in uses(&api, &third, &id).await {
            answer.refused(400, "DIS.4301");
        }
        let taken_back = api.call("DELETE", "/streams/s/policies?principal_name=other", "").await;
        assert_eq!(taken_back.status, 204);
    }
    for (_, answer) in uses(&api, &other, &id).await {
        answer.refused(400, "DIS.4301");
    }
}

#[tokio::test]
async fn a_grantee_reads_what_it_may_until_the_policy_or_the_stream_goes() {
    let api = Api::new().await;
    let other = Account::new(&api, "other").await;
    api.create("s", 1).await;
    let id = id_of(&api, "s").await;
    grant(&api, &id, "other", "getRecords").await;
    api.put("s", &["x"]).await;
    let path = format!("/cursors?stream-id={id}&partition-id=0&cursor-type=TRIM_HORIZON");
    let cursor = async || {
        let answer = other.call(&api, "GET", &path, Value::Null).await;
        format!("/records?partition-cursor={}", answer.body["partition_cursor"].as_str().unwrap())
    };
    let records = cursor().await;
    let read = other.call(&api, "GET", &records, Value::Null).await;
    assert_eq!(read.body["records"][0]["data"], "eA==", "{}", read.body);
    // By its name it is not theirs, and neither is anything that administers it.
    let by_name = "/cursors?stream-name=s&partition-id=0&cursor-type=TRIM_HORIZON";
    other.call(&api, "GET", by_name, Value::Null).await.refused(400, "DIS.4301");
    assert_eq!(other.call(&api, "GET", "/streams", Value::Null).await.body["total_number"], 0);
    for (method, path, body) in [
        ("DELETE", format!("/streams/{id}"), Value::Null),
        ("PUT", format!("/streams/{id}"), json!({"target_partition_count": 2})),
        ("GET", format!("/streams/{id}/policies"), Value::Null),
        ("POST", format!("/streams/{id}/policies"), policy(&id, "other", "putRecords")),
    ] {
        other.call(&api, method, &path, body).await.refused(400, "DIS.4301");
    }
    grant(&api, &id, "other", "putRecords").await;
    let one = "/streams/s/policies?principal_name=other.*&action_type=getRecords";
    assert_eq!(api.call("DELETE", one, "").await.status, 204);
    other.call(&api, "GET", &records, Value::Null).await.refused(403, "DIS.4116");
    grant(&api, &id, "other", "getRecords").await;
    let records = cursor().await;
    assert_eq!(api.call("DELETE", "/streams/s", "").await.status, 204);
    other.call(&api, "GET", &records, Value::Null).await.refused(400, "DIS.4301");
    api.create("s", 1).await;
    assert_eq!(api.get("/streams/s/policies").await.body["rules"], json!([]));
}

#[tokio::test]
async fn an_app_lists_only_streams_that_its_project_can_open() {
    let api = Api::new().await;
    let other = Account::new(&api, "other").await;
    api.create("s", 1).await;
    let id = id_of(&api, "s").await;
    grant(&api, &id, "other", "getRecords").await;
    let own = json!({"stream_name": "own", "partition_count": 1});
    assert_eq!(other.call(&api, "POST", "/streams", own).await.status, 201);
    assert_eq!(other.call(&api, "POST", "/apps", json!({"app_name": "a"})).await.status, 201);
    for stream in [json!({"stream_id": id}), json!({"stream_name": "own"})] {
        let mut commit = json!({"app_name": "a", "partition_id": "0", "sequence_number": "0", "checkpoint_type": "LAST_READ"});
        commit.as_object_mut().unwrap().extend(stream.as_object().unwrap().clone());
        assert_eq!(other.call(&api, "POST", "/checkpoints", commit).await.status, 201);
    }
    let app = other.call(&api, "GET", "/apps/a", Value::Null).await.body;
    assert_eq!(app["commit_checkpoint_stream_names"], json!(["own"]));
    let listed = other.call(&api, "GET", "/apps", Value::Null).await.body;
    assert_eq!(listed["apps"][0]["commit_checkpoint_stream_names"], json!(["own"]));
}

#[tokio::test]
async fn one_user_can_be_meant() {
    let api = Api::new().await;
    let other = Account::new(&api, "other").await;
    let member = user(&api, "other", &other.domain, "member").await;
    api.create("s", 1).await;
    let id = id_of(&api, "s").await;
    grant(&api, &id, "other.member", "putRecords").await;
    let put = json!({"stream_id": id, "records": [{"data": "eA=="}]});
    let by_member = other.call_as(&api, &member, "POST", "/records", put.clone()).await;
    assert_eq!(by_member.status, 200, "{}", by_member.body);
    other.call(&api, "POST", "/records", put).await.refused(400, "DIS.4301");
    // A member uses data, also of others, and administers nothing.
    let create = json!({"stream_name": "t", "partition_count": 1});
    other.call_as(&api, &member, "POST", "/streams", create).await.refused(403, "DIS.4116");
}

#[tokio::test]
async fn rules_are_listed_once_each_and_survive_a_restart() {
    let api = Api::new().await;
    let other = Account::new(&api, "other").await;
    user(&api, "other", &other.domain, "member").await;
    api.create("s", 1).await;
    let id = id_of(&api, "s").await;
    for list in ["other.*, other.member", "other", " other.* ,,", &other.domain] {
        grant(&api, &id, list, "getRecords").await;
    }
    grant(&api, &id, "other.*", "putRecords").await;
    let request = Request::builder()
        .method("POST")
        .uri(format!("/v3/{PROJECT}/streams/s/policies"))
        .header("host", HOST)
        .header("x-auth-token", &api.token)
        .body(Body::from(json!({"principal_id": other.domain, "action_type": "getStreamInfo"}).to_string()));
    assert_eq!(api.send(request.unwrap()).await.status, 200);
    let member = api.iam.principal("other.member").unwrap().user.unwrap().id;
    let all = format!("{}.*", other.domain);
    let rule = |principal: &str, name: &str, action: &str| json!({"principal": principal, "principal_name": name, "action_type": action, "effect": "accept"});
    let expected = json!({
        "stream_id": id, "streamId": id,
        "rules": [
            rule(&all, "other.*", "getRecords"),
            rule(&all, "other.*", "getStreamInfo"),
            rule(&all, "other.*", "putRecords"),
            rule(&format!("{}.{member}", other.domain), "other.member", "getRecords"),
        ],
    });
    assert_eq!(api.get("/streams/s/policies/").await.body, expected);
    let (meta, log, clock) = (api.meta.clone(), api.streams.log().clone(), api.clock.clone());
    let again = Streams::open(meta, log, clock, StreamsConfig::default(), Events::none()).await.unwrap();
    assert_eq!(again.by_id(&id).unwrap().grants, api.streams.by_id(&id).unwrap().grants);
}

#[tokio::test]
async fn refused_policies_name_the_reason() {
    let api = Api::new().await;
    Account::new(&api, "other").await;
    api.create("s", 1).await;
    let id = id_of(&api, "s").await;
    let with = |member: &str, value: Value| {
        let mut body = policy(&id, "other.*", "putRecords");
        body[member] = value;
        body
    };
    let many = vec!["other"; 201].join(",");
    for (body, code) in [
        (with("stream_id", json!("another")), "DIS.4200"),
        (with("stream_id", json!(1)), "DIS.4200"),
        (with("principal_name", Value::Null), "DIS.4200"),
        (with("principal_name", json!("")), "DIS.4200"),
        (with("principal_name", json!(" , ")), "DIS.4200"),
        (with("principal_name", json!("nobody")), "DIS.4200"),
        (with("principal_name", json!("nobody.*")), "DIS.4200"),
        (with("principal_name", json!("other.nobody")), "DIS.4200"),
        (with("principal_name", json!("other,nobody")), "DIS.4200"),
        (with("principal_name", json!("*")), "DIS.4200"),
        (with("principal_name", json!(["other"])), "DIS.4200"),
        (with("principal_name", json!(many)), "DIS.4200"),
        (with("action_type", json!("deleteStream")), "DIS.4200"),
        (with("action_type", json!("")), "DIS.4200"),
        (with("action_type", Value::Null), "DIS.4200"),
        (with("effect", json!("deny")), "DIS.4200"),
        (with("effect", Value::Null), "DIS.4200"),
        (json!([]), "DIS.4200"),
    ] {
        api.post("/streams/s/policies", body.clone()).await.refused(400, code);
        assert_eq!(api.get("/streams/s/policies").await.body["rules"], json!([]), "{body}");
    }
    api.call("POST", "/streams/s/policies", "").await.refused(400, "DIS.4202");
    api.call("POST", "/streams/s/policies", "{").await.refused(400, "DIS.4300");
    api.post("/streams/none/policies", policy(&id, "other", "putRecords")).await.refused(400, "DIS.4301");
    api.get("/streams/none/policies").await.refused(400, "DIS.4301");
    for query in ["", "?principal_name=", "?principal_name=other", "?principal_name=other&action_type=x"] {
        let path = format!("/streams/s/policies{query}");
        api.call("DELETE", &path, "").await.refused(400, "DIS.4200");
    }
    // One client sends the member's own name as its value.
    assert_eq!(api.post("/streams/s/policies", with("effect", json!("effect"))).await.status, 200);
}
