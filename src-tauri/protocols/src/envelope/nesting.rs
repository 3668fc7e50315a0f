//! Remembers which brackets are open, in a bit each.

/// How deep arrays and objects may nest.
pub(super) const LIMIT: usize = 512;

/// The open brackets inside the top-level object.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    arrays: [u64; LIMIT / 64],
    depth: usize,
}

impl Nesting {
    /// Opens `bracket`; false if that is too deep.
    pub(super) fn open(&mut self, bracket: u8) -> bool {
        // The top-level object is a level of its own.
        if self.depth + 1 >= LIMIT {
            return false;
        }
        let (word, bit) = (self.depth / 64, 1 << (self.depth % 64));
        if bracket == b'[' {
            self.arrays[word] |= bit;
        } else {
            self.arrays[word] &= !bit;
        }
        self.depth += 1;
        true
    }

    /// Closes `bracket`; false if the innermost open one is of the other kind.
    pub(super) fn close(&mut self, bracket: u8) -> bool {
        let Some(depth) = self.depth.checked_sub(1) else {
            return false;
        };
        self.depth = depth;
        let is_array = self.arrays[depth / 64] & (1 << (depth % 64)) != 0;
        is_array == (bracket == b']')
    }

    /// Whether every bracket is closed.
    pub(super) fn is_flat(&self) -> bool {
        self.depth == 0
    }
}
