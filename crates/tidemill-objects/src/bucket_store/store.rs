//! [`ObjectStore`] on a bucket.

use super::BucketStore;
use super::convert::{attributes_of, headers_of, meta_of, quoted, store_error};
use super::multipart::Upload;
use crate::blob::{NewBlob, WantedHashes};
use crate::{CopySource, ListQuery, ObjectInfo, ObjectsError, PutWhen};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt, TryStreamExt, iter, try_unfold};
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tidemill_model::limits::OBJECT_LIST_MAX;

impl BucketStore {
    /// Writes a payload to a new blob.
    pub(super) async fn blob(&self, payload: PutPayload) -> Result<NewBlob, ObjectsError> {
        let mut writer = self.objects.writer(WantedHashes::default());
        for bytes in payload {
            writer.write(bytes).await?;
        }
        writer.finish().await
    }

    /// A page of a listing below `prefix`, whose keys go on with `/`.
    async fn page(&self, prefix: &str, after: String, delimiter: Option<&str>) -> Result<crate::Listing> {
        let query = ListQuery {
            prefix: prefix.to_owned(),
            delimiter: delimiter.map(str::to_owned),
            after,
            max: OBJECT_LIST_MAX,
        };
        self.objects.list(&self.bucket, query).await.map_err(|error| store_error(prefix, error))
    }

    fn pages(self, prefix: Option<&Path>, offset: String) -> BoxStream<'static, Result<ObjectMeta>> {
        let prefix = directory(prefix);
        let pages = try_unfold(Some(offset), move |after| {
            let (this, prefix) = (self.clone(), prefix.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let page = this.page(&prefix, after, None).await?;
                Ok::<_, Error>(Some((page.objects, page.next)))
            }
        });
        let metas = |page: Vec<ObjectInfo>| iter(page.into_iter().filter_map(|info| meta_of(&info)).map(Ok));
        pages.map_ok(metas).try_flatten().boxed()
    }
}

/// What every key below a path begins with.
fn directory(prefix: Option<&Path>) -> String {
    match prefix.map(Path::as_ref) {
        None | Some("") => String::new(),
        Some(path) => format!("{path}/"),
    }
}

fn put_when(mode: PutMode) -> PutWhen {
    match mode {
        PutMode::Overwrite => PutWhen::Always,
        PutMode::Create => PutWhen::Absent,
        PutMode::Update(version) => {
            PutWhen::ETag(version.e_tag.unwrap_or_default().trim_matches('"').to_owned())
        }
    }
}

/// The error of a put or copy; a condition "absent" that is not met has its own.
pub(super) fn put_error(key: &str, when: &PutWhen, error: ObjectsError) -> Error {
    match (when, error) {
        (PutWhen::Absent, error @ ObjectsError::Precondition) => {
            Error::AlreadyExists { path: key.to_owned(), source: Box::new(error) }
        }
        (_, error) => store_error(key, error),
    }
}

#[async_trait]
impl ObjectStore for BucketStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let key = location.as_ref();
        let blob = self.blob(payload).await.map_err(|error| store_error(key, error))?;
        let (headers, when) = (headers_of(&opts.attributes), put_when(opts.mode));
        let put = self.objects.put(&self.bucket, key, blob, &headers, when.clone()).await;
        let info = put.map_err(|error| put_error(key, &when, error))?;
        Ok(PutResult { e_tag: Some(quoted(&info.etag)), version: None })
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let key = location.as_ref();
        let headers = headers_of(&opts.attributes);
        let id = self.objects.create_upload(&self.bucket, key, &headers).await;
        let id = id.map_err(|error| store_error(key, error))?;
        Ok(Box::new(Upload::new(self.clone(), location.clone(), id)))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let key = location.as_ref();
        let opened = self.objects.open_object(&self.bucket, key).await;
        let reader = opened.map_err(|error| store_error(key, error))?;
        let mut meta = meta_of(&reader.info).ok_or_else(|| store_error(key, ObjectsError::NoSuchKey))?;
        check(&options, &mut meta)?;
        let size = meta.size;
        let range = match &options.range {
            Some(range) => range.as_range(size).map_err(|error| range_error(Box::new(error)))?,
            None => 0..size,
        };
        let attributes = attributes_of(&reader.info.headers);
        let bytes: BoxStream<'static, Result<Bytes>> = if options.head {
            futures::stream::empty().boxed()
        } else {
            reader.stream(range.clone()).map_err(|error| range_error(Box::new(error))).boxed()
        };
        Ok(GetResult { payload: GetResultPayload::Stream(bytes), meta, range, attributes })
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        let delete = move |location: Path| {
            let this = this.clone();
            async move {
                let deleted = this.objects.delete(&this.bucket, location.as_ref()).await;
                deleted.map_err(|error| store_error(location.as_ref(), error))?;
                Ok(location)
            }
        };
        locations.and_then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.clone().pages(prefix, String::new())
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.clone().pages(prefix, offset.as_ref().to_owned())
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let prefix = directory(prefix);
        let (mut all, mut after) =
            (ListResult { common_prefixes: vec![], objects: vec![] }, Some(String::new()));
        while let Some(from) = after {
            let page = self.page(&prefix, from, Some("/")).await?;
            all.objects.extend(page.objects.iter().filter_map(meta_of));
            let common = page.common_prefixes.iter().filter_map(|common| Path::parse(common).ok());
            all.common_prefixes.extend(common);
            after = page.next;
        }
        Ok(all)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let source = CopySource { bucket: self.bucket.clone(), key: from.as_ref().to_owned(), etag: None };
        let when = match options.mode {
            CopyMode::Overwrite => PutWhen::Always,
            CopyMode::Create => PutWhen::Absent,
        };
        let copied = self.objects.copy(source, &self.bucket, to.as_ref(), None, when.clone()).await;
        copied.map(|_| ()).map_err(|error| put_error(from.as_ref(), &when, error))
    }
}

/// The preconditions, with ETags compared whether quoted or not.
fn check(options: &GetOptions, meta: &mut ObjectMeta) -> Result<()> {
    let bare = |etags: &Option<String>| etags.as_ref().map(|etags| etags.replace('"', ""));
    let mut unquoted = options.clone();
    unquoted.if_match = bare(&options.if_match);
    unquoted.if_none_match = bare(&options.if_none_match);
    let quoted = meta.e_tag.clone();
    meta.e_tag = bare(&meta.e_tag);
    let checked = unquoted.check_preconditions(meta);
    meta.e_tag = quoted;
    checked
}

fn range_error(source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Generic { store: "tidemill", source }
}
