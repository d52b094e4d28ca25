//! The log's threads, from start to end.

use super::ring::{self, RingWriter};
use super::shared::Shared;
use super::{settler, writer};
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

/// The running threads; empty once they were ended.
pub(crate) struct Threads {
    writer: Mutex<Option<JoinHandle<()>>>,
    others: Mutex<Vec<JoinHandle<()>>>,
}

impl Threads {
    /// Starts the writer, the settler, and the filler of a ring that is not complete.
    pub(crate) fn start(shared: &Arc<Shared>, ring: RingWriter) -> io::Result<Self> {
        let for_writer = Arc::clone(shared);
        let for_settler = Arc::clone(shared);
        let for_filler = Arc::clone(shared);
        let writer = spawn("log-writer", move || writer::run(&for_writer, ring))?;
        let settler = spawn("log-settler", move || settler::run(&for_settler))?;
        let filler = spawn("log-fill", move || fill(&for_filler))?;
        Ok(Self { writer: Mutex::new(Some(writer)), others: Mutex::new(vec![settler, filler]) })
    }

    /// Works off what waits, marks the end durable and ends all threads.
    pub(crate) fn end(&self, shared: &Shared) {
        shared.close();
        join(self.writer.lock().take());
        shared.kick.close();
        shared.ring.close();
        self.others.lock().drain(..).for_each(|thread| join(Some(thread)));
        shared.state.write().stopped.get_or_insert_with(|| "it was shut down".to_owned());
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    Builder::new().name(name.to_owned()).spawn(work)
}

fn join(thread: Option<JoinHandle<()>>) {
    if thread.is_some_and(|t| t.join().is_err()) {
        tracing::error!("a thread of the log panicked");
    }
}

fn fill(shared: &Shared) {
    if let Err(error) = ring::fill(&*shared.disk, &shared.layout, shared.shape, &shared.ring) {
        shared.stop(&format!("making the journal failed: {error}"));
    }
}
