//! Tries the planned targets until one answers; after the first byte to the client there is no going back.

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use keyway_protocols::loss::Losses;

use super::{
    answer::{Answer, Origin},
    ask::Ask,
    attempt::{self, attempt},
    error::ProxyError,
    exchange::{Exchange, micros},
    manner::no_answer,
    plan::PlannedTarget,
    prepare::{Prepared, prepare},
    searching::Searching,
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
    let mut body = Body::default();
    // What cannot be said to a target cannot be said to it with another key either.
    let mut unsayable: Option<&PlannedTarget> = None;
    for (index, candidate) in candidates.iter().enumerate() {
        if unsayable.is_some_and(|target| std::ptr::eq(target, candidate.target)) {
            continue;
        }
        // A circuit without an alternative is of no use: the upstream's own word is worth more than ours.
        if candidates.len() > 1 && !app.health.admits(&candidate.circuit(), app.clock.now()) {
            continue;
        }
        let last = index + 1 == candidates.len();
        match candidate.try_once(exchange, ask, &mut body).await {
            Ok(answered) if answered.trouble.is_none() || last => return Ok(answered.answer),
            Ok(answered) => {
                let held = answered.answer.held().await;
                leftover = Some(Leftover::Answered(index, Box::new(held)));
            }
            Err(error) if error.is_final() => {
                unsayable = Some(candidate.target);
                leftover.get_or_insert(Leftover::Failed(error));
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

/// An answer that begins and what it says about the upstream's health.
struct Answered {
    answer: Answer,
    trouble: Option<Outcome>,
}

/// What was heard of a target, however the try ended.
#[derive(Default)]
struct Heard {
    status: Option<StatusCode>,
    /// The searches and further requests of an answer that was read whole.
    rounds: Vec<AttemptNote>,
}

/// The request as the target that is being asked gets it; its credentials share it.
#[derive(Default)]
struct Body<'a>(Option<(&'a PlannedTarget, Prepared)>);

impl<'a> Body<'a> {
    async fn for_target(
        &mut self,
        app: &Arc<App>,
        ask: &Ask<'_>,
        target: &'a PlannedTarget,
    ) -> Result<&Prepared, ProxyError> {
        let is_his = |made: &(&PlannedTarget, Prepared)| std::ptr::eq(made.0, target);
        let made = match self.0.take().filter(is_his) {
            Some(made) => made,
            None => (target, prepare(app, ask, target).await?),
        };
        Ok(&self.0.insert(made).1)
    }
}

impl<'a> Candidate<'a> {
    async fn try_once(
        &self,
        exchange: &mut Exchange,
        ask: &Ask<'_>,
        body: &mut Body<'a>,
    ) -> Result<Answered, ProxyError> {
        self.describe(exchange);
        let began = exchange.elapsed();
        let mut heard = Heard::default();
        let outcome = self.ask_once(exchange, ask, body, &mut heard).await;
        let took = exchange.elapsed().saturating_sub(began);
        match outcome {
            Ok(answered) => {
                let trouble = answered.trouble;
                self.note_health(&exchange.app, trouble.unwrap_or(Outcome::Served));
                let status = answered.answer.status();
                let is_plain = trouble.is_none() && heard.rounds.is_empty();
                exchange.tried(|| self.note(Some(status), None, took), is_plain);
                exchange.entry.attempts.append(&mut heard.rounds);
                Ok(answered)
            }
            Err(error) => {
                if error.is_fault_of_upstream() {
                    self.note_health(&exchange.app, Outcome::Failed);
                }
                let note = self.note(heard.status, Some(error.code()), took);
                exchange.tried(|| note, false);
                exchange.entry.attempts.append(&mut heard.rounds);
                Err(error)
            }
        }
    }

    async fn ask_once(
        &self,
        exchange: &mut Exchange,
        ask: &Ask<'_>,
        body: &mut Body<'a>,
        heard: &mut Heard,
    ) -> Result<Answered, ProxyError> {
        let app = exchange.app.clone();
        exchange.entry.losses = Losses::default();
        let prepared = body.for_target(&app, ask, self.target).await?;
        exchange.entry.losses = prepared.losses.clone();
        let credential = self.credential.map(|credential| &**credential);
        let response = attempt(&app, ask, prepared, self.target, credential).await;
        let response = response.inspect_err(|error| {
            if matches!(error, ProxyError::Call { error, .. } if !error.is_connect()) {
                exchange.sent();
            }
        })?;
        exchange.sent();
        heard.status = Some(response.status());
        if let Some(what) = no_answer(response.status(), response.headers()) {
            let provider = self.target.provider.provider.id.clone();
            let what = what.to_owned();
            return Err(ProxyError::NotAnAnswer { provider, what });
        }
        let trouble = attempt::trouble(response.status(), response.headers(), app.clock.now());
        let from = Origin {
            target: self.target.clone(),
            credential: self.credential.map(|credential| credential.id.clone()),
            alias: alias(exchange, self.target),
            way: prepared.way.clone(),
            searching: Searching::of(&app, ask, prepared, self.target, credential)?,
        };
        let answer = Answer::of_upstream(response, from);
        let answer = answer.opened(&app, &mut heard.rounds).await?;
        let trouble = trouble.or_else(|| answer.trouble());
        Ok(Answered { answer, trouble })
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

/// The name the client knows the model by, when it is another.
fn alias(exchange: &Exchange, target: &PlannedTarget) -> Option<Arc<str>> {
    let asked = &exchange.entry.asked_model;
    (**asked != *target.model()).then(|| asked.clone())
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
