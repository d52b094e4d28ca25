//! A live answer beside the recorded one, member by member.

use super::bindings::Bindings;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;

/// One thing that is not as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// Where: `status`, `content-type`, or the path of a member, such as `/partitions/0/status`.
    pub(crate) at: String,
    /// What was recorded; absent if there was nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<Value>,
    /// What came now; absent if there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) live: Option<Value>,
}

/// Members whose values differ from run to run: only their type is compared.
const VOLATILE: &[&str] = &[
    "create_time",
    "created_at",
    "last_modified_time",
    "last_transfer_timestamp",
    "timestamp",
    "create_timestamp",
    "total_number",
    "has_more_streams",
    "has_more_app",
    "syncDelayedTimeMs",
];

/// Lists of all that a project has, and the member that names an entry where entries are objects. Of these only
/// what the recording made is compared: the project may be in use.
const OF_THE_PROJECT: &[(&str, &str)] =
    &[("stream_names", ""), ("stream_info_list", "stream_name"), ("apps", "app_name")];

impl Difference {
    pub(super) fn new(at: &str, recorded: Option<&Value>, live: Option<&Value>) -> Self {
        Self { at: at.to_owned(), recorded: recorded.cloned(), live: live.cloned() }
    }
}

/// Everything that differs, and what placeholders of the recorded answer turn out to be.
pub(super) fn compare(recorded: &Value, live: &Value, bindings: &mut Bindings) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("", recorded, live, bindings, &mut found);
    found
}

fn walk(at: &str, recorded: &Value, live: &Value, bindings: &mut Bindings, found: &mut Vec<Difference>) {
    match (recorded, live) {
        (Value::Object(a), Value::Object(b)) => {
            let mut names = HashSet::new();
            for (name, value) in a {
                // An assignment has the names of streams as members.
                let name = bindings.fill(name);
                let at = format!("{at}/{name}");
                match b.get(&name) {
                    Some(live) => walk(&at, value, live, bindings, found),
                    None => found.push(Difference::new(&at, Some(value), None)),
                }
                names.insert(name);
            }
            let new = b.iter().filter(|(name, _)| !names.contains(*name));
            found.extend(new.map(|(name, live)| Difference::new(&format!("{at}/{name}"), None, Some(live))));
        }
        (Value::Array(a), Value::Array(b)) => walk_list(at, a, &own(at, b, bindings), bindings, found),
        _ => leaf(at, recorded, live, bindings, found),
    }
}

fn walk_list(
    at: &str,
    recorded: &[Value],
    live: &[&Value],
    bindings: &mut Bindings,
    found: &mut Vec<Difference>,
) {
    for (index, (recorded, live)) in recorded.iter().zip(live).enumerate() {
        walk(&format!("{at}/{index}"), recorded, live, bindings, found);
    }
    if recorded.len() != live.len() {
        let counts = [recorded.len(), live.len()].map(Value::from);
        found.push(Difference::new(&format!("{at}/length"), Some(&counts[0]), Some(&counts[1])));
    }
}

/// The entries of a live list without those of others.
fn own<'v>(at: &str, live: &'v [Value], bindings: &Bindings) -> Vec<&'v Value> {
    let Some((_, member)) = OF_THE_PROJECT.iter().find(|(list, _)| at.strip_prefix('/') == Some(list)) else {
        return live.iter().collect();
    };
    let name = |entry: &'v Value| entry.get(member).unwrap_or(entry).as_str().unwrap_or_default();
    live.iter().filter(|entry| bindings.made(name(entry))).collect()
}

fn leaf(at: &str, recorded: &Value, live: &Value, bindings: &mut Bindings, found: &mut Vec<Difference>) {
    match (recorded, live) {
        (Value::String(text), _) if is_number(text) => return number(at, text, live, bindings, found),
        (Value::String(recorded), Value::String(live)) => bindings.learn(recorded, live),
        _ => {}
    }
    let wanted = match recorded {
        Value::String(text) => Value::String(bindings.fill(text)),
        other => other.clone(),
    };
    let is_volatile = at.rsplit('/').next().is_some_and(|name| VOLATILE.contains(&name));
    let same_type = std::mem::discriminant(&wanted) == std::mem::discriminant(live);
    if wanted != *live && !(is_volatile && same_type) {
        found.push(Difference::new(at, Some(&wanted), Some(live)));
    }
}

/// Whether a recorded value stands for a number in the answer: a time, or the generation of a group.
fn is_number(recorded: &str) -> bool {
    is_time(recorded) || (recorded.starts_with("{{g") && recorded.ends_with("}}"))
}

fn is_time(recorded: &str) -> bool {
    recorded.starts_with("{{t") && recorded.ends_with("}}")
}

/// Learns the number a recorded placeholder stands for. Times may have any value, as all times.
fn number(at: &str, recorded: &str, live: &Value, bindings: &mut Bindings, found: &mut Vec<Difference>) {
    if live.is_number() {
        bindings.learn(recorded, &live.to_string());
    }
    let filled = bindings.fill(recorded);
    let wanted = filled.parse::<i64>().map_or(Value::from(filled), Value::from);
    if !live.is_number() || (wanted != *live && !is_time(recorded)) {
        found.push(Difference::new(at, Some(&wanted), Some(live)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn differences(recorded: Value, live: Value) -> Vec<String> {
        let found = compare(&recorded, &live, &mut Bindings::default());
        found.into_iter().map(|difference| difference.at).collect()
    }

    #[test]
    fn missing_new_retyped_and_changed_members_show_and_volatile_ones_do_not() {
        let recorded = json!({"a": 1, "b": "x", "create_time": 1, "c": [{"d": true}], "id": "{{v1}}"});
        assert_eq!(differences(recorded.clone(), recorded.clone()), Vec::<String>::new());
        let same = json!({"a": 1, "b": "x", "create_time": 2, "c": [{"d": true}], "id": "other"});
        assert_eq!(differences(recorded.clone(), same), Vec::<String>::new());
        let other = json!({"a": "1", "create_time": "2", "c": [{"d": true}, 1], "id": "z", "e": null});
        assert_eq!(differences(recorded, other), ["/a", "/b", "/c/length", "/create_time", "/e"]);
    }

    #[test]
    fn names_of_members_are_filled() {
        let mut bindings = Bindings::new(&[("n1", "s")], &Default::default());
        let recorded = json!({"{{n1}}": [0]});
        assert_eq!(compare(&recorded, &json!({"s": [0]}), &mut bindings), []);
        let other = compare(&recorded, &json!({"r": [0]}), &mut bindings);
        let at: Vec<_> = other.iter().map(|difference| difference.at.as_str()).collect();
        assert_eq!(at, ["/s", "/r"]);
    }

    #[test]
    fn times_have_any_value_and_generations_their_distance() {
        let recorded = json!([{"t": "{{t1}}", "g": "{{g1}}"}, {"t": "{{t1}}", "g": "{{g1+1}}"}]);
        let same = json!([{"t": 5, "g": 7}, {"t": 6, "g": 8}]);
        assert_eq!(differences(recorded.clone(), same), Vec::<String>::new());
        let other = json!([{"t": "5", "g": "7"}, {"t": 6, "g": 8}]);
        assert_eq!(differences(recorded.clone(), other), ["/0/g", "/0/t", "/1/g"]);
        let other = json!([{"t": 5, "g": 7}, {"t": 6, "g": 9}]);
        assert_eq!(differences(recorded, other), ["/1/g"]);
    }

    #[test]
    fn streams_and_apps_of_others_do_not_show() {
        let names = [("n1".to_owned(), 12), ("n2".to_owned(), 12)].into();
        let mut bindings = Bindings::new(&[], &names);
        let [first, second] = ["{{n1}}", "{{n2}}-x"].map(|name| bindings.fill(name));
        let recorded = json!({"stream_names": ["{{n1}}", "{{n2}}-x"], "apps": [{"app_name": "{{n1}}"}]});
        let live = json!({"stream_names": ["a", first, "b", second], "apps": [{"app_name": "z"}, {"app_name": first}]});
        assert_eq!(compare(&recorded, &live, &mut bindings), []);
        let missing = json!({"stream_names": ["a", first], "apps": [{"app_name": "z"}]});
        let found = compare(&recorded, &missing, &mut bindings);
        let places: Vec<_> = found.into_iter().map(|difference| difference.at).collect();
        assert_eq!(places, ["/apps/length", "/stream_names/length"]);
    }

    #[test]
    fn a_learnt_value_must_come_back() {
        let recorded = json!([{"id": "{{v1}}"}, {"id": "{{v1}}"}]);
        assert_eq!(differences(recorded.clone(), json!([{"id": "p"}, {"id": "p"}])), Vec::<String>::new());
        assert_eq!(differences(recorded, json!([{"id": "p"}, {"id": "q"}])), ["/1/id"]);
    }
}
