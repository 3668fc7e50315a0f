//! The open blocks of a provider's stream.

use std::collections::VecDeque;

use serde_json::Value;

use super::block::Block;
use crate::event::Event;
use crate::ids::Fingerprint;

/// The blocks that are open, in the order they were opened.
///
/// The first one's events go out as they come. Those of others, should a provider interleave them, wait until all
/// before them are closed.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The id of the answer, from which ids of calls are made that have none.
    pub(super) answer: String,
    open: VecDeque<Block>,
    opened: usize,
}

impl Blocks {
    /// A block begins; one with the same index that did not end yet ends.
    pub(super) fn start(&mut self, index: Option<u64>, value: Value, out: &mut Vec<Event>) {
        if index.is_some() && self.open.iter().any(|block| block.index == index) {
            self.stop(index, out);
        }
        let position = self.opened.to_string();
        let place = Fingerprint::of([self.answer.as_str(), position.as_str()]);
        let block = Block::begun(index, value, place);
        self.opened += 1;
        self.open.push_back(block);
        self.advance(out);
    }

    /// More of a block.
    pub(super) fn delta(&mut self, index: Option<u64>, delta: &Value, out: &mut Vec<Event>) {
        let known = self
            .open
            .iter()
            .rposition(|block| index.is_none() || block.index == index);
        let Some(at) = known else {
            // A block that was never opened: its first delta tells what it is.
            if let Some(start) = implied(delta) {
                self.start(index, start, out);
                self.delta(index, delta, out);
            }
            return;
        };
        if let Some(block) = self.open.get_mut(at) {
            block.add(delta);
        }
        self.advance(out);
    }

    /// A block ends.
    pub(super) fn stop(&mut self, index: Option<u64>, out: &mut Vec<Event>) {
        let block = self
            .open
            .iter_mut()
            .rfind(|block| index.is_none() || block.index == index);
        if let Some(block) = block {
            block.close();
        }
        self.advance(out);
    }

    /// All blocks end.
    pub(super) fn stop_all(&mut self, out: &mut Vec<Event>) {
        for block in &mut self.open {
            block.close();
        }
        self.advance(out);
    }

    /// Sends what need not wait any longer.
    fn advance(&mut self, out: &mut Vec<Event>) {
        while let Some(first) = self.open.front_mut() {
            out.append(&mut first.waiting);
            if !first.is_closed {
                break;
            }
            self.open.pop_front();
        }
    }
}

/// The block that a delta without a start belongs to.
fn implied(delta: &Value) -> Option<Value> {
    let kind = match delta.get("type")?.as_str()? {
        "text_delta" => "text",
        "thinking_delta" | "signature_delta" => "thinking",
        _ => return None,
    };
    Some(serde_json::json!({ "type": kind }))
}
