//! A data folder that keyway-router used goes on being used: its database is set aside and imported.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::store::{self, Store, StoreError};

/// The name the old database is kept under; it is never written.
const SET_ASIDE: &str = "keyway-router.db";
/// SQLite's companions of a database file.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

/// A database of keyway-router that was set aside.
#[derive(Debug)]
pub(crate) struct SetAside {
    folder: PathBuf,
}

/// Opens the database of a data folder; one of keyway-router is set aside first, to be imported.
pub(crate) fn open(data_dir: &Path) -> Result<(Store, Option<SetAside>), StoreError> {
    match Store::open(data_dir) {
        Ok(store) => Ok((store, None)),
        Err(StoreError::ForeignDatabase {
            path,
            product,
            hint,
        }) => {
            if data_dir.join(SET_ASIDE).exists() {
                return Err(StoreError::ForeignDatabase {
                    path,
                    product,
                    hint,
                });
            }
            let old = SetAside {
                folder: data_dir.to_owned(),
            };
            old.move_all(store::FILE, SET_ASIDE)?;
            match Store::open(data_dir) {
                Ok(store) => Ok((store, Some(old))),
                Err(error) => {
                    old.put_back()?;
                    Err(error)
                }
            }
        }
        Err(error) => Err(error),
    }
}

impl SetAside {
    /// Where it lies now.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(SET_ASIDE)
    }

    /// Puts it back where it was, in place of what was made of it.
    pub(crate) fn put_back(&self) -> Result<(), StoreError> {
        for companion in COMPANIONS {
            let made = self.folder.join(format!("{}{companion}", store::FILE));
            match fs::remove_file(&made) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::Io { path: made, error });
                }
                Ok(()) | Err(_) => {}
            }
        }
        self.move_all(SET_ASIDE, store::FILE)
    }

    fn move_all(&self, from: &str, to: &str) -> Result<(), StoreError> {
        for companion in COMPANIONS {
            let old = self.folder.join(format!("{from}{companion}"));
            if old.exists() {
                let new = self.folder.join(format!("{to}{companion}"));
                fs::rename(&old, new).map_err(|error| StoreError::Io { path: old, error })?;
            }
        }
        Ok(())
    }
}
