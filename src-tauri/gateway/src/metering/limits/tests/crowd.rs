//! Five hundred at once, a hundred get in: for each limit there is.

use std::sync::{
    Barrier,
    atomic::{AtomicUsize, Ordering},
};

use super::{at, key};
use crate::{
    config::Limits,
    metering::limits::{LimitName, Meters, Reservation},
};

const CROWD: usize = 500;

fn admitted(limits: Limits, estimate: u64, refusal: LimitName) -> usize {
    let meters = Meters::default();
    let key = key(limits);
    let start = Barrier::new(CROWD);
    let done = Barrier::new(CROWD);
    let count = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CROWD {
            scope.spawn(|| {
                start.wait();
                let outcome = meters.reserve(&key, estimate, at(0));
                match &outcome {
                    Ok(_) => {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(hit) => assert_eq!(hit.limit, refusal),
                }
                done.wait(); // nobody leaves before all have asked
                outcome
                    .map(|reservation| reservation.settle(estimate, at(0)))
                    .ok();
            });
        }
    });
    count.into_inner()
}

#[test]
fn exactly_the_limit_is_served() {
    let limits = Limits {
        requests_per_minute: Some(100),
        ..Limits::default()
    };
    assert_eq!(admitted(limits, 1, LimitName::RequestsPerMinute), 100);
    let limits = Limits {
        requests_per_day: Some(100),
        ..Limits::default()
    };
    assert_eq!(admitted(limits, 1, LimitName::RequestsPerDay), 100);
    let limits = Limits {
        max_requests: Some(100),
        ..Limits::default()
    };
    assert_eq!(admitted(limits, 1, LimitName::MaxRequests), 100);
    let limits = Limits {
        concurrency: Some(100),
        ..Limits::default()
    };
    assert_eq!(admitted(limits, 1, LimitName::Concurrency), 100);
    let limits = Limits {
        tokens_per_minute: Some(100),
        ..Limits::default()
    };
    assert_eq!(admitted(limits, 1, LimitName::TokensPerMinute), 100);
    let limits = Limits {
        max_tokens: Some(1_000),
        ..Limits::default()
    };
    assert_eq!(admitted(limits, 10, LimitName::MaxTokens), 100);
}

#[test]
fn places_that_come_and_go_never_pass_the_limit() {
    let meters = Meters::default();
    let key = key(Limits {
        concurrency: Some(7),
        ..Limits::default()
    });
    let inside = AtomicUsize::new(0);
    let served = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for number in 0..32_usize {
            let (meters, key, inside, served) = (&meters, &key, &inside, &served);
            scope.spawn(move || {
                for round in 0..200 {
                    let Ok(reservation) = meters.reserve(key, 1, at(0)) else {
                        continue;
                    };
                    let others = inside.fetch_add(1, Ordering::SeqCst);
                    assert!(others < 7, "{others} others inside");
                    served.fetch_add(1, Ordering::Relaxed);
                    inside.fetch_sub(1, Ordering::SeqCst);
                    finish(reservation, number + round);
                }
            });
        }
    });
    assert_eq!(meters.usage(&key, at(0)).in_flight, 0);
    assert!(served.into_inner() > 0);
}

fn finish(reservation: Reservation, how: usize) {
    match how % 3 {
        0 => reservation.settle(1, at(0)),
        1 => reservation.refund(),
        _ => drop(reservation),
    }
}

#[test]
fn a_key_first_seen_by_many_at_once_has_one_meter() {
    let meters = Meters::default();
    let key = key(Limits::default());
    let start = Barrier::new(64);
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                start.wait();
                meters.reserve(&key, 0, at(0)).unwrap().settle(2, at(0));
            });
        }
    });
    let used = meters.usage(&key, at(0));
    assert_eq!(
        (used.used_requests, used.used_tokens, used.in_flight),
        (64, 128, 0)
    );
}
