//! Sealing and opening: Fernet, the format of keyway-router, so that its records can be read.

use std::fmt;

use fernet::Fernet;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::MasterKey;

/// A secret that only the master key opens; this is what the database holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(String);

impl Sealed {
    /// The token as the database keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Sealed {
    fn from(token: String) -> Self {
        Self(token)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// Seals and opens with one master key.
#[derive(Clone)]
pub struct Sealer(Fernet);

impl Sealer {
    /// The sealer of this master key.
    pub(super) fn with(key: &MasterKey) -> Option<Self> {
        Fernet::new(key.expose()).map(Self)
    }

    /// Seals a secret.
    pub fn seal(&self, secret: &SecretString) -> Sealed {
        Sealed(self.0.encrypt(secret.expose_secret().as_bytes()))
    }

    /// Opens what was sealed with the same master key.
    pub fn open(&self, sealed: &Sealed) -> Result<SecretString, CannotOpen> {
        let bytes = self.0.decrypt(sealed.as_str()).map_err(|_| CannotOpen)?;
        let bytes = Zeroizing::new(bytes);
        let text = std::str::from_utf8(&bytes).map_err(|_| CannotOpen)?;
        Ok(SecretString::from(text))
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

/// Another master key sealed it, or it was altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret cannot be opened with this master key")]
pub struct CannotOpen;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_with_its_own_key_only() {
        let mine = MasterKey::random().unwrap().sealer();
        let other = MasterKey::random().unwrap().sealer();

        let sealed = mine.seal(&SecretString::from("sk-ünïque"));

        assert!(!sealed.as_str().contains("nïque"));
        assert_eq!(mine.open(&sealed).unwrap().expose_secret(), "sk-ünïque");
        assert_eq!(other.open(&sealed).unwrap_err(), CannotOpen);
        assert!(mine.open(&Sealed::from("no token".to_owned())).is_err());
    }

    #[test]
    fn a_token_of_keyway_router_opens_with_the_same_keyway_secret() {
        // Made by Python `cryptography`: Fernet(urlsafe_b64encode(sha256(b"correct horse"))).
        let token = "gAAAAABrACgZ3NHnUMGEaMZP8lJ94JJGcO5J3efx3S_AlHehq4g5l-kIabgI2rODzTgmVunUf1ajGcIeFNSbEB8lsx_yzRHxYau08sghUVUc3y_dEjD5AP0=";
        let sealer = MasterKey::from_secret(&SecretString::from("correct horse")).sealer();

        let opened = sealer.open(&Sealed::from(token.to_owned())).unwrap();

        assert_eq!(opened.expose_secret(), "sk-upstream-0001");
    }

    #[test]
    fn debug_output_shows_nothing() {
        let sealer = MasterKey::random().unwrap().sealer();
        let secret = sealer.seal(&SecretString::from("x"));

        assert_eq!(format!("{secret:?} {sealer:?}"), "Sealed(…) Sealer(…)");
    }
}
