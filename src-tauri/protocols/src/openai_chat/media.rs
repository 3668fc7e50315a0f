//! Addresses of media, which may hold the medium itself.

use crate::media;
use crate::part::Source;

/// What an address says, and the address itself if [`url_of`] would not say it in the same characters.
pub(super) fn read_url(url: String) -> (Source, Option<String>) {
    let Some(source) = media::in_address(&url) else {
        return (Source::Url { url, mime: None }, None);
    };
    let is_same = url_of(&source).as_ref() == Some(&url);
    (source, (!is_same).then_some(url))
}

/// The address of a medium; nothing if it has none.
pub(super) fn url_of(source: &Source) -> Option<String> {
    match source {
        Source::Inline { mime, data } => Some(format!("data:{mime};base64,{data}")),
        Source::Url { url, .. } => Some(url.clone()),
        Source::File(_) | Source::Text(_) | Source::Parts(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{read_url, url_of};
    use crate::part::Source;

    #[test]
    fn data_is_taken_out_of_its_address_in_the_standard_alphabet() {
        let odd = "data:image/PNG;name=a;base64,ab-_\nYQ";
        let (source, original) = read_url(odd.into());

        let expected = Source::Inline {
            mime: "image/png".into(),
            data: "ab+/YQ==".into(),
        };
        assert_eq!(source, expected);
        assert_eq!(original.as_deref(), Some(odd));
    }

    #[test]
    fn plain_addresses_are_said_again_in_the_same_characters() {
        for url in [
            "https://a.example/x.png",
            "data:image/png;base64,iVBORw0K",
            "data:text/plain,hi",
        ] {
            let (source, original) = read_url(url.into());
            assert_eq!(original, None);
            assert_eq!(url_of(&source).as_deref(), Some(url));
        }
    }
}
