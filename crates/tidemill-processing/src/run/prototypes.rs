//! Pictures that stand for what is wanted, and not wanted.

use super::listing::is_picture;
use super::shard::Worker;
use crate::error::Trouble;
use crate::operator::SetKind;
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::path::Path;
use tidemill_bucket::Location;
use tidemill_embedding::{Samples, Vector};
use tidemill_vision::seed::SampleKey;

/// The most pictures that may stand for what is wanted, or not wanted.
const PROTOTYPES_MAX: usize = 10_000;

/// Pictures that stand for what is wanted and not wanted, each with where it came from.
pub(super) struct Prototypes {
    pub(super) positive: (Samples, Vec<String>),
    pub(super) negative: (Samples, Vec<String>),
}

impl Prototypes {
    pub(super) async fn of(worker: &Worker, kind: &SetKind) -> Result<Self, Trouble> {
        let none = || (Samples::new(1), Vec::new());
        let SetKind::Cleanse { prototypes, criticism, .. } = kind else {
            return Ok(Self { positive: none(), negative: none() });
        };
        let negative = match criticism {
            Some(place) => pictures_below(worker, place).await?,
            None => none(),
        };
        Ok(Self { positive: pictures_below(worker, prototypes).await?, negative })
    }
}

/// The vectors of the pictures below a directory; what cannot be decoded, or takes too much memory,
/// is left out.
async fn pictures_below(worker: &Worker, place: &Location) -> Result<(Samples, Vec<String>), Trouble> {
    let bucket = worker.objects.bucket(&place.bucket).await?;
    let prefix = Path::parse(place.key.trim_end_matches('/')).map_err(|e| Trouble::Failed(e.to_string()))?;
    let mut listed = bucket.list(Some(&prefix));
    let (mut samples, mut origins) = (Samples::new(1), Vec::new());
    while let Some(meta) = worker.unless_stopped(listed.try_next()).await? {
        if !is_picture(meta.location.as_ref()) {
            continue;
        }
        if origins.len() == PROTOTYPES_MAX {
            return Err(Trouble::Failed(format!("{place} holds more than {PROTOTYPES_MAX} pictures")));
        }
        let plain = format!("{}/{}", place.bucket, meta.location);
        let relative = meta.location.as_ref().strip_prefix(&place.key).unwrap_or_default().to_owned();
        let found = one(worker, &plain, meta.e_tag.as_deref(), &relative);
        if let Some((key, vector)) = worker.unless_stopped(found).await? {
            if samples.is_empty() {
                samples = Samples::new(vector.dimensions());
            }
            if samples.push(key, &vector) {
                origins.push(plain);
            }
        }
    }
    Ok((samples, origins))
}

/// The vector of a picture; `None` if it cannot be read or decoded, or takes too much memory.
async fn one(
    worker: &Worker,
    plain: &str,
    etag: Option<&str>,
    relative: &str,
) -> Result<Option<(SampleKey, Vector)>, Trouble> {
    let Ok(peek) = worker.objects.peek(plain, etag).await? else { return Ok(None) };
    let Ok(peek) = worker.with_header(peek, worker.objects.read(plain, etag)).await? else { return Ok(None) };
    if worker.too_much(&peek, peek.bytes_to_decode()).is_some() {
        return Ok(None);
    }
    let held = worker.ctx.pool.reserve(peek.bytes_to_decode(), worker.cancel()).await?;
    let picture = match peek.whole() {
        Some(whole) => Ok(whole),
        None => worker.objects.read(plain, etag).await?,
    };
    let Ok(picture) = picture else { return Ok(None) };
    let key = SampleKey::of_bytes(relative, &picture);
    Ok(worker.known(picture, held).await?.ok().map(|known| (key, known.vector)))
}
