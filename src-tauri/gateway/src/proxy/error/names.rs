//! What each failure is called, and the status it goes out with.

use keyway_protocols::{Protocol, error::ErrorKind};

use super::ProxyError;
use crate::upstream::http::CallError;

impl ProxyError {
    /// The name of the failure, which never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingKey => "missing_key",
            Self::UnknownKey => "unknown_key",
            Self::DisabledKey => "disabled_key",
            Self::ExpiredKey => "expired_key",
            Self::GroupDisabled => "group_disabled",
            Self::Limit(_) => "limit_reached",
            Self::NotJson(_) => "not_json",
            Self::Body(error) => error.code(),
            Self::Uncountable(_) => "not_countable",
            Self::TooLarge { .. } => "body_too_large",
            Self::BodyTimeout(_) => "body_timeout",
            Self::BodyBroken => "body_broken",
            Self::MissingModel(_) => "missing_model",
            Self::NoRoute { .. } => "model_not_found",
            Self::NotAllowed { .. } => "not_allowed",
            Self::NoTarget { .. } => "no_target",
            Self::ProtocolMismatch { .. } => "protocol_mismatch",
            Self::NotConvertible { .. } => "not_convertible",
            Self::AllResting { .. } => "all_resting",
            Self::Call {
                error: CallError::FirstByteTimeout(_),
                ..
            } => "upstream_timeout",
            Self::Call { .. } => "upstream_unreachable",
            Self::NotAnAnswer { .. } => "upstream_not_an_answer",
            Self::Cut { .. } => "upstream_cut",
            Self::Address(_) => "bad_base_url",
            Self::BadCredential(_) => "bad_credential",
            Self::NoCredential(_) => "no_credential",
            Self::NoUpstreamPath(_) => "no_upstream_path",
            Self::UnknownJob => "unknown_job",
            Self::Unserved(_) => "not_served",
            Self::NoWebSocket => "no_websocket",
            Self::Loop => "gateway_loop",
            Self::Stopping => "stopping",
            Self::Internal(_) => "internal",
        }
    }

    /// What kind of failure it is to a client.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::MissingKey | Self::UnknownKey | Self::DisabledKey | Self::ExpiredKey => {
                ErrorKind::Authentication
            }
            Self::GroupDisabled | Self::NotAllowed { .. } => ErrorKind::Permission,
            Self::Limit(_) => ErrorKind::RateLimit,
            Self::NotJson(_)
            | Self::Body(_)
            | Self::Uncountable(_)
            | Self::BodyTimeout(_)
            | Self::BodyBroken
            | Self::MissingModel(_)
            | Self::ProtocolMismatch { .. }
            | Self::NotConvertible { .. }
            | Self::NoUpstreamPath(_)
            | Self::UnknownJob
            | Self::NoWebSocket
            | Self::Loop => ErrorKind::InvalidRequest,
            Self::TooLarge { .. } => ErrorKind::TooLarge,
            Self::NoRoute { .. } | Self::Unserved(_) => ErrorKind::NotFound,
            Self::AllResting { .. }
            | Self::NoTarget { .. }
            | Self::NoCredential(_)
            | Self::Stopping => ErrorKind::Overloaded,
            Self::Call {
                error: CallError::FirstByteTimeout(_),
                ..
            } => ErrorKind::Timeout,
            Self::Call { .. } | Self::NotAnAnswer { .. } | Self::Cut { .. } => ErrorKind::Upstream,
            Self::Address(_) | Self::BadCredential(_) | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// The HTTP status for a caller of this protocol.
    pub fn status(&self, protocol: Protocol) -> u16 {
        match self {
            Self::NotJson(_) => 415,
            Self::BodyTimeout(_) => 408,
            Self::NoWebSocket => 426,
            Self::Loop => 508,
            Self::NoTarget { .. } | Self::NoCredential(_) => 503,
            Self::MissingKey
            | Self::UnknownKey
            | Self::DisabledKey
            | Self::ExpiredKey
            | Self::GroupDisabled
            | Self::Limit(_)
            | Self::Body(_)
            | Self::Uncountable(_)
            | Self::TooLarge { .. }
            | Self::BodyBroken
            | Self::MissingModel(_)
            | Self::NoRoute { .. }
            | Self::NotAllowed { .. }
            | Self::ProtocolMismatch { .. }
            | Self::NotConvertible { .. }
            | Self::AllResting { .. }
            | Self::Call { .. }
            | Self::NotAnAnswer { .. }
            | Self::Cut { .. }
            | Self::Address(_)
            | Self::BadCredential(_)
            | Self::NoUpstreamPath(_)
            | Self::UnknownJob
            | Self::Unserved(_)
            | Self::Stopping
            | Self::Internal(_) => self.kind().default_status(protocol),
        }
    }
}
