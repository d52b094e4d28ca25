//! A small tree of elements, bounded in depth and number.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX, VocError};

/// An element. Comments and processing instructions are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// As written, with its prefix.
    pub name: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
    /// Its own text without blanks around it.
    pub text: String,
    /// The elements inside.
    pub children: Vec<Element>,
}

impl Element {
    /// An element with nothing but text.
    pub fn with_text(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), ..Self::default() }
    }

    /// An element with nothing but elements.
    pub fn with_children(name: &str, children: Vec<Self>) -> Self {
        Self { name: name.to_owned(), children, ..Self::default() }
    }

    /// The name without its prefix.
    pub fn local_name(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    /// The first child of that local name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.local_name() == name)
    }

    /// The text of the first child of that local name.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// Sets the text of the first child of that local name, or appends one.
    pub fn set_child_text(&mut self, name: &str, text: impl Into<String>) {
        set_text(&mut self.children, name, text.into());
    }

    /// Reads a document.
    pub(super) fn parse(text: &str) -> Result<Self, VocError> {
        let mut reader = Reader::from_str(text);
        let mut tree = Tree::default();
        loop {
            let event = reader.read_event().map_err(|error| VocError::NotWellFormed(error.to_string()))?;
            match event {
                Event::Start(start) => tree.open(&start)?,
                Event::Empty(start) => {
                    tree.open(&start)?;
                    tree.close()?;
                }
                Event::End(_) => tree.close()?,
                Event::Text(text) => tree.text(&text.xml10_content())?,
                Event::CData(text) => tree.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => tree.text(&resolved(&reference)?)?,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::DocType(_) => return Err(VocError::DocumentType),
                Event::Eof => return tree.into_root(),
            }
        }
    }
}

/// Sets the text of the first element of that local name, or appends one.
pub(super) fn set_text(elements: &mut Vec<Element>, name: &str, text: String) {
    match elements.iter_mut().find(|element| element.local_name() == name) {
        Some(element) => {
            element.text = text;
            element.children.clear();
        }
        None => elements.push(Element::with_text(name, text)),
    }
}

/// The elements read so far.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), VocError> {
        self.count += 1;
        if self.count > ELEMENTS_MAX {
            return Err(VocError::TooManyElements);
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(VocError::TooDeep);
        }
        if self.root.is_some() {
            return Err(VocError::NotWellFormed("there are two outermost elements".to_owned()));
        }
        let name = start.name().into_inner().to_owned();
        self.open.push(Element { name, attributes: attributes(start)?, ..Element::default() });
        Ok(())
    }

    fn close(&mut self) -> Result<(), VocError> {
        let mut done =
            self.open.pop().ok_or_else(|| VocError::NotWellFormed("an element ends twice".to_owned()))?;
        done.text = done.text.trim().to_owned();
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), VocError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(VocError::NotWellFormed("there is text outside of all elements".to_owned())),
        }
        Ok(())
    }

    fn into_root(self) -> Result<Element, VocError> {
        match (self.open.last(), self.root) {
            (None, Some(root)) => Ok(root),
            (None, None) => Err(VocError::NotWellFormed("there is no element".to_owned())),
            (Some(element), _) => {
                Err(VocError::NotWellFormed(format!("element {} does not end", element.name)))
            }
        }
    }
}

fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, VocError> {
    let wrong = |error: String| VocError::NotWellFormed(error);
    start
        .attributes()
        .enumerate()
        .map(|(count, attribute)| {
            // Each one is compared with all before it.
            if count >= ATTRIBUTES_MAX {
                return Err(VocError::TooManyAttributes);
            }
            let attribute = attribute.map_err(|error| wrong(error.to_string()))?;
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|error| wrong(error.to_string()))?;
            Ok((attribute.key.into_inner().to_owned(), value.into_owned()))
        })
        .collect()
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, VocError> {
    let unknown = || VocError::NotWellFormed(format!("entity &{}; is not known", &**reference));
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Ok(character.to_string()),
        Ok(None) => resolve_xml_entity(reference).map(str::to_owned).ok_or_else(unknown),
        Err(_) => Err(unknown()),
    }
}
