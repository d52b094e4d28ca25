//! Generated credentials: kept in the data directory with mode 0600, shown once.

use crate::data_dir::write_new;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the file in the data directory.
const FILE: &str = "credentials.toml";

/// What a client needs to act as the first user.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) project_id: String,
    pub(crate) domain: String,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) region: String,
}

/// Secrets stay out of logs and panics.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.access_key_id)
    }
}

/// The file's path inside `data_dir`.
pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// The credentials kept in `data_dir`; `None` if none were.
pub(crate) fn load(data_dir: &Path) -> Result<Option<Credentials>> {
    let path = path(data_dir);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    // The parser's message would quote the line, and the line may be the secret.
    let parsed = toml::from_str(&text).map_err(|_| anyhow::anyhow!("{} is damaged", path.display()))?;
    Ok(Some(parsed))
}

/// Keeps the credentials in `data_dir`, durable when this returns.
pub(crate) fn store(data_dir: &Path, credentials: &Credentials) -> Result<()> {
    let path = path(data_dir);
    let text = toml::to_string(credentials).context("credentials as TOML")?;
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
        assert!(load(dir.path()).unwrap().is_none());
        let kept = Credentials {
            access_key_id: generate_access_key().unwrap(),
            secret_access_key: generate_secret().unwrap(),
            project_id: "0".repeat(32),
            domain: "local".into(),
            user: "admin".into(),
            password: "p".into(),
            region: "local-1".into(),
        };
        store(dir.path(), &kept).unwrap();
        let back = load(dir.path()).unwrap().unwrap();
        assert_eq!(back.secret_access_key, kept.secret_access_key);
        assert_eq!(std::fs::metadata(path(dir.path())).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{kept:?}").contains(&kept.secret_access_key));
    }
}
