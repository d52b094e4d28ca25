//! Dump tasks over HTTP: statuses, members and codes as clients know them.

use super::{Api, START_MS};
use crate::dis::transfer_tasks::{self, TransferState};
use crate::dis::unknown_route;
use async_trait::async_trait;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tidemill_bucket::{Bucket, BucketError, Buckets};
use tidemill_dump::{DumpConfig, Dumps};
use tidemill_model::{BucketName, Events, ProjectId};
use tidemill_objects::{BucketAcl, BucketStore, Objects};

mod agencies;
mod destinations;
mod update;

struct OneBucket(BucketStore);

#[async_trait]
impl Buckets for OneBucket {
    async fn open(&self, _: &ProjectId, bucket: &str) -> Result<Arc<dyn Bucket>, BucketError> {
        match bucket {
            "bucket" => Ok(Arc::new(self.0.clone())),
            "locked" => Err(BucketError::Denied("of someone else".into())),
            _ => Err(BucketError::Missing),
        }
    }
}

/// The API with dump tasks and one bucket.
async fn api() -> (Api, BucketStore) {
    let mut api = Api::new().await;
    let objects = api._dir.path().join("objects");
    let objects = Objects::open(&objects, api.meta.clone(), api.clock.clone()).await.unwrap();
    let name = BucketName::parse("bucket").unwrap();
    objects.create_bucket(&name, "d", "p", BucketAcl::Private).await.unwrap();
    let bucket = objects.bucket("bucket").await.unwrap();
    let config = DumpConfig::new(api._dir.path().join("spool"));
    let buckets = Arc::new(OneBucket(bucket.clone()));
    let state = api.state();
    let meta = api.meta.clone();
    let (streams, clock) = (api.streams.clone(), api.clock.clone());
    let dumps = Dumps::open(meta, streams, buckets, clock, config, Events::none()).await.unwrap();
    api.router = crate::dis::router(state.clone())
        .merge(transfer_tasks::router(TransferState { dis: state, dumps }))
        .fallback(unknown_route);
    api.create("orders", 2).await;
    (api, bucket)
}

fn obs(name: &str) -> Value {
    json!({"destination_type": "OBS", "obs_destination_descriptor": {
        "task_name": name, "agency_name": "dis_admin_agency", "deliver_time_interval": "30",
        "consumer_strategy": "TRIM_HORIZON", "obs_bucket_path": "bucket", "file_prefix": "raw",
        "record_delimiter": "\\n",
    }})
}

const TASKS: &str = "/streams/orders/transfer-tasks";

#[tokio::test]
async fn a_task_is_created_described_listed_stopped_started_and_deleted() {
    let (api, _bucket) = api().await;
    let created = api.post(TASKS, obs("t1")).await;
    assert_eq!((created.status.as_u16(), created.bytes.len()), (201, 0), "{}", created.body);
    let detail = api.get("/streams/orders/transfer-tasks/t1/").await.body;
    for (key, wanted) in [
        ("task_name", json!("t1")),
        ("state", json!("RUNNING")),
        ("destination_type", json!("OBS")),
        ("create_time", json!(START_MS)),
        ("last_transfer_timestamp", json!(0)),
        ("stream_name", json!("orders")),
    ] {
        assert_eq!(detail[key], wanted, "{key}: {detail}");
    }
    let partition = &detail["partitions"][1];
    assert_eq!(partition["partitionId"], "shardId-0000000001");
    assert_eq!(partition["partition_id"], "shardId-0000000001");
    assert_eq!((&partition["state"], &partition["status"]), (&json!("RUNNING"), &json!("ACTIVE")));
    assert_eq!((&partition["discard"], &partition["last_transfer_offset"]), (&json!(0), &json!(-1)));
    let description = &detail["obs_destination_description"];
    assert_eq!(description["deliver_time_interval"], 30);
    assert_eq!(
        (&description["record_delimiter"], &description["file_prefix"]),
        (&json!("\\n"), &json!("raw"))
    );
    assert_eq!(description.get("task_name"), None);

    let list = api.get(&format!("{TASKS}?limit=1&")).await.body;
    assert_eq!((&list["total_number"], &list["quota"]), (&json!(1), &json!(5)));
    assert_eq!(list["tasks"][0]["task_id"], detail["task_id"]);

    for (action, state) in [("stop", "PAUSED"), ("stop", "PAUSED"), ("start", "RUNNING")] {
        let body = json!({"stream_name": "orders", "action": action, "tasks": [{"id": detail["task_id"]}]});
        let done = api.post(&format!("{TASKS}/action"), body).await;
        assert_eq!((done.status.as_u16(), done.bytes.len()), (200, 0), "{}", done.body);
        assert_eq!(api.get(&format!("{TASKS}/t1")).await.body["state"], state);
    }

    let deleted = api.call("DELETE", &format!("{TASKS}/t1"), "").await;
    assert_eq!((deleted.status.as_u16(), deleted.bytes.len()), (204, 0), "{}", deleted.body);
    api.get(&format!("{TASKS}/t1")).await.refused(400, "DIS.4354");
    api.call("DELETE", &format!("{TASKS}/t1"), "").await.refused(400, "DIS.4354");
    let receipts = api.get("/tidemill/receipts?stream_name=orders").await.body;
    assert_eq!(receipts["receipts"][0]["receipt"]["who"], "admin", "{receipts}");
    assert_eq!(receipts["receipts"][0]["hash"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn records_arrive_and_the_detail_says_so() {
    let (api, bucket) = api().await;
    api.post("/stream/orders/transfer-tasks/", obs("t1")).await;
    api.put("orders", &["one"]).await;
    api.clock.advance(Duration::from_secs(30));
    let (started, mut waited) = (Instant::now(), tokio::time::interval(Duration::from_millis(5)));
    let partition = loop {
        assert!(started.elapsed() < Duration::from_secs(60), "the record does not arrive");
        let detail = api.get("/stream/orders/transfer-tasks/t1").await.body;
        let partitions = detail["partitions"].as_array().unwrap().clone();
        if let Some(delivered) = partitions.into_iter().find(|p| p["last_transfer_offset"] == 0) {
            break delivered;
        }
        waited.tick().await;
    };
    assert_eq!(partition["last_transfer_timestamp"], START_MS + 30_000);
    let id = api.get(&format!("{TASKS}/t1")).await.body["task_id"].as_str().unwrap().to_owned();
    let shard = partition["partition_id"].as_str().unwrap();
    let key = format!("raw/orders-{id}-{shard}-{:020}-{:020}", 0, 0);
    let body = bucket.get(&Path::from(key)).await.unwrap().bytes().await.unwrap();
    assert_eq!(&body[..], b"one\n");
}

#[tokio::test]
async fn refusals_have_their_codes() {
    let (api, _bucket) = api().await;
    api.post(TASKS, obs("t1")).await;
    api.post(TASKS, obs("t1")).await.refused(400, "DIS.4355");
    for (member, value, code) in [
        ("obs_bucket_path", json!("nowhere"), "DIS.4306"),
        ("obs_bucket_path", json!("locked"), "DIS.4310"),
        ("obs_bucket_path", json!("/"), "DIS.4200"),
        ("obs_bucket_path", json!("/bucket"), "DIS.4200"),
        ("obs_bucket_path", json!("//bucket"), "DIS.4200"),
        ("deliver_time_interval", json!(10), "DIS.4200"),
        ("destination_file_type", json!("parquet"), "DIS.4200"),
    ] {
        let mut body = obs("t2");
        body["obs_destination_descriptor"][member] = value;
        api.post(TASKS, body).await.refused(400, code);
    }
    let other = api.post(TASKS, json!({"destination_type": "DLI"})).await;
    assert_eq!(other.refused(400, "DIS.4200"), "Invalid request. [dli_destination_descriptor null.]");
    api.post(TASKS, json!([])).await.refused(400, "DIS.4200");
    api.call("POST", TASKS, "").await.refused(400, "DIS.4202");
    api.call("POST", TASKS, "{").await.refused(400, "DIS.4300");
    api.post("/streams/nobody/transfer-tasks", obs("t")).await.refused(400, "DIS.4301");
    for n in 2..=5 {
        assert_eq!(api.post(TASKS, obs(&format!("t{n}"))).await.status.as_u16(), 201);
    }
    api.post(TASKS, obs("t6")).await.refused(400, "DIS.4357");
    let action = |action: &str, id: &str| json!({"action": action, "tasks": [{"id": id}]});
    let path = format!("{TASKS}/action");
    api.post(&path, action("start", "unknown")).await.refused(400, "DIS.4354");
    api.post(&path, action("restart", "t1")).await.refused(400, "DIS.4200");
    api.post(&path, json!({"action": "stop", "tasks": []})).await.refused(400, "DIS.4200");
    api.get(&path).await.refused(400, "DIS.4354");
    api.call("PATCH", TASKS, "{}").await.refused(405, "APIGW.0103");
}
