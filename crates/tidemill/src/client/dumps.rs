//! Calls on dump tasks. Answers stay JSON: they are shown, not computed with.

use super::connection::{Connection, unexpected};
use super::error::ClientError;
use super::streams::read;
use serde::Deserialize;
use serde_json::{Value, json};
use tidemill_dump::SealedReceipt;

/// Receipts asked for in one request.
const RECEIPTS_PAGE: usize = 1000;

#[derive(Deserialize)]
struct Receipts {
    receipts: Vec<SealedReceipt>,
}

/// A dump task to be created, writing files to a bucket.
#[derive(Debug)]
pub(crate) struct NewTask<'a> {
    pub(crate) name: &'a str,
    pub(crate) bucket: &'a str,
    pub(crate) prefix: &'a str,
    /// Seconds between two files, 30 to 900.
    pub(crate) interval_s: u32,
    /// What follows each record.
    pub(crate) delimiter: &'a str,
    /// `LATEST` or `TRIM_HORIZON`.
    pub(crate) start: &'a str,
    /// For example `yyyy/MM/dd`; empty for none.
    pub(crate) partition_format: &'a str,
    /// The agency the service acts through.
    pub(crate) agency: &'a str,
    /// `text` or `parquet`.
    pub(crate) file_type: &'a str,
}

impl NewTask<'_> {
    fn body(&self) -> Value {
        let mut descriptor = json!({
            "task_name": self.name,
            "agency_name": self.agency,
            "obs_bucket_path": self.bucket,
            "file_prefix": self.prefix,
            "deliver_time_interval": self.interval_s,
            "record_delimiter": self.delimiter,
            "consumer_strategy": self.start,
            "destination_file_type": self.file_type,
        });
        if !self.partition_format.is_empty() {
            descriptor["partition_format"] = json!(self.partition_format);
        }
        json!({ "destination_type": "OBS", "obs_destination_descriptor": descriptor })
    }
}

impl Connection {
    /// Creates a dump task.
    pub(crate) fn create_task(&self, stream: &str, task: &NewTask<'_>) -> Result<(), ClientError> {
        let body = task.body().to_string();
        self.call("POST", &self.target(&["streams", stream, "transfer-tasks"], &[]), Some(body.as_bytes()))
            .map(drop)
    }

    /// All dump tasks of a stream.
    pub(crate) fn tasks(&self, stream: &str) -> Result<Vec<Value>, ClientError> {
        let target = self.target(&["streams", stream, "transfer-tasks"], &[("limit", "100")]);
        let answer = self.call("GET", &target, None)?;
        let tasks = answer.get("tasks").and_then(Value::as_array);
        tasks.cloned().ok_or_else(|| unexpected(&"a task list without tasks"))
    }

    /// One dump task in detail.
    pub(crate) fn task(&self, stream: &str, task: &str) -> Result<Value, ClientError> {
        self.call("GET", &self.target(&["streams", stream, "transfer-tasks", task], &[]), None)
    }

    /// Starts or stops a dump task. `action` is `start` or `stop`.
    pub(crate) fn act_on_task(&self, stream: &str, task: &str, action: &str) -> Result<(), ClientError> {
        let detail = self.task(stream, task)?;
        let id =
            detail.get("task_id").and_then(Value::as_str).ok_or_else(|| unexpected(&"a task without id"))?;
        let body = json!({ "action": action, "tasks": [{ "id": id }] }).to_string();
        let target = self.target(&["streams", stream, "transfer-tasks", "action"], &[]);
        self.call("POST", &target, Some(body.as_bytes())).map(drop)
    }

    /// Deletes a dump task; what it delivered stays.
    pub(crate) fn delete_task(&self, stream: &str, task: &str) -> Result<(), ClientError> {
        self.call("DELETE", &self.target(&["streams", stream, "transfer-tasks", task], &[]), None).map(drop)
    }

    /// Receipts of deleted dump tasks, oldest first; of one stream if it is named.
    pub(crate) fn receipts(&self, stream: Option<&str>) -> Result<Vec<SealedReceipt>, ClientError> {
        let mut all: Vec<SealedReceipt> = Vec::new();
        loop {
            let from = all.last().map_or(0, |last| last.receipt.n + 1).to_string();
            let limit = RECEIPTS_PAGE.to_string();
            let mut query = vec![("from", from.as_str()), ("limit", &limit)];
            query.extend(stream.map(|stream| ("stream_name", stream)));
            let page: Receipts =
                read(self.call("GET", &self.target(&["tidemill", "receipts"], &query), None)?)?;
            let is_last = page.receipts.len() < RECEIPTS_PAGE;
            all.extend(page.receipts);
            if is_last {
                return Ok(all);
            }
        }
    }
}
