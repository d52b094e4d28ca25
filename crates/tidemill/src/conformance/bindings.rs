//! What the placeholders of a recording stand for in this replay.

use std::collections::BTreeMap;
use tidemill_model::random_id;

/// Placeholders and their values.
#[derive(Debug, Default)]
pub(super) struct Bindings(BTreeMap<String, String>);

impl Bindings {
    /// Fixed values and made-up names.
    pub(super) fn new(fixed: &[(&str, &str)], names: &BTreeMap<String, usize>) -> Self {
        let fixed = fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let made_up = names.iter().map(|(name, length)| (name.clone(), name_of_length(*length)));
        Self(fixed.chain(made_up).collect())
    }

    /// The text with every known placeholder replaced.
    pub(super) fn fill(&self, text: &str) -> String {
        let replace =
            |text: String, (name, value): (&String, &String)| text.replace(&placeholder(name), value);
        self.0.iter().fold(text.to_owned(), replace)
    }

    /// If all of a recorded text is a placeholder that nothing is known of, it now stands for `live`.
    pub(super) fn learn(&mut self, recorded: &str, live: &str) {
        let name = recorded.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        if let Some(name) = name.filter(|name| !self.0.contains_key(*name)) {
            self.0.insert(name.to_owned(), live.to_owned());
        }
    }
}

fn placeholder(name: &str) -> String {
    format!("{{{{{name}}}}}")
}

/// Starts with a letter and fits streams, apps, tasks and buckets.
fn name_of_length(length: usize) -> String {
    let mut name = String::from("c");
    while name.len() < length {
        name.push_str(&random_id().to_ascii_lowercase());
    }
    name.truncate(length.max(1));
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_learnt_once() {
        let names = BTreeMap::from([("n1".to_owned(), 12)]);
        let mut bindings = Bindings::new(&[("project", "P")], &names);
        let filled = bindings.fill("/v2/{{project}}/streams/{{n1}}/{{v1}}");
        assert!(filled.starts_with("/v2/P/streams/c") && filled.ends_with("/{{v1}}"), "{filled}");
        assert_eq!(filled.len(), "/v2/P/streams//{{v1}}".len() + 12);
        bindings.learn("{{v1}}", "first");
        bindings.learn("{{v1}}", "second");
        bindings.learn("plain", "x");
        assert_eq!(bindings.fill("{{v1}}"), "first");
    }
}
