//! What only the provider can read in its thoughts, and what it wants back.

use std::collections::HashMap;

/// The seals that a provider has put on its thoughts and calls.
#[derive(Debug, Default)]
pub(super) struct Seals {
    made: HashMap<String, Sealed>,
    returned: usize,
}

/// What stands under a seal.
#[derive(Debug, Clone, Default)]
pub(super) struct Sealed {
    /// The thoughts.
    pub(super) thoughts: String,
    /// The tool that was called first.
    pub(super) call: Option<String>,
}

impl Seals {
    /// A new seal: base64, and as long as real ones are.
    pub(super) fn make(&mut self, sealed: Sealed) -> String {
        let number = self.made.len() + 1;
        let seal = format!("EqQB{number:0508}");
        self.made.insert(seal.clone(), sealed);
        seal
    }

    /// What stands under a seal that came back; nothing when it was never made here.
    pub(super) fn back(&mut self, seal: &str) -> Option<&Sealed> {
        let sealed = self.made.get(seal)?;
        self.returned += 1;
        Some(sealed)
    }

    /// How often a seal came back.
    pub(super) fn returned(&self) -> usize {
        self.returned
    }
}
