//! What the user decided: plain values, checked, immutable.
//!
//! [`Snapshot`] is the whole of it at one moment. A request takes the snapshot once and keeps it to
//! its end; a change builds a new one and swaps it in ([`LiveConfig`]). Nothing here does I/O.

mod group;
mod key;
mod live;
mod provider;
mod quirks;
mod route;
mod settings;
mod snapshot;
mod tool;

pub use group::Group;
pub use key::{ClientKey, KeyHash, Limits, Purpose, Role};
pub use live::LiveConfig;
pub use provider::{Credential, Provider, Timeouts};
pub use route::{ECHO, Mode, Reasoning, Route, Target};
pub use settings::Settings;
pub use snapshot::{GroupView, ProviderView, Snapshot, SnapshotParts};
pub use tool::{ToolKind, ToolProvider};
