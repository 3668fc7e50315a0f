//! The headless server and command line.
fn main() {}
