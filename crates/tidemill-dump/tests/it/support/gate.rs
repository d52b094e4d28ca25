//! The door every call of one process to its metadata and its destination goes through: where it can be
//! paused, killed or failed, at any call.

use parking_lot::Mutex;
use tokio::sync::watch;

/// What happens at the chosen call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The process stops before the call is made.
    StopBefore,
    /// The call takes effect, then the process stops.
    StopAfter,
    /// The call fails and has no effect.
    Fail,
    /// The call takes effect, but answers with an error.
    FailLate,
}

#[derive(Debug, Default)]
struct State {
    calls: usize,
    names: Vec<String>,
    plan: Option<(usize, Mode)>,
    broken: Option<String>,
    held: Option<String>,
    waiting: Vec<String>,
    named: Option<(&'static str, Mode)>,
    break_next: Option<&'static str>,
}

/// Counts calls and does what the plan says.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    stopped: watch::Sender<bool>,
    held: watch::Sender<u64>,
}

impl Gate {
    /// From now on, the call with this number (from 0) goes by `mode`.
    pub(crate) fn plan(&self, call: usize, mode: Mode) {
        let mut state = self.state.lock();
        state.calls = 0;
        state.names.clear();
        state.plan = Some((call, mode));
    }

    /// The next call whose name contains `word` goes by `mode`.
    pub(crate) fn plan_named(&self, word: &'static str, mode: Mode) {
        self.state.lock().named = Some((word, mode));
    }

    /// Once a planned call was made, every call whose name contains `word` fails until [`Gate::mend`].
    pub(crate) fn break_after_plan(&self, word: &'static str) {
        self.state.lock().break_next = Some(word);
    }

    /// Names of the calls since the plan was made.
    pub(crate) fn names(&self) -> Vec<String> {
        self.state.lock().names.clone()
    }

    /// Every call whose name contains `word` fails until [`Gate::mend`].
    pub(crate) fn break_calls(&self, word: &str) {
        self.state.lock().broken = Some(word.to_owned());
    }

    pub(crate) fn mend(&self) {
        self.state.lock().broken = None;
    }

    /// Calls whose name contains `word` wait, before they take effect, until [`Gate::release`].
    pub(crate) fn hold_calls(&self, word: &str) {
        self.state.lock().held = Some(word.to_owned());
    }

    pub(crate) fn release(&self) {
        self.state.lock().held = None;
        self.held.send_modify(|n| *n += 1);
    }

    /// Whether the process was stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Stops the process where it is.
    pub(crate) fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// A paused process goes on.
    pub(crate) fn resume(&self) {
        self.stopped.send_replace(false);
    }

    async fn running(&self) {
        let mut stopped = self.stopped.subscribe();
        let _ = stopped.wait_for(|s| !s).await;
    }

    async fn not_held(&self, name: &str) {
        let mut changes = self.held.subscribe();
        if self.is_held(name) {
            self.state.lock().waiting.push(name.to_owned());
        }
        while self.is_held(name) {
            let _ = changes.changed().await;
        }
    }

    fn is_held(&self, name: &str) -> bool {
        self.state.lock().held.as_ref().is_some_and(|w| name.contains(w.as_str()))
    }

    /// Names of the calls that had to wait.
    pub(crate) fn waiting(&self) -> Vec<String> {
        self.state.lock().waiting.clone()
    }

    fn mode(&self, name: &str) -> Option<Mode> {
        let mut state = self.state.lock();
        if state.broken.as_ref().is_some_and(|w| name.contains(w.as_str())) {
            return Some(Mode::Fail);
        }
        let number = state.calls;
        state.calls += 1;
        state.names.push(name.to_owned());
        let by_name = state.named.filter(|(word, _)| name.contains(word)).map(|(_, mode)| mode);
        if by_name.is_some() {
            state.named = None;
            state.broken = state.break_next.take().map(str::to_owned).or(state.broken.take());
        }
        by_name.or(state.plan.filter(|(at, _)| *at == number).map(|(_, mode)| mode))
    }

    /// Makes a call. `None` means that it has to answer with an error.
    pub(crate) async fn pass<T>(&self, name: &str, call: impl Future<Output = T>) -> Option<T> {
        self.running().await;
        self.not_held(name).await;
        let mode = self.mode(name);
        match mode {
            Some(Mode::Fail) => return None,
            Some(Mode::StopBefore) => {
                self.stop();
                self.running().await;
            }
            _ => {}
        }
        let done = call.await;
        match mode {
            Some(Mode::StopAfter) => {
                self.stop();
                self.running().await;
                Some(done)
            }
            Some(Mode::FailLate) => None,
            _ => Some(done),
        }
    }
}
