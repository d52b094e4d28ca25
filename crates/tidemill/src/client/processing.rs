//! Calls on processing tasks.

use super::connection::Connection;
use super::datasets::text_of;
use super::error::ClientError;
use serde_json::{Value, json};

impl Connection {
    /// Creates a processing task; its id.
    pub(crate) fn create_processing(&self, wanted: &Value) -> Result<String, ClientError> {
        text_of(&self.send_json("POST", &["processor-tasks"], wanted)?, "task_id")
    }

    /// All processing tasks, newest first; with `name` only those whose names contain it.
    pub(crate) fn processing_tasks(&self, name: Option<&str>) -> Result<Vec<Value>, ClientError> {
        let query: Vec<_> = name.map(|name| ("task_name", name)).into_iter().collect();
        self.pages(&["processor-tasks"], &query, "tasks")
    }

    /// A processing task by its name or id.
    pub(crate) fn processing_task(&self, name: &str) -> Result<Value, ClientError> {
        let named = self.processing_tasks(Some(name))?;
        let id = named.iter().find(|t| t["name"] == name).and_then(|t| t["task_id"].as_str());
        self.call("GET", &self.target(&["processor-tasks", id.unwrap_or(name)], &[]), None)
    }

    /// The versions of a task, newest first.
    pub(crate) fn runs(&self, task: &str) -> Result<Vec<Value>, ClientError> {
        self.pages(&["processor-tasks", task, "versions"], &[], "versions")
    }

    /// A version of a task.
    pub(crate) fn run_of(&self, task: &str, version: &str) -> Result<Value, ClientError> {
        self.call("GET", &self.target(&["processor-tasks", task, "versions", version], &[]), None)
    }

    /// How far a run is.
    pub(crate) fn run_progress(&self, task: &str, version: &str) -> Result<Value, ClientError> {
        let parts = ["tidemill", "processor-tasks", task, "versions", version, "progress"];
        self.call("GET", &self.target(&parts, &[]), None)
    }

    /// The first `most` result rows; `which` as the API has it in a query.
    pub(crate) fn results(
        &self,
        task: &str,
        version: &str,
        which: (&str, &str),
        most: usize,
    ) -> Result<Vec<Value>, ClientError> {
        let parts = ["processor-tasks", task, "versions", version, "results"];
        self.first(&parts, &[which], "results", most)
    }

    /// The same with addresses of pictures of at most this height, or of the whole ones.
    pub(crate) fn result_pictures(
        &self,
        task: &str,
        version: &str,
        which: (&str, &str),
        height: u32,
        most: usize,
    ) -> Result<Vec<Value>, ClientError> {
        let resize = format!("image/resize,m_lfit,h_{height}");
        let parts = ["processor-tasks", task, "versions", version, "results"];
        self.first(&parts, &[which, ("process_parameter", &resize)], "results", most)
    }

    /// Starts another version of a task as it stands; its id.
    pub(crate) fn run_again(&self, task: &str) -> Result<String, ClientError> {
        text_of(&self.send_json("POST", &["processor-tasks", task, "versions"], &json!({}))?, "version_id")
    }

    /// Stops a run.
    pub(crate) fn stop_run(&self, task: &str, version: &str) -> Result<(), ClientError> {
        let parts = ["processor-tasks", task, "versions", version, "stop"];
        self.call("POST", &self.target(&parts, &[]), None).map(drop)
    }

    /// Deletes a task and all of its versions.
    pub(crate) fn delete_processing(&self, task: &str) -> Result<(), ClientError> {
        self.call("DELETE", &self.target(&["processor-tasks", task], &[]), None).map(drop)
    }
}
