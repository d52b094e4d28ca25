//! Parquet files: rows of records that fit the schema; the others as they came.

use crate::support::{Process, World, drive, gzip, new_task, rows, verified};
use serde_json::{Value, json};
use std::sync::Arc;
use tidemill_dump::{CreateError, Part, TaskUpdate, UpdateError};
use tidemill_stream::{CompressionFormat, Stream, StreamUpdate};

fn schema(fields: Value) -> String {
    json!({"type": "record", "name": "row", "fields": fields}).to_string()
}

fn number_and_note() -> String {
    schema(json!([{"name": "n", "type": "int"}, {"name": "note", "type": ["null", "string"]}]))
}

fn parquet(more: Value) -> tidemill_dump::NewTask {
    let mut members = json!({"destination_file_type": "parquet"});
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    new_task("task", members)
}

async fn parquet_task(world: &World, more: Value) -> (Process, Arc<Stream>, String) {
    let p = world.process().await;
    let stream = p.json_stream("orders", Some(&number_and_note())).await;
    let id = p.dumps.create(&stream, parquet(more)).await.unwrap();
    (p, stream, id)
}

async fn flushed(world: &World, p: &Process, stream: &Stream) {
    world.advance(30);
    p.caught_up(world, stream, "task").await;
}

#[tokio::test]
async fn what_fits_becomes_rows_and_what_does_not_is_delivered_as_it_came() {
    let world = World::new().await;
    let (p, stream, id) = parquet_task(&world, json!({"file_prefix": "in"})).await;
    world
        .put(&stream, 0, &[r#"{"n":1}"#, "no json", r#"{"note":"x","n":2,"more":[]}"#, r#"{"n":"3"}"#])
        .await;
    flushed(&world, &p, &stream).await;
    let keys: Vec<_> = world.objects().await.into_iter().map(|(key, _)| key).collect();
    let key = |first, last| format!("orders-{id}-shardId-0000000000-{first:020}-{last:020}");
    assert_eq!(keys, [format!("in/obs_error/{}", key(1, 3)), format!("in/{}.parquet", key(0, 2))]);
    assert_eq!(rows(&world, 0).await, [json!({"n": 1, "note": null}), json!({"n": 2, "note": "x"})]);
    assert_eq!(world.errors(0).await, "no json\n{\"n\":\"3\"}\n");
    assert_eq!(p.detail(&stream, "task").await.partitions[0].discard, 2);
    let told = p.raised();
    assert!(told.len() == 1 && told[0].detail.contains("record 1: it does not fit the schema"), "{told:?}");
    let report = verified(&world).await;
    assert!(report.ok, "{report:?}");
    let proven = &report.tasks[0].partitions[0];
    assert_eq!((proven.records, proven.errors, proven.objects), (4, 2, 2));
}

#[tokio::test]
async fn there_is_no_file_without_a_row() {
    let world = World::new().await;
    let (p, stream, _) = parquet_task(&world, json!({})).await;
    world.put(&stream, 0, &["{}"]).await;
    flushed(&world, &p, &stream).await;
    let keys: Vec<_> = world.objects().await.into_iter().map(|(key, _)| key).collect();
    assert!(keys.len() == 1 && keys[0].starts_with("obs_error/"), "{keys:?}");
}

#[tokio::test]
async fn packed_records_with_a_time_become_rows_in_its_directory() {
    let world = World::new().await;
    let p = world.process().await;
    let fields = schema(json!([{"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]));
    let stream = p.columns_stream("orders", &fields, CompressionFormat::Gzip).await;
    let more = json!({
        "partition_format": "yyyy",
        "processing_schema": {"timestamp_name": "at", "timestamp_type": "Timestamp"},
    });
    p.dumps.create(&stream, parquet(more)).await.unwrap();
    let at = |ms: i64| gzip(&json!({ "at": ms }).to_string());
    let records = [at(1_000_000_000_000), at(1_500_000_000_000), at(1_000_000_000_001)];
    world.put_bytes(&stream, 0, &records.each_ref().map(Vec::as_slice)).await;
    flushed(&world, &p, &stream).await;
    let keys: Vec<_> = world.objects().await.into_iter().map(|(key, _)| key[..5].to_owned()).collect();
    assert_eq!(keys, ["2001/", "2017/"]);
    let times: Vec<_> = rows(&world, 0).await.into_iter().map(|row| row["at"].clone()).collect();
    assert_eq!(times, [1_000_000_000_000i64, 1_000_000_000_001, 1_500_000_000_000]);
}

#[tokio::test]
async fn a_task_keeps_the_schema_it_was_made_with_until_it_is_changed() {
    let world = World::new().await;
    let (p, stream, _) = parquet_task(&world, json!({})).await;
    let wider = schema(json!([{"name": "n", "type": "long"}]));
    let update = StreamUpdate { data_schema: Some(wider), ..StreamUpdate::default() };
    let stream = p.streams.update_stream(&stream.id, update).await.unwrap();
    let large = r#"{"n":5000000000}"#;
    world.put(&stream, 0, &[large]).await;
    flushed(&world, &p, &stream).await;
    assert_eq!((rows(&world, 0).await, world.errors(0).await), (vec![], format!("{large}\n")));
    let change = |members: Value| {
        let mut descriptor = json!({"task_name": "task"});
        descriptor.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let body = json!({"destination_type": "OBS", "obs_destination_descriptor": descriptor});
        TaskUpdate::parse(&body).unwrap()
    };
    p.dumps.update(&stream, change(json!({}))).await.unwrap();
    world.put(&stream, 0, &[large]).await;
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    assert_eq!(rows(&world, 0).await, [json!({"n": 5_000_000_000i64})]);
    // To text and back is a change like any other.
    p.dumps.update(&stream, change(json!({"destination_file_type": "text"}))).await.unwrap();
    world.put(&stream, 0, &["plain"]).await;
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    assert!(world.delivered(0).await.contains("plain\n"));
    assert!(verified(&world).await.ok);
}

#[tokio::test]
async fn schemas_without_columns_are_refused_at_creation_and_change() {
    let world = World::new().await;
    let p = world.process().await;
    let blob = p.stream("blob", 1).await;
    let refused = p.dumps.create(&blob, parquet(json!({}))).await;
    assert!(matches!(&refused, Err(CreateError::Invalid(e)) if e.part == Part::Request), "{refused:?}");
    for (name, kind, wanted) in [
        ("union", json!(["int", "string"]), "field \"f\": a union may be of null and one type only"),
        ("null", json!("null"), "field \"f\": type \"null\" has no column"),
    ] {
        let stream = p.json_stream(name, Some(&schema(json!([{"name": "f", "type": kind}])))).await;
        let refused = p.dumps.create(&stream, parquet(json!({}))).await;
        let Err(CreateError::Invalid(refused)) = refused else { panic!("{refused:?}") };
        assert_eq!((refused.part, refused.reason.as_str()), (Part::DataSchema, wanted));
        // Text needs no columns.
        p.task(&stream, "text").await;
        let body =
            json!({"obs_destination_descriptor": {"task_name": "text", "destination_file_type": "parquet"}});
        let refused = p.dumps.update(&stream, TaskUpdate::parse(&body).unwrap()).await;
        assert!(matches!(refused, Err(UpdateError::Invalid(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn the_description_does_not_show_the_stream_s_side() {
    let world = World::new().await;
    let (p, stream, _) = parquet_task(&world, json!({})).await;
    let shown = p.detail(&stream, "task").await.destination.description().unwrap();
    assert_eq!((&shown["destination_file_type"], shown.get("source")), (&json!("parquet"), None));
}
