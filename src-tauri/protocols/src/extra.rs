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

    /// Notes as lost what `protocol` cannot say, below `place` (`messages[].content[]`, or nothing at the top).
    pub fn note_lost(&self, protocol: Protocol, place: &str, weight: Weight, losses: &mut Losses) {
        let Some(kept) = self.0.as_deref().filter(|kept| kept.origin != protocol) else {
            return;
        };
        for key in kept.fields.keys() {
            let dot = if place.is_empty() { "" } else { "." };
            losses.dropped(format!("{place}{dot}{key}"), weight);
        }
    }
}
