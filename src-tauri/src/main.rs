//! Keyway on the desktop.
fn main() {}
