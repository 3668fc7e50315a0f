//! Media as every protocol sends them: base64 of any alphabet, addresses that hold what they are about, and what
//! the bytes are, whatever is said about them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::part::Source;

/// How much of the data tells what it is.
const HEAD: usize = 32;

/// What a data URL in base64 holds; nothing if the address is another one.
pub(crate) fn in_address(address: &str) -> Option<Source> {
    let (scheme, rest) = address.split_at_checked(5)?;
    if !scheme.eq_ignore_ascii_case("data:") {
        return None;
    }
    let (head, data) = rest.split_once(',')?;
    let (described, coding) = head.rsplit_once(';')?;
    if !coding.trim().eq_ignore_ascii_case("base64") {
        return None;
    }
    let mime = described.split(';').next().unwrap_or_default().trim();
    Some(Source::Inline {
        mime: mime.to_ascii_lowercase(),
        data: standard(data),
    })
}

/// Base64 of any alphabet in the standard one, with padding.
pub(crate) fn standard(base64: &str) -> String {
    let is_odd = |byte: u8| matches!(byte, b'-' | b'_') || byte.is_ascii_whitespace();
    if base64.len().is_multiple_of(4) && !base64.bytes().any(is_odd) {
        return base64.to_owned();
    }
    let mut text: String = base64
        .chars()
        .filter(|char| *char != '=' && !char.is_ascii_whitespace())
        .map(|char| match char {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    while text.len() % 4 > 1 {
        text.push('=');
    }
    text
}

/// The format of a recording of this media type.
pub(crate) fn audio_format(mime: &str) -> &str {
    match mime {
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "wav",
        mime => mime.strip_prefix("audio/").unwrap_or(mime),
    }
}

/// The media type that the first bytes show; nothing if they show none.
pub(crate) fn sniffed(base64: &str) -> Option<&'static str> {
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
        () if bytes.starts_with(b"ID3") => Some("audio/mpeg"),
        () if bytes.starts_with(b"%PDF-") => Some("application/pdf"),
        () => None,
    }
}

/// The text of a document that is plain text in base64; nothing if it is something else.
pub(crate) fn decoded_text(mime: &str, base64: &str) -> Option<String> {
    let is_text = mime.starts_with("text/") || mime == "application/json";
    is_text.then(|| String::from_utf8(STANDARD.decode(base64).ok()?).ok())?
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::{decoded_text, in_address, sniffed, standard};
    use crate::part::Source;

    #[test]
    fn p065_base64_of_web_addresses_becomes_the_standard_one() {
        for (from, to) in [
            ("-_-_", "+/+/"),
            ("YQ", "YQ=="),
            ("YWI", "YWI="),
            ("YWI=\n", "YWI="),
            ("YW\nJj", "YWJj"),
            ("YWJj", "YWJj"),
        ] {
            assert_eq!(standard(from), to);
        }
    }

    #[test]
    fn only_data_in_base64_is_taken_out_of_its_address() {
        let source = in_address("DATA:Image/PNG;name=x; BASE64,-_8");
        let (mime, data) = ("image/png".to_owned(), "+/8=".to_owned());
        assert_eq!(source, Some(Source::Inline { mime, data }));
        for other in [
            "https://x/y,z",
            "data:text/plain,hi",
            "d",
            "\u{e9}\u{e9}\u{e9}",
            "data:;base64",
        ] {
            assert_eq!(in_address(other), None, "{other}");
        }
    }

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
