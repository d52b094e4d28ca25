//! `/streams/{stream_name}/metrics` and `/streams/{stream_name}/partitions/{partition_id}/metrics`.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, lookup, reply};
use crate::request::query::Query;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use tidemill_api::{ErrorCode, dis};
use tidemill_model::PartitionId;
use tidemill_model::limits::METRICS_DAYS;
use tidemill_stream::{Count, Counters, Stream};

const PERIOD_S_MAX: i64 = METRICS_DAYS * 24 * 60 * 60;
/// A start this much too old is still accepted: clients subtract seven days from a time of their own.
const START_GRACE_S: i64 = 60;
/// Bytes of one point in both lists of the answer, at most.
const POINT_BYTES: usize = 2 * 64;

/// How a label's value comes from the counts of a minute.
#[derive(Clone, Copy, Debug)]
enum Measure {
    /// The sum.
    Sum(Count),
    /// The mean of times in microseconds over requests, in milliseconds.
    MeanMs { micros: Count, requests: Count },
}

type Label = (&'static str, Measure);

const PUT_LATENCY: Measure = Measure::MeanMs { micros: Count::PutMicros, requests: Count::PutRequests };
const GET_LATENCY: Measure = Measure::MeanMs { micros: Count::GetMicros, requests: Count::GetRequests };

/// Both spellings of the last two are documented.
const STREAM_LABELS: &[Label] = &[
    ("total_put_bytes_per_stream", Measure::Sum(Count::PutBytes)),
    ("total_get_bytes_per_stream", Measure::Sum(Count::GetBytes)),
    ("total_put_records_per_stream", Measure::Sum(Count::PutRecords)),
    ("total_get_records_per_stream", Measure::Sum(Count::GetRecords)),
    ("total_put_req_latency", PUT_LATENCY),
    ("total_get_req_latency", GET_LATENCY),
    ("total_put_req_suc_per_stream", Measure::Sum(Count::PutRequests)),
    ("total_get_req_suc_per_stream", Measure::Sum(Count::GetRequests)),
    ("traffic_control_put", Measure::Sum(Count::LimitedPuts)),
    ("traffic_control_get", Measure::Sum(Count::LimitedGets)),
    ("traffic_controll_put", Measure::Sum(Count::LimitedPuts)),
    ("traffic_controll_get", Measure::Sum(Count::LimitedGets)),
];

const PARTITION_LABELS: &[Label] = &[
    ("total_put_bytes_per_partition", Measure::Sum(Count::PutBytes)),
    ("total_get_bytes_per_partition", Measure::Sum(Count::GetBytes)),
    ("total_put_records_per_partition", Measure::Sum(Count::PutRecords)),
    ("total_get_records_per_partition", Measure::Sum(Count::GetRecords)),
];

pub(super) async fn stream_metrics(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:streams:get")?;
    let stream = lookup::stream(&state.streams, &request.project, [Some(request.path("stream_name")), None])?;
    show(&state, &request.query, &stream, None).await
}

pub(super) async fn partition_metrics(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:streams:get")?;
    let stream = lookup::stream(&state.streams, &request.project, [Some(request.path("stream_name")), None])?;
    let partition = lookup::partition(request.path("partition_id"))?;
    if stream.partition(partition).is_none() {
        return Err(DisError::unknown_partition(&stream, partition));
    }
    show(&state, &request.query, &stream, Some(partition)).await
}

async fn show(
    state: &DisState,
    query: &Query,
    stream: &Stream,
    partition: Option<PartitionId>,
) -> Result<Response, DisError> {
    let (labels, is_list) =
        labels(query, if partition.is_none() { STREAM_LABELS } else { PARTITION_LABELS })?;
    let (start_s, end_s) = period(query, state.gate.clock.now_s())?;
    let minutes = start_s.div_euclid(60)..=end_s.div_euclid(60);
    let found = state.streams.traffic(stream, partition, minutes).await?;
    let room = state.gate.budget.answer((labels.len() + 1) * found.len() * POINT_BYTES).await?;
    let mut all = labels.iter().map(|label| series(label, &found));
    let first = all.next().unwrap_or_default();
    let metrics_list = is_list.then(|| std::iter::once(first.clone()).chain(all).collect());
    let body = dis::MetricsResult { metrics: first, metrics_list };
    Ok(reply::held(reply::JSON, serde_json::to_vec(&body).map_err(DisError::internal)?, room))
}

/// What is asked for, each once; true if as a list.
fn labels(query: &Query, known: &[Label]) -> Result<(Vec<Label>, bool), DisError> {
    let list = query.get("label_list");
    let mut asked: Vec<Label> = Vec::new();
    for name in list.or(query.get("label")).unwrap_or_default().split(',').map(str::trim) {
        if name.is_empty() || asked.iter().any(|label| label.0 == name) {
            continue;
        }
        let label = known.iter().find(|label| label.0 == name);
        asked.push(*label.ok_or_else(|| invalid_label(&name.chars().take(40).collect::<String>()))?);
    }
    if asked.is_empty() {
        return Err(invalid_label("label or label_list is missing"));
    }
    Ok((asked, list.is_some()))
}

fn invalid_label(detail: &str) -> DisError {
    DisError::new(ErrorCode::InvalidLabel, &[detail])
}

/// Start and end in seconds since the epoch.
fn period(query: &Query, now_s: i64) -> Result<(i64, i64), DisError> {
    let invalid = |detail: String| DisError::new(ErrorCode::InvalidPeriod, &[&detail]);
    let number = |name: &str| {
        let text = query.get(name).ok_or_else(|| invalid(format!("{name} is missing")))?;
        text.trim().parse::<i64>().map_err(|_| invalid(format!("{name} is not a number")))
    };
    let (start_s, end_s) = (number("start_time")?, number("end_time")?);
    if start_s > end_s {
        return Err(invalid(format!("start_time {start_s} is after end_time {end_s}")));
    }
    let too_long = end_s.saturating_sub(start_s) > PERIOD_S_MAX;
    if too_long || start_s < now_s - PERIOD_S_MAX - START_GRACE_S {
        return Err(DisError::new(ErrorCode::PeriodTooLong, &[]));
    }
    Ok((start_s, end_s))
}

/// The points of a label: only minutes in which there was something to count.
fn series((label, measure): &Label, minutes: &BTreeMap<i64, Counters>) -> dis::Metrics {
    let point = |(minute, counters): (&i64, &Counters)| {
        Some(dis::DataPoint { timestamp: minute * 60, value: value(*measure, counters)? })
    };
    let points: Vec<_> = minutes.iter().filter_map(point).collect();
    dis::Metrics { label: (*label).to_owned(), data_points: points.clone(), data_points_java: points }
}

fn value(measure: Measure, counters: &Counters) -> Option<i64> {
    let number = match measure {
        Measure::Sum(count) => Some(counters.get(count)).filter(|sum| *sum > 0)?,
        Measure::MeanMs { micros, requests } => {
            let requests = Some(counters.get(requests)).filter(|requests| *requests > 0)?;
            (counters.get(micros) / requests + 500) / 1000
        }
    };
    Some(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_iam::api_signature::QueryReading;

    fn query(text: &str) -> Query {
        Query::read(text, QueryReading::Blank)
    }

    #[test]
    fn a_list_of_labels_wins_and_each_counts_once() {
        let asked = |text: &str| {
            labels(&query(text), STREAM_LABELS)
                .map(|(labels, list)| (labels.iter().map(|l| l.0).collect::<Vec<_>>(), list))
                .map_err(|error| error.message)
        };
        let (put, get) = ("traffic_control_put", "traffic_controll_put");
        assert_eq!(asked(&format!("label={put}")), Ok((vec![put], false)));
        assert_eq!(asked(&format!("label=x&label_list={get},,%20{put},{get}")), Ok((vec![get, put], true)));
        assert_eq!(asked("label=total"), Err("Invalid metrics label. [total]".into()));
        assert_eq!(
            asked("label_list=,"),
            Err("Invalid metrics label. [label or label_list is missing]".into())
        );
        assert!(asked("label=total_put_bytes_per_partition").is_err());
    }

    #[test]
    fn a_period_is_at_most_seven_days_and_not_older() {
        const NOW: i64 = 1_768_469_400;
        let week = 7 * 24 * 3600;
        let read = |start: i64, end: i64| {
            period(&query(&format!("start_time={start}&end_time={end}")), NOW).map_err(|e| e.code)
        };
        assert_eq!(read(NOW - week, NOW), Ok((NOW - week, NOW)));
        assert_eq!(read(NOW - week - 60, NOW - 60), Ok((NOW - week - 60, NOW - 60)));
        assert_eq!(read(NOW - week - 61, NOW - 61), Err(ErrorCode::PeriodTooLong));
        assert_eq!(read(NOW - week, NOW + 1), Err(ErrorCode::PeriodTooLong));
        assert_eq!(read(i64::MIN, i64::MAX), Err(ErrorCode::PeriodTooLong));
        assert_eq!(read(NOW, NOW - 1), Err(ErrorCode::InvalidPeriod));
        for bad in [
            "end_time=5",
            "start_time=5",
            "start_time=5&end_time=",
            "start_time=x&end_time=6",
            "start_time=1.5&end_time=6",
            "start_time=5&end_time=soon",
        ] {
            assert_eq!(period(&query(bad), NOW).map_err(|e| e.code), Err(ErrorCode::InvalidPeriod), "{bad}");
        }
    }
}
