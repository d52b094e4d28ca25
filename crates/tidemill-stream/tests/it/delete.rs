//! Deleting: in order, whole, resumable, and free at once.

use super::*;
use async_trait::async_trait;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use tidemill_model::{AppName, PartitionId};
use tidemill_stream::{AppendError, DeleteError, StreamEnd, StreamState};
use tokio_util::sync::CancellationToken;

/// Notes what it sees when a stream ends; fails while told to.
struct Hook {
    log: Arc<MemoryLog>,
    failing: AtomicBool,
    seen: Mutex<Vec<(String, StreamState, bool)>>,
}

impl Hook {
    fn on(world: &World, failing: bool) -> Arc<Self> {
        let hook = Arc::new(Self { log: world.log.clone(), failing: failing.into(), seen: Mutex::default() });
        world.streams.before_delete(hook.clone());
        hook
    }
}

#[async_trait]
impl StreamEnd for Hook {
    async fn end(&self, stream: &Stream) -> Result<(), String> {
        let in_log = self.log.streams().await.iter().any(|(i, _)| *i == stream.incarnation);
        self.seen.lock().push((stream.name.to_string(), stream.state, in_log));
        if self.failing.load(Ordering::SeqCst) { Err("not yet".into()) } else { Ok(()) }
    }
}

#[tokio::test]
async fn what_hangs_on_a_stream_ends_before_its_records_go() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    let other = world.create("other", 1).await;
    world.streams.create_app(&project(), &AppName::parse("a").unwrap()).await.unwrap();
    for stream in [&stream, &other] {
        world.streams.commit_checkpoint(app(&project()), stream, PartitionId(0), "0", "").await.unwrap();
    }
    let hook = Hook::on(&world, false);
    world.streams.delete_stream(&stream.id).await.unwrap();
    assert_eq!(*hook.seen.lock(), [("s".to_owned(), StreamState::Terminating, true)]);
    assert!(world.streams.by_id(&stream.id).is_none());
    assert_eq!(world.log.streams().await, [(other.incarnation, 1)]);
    assert_eq!(world.streams.app(&project(), "a").await.unwrap().streams, ["other"]);
    assert!(matches!(world.streams.delete_stream(&stream.id).await, Err(DeleteError::UnknownStream)));
    let again = world.create("s", 1).await;
    assert_eq!(world.streams.bounds(&again, PartitionId(0)).unwrap().next, 0);
    assert_eq!(world.streams.checkpoint(app(&project()), &again, PartitionId(0)).await.unwrap(), None);
}

#[tokio::test]
async fn a_deletion_that_cannot_finish_goes_on_by_itself() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    let hook = Hook::on(&world, true);
    let first = world.streams.delete_stream(&stream.id).await;
    assert!(matches!(first, Err(DeleteError::Continues(_))), "{first:?}");
    let going = world.streams.find(&project(), "s").unwrap();
    assert_eq!(going.state, StreamState::Terminating);
    assert_eq!(
        world.streams.append_records(&going, vec![record("YQ==")]).await,
        Err(AppendError::NotRunning)
    );
    let taken = world.streams.create_stream(&project(), new_stream("s", 1)).await;
    assert!(matches!(taken, Err(CreateError::Exists)));
    hook.failing.store(false, Ordering::SeqCst);
    run_once(&world.streams).await;
    assert!(world.streams.find(&project(), "s").is_none());
    assert!(world.log.streams().await.is_empty());
}

#[tokio::test]
async fn a_deletion_cut_off_by_a_crash_ends_after_the_restart() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    Hook::on(&world, true);
    let _ = world.streams.delete_stream(&stream.id).await;
    let world = world.restart().await;
    assert_eq!(world.streams.find(&project(), "s").unwrap().state, StreamState::Terminating);
    let hook = Hook::on(&world, false);
    run_once(&world.streams).await;
    assert_eq!(hook.seen.lock().len(), 1, "whoever hangs on it is told again");
    assert!(world.streams.find(&project(), "s").is_none());
    assert!(world.log.streams().await.is_empty());
}

#[tokio::test]
async fn a_caller_that_stops_waiting_changes_nothing() {
    let world = World::new().await;
    let project = project();
    let mut making = Box::pin(world.streams.create_stream(&project, new_stream("s", 1)));
    assert!(futures::poll!(&mut making).is_pending());
    drop(making);
    let made =
        wait_for(|| world.streams.find(&project, "s").filter(|s| s.state == StreamState::Running)).await;
    let mut deleting = Box::pin(world.streams.delete_stream(&made.id));
    assert!(futures::poll!(&mut deleting).is_pending());
    drop(deleting);
    wait_for(|| world.streams.by_id(&made.id).is_none().then_some(())).await;
}

#[tokio::test]
async fn a_put_that_comes_too_late_is_told_so() {
    let world = World::new().await;
    let stale = world.create("s", 1).await;
    world.streams.delete_stream(&stale.id).await.unwrap();
    let put = world.streams.append_records(&stale, vec![record("YQ==")]).await;
    assert_eq!(put, Err(AppendError::UnknownStream));
}

/// The first round of the background work.
async fn run_once(streams: &Streams) {
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (streams, stop) = (streams.clone(), stop.clone());
        async move { streams.run(stop).await }
    });
    wait_for(|| streams.all().iter().all(|s| s.state != StreamState::Terminating).then_some(())).await;
    stop.cancel();
    running.await.unwrap();
}
