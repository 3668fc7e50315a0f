//! An upstream that answers by a script and remembers what it was asked.
//!
//! It speaks all four protocols by path, in the form the request asks for; without a script it
//! greets. [`Answer`] says what comes and how the wire misbehaves; a [`Gate`] stops an answer
//! until the test lets it go on.

mod answer;
mod anthropic;
mod gate;
mod gemini;
mod openai;
mod received;
mod responses;
mod script;
mod serve;
mod steps;
#[cfg(test)]
mod tests;
mod turn;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use answer::{Answer, Framing};
pub use gate::Gate;
pub use received::Received;
pub use turn::{Talk, ToolCall, Turn, Usage};

use self::script::{Line, Mind, Script};
use crate::{PATIENCE, Protocol, within};

/// An upstream on the loopback address; it ends when it is dropped.
#[derive(Debug)]
pub struct ScriptedUpstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
    _unanswered: Option<TcpSocket>,
}

/// What the connections share with the test.
#[derive(Debug)]
struct Shared {
    script: Mutex<Script>,
    received: Mutex<Vec<Received>>,
    reading: Mutex<Option<Gate>>,
    calls: watch::Sender<usize>,
    closed_early: watch::Sender<usize>,
    idle_end: watch::Sender<()>,
    connections: AtomicUsize,
    broken_uploads: AtomicUsize,
    bytes_sent: AtomicUsize,
}

impl ScriptedUpstream {
    /// An upstream whose model greets. Needs a running tokio.
    pub fn greeting() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        listener
            .set_nonblocking(true)
            .expect("a socket can be made non-blocking");
        let listener = TcpListener::from_std(listener).expect("the kit runs inside tokio");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, shared.clone()));
        Self {
            address,
            shared,
            _tasks: tasks,
            _unanswered: None,
        }
    }

    /// An upstream that gives this answer to every conversation.
    pub fn giving(answer: Answer) -> Self {
        let upstream = Self::greeting();
        upstream.always(answer);
        upstream
    }

    /// An upstream that answers with this status, its error in the request's protocol.
    pub fn answering(status: u16) -> Self {
        Self::giving(Answer::status(status))
    }

    /// An upstream that streams a file of `tests/fixtures`.
    pub fn streaming(fixture: &str) -> Self {
        Self::giving(Answer::streaming_fixture(fixture))
    }

    /// An upstream whose model says or calls this.
    pub fn talking(talk: Talk) -> Self {
        Self::giving(Answer::talking(talk))
    }

    /// A port that refuses connections (and is kept from others meanwhile).
    pub fn refusing() -> Self {
        let socket = TcpSocket::new_v4().expect("the machine has sockets");
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        socket.bind(loopback).expect("loopback has free ports");
        let address = socket.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared::new());
        Self {
            address,
            shared,
            _tasks: JoinSet::new(),
            _unanswered: Some(socket),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL that a client of this protocol is given.
    pub fn base_url(&self, protocol: Protocol) -> String {
        format!("http://{}{}", self.address, protocol.base_path())
    }

    /// Lets `mind` answer all conversations, from what was asked; it takes the place of every script.
    pub fn answered_by(&self, mind: impl FnMut(&Received) -> Answer + Send + 'static) {
        self.script().mind = Some(Mind(Box::new(mind)));
    }

    /// Gives this answer to the next conversation, after those already lined up.
    pub fn next(&self, answer: Answer) {
        self.script().for_all.once.push_back(answer);
    }

    /// Gives this answer to every conversation without one of its own.
    pub fn always(&self, answer: Answer) {
        self.script().for_all.always = Some(answer);
    }

    /// Gives this answer to the next conversation with this model.
    pub fn next_for(&self, model: &str, answer: Answer) {
        self.line(model, |line| line.once.push_back(answer));
    }

    /// Gives this answer to every conversation with this model.
    pub fn always_for(&self, model: &str, answer: Answer) {
        self.line(model, |line| line.always = Some(answer));
    }

    /// Gives this answer to whatever asks for this path.
    pub fn at_path(&self, path: &str, answer: Answer) {
        self.script().by_path.insert(path.to_owned(), answer);
    }

    /// Knows these models only: others are not found.
    pub fn knowing(&self, models: &[&str]) {
        self.script().models = Some(models.iter().map(|name| (*name).to_owned()).collect());
    }

    /// Takes this key only: others are refused with 401.
    pub fn wanting_key(&self, key: &str) {
        self.script().key = Some(key.to_owned());
    }

    /// Answers requests to count tokens with this number (it knows no such endpoint otherwise).
    pub fn counting(&self, tokens: u64) {
        self.script().counts = Some(tokens);
    }

    /// Reads no body before the test lets it.
    pub fn reading_bodies_at(&self, gate: &Gate) {
        *self
            .shared
            .reading
            .lock()
            .expect("no panic holds this lock") = Some(gate.clone());
    }

    /// Closes the connections that wait for a next request.
    pub fn close_idle_connections(&self) {
        self.shared.idle_end.send_replace(());
    }

    /// Everything that was asked, in order.
    pub fn received(&self) -> Vec<Received> {
        self.shared
            .received
            .lock()
            .expect("no panic holds this lock")
            .clone()
    }

    /// What was asked of this model, in order.
    pub fn received_for(&self, model: &str) -> Vec<Received> {
        let mut received = self.received();
        received.retain(|request| request.model() == model);
        received
    }

    /// What was asked last; panics when nothing was.
    pub fn last(&self) -> Received {
        self.received().pop().expect("the upstream was asked")
    }

    /// How often it was asked.
    pub fn calls(&self) -> usize {
        *self.shared.calls.borrow()
    }

    /// How many connections were opened to it.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many requests broke off before their body was whole.
    pub fn broken_uploads(&self) -> usize {
        self.shared.broken_uploads.load(Ordering::SeqCst)
    }

    /// How many bytes of answers the network has taken.
    pub fn bytes_sent(&self) -> usize {
        self.shared.bytes_sent.load(Ordering::SeqCst)
    }

    /// How many answers the client did not wait for, up to now.
    pub fn answers_abandoned(&self) -> usize {
        *self.shared.closed_early.borrow()
    }

    /// Waits until it has been asked so often.
    pub async fn until_called(&self, times: usize) {
        let mut calls = self.shared.calls.subscribe();
        let enough = calls.wait_for(|count| *count >= times);
        within(PATIENCE, "the call of the upstream", enough)
            .await
            .expect("the sender lives");
    }

    /// Waits until a client has gone before its answer was whole.
    pub async fn closed_early(&self) {
        let mut abandoned = self.shared.closed_early.subscribe();
        let gone = abandoned.wait_for(|count| *count > 0);
        within(PATIENCE, "the client's leaving", gone)
            .await
            .expect("the sender lives");
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.shared.script.lock().expect("no panic holds this lock")
    }

    fn line(&self, model: &str, change: impl FnOnce(&mut Line)) {
        change(self.script().by_model.entry(model.to_owned()).or_default());
    }
}

impl Shared {
    fn new() -> Self {
        Self {
            script: Mutex::new(Script::greeting()),
            received: Mutex::default(),
            reading: Mutex::default(),
            calls: watch::Sender::new(0),
            closed_early: watch::Sender::new(0),
            idle_end: watch::Sender::new(()),
            connections: AtomicUsize::new(0),
            broken_uploads: AtomicUsize::new(0),
            bytes_sent: AtomicUsize::new(0),
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut conversations = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
        conversations.spawn(serve::converse(stream, number, shared.clone()));
    }
}
