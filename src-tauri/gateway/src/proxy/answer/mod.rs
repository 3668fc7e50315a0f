//! What goes back to the client: an upstream's answer, the built-in provider's, or the gateway's own.

mod build;
mod crossed;
mod failure;
mod opening;
mod reading;
mod rounds;
mod success;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use hyper::body::Incoming;
use keyway_protocols::{
    Protocol,
    error::{Across, ErrorKind},
};

pub(super) use self::build::stamped;
use self::{
    build::{build, whole},
    failure::failed,
    opening::Opened,
    success::succeeded,
};
use super::{
    collect::collect, echo::EchoBody, error::ProxyError, exchange::Exchange, plan::PlannedTarget,
    prepare::Way, reply::ReplyBody, searching::Searching,
};
use crate::{
    app::App,
    ids::CredentialId,
    store::logs::AttemptNote,
    upstream::health::{Circuit, Outcome},
};

/// So much of an error body is kept; what is longer is a page for people.
pub(super) const MOST_ERROR_BYTES: usize = 1 << 20;

/// An answer that is about to go out.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Whole(Vec<Bytes>),
    Upstream {
        incoming: Incoming,
        from: Origin,
    },
    /// Another protocol's, known to be an answer.
    Opened {
        opened: Opened,
        from: Origin,
    },
    Held {
        bytes: Bytes,
        from: Origin,
    },
    /// An error in an answer that said success.
    Told {
        told: Across,
        from: Origin,
    },
    Echo(Box<EchoBody>),
}

/// Which target an answer comes from.
#[derive(Debug)]
pub(super) struct Origin {
    /// The target.
    pub target: PlannedTarget,
    /// The credential it was asked with.
    pub credential: Option<CredentialId>,
    /// The name the client knows the model by, when it is another.
    pub alias: Option<Arc<str>>,
    /// What brings the answer back to the client's protocol, where it has to be.
    pub way: Option<Way>,
    /// What its searches take, if it may want any.
    pub searching: Option<Arc<Searching>>,
}

impl Origin {
    /// The readable id of the provider.
    pub(super) fn provider(&self) -> &str {
        &self.target.provider.provider.id
    }

    /// Says that what came is no answer.
    pub(super) fn no_answer(&self, what: &str) -> ProxyError {
        ProxyError::NotAnAnswer {
            provider: self.provider().to_owned(),
            what: what.to_owned(),
        }
    }

    /// Says that it broke off.
    pub(super) fn cut(&self, reason: String) -> ProxyError {
        ProxyError::Cut {
            provider: self.provider().to_owned(),
            reason,
        }
    }

    /// How long it may be silent.
    pub(super) fn idle(&self) -> Duration {
        self.target.provider.provider.timeouts.idle
    }

    /// The health it stands for.
    pub(super) fn circuit(&self) -> Circuit {
        self.target.circuit(self.credential.as_ref())
    }
}

impl Answer {
    /// The gateway's own JSON.
    pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let headers = HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )]);
        Self {
            status,
            headers,
            body: Body::Whole(vec![body.into()]),
        }
    }

    /// The built-in provider's answer.
    pub(super) fn echo(status: StatusCode, headers: HeaderMap, body: EchoBody) -> Self {
        Self {
            status,
            headers,
            body: Body::Echo(Box::new(body)),
        }
    }

    /// An upstream's answer, of which only the head is there yet.
    pub(super) fn of_upstream(response: Response<Incoming>, from: Origin) -> Self {
        let (head, incoming) = response.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body: Body::Upstream { incoming, from },
        }
    }

    /// The status it goes out with.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// Reads as much of another protocol's answer as it takes to know that it is one: an error that comes
    /// first is told as one, and another target may still answer. Where all of it has to be read, its searches
    /// are made as well, and noted.
    pub(super) async fn opened(
        self,
        app: &App,
        notes: &mut Vec<AttemptNote>,
    ) -> Result<Self, ProxyError> {
        if !self.status.is_success() {
            return Ok(self);
        }
        let Body::Upstream { incoming, from } = self.body else {
            return Ok(self);
        };
        let Some(way) = from.way.clone() else {
            let body = Body::Upstream { incoming, from };
            return Ok(Self { body, ..self });
        };
        match opening::open(app, incoming, &self.headers, &from, way, notes).await? {
            Opened::Told(told) => Ok(Self {
                status: StatusCode::from_u16(told.status).unwrap_or(StatusCode::BAD_GATEWAY),
                body: Body::Told { told, from },
                ..self
            }),
            opened @ (Opened::Events(_) | Opened::Whole(_)) => Ok(Self {
                status: StatusCode::OK,
                body: Body::Opened { opened, from },
                ..self
            }),
        }
    }

    /// What an error inside an answer says about the upstream's health.
    pub(super) fn trouble(&self) -> Option<Outcome> {
        let Body::Told { told, .. } = &self.body else {
            return None;
        };
        match told.kind {
            ErrorKind::Authentication | ErrorKind::Billing | ErrorKind::Permission => {
                Some(Outcome::Refused)
            }
            ErrorKind::RateLimit => Some(Outcome::Limited {
                retry_after: told.retry_after,
            }),
            ErrorKind::Upstream
            | ErrorKind::Overloaded
            | ErrorKind::Timeout
            | ErrorKind::Internal => Some(Outcome::Failed),
            ErrorKind::InvalidRequest
            | ErrorKind::ContextTooLong
            | ErrorKind::NotFound
            | ErrorKind::TooLarge => None,
        }
    }

    /// Reads an error answer whole, so that it can be given later without keeping its connection.
    pub(super) async fn held(self) -> Self {
        let Body::Upstream { incoming, from } = self.body else {
            return self;
        };
        let bytes = collect(incoming, from.idle(), MOST_ERROR_BYTES)
            .await
            .unwrap_or_default();
        Self {
            body: Body::Held { bytes, from },
            ..self
        }
    }

    /// Turns into the response that the client gets, and takes the exchange along to its end.
    pub(super) async fn respond(
        self,
        protocol: Protocol,
        exchange: Exchange,
    ) -> Result<Response<ReplyBody>, (Exchange, ProxyError)> {
        match self.body {
            Body::Whole(pieces) => Ok(whole(self.status, self.headers, pieces, None, exchange)),
            Body::Echo(mut echo) => {
                let id = exchange.entry.id.clone();
                echo.carry(exchange);
                Ok(stamped(
                    build(self.status, self.headers, ReplyBody::Echo(echo)),
                    protocol,
                    &id,
                ))
            }
            Body::Opened { opened, from } => Ok(crossed::respond(
                protocol,
                self.headers,
                opened,
                from,
                exchange,
            )),
            Body::Told { told, from } => Ok(failure::answer(
                protocol,
                self.headers,
                told.into(),
                &from,
                exchange,
            )),
            Body::Held { bytes, from } => Ok(failed(
                protocol,
                self.status,
                self.headers,
                bytes,
                &from,
                exchange,
            )),
            Body::Upstream { incoming, from } if !self.status.is_success() => {
                match collect(incoming, from.idle(), MOST_ERROR_BYTES).await {
                    Ok(bytes) => Ok(failed(
                        protocol,
                        self.status,
                        self.headers,
                        bytes,
                        &from,
                        exchange,
                    )),
                    Err(reason) => Err((
                        exchange,
                        ProxyError::Cut {
                            provider: from.provider().to_owned(),
                            reason,
                        },
                    )),
                }
            }
            Body::Upstream { incoming, from } => {
                succeeded(
                    protocol,
                    self.status,
                    self.headers,
                    incoming,
                    from,
                    exchange,
                )
                .await
            }
        }
    }
}
