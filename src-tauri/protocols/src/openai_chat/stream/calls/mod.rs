//! Puts the fragments of calls together and in order.
//!
//! Vendors number them, or name them by ids, or do neither, or give all the same number. The first call that is not
//! done comes live; the ones behind it wait until it is.

use super::fragment::{Braces, Fragment};
use crate::carrier::Carrier;
use crate::part::{Call, CallForm};

/// One step of the calls in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// A call begins; a signature may belong before it.
    Open(Call, Option<Carrier>),
    /// More of its arguments.
    Arguments(String),
    /// It is done.
    Close,
}

/// The calls of an answer.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slots: Vec<Slot>,
    /// The first one that is not done.
    live: usize,
    /// How many were begun.
    pub(super) begun: usize,
    /// Whether there were arguments for a call without a name.
    pub(super) has_nameless: bool,
    /// Tells this answer from others, for ids that have to be made up.
    pub(super) place: String,
}

#[derive(Debug, Default)]
struct Slot {
    key: Option<(u64, u64)>,
    id: String,
    name: String,
    form: CallForm,
    arguments: String,
    braces: Braces,
    signature: Option<Carrier>,
    is_open: bool,
    sent: usize,
}

impl Calls {
    /// Takes a fragment.
    pub(super) fn push(&mut self, fragment: Fragment) {
        let at = self.place_of(&fragment).unwrap_or_else(|| {
            self.slots.push(Slot {
                key: fragment.index.map(|index| (fragment.choice, index)),
                form: fragment.form,
                ..Slot::default()
            });
            self.slots.len() - 1
        });
        self.slots[at].take(fragment);
    }

    /// Whether a call is not done yet.
    pub(super) fn is_busy(&self) -> bool {
        self.live < self.slots.len()
    }

    /// Whether every call could be done.
    pub(super) fn is_whole(&self) -> bool {
        self.slots[self.live..].iter().all(Slot::is_whole)
    }

    /// The call a fragment goes on with; nothing if it begins one.
    fn place_of(&self, fragment: &Fragment) -> Option<usize> {
        if let Some(index) = fragment.index {
            let key = Some((fragment.choice, index));
            let at = self.slots.iter().rposition(|slot| slot.key == key)?;
            return (!self.slots[at].is_followed_by(fragment)).then_some(at);
        }
        let last = self.slots.len().checked_sub(1)?;
        match (&fragment.id, &fragment.name) {
            (Some(id), name) => {
                let known = self.slots.iter().rposition(|slot| slot.id == *id);
                known.or_else(|| name.is_none().then_some(last))
            }
            (None, Some(name)) => {
                let slot = &self.slots[last];
                let is_more = !slot.braces.is_whole() && !fragment.arguments.is_empty();
                let is_same = fragment.arguments.is_empty() || slot.arguments == fragment.arguments;
                (slot.name == *name && (is_more || is_same)).then_some(last)
            }
            // Several without any name stand for the last so many calls, in order.
            (None, None) => (self.slots.len() + fragment.position).checked_sub(fragment.among),
        }
    }

    /// Tells what can be told.
    pub(super) fn advance(&mut self, out: &mut Vec<Step>) {
        while self.is_busy() {
            let is_last = self.live + 1 == self.slots.len();
            let slot = &mut self.slots[self.live];
            if !slot.is_open {
                let is_known = !slot.id.is_empty() || !slot.arguments.is_empty() || !is_last;
                if slot.name.is_empty() || !is_known {
                    return;
                }
                self.open(out);
            }
            let slot = &mut self.slots[self.live];
            slot.send(out);
            if is_last || !slot.is_whole() {
                return;
            }
            slot.close(out);
            self.live += 1;
        }
    }

    /// Tells all that is left: nothing more comes.
    pub(super) fn finish(&mut self, out: &mut Vec<Step>) {
        while self.is_busy() {
            let slot = &self.slots[self.live];
            if slot.name.is_empty() {
                self.has_nameless |= !slot.arguments.is_empty() || !slot.id.is_empty();
            } else {
                self.open(out);
                self.slots[self.live].close(out);
            }
            self.live += 1;
        }
    }

    fn open(&mut self, out: &mut Vec<Step>) {
        let slot = &mut self.slots[self.live];
        if slot.is_open {
            return;
        }
        if slot.id.is_empty() {
            slot.id =
                super::super::calls::derived_id(&self.place, &slot.name, &self.begun.to_string());
        }
        slot.is_open = true;
        self.begun += 1;
        let call = Call {
            id: slot.id.clone(),
            name: slot.name.clone(),
            namespace: None,
            form: slot.form,
            arguments: String::new(),
        };
        out.push(Step::Open(call, slot.signature.take()));
    }
}

impl Slot {
    /// Whether a fragment with this call's number begins another one.
    ///
    /// Ollama gives all calls the number 0, with ids and names of their own; other vendors repeat id and name on
    /// every fragment, and some change the id in the middle of a call, but then without a name.
    fn is_followed_by(&self, fragment: &Fragment) -> bool {
        let Some(name) = &fragment.name else {
            return false;
        };
        match &fragment.id {
            Some(id) if !self.id.is_empty() => *id != self.id,
            Some(_) | None => {
                let is_told_again =
                    fragment.arguments.is_empty() || fragment.arguments == self.arguments;
                self.braces.is_whole() && !(is_told_again && *name == self.name)
            }
        }
    }

    fn take(&mut self, fragment: Fragment) {
        if self.id.is_empty() && !self.is_open {
            self.id = fragment.id.unwrap_or_default();
        }
        if self.name.is_empty() {
            self.name = fragment.name.unwrap_or_default();
        }
        if self.signature.is_none() {
            self.signature = fragment.signature;
        }
        self.add(&fragment.arguments);
    }

    fn add(&mut self, arguments: &str) {
        if self.braces.is_whole() && arguments.trim_start().starts_with('{') {
            // An empty object in front is a placeholder; anything else is the call told a second time.
            if self.sent > 0 || self.arguments.trim() != "{}" {
                return;
            }
            self.arguments.clear();
            self.braces = Braces::default();
        }
        self.arguments.push_str(arguments);
        self.braces.read(arguments);
    }

    fn is_whole(&self) -> bool {
        self.form == CallForm::Custom || self.braces.is_whole()
    }

    /// Passes on what came, except what may turn out otherwise: a placeholder, or an object written as a string.
    fn send(&mut self, out: &mut Vec<Step>) {
        // Whatever was passed on already cannot turn out otherwise.
        if self.sent == 0 && self.is_undecided() {
            return;
        }
        self.send_rest(out);
    }

    fn is_undecided(&self) -> bool {
        let start = self.arguments.trim_start();
        let is_string = self.form == CallForm::Function && start.starts_with('"');
        is_string || start.trim_end() == "{}"
    }

    fn send_rest(&mut self, out: &mut Vec<Step>) {
        let rest = &self.arguments[self.sent..];
        if !rest.is_empty() {
            out.push(Step::Arguments(rest.to_owned()));
            self.sent = self.arguments.len();
        }
    }

    fn close(&mut self, out: &mut Vec<Step>) {
        if self.sent == 0
            && self.form == CallForm::Function
            && let Some(object) = super::fragment::decoded(&self.arguments)
        {
            self.arguments = object;
        }
        self.send_rest(out);
        out.push(Step::Close);
    }
}

#[cfg(test)]
mod tests;
