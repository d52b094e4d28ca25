//! Elements to text.

use quick_xml::escape::{escape, partial_escape};

use super::Element;

/// A file: declaration, one element a line, tabs by depth.
pub(super) fn document(root: &Element) -> Vec<u8> {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(&mut text, root, 0);
    text.into_bytes()
}

fn element(text: &mut String, element: &Element, depth: usize) {
    indent(text, depth);
    text.push('<');
    text.push_str(&element.name);
    for (name, value) in &element.attributes {
        text.extend([" ", name, "=\"", &attribute(value), "\""]);
    }
    if element.children.is_empty() && element.text.is_empty() {
        text.push_str("/>\n");
        return;
    }
    text.push('>');
    // A reader would take a plain carriage return for a line feed.
    text.push_str(&partial_escape(clean(&element.text)).replace('\r', "&#13;"));
    if !element.children.is_empty() {
        text.push('\n');
        for child in &element.children {
            self::element(text, child, depth + 1);
        }
        indent(text, depth);
    }
    text.extend(["</", &element.name, ">\n"]);
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n('\t', depth));
}

/// A value in quotes, in which readers turn plain white space into blanks.
fn attribute(value: &str) -> String {
    escape(clean(value)).replace('\r', "&#13;").replace('\n', "&#10;").replace('\t', "&#9;")
}

/// Characters that XML cannot hold, in any spelling, become the replacement character.
fn clean(value: &str) -> String {
    let forbidden = |character: char| {
        (character < ' ' && !matches!(character, '\t' | '\n' | '\r'))
            || matches!(character, '\u{fffe}' | '\u{ffff}')
    };
    value.replace(forbidden, "\u{fffd}")
}
