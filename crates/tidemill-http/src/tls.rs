//! TLS settings of both listeners.

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

/// Why a certificate or key cannot be used. The message names the file.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate file cannot be read or holds none.
    #[error("cannot use the TLS certificate {file}: {reason}")]
    Certificate {
        /// The file.
        file: String,
        /// What was wrong.
        reason: String,
    },
    /// The key file cannot be read, holds none, or does not fit the certificate.
    #[error("cannot use the TLS key {file}: {reason}")]
    Key {
        /// The file.
        file: String,
        /// What was wrong.
        reason: String,
    },
}

/// Reads a PEM certificate chain and its PEM key. Offers HTTP/1.1, TLS 1.2 and 1.3.
pub fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let bad_cert = |reason: String| TlsError::Certificate { file: cert.display().to_string(), reason };
    let bad_key = |reason: String| TlsError::Key { file: key.display().to_string(), reason };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| bad_cert(e.to_string()))?;
    if chain.is_empty() {
        return Err(bad_cert("no certificate in it".into()));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| bad_key(e.to_string()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| bad_cert(e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|e| bad_key(e.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
