//! The agency that a dump task names is one of its account, from its creation to its end.

use super::{TASKS, api, obs};
use crate::dis::tests::Api;
use serde_json::{Value, json};
use std::sync::Arc;
use tidemill_iam::identity::NewAgency;
use tidemill_iam::{Caller, IamError};

fn caller(api: &Api) -> Arc<Caller> {
    api.iam.authenticate_token(&api.token).unwrap()
}

async fn make(api: &Api, name: &str) -> String {
    let caller = caller(api);
    let new = NewAgency {
        domain_id: caller.domain.id.clone(),
        name: name.into(),
        trust_domain_name: Some("op_svc_dis".into()),
        ..NewAgency::default()
    };
    api.iam.create_agency(&caller, new).await.unwrap().id
}

async fn delete(api: &Api, id: &str) -> Result<(), IamError> {
    api.iam.delete_agency(&caller(api), id).await
}

fn by(agency: &str) -> Value {
    let mut body = obs("t1");
    body["obs_destination_descriptor"]["agency_name"] = agency.into();
    body
}

#[tokio::test]
async fn an_unknown_agency_is_refused_with_those_that_are_there() {
    let (api, _bucket) = api().await;
    let message = api.post(TASKS, by("nobody")).await.refused(400, "DIS.4335").to_owned();
    assert!(message.starts_with("Invalid IAM agency. [agency_name nobody:"), "{message}");
    assert!(message.contains("it has dis_admin_agency. ") && message.contains("agency create"), "{message}");
    make(&api, "nobody").await;
    assert_eq!(api.post(TASKS, by("nobody")).await.status, 201);
    for n in 0..10 {
        make(&api, &format!("more-{n}")).await;
    }
    let message = api.call("PUT", TASKS, by("gone").to_string()).await.refused(400, "DIS.4335").to_owned();
    assert!(message.contains("more-8, ...") && !message.contains("more-9"), "{message}");
}

#[tokio::test]
async fn an_agency_is_not_deleted_while_a_task_names_it() {
    let (api, _bucket) = api().await;
    let (first, second) = (make(&api, "first").await, make(&api, "second").await);
    assert_eq!(api.post(TASKS, by("first")).await.status, 201);
    let refused = delete(&api, &first).await.unwrap_err();
    assert_eq!(refused.status(), 409);
    assert!(refused.to_string().contains("1 dump tasks (orders/t1)"), "{refused}");
    let moved = json!({"obs_destination_descriptor": {"task_name": "t1", "agency_name": "second"}});
    assert_eq!(api.call("PUT", TASKS, moved.to_string()).await.status, 200);
    delete(&api, &first).await.unwrap();
    assert_eq!(delete(&api, &second).await.unwrap_err().status(), 409);
    assert_eq!(api.call("DELETE", &format!("{TASKS}/t1"), "").await.status, 204);
    delete(&api, &second).await.unwrap();
    api.post(TASKS, by("second")).await.refused(400, "DIS.4335");
}
