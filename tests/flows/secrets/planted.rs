//! Secrets that are easy to find again, in whatever form they may lie.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use keyway_gateway::config::KeyHash;

/// Texts that must not be found anywhere, by what they are.
#[derive(Debug, Default)]
pub(super) struct Planted {
    needles: Vec<(String, Vec<u8>)>,
}

impl Planted {
    /// Looks for this secret from here on: as it is, as hex, as JSON or a URL would write it.
    pub(super) fn plant(&mut self, what: &str, secret: &str) {
        assert!(secret.len() >= 15, "{what} could be found by chance");
        self.needle(what, secret.as_bytes());
        self.needle(&format!("{what} in hex"), hex(secret.as_bytes()).as_bytes());
        self.needle(
            &format!("{what} backwards"),
            &secret.bytes().rev().collect::<Vec<_>>(),
        );
    }

    /// Looks for the key that is made of a secret, its SHA-256, too.
    pub(super) fn plant_with_its_key(&mut self, what: &str, secret: &str) {
        self.plant(what, secret);
        let hash = KeyHash::of(secret).to_hex();
        self.needle(&format!("the key of {what} in hex"), hash.as_bytes());
        self.needle(&format!("the key of {what}"), &bytes_of(&hash));
    }

    /// No file below a folder holds any of them.
    pub(super) fn are_in_no_file_below(&self, folder: &Path) {
        let files = files_below(folder);
        assert!(
            files.iter().any(|path| path.ends_with("keyway.db")),
            "{files:?}"
        );
        for path in files {
            let content = fs::read(&path).expect("a file can be read");
            self.are_not_in(&path.display().to_string(), &content);
        }
    }

    /// These bytes hold none of them.
    pub(super) fn are_not_in(&self, place: &str, bytes: impl AsRef<[u8]>) {
        for (what, needle) in &self.needles {
            let found = position(bytes.as_ref(), needle);
            assert!(
                found.is_none(),
                "{what} lies in {place}: {}",
                around(bytes.as_ref(), found.unwrap_or_default())
            );
        }
    }

    fn needle(&mut self, what: &str, bytes: &[u8]) {
        self.needles.push((what.to_owned(), bytes.to_owned()));
    }
}

/// All files below a folder.
pub(super) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

fn position(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}

fn around(bytes: &[u8], at: usize) -> String {
    let part = &bytes[at.saturating_sub(120)..bytes.len().min(at + 120)];
    String::from_utf8_lossy(part).into_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2);
    digits
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("a hash is in hex"))
        .collect()
}

#[test]
fn what_was_planted_is_found() {
    let mut planted = Planted::default();
    planted.plant_with_its_key("it", "a-secret-of-some-length");
    let hex = hex(b"a-secret-of-some-length");
    for text in ["see a-secret-of-some-length!", &format!("see {hex}")] {
        let searched = std::panic::catch_unwind(|| planted.are_not_in("a text", text));
        assert!(searched.is_err(), "{text}");
    }
    planted.are_not_in("a text", "a-secret-of-some-other-length");
}
