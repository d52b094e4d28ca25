//! Calls on datasets. Answers are handed on as the server sends them: commands print them whole with `--json`.

use super::connection::{Connection, unexpected};
use super::error::ClientError;
use serde_json::{Value, json};

const PAGE: usize = 100;

impl Connection {
    /// Creates a dataset; its answer names the dataset and the import it started.
    pub(crate) fn create_dataset(&self, wanted: &Value) -> Result<Value, ClientError> {
        self.send_json("POST", &["datasets"], wanted)
    }

    /// All datasets, newest first; with `name` only those whose names contain it.
    pub(crate) fn datasets(&self, name: Option<&str>) -> Result<Vec<Value>, ClientError> {
        let query: Vec<_> = name.map(|name| ("search_content", name)).into_iter().collect();
        self.pages(&["datasets"], &query, "datasets")
    }

    /// A dataset by its name or id.
    pub(crate) fn dataset(&self, name: &str) -> Result<Value, ClientError> {
        let named = self.datasets(Some(name))?;
        let id = named.iter().find(|d| d["dataset_name"] == name).and_then(|d| d["dataset_id"].as_str());
        self.call("GET", &self.target(&["datasets", id.unwrap_or(name)], &[]), None)
    }

    /// Deletes a dataset.
    pub(crate) fn delete_dataset(&self, id: &str) -> Result<(), ClientError> {
        self.call("DELETE", &self.target(&["datasets", id], &[]), None).map(drop)
    }

    /// Starts an import; the id of its task.
    pub(crate) fn import_into_dataset(&self, id: &str, wanted: &Value) -> Result<String, ClientError> {
        let answer = self.send_json("POST", &["datasets", id, "import-tasks"], wanted)?;
        text_of(&answer, "task_id")
    }

    /// An import and how far it is.
    pub(crate) fn import_task(&self, id: &str, task: &str) -> Result<Value, ClientError> {
        self.call("GET", &self.target(&["datasets", id, "import-tasks", task], &[]), None)
    }

    /// Starts a synchronisation with the input path.
    pub(crate) fn sync_dataset(&self, id: &str) -> Result<(), ClientError> {
        self.call("POST", &self.target(&["datasets", id, "sync-data"], &[]), None).map(drop)
    }

    /// The latest synchronisation.
    pub(crate) fn sync_state(&self, id: &str) -> Result<Value, ClientError> {
        self.call("GET", &self.target(&["datasets", id, "sync-data", "status"], &[]), None)
    }

    /// Starts an export; the id of its task.
    pub(crate) fn export_dataset(&self, id: &str, wanted: &Value) -> Result<String, ClientError> {
        let answer = self.send_json("POST", &["datasets", id, "export-tasks"], wanted)?;
        text_of(&answer, "task_id")
    }

    /// An export and how far it is.
    pub(crate) fn export_task(&self, id: &str, task: &str) -> Result<Value, ClientError> {
        self.call("GET", &self.target(&["datasets", id, "export-tasks", task], &[]), None)
    }

    /// Publishes a version; its id.
    pub(crate) fn publish_dataset(&self, id: &str, wanted: &Value) -> Result<String, ClientError> {
        let answer = self.send_json("POST", &["datasets", id, "versions"], wanted)?;
        text_of(&answer, "version_id")
    }

    /// All versions, newest first.
    pub(crate) fn dataset_versions(&self, id: &str) -> Result<Vec<Value>, ClientError> {
        self.pages(&["datasets", id, "versions"], &[], "versions")
    }

    /// A version.
    pub(crate) fn dataset_version(&self, id: &str, version: &str) -> Result<Value, ClientError> {
        self.call("GET", &self.target(&["datasets", id, "versions", version], &[]), None)
    }

    /// Makes a version the current one: its samples and labels replace the working ones.
    pub(crate) fn switch_dataset(&self, id: &str, version: &str) -> Result<(), ClientError> {
        self.send_json("PUT", &["datasets", id], &json!({ "current_version_id": version })).map(drop)
    }

    /// The first `most` samples.
    pub(crate) fn samples(
        &self,
        id: &str,
        query: &[(&str, &str)],
        most: usize,
    ) -> Result<Vec<Value>, ClientError> {
        self.first(&["datasets", id, "data-annotations", "samples"], query, "samples", most)
    }

    /// Every entry of a paged listing.
    pub(super) fn pages(
        &self,
        parts: &[&str],
        query: &[(&str, &str)],
        member: &str,
    ) -> Result<Vec<Value>, ClientError> {
        self.first(parts, query, member, usize::MAX)
    }

    /// The first `most` entries of a paged listing.
    pub(super) fn first(
        &self,
        parts: &[&str],
        query: &[(&str, &str)],
        member: &str,
        most: usize,
    ) -> Result<Vec<Value>, ClientError> {
        let mut all = Vec::new();
        while all.len() < most {
            let (offset, limit) = (all.len().to_string(), PAGE.min(most - all.len()).to_string());
            let mut query = query.to_vec();
            query.extend([("offset", offset.as_str()), ("limit", limit.as_str())]);
            let mut page = self.call("GET", &self.target(parts, &query), None)?;
            match page.get_mut(member).and_then(Value::as_array_mut) {
                Some(found) if !found.is_empty() => all.append(found),
                _ => break,
            }
        }
        Ok(all)
    }

    /// Sends JSON and reads JSON.
    pub(super) fn send_json(&self, method: &str, parts: &[&str], body: &Value) -> Result<Value, ClientError> {
        let body = serde_json::to_vec(body).map_err(|e| unexpected(&e))?;
        self.call(method, &self.target(parts, &[]), Some(&body))
    }
}

/// A text member of an answer.
pub(super) fn text_of(answer: &Value, member: &str) -> Result<String, ClientError> {
    answer[member].as_str().map(str::to_owned).ok_or_else(|| unexpected(&format!("no {member} in {answer}")))
}
