//! Calls on records.

use super::connection::{Connection, unexpected};
use super::error::ClientError;
use super::streams::read;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tidemill_api::dis::{Cursor, GetRecordsResult, PutEntry, PutRecords, PutRecordsResult, Record};

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct PutOutcome {
    /// Indexes of the records that failed.
    pub(crate) failed: Vec<usize>,
    /// Why the first of them failed: code and message.
    pub(crate) first_error: Option<(String, String)>,
}

impl PutOutcome {
    fn of(answer: &PutRecordsResult) -> Self {
        let is_bad =
            |(_, entry): &(usize, &tidemill_api::dis::PutResultEntry)| entry.sequence_number.is_none();
        let bad: Vec<_> = answer.records.iter().enumerate().filter(is_bad).collect();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            first_error: bad.first().map(|(_, e)| (text(&e.error_code), text(&e.error_message))),
            failed: bad.into_iter().map(|(i, _)| i).collect(),
        }
    }
}

/// One page of a partition.
#[derive(Debug)]
pub(crate) struct Page {
    /// Ascending by sequence number.
    pub(crate) records: Vec<Record>,
    /// Where to go on.
    pub(crate) next: String,
}

/// A record's payload.
pub(crate) fn payload(record: &Record) -> Result<Vec<u8>, ClientError> {
    STANDARD.decode(&record.data).map_err(|e| unexpected(&e))
}

impl Connection {
    /// Puts one batch; `partition_key` and `partition_id` are the same for all its records.
    pub(crate) fn put_records(
        &self,
        stream: &str,
        records: &[&[u8]],
        partition_id: Option<&str>,
        partition_key: Option<&str>,
    ) -> Result<PutOutcome, ClientError> {
        let entry = |data: &&[u8]| PutEntry {
            data: STANDARD.encode(data),
            partition_id: partition_id.map(str::to_owned),
            partition_key: partition_key.map(str::to_owned),
            ..PutEntry::default()
        };
        let body = PutRecords {
            stream_name: Some(stream.to_owned()),
            stream_id: None,
            records: records.iter().map(entry).collect(),
        };
        let body = serde_json::to_vec(&body).map_err(|e| unexpected(&e))?;
        let answer: PutRecordsResult =
            read(self.call("POST", &self.target(&["records"], &[]), Some(&body))?)?;
        if answer.records.len() != records.len() {
            return Err(ClientError::Unexpected("as many results as records were expected".to_owned()));
        }
        Ok(PutOutcome::of(&answer))
    }

    /// A cursor; `position` is the query that says where, for example `("cursor-type", "LATEST")`.
    pub(crate) fn cursor(
        &self,
        stream: &str,
        partition: &str,
        position: &[(&str, &str)],
    ) -> Result<String, ClientError> {
        let mut query = vec![("stream-name", stream), ("partition-id", partition)];
        query.extend_from_slice(position);
        let answer: Cursor = read(self.call("GET", &self.target(&["cursors"], &query), None)?)?;
        Ok(answer.partition_cursor)
    }

    /// One page from a cursor on, at most `limit` records.
    pub(crate) fn records(&self, cursor: &str, limit: usize) -> Result<Page, ClientError> {
        let limit = limit.to_string();
        let target = self.target(&["records"], &[("partition-cursor", cursor), ("limit", &limit)]);
        let answer: GetRecordsResult = read(self.call("GET", &target, None)?)?;
        Ok(Page { records: answer.records, next: answer.next_partition_cursor })
    }
}
