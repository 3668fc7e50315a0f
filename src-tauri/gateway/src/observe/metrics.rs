//! Prometheus families. They are fed from the log's batches, so that counting costs requests nothing.

use std::{
    fmt,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU64},
    },
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use crate::store::logs::LogEntry;

/// Who asked what of whom, and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Exchange {
    group: String,
    route: String,
    provider: String,
    protocol: String,
    status: u16,
}

/// Who asked what of whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Path {
    group: String,
    route: String,
    provider: String,
}

/// One kind of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tokens {
    group: String,
    route: String,
    provider: String,
    kind: &'static str,
}

/// One kind of failure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failure {
    provider: String,
    error: String,
}

/// All families of one gateway; no global state, so that gateways in one process stay apart.
pub struct Metrics {
    registry: RwLock<Registry>,
    requests: Family<Exchange, Counter>,
    duration: Family<Path, Histogram, fn() -> Histogram>,
    first_byte: Family<Path, Histogram, fn() -> Histogram>,
    tokens: Family<Tokens, Counter>,
    failures: Family<Failure, Counter>,
    in_flight: Gauge<i64, AtomicI64>,
    resting: Gauge<i64, AtomicI64>,
    dropped: Gauge<u64, AtomicU64>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// 5 ms to about 5 minutes: from a local model's first byte to a long agent turn.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.005, 2.0, 17))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("keyway");
        let metrics = Self {
            requests: Family::default(),
            duration: Family::new_with_constructor(seconds),
            first_byte: Family::new_with_constructor(seconds),
            tokens: Family::default(),
            failures: Family::default(),
            in_flight: Gauge::default(),
            resting: Gauge::default(),
            dropped: Gauge::default(),
            registry: RwLock::default(),
        };
        registry.register(
            "requests",
            "Exchanges, by what the client saw",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "duration",
            "Time to the end of the answer",
            Unit::Seconds,
            metrics.duration.clone(),
        );
        registry.register_with_unit(
            "first_byte",
            "Time to the first byte of the answer",
            Unit::Seconds,
            metrics.first_byte.clone(),
        );
        registry.register(
            "tokens",
            "Tokens, by kind; input includes cached and written",
            metrics.tokens.clone(),
        );
        registry.register(
            "failures",
            "Exchanges that failed, by error code",
            metrics.failures.clone(),
        );
        registry.register("in_flight", "Requests under way", metrics.in_flight.clone());
        registry.register(
            "resting_credentials",
            "Credentials that rest after failures",
            metrics.resting.clone(),
        );
        registry.register(
            "dropped_log_entries",
            "Log entries lost because the disk was too slow",
            metrics.dropped.clone(),
        );
        Self {
            registry: RwLock::new(registry),
            ..metrics
        }
    }
}

impl Metrics {
    /// Takes in a batch of log entries.
    pub fn count(&self, entries: &[LogEntry]) {
        for entry in entries {
            self.count_one(entry);
        }
    }

    /// The text that Prometheus reads, with gauges as given.
    pub fn render(&self, in_flight: usize, resting: usize, dropped: u64) -> String {
        self.in_flight
            .set(i64::try_from(in_flight).unwrap_or(i64::MAX));
        self.resting.set(i64::try_from(resting).unwrap_or(i64::MAX));
        self.dropped.set(dropped);
        let mut text = String::new();
        let registry = self.registry.read().unwrap_or_else(PoisonError::into_inner);
        encode(&mut text, &registry).ok(); // writing to a String cannot fail
        text
    }

    fn count_one(&self, entry: &LogEntry) {
        let text =
            |value: &Option<std::sync::Arc<str>>| value.as_deref().unwrap_or_default().to_owned();
        let path = Path {
            group: entry.group.as_str().to_owned(),
            route: text(&entry.route_alias),
            provider: text(&entry.provider_id),
        };
        let exchange = Exchange {
            group: path.group.clone(),
            route: path.route.clone(),
            provider: path.provider.clone(),
            protocol: entry.protocol_in.as_str().to_owned(),
            status: entry.status,
        };
        self.requests.get_or_create(&exchange).inc();
        if let Some(error) = &entry.error_code {
            self.failures
                .get_or_create(&Failure {
                    provider: path.provider.clone(),
                    error: error.to_string(),
                })
                .inc();
        }
        if let Some(first) = entry.first_byte_us {
            self.first_byte
                .get_or_create(&path)
                .observe(in_seconds(first));
        }
        self.duration
            .get_or_create(&path)
            .observe(in_seconds(entry.total_us));
        self.count_tokens(&path, entry);
    }

    fn count_tokens(&self, path: &Path, entry: &LogEntry) {
        let Some(usage) = &entry.usage else { return };
        let kinds = [
            ("input", usage.input),
            ("cached", usage.cached),
            ("written", usage.written),
            ("output", usage.output),
            ("reasoning", usage.reasoning),
        ];
        for (kind, tokens) in kinds.into_iter().filter(|(_, tokens)| *tokens > 0) {
            let labels = Tokens {
                group: path.group.clone(),
                route: path.route.clone(),
                provider: path.provider.clone(),
                kind,
            };
            self.tokens.get_or_create(&labels).inc_by(tokens);
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a histogram's buckets are far coarser"
)]
fn in_seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}
