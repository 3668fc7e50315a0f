//! What upstreams want back of earlier answers, kept for clients that do not bring it along.
//!
//! Only in memory, never on disk: per client key, bounded in number, size and time, the least recently used
//! forgotten first.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use keyway_protocols::{carrier::Opaque, cross::Thought};

use crate::ids::KeyId;

/// The most thoughts of one key.
const MOST_OF_KEY: usize = 2048;
/// The most bytes of them.
const MOST_BYTES_OF_KEY: usize = 4 << 20;
/// The most bytes of all keys together.
const MOST_BYTES: usize = 64 << 20;
/// A tool loop that pauses longer than this has ended.
const KEPT: Duration = Duration::from_hours(6);
/// What an entry costs besides its text.
const OVERHEAD: usize = 128;

/// The thoughts that came with calls, by key and call.
#[derive(Debug, Default)]
pub struct Thoughts(Mutex<Shelves>);

#[derive(Debug, Default)]
struct Shelves {
    of_key: HashMap<KeyId, Shelf>,
    bytes: usize,
    /// Counts uses, so that the least recent one is known.
    uses: u64,
}

/// The thoughts of one key.
#[derive(Debug, Default)]
struct Shelf {
    kept: HashMap<Arc<str>, Kept>,
    by_use: BTreeMap<u64, Arc<str>>,
    bytes: usize,
    last_use: u64,
}

#[derive(Debug)]
struct Kept {
    thought: Thought,
    at: Instant,
    bytes: usize,
    used: u64,
}

impl Thoughts {
    /// Keeps the thoughts that came with an answer's calls.
    pub fn keep(&self, key: &KeyId, thoughts: Vec<(String, Thought)>, now: Instant) {
        if thoughts.is_empty() {
            return;
        }
        let mut shelves = self.lock();
        for (call, thought) in thoughts {
            shelves.put(key, call.into(), thought, now);
        }
        shelves.shrink(key);
    }

    /// The thoughts that came with a call, unless that was too long ago.
    pub fn recall(&self, key: &KeyId, call: &str, now: Instant) -> Option<Thought> {
        let mut shelves = self.lock();
        shelves.uses += 1;
        let uses = shelves.uses;
        let of_key = shelves.of_key.get_mut(key)?;
        let kept = of_key.kept.get_mut(call)?;
        if now.saturating_duration_since(kept.at) > KEPT {
            return None;
        }
        let name = of_key.by_use.remove(&kept.used)?;
        of_key.by_use.insert(uses, name);
        kept.used = uses;
        of_key.last_use = uses;
        Some(kept.thought.clone())
    }

    /// Forgets what is too old, for whoever owns the periodic tasks.
    pub fn forget_old(&self, now: Instant) {
        let mut shelves = self.lock();
        let is_old = |kept: &Kept| now.saturating_duration_since(kept.at) > KEPT;
        for shelf in shelves.of_key.values_mut() {
            let old: Vec<_> = shelf
                .kept
                .iter()
                .filter(|(_, kept)| is_old(kept))
                .map(|(call, _)| call.clone())
                .collect();
            for call in old {
                shelf.remove(&call);
            }
        }
        shelves.of_key.retain(|_, shelf| !shelf.kept.is_empty());
        shelves.bytes = shelves.of_key.values().map(|shelf| shelf.bytes).sum();
    }

    fn lock(&self) -> MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelves {
    fn put(&mut self, key: &KeyId, call: Arc<str>, thought: Thought, now: Instant) {
        let bytes = size(&call, &thought);
        if bytes > MOST_BYTES_OF_KEY {
            return;
        }
        self.uses += 1;
        let used = self.uses;
        let of_key = self.of_key.entry(key.clone()).or_default();
        let before = of_key.bytes;
        of_key.remove(&call);
        of_key.by_use.insert(used, call.clone());
        let at = now;
        let kept = Kept {
            thought,
            at,
            bytes,
            used,
        };
        of_key.kept.insert(call, kept);
        of_key.bytes += bytes;
        of_key.last_use = used;
        self.bytes = self.bytes + of_key.bytes - before;
    }

    /// Makes room: in this key's shelf, then by clearing the shelves that nobody used for longest.
    fn shrink(&mut self, key: &KeyId) {
        if let Some(shelf) = self.of_key.get_mut(key) {
            let before = shelf.bytes;
            shelf.shrink();
            self.bytes = self.bytes + shelf.bytes - before;
        }
        while self.bytes > MOST_BYTES {
            let Some(oldest) = self.of_key.iter().min_by_key(|(_, shelf)| shelf.last_use) else {
                return;
            };
            let oldest = oldest.0.clone();
            let gone = self.of_key.remove(&oldest);
            self.bytes -= gone.map_or(0, |shelf| shelf.bytes);
        }
    }
}

impl Shelf {
    fn remove(&mut self, call: &str) {
        if let Some(kept) = self.kept.remove(call) {
            self.by_use.remove(&kept.used);
            self.bytes -= kept.bytes;
        }
    }

    fn shrink(&mut self) {
        while self.kept.len() > MOST_OF_KEY || self.bytes > MOST_BYTES_OF_KEY {
            let Some((_, oldest)) = self.by_use.pop_first() else {
                return;
            };
            self.remove(&oldest);
        }
    }
}

fn size(call: &str, thought: &Thought) -> usize {
    let carried = match thought.carrier.as_ref().map(|carrier| &carrier.opaque) {
        None => 0,
        Some(
            Opaque::Signature(text)
            | Opaque::Redacted(text)
            | Opaque::Encrypted(text)
            | Opaque::Thought(text)
            | Opaque::Plain(text),
        ) => text.len(),
        Some(Opaque::Details(value)) => value.to_string().len(),
    };
    call.len() + thought.text.len() + carried + OVERHEAD
}

#[cfg(test)]
mod tests {
    use keyway_protocols::carrier::Carrier;

    use super::*;
    use crate::clock::{Clock, SystemClock};

    fn thought(text: &str) -> Thought {
        Thought {
            text: text.to_owned(),
            carrier: Some(Carrier::genuine(Opaque::Thought("sig".to_owned()))),
        }
    }

    fn keep(thoughts: &Thoughts, key: &str, call: &str, text: &str, now: Instant) {
        thoughts.keep(&key.into(), vec![(call.to_owned(), thought(text))], now);
    }

    #[test]
    fn a_thought_is_recalled_by_its_own_key_only() {
        let (thoughts, now) = (Thoughts::default(), SystemClock.instant());
        keep(&thoughts, "k", "call_1", "hm", now);

        let recall = |key: &str, call| thoughts.recall(&key.into(), call, now);
        assert_eq!(recall("k", "call_1"), Some(thought("hm")));
        assert_eq!(recall("k", "call_2"), None);
        assert_eq!(recall("other", "call_1"), None);
    }

    #[test]
    fn a_thought_is_forgotten_after_its_time() {
        let (thoughts, now) = (Thoughts::default(), SystemClock.instant());
        keep(&thoughts, "k", "c", "hm", now);

        let later = now + KEPT + Duration::from_secs(1);
        assert_eq!(thoughts.recall(&"k".into(), "c", later), None);
        thoughts.forget_old(later);
        assert!(thoughts.lock().of_key.is_empty());
        assert_eq!(thoughts.lock().bytes, 0);
    }

    #[test]
    fn the_least_recently_used_is_forgotten_first() {
        let (thoughts, now) = (Thoughts::default(), SystemClock.instant());
        for number in 0..MOST_OF_KEY {
            keep(&thoughts, "k", &format!("c{number}"), "hm", now);
        }
        assert!(thoughts.recall(&"k".into(), "c0", now).is_some());

        keep(&thoughts, "k", "one more", "hm", now);

        let knows = |call| thoughts.recall(&"k".into(), call, now).is_some();
        assert_eq!((knows("c0"), knows("c1"), knows("c2")), (true, false, true));
        assert_eq!(thoughts.lock().of_key["k"].kept.len(), MOST_OF_KEY);
    }

    #[test]
    fn all_keys_together_stay_within_their_bytes() {
        let (thoughts, now) = (Thoughts::default(), SystemClock.instant());
        let long = "x".repeat(MOST_BYTES_OF_KEY / 4);
        for key in 0..40 {
            for call in 0..5 {
                keep(
                    &thoughts,
                    &format!("k{key}"),
                    &format!("c{call}"),
                    &long,
                    now,
                );
            }
        }

        let shelves = thoughts.lock();
        let real: usize = shelves.of_key.values().map(|shelf| shelf.bytes).sum();
        assert_eq!(shelves.bytes, real);
        assert!(real <= MOST_BYTES, "{real}");
        assert!(shelves.of_key.contains_key("k39"));
        let each = shelves.of_key.values();
        assert!(each.clone().all(|shelf| shelf.bytes <= MOST_BYTES_OF_KEY));
        assert!(
            each.clone()
                .all(|shelf| shelf.kept.len() == shelf.by_use.len())
        );
    }

    #[test]
    fn the_same_call_is_kept_once() {
        let (thoughts, now) = (Thoughts::default(), SystemClock.instant());
        keep(&thoughts, "k", "c", "first", now);
        keep(&thoughts, "k", "c", "second", now);

        let kept = thoughts.recall(&"k".into(), "c", now).unwrap();
        assert_eq!(kept.text, "second");
        assert_eq!(thoughts.lock().of_key["k"].by_use.len(), 1);
    }
}
