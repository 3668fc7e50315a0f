//! Writes events for a client: the whole ladder of every item, from `output_item.added` to `output_item.done`.

use bytes::BytesMut;
use serde_json::{Value, json};

use super::emitter::Emitter;
use super::message::{Form, Message};
use super::opened::{OpenCall, Search, Thought, added, done};
use super::summing::Summary;
use crate::carrier::Carrier;
use crate::codec::{Reply, WriteStream};
use crate::error::UpstreamError;
use crate::event::{Event, Opening, Start};
use crate::openai_responses::answer::ending::Ending;
use crate::openai_responses::answer::items::call_prefix;
use crate::openai_responses::answer::shell::Shell;
use crate::part::Call;
use crate::response::Stop;
use crate::usage::Usage;

/// Writes events for a client.
#[derive(Debug)]
pub(crate) struct StreamWriter {
    reply: Reply,
    shell: Option<Shell>,
    pub(super) emitter: Emitter,
    pub(super) open: Open,
    /// What the next words are, should any come.
    expected: Form,
    output: Vec<Value>,
    usage: Option<Usage>,
    stop: Stop,
    refused: bool,
    over: bool,
    failed: Option<Value>,
    summary: Option<Summary>,
}

/// The item that is being written.
#[derive(Debug)]
pub(super) enum Open {
    Nothing,
    Message(Message),
    Thought(Thought),
    Call(OpenCall),
    Search(Search),
}

impl WriteStream for StreamWriter {
    fn write(&mut self, event: Event, out: &mut BytesMut) {
        if self.over {
            return;
        }
        let event = match &mut self.summary {
            Some(summary) => summary.hear(event),
            None => Some(event),
        };
        if let Some(event) = event {
            self.say(event, out);
        }
    }
}

impl StreamWriter {
    /// A writer of the answer that `reply` describes.
    pub(crate) fn new(reply: &Reply) -> Self {
        Self {
            reply: reply.clone(),
            shell: None,
            emitter: Emitter::default(),
            open: Open::Nothing,
            expected: Form::Text,
            output: Vec::new(),
            usage: None,
            stop: Stop::default(),
            refused: false,
            over: false,
            failed: None,
            summary: reply.sums_up.then(Summary::default),
        }
    }

    /// Takes one step.
    pub(super) fn say(&mut self, event: Event, out: &mut BytesMut) {
        match event {
            Event::Start(start) => self.start(&start, out),
            Event::Open(opening) => self.open(opening, out),
            Event::Text(delta) => self.text(&delta, out),
            Event::Citation(citation) => {
                if let Open::Message(message) = &mut self.open {
                    message.cite(&citation, &mut self.emitter, out);
                }
            }
            Event::Reasoning(delta) => {
                if let Open::Thought(thought) = &mut self.open {
                    thought.text(&delta, &mut self.emitter, out);
                }
            }
            Event::Arguments(delta) => {
                if let Open::Call(call) = &mut self.open {
                    call.arguments(&delta, &mut self.emitter, out);
                }
            }
            Event::Close => self.close_part(out),
            Event::CloseWith(carrier) => self.close_thought(&carrier, out),
            Event::Whole(part) => self.whole(part, out),
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Stop(stop) => self.stop = stop,
            Event::Alive => self.alive(out),
            Event::Failed(error) => self.fail(&error, out),
            Event::End => self.end(out),
        }
    }

    fn start(&mut self, start: &Start, out: &mut BytesMut) {
        if self.shell.is_some() {
            return;
        }
        let shell = Shell::new(&self.reply, start);
        let event = json!({"response": shell.begun()});
        self.emitter.emit("created", &event, out);
        self.emitter.emit("in_progress", &event, out);
        self.shell = Some(shell);
    }

    /// The shell; an answer that nobody began begins here.
    fn shell(&mut self, out: &mut BytesMut) -> &Shell {
        self.start(&Start::default(), out);
        let reply = &self.reply;
        self.shell
            .get_or_insert_with(|| Shell::new(reply, &Start::default()))
    }

    /// Comments do not keep Codex waiting, this event does.
    fn alive(&mut self, out: &mut BytesMut) {
        if self.shell.is_none() {
            self.start(&Start::default(), out);
            return;
        }
        let response = self.shell(out).waiting();
        let event = json!({"response": response});
        self.emitter.emit("in_progress", &event, out);
    }

    /// The place and the id of the next item, behind the one that is open.
    pub(super) fn next(&mut self, prefix: &str, out: &mut BytesMut) -> (usize, String) {
        self.close_item("completed", out);
        let index = self.output.len();
        (index, self.shell(out).item_id(prefix, index))
    }

    fn open(&mut self, opening: Opening, out: &mut BytesMut) {
        match opening {
            Opening::Text => self.expect_words(Form::Text, out),
            Opening::Refusal => self.expect_words(Form::Refusal, out),
            Opening::Reasoning => {
                let (index, id) = self.next("rs", out);
                let thought = Thought::begin(id, index, &mut self.emitter, out);
                self.open = Open::Thought(thought);
            }
            Opening::Call(call) => self.open_call(call, out),
        }
    }

    /// Begins words, in the open message if there is one: texts that follow each other are parts of one message.
    fn begin_words(&mut self, form: Form, out: &mut BytesMut) {
        self.refused |= form == Form::Refusal;
        if !matches!(self.open, Open::Message(_)) {
            let (index, id) = self.next("msg", out);
            let message = Message::begin(id, index, &mut self.emitter, out);
            self.open = Open::Message(message);
        }
        if let Open::Message(message) = &mut self.open {
            message.open(form, &mut self.emitter, out);
        }
    }

    fn open_call(&mut self, call: Call, out: &mut BytesMut) {
        let (index, id) = self.next(call_prefix(call.form), out);
        let call = OpenCall::begin(id, index, call, &mut self.emitter, out);
        self.open = Open::Call(call);
    }

    /// Words begin with the first of them: there are no empty parts.
    fn expect_words(&mut self, form: Form, out: &mut BytesMut) {
        if let Open::Message(message) = &mut self.open {
            message.close_part(&mut self.emitter, out);
        }
        self.expected = form;
    }

    fn text(&mut self, delta: &str, out: &mut BytesMut) {
        if delta.is_empty() {
            return;
        }
        let is_open = matches!(&self.open, Open::Message(message) if message.is_open());
        if !is_open {
            self.begin_words(self.expected, out);
        }
        if let Open::Message(message) = &mut self.open {
            message.text(delta, &mut self.emitter, out);
        }
    }

    /// A message stays open for what may follow in it.
    fn close_part(&mut self, out: &mut BytesMut) {
        self.expected = Form::Text;
        match &mut self.open {
            Open::Message(message) => message.close_part(&mut self.emitter, out),
            Open::Thought(_) | Open::Call(_) => self.close_item("completed", out),
            Open::Nothing | Open::Search(_) => {}
        }
    }

    fn close_thought(&mut self, carrier: &Carrier, out: &mut BytesMut) {
        match self.take_open() {
            Open::Thought(thought) => {
                let item = thought.end(Some(carrier), &mut self.emitter, out);
                self.output.push(item);
            }
            other @ (Open::Nothing | Open::Message(_) | Open::Call(_) | Open::Search(_)) => {
                self.open = other;
            }
        }
    }

    pub(super) fn take_open(&mut self) -> Open {
        std::mem::replace(&mut self.open, Open::Nothing)
    }

    /// Keeps a finished item for the response at the end.
    pub(super) fn keep(&mut self, item: Value) {
        self.output.push(item);
    }

    /// Ends the open item; `status` is that of a message.
    pub(super) fn close_item(&mut self, status: &str, out: &mut BytesMut) {
        let open = self.take_open();
        let emitter = &mut self.emitter;
        let item = match open {
            Open::Nothing => return,
            Open::Message(message) => message.end(status, emitter, out),
            Open::Thought(thought) => thought.end(None, emitter, out),
            Open::Call(call) => call.end(emitter, out),
            Open::Search(search) => search.end(&[], emitter, out),
        };
        self.output.push(item);
    }

    /// Writes an item that comes in one piece.
    pub(super) fn piece(&mut self, index: usize, begun: &Value, item: Value, out: &mut BytesMut) {
        added(index, begun, &mut self.emitter, out);
        done(index, &item, &mut self.emitter, out);
        self.output.push(item);
    }

    /// Ends the answer and gives its event's name and the whole response.
    pub(crate) fn ended(&mut self, out: &mut BytesMut) -> (&'static str, Value) {
        if let Some(response) = self.failed.take() {
            return ("failed", response);
        }
        if let Stop::Refusal(Some(why)) = self.stop.clone()
            && !self.refused
        {
            self.expect_words(Form::Refusal, out);
            self.text(&why, out);
        }
        let ending = Ending::of(&self.stop, self.refused);
        let status = match ending {
            Ending::Completed | Ending::Failed(_) => "completed",
            Ending::Incomplete(_) => "incomplete",
        };
        self.close_item(status, out);
        let output = std::mem::take(&mut self.output);
        let usage = self.usage;
        (
            ending.status(),
            self.shell(out).ended(&ending, output, usage),
        )
    }

    fn end(&mut self, out: &mut BytesMut) {
        let (status, response) = self.ended(out);
        let event = json!({"response": response});
        self.emitter.emit(status, &event, out);
        self.over = true;
    }

    fn fail(&mut self, error: &UpstreamError, out: &mut BytesMut) {
        let told = json!({"code": error.kind.responses_code(), "message": error.message});
        let output = std::mem::take(&mut self.output);
        let usage = self.usage;
        let response = self.shell(out).failed(told, output, usage);
        let event = json!({"response": response});
        self.emitter.emit("failed", &event, out);
        self.failed = Some(response);
        self.over = true;
    }
}
