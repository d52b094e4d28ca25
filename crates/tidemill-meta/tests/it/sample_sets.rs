//! Staged samples become working ones: whole, at once, whatever their number; what was there before goes.

use tidemill_meta::dataset::{self as rows, SampleLabelRow, SampleRow};
use tidemill_meta::sqlite::SqliteStore;
use tidemill_meta::{Meta, MetaError, Tx, args};

const DATASET: &str = "d";
const STAGE: &str = "s";

fn row(n: u64, created_ms: i64) -> SampleRow {
    SampleRow {
        sample_id: format!("{n:05}"),
        location: format!("b/in/{n:05}.jpg"),
        line: 0,
        name: format!("{n:05}.jpg"),
        sample_type: 0,
        content: None,
        size: 1,
        etag: String::new(),
        modified_ms: 0,
        created_ms,
        status: 1,
        usage: String::new(),
        hard: None,
        coefficient: None,
        reasons: "[]".to_owned(),
        import_origin: 0,
        metadata: "{}".to_owned(),
    }
}

/// Adds samples with two annotations of a name.
async fn add(tx: &mut dyn Tx, set: &str, ids: &[u64], at_ms: i64, label: &str) -> Result<(), MetaError> {
    for n in ids {
        let sample = row(*n, at_ms);
        rows::insert_sample(tx, set, &sample).await?;
        let label = SampleLabelRow {
            name: label.to_owned(),
            label_type: 0,
            confirmed: true,
            score: None,
            label_id: None,
            annotated_by: String::new(),
            property: "{}".to_owned(),
            created_ms: None,
        };
        rows::insert_sample_labels(tx, set, &sample.sample_id, &[label.clone(), label]).await?;
    }
    Ok(())
}

/// A dataset with samples from 0 up to `count`, of the time 10 and named `old`.
async fn dataset(tx: &mut dyn Tx, count: u64) -> Result<(), MetaError> {
    let sql = "INSERT INTO datasets (dataset_id, project, name, dataset_type, status, description, workspace, input, work, definition, created_ms, updated_ms, data_updated_ms, next_version_num, deleted_samples, sample_count) VALUES ($1, 'p', 'n', 0, 1, '', '0', 'b/in/', 'b/made/', '{}', 0, 0, 0, 1, 0, $2)";
    tx.execute(sql, args![DATASET, count]).await?;
    add(tx, DATASET, &(0..count).collect::<Vec<_>>(), 10, "old").await
}

/// Ids and annotations of the dataset, and how many samples its row tells of.
async fn shown(meta: &Meta) -> (Vec<String>, u64) {
    let read = meta.read::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            let after = (String::new(), 0, String::new());
            let samples = rows::next_samples(tx, DATASET, &after, 100).await?;
            let ids: Vec<String> = samples.into_iter().map(|sample| sample.sample_id).collect();
            let labels = rows::labels_of_samples(tx, DATASET, &ids).await?;
            let told = labels.into_iter().map(|(id, label)| format!("{id} {}", label.name)).collect();
            let count = rows::dataset_by_id(tx, DATASET).await?.map_or(0, |dataset| dataset.sample_count);
            Ok((told, count as u64))
        })
    });
    read.await.unwrap()
}

/// Two annotations of each sample.
fn told(samples: &[(u64, &str)]) -> Vec<String> {
    samples.iter().flat_map(|(n, label)| [format!("{n:05} {label}"), format!("{n:05} {label}")]).collect()
}

/// Rows of samples and of annotations, whosever they are.
async fn rows_in_all(meta: &Meta) -> (u64, u64) {
    let read = meta.read::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            let sql =
                "SELECT (SELECT COUNT(*) FROM dataset_samples), (SELECT COUNT(*) FROM dataset_sample_labels)";
            let found = tx.query(sql, vec![]).await?;
            Ok((found[0].uint(0)?, found[0].uint(1)?))
        })
    });
    read.await.unwrap()
}

/// Removes what was left, two rows of each kind at a time.
async fn sweep(meta: &Meta) {
    let swept = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            for set in rows::sets_left(tx).await? {
                while !rows::sweep_set(tx, &set, 2).await? {}
            }
            rows::sets_left(tx).await
        })
    });
    assert_eq!(swept.await.unwrap(), Vec::<String>::new());
}

async fn open() -> (tempfile::TempDir, Meta) {
    let dir = tempfile::tempdir().unwrap();
    let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
    (dir, meta)
}

#[tokio::test]
async fn however_many_samples_there_are_few_rows_change() {
    let (_dir, meta) = open().await;
    let changed = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            dataset(tx, 3000).await?;
            add(tx, STAGE, &(0..3000).collect::<Vec<_>>(), 10, "new").await?;
            let sql = "SELECT total_changes()";
            let before = tx.query(sql, vec![]).await?[0].uint(0)?;
            rows::adopt_stage(tx, DATASET, STAGE).await?;
            Ok(tx.query(sql, vec![]).await?[0].uint(0)? - before)
        })
    });
    assert!(changed.await.unwrap() <= 4);
    assert_eq!(shown(&meta).await.1, 3000);
}

#[tokio::test]
async fn what_was_there_before_goes_and_what_is_remembered_stays() {
    let (_dir, meta) = open().await;
    let adopted = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            dataset(tx, 5).await?;
            rows::remember_deleted_samples(tx, DATASET, &[("x".into(), "b/in/x".into())], 1).await?;
            add(tx, STAGE, &[1, 2, 7], 10, "new").await?;
            rows::remember_deleted_samples(tx, STAGE, &[("y".into(), "b/in/y".into())], 2).await?;
            rows::adopt_stage(tx, DATASET, STAGE).await
        })
    });
    adopted.await.unwrap();
    let expected = (told(&[(1, "new"), (2, "new"), (7, "new")]), 3);
    assert_eq!(shown(&meta).await, expected, "before anything is swept");
    sweep(&meta).await;
    assert_eq!(shown(&meta).await, expected);
    assert_eq!(rows_in_all(&meta).await, (3, 6));
    let remembered = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            // What is working is not to be removed, whoever asks for it.
            rows::leave_set(tx, STAGE).await?;
            assert_eq!(rows::sets_left(tx).await?, Vec::<String>::new());
            rows::deleted_samples_in(tx, DATASET, &["x".into(), "y".into()]).await
        })
    });
    assert_eq!(remembered.await.unwrap(), ["x", "y"]);
}

#[tokio::test]
async fn what_came_since_stays_beside_what_is_staged() {
    let (_dir, meta) = open().await;
    let joined = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            dataset(tx, 3).await?;
            add(tx, DATASET, &[3, 4, 5], 20, "late").await?;
            add(tx, STAGE, &[1, 4], 10, "new").await?;
            rows::remember_deleted_samples(tx, STAGE, &[("00005".into(), "b/in/00005.jpg".into())], 2)
                .await?;
            rows::join_stage(tx, DATASET, STAGE, 10).await
        })
    });
    joined.await.unwrap();
    let expected = (told(&[(1, "new"), (3, "late"), (4, "new")]), 3);
    assert_eq!(shown(&meta).await, expected);
    sweep(&meta).await;
    assert_eq!(shown(&meta).await, expected);
    assert_eq!(rows_in_all(&meta).await, (3, 6));
}

#[tokio::test]
async fn what_was_relabeled_since_keeps_these_labels_if_it_is_staged() {
    let (_dir, meta) = open().await;
    let joined = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            dataset(tx, 5).await?;
            // 1 is staged, 2 is left out, 3 and 4 were labeled before; of 0 nothing is left.
            for (n, at_ms) in [(0, 30), (1, 20), (2, 20), (3, 10), (4, 5)] {
                rows::mark_relabeled(tx, DATASET, &row(n, 0).sample_id, at_ms).await?;
            }
            rows::delete_sample_labels(tx, DATASET, "00000").await?;
            rows::refresh_sample_status(tx, DATASET, "00000").await?;
            add(tx, STAGE, &[0, 1, 3, 4, 7], 10, "new").await?;
            rows::join_stage(tx, DATASET, STAGE, 10).await?;
            rows::status_counts(tx, DATASET).await
        })
    });
    let counts = joined.await.unwrap();
    assert_eq!((counts.unlabeled, counts.labeled), (1, 4));
    let expected = (told(&[(1, "old"), (3, "new"), (4, "new"), (7, "new")]), 5);
    assert_eq!(shown(&meta).await, expected);
    sweep(&meta).await;
    assert_eq!(shown(&meta).await, expected);

    // It still counts for the next version.
    let joined = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            add(tx, "t", &[0, 1, 3], 10, "newer").await?;
            rows::join_stage(tx, DATASET, "t", 15).await
        })
    });
    joined.await.unwrap();
    assert_eq!(shown(&meta).await, (told(&[(1, "old"), (3, "newer")]), 3));
}

#[tokio::test]
async fn a_label_that_was_renamed_stays_renamed() {
    let (_dir, meta) = open().await;
    let joined = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            dataset(tx, 2).await?;
            rows::rename_sample_labels(tx, DATASET, "old", 0, "renamed", 20).await?;
            add(tx, STAGE, &[0, 7], 10, "old").await?;
            rows::join_stage(tx, DATASET, STAGE, 10).await
        })
    });
    joined.await.unwrap();
    assert_eq!(shown(&meta).await, (told(&[(0, "renamed"), (7, "old")]), 2));
}

#[tokio::test]
async fn a_deleted_dataset_leaves_no_set() {
    let (_dir, meta) = open().await;
    let deleted = meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            dataset(tx, 5).await?;
            add(tx, STAGE, &[1, 2], 10, "new").await?;
            rows::adopt_stage(tx, DATASET, STAGE).await?;
            rows::delete_dataset(tx, DATASET, 1).await?;
            while !rows::sweep_dataset_rows(tx, DATASET, 2).await? {}
            Ok(())
        })
    });
    deleted.await.unwrap();
    sweep(&meta).await;
    assert_eq!(rows_in_all(&meta).await, (0, 0));
}
