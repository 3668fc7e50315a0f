//! The end: why the model stopped and what it cost, told once.

use super::Step;
use crate::Protocol;
use crate::cross::stop;
use crate::cross::way_back::WayBack;
use crate::error::{UpstreamError, worded};
use crate::event::{Event, Opening};
use crate::response::Stop;
use crate::usage::Usage;

/// About how many bytes of text a token stands for.
const BYTES_OF_TOKEN: u64 = 4;

/// Holds the counts and the reason to stop until the end, when the last of them came.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one fact about the answer"
)]
pub(super) struct Ending {
    pub(super) client: Protocol,
    pub(super) is_whole: bool,
    pub(super) is_estimated: bool,
    pub(super) error: Option<UpstreamError>,
    /// How many tokens the request has by the gateway's own count.
    input_estimate: u64,
    /// How many bytes of text the answer has.
    said: u64,
    has_calls: bool,
    /// Whether the answer holds words of refusal.
    pub(super) refuses: bool,
    usage: Option<Usage>,
    stop: Option<Stop>,
}

impl Ending {
    pub(super) fn new(way: &WayBack) -> Self {
        Self {
            client: way.client,
            is_whole: false,
            is_estimated: false,
            error: None,
            input_estimate: way.reply.input_estimate,
            said: 0,
            has_calls: false,
            refuses: false,
            usage: None,
            stop: None,
        }
    }

    pub(super) fn told_usage(&self) -> Option<Usage> {
        self.usage
    }

    pub(super) fn told_stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    fn merge(&mut self, told: Usage) {
        self.usage = Some(newest(self.usage.unwrap_or_default(), told));
    }

    /// What the answer cost by the gateway's own count, where its provider tells nothing.
    fn estimate(&mut self) -> Usage {
        self.is_estimated = true;
        Usage {
            input: self.input_estimate,
            output: self.said.div_ceil(BYTES_OF_TOKEN),
            ..Usage::default()
        }
    }

    fn end(&mut self, out: &mut Vec<Event>) {
        let stop = stop::settled(
            self.stop.take().unwrap_or_default(),
            self.has_calls,
            self.client,
        );
        let is_counted = self.usage.is_some_and(|usage| usage.total() > 0);
        let usage = match self.usage.filter(|_| is_counted) {
            Some(usage) => usage,
            None => self.estimate(),
        };
        self.usage = Some(usage);
        self.stop = Some(stop.clone());
        if let Some(error) = stop::failure(&stop, self.client) {
            return self.fail(error, out);
        }
        self.is_whole = true;
        out.extend([Event::Usage(usage), Event::Stop(stop), Event::End]);
    }

    fn fail(&mut self, error: UpstreamError, out: &mut Vec<Event>) {
        let error = worded(error, self.client);
        self.error = Some(error.clone());
        out.push(Event::Failed(error));
    }
}

/// The counts that are known after these were told.
pub(in crate::cross) fn newest(known: Usage, told: Usage) -> Usage {
    Usage {
        input: newer(known.input, told.input),
        cached: newer(known.cached, told.cached),
        written: newer(known.written, told.written),
        output: newer(known.output, told.output),
        reasoning: newer(known.reasoning, told.reasoning),
    }
}

/// A zero tells nothing: some vendors fill in what they do not know.
fn newer(known: u64, told: u64) -> u64 {
    if told > 0 { told } else { known }
}

impl Step for Ending {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Usage(usage) => self.merge(usage),
            Event::Stop(stop) => self.stop = Some(stop),
            Event::End => self.end(out),
            Event::Failed(error) => self.fail(error, out),
            Event::Text(ref text) | Event::Reasoning(ref text) | Event::Arguments(ref text) => {
                self.said += text.len() as u64;
                out.push(event);
            }
            Event::Open(Opening::Call(_)) => {
                self.has_calls = true;
                out.push(event);
            }
            Event::Open(Opening::Refusal) => {
                self.refuses = true;
                out.push(event);
            }
            Event::Open(Opening::Text | Opening::Reasoning)
            | Event::Start(_)
            | Event::Citation(_)
            | Event::Close
            | Event::CloseWith(_)
            | Event::Whole(_)
            | Event::Alive => out.push(event),
        }
    }
}
