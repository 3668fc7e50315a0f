//! Undoes the compression that some upstreams apply although they were asked not to.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::{
    read::{MultiGzDecoder as ReadGzip, ZlibDecoder as ReadZlib},
    write::{MultiGzDecoder as WriteGzip, ZlibDecoder as WriteZlib},
};
use http::{HeaderMap, header};

/// A small body must not grow into one that fills the memory.
const MOST_DECODED_BYTES: u64 = 64 << 20;
/// Nor may one piece of a stream; compression makes a thousand bytes of one at most.
const FED_BYTES: usize = 16 << 10;
const MOST_DECODED_AT_ONCE: usize = 32 << 20;

/// How a body is encoded.
#[derive(Debug, Default)]
pub(super) enum Decoder {
    /// Not at all.
    #[default]
    Plain,
    /// By gzip.
    Gzip(Box<WriteGzip<Vec<u8>>>),
    /// By zlib, which HTTP calls deflate.
    Deflate(Box<WriteZlib<Vec<u8>>>),
}

impl Decoder {
    /// The decoder for a body with these headers; none when its encoding is not known here.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let encoding = headers
            .get(header::CONTENT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        match encoding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Plain),
            "gzip" | "x-gzip" => Some(Self::Gzip(Box::new(WriteGzip::new(Vec::new())))),
            "deflate" => Some(Self::Deflate(Box::new(WriteZlib::new(Vec::new())))),
            _ => None,
        }
    }

    /// Whether it does anything.
    pub(super) fn changes(&self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// Decodes the next piece of a stream, as far as it can be.
    pub(super) fn push(&mut self, piece: Bytes) -> Result<Bytes, String> {
        match self {
            Self::Plain => Ok(piece),
            Self::Gzip(gzip) => {
                feed(gzip.as_mut(), &piece, |gzip| gzip.get_ref().len())?;
                Ok(std::mem::take(gzip.get_mut()).into())
            }
            Self::Deflate(zlib) => {
                feed(zlib.as_mut(), &piece, |zlib| zlib.get_ref().len())?;
                Ok(std::mem::take(zlib.get_mut()).into())
            }
        }
    }

    /// Decodes a body that is there whole.
    pub(super) fn whole(self, body: Bytes) -> Result<Bytes, String> {
        let mut decoded = Vec::new();
        let read = match self {
            Self::Plain => return Ok(body),
            Self::Gzip(_) => ReadGzip::new(&*body)
                .take(MOST_DECODED_BYTES)
                .read_to_end(&mut decoded),
            Self::Deflate(_) => ReadZlib::new(&*body)
                .take(MOST_DECODED_BYTES)
                .read_to_end(&mut decoded),
        };
        read.map_err(broken)?;
        if decoded.len() as u64 == MOST_DECODED_BYTES {
            return Err(TOO_LARGE.to_owned());
        }
        Ok(decoded.into())
    }
}

const TOO_LARGE: &str = "decoded, it is too large to be an answer";

/// Feeds a decoder a little at a time, so that what comes out is looked at before it fills the memory.
fn feed<W: Write>(
    decoder: &mut W,
    piece: &[u8],
    length: impl Fn(&W) -> usize,
) -> Result<(), String> {
    for part in piece.chunks(FED_BYTES) {
        decoder
            .write_all(part)
            .and_then(|()| decoder.flush())
            .map_err(broken)?;
        if length(decoder) > MOST_DECODED_AT_ONCE {
            return Err(TOO_LARGE.to_owned());
        }
    }
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn broken(error: std::io::Error) -> String {
    format!("its compression is damaged: {error}")
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};
    use http::HeaderValue;

    use super::*;

    fn gzip() -> Decoder {
        let headers =
            HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
        Decoder::of(&headers).unwrap()
    }

    fn packed(text: &str) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap().into()
    }

    #[test]
    fn a_stream_is_decoded_however_it_is_cut() {
        let bytes = packed("data: {\"a\":1}\n\n");
        for cut in 0..bytes.len() {
            let mut decoder = gzip();
            let mut all = decoder.push(bytes.slice(..cut)).unwrap().to_vec();
            all.extend(decoder.push(bytes.slice(cut..)).unwrap());
            assert_eq!(all, b"data: {\"a\":1}\n\n", "cut at {cut}");
        }
    }

    #[test]
    fn a_whole_body_is_decoded_and_damage_is_told() {
        assert_eq!(gzip().whole(packed("{}")).unwrap(), "{}");
        assert!(
            gzip()
                .whole(Bytes::from_static(b"not gzip at all"))
                .is_err()
        );
    }

    #[test]
    fn a_small_body_that_grows_without_end_is_given_up() {
        let zeros = "0".repeat(MOST_DECODED_AT_ONCE + FED_BYTES);
        let bomb = packed(&zeros);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(gzip().push(bomb), Err(TOO_LARGE.to_owned()));
    }

    #[test]
    fn several_members_are_one_body() {
        let two = [packed("{\"a\""), packed(":1}")].concat();
        assert_eq!(gzip().whole(two.into()).unwrap(), "{\"a\":1}");
    }

    #[test]
    fn an_unknown_encoding_is_left_alone() {
        let headers =
            HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static("br"))]);
        assert!(Decoder::of(&headers).is_none());
    }
}
