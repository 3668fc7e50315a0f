//! Searches the web for a model that cannot, and asks it to go on with what was found.
//!
//! The conversion says which searches an answer wants and makes the next request of them; here they are made, and
//! the same target is asked again with the same credential. A search that fails is told to the model, which may
//! answer without it; a target that fails ends the answer.

mod errand;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Method, Request, Response, Uri};
use hyper::body::Incoming;
use keyway_protocols::{
    Protocol,
    cross::{CrossStream, Page, SearchFailure, Searched, Wanted},
    error::{self, Across},
};

pub(super) use self::errand::{Errand, Step};
use super::{
    answer::MOST_ERROR_BYTES,
    ask::{Ask, Turn},
    attempt,
    collect::collect,
    convert::guarded,
    decode::Decoder,
    error::ProxyError,
    exchange::{Exchange, micros},
    manner::no_answer,
    plan::PlannedTarget,
    prepare::{Prepared, Remembered, holds},
    quoted,
};
use crate::{
    app::App,
    config::{Credential, GroupView},
    store::logs::AttemptNote,
    toolloop::{Found, Search, SearchError, Searcher},
    upstream::{http::CallError, outgoing::Outgoing},
};

/// So many searches of one answer run at once.
const MOST_AT_ONCE: usize = 4;
/// The longest query that the search service takes.
const LONGEST_QUERY: usize = 400;
/// How the type of Anthropic's hosted tool begins.
const HOSTED: &[u8] = b"\"web_search_20";

/// What searches for clients of this protocol: others do not leave it to their providers in a way that is known here.
pub(super) fn searcher(protocol: Protocol, group: &GroupView) -> Option<Searcher> {
    match protocol {
        Protocol::Anthropic => Searcher::of(group),
        Protocol::OpenAi | Protocol::OpenAiResponses | Protocol::Gemini => None,
    }
}

/// Whether a target of the client's own protocol has to be searched for.
pub(super) fn is_due(ask: &Ask<'_>, turn: &Turn, target: &PlannedTarget) -> bool {
    let asks = |bytes: &[u8]| memchr::memmem::find(bytes, HOSTED).is_some();
    turn.searcher.is_some() && holds(&ask.pieces, asks) && !target.quirks().web_search
}

/// What the searches of one answer take.
pub(super) struct Searching {
    app: Arc<App>,
    searcher: Searcher,
    turn: Turn,
    target: PlannedTarget,
    credential: Option<Arc<str>>,
    client: Protocol,
    /// The head of the request that the answer is to, for the next ones.
    head: (Method, Uri, HeaderMap),
}

impl fmt::Debug for Searching {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The head holds the provider's key.
        out.debug_struct("Searching")
            .field("turn", &self.turn)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// A target that goes on: its answer, and how that is encoded.
pub(super) type GoesOn = (Incoming, Decoder);

/// Why a target does not go on.
#[derive(Debug)]
pub(super) enum Stuck {
    /// No answer came of it.
    Failed(ProxyError),
    /// It says why.
    Told(Across),
}

impl Searching {
    /// What the searches of this answer take; nothing if it can want none.
    pub(super) fn of(
        app: &Arc<App>,
        ask: &Ask<'_>,
        prepared: &Prepared,
        target: &PlannedTarget,
        credential: Option<&Credential>,
    ) -> Result<Option<Arc<Self>>, ProxyError> {
        let (Some(turn), Some(way)) = (&ask.turn, &prepared.way) else {
            return Ok(None);
        };
        let Some(searcher) = turn.searcher.clone().filter(|_| way.back.searches()) else {
            return Ok(None);
        };
        let (head, _) = attempt::request(ask, prepared, target, credential)?.into_parts();
        Ok(Some(Arc::new(Self {
            app: app.clone(),
            searcher,
            turn: turn.clone(),
            target: target.clone(),
            credential: credential.map(|credential| credential.label.as_str().into()),
            client: ask.protocol,
            head: (head.method, head.uri, head.headers),
        })))
    }

    /// Makes the searches, a few at once; what became of each, in order, and a note for the log.
    pub(super) async fn search(&self, wanted: Vec<Wanted>) -> Vec<(Searched, AttemptNote)> {
        stream::iter(wanted)
            .map(|wanted| self.search_for(wanted))
            .buffered(MOST_AT_ONCE)
            .collect()
            .await
    }

    async fn search_for(&self, wanted: Wanted) -> (Searched, AttemptNote) {
        let began = self.app.clock.instant();
        let result = self.found(wanted).await;
        let took = self.app.clock.instant().saturating_duration_since(began);
        let (searched, status) = match result {
            Ok(found) => (Searched::Pages(pages(found)), Some(200)),
            Err((failure, status)) => (Searched::Failed(failure), status),
        };
        let failure = match &searched {
            Searched::Failed(failure) => Some(failure.as_str().into()),
            Searched::Pages(_) => None,
        };
        let note = AttemptNote {
            provider: self.searcher.id().into(),
            model: "web_search".into(),
            credential: None,
            status,
            error_class: failure,
            us: micros(took),
        };
        (searched, note)
    }

    async fn found(&self, wanted: Wanted) -> Result<Found, (SearchFailure, Option<u16>)> {
        if wanted.query.chars().count() > LONGEST_QUERY {
            return Err((SearchFailure::QueryTooLong, None));
        }
        let search = Search {
            query: wanted.query,
            only: wanted.only,
            never: wanted.never,
        };
        let found = self.searcher.search(&self.app.http, &search).await;
        found.map_err(|error| {
            let status = match &error {
                SearchError::Status(status) => Some(status.as_u16()),
                SearchError::Address(_)
                | SearchError::BadKey(_)
                | SearchError::Call(_)
                | SearchError::NoResults => None,
            };
            let failure = if error.is_busy() {
                SearchFailure::TooManyRequests
            } else {
                SearchFailure::Unavailable
            };
            (failure, status)
        })
    }

    /// Tells the conversion what was found; the body of the next request, if there is to be one.
    pub(super) fn told(
        &self,
        stream: &mut CrossStream,
        found: Vec<Searched>,
        out: &mut Vec<Bytes>,
    ) -> Result<Option<Bytes>, ProxyError> {
        let memory = Remembered {
            app: &self.app,
            turn: &self.turn,
        };
        Ok(guarded(|| stream.found(found, &memory, out))??)
    }

    /// Asks the target to go on.
    pub(super) async fn ask(&self, body: Bytes) -> (Result<GoesOn, Stuck>, AttemptNote) {
        let began = self.app.clock.instant();
        let mut status = None;
        let asked = self.asked(body, &mut status).await;
        let took = self.app.clock.instant().saturating_duration_since(began);
        let failure = match &asked {
            Ok(_) => None,
            Err(Stuck::Failed(error)) => Some(error.code().into()),
            Err(Stuck::Told(told)) => Some(told.kind.as_str().into()),
        };
        (asked, self.note(status, failure, micros(took)))
    }

    async fn asked(&self, body: Bytes, status: &mut Option<u16>) -> Result<GoesOn, Stuck> {
        let response = self.sent(&body).await.map_err(Stuck::Failed)?;
        *status = Some(response.status().as_u16());
        let (head, incoming) = response.into_parts();
        let no_answer = |what: &str| {
            Stuck::Failed(ProxyError::NotAnAnswer {
                provider: self.provider().to_owned(),
                what: what.to_owned(),
            })
        };
        if let Some(what) = no_answer_in(&head) {
            return Err(no_answer(what));
        }
        let decoder = Decoder::of(&head.headers);
        let decoder = decoder.ok_or_else(|| no_answer("an encoding that nobody asked for"))?;
        if head.status.is_success() {
            return Ok((incoming, decoder));
        }
        let idle = self.target.provider.provider.timeouts.idle;
        let said = collect(incoming, idle, MOST_ERROR_BYTES).await;
        let said = said
            .and_then(|said| decoder.whole(said))
            .unwrap_or_default();
        let spoken = self.target.protocol;
        let mut told = error::across(spoken, self.client, head.status.as_u16(), &said);
        told.message = quoted::text_without_keys(&self.target.provider, &told.message);
        Err(Stuck::Told(told))
    }

    async fn sent(&self, body: &Bytes) -> Result<Response<Incoming>, ProxyError> {
        let mut stale = 0;
        loop {
            let (method, uri, headers) = self.head.clone();
            let mut request = Request::new(Outgoing::new(vec![body.clone()]));
            *request.method_mut() = method;
            *request.uri_mut() = uri;
            *request.headers_mut() = headers;
            let provider = &self.target.provider.provider;
            match self.app.http.send(provider, request).await {
                Err(CallError::Stale(_)) if stale < attempt::MOST_STALE => stale += 1,
                sent => {
                    return sent.map_err(|error| ProxyError::Call {
                        provider: self.provider().to_owned(),
                        error,
                    });
                }
            }
        }
    }

    /// Notes the first request of an answer in several rounds; single ones are told by the entry itself.
    pub(super) fn note_first(&self, exchange: &mut Exchange) {
        if exchange.entry.attempts.is_empty() {
            let us = micros(exchange.elapsed());
            exchange.entry.attempts.push(self.note(Some(200), None, us));
        }
    }

    fn note(&self, status: Option<u16>, failure: Option<Arc<str>>, us: u64) -> AttemptNote {
        AttemptNote {
            provider: self.provider().into(),
            model: self.target.model().into(),
            credential: self.credential.clone(),
            status,
            error_class: failure,
            us,
        }
    }

    fn provider(&self) -> &str {
        &self.target.provider.provider.id
    }
}

fn no_answer_in(head: &http::response::Parts) -> Option<&'static str> {
    no_answer(head.status, &head.headers)
}

fn pages(found: Found) -> Vec<Page> {
    let page = |page: crate::toolloop::Page| Page {
        url: page.url,
        title: page.title,
        text: page.content,
        age: page.published_date,
    };
    found.pages.into_iter().map(page).collect()
}
