//! The languages of Keyway: bytes in, bytes out; no I/O, no clock, no runtime.
