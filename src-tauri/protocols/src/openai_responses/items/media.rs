//! Pictures, files and recordings: data URLs and what stands in for them.

use crate::media::{in_address, standard};
use crate::part::Source;

/// Where the medium at an address is: here, if the address is a data URL in base64.
pub(crate) fn source_of(address: &str) -> Source {
    in_address(address).unwrap_or_else(|| Source::Url {
        url: address.to_owned(),
        mime: None,
    })
}

/// Where the bytes of a file are: in a data URL, or in bare base64.
pub(crate) fn file_source(data: &str) -> Source {
    in_address(data).unwrap_or_else(|| Source::Inline {
        mime: String::new(),
        data: standard(data),
    })
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

#[cfg(test)]
mod tests {
    use super::{Source, audio_mime, file_source, source_of};
    use crate::media::audio_format;

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
    fn formats_of_recordings_come_back() {
        for format in ["wav", "mp3", "flac"] {
            assert_eq!(audio_format(&audio_mime(format)), format);
        }
        assert_eq!(audio_format("audio/x-wav"), "wav");
    }
}
