//! Who serves a data folder: one gateway at most, and everybody can tell whether there is one.
//!
//! A lock of the operating system says so. Unlike a file with a number in it, it ends with its process,
//! however that ends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

/// The file that is locked; it stays behind, empty.
const FILE: &str = "keyway.serving";

/// Held by the gateway that serves a data folder.
#[derive(Debug)]
pub(crate) struct Serving {
    _lock: File,
}

impl Serving {
    /// Takes the place; none when another gateway has it.
    pub(crate) fn begin(data_dir: &Path) -> io::Result<Option<Self>> {
        let mut opening = OpenOptions::new();
        opening.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut opening, 0o600);
        let lock = opening.open(data_dir.join(FILE))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Whether a gateway serves this data folder now.
pub(crate) fn is_served(data_dir: &Path) -> bool {
    data_dir.join(FILE).exists() && matches!(Serving::begin(data_dir), Ok(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gateway_at_a_time_serves_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_served(folder.path()));
        let first = Serving::begin(folder.path()).unwrap();
        assert!(first.is_some());
        assert!(is_served(folder.path()));
        assert!(Serving::begin(folder.path()).unwrap().is_none());
        drop(first);
        assert!(!is_served(folder.path()));
        assert!(Serving::begin(folder.path()).unwrap().is_some());
    }
}
