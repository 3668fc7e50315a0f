//! The kit: a Keyway to test, scripted upstreams, callers.
