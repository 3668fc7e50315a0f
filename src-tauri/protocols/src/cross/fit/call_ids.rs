//! Ids of calls as the target takes them: legal, unique, the same in the call and in its result.

use std::collections::{HashMap, HashSet, VecDeque};

use super::way::Way;
use crate::ids::Fingerprint;
use crate::part::Kind;
use crate::quirks::CallIds;
use crate::request::Request;

/// Renames the calls and their results, in the order of the conversation.
pub(super) fn settle(request: &mut Request, way: &Way<'_>) {
    let mut ids = Ids::new(way.quirks().call_ids);
    for part in request
        .turns
        .iter_mut()
        .flat_map(|turn| &mut turn.content.list)
    {
        match &mut part.kind {
            Kind::Call(call) => call.id = ids.call(&call.id),
            Kind::Result(result) => result.call = ids.result(&result.call),
            Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Foreign(_) => {}
        }
    }
}

/// The ids given so far.
struct Ids {
    rule: CallIds,
    taken: HashSet<String>,
    /// How often each id was wished for, so that none is numbered from the beginning again.
    wishes: HashMap<String, usize>,
    /// By the client's id: the calls that wait for a result, and the one that got the last.
    open: HashMap<String, Waiting>,
}

#[derive(Default)]
struct Waiting {
    calls: VecDeque<String>,
    answered: Option<String>,
}

impl Ids {
    fn new(rule: CallIds) -> Self {
        Self {
            rule,
            taken: HashSet::new(),
            wishes: HashMap::new(),
            open: HashMap::new(),
        }
    }

    fn call(&mut self, id: &str) -> String {
        let wish = legal(id, self.rule);
        let mut unique = wish.clone();
        let count = self.wishes.entry(wish.clone()).or_insert(1);
        while !self.taken.insert(unique.clone()) {
            *count += 1;
            unique = numbered(&wish, *count, self.rule);
        }
        let waiting = self.open.entry(id.to_owned()).or_default();
        waiting.calls.push_back(unique.clone());
        unique
    }

    /// Results of calls with the same id come in the order of the calls; one too many is for the last.
    fn result(&mut self, id: &str) -> String {
        let waiting = self.open.entry(id.to_owned()).or_default();
        if let Some(call) = waiting.calls.pop_front() {
            waiting.answered = Some(call);
        }
        waiting
            .answered
            .clone()
            .unwrap_or_else(|| legal(id, self.rule))
    }
}

fn legal(id: &str, rule: CallIds) -> String {
    let longest = match rule {
        CallIds::Any if !id.is_empty() => return id.to_owned(),
        CallIds::Any | CallIds::Plain => usize::MAX,
        CallIds::Plain64 => 64,
        CallIds::Plain40 => 40,
        CallIds::Nine => return nine(id),
    };
    let is_legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let plain: String = id
        .chars()
        .map(|c| if is_legal(c) { c } else { '_' })
        .collect();
    if plain == id && !id.is_empty() && id.len() <= longest {
        return plain;
    }
    let print = Fingerprint::of([id]).hex();
    let room = longest - print.len() - 1;
    let start: String = plain.chars().take(room.min(128)).collect();
    format!("{start}_{print}")
}

fn nine(id: &str) -> String {
    let is_legal = id.len() == 9 && id.chars().all(|c| c.is_ascii_alphanumeric());
    if is_legal {
        id.to_owned()
    } else {
        Fingerprint::of([id]).letters(9)
    }
}

/// The same id for another call.
fn numbered(id: &str, count: usize, rule: CallIds) -> String {
    let end = format!("_{count}");
    match rule {
        CallIds::Any | CallIds::Plain => format!("{id}{end}"),
        CallIds::Plain64 => cut(id, 64, &end),
        CallIds::Plain40 => cut(id, 40, &end),
        CallIds::Nine => nine(&format!("{id}{end}")),
    }
}

fn cut(id: &str, longest: usize, end: &str) -> String {
    let start: String = id.chars().take(longest - end.len()).collect();
    format!("{start}{end}")
}
