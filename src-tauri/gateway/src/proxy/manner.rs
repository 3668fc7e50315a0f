//! How an answer is passed on, judged by what it says it is.

use http::{HeaderMap, StatusCode, header};

/// How an answer is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As server-sent events.
    Events,
    /// As JSON.
    Json,
    /// As bytes that are not ours to understand.
    Bytes,
}

impl Manner {
    /// Judges an answer by its content type; what has none is taken for JSON.
    pub(super) fn of(upstream: &HeaderMap) -> Self {
        match essence(upstream).as_str() {
            "text/event-stream" => Self::Events,
            "application/json" | "" => Self::Json,
            other if other.ends_with("+json") => Self::Json,
            _ => Self::Bytes,
        }
    }
}

/// What came when it is no answer at all: a page for people, or a redirect, which would lead the client and
/// its key to another host.
pub(super) fn no_answer(status: StatusCode, upstream: &HeaderMap) -> Option<&'static str> {
    if status.is_redirection() {
        return Some("a redirect");
    }
    if status.is_informational() || status.as_u16() >= 600 {
        return Some("a status that no answer has");
    }
    let is_page = matches!(
        essence(upstream).as_str(),
        "text/html" | "application/xhtml+xml"
    );
    (status.is_success() && is_page).then_some("an HTML page")
}

fn essence(upstream: &HeaderMap) -> String {
    let text = upstream
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn typed(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(text))])
    }

    #[test]
    fn the_content_type_says_how_an_answer_is_passed_on() {
        let manner = |text| Manner::of(&typed(text));
        assert_eq!(manner("text/event-stream; charset=utf-8"), Manner::Events);
        assert_eq!(manner("application/json"), Manner::Json);
        assert_eq!(manner("application/vnd.api+json"), Manner::Json);
        assert_eq!(manner("audio/mpeg"), Manner::Bytes);
        assert_eq!(Manner::of(&HeaderMap::new()), Manner::Json);
    }

    #[test]
    fn pages_and_redirects_are_no_answers_but_error_pages_are_read() {
        let html = typed("text/html");
        assert_eq!(no_answer(StatusCode::OK, &html), Some("an HTML page"));
        assert_eq!(no_answer(StatusCode::BAD_GATEWAY, &html), None);
        let json = typed("application/json");
        assert_eq!(no_answer(StatusCode::OK, &json), None);
        for odd in [101, 600, 999] {
            let status = StatusCode::from_u16(odd).unwrap();
            assert!(no_answer(status, &json).is_some(), "{odd}");
        }
        assert_eq!(
            no_answer(StatusCode::TEMPORARY_REDIRECT, &json),
            Some("a redirect")
        );
    }
}
