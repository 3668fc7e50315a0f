//! The one place that asks what time it is; everything else is told.

use std::{fmt::Debug, time::Instant};

use jiff::Timestamp;

/// Wall time for what people read, steady time for what is measured.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The wall time.
    fn now(&self) -> Timestamp;
    /// A steady time that never jumps.
    fn instant(&self) -> Instant;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }
}
