//! Secret keys at rest: AES-256-GCM under a key file in the data directory.

use super::error::IamError;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const NONCE_BYTES: usize = 12;
const KEY_BYTES: usize = 32;

/// Seals and opens secrets. A secret opens only under the access key it was sealed for.
pub(crate) struct Sealing(Aes256Gcm);

impl std::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealing(…)")
    }
}

impl Sealing {
    /// Reads the key file (64 hexadecimal characters), which only its owner may read.
    /// `None` if there is no such file.
    pub(crate) fn load(file: &Path) -> Result<Option<Self>, IamError> {
        let failed = |what: &dyn std::fmt::Display| IamError::Internal(format!("{}: {what}", file.display()));
        let opened = match File::open(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|e| failed(&e))?,
        };
        let mode = opened.metadata().map_err(|e| failed(&e))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(failed(&format!("mode is {:o}; others can read it, set it to 600", mode & 0o777)));
        }
        let mut text = String::new();
        opened.take(1024).read_to_string(&mut text).map_err(|e| failed(&e))?;
        let mut key = [0u8; KEY_BYTES];
        hex::decode_to_slice(text.trim(), &mut key)
            .map_err(|_| failed(&"is not a key of 64 hexadecimal characters"))?;
        Ok(Some(Self(Aes256Gcm::new(&key.into()))))
    }

    /// Makes the key file with mode 0600, durable when this returns.
    pub(crate) fn create(file: &Path) -> Result<Self, IamError> {
        let failed = |what: &dyn std::fmt::Display| IamError::Internal(format!("{}: {what}", file.display()));
        let mut key = [0u8; KEY_BYTES];
        getrandom::fill(&mut key).map_err(|e| failed(&e))?;
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
        let mut made = made.map_err(|e| failed(&e))?;
        made.write_all(hex::encode(key).as_bytes()).and_then(|()| made.sync_all()).map_err(|e| failed(&e))?;
        let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(|e| failed(&e))?;
        Ok(Self(Aes256Gcm::new(&key.into())))
    }

    pub(crate) fn seal(&self, access_key: &str, secret: &str) -> Result<String, IamError> {
        let mut nonce = [0u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|e| IamError::Internal(e.to_string()))?;
        let payload = Payload { msg: secret.as_bytes(), aad: access_key.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| IamError::Internal("a secret key could not be sealed".into()))?;
        Ok(hex::encode([nonce.as_slice(), &sealed].concat()))
    }

    pub(crate) fn open(&self, access_key: &str, sealed: &str) -> Result<String, IamError> {
        let failed = || {
            IamError::Internal(format!(
                "the secret of access key {access_key} does not open under this key file"
            ))
        };
        let raw = hex::decode(sealed).map_err(|_| failed())?;
        let (nonce, msg) = raw.split_first_chunk::<NONCE_BYTES>().ok_or_else(failed)?;
        let payload = Payload { msg, aad: access_key.as_bytes() };
        let opened = self.0.decrypt(&Nonce::from(*nonce), payload).map_err(|_| failed())?;
        String::from_utf8(opened).map_err(|_| failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_under_its_key_file_and_access_key() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        let sealed = Sealing::create(&one).unwrap().seal("AK", "secret").unwrap();
        assert!(!sealed.contains("secret") && !sealed.contains(&hex::encode("secret")));
        let again = Sealing::load(&one).unwrap().unwrap();
        assert_eq!(again.open("AK", &sealed).unwrap(), "secret");
        assert!(again.open("OTHER", &sealed).is_err());
        assert!(Sealing::create(&two).unwrap().open("AK", &sealed).is_err());
        assert_eq!(std::fs::metadata(&one).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_file_that_others_can_read_or_that_is_damaged_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        assert!(Sealing::load(&file).unwrap().is_none());
        Sealing::create(&file).unwrap();
        assert!(Sealing::create(&file).is_err());
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Sealing::load(&file).is_err());
        std::fs::write(&file, "short").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Sealing::load(&file).is_err());
    }
}
