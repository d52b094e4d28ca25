//! A few samples of a dataset as a list of datasets shows them.

use crate::modelarts::{ModelArtsError, ModelArtsState, UrlSigner};
use tidemill_api::modelarts::dataset::AnnotationFile;
use tidemill_dataset::Dataset;
use tidemill_dataset::sample::Sample;
use tidemill_dataset::search::{Condition, Join, Order};
use tidemill_dataset::voc;

/// Samples that are shown of each dataset: the newest.
const SHOWN: u64 = 4;

/// The newest samples of a dataset.
pub(super) async fn of(
    state: &ModelArtsState,
    dataset: &Dataset,
    urls: &UrlSigner,
) -> Result<Vec<AnnotationFile>, ModelArtsError> {
    let all = Condition::Several(Join::And, Vec::new());
    let found = state.datasets.find_samples(&dataset.id, all, Order::Newest, 0, SHOWN).await?;
    Ok(found.samples.into_iter().map(|sample| shown(dataset, sample, urls)).collect())
}

fn shown(dataset: &Dataset, sample: Sample, urls: &UrlSigner) -> AnnotationFile {
    let location = sample.place.location();
    let name = location.map(|location| location.name().to_owned()).unwrap_or_default();
    let size = voc::size_of(&sample.metadata);
    AnnotationFile {
        file_type: name.rsplit_once('.').map(|(_, suffix)| suffix.to_lowercase()),
        url: location.and_then(|location| urls.get(location, None)),
        width: size.map(|size| size.width),
        height: size.map(|size| size.height),
        depth: size.map(|_| 3),
        file_name: name,
        file_id: sample.id,
        dataset_id: dataset.id.to_string(),
        create_time: sample.created_ms,
        size: sample.size,
    }
}
