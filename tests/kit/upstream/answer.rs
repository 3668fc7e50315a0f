use bytes::Bytes;
use serde_json::Value;

use super::gate::Gate;
use super::turn::{Talk, Turn};
use crate::fixture;

/// One scripted answer: what it says, and how it behaves on the wire.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) says: Says,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) framing: Framing,
    pub(super) shape: Shape,
    pub(super) gates: Gates,
    pub(super) ending: Ending,
}

/// What an answer says.
#[derive(Debug, Clone)]
pub(super) enum Says {
    /// What a model says, in the protocol and form that the request asks for.
    Talk(Talk),
    /// This turn, in the protocol and form that the request asks for.
    Turn(Turn),
    /// The status, with an error body in the request's protocol that says this.
    Refusal(String),
    /// These bytes.
    Body { kind: String, pieces: Vec<Bytes> },
    /// Not a byte, for ever.
    Nothing,
    /// The end of the connection.
    HangUp,
}

/// How a body's end is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Chunks for what streams, a length for the rest.
    Usual,
    /// Chunks.
    Chunked,
    /// A length.
    Length,
    /// The end of the connection.
    Close,
}

/// What is done to the bytes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Plain,
    Gzipped,
    Crlf,
    SplitCharacters,
    SingleBytes,
}

/// Where an answer waits for the test.
#[derive(Debug, Clone, Default)]
pub(super) struct Gates {
    pub(super) before_headers: Option<Gate>,
    pub(super) inside_headers: Option<Gate>,
    pub(super) before_each_piece: Option<Gate>,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Whole; the connection stays.
    Whole,
    /// Whole; then the connection is closed though nothing announced it.
    WholeThenClosed,
    /// After so many pieces of the body, in this way.
    Cut { after: usize, how: Cut },
}

/// How a body breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// RST.
    Reset,
    /// FIN in the middle of the framing.
    Eof,
    /// The framing is ended properly, what should have come after is missing.
    CleanEnd,
    /// Nothing more comes.
    Hang,
}

impl Answer {
    /// A model's answer, in the protocol and form that the request asks for.
    pub fn talking(talk: Talk) -> Self {
        Self::new(Says::Talk(talk), 200)
    }

    /// A model's answer with this text.
    pub fn saying(text: &str) -> Self {
        Self::talking(Talk::saying(text))
    }

    /// This turn of a conversation, in the protocol and form that the request asks for.
    pub fn turn(turn: Turn) -> Self {
        Self::new(Says::Turn(turn), 200)
    }

    /// This status, with an error body in the request's protocol.
    pub fn status(status: u16) -> Self {
        Self::refusing(status, &format!("scripted status {status}"))
    }

    /// This status, with an error body in the request's protocol that says `message`.
    pub fn refusing(status: u16, message: &str) -> Self {
        Self::new(Says::Refusal(message.to_owned()), status)
    }

    /// 429 with a `retry-after`.
    pub fn rate_limited(retry_after_seconds: u64) -> Self {
        Self::status(429).header("retry-after", &retry_after_seconds.to_string())
    }

    /// 529, as Anthropic says that it is overloaded.
    pub fn overloaded() -> Self {
        Self::status(529)
    }

    /// The page that a broken reverse proxy answers with.
    pub fn bad_gateway_page() -> Self {
        let page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n";
        Self::body("text/html", page).with_status(502)
    }

    /// A JSON body.
    pub fn json(value: &Value) -> Self {
        Self::body("application/json", value.to_string())
    }

    /// A body of this content type.
    pub fn body(kind: &str, body: impl Into<Bytes>) -> Self {
        Self::new(
            Says::Body {
                kind: kind.to_owned(),
                pieces: vec![body.into()],
            },
            200,
        )
    }

    /// A stream of these pieces, each written by itself, event or not.
    pub fn streaming(pieces: impl IntoIterator<Item = impl Into<Bytes>>) -> Self {
        let pieces = pieces.into_iter().map(Into::into).collect();
        Self::new(
            Says::Body {
                kind: "text/event-stream; charset=utf-8".to_owned(),
                pieces,
            },
            200,
        )
        .framed(Framing::Chunked)
    }

    /// A stream from a file of `tests/fixtures`, each event written by itself.
    pub fn streaming_fixture(name: &str) -> Self {
        let text = String::from_utf8_lossy(&fixture(name)).into_owned();
        Self::streaming(text.split_inclusive("\n\n").map(str::to_owned))
    }

    /// No byte, for ever.
    pub fn silence() -> Self {
        Self::new(Says::Nothing, 0)
    }

    /// The end of the connection without a byte.
    pub fn hang_up() -> Self {
        Self::new(Says::HangUp, 0)
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, its end told in this way.
    #[must_use]
    pub fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// The same, compressed.
    #[must_use]
    pub fn gzipped(self) -> Self {
        self.shaped(Shape::Gzipped)
            .header("content-encoding", "gzip")
    }

    /// The same, with CRLF for line ends.
    #[must_use]
    pub fn with_crlf(self) -> Self {
        self.shaped(Shape::Crlf)
    }

    /// The same, cut inside every character of more than one byte.
    #[must_use]
    pub fn split_in_characters(self) -> Self {
        self.shaped(Shape::SplitCharacters)
    }

    /// The same, a byte at a time.
    #[must_use]
    pub fn byte_by_byte(self) -> Self {
        self.shaped(Shape::SingleBytes)
    }

    /// The same, not before the test lets it begin.
    #[must_use]
    pub fn beginning_at(mut self, gate: &Gate) -> Self {
        self.gates.before_headers = Some(gate.clone());
        self
    }

    /// The same, its headers byte by byte, stopping half way until the test lets them go on.
    #[must_use]
    pub fn trickling_headers(mut self, gate: &Gate) -> Self {
        self.gates.inside_headers = Some(gate.clone());
        self
    }

    /// The same, each piece of the body waiting until the test lets it pass.
    #[must_use]
    pub fn each_piece_at(mut self, gate: &Gate) -> Self {
        self.gates.before_each_piece = Some(gate.clone());
        self
    }

    /// The same, reset (RST) after so many pieces of the body.
    #[must_use]
    pub fn reset_after(self, pieces: usize) -> Self {
        self.cut(pieces, Cut::Reset)
    }

    /// The same, the connection closed (FIN) after so many pieces of the body.
    #[must_use]
    pub fn closed_after(self, pieces: usize) -> Self {
        self.cut(pieces, Cut::Eof)
    }

    /// The same, properly ended after so many pieces of the body: no terminal event comes.
    #[must_use]
    pub fn ended_after(self, pieces: usize) -> Self {
        self.cut(pieces, Cut::CleanEnd)
    }

    /// The same, silent after so many pieces of the body.
    #[must_use]
    pub fn hanging_after(self, pieces: usize) -> Self {
        self.cut(pieces, Cut::Hang)
    }

    /// The same, the connection closed behind it though nothing announced that.
    #[must_use]
    pub fn then_closing(mut self) -> Self {
        self.ending = Ending::WholeThenClosed;
        self
    }

    fn new(says: Says, status: u16) -> Self {
        Self {
            says,
            status,
            headers: Vec::new(),
            framing: Framing::Usual,
            shape: Shape::Plain,
            gates: Gates::default(),
            ending: Ending::Whole,
        }
    }

    fn shaped(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    fn cut(mut self, after: usize, how: Cut) -> Self {
        self.ending = Ending::Cut { after, how };
        self
    }
}
