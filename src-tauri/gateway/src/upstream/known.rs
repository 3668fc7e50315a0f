//! What was learned about providers while running, such as that one has no endpoint for counting tokens.

use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

use crate::ids::ProviderUid;

/// Providers of which something is known.
#[derive(Debug, Default)]
pub struct Known(RwLock<HashSet<ProviderUid>>);

impl Known {
    /// Whether it is known of this provider.
    pub fn contains(&self, uid: &ProviderUid) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(uid)
    }

    /// Learns it of this provider.
    pub fn add(&self, uid: &ProviderUid) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(uid.clone());
    }

    /// Forgets everything, for when providers were edited.
    pub fn clear(&self) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
