//! The bundled data: real, public domain, told about in demo/data/README.md.

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use std::io::Read;

const PACKED: &[u8] = include_bytes!("../../../../../demo/data/flights.csv.gz");

/// The file as it was before it was packed.
pub(super) fn flights() -> Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    GzDecoder::new(PACKED).read_to_end(&mut unpacked).context("unpacking the bundled data")?;
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_what_its_readme_says() {
        let data = super::flights().unwrap();
        assert_eq!((data.len(), data.iter().filter(|b| **b == b'\n').count()), (5_364_901, 58_486));
        assert!(data.ends_with(b"\n") && !data.contains(&b'\r'));
    }
}
