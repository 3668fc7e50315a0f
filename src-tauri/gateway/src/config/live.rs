use std::sync::Arc;

use arc_swap::ArcSwap;

use super::Snapshot;

/// The configuration in force; replaced whole, never edited.
#[derive(Debug)]
pub struct LiveConfig(ArcSwap<Snapshot>);

impl LiveConfig {
    /// Begins with this snapshot.
    pub fn new(snapshot: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(snapshot))
    }

    /// The configuration in force now.
    pub fn now(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// Puts another in force for all requests that begin later.
    pub fn replace(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}
