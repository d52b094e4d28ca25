//! Images that a generator of the user's own makes: kept with the run, tried once, run shard by shard.

use super::directory;
use super::flow::{Flow, Looked, Unit};
use super::objects::path_of;
use super::record::{Fate, Record};
use super::shard::{Made, ShardSpec, Worker};
use super::unusable::dropped;
use crate::engine::Held;
use crate::error::Trouble;
use crate::operator::{Generation, Makes, Reason};
use bytes::Bytes;
use futures::TryFutureExt;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde_json::{Value, json};
use std::sync::Arc;
use tidemill_embedding::{Generator, GeneratorError, MODEL_BYTES_MAX};
use tidemill_vision::seed::{SampleKey, TaskSeed};
use tidemill_vision::{DecodeLimits, ImageFormat, Pixels, decode, encode};

/// How much more than its file a generator takes while it is loaded.
const LOADED: u64 = 4;

/// Where a run keeps its generator.
fn kept(run_id: &str) -> Path {
    Path::from(format!("{}/generator.onnx", directory(run_id)))
}

impl Worker {
    /// Copies the generator to the run, so that it stays the same, and tries it.
    pub(crate) async fn keep_generator(&self, run_id: &str, of: &Generation) -> Result<(), Trouble> {
        let bytes = self.read_generator(of).await?;
        let tried = self.ctx.trial.try_generator(of.model.name(), bytes.clone(), of.size);
        let tried = self.cancel().run_until_cancelled(tried).await.ok_or(Trouble::Cancelled)?;
        tried
            .map_err(|why| Trouble::Failed(format!("{}: the generator {}: {why}", of.operator, of.model)))?;
        self.ctx.engine.store().put(&kept(run_id), PutPayload::from(bytes)).await?;
        Ok(())
    }

    async fn read_generator(&self, of: &Generation) -> Result<Bytes, Trouble> {
        let failed =
            |why: String| Trouble::Failed(format!("{}: the generator {}: {why}", of.operator, of.model));
        let bucket = self.objects.bucket(&of.model.bucket).await?;
        let path = path_of(&of.model)?;
        let found = bucket.get(&path).map_err(|e| failed(e.to_string()));
        let found = self.unless_stopped(found).await?;
        if found.meta.size > MODEL_BYTES_MAX {
            return Err(failed("it is larger than 512 MiB".to_owned()));
        }
        self.unless_stopped(found.bytes().map_err(|e| failed(e.to_string()))).await
    }

    /// The generator of a run, ready to make what the operator makes.
    pub(crate) async fn generator(
        &self,
        run_id: &str,
        of: &Arc<Generation>,
    ) -> Result<Arc<Generator>, Trouble> {
        let store = self.ctx.engine.store();
        let size = store.head(&kept(run_id)).await?.size;
        let held = self.ctx.pool.reserve(size.saturating_mul(LOADED), self.cancel()).await?;
        let bytes = store.get(&kept(run_id)).await?.bytes().await?;
        let what = of.clone();
        let load = move || Generator::open(what.model.name(), &bytes, what.size);
        let (opened, _held) = self.ctx.pool.run(held, self.cancel(), load).await?;
        let generator = opened.map_err(|e| Trouble::Failed(format!("{}: {e}", of.operator)))?;
        match (of.makes, generator.takes_images()) {
            (Makes::OfImages, true) | (Makes::OfNoise(_), false) => Ok(Arc::new(generator)),
            (Makes::OfImages, false) => Err(refused(of, "images, [N, C, H, W], and this one takes noise")),
            (Makes::OfNoise(_), true) => Err(refused(of, "noise, [N, Z], and this one takes images")),
        }
    }

    /// Runs the generator for the samples of a shard.
    pub(crate) async fn generate(
        &self,
        spec: &ShardSpec,
        of: &Arc<Generation>,
        generator: &Arc<Generator>,
    ) -> Result<Vec<Record>, Trouble> {
        let records = self.records(&spec.input).await?;
        // Its values, the image made of them, and the image's file.
        let run_bytes = generator.run_bytes().saturating_mul(2);
        let units = |looked: Looked| {
            let mut unit =
                if of.makes == Makes::OfImages { Unit::decoding(looked) } else { Unit::only(looked, 0) };
            unit.bytes = unit.bytes.saturating_add(run_bytes);
            vec![unit]
        };
        let work = |unit: Unit, held| self.generate_one(unit.looked, held, (of.clone(), generator.clone()));
        self.pack(spec, self.flow(records, Flow::pictures(self.ctx.pool.threads()), units, work)).await
    }

    async fn generate_one(
        &self,
        mut looked: Looked,
        held: Held,
        (of, generator): (Arc<Generation>, Arc<Generator>),
    ) -> Result<Made, Trouble> {
        let index = looked.index;
        let is_wanted = looked.record.origin.is_empty();
        if of.makes != Makes::OfImages && !is_wanted
            || of.makes == Makes::OfImages && !looked.record.fate.is_output()
        {
            if matches!(looked.record.fate, Fate::Kept | Fate::Changed) {
                looked.record.fate = Fate::Passed;
            }
            return Ok(Made { index, products: vec![(looked.record, None)], held });
        }
        let picture = match looked.unusable.take() {
            Some(why) => Err(why),
            None if is_wanted => Ok(Bytes::new()),
            None => self.picture(&looked).await?,
        };
        let record = looked.record;
        let picture = match picture {
            Ok(picture) => picture,
            Err(why) => return Ok(Made { index, products: vec![(dropped(record, &why), None)], held }),
        };
        let seed = self.seed;
        let work = move || made(record, &picture, (&of, &generator), seed);
        let (product, held) = self.ctx.pool.run(held, self.cancel(), work).await?;
        Ok(Made { index, products: vec![product], held })
    }
}

fn refused(of: &Generation, what: &str) -> Trouble {
    Trouble::Failed(format!("{} needs a generator that takes {what}", of.operator))
}

/// The record of what the generator made, with its file.
fn made(
    mut record: Record,
    picture: &[u8],
    (of, generator): (&Generation, &Generator),
    seed: TaskSeed,
) -> (Record, Option<Bytes>) {
    let image = match of.makes {
        Makes::OfNoise(_) => {
            let key = SampleKey::of_bytes(&record.relative, picture);
            let mut draws = seed.draws_of_sample(of.operator, &of.canonical, &key, record.copy);
            generator.generate(&mut draws).map_err(|e| e.to_string())
        }
        Makes::OfImages => translated(generator, picture),
    };
    let file = image.and_then(|image| encode(&image, ImageFormat::Jpeg).map_err(|e| e.to_string()));
    match file {
        Ok(file) => {
            note(&mut record, of, generator);
            (record, Some(file.into()))
        }
        Err(error) => {
            record.fate = record.fate.left_out();
            record.reasons.push(Reason::new(
                "not_generated",
                format!("the generator gave no image: {error}"),
                format!("生成模型未能输出图片：{error}"),
            ));
            (record, None)
        }
    }
}

fn translated(generator: &Generator, picture: &[u8]) -> Result<Pixels, String> {
    let decoded = decode(picture, &DecodeLimits::default()).map_err(|e| e.to_string())?;
    generator.translate(&decoded.over_grey()).map_err(|e: GeneratorError| e.to_string())
}

/// Says in the record which network made its picture.
fn note(record: &mut Record, of: &Generation, generator: &Generator) {
    if of.makes == Makes::OfImages {
        record.name = name(record.ordinal, record.copy);
        // It shows another domain, and may have another size.
        record.origin_label_file = record.origin_label_file.take().or(record.label_file.take());
        record.labels.clear();
    }
    record.fate = Fate::Added;
    let model = of.model.name();
    let ran =
        json!({"model": of.model.to_string(), "digest": generator.digest(), "kernel": generator.kernel()});
    record.property.insert("generator".to_owned(), Value::from("onnx"));
    record.property.insert("@tidemill:generator".to_owned(), ran.clone());
    record.scores.insert("generator".to_owned(), ran);
    let reason = match of.makes {
        Makes::OfNoise(_) => Reason::new(
            "generated",
            format!("made of noise by the generator {model}"),
            format!("由生成模型{model}从噪声生成"),
        ),
        Makes::OfImages => Reason::new(
            "translated",
            format!("made of its origin by the generator {model}"),
            format!("由生成模型{model}从原图转换"),
        ),
    };
    record.reasons.push(reason);
}

/// The name of the `second`-th image of a class or of a picture.
pub(super) fn name(first: i64, second: u32) -> String {
    format!("CYcleGan_{first}_{second}.jpg")
}
