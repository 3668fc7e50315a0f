//! Where the master key lies, found, chosen and changed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use super::{
    Keychain, KeychainError, MasterKey,
    master::{Canary, Found, MasterSource, SecretsError, Unlocked},
};

const FILE: &str = "master.key";
const NEXT_FILE: &str = "master.key.next";

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

#[cfg(test)]
mod tests;
