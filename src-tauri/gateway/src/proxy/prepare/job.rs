//! A conversion with all it needs, so that it can be done on another thread.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use keyway_protocols::{
    Protocol, Target, compact_request,
    cross::{self, Asked, Memory, Thought},
    loss::Losses,
    quirks::Quirks,
};
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    ids::ProviderUid,
    proxy::{
        ask::{Ask, Turn},
        error::ProxyError,
        plan::PlannedTarget,
    },
};

/// A conversion with all it needs, so that it can be done on another thread.
pub(super) struct Job {
    app: Arc<App>,
    /// The client's body.
    pub body: Bytes,
    from: Protocol,
    to: Protocol,
    model: String,
    provider: String,
    quirks: Arc<Quirks>,
}

impl Job {
    /// The conversion of a request for a target.
    pub(super) fn new(
        app: &Arc<App>,
        ask: &Ask<'_>,
        target: &PlannedTarget,
        quirks: Arc<Quirks>,
    ) -> Self {
        Self {
            app: app.clone(),
            body: joined(&ask.pieces),
            from: ask.protocol,
            to: target.protocol,
            model: target.model().to_owned(),
            provider: tag(&target.provider.provider.uid),
            quirks,
        }
    }

    fn target(&self) -> Target<'_> {
        Target {
            protocol: self.to,
            model: &self.model,
            provider: &self.provider,
            quirks: &self.quirks,
        }
    }

    /// The body in its own protocol, cleaned.
    pub(super) fn clean(&self) -> Result<Option<(Bytes, Losses)>, ProxyError> {
        Ok(cross::cleaned(self.from, &self.body, &self.target())?)
    }

    /// The body in the target's protocol.
    pub(super) fn cross(&self, turn: &Turn) -> Result<cross::Crossed, ProxyError> {
        let now = self.app.clock.now().as_second();
        let body = if turn.compacts {
            compact_request(&self.body)?
        } else {
            self.body.clone()
        };
        let asked = Asked {
            protocol: self.from,
            body: &body,
            alias: &turn.alias,
            streamed: turn.streamed,
            list: turn.list,
            id: &turn.id,
            now: u64::try_from(now).unwrap_or_default(),
            reasoning: turn.reasoning,
            searches: turn.searcher.is_some(),
        };
        let memory = Remembered {
            app: &self.app,
            turn,
        };
        Ok(cross::request(&asked, &self.target(), &memory)?)
    }
}

/// The thoughts of the key that asks.
pub(in crate::proxy) struct Remembered<'a> {
    /// Where they are kept.
    pub app: &'a App,
    /// Who asks.
    pub turn: &'a Turn,
}

impl Memory for Remembered<'_> {
    fn recall(&self, call: &str) -> Option<Thought> {
        let now = self.app.clock.instant();
        self.app.thoughts.recall(&self.turn.key, call, now)
    }
}

/// What carriers name their provider by: the same for all its keys, and nothing that says which one it is.
fn tag(uid: &ProviderUid) -> String {
    hex::encode(&Sha256::digest(uid.as_str())[..5])
}

fn joined(pieces: &[Bytes]) -> Bytes {
    if let [one] = pieces {
        return one.clone();
    }
    let mut whole = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    for piece in pieces {
        whole.extend_from_slice(piece);
    }
    whole.freeze()
}
