//! What the placeholders of a recording stand for in this replay.

use std::collections::BTreeMap;
use tidemill_model::random_id;

/// Placeholders and their values.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    values: BTreeMap<String, String>,
    /// Those that were made up for this replay.
    made_up: Vec<String>,
}

impl Bindings {
    /// Fixed values and made-up names.
    pub(super) fn new(fixed: &[(&str, &str)], names: &BTreeMap<String, usize>) -> Self {
        let fixed = fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let names: Vec<_> =
            names.iter().map(|(name, length)| (name.clone(), name_of_length(*length))).collect();
        let made_up = names.iter().map(|(_, value)| value.clone()).collect();
        Self { values: fixed.chain(names).collect(), made_up }
    }

    /// Names that stay as they were recorded count as made up, too.
    pub(super) fn keeping(mut self, names: &[String]) -> Self {
        self.made_up.extend_from_slice(names);
        self
    }

    /// The text with every known placeholder replaced.
    pub(super) fn fill(&self, text: &str) -> String {
        let (mut filled, mut rest) = (String::new(), text);
        while let Some((before, name, after)) = first_placeholder(rest) {
            filled.push_str(before);
            match self.value(name) {
                Some(value) => filled.push_str(&value),
                None => filled.extend(["{{", name, "}}"]),
            }
            rest = after;
        }
        filled + rest
    }

    /// Whether a name is one that was made up, or is made of one.
    pub(super) fn made(&self, name: &str) -> bool {
        self.made_up.iter().any(|value| name.contains(value))
    }

    /// What a placeholder stands for; `t1+5000` is 5000 more than the number `t1`.
    fn value(&self, name: &str) -> Option<String> {
        if let Some(value) = self.values.get(name) {
            return Some(value.clone());
        }
        let (base, more) = name.split_once('+')?;
        let base: i64 = self.values.get(base)?.parse().ok()?;
        Some(base.checked_add(more.parse().ok()?)?.to_string())
    }

    /// If a recorded text has one placeholder that nothing is known of, it now stands for what is in its place
    /// in `live`.
    pub(super) fn learn(&mut self, recorded: &str, live: &str) {
        let filled = self.fill(recorded);
        let Some((before, name, after)) = first_placeholder(&filled) else { return };
        let value = live.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        if let Some(value) = value.filter(|_| !name.contains('+')) {
            self.values.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// The text before the first placeholder, its name, and the text after it.
fn first_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name, after))
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

    #[test]
    fn numbers_are_learnt_inside_texts_and_may_be_told_by_another_one() {
        let mut bindings = Bindings::new(&[("project", "P")], &BTreeMap::new());
        bindings.learn("[larger than {{t1}}][{{project}}]", "[larger than 5000][P]");
        bindings.learn("[larger than {{t2}}]", "something else");
        assert_eq!(
            bindings.fill("{{t1}} {{t1+7}} {{t1+-7}} {{t2}} {{t2+7}}"),
            "5000 5007 4993 {{t2}} {{t2+7}}"
        );
    }
}
