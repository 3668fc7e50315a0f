//! Closed load: each connection asks again as soon as it has its answer.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::call::{Ask, connected, exchange};
use super::contestant::Contestant;
use super::platform::now_ns;
use super::question::Question;
use super::slice::{Faults, Slice};
use super::stats::float;

/// A connection that fails this often in a slice is given up.
pub(crate) const MOST_FAULTS: u64 = 10;

/// How closed load is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    pub(crate) question: Question,
    pub(crate) connections: usize,
    /// Times the first byte of the answer instead of its end.
    pub(crate) first_byte: bool,
}

/// The part of time that counts, in nanoseconds of [`now_ns`].
#[derive(Clone, Copy)]
struct Window {
    from: u64,
    until: u64,
}

/// Loads the contestant for a slice, after a fifth of it to warm up.
pub(crate) async fn run(
    contestant: &Contestant,
    load: Closed,
    slice: Duration,
) -> anyhow::Result<Slice> {
    let ask = contestant.ask(load.question)?;
    let warm = slice / 5;
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let from = now_ns() + nanos(warm);
    let window = Window {
        from,
        until: from + nanos(slice),
    };
    let mut callers = JoinSet::new();
    for _ in 0..load.connections {
        callers.spawn(call(ask.clone(), window, load.first_byte));
    }
    sleep(warm).await;
    let before = contestant.cpu_us()?;
    sleep(slice).await;
    let used = contestant
        .cpu_us()?
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
    let mut latencies = Vec::new();
    let mut faults = Faults::default();
    while let Some(caller) = callers.join_next().await {
        let (mut own, fault) = caller?;
        latencies.append(&mut own);
        faults.join(fault);
    }
    Ok(Slice::new(latencies, float(window.until - window.from) / 1e9, faults).with_cpu(used))
}

async fn call(ask: Ask, window: Window, first_byte: bool) -> (Vec<u64>, Faults) {
    let mut latencies = Vec::with_capacity(1 << 16);
    let mut faults = Faults::default();
    while now_ns() < window.until && faults.count < MOST_FAULTS {
        let asked = connected(ask.address, async |mut sender| {
            loop {
                let start = now_ns();
                if start >= window.until {
                    return Ok(());
                }
                let times = exchange(&mut sender, &ask).await?;
                if start >= window.from && times.last <= window.until {
                    latencies.push(if first_byte { times.first } else { times.last } - start);
                }
            }
        });
        if let Err(error) = asked.await {
            faults.note(&error);
        }
    }
    (latencies, faults)
}
