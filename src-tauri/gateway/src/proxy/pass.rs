//! Endpoints that only one protocol has (embeddings, images, audio, …): they go to a provider as they are. Only
//! Codex's compaction can be asked of others, too.

use bytes::{Bytes, BytesMut};
use http::{Method, header};
use http_body::Body;
use keyway_protocols::{
    Protocol,
    envelope::{Envelope, ModelSpot},
};

use super::{
    Asked,
    answer::Answer,
    ask::{Ask, OwnedAction, Spot, Turn},
    error::ProxyError,
    exchange::Exchange,
    failover,
    generate::{self, Wanted},
    intake::{self, Intake},
    multipart,
    plan::{Targets, Wants},
};

/// Sums a conversation up, which any chat model can do.
const COMPACTION: &str = "/responses/compact";

/// Passes a request on to a path below the provider's base URL.
pub(super) async fn answer<B>(
    exchange: &mut Exchange,
    asked: &Asked,
    body: B,
    protocol: Protocol,
    path: String,
) -> Result<Answer, ProxyError>
where
    B: Body<Data = Bytes>,
{
    let headers = &asked.head.headers;
    let form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| multipart::boundary(value.to_str().ok()?));
    let spot = if form.is_some() {
        Spot::Form
    } else {
        Spot::Json
    };
    let intake = match form {
        Some(boundary) => read_form(asked, body, &boundary).await?,
        None => intake::read_json(headers, body).await?,
    };
    let compacts = path == COMPACTION;
    let wanted = Wanted {
        in_path: None,
        protocol,
        wants: wants(&path),
        across: compacts,
    };
    let plan = generate::planned(exchange, asked, &intake.envelope, wanted)?;
    let Targets::Providers(targets) = plan.targets else {
        return Err(ProxyError::Unserved(format!(
            "{path} of the built-in provider"
        )));
    };
    generate::reserve(exchange, asked)?;
    let ask = Ask {
        method: Method::POST,
        protocol,
        action: OwnedAction::Below(path),
        headers,
        query: asked.query(),
        pieces: intake.pieces,
        spot: intake.envelope.model.map(spot),
        turn: compacts.then(|| Turn {
            compacts,
            ..generate::turn(exchange, asked)
        }),
    };
    failover::ask(exchange, &ask, &targets, &asked.caller.key).await
}

/// The older completions and Codex's compaction are turns of a conversation like any other.
fn wants(path: &str) -> Wants {
    match path {
        "/completions" | COMPACTION => Wants::Conversation,
        _ => Wants::Speciality,
    }
}

/// Uploads name their model in a field of the form.
async fn read_form<B>(asked: &Asked, body: B, boundary: &str) -> Result<Intake, ProxyError>
where
    B: Body<Data = Bytes>,
{
    let pieces = intake::read_any(&asked.head.headers, body).await?;
    let mut whole = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    for piece in &pieces {
        whole.extend_from_slice(piece);
    }
    let whole = whole.freeze();
    let len = whole.len();
    let field = multipart::field(&whole, boundary, "model");
    let model = field.and_then(|range| {
        let name = std::str::from_utf8(&whole[range.clone()]).ok()?.to_owned();
        Some(ModelSpot {
            name,
            start: range.start,
            end: range.end,
        })
    });
    Ok(Intake {
        pieces: vec![whole],
        envelope: Envelope {
            model,
            len,
            ..Envelope::default()
        },
    })
}
