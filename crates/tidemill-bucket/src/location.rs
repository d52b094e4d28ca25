//! A place in an object store as people write it: `/bucket/key`, `obs://bucket/key`, `s3://bucket/key`.

use std::fmt;

/// The longest location, in bytes: a bucket's name and a key of 1024 bytes.
const BYTES_MAX: usize = 1100;

/// A bucket and what stands behind it: an object's key, or a directory that ends in `/` (or is empty).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The bucket's name, not empty.
    pub bucket: String,
    /// The key below it, without a leading slash; may be empty.
    pub key: String,
}

/// How a location is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `/bucket/key`
    Slash,
    /// `obs://bucket/key`
    Obs,
    /// `s3://bucket/key`
    S3,
}

/// Why a text is no location.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLocation {
    /// Neither a leading slash nor a known scheme.
    #[error("a path begins with /bucket/, obs://bucket/ or s3://bucket/")]
    Scheme,
    /// No bucket.
    #[error("the path names no bucket")]
    NoBucket,
    /// An empty part.
    #[error("the path contains //")]
    EmptyPart,
    /// `.` or `..` as a part, or a control character.
    #[error("the path contains a part that is . or .., or a control character")]
    Part,
    /// Longer than a bucket and a key can be.
    #[error("the path is longer than {BYTES_MAX} bytes")]
    TooLong,
}

impl Location {
    /// Reads any of the spellings; `s3a://` is read as well.
    pub fn parse(text: &str) -> Result<Self, InvalidLocation> {
        let rest = ["obs://", "s3://", "s3a://", "/"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or(InvalidLocation::Scheme)?;
        if rest.len() > BYTES_MAX {
            return Err(InvalidLocation::TooLong);
        }
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(if key.is_empty() { InvalidLocation::NoBucket } else { InvalidLocation::EmptyPart });
        }
        if key.starts_with('/') || key.contains("//") {
            return Err(InvalidLocation::EmptyPart);
        }
        if key.split('/').any(|part| part == "." || part == "..") || rest.chars().any(char::is_control) {
            return Err(InvalidLocation::Part);
        }
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// The location written with `scheme`.
    pub fn written(&self, scheme: Scheme) -> String {
        let head = match scheme {
            Scheme::Slash => "/",
            Scheme::Obs => "obs://",
            Scheme::S3 => "s3://",
        };
        format!("{head}{}/{}", self.bucket, self.key)
    }

    /// `bucket/key`: what ids of samples are made of.
    pub fn plain(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }

    /// The same as a directory: with a `/` at its end unless the key is empty.
    pub fn as_dir(mut self) -> Self {
        if !self.key.is_empty() && !self.key.ends_with('/') {
            self.key.push('/');
        }
        self
    }

    /// The location of `name` below this directory.
    pub fn join(&self, name: &str) -> Self {
        Self { bucket: self.bucket.clone(), key: format!("{}{name}", self.clone().as_dir().key) }
    }

    /// Whether `other` is this directory or lies below it.
    pub fn holds(&self, other: &Self) -> bool {
        self.bucket == other.bucket && other.key.starts_with(&self.clone().as_dir().key)
    }

    /// What follows the last slash of the key.
    pub fn name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(Scheme::Obs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_are_one_place() {
        let place = Location { bucket: "b".into(), key: "o/x.jpg".into() };
        for text in ["/b/o/x.jpg", "obs://b/o/x.jpg", "s3://b/o/x.jpg", "s3a://b/o/x.jpg"] {
            assert_eq!(Location::parse(text), Ok(place.clone()));
        }
        assert_eq!(place.written(Scheme::Slash), "/b/o/x.jpg");
        assert_eq!(place.written(Scheme::S3), "s3://b/o/x.jpg");
        assert_eq!((place.name(), place.plain().as_str()), ("x.jpg", "b/o/x.jpg"));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for (text, why) in [
            ("b/o", InvalidLocation::Scheme),
            ("/", InvalidLocation::NoBucket),
            ("obs://", InvalidLocation::NoBucket),
            ("//o", InvalidLocation::EmptyPart),
            ("/b//o", InvalidLocation::EmptyPart),
            ("/b/o//x", InvalidLocation::EmptyPart),
            ("/b/../o", InvalidLocation::Part),
            ("/b/o\n", InvalidLocation::Part),
        ] {
            assert_eq!(Location::parse(text), Err(why), "{text:?}");
        }
        assert_eq!(Location::parse(&format!("/b/{}", "x".repeat(1100))), Err(InvalidLocation::TooLong));
    }

    #[test]
    fn a_directory_holds_what_is_below_it() {
        let dir = Location::parse("/b/in").unwrap();
        assert!(dir.holds(&Location::parse("obs://b/in/x").unwrap()));
        assert!(!dir.holds(&Location::parse("obs://b/inner/x").unwrap()));
        assert_eq!(dir.join("x").key, "in/x");
        assert!(Location::parse("/b").unwrap().holds(&Location::parse("/b/x").unwrap()));
    }
}
