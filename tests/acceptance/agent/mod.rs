//! A model behind a strict provider: it uses whatever tools a client offers, and takes no request that the
//! real provider would refuse.
//!
//! What it does stands in a [`plot`], in no protocol's words. Each protocol's face reads a request (refusing
//! what its provider refuses, in that provider's words) and the kit writes the answer.

mod anthropic;
mod anthropic_messages;
mod anthropic_turns;
mod chat;
mod chat_messages;
mod gemini;
mod gemini_contents;
mod guide;
mod plot;
mod reading;
mod refusal;
mod responses;
mod responses_items;
mod schema;
mod seals;
mod spelling;
mod tests;

use std::sync::{Arc, Mutex, MutexGuard};

use keyway_tests::{Answer, Protocol, Received, ScriptedUpstream, ToolCall, Turn, Usage};

pub(crate) use guide::guide;
pub(crate) use plot::{
    FIRST_END, FIRST_TASK, Line, NOTES, POEM, SECOND_END, SECOND_TASK, coder, poem,
};
pub(crate) use reading::Reading;
pub(crate) use spelling::Act;

use self::refusal::{Read, Refusal};
use self::seals::{Sealed, Seals};

/// What each answer says of its tokens.
pub(crate) const USAGE: Usage = Usage {
    input: 1234,
    cached: 1000,
    output: 56,
    thinking: 20,
};

/// A model behind a provider that listens on the loopback address.
#[derive(Debug)]
pub(crate) struct Agent {
    upstream: ScriptedUpstream,
    mind: Arc<Mutex<Mind>>,
}

/// What a model does with a request.
pub(crate) type Plot = fn(&Reading) -> Line;

/// What the agent remembers.
#[derive(Debug)]
struct Mind {
    plot: Plot,
    project: String,
    seals: Seals,
    refusals: Vec<String>,
    turns: usize,
}

impl Agent {
    /// A model that does what the plot says, in a project's folder.
    pub(crate) fn playing(plot: Plot, project: &str) -> Self {
        let upstream = ScriptedUpstream::greeting();
        let mind = Arc::new(Mutex::new(Mind {
            plot,
            project: project.to_owned(),
            seals: Seals::default(),
            refusals: Vec::new(),
            turns: 0,
        }));
        let shared = mind.clone();
        upstream.answered_by(move |request| lock(&shared).answer(request));
        Self { upstream, mind }
    }

    /// Where it listens.
    pub(crate) fn upstream(&self) -> &ScriptedUpstream {
        &self.upstream
    }

    /// What it refused, each with the reason.
    pub(crate) fn refusals(&self) -> Vec<String> {
        lock(&self.mind).refusals.clone()
    }

    /// How often one of its seals came back.
    pub(crate) fn seals_returned(&self) -> usize {
        lock(&self.mind).seals.returned()
    }

    /// The conversations it was asked to go on with, in order.
    pub(crate) fn asked(&self) -> Vec<Received> {
        let mut received = self.upstream.received();
        received.retain(|request| request.method == "POST");
        received
    }
}

fn lock(mind: &Mutex<Mind>) -> MutexGuard<'_, Mind> {
    mind.lock().expect("no panic holds this lock")
}

impl Mind {
    fn answer(&mut self, request: &Received) -> Answer {
        match self.read(request) {
            Ok(reading) => Answer::turn(self.turn(request, &reading)),
            Err(Refusal(message)) => {
                let what = format!("{} {}: {message}", request.method, request.target);
                self.refusals.push(what);
                Answer::refusing(400, &message)
            }
        }
    }

    fn read(&mut self, request: &Received) -> Read<Reading> {
        let seals = &mut self.seals;
        match request.protocol() {
            Protocol::Anthropic => anthropic::read(request, seals),
            Protocol::OpenAi => chat::read(request),
            Protocol::Responses => responses::read(request, seals),
            Protocol::Gemini => gemini::read(request, seals),
        }
    }

    fn turn(&mut self, request: &Received, reading: &Reading) -> Turn {
        self.turns += 1;
        let line = (self.plot)(reading);
        let calls = self.calls(request.protocol(), reading, &line.acts);
        let thoughts = line.thoughts.filter(|_| reading.thinks);
        let sealed = Sealed {
            thoughts: thoughts.clone().unwrap_or_default(),
            call: calls.first().map(|call| call.name.clone()),
        };
        Turn {
            number: self.turns,
            thinking: thoughts,
            seal: Some(self.seals.make(sealed)),
            text: line.text,
            calls,
            usage: USAGE,
        }
    }

    fn calls(&self, protocol: Protocol, reading: &Reading, acts: &[Act]) -> Vec<ToolCall> {
        let call = |(index, act): (usize, &Act)| {
            let spelled = spelling::spell(act, &reading.tools, &self.project);
            let (tool, arguments) = spelled.unwrap_or_else(|| {
                let names: Vec<_> = reading.tools.iter().map(|tool| &tool.name).collect();
                panic!("no tool for {act:?} among {names:?}")
            });
            ToolCall {
                id: id(protocol, self.turns, index),
                name: tool.name,
                namespace: tool.namespace,
                arguments,
            }
        };
        acts.iter().enumerate().map(call).collect()
    }
}

/// An id of a call as the providers make them.
fn id(protocol: Protocol, turn: usize, index: usize) -> String {
    match protocol {
        // Some models name the tool in it, with characters that other providers refuse.
        Protocol::OpenAi => format!("functions.call:{turn}_{index}"),
        Protocol::Anthropic | Protocol::Responses | Protocol::Gemini => {
            format!("call_{turn:020}_{index}")
        }
    }
}
