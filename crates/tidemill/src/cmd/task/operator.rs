//! Operators as they are written on the command line: `Name` or `Name:key=value,key=value`.

use serde_json::{Map, Value, json};

/// An operator and its parameters. The server knows which there are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operator {
    name: String,
    params: Map<String, Value>,
}

/// Reads one.
pub(super) fn parse(text: &str) -> Result<Operator, String> {
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    if name.is_empty() {
        return Err("an operator begins with its name: Name or Name:key=value,key=value".to_owned());
    }
    let pairs = rest.split(',').filter(|pair| !pair.is_empty());
    let params = pairs.map(|pair| {
        let (key, value) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is not key=value"))?;
        Ok((key.to_owned(), Value::from(value)))
    });
    Ok(Operator { name: name.to_owned(), params: params.collect::<Result<_, String>>()? })
}

impl Operator {
    /// As the API takes it; `kind` is the kind of the samples.
    pub(super) fn wire(&self, kind: &str) -> Value {
        let mut params = self.params.clone();
        params.insert("task_type".to_owned(), kind.into());
        json!({ "name": self.name, "params": params })
    }

    /// The template that the API files this operator under.
    fn template(&self) -> &'static str {
        match self.name.as_str() {
            "MetaValidation" => "sys_data_validation",
            "PCC" => "sys_data_cleaning",
            "SimDeduplication" | "RRD" => "sys_data_selection",
            _ => "sys_data_augmentation",
        }
    }
}

/// The template of a pipeline: that of its last operator.
pub(super) fn template(operators: &[Operator]) -> &'static str {
    operators.last().map_or("sys_data_validation", Operator::template)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_follow_the_name() {
        let rotate = parse("Rotate:angle_min=-30,angle_max=30").unwrap();
        assert_eq!(
            rotate.wire("object_detection"),
            json!({"name": "Rotate", "params": {"angle_min": "-30", "angle_max": "30", "task_type": "object_detection"}})
        );
        assert_eq!(parse("MetaValidation").unwrap().params.len(), 0);
        assert!(parse("Rotate:angle_min").unwrap_err().contains("key=value"));
        assert!(parse(":a=b").is_err());
    }

    #[test]
    fn the_last_operator_names_the_template() {
        let pipeline = [parse("MetaValidation").unwrap(), parse("SimDeduplication").unwrap()];
        assert_eq!(template(&pipeline), "sys_data_selection");
        assert_eq!(template(&pipeline[..1]), "sys_data_validation");
    }
}
