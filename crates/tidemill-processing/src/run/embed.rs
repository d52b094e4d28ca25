//! What operators on all samples have to know of each: its vector, kept under the digests of content and model.

use super::flow::{Flow, Looked, Unit};
use super::record::Record;
use super::shard::{ShardSpec, Worker};
use super::unusable::dropped;
use crate::engine::{Embedded, Held};
use crate::error::Trouble;
use crate::operator::Reason;
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::pin::pin;
use tidemill_embedding::{Embedder, Picture, Vector, decode as vector_of, encode as bytes_of};
use tidemill_vision::seed::SampleKey;
use tidemill_vision::{DecodeLimits, decode};

/// What is kept for a picture: the digest of its pixels, how many there are, its vector.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) pixel_digest: [u8; 32],
    pub(crate) pixels: u64,
    pub(crate) vector: Vector,
}

const HEAD_BYTES: usize = 40;

/// Hexadecimal digits of a digest of labels: too many for two lists of labels to share them by chance.
const LABELS_DIGITS: usize = 32;

/// Embeddings that runs asked for: computed by the model, or taken from the artefacts.
const EMBEDDINGS: &str = "tidemill_processing_embeddings_total";

impl Known {
    fn write(&self) -> Bytes {
        let mut bytes = Vec::from(self.pixel_digest);
        bytes.extend(self.pixels.to_le_bytes());
        bytes.extend(bytes_of(&self.vector));
        bytes.into()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (head, vector) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let (digest, pixels) = head.split_first_chunk::<32>()?;
        let pixels = u64::from_le_bytes(pixels.try_into().ok()?);
        Some(Self { pixel_digest: *digest, pixels, vector: vector_of(vector).ok()? })
    }
}

/// Where the vectors of a shard are kept, beside the table of what became of it.
pub(super) fn vectors_key(table: &str) -> String {
    format!("{}.vectors.arrow", table.trim_end_matches(".arrow"))
}

/// What operators on all samples are told of one.
fn embedded(record: &Record, key: SampleKey, known: Known) -> Embedded {
    let picture = Picture {
        pixel_digest: known.pixel_digest,
        pixels: known.pixels,
        bytes: record.picture_bytes(),
        labels: digest(&record.labels).into(),
    };
    Embedded { number: record.number(), key, vector: known.vector, picture }
}

/// What labels are compared by, of the same size however many there are.
fn digest(labels: &[String]) -> String {
    let mut hasher = blake3::Hasher::new();
    for label in labels {
        hasher.update(&(label.len() as u64).to_le_bytes()).update(label.as_bytes());
    }
    hasher.finalize().to_hex().chars().take(LABELS_DIGITS).collect()
}

impl Worker {
    /// Finds out for each sample of a shard what operators on all samples have to know, and writes that down.
    pub(crate) async fn embed(&self, spec: &ShardSpec) -> Result<Vec<Record>, Trouble> {
        let records = self.records(&spec.input).await?;
        let units = |looked| vec![Unit::decoding(looked)];
        let work = |unit: Unit, held| self.embed_one(unit.looked, held);
        let mut flow = pin!(self.flow(records, Flow::pictures(self.ctx.pool.threads()), units, work));
        let (mut records, mut vectors) = (Vec::new(), Vec::new());
        while let Some((record, embedded)) = flow.try_next().await? {
            vectors.extend(embedded);
            records.push(record);
        }
        self.ctx.engine.write_vectors(&vectors_key(&spec.output()), &vectors).await?;
        Ok(records)
    }

    async fn embed_one(&self, looked: Looked, held: Held) -> Result<(Record, Option<Embedded>), Trouble> {
        self.slot.progress.add_sample(looked.record.copy);
        let picture = match (&looked.unusable, &looked.peek) {
            (Some(why), _) => Err(why.clone()),
            (None, None) => return Ok((looked.record, None)),
            (None, Some(_)) => self.picture(&looked).await?,
        };
        let mut record = looked.record;
        let picture = match picture {
            Ok(picture) => picture,
            Err(why) => return Ok((dropped(record, &why), None)),
        };
        let key = SampleKey::of_bytes(&record.relative, &picture);
        match self.known(picture, held).await? {
            Ok(known) => {
                let embedded = embedded(&record, key, known);
                Ok((record, Some(embedded)))
            }
            Err(error) => {
                record.fate = record.fate.left_out();
                record.reasons.push(Reason::undecodable(&error));
                Ok((record, None))
            }
        }
    }

    /// What is known of a picture, for whose decoding memory is held; from the artefacts if the same content met the
    /// same model before.
    pub(crate) async fn known(&self, picture: Bytes, held: Held) -> Result<Result<Known, String>, Trouble> {
        let model = self.ctx.embedder.provenance().digest;
        let path = Path::from(format!("embeddings/{model}/{}", blake3::hash(&picture).to_hex()));
        let store = self.ctx.engine.store();
        if let Ok(found) = store.get(&path).await
            && let Ok(bytes) = found.bytes().await
            && let Some(known) = Known::read(&bytes)
        {
            metrics::counter!(EMBEDDINGS, "from" => "cache").increment(1);
            return Ok(Ok(known));
        }
        let embedder = self.ctx.embedder.clone();
        let work = move || make(&embedder, &picture);
        let (made, _held) = self.ctx.pool.run(held, self.cancel(), work).await?;
        if let Ok(known) = &made {
            metrics::counter!(EMBEDDINGS, "from" => "model").increment(1);
            store.put(&path, known.write().into()).await?;
        }
        Ok(made)
    }
}

fn make(embedder: &Embedder, picture: &[u8]) -> Result<Known, String> {
    let decoded = decode(picture, &DecodeLimits::default()).map_err(|e| e.to_string())?;
    let pixels = &decoded.pixels;
    let mut digest = blake3::Hasher::new();
    digest.update(&pixels.width().to_le_bytes()).update(&pixels.height().to_le_bytes()).update(pixels.rgb());
    let vector = embedder.embed(&decoded.over_grey()).map_err(|e| e.to_string())?;
    Ok(Known {
        pixel_digest: *digest.finalize().as_bytes(),
        pixels: u64::from(pixels.width()) * u64::from(pixels.height()),
        vector,
    })
}
