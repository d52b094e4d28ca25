//! Where the real images and the default model of the tests are.

use std::path::{Path, PathBuf};
use tidemill_embedding::{Embedder, Level};
use tidemill_vision::{DecodeLimits, Pixels, decode};

fn folder(variable: &str, script: &str) -> PathBuf {
    let folder = std::env::var_os(variable);
    folder.unwrap_or_else(|| panic!("set {variable}, which {script} prints; scripts/test.sh does so")).into()
}

/// The folder of the real images.
pub(crate) fn images() -> PathBuf {
    folder("TIDEMILL_TEST_IMAGES", "scripts/test_images.sh")
}

/// The default model.
pub(crate) fn model() -> Embedder {
    let embedder = Embedder::open(&folder("TIDEMILL_TEST_MODEL", "scripts/embedding_model.sh")).unwrap();
    assert_eq!(embedder.level(), Level::Default);
    embedder
}

/// An image as embeddings look at it.
pub(crate) fn read(path: &Path) -> Pixels {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    decode(&bytes, &DecodeLimits::default()).unwrap().over_grey().into_owned()
}
