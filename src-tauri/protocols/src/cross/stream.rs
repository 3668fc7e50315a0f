//! A stream of events on its way from one protocol to another.

use bytes::{Bytes, BytesMut};

use super::gather::Gathered;
use super::hidden::Hidden;
use super::intake::Intake;
use super::restore::Restore;
use super::search::{self, Searched, Wanted};
use super::way_back::WayBack;
use super::{CrossEnd, Memory, Unsayable};
use crate::Protocol;
use crate::codec::{WriteStream, stream_writer};
use crate::error::UpstreamError;
use crate::event::{Event, Start};
use crate::sse::{MAX_ANSWER_BYTES, StreamError};

/// Room for the events that one piece of the provider's stream makes.
const ROOM: usize = 4096;

/// A stream of events on its way from one protocol to another.
///
/// An answer with searches comes in several rounds, one provider's stream each: at the end of each stream
/// ([`CrossStream::end_of_stream`]) it may want searches ([`CrossStream::wants`]); what they found
/// ([`CrossStream::found`]) is told to the client and makes the body of the next request, whose answer is pushed
/// like the first one.
#[derive(Debug)]
pub struct CrossStream {
    client: Protocol,
    intake: Intake,
    outlet: Outlet,
    /// What was read and has not been restored.
    read: Vec<Event>,
    /// How many bytes came, in all rounds.
    taken: usize,
    /// Whether the provider's stream is known to be at its end.
    is_at_end: bool,
    /// What leads to further rounds, and to a whole body.
    way: Option<Box<WayBack>>,
}

/// Restores events and tells the client.
#[derive(Debug)]
struct Outlet {
    hidden: Hidden,
    restore: Restore,
    voice: Voice,
    restored: Vec<Event>,
    events: u64,
}

/// How the client is told.
#[derive(Debug)]
enum Voice {
    /// By events, as they come.
    Events {
        writer: Box<dyn WriteStream>,
        written: BytesMut,
    },
    /// By one body at the end.
    Whole(Box<Gathered>),
}

impl CrossStream {
    pub(super) fn new(way: &WayBack) -> Self {
        let writer = stream_writer(way.client, &way.reply);
        let written = BytesMut::new();
        let voice = Voice::Events { writer, written };
        Self::with(way, voice, way.search.is_some())
    }

    /// One that tells all it has in one body at its end.
    pub(super) fn gathering(way: &WayBack) -> Self {
        Self::with(way, Voice::Whole(Box::default()), true)
    }

    fn with(way: &WayBack, voice: Voice, keeps_way: bool) -> Self {
        Self {
            client: way.client,
            intake: Intake::new(way),
            outlet: Outlet::new(way, voice),
            read: Vec::new(),
            taken: 0,
            is_at_end: false,
            way: keeps_way.then(|| Box::new(way.clone())),
        }
    }

    /// Keeps these out of the words of an error: a provider may quote the key that it was asked with.
    #[must_use]
    pub fn hiding(mut self, secrets: Vec<String>) -> Self {
        self.outlet.hidden = Hidden::new(secrets);
        self
    }

    /// Takes the next bytes of the provider and adds the client's events to `out`.
    pub fn push(&mut self, chunk: Bytes, out: &mut Vec<Bytes>) -> Result<(), StreamError> {
        self.is_at_end = false;
        self.taken = self.taken.saturating_add(chunk.len());
        if self.taken > MAX_ANSWER_BYTES {
            let limit = MAX_ANSWER_BYTES;
            return Err(StreamError::AnswerTooLarge { limit });
        }
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

    /// The provider's bytes are at their end.
    pub fn end_of_stream(&mut self, out: &mut Vec<Bytes>) {
        if std::mem::replace(&mut self.is_at_end, true) {
            return;
        }
        self.intake.finish(&mut self.read);
        self.outlet.take_all(&mut self.read);
        out.extend(self.outlet.bytes());
    }

    /// The searches that the answer waits for, if it waits: [`CrossStream::found`] is due then, also for none.
    pub fn wants(&self) -> Option<&[Wanted]> {
        self.outlet.restore.wanted()
    }

    /// Tells the client what the searches found, in their order. Returns the body that asks the same provider to go
    /// on, whose answer is pushed next; nothing if the answer ends here.
    pub fn found(
        &mut self,
        found: Vec<Searched>,
        memory: &dyn Memory,
        out: &mut Vec<Bytes>,
    ) -> Result<Option<Bytes>, Unsayable> {
        let goes_on = self.outlet.found(found);
        out.extend(self.outlet.bytes());
        let search = self.way.as_deref().and_then(|way| way.search.as_ref());
        let (Some(way), Some(search), true) = (self.way.as_deref(), search, goes_on) else {
            return Ok(None);
        };
        self.intake = Intake::new(way);
        // Until something of the next stream is pushed there is nothing to be ended.
        self.is_at_end = true;
        let (rounds, is_last) = self.outlet.restore.rounds();
        search::again(way, search, rounds, is_last, memory).map(Some)
    }

    /// The provider failed behind its stream, when it was asked to go on.
    pub fn fail(&mut self, error: UpstreamError, out: &mut Vec<Bytes>) {
        self.outlet.take(Event::Failed(error));
        out.extend(self.outlet.bytes());
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
        self.end_of_stream(out);
        if let Some(cut) = cut {
            // The end of a whole answer was told: nothing comes of it then.
            self.outlet.take(Event::Failed(cut));
        }
        out.extend(self.outlet.bytes());
        self.outlet.end(self.way.as_deref(), out)
    }
}

impl Outlet {
    fn new(way: &WayBack, voice: Voice) -> Self {
        Self {
            hidden: Hidden::default(),
            restore: Restore::new(way),
            voice,
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
        let event = self.hidden.out_of_event(event);
        self.restore.take(event, &mut self.restored);
        self.tell();
    }

    fn found(&mut self, found: Vec<Searched>) -> bool {
        let goes_on = self.restore.found(found, &mut self.restored);
        self.tell();
        goes_on
    }

    /// Tells the client what was restored.
    fn tell(&mut self) {
        if self.restored.is_empty() {
            return;
        }
        match &mut self.voice {
            Voice::Events { writer, written } => {
                written.reserve(ROOM);
                for event in self.restored.drain(..) {
                    let before = written.len();
                    writer.write(event, written);
                    self.events += u64::from(written.len() > before);
                }
            }
            Voice::Whole(gathered) => {
                for event in self.restored.drain(..) {
                    gathered.take(event);
                }
            }
        }
    }

    /// What was written since.
    fn bytes(&mut self) -> Option<Bytes> {
        match &mut self.voice {
            Voice::Events { written, .. } => {
                (!written.is_empty()).then(|| written.split().freeze())
            }
            Voice::Whole(_) => None,
        }
    }

    fn end(self, way: Option<&WayBack>, out: &mut Vec<Bytes>) -> CrossEnd {
        let end = CrossEnd::of(self.restore.ended(), self.events);
        match (self.voice, way) {
            (Voice::Whole(gathered), Some(way)) => {
                let answer = way.gathered(&gathered, end);
                out.push(answer.body);
                answer.end
            }
            (Voice::Whole(_) | Voice::Events { .. }, _) => end,
        }
    }
}

/// Writes the events of an answer that is all there.
pub(super) fn written(way: &WayBack, events: Vec<Event>) -> (Bytes, CrossEnd) {
    let mut stream = CrossStream::new(way);
    let mut events = events;
    stream.outlet.take_all(&mut events);
    let written = stream.outlet.bytes().unwrap_or_default();
    (written, stream.outlet.end(None, &mut Vec::new()))
}
