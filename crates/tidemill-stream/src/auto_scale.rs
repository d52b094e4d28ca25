//! Partitions that follow the load. Source: section 7 of the DIS contract.

use crate::scale::{ScaleError, scaled_lately};
use crate::stream::{ScaleOutcome, ScaleRecord, Stream, StreamState};
use crate::streams::Streams;
use crate::traffic::{Count, Counters, MINUTE_MS, Throughput};
use std::sync::atomic::Ordering;
use tidemill_model::EventKind;

/// Shares of the capacity, in percent: above the first, partitions are added; below the second, removed.
const BUSY_PERCENT: u64 = 80;
const IDLE_PERCENT: u64 = 30;
/// Pause between changes in opposite directions.
const TURN_MS: i64 = 2 * MINUTE_MS;
/// After a change that failed the next one is not tried before this.
const FAILED_PAUSE_MS: i64 = 10 * MINUTE_MS;

impl Streams {
    /// Scales every stream that wants it by what passed in the minute before the present one.
    pub async fn auto_scale(&self) {
        let now_ms = self.0.clock.now_ms();
        let minute = now_ms.div_euclid(MINUTE_MS) - 1;
        if self.0.judged_minute.swap(minute, Ordering::Relaxed) == minute {
            return;
        }
        let wants = |stream: &Stream| stream.state == StreamState::Running && stream.auto_scale.enabled;
        for stream in self.all().into_iter().filter(|stream| wants(stream)) {
            let Some(target) = self.wanted(&stream, now_ms) else { continue };
            let from = stream.writable();
            match self.scale_anyway(&stream.id, target, true).await {
                Ok(_) => {
                    let detail = format!("{from} partitions became {target}");
                    self.raise(EventKind::AutoScaleSucceeded, &stream, detail);
                }
                Err(ScaleError::UnknownStream | ScaleError::NotRunning) => {}
                Err(error) => {
                    stream.traffic.put_off_scaling(now_ms + FAILED_PAUSE_MS);
                    let detail = format!("{from} partitions should become {target}: {error}");
                    self.raise(EventKind::AutoScaleFailed, &stream, detail);
                }
            }
        }
    }

    /// The number of partitions a stream should have instead of its own.
    fn wanted(&self, stream: &Stream, now_ms: i64) -> Option<i64> {
        let minute = now_ms.div_euclid(MINUTE_MS) - 1;
        // A whole minute of the present partitions has to be known: that is also the pause between changes.
        let known_since_ms = self.0.opened_ms.max(last_change(stream).0);
        if known_since_ms >= minute * MINUTE_MS || stream.traffic.scaling_is_put_off(now_ms) {
            return None;
        }
        let passed = stream.traffic.unwritten(None).remove(&minute).unwrap_or_default();
        let target = target(stream, &passed)?;
        let from = u32::try_from(stream.writable()).ok()?;
        let record = ScaleRecord { at_ms: now_ms, from, to: target, auto: true, outcome: ScaleOutcome::Done };
        let (at_ms, up) = last_change(stream);
        let turns = up != record.is_up();
        if turns && now_ms - at_ms <= TURN_MS {
            return None;
        }
        // The rate of decreases is no failure, only a pause.
        let may = record.is_up() || scaled_lately(stream, record) < self.0.config.scalings_per_hour(record);
        may.then_some(target)
    }
}

/// When the number of partitions last changed, and whether upwards; making the stream counts as that.
fn last_change(stream: &Stream) -> (i64, bool) {
    let last = stream.scale_records.iter().rfind(|record| record.is_done());
    last.map_or((stream.created_ms, true), |r| (r.at_ms, r.is_up()))
}

/// Where the load of a minute leads, within the stream's bounds. The first count of a stream may be outside
/// of them and stays so until the load changes it.
fn target(stream: &Stream, passed: &Counters) -> Option<i64> {
    let active = i64::try_from(stream.writable()).ok()?;
    let within = |count: i64| {
        count.min(stream.auto_scale.max.unwrap_or(i64::MAX)).max(stream.auto_scale.min.unwrap_or(1)).max(1)
    };
    let limited = passed.get(Count::LimitedPuts) > 0 || passed.get(Count::LimitedGets) > 0;
    let [bytes_in, records_in, bytes_out] = loads(stream, passed);
    if limited && (bytes_in.is_above(BUSY_PERCENT) || records_in.is_above(BUSY_PERCENT)) {
        // n / 0.6, rounded up.
        return Some(within((10 * active + 5) / 6)).filter(|target| *target > active);
    }
    let idle = [bytes_in, records_in, bytes_out].iter().all(|load| load.is_below(IDLE_PERCENT));
    if idle { Some(within(active / 2)).filter(|target| *target < active) } else { None }
}

/// What passed in a minute and what could have passed.
#[derive(Clone, Copy)]
struct Load {
    passed: u64,
    capacity: u64,
}

impl Load {
    fn is_above(self, percent: u64) -> bool {
        self.passed.saturating_mul(100) > self.capacity.saturating_mul(percent)
    }

    fn is_below(self, percent: u64) -> bool {
        self.passed.saturating_mul(100) < self.capacity.saturating_mul(percent)
    }
}

/// Bytes in, records in, bytes out. Upload is whichever of the first two is nearer to its limit.
fn loads(stream: &Stream, passed: &Counters) -> [Load; 3] {
    let throughput = Throughput::of(stream.stream_type);
    let seconds = 60 * stream.writable() as u64;
    let load = |count: Count, per_second: u32| Load {
        passed: passed.get(count),
        capacity: u64::from(per_second) * seconds,
    };
    [
        load(Count::PutBytes, throughput.write_bytes),
        load(Count::PutRecords, throughput.write_records),
        load(Count::GetBytes, throughput.read_bytes),
    ]
}
