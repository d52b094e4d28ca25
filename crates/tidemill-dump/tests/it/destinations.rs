//! Tasks to destinations that nothing is delivered to yet: kept, shown, in ERROR with the reason.

use crate::support::{World, new_task};
use serde_json::{Value, json};
use std::sync::Arc;
use tidemill_dump::{
    Action, CreateError, Destination, DestinationType, NewTask, Part, TaskState, TaskUpdate,
};
use tidemill_log::LogStore;
use tidemill_model::EventKind;

fn cloudtable(name: &str) -> NewTask {
    let descriptor = json!({
        "task_name": name, "agency_name": "agency", "cloudtable_cluster_name": "c", "cloudtable_cluster_id": "i",
        "consumer_strategy": "TRIM_HORIZON", "cloudtable_table_name": "t", "retry_duration": 7,
        "cloudtable_schema": {
            "row_key": [{"value": "id", "type": "String"}],
            "columns": [{"column_family_name": "f", "column_name": "c", "value": "v", "type": "Bigint"}],
        },
    });
    let body = json!({"destination_type": "CLOUDTABLE", "cloudtable_destination_descriptor": descriptor});
    NewTask::parse(&body).unwrap()
}

#[tokio::test]
async fn such_a_task_is_in_error_and_holds_nothing() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.dumps.create(&stream, cloudtable("t")).await.unwrap();
    world.put(&stream, 0, &["a", "b"]).await;
    let state = async |p: &crate::support::Process| {
        let detail = p.detail(&stream, "t").await;
        assert_eq!(detail.summary.destination_type, DestinationType::Cloudtable);
        (detail.summary.state, detail.error.unwrap_or_default())
    };
    let (now, cause) = state(&p).await;
    assert_eq!(now, TaskState::Error);
    assert!(cause.contains("CLOUDTABLE is not offered"), "{cause}");
    let told = p.raised();
    assert_eq!((told.len(), told[0].kind), (1, EventKind::DumpTaskAbnormal));
    p.dumps.act(&stream, Action::Stop, &["t".into()]).await.unwrap();
    assert_eq!(state(&p).await, (TaskState::Paused, String::new()));
    p.dumps.act(&stream, Action::Start, &["t".into()]).await.unwrap();
    assert_eq!(state(&p).await, (TaskState::Error, cause.clone()));
    let again = world.process().await;
    assert_eq!(state(&again).await, (TaskState::Error, cause));
    // Nothing keeps the records: they go when their time is over.
    world.advance(25 * 3600);
    again.streams.expire().await;
    assert_eq!(world.log.bounds(stream.partition_ref(tidemill_model::PartitionId(0))).unwrap().earliest, 2);
    assert_eq!(again.detail(&stream, "t").await.partitions[0].next, 0, "the position is kept");
    again.dumps.delete(&stream, "t", "me").await.unwrap();
    assert_eq!(again.dumps.list(&stream, None, 10).await.unwrap().total, 0);
    again.dumps.create(&stream, new_task("t", json!({}))).await.unwrap();
}

#[tokio::test]
async fn such_a_task_can_be_changed_and_stays_in_error() {
    let world = World::new().await;
    let p = world.process().await;
    let stream: Arc<_> = p.stream("orders", 1).await;
    p.dumps.create(&stream, cloudtable("t")).await.unwrap();
    let metric = json!({"metric": [{"type": "Constant", "value": "m"}], "tags": [],
        "timestamp": {"type": "Timestamp", "value": "at"}, "value": {"type": "Double", "value": "v"}});
    let change = json!({"destination_type": "OPENTSDB", "cloudtable_destination_descriptor":
        {"task_name": "t", "opentsdb_schema": metric, "retry_duration": "8"}});
    p.dumps.update(&stream, TaskUpdate::parse(&change).unwrap()).await.unwrap();
    let detail = p.detail(&stream, "t").await;
    assert_eq!(detail.summary.state, TaskState::Error);
    let shown = detail.destination.description().unwrap();
    assert_eq!((&shown["retry_duration"], &shown["opentsdb_schema"]), (&json!("8"), &metric));
    assert_eq!(shown.get("cloudtable_schema"), None);
    assert_eq!(shown["cloudtable_table_name"], "t");
    assert!(matches!(detail.destination, Destination::Cloudtable(_)));
}

#[tokio::test]
async fn a_table_needs_a_stream_with_columns() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    let dli = |members: Value| {
        let mut descriptor = json!({"task_name": "t", "agency_name": "agency", "obs_bucket_path": "bucket",
                                    "dli_database_name": "d", "dli_table_name": "t"});
        descriptor.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        NewTask::parse(&json!({"destination_type": "DLI", "dli_destination_descriptor": descriptor})).unwrap()
    };
    let refused = p.dumps.create(&stream, dli(json!({}))).await;
    let Err(CreateError::Invalid(refused)) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.part, Part::Request);
    let stream = p.json_stream("with-schema", Some(r#"{"type":"record","name":"r","fields":[]}"#)).await;
    p.dumps.create(&stream, dli(json!({}))).await.unwrap();
    let bare = p.json_stream("without", None).await;
    for new in [dli(json!({})), new_task("t", json!({"destination_file_type": "parquet"}))] {
        let refused = p.dumps.create(&bare, new).await;
        let Err(CreateError::Invalid(refused)) = refused else { panic!("{refused:?}") };
        assert_eq!(refused.part, Part::DataSchema);
    }
    let missing = p.dumps.create(&stream, dli(json!({"task_name": "u", "obs_bucket_path": "nobody"}))).await;
    assert!(matches!(missing, Err(CreateError::Bucket(_))), "{missing:?}");
}
