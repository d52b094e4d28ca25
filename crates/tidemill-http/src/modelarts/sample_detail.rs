//! A sample as answers show it.

use crate::modelarts::{UrlSigner, sample_labels};
use tidemill_api::modelarts::sample::Sample as Wire;
use tidemill_bucket::{Location, Scheme};
use tidemill_dataset::SampleType;
use tidemill_dataset::sample::{Place, Sample, Usage};

/// The sample; its URL gets an image through the image parameter `process`.
pub(super) fn of(sample: Sample, urls: &UrlSigner, process: Option<&str>, labels: bool) -> Wire {
    let process = process.filter(|_| sample.kind == SampleType::Image);
    let source = match (&sample.place, &sample.content) {
        (Place::Inline, content) => content.as_ref().map(|text| format!("content://{text}")),
        (Place::Object(location) | Place::Line(location, _), _) => urls.get(location, process),
    };
    let location = sample.place.location();
    Wire {
        sample_type: sample.kind.code(),
        sample_name: location.map(|location| location.name().to_owned()).unwrap_or_default(),
        sample_dir: location.map(directory).unwrap_or_default(),
        sample_size: sample.size,
        sample_status: sample.status.as_str().to_owned(),
        sample_time: sample.modified_ms,
        sample_usage: sample.usage.map(Usage::as_str).map(str::to_owned),
        source,
        metadata: sample_labels::metadata(&sample),
        sample_data: sample.content.map(|text| vec![text]),
        labels: labels.then(|| sample.labels.into_iter().map(sample_labels::shown).collect()),
        sample_id: sample.id,
    }
}

fn directory(location: &Location) -> String {
    let parent = location.key.rsplit_once('/').map(|(parent, _)| format!("{parent}/")).unwrap_or_default();
    Location { bucket: location.bucket.clone(), key: parent }.written(Scheme::S3)
}
