//! Properties of labels and annotations: members the API knows have their types, others are the user's own.
//!
//! They are kept as they were sent, save that members that are null count as absent.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::{Deserialize as Read, Serialize};
use serde_json::{Map, Value};

/// Properties of a label.
#[derive(Read, Serialize)]
pub(crate) struct LabelProperty {
    #[serde(rename = "@modelarts:color")]
    color: Option<String>,
    #[serde(rename = "@modelarts:default_shape", default, deserialize_with = "not_empty")]
    default_shape: Option<String>,
    #[serde(rename = "@modelarts:from_type")]
    from_type: Option<String>,
    #[serde(rename = "@modelarts:rename_to")]
    rename_to: Option<String>,
    #[serde(rename = "@modelarts:shortcut")]
    shortcut: Option<String>,
    #[serde(rename = "@modelarts:to_type")]
    to_type: Option<String>,
    #[serde(flatten)]
    own: Map<String, Value>,
}

/// Properties of an annotation.
#[derive(Read, Serialize)]
pub(crate) struct AnnotationProperty {
    #[serde(rename = "@modelarts:content")]
    content: Option<String>,
    #[serde(rename = "@modelarts:end_index")]
    end_index: Option<i64>,
    #[serde(rename = "@modelarts:end_time")]
    end_time: Option<String>,
    #[serde(rename = "@modelarts:feature")]
    feature: Option<Vec<Value>>,
    #[serde(rename = "@modelarts:from")]
    from: Option<String>,
    #[serde(rename = "@modelarts:hard")]
    hard: Option<Hard>,
    #[serde(rename = "@modelarts:hard_coefficient")]
    hard_coefficient: Option<String>,
    #[serde(rename = "@modelarts:hard_reasons")]
    hard_reasons: Option<String>,
    #[serde(rename = "@modelarts:shape")]
    shape: Option<String>,
    #[serde(rename = "@modelarts:source")]
    source: Option<String>,
    #[serde(rename = "@modelarts:start_index")]
    start_index: Option<i64>,
    #[serde(rename = "@modelarts:start_time")]
    start_time: Option<String>,
    #[serde(rename = "@modelarts:to")]
    to: Option<String>,
    #[serde(flatten)]
    own: Map<String, Value>,
}

#[derive(Read, Serialize)]
enum Hard {
    #[serde(rename = "0")]
    No,
    #[serde(rename = "1")]
    Yes,
    #[serde(rename = "false")]
    False,
    #[serde(rename = "true")]
    True,
}

/// An attribute that annotations with a label may have.
#[derive(Read, Serialize)]
pub(crate) struct LabelAttribute {
    default_value: Option<String>,
    id: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<AttributeType>,
    values: Option<Vec<AttributeValue>>,
}

#[derive(Read, Serialize)]
#[serde(rename_all = "lowercase")]
enum AttributeType {
    Text,
    Select,
}

#[derive(Read, Serialize)]
struct AttributeValue {
    id: Option<String>,
    value: Option<String>,
}

/// Consoles send an empty text for a choice that was not made.
fn not_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|text| !text.is_empty()))
}

/// For `deserialize_with`: an object whose members are those of `T`.
pub(crate) fn object<'de, D, T>(from: D) -> Result<Option<Map<String, Value>>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Serialize,
{
    match Option::<T>::deserialize(from)?.map(kept).transpose().map_err(D::Error::custom)? {
        Some(Value::Object(members)) => Ok(Some(members)),
        _ => Ok(None),
    }
}

/// For `deserialize_with`: a list of such objects.
pub(crate) fn objects<'de, D, T>(from: D) -> Result<Option<Vec<Value>>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Serialize,
{
    let list = Option::<Vec<T>>::deserialize(from)?;
    list.map(|list| list.into_iter().map(kept).collect()).transpose().map_err(D::Error::custom)
}

fn kept<T: Serialize>(object: T) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(object)?;
    drop_nulls(&mut value);
    Ok(value)
}

/// Takes members that are null out of all objects. Elements of lists stay where they are.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::modelarts::dataset::Label;
    use crate::modelarts::sample::SampleLabel;
    use serde_json::json;

    #[test]
    fn what_is_null_is_absent_and_the_users_own_members_stay() {
        let sent = json!({"name": "a", "attributes": [{"name": "n", "id": null, "type": "select", "values": [{"value": null}]}],
            "property": {"@modelarts:color": null, "@modelarts:default_shape": "", "@modelarts:shortcut": "C", "mine": {"a": null, "b": [null]}}});
        let label: Label = serde_json::from_value(sent).unwrap();
        let expected = json!({"name": "a", "attributes": [{"name": "n", "type": "select", "values": [{}]}],
            "property": {"@modelarts:shortcut": "C", "mine": {"b": [null]}}});
        assert_eq!(serde_json::to_value(label).unwrap(), expected);
        let label: Label = serde_json::from_value(json!({"name": "a", "property": null})).unwrap();
        assert_eq!(label.property, None);
    }

    #[test]
    fn known_members_have_their_types() {
        for label in [
            json!({"property": {"@modelarts:color": 5}}),
            json!({"property": []}),
            json!({"attributes": [null]}),
            json!({"attributes": [{"type": "number"}]}),
            json!({"attributes": [{"values": ["a"]}]}),
        ] {
            assert!(serde_json::from_value::<Label>(label.clone()).is_err(), "{label}");
        }
        for annotation in [
            json!({"property": {"@modelarts:start_index": "1"}}),
            json!({"property": {"@modelarts:hard": true}}),
            json!({"property": {"@modelarts:feature": {}}}),
        ] {
            assert!(serde_json::from_value::<SampleLabel>(annotation.clone()).is_err(), "{annotation}");
        }
    }
}
