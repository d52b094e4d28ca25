//! Putting: every record goes where its routing says, in order, or fails alone.

use super::*;
use proptest::prelude::*;
use tidemill_log::{ReadLimit, Scope};
use tidemill_model::PartitionId;
use tidemill_stream::{AppendError, RecordError, hash_key};

/// What a generated record asks for.
#[derive(Clone, Debug)]
struct Wanted {
    data: Vec<u8>,
    partition: Option<u32>,
    hash: Option<u64>,
    key: Option<String>,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let data = proptest::collection::vec(any::<u8>(), 1..40);
    let partition = proptest::option::weighted(0.3, 0u32..6);
    let hash = proptest::option::weighted(0.3, any::<u64>());
    let key = proptest::option::of("[a-z]{0,5}");
    (data, partition, hash, key).prop_map(|(data, partition, hash, key)| Wanted {
        data,
        partition,
        hash,
        key,
    })
}

/// Where the contract says it goes; `Ok(None)`: anywhere.
fn expected(wanted: &Wanted, stream: &Stream) -> Result<Option<u32>, RecordError> {
    if let Some(index) = wanted.partition {
        return match index {
            0..=3 => Ok(Some(index)),
            4 => Err(RecordError::PartitionClosed(PartitionId(4))),
            _ => Err(RecordError::UnknownPartition(PartitionId(index))),
        };
    }
    let explicit = wanted.hash.filter(|hash| *hash <= i64::MAX as u64);
    let keyed = wanted.key.as_deref().filter(|key| !key.is_empty()).map(hash_key);
    Ok(explicit.or(keyed).map(|hash| {
        let holds = |p: &&tidemill_stream::Partition| p.hash_low <= hash && hash <= p.hash_high;
        stream.partitions[..4].iter().find(holds).unwrap().id.0
    }))
}

/// In either form a payload can come in.
fn encoded(wanted: &Wanted) -> PutRecord<'_> {
    let base64 = || base64_simd::STANDARD.encode_to_string(&wanted.data).into_bytes();
    let raw = wanted.data.len().is_multiple_of(2);
    PutRecord {
        data: if raw { Payload::Raw(&wanted.data) } else { Payload::Base64(base64().into()) },
        partition_id: wanted.partition.map(|p| PartitionId(p).to_string().into()),
        explicit_hash_key: wanted.hash.map(|hash| hash.to_string().into()),
        partition_key: wanted.key.clone().map(Into::into),
        timestamp_ms: None,
    }
}

async fn check(records: Vec<Wanted>) {
    let world = World::new().await;
    let id = world.create("s", 5).await.id.clone();
    let stream = world.streams.scale_stream(&id, 4).await.unwrap();
    let put = world.streams.append_records(&stream, records.iter().map(encoded).collect()).await.unwrap();
    let mut next = [0u64; 4];
    for (wanted, outcome) in records.iter().zip(&put) {
        match (expected(wanted, &stream), outcome) {
            (Err(error), RecordOutcome::Failed(failed)) => assert_eq!(&error, failed),
            (Ok(index), RecordOutcome::Stored { partition, sequence }) => {
                assert!(index.is_none_or(|index| index == partition.0), "{wanted:?} went to {partition}");
                assert_eq!(*sequence, next[partition.0 as usize], "order within the partition");
                next[partition.0 as usize] += 1;
                let at = stream.partition_ref(*partition);
                let limit = ReadLimit { bytes: 1000, records: 1, at_least_one: true };
                let page = world.log.read(at, *sequence, limit, Scope::Visible).await.unwrap();
                let back = page.records().next().unwrap();
                assert_eq!(back.data, wanted.data);
                let key = wanted.key.as_deref().filter(|key| !key.is_empty());
                assert_eq!(back.key, key.map(str::as_bytes));
            }
            (expected, outcome) => panic!("{wanted:?}: expected {expected:?}, got {outcome:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_record_goes_where_its_routing_says(records in proptest::collection::vec(wanted(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(records));
    }

    #[test]
    fn any_text_is_base64_or_refused(text in proptest::collection::vec(any::<u8>(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            let stream = world.create("s", 1).await;
            let record = PutRecord { data: Payload::Base64(text.as_slice().into()), ..PutRecord::default() };
            let put = world.streams.append_records(&stream, vec![record]).await;
            let valid = base64_simd::STANDARD.decode_to_vec(&text).is_ok_and(|data| !data.is_empty());
            assert_eq!(put.is_ok(), valid, "{put:?}");
        });
    }
}

#[tokio::test]
async fn one_bad_payload_stores_nothing_of_the_request() {
    let world = World::new().await;
    let stream = world.create("s", 2).await;
    let records = vec![record("YQ=="), record("Yg=="), record("Y===")];
    assert_eq!(world.streams.append_records(&stream, records).await, Err(AppendError::NotBase64(2)));
    for partition in [0, 1] {
        assert_eq!(world.streams.bounds(&stream, PartitionId(partition)).unwrap().next, 0);
    }
}

#[tokio::test]
async fn records_that_name_nothing_are_spread() {
    let world = World::new().await;
    let stream = world.create("s", 4).await;
    let put = world.streams.append_records(&stream, vec![record("YQ=="); 400]).await.unwrap();
    for partition in 0..4 {
        let here =
            |o: &&RecordOutcome| matches!(o, RecordOutcome::Stored { partition: p, .. } if p.0 == partition);
        let share = put.iter().filter(here).count();
        assert!((50..=150).contains(&share), "partition {partition} got {share} of 400");
    }
}
