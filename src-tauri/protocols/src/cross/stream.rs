//! A stream of events on its way from one protocol to another.

use bytes::{Bytes, BytesMut};

use super::CrossEnd;
use super::intake::Intake;
use super::restore::Restore;
use super::way_back::WayBack;
use crate::Protocol;
use crate::codec::{WriteStream, stream_writer};
use crate::error::UpstreamError;
use crate::event::{Event, Start};
use crate::sse::StreamError;

/// Room for the events that one piece of the provider's stream makes.
const ROOM: usize = 4096;

/// A stream of events on its way from one protocol to another.
#[derive(Debug)]
pub struct CrossStream {
    client: Protocol,
    intake: Intake,
    outlet: Outlet,
    /// What was read and has not been restored.
    read: Vec<Event>,
}

/// Restores events and writes them for the client.
#[derive(Debug)]
struct Outlet {
    restore: Restore,
    writer: Box<dyn WriteStream>,
    written: BytesMut,
    restored: Vec<Event>,
    events: u64,
}

impl CrossStream {
    pub(super) fn new(way: &WayBack) -> Self {
        Self {
            client: way.client,
            intake: Intake::new(way),
            outlet: Outlet::new(way),
            read: Vec::new(),
        }
    }

    /// Takes the next bytes of the provider and adds the client's events to `out`.
    pub fn push(&mut self, chunk: Bytes, out: &mut Vec<Bytes>) -> Result<(), StreamError> {
        let taken = self.intake.push(chunk, &mut self.read);
        self.outlet.take_all(&mut self.read);
        out.extend(self.outlet.bytes());
        taken
    }

    /// What keeps a client waiting that hears nothing: an event or comment that means nothing in its protocol.
    pub fn keep_alive(&mut self) -> Bytes {
        if self.client == Protocol::OpenAiResponses && !self.outlet.restore.has_begun() {
            // Codex waits for events only, and the first one has to be the beginning.
            self.outlet.take(Event::Start(Start::default()));
        } else {
            self.outlet.take(Event::Alive);
        }
        self.outlet.bytes().unwrap_or_default()
    }

    /// The error that ended the stream, if one did. One that comes first may still become a status.
    pub fn error(&self) -> Option<&UpstreamError> {
        self.outlet.restore.error()
    }

    /// Ends the stream.
    pub fn finish(self, out: &mut Vec<Bytes>) -> CrossEnd {
        self.closed(None, out)
    }

    /// Ends the stream, and tells the client `cut` in its own protocol if the answer is not whole.
    pub fn finish_or_fail(self, cut: UpstreamError, out: &mut Vec<Bytes>) -> CrossEnd {
        self.closed(Some(cut), out)
    }

    fn closed(mut self, cut: Option<UpstreamError>, out: &mut Vec<Bytes>) -> CrossEnd {
        self.intake.finish(&mut self.read);
        self.outlet.take_all(&mut self.read);
        if let Some(cut) = cut {
            // The end of a whole answer was told: nothing comes of it then.
            self.outlet.take(Event::Failed(cut));
        }
        out.extend(self.outlet.bytes());
        self.outlet.end()
    }
}

impl Outlet {
    fn new(way: &WayBack) -> Self {
        Self {
            restore: Restore::new(way),
            writer: stream_writer(way.client, &way.reply),
            written: BytesMut::new(),
            restored: Vec::new(),
            events: 0,
        }
    }

    fn take_all(&mut self, events: &mut Vec<Event>) {
        for event in events.drain(..) {
            self.take(event);
        }
    }

    fn take(&mut self, event: Event) {
        self.restore.take(event, &mut self.restored);
        if self.restored.is_empty() {
            return;
        }
        self.written.reserve(ROOM);
        for event in self.restored.drain(..) {
            let before = self.written.len();
            self.writer.write(event, &mut self.written);
            self.events += u64::from(self.written.len() > before);
        }
    }

    /// What was written since.
    fn bytes(&mut self) -> Option<Bytes> {
        (!self.written.is_empty()).then(|| self.written.split().freeze())
    }

    fn end(self) -> CrossEnd {
        CrossEnd::of(self.restore.ended(), self.events)
    }
}

/// Writes the events of an answer that is all there.
pub(super) fn written(way: &WayBack, events: Vec<Event>) -> (Bytes, CrossEnd) {
    let mut outlet = Outlet::new(way);
    let mut events = events;
    outlet.take_all(&mut events);
    (outlet.bytes().unwrap_or_default(), outlet.end())
}
