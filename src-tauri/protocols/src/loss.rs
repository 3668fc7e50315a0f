//! What a conversion could not carry over.

use serde::{Deserialize, Serialize};

/// The most different losses that are told one by one.
const MOST_LOSSES: usize = 64;

/// One thing that did not reach the other side as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The field in the words of the protocol it came in: `messages[].content[].cache_control`.
    pub field: String,
    /// What became of it.
    pub how: How,
    /// Whether the answer may differ for it.
    pub weight: Weight,
    /// What was put in its place, or why; empty when there is nothing to add.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How often it happened.
    pub count: u32,
}

/// What became of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Left out.
    Dropped,
    /// Said under another name.
    Renamed,
    /// Brought into the range that the target takes.
    Clamped,
    /// Said by something similar.
    Replaced,
}

/// How much a loss matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The answer is the same without it.
    Harmless,
    /// The answer may differ.
    Notable,
}

/// All that one exchange lost, the same things counted together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Losses(Vec<Loss>);

impl Losses {
    /// Notes that a field was left out.
    pub fn dropped(&mut self, field: impl Into<String>, weight: Weight) {
        self.note(field.into(), How::Dropped, weight, String::new());
    }

    /// Notes what became of a field, and why or what stands in its place.
    pub fn add(
        &mut self,
        field: impl Into<String>,
        how: How,
        weight: Weight,
        note: impl Into<String>,
    ) {
        self.note(field.into(), how, weight, note.into());
    }

    fn note(&mut self, field: String, how: How, weight: Weight, note: String) {
        self.count(Loss {
            field,
            how,
            weight,
            note,
            count: 1,
        });
    }

    fn count(&mut self, loss: Loss) {
        let is_same = |known: &&mut Loss| {
            known.field == loss.field && known.how == loss.how && known.note == loss.note
        };
        if let Some(known) = self.0.iter_mut().find(is_same) {
            known.count = known.count.saturating_add(loss.count);
        } else if self.0.len() < MOST_LOSSES {
            self.0.push(loss);
        }
    }

    /// Takes in what another part of the conversion lost.
    pub fn absorb(&mut self, other: Self) {
        for loss in other.0 {
            self.count(loss);
        }
    }

    /// Each loss, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Loss> {
        self.0.iter()
    }

    /// Whether it is told what became of a field.
    pub fn tells(&self, field: &str) -> bool {
        self.0.iter().any(|loss| loss.field == field)
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The losses as a header tells them: `dropped top_k, clamped max_tokens`; nothing if there are none.
    ///
    /// Those that may change the answer come first; a header is no place for text that a client sent, so each
    /// field's name is cut to plain characters.
    pub fn header(&self) -> Option<String> {
        let mut sorted: Vec<&Loss> = self.0.iter().collect();
        sorted.sort_by_key(|loss| loss.weight == Weight::Harmless);
        let told: Vec<String> = sorted.iter().map(|loss| loss.told()).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

impl Loss {
    fn told(&self) -> String {
        let how = match self.how {
            How::Dropped => "dropped",
            How::Renamed => "renamed",
            How::Clamped => "clamped",
            How::Replaced => "replaced",
        };
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || "._-[]:".contains(*c);
        let field: String = self.field.chars().filter(is_plain).take(80).collect();
        format!("{how} {field}")
    }
}

#[cfg(test)]
mod tests {
    use super::{How, Losses, Weight};

    #[test]
    fn the_same_loss_is_counted_and_not_repeated() {
        let mut losses = Losses::default();
        losses.dropped("a", Weight::Harmless);
        losses.dropped("a", Weight::Harmless);
        losses.add("n", How::Clamped, Weight::Notable, "to 4");

        assert_eq!(
            losses.iter().map(|loss| loss.count).collect::<Vec<_>>(),
            [2, 1]
        );
        assert_eq!(losses.header().as_deref(), Some("clamped n, dropped a"));
    }

    #[test]
    fn what_another_part_lost_is_added_to_the_same_loss() {
        let mut losses = Losses::default();
        losses.dropped("a", Weight::Harmless);
        losses.dropped("b", Weight::Harmless);
        let mut others = Losses::default();
        others.dropped("a", Weight::Harmless);
        others.dropped("a", Weight::Harmless);

        losses.absorb(others);

        let counts: Vec<u32> = losses.iter().map(|loss| loss.count).collect();
        assert_eq!(counts, [3, 1]);
    }

    #[test]
    fn a_header_holds_no_line_ends_and_losses_are_bounded() {
        let mut losses = Losses::default();
        for index in 0..1000 {
            losses.dropped(format!("x\r\ny{index}"), Weight::Notable);
        }

        assert_eq!(losses.iter().count(), 64);
        assert!(!losses.header().unwrap().contains(['\r', '\n']));
    }
}
