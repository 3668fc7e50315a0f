//! The kit: a Keyway to test, scripted upstreams, callers.
//!
//! A test starts a [`ScriptedUpstream`] and tells it what to answer, starts a [`TestKeyway`]
//! with a provider that points there, and asks it as a client would, by a [`Caller`].
//! What comes back is a [`Reply`]; what the upstream saw is a [`Received`].
//! Everything listens on a free port of the loopback address and ends when it is dropped.

mod call;
mod fixture;
mod keyway;
mod patience;
mod protocol;
mod reply;
pub mod sample;
mod upstream;
pub mod wire;

pub use call::{Caller, LiveReply};
pub use fixture::fixture;
pub use keyway::{Admin, Launch, NewKey, TestKeyway, server_binary, target_folder};
pub use patience::{PATIENCE, poll_until, within};
pub use protocol::Protocol;
pub use reply::{Reply, SseEvent, sse_events};
pub use upstream::{
    Answer, Framing, Gate, Received, ScriptedUpstream, Talk, ToolCall, Turn, Usage,
};
pub use wire::Wire;
