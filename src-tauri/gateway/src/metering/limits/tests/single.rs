use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{at, key};
use crate::{
    config::Limits,
    metering::limits::{Counters, LimitHit, LimitName, Meters},
};

#[test]
fn requests_per_minute_free_one_by_one_as_they_slide_out() {
    let meters = Meters::default();
    let key = key(Limits {
        requests_per_minute: Some(2),
        ..Limits::default()
    });
    meters.reserve(&key, 0, at(0)).unwrap().settle(1, at(0));
    meters.reserve(&key, 0, at(20)).unwrap().settle(1, at(20));

    let hit = meters.reserve(&key, 0, at(30)).unwrap_err();
    let wait = Some(Duration::from_secs(30));
    assert_eq!(
        hit,
        LimitHit {
            limit: LimitName::RequestsPerMinute,
            cap: 2,
            retry_after: wait
        }
    );
    assert_eq!(
        hit.to_string(),
        "the key's limit requests_per_minute is reached: 2 requests in any 60 seconds; try again in 30 s"
    );
    assert!(meters.reserve(&key, 0, at(59)).is_err());
    assert!(
        meters.reserve(&key, 0, at(60)).is_ok(),
        "the promised second has come"
    );
    assert!(
        meters.reserve(&key, 0, at(61)).is_err(),
        "the second request still counts"
    );
}

#[test]
fn a_refused_request_counts_for_nothing() {
    let meters = Meters::default();
    let limits = Limits {
        requests_per_minute: Some(10),
        requests_per_day: Some(10),
        tokens_per_minute: Some(1_000),
        max_requests: Some(10),
        max_tokens: Some(1_000),
        concurrency: Some(1),
        ..Limits::default()
    };
    let key = key(limits);
    let first = meters.reserve(&key, 100, at(0)).unwrap();
    let before = meters.usage(&key, at(0));
    assert_eq!(
        meters.reserve(&key, 100, at(0)).unwrap_err().limit,
        LimitName::Concurrency
    );
    assert_eq!(meters.usage(&key, at(0)), before);
    drop(first);
}

#[test]
fn the_retry_header_is_whole_seconds_rounded_up() {
    let meters = Meters::default();
    let key = key(Limits {
        requests_per_minute: Some(1),
        ..Limits::default()
    });
    meters.reserve(&key, 0, at(0)).unwrap().settle(0, at(0));
    let late: Timestamp = at(59) + SignedDuration::from_millis(400);
    let hit = meters.reserve(&key, 0, late).unwrap_err();
    assert_eq!(hit.retry_after, Some(Duration::from_millis(600)));
    assert_eq!(hit.retry_after_seconds(), Some(1));
}

#[test]
fn settled_tokens_replace_the_estimate_and_count_from_then_on() {
    let meters = Meters::default();
    let key = key(Limits {
        tokens_per_minute: Some(1_000),
        ..Limits::default()
    });
    let long = meters.reserve(&key, 900, at(0)).unwrap();
    let hit = meters.reserve(&key, 200, at(90)).unwrap_err();
    assert_eq!(hit.limit, LimitName::TokensPerMinute);
    assert_eq!(
        hit.retry_after_seconds(),
        Some(1),
        "it frees when the other one ends"
    );

    long.settle(700, at(100));
    assert_eq!(meters.usage(&key, at(100)).tokens_last_minute, Some(700));
    assert!(meters.reserve(&key, 300, at(101)).is_ok());
    let hit = meters.reserve(&key, 301, at(101)).unwrap_err();
    assert_eq!(hit.retry_after_seconds(), Some(59));
    assert_eq!(meters.usage(&key, at(160)).tokens_last_minute, Some(0));
    assert_eq!(meters.usage(&key, at(160)).used_tokens, 700);
}

#[test]
fn an_estimate_above_the_cap_waits_for_an_empty_window() {
    let meters = Meters::default();
    let key = key(Limits {
        tokens_per_minute: Some(100),
        ..Limits::default()
    });
    meters
        .reserve(&key, 5_000, at(0))
        .unwrap()
        .settle(30, at(0));
    let hit = meters.reserve(&key, 5_000, at(10)).unwrap_err();
    assert_eq!(hit.retry_after_seconds(), Some(50));
    assert!(meters.reserve(&key, 5_000, at(60)).is_ok());
}

#[test]
fn an_abort_gives_tokens_back_but_counts_as_a_request() {
    let meters = Meters::default();
    let limits = Limits {
        requests_per_minute: Some(5),
        max_tokens: Some(500),
        ..Limits::default()
    };
    let key = key(limits);
    drop(meters.reserve(&key, 400, at(0)).unwrap());
    let used = meters.usage(&key, at(0));
    assert_eq!(
        (used.used_requests, used.used_tokens, used.held_tokens),
        (1, 0, 0)
    );
    assert_eq!((used.requests_last_minute, used.in_flight), (Some(1), 0));
}

#[test]
fn a_refund_leaves_no_trace() {
    let meters = Meters::default();
    let limits = Limits {
        requests_per_minute: Some(1),
        requests_per_day: Some(1),
        max_requests: Some(1),
        max_tokens: Some(10),
        concurrency: Some(1),
        ..Limits::default()
    };
    let key = key(limits);
    for _ in 0..3 {
        meters.reserve(&key, 10, at(0)).unwrap().refund();
    }
    let spent = meters.usage(&key, at(0));
    let zero = Counters {
        requests_last_minute: Some(0),
        requests_last_day: Some(0),
        ..Counters::default()
    };
    assert_eq!(spent, zero);
}

#[test]
fn lifetime_counters_start_from_the_record_and_never_free() {
    let meters = Meters::default();
    let mut key = key(Limits {
        max_requests: Some(8),
        ..Limits::default()
    });
    key.used_requests = 7;
    meters.reserve(&key, 0, at(0)).unwrap().settle(0, at(0));
    key.used_requests = 0; // a stale record no longer matters
    let hit = meters.reserve(&key, 0, at(1_000_000)).unwrap_err();
    assert_eq!(
        (hit.limit, hit.cap, hit.retry_after),
        (LimitName::MaxRequests, 8, None)
    );
    assert!(
        hit.to_string()
            .ends_with("waiting does not free it, its owner can raise or reset it")
    );
}

#[test]
fn the_last_tokens_of_a_budget_can_be_spent_by_one_request_alone() {
    let meters = Meters::default();
    let mut key = key(Limits {
        max_tokens: Some(1_000),
        ..Limits::default()
    });
    key.used_tokens = 950;
    let alone = meters.reserve(&key, 200, at(0)).unwrap();
    let hit = meters.reserve(&key, 10, at(0)).unwrap_err();
    assert_eq!(
        (hit.limit, hit.retry_after_seconds()),
        (LimitName::MaxTokens, Some(1))
    );
    alone.settle(60, at(0));
    let hit = meters.reserve(&key, 1, at(0)).unwrap_err();
    assert_eq!(hit.retry_after, None);
}

#[test]
fn of_several_limits_the_one_that_lasts_longest_is_named() {
    let meters = Meters::default();
    let limits = Limits {
        requests_per_minute: Some(1),
        requests_per_day: Some(1),
        ..Limits::default()
    };
    let key = key(limits);
    drop(meters.reserve(&key, 0, at(0)).unwrap());
    let hit = meters.reserve(&key, 0, at(1)).unwrap_err();
    assert_eq!(hit.limit, LimitName::RequestsPerDay);
}

#[test]
fn a_reset_starts_at_zero_and_old_reservations_do_not_disturb_it() {
    let meters = Meters::default();
    let key = key(Limits {
        max_requests: Some(2),
        requests_per_minute: Some(2),
        ..Limits::default()
    });
    let old = meters.reserve(&key, 0, at(0)).unwrap();
    let older = meters.reserve(&key, 0, at(0)).unwrap();
    meters.reset(&key.id);
    old.refund();
    older.settle(5, at(1));
    let used = meters.usage(&key, at(1));
    assert_eq!(
        (used.used_requests, used.used_tokens, used.in_flight),
        (0, 5, 0)
    );
    assert!(meters.reserve(&key, 0, at(1)).is_ok());
}

#[test]
fn a_key_reset_before_it_is_seen_starts_at_zero() {
    let meters = Meters::default();
    let mut key = key(Limits {
        max_requests: Some(5),
        ..Limits::default()
    });
    key.used_requests = 5;
    meters.reset(&key.id);
    assert!(meters.reserve(&key, 0, at(0)).is_ok());
}

#[test]
fn a_forgotten_key_starts_from_its_record() {
    let meters = Meters::default();
    let mut key = key(Limits {
        max_requests: Some(2),
        ..Limits::default()
    });
    let under_way = meters.reserve(&key, 0, at(0)).unwrap();
    meters.forget(&key.id);
    key.used_requests = 1;
    under_way.settle(9, at(0));
    let used = meters.usage(&key, at(0));
    assert_eq!(
        (used.used_requests, used.used_tokens, used.in_flight),
        (1, 0, 0)
    );
}

#[test]
fn a_limit_set_later_counts_from_what_was_used_before() {
    let meters = Meters::default();
    let mut key = key(Limits::default());
    let under_way = meters.reserve(&key, 0, at(0)).unwrap();
    key.limits.concurrency = Some(1);
    key.limits.max_requests = Some(2);
    assert_eq!(
        meters.reserve(&key, 0, at(0)).unwrap_err().limit,
        LimitName::Concurrency
    );
    under_way.settle(3, at(0));
    assert!(meters.reserve(&key, 0, at(0)).is_ok());
    assert_eq!(
        meters.reserve(&key, 0, at(0)).unwrap_err().limit,
        LimitName::MaxRequests
    );
}
