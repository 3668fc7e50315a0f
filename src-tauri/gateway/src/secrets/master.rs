//! The master key: where it lies, and that the right one is at hand.
//!
//! A data folder remembers (in its [`Canary`]) which kind of place its master key lies in. Once that
//! is written no other key is ever taken for it: a key that is missing or wrong is an error that
//! says what to do, and nothing is changed.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use base64::{Engine, engine::general_purpose::URL_SAFE};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{KeychainError, Sealed, Sealer};

/// What a canary holds when it is opened.
const SONG: &str = "keyway";

/// The key that seals all others.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<String>);

impl MasterKey {
    /// The key that keyway-router makes of `KEYWAY_SECRET` (trimmed, as it does): its SHA-256, so that
    /// databases of both open.
    pub fn from_secret(secret: &SecretString) -> Self {
        let hash = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(
            secret.expose_secret().trim(),
        )));
        Self(Zeroizing::new(URL_SAFE.encode(hash.as_slice())))
    }

    /// A key nobody has seen.
    pub fn random() -> Result<Self, SecretsError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        getrandom::fill(bytes.as_mut_slice())
            .map_err(|error| SecretsError::NoRandomness(error.to_string()))?;
        Ok(Self(Zeroizing::new(URL_SAFE.encode(bytes.as_slice()))))
    }

    /// Reads the text form, as the file and the keychain hold it.
    pub fn parse(text: &SecretString) -> Option<Self> {
        let key = Self(Zeroizing::new(text.expose_secret().trim().to_owned()));
        Sealer::with(&key).map(|_| key)
    }

    /// Seals and opens with this key.
    pub fn sealer(&self) -> Sealer {
        Sealer::with(self).expect("a master key is 32 bytes in url-safe base64 by construction")
    }

    /// The one place where the key leaves its type.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn to_secret(&self) -> SecretString {
        SecretString::from(self.0.as_str())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Where the master key lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MasterSource {
    /// `KEYWAY_SECRET` of the environment.
    Environment,
    /// The keychain of the operating system.
    Keychain,
    /// `master.key` in the data folder.
    File,
}

impl MasterSource {
    /// The name in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Keychain => "keychain",
            Self::File => "file",
        }
    }
}

impl fmt::Display for MasterSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "KEYWAY_SECRET",
            Self::Keychain => "the keychain of the operating system",
            Self::File => "the file master.key in the data folder",
        })
    }
}

impl FromStr for MasterSource {
    type Err = SecretsError;

    fn from_str(text: &str) -> Result<Self, SecretsError> {
        match text {
            "environment" => Ok(Self::Environment),
            "keychain" => Ok(Self::Keychain),
            "file" => Ok(Self::File),
            _ => Err(SecretsError::UnknownSource(text.to_owned())),
        }
    }
}

/// What a data folder remembers of its master key: where it lies, and something it sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// Where the key lies.
    pub source: MasterSource,
    /// What only that key opens.
    pub sealed: Sealed,
}

impl Canary {
    /// The canary of a key.
    pub fn of(source: MasterSource, sealer: &Sealer) -> Self {
        Self {
            source,
            sealed: sealer.seal(&SecretString::from(SONG)),
        }
    }

    pub(super) fn sings_for(&self, key: &MasterKey) -> bool {
        key.sealer()
            .open(&self.sealed)
            .is_ok_and(|song| song.expose_secret() == SONG)
    }
}

/// The master key at hand.
#[derive(Debug)]
pub struct Unlocked {
    /// The key.
    pub key: MasterKey,
    /// Where it lies.
    pub source: MasterSource,
}

/// What was there where the master key should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// No key at all.
    Nothing,
    /// A key that does not open the secrets.
    OtherKey,
    /// A `KEYWAY_SECRET`, though the secrets were sealed with a key from elsewhere.
    OtherSecret,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "which is missing: put it back, or restore the data folder together with its key",
            Self::OtherKey => "and the key found there is another one: put the right one back",
            Self::OtherSecret => {
                "but KEYWAY_SECRET is set to something else: unset it, or rotate the master key to it first"
            }
        })
    }
}

/// Why the master key is not at hand.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The secrets of this data folder were sealed with another key; nothing was changed.
    #[error(
        "the secrets in this data folder were sealed with the master key from {place}, {found}"
    )]
    WrongMasterKey {
        /// Where the right key lay.
        place: MasterSource,
        /// What was found there.
        found: Found,
    },
    /// The keychain did not give it.
    #[error("the master key lies in the keychain of the operating system: {0}")]
    Keychain(#[from] KeychainError),
    /// What lies there is no key.
    #[error("{0} holds something that is no master key")]
    Damaged(MasterSource),
    /// The database names a place that this version does not know.
    #[error("unknown place of the master key {0:?}; this data folder is of a newer version")]
    UnknownSource(String),
    /// The operating system gave no random bytes.
    #[error("no random bytes: {0}")]
    NoRandomness(String),
    /// The key file could not be read or written.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
}

impl SecretsError {
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }
}
