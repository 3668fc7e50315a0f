//! Finds one field in a form upload (RFC 7578) without taking the form apart.

use std::ops::Range;

use bytes::Bytes;
use memchr::memmem;

/// The boundary of a multipart content type.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (essence, parameters) = content_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty())
            .then(|| value.to_owned())
    })
}

/// Where the value of a plain field stands.
pub(super) fn field(body: &[u8], boundary: &str, name: &str) -> Option<Range<usize>> {
    let delimiter = format!("--{boundary}");
    let starts: Vec<usize> = memmem::find_iter(body, delimiter.as_bytes()).collect();
    starts.windows(2).find_map(|pair| {
        let part = pair[0] + delimiter.len()..pair[1];
        let head_end = memmem::find(&body[part.clone()], b"\r\n\r\n")?;
        let head = std::str::from_utf8(&body[part.start..part.start + head_end]).ok()?;
        let value = part.start + head_end + 4..part.end.checked_sub(2)?;
        (is_field(head, name) && value.start <= value.end).then_some(value)
    })
}

/// The same form with another value in the place of one; no quotes here, unlike in JSON.
pub(super) fn replaced(form: &[Bytes], place: Range<usize>, value: &str) -> Vec<Bytes> {
    let form = match form {
        [form] => form.clone(),
        pieces => pieces.concat().into(),
    };
    let value = Bytes::copy_from_slice(value.as_bytes());
    vec![form.slice(..place.start), value, form.slice(place.end..)]
}

fn is_field(head: &str, name: &str) -> bool {
    let disposition = head.lines().find(|line| {
        line.to_ascii_lowercase()
            .starts_with("content-disposition:")
    });
    disposition.is_some_and(|line| {
        line.split(';').skip(1).any(|parameter| {
            let named = parameter
                .split_once('=')
                .map(|(key, value)| (key.trim(), value.trim().trim_matches('"')));
            named == Some(("name", name))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_among_files() {
        let body = b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model\"\r\n\r\nname=\"model\"\r\n\
            --xyz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--xyz--\r\n";
        let found = field(body, "xyz", "model").unwrap();
        assert_eq!(&body[found], b"whisper-1");
        assert_eq!(field(body, "xyz", "language"), None);
    }

    #[test]
    fn a_value_is_replaced_as_it_is() {
        let form = [Bytes::from_static(b"--x\r\nold\r\n--x--")];
        let new = replaced(&form, 5..8, "new/1").concat();
        assert_eq!(new, b"--x\r\nnew/1\r\n--x--");
    }

    #[test]
    fn only_forms_have_a_boundary() {
        assert_eq!(
            boundary("multipart/form-data; boundary=\"a b\"").as_deref(),
            Some("a b")
        );
        assert_eq!(boundary("application/json; boundary=x"), None);
    }
}
