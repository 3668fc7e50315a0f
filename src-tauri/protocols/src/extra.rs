//! What only the protocol that sent it understands.

use serde_json::{Map, Value};

use crate::Protocol;
use crate::loss::{Losses, Weight};

/// Fields that have no place in the neutral form, kept so that they can go back where they came from.
///
/// Reading and writing in one protocol is the identity because of them; another protocol's writer leaves them
/// out and says so.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extra(Option<Box<Kept>>);

#[derive(Debug, Clone, PartialEq)]
struct Kept {
    origin: Protocol,
    fields: Map<String, Value>,
    /// What the reader tells the writer of the same protocol about how things were spelled; never sent or told as lost.
    notes: Map<String, Value>,
}

impl Kept {
    fn nothing(origin: Protocol) -> Box<Self> {
        Box::new(Self {
            origin,
            fields: Map::new(),
            notes: Map::new(),
        })
    }
}

impl Extra {
    /// Keeps these fields of `origin`; nothing is kept of none.
    pub fn of(origin: Protocol, fields: Map<String, Value>) -> Self {
        let notes = Map::new();
        let kept = Kept {
            origin,
            fields,
            notes,
        };
        Self((!kept.fields.is_empty()).then(|| Box::new(kept)))
    }

    /// Keeps one more field.
    pub fn keep(&mut self, origin: Protocol, key: &str, value: Value) {
        let kept = self.0.get_or_insert_with(|| Kept::nothing(origin));
        kept.fields.insert(key.to_owned(), value);
    }

    /// Notes for the writer of `origin` how something was spelled, so that it can be spelled so again.
    ///
    /// A note is no field: it is not sent, and nothing is lost without it.
    pub fn note(&mut self, origin: Protocol, key: &str, value: Value) {
        let kept = self.0.get_or_insert_with(|| Kept::nothing(origin));
        kept.notes.insert(key.to_owned(), value);
    }

    /// What was noted under `key`, if the reader of `protocol` noted it.
    pub fn noted(&self, protocol: Protocol, key: &str) -> Option<&Value> {
        let kept = self.0.as_deref()?;
        (kept.origin == protocol).then(|| kept.notes.get(key))?
    }

    /// The protocol whose reader filled this, if any did.
    pub fn origin(&self) -> Option<Protocol> {
        self.0.as_deref().map(|kept| kept.origin)
    }

    /// One field, if `protocol` sent it.
    pub fn get(&self, protocol: Protocol, key: &str) -> Option<&Value> {
        self.fields(protocol)?.get(key)
    }

    /// The fields that `protocol` sent, if it did.
    pub fn fields(&self, protocol: Protocol) -> Option<&Map<String, Value>> {
        let kept = self.0.as_deref()?;
        (kept.origin == protocol).then_some(&kept.fields)
    }

    /// Adds the fields to what `protocol` is about to send: all of its own, none of another's.
    pub fn write_into(&self, protocol: Protocol, object: &mut Map<String, Value>) {
        for (key, value) in self.fields(protocol).into_iter().flatten() {
            object.insert(key.clone(), value.clone());
        }
    }

    /// Notes as lost what `protocol` cannot say, below a place of the request.
    pub(crate) fn note_lost(&self, protocol: Protocol, place: Place, losses: &mut Losses) {
        self.note_lost_but(protocol, place, |_| false, losses);
    }

    /// As [`Extra::note_lost`], but for the fields that `is_said` some other way.
    pub(crate) fn note_lost_but(
        &self,
        protocol: Protocol,
        place: Place,
        is_said: impl Fn(&str) -> bool,
        losses: &mut Losses,
    ) {
        let Some(kept) = self.0.as_deref().filter(|kept| kept.origin != protocol) else {
            return;
        };
        let before = place.before(kept.origin);
        for key in kept.fields.keys().filter(|key| !is_said(key)) {
            if place == Place::Top && losses.tells(key) {
                continue;
            }
            let is_telling = place == Place::Top && NOTABLE.contains(&key.as_str());
            let weight = if is_telling {
                Weight::Notable
            } else {
                Weight::Harmless
            };
            losses.dropped(format!("{before}{key}"), weight);
        }
    }
}

/// Top-level fields without which the answer may differ.
const NOTABLE: [&str; 3] = ["logit_bias", "container", "compaction"];

/// Where in a request a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Top,
    Turn,
    Part,
    Tool,
    Thinking,
}

impl Place {
    /// What comes before the field's name, in the words of the protocol it came in.
    fn before(self, origin: Protocol) -> &'static str {
        let [anthropic, chat, responses, gemini] = match self {
            Self::Top => [""; 4],
            Self::Turn => ["messages[].", "messages[].", "input[].", "contents[]."],
            Self::Part => [
                "messages[].content[].",
                "messages[].content[].",
                "input[].content[].",
                "contents[].parts[].",
            ],
            Self::Tool => ["tools[]."; 4],
            Self::Thinking => [
                "thinking.",
                "reasoning.",
                "reasoning.",
                "generationConfig.thinkingConfig.",
            ],
        };
        match origin {
            Protocol::Anthropic => anthropic,
            Protocol::OpenAi => chat,
            Protocol::OpenAiResponses => responses,
            Protocol::Gemini => gemini,
        }
    }
}
