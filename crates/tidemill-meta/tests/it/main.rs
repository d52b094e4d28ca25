//! The SQLite backend against the conformance suite, and what is its own.

#![allow(clippy::unwrap_used)] // a failed step is a failed test

mod sample_sets;

use tidemill_meta::agency::{self, AgencyRow};
use tidemill_meta::sqlite::SqliteStore;
use tidemill_meta::{Meta, MetaError, args, suite};

async fn open(dir: &tempfile::TempDir) -> Meta {
    SqliteStore::open(&dir.path().join("meta.db")).await.unwrap()
}

async fn put(meta: &Meta, name: &'static str) {
    meta.tx(move |tx| tx.execute("INSERT INTO settings (name, value) VALUES ($1, 'x')", args![name]))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_holds_the_suite() {
    let dir = tempfile::tempdir().unwrap();
    suite::all(&open(&dir).await).await.unwrap();
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let meta = open(&dir).await;
    put(&meta, "kept").await;
    meta.close().await;
    let again = open(&dir).await;
    let rows = again
        .read::<_, MetaError, _>(|tx| tx.query("SELECT value FROM settings WHERE name = $1", args!["kept"]))
        .await
        .unwrap();
    assert_eq!(rows[0].text(0).unwrap(), "x");
}

#[tokio::test]
async fn a_panicking_closure_is_an_error_and_the_store_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let meta = open(&dir).await;
    let failed: Result<(), MetaError> =
        meta.tx(|_| Box::pin(async { if true { panic!("on purpose") } else { Ok(()) } })).await;
    assert!(failed.is_err());
    put(&meta, "after").await;
}

/// Several reads in a stream are polled only while somebody waits for the stream.
#[tokio::test]
async fn reads_that_nobody_polls_keep_no_connection() {
    let dir = tempfile::tempdir().unwrap();
    let meta = open(&dir).await;
    let mut begun: Vec<_> = (0..32).map(|_| Box::pin(meta.check())).collect();
    for read in &mut begun {
        assert!(futures::poll!(read).is_pending());
    }
    let other = tokio::time::timeout(std::time::Duration::from_secs(20), meta.check()).await;
    other.unwrap().unwrap();
    for read in begun {
        read.await.unwrap();
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let meta = open(&dir).await;
    meta.tx::<_, MetaError, _>(|tx| {
        tx.execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)",
            vec![],
        )
    })
    .await
    .unwrap();
    meta.close().await;
    let refused = SqliteStore::open(&dir.path().join("meta.db")).await;
    assert!(matches!(refused, Err(MetaError::TooNew(_))), "{refused:?}");
}

#[tokio::test]
async fn a_closed_store_answers_with_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let meta = open(&dir).await;
    meta.close().await;
    let refused: Result<u64, MetaError> = meta.tx(|tx| tx.execute("DELETE FROM settings", vec![])).await;
    assert!(refused.is_err());
}

/// What the schema before agencies had: tasks whose descriptors name some.
async fn before_agencies(meta: &Meta) {
    meta.tx::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            for sql in [
                "DROP TABLE agencies",
                "ALTER TABLE dump_tasks DROP COLUMN agency",
                "DELETE FROM _sqlx_migrations WHERE version = 23",
                "INSERT INTO domains (id, name, administers) VALUES ('d1', 'one', 1), ('d2', 'two', 0)",
                "INSERT INTO projects (id, domain_id, name) VALUES ('p1', 'd1', 'p'), ('p2', 'd1', 'q')",
            ] {
                tx.execute(sql, vec![]).await?;
            }
            for (id, project, agency) in
                [("t1", "p1", "mine"), ("t2", "p2", "mine"), ("t3", "p2", "dis_admin_agency")]
            {
                let sql = "INSERT INTO dump_tasks (task_id, project, stream_id, stream_name, incarnation, name, state, cause, epoch, descriptor, created_ms, head, destination_type) VALUES ($1, $2, 's', 's', 'i', $1, 'RUNNING', '', 1, $3, 0, '', 'OBS')";
                tx.execute(sql, args![id, project, format!("{{\"agency_name\":\"{agency}\"}}")]).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_upgrade_keeps_the_agencies_that_tasks_name() {
    let dir = tempfile::tempdir().unwrap();
    let meta = open(&dir).await;
    before_agencies(&meta).await;
    meta.close().await;
    let meta = open(&dir).await;
    let seen = meta.read::<_, MetaError, _>(|tx| {
        Box::pin(async move {
            let (one, two) = (agency::agencies_of(tx, "d1").await?, agency::agencies_of(tx, "d2").await?);
            let tasks = agency::tasks_naming(tx, &one[1]).await?;
            Ok((one, two, tasks))
        })
    });
    let (one, two, tasks) = seen.await.unwrap();
    let names = |rows: &[AgencyRow]| rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(&one), names(&two)),
        (vec!["dis_admin_agency".into(), "mine".into()], vec!["dis_admin_agency".into()])
    );
    assert_eq!(tasks, ["s/t1", "s/t2"]);
    for row in one.iter().chain(&two) {
        assert_eq!((row.id.len(), row.trust_domain_name.as_str()), (32, "op_svc_dis"));
        assert_eq!(row.trust_domain_id, "dc7b3be04a52efeb018c3e61193ac7c8");
        assert!(row.created_ms > 1_700_000_000_000, "{row:?}");
    }
}
