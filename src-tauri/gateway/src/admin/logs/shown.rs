use std::sync::Arc;

use keyway_protocols::loss::{How, Loss, Weight};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    admin::wire::Moment,
    store::{AttemptNote, LogEntry},
};

/// The record of one exchange.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LogEntry)]
pub(in crate::admin) struct ShownEntry {
    log_id: String,
    group_id: String,
    api_key_id: Option<String>,
    route_alias: Option<String>,
    provider_id: Option<String>,
    upstream_model: Option<String>,
    /// What the client saw; 499 when it hung up.
    status_code: u16,
    request_tokens: u64,
    response_tokens: u64,
    latency_ms: u64,
    error: Option<String>,
    created_at: Moment,
    fusion_id: Option<String>,
    request_id: Option<String>,
    key_name: Option<String>,
    asked_model: String,
    route_id: Option<String>,
    /// The label of the credential used.
    credential: Option<String>,
    /// What the client spoke.
    protocol_in: &'static str,
    /// What the provider spoke.
    protocol_out: Option<&'static str>,
    streamed: bool,
    error_code: Option<String>,
    /// Tokens; none when nobody told.
    usage: Option<ShownUsage>,
    request_bytes: u64,
    response_bytes: u64,
    first_byte_ms: Option<f64>,
    total_ms: f64,
    finish_reason: Option<String>,
    client: Option<String>,
    /// The tries; empty when there was one and it went well.
    attempts: Vec<ShownAttempt>,
    /// What did not reach the other side as it was; empty when both spoke the same protocol.
    losses: Vec<ShownLoss>,
}

/// One thing that did not reach the other side as it was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Loss)]
struct ShownLoss {
    /// In the words of the protocol it came in.
    field: String,
    /// `dropped`, `renamed`, `clamped` or `replaced`.
    #[schema(value_type = String)]
    how: How,
    /// `harmless`, or `notable` where the answer may differ for it.
    #[schema(value_type = String)]
    weight: Weight,
    /// What stands in its place, or why; may be empty.
    note: String,
    /// How often it happened.
    count: u32,
}

/// Tokens of one exchange.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenUsage)]
struct ShownUsage {
    input: u64,
    cached: u64,
    written: u64,
    output: u64,
    reasoning: u64,
}

/// One try at one target.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct ShownAttempt {
    provider_id: String,
    upstream_model: String,
    credential: Option<String>,
    status_code: Option<u16>,
    error_class: Option<String>,
    ms: f64,
}

/// An entry as it is shown.
pub(super) fn show(entry: LogEntry) -> ShownEntry {
    let text = |text: Option<Arc<str>>| text.map(|text| text.to_string());
    ShownEntry {
        log_id: entry.id.to_string(),
        group_id: entry.group.to_string(),
        api_key_id: entry.key_id.map(|id| id.to_string()),
        route_alias: text(entry.route_alias),
        provider_id: text(entry.provider_id),
        upstream_model: text(entry.upstream_model),
        status_code: entry.status,
        request_tokens: entry.usage.map_or(0, |usage| usage.input),
        response_tokens: entry.usage.map_or(0, |usage| usage.output),
        latency_ms: entry.total_us / 1000,
        error: text(entry.error),
        created_at: Moment(entry.at),
        fusion_id: None,
        request_id: text(entry.request_id).or_else(|| Some(entry.id.to_string())),
        key_name: text(entry.key_name),
        asked_model: entry.asked_model.to_string(),
        route_id: entry.route_id.map(|id| id.to_string()),
        credential: text(entry.credential),
        protocol_in: entry.protocol_in.as_str(),
        protocol_out: entry.protocol_out.map(keyway_protocols::Protocol::as_str),
        streamed: entry.streamed,
        error_code: text(entry.error_code),
        usage: entry.usage.map(|usage| ShownUsage {
            input: usage.input,
            cached: usage.cached,
            written: usage.written,
            output: usage.output,
            reasoning: usage.reasoning,
        }),
        request_bytes: entry.request_bytes,
        response_bytes: entry.response_bytes,
        first_byte_ms: entry.first_byte_us.map(millis),
        total_ms: millis(entry.total_us),
        finish_reason: text(entry.finish_reason),
        client: text(entry.client),
        attempts: entry.attempts.into_iter().map(show_attempt).collect(),
        losses: entry.losses.iter().map(show_loss).collect(),
    }
}

fn show_loss(loss: &Loss) -> ShownLoss {
    ShownLoss {
        field: loss.field.clone(),
        how: loss.how,
        weight: loss.weight,
        note: loss.note.clone(),
        count: loss.count,
    }
}

fn show_attempt(attempt: AttemptNote) -> ShownAttempt {
    ShownAttempt {
        provider_id: attempt.provider.to_string(),
        upstream_model: attempt.model.to_string(),
        credential: attempt.credential.map(|label| label.to_string()),
        status_code: attempt.status,
        error_class: attempt.error_class.map(|class| class.to_string()),
        ms: millis(attempt.us),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a wait of 285 years is still exact"
)]
fn millis(us: u64) -> f64 {
    us as f64 / 1000.0
}
