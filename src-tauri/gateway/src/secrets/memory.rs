//! A keychain in memory, for tests.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use secrecy::SecretString;

use super::{Keychain, KeychainError};

/// A keychain that is gone with the process, and can be locked.
#[derive(Debug, Default)]
pub struct MemoryKeychain {
    secrets: Mutex<HashMap<String, SecretString>>,
    locked: Mutex<bool>,
}

impl MemoryKeychain {
    /// Locks it, or unlocks it.
    pub fn lock(&self, locked: bool) {
        *self.locked.lock().unwrap_or_else(PoisonError::into_inner) = locked;
    }

    /// How many secrets it holds.
    pub fn len(&self) -> usize {
        self.secrets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn with<T>(
        &self,
        act: impl FnOnce(&mut HashMap<String, SecretString>) -> T,
    ) -> Result<T, KeychainError> {
        if *self.locked.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(KeychainError::Locked);
        }
        Ok(act(&mut self
            .secrets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Keychain for MemoryKeychain {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
        self.with(|secrets| secrets.get(account).cloned())
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError> {
        self.with(|secrets| {
            secrets.insert(account.to_owned(), secret.clone());
        })
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.with(|secrets| {
            secrets.remove(account);
        })
    }
}
