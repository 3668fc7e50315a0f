//! Pictures, files and recordings: data URLs and what stands in for them.

use crate::part::Source;

/// Where the medium at an address is: here, if the address is a data URL in base64.
pub(crate) fn source_of(address: &str) -> Source {
    inline(address).unwrap_or_else(|| Source::Url {
        url: address.to_owned(),
        mime: None,
    })
}

/// Where the bytes of a file are: in a data URL, or in bare base64.
pub(crate) fn file_source(data: &str) -> Source {
    inline(data).unwrap_or_else(|| Source::Inline {
        mime: String::new(),
        data: standard(data),
    })
}

fn inline(address: &str) -> Option<Source> {
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
pub(crate) fn standard(data: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if data.len().is_multiple_of(4) && data.bytes().all(is_plain) {
        return data.to_owned();
    }
    let mut text: String = data
        .chars()
        .filter(|char| !char.is_whitespace() && *char != '=')
        .map(|char| match char {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// A data URL.
pub(crate) fn data_url(mime: &str, data: &str) -> String {
    let mime = if mime.is_empty() {
        "application/octet-stream"
    } else {
        mime
    };
    format!("data:{mime};base64,{data}")
}

/// The media type of a recording of this format.
pub(crate) fn audio_mime(format: &str) -> String {
    match format {
        "mp3" => "audio/mpeg".to_owned(),
        format => format!("audio/{format}"),
    }
}

/// The format of a recording of this media type.
pub(crate) fn audio_format(mime: &str) -> &str {
    match mime {
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "wav",
        mime => mime.strip_prefix("audio/").unwrap_or(mime),
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, audio_format, audio_mime, file_source, source_of, standard};

    fn inline(mime: &str, data: &str) -> Source {
        Source::Inline {
            mime: mime.into(),
            data: data.into(),
        }
    }

    #[test]
    fn data_urls_are_inline_and_other_addresses_are_not() {
        assert_eq!(
            source_of("data:Image/PNG;base64,aGk="),
            inline("image/png", "aGk=")
        );
        for url in ["https://x/a.png", "data:image/svg+xml,<svg/>", "dat", "é"] {
            let there = Source::Url {
                url: url.into(),
                mime: None,
            };
            assert_eq!(source_of(url), there);
        }
        assert_eq!(file_source("aGk"), inline("", "aGk="));
    }

    #[test]
    fn url_safe_base64_without_padding_becomes_standard() {
        assert_eq!(standard("-_8"), "+/8=");
        assert_eq!(standard("aG\nk="), "aGk=");
        assert_eq!(standard("aGk="), "aGk=");
    }

    #[test]
    fn formats_of_recordings_come_back() {
        for format in ["wav", "mp3", "flac"] {
            assert_eq!(audio_format(&audio_mime(format)), format);
        }
        assert_eq!(audio_format("audio/x-wav"), "wav");
    }
}
