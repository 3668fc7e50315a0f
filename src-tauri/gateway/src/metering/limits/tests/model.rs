//! The meters against a reference that keeps every request in a list and counts by looking at all of them.

use jiff::Timestamp;
use proptest::{collection::vec, option, prelude::*};

use super::key;
use crate::{
    config::Limits,
    metering::limits::{LimitName, Meters, Reservation},
};

#[derive(Debug, Clone)]
enum Step {
    Wait { milliseconds: i64 },
    Reserve { estimate: u64 },
    Settle { which: usize, tokens: u64 },
    Abort { which: usize },
    Refund { which: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0_i64..20_000).prop_map(|milliseconds| Step::Wait { milliseconds }),
        1 => (0_i64..50_000_000).prop_map(|milliseconds| Step::Wait { milliseconds }),
        6 => (0_u64..60).prop_map(|estimate| Step::Reserve { estimate }),
        3 => (any::<usize>(), 0_u64..80).prop_map(|(which, tokens)| Step::Settle { which, tokens }),
        1 => any::<usize>().prop_map(|which| Step::Abort { which }),
        1 => any::<usize>().prop_map(|which| Step::Refund { which }),
    ]
}

fn limits() -> impl Strategy<Value = Limits> {
    let cap = |most: u64| option::of(1..most);
    (cap(6), cap(12), cap(150), cap(30), cap(600), cap(4)).prop_map(
        |(
            requests_per_minute,
            requests_per_day,
            tokens_per_minute,
            max_requests,
            max_tokens,
            concurrency,
        )| {
            Limits {
                requests_per_minute,
                requests_per_day,
                tokens_per_minute,
                max_requests,
                max_tokens,
                concurrency,
                ..Limits::default()
            }
        },
    )
}

#[derive(Debug, Clone, Copy)]
struct Request {
    at: Timestamp,
    held: u64,
    settled: Option<(Timestamp, u64)>,
    open: bool,
}

#[derive(Debug, Default)]
struct Reference {
    requests: Vec<Request>,
}

impl Reference {
    fn refusal(&self, limits: &Limits, need: u64, now: Timestamp) -> Option<LimitName> {
        let second = now.as_second();
        let in_minute = |at: Timestamp| second - at.as_second() < 60;
        let in_day = |at: Timestamp| second.div_euclid(60) - at.as_second().div_euclid(60) < 1_440;
        let count = |wanted: &dyn Fn(&Request) -> bool| {
            self.requests
                .iter()
                .filter(|request| wanted(request))
                .count() as u64
        };
        let held: u64 = self
            .requests
            .iter()
            .filter(|request| request.open)
            .map(|request| request.held)
            .sum();
        let settled = |wanted: &dyn Fn(Timestamp) -> bool| -> u64 {
            let tokens = self.requests.iter().filter_map(|request| request.settled);
            tokens
                .filter(|(at, _)| wanted(*at))
                .map(|(_, tokens)| tokens)
                .sum()
        };
        let all = settled(&|_| true);
        let over = |used: u64, cap: Option<u64>| cap.is_some_and(|cap| used > cap);
        let alone = held == 0 && limits.max_tokens.is_some_and(|cap| all < cap);
        [
            (
                over(count(&|_| true) + 1, limits.max_requests),
                LimitName::MaxRequests,
            ),
            (
                over(all + held + need, limits.max_tokens) && !alone,
                LimitName::MaxTokens,
            ),
            (
                over(
                    count(&|request| in_day(request.at)) + 1,
                    limits.requests_per_day,
                ),
                LimitName::RequestsPerDay,
            ),
            (
                over(
                    count(&|request| in_minute(request.at)) + 1,
                    limits.requests_per_minute,
                ),
                LimitName::RequestsPerMinute,
            ),
            (
                over(settled(&in_minute) + held + need, limits.tokens_per_minute),
                LimitName::TokensPerMinute,
            ),
            (
                over(count(&|request| request.open) + 1, limits.concurrency),
                LimitName::Concurrency,
            ),
        ]
        .into_iter()
        .find_map(|(is_over, name)| is_over.then_some(name))
    }
}

fn need(limits: &Limits, estimate: u64) -> u64 {
    match (limits.tokens_per_minute, limits.max_tokens) {
        (None, None) => 0,
        (minute, life) => estimate
            .min(minute.unwrap_or(u64::MAX))
            .min(life.unwrap_or(u64::MAX)),
    }
}

proptest! {
    #[test]
    fn the_meters_say_what_counting_everything_says(limits in limits(), steps in vec(step(), 1..120)) {
        let meters = Meters::default();
        let key = key(limits.clone());
        let mut reference = Reference::default();
        let mut open: Vec<(Reservation, usize)> = Vec::new();
        let mut now = Timestamp::from_millisecond(1_790_000_000_123).unwrap();
        for step in steps {
            match step {
                Step::Wait { milliseconds } => now += jiff::SignedDuration::from_millis(milliseconds),
                Step::Reserve { estimate } => {
                    let need = need(&limits, estimate);
                    let expected = reference.refusal(&limits, need, now);
                    match meters.reserve(&key, estimate, now) {
                        Ok(reservation) => {
                            prop_assert_eq!(expected, None);
                            open.push((reservation, reference.requests.len()));
                            reference.requests.push(Request { at: now, held: need, settled: None, open: true });
                        }
                        Err(hit) => {
                            prop_assert_eq!(expected, Some(hit.limit));
                            let promised = hit.retry_after.map(|wait| now + wait);
                            prop_assert!(promised.is_none_or(|then| then > now));
                        }
                    }
                }
                Step::Settle { which, tokens } => if !open.is_empty() {
                    let (reservation, index) = open.swap_remove(which % open.len());
                    reservation.settle(tokens, now);
                    let request = &mut reference.requests[index];
                    (request.open, request.settled) = (false, Some((now, tokens)));
                },
                Step::Abort { which } => if !open.is_empty() {
                    let (reservation, index) = open.swap_remove(which % open.len());
                    drop(reservation);
                    reference.requests[index].open = false;
                },
                Step::Refund { which } => if !open.is_empty() {
                    let (reservation, index) = open.swap_remove(which % open.len());
                    reservation.refund();
                    reference.requests.remove(index);
                    for (_, other) in &mut open {
                        *other -= usize::from(*other > index);
                    }
                },
            }
            let used = meters.usage(&key, now);
            prop_assert_eq!(used.in_flight, open.len() as u64);
            prop_assert_eq!(used.used_requests, reference.requests.len() as u64);
        }
    }

    #[test]
    fn a_request_gets_in_at_the_promised_time_and_not_a_second_earlier(
        cap in 1_u64..20, gaps in vec(0_i64..9_000, 1..80)
    ) {
        let meters = Meters::default();
        let key = key(Limits { requests_per_minute: Some(cap), ..Limits::default() });
        let mut now = Timestamp::from_millisecond(1_790_000_000_777).unwrap();
        for gap in gaps {
            now += jiff::SignedDuration::from_millis(gap);
            if let Err(hit) = meters.reserve(&key, 0, now) {
                let promised = now + hit.retry_after.unwrap();
                let early = promised - jiff::SignedDuration::from_millis(1);
                prop_assert!(meters.reserve(&key, 0, early).is_err());
                prop_assert!(meters.reserve(&key, 0, promised).is_ok());
                now = promised;
            }
        }
    }
}
