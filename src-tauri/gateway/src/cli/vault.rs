//! The database and its master key, opened without a gateway.

use crate::{
    options::Options,
    secrets::{Keychain, OsKeychain, Unlocked},
    store::{self, Store},
};

use super::failure::Failure;

/// An opened data folder.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) store: Store,
    pub(super) unlocked: Unlocked,
}

/// Opens the database and finds its master key. Blocks.
pub(super) fn open(options: &Options) -> Result<Opened, Failure> {
    let store = Store::open(&options.data_dir)?;
    let keychain = keychain(options);
    let unlocked = store::vault::unlock(
        &store,
        options.secret.as_ref(),
        as_keychain(keychain.as_ref()),
    )?;
    Ok(Opened { store, unlocked })
}

/// The keychain of this session, when there is one and it may be used.
pub(super) fn keychain(options: &Options) -> Option<OsKeychain> {
    let (bus, folder) = (
        options.session_bus.as_deref(),
        options.runtime_dir.as_deref(),
    );
    options
        .keychain
        .then(|| OsKeychain::of_session(bus, folder))
        .flatten()
}

/// As the store takes it.
pub(super) fn as_keychain(keychain: Option<&OsKeychain>) -> Option<&dyn Keychain> {
    keychain.map(|keychain| keychain as &dyn Keychain)
}
