//! Which path is which endpoint, and which protocol its caller speaks.

use std::borrow::Cow;

use http::Method;
use keyway_protocols::Protocol;

/// What a path of the proxy asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// An answer of a model.
    Generate {
        /// The caller's protocol.
        protocol: Protocol,
        /// Gemini names model and form in the path instead of the body.
        gemini: Option<GeminiPath>,
    },
    /// How many tokens a request has.
    CountTokens {
        /// The caller's protocol.
        protocol: Protocol,
        /// The model of Gemini's path.
        model: Option<String>,
    },
    /// An endpoint that has no counterpart in other protocols: embeddings, images, audio, …
    PassThrough {
        /// The caller's protocol.
        protocol: Protocol,
        /// The path below the base URL.
        path: String,
    },
    /// A job of a route with an `upstream_path`: images, video, 3D.
    Generation,
    /// How such a job is doing.
    GenerationJob {
        /// The path below the base URL.
        path: String,
    },
    /// The models a key may ask for.
    Models {
        /// Whether the path itself says that Gemini's shape is meant.
        gemini: bool,
    },
    /// One of them.
    Model {
        /// Its name.
        id: String,
        /// Whether the path itself says that Gemini's shape is meant.
        gemini: bool,
    },
    /// The WebSocket form of Responses, which is not spoken.
    ResponsesSocket,
    /// A path of the proxy that Keyway does not serve; named so that the caller is told in its own protocol.
    Unserved {
        /// The caller's protocol, as far as the path tells.
        protocol: Protocol,
    },
}

/// What Gemini says in the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeminiPath {
    /// The asked model.
    pub model: String,
    /// Whether a stream is asked for.
    pub streamed: bool,
}

impl Endpoint {
    /// The protocol that errors are worded in.
    pub fn protocol(&self) -> Protocol {
        match self {
            Self::Generate { protocol, .. }
            | Self::CountTokens { protocol, .. }
            | Self::PassThrough { protocol, .. }
            | Self::Unserved { protocol } => *protocol,
            Self::Models { gemini: true } | Self::Model { gemini: true, .. } => Protocol::Gemini,
            Self::ResponsesSocket => Protocol::OpenAiResponses,
            Self::Generation
            | Self::GenerationJob { .. }
            | Self::Models { gemini: false }
            | Self::Model { gemini: false, .. } => Protocol::OpenAi,
        }
    }
}

impl Endpoint {
    /// This endpoint, unless it is asked for by a method that it does not have.
    fn unless(self, has_method: bool) -> Self {
        if has_method {
            self
        } else {
            unserved(self.protocol())
        }
    }
}

/// Folders that other products serve the same endpoints under.
const PREFIXES: [&str; 6] = ["/openai", "/anthropic", "/gemini", "/api", "/proxy", ""];
const VERSIONS: [&str; 3] = ["/v1beta", "/v1", ""];
/// `OpenAI` endpoints that go to the upstream as they are.
const PASSED: [&str; 7] = [
    "/embeddings",
    "/images/",
    "/audio/",
    "/rerank",
    "/moderations",
    "/completions",
    "/videos",
];

/// The endpoint of a path, or none when the path is not the proxy's.
pub fn endpoint(method: &Method, path: &str) -> Option<Endpoint> {
    let (rest, version) = tail(path.strip_suffix('/').unwrap_or(path))?;
    let posted = method == Method::POST;
    let is_read = method == Method::GET || method == Method::HEAD;
    if let Some(model) = rest.strip_prefix("/models") {
        let found = models(posted, model, version)?;
        return Some(found.unless(posted || is_read));
    }
    let served = match rest {
        "/chat/completions" => generate(Protocol::OpenAi),
        "/messages" => generate(Protocol::Anthropic),
        "/responses" if posted => generate(Protocol::OpenAiResponses),
        "/responses" if is_read => return Some(Endpoint::ResponsesSocket),
        "/messages/count_tokens" => count(Protocol::Anthropic),
        "/responses/input_tokens" => count(Protocol::OpenAiResponses),
        "/generations" => Endpoint::Generation,
        "/responses" => return Some(unserved(Protocol::OpenAiResponses)),
        _ => return further(posted, is_read, rest),
    };
    Some(if posted {
        served
    } else {
        Endpoint::Unserved {
            protocol: served.protocol(),
        }
    })
}

fn unserved(protocol: Protocol) -> Endpoint {
    Endpoint::Unserved { protocol }
}

fn generate(protocol: Protocol) -> Endpoint {
    Endpoint::Generate {
        protocol,
        gemini: None,
    }
}

fn count(protocol: Protocol) -> Endpoint {
    Endpoint::CountTokens {
        protocol,
        model: None,
    }
}

fn further(posted: bool, is_read: bool, rest: &str) -> Option<Endpoint> {
    if let Some(path) = rest.strip_prefix("/generations/") {
        return (is_read && is_plain(path)).then(|| Endpoint::GenerationJob {
            path: path.to_owned(),
        });
    }
    if PASSED
        .iter()
        .any(|known| rest == *known || (known.ends_with('/') && rest.starts_with(known)))
    {
        let passed = || Endpoint::PassThrough {
            protocol: Protocol::OpenAi,
            path: rest.to_owned(),
        };
        return is_plain(rest).then(|| {
            if posted {
                passed()
            } else {
                Endpoint::Unserved {
                    protocol: Protocol::OpenAi,
                }
            }
        });
    }
    if posted && rest == "/responses/compact" {
        return Some(Endpoint::PassThrough {
            protocol: Protocol::OpenAiResponses,
            path: rest.to_owned(),
        });
    }
    let protocol = if rest.starts_with("/messages/") {
        Protocol::Anthropic
    } else if rest.starts_with("/responses/") {
        Protocol::OpenAiResponses
    } else {
        return None;
    };
    Some(Endpoint::Unserved { protocol })
}

/// `/models`, `/models/{id}` and Gemini's `/models/{id}:{action}`.
fn models(posted: bool, rest: &str, version: &str) -> Option<Endpoint> {
    let gemini = version == "/v1beta";
    if rest.is_empty() || rest == "/" {
        return (!posted).then_some(Endpoint::Models { gemini });
    }
    let id = decoded(rest.strip_prefix('/')?);
    // Clients put `models/` in front of what they were told, which may have it already.
    let id = id.strip_prefix("models/").unwrap_or(&id);
    if !posted {
        return Some(Endpoint::Model {
            id: id.to_owned(),
            gemini,
        });
    }
    let (model, action) = id.rsplit_once(':')?;
    let streamed = action == "streamGenerateContent";
    match action {
        "generateContent" | "streamGenerateContent" => Some(Endpoint::Generate {
            protocol: Protocol::Gemini,
            gemini: Some(GeminiPath {
                model: model.to_owned(),
                streamed,
            }),
        }),
        "countTokens" => Some(Endpoint::CountTokens {
            protocol: Protocol::Gemini,
            model: Some(model.to_owned()),
        }),
        _ => Some(Endpoint::Unserved {
            protocol: Protocol::Gemini,
        }),
    }
}

/// Where Google's cloud has its models: `/v1/projects/{p}/locations/{l}/publishers/google/models/…`.
const PUBLISHED: &str = "/publishers/google/models/";

/// The path without the folder it is served under, and its version. A version that stands there twice, as when a
/// client adds its own to a base URL that has one, is one.
fn tail(path: &str) -> Option<(&str, &str)> {
    let rest = PREFIXES.iter().find_map(|prefix| {
        path.strip_prefix(prefix)
            .filter(|rest| rest.starts_with('/'))
    })?;
    let version = VERSIONS.into_iter().find(|version| {
        rest.strip_prefix(version)
            .is_some_and(|rest| rest.starts_with('/'))
    })?;
    let rest = rest.strip_prefix(version)?;
    let again = rest
        .strip_prefix(version)
        .filter(|rest| !version.is_empty() && rest.starts_with('/'));
    let rest = again.unwrap_or(rest);
    let published = rest.find(PUBLISHED);
    let model = published.map(|at| &rest[at + PUBLISHED.len() - "/models/".len()..]);
    Some((model.unwrap_or(rest), version))
}

/// A path that stays below the base URL it is joined to.
fn is_plain(path: &str) -> bool {
    let path = decoded(path);
    !path.split('/').any(|part| part == ".." || part == ".") && !path.contains(['\\', '\0'])
}

/// Undoes percent-encoding; what is not UTF-8 stays as it is.
fn decoded(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(path), Cow::Owned)
}

#[cfg(test)]
mod tests;
