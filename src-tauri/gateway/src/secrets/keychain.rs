//! The keychain of the operating system.
//!
//! Every call runs on a thread of its own with a time limit: a locked keychain asks its user, and
//! without a display that question is never answered. The store is opened anew for each call,
//! because one that hung once hangs for ever, and calls are rare (one at start, a few in a rotation).

use std::{fmt, path::Path, sync::mpsc, thread, time::Duration};

use keyring_core::Error as StoreError;
use secrecy::{ExposeSecret, SecretString};

const SERVICE: &str = "keyway";

/// How long a keychain may take; an unlocked one answers within 50 ms.
const LIMIT: Duration = Duration::from_secs(3);

/// A place of named secrets outside the data folder.
pub trait Keychain: fmt::Debug + Send + Sync {
    /// The secret of this account, when there is one.
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError>;
    /// Puts a secret there, over any that was there.
    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError>;
    /// Removes the secret, when there is one.
    fn delete(&self, account: &str) -> Result<(), KeychainError>;
}

/// Why the keychain did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// It waits for its user.
    #[error("it is locked: unlock it (log in to the desktop) and start again")]
    Locked,
    /// There is none to talk to.
    #[error("it cannot be reached ({0}): start again inside the desktop session that made it")]
    Absent(String),
    /// It refused.
    #[error("it refused: {0}")]
    Refused(String),
}

/// Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
#[derive(Debug, Clone, Copy)]
pub struct OsKeychain(());

impl OsKeychain {
    /// The keychain of this session, when there can be one: on Linux only inside a D-Bus session.
    ///
    /// `bus` is `DBUS_SESSION_BUS_ADDRESS`, `runtime_dir` is `XDG_RUNTIME_DIR`.
    pub fn of_session(bus: Option<&str>, runtime_dir: Option<&Path>) -> Option<Self> {
        let has_bus = bus.is_some_and(|address| !address.is_empty())
            || runtime_dir.is_some_and(|folder| folder.join("bus").exists());
        (has_bus || cfg!(not(target_os = "linux"))).then_some(Self(()))
    }
}

impl Keychain for OsKeychain {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
        match call(account, |entry| {
            entry.get_password().map(SecretString::from)
        }) {
            Ok(secret) => Ok(Some(secret)),
            Err(Failure::NoEntry) => Ok(None),
            Err(Failure::Other(error)) => Err(error),
        }
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError> {
        let secret = secret.clone();
        match call(account, move |entry| {
            entry.set_password(secret.expose_secret())
        }) {
            Ok(()) => Ok(()),
            Err(Failure::NoEntry) => Err(KeychainError::Refused("no such entry".to_owned())),
            Err(Failure::Other(error)) => Err(error),
        }
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        match call(account, keyring_core::Entry::delete_credential) {
            Ok(()) | Err(Failure::NoEntry) => Ok(()),
            Err(Failure::Other(error)) => Err(error),
        }
    }
}

enum Failure {
    NoEntry,
    Other(KeychainError),
}

fn call<T: Send + 'static>(
    account: &str,
    act: impl FnOnce(&keyring_core::Entry) -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let account = account.to_owned();
    let (tell, told) = mpsc::sync_channel(1);
    let work = move || {
        let answer = entry(&account).and_then(|entry| act(&entry));
        tell.send(answer).ok(); // nobody listens any more once the limit has passed
    };
    thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(work)
        .map_err(|error| Failure::Other(KeychainError::Absent(error.to_string())))?;
    match told.recv_timeout(LIMIT) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failure(error)),
        Err(_) => Err(Failure::Other(KeychainError::Locked)),
    }
}

fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::NoEntry => Failure::NoEntry,
        StoreError::NoStorageAccess(_) => Failure::Other(KeychainError::Locked),
        StoreError::PlatformFailure(why) => Failure::Other(KeychainError::Absent(why.to_string())),
        // Their own text could quote what is stored.
        StoreError::BadEncoding(_)
        | StoreError::BadDataFormat(..)
        | StoreError::BadStoreFormat(_)
        | StoreError::TooLong(..)
        | StoreError::Invalid(..)
        | StoreError::Ambiguous(_)
        | StoreError::NoDefaultStore
        | StoreError::NotSupportedByStore(_)
        | _ => Failure::Other(KeychainError::Refused("unexpected contents".to_owned())),
    }
}

#[cfg(target_os = "linux")]
fn entry(account: &str) -> keyring_core::Result<keyring_core::Entry> {
    use keyring_core::api::CredentialStoreApi;
    let label = format!("Keyway master key of {account}");
    let modifiers = [("label", label.as_str())].into();
    zbus_secret_service_keyring_store::Store::new()?.build(SERVICE, account, Some(&modifiers))
}

#[cfg(target_os = "macos")]
fn entry(account: &str) -> keyring_core::Result<keyring_core::Entry> {
    use keyring_core::api::CredentialStoreApi;
    apple_native_keyring_store::keychain::Store::new()?.build(SERVICE, account, None)
}

#[cfg(target_os = "windows")]
fn entry(account: &str) -> keyring_core::Result<keyring_core::Entry> {
    use keyring_core::api::CredentialStoreApi;
    windows_native_keyring_store::Store::new()?.build(SERVICE, account, None)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn entry(_account: &str) -> keyring_core::Result<keyring_core::Entry> {
    Err(StoreError::NoDefaultStore)
}
