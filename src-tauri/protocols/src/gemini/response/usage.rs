//! The counts of an answer.

use serde_json::{Map, Value};

use crate::usage::Usage;

/// Writes `usageMetadata`: thoughts are counted apart from the answer, zeros left out.
pub(in super::super) fn write(usage: &Usage) -> Value {
    let mut counts = Map::new();
    counts.insert("promptTokenCount".to_owned(), usage.input.into());
    if usage.cached > 0 {
        counts.insert("cachedContentTokenCount".to_owned(), usage.cached.into());
    }
    let answer = usage.output.saturating_sub(usage.reasoning);
    counts.insert("candidatesTokenCount".to_owned(), answer.into());
    if usage.reasoning > 0 {
        counts.insert("thoughtsTokenCount".to_owned(), usage.reasoning.into());
    }
    counts.insert("totalTokenCount".to_owned(), usage.total().into());
    counts.into()
}
