//! Everything that keeps the gateway from passing on an upstream's answer, worded once.

mod names;

use std::time::Duration;

use keyway_protocols::{Protocol, Unsayable, envelope::EnvelopeError, error::ErrorReply};

use crate::{
    metering::{limits::LimitHit, tokens::CountError},
    upstream::{address::BadAddress, http::CallError},
};

/// Why a request got no answer of an upstream.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// No key came with the request.
    #[error(
        "no API key was sent; send a Keyway key as Authorization: Bearer, x-api-key or x-goog-api-key"
    )]
    MissingKey,
    /// The key is none of this gateway's.
    #[error("this API key is unknown here; use a key made in Keyway (they begin with db_sk_)")]
    UnknownKey,
    /// The key was switched off.
    #[error("this API key is disabled; enable it in Keyway or use another")]
    DisabledKey,
    /// The key's time is over.
    #[error("this API key has expired; extend it in Keyway or make a new one")]
    ExpiredKey,
    /// The group was switched off.
    #[error("the group of this API key is disabled; enable it in Keyway")]
    GroupDisabled,
    /// The key reached one of its limits.
    #[error("{0}")]
    Limit(#[from] LimitHit),
    /// The body is of a type that is not read here.
    #[error("the content type {0:?} is not read here; send JSON as application/json")]
    NotJson(String),
    /// The body cannot be sent on.
    #[error("{0}")]
    Body(#[from] EnvelopeError),
    /// The tokens of the body cannot be counted.
    #[error("{0}")]
    Uncountable(#[from] CountError),
    /// The body is larger than is taken.
    #[error("the request body is larger than {} MB; send less, for example fewer or smaller images", .limit >> 20)]
    TooLarge {
        /// The most bytes taken.
        limit: u64,
    },
    /// The client stopped sending.
    #[error("the request body did not arrive within {} s of silence; send it again", .0.as_secs())]
    BodyTimeout(Duration),
    /// The connection broke while the client was sending.
    #[error("the request body broke off; send it again")]
    BodyBroken,
    /// No model was named.
    #[error("the request names no model; set \"model\" to one of: {}", .0.join(", "))]
    MissingModel(Vec<String>),
    /// The model stands for nothing here.
    #[error("no route answers to model {asked:?}; use one of: {}", .aliases.join(", "))]
    NoRoute {
        /// The model asked for.
        asked: String,
        /// Those that would have been answered.
        aliases: Vec<String>,
    },
    /// The key may not use this.
    #[error("this API key may not use {what}; allow it in Keyway or use another key")]
    NotAllowed {
        /// What was asked for.
        what: String,
    },
    /// All targets are switched off or gone.
    #[error("route {alias:?} has no enabled provider; enable or add one in Keyway")]
    NoTarget {
        /// The route's alias.
        alias: String,
    },
    /// The provider speaks another protocol than the caller.
    #[error(
        "model {asked:?} is served by provider {provider:?}, which speaks {speaks}, not {caller}; \
         give the provider a base URL for {caller} or ask through its own protocol"
    )]
    ProtocolMismatch {
        /// The model asked for.
        asked: String,
        /// What the caller speaks.
        caller: Protocol,
        /// The provider's readable id.
        provider: String,
        /// What the provider speaks.
        speaks: Protocol,
    },
    /// The request cannot be said in the protocol of the provider.
    #[error("{}{message}", .field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default())]
    NotConvertible {
        /// The field at fault, in the words of the client's protocol.
        field: Option<String>,
        /// What is wrong and what to do about it.
        message: String,
    },
    /// Everything that could answer rests after failures.
    #[error("every provider of {model:?} is resting after failures; {explanation}")]
    AllResting {
        /// The model asked for.
        model: String,
        /// Why, and until when.
        explanation: String,
        /// When the first of them is tried again.
        retry_after: Option<Duration>,
    },
    /// No answer came from the upstream.
    #[error("provider {provider:?} gave no answer: {error}")]
    Call {
        /// The provider's readable id.
        provider: String,
        /// What happened.
        error: CallError,
    },
    /// The upstream answered with something that is no answer.
    #[error(
        "provider {provider:?} answered with {what} where JSON or an event stream was due; check its base URL"
    )]
    NotAnAnswer {
        /// The provider's readable id.
        provider: String,
        /// What came instead.
        what: String,
    },
    /// The answer broke off before it was whole.
    #[error("the answer of provider {provider:?} broke off before its end: {reason}")]
    Cut {
        /// The provider's readable id.
        provider: String,
        /// What happened.
        reason: String,
    },
    /// The provider is set up wrongly.
    #[error("{0}")]
    Address(#[from] BadAddress),
    /// The stored key cannot be sent.
    #[error(
        "the API key of provider {0:?} cannot be used: it is empty, unreadable or has characters that no header takes; enter it again"
    )]
    BadCredential(String),
    /// All of the provider's keys are switched off.
    #[error("every API key of provider {0:?} is disabled; enable one in Keyway")]
    NoCredential(String),
    /// The route has no path for generations.
    #[error("route {0:?} has no upstream_path; set it in Keyway to use /v1/generations")]
    NoUpstreamPath(String),
    /// A job was asked for without saying whose.
    #[error("say which route made this job: add ?model=ALIAS")]
    UnknownJob,
    /// The path is not served.
    #[error("{0} is not served by Keyway")]
    Unserved(String),
    /// The WebSocket form is not spoken.
    #[error(
        "the WebSocket form of this endpoint is not spoken here; use POST with server-sent events"
    )]
    NoWebSocket,
    /// The request went through too many gateways.
    #[error(
        "this request went through several gateways already; a provider's base URL points back to a gateway"
    )]
    Loop,
    /// The gateway is going down.
    #[error("the gateway is stopping; try again in a moment")]
    Stopping,
    /// Something that must not happen.
    #[error("the gateway failed: {0}")]
    Internal(String),
}

impl ProxyError {
    /// When it is worth asking again, in whole seconds.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        if let Self::Limit(hit) = self {
            return hit.retry_after_seconds();
        }
        if let Self::AllResting { retry_after, .. } = self {
            return retry_after.map(|wait| wait.as_secs().max(1));
        }
        matches!(self, Self::Stopping).then_some(1)
    }

    /// Whether another target may do better.
    pub(super) fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Call { .. }
                | Self::NotAnAnswer { .. }
                | Self::Address(_)
                | Self::BadCredential(_)
                | Self::Cut { .. }
                | Self::NotConvertible { .. }
        )
    }

    /// Whether it says something about the upstream's health.
    pub(super) fn is_fault_of_upstream(&self) -> bool {
        matches!(
            self,
            Self::Call { .. } | Self::NotAnAnswer { .. } | Self::Cut { .. }
        )
    }

    /// Whether the client's own retries are of no use, which some clients have to be told.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::NotConvertible { .. })
    }

    /// The error in the shape of a protocol, given with its text because texts are made once.
    pub(super) fn reply<'a>(
        &self,
        protocol: Protocol,
        message: &'a str,
        request_id: &'a str,
    ) -> ErrorReply<'a> {
        ErrorReply {
            kind: self.kind(),
            status: self.status(protocol),
            code: self.code(),
            message,
            request_id: Some(request_id),
        }
    }
}

impl From<Unsayable> for ProxyError {
    fn from(unsayable: Unsayable) -> Self {
        Self::NotConvertible {
            field: Some(unsayable.field).filter(|field| !field.is_empty()),
            message: unsayable.message,
        }
    }
}
