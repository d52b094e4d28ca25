//! Listing objects and uploads: range scans in UTF-8 byte order that step over rolled-up keys.

use crate::multipart::{UploadInfo, UploadsPage, UploadsQuery};
use crate::{ObjectInfo, Objects, ObjectsError};
use std::sync::Arc;
use tidemill_meta::object::{self as rows, ObjectRow};
use tidemill_meta::{MetaError, Tx};

/// Rows of the first look and after a step over a common prefix; doubled while looks are used up.
const LOOK_MIN: u64 = 16;
const LOOK_MAX: u64 = 1024;

/// Which objects of a bucket to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that contain it after the prefix are shown once, up to and with it.
    pub delimiter: Option<String>,
    /// Only entries after this key; if it is a common prefix, after all keys that begin with it.
    pub after: String,
    /// At most so many entries.
    pub max: usize,
}

/// Some objects of a bucket, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The objects.
    pub objects: Vec<ObjectInfo>,
    /// Keys rolled up at the delimiter.
    pub common_prefixes: Vec<String>,
    /// The last entry, to go on after, if there is more.
    pub next: Option<String>,
}

impl Objects {
    /// Lists objects on one snapshot.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`].
    pub async fn list(&self, bucket: &str, query: ListQuery) -> Result<Listing, ObjectsError> {
        let all = Arc::new((bucket.to_owned(), query));
        self.0
            .meta
            .read(move |tx| {
                let all = all.clone();
                Box::pin(async move { list(tx, &all.0, &all.1).await })
            })
            .await
    }

    /// Lists multipart uploads under way on one snapshot.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`].
    pub async fn uploads(&self, bucket: &str, query: UploadsQuery) -> Result<UploadsPage, ObjectsError> {
        let all = Arc::new((bucket.to_owned(), query));
        self.0
            .meta
            .read(move |tx| {
                let all = all.clone();
                Box::pin(async move { uploads(tx, &all.0, &all.1).await })
            })
            .await
    }
}

/// The least text above every text that begins with `prefix`; `None` if there is none.
pub(crate) fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            char::MAX => None,
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// The part of `key` up to the first delimiter after the prefix, if there is one.
fn rolled_up<'k>(key: &'k str, prefix: &str, delimiter: Option<&str>) -> Option<&'k str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let at = key.get(prefix.len()..)?.find(delimiter)?;
    key.get(..prefix.len() + at + delimiter.len())
}

/// Where a scan goes on.
enum From {
    After(String),
    At(String),
    End,
}

/// The rows of a range scan, fetched in looks that grow until a step starts them small again.
struct Scan<'b> {
    bucket: &'b str,
    from: From,
    look: u64,
    rows: std::vec::IntoIter<ObjectRow>,
}

impl Scan<'_> {
    async fn next(&mut self, tx: &mut dyn Tx) -> Result<Option<ObjectRow>, MetaError> {
        if let Some(row) = self.rows.next() {
            return Ok(Some(row));
        }
        let found = match &self.from {
            From::After(key) => rows::objects_from(tx, self.bucket, key, false, self.look).await?,
            From::At(key) => rows::objects_from(tx, self.bucket, key, true, self.look).await?,
            From::End => Vec::new(),
        };
        self.from = match found.last() {
            Some(last) if found.len() as u64 == self.look => From::After(last.key.clone()),
            _ => From::End,
        };
        self.look = (self.look * 2).min(LOOK_MAX);
        self.rows = found.into_iter();
        Ok(self.rows.next())
    }

    /// Steps over everything that begins with `prefix`: within the look, or else by a new one.
    fn step_over(&mut self, prefix: &str) {
        while let Some(row) = self.rows.as_slice().first() {
            if !row.key.starts_with(prefix) {
                return;
            }
            self.rows.next();
        }
        if !matches!(self.from, From::End) {
            self.from = after_prefix(prefix).map_or(From::End, From::At);
            self.look = LOOK_MIN;
        }
    }
}

async fn list(tx: &mut dyn Tx, bucket: &str, query: &ListQuery) -> Result<Listing, ObjectsError> {
    rows::bucket(tx, bucket).await?.ok_or(ObjectsError::NoSuchBucket)?;
    let (prefix, delimiter) = (query.prefix.as_str(), query.delimiter.as_deref());
    let from = start(prefix, delimiter, &query.after);
    let look = LOOK_MIN.max(query.max as u64 + 1).min(LOOK_MAX);
    let mut scan = Scan { bucket, from, look, rows: Vec::new().into_iter() };
    let mut page = Listing::default();
    let mut last = String::new();
    while let Some(row) = scan.next(tx).await? {
        if !row.key.starts_with(prefix) || query.max == 0 {
            break;
        }
        if page.objects.len() + page.common_prefixes.len() == query.max {
            page.next = Some(last);
            break;
        }
        if let Some(common) = rolled_up(&row.key, prefix, delimiter) {
            scan.step_over(common);
            last = common.to_owned();
            page.common_prefixes.push(last.clone());
        } else {
            last = row.key.clone();
            page.objects.push(ObjectInfo::of(row)?);
        }
    }
    Ok(page)
}

fn start(prefix: &str, delimiter: Option<&str>, after: &str) -> From {
    if after < prefix || after.is_empty() {
        return From::At(prefix.to_owned());
    }
    if after.starts_with(prefix) && rolled_up(after, prefix, delimiter) == Some(after) {
        return after_prefix(after).map_or(From::End, From::At);
    }
    From::After(after.to_owned())
}

/// Uploads are few: they are read one look at a time without steps.
async fn uploads(tx: &mut dyn Tx, bucket: &str, query: &UploadsQuery) -> Result<UploadsPage, ObjectsError> {
    rows::bucket(tx, bucket).await?.ok_or(ObjectsError::NoSuchBucket)?;
    let mut page = UploadsPage::default();
    if query.max == 0 {
        return Ok(page);
    }
    let (mut last, mut at, passed) = (None, uploads_start(query), query.passed());
    loop {
        let found = rows::uploads_from(tx, bucket, &at.0, &at.1, LOOK_MAX).await?;
        let Some(end) = found.last() else { return Ok(page) };
        at = (end.key.clone(), end.id.clone());
        for row in found.into_iter().filter(|row| row.key.starts_with(&query.prefix)) {
            let common = rolled_up(&row.key, &query.prefix, query.delimiter.as_deref()).map(str::to_owned);
            // Keys of a common prefix follow each other, so looking at the latest one is enough.
            if common.is_some() && (common.as_ref() == page.common_prefixes.last() || common == passed) {
                continue;
            }
            if page.uploads.len() + page.common_prefixes.len() == query.max {
                page.next = last;
                return Ok(page);
            }
            match common {
                Some(common) => {
                    last = Some((common.clone(), String::new()));
                    page.common_prefixes.push(common);
                }
                None => {
                    last = Some((row.key.clone(), row.id.clone()));
                    page.uploads.push(UploadInfo::of(row)?);
                }
            }
        }
    }
}

/// The key and id to begin after. No id is greater than `~`, so a key alone passes over all its uploads.
fn uploads_start(query: &UploadsQuery) -> (String, String) {
    let id = query.id_marker.clone().unwrap_or_else(|| "~".to_owned());
    if query.key_marker.is_empty() { (String::new(), String::new()) } else { (query.key_marker.clone(), id) }
}

impl UploadsQuery {
    /// The common prefix that the marker passed over.
    fn passed(&self) -> Option<String> {
        let marker = self.key_marker.strip_prefix(self.prefix.as_str())?;
        let delimiter = self.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())?;
        (marker.find(delimiter)? + delimiter.len() == marker.len()).then(|| self.key_marker.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_after_a_prefix_is_the_least_one() {
        assert_eq!(after_prefix("a/").as_deref(), Some("a0"));
        assert_eq!(after_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{10ffff}"), None);
        assert_eq!(after_prefix(""), None);
    }

    #[test]
    fn keys_roll_up_at_the_first_delimiter_after_the_prefix() {
        assert_eq!(rolled_up("a/b/c", "a/", Some("/")), Some("a/b/"));
        assert_eq!(rolled_up("a/b", "a/", Some("/")), None);
        assert_eq!(rolled_up("a/b", "", Some("")), None);
        assert_eq!(rolled_up("a--b", "a", Some("--")), Some("a--"));
    }
}
