//! A request on its way from one protocol to another.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::fit::{self, way::Way};
use super::parse::parsed;
use super::way_back::{Names, WayBack};
use super::{Asked, Crossed, Memory, patch, search};
use crate::codec::{self, Reply, Target, Unsayable};
use crate::loss::Losses;
use crate::part::{Kind, Part, Source};
use crate::request::{Request, Turn};
use crate::{Protocol, openai_chat, openai_responses};

/// About how many bytes of a body make one token.
const BYTES_PER_TOKEN: u64 = 4;
/// About how many tokens a picture, a recording or a document is.
const TOKENS_PER_MEDIUM: u64 = 1_500;

/// Writes a request in the target's protocol.
pub fn request(
    asked: &Asked<'_>,
    target: &Target<'_>,
    memory: &dyn Memory,
) -> Result<Crossed, Unsayable> {
    let mut request = codec::read_request(asked.protocol, parsed(asked.body)?)?;
    let streamed = asked.streamed.or(request.stream).unwrap_or(false);
    let mut reply = reply(asked, &request);
    target.model.clone_into(&mut request.model);
    let mut losses = Losses::default();
    let way = Way {
        client: asked.protocol,
        target,
    };
    if !way.is_straight() {
        request.stream = Some(streamed);
        reply.sums_up = fit::compaction(&mut request);
    }
    let search = asked
        .searches
        .then(|| search::offer(&mut request, &way, &mut losses))
        .flatten();
    let names = fit::fit_or_pass(&mut request, &way, memory, &mut losses)?;
    let mut body = codec::write_request(&request, target, &mut losses)?;
    patch::apply(&mut body, target.quirks, &mut losses);
    Ok(Crossed {
        body: Bytes::from(body.to_string()),
        streamed,
        losses,
        way_back: WayBack {
            search: search.map(Arc::new),
            ..way_back(asked, target, reply, names)
        },
    })
}

fn way_back(asked: &Asked<'_>, target: &Target<'_>, reply: Reply, names: Names) -> WayBack {
    WayBack {
        client: asked.protocol,
        target: target.protocol,
        provider: target.provider.to_owned(),
        quirks: Arc::new(target.quirks.clone()),
        reasoning: asked.reasoning,
        reply,
        names,
        search: None,
    }
}

/// What the writer of the answer has to know of the request as it came.
fn reply(asked: &Asked<'_>, request: &Request) -> Reply {
    Reply {
        model: asked.alias.to_owned(),
        id: asked.id.to_owned(),
        created: asked.now,
        stream_usage: request.stream_usage == Some(true),
        list: asked.list,
        input_estimate: estimate(asked.body.len(), request),
        echo: echo(asked.protocol, request),
        old_calls: openai_chat::has_old_tools(request),
        sums_up: false,
    }
}

/// What an answer of Responses repeats of its request.
fn echo(client: Protocol, request: &Request) -> Map<String, Value> {
    match client {
        Protocol::OpenAiResponses => openai_responses::echo(request),
        Protocol::Anthropic | Protocol::OpenAi | Protocol::Gemini => Map::new(),
    }
}

/// About how many tokens the request has: by its length, media apart.
fn estimate(length: usize, request: &Request) -> u64 {
    let parts = request.turns.iter().flat_map(Turn::parts);
    let sizes: Vec<usize> = parts.flat_map(media).collect();
    let text = length.saturating_sub(sizes.iter().sum());
    let media = u64::try_from(sizes.len()).unwrap_or(u64::MAX);
    let tokens = u64::try_from(text).unwrap_or(u64::MAX) / BYTES_PER_TOKEN;
    tokens.saturating_add(media.saturating_mul(TOKENS_PER_MEDIUM))
}

/// The lengths of the media in a part.
fn media(part: &Part) -> Vec<usize> {
    let source = match &part.kind {
        Kind::Image(media) | Kind::Audio(media) => &media.source,
        Kind::Document(document) => &document.source,
        Kind::Result(result) => return result.content.list.iter().flat_map(media).collect(),
        Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Reasoning(_)
        | Kind::Call(_)
        | Kind::Foreign(_) => return Vec::new(),
    };
    match source {
        Source::Inline { data, .. } => vec![data.len()],
        Source::Url { .. } | Source::File(_) => vec![0],
        Source::Text(_) => Vec::new(),
        Source::Parts(parts) => parts.iter().flat_map(media).collect(),
    }
}
