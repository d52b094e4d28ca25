//! Reading the documents of requests: small trees, bounded in depth and number of elements.

use super::error::ObsError;
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};

const DEPTH_MAX: usize = 16;
const ELEMENTS_MAX: usize = 40_000;

/// An element without its attributes and prefix.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// Its own text, as written.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// Reads a document. No document type and no entities but the five of XML.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, ObsError> {
        let wrong = || ObsError::malformed_xml("The XML you provided was not well-formed or is too deep.");
        let text = std::str::from_utf8(document).map_err(|_| wrong())?;
        let mut reader = Reader::from_str(text);
        // The outermost one is not an element but holds the root.
        let (mut open, mut count) = (vec![Self::default()], 0);
        loop {
            match reader.read_event().map_err(|_| wrong())? {
                Event::Start(start) if open.len() <= DEPTH_MAX => {
                    open.push(Self { name: start.local_name().into_inner().to_owned(), ..Self::default() });
                    count += 1;
                }
                Event::Empty(empty) => {
                    let name = empty.local_name().into_inner().to_owned();
                    let parent = open.last_mut().ok_or_else(wrong)?;
                    parent.children.push(Self { name, ..Self::default() });
                    count += 1;
                }
                Event::End(_) => {
                    let done = open.pop().ok_or_else(wrong)?;
                    open.last_mut().ok_or_else(wrong)?.children.push(done);
                }
                Event::Text(text) => open.last_mut().ok_or_else(wrong)?.text.push_str(&text),
                Event::CData(text) => open.last_mut().ok_or_else(wrong)?.text.push_str(&text),
                Event::GeneralRef(reference) => {
                    let character = resolved(&reference).ok_or_else(wrong)?;
                    open.last_mut().ok_or_else(wrong)?.text.push_str(&character);
                }
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => break,
                Event::Start(_) | Event::DocType(_) => return Err(wrong()),
            }
            if count > ELEMENTS_MAX {
                return Err(wrong());
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(mut all), true) if all.children.len() == 1 => all.children.pop().ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }

    /// The children of that name.
    pub(crate) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of that name.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }
}

fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Some(character.to_string()),
        Ok(None) => resolve_xml_entity(reference).map(str::to_owned),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_every_character() {
        let document = b"<?xml version='1.0'?><d:Delete xmlns:d='x'>\n <Quiet>true</Quiet>\
            <Object><Key> a&amp;b&#x2F;<![CDATA[<c>]]>&lt; </Key></Object><Object/></d:Delete>";
        let root = Element::parse(document).unwrap();
        assert_eq!((root.name.as_str(), root.child_text("Quiet")), ("Delete", Some("true")));
        let keys: Vec<_> = root.all("Object").map(|object| object.child_text("Key")).collect();
        assert_eq!(keys, [Some(" a&b/<c>< "), None]);
    }

    #[test]
    fn hostile_documents_are_refused() {
        let deep = "<a>".repeat(100_000);
        let many = format!("<r>{}</r>", "<a/>".repeat(ELEMENTS_MAX + 1));
        let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'>]><r>&a;</r>";
        for bad in
            [deep.as_str(), &many, bomb, "<r>&a;</r>", "<a></b>", "<a>", "", "text", "<a/><b/>", "<a b"]
        {
            assert!(Element::parse(bad.as_bytes()).is_err(), "{}", bad.chars().take(40).collect::<String>());
        }
        assert!(Element::parse(b"<a>\xff</a>").is_err());
    }
}
