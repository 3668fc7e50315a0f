//! What the gateway does amid a stream while the client waits: it searches, then asks the target to go on.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture};
use hyper::body::Incoming;
use keyway_protocols::{
    cross::{CrossStream, Searched, Wanted},
    error::{Across, UpstreamError},
};

use super::{GoesOn, Searching, Stuck};
use crate::{
    proxy::{decode::Decoder, error::ProxyError, exchange::Exchange},
    store::logs::AttemptNote,
};

/// The searches of one round and the request behind them. Dropping it ends both.
pub(in crate::proxy) struct Errand {
    searching: Arc<Searching>,
    work: Work,
}

enum Work {
    Searching(BoxFuture<'static, Vec<(Searched, AttemptNote)>>),
    Asking(BoxFuture<'static, (Result<GoesOn, Stuck>, AttemptNote)>),
}

/// How far an errand came.
#[derive(Debug)]
pub(in crate::proxy) enum Step {
    /// The client was told what was found; the target is being asked.
    Told,
    /// The target goes on.
    GoesOn(Incoming, Decoder),
    /// The answer is at its end, or an error ended it.
    Ended,
}

impl fmt::Debug for Errand {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Errand").finish_non_exhaustive()
    }
}

impl Errand {
    /// Begins with the searches.
    pub(in crate::proxy) fn begin(
        searching: Arc<Searching>,
        wanted: &[Wanted],
        exchange: &mut Exchange,
    ) -> Self {
        searching.note_first(exchange);
        let (of_work, wanted) = (searching.clone(), wanted.to_vec());
        let work = async move { of_work.search(wanted).await };
        Self {
            searching,
            work: Work::Searching(work.boxed()),
        }
    }

    /// Goes on as far as it can.
    pub(in crate::proxy) fn poll(
        &mut self,
        context: &mut Context<'_>,
        stream: &mut CrossStream,
        exchange: &mut Exchange,
        out: &mut Vec<Bytes>,
    ) -> Poll<Result<Step, ProxyError>> {
        match &mut self.work {
            Work::Searching(work) => {
                let made = ready!(work.poll_unpin(context));
                let (found, notes): (Vec<_>, Vec<_>) = made.into_iter().unzip();
                exchange.entry.attempts.extend(notes);
                Poll::Ready(self.found(stream, found, out))
            }
            Work::Asking(work) => {
                let (asked, note) = ready!(work.poll_unpin(context));
                exchange.entry.attempts.push(note);
                Poll::Ready(match asked {
                    Ok((incoming, decoder)) => Ok(Step::GoesOn(incoming, decoder)),
                    Err(Stuck::Failed(error)) => Err(error),
                    Err(Stuck::Told(told)) => {
                        stream.fail(told_by_upstream(told), out);
                        Ok(Step::Ended)
                    }
                })
            }
        }
    }

    fn found(
        &mut self,
        stream: &mut CrossStream,
        found: Vec<Searched>,
        out: &mut Vec<Bytes>,
    ) -> Result<Step, ProxyError> {
        let Some(body) = self.searching.told(stream, found, out)? else {
            return Ok(Step::Ended);
        };
        let searching = self.searching.clone();
        let work = async move { searching.ask(body).await };
        self.work = Work::Asking(work.boxed());
        Ok(Step::Told)
    }
}

fn told_by_upstream(told: Across) -> UpstreamError {
    UpstreamError {
        kind: told.kind,
        code: Some(told.code),
        message: told.message,
    }
}
