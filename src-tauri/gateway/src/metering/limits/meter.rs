use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    books::{Books, SOON},
    hit::{LimitHit, LimitName},
    window::{Slot, Window},
};
use crate::config::Limits;

/// What one key has used at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Requests under way.
    pub in_flight: u64,
    /// Requests in its life.
    pub used_requests: u64,
    /// Tokens in its life.
    pub used_tokens: u64,
    /// Tokens set aside for requests under way.
    pub held_tokens: u64,
    /// Requests in the last 60 seconds; none when no limit asks for it.
    pub requests_last_minute: Option<u64>,
    /// Requests in the last 24 hours; none when no limit asks for it.
    pub requests_last_day: Option<u64>,
    /// Tokens settled in the last 60 seconds; none when no limit asks for it.
    pub tokens_last_minute: Option<u64>,
}

/// The counters of one key.
///
/// The three that every key has are atomics. What only limits need is behind the lock, and whoever checks a
/// limit holds it from the first check to the last count, which is what makes limits exact.
#[derive(Debug, Default)]
pub(super) struct Meter {
    in_flight: AtomicU64,
    used_requests: AtomicU64,
    used_tokens: AtomicU64,
    resets: AtomicU64,
    books: Mutex<Books>,
}

/// What a request was counted as, for settling it or taking it back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    resets: u64,
    limited: bool,
    held_tokens: u64,
    minute: Option<Slot>,
    day: Option<Slot>,
}

/// How a counted request ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    Settled { tokens: u64, now: Timestamp },
    Aborted,
    Unsent,
}

impl Meter {
    pub(super) fn starting_at(used_requests: u64, used_tokens: u64) -> Self {
        Self {
            used_requests: used_requests.into(),
            used_tokens: used_tokens.into(),
            ..Self::default()
        }
    }

    /// Counts a request, or says which limit keeps it out.
    pub(super) fn admit(
        &self,
        limits: &Limits,
        estimate: u64,
        now: Timestamp,
    ) -> Result<Entry, LimitHit> {
        if !is_limited(limits) {
            return Ok(self.count(None, None, 0, IsLimited::No));
        }
        let second = now.as_second();
        let mut books = self.books();
        books.open_windows(limits);
        let need = cut_to_caps(estimate, limits);
        self.check_lifetime(&books, limits, need)?;
        books.check_windows(limits, need, now)?;
        self.check_concurrency(limits)?;

        books.held_tokens += need;
        let minute = books.minute.as_mut().map(|window| window.add(second, 1));
        let day = books.day.as_mut().map(|window| window.add(second, 1));
        Ok(self.count(minute, day, need, IsLimited::Yes))
    }

    /// Ends what [`Meter::admit`] began.
    pub(super) fn end(&self, entry: Entry, outcome: Outcome) {
        let mut books = entry.limited.then(|| self.books());
        if let Some(books) = &mut books {
            books.held_tokens = books.held_tokens.saturating_sub(entry.held_tokens);
        }
        match outcome {
            Outcome::Settled { tokens, now } => {
                self.used_tokens.fetch_add(tokens, Relaxed);
                if let Some(window) = books.as_mut().and_then(|books| books.tokens.as_mut()) {
                    window.add(now.as_second(), tokens);
                }
            }
            Outcome::Aborted => {}
            Outcome::Unsent => self.take_back(entry, books.as_deref_mut()),
        }
        self.in_flight.fetch_sub(1, Relaxed);
    }

    pub(super) fn reset(&self) {
        let mut books = self.books();
        let held_tokens = books.held_tokens;
        *books = Books {
            held_tokens,
            ..Books::default()
        };
        self.used_requests.store(0, Relaxed);
        self.used_tokens.store(0, Relaxed);
        self.resets.fetch_add(1, Relaxed);
    }

    pub(super) fn counters(&self, now: Timestamp) -> Counters {
        let second = now.as_second();
        let mut books = self.books();
        let sum = |window: &mut Option<Window>| window.as_mut().map(|window| window.sum_at(second));
        Counters {
            in_flight: self.in_flight.load(Relaxed),
            used_requests: self.used_requests.load(Relaxed),
            used_tokens: self.used_tokens.load(Relaxed),
            held_tokens: books.held_tokens,
            requests_last_minute: sum(&mut books.minute),
            requests_last_day: sum(&mut books.day),
            tokens_last_minute: sum(&mut books.tokens),
        }
    }

    fn check_lifetime(&self, books: &Books, limits: &Limits, need: u64) -> Result<(), LimitHit> {
        if let Some(cap) = limits.max_requests
            && self.used_requests.load(Relaxed) >= cap
        {
            return Err(LimitHit {
                limit: LimitName::MaxRequests,
                cap,
                retry_after: None,
            });
        }
        let Some(cap) = limits.max_tokens else {
            return Ok(());
        };
        let used = self.used_tokens.load(Relaxed);
        let fits = used.saturating_add(books.held_tokens).saturating_add(need) <= cap;
        // Alone it may spend what is left: an estimate is too rough to refuse the rest of a budget for good.
        let alone = books.held_tokens == 0 && used < cap;
        if fits || alone {
            return Ok(());
        }
        let retry_after = (used < cap).then_some(SOON);
        Err(LimitHit {
            limit: LimitName::MaxTokens,
            cap,
            retry_after,
        })
    }

    fn check_concurrency(&self, limits: &Limits) -> Result<(), LimitHit> {
        match limits.concurrency {
            Some(cap) if self.in_flight.load(Relaxed) >= cap => Err(LimitHit {
                limit: LimitName::Concurrency,
                cap,
                retry_after: Some(SOON),
            }),
            Some(_) | None => Ok(()),
        }
    }

    fn count(
        &self,
        minute: Option<Slot>,
        day: Option<Slot>,
        held_tokens: u64,
        limited: IsLimited,
    ) -> Entry {
        self.in_flight.fetch_add(1, Relaxed);
        self.used_requests.fetch_add(1, Relaxed);
        let limited = matches!(limited, IsLimited::Yes);
        Entry {
            resets: self.resets.load(Relaxed),
            limited,
            held_tokens,
            minute,
            day,
        }
    }

    fn take_back(&self, entry: Entry, books: Option<&mut Books>) {
        if entry.resets != self.resets.load(Relaxed) {
            return;
        }
        self.used_requests.fetch_sub(1, Relaxed);
        let Some(books) = books else { return };
        if let (Some(window), Some(slot)) = (&mut books.minute, entry.minute) {
            window.take_back(slot, 1);
        }
        if let (Some(window), Some(slot)) = (&mut books.day, entry.day) {
            window.take_back(slot, 1);
        }
    }

    /// No counting can panic half-way, so books left by a panicking thread are still right.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Clone, Copy)]
enum IsLimited {
    Yes,
    No,
}

fn is_limited(limits: &Limits) -> bool {
    let Limits {
        requests_per_minute,
        requests_per_day,
        tokens_per_minute,
        max_requests,
        max_tokens,
        concurrency,
        nano_usd_per_day: _,
        nano_usd_per_month: _,
    } = limits;
    [
        requests_per_minute,
        requests_per_day,
        tokens_per_minute,
        max_requests,
        max_tokens,
        concurrency,
    ]
    .iter()
    .any(|limit| limit.is_some())
}

fn cut_to_caps(estimate: u64, limits: &Limits) -> u64 {
    let caps = limits
        .tokens_per_minute
        .into_iter()
        .chain(limits.max_tokens);
    if caps.clone().next().is_none() {
        return 0;
    }
    caps.fold(estimate, u64::min)
}
