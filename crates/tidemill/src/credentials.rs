//! Generated credentials: kept in the data directory with mode 0600, shown once.

use crate::data_dir::write_new;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the file in the data directory.
const FILE: &str = "credentials.toml";

/// What was generated at the first start because no setting gave it. What a setting gave is not written down.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Generated {
    /// Access key; always with its secret.
    pub(crate) access_key_id: Option<String>,
    pub(crate) secret_access_key: Option<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) password: Option<String>,
}

/// Secrets stay out of logs and panics.
impl std::fmt::Debug for Generated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Generated({:?})", self.access_key_id)
    }
}

/// The file's path inside `data_dir`.
pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// What is kept in `data_dir`; empty if nothing is.
pub(crate) fn load(data_dir: &Path) -> Result<Generated> {
    let path = path(data_dir);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Generated::default()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    // The parser's message would quote the line, and the line may be the secret.
    toml::from_str(&text).map_err(|_| anyhow::anyhow!("{} is damaged", path.display()))
}

/// Keeps them in `data_dir`, durable when this returns.
pub(crate) fn store(data_dir: &Path, generated: &Generated) -> Result<()> {
    let path = path(data_dir);
    let text = toml::to_string(generated).context("credentials as TOML")?;
    write_new(&path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// An access key in the usual form: 20 upper-case letters and digits.
pub(crate) fn generate_access_key() -> Result<String> {
    letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20)
}

/// A secret of 40 letters and digits.
pub(crate) fn generate_secret() -> Result<String> {
    letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 40)
}

/// `alphabet` has a power of two of letters, so that every letter is equally likely.
fn letters(alphabet: &[u8], count: usize) -> Result<String> {
    let mut raw = vec![0u8; count];
    getrandom::fill(&mut raw).context("the operating system gives no randomness")?;
    Ok(raw.iter().map(|b| alphabet[usize::from(*b) % alphabet.len()] as char).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn they_survive_the_file_which_only_the_owner_reads() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path()).unwrap(), Generated::default());
        let kept = Generated {
            access_key_id: Some(generate_access_key().unwrap()),
            secret_access_key: Some(generate_secret().unwrap()),
            ..Generated::default()
        };
        store(dir.path(), &kept).unwrap();
        assert_eq!(load(dir.path()).unwrap(), kept);
        assert_eq!(std::fs::metadata(path(dir.path())).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{kept:?}").contains(kept.secret_access_key.as_deref().unwrap()));
    }
}
