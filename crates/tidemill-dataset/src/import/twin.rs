//! Samples and the label files beside them, found in one pass over an ascending listing.

use super::extension::{FileKind, ends_in, stem};

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) modified_ms: i64,
    /// Whether the dataset has it already.
    pub(crate) known: bool,
}

/// A file that may become a sample, and the files of the same name beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) object: Listed,
    /// `x.xml` beside `x.jpg`.
    pub(crate) xml: Option<Listed>,
    /// `x.txt` beside `x.jpg`.
    pub(crate) txt: Option<Listed>,
    /// Whether there are other samples of this stem: `x.jpg` and `x.png`.
    pub(crate) shared: bool,
    /// Whether it is no sample but `x.xml` without one.
    pub(crate) orphan: bool,
}

/// Files of one stem, kept until the listing has left every key that begins with `stem.`.
#[derive(Debug)]
struct Open {
    stem: String,
    samples: Vec<Listed>,
    xml: Option<Listed>,
    txt: Option<Listed>,
}

/// Pairs files up. Holds as many stems as one key has dots, so that memory stays flat.
#[derive(Debug)]
pub(crate) struct Twins {
    kind: FileKind,
    /// Each begins with the one before and a dot.
    open: Vec<Open>,
}

impl Twins {
    /// For files of this kind; others are passed over.
    pub(crate) fn new(kind: FileKind) -> Self {
        Self { kind, open: Vec::new() }
    }

    /// Takes the next key, which is greater than all before; gives what is complete.
    pub(crate) fn push(&mut self, object: Listed) -> Vec<Found> {
        let done = self.close_until(&object.key);
        let sample = self.kind.takes(&object.key);
        let (xml, txt) = (ends_in(&object.key, "xml"), ends_in(&object.key, "txt"));
        if sample || xml || txt {
            let open = self.open_stem(stem(&object.key));
            match (sample, xml) {
                (true, _) => open.samples.push(object),
                (false, true) => open.xml = Some(object),
                (false, false) => open.txt = Some(object),
            }
        }
        done
    }

    /// What is left at the end of the listing.
    pub(crate) fn finish(mut self) -> Vec<Found> {
        self.open.drain(..).flat_map(Open::found).collect()
    }

    fn close_until(&mut self, key: &str) -> Vec<Found> {
        let covers = |open: &Open| key.strip_prefix(&open.stem).is_some_and(|rest| rest.starts_with('.'));
        let kept = self.open.iter().take_while(|open| covers(open)).count();
        self.open.drain(kept..).flat_map(Open::found).collect()
    }

    fn open_stem(&mut self, stem: &str) -> &mut Open {
        let at = match self.open.iter().position(|open| open.stem == stem) {
            Some(at) => at,
            None => {
                // Stems are prefixes of one another, so that their lengths order them.
                let at = self.open.partition_point(|open| open.stem.len() < stem.len());
                let new = Open { stem: stem.to_owned(), samples: vec![], xml: None, txt: None };
                self.open.insert(at, new);
                at
            }
        };
        &mut self.open[at]
    }
}

impl Open {
    fn found(self) -> impl Iterator<Item = Found> {
        let Self { mut samples, xml, txt, .. } = self;
        let (shared, orphan) = (samples.len() > 1, samples.is_empty());
        samples.extend(xml.clone().filter(|_| orphan));
        samples.into_iter().map(move |object| Found {
            object,
            xml: xml.clone(),
            txt: txt.clone(),
            shared,
            orphan,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn listed(key: &str) -> Listed {
        Listed { key: key.to_owned(), size: 1, etag: String::new(), modified_ms: 0, known: false }
    }

    /// `key`, `key of the xml`, `key of the txt`.
    fn pairs(keys: &[&str]) -> Vec<(String, Option<String>, Option<String>)> {
        let mut twins = Twins::new(FileKind::Image);
        let mut found: Vec<Found> = keys.iter().flat_map(|key| twins.push(listed(key))).collect();
        found.extend(twins.finish());
        let key = |listed: Option<Listed>| listed.map(|l| l.key);
        let samples = found.into_iter().filter(|found| !found.orphan);
        let mut pairs: Vec<_> = samples.map(|f| (f.object.key, key(f.xml), key(f.txt))).collect();
        pairs.sort();
        pairs
    }

    #[test]
    fn twins_are_found_across_longer_names() {
        let found = pairs(&["in/x-1.jpg", "in/x.a.jpg", "in/x.a.xml", "in/x.jpg", "in/x.txt", "in/y.xml"]);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            found,
            [
                ("in/x-1.jpg".to_owned(), None, None),
                ("in/x.a.jpg".to_owned(), some("in/x.a.xml"), None),
                ("in/x.jpg".to_owned(), None, some("in/x.txt")),
            ]
        );
    }

    #[test]
    fn a_label_file_without_a_sample_is_an_orphan() {
        let mut twins = Twins::new(FileKind::Image);
        let keys = ["in/a.jpg", "in/a.xml", "in/b.txt", "in/b.xml", "in/c.txt"];
        let mut found: Vec<Found> = keys.iter().flat_map(|key| twins.push(listed(key))).collect();
        found.extend(twins.finish());
        let shown: Vec<_> = found.iter().map(|found| (found.object.key.as_str(), found.orphan)).collect();
        assert_eq!(shown, [("in/a.jpg", false), ("in/b.xml", true)]);
    }

    proptest! {
        #[test]
        fn one_pass_finds_what_a_search_finds(names in prop::collection::btree_set("[ab]{1,2}(\\.[ab])?\\.(jpg|png|xml|txt)", 0..30)) {
            let keys: Vec<&str> = names.iter().map(String::as_str).collect();
            let beside = |key: &str, end: &str| {
                Some(format!("{}.{end}", stem(key))).filter(|twin| names.contains(twin))
            };
            let images = keys.iter().filter(|key| FileKind::Image.takes(key));
            let expected: Vec<_> = images.map(|k| ((*k).to_owned(), beside(k, "xml"), beside(k, "txt"))).collect();
            prop_assert_eq!(pairs(&keys), expected);
        }
    }
}
