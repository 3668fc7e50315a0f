//! What pictures, documents and sounds cost, from the little their bytes tell.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Cameras put hundreds of kilobytes of notes before the size.
const HEADER: usize = 512 * 1024;

const ANY_PADDING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u64,
    pub(super) height: u64,
}

/// Reads the size from the head of a base64 PNG, JPEG, GIF or WebP.
pub(super) fn size_of(base64: &str) -> Option<Size> {
    let end = base64.len().min(HEADER) / 4 * 4;
    let head = base64.as_bytes().get(..end)?;
    let bytes = STANDARD
        .decode(head)
        .or_else(|_| URL_SAFE.decode(head))
        .ok()?;
    let size = imagesize::blob_size(&bytes).ok()?;
    Some(Size {
        width: size.width as u64,
        height: size.height as u64,
    })
}

/// The bytes behind `data:…;base64,`; none for other URLs.
pub(super) fn data_url(url: &str) -> Option<(&str, &str)> {
    let (kind, data) = url.strip_prefix("data:")?.split_once(',')?;
    Some((kind.split(';').next().unwrap_or_default(), data))
}

/// Bytes that a base64 text holds.
pub(super) fn byte_len(base64: &str) -> u64 {
    base64.len() as u64 * 3 / 4
}

impl Size {
    /// Scaled down to a longest side, never up.
    pub(super) fn within(self, longest: u64) -> Self {
        self.scaled(longest, self.width.max(self.height))
    }

    /// Scaled down to a shortest side, never up.
    pub(super) fn shortest_at_most(self, shortest: u64) -> Self {
        self.scaled(shortest, self.width.min(self.height))
    }

    /// How many square tiles of this side cover it.
    pub(super) fn tiles(self, side: u64) -> u64 {
        self.width.div_ceil(side) * self.height.div_ceil(side)
    }

    fn scaled(self, wanted: u64, side: u64) -> Self {
        if side <= wanted {
            return self;
        }
        let scale = |length: u64| (length * wanted).div_ceil(side).max(1);
        Self {
            width: scale(self.width),
            height: scale(self.height),
        }
    }
}
