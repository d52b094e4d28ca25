//! Which pictures of the development set are photographs. The wallpapers are partly drawn, and some of the images of the
//! Python packages are there for their texture or come from microscopes and telescopes.

use crate::support::images;
use serde::Deserialize;

const DRAWN: [&str; 22] = [
    "Altai",
    "Autumn",
    "Canopee",
    "Cascade",
    "Cluster",
    "DarkestHour",
    "Elarun",
    "Flow",
    "FlyingKonqui",
    "Honeywave",
    "IceCold",
    "Kay",
    "Kokkini",
    "MilkyWay",
    "Opal",
    "PastelHills",
    "Patak",
    "SafeLanding",
    "Shell",
    "Volna",
    "summer_1am",
    "umang_by_Abhishek_Mudgal",
];
const SCIENTIFIC: [&str; 8] =
    ["cell", "clock_motion", "grass", "gravel", "hubble_deep_field", "ihc", "moon", "retina"];

/// A picture of the development set.
#[derive(Clone, Deserialize)]
pub(crate) struct Listed {
    pub(crate) file: String,
    /// The picture that this one is a part of.
    pub(crate) group: String,
    source: String,
}

impl Listed {
    /// Taken with a camera, of something that people take photos of.
    pub(crate) fn is_photograph(&self) -> bool {
        !DRAWN.contains(&self.group.as_str()) && !SCIENTIFIC.contains(&self.group.as_str())
    }

    /// The picture as it was made, not a tile of it.
    pub(crate) fn is_whole(&self) -> bool {
        self.file.starts_with("whole/") || (self.is_photo() && self.source.starts_with("scikit"))
    }

    /// One of those that look different from all others.
    pub(crate) fn is_photo(&self) -> bool {
        self.file.starts_with("photos/")
    }
}

/// All of them.
pub(crate) fn listed() -> Vec<Listed> {
    let manifest = std::fs::read_to_string(images().join("manifest.jsonl")).unwrap();
    manifest.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
