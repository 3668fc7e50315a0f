//! The master key: where it lies, and that the right one is at hand.
//!
//! A data folder remembers (in its [`Canary`]) which kind of place its master key lies in. Once that
//! is written no other key is ever taken for it: a key that is missing or wrong is an error that
//! says what to do, and nothing is changed.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use base64::{Engine, engine::general_purpose::URL_SAFE};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Keychain, KeychainError, Sealed, Sealer};

/// What a canary holds when it is opened.
const SONG: &str = "keyway";

const FILE: &str = "master.key";
const NEXT_FILE: &str = "master.key.next";

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

    fn to_secret(&self) -> SecretString {
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

    fn sings_for(&self, key: &MasterKey) -> bool {
        key.sealer()
            .open(&self.sealed)
            .is_ok_and(|song| song.expose_secret() == SONG)
    }
}

/// The places a master key can come from on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The data folder, home of `master.key`.
    pub data_dir: &'a Path,
    /// `KEYWAY_SECRET`; an empty one counts as none.
    pub secret: Option<&'a SecretString>,
    /// The keychain, when there is one.
    pub keychain: Option<&'a dyn Keychain>,
}

/// The master key at hand.
#[derive(Debug)]
pub struct Unlocked {
    /// The key.
    pub key: MasterKey,
    /// Where it lies.
    pub source: MasterSource,
}

impl<'a> Places<'a> {
    /// The master key this data folder was sealed with.
    ///
    /// A rotation that was cut off between its steps is completed: the next key takes its place when
    /// it is the one that opens the canary.
    pub fn find(&self, canary: &Canary) -> Result<Unlocked, SecretsError> {
        let source = canary.source;
        if source != MasterSource::Environment
            && self
                .secret()
                .is_some_and(|secret| !canary.sings_for(&MasterKey::from_secret(secret)))
        {
            return Err(SecretsError::WrongMasterKey {
                place: source,
                found: Found::OtherSecret,
            });
        }
        let mut found = Found::Nothing;
        for slot in [Slot::Current, Slot::Next] {
            let Some(key) = self.read(source, slot)? else {
                continue;
            };
            if canary.sings_for(&key) {
                if slot == Slot::Next {
                    self.promote(source, &key)?;
                }
                return Ok(Unlocked { key, source });
            }
            found = Found::OtherKey;
        }
        Err(SecretsError::WrongMasterKey {
            place: source,
            found,
        })
    }

    /// The master key for a data folder that holds nothing sealed: what is given, else what is
    /// lying there, else one that is made and put in the safest place at hand.
    pub fn choose(&self) -> Result<Unlocked, SecretsError> {
        if let Some(secret) = self.secret() {
            return Ok(Unlocked {
                key: MasterKey::from_secret(secret),
                source: MasterSource::Environment,
            });
        }
        if let Some(key) = self.read(MasterSource::File, Slot::Current)? {
            return Ok(Unlocked {
                key,
                source: MasterSource::File,
            });
        }
        match self.choose_in_keychain() {
            Ok(Some(key)) => {
                return Ok(Unlocked {
                    key,
                    source: MasterSource::Keychain,
                });
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, "the keychain is of no use; the master key goes into a file");
            }
        }
        let key = MasterKey::random()?;
        self.write(MasterSource::File, Slot::Current, &key)?;
        Ok(Unlocked {
            key,
            source: MasterSource::File,
        })
    }

    /// Puts the key of a rotation beside the one in force.
    pub fn stage(&self, source: MasterSource, key: &MasterKey) -> Result<(), SecretsError> {
        self.write(source, Slot::Next, key)
    }

    /// Puts the key of a completed rotation in force.
    pub fn promote(&self, source: MasterSource, key: &MasterKey) -> Result<(), SecretsError> {
        self.write(source, Slot::Current, key)?;
        self.forget(source, Slot::Next)
    }

    /// Removes the key that a rotation to another place left behind.
    pub fn retire(&self, source: MasterSource) -> Result<(), SecretsError> {
        self.forget(source, Slot::Current)
    }

    fn secret(&self) -> Option<&'a SecretString> {
        self.secret
            .filter(|secret| !secret.expose_secret().trim().is_empty())
    }

    /// A key that was just written counts only once it could be read again.
    fn choose_in_keychain(&self) -> Result<Option<MasterKey>, SecretsError> {
        if self.keychain.is_none() {
            return Ok(None);
        }
        if let Some(key) = self.read(MasterSource::Keychain, Slot::Current)? {
            return Ok(Some(key));
        }
        let key = MasterKey::random()?;
        self.write(MasterSource::Keychain, Slot::Current, &key)?;
        self.read(MasterSource::Keychain, Slot::Current)
    }

    fn read(&self, source: MasterSource, slot: Slot) -> Result<Option<MasterKey>, SecretsError> {
        let text = match source {
            MasterSource::Environment => return Ok(self.secret().map(MasterKey::from_secret)),
            MasterSource::Keychain => self.keychain()?.get(&self.account(slot))?,
            MasterSource::File => read_file(&self.path(slot))?,
        };
        match text {
            None => Ok(None),
            Some(text) => MasterKey::parse(&text)
                .map(Some)
                .ok_or(SecretsError::Damaged(source)),
        }
    }

    fn write(&self, source: MasterSource, slot: Slot, key: &MasterKey) -> Result<(), SecretsError> {
        match source {
            MasterSource::Environment => Ok(()),
            MasterSource::Keychain => Ok(self
                .keychain()?
                .set(&self.account(slot), &key.to_secret())?),
            MasterSource::File => write_file(&self.path(slot), key),
        }
    }

    fn forget(&self, source: MasterSource, slot: Slot) -> Result<(), SecretsError> {
        match source {
            MasterSource::Environment => Ok(()),
            MasterSource::Keychain => Ok(self.keychain()?.delete(&self.account(slot))?),
            MasterSource::File => match fs::remove_file(self.path(slot)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(SecretsError::io(&self.path(slot), error))
                }
                Ok(()) | Err(_) => Ok(()),
            },
        }
    }

    fn keychain(&self) -> Result<&'a dyn Keychain, SecretsError> {
        self.keychain
            .ok_or(SecretsError::Keychain(KeychainError::Absent(
                "no session bus".to_owned(),
            )))
    }

    /// The entry's account: one per data folder, so that two installations never share a key.
    fn account(&self, slot: Slot) -> String {
        let folder = fs::canonicalize(self.data_dir).unwrap_or_else(|_| self.data_dir.to_owned());
        match slot {
            Slot::Current => folder.display().to_string(),
            Slot::Next => format!("{} (next)", folder.display()),
        }
    }

    fn path(&self, slot: Slot) -> PathBuf {
        self.data_dir.join(match slot {
            Slot::Current => FILE,
            Slot::Next => NEXT_FILE,
        })
    }
}

/// The key in force, and the one that a rotation is about to put in force.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Current,
    Next,
}

fn read_file(path: &Path) -> Result<Option<SecretString>, SecretsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(SecretString::from(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SecretsError::io(path, error)),
    }
}

/// Written beside and renamed over: never a moment with wider permissions or half a key.
fn write_file(path: &Path, key: &MasterKey) -> Result<(), SecretsError> {
    let beside = path.with_extension("writing");
    let put = || -> io::Result<()> {
        let mut file = private_file(&beside)?;
        file.write_all(key.expose().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        path.parent().map_or(Ok(()), sync_folder)
    };
    put().map_err(|error| SecretsError::io(path, error))
}

fn private_file(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the signature of the Unix form")]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
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
    fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }
}

#[cfg(test)]
mod tests;
