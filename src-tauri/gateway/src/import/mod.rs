//! Bringing over what other gateways hold.

pub mod keyway;
