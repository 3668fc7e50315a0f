//! From whom to whom a request goes.

use super::fields::Field;
use crate::Protocol;
use crate::codec::{Target, Unsayable};
use crate::loss::{How, Losses, Weight};
use crate::quirks::Quirks;

/// From whom to whom a request goes.
#[derive(Debug, Clone, Copy)]
pub(in crate::cross) struct Way<'a> {
    /// What the client speaks.
    pub(in crate::cross) client: Protocol,
    /// Who is asked.
    pub(in crate::cross) target: &'a Target<'a>,
}

impl<'a> Way<'a> {
    /// How the target differs from its protocol's book.
    pub(super) fn quirks(&self) -> &'a Quirks {
        self.target.quirks
    }

    /// Whether both sides speak the same protocol.
    pub(in crate::cross) fn is_straight(&self) -> bool {
        self.client == self.target.protocol
    }

    /// Whether the target speaks this protocol.
    pub(super) fn is_to(&self, protocol: Protocol) -> bool {
        self.target.protocol == protocol
    }

    /// The client's name for a field.
    pub(super) fn name(&self, field: Field) -> &'static str {
        field.name(self.client)
    }

    /// The client's name for a part: `messages[2].content[0]`.
    pub(super) fn place(&self, turn: usize, part: usize) -> String {
        let (turns, content) = (self.name(Field::Turns), self.name(Field::Content));
        format!("{turns}[{turn}].{content}[{part}]")
    }

    /// The client's name for all parts: `messages[].content[]`.
    pub(super) fn any_part(&self) -> String {
        format!(
            "{}[].{}[]",
            self.name(Field::Turns),
            self.name(Field::Content)
        )
    }

    /// A refusal that names a field.
    pub(super) fn refuse(&self, field: Field, message: impl Into<String>) -> Unsayable {
        Unsayable::new(self.name(field), message)
    }

    /// Notes that a field was left out, if it was there.
    pub(super) fn drop<T>(
        &self,
        value: &mut Option<T>,
        field: Field,
        weight: Weight,
        losses: &mut Losses,
    ) {
        if value.take().is_some() {
            losses.dropped(self.name(field), weight);
        }
    }

    /// Notes what became of a field.
    pub(super) fn note(
        &self,
        field: Field,
        how: How,
        note: impl Into<String>,
        losses: &mut Losses,
    ) {
        losses.add(self.name(field), how, Weight::Notable, note);
    }
}
