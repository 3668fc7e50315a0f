//! Whom to trust: the system's certificates, else Mozilla's, and those the user adds.

use std::{fs, io, sync::Arc};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, pem::PemObject};

/// A certificate file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use the certificates in {path:?}: {reason}; it must be a PEM file")]
pub struct TrustError {
    path: String,
    reason: String,
}

/// The TLS settings for upstreams, with the certificates of one more PEM file.
pub(super) fn client_config(extra_ca: Option<&str>) -> Result<ClientConfig, TrustError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(path) = extra_ca {
        add_file(&mut roots, path)?;
    }
    Ok(config(roots))
}

fn config(roots: RootCertStore) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder
        .with_safe_default_protocol_versions()
        .unwrap_or_else(|_| ClientConfig::builder());
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// Devices and pipes may never end, and no list of certificates is larger than this.
fn read(path: &str) -> io::Result<Vec<u8>> {
    const MOST_BYTES: u64 = 16 << 20;
    let about = fs::metadata(path)?;
    if !about.is_file() || about.len() > MOST_BYTES {
        return Err(io::Error::other("it is no file of certificates"));
    }
    fs::read(path)
}

fn add_file(roots: &mut RootCertStore, path: &str) -> Result<(), TrustError> {
    let fail = |reason: String| TrustError {
        path: path.to_owned(),
        reason,
    };
    let pem = read(path).map_err(|error| fail(error.to_string()))?;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| fail(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| fail(error.to_string()))?;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_device_without_end_is_no_file_of_certificates() {
        let error = client_config(Some("/dev/zero")).unwrap_err();
        assert!(error.to_string().contains("no file of certificates"));
    }
}
