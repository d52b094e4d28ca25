//! Writing the documents of answers.

use std::fmt::Write;

/// A document under way.
#[derive(Debug)]
pub(crate) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// A document with this root; `namespace` may be empty.
    pub(crate) fn new(root: &'static str, namespace: &str) -> Self {
        let mut xml = Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".into(),
            open: vec![],
        };
        if namespace.is_empty() {
            xml.open(root);
        } else {
            let _ = write!(xml.text, "<{root} xmlns=\"{namespace}\">");
            xml.open.push(root);
        }
        xml
    }

    /// Opens an element.
    pub(crate) fn open(&mut self, name: &'static str) {
        let _ = write!(self.text, "<{name}>");
        self.open.push(name);
    }

    /// Opens an element with attributes, given as they are written.
    pub(crate) fn open_with(&mut self, name: &'static str, attributes: &'static str) {
        let _ = write!(self.text, "<{name} {attributes}>");
        self.open.push(name);
    }

    /// Closes the innermost element.
    pub(crate) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            let _ = write!(self.text, "</{name}>");
        }
    }

    /// An element that holds text.
    pub(crate) fn leaf(&mut self, name: &'static str, value: &str) {
        self.open(name);
        self.value(value);
        self.close();
    }

    /// An element that holds `true` or `false`.
    pub(crate) fn flag(&mut self, name: &'static str, value: bool) {
        self.leaf(name, if value { "true" } else { "false" });
    }

    /// Text in the innermost element.
    pub(crate) fn value(&mut self, value: &str) {
        for c in value.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                // Blanks that readers would change, and what cannot be written otherwise.
                '\t' | '\n' | '\r' | '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                    let _ = write!(self.text, "&#x{:X};", u32::from(c));
                }
                _ => self.text.push(c),
            }
        }
    }

    /// The whole document.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_elements_are_closed() {
        let mut xml = Xml::new("Root", "http://x/");
        xml.open("A");
        xml.leaf("Key", "a<b>&\"c\"\n\u{1}ä");
        let end =
            "<Root xmlns=\"http://x/\"><A><Key>a&lt;b&gt;&amp;&quot;c&quot;&#xA;&#x1;ä</Key></A></Root>";
        assert!(xml.finish().ends_with(end));
    }
}
