//! Between our types and those of `object_store`.

use crate::{ObjectHeaders, ObjectInfo, ObjectsError};
use object_store::path::Path;
use object_store::{Attribute, Attributes, Error, ObjectMeta};
use std::time::{Duration, UNIX_EPOCH};

/// The error of an operation on `key`.
pub(super) fn store_error(key: &str, error: ObjectsError) -> Error {
    let path = key.to_owned();
    let source = Box::new(error);
    match *source {
        ObjectsError::NoSuchKey | ObjectsError::NoSuchBucket | ObjectsError::NoSuchUpload => {
            Error::NotFound { path, source }
        }
        ObjectsError::Precondition => Error::Precondition { path, source },
        _ => Error::Generic { store: "tidemill", source },
    }
}

/// An ETag as clients of S3 see it.
pub(super) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// What is known of an object; `None` if no path can name its key.
pub(super) fn meta_of(info: &ObjectInfo) -> Option<ObjectMeta> {
    let location = Path::parse(&info.key).ok().filter(|path| path.as_ref() == info.key)?;
    let since = Duration::from_millis(u64::try_from(info.modified_ms).unwrap_or(0));
    Some(ObjectMeta {
        location,
        last_modified: (UNIX_EPOCH + since).into(),
        size: info.size,
        e_tag: Some(quoted(&info.etag)),
        version: None,
    })
}

fn standard_name(attribute: &Attribute) -> Option<&'static str> {
    Some(match attribute {
        Attribute::CacheControl => "cache-control",
        Attribute::ContentDisposition => "content-disposition",
        Attribute::ContentEncoding => "content-encoding",
        Attribute::ContentLanguage => "content-language",
        Attribute::ContentType => "content-type",
        Attribute::StorageClass => "storage-class",
        _ => return None,
    })
}

/// Headers of an object that is put with these attributes.
pub(super) fn headers_of(attributes: &Attributes) -> ObjectHeaders {
    let mut headers = ObjectHeaders::default();
    for (attribute, value) in attributes {
        let value = value.as_ref().to_owned();
        match (attribute, standard_name(attribute)) {
            (Attribute::Metadata(name), _) => headers.metadata.insert(name.to_lowercase(), value),
            (_, Some(name)) => headers.standard.insert(name.to_owned(), value),
            _ => None,
        };
    }
    headers
}

/// Attributes of an object with these headers.
pub(super) fn attributes_of(headers: &ObjectHeaders) -> Attributes {
    let known = [
        Attribute::CacheControl,
        Attribute::ContentDisposition,
        Attribute::ContentEncoding,
        Attribute::ContentLanguage,
        Attribute::ContentType,
        Attribute::StorageClass,
    ];
    let standard = known.into_iter().filter_map(|attribute| {
        let value = headers.standard.get(standard_name(&attribute)?)?.clone();
        Some((attribute, value))
    });
    let metadata = headers.metadata.iter();
    let metadata = metadata.map(|(name, value)| (Attribute::Metadata(name.clone().into()), value.clone()));
    standard.chain(metadata).collect()
}
