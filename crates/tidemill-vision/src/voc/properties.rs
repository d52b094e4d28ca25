//! Free attributes of an object, in both forms that files have.

use super::Element;

/// Reads `<properties>`: `<key>value</key>`, or `<property><key>…</key><value>…</value></property>`.
pub(super) fn read(element: &Element) -> Vec<(String, String)> {
    let pair = |child: &Element| match (child.child_text("key"), child.child_text("value")) {
        (Some(key), Some(value)) if child.local_name() == "property" => (key.to_owned(), value.to_owned()),
        _ => (child.name.clone(), child.text.clone()),
    };
    element.children.iter().map(pair).collect()
}

/// Writes them: by name if all keys can be names of elements, else as pairs.
pub(super) fn element(properties: &[(String, String)]) -> Element {
    let by_name = properties.iter().all(|(key, _)| is_element_name(key));
    let child = |(key, value): &(String, String)| {
        if by_name {
            return Element::with_text(key, value);
        }
        let pair = vec![Element::with_text("key", key), Element::with_text("value", value)];
        Element::with_children("property", pair)
    };
    Element::with_children("properties", properties.iter().map(child).collect())
}

fn is_element_name(key: &str) -> bool {
    let starts = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    starts && key.chars().all(plain) && key != "property" && !key.to_ascii_lowercase().starts_with("xml")
}
