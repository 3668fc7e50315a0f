//! Where a request goes: base URL, protocol and action make the upstream URL.

use bytes::Bytes;
use http::Uri;
use keyway_protocols::Protocol;

/// What is asked of an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action<'a> {
    /// The protocol's main endpoint.
    Generate {
        /// Whether Gemini's streaming form is meant; the others say it in the body.
        streamed: bool,
    },
    /// How many tokens a request has.
    CountTokens,
    /// Which models there are.
    Models,
    /// A path below the base URL: embeddings, images, generations.
    Below(&'a str),
}

/// A URL that cannot be built. Says nothing of its query, which may hold a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} is no usable URL; check the provider's base URL and the model's name")]
pub struct BadAddress {
    url: String,
}

/// Builds the URL for an action at a provider.
///
/// Base URLs are taken as people paste them: with or without `/v1` for Anthropic, with or without
/// `/v1beta` for Gemini, a bare host for `OpenAI`, and the full URL of the endpoint itself for all.
pub fn address(
    base: &str,
    protocol: Protocol,
    action: Action<'_>,
    model: &str,
    query: Option<&str>,
) -> Result<Uri, BadAddress> {
    let (base, own_query) = base
        .split_once('?')
        .map_or((base, None), |(base, query)| (base, Some(query)));
    let base = base.trim().trim_end_matches('/');
    if protocol == Protocol::Gemini && leads_away(model) {
        return Err(BadAddress {
            url: format!("{base}/{model}"),
        });
    }
    let mut url = match protocol {
        Protocol::OpenAi => openai(base, "/chat/completions", action),
        Protocol::OpenAiResponses => openai(base, "/responses", action),
        Protocol::Anthropic => anthropic(base, action),
        Protocol::Gemini => gemini(base, action, model),
    };
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for part in [own_query, query]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
    {
        url.push(separator);
        url.push_str(part);
        separator = '&';
    }
    let url = Bytes::from(url);
    Uri::from_maybe_shared(url.clone()).map_err(|_| {
        let url = String::from_utf8_lossy(&url);
        let shown = url.split('?').next().unwrap_or_default();
        BadAddress {
            url: shown.to_owned(),
        }
    })
}

fn openai(base: &str, endpoint: &str, action: Action<'_>) -> String {
    let full = ["/chat/completions", "/responses"]
        .iter()
        .find_map(|full| base.strip_suffix(full));
    let root = full.unwrap_or(base);
    let version = if full.is_none() && is_bare_host(root) {
        "/v1"
    } else {
        ""
    };
    match action {
        Action::Generate { .. } => format!("{root}{version}{endpoint}"),
        Action::CountTokens => format!("{root}{version}{endpoint}/input_tokens"),
        Action::Models => format!("{root}{version}/models"),
        Action::Below(path) => below(root, path),
    }
}

fn anthropic(base: &str, action: Action<'_>) -> String {
    let root = base.strip_suffix("/messages").unwrap_or(base);
    let versioned = if root.ends_with("/v1") || root.len() < base.len() {
        root.to_owned()
    } else {
        format!("{root}/v1")
    };
    match action {
        Action::Generate { .. } => format!("{versioned}/messages"),
        Action::CountTokens => format!("{versioned}/messages/count_tokens"),
        Action::Models => format!("{versioned}/models"),
        Action::Below(path) => below(root, path),
    }
}

fn gemini(base: &str, action: Action<'_>, model: &str) -> String {
    let versioned = if base.ends_with("/v1beta") || base.ends_with("/v1") {
        base.to_owned()
    } else {
        format!("{base}/v1beta")
    };
    let model = in_path(model);
    match action {
        Action::Generate { streamed: true } => {
            format!("{versioned}/models/{model}:streamGenerateContent")
        }
        Action::Generate { streamed: false } => {
            format!("{versioned}/models/{model}:generateContent")
        }
        Action::CountTokens => format!("{versioned}/models/{model}:countTokens"),
        Action::Models => format!("{versioned}/models"),
        Action::Below(path) => below(&versioned, path),
    }
}

/// Whether a base URL names a host and no folder on it.
fn is_bare_host(base: &str) -> bool {
    base.split_once("://")
        .is_some_and(|(_, rest)| !rest.contains('/'))
}

/// A model's name as part of a path. Clients choose it: it must not begin a query or a fragment.
fn in_path(model: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut path = String::with_capacity(model.len());
    for byte in model.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/:@".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push('%');
            path.extend([byte >> 4, byte & 15].map(|digit| char::from(HEX[usize::from(digit)])));
        }
    }
    path
}

/// Whether a model's name would lead out of the folder it is put in.
fn leads_away(model: &str) -> bool {
    model.split('/').any(|part| part == "." || part == "..")
}

/// A path that is a URL of its own stands as it is.
fn below(root: &str, path: &str) -> String {
    if path.starts_with("http://") || path.starts_with("https://") {
        return path.to_owned();
    }
    format!("{root}/{}", path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(base: &str, protocol: Protocol, action: Action<'_>) -> String {
        address(base, protocol, action, "m-1", None)
            .unwrap()
            .to_string()
    }

    const GENERATE: Action<'_> = Action::Generate { streamed: false };

    #[test]
    fn p002_openai_bases_end_in_v1_in_the_endpoint_or_in_nothing() {
        for base in [
            "https://a.io/v1",
            "https://a.io/v1/",
            "https://a.io/v1/chat/completions",
            "https://a.io",
            "https://a.io/",
        ] {
            assert_eq!(
                url(base, Protocol::OpenAi, GENERATE),
                "https://a.io/v1/chat/completions"
            );
            assert_eq!(
                url(base, Protocol::OpenAi, Action::Models),
                "https://a.io/v1/models"
            );
        }
        assert_eq!(
            url("https://a.io/v1", Protocol::OpenAiResponses, GENERATE),
            "https://a.io/v1/responses"
        );
        assert_eq!(
            url("https://a.io/api/v4", Protocol::OpenAi, GENERATE),
            "https://a.io/api/v4/chat/completions"
        );
        assert_eq!(
            url("https://a.io/chat/completions", Protocol::OpenAi, GENERATE),
            "https://a.io/chat/completions"
        );
        assert_eq!(
            url(
                "https://a.io/v1",
                Protocol::OpenAi,
                Action::Below("/embeddings")
            ),
            "https://a.io/v1/embeddings"
        );
    }

    #[test]
    fn p002_anthropic_bases_come_with_or_without_version_and_endpoint() {
        for base in [
            "https://a.io",
            "https://a.io/v1",
            "https://a.io/v1/messages",
        ] {
            assert_eq!(
                url(base, Protocol::Anthropic, GENERATE),
                "https://a.io/v1/messages"
            );
            assert_eq!(
                url(base, Protocol::Anthropic, Action::CountTokens),
                "https://a.io/v1/messages/count_tokens"
            );
        }
        assert_eq!(
            url("https://a.io/odd/messages", Protocol::Anthropic, GENERATE),
            "https://a.io/odd/messages"
        );
        assert_eq!(
            url("https://a.io/anthropic", Protocol::Anthropic, GENERATE),
            "https://a.io/anthropic/v1/messages"
        );
    }

    #[test]
    fn p002_gemini_bases_come_with_or_without_version() {
        for base in ["https://g.io", "https://g.io/v1beta"] {
            assert_eq!(
                url(base, Protocol::Gemini, Action::Generate { streamed: true }),
                "https://g.io/v1beta/models/m-1:streamGenerateContent"
            );
        }
    }

    #[test]
    fn a_model_stays_in_its_place_in_the_path() {
        let asked = |model| address("https://g.io", Protocol::Gemini, GENERATE, model, None);
        for (model, path) in [
            ("g-1.5_pro@2", "/v1beta/models/g-1.5_pro@2:generateContent"),
            ("tuned/g-1", "/v1beta/models/tuned/g-1:generateContent"),
            (
                "a?key=b#c d%2f",
                "/v1beta/models/a%3Fkey%3Db%23c%20d%252f:generateContent",
            ),
        ] {
            let uri = asked(model).unwrap();
            assert_eq!((uri.path(), uri.query()), (path, None), "{model}");
        }
        for away in ["../../files", "a/../b", "."] {
            assert!(asked(away).is_err(), "{away}");
        }
    }

    #[test]
    fn a_bad_address_is_told_without_its_query() {
        let bad = address(
            "https://a b/v1?key=secret",
            Protocol::OpenAi,
            GENERATE,
            "m",
            None,
        );
        assert_eq!(
            bad.unwrap_err().to_string(),
            "\"https://a b/v1/chat/completions\" is no usable URL; check the provider's base URL and the model's name"
        );
    }

    #[test]
    fn queries_of_base_and_request_are_joined() {
        let uri = address(
            "https://a.io/v1?api-version=1",
            Protocol::OpenAi,
            GENERATE,
            "m",
            Some("beta=true"),
        )
        .unwrap();
        assert_eq!(
            uri,
            "https://a.io/v1/chat/completions?api-version=1&beta=true"
        );
    }
}
