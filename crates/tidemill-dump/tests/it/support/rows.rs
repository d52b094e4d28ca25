//! Reading Parquet objects back.

use super::{World, read_bytes};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value, json};

/// The rows of all Parquet objects of a partition, in name order: columns of numbers, texts and times.
pub(crate) async fn rows(world: &World, partition: u32) -> Vec<Value> {
    let shard = format!("-shardId-{partition:010}-");
    let mut rows = Vec::new();
    for (key, _) in world.objects().await {
        if key.contains(&shard) && key.ends_with(".parquet") {
            let file = SerializedFileReader::new(read_bytes(&world.store, &key).await).unwrap();
            rows.extend(file.get_row_iter(None).unwrap().map(|row| {
                let row = row.unwrap();
                let columns = row.get_column_iter().map(|(name, field)| (name.clone(), value(field)));
                Value::Object(columns.collect::<Map<_, _>>())
            }));
        }
    }
    rows
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Int(value) => json!(value),
        Field::Long(value) | Field::TimestampMillis(value) => json!(value),
        Field::Str(value) => json!(value),
        other => panic!("{other:?}"),
    }
}
