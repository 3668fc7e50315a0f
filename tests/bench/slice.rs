//! What one slice of measuring gives: the figures of one row, one round, one contestant.

use super::stats::{float, percentile};

/// A figure a slice may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    P50,
    P99,
    PerSecond,
    /// Resident memory a stream adds, in KB.
    StreamMemory,
    /// Processor time of the proxy for each request or event, in µs.
    Cpu,
}

impl Figure {
    pub(crate) const ALL: [Self; 5] = [
        Self::P50,
        Self::P99,
        Self::PerSecond,
        Self::StreamMemory,
        Self::Cpu,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50 µs",
            Self::P99 => "p99 µs",
            Self::PerSecond => "per second",
            Self::StreamMemory => "KB per stream",
            Self::Cpu => "cpu µs each",
        }
    }
}

/// The figures of one slice.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    /// Latencies in nanoseconds, sorted.
    pub(crate) sorted: Vec<u64>,
    pub(crate) seconds: f64,
    pub(crate) faults: Faults,
    pub(crate) cpu_us: Option<f64>,
    pub(crate) stream_memory_kb: Option<f64>,
}

impl Slice {
    pub(crate) fn new(mut latencies: Vec<u64>, seconds: f64, faults: Faults) -> Self {
        latencies.sort_unstable();
        Self {
            sorted: latencies,
            seconds,
            faults,
            cpu_us: None,
            stream_memory_kb: None,
        }
    }

    /// Says how much processor time the proxy used meanwhile.
    pub(crate) fn with_cpu(mut self, used: Option<u64>) -> Self {
        self.cpu_us = used
            .filter(|_| !self.sorted.is_empty())
            .map(|used| float(used) / self.count());
        self
    }

    pub(crate) fn count(&self) -> f64 {
        float(self.sorted.len() as u64)
    }

    pub(crate) fn value(&self, figure: Figure) -> Option<f64> {
        let micros = |share| percentile(&self.sorted, share).map(|nanos| float(nanos) / 1_000.0);
        match figure {
            Figure::P50 => micros(0.5),
            Figure::P99 => micros(0.99),
            Figure::PerSecond => Some(self.count() / self.seconds),
            Figure::StreamMemory => self.stream_memory_kb,
            Figure::Cpu => self.cpu_us,
        }
    }
}

/// What went wrong during a slice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) count: u64,
    pub(crate) first: Option<String>,
}

impl Faults {
    pub(crate) fn note(&mut self, what: &anyhow::Error) {
        self.count += 1;
        self.first.get_or_insert_with(|| format!("{what:#}"));
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.take().or(other.first);
    }
}
