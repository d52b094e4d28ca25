//! `PUT …/transfer-tasks`.

use super::*;

fn change(members: Value) -> Value {
    let mut descriptor = members;
    descriptor["task_name"] = json!("t1");
    json!({"stream_name": "orders", "destination_type": "OBS", "obs_destination_descriptor": descriptor})
}

#[tokio::test]
async fn everything_but_name_and_kind_can_be_changed() {
    let (api, _bucket) = api().await;
    api.post(TASKS, obs("t1")).await;
    let before = api.get(&format!("{TASKS}/t1")).await.body;
    let members = json!({"deliver_time_interval": "60", "file_prefix": "new", "record_delimiter": ";",
                         "partition_format": "yyyy/MM", "consumer_strategy": null, "unknown": 1});
    let changed = api.call("PUT", TASKS, change(members).to_string()).await;
    assert_eq!((changed.status.as_u16(), changed.bytes.len()), (200, 0), "{}", changed.body);
    assert_eq!(changed.headers["content-length"], "0");
    let after = api.get(&format!("{TASKS}/t1")).await.body;
    assert_eq!((&after["task_id"], &after["create_time"]), (&before["task_id"], &before["create_time"]));
    let wanted = json!({"agency_name": "dis_admin_agency", "deliver_time_interval": 60, "consumer_strategy": "TRIM_HORIZON",
                        "obs_bucket_path": "bucket", "file_prefix": "new", "partition_format": "yyyy/MM",
                        "destination_file_type": "text", "record_delimiter": ";"});
    assert_eq!(after["obs_destination_description"], wanted);
    // The other path and no destination_type: a whole descriptor says the same again.
    let mut whole = obs("t1");
    whole.as_object_mut().unwrap().remove("destination_type");
    whole["obs_destination_descriptor"]["partition_format"] = json!("");
    let again = api.call("PUT", "/stream/orders/transfer-tasks/", whole.to_string()).await;
    assert_eq!(again.status, 200, "{}", again.body);
    let back = api.get(&format!("{TASKS}/t1")).await.body;
    assert_eq!(back["obs_destination_description"], before["obs_destination_description"]);
}

#[tokio::test]
async fn refused_changes_have_their_codes() {
    let (api, _bucket) = api().await;
    api.post(TASKS, obs("t1")).await;
    let before = api.get(&format!("{TASKS}/t1")).await.body;
    let put = async |body: Value| api.call("PUT", TASKS, body.to_string()).await;
    let mut unknown = change(json!({}));
    unknown["obs_destination_descriptor"]["task_name"] = json!("nobody");
    put(unknown).await.refused(400, "DIS.4354");
    for (members, code) in [
        (json!({"deliver_time_interval": 901}), "DIS.4200"),
        (json!({"obs_bucket_path": "nobody"}), "DIS.4306"),
        (json!({"obs_bucket_path": "locked"}), "DIS.4310"),
        (json!({"obs_bucket_path": "/"}), "DIS.4200"),
        (json!({"obs_bucket_path": "/bucket"}), "DIS.4200"),
        (json!({"agency_name": "a".repeat(65)}), "DIS.4335"),
        (json!({"destination_file_type": "carbon"}), "DIS.4200"),
    ] {
        put(change(members)).await.refused(400, code);
    }
    let kind = json!({"destination_type": "MRS", "mrs_destination_descriptor": {"task_name": "t1"}});
    assert!(put(kind).await.refused(400, "DIS.4200").contains("cannot be changed"));
    for body in [json!({}), json!([]), json!({"obs_destination_descriptor": {}})] {
        put(body).await.refused(400, "DIS.4200");
    }
    api.call("PUT", TASKS, "").await.refused(400, "DIS.4202");
    api.call("PUT", TASKS, "{").await.refused(400, "DIS.4300");
    api.call("PUT", "/streams/nobody/transfer-tasks", obs("t1").to_string()).await.refused(400, "DIS.4301");
    assert_eq!(api.get(&format!("{TASKS}/t1")).await.body, before);
}
