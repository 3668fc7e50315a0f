//! Between two streams of one answer: the client is kept waiting while the gateway is on an errand.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http_body::Body;

use super::{Reading, Relay};
use crate::proxy::{
    convert::guarded,
    searching::{Errand, Step},
};

/// So many pieces of an answer that is over are read at once, so that its connection can serve again.
const MOST_LEFT: usize = 16;

impl Relay {
    /// Begins an errand if the answer waits for one.
    pub(super) fn set_out(&mut self) {
        let Reading::Crossed(stream) = &self.source.reading else {
            return;
        };
        if let (Some(wanted), Some(searching)) = (stream.wants(), &self.source.from.searching) {
            self.errand = Some(Errand::begin(searching.clone(), wanted, &mut self.exchange));
        }
    }

    /// The upstream's body is at its end: whether another stream of the same answer is to come.
    pub(super) fn goes_on(&mut self) -> bool {
        if let Reading::Crossed(stream) = &mut self.source.reading {
            let out = &mut self.out;
            if guarded(|| stream.end_of_stream(out)).is_err() {
                return false;
            }
            self.set_out();
        }
        self.errand.is_some()
    }

    /// Goes on with the errand; the client hears that somebody is there meanwhile.
    pub(super) fn poll_errand(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (Some(errand), Reading::Crossed(stream)) = (&mut self.errand, &mut self.source.reading)
        else {
            self.errand = None;
            return Poll::Ready(());
        };
        match errand.poll(context, stream, &mut self.exchange, &mut self.out) {
            Poll::Ready(Ok(Step::Told)) => {}
            Poll::Ready(Ok(Step::GoesOn(incoming, decoder))) => {
                self.errand = None;
                self.source.incoming = incoming;
                self.source.decoder = decoder;
                self.last_piece = self.exchange.app.clock.instant();
            }
            Poll::Ready(Ok(Step::Ended)) => {
                self.errand = None;
                self.end();
            }
            Poll::Ready(Err(error)) => {
                self.errand = None;
                self.break_off(&error);
            }
            Poll::Pending => ready!(self.poll_unheard(context)),
        }
        Poll::Ready(())
    }

    /// Keeps the client waiting; whatever the gateway does itself has a patience of its own.
    fn poll_unheard(&mut self, context: &mut Context<'_>) -> Poll<()> {
        for _ in 0..MOST_LEFT {
            let left = Pin::new(&mut self.source.incoming).poll_frame(context);
            if !matches!(left, Poll::Ready(Some(Ok(_)))) {
                break;
            }
        }
        ready!(self.idle.as_mut().poll(context));
        let every = self.exchange.app.options.keep_alive;
        let now = self.exchange.app.clock.instant();
        let unheard = now.saturating_duration_since(self.last_out);
        if let Reading::Crossed(stream) = &mut self.source.reading
            && unheard >= every
        {
            self.out.push(stream.keep_alive());
            self.idle.set(tokio::time::sleep(every));
            return Poll::Ready(());
        }
        let rest = every.saturating_sub(unheard);
        self.idle.set(tokio::time::sleep(rest));
        self.poll_unheard(context)
    }
}
