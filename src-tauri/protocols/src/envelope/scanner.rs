//! The incremental scan of a request body.

use super::field::{KEY_ROOM, Key, MODEL_ROOM, Taken, WORD_ROOM, count};
use super::nesting::Nesting;
use super::{Envelope, EnvelopeError, ModelSpot};
use crate::json::{Class, Quote, class, closing_quote};

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Reads a request body piece by piece.
///
/// Its promise: the top level is checked strictly and brackets balance, so that no two parsers can see
/// different models in a body that passes.
#[derive(Debug, Default)]
pub struct Scanner {
    state: State,
    /// The bytes of earlier chunks.
    base: usize,
    nesting: Nesting,
    key: Key,
    /// The key or value being read.
    taken: Taken,
    model_start: usize,
    is_model_named: bool,
    found: Envelope,
    limits: [Option<u64>; 3],
    failure: Option<EnvelopeError>,
}

#[derive(Debug, Clone, Copy, Default)]
enum State {
    /// Before the object; this many bytes of a byte order mark were seen.
    #[default]
    Start,
    Bom(usize),
    FirstKey,
    Key,
    KeyText(Escaped),
    Colon,
    Value,
    ValueText(Escaped),
    Word,
    Nested,
    NestedText(Escaped),
    Comma,
    End,
}

/// Whether the next byte of a string is escaped.
type Escaped = bool;

impl Scanner {
    /// Takes the next piece of the body.
    pub fn push(&mut self, chunk: &[u8]) {
        let mut at = 0;
        while at < chunk.len() && self.failure.is_none() {
            match self.step(chunk, at) {
                Ok(next) => at = next,
                Err(failure) => self.failure = Some(failure),
            }
        }
        self.base += chunk.len();
    }

    /// What is wrong with the body so far, if anything is; more bytes will not mend it.
    pub fn failure(&self) -> Option<EnvelopeError> {
        self.failure
    }

    /// Tells what the body said, once all of it was pushed.
    pub fn finish(self) -> Result<Envelope, EnvelopeError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        match self.state {
            State::End => Ok(Envelope {
                max_tokens: self.limits.into_iter().flatten().max(),
                len: self.base,
                ..self.found
            }),
            State::Start | State::Bom(_) => Err(EnvelopeError::Empty),
            State::FirstKey
            | State::Key
            | State::KeyText(_)
            | State::Colon
            | State::Value
            | State::ValueText(_)
            | State::Word
            | State::Nested
            | State::NestedText(_)
            | State::Comma => Err(EnvelopeError::Truncated),
        }
    }

    /// Reads on from `at` to the next change of state or the end of the chunk.
    fn step(&mut self, chunk: &[u8], at: usize) -> Result<usize, EnvelopeError> {
        match self.state {
            State::KeyText(escaped) => self.key_text(chunk, at, escaped),
            State::ValueText(escaped) => self.value_text(chunk, at, escaped),
            State::Word => self.word(chunk, at),
            State::Nested => self.nested(chunk, at),
            State::NestedText(escaped) => Ok(self.nested_text(chunk, at, escaped)),
            State::Start
            | State::Bom(_)
            | State::FirstKey
            | State::Key
            | State::Colon
            | State::Value
            | State::Comma
            | State::End => {
                self.mark(chunk[at], at)?;
                Ok(at + 1)
            }
        }
    }

    /// Reads one byte between the strings and values of the top level.
    fn mark(&mut self, byte: u8, at: usize) -> Result<(), EnvelopeError> {
        let at = self.base + at;
        let state = match (self.state, class(byte)) {
            (State::Bom(seen), _) if byte == BOM[seen] => {
                if seen == 2 {
                    State::Start
                } else {
                    State::Bom(seen + 1)
                }
            }
            (State::Start, Class::Alien) if at == 0 && byte == BOM[0] => State::Bom(1),
            (State::Start, Class::Open) if byte == b'{' => State::FirstKey,
            (state, Class::Blank) if !matches!(state, State::Bom(_)) => state,
            (State::Start | State::Bom(_), _) => return Err(EnvelopeError::NotAnObject),
            (State::FirstKey | State::Key, Class::Quote) => {
                self.taken.clear();
                State::KeyText(false)
            }
            (State::FirstKey | State::Comma, Class::Close) if byte == b'}' => State::End,
            (State::Comma, Class::Comma) => State::Key,
            (State::Colon, Class::Colon) => State::Value,
            (State::Value, class) => self.begin_value(byte, class, at)?,
            (State::End, _) => return Err(EnvelopeError::TrailingBytes { at }),
            _ => return Err(EnvelopeError::Malformed { at }),
        };
        self.state = state;
        Ok(())
    }

    fn begin_value(&mut self, byte: u8, class: Class, at: usize) -> Result<State, EnvelopeError> {
        self.taken.clear();
        if self.key == Key::Model {
            if class != Class::Quote {
                return Err(EnvelopeError::ModelNotAString);
            }
            self.model_start = at;
        }
        // A later field of the same name counts, as most parsers have it.
        self.note_word(None);
        match class {
            Class::Quote => Ok(State::ValueText(false)),
            Class::Open => {
                self.nesting.open(byte);
                Ok(State::Nested)
            }
            Class::Word => {
                self.taken.add(&[byte], WORD_ROOM);
                Ok(State::Word)
            }
            Class::Blank | Class::Close | Class::Comma | Class::Colon | Class::Alien => {
                Err(EnvelopeError::Malformed { at })
            }
        }
    }

    fn key_text(&mut self, chunk: &[u8], at: usize, escaped: bool) -> Result<usize, EnvelopeError> {
        match closing_quote(chunk, at, escaped) {
            Quote::At(quote) => {
                self.taken.add(&chunk[at..quote], KEY_ROOM);
                self.end_key()?;
                self.state = State::Colon;
                Ok(quote + 1)
            }
            Quote::Beyond(escaped) => {
                self.taken.add(&chunk[at..], KEY_ROOM);
                self.state = State::KeyText(escaped);
                Ok(chunk.len())
            }
        }
    }

    fn end_key(&mut self) -> Result<(), EnvelopeError> {
        self.key = self.taken.key();
        if self.key == Key::Model && std::mem::replace(&mut self.is_model_named, true) {
            return Err(EnvelopeError::DuplicateModel);
        }
        Ok(())
    }

    fn value_text(
        &mut self,
        chunk: &[u8],
        at: usize,
        escaped: bool,
    ) -> Result<usize, EnvelopeError> {
        let (end, next, state) = match closing_quote(chunk, at, escaped) {
            Quote::At(quote) => (quote, quote + 1, State::Comma),
            Quote::Beyond(escaped) => (chunk.len(), chunk.len(), State::ValueText(escaped)),
        };
        self.state = state;
        if self.key == Key::Model {
            self.taken.add(&chunk[at..end], MODEL_ROOM);
            if self.taken.is_long() {
                return Err(EnvelopeError::ModelTooLong);
            }
            if next > end {
                self.end_model(self.base + next)?;
            }
        }
        Ok(next)
    }

    fn end_model(&mut self, end: usize) -> Result<(), EnvelopeError> {
        let name = self.taken.text().ok_or(EnvelopeError::ModelNotText)?;
        self.found.model = Some(ModelSpot {
            name,
            start: self.model_start,
            end,
        });
        Ok(())
    }

    fn word(&mut self, chunk: &[u8], at: usize) -> Result<usize, EnvelopeError> {
        let rest = &chunk[at..];
        let len = rest
            .iter()
            .take_while(|byte| class(**byte) == Class::Word)
            .count();
        self.taken.add(&rest[..len], WORD_ROOM);
        if len < rest.len() {
            self.end_word(self.base + at + len)?;
            self.state = State::Comma;
        }
        Ok(at + len)
    }

    fn end_word(&mut self, at: usize) -> Result<(), EnvelopeError> {
        if self.taken.is_long() {
            return Ok(());
        }
        if self.key == Key::Other && self.taken.is_number() {
            // Numbers too large for a float are still JSON; what they mean is not asked here.
            return Ok(());
        }
        let word = self.taken.word().ok_or(EnvelopeError::Malformed { at })?;
        self.note_word(Some(&word));
        Ok(())
    }

    fn note_word(&mut self, word: Option<&serde_json::Value>) {
        match self.key {
            Key::Stream => self.found.stream = word.and_then(serde_json::Value::as_bool),
            Key::Limit(which) => self.limits[which] = word.and_then(count),
            Key::Model | Key::Other => {}
        }
    }

    fn nested(&mut self, chunk: &[u8], from: usize) -> Result<usize, EnvelopeError> {
        let mut at = from;
        while let Some(&byte) = chunk.get(at) {
            match class(byte) {
                Class::Blank | Class::Comma | Class::Colon | Class::Word => {}
                Class::Quote => match closing_quote(chunk, at + 1, false) {
                    Quote::At(quote) => at = quote,
                    Quote::Beyond(escaped) => {
                        self.state = State::NestedText(escaped);
                        return Ok(chunk.len());
                    }
                },
                Class::Open => {
                    if !self.nesting.open(byte) {
                        return Err(EnvelopeError::TooDeep);
                    }
                }
                Class::Close => {
                    if !self.nesting.close(byte) {
                        return Err(EnvelopeError::Malformed { at: self.base + at });
                    }
                    if self.nesting.is_flat() {
                        self.state = State::Comma;
                        return Ok(at + 1);
                    }
                }
                Class::Alien => return Err(EnvelopeError::Malformed { at: self.base + at }),
            }
            at += 1;
        }
        Ok(at)
    }

    fn nested_text(&mut self, chunk: &[u8], at: usize, escaped: bool) -> usize {
        match closing_quote(chunk, at, escaped) {
            Quote::At(quote) => {
                self.state = State::Nested;
                quote + 1
            }
            Quote::Beyond(escaped) => {
                self.state = State::NestedText(escaped);
                chunk.len()
            }
        }
    }
}
