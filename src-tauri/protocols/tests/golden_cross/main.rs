//! Requests, whole answers and errors of every protocol as every other protocol is told them.
//!
//! Each fixture and target has a snapshot of its own; they are read by eye against the tables of the protocols.

mod answers;
mod errors;
mod kit;
mod recorded;
mod requests;
