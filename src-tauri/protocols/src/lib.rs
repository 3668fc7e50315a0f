//! The languages of Keyway: bytes in, bytes out; no I/O, no clock, no runtime.
//!
//! A request is looked at by [`envelope`] (which model, streamed or not). Where client and provider speak the
//! same protocol it leaves with another model name spliced in and the answer comes back through [`same`]:
//! untouched but for the model's name, with [`usage`] and the way it ended read in passing.
//!
//! Where they differ, [`cross`] reads one protocol into the neutral form and writes the other from it:
//!
//! ```text
//! request   bytes ─read─► Request ─fit to the target─► Request ─write─► bytes
//! stream    bytes ─► sse ─► Event ─► (restore, wrap) ─► Event ─► bytes
//! answer    bytes ─read─► Response ─► (restore, wrap) ─► Response ─write─► bytes
//! ```
//!
//! There are four readers and four writers, one folder each (`anthropic`, `openai_chat`, `openai_responses`,
//! `gemini`), and no pairwise code. What the neutral form has no word for travels in an [`extra::Extra`], what only
//! one provider can read in a [`carrier::Carrier`], and what was lost on the way is told by [`loss::Losses`].
//! Vendors' differences are [`quirks`], as data.

mod anthropic;
mod arguments;
pub mod carrier;
mod codec;
mod counts;
pub mod cross;
pub mod envelope;
pub mod error;
pub mod event;
pub mod extra;
mod gemini;
mod ids;
mod json;
pub mod loss;
mod media;
mod openai_chat;
mod openai_responses;
mod pages;
pub mod part;
mod protocol;
pub mod quirks;
pub mod request;
pub mod response;
pub mod same;
pub mod schema;
pub mod sse;
pub mod usage;

pub use codec::{Target, Unsayable};
pub use openai_responses::compact::{compact_answer, compact_request};
pub use protocol::{Protocol, UnknownProtocol};
