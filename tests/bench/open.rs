//! Open load: requests come when they come, whether or not the last one was answered.
//!
//! A request's time starts when it was due, so one that waits for a free connection counts as slow.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::call::{Ask, connected, exchange};
use super::contestant::Contestant;
use super::load::MOST_FAULTS;
use super::platform::now_ns;
use super::question::Question;
use super::slice::{Faults, Slice};

const CONNECTIONS: usize = 128;
/// How long answers may take to come in after the last request was due.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Queue {
    due: VecDeque<u64>,
    /// Idle connections, the last one to become idle last.
    idle: Vec<oneshot::Sender<u64>>,
    closed: bool,
}

type Shared = Arc<Mutex<Queue>>;

/// Asks `per_second` times a second for a slice, after a fifth of it to warm up.
pub(crate) async fn run(
    contestant: &Contestant,
    question: Question,
    per_second: u32,
    slice: Duration,
) -> anyhow::Result<Slice> {
    let ask = contestant.ask(question)?;
    let shared = Shared::default();
    let every = Duration::from_secs(1) / per_second;
    let count =
        |time: Duration| u64::try_from(time.as_nanos() / every.as_nanos()).unwrap_or(u64::MAX);
    let (warm, all) = (count(slice / 5), count(slice + slice / 5));
    let every_ns = u64::try_from(every.as_nanos())?;
    let mut timer = timer(every)?;
    let start = now_ns();
    let from = start + warm * every_ns;
    let mut callers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        callers.spawn(call(ask.clone(), Arc::clone(&shared), from));
    }
    let mut made = 0;
    while made < all {
        for _ in 0..ticks(&mut timer).await?.min(all - made) {
            made += 1;
            hand_out(&shared, start + made * every_ns);
        }
    }
    close(&shared);
    let mut latencies = Vec::new();
    let mut faults = Faults::default();
    let gather = async {
        while let Some(caller) = callers.join_next().await {
            let (mut own, fault) = caller?;
            latencies.append(&mut own);
            faults.join(fault);
        }
        anyhow::Ok(())
    };
    if let Ok(gathered) = timeout(GRACE, gather).await {
        gathered?;
    } else {
        faults.note(&anyhow::anyhow!(
            "requests were still unanswered {GRACE:?} later"
        ));
    }
    let unasked = shared
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .due
        .len();
    for _ in 0..unasked {
        faults.note(&anyhow::anyhow!("requests were never sent"));
    }
    Ok(Slice::new(latencies, slice.as_secs_f64(), faults))
}

async fn call(ask: Ask, shared: Shared, from: u64) -> (Vec<u64>, Faults) {
    let mut latencies = Vec::new();
    let mut faults = Faults::default();
    let mut more = true;
    while more && faults.count < MOST_FAULTS {
        let asked = connected(ask.address, async |mut sender| {
            while let Some(due) = next(&shared).await {
                let times = exchange(&mut sender, &ask).await?;
                if due >= from {
                    latencies.push(times.last - due);
                }
            }
            Ok(())
        });
        match asked.await {
            Ok(()) => more = false,
            Err(error) => faults.note(&error),
        }
    }
    (latencies, faults)
}

/// The next request to send; nothing once all are sent.
async fn next(shared: &Shared) -> Option<u64> {
    let called = {
        let mut queue = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(due) = queue.due.pop_front() {
            return Some(due);
        }
        if queue.closed {
            return None;
        }
        let (call, called) = oneshot::channel();
        queue.idle.push(call);
        called
    };
    called.await.ok()
}

fn hand_out(shared: &Shared, due: u64) {
    let mut queue = shared.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some(idle) = queue.idle.pop() {
        if idle.send(due).is_ok() {
            return;
        }
    }
    queue.due.push_back(due);
}

fn close(shared: &Shared) {
    let mut queue = shared.lock().unwrap_or_else(PoisonError::into_inner);
    queue.closed = true;
    queue.idle.clear();
}

/// A timer of the kernel: the runtime's own only knows whole milliseconds.
fn timer(every: Duration) -> anyhow::Result<Receiver> {
    let timer = timerfd_create(
        TimerfdClockId::Monotonic,
        TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
    )?;
    let every = Timespec {
        tv_sec: every.as_secs().try_into()?,
        tv_nsec: every.subsec_nanos().into(),
    };
    let beat = Itimerspec {
        it_interval: every,
        it_value: every,
    };
    timerfd_settime(&timer, TimerfdTimerFlags::empty(), &beat)?;
    // It is read like a pipe: eight bytes as soon as there is something to say.
    Ok(Receiver::from_file_unchecked(File::from(timer))?)
}

/// How often the timer has gone off since it was last asked.
async fn ticks(timer: &mut Receiver) -> anyhow::Result<u64> {
    Ok(timer
        .read_u64_le()
        .await
        .map(|count| u64::from_ne_bytes(count.to_le_bytes()))?)
}
