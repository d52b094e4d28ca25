//! Calls on streams.

use super::connection::{Connection, unexpected};
use super::error::ClientError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidemill_api::dis::{CreateStream, StreamDetail, StreamInfo, StreamList};

/// Entries a page of a listing has.
const PAGE: &str = "100";

impl Connection {
    /// Creates a stream.
    pub(crate) fn create_stream(&self, stream: &CreateStream) -> Result<(), ClientError> {
        let body = serde_json::to_vec(stream).map_err(|e| unexpected(&e))?;
        self.call("POST", &self.target(&["streams"], &[]), Some(&body)).map(drop)
    }

    /// All streams of the project, names ascending.
    pub(crate) fn streams(&self) -> Result<Vec<StreamInfo>, ClientError> {
        let mut all = Vec::new();
        let mut after = String::new();
        loop {
            let query = [("limit", PAGE), ("start_stream_name", after.as_str())];
            let query = if after.is_empty() { &query[..1] } else { &query[..] };
            let page: StreamList = read(self.call("GET", &self.target(&["streams"], query), None)?)?;
            all.extend(page.stream_info_list);
            match all.last().map(|s| s.stream_name.clone()) {
                Some(last) if page.has_more_streams && last != after => after = last,
                _ => return Ok(all),
            }
        }
    }

    /// One stream with up to 1000 partitions.
    pub(crate) fn stream(&self, name: &str) -> Result<StreamDetail, ClientError> {
        let target = self.target(&["streams", name], &[("limit_partitions", "1000")]);
        read(self.call("GET", &target, None)?)
    }

    /// Deletes a stream with its records, dump tasks and checkpoints.
    pub(crate) fn delete_stream(&self, name: &str) -> Result<(), ClientError> {
        self.call("DELETE", &self.target(&["streams", name], &[]), None).map(drop)
    }
}

/// Reads one member of an answer.
pub(super) fn member<T: DeserializeOwned>(mut answer: Value, name: &str) -> Result<T, ClientError> {
    let missing = || unexpected(&format!("the answer has no {name}"));
    read(answer.get_mut(name).map(Value::take).ok_or_else(missing)?)
}

/// Reads an answer's JSON.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, ClientError> {
    serde_json::from_value(value).map_err(|e| unexpected(&e))
}
