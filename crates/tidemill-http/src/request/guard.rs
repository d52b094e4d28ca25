//! Rates that protect the server: requests about a project's streams, and failed authentications of an address.

use crate::request::RequestError;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use tidemill_model::{Clock, ProjectId};

const SECOND_MS: i64 = 1000;
/// Failed authentications are forgotten, and a block ends, this long after the first of them.
const FAILURES_MS: i64 = 5 * 60 * SECOND_MS;
/// Projects or addresses remembered at once. A further address is not blocked until others are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// What is allowed in a time.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Requests about streams, their tasks and tags that a project may send in a second.
    pub stream_requests: u32,
    /// Failed authentications of one address in five minutes. Then it is refused until they are over.
    pub failed_authentications: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self { stream_requests: 1000, failed_authentications: 1000 }
    }
}

/// Counts requests and failures. Cheap to clone; all clones count together.
#[derive(Clone, Debug)]
pub struct Guard {
    clock: Clock,
    requests: Arc<Windows<ProjectId>>,
    failures: Arc<Windows<IpAddr>>,
}

impl Guard {
    /// Nothing happened yet.
    pub fn new(clock: Clock, rates: Rates) -> Self {
        let requests = Arc::new(Windows::new(SECOND_MS, rates.stream_requests));
        let failures = Arc::new(Windows::new(FAILURES_MS, rates.failed_authentications));
        Self { clock, requests, failures }
    }

    /// Counts a request about streams; [`RequestError::TooManyRequests`] if the project sent too many in this second.
    pub(crate) fn stream_request(&self, project: &ProjectId) -> Result<(), RequestError> {
        let now_ms = self.clock.now_ms();
        if self.requests.is_full(project, now_ms) {
            return Err(RequestError::TooManyRequests);
        }
        self.requests.count(project, now_ms);
        Ok(())
    }

    /// [`RequestError::AddressBlocked`] if an address failed too often.
    pub(crate) fn admit(&self, address: Option<IpAddr>) -> Result<(), RequestError> {
        match address.and_then(guarded) {
            Some(address) if self.failures.is_full(&address, self.clock.now_ms()) => {
                Err(RequestError::AddressBlocked)
            }
            _ => Ok(()),
        }
    }

    /// Counts a failed authentication.
    pub(crate) fn failed(&self, address: Option<IpAddr>) {
        if let Some(address) = address.and_then(guarded) {
            self.failures.count(&address, self.clock.now_ms());
        }
    }
}

/// What an address is counted as: of IPv6 the network, which one caller has whole. `None` for this machine,
/// where a proxy may be that stands for everybody.
fn guarded(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        address if address.is_loopback() => None,
        IpAddr::V4(address) => Some(address.into()),
        IpAddr::V6(address) => Some(Ipv6Addr::from(u128::from(address) >> 64 << 64).into()),
    }
}

/// How often something happened since its window began.
#[derive(Debug)]
struct Windows<K> {
    length_ms: i64,
    max: u32,
    counts: Mutex<HashMap<K, Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began_ms: i64,
    count: u32,
}

impl<K: Hash + Eq + Clone> Windows<K> {
    fn new(length_ms: i64, max: u32) -> Self {
        Self { length_ms, max, counts: Mutex::default() }
    }

    fn is_open(&self, window: &Window, now_ms: i64) -> bool {
        now_ms < window.began_ms + self.length_ms
    }

    fn is_full(&self, key: &K, now_ms: i64) -> bool {
        let counts = self.counts.lock();
        counts.get(key).is_some_and(|window| self.is_open(window, now_ms) && window.count >= self.max)
    }

    fn count(&self, key: &K, now_ms: i64) {
        let mut counts = self.counts.lock();
        if counts.len() >= REMEMBERED_MAX && !counts.contains_key(key) {
            counts.retain(|_, window| self.is_open(window, now_ms));
            if counts.len() >= REMEMBERED_MAX {
                return;
            }
        }
        let fresh = Window { began_ms: now_ms, count: 0 };
        let window = counts.entry(key.clone()).or_insert(fresh);
        if !self.is_open(window, now_ms) {
            *window = fresh;
        }
        window.count = window.count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn an_address_that_fails_too_often_waits_for_five_minutes() {
        let clock = Clock::manual(0);
        let rates = Rates { failed_authentications: 3, ..Rates::default() };
        let guard = Guard::new(clock.clone(), rates);
        for from in ["10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1"] {
            assert!(guard.admit(address("10.0.0.1")).is_ok());
            guard.failed(address(from));
        }
        assert_eq!(guard.admit(address("10.0.0.1")).unwrap_err(), RequestError::AddressBlocked);
        assert!(guard.admit(address("10.0.0.2")).is_ok());
        clock.advance(Duration::from_secs(300));
        assert!(guard.admit(address("10.0.0.1")).is_ok());
        guard.failed(address("10.0.0.1"));
        assert!(guard.admit(address("10.0.0.1")).is_ok());
    }

    #[test]
    fn this_machine_is_never_blocked_and_a_network_counts_as_one() {
        let guard = Guard::new(Clock::manual(0), Rates { failed_authentications: 1, ..Rates::default() });
        for from in [address("127.0.0.1"), address("::1"), address("::ffff:127.0.0.1"), None] {
            guard.failed(from);
            assert!(guard.admit(from).is_ok());
        }
        guard.failed(address("2001:db8::1"));
        assert!(guard.admit(address("2001:db8::ffff")).is_err());
        assert!(guard.admit(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let windows = Windows::new(1000, 1);
        for key in 0..2 * REMEMBERED_MAX {
            windows.count(&key, 0);
        }
        assert_eq!(windows.counts.lock().len(), REMEMBERED_MAX);
        windows.count(&usize::MAX, 1000);
        assert_eq!(windows.counts.lock().len(), 1);
    }
}
