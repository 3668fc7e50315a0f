//! What keeps secrets secret at rest: one master key, and everything sealed with it.
//!
//! [`master`] is the master key, [`places`] where it lies; [`sealed`] seals and opens, [`issue`] makes client
//! keys. Nothing here knows tables; the store hands in what is to be opened.

pub mod issue;
pub mod keychain;
pub mod master;
pub mod memory;
pub mod places;
pub mod sealed;

pub use keychain::{Keychain, KeychainError, OsKeychain};
pub use master::{Canary, Found, MasterKey, MasterSource, SecretsError, Unlocked};
pub use places::Places;
pub use sealed::{CannotOpen, Sealed, Sealer};
