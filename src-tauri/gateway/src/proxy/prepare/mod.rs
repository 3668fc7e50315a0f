//! A request as one target gets it: as it came but for the model's name, or said in the target's protocol.
//!
//! Each target gets its own, made of the client's own bytes: what was made for one provider is never sent to
//! the next.

mod job;

use std::sync::Arc;

use bytes::Bytes;
use keyway_protocols::{
    Protocol,
    carrier::Carrier,
    cross::{ReasoningForm, WayBack},
    envelope::{self, Scanner},
    loss::Losses,
    quirks::Quirks,
};

use self::job::Job;
pub(super) use self::job::Remembered;
use super::{
    ask::{Ask, OwnedAction, Spot, Turn},
    convert,
    error::ProxyError,
    multipart,
    plan::PlannedTarget,
    searching,
};
use crate::{app::App, ids::KeyId};

/// So many bytes on both sides of a seam between pieces are looked at for what may lie across it.
const SEAM: usize = 16;

/// A request as one target gets it.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The body.
    pub pieces: Vec<Bytes>,
    /// What is asked.
    pub action: OwnedAction,
    /// The query.
    pub query: Option<String>,
    /// What the target does not get.
    pub losses: Losses,
    /// What brings the answer back, where it has to be brought back.
    pub way: Option<Way>,
}

/// The way back of an answer.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// The conversion.
    pub back: WayBack,
    /// Whether the client wants events.
    pub streamed: bool,
    /// Whether it wants them as a JSON list.
    pub list: bool,
    /// What the client speaks.
    pub client: Protocol,
    /// The key whose thoughts are kept.
    pub key: KeyId,
    /// Whether the answer sums a conversation up.
    pub compacts: bool,
}

impl Prepared {
    /// Whether events are asked for.
    pub(super) fn wants_events(&self) -> bool {
        self.way.as_ref().is_some_and(|way| way.streamed)
    }
}

/// Prepares a request for a target.
pub(super) async fn prepare(
    app: &Arc<App>,
    ask: &Ask<'_>,
    target: &PlannedTarget,
) -> Result<Prepared, ProxyError> {
    match &ask.turn {
        Some(turn) if can_convert(ask, turn) && must_convert(ask, turn, target) => {
            converted(app, ask, turn, target).await
        }
        Some(_) => as_it_came(ask, target, cleaned(app, ask, target).await?),
        None => as_it_came(ask, target, None),
    }
}

/// Counting has no counterpart everywhere; what it counts is said by others.
fn can_convert(ask: &Ask<'_>, turn: &Turn) -> bool {
    matches!(ask.action, OwnedAction::Generate { .. }) || turn.compacts
}

/// Thoughts in another form than the protocol's own are another protocol's business, too; and so are the tools that
/// a provider's Responses has no word for, if its owner says so: by itself Keyway changes nothing in one protocol.
fn must_convert(ask: &Ask<'_>, turn: &Turn, target: &PlannedTarget) -> bool {
    let own = &target.provider.provider.quirks;
    let lacks = |quirk: &str| own.get(quirk).and_then(serde_json::Value::as_bool) == Some(false);
    ask.protocol != target.protocol
        || turn.reasoning != ReasoningForm::Native
        || searching::is_due(ask, turn, target)
        || ask.protocol == Protocol::OpenAiResponses
            && (lacks("custom_tools") || lacks("tool_namespaces"))
}

/// The client's own bytes, or what is left of them, with the target's name for the model.
fn as_it_came(
    ask: &Ask<'_>,
    target: &PlannedTarget,
    cleaned: Option<(Bytes, Losses)>,
) -> Result<Prepared, ProxyError> {
    let (pieces, losses) = match cleaned {
        Some((body, losses)) => (renamed(body, target)?, losses),
        None => (spliced(ask, target), Losses::default()),
    };
    Ok(Prepared {
        pieces,
        action: ask.action.clone(),
        query: ask.query.clone(),
        losses,
        way: None,
    })
}

fn spliced(ask: &Ask<'_>, target: &PlannedTarget) -> Vec<Bytes> {
    match &ask.spot {
        Some(Spot::Json(spot)) if spot.name != target.model() => {
            envelope::splice(&ask.pieces, spot, target.model())
        }
        Some(Spot::Form(spot)) if spot.name != target.model() => {
            multipart::replaced(&ask.pieces, spot.start..spot.end, target.model())
        }
        Some(_) | None => ask.pieces.clone(),
    }
}

/// A cleaned body has its model's name in another place than the client's.
fn renamed(body: Bytes, target: &PlannedTarget) -> Result<Vec<Bytes>, ProxyError> {
    let mut scanner = Scanner::default();
    scanner.push(&body);
    let found = scanner.finish()?.model;
    let other = found.filter(|spot| spot.name != target.model());
    Ok(match other {
        Some(spot) => envelope::splice(&[body], &spot, target.model()),
        None => vec![body],
    })
}

/// The body without what only other providers can read and without what this one refuses; nothing for the many
/// that hold neither, which are not parsed to find that out.
async fn cleaned(
    app: &Arc<App>,
    ask: &Ask<'_>,
    target: &PlannedTarget,
) -> Result<Option<(Bytes, Losses)>, ProxyError> {
    let quirks = target.quirks();
    if !needs_cleaning(&ask.pieces, &quirks) {
        return Ok(None);
    }
    let job = Job::new(app, ask, target, quirks);
    let size = job.body.len();
    convert::apart(size, move || job.clean()).await?
}

fn needs_cleaning(pieces: &[Bytes], quirks: &Quirks) -> bool {
    if !quirks.sets.is_empty() || holds_carriers(pieces) {
        return true;
    }
    let is_named = |field: &String| {
        let last = field.rsplit('.').next().unwrap_or(field);
        let quoted = format!("\"{last}\"");
        let finder = memchr::memmem::Finder::new(quoted.as_bytes());
        pieces.iter().any(|piece| finder.find(piece).is_some())
    };
    quirks.refuses.iter().any(is_named)
}

/// Whether carriers of ours lie in a body, wherever its pieces were cut.
fn holds_carriers(pieces: &[Bytes]) -> bool {
    holds(pieces, Carrier::is_in)
}

/// Whether something short lies in a body, wherever its pieces were cut.
pub(super) fn holds(pieces: &[Bytes], is_in: impl Fn(&[u8]) -> bool) -> bool {
    pieces.iter().any(|piece| is_in(piece))
        || pieces.windows(2).any(|pair| {
            let left = &pair[0][pair[0].len().saturating_sub(SEAM)..];
            let right = &pair[1][..pair[1].len().min(SEAM)];
            is_in(&[left, right].concat())
        })
}

async fn converted(
    app: &Arc<App>,
    ask: &Ask<'_>,
    turn: &Turn,
    target: &PlannedTarget,
) -> Result<Prepared, ProxyError> {
    let job = Job::new(app, ask, target, target.quirks());
    let (size, of) = (job.body.len(), turn.clone());
    let crossed = convert::apart(size, move || job.cross(&of)).await??;
    let events_by_path = target.protocol == Protocol::Gemini && crossed.streamed;
    Ok(Prepared {
        pieces: vec![crossed.body],
        action: OwnedAction::Generate {
            streamed: crossed.streamed,
        },
        query: events_by_path.then(|| "alt=sse".to_owned()),
        losses: crossed.losses,
        way: Some(Way {
            back: crossed.way_back,
            streamed: crossed.streamed,
            list: turn.list,
            client: ask.protocol,
            key: turn.key.clone(),
            compacts: turn.compacts,
        }),
    })
}

#[cfg(test)]
mod tests;
