//! Calls of the search tool: the client sees searches, and the answer goes on behind them.

use std::sync::Arc;

use serde_json::Value;

use super::{MOST_ROUNDS, Search, SearchFailure, Searched, Wanted, blocks};
use crate::cross::gather::Gathered;
use crate::cross::restore::{Step, newest};
use crate::cross::way_back::WayBack;
use crate::event::{Event, Opening};
use crate::ids::Fingerprint;
use crate::json::mended;
use crate::pages;
use crate::part::{Call, Kind, Part, Parts, ToolResult};
use crate::request::{Role, Turn};
use crate::response::Stop;
use crate::usage::Usage;

/// Takes calls of the search tool out of an answer and holds its end back until they are answered.
#[derive(Debug)]
pub(in crate::cross) struct Searches {
    search: Arc<Search>,
    /// What tells the searches of this answer from those of others.
    seed: String,
    /// The call of the search tool that is open.
    open: Option<Call>,
    /// What the model said in this round, in its own words.
    said: Gathered,
    /// The searches of this round, in order.
    asked: Vec<Asked>,
    /// Those of them that are to be made.
    wanted: Vec<Wanted>,
    /// What came behind the first search of this round: it stands behind the results.
    held: Vec<Event>,
    /// Whether the client has something to run.
    has_calls: bool,
    is_waiting: bool,
    stop: Stop,
    /// What the rounds before this one cost.
    before: Usage,
    /// What this one cost.
    here: Usage,
    /// How many searches were made.
    made: u64,
    rounds: u32,
    /// What was said in earlier rounds, and what was found.
    turns: Vec<Turn>,
}

/// A search of this round.
#[derive(Debug)]
struct Asked {
    /// The id that the model knows it by.
    call: String,
    /// The id that the client knows it by.
    id: String,
    /// Why it is not made, if it is not.
    failure: Option<SearchFailure>,
}

impl Searches {
    pub(in crate::cross) fn new(way: &WayBack) -> Option<Self> {
        let search = Arc::clone(way.search.as_ref()?);
        Some(Self {
            search,
            seed: way.reply.id.clone(),
            open: None,
            said: Gathered::default(),
            asked: Vec::new(),
            wanted: Vec::new(),
            held: Vec::new(),
            has_calls: false,
            is_waiting: false,
            stop: Stop::End,
            before: Usage::default(),
            here: Usage::default(),
            made: 0,
            rounds: 0,
            turns: Vec::new(),
        })
    }

    /// The searches that the answer waits for, if it waits; some need nobody, so there may be none.
    pub(in crate::cross) fn wanted(&self) -> Option<&[Wanted]> {
        self.is_waiting.then_some(self.wanted.as_slice())
    }

    /// The rounds so far, for the next request.
    pub(in crate::cross) fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Whether no round may follow the next one.
    pub(in crate::cross) fn is_last(&self) -> bool {
        self.rounds >= MOST_ROUNDS
    }

    /// What was found, in the order of the searches that were wanted; says whether the model is to be asked again.
    pub(in crate::cross) fn found(&mut self, found: Vec<Searched>, out: &mut Vec<Event>) -> bool {
        self.is_waiting = false;
        self.wanted.clear();
        let results = self.results(found, out);
        out.append(&mut self.held);
        let said = std::mem::take(&mut self.said).response.parts;
        self.turns.push(Turn::of(Role::Assistant, said));
        self.turns.push(Turn::of(Role::User, results));
        if self.has_calls {
            out.push(Event::End);
            return false;
        }
        if self.rounds >= MOST_ROUNDS {
            // The client can send all that back, and the model goes on.
            out.extend([Event::Stop(Stop::Paused), Event::End]);
            return false;
        }
        self.rounds += 1;
        true
    }

    /// Tells the client the results, and returns them for the model.
    fn results(&mut self, found: Vec<Searched>, out: &mut Vec<Event>) -> Vec<Part> {
        let mut found = found.into_iter();
        let mut results = Vec::with_capacity(self.asked.len());
        for asked in self.asked.drain(..) {
            let searched = match asked.failure {
                Some(failure) => Searched::Failed(failure),
                None => found
                    .next()
                    .unwrap_or(Searched::Failed(SearchFailure::Unavailable)),
            };
            out.push(Event::Whole(blocks::told(&asked.id, &searched)));
            results.push(Part::new(Kind::Result(ToolResult {
                call: asked.call,
                name: Some(self.search.tool.clone()),
                is_error: matches!(searched, Searched::Failed(_)).then_some(true),
                content: Parts::plain(blocks::read(&searched)),
                ..ToolResult::default()
            })));
        }
        results
    }

    /// A call of the search tool is whole.
    fn searched(&mut self, call: Call, out: &mut Vec<Event>) {
        let query = query(&call.arguments);
        let number = (self.turns.len(), self.asked.len());
        let print = Fingerprint::of([&self.seed, &format!("{number:?}"), &call.arguments]);
        let id = format!("{}{}", pages::ID, print.hex());
        out.push(Event::Whole(blocks::asked(&id, query.as_deref())));
        let failure = match query {
            None => Some(SearchFailure::InvalidToolInput),
            Some(_) if self.made >= self.search.most => Some(SearchFailure::MaxUsesExceeded),
            Some(query) => {
                self.made += 1;
                self.wanted.push(Wanted {
                    id: id.clone(),
                    query,
                    only: self.search.only.clone(),
                    never: self.search.never.clone(),
                });
                None
            }
        };
        self.asked.push(Asked {
            call: call.id,
            id,
            failure,
        });
    }

    fn call(&mut self, call: Call, out: &mut Vec<Event>) {
        let event = Event::Open(Opening::Call(call.clone()));
        if call.name == self.search.tool && call.namespace.is_none() {
            self.said.take(event);
            self.open = Some(call);
        } else {
            self.has_calls = true;
            self.content(event, out);
        }
    }

    fn content(&mut self, event: Event, out: &mut Vec<Event>) {
        self.said.take(event.clone());
        if self.asked.is_empty() {
            out.push(event);
        } else {
            self.held.push(event);
        }
    }

    fn close(&mut self, event: Event, out: &mut Vec<Event>) {
        match self.open.take() {
            Some(call) => {
                self.said.take(event);
                self.searched(call, out);
            }
            None => self.content(event, out),
        }
    }

    /// The counts are told as they come: whoever leaves early has used them.
    fn usage(&mut self, told: Usage, out: &mut Vec<Event>) {
        self.here = newest(self.here, told);
        out.push(Event::Usage(sum(self.before, self.here)));
    }

    fn end(&mut self, out: &mut Vec<Event>) {
        self.before = sum(self.before, std::mem::take(&mut self.here));
        if self.asked.is_empty() {
            out.push(Event::End);
            return;
        }
        if may_go_on(&self.stop) {
            self.is_waiting = true;
            return;
        }
        for asked in &mut self.asked {
            asked.failure = Some(SearchFailure::Unavailable);
        }
        self.wanted.clear();
        self.results(Vec::new(), out);
        out.append(&mut self.held);
        out.push(Event::End);
    }
}

impl Step for Searches {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Open(Opening::Call(call)) => self.call(call, out),
            Event::Arguments(more) => match &mut self.open {
                Some(call) => {
                    call.arguments.push_str(&more);
                    self.said.take(Event::Arguments(more));
                }
                None => self.content(Event::Arguments(more), out),
            },
            Event::Close | Event::CloseWith(_) => self.close(event, out),
            Event::Usage(told) => self.usage(told, out),
            Event::Stop(stop) => {
                self.stop = stop.clone();
                out.push(Event::Stop(stop));
            }
            Event::End => self.end(out),
            Event::Open(Opening::Text | Opening::Refusal | Opening::Reasoning)
            | Event::Text(_)
            | Event::Citation(_)
            | Event::Reasoning(_)
            | Event::Whole(_) => self.content(event, out),
            Event::Start(_) | Event::Alive | Event::Failed(_) => out.push(event),
        }
    }
}

/// Whether a model that stopped for this reason waits for its searches.
fn may_go_on(stop: &Stop) -> bool {
    match stop {
        Stop::End | Stop::ToolUse | Stop::StopString(_) | Stop::Paused => true,
        Stop::Length
        | Stop::ContextFull
        | Stop::Refusal(_)
        | Stop::Filtered(_)
        | Stop::Malformed(_) => false,
    }
}

/// What the model wants to know; nothing if it says nothing.
fn query(arguments: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(&mended(arguments.as_bytes())).ok()?;
    let query = value.get("query").unwrap_or(&value).as_str()?.trim();
    (!query.is_empty()).then(|| query.to_owned())
}

fn sum(one: Usage, other: Usage) -> Usage {
    Usage {
        input: one.input.saturating_add(other.input),
        cached: one.cached.saturating_add(other.cached),
        written: one.written.saturating_add(other.written),
        output: one.output.saturating_add(other.output),
        reasoning: one.reasoning.saturating_add(other.reasoning),
    }
}
