//! Images processed on the way out: `GET /bucket/key?x-image-process=…`.
//!
//! Decoding runs off the async threads. What it may hold at once is bounded twice: by the number of files in memory,
//! and by the bytes that their pixels take.

use super::access::GET_OBJECT;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::headers::{insert, of_object};
use super::object::{check_conditions, check_version};
use super::request::Call;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::TryStreamExt;
use http::{HeaderMap, header};
use lru::LruCache;
use parking_lot::Mutex;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tidemill_objects::ObjectReader;
use tidemill_vision::thumbnail::{FILE_BYTES_MAX, Process, Processed, ThumbnailError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The parameter.
pub(crate) const PARAMETER: &str = "x-image-process";

/// Files read at once.
const FILES_MAX: usize = 8;
/// What the pixels of all images under work may take together, in MiB.
const PIXELS_MIB_MAX: u32 = 512;
/// Results kept, and the largest that is kept: 64 MiB in all.
const CACHED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);
const CACHED_BYTES_MAX: usize = 256 * 1024;

/// What a result belongs to: bucket, key, ETag, parameter.
type ResultKey = (String, String, String, String);
/// A result as it is sent.
type ImageResult = (Bytes, &'static str);

/// Room for images under work, and the latest results.
#[derive(Debug)]
pub(crate) struct ImageWork {
    files: Arc<Semaphore>,
    pixels_mib: Arc<Semaphore>,
    results: Mutex<LruCache<ResultKey, ImageResult>>,
}

impl Default for ImageWork {
    fn default() -> Self {
        Self {
            files: Arc::new(Semaphore::new(FILES_MAX)),
            pixels_mib: Arc::new(Semaphore::new(PIXELS_MIB_MAX as usize)),
            results: Mutex::new(LruCache::new(CACHED_MAX)),
        }
    }
}

/// `GET` and `HEAD` with the parameter. Ranges do not apply to what is made on the spot.
pub(crate) async fn get(endpoint: &Endpoint, call: &Call<'_>, parameter: &str) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, GET_OBJECT).await?;
    check_version(call)?;
    let process = Process::parse(parameter).map_err(refused)?;
    let reader = endpoint.state.objects.open_object(call.bucket(), call.key()).await?;
    check_conditions(call, &reader.info)?;
    let mut headers = of_object(call.dialect, &reader.info);
    let etag = reader.info.etag.clone();
    let key = (call.bucket().to_owned(), call.key().to_owned(), etag, parameter.to_owned());
    let kept = endpoint.images.results.lock().get(&key).cloned();
    let (bytes, media_type) = match kept {
        Some(kept) => kept,
        None => endpoint.images.make(process, reader, key).await?,
    };
    describe(&mut headers, media_type, bytes.len());
    let mut response = Response::new(Body::from(bytes));
    *response.headers_mut() = headers;
    Ok(response)
}

/// The headers of the object, as far as they hold for the result too.
fn describe(headers: &mut HeaderMap, media_type: &str, length: usize) {
    for stale in [header::ETAG, header::ACCEPT_RANGES, header::CONTENT_ENCODING] {
        headers.remove(stale);
    }
    insert(headers, header::CONTENT_TYPE, media_type);
    insert(headers, header::CONTENT_LENGTH, &length.to_string());
}

impl ImageWork {
    /// Makes a result and keeps it if it is small.
    async fn make(
        &self,
        process: Process,
        reader: ObjectReader,
        key: ResultKey,
    ) -> Result<ImageResult, ObsError> {
        let _file = room(&self.files, 1).await?;
        let bytes = read(reader).await?;
        let (asked, file) = (process.clone(), bytes.clone());
        let work_bytes = off_thread(move || asked.work_bytes(&file)).await?;
        let mib = work_bytes.div_ceil(1 << 20).clamp(1, u64::from(PIXELS_MIB_MAX)) as u32;
        let pixels = room(&self.pixels_mib, mib).await?;
        // The work goes on when the client leaves, so its room goes with it.
        let Processed { bytes, media_type } = off_thread(move || {
            let _pixels = pixels;
            process.run(&bytes)
        })
        .await?;
        let result = (Bytes::from(bytes), media_type);
        if result.0.len() <= CACHED_BYTES_MAX {
            self.results.lock().put(key, result.clone());
        }
        Ok(result)
    }
}

async fn room(room: &Arc<Semaphore>, amount: u32) -> Result<OwnedSemaphorePermit, ObsError> {
    room.clone().acquire_many_owned(amount).await.map_err(|_| ObsError::internal())
}

/// The whole object, if it is small enough.
async fn read(reader: ObjectReader) -> Result<Bytes, ObsError> {
    let size = reader.info.size;
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    if length > FILE_BYTES_MAX {
        return Err(refused(ThumbnailError::FileTooLarge(length)));
    }
    let mut bytes = Vec::with_capacity(length);
    let mut pieces = reader.stream(0..size);
    while let Some(piece) = pieces.try_next().await.map_err(|error| failed(&error))? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}

fn failed(error: &std::io::Error) -> ObsError {
    tracing::error!(%error, "an object to process could not be read");
    ObsError::internal()
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ThumbnailError> + Send + 'static,
) -> Result<T, ObsError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| ObsError::internal())?;
    done.map_err(refused)
}

fn refused(error: ThumbnailError) -> ObsError {
    ObsError::invalid_argument(error.to_string())
}
