//! Tries the planned targets until one answers; after the first byte to the client there is no going back.

use std::{sync::Arc, time::Duration};

use http::{Response, StatusCode};
use hyper::body::Incoming;

use super::{
    answer::Answer,
    attempt::{self, Ask, attempt},
    error::ProxyError,
    exchange::{Exchange, micros},
    manner::no_answer,
    plan::PlannedTarget,
    share::claim,
};
use crate::{
    app::App,
    config::{ClientKey, Credential},
    events::Event,
    store::logs::AttemptNote,
    upstream::health::{Circuit, Outcome},
};

/// One target with the credential it is asked with.
struct Candidate<'a> {
    target: &'a PlannedTarget,
    credential: Option<&'a Arc<Credential>>,
}

/// What is left when all candidates failed: the last answer an upstream gave, else the last error.
enum Leftover {
    Answered(usize, Box<Answer>),
    Failed(ProxyError),
}

/// Asks one candidate after the other.
pub(super) async fn ask(
    exchange: &mut Exchange,
    ask: &Ask<'_>,
    targets: &[PlannedTarget],
    key: &ClientKey,
) -> Result<Answer, ProxyError> {
    let app = exchange.app.clone();
    let candidates = candidates(targets, key);
    let mut leftover = None;
    for (index, candidate) in candidates.iter().enumerate() {
        // A circuit without an alternative is of no use: the upstream's own word is worth more than ours.
        if candidates.len() > 1 && !app.health.admits(&candidate.circuit(), app.clock.now()) {
            continue;
        }
        let last = index + 1 == candidates.len();
        match candidate.try_once(exchange, ask).await {
            Ok(answered) if answered.trouble.is_none() => {
                return Ok(candidate.answer(exchange, answered.response));
            }
            Ok(answered) => {
                let answer = candidate.answer(exchange, answered.response);
                if last {
                    return Ok(answer);
                }
                leftover = Some(Leftover::Answered(index, Box::new(answer.held().await)));
            }
            Err(error) if error.is_retryable() => leftover = Some(Leftover::Failed(error)),
            Err(error) => return Err(error),
        }
    }
    match leftover {
        Some(Leftover::Answered(index, answer)) => {
            candidates[index].describe(exchange);
            Ok(*answer)
        }
        Some(Leftover::Failed(error)) => Err(error),
        None if candidates.is_empty() => Err(ProxyError::NoCredential(
            targets
                .first()
                .map_or_else(String::new, |target| target.provider.provider.id.clone()),
        )),
        None => Err(all_resting(&app, &exchange.entry.asked_model, &candidates)),
    }
}

/// The head of an answer and what it says about the upstream's health.
struct Answered {
    response: Response<Incoming>,
    trouble: Option<Outcome>,
}

impl Candidate<'_> {
    async fn try_once(
        &self,
        exchange: &mut Exchange,
        ask: &Ask<'_>,
    ) -> Result<Answered, ProxyError> {
        self.describe(exchange);
        let app = exchange.app.clone();
        let began = exchange.elapsed();
        let outcome = attempt(
            &app,
            ask,
            self.target,
            self.credential.map(|credential| &**credential),
        )
        .await;
        let took = exchange.elapsed().saturating_sub(began);
        let now = app.clock.now();
        match outcome {
            Ok(response) => {
                exchange.sent();
                let status = response.status();
                if let Some(what) = no_answer(status, response.headers()) {
                    self.note_health(&app, Outcome::Failed);
                    let provider = self.target.provider.provider.id.clone();
                    let what = what.to_owned();
                    let error = ProxyError::NotAnAnswer { provider, what };
                    exchange.tried(|| self.note(Some(status), Some(error.code()), took), false);
                    return Err(error);
                }
                let trouble = attempt::trouble(status, response.headers(), now);
                self.note_health(&app, trouble.unwrap_or(Outcome::Served));
                exchange.tried(|| self.note(Some(status), None, took), trouble.is_none());
                Ok(Answered { response, trouble })
            }
            Err(error) => {
                if let ProxyError::Call { error, .. } = &error {
                    if !error.is_connect() {
                        exchange.sent();
                    }
                    self.note_health(&app, Outcome::Failed);
                }
                exchange.tried(|| self.note(None, Some(error.code()), took), false);
                Err(error)
            }
        }
    }

    fn answer(&self, exchange: &Exchange, response: Response<Incoming>) -> Answer {
        let credential = self.credential.map(|credential| credential.id.clone());
        Answer::of_upstream(response, self.target.clone(), credential, exchange)
    }

    /// Notes in the log entry who is being asked.
    fn describe(&self, exchange: &mut Exchange) {
        let entry = &mut exchange.entry;
        entry.provider_id = Some(self.target.provider.provider.id.as_str().into());
        entry.upstream_model = Some(self.target.model().into());
        entry.credential = self
            .credential
            .map(|credential| credential.label.as_str().into());
    }

    fn note(
        &self,
        status: Option<StatusCode>,
        error: Option<&'static str>,
        took: Duration,
    ) -> AttemptNote {
        AttemptNote {
            provider: self.target.provider.provider.id.as_str().into(),
            model: self.target.model().into(),
            credential: self
                .credential
                .map(|credential| credential.label.as_str().into()),
            status: status.map(|status| status.as_u16()),
            error_class: error.map(Into::into),
            us: micros(took),
        }
    }

    fn note_health(&self, app: &App, outcome: Outcome) {
        if outcome == Outcome::Served && app.health.is_calm() {
            return;
        }
        if app.health.note(&self.circuit(), outcome, app.clock.now()) {
            let provider = self.target.provider.provider.id.clone();
            app.events.tell(Event::Health {
                provider,
                open: outcome != Outcome::Served,
            });
        }
    }

    fn circuit(&self) -> Circuit {
        let credential = self.credential.map(|credential| &credential.id);
        self.target.circuit(credential)
    }
}

/// Every target with each of its credentials, in the order they are asked.
fn candidates<'a>(targets: &'a [PlannedTarget], key: &ClientKey) -> Vec<Candidate<'a>> {
    targets
        .iter()
        .flat_map(|target| {
            let credentials = in_order(&target.provider.credentials, key);
            // A provider whose keys are all switched off is not asked without one.
            let keyless = credentials.is_empty() && !target.provider.has_credentials;
            let none = keyless.then_some(Candidate {
                target,
                credential: None,
            });
            none.into_iter()
                .chain(credentials.into_iter().map(move |credential| Candidate {
                    target,
                    credential: Some(credential),
                }))
        })
        .collect()
}

/// Credentials by priority; within one priority a client key keeps to one of them, so that the upstream's
/// prompt cache serves it, and many keys spread over all by weight.
fn in_order<'a>(credentials: &'a [Arc<Credential>], key: &ClientKey) -> Vec<&'a Arc<Credential>> {
    let mut ordered: Vec<_> = credentials.iter().collect();
    if ordered.len() > 1 {
        ordered.sort_by(|a, b| {
            let claim = |one: &Credential| claim(one.id.as_str(), one.weight, key.id.as_str());
            a.priority
                .cmp(&b.priority)
                .then_with(|| claim(b).total_cmp(&claim(a)))
        });
    }
    ordered
}

fn all_resting(app: &App, model: &str, candidates: &[Candidate<'_>]) -> ProxyError {
    let now = app.clock.now();
    let circuits: Vec<_> = candidates.iter().map(Candidate::circuit).collect();
    let report = app.health.report(now);
    let soonest = report
        .iter()
        .filter(|line| {
            circuits
                .iter()
                .any(|circuit| circuit.provider == line.circuit.provider)
        })
        .min_by_key(|line| line.circuit_open_until);
    ProxyError::AllResting {
        model: model.to_owned(),
        explanation: soonest.map_or_else(
            || "try again soon".to_owned(),
            |line| line.explanation.clone(),
        ),
        retry_after: soonest
            .and_then(|line| line.circuit_open_until)
            .and_then(|until| Duration::try_from(until - now).ok()),
    }
}
