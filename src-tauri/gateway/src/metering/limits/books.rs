use std::time::Duration;

use jiff::Timestamp;

use super::{
    hit::{LimitHit, LimitName},
    window::Window,
};
use crate::config::Limits;

/// A place frees when a request ends, which nobody can foresee: asking again after a second costs little.
pub(super) const SOON: Duration = Duration::from_secs(1);

/// What only keys with limits need: windows, and tokens set aside.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) held_tokens: u64,
    pub(super) minute: Option<Window>,
    pub(super) day: Option<Window>,
    pub(super) tokens: Option<Window>,
}

impl Books {
    /// Keeps windows for the limits there are, and memory for no others.
    pub(super) fn open_windows(&mut self, limits: &Limits) {
        fn keep(window: &mut Option<Window>, limit: Option<u64>, open: fn() -> Window) {
            match limit {
                Some(_) => {
                    window.get_or_insert_with(open);
                }
                None => *window = None,
            }
        }
        keep(&mut self.minute, limits.requests_per_minute, Window::minute);
        keep(&mut self.day, limits.requests_per_day, Window::day);
        keep(&mut self.tokens, limits.tokens_per_minute, Window::minute);
    }

    pub(super) fn check_windows(
        &mut self,
        limits: &Limits,
        need: u64,
        now: Timestamp,
    ) -> Result<(), LimitHit> {
        check(
            &mut self.day,
            LimitName::RequestsPerDay,
            limits.requests_per_day,
            1,
            now,
        )?;
        check(
            &mut self.minute,
            LimitName::RequestsPerMinute,
            limits.requests_per_minute,
            1,
            now,
        )?;
        let need = self.held_tokens.saturating_add(need);
        check(
            &mut self.tokens,
            LimitName::TokensPerMinute,
            limits.tokens_per_minute,
            need,
            now,
        )
    }
}

fn check(
    window: &mut Option<Window>,
    limit: LimitName,
    cap: Option<u64>,
    need: u64,
    now: Timestamp,
) -> Result<(), LimitHit> {
    let (Some(window), Some(cap)) = (window, cap) else {
        return Ok(());
    };
    let second = now.as_second();
    if window.sum_at(second).saturating_add(need) <= cap {
        return Ok(());
    }
    let retry_after = match window.frees_at(second, need, cap) {
        Some(free) => Timestamp::from_second(free)
            .ok()
            .map(|free| until(free, now)),
        // What is held by requests under way frees when they end.
        None => Some(SOON),
    };
    Err(LimitHit {
        limit,
        cap,
        retry_after,
    })
}

fn until(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or(SOON)
}
