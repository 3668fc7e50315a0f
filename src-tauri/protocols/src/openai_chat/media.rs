//! Addresses of media, which may hold the medium itself.

use crate::part::Source;

/// What an address says, and the address itself if [`url_of`] would not say it in the same characters.
pub(super) fn read_url(url: String) -> (Source, Option<String>) {
    let Some((mime, is_plain, data)) = parsed(&url) else {
        return (Source::Url { url, mime: None }, None);
    };
    let standard = standard(data);
    let is_same = is_plain && standard == data;
    let source = Source::Inline {
        mime,
        data: standard,
    };
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

/// The media type, whether the head says nothing else and in the usual letters, and the data.
fn parsed(url: &str) -> Option<(String, bool, &str)> {
    let head = url.get(..5)?;
    if !head.eq_ignore_ascii_case("data:") {
        return None;
    }
    let (declared, data) = url[5..].split_once(',')?;
    let (described, coding) = declared.rsplit_once(';')?;
    if !coding.trim().eq_ignore_ascii_case("base64") {
        return None;
    }
    let mime = described.split(';').next().unwrap_or_default().trim();
    let mime = mime.to_ascii_lowercase();
    let is_plain = head == "data:" && coding == "base64" && described == mime;
    Some((mime, is_plain, data))
}

/// The data in the standard alphabet with padding.
fn standard(data: &str) -> String {
    let is_odd = |byte: u8| matches!(byte, b'-' | b'_') || byte.is_ascii_whitespace();
    let mut text = if data.bytes().any(is_odd) {
        let kept = data.chars().filter(|c| !c.is_ascii_whitespace());
        kept.map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect()
    } else {
        data.to_owned()
    };
    while text.len() % 4 > 1 {
        text.push('=');
    }
    text
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
