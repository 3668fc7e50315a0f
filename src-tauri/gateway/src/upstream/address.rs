//! Where a request goes: base URL, protocol and action make the upstream URL.

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

/// A URL that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} is no usable URL; check the provider's base URL")]
pub struct BadAddress {
    url: String,
}

/// Builds the URL for an action at a provider.
///
/// Base URLs are taken as people paste them: with or without `/v1` for Anthropic, with or without
/// `/v1beta` for Gemini, and the full URL of the endpoint itself for all.
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
    url.parse().map_err(|_| BadAddress { url })
}

fn openai(base: &str, endpoint: &str, action: Action<'_>) -> String {
    let root = ["/chat/completions", "/responses"]
        .iter()
        .find_map(|full| base.strip_suffix(full))
        .unwrap_or(base);
    match action {
        Action::Generate { .. } => format!("{root}{endpoint}"),
        Action::CountTokens => format!("{root}{endpoint}/input_tokens"),
        Action::Models => format!("{root}/models"),
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
    fn openai_bases_end_in_v1_or_in_the_endpoint() {
        for base in [
            "https://a.io/v1",
            "https://a.io/v1/",
            "https://a.io/v1/chat/completions",
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
            url(
                "https://a.io/v1",
                Protocol::OpenAi,
                Action::Below("/embeddings")
            ),
            "https://a.io/v1/embeddings"
        );
    }

    #[test]
    fn anthropic_bases_come_with_or_without_version_and_endpoint() {
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
    fn gemini_bases_come_with_or_without_version() {
        for base in ["https://g.io", "https://g.io/v1beta"] {
            assert_eq!(
                url(base, Protocol::Gemini, Action::Generate { streamed: true }),
                "https://g.io/v1beta/models/m-1:streamGenerateContent"
            );
        }
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
