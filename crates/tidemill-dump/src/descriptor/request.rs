//! The bodies of creations and updates: which descriptor counts, and what it is laid over.

use super::member::{Members, required};
use super::refused::{Invalid, invalid};
use super::{Destination, DestinationType};
use serde_json::Value;
use tidemill_model::TaskName;

const DESCRIPTOR: &str = "_destination_descriptor";

/// Names that clients write and the names of the contract.
const ALIASES: [(&str, &str); 4] = [
    ("mrs_hdfs_patch", "mrs_hdfs_path"),
    ("uquery_database_name", "dli_database_name"),
    ("uquery_table_name", "dli_table_name"),
    ("optiond", "options"),
];

/// Of these, one excludes the other.
const SCHEMAS: [&str; 2] = ["cloudtable_schema", "opentsdb_schema"];

/// A checked creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// The task's name.
    pub name: TaskName,
    /// Where it delivers.
    pub destination: Destination,
}

/// A change of a task: what it names is laid over what the task has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskUpdate {
    /// The task's name.
    pub name: TaskName,
    kind: Option<DestinationType>,
    members: Members,
}

impl NewTask {
    /// Reads the body of `POST …/transfer-tasks`. Unknown members are ignored.
    pub fn parse(body: &Value) -> Result<Self, Invalid> {
        let Some(body) = body.as_object() else { return invalid("the body must be an object") };
        let kind = kind(&required(body, "destination_type")?)?;
        let members = descriptor(body, Some(kind))?;
        Ok(Self { name: name(&members)?, destination: Destination::parse(kind, &members, true)? })
    }
}

impl TaskUpdate {
    /// Reads the body of `PUT …/transfer-tasks`. Unknown members are ignored.
    pub fn parse(body: &Value) -> Result<Self, Invalid> {
        let Some(body) = body.as_object() else { return invalid("the body must be an object") };
        let kind = match body.get("destination_type") {
            None | Some(Value::Null) => None,
            Some(_) => Some(kind(&required(body, "destination_type")?)?),
        };
        let members = descriptor(body, kind)?;
        Ok(Self { name: name(&members)?, kind, members })
    }

    /// The destination after the change: absent members stay.
    pub(crate) fn over(&self, now: &Destination) -> Result<Destination, Invalid> {
        let kind = now.kind();
        if self.kind.is_some_and(|asked| asked != kind) {
            return invalid(format!("destination_type is {} and cannot be changed", kind.as_str()));
        }
        let stored = now.to_stored().ok().and_then(|value| value.as_object().cloned());
        let mut merged = stored.unwrap_or_default();
        for (key, value) in self.members.iter().filter(|(_, value)| !value.is_null()) {
            if SCHEMAS.contains(&key.as_str()) {
                merged.retain(|name, _| !SCHEMAS.contains(&name.as_str()));
            }
            merged.insert(key.clone(), value.clone());
        }
        Destination::parse(kind, &merged, false)
    }
}

fn kind(text: &str) -> Result<DestinationType, Invalid> {
    let shown: String = text.chars().take(40).collect();
    let unknown = || format!("destination_type must be OBS, MRS, DLI, DWS or CLOUDTABLE, got {shown:?}");
    DestinationType::parse(text).map_or_else(|| invalid(unknown()), Ok)
}

fn name(members: &Members) -> Result<TaskName, Invalid> {
    let name = required(members, "task_name")?;
    TaskName::parse(&name).map_or_else(|error| invalid(error.to_string()), Ok)
}

/// The descriptor of the kind, else the only one there is, under the names of the contract.
fn descriptor(body: &Members, kind: Option<DestinationType>) -> Result<Members, Invalid> {
    let wanted = kind.unwrap_or(DestinationType::Obs).as_str().to_ascii_lowercase() + DESCRIPTOR;
    let mut present = body
        .iter()
        .filter(|(key, value)| key.ends_with(DESCRIPTOR) && value.is_object())
        .filter_map(|(key, value)| Some((key, value.as_object()?)));
    let found = match (body.get(&wanted).and_then(Value::as_object), present.next(), present.next()) {
        (Some(members), ..) | (None, Some((_, members)), None) => members,
        _ => return invalid(format!("{wanted} null.")),
    };
    Ok(canonical(found))
}

fn canonical(members: &Members) -> Members {
    let mut members = members.clone();
    for (alias, name) in ALIASES {
        if let Some(value) = members.remove(alias) {
            let empty = members.get(name).is_none_or(|v| v.is_null() || *v == Value::String(String::new()));
            if empty {
                members.insert(name.to_owned(), value);
            }
        }
    }
    for schema in SCHEMAS {
        // One client always sends both, one of them with nothing in it.
        if members.get(schema).is_some_and(|value| !says_something(value)) {
            members.remove(schema);
        }
    }
    members
}

/// Whether anything in a value is more than an empty text, list or object.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => list.iter().any(says_something),
        Value::Object(members) => members.values().any(says_something),
        Value::Bool(_) | Value::Number(_) => true,
    }
}
