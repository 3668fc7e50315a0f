use std::sync::Arc;

use jiff::Timestamp;

use super::meter::{Entry, Meter, Outcome};

/// A request that was let in and whose end is still to be told.
///
/// Dropped, it counts as a request that was cut off: its token estimate is given back.
#[derive(Debug)]
#[must_use = "a reservation dropped at once frees its place at once"]
pub struct Reservation {
    meter: Arc<Meter>,
    entry: Option<Entry>,
}

impl Reservation {
    pub(super) fn new(meter: Arc<Meter>, entry: Entry) -> Self {
        Self {
            meter,
            entry: Some(entry),
        }
    }

    /// Counts the tokens that were really used, at the moment they were.
    pub fn settle(mut self, tokens: u64, now: Timestamp) {
        self.end(Outcome::Settled { tokens, now });
    }

    /// Takes the request back: nothing was sent upstream.
    pub fn refund(mut self) {
        self.end(Outcome::Unsent);
    }

    fn end(&mut self, outcome: Outcome) {
        if let Some(entry) = self.entry.take() {
            self.meter.end(entry, outcome);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.end(Outcome::Aborted);
    }
}
