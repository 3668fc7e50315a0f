//! Ids of calls, which Google often leaves out.

use std::collections::{HashMap, VecDeque};

use crate::ids::Fingerprint;

/// The calls seen so far, to give ids to those without and to find the call that a result answers.
#[derive(Debug, Default)]
pub(in super::super) struct Calls {
    /// Tells one answer from another; empty for requests, whose turns are counted.
    seed: String,
    turn: usize,
    seen: Vec<Seen>,
    /// Where in `seen` the calls with an id are.
    places: HashMap<String, VecDeque<usize>>,
}

#[derive(Debug)]
struct Seen {
    id: String,
    name: String,
    turn: usize,
    is_derived: bool,
    is_answered: bool,
}

impl Calls {
    /// For one answer.
    pub(in super::super) fn of_answer(id: &str) -> Self {
        Self {
            seed: id.to_owned(),
            ..Self::default()
        }
    }

    /// The next turn begins.
    pub(in super::super) fn next_turn(&mut self) {
        self.turn += 1;
    }

    /// The id of a call: the one told, or one derived from its place and what it says.
    pub(in super::super) fn call(
        &mut self,
        told: Option<String>,
        name: &str,
        arguments: &str,
    ) -> String {
        let is_derived = told.is_none();
        let id = told.unwrap_or_else(|| self.derived(name, arguments));
        self.places
            .entry(id.clone())
            .or_default()
            .push_back(self.seen.len());
        self.seen.push(Seen {
            id: id.clone(),
            name: name.to_owned(),
            turn: self.turn,
            is_derived,
            is_answered: false,
        });
        id
    }

    fn derived(&self, name: &str, said: &str) -> String {
        let turn = self.turn.to_string();
        let place = self.seen.len().to_string();
        let print = Fingerprint::of([&self.seed, &turn, &place, name, said]);
        format!("call_{}", print.hex())
    }

    /// The id of the call that a result answers.
    ///
    /// Without an id it is the first open call of its name, of the latest turn that has one.
    pub(in super::super) fn result(&mut self, told: Option<String>, name: &str) -> String {
        if let Some(id) = told.as_ref().filter(|id| self.answer(id)) {
            return id.clone();
        }
        let is_open = |seen: &Seen| {
            !seen.is_answered
                && (name.is_empty() || seen.name == name)
                // A result with an id of its own answers no call that has another one.
                && (told.is_none() || seen.is_derived)
        };
        // Turns come in order, and of long conversations nearly all calls are answered: the search begins behind.
        let latest = self.seen.iter().rfind(|seen| is_open(seen));
        let turn = latest.map_or(usize::MAX, |seen| seen.turn);
        let begin = self.seen.partition_point(|seen| seen.turn < turn);
        let open = self.seen[begin..].iter_mut().find(|seen| is_open(seen));
        match (open, told) {
            (Some(seen), _) => {
                seen.is_answered = true;
                seen.id.clone()
            }
            (None, Some(told)) => told,
            (None, None) => self.derived(name, "result"),
        }
    }

    /// Notes the first open call with this id as answered, if there is one.
    fn answer(&mut self, id: &str) -> bool {
        let Some(places) = self.places.get_mut(id) else {
            return false;
        };
        while let Some(place) = places.pop_front() {
            if !std::mem::replace(&mut self.seen[place].is_answered, true) {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Calls;

    #[test]
    fn p145_results_without_ids_answer_calls_of_their_name_in_order() {
        let mut calls = Calls::default();
        let first = calls.call(None, "read", "{}");
        let other = calls.call(None, "list", "{}");
        let second = calls.call(None, "read", "{}");
        calls.next_turn();

        assert_eq!(calls.result(None, "read"), first);
        assert_eq!(calls.result(None, "read"), second);
        assert_eq!(calls.result(None, "list"), other);
        assert_ne!(calls.result(None, "list"), other, "it is answered");
    }

    #[test]
    fn results_answer_the_latest_turn_first() {
        let mut calls = Calls::default();
        let old = calls.call(None, "f", "{}");
        calls.next_turn();
        let new = calls.call(None, "f", "{}");

        assert_eq!(calls.result(None, "f"), new);
        assert_eq!(calls.result(None, "f"), old);
    }

    #[test]
    fn ids_that_clients_made_up_for_results_are_matched_by_name() {
        let mut calls = Calls::default();
        let derived = calls.call(None, "f", "{}");
        calls.call(Some("told".into()), "f", "{}");

        assert_eq!(calls.result(Some("invented".into()), "f"), derived);
        assert_eq!(calls.result(Some("told".into()), "f"), "told");
        assert_eq!(calls.result(Some("orphan".into()), "f"), "orphan");
    }

    #[test]
    fn p146_p271_derived_ids_are_the_same_each_time_and_never_twice() {
        let ids = || {
            let mut calls = Calls::default();
            let mut ids = Vec::new();
            for _ in 0..3 {
                ids.push(calls.call(None, "f", "{\"a\":1}"));
                ids.push(calls.call(None, "f", "{\"a\":1}"));
                calls.next_turn();
            }
            ids
        };
        let mut once = ids();
        assert_eq!(once, ids());
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 6);
        assert_ne!(
            Calls::of_answer("r1").call(None, "f", ""),
            Calls::of_answer("r2").call(None, "f", "")
        );
    }
}
