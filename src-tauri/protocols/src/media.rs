//! What bytes in base64 are, whatever is said about them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How much of the data tells what it is.
const HEAD: usize = 32;

/// The media type that the first bytes show; nothing if they show none.
pub(super) fn sniffed(base64: &str) -> Option<&'static str> {
    let head = base64.as_bytes().get(..HEAD.min(base64.len() / 4 * 4))?;
    let bytes = STANDARD.decode(head).ok()?;
    let is_riff = bytes.starts_with(b"RIFF");
    let brand = bytes.get(4..12);
    match () {
        () if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        () if bytes.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
        () if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => Some("image/gif"),
        () if is_riff && bytes.get(8..12) == Some(b"WEBP") => Some("image/webp"),
        () if brand.is_some_and(|brand| brand.starts_with(b"ftyphei")) => Some("image/heic"),
        () if brand.is_some_and(|brand| brand == b"ftypmif1") => Some("image/heif"),
        () if bytes.starts_with(b"BM") => Some("image/bmp"),
        () if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => Some("image/tiff"),
        () if bytes.starts_with(b"%PDF-") => Some("application/pdf"),
        () => None,
    }
}

/// The text of a document that is plain text in base64; nothing if it is something else.
pub(super) fn decoded_text(mime: &str, base64: &str) -> Option<String> {
    let is_text = mime.starts_with("text/") || mime == "application/json";
    is_text.then(|| String::from_utf8(STANDARD.decode(base64).ok()?).ok())?
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::{decoded_text, sniffed};

    #[test]
    fn p067_the_first_bytes_tell_what_an_image_is() {
        for (bytes, mime) in [
            (&b"\x89PNG\r\n\x1a\n0000IHDR"[..], "image/png"),
            (b"\xff\xd8\xff\xe0....", "image/jpeg"),
            (b"GIF89a......", "image/gif"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
            (b"\0\0\0\x18ftypheic", "image/heic"),
            (b"%PDF-1.7\n%", "application/pdf"),
        ] {
            assert_eq!(sniffed(&STANDARD.encode(bytes)), Some(mime));
        }
        assert_eq!(sniffed(""), None);
        assert_eq!(sniffed("aGVsbG8="), None);
        assert_eq!(sniffed("!!!!!!!!"), None);
    }

    #[test]
    fn only_text_is_read_as_text() {
        assert_eq!(decoded_text("text/csv", "YSxi").as_deref(), Some("a,b"));
        assert_eq!(decoded_text("application/pdf", "YSxi"), None);
        assert_eq!(decoded_text("text/plain", "/////w=="), None);
    }
}
