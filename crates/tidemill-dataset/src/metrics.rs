//! Numbers of a dataset over time: its samples, and the tasks on it.
//!
//! Samples are counted once a minute in which they changed; tasks are counted from their rows.

use crate::{DatasetError, Datasets};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tidemill_meta::MetaError;
use tidemill_meta::dataset::{self as rows, PointRow, TaskTimes};
use tidemill_model::ProjectId;

/// How often samples are counted.
const EVERY: Duration = Duration::from_secs(60);
/// How far back numbers of samples reach.
const KEPT_MS: i64 = 31 * 24 * 3600 * 1000;
/// Points of one series in one answer: the newest.
const POINTS_MAX: u64 = 10_000;
/// Tasks that are counted: the newest.
const TASKS_MAX: u64 = 1000;

/// Numbers by time in ms since the epoch, by the names of their series.
pub type Series = BTreeMap<&'static str, BTreeMap<i64, u64>>;

impl Datasets {
    /// Numbers of a dataset from `start_ms` to `end_ms`: `total`, `un_annotation` and `manual_annotation` samples;
    /// tasks that were `queuing`, `unfinished` or had ended in `success` or `failed`, the latter also by fault.
    ///
    /// # Errors
    /// [`DatasetError::Unknown`], [`DatasetError::Invalid`] if the end is before the start.
    pub async fn metrics(
        &self,
        project: &ProjectId,
        dataset: &str,
        start_ms: i64,
        end_ms: i64,
    ) -> Result<Series, DatasetError> {
        if end_ms < start_ms {
            return Err(DatasetError::Invalid("end_time must not be before start_time".to_owned()));
        }
        let (id, now_ms) = (self.get(project, dataset).await?.id, self.clock().now_ms());
        let read = self.meta().read::<_, MetaError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                let mut points = rows::points(tx, id.as_str(), start_ms, end_ms, POINTS_MAX).await?;
                if (start_ms..=end_ms).contains(&now_ms) {
                    points.push(rows::count_samples_now(tx, id.as_str(), now_ms).await?);
                }
                Ok((points, rows::task_times(tx, id.as_str(), end_ms, TASKS_MAX).await?))
            })
        });
        let (points, tasks) = read.await?;
        let mut series = samples(&points, start_ms);
        series.extend(task_series(&tasks, start_ms, end_ms.min(now_ms)));
        Ok(series)
    }

    /// Counts samples until the server stops.
    pub(crate) fn count_over_time(&self) {
        let this = self.clone();
        self.spawn(async move {
            let mut since_ms = this.clock().now_ms() - EVERY.as_millis() as i64;
            loop {
                tokio::select! {
                    () = this.stopping().cancelled() => return,
                    () = this.clock().sleep(EVERY) => {}
                }
                let now_ms = this.clock().now_ms();
                match this.count_changed(since_ms, now_ms).await {
                    Ok(()) => since_ms = now_ms,
                    Err(error) => tracing::warn!(%error, "samples of datasets are not counted"),
                }
            }
        });
    }

    async fn count_changed(&self, since_ms: i64, now_ms: i64) -> Result<(), MetaError> {
        let counted = self.meta().tx::<_, MetaError, _>(move |tx| {
            Box::pin(async move {
                for id in rows::changed_datasets(tx, since_ms).await? {
                    let point = rows::count_samples_now(tx, &id, now_ms).await?;
                    rows::put_point(tx, &id, &point).await?;
                }
                rows::trim_points(tx, now_ms - KEPT_MS).await
            })
        });
        counted.await
    }
}

/// What was known before the start holds at the start.
fn samples(points: &[PointRow], start_ms: i64) -> Series {
    let of = |number: fn(&PointRow) -> u64| {
        points.iter().map(|point| (point.at_ms.max(start_ms), number(point))).collect()
    };
    BTreeMap::from([
        ("total", of(|point| point.total)),
        ("un_annotation", of(|point| point.unlabeled)),
        ("manual_annotation", of(|point| point.labeled)),
    ])
}

/// The numbers of tasks at the start and whenever one of them changed.
fn task_series(tasks: &[TaskTimes], start_ms: i64, end_ms: i64) -> Series {
    let times = tasks.iter().flat_map(|task| [Some(task.created_ms), task.started_ms, task.ended_ms]);
    let within = times.flatten().filter(|at_ms| (start_ms..=end_ms).contains(at_ms));
    let at: BTreeSet<i64> = within.chain([start_ms]).collect();
    let count = |is: fn(&TaskTimes, i64) -> bool| {
        at.iter().map(|at_ms| (*at_ms, tasks.iter().filter(|task| is(task, *at_ms)).count() as u64)).collect()
    };
    BTreeMap::from([
        (
            "queuing",
            count(|task, at_ms| task.created_ms <= at_ms && !began(task, at_ms) && !ended(task, at_ms)),
        ),
        ("unfinished", count(|task, at_ms| began(task, at_ms) && !ended(task, at_ms))),
        ("success", count(|task, at_ms| ended(task, at_ms) && task.fault.is_none())),
        ("failed", count(|task, at_ms| ended(task, at_ms) && task.fault.is_some())),
        ("failed_user", count(|task, at_ms| ended(task, at_ms) && task.fault.as_deref() == Some("user"))),
        ("failed_system", count(|task, at_ms| ended(task, at_ms) && task.fault.as_deref() == Some("system"))),
    ])
}

fn began(task: &TaskTimes, at_ms: i64) -> bool {
    task.started_ms.is_some_and(|started_ms| started_ms <= at_ms)
}

fn ended(task: &TaskTimes, at_ms: i64) -> bool {
    task.ended_ms.is_some_and(|ended_ms| ended_ms <= at_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(times: [Option<i64>; 2], fault: Option<&str>) -> TaskTimes {
        let fault = fault.map(str::to_owned);
        TaskTimes { created_ms: 10, started_ms: times[0], ended_ms: times[1], fault }
    }

    #[test]
    fn tasks_are_counted_when_something_changed() {
        let tasks = [
            task([Some(20), Some(40)], None),
            task([Some(20), Some(30)], Some("user")),
            task([None, None], None),
        ];
        let series = task_series(&tasks, 15, 100);
        assert_eq!(series["queuing"], BTreeMap::from([(15, 3), (20, 1), (30, 1), (40, 1)]));
        assert_eq!(series["unfinished"], BTreeMap::from([(15, 0), (20, 2), (30, 1), (40, 0)]));
        assert_eq!(series["success"], BTreeMap::from([(15, 0), (20, 0), (30, 0), (40, 1)]));
        assert_eq!(series["failed_user"], BTreeMap::from([(15, 0), (20, 0), (30, 1), (40, 1)]));
        assert_eq!(series["failed_system"][&40], 0);
    }

    #[test]
    fn what_was_known_before_the_start_holds_at_the_start() {
        let point = |at_ms, total| PointRow { at_ms, total, unlabeled: 0, labeled: total };
        let series = samples(&[point(5, 1), point(20, 2)], 10);
        assert_eq!(series["total"], BTreeMap::from([(10, 1), (20, 2)]));
    }
}
