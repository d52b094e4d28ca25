//! A [`Source`] behind the trait that verification reads through.

use super::{Source, SourceError};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use object_store::path::Path;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::io::Read;

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

/// Reads what the source has; every change is refused.
#[derive(Debug)]
pub(crate) struct ReadOnly<S>(pub(crate) S);

impl<S> std::fmt::Display for ReadOnly<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("read-only bucket")
    }
}

fn failed(source: SourceError) -> Error {
    Error::Generic { store: "bucket", source }
}

fn refused<T>(operation: &str) -> Result<T> {
    Err(Error::NotImplemented {
        operation: operation.to_owned(),
        implementer: "a read-only bucket".to_owned(),
    })
}

fn absent(location: &Path) -> Error {
    Error::NotFound { path: location.to_string(), source: "it is not there".into() }
}

fn about(location: Path, size: u64) -> ObjectMeta {
    ObjectMeta { location, last_modified: Default::default(), size, e_tag: None, version: None }
}

/// The reader's bytes in chunks.
fn chunks(reader: Box<dyn Read + Send + Sync>) -> BoxStream<'static, Result<Bytes>> {
    let next = |mut reader: Box<dyn Read + Send + Sync>| async move {
        let mut chunk = Vec::with_capacity(CHUNK);
        match reader.by_ref().take(CHUNK as u64).read_to_end(&mut chunk) {
            Ok(0) => None,
            Ok(_) => Some((Ok(Bytes::from(chunk)), reader)),
            Err(error) => Some((Err(failed(error.into())), Box::new(std::io::empty()) as Box<_>)),
        }
    };
    stream::unfold(reader, next).boxed()
}

#[async_trait]
impl<S: Source> ObjectStore for ReadOnly<S> {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let size = self.0.size(location.as_ref()).map_err(failed)?.ok_or_else(|| absent(location))?;
        let payload = if options.head {
            stream::empty().boxed()
        } else {
            chunks(self.0.open(location.as_ref()).map_err(failed)?.ok_or_else(|| absent(location))?)
        };
        Ok(GetResult {
            payload: GetResultPayload::Stream(payload),
            meta: about(location.clone(), size),
            range: 0..size,
            attributes: Attributes::default(),
        })
    }

    /// A key that this trait cannot name (`a//b`, `.`) is no key of ours and is left out.
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let prefix = prefix.map_or(String::new(), |prefix| format!("{prefix}/"));
        let found = match self.0.list(&prefix) {
            Ok(found) => found,
            Err(error) => return stream::once(async { Err(failed(error)) }).boxed(),
        };
        let named = found.into_iter().filter_map(|(key, size)| Some(Ok(about(Path::parse(key).ok()?, size))));
        stream::iter(named.collect::<Vec<_>>()).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        refused("list_with_delimiter")
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        refused("put")
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        refused("put_multipart")
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        stream::once(async { refused("delete") }).boxed()
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        refused("copy")
    }
}
