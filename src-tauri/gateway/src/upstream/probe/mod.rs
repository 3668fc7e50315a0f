//! Asks an upstream something small, to find out whether provider, key and model work.
//!
//! An upstream that cannot be reached is a finding, not an error.

mod words;

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use keyway_protocols::Protocol;
use secrecy::ExposeSecret;
use serde_json::Value;

use self::words::{error_message, model_names, newer_question, own_words, question, said};

use super::{
    address::{Action, address},
    http::{CallError, Http},
    outgoing::Outgoing,
    sign::sign,
};
use crate::{
    clock::Clock,
    config::{Credential, Provider},
};

/// A person waits for it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Lists of models of large vendors are below this.
const LARGEST_ANSWER: usize = 4 << 20;

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it works.
    pub ok: bool,
    /// What the upstream answered; 502 when no answer came, 504 when none came in time.
    pub status: u16,
    /// How long it took.
    pub latency: Duration,
    /// The same in words.
    pub message: String,
    /// The models it listed, when it was asked for them.
    pub models: Vec<String>,
}

/// Asks providers with what they are asked with.
#[derive(Debug, Clone, Copy)]
pub struct Prober<'a> {
    /// Calls upstreams.
    pub http: &'a Http,
    /// Measures.
    pub clock: &'a dyn Clock,
    /// Who is asked.
    pub provider: &'a Provider,
    /// With which key; none for a provider that needs none.
    pub credential: Option<&'a Credential>,
}

impl Prober<'_> {
    /// Asks for the list of models.
    pub async fn models(&self) -> Finding {
        let begun = self.clock.instant();
        let answer = self.ask(Method::GET, Action::Models, "", None).await;
        match answer {
            Ok((status, body)) if status.is_success() => match model_names(&body) {
                Some(models) => {
                    let message = format!("GET /models OK ({})", status.as_u16());
                    Finding {
                        models,
                        ..self.found(begun, true, status.as_u16(), message)
                    }
                }
                None => self.found(begun, false, status.as_u16(), self.no_answer(status, &body)),
            },
            Ok((status, body)) => {
                self.found(begun, false, status.as_u16(), self.refusal(status, &body))
            }
            Err(why) => self.found(begun, false, why.status(), self.redacted(&why.to_string())),
        }
    }

    /// Has a model say a word.
    pub async fn generate(&self, model: &str) -> Finding {
        let begun = self.clock.instant();
        let protocol = self.provider.protocol;
        let mut answer = self.post(model, &question(protocol, model)).await;
        // The newer models of OpenAI know the limit by another name.
        if let Ok((StatusCode::BAD_REQUEST, body)) = &answer
            && protocol == Protocol::OpenAi
            && memchr::memmem::find(body, b"max_completion_tokens").is_some()
        {
            answer = self.post(model, &newer_question(model)).await;
        }
        match answer {
            Ok((status, body)) if status.is_success() => match said(protocol, &body) {
                Some(characters) => self.found(
                    begun,
                    true,
                    status.as_u16(),
                    format!("chat OK ({characters} chars)"),
                ),
                None => self.found(begun, false, status.as_u16(), self.no_answer(status, &body)),
            },
            Ok((status, body)) => {
                self.found(begun, false, status.as_u16(), self.refusal(status, &body))
            }
            Err(why) => self.found(begun, false, why.status(), self.redacted(&why.to_string())),
        }
    }

    async fn post(&self, model: &str, body: &Value) -> Result<(StatusCode, Bytes), NoAnswer> {
        self.ask(
            Method::POST,
            Action::Generate { streamed: false },
            model,
            Some(body),
        )
        .await
    }

    async fn ask(
        &self,
        method: Method,
        action: Action<'_>,
        model: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Bytes), NoAnswer> {
        let request = self.request(method, action, model, body)?;
        let asked = async {
            let response = self.http.send(self.provider, request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LARGEST_ANSWER)
                .collect()
                .await;
            Ok((
                status,
                body.map_err(|error| NoAnswer::Body(error.to_string()))?
                    .to_bytes(),
            ))
        };
        tokio::time::timeout(PATIENCE, asked)
            .await
            .map_err(|_| NoAnswer::TooLate)?
    }

    fn request(
        &self,
        method: Method,
        action: Action<'_>,
        model: &str,
        body: Option<&Value>,
    ) -> Result<Request<Outgoing>, NoAnswer> {
        let provider = self.provider;
        let uri = address(&provider.base_url, provider.protocol, action, model, None)
            .map_err(|error| NoAnswer::Request(error.to_string()))?;
        let mut headers = HeaderMap::new();
        let secret = match self.credential {
            Some(credential) => Some(credential.secret.as_ref().ok_or(NoAnswer::SealedKey)?),
            None => None,
        };
        sign(
            &mut headers,
            provider.protocol,
            uri.host().unwrap_or_default(),
            secret,
        )
        .map_err(|_| NoAnswer::Request("the key cannot stand in a header".to_owned()))?;
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        for (name, value) in &provider.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                headers.insert(name, value);
            }
        }
        let body = body.map_or_else(Outgoing::empty, |body| {
            Outgoing::new(vec![body.to_string().into()])
        });
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn found(&self, begun: Instant, ok: bool, status: u16, message: String) -> Finding {
        let latency = self.clock.instant().saturating_duration_since(begun);
        Finding {
            ok,
            status,
            latency,
            message,
            models: Vec::new(),
        }
    }

    /// Some vendors send errors with status 200.
    fn no_answer(&self, status: StatusCode, body: &[u8]) -> String {
        let (status, protocol) = (status.as_u16(), self.provider.protocol);
        if let Some(words) = error_message(body) {
            return self.redacted(&format!("it answered {status} with an error: {words}"));
        }
        format!(
            "it answered {status}, but not in the {protocol} protocol: check the base URL and the protocol"
        )
    }

    /// What a refusal means, and the upstream's own words.
    fn refusal(&self, status: StatusCode, body: &[u8]) -> String {
        let meaning = match status.as_u16() {
            401 | 403 => "the key was refused",
            402 => "the account has no credit",
            404 | 405 => {
                "there is nothing at this address, or no such model: check the base URL and the model"
            }
            429 => "the provider asks to wait",
            500..=599 => "the provider failed",
            _ => "the request was refused",
        };
        let words = own_words(body);
        let separator = if words.is_empty() { "" } else { ": " };
        self.redacted(&format!(
            "{meaning} ({}){separator}{words}",
            status.as_u16()
        ))
    }

    /// Some upstreams quote the key they refuse.
    fn redacted(&self, text: &str) -> String {
        match self
            .credential
            .and_then(|credential| credential.secret.as_ref())
        {
            Some(secret) if !secret.expose_secret().is_empty() => {
                text.replace(secret.expose_secret(), "…")
            }
            Some(_) | None => text.to_owned(),
        }
    }
}

/// Why there is no answer to look at.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("the request cannot be made: {0}")]
    Request(String),
    #[error("the stored key cannot be opened with this master key: enter it again")]
    SealedKey,
    #[error("{0}")]
    Call(#[from] CallError),
    #[error("the answer broke off: {0}")]
    Body(String),
    #[error("no answer within {} s", PATIENCE.as_secs())]
    TooLate,
}

impl NoAnswer {
    fn status(&self) -> u16 {
        match self {
            Self::TooLate | Self::Call(CallError::FirstByteTimeout(_)) => 504,
            Self::Request(_) | Self::SealedKey | Self::Call(_) | Self::Body(_) => 502,
        }
    }
}
