//! A data folder that keyway-router used goes on being used: its database is set aside and imported.
//!
//! Until the import is done the old database lies under a staging name, so that a start that was cut off at
//! any moment is undone by the next one. The main file moves last when it goes and first when it comes back:
//! whether it is there says how far the move got.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::store::{self, Store, StoreError};

/// The name the old database has while it is being imported.
const STAGED: &str = "keyway-router.db.importing";
/// The name it is kept under; it is never written.
const KEPT: &str = "keyway-router.db";
/// SQLite's companions of a database file.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// A database of keyway-router that was set aside to be imported.
#[derive(Debug)]
pub(crate) struct SetAside {
    folder: PathBuf,
}

/// Opens the database of a data folder; one of keyway-router is set aside first, to be imported.
pub(crate) fn open(data_dir: &Path) -> Result<(Store, Option<SetAside>), StoreError> {
    let old = SetAside {
        folder: data_dir.to_owned(),
    };
    old.restore()?;
    match Store::open(data_dir) {
        Ok(store) => Ok((store, None)),
        Err(StoreError::ForeignDatabase { .. }) if !data_dir.join(KEPT).exists() => {
            old.set_aside()?;
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
    /// Where it lies while it is being imported.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(STAGED)
    }

    /// Keeps it for good, now that everything in it was imported; says where.
    pub(crate) fn keep(&self) -> Result<PathBuf, StoreError> {
        self.move_companions(STAGED, KEPT)?;
        self.rename(STAGED, KEPT, "")?;
        Ok(self.folder.join(KEPT))
    }

    /// Undoes what an earlier start left half done.
    fn restore(&self) -> Result<(), StoreError> {
        if self.path().exists() {
            tracing::warn!("an import of keyway-router's database was cut off; it begins anew");
            return self.put_back();
        }
        // Without the main file only the companions had moved; nothing was made yet.
        self.move_companions(STAGED, store::FILE)
    }

    /// Puts it back where it was, in place of what was made of it.
    pub(crate) fn put_back(&self) -> Result<(), StoreError> {
        for companion in COMPANIONS {
            self.remove(&format!("{}{companion}", store::FILE))?;
        }
        self.rename(STAGED, store::FILE, "")?;
        self.move_companions(STAGED, store::FILE)
    }

    fn set_aside(&self) -> Result<(), StoreError> {
        self.move_companions(store::FILE, STAGED)?;
        self.rename(store::FILE, STAGED, "")
    }

    fn move_companions(&self, from: &str, to: &str) -> Result<(), StoreError> {
        COMPANIONS
            .iter()
            .filter(|companion| self.folder.join(format!("{from}{companion}")).exists())
            .try_for_each(|companion| self.rename(from, to, companion))
    }

    fn rename(&self, from: &str, to: &str, companion: &str) -> Result<(), StoreError> {
        let old = self.folder.join(format!("{from}{companion}"));
        let new = self.folder.join(format!("{to}{companion}"));
        fs::rename(&old, new).map_err(|error| StoreError::Io { path: old, error })
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.folder.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::Io { path, error })
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn files(folder: &Path) -> BTreeMap<String, String> {
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    #[test]
    fn what_was_set_aside_comes_back_whole_from_every_step() {
        for step in ["wal moved", "all moved", "new one made"] {
            let folder = tempfile::tempdir().unwrap();
            let old = SetAside {
                folder: folder.path().to_owned(),
            };
            for (name, text) in [("keyway.db", "main"), ("keyway.db-wal", "wal")] {
                fs::write(folder.path().join(name), text).unwrap();
            }
            let before = files(folder.path());
            old.move_companions(store::FILE, STAGED).unwrap();
            if step != "wal moved" {
                old.rename(store::FILE, STAGED, "").unwrap();
            }
            if step == "new one made" {
                fs::write(folder.path().join("keyway.db"), "ours").unwrap();
                fs::write(folder.path().join("keyway.db-wal"), "ours").unwrap();
            }
            old.restore().unwrap();
            assert_eq!(files(folder.path()), before, "{step}");
        }
    }
}
