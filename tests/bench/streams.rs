//! Live streams: many at once, each event with the time it was sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::BodyExt;
use memchr::memmem;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::call::{Ask, ask_once, connected, send};
use super::contestant::Contestant;
use super::platform::now_ns;
use super::question::{Answer, Dialect, Question};
use super::script::{LIVE_PER_SECOND, STAMP, STAMP_DIGITS};
use super::slice::{Faults, Slice};
use super::stats::float;

/// How many streams open at a time.
const OPENING: usize = 64;
const OPEN_WITHIN: Duration = Duration::from_mins(1);
/// After the last stream has opened, before events count.
const SETTLE: Duration = Duration::from_millis(500);
/// The share of the expected events below which a contestant lags behind.
const LEAST_SHARE: f64 = 0.95;

const QUESTION: Question = Question {
    dialect: Dialect::OpenAi,
    answer: Answer::Live,
    bytes: 1_000,
};

/// What all streams of a slice share.
struct Tally {
    opening: Semaphore,
    opened: Semaphore,
    /// Whether events count now: from here on, in nanoseconds of [`now_ns`].
    from: AtomicU64,
    until: AtomicU64,
    seen: Mutex<(Vec<u64>, Faults)>,
}

impl Tally {
    fn saw(&self, sent: u64) {
        let now = now_ns();
        let counts =
            now >= self.from.load(Ordering::Relaxed) && now < self.until.load(Ordering::Relaxed);
        if counts {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.0.push(now.saturating_sub(sent));
        }
    }
}

/// Opens the streams, then times their events for a slice and looks at the memory they took.
pub(crate) async fn run(
    contestant: &Contestant,
    count: usize,
    slice: Duration,
) -> anyhow::Result<Slice> {
    // The first request of a process makes what all later ones share: no stream should pay for it.
    ask_once(&contestant.ask(Question {
        answer: Answer::Burst,
        ..QUESTION
    })?)
    .await?;
    let memory_before = contestant.resident_kb()?;
    let tally = Arc::new(Tally {
        opening: Semaphore::new(OPENING),
        opened: Semaphore::new(0),
        from: AtomicU64::new(u64::MAX),
        until: AtomicU64::new(u64::MAX),
        seen: Mutex::default(),
    });
    let mut streams = JoinSet::new();
    let ask = contestant.ask(QUESTION)?;
    for _ in 0..count {
        streams.spawn(listen(ask.clone(), Arc::clone(&tally)));
    }
    let opened = timeout(
        OPEN_WITHIN,
        tally.opened.acquire_many(u32::try_from(count)?),
    )
    .await;
    drop(
        opened
            .with_context(|| format!("{count} streams did not open within {OPEN_WITHIN:?}"))??,
    );
    sleep(SETTLE).await;
    let cpu_before = contestant.cpu_us()?;
    let from = now_ns();
    tally.from.store(from, Ordering::Relaxed);
    sleep(slice).await;
    let until = now_ns();
    tally.until.store(until, Ordering::Relaxed);
    let cpu = contestant
        .cpu_us()?
        .zip(cpu_before)
        .map(|(after, before)| after.saturating_sub(before));
    let memory = contestant.peak_kb()?.zip(memory_before);
    streams.shutdown().await;
    let (latencies, mut faults) =
        std::mem::take(&mut *tally.seen.lock().unwrap_or_else(PoisonError::into_inner));
    let streams = float(count as u64);
    let seconds = float(until - from) / 1e9;
    let share = float(latencies.len() as u64) / (streams * f64::from(LIVE_PER_SECOND) * seconds);
    if share < LEAST_SHARE {
        faults.note(&anyhow::anyhow!(
            "only {:.0} % of the events came in time",
            share * 100.0
        ));
    }
    let mut slice = Slice::new(latencies, seconds, faults).with_cpu(cpu);
    slice.stream_memory_kb = memory.map(|(peak, before)| (float(peak) - float(before)) / streams);
    Ok(slice)
}

/// Holds one stream until it is aborted; a stream that ends by itself is a fault.
async fn listen(ask: Ask, tally: Arc<Tally>) {
    let Ok(permit) = tally.opening.acquire().await else {
        return;
    };
    let mut permit = Some(permit);
    let ended = connected(ask.address, async |mut sender| {
        let mut body = send(&mut sender, &ask).await?.into_body();
        let mut stamps = Stamps::default();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                stamps.read(&data, |sent| tally.saw(sent))?;
                open(&mut permit, &tally);
            }
        }
        bail!("a stream ended by itself")
    });
    let Err::<(), _>(error) = ended.await else {
        return;
    };
    tally
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .1
        .note(&error);
    open(&mut permit, &tally);
}

/// A stream that has spoken, or failed, makes room for the next to open.
fn open(permit: &mut Option<SemaphorePermit<'_>>, tally: &Tally) {
    if permit.take().is_some() {
        tally.opened.add_permits(1);
    }
}

/// Finds the times in a stream, wherever the network cuts it.
#[derive(Default)]
struct Stamps {
    rest: Vec<u8>,
}

impl Stamps {
    fn read(&mut self, data: &Bytes, mut found: impl FnMut(u64)) -> anyhow::Result<()> {
        if self.rest.is_empty() && data.ends_with(b"\n\n") {
            return scan(data, &mut found);
        }
        self.rest.extend_from_slice(data);
        if let Some(end) = memmem::rfind(&self.rest, b"\n\n") {
            scan(&self.rest[..end], &mut found)?;
            self.rest.drain(..end + 2);
        }
        Ok(())
    }
}

fn scan(events: &[u8], found: &mut impl FnMut(u64)) -> anyhow::Result<()> {
    for place in memmem::find_iter(events, STAMP) {
        let from = place + STAMP.len();
        let digits = events
            .get(from..from + STAMP_DIGITS)
            .context("a stamp cut short")?;
        found(std::str::from_utf8(digits)?.parse()?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_found_wherever_the_stream_is_cut() {
        let wire = format!(
            "data: {{\"a\":\"sent={:020} \"}}\n\ndata: sent={:020}\n\n",
            7, 4_000_000_000_u64
        );
        for cut in 0..=wire.len() {
            let (mut stamps, mut found) = (Stamps::default(), Vec::new());
            for part in [&wire[..cut], &wire[cut..]] {
                stamps
                    .read(&Bytes::copy_from_slice(part.as_bytes()), |sent| {
                        found.push(sent);
                    })
                    .unwrap();
            }
            assert_eq!(found, [7, 4_000_000_000], "cut at {cut}");
        }
    }
}
