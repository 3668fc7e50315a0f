use std::path::Path;

use bytes::Bytes;

/// Reads a file of `tests/fixtures`.
pub fn fixture(name: &str) -> Bytes {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    match std::fs::read(&path) {
        Ok(content) => Bytes::from(content),
        Err(error) => panic!("no fixture {}: {error}", path.display()),
    }
}
