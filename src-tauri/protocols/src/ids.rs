//! Ids that have to be invented: derived from what they name, so that the same body gives the same bytes.

/// A short fingerprint that is the same on every machine and in every version.
///
/// 64-bit FNV-1a: it tells the calls of one conversation apart; it keeps nothing secret.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of pieces in this order; `["ab"]` and `["a", "b"]` differ.
    pub(crate) fn of<P: AsRef<[u8]>>(pieces: impl IntoIterator<Item = P>) -> Self {
        let start = Self(0xcbf2_9ce4_8422_2325);
        pieces.into_iter().fold(start, |print, piece| {
            print.with(piece.as_ref()).with(&[0xff])
        })
    }

    fn with(self, bytes: &[u8]) -> Self {
        let step =
            |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(bytes.iter().fold(self.0, step))
    }

    /// Sixteen hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        format!("{:016x}", self.0)
    }

    /// Eight hexadecimal digits, where little room is left.
    pub(crate) fn short(self) -> String {
        format!("{:08x}", (self.0 >> 32) ^ (self.0 & 0xffff_ffff))
    }

    /// So many letters and digits.
    pub(crate) fn letters(self, count: usize) -> String {
        let mut rest = self.0;
        let mut next = || {
            let digit = u32::try_from(rest % 36).unwrap_or_default();
            rest = (rest / 36).wrapping_add(rest.rotate_left(17));
            char::from_digit(digit, 36).unwrap_or('0')
        };
        (0..count).map(|_| next()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn fingerprints_never_change() {
        assert_eq!(Fingerprint::of(["a"]).hex(), "089bc907b544c769");
        assert_eq!(Fingerprint::of(["a"]).short().len(), 8);
        let nine = Fingerprint::of(["call_1"]).letters(9);
        assert_eq!(nine.len(), 9);
        assert!(nine.chars().all(|c| c.is_ascii_alphanumeric()));
    }

    #[test]
    fn pieces_are_kept_apart() {
        let ids = [
            Fingerprint::of(["ab"]).hex(),
            Fingerprint::of(["a", "b"]).hex(),
            Fingerprint::of(["b", "a"]).hex(),
        ];
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    }
}
