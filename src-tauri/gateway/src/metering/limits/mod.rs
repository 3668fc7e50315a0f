//! The limits of client keys: reserved before a request goes out, settled after it came back.
//!
//! [`Meters::reserve`] counts the request and sets its estimated tokens aside in one step, so that exactly as
//! many requests get in as the key allows, however many arrive at once. The [`Reservation`] ends in one of three
//! ways, on every path of a request:
//!
//! - [`Reservation::settle`]: answered. The real tokens take the place of the estimate.
//! - dropped: cut off with no usage known. The estimate is given back, the request still counts.
//! - [`Reservation::refund`]: nothing was sent upstream. Neither request nor tokens count.
//!
//! Windows slide by the second (a minute) and by the minute (a day). Tokens count from the moment they are
//! settled; until then the estimate counts, however long the answer takes. An estimate above the cap itself is
//! cut to the cap, so that a big request waits for an empty window and is not refused for ever.
//!
//! Lifetime counters start from the key's record when the key is first seen and are kept here from then on.

mod books;
mod hit;
mod meter;
mod reservation;
#[cfg(test)]
mod tests;
mod window;

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use self::meter::Meter;
pub use self::{
    hit::{LimitHit, LimitName},
    meter::Counters,
    reservation::Reservation,
};
use crate::{config::ClientKey, ids::KeyId};

const SHARDS: usize = 16;

type Shard = ArcSwap<HashMap<KeyId, Arc<Meter>>>;

/// What every client key has used, and the gate that holds it to its limits.
///
/// Finding a key's meter takes no lock: a shard is copied only when a key is seen for the first time. A key
/// without limits is counted with atomics alone.
#[derive(Debug, Default)]
pub struct Meters {
    shards: [Shard; SHARDS],
}

impl Meters {
    /// Counts a request against the key's limits and sets its estimated tokens aside, or names the limit it hit.
    pub fn reserve(
        &self,
        key: &ClientKey,
        estimate_tokens: u64,
        now: Timestamp,
    ) -> Result<Reservation, LimitHit> {
        let meter = self.meter(key);
        let entry = meter.admit(&key.limits, estimate_tokens, now)?;
        Ok(Reservation::new(meter, entry))
    }

    /// What the key has used, for people to read.
    pub fn usage(&self, key: &ClientKey, now: Timestamp) -> Counters {
        match self.shard(&key.id).load().get(&key.id) {
            Some(meter) => meter.counters(now),
            None => Counters {
                used_requests: key.used_requests,
                used_tokens: key.used_tokens,
                ..Counters::default()
            },
        }
    }

    /// Starts the key's counters at zero again; requests under way go on and still count as under way.
    pub fn reset(&self, key: &KeyId) {
        if let Some(meter) = self.shard(key).load().get(key) {
            meter.reset();
        } else {
            self.insert(key, Arc::default());
        }
    }

    /// Drops what is known about a key, when the key is gone.
    pub fn forget(&self, key: &KeyId) {
        self.shard(key).rcu(|known| {
            let mut fewer = HashMap::clone(known);
            fewer.remove(key);
            fewer
        });
    }

    fn meter(&self, key: &ClientKey) -> Arc<Meter> {
        if let Some(meter) = self.shard(&key.id).load().get(&key.id) {
            return Arc::clone(meter);
        }
        self.insert(
            &key.id,
            Arc::new(Meter::starting_at(key.used_requests, key.used_tokens)),
        )
    }

    /// Adds a meter unless another thread was faster, and returns the one that stays.
    fn insert(&self, key: &KeyId, meter: Arc<Meter>) -> Arc<Meter> {
        self.shard(key).rcu(|known| {
            let mut more = HashMap::clone(known);
            more.entry(key.clone())
                .or_insert_with(|| Arc::clone(&meter));
            more
        });
        self.shard(key).load().get(key).map_or(meter, Arc::clone)
    }

    fn shard(&self, key: &KeyId) -> &Shard {
        let last = key.as_str().as_bytes().last().copied().unwrap_or_default();
        &self.shards[usize::from(last) % SHARDS]
    }
}
