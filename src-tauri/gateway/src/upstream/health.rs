//! Which credentials rest after failures, for how long and why: a circuit breaker per credential and model.
//!
//! Pure: time comes in, nothing goes out. A resting credential gets one probe when its time is up;
//! the probe decides whether it rests again (longer) or serves.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;

use crate::ids::{CredentialId, ProviderUid};

/// So many failures in a row make a credential rest.
const FAILURES_TO_OPEN: u32 = 3;
/// The first rest; doubles with each failed probe.
const FIRST_REST: Duration = Duration::from_secs(30);
/// Providers' rate windows are minutes long, so resting longer only delays recovery.
const LONGEST_REST: Duration = Duration::from_mins(5);
/// A key that upstream refuses is asked again rarely: somebody has to mend it.
const REFUSED_REST: Duration = Duration::from_mins(30);
/// A probe whose outcome never came (the client left) is given up after this.
const PROBE_PATIENCE: Duration = Duration::from_mins(1);
/// What `retry-after` may ask for at most; absurd values would park a credential for days.
const LONGEST_ASKED_REST: Duration = Duration::from_hours(1);

/// How a call went, as far as health is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered, or refused for a reason that lies in the request.
    Served,
    /// It failed: 5xx, broken connection, time-out.
    Failed,
    /// It asked to wait.
    Limited {
        /// For how long, when it said so.
        retry_after: Option<Duration>,
    },
    /// It refused the credential: 401, 402, 403.
    Refused,
}

/// The health of all credentials that are in trouble; those not listed are well.
#[derive(Debug, Default)]
pub struct Health {
    /// Lets a request skip the lock while all is well.
    troubled: AtomicUsize,
    states: Mutex<HashMap<Circuit, State>>,
}

/// What rests: a credential, for one model of its provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Circuit {
    /// The provider asked.
    pub provider: ProviderUid,
    /// The credential used; none for a provider without any.
    pub credential: Option<CredentialId>,
    /// The model asked for; none stands for all, when the credential itself was refused.
    pub model: Option<String>,
}

#[derive(Debug, Clone)]
struct State {
    failures: u32,
    rests: u32,
    until: Option<Timestamp>,
    probe_until: Option<Timestamp>,
    last: Outcome,
    last_failure: Timestamp,
}

/// One line of the health report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What it is about.
    #[serde(skip)]
    pub circuit: Circuit,
    /// Failures in a row.
    pub consecutive_fails: u32,
    /// Whether it rests.
    pub circuit_open: bool,
    /// Until when.
    pub circuit_open_until: Option<Timestamp>,
    /// When it last failed.
    pub last_fail_at: Timestamp,
    /// Why, in words.
    pub explanation: String,
}

impl Health {
    /// Whether nothing is in trouble, so that there is nothing to ask or to note.
    pub fn is_calm(&self) -> bool {
        self.troubled.load(Ordering::Acquire) == 0
    }

    /// Whether this may be asked. When a rest is over the first to ask becomes the probe.
    pub fn admits(&self, circuit: &Circuit, now: Timestamp) -> bool {
        if self.troubled.load(Ordering::Acquire) == 0 {
            return true;
        }
        let mut states = self.lock();
        let both = [circuit, &circuit.for_all_models()];
        // Both are asked before either becomes a probe: one that is not sent would block the next for a minute.
        if both
            .iter()
            .any(|one| states.get(one).is_some_and(|state| state.rests(now)))
        {
            return false;
        }
        for one in both {
            if let Some(state) = states.get_mut(one) {
                state.begin_probe(now);
            }
        }
        true
    }

    /// Whether this rests, without becoming its probe.
    pub fn is_open(&self, circuit: &Circuit, now: Timestamp) -> bool {
        if self.troubled.load(Ordering::Acquire) == 0 {
            return false;
        }
        let states = self.lock();
        [circuit, &circuit.for_all_models()]
            .into_iter()
            .any(|one| states.get(one).is_some_and(|state| state.rests(now)))
    }

    /// Takes in how a call went; says whether the circuit opened or closed by it.
    pub fn note(&self, circuit: &Circuit, outcome: Outcome, now: Timestamp) -> bool {
        if outcome == Outcome::Served && self.troubled.load(Ordering::Acquire) == 0 {
            return false;
        }
        let mut states = self.lock();
        let changed = match outcome {
            Outcome::Served => {
                let model = states
                    .remove(circuit)
                    .is_some_and(|state| state.until.is_some());
                let all = states
                    .remove(&circuit.for_all_models())
                    .is_some_and(|state| state.until.is_some());
                model || all
            }
            Outcome::Refused => states
                .entry(circuit.for_all_models())
                .or_insert_with(|| State::new(now))
                .fail(outcome, now),
            Outcome::Failed | Outcome::Limited { .. } => states
                .entry(circuit.clone())
                .or_insert_with(|| State::new(now))
                .fail(outcome, now),
        };
        self.troubled.store(states.len(), Ordering::Release);
        changed
    }

    /// Forgets the failures of all circuits that match.
    pub fn reset(&self, matches: impl Fn(&Circuit) -> bool) -> usize {
        let mut states = self.lock();
        let before = states.len();
        states.retain(|circuit, _| !matches(circuit));
        self.troubled.store(states.len(), Ordering::Release);
        before - states.len()
    }

    /// All that is in trouble.
    pub fn report(&self, now: Timestamp) -> Vec<Report> {
        let states = self.lock();
        states
            .iter()
            .map(|(circuit, state)| Report {
                circuit: circuit.clone(),
                consecutive_fails: state.failures,
                circuit_open: state.rests(now),
                circuit_open_until: state.until.filter(|until| *until > now),
                last_fail_at: state.last_failure,
                explanation: state.explain(now),
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Circuit, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Circuit {
    fn for_all_models(&self) -> Self {
        Self {
            model: None,
            ..self.clone()
        }
    }
}

impl State {
    fn new(now: Timestamp) -> Self {
        Self {
            failures: 0,
            rests: 0,
            until: None,
            probe_until: None,
            last: Outcome::Served,
            last_failure: now,
        }
    }

    fn rests(&self, now: Timestamp) -> bool {
        self.until
            .is_some_and(|until| now < until || self.probe_until.is_some_and(|probe| now < probe))
    }

    /// The first request after a rest is the probe; one that never rested needs none.
    fn begin_probe(&mut self, now: Timestamp) {
        if self.until.is_some() {
            self.probe_until = Some(now + PROBE_PATIENCE);
        }
    }

    fn fail(&mut self, outcome: Outcome, now: Timestamp) -> bool {
        self.failures += 1;
        self.last = outcome;
        self.last_failure = now;
        let was_probe = self.probe_until.take().is_some();
        let rest = match outcome {
            Outcome::Served => None,
            Outcome::Refused => Some(REFUSED_REST),
            Outcome::Limited {
                retry_after: Some(asked),
            } => Some(asked.min(LONGEST_ASKED_REST)),
            Outcome::Failed | Outcome::Limited { retry_after: None } => {
                let enough = was_probe || self.failures >= FAILURES_TO_OPEN;
                enough.then(|| (FIRST_REST * 2_u32.saturating_pow(self.rests)).min(LONGEST_REST))
            }
        };
        let Some(rest) = rest else { return false };
        self.rests += 1;
        let opened = self.until.is_none_or(|until| until <= now);
        self.until = Some(now + rest);
        opened
    }

    fn explain(&self, now: Timestamp) -> String {
        let why = match self.last {
            Outcome::Served => "served".to_owned(),
            Outcome::Refused => {
                "the provider refused this key (401, 402 or 403); check it or replace it".to_owned()
            }
            Outcome::Limited { .. } => "the provider asked to wait (429)".to_owned(),
            Outcome::Failed => format!("{} failures in a row", self.failures),
        };
        match self.until {
            Some(until) if until > now => {
                let seconds = (until - now)
                    .total(jiff::Unit::Second)
                    .unwrap_or_default()
                    .ceil();
                let rest = in_words(seconds);
                format!("{why}; resting for another {rest}, then one request tries it again")
            }
            Some(_) => format!("{why}; the next request tries it again"),
            None => format!("{why}; still in use, rests after {FAILURES_TO_OPEN}"),
        }
    }
}

/// Seconds where they are few, else minutes.
fn in_words(seconds: f64) -> String {
    if seconds < 120.0 {
        format!("{seconds} s")
    } else {
        format!("{} min", (seconds / 60.0).ceil())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_rests_are_told_in_minutes() {
        assert_eq!(in_words(30.0), "30 s");
        assert_eq!(in_words(1722.0), "29 min");
    }

    fn circuit() -> Circuit {
        Circuit {
            provider: "p".into(),
            credential: Some("c".into()),
            model: Some("m".to_owned()),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn three_failures_in_a_row_open_it_and_one_probe_closes_it() {
        let health = Health::default();
        for second in 0..3 {
            assert!(health.admits(&circuit(), at(second)));
            health.note(&circuit(), Outcome::Failed, at(second));
        }
        assert!(!health.admits(&circuit(), at(3)));
        assert!(
            health.admits(&circuit(), at(32)),
            "the first to ask after the rest is the probe"
        );
        assert!(
            !health.admits(&circuit(), at(33)),
            "only one probe at a time"
        );
        assert!(health.note(&circuit(), Outcome::Served, at(34)));
        assert!(health.admits(&circuit(), at(34)));
        assert!(health.report(at(34)).is_empty());
    }

    #[test]
    fn a_failed_probe_rests_twice_as_long() {
        let health = Health::default();
        for _ in 0..3 {
            health.note(&circuit(), Outcome::Failed, at(0));
        }
        assert!(health.admits(&circuit(), at(30)));
        health.note(&circuit(), Outcome::Failed, at(30));
        assert!(!health.admits(&circuit(), at(89)));
        assert!(health.admits(&circuit(), at(90)));
    }

    #[test]
    fn a_probe_without_an_outcome_is_given_up() {
        let health = Health::default();
        for _ in 0..3 {
            health.note(&circuit(), Outcome::Failed, at(0));
        }
        assert!(health.admits(&circuit(), at(30)));
        assert!(!health.admits(&circuit(), at(80)));
        assert!(health.admits(&circuit(), at(90)));
    }

    #[test]
    fn a_refused_key_rests_for_every_model() {
        let health = Health::default();
        health.note(&circuit(), Outcome::Refused, at(0));
        let other = Circuit {
            model: Some("other".to_owned()),
            ..circuit()
        };
        assert!(!health.admits(&other, at(1)));
        assert_eq!(health.reset(|circuit| circuit.provider.as_str() == "p"), 1);
        assert!(health.admits(&other, at(1)));
    }

    #[test]
    fn a_resting_model_does_not_use_up_the_probe_of_its_credential() {
        let health = Health::default();
        let other = Circuit {
            model: Some("other".to_owned()),
            ..circuit()
        };
        health.note(&circuit(), Outcome::Refused, at(0));
        let long = Some(Duration::from_hours(1));
        health.note(&circuit(), Outcome::Limited { retry_after: long }, at(0));
        let after_refusal = at(0) + REFUSED_REST;
        assert!(!health.admits(&circuit(), after_refusal), "the model rests");
        assert!(health.admits(&other, after_refusal), "the probe is unused");
        assert!(!health.admits(&other, after_refusal));
    }

    #[test]
    fn retry_after_is_kept_but_not_for_days() {
        let health = Health::default();
        health.note(
            &circuit(),
            Outcome::Limited {
                retry_after: Some(Duration::from_secs(7)),
            },
            at(0),
        );
        assert!(health.is_open(&circuit(), at(6)));
        assert!(health.admits(&circuit(), at(7)));
        health.note(
            &circuit(),
            Outcome::Limited {
                retry_after: Some(Duration::from_secs(999_999)),
            },
            at(8),
        );
        assert!(health.admits(&circuit(), at(8 + 3600)));
    }

    #[test]
    fn a_success_between_failures_starts_the_count_anew() {
        let health = Health::default();
        health.note(&circuit(), Outcome::Failed, at(0));
        health.note(&circuit(), Outcome::Failed, at(1));
        health.note(&circuit(), Outcome::Served, at(2));
        health.note(&circuit(), Outcome::Failed, at(3));
        assert!(health.admits(&circuit(), at(4)));
    }
}
