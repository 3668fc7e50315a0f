//! Calling providers: addresses, keys on the wire, connections, health.

pub mod address;
mod connect;
pub mod echo;
pub mod health;
pub mod http;
pub mod known;
pub mod outgoing;
pub mod presets;
pub mod probe;
pub mod sign;
pub mod thoughts;
mod trust;
